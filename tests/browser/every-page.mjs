// What must be true of every page, whatever it shows.

import assert from "node:assert/strict";
import { test } from "node:test";

import axe from "axe-core";

import { addressed } from "./paths.mjs";

/** Phones as most have them, and the width at which WCAG 2.2 wants no sideways scrolling (1.4.10). */
const narrow = [375, 320];
const wide = { width: 1280, height: 900 };
/** What is left of A4 beside the margins of the stylesheet, upright and on its side. */
const paper = { upright: 695, side: 1024 };

/**
 * Declares the checks of each path. `get()` gives the site and, where the pages need one, the
 * `storageState` of somebody signed in; it is called once the site has started. The pages answer
 * `status`.
 */
export function everyPage(paths, get, status = 200) {
  // Many pages share their links: each is followed once.
  const followed = new Map();
  for (const path of paths) {
    test(path, async (t) => {
      await look(get(), [path, status], { viewport: wide }, async (page) => {
        for (const colorScheme of ["light", "dark"]) {
          await t.test(`axe finds nothing, ${colorScheme}`, async () => {
            await page.emulateMedia({ colorScheme });
            await accessible(page);
          });
        }
        for (const width of narrow) {
          await t.test(`nothing sticks out at ${width} pixels`, async () => {
            await page.setViewportSize({ width, height: 800 });
            await fits(page);
          });
        }
        await t.test("it prints", async () => {
          await prints(page);
          await page.emulateMedia({ media: "screen" });
        });
        await t.test("every link leads somewhere", () => leads(page, followed));
      });
      await look(get(), [path, status], { javaScriptEnabled: false }, async (page) => {
        await t.test("it says what it is without JavaScript", () => named(page));
      });
    });
  }
}

async function look({ site, storageState, known }, [template, status], options, check) {
  await site.visit({ ...options, storageState }, async (page) => {
    const get = async (at) => (await page.context().request.get(at)).text();
    const path = await addressed(template, get, known);
    const answer = await page.goto(path);
    assert.equal(answer.status(), status, `${path} answers ${answer.status()}`);
    assert.equal(page.url(), new URL(path, site.url).href, `${path} leads elsewhere`);
    await check(page);
  });
}

/** Nothing that axe can see is wrong, its rules for WCAG 2.2 and its advice included. */
export async function accessible(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { preload: false, rules: { "target-size": { enabled: true } } }),
  );
  const told = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map((node) => `    ${node.target.join(" ")}  ${node.html}`).join("\n")}`,
  );
  assert.equal(told.join("\n"), "", "what axe found");
}

/** The page does not scroll sideways; the message names what makes it. */
export async function fits(page) {
  const { over, culprits } = await page.evaluate(() => {
    const limit = window.innerWidth;
    const inScroller = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    };
    const over = document.scrollingElement.scrollWidth - limit;
    const wider = (element) => element.getBoundingClientRect().right > limit + 0.5;
    const culprits =
      over > 0
        ? [...document.body.querySelectorAll("*")]
            .filter((element) => wider(element) && !inScroller(element))
            .slice(0, 5)
            .map((element) => element.outerHTML.slice(0, 120))
        : [];
    return { over, culprits };
  });
  assert.ok(over <= 0, `${over} pixels too wide because of\n    ${culprits.join("\n    ")}`);
}

/**
 * On paper it holds in the width, cuts nothing off, says what it is, and shows nothing that can
 * only be pressed.
 */
export async function prints(page) {
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  const onItsSide = await page.evaluate(() =>
    [...document.querySelectorAll("body, main *")].some((one) => getComputedStyle(one).page === "large"),
  );
  await page.setViewportSize({ width: onItsSide ? paper.side : paper.upright, height: 1000 });
  await fits(page);
  assert.deepEqual(await cut(page), [], "what paper cuts off");
  assert.ok(await page.locator("h1").isVisible(), "the main heading is printed");
  const pressed = await page
    .locator("nav, button, .btn, .skip, .top .search, [type=submit], [type=file]")
    .evaluateAll((all) => {
      // A region of links may be there, emptied of them.
      const isSeen = (one) => one.checkVisibility() && one.getBoundingClientRect().height > 0;
      return all.filter(isSeen).map((one) => one.outerHTML.slice(0, 120));
    });
  assert.deepEqual(pressed, [], "what paper cannot do");
}

/**
 * What a frame hides of its own, where nobody can scroll. A text cut after so many lines shows it
 * by its ellipsis; what is clipped away whole is for those who listen.
 */
function cut(page) {
  return page.locator("body *:not(input, select)").evaluateAll((all) => {
    const isCut = (one) => {
      const { overflowX, overflowY, webkitLineClamp, clipPath } = getComputedStyle(one);
      if (!one.checkVisibility() || webkitLineClamp !== "none" || clipPath !== "none") return false;
      return (
        (overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1) ||
        (overflowY !== "visible" && one.scrollHeight > one.clientHeight + 1)
      );
    };
    return all.filter(isCut).map((one) => one.outerHTML.slice(0, 120));
  });
}

/** Each link of the page to this site is answered. `followed` holds what is known of them. */
export async function leads(page, followed = new Map()) {
  const here = new URL(page.url());
  const links = await page.locator("a[href]").evaluateAll((all) => all.map((link) => link.href));
  const dead = new Set();
  for (const link of links) {
    const { origin, pathname, search } = new URL(link);
    const address = origin + pathname + search;
    // A refusal leads to its own parts.
    if (origin !== here.origin || address === here.origin + here.pathname + here.search) continue;
    if (!followed.has(address)) {
      followed.set(address, (await page.context().request.get(address)).status());
    }
    if (followed.get(address) >= 400) dead.add(`${followed.get(address)} ${link}`);
  }
  assert.deepEqual([...dead], [], "links that lead nowhere");
}

/** In French, with a title, one main heading and one main region. */
export async function named(page) {
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  assert.match(await page.title(), /^\S.* \| Jalon$/);
  assert.equal(await page.locator("h1").count(), 1, "one main heading");
  assert.equal(await page.locator("main").count(), 1, "one main region");
}
