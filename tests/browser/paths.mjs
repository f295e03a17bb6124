// The pages that every check and every picture goes through: one line each, as the address bar
// shows them.
//
// `installed` are those of a database just made by `jalon init`. `demo` are those of `jalon demo`,
// whose data is known: a page that needs data goes there. A list that is empty starts nothing; a
// page that is listed and does not answer fails.

export const installed = [
  "/connexion",
  "/",
];

export const demo = [
  "/",
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
  "/erreurs",
  "/erreurs/unknown-place",
  "/cibles/etat-ars-2024-2028/2.c.1",
  "/contrats/normandie-2024-2028",
  "/contrats/normandie-2024-2028/moyens",
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
  "/moi/acces",
  "/moi/adresses",
  "/moi/adresses/nouvelle/contrats?cadre=etat-ars-2024-2028",
  "/api",
  "/api/essai?adresse=%2Fapi%2Fv1%2Fobservations&envoyer=1&limit=2",
  "/erreurs/api-acces",
  "/saisie/etat-ars-2024-2028/2.c.1?annee=2024",
  "/saisie/etat-ars-2024-2028/regions/53?annee=2024",
  "/imports/modele",
];
