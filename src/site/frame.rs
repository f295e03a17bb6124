//! What the frame around every page leads to: the main navigation, and the help on each page.

use crate::platform::web::{HelpItem, NavItem};

/// The main navigation.
pub(super) const NAV: &[NavItem] = &[
    item("Accueil", "/"),
    item("Contrats", "/contrats"),
    item("Circuit", "/circuit"),
    item("Catalogue", "/catalogue"),
    item("Cadres", "/cadres"),
    item("Imports", "/imports"),
    item("Organisations", "/organisations"),
];

const fn item(label: &'static str, href: &'static str) -> NavItem {
    NavItem { label, href }
}

/// Which subject each page has; addresses are those of `platform::web::HelpItem`.
pub(super) const HELP: &[HelpItem] = &[
    help("/", "/aide/pays"),
    help("/aide", "/aide"),
    help("/aide/demandes", "/aide/assistance"),
    help("/api", "/aide/api"),
    help("/cadres", "/aide/generations"),
    help("/cadres/*/objectifs", "/aide/pays"),
    help("/catalogue", "/aide/catalogue"),
    help("/cibles", "/aide/contrats"),
    help("/circuit", "/aide/circuit"),
    help("/comparer", "/aide/comparer"),
    help("/connexion", "/aide/connexion"),
    help("/contestations", "/aide/indicateurs"),
    help("/contrats", "/aide/contrats"),
    help("/contrats/*/actes/*/classeur", "/aide/termes"),
    help("/contrats/*/dossiers", "/aide/dossiers"),
    help("/contrats/*/actes/*/modifier", "/aide/termes"),
    help("/documents", "/aide/circuit"),
    help("/dossiers", "/aide/dossiers"),
    help("/droits", "/aide/habilitations"),
    help("/erreurs", "/aide/imports"),
    help("/etablissements", "/aide/organisations"),
    help("/imports", "/aide/imports"),
    help("/imports/modele", "/aide/saisie"),
    help("/indicateurs", "/aide/indicateurs"),
    help("/journal", "/aide/journal"),
    help("/lien", "/aide/connexion"),
    help("/moi", "/aide/compte"),
    help("/moi/acces", "/aide/api"),
    help("/moi/adresses", "/aide/tableaux"),
    help("/moi/cles", "/aide/connexion"),
    help("/moi/double-authentification", "/aide/connexion"),
    help("/mot-de-passe-oublie", "/aide/connexion"),
    help("/organisations", "/aide/organisations"),
    help("/personnes", "/aide/habilitations"),
    help("/recherche", "/aide/recherche"),
    help("/referents", "/aide/habilitations"),
    help("/reprise", "/aide/compte"),
    help("/saisie", "/aide/saisie"),
    help("/suivis", "/aide/indicateurs"),
    help("/tirages", "/aide/dossiers"),
    help("/valeurs", "/aide/indicateurs"),
    help("/voir-comme", "/aide/habilitations"),
];

const fn help(under: &'static str, href: &'static str) -> HelpItem {
    HelpItem { under, href }
}
