//! `cadre.yaml`: identity, levels, kinds, parties, acts, documents, vocabulary and rules.

use super::layout::Map;
use super::lines;
use crate::frameworks::{
    Act, Announced, Band, BandCase, Framework, Kind, Level, MeansLine, PartyRole, Rule,
    SourceDocument, Vocabulary, Word,
};
use crate::platform::yaml::{Item, Worded};

/// The only version of the format so far.
const FORMAT: &str = "1";

/// Reads the file into a framework that has no tree and no indicators yet.
pub(super) fn read(item: &mut Item<'_>) -> Framework {
    read_format(item);
    Framework {
        code: item.key("code"),
        title: item.required("titre"),
        family: item.key("famille"),
        previous: item.text("precedent"),
        starts: item.required_number("debut"),
        ends: item.required_number("fin"),
        tool: item.text("outil"),
        region: item.text("region"),
        complete_list: item.required_yes_no("liste_complete"),
        list_note: item.text("note_liste"),
        levels: item.required_list("niveaux", read_level),
        objective_level: item.text("niveau_objectif"),
        kinds: item.required_list("natures", read_kind),
        parties: item.required_list("parties", read_party),
        acts: item.required_list("actes", read_act),
        bands: item.list("paliers", read_band),
        means: item.list("moyens", read_means),
        contest_days: read_contest_days(item),
        signed_for: item.word("contrats_ouverts"),
        drafts_for: item.word("projets_ouverts"),
        values_for: item.word("valeurs_ouvertes"),
        documents: item.list("documents", read_document),
        announced: item.list("annonces", read_announced),
        remarks: item.texts("remarques"),
        our_reading: item.field_names("lecture_jalon"),
        vocabulary: item
            .nested("vocabulaire", read_vocabulary)
            .unwrap_or_default(),
        rules: item.list("regles", read_rule),
        ..Framework::default()
    }
}

/// The file of a framework.
pub(crate) fn write(framework: &Framework) -> Map {
    Map::new()
        .text("format", FORMAT)
        .text("code", &framework.code)
        .text("titre", &framework.title)
        .text("famille", &framework.family)
        .maybe("precedent", framework.previous.as_ref())
        .text("debut", &framework.starts)
        .text("fin", &framework.ends)
        .maybe("outil", framework.tool.as_ref())
        .maybe("region", framework.region.as_ref())
        .word("liste_complete", framework.complete_list)
        .maybe("note_liste", framework.list_note.as_ref())
        .list("niveaux", &framework.levels, write_level)
        .maybe("niveau_objectif", framework.objective_level.as_ref())
        .list("natures", &framework.kinds, write_kind)
        .list("parties", &framework.parties, write_party)
        .list("actes", &framework.acts, write_act)
        .list("paliers", &framework.bands, write_band)
        .list("moyens", &framework.means, write_means)
        .maybe("reponse_contestation", framework.contest_days)
        .maybe("contrats_ouverts", framework.signed_for.map(Worded::word))
        .maybe("projets_ouverts", framework.drafts_for.map(Worded::word))
        .maybe("valeurs_ouvertes", framework.values_for.map(Worded::word))
        .list("documents", &framework.documents, write_document)
        .list("annonces", &framework.announced, write_announced)
        .sentences("remarques", &framework.remarks)
        .codes("lecture_jalon", &framework.our_reading)
        .nested("vocabulaire", write_vocabulary(&framework.vocabulary))
        .list("regles", &framework.rules, write_rule)
}

fn read_format(item: &mut Item<'_>) {
    let format = item.required("format");
    if !format.is_empty() && format != FORMAT {
        item.error(
            "format",
            "unknown-format",
            format!("la version de format « {format} » est inconnue"),
            format!("Écrivez « format: {FORMAT} », ou employez une version de Jalon plus récente"),
        );
    }
}

fn read_level(item: &mut Item<'_>) -> Level {
    Level {
        key: item.key("cle"),
        singular: item.required("singulier"),
        plural: item.required("pluriel"),
    }
}

/// A level as written.
pub(crate) fn write_level(level: &Level) -> Map {
    Map::inline()
        .text("cle", &level.key)
        .text("singulier", &level.singular)
        .text("pluriel", &level.plural)
}

fn read_kind(item: &mut Item<'_>) -> Kind {
    Kind {
        key: item.key("cle"),
        label: item.required("libelle"),
        target: item.required_word("cible"),
        choice: item.required_word("choix"),
    }
}

/// A kind of indicator as written.
pub(crate) fn write_kind(kind: &Kind) -> Map {
    Map::inline()
        .text("cle", &kind.key)
        .text("libelle", &kind.label)
        .word("cible", kind.target)
        .word("choix", kind.choice)
}

fn read_party(item: &mut Item<'_>) -> PartyRole {
    PartyRole {
        key: item.key("cle"),
        label: item.required("libelle"),
        kind: item.required_word("type"),
        signs: item.required_yes_no("signe"),
    }
}

/// A party as written.
pub(crate) fn write_party(party: &PartyRole) -> Map {
    Map::inline()
        .text("cle", &party.key)
        .text("libelle", &party.label)
        .word("type", party.kind)
        .word("signe", party.signs)
}

fn read_act(item: &mut Item<'_>) -> Act {
    let act = Act {
        key: item.key("cle"),
        label: item.required("libelle"),
        kind: item.required_word("type"),
        changes: item.words("modifie"),
        people: item.required_number("personnes"),
        motive: item.required_yes_no("motif"),
    };
    let given = !item.is_troubled("personnes");
    if given && !(1..=2).contains(&act.people) {
        item.error(
            "personnes",
            "bad-number",
            format!("« {} » n’est pas un nombre de personnes admis", act.people),
            "Écrivez 1, ou 2 si une seconde personne doit confirmer",
        );
    }
    act
}

/// An act as written.
pub(crate) fn write_act(act: &Act) -> Map {
    let changes: Vec<_> = act.changes.iter().map(|c| c.word()).collect();
    Map::new()
        .text("cle", &act.key)
        .text("libelle", &act.label)
        .word("type", act.kind)
        .codes("modifie", &changes)
        .text("personnes", &act.people)
        .word("motif", act.motive)
}

fn read_band(item: &mut Item<'_>) -> Band {
    Band {
        key: item.key("cle"),
        label: item.required("libelle"),
        case: item.word("cas").unwrap_or_default(),
        from: item.decimal("depuis"),
        tone: item.required_word("ton"),
    }
}

/// A band of attainment as written.
pub(crate) fn write_band(band: &Band) -> Map {
    let case = (band.case != BandCase::Rate).then_some(band.case);
    Map::inline()
        .text("cle", &band.key)
        .text("libelle", &band.label)
        .maybe_word("cas", case)
        .maybe("depuis", band.from)
        .word("ton", band.tone)
}

fn read_means(item: &mut Item<'_>) -> MeansLine {
    MeansLine {
        key: item.key("cle"),
        label: item.required("libelle"),
        unit: item.text("unite"),
    }
}

/// A line of means as written.
pub(crate) fn write_means(means: &MeansLine) -> Map {
    Map::inline()
        .text("cle", &means.key)
        .text("libelle", &means.label)
        .maybe("unite", means.unit.as_ref())
}

fn read_contest_days(item: &mut Item<'_>) -> Option<u16> {
    const KEY: &str = "reponse_contestation";
    let days: u16 = item.number(KEY)?;
    if !(1..=365).contains(&days) {
        item.error(
            KEY,
            "bad-number",
            format!("« {days} » n’est pas un délai de réponse admis"),
            "Écrivez un nombre de jours, de 1 à 365",
        );
    }
    Some(days)
}

fn read_document(item: &mut Item<'_>) -> SourceDocument {
    SourceDocument {
        key: item.key("cle"),
        title: item.required("titre"),
        number: item.text("numero"),
        date: item.date("date"),
        nor: item.text("nor"),
        note: item.text("note"),
    }
}

/// A document as written.
pub(crate) fn write_document(document: &SourceDocument) -> Map {
    Map::new()
        .text("cle", &document.key)
        .text("titre", &document.title)
        .maybe("numero", document.number.as_ref())
        .maybe_date("date", document.date)
        .maybe("nor", document.nor.as_ref())
        .maybe("note", document.note.as_ref())
}

fn read_announced(item: &mut Item<'_>) -> Announced {
    Announced {
        label: item.required("libelle"),
        count: item.number("nombre"),
        note: item.text("note"),
    }
}

/// A stated count as written.
pub(crate) fn write_announced(announced: &Announced) -> Map {
    Map::new()
        .text("libelle", &announced.label)
        .maybe("nombre", announced.count)
        .maybe("note", announced.note.as_ref())
}

fn read_vocabulary(item: &mut Item<'_>) -> Vocabulary {
    let mut words = |key| {
        let pairs = item.pairs(key).into_iter();
        pairs.map(|(key, label)| Word { key, label }).collect()
    };
    Vocabulary {
        authorisations: words("autorisations"),
        statuses: words("statuts"),
        features: words("caracteristiques"),
    }
}

fn write_vocabulary(vocabulary: &Vocabulary) -> Map {
    let words = |words: &[Word]| {
        let add = |map: Map, word: &Word| map.text(&word.key, &word.label);
        words.iter().fold(Map::new(), add)
    };
    Map::new()
        .nested("autorisations", words(&vocabulary.authorisations))
        .nested("statuts", words(&vocabulary.statuses))
        .nested("caracteristiques", words(&vocabulary.features))
}

fn read_rule(item: &mut Item<'_>) -> Rule {
    Rule {
        key: item.key("cle"),
        level: item.required_word("niveau"),
        statement: item.required("enonce"),
        lines: lines::read(item, "lignes"),
    }
}

/// A rule as written.
pub(crate) fn write_rule(rule: &Rule) -> Map {
    Map::new()
        .text("cle", &rule.key)
        .word("niveau", rule.level)
        .text("enonce", &rule.statement)
        .lines("lignes", &rule.lines)
}
