// The pages that every check and every picture goes through: one line each, as the address bar
// shows them. `routes.test.mjs` holds them to the addresses of the site: a page without a line
// fails there.
//
// Each list is of one person: `installed` of who administers a database just made by `jalon init`,
// where every list is empty; `demo` of the visitor of `jalon demo`, whose data is known, so that a
// page that needs data goes there; `others` of other people of the demonstration, by the beginning
// of their address; `open` of nobody signed in. A list that is empty starts nothing; a page that is
// listed and does not answer fails. A part in braces stands for what only the database knows:
// `addressed` finds it. What only acts bring about, `furnish` does beforehand.

export const installed = [
  "/moi/double-authentification",
  "/moi/cles",
  "/",
  "/contrats",
  "/cadres",
  "/catalogue",
  "/comparer",
  "/contestations",
  "/suivis",
  "/imports",
  "/dossiers",
  "/journal?qui=absent",
  "/personnes",
  "/referents",
  "/droits/revue",
  "/aide/demandes",
  "/moi/acces",
  "/moi/adresses",
];

/** Those that answer a refusal, of the visitor of the demonstration, by its status. */
export const refused = {
  403: ["/contrats/normandie-2024-2028/note"],
  404: ["/nulle-part", "/documents/rien", "/contrats/absent-2024-2028"],
  422: ["/droits/pourquoi?personne={personne}&adresse=/rien"],
};

/** What other people of the demonstration see: their own pages, and lists with little in them. */
export const others = {
  "hugo.brevin": [
    "/contrats/normandie-2024-2028/note",
    "/",
  ],
  "yves.rochelet": [
    "/",
    "/contrats",
    "/imports",
    "/contrats/ch-valmont-2020-2024",
    "/contrats/ch-valmont-2020-2024/moyens",
  ],
  "denis.pylone": [
    "/",
    "/contrats",
    "/personnes",
    "/journal",
    "/recherche?q=contrat",
  ],
};

/** Of nobody signed in. */
export const open = [
  "/connexion",
  "/connexion?retour=%2Fcontrats",
  "/mot-de-passe-oublie",
  "/aide",
  "/aide/connexion",
  "/erreurs/api-acces",
];

export const demo = [
  "/",
  "/?cadre=etat-ars-2019-2023",
  "/?au=2025-11-19",
  "/?cadre=etat-ars-2024-2028&tri=-atteintes&colonnes=2&colonnes=3",
  "/cadres/etat-ars-2024-2028/objectifs/2",
  "/cadres/etat-ars-2024-2028/objectifs/4?au=2025-11-19",
  "/contrats/normandie-2024-2028/objectifs/2",
  "/indicateurs/etat-ars-2024-2028/2.c.1?au=2025-02-01",
  "/contrats/normandie-2024-2028?au=2025-11-19",
  "/circuit/etat-ars-2024-2028?au=2025-11-19",
  "/aide",
  "/aide/api",
  "/aide/assistance",
  "/aide/cadres",
  "/aide/catalogue",
  "/aide/circuit",
  "/aide/comparer",
  "/aide/compte",
  "/aide/connexion",
  "/aide/contrats",
  "/aide/dates",
  "/aide/dossiers",
  "/aide/generations",
  "/aide/habilitations",
  "/aide/imports",
  "/aide/indicateurs",
  "/aide/journal",
  "/aide/organisations",
  "/aide/pays",
  "/aide/recherche",
  "/aide/saisie",
  "/aide/tableaux",
  "/aide/termes",
  "/aide/valeurs",
  "/aide/demandes",
  "/aide/demandes/{demande}",
  "/aide/demandes/nouvelle?page=/contrats&titre=Contrats&statut=403",
  "/contrats",
  "/contrats/nouveau",
  "/etablissements/nouveau",
  "/contrats/ocean-indien-2019-2023",
  "/contrats/ch-valmont-2020-2024",
  "/cadres",
  "/cadres/etat-ars-2024-2028",
  "/cadres/etat-ars-2024-2028/indicateurs/2.c.1/modifier",
  "/organisations",
  "/organisations/ARS-53",
  "/indicateurs/etat-ars-2024-2028/2.c.1",
  "/indicateurs/etat-ars-2024-2028/6.a?lieu=53",
  "/indicateurs/etat-ars-2024-2028/2.a",
  "/indicateurs/etat-ars-2019-2023/7.d",
  "/cadres/etat-ars-2015-2018",
  "/cadres/etat-ars-2015-2018?edition=2017",
  "/cadres/es-aura-2020-2024",
  "/imports",
  "/imports?genre=values&etat=committed&tri=-creees",
  "/imports/nouveau",
  "/imports/nouveau?genre=personnes",
  "/imports/{import}",
  "/erreurs",
  "/erreurs/unknown-place",
  "/valeurs/{valeur}",
  "/cibles/etat-ars-2024-2028/2.c.1",
  "/contrats/normandie-2024-2028",
  "/contrats/normandie-2024-2028/moyens",
  "/contrats/normandie-2024-2028/tableau",
  "/contrats/normandie-2024-2028/tableau?objectif=2&tri=-derniere&colonnes=derniere&au=2025-11-19",
  "/contrats/normandie-2024-2028/dossiers",
  "/dossiers?cadre=etat-ars-2024-2028",
  "/tirages/{tirage}",
  "/contrats/normandie-2024-2028/indicateurs/2.c.1",
  "/contrats/normandie-2024-2028/indicateurs/4.i",
  "/contrats?organisation=ARS-84",
  "/indicateurs/etat-ars-2024-2028/4.i",
  "/contrats/normandie-2024-2028/actes/2",
  "/contrats/normandie-2024-2028/actes/nouveau",
  "/contrats/bretagne-2024-2028/actes/{projet}",
  "/contrats/bretagne-2024-2028/actes/{projet}/modifier",
  "/contrats/bretagne-2024-2028/actes/{projet}/presentation",
  "/contrats/bretagne-2024-2028/actes/{projet}/parties",
  "/contrats/bretagne-2024-2028/actes/{projet}/signataires",
  "/circuit/etat-ars-2024-2028",
  "/circuit/etat-ars-2024-2028?etat=retard",
  "/circuit/fournisseurs/DGS",
  "/circuit/fournisseurs/DGS?tri=-annee&colonnes=annee&colonnes=etat",
  "/contestations",
  "/contestations?etat=toutes&au=2025-11-19",
  "/contestations/{contestation}",
  "/documents",
  "/documents?genre=valeur&au=2025-11-19",
  "/documents/{document}",
  "/suivis",
  "/moi",
  "/moi/cles",
  "/moi/double-authentification",
  "/journal",
  "/journal?qui=camille&genre=instrument",
  "/journal/acces",
  "/moi/acces",
  "/personnes",
  "/personnes/nouvelle",
  "/personnes/{personne}",
  "/personnes/{personne}/habilitations",
  "/personnes/{personne}/depart",
  "/referents",
  "/referents?organisation=ARS-28&etat=manque",
  "/droits/pourquoi",
  "/droits/revue",
  "/droits/revue/{revue}",
  "/voir-comme/terminee",
  "/moi/adresses",
  "/moi/adresses/nouvelle/contrats?cadre=etat-ars-2024-2028",
  "/api",
  "/api/essai?adresse=%2Fapi%2Fv1%2Fobservations&envoyer=1&limit=2",
  "/api/essai?adresse=%2Fapi%2Fv1%2Frehearsals%2F%7Bid%7D%2Fcommit&demande=POST",
  "/erreurs/api-acces",
  "/saisie/etat-ars-2024-2028/2.c.1?annee=2024",
  "/saisie/etat-ars-2024-2028/regions/53?annee=2024",
  "/imports/modele",
  "/recherche",
  "/recherche?q=d%C3%A9pistage",
  "/recherche?q=depistage&genre=indicateurs",
  "/recherche?q=xyzzy",
  "/catalogue",
  "/catalogue?page=3",
  "/catalogue?q=chirurgie&tri=-valeurs",
  "/catalogue/chirurgie-ambulatoire",
  "/catalogue/chirurgie-ambulatoire?lieu=28",
  "/catalogue/tabagisme-quotidien?lieu=28",
  "/comparer",
  "/comparer?regions=28&regions=53&regions=11&cadre=etat-ars-2024-2028",
  "/droits/pourquoi?personne={personne}&adresse=/contrats/normandie-2024-2028",
  // The past, of the pages that are not listed with a day above.
  "/comparer?regions=28&regions=53&cadre=etat-ars-2024-2028&au=2025-11-19",
  "/catalogue?au=2025-11-19",
  "/catalogue/chirurgie-ambulatoire?au=2025-11-19",
  "/contrats/normandie-2024-2028/moyens?au=2025-11-19",
  "/contrats/normandie-2024-2028/objectifs/2?au=2025-11-19",
  "/contrats/normandie-2024-2028/indicateurs/2.c.1?au=2025-11-19",
  "/cibles/etat-ars-2024-2028/2.c.1?au=2025-11-19",
  "/valeurs/{valeur}?au=2025-11-19",
  "/contestations/{contestation}?au=2025-11-19",
  "/circuit/fournisseurs/DGS?au=2025-11-19",
];

/** Where the first of each thing is found: the page, and its address in it. */
const found = {
  personne: ["/personnes", /\/personnes\/([0-9a-f-]{36})/g],
  import: ["/imports", /\/imports\/([0-9a-f-]{36})/g],
  valeur: ["/indicateurs/etat-ars-2024-2028/2.c.1", /\/valeurs\/([0-9a-f-]{36})/g],
  contestation: ["/contestations", /\/contestations\/([0-9a-f-]{36})/g],
  document: ["/indicateurs/etat-ars-2024-2028/2.b", /\/documents\/([0-9a-f-]{36})/g],
  projet: ["/contrats/bretagne-2024-2028", /\/contrats\/bretagne-2024-2028\/actes\/(\d+)/g],
  revue: ["/droits/revue", /\/droits\/revue\/([0-9a-f-]{36})/g],
  tirage: ["/dossiers", /\/tirages\/([0-9a-f-]{36})/g],
  demande: ["/aide/demandes", /\/aide\/demandes\/([0-9a-f-]{36})/g],
};

/**
 * A path with its braces filled in, by what is `known` or as somebody finds it whose requests `get`
 * sends; it gives a body.
 */
export async function addressed(path, get, known = {}) {
  const [, kind] = path.match(/\{(\w+)\}/) ?? [];
  if (!kind) return path;
  if (known[kind]) return path.replace(`{${kind}}`, known[kind]);
  const [from, pattern] = found[kind];
  const all = [...(await get(from)).matchAll(pattern)].map(([, id]) => id);
  // The last: the first person of the list may be whoever looks.
  if (all.length === 0) throw new Error(`${from} names no ${kind}`);
  return path.replace(`{${kind}}`, all.at(-1));
}

/** Does what brings about the pages that the demonstration has not, unless they are there. */
export async function furnish(page) {
  const has = async (kind) => {
    const [from, pattern] = found[kind];
    return (await (await page.context().request.get(from)).text()).search(pattern) >= 0;
  };
  const send = async (name) => {
    await page.getByRole("button", { name, exact: true }).click();
    await page.waitForLoadState();
  };
  if (!(await has("demande"))) {
    await page.goto("/aide/demandes/nouvelle?page=/contrats&titre=Contrats&statut=403");
    await page.getByLabel("Votre question").fill("Je cherche le contrat de la Bretagne.");
    await send("Envoyer la demande");
  }
  if (!(await has("revue"))) {
    await page.goto("/droits/revue");
    await page.getByLabel("À décider avant le").fill(`${new Date().getFullYear() + 1}-06-30`);
    await send("Ouvrir la revue");
  }
  if (!(await has("tirage"))) {
    await page.goto("/dossiers?cadre=es-aura-2020-2024");
    await page.getByLabel("Année examinée").fill("2024");
    // The eve of the first signature: there is nothing to draw, which would take its time.
    await page.getByLabel("Termes et chiffres connus au").fill("03/12/2024");
    await send("Émettre tous les dossiers");
  }
  await page.goto("/contrats/bretagne-2024-2028");
  if ((await page.getByRole("link", { name: /^Avenant/ }).count()) === 0) {
    await page.goto("/contrats/bretagne-2024-2028/actes/nouveau");
    // Of all the acts the one that may change everything.
    await page.getByLabel("Avenant", { exact: false }).first().check();
    await page.locator("#motif").fill("Une partie de plus.");
    await send("Ouvrir le projet");
  }
}
