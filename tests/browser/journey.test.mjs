// The main job without a mouse: nothing here but `page.keyboard`, once an address is typed.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { accessible } from "./every-page.mjs";
import { follow, skipHeader, tabTo } from "./keys.mjs";
import { engines, signIn, startDemo, visitor } from "./site.mjs";

// What a page shows does not depend on the engine: tests/it holds that. One is enough here.
const [sqlite] = engines;
const contract = "/contrats/normandie-2024-2028";
const indicator = "/indicateurs/etat-ars-2024-2028/2.c.1";

describe("by the keyboard alone", () => {
  let site;
  before(async () => {
    site = await startDemo(sqlite);
  });
  after(() => site?.stop());

  test("from the country to the provenance of a value, and to the file of a region", async () => {
    await site.visit({}, async (page) => {
      await signIn(page, visitor);
      await heading(page, /^Bonjour/);
      await skipHeader(page);
      await follow(page, link(page, "Normandie"), contract);
      await throughTheContract(page);
      await toTheProvenance(page);
      await page.goto(contract);
      await issueTheDossier(page);
    });
  });

  test("values are typed, rehearsed and committed, and the figure is there", async () => {
    await site.visit({}, async (page) => {
      await signIn(page, visitor);
      await page.goto(indicator);
      await skipHeader(page);
      const entry = link(page, "Saisir ou charger des valeurs");
      await follow(page, entry, "/saisie/etat-ars-2024-2028/2.c.1");
      await skipHeader(page);
      await tabTo(page, page.getByRole("navigation").getByRole("link", { name: "2024", exact: true }));
      await page.keyboard.press("Enter");
      await page.waitForURL(/annee=2024/);
      await skipHeader(page);
      await tabTo(page, page.getByLabel("Guadeloupe, 2024", { exact: true }));
      await page.keyboard.type("41,5");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.type("42,25");
      await tabTo(page, button(page, "Enregistrer"));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Cet import est enregistré" }).waitFor();
      await page.goto(`${indicator}?periode=2024`);
      await page.getByRole("row", { name: /Guadeloupe/ }).getByRole("link", { name: "41,5", exact: true }).waitFor();
    });
  });

  test("a file is chosen, read and committed, and the figure is there", async () => {
    await site.visit({}, async (page) => {
      await signIn(page, visitor);
      await tabTo(page, link(page, "Imports"));
      await page.keyboard.press("Enter");
      await page.waitForURL("**/imports");
      await skipHeader(page);
      await follow(page, link(page, "Déposer un fichier"), "/imports/nouveau");
      await skipHeader(page);
      // The browser must be told that somebody waits for the choice well before it is asked for.
      const chosen = new Promise((resolve) => page.once("filechooser", resolve));
      await tabTo(page, page.getByLabel("Fichier"));
      await page.keyboard.press("Enter");
      const chooser = await chosen;
      await chooser.setFiles({
        name: "bretagne.csv",
        mimeType: "text/csv",
        buffer: Buffer.from("territory;year;2.c.1\n53;2024;77,25\n"),
      });
      await tabTo(page, button(page, "Lire le fichier"));
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
      await skipHeader(page);
      await tabTo(page, page.getByRole("button", { name: /^Enregistrer/ }));
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Cet import est enregistré" }).waitFor();
      await page.goto(`${indicator}?periode=2024`);
      await page.getByRole("row", { name: /Bretagne/ }).getByRole("link", { name: /^77,[23]/ }).waitFor();
    });
  });
});

/** From the contract, an objective unfolded, to its indicator and the same in all regions. */
async function throughTheContract(page) {
  await skipHeader(page);
  const objective = page.locator("summary", { hasText: /^2\. / });
  await tabTo(page, objective);
  await page.keyboard.press("Enter");
  const own = page.locator(`main a[href^="${contract}/indicateurs/2.c.1"]`).first();
  await follow(page, own, `${contract}/indicateurs/2.c.1`);
  await skipHeader(page);
  await follow(page, link(page, "Toutes les régions"), indicator);
}

/** From the indicator to what says where a value of the region comes from, and back. */
async function toTheProvenance(page) {
  await skipHeader(page);
  const row = page.getByRole("row", { name: /Normandie/ });
  const value = row.locator('a[href^="/valeurs/"]').last();
  await tabTo(page, value);
  const said = (await value.textContent()).trim();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/valeurs/*");
  const main = page.getByRole("main");
  await main.getByText(said).first().waitFor();
  // The file it came in is one stop of the page; from there Shift+Tab goes back to the trail.
  await skipHeader(page);
  await tabTo(page, main.getByRole("link", { name: /hpv-2022-2023\.csv/ }));
  await follow(page, page.locator(`.crumbs a[href^="${indicator}"]`), indicator, { back: true });
}

/** Issues the dossier of the region for 2025, and takes its PDF as it is kept. */
async function issueTheDossier(page) {
  await skipHeader(page);
  await follow(page, link(page, "Dossier"), `${contract}/dossiers`);
  await skipHeader(page);
  const year = page.getByLabel("Année examinée");
  await tabTo(page, year);
  await page.keyboard.type("2025");
  assert.equal(await year.inputValue(), "2025");
  await tabTo(page, button(page, "Émettre le dossier"));
  await page.keyboard.press("Enter");
  // Drawn by a program that is not optimised, beside other tests.
  await page.waitForURL(/emis=/, { timeout: 600_000 });
  // The browser keeps the place it was sent to, which is past the header.
  const pdf = page.getByRole("link", { name: /^PDF/ });
  const issued = page.getByRole("status").locator("li", { has: pdf });
  await tabTo(page, issued.getByRole("link"));
  const told = await issued.locator(".mono").textContent();
  const [taken] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  const bytes = readFileSync(await taken.path());
  assert.match(taken.suggestedFilename(), /normandie.*2025.*\.pdf$/);
  assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  assert.ok(createHash("sha256").update(bytes).digest("hex").startsWith(told), "the digest told is that of the file");
  await accessible(page);
}

const link = (page, name) => page.getByRole("link", { name, exact: true });
const button = (page, name) => page.getByRole("button", { name, exact: true });

function heading(page, name) {
  return page.getByRole("heading", { level: 1, name }).waitFor();
}
