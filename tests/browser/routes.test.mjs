// The list of pages is held to the addresses of the site: a page without a line fails here.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";

import { demo, installed, open, others, refused } from "./paths.mjs";
import { routesRead, templateOf } from "./routes.mjs";

/** What is no page of the list, and why. */
const exceptions = {
  "/aide/schemas/{name}": "a file",
  "/api/v1/openapi.json": "a file",
  "/api/{*unknown}": "answers to programs",
  "/circuit": "leads to the circuit of the framework in force",
  "/connexion/cle": "takes what a passkey says; passkey.test.mjs",
  "/connexion/code": "asks who gave a password that was right; factor.test.mjs",
  "/connexion/fournisseur": "leads to a provider of identities; provider.test.mjs",
  "/connexion/fournisseur/retour": "takes what a provider says; provider.test.mjs",
  "/contrats/{slug}/actes/{no}/classeur": "a file",
  "/contrats/{slug}/dossier": "a file",
  "/contrats/{slug}/fiche": "leads to a file",
  "/contrats/{slug}/fiche/{year}": "a file",
  "/deconnexion/retour": "comes back from a provider; provider.test.mjs",
  "/documents/{id}/{no}": "a file",
  "/donnees/{secret}/{file}": "a file, for a spreadsheet",
  "/dossiers/{id}/{format}": "a file",
  "/healthz": "answers to machines",
  "/imports/{id}/copie-corrigee.xlsx": "a file",
  "/indicateurs/{framework}/{key}/fiche": "a file",
  "/lien/{secret}": "given by its mail; pages.test.mjs asks for one",
  "/metrics": "answers to machines",
  "/personnes/classeur.xlsx": "a file",
  "/readyz": "answers to machines",
  "/recherche/propositions": "a part of a page; search.test.mjs",
  "/reprise": "only after a session ended by itself, hours later; forms.test.mjs has one end",
  "/tables/{file}": "a file",
  "/tirages/{id}/dossiers.zip": "a file",
};

describe("the list of pages", () => {
  const routes = routesRead();
  const listed = [installed, demo, open, Object.values(others), Object.values(refused)].flat(3);

  test("every page of the site has a line, or a reason to have none", () => {
    assert.ok(routes.length > 80, `the addresses were not found: ${routes.length}`);
    const seen = new Set(listed.map((address) => templateOf(routes, address)));
    const missing = routes.filter((template) => !seen.has(template) && !(template in exceptions));
    assert.deepEqual(missing, [], "add a line to paths.mjs");
    const needless = Object.keys(exceptions).filter((template) => seen.has(template) || !routes.includes(template));
    assert.deepEqual(needless, [], "exceptions that are listed, or that are no address");
  });

  test("every line is an address of the site, once", () => {
    const nowhere = listed.filter((address) => !templateOf(routes, address));
    assert.deepEqual(nowhere, ["/nulle-part"]);
    for (const list of [installed, demo, open, ...Object.values(others)]) {
      assert.deepEqual(list.filter((address, at) => list.indexOf(address) !== at), [], "listed twice");
    }
  });

  test("every subject of the guide has a line", () => {
    const guide = readdirSync(new URL("../../docs/guide", import.meta.url));
    const subjects = guide.filter((name) => name.endsWith(".md")).map((name) => `/aide/${name.slice(0, -3)}`);
    assert.ok(subjects.length > 15);
    assert.deepEqual(subjects.filter((subject) => !demo.includes(subject)), []);
  });

  test("what leaves least open serves an address", () => {
    const templates = ["/contrats/{slug}", "/contrats/nouveau", "/contrats/{slug}/moyens"];
    assert.equal(templateOf(templates, "/contrats/nouveau?organisation=ARS-28"), "/contrats/nouveau");
    assert.equal(templateOf(templates, "/contrats/normandie"), "/contrats/{slug}");
    assert.equal(templateOf(templates, "/contrats/normandie/autre"), undefined);
  });
});
