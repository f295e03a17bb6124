// Going through a page by the keyboard alone, and what must be true of each stop on the way.

import assert from "node:assert/strict";

/** Of the longest way: the board of a country has a cell for each region and objective. */
const longest = 260;

/** Presses Tab (Shift+Tab where `back`) until the target has the focus, and looks at each stop. */
export async function tabTo(page, target, { back = false } = {}) {
  const here = new URL(page.url()).pathname;
  const problems = [];
  let before = await mark(page);
  for (let stops = 0; stops < longest; stops += 1) {
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    const stop = await lookAt(page, back);
    assert.notEqual(stop, null, `${here}: the keyboard left the page before it reached ${target}`);
    assert.notEqual(stop.mark, before, `${here}: the focus is caught in ${stop.html}`);
    before = stop.mark;
    problems.push(...stop.problems.map((problem) => `${problem}: ${stop.html}`));
    if (await target.evaluateAll((all) => all.includes(document.activeElement))) {
      assert.deepEqual(problems, [], `${here}: what is wrong with the stops of the keyboard`);
      return;
    }
  }
  assert.fail(`${here}: ${target} was not reached within ${longest} stops`);
}

/** Goes to a link and opens it; the page it leads to has that path. */
export async function follow(page, link, path, how) {
  await tabTo(page, link, how);
  await page.keyboard.press("Enter");
  await page.waitForURL((address) => address.pathname === path);
}

/** Goes past the header, by the first stop of the page. */
export async function skipHeader(page) {
  await tabTo(page, page.getByRole("link", { name: "Aller au contenu" }));
  await page.keyboard.press("Enter");
  assert.ok(
    await page.getByRole("main").evaluate((main) => main === document.activeElement),
    "the first stop leads to the content",
  );
}

/** A mark of where the focus is, the same as long as it does not move. */
function mark(page) {
  return page.evaluate(() => {
    const focused = document.activeElement;
    return [...document.querySelectorAll("*")].indexOf(focused);
  });
}

/**
 * Where the focus is and what is wrong with that; nothing where it is on no element. The focus is
 * shown by an outline or a shadow, what has it is on the screen with nothing over it, and it comes
 * after the stop before it in the page.
 */
function lookAt(page, back) {
  return page.evaluate((goesBack) => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const problems = [];
    const style = getComputedStyle(focused);
    const clear = (colour) => colour === "transparent" || /[,/] 0\)$/.test(colour);
    const outlined =
      style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && !clear(style.outlineColor);
    if (!outlined && style.boxShadow === "none") problems.push("nothing shows the focus");
    if (focused.tabIndex > 0) problems.push(`its place is forced by tabindex=${focused.tabIndex}`);
    const boxes = [...focused.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
    const seen = boxes.some((box) => {
      const middle = [box.left + box.width / 2, box.top + box.height / 2];
      const corners = [middle, [box.left + 2, box.top + 2], [box.right - 2, box.bottom - 2]];
      return corners.some(([x, y]) => {
        const there = document.elementFromPoint(x, y);
        return there && (focused.contains(there) || there.contains(focused));
      });
    });
    if (!seen) problems.push("it is off the screen or under something else");
    const last = window.lastStop;
    if (last?.isConnected) {
      const follows = last.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (Boolean(follows) === goesBack) problems.push("it is not the next one of the page");
    }
    window.lastStop = focused;
    const at = [...document.querySelectorAll("*")].indexOf(focused);
    return { mark: at, problems, html: focused.outerHTML.slice(0, 160) };
  }, back);
}
