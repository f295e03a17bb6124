// What a form brings back: refused with what is wrong in it, kept over the end of a session; and a
// file from its faults to its undoing. The same must be true of these pages as of any other.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { accessible, fits, named } from "./every-page.mjs";
import { addressed, furnish } from "./paths.mjs";
import { administrator, engines, signIn, startDemo, startInstalled, visitor } from "./site.mjs";

const [sqlite, postgres] = engines;

/**
 * Forms that are refused, by the page where they stand: what tells the form among those of the page,
 * and what is typed into it first.
 */
const refused = [
  ["/dossiers", "form[action='/tirages']", { annee: "deux mille" }],
  ["/contrats/normandie-2024-2028/dossiers", "form:has([name=annee])", { au: "demain" }],
  ["/contrats/nouveau?cadre=etat-ars-2024-2028", "form:has([name=titre])"],
  ["/contrats/bretagne-2024-2028/actes/nouveau", "form:has([name=acte])"],
  ["/contrats/bretagne-2024-2028/actes/{projet}/presentation", "form:has([name=effet])", { effet: "demain" }],
  ["/cibles/etat-ars-2024-2028/2.c.1", "form:has([name^=cible])", { "cible-2027": "abc" }],
  ["/imports/nouveau", "form[enctype='multipart/form-data']"],
  ["/personnes/{personne}/habilitations", "form:has([name=role])"],
  ["/aide/demandes/nouvelle?page=/contrats", "form:has([name=message])"],
  ["/etablissements/nouveau", "form:has([name=code])"],
  ["/cadres/etat-ars-2024-2028/indicateurs/2.c.1/modifier", "form:has([name=motif])"],
];

/** Nothing is wrong with the page as it stands. */
async function holds(page) {
  await named(page);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await accessible(page);
  }
  for (const width of [375, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await fits(page);
  }
}

/** Sends a form whatever the browser would ask for first; what it is answered. */
async function send(page, form) {
  await form.waitFor({ state: "attached" });
  const answered = page.waitForResponse((answer) => answer.request().method() === "POST");
  await form.evaluate((one) => {
    one.noValidate = true;
    one.requestSubmit(one.querySelector("button:not([formmethod=get])"));
  });
  const status = (await answered).status();
  await page.waitForLoadState();
  return status;
}

describe("forms of the demonstration", () => {
  let site;
  let storageState;
  before(async () => {
    site = await startDemo(sqlite);
    storageState = await site.signedIn(visitor);
    await site.visit({ storageState }, furnish);
  });
  after(() => site?.stop());

  for (const [template, which, typed = {}] of refused) {
    test(`${template} comes back with what is wrong`, async () => {
      await site.visit({ storageState }, async (page) => {
        const get = async (at) => (await page.context().request.get(at)).text();
        await page.goto(await addressed(template, get));
        const form = page.locator("main").locator(which).first();
        for (const [name, text] of Object.entries(typed)) {
          await form.locator(`[name="${name}"]`).fill(text);
        }
        assert.equal(await send(page, form), 422);
        await holds(page);
      });
    });
  }

  test("a file with faults, corrected, recorded and undone", async () => {
    await site.visit({ storageState }, async (page) => {
      const rows = (first) => `indicateur;territoire;annee;valeur\n9.a;${first};2024;3\n9.a;53;2024;4\n`;
      const sends = async (text) => {
        await page.goto("/imports/nouveau");
        await page.locator("main [name=cadre]").selectOption("etat-ars-2024-2028");
        const file = { name: "valeurs.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
        await page.locator("main input[type=file]").first().setInputFiles(file);
        const form = page.locator("main form[enctype='multipart/form-data']");
        assert.ok((await send(page, form)) < 400);
        await page.waitForURL(/\/imports\/[0-9a-f-]{36}/);
      };
      await sends(rows("Nulle part"));
      await page.getByText("Nulle part").first().waitFor();
      await holds(page);
      await sends(rows("28"));
      await page.getByText("lu, pas encore enregistré").first().waitFor();
      const press = (end) => send(page, page.locator(`main form[action$='/${end}']`).first());
      assert.ok((await press("enregistrer")) < 400);
      await holds(page);
      await page.goto(`${page.url().split("?")[0]}?annuler=oui`);
      const undo = page.locator("main form[action$='/annuler']").first();
      assert.equal(await send(page, undo), 409);
      await holds(page);
      await page.goto(`${page.url().split("/annuler")[0]}?annuler=oui`);
      const again = page.locator("main form[action$='/annuler']").first();
      await again.locator("[name=motif]").evaluate((field) => (field.value = "Un essai."));
      assert.ok((await send(page, again)) < 400);
      await holds(page);
    });
  });
});

describe("a form sent too late", { skip: postgres.skip }, () => {
  let site;
  before(async () => {
    site = await startInstalled(postgres);
  });
  after(() => site?.stop());

  test("what was written is there after signing in again", async () => {
    await site.visit({}, async (page) => {
      await signIn(page, administrator);
      await page.goto("/aide/demandes/nouvelle?page=/contrats&titre=Contrats");
      await page.locator("main [name=message]").fill("Où est le contrat de la Bretagne ?");
      site.expireSessions();
      await page.locator("main form:has([name=message])").evaluate((form) => form.requestSubmit());
      await page.waitForURL(/\/connexion/);
      await holds(page);
      await page.setViewportSize({ width: 1280, height: 900 });
      await signIn(page, administrator, page.url());
      await page.waitForURL(/\/reprise/);
      await page.getByText("Où est le contrat de la Bretagne ?").waitFor();
      await holds(page);
    });
  });
});
