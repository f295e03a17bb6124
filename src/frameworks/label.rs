//! How a reader calls the keys of the text format. Pure.

/// The keys whose name is not the key with a capital letter.
const LABELS: [(&str, &str); 73] = [
    ("a_definir", "Définition laissée au contrat"),
    ("a_personnaliser", "À personnaliser"),
    ("agregation", "Agrégation"),
    ("annee", "Année"),
    ("associes", "Directions associées"),
    ("autorisations_toutes", "Autorisations, toutes requises"),
    ("autorisations_une", "Autorisations, une au moins"),
    ("caracteristiques_aucune", "Caractéristiques exclues"),
    (
        "caracteristiques_toutes",
        "Caractéristiques, toutes requises",
    ),
    ("caracteristiques_une", "Caractéristiques, une au moins"),
    ("categorie", "Catégorie"),
    ("cible", "Usage des cibles"),
    ("cle", "Clé"),
    ("code", "Code imprimé"),
    ("debut", "Première année"),
    ("decimales", "Nombre de décimales"),
    ("denominateur", "Dénominateur"),
    ("dialogue", "Dialogues de gestion"),
    ("echeance", "Échéance"),
    ("eligibilite", "Éligibilité"),
    ("engagement", "Modèle d’engagement"),
    ("enonce", "Énoncé"),
    ("etablissements", "Établissements concernés"),
    ("fenetre", "Période couverte"),
    ("fin", "Dernière année"),
    ("incertain", "Lecture incertaine"),
    ("lecture_jalon", "Lecture de Jalon"),
    ("libelle", "Libellé"),
    ("lignes", "Lignes du document"),
    ("liste_complete", "Liste complète"),
    ("max", "Maximum"),
    ("methode", "Méthode d’atteinte"),
    ("methodes", "Méthodes d’atteinte par mesure"),
    ("min", "Minimum"),
    ("mode_echange", "Mode d’échange technique"),
    ("modifie", "Ce qu’il modifie"),
    ("niveau_objectif", "Niveau des objectifs"),
    ("noeud", "Place dans l’arbre"),
    ("nommes", "Établissements nommés"),
    ("nor", "NOR"),
    ("note", "À savoir"),
    ("note_liste", "Note sur la liste"),
    ("numerateur", "Numérateur"),
    ("numero", "Numéro"),
    ("outil", "Outil d’alors"),
    ("paliers", "Paliers d’atteinte"),
    ("parent", "Placé sous"),
    ("periodicite", "Périodicité"),
    ("personnes", "Nombre de personnes"),
    ("pilote", "Direction responsable"),
    ("portee", "Portée"),
    ("pour", "Échelle du taux"),
    ("precedent", "Cadre précédent"),
    ("recueil", "Mode de recueil"),
    ("region", "Région"),
    (
        "reponse_contestation",
        "Délai de réponse à une contestation",
    ),
    ("contrats_ouverts", "Contrats signés ouverts à"),
    ("projets_ouverts", "Projets d’acte ouverts à"),
    ("valeurs_ouvertes", "Valeurs finales ouvertes à"),
    ("regions", "Régions concernées"),
    ("ruptures", "Ruptures de série"),
    ("sens", "Sens souhaité"),
    ("sigle", "Sigle"),
    ("signe", "Signataire"),
    ("statuts", "Statuts juridiques"),
    ("theme", "Thématique"),
    ("unite", "Unité"),
    ("valeur", "Genre de valeur"),
    ("alimentation", "Mode d’alimentation"),
    ("mesures", "Mesures suivies"),
    ("cas", "Cas nommé"),
    ("depuis", "À partir de"),
    ("lacunes", "Années sans valeur"),
];

/// The French name of a key of the texts: `theme` is « Thématique ». A key of no known name is
/// its own, with a capital letter.
pub fn field_label(key: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(known, _)| *known == key) {
        return (*label).to_owned();
    }
    let mut letters = key.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_looks_like_a_key() {
        for (key, label) in LABELS {
            assert!(label.starts_with(char::is_uppercase), "{key}: {label}");
            assert!(!label.contains('_') && field_label(key) == label, "{key}");
        }
        assert_eq!(field_label("source"), "Source");
        assert_eq!(field_label(""), "");
    }
}
