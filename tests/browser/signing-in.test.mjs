// Coming in and going out, as a person does it: with the keyboard, with or without JavaScript.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { accessible, fits } from "./every-page.mjs";
import { administrator, engines, signIn, startInstalled, typeCredentials } from "./site.mjs";

for (const engine of engines) {
  describe(`on ${engine.name}`, { skip: engine.skip }, () => {
    let site;
    before(async () => {
      site = await startInstalled(engine);
    });
    after(() => site?.stop());

    test("signing in with the keyboard leads to the page asked for", async () => {
      await site.visit({}, async (page) => {
        await page.goto("/?essai=1");
        assert.equal(address(page), "/connexion?retour=%2F%3Fessai%3D1");
        await signIn(page, administrator, page.url());
        assert.equal(address(page), "/?essai=1");
        await heading(page, `Bonjour, ${administrator.name}`);
      });
    });

    test("the first stop of the keyboard leads past the header", async () => {
      await site.visit({}, async (page) => {
        await signIn(page, administrator);
        await page.keyboard.press("Tab");
        const skip = page.getByRole("link", { name: "Aller au contenu" });
        assert.ok(await focused(skip), "the skip link has the focus");
        const box = await skip.boundingBox();
        assert.ok(box.x >= 0 && box.y >= 0, "and can be seen");
        await page.keyboard.press("Enter");
        assert.ok(await focused(page.getByRole("main")), "and leads to the content");
      });
    });

    test("a wrong password is told, and the address need not be typed again", async () => {
      await site.visit({}, async (page) => {
        const from = "/connexion?retour=%2F%3Fessai%3D1";
        await typeCredentials(page, from, administrator.email, "une autre phrase");
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.request().method() === "POST"),
          page.keyboard.press("Enter"),
        ]);
        assert.equal(answer.status(), 422);
        await page.getByRole("alert").getByText("Adresse ou mot de passe incorrect.").waitFor();
        const email = page.getByLabel("Adresse électronique");
        assert.equal(await email.inputValue(), administrator.email);
        assert.equal(await page.getByLabel("Mot de passe").inputValue(), "");
        await accessible(page);
        await page.setViewportSize({ width: 375, height: 800 });
        await fits(page);
        // The page asked for at first is not lost either.
        await page.getByLabel("Mot de passe").focus();
        await page.keyboard.type(administrator.password);
        await page.keyboard.press("Enter");
        await heading(page, `Bonjour, ${administrator.name}`);
        assert.equal(address(page), "/?essai=1");
      });
    });

    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? "with" : "without";
      test(`signing out with the keyboard, ${how} JavaScript`, async () => {
        await site.visit({ javaScriptEnabled }, async (page) => {
          await signIn(page, administrator);
          await page.getByText(administrator.name, { exact: true }).focus();
          await page.keyboard.press("Enter");
          const leave = page.getByRole("button", { name: "Se déconnecter" });
          await leave.waitFor();
          for (const name of await page.locator("details.user a").allTextContents()) {
            await page.keyboard.press("Tab");
            const link = page.getByRole("link", { name, exact: true });
            assert.ok(await focused(link), `${name} comes next`);
          }
          await page.keyboard.press("Tab");
          assert.ok(await focused(leave), "then the button");
          await page.keyboard.press("Enter");
          await heading(page, "Connexion");
          await page.goto("/");
          assert.equal(address(page), "/connexion?retour=%2F");
        });
      });
    }

    test("an unknown page says so and leads home", async () => {
      await site.visit({}, async (page) => {
        const answer = await page.goto("/nulle-part");
        assert.equal(answer.status(), 404);
        await heading(page, "Page introuvable");
        await accessible(page);
        await page.setViewportSize({ width: 375, height: 800 });
        await fits(page);
        await page.getByRole("link", { name: "Revenir à l’accueil" }).press("Enter");
        await heading(page, "Connexion");
      });
    });

    test("no page can be framed, and no script but the site's own may run", async () => {
      for (const path of ["/connexion", "/nulle-part"]) {
        const answer = await fetch(site.url + path);
        const policy = answer.headers.get("content-security-policy");
        for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
          assert.ok(policy?.includes(rule), `${path}: ${rule} in ${policy}`);
        }
        assert.ok(!policy.includes("unsafe"), policy);
        assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      }
    });
  });
}

function address(page) {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
}

function heading(page, name) {
  return page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

function focused(locator) {
  return locator.evaluate((element) => element === document.activeElement);
}
