// Searching: first results while typing, by the keyboard alone; without JavaScript the same field
// leads to the page of results.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { engines, signIn, startDemo, visitor } from "./site.mjs";

const [sqlite] = engines;
const indicator = "/indicateurs/etat-ars-2024-2028/2.c.1";

describe("the search field", () => {
  let site;
  before(async () => {
    site = await startDemo(sqlite);
  });
  after(() => site?.stop());

  test("typing proposes, arrows choose, Enter opens, Escape closes", async () => {
    await site.visit({}, async (page) => {
      await signIn(page, visitor);
      const field = page.getByRole("combobox", { name: "Rechercher dans tout Jalon" });
      await field.pressSequentially("2.c.1");
      const option = page.getByRole("option", { name: /^2\.c\.1 / }).first();
      await option.waitFor();
      assert.equal(await field.getAttribute("aria-expanded"), "true");
      await page.keyboard.press("ArrowDown");
      assert.equal(await option.getAttribute("aria-selected"), "true");
      assert.equal(await field.getAttribute("aria-activedescendant"), await option.getAttribute("id"));
      await page.keyboard.press("Escape");
      await option.waitFor({ state: "hidden" });
      assert.equal(await field.getAttribute("aria-expanded"), "false");
      await field.pressSequentially(" ");
      await option.waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForURL(`**${indicator}`);
    });
  });

  test("without JavaScript the form leads to the results", async () => {
    await site.visit({ javaScriptEnabled: false }, async (page) => {
      await signIn(page, visitor);
      await page.getByRole("searchbox", { name: "Rechercher dans tout Jalon" }).fill("vacination hpv");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/recherche?q=vacination+hpv");
      await page.getByRole("link", { name: /filles de 15 ans/ }).first().waitFor();
    });
  });
});
