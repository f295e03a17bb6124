// Every page of paths.mjs, held to what must be true of every page.

import { after, before, describe } from "node:test";

import { everyPage } from "./every-page.mjs";
import { demo, installed } from "./paths.mjs";
import { administrator, engines, startDemo, startInstalled, visitor } from "./site.mjs";

// What a page shows does not depend on the engine: tests/it holds that. One is enough here.
const [sqlite] = engines;

pagesOf("pages of a new installation", startInstalled, administrator, installed);
pagesOf("pages of the demonstration", startDemo, visitor, demo);

function pagesOf(title, start, account, paths) {
  // An empty list declares nothing, and starts nothing for it.
  if (paths.length === 0) return;
  describe(title, () => {
    let site;
    let storageState;
    before(async () => {
      site = await start(sqlite);
      storageState = await site.signedIn(account);
    });
    after(() => site?.stop());
    everyPage(paths, () => ({ site, storageState }));
  });
}
