// The pages that every check and every picture goes through: one line each, as the address bar
// shows them.
//
// `installed` are those of a database just made by `jalon init`. `demo` are those of `jalon demo`,
// whose data is known: a page that needs data goes there. A list that is empty starts nothing; a
// page that is listed and does not answer fails. A part in braces stands for what only the database
// knows: `addressed` finds it.

export const installed = [
  "/connexion",
  "/mot-de-passe-oublie",
  "/moi/double-authentification",
  "/moi/cles",
  "/",
];

export const demo = [
  "/",
  "/?cadre=etat-ars-2019-2023",
  "/?au=2025-11-19",
  "/cadres/etat-ars-2024-2028/objectifs/2",
  "/cadres/etat-ars-2024-2028/objectifs/4?au=2025-11-19",
  "/contrats/normandie-2024-2028/objectifs/2",
  "/indicateurs/etat-ars-2024-2028/2.c.1?au=2025-02-01",
  "/contrats/normandie-2024-2028?au=2025-11-19",
  "/circuit/etat-ars-2024-2028?au=2025-11-19",
  "/aide",
  "/aide/pays",
  "/aide/cadres",
  "/aide/api",
  "/aide/assistance",
  "/aide/demandes",
  "/aide/demandes/nouvelle?page=/contrats&titre=Contrats&statut=403",
  "/contrats",
  "/contrats/nouveau",
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
  "/imports/nouveau",
  "/imports/nouveau?genre=personnes",
  "/imports/{import}",
  "/erreurs",
  "/erreurs/unknown-place",
  "/valeurs/{valeur}",
  "/cibles/etat-ars-2024-2028/2.c.1",
  "/contrats/normandie-2024-2028",
  "/contrats/normandie-2024-2028/moyens",
  "/contrats/normandie-2024-2028/dossiers",
  "/dossiers?cadre=etat-ars-2024-2028",
  "/contrats/normandie-2024-2028/indicateurs/2.c.1",
  "/contrats/normandie-2024-2028/indicateurs/4.i",
  "/contrats?organisation=ARS-84",
  "/indicateurs/etat-ars-2024-2028/4.i",
  "/contrats/normandie-2024-2028/actes/2",
  "/contrats/normandie-2024-2028/actes/nouveau",
  "/circuit/etat-ars-2024-2028",
  "/circuit/etat-ars-2024-2028?etat=retard",
  "/circuit/fournisseurs/DGS",
  "/contestations",
  "/suivis",
  "/moi",
  "/moi/cles",
  "/moi/double-authentification",
  "/journal",
  "/journal?qui=camille&genre=instrument",
  "/moi/acces",
  "/personnes",
  "/personnes/{personne}",
  "/personnes/{personne}/habilitations",
  "/personnes/{personne}/depart",
  "/referents",
  "/referents?organisation=ARS-28&etat=manque",
  "/droits/pourquoi",
  "/droits/revue",
  "/moi/adresses",
  "/moi/adresses/nouvelle/contrats?cadre=etat-ars-2024-2028",
  "/api",
  "/api/essai?adresse=%2Fapi%2Fv1%2Fobservations&envoyer=1&limit=2",
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
  "/comparer",
  "/comparer?regions=28&regions=53&regions=11&cadre=etat-ars-2024-2028",
];

/** Where the first of each thing is found: the page, and its address in it. */
const found = {
  personne: ["/personnes", /\/personnes\/([0-9a-f-]{36})/g],
  import: ["/imports", /\/imports\/([0-9a-f-]{36})/g],
  valeur: ["/indicateurs/etat-ars-2024-2028/2.c.1", /\/valeurs\/([0-9a-f-]{36})/g],
};

/** A path with its braces filled in, for somebody whose requests `get` sends; it gives a body. */
export async function addressed(path, get) {
  const [, kind] = path.match(/\{(\w+)\}/) ?? [];
  if (!kind) return path;
  const [from, pattern] = found[kind];
  const all = [...(await get(from)).matchAll(pattern)].map(([, id]) => id);
  // The last: the first person of the list may be whoever looks.
  if (all.length === 0) throw new Error(`${from} names no ${kind}`);
  return path.replace(`{${kind}}`, all.at(-1));
}
