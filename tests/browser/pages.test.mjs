// Every page of paths.mjs, held to what must be true of every page.

import { after, before, describe } from "node:test";

import { everyPage } from "./every-page.mjs";
import { demo, furnish, installed, open, others, refused } from "./paths.mjs";
import { administrator, engines, startDemo, startInstalled, visitor } from "./site.mjs";

// What a page shows does not depend on the engine: tests/it holds that. One is enough here.
const [sqlite] = engines;

describe("pages of a new installation", () => {
  let site;
  let invitation;
  before(async () => {
    site = await startInstalled(sqlite);
    const said = site.run(["person", "invite", "--name", "Inès Exemple", "--email", "ines@example.org"]);
    invitation = new URL(said.match(/http\S+\/lien\/\S+/)[0]).pathname;
  });
  after(() => site?.stop());

  pagesOf("of who administers it", () => site, installed, administrator);
  pagesOf("of nobody signed in", () => site, open);
  describe("of who is invited", () => {
    everyPage(["/lien/{lien}"], () => ({ site, known: { lien: invitation.split("/").at(-1) } }));
  });
});

describe("pages of the demonstration", () => {
  let site;
  before(async () => {
    site = await startDemo(sqlite);
    const storageState = await site.signedIn(visitor);
    await site.visit({ storageState }, furnish);
  });
  after(() => site?.stop());

  pagesOf("of its visitor", () => site, demo, visitor);
  for (const [status, paths] of Object.entries(refused)) {
    pagesOf(`that answer ${status}`, () => site, paths, visitor, Number(status));
  }
  for (const [who, paths] of Object.entries(others)) {
    pagesOf(`of ${who}`, () => site, paths, { ...visitor, email: `${who}@example.org` });
  }
});

/** Declares the checks of these paths as that account sees them, or somebody without one. */
function pagesOf(title, site, paths, account, status) {
  // An empty list declares nothing, and starts nothing for it.
  if (paths.length === 0) return;
  describe(title, () => {
    let storageState;
    before(async () => {
      storageState = account && (await site().signedIn(account));
    });
    everyPage(paths, () => ({ site: site(), storageState }), status);
  });
}
