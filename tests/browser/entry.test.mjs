// Typing values in the grid: the keyboard goes from cell to cell, a block from a spreadsheet fills
// them, and without JavaScript the same form is sent.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { engines, signIn, startDemo, visitor } from "./site.mjs";

const [sqlite] = engines;
const address = "/saisie/etat-ars-2024-2028/2.c.1?annee=2024";

describe("the entry grid", () => {
  let site;
  before(async () => {
    site = await startDemo(sqlite);
  });
  after(() => site?.stop());

  const cell = (page, region) => page.getByLabel(`${region}, 2024`, { exact: true });
  const focused = (field) => field.evaluate((element) => element === document.activeElement);

  test("Enter and the arrows go from cell to cell, and a pasted block fills them", async () => {
    await site.visit({}, async (page) => {
      await signIn(page, visitor);
      await page.goto(address);
      const [first, second] = [cell(page, "Guadeloupe"), cell(page, "Martinique")];
      await first.focus();
      await page.keyboard.press("Enter");
      assert.ok(await focused(second), "Enter goes down");
      await page.keyboard.press("ArrowUp");
      assert.ok(await focused(first), "an arrow goes up");
      await first.evaluate((element) => {
        const data = new DataTransfer();
        data.setData("text/plain", "41,5\t415\t1000\tperdu\r\n42\t\r\n");
        element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      });
      assert.equal(await first.inputValue(), "41,5");
      assert.equal(await second.inputValue(), "42");
      const told = await page.locator("[data-grid-told]").textContent();
      assert.match(told, /4 cases remplies/);
      assert.match(told, /« perdu »/);
    });
  });

  test("without JavaScript the form tells what is wrong and keeps what was typed", async () => {
    await site.visit({ javaScriptEnabled: false }, async (page) => {
      await signIn(page, visitor);
      await page.goto(address);
      await cell(page, "Bretagne").fill("beaucoup");
      await page.getByRole("button", { name: "Enregistrer", exact: true }).click();
      await page.getByText("n’est pas un nombre").waitFor();
      assert.equal(await cell(page, "Bretagne").inputValue(), "beaucoup");
    });
  });
});
