//! The documents that people attached, as one list: each with what it is about, by its name and its
//! address.

use uuid::Uuid;

use super::Situation;
use crate::documents::{About, AboutKind, Document};
use crate::kernel::fold;
use crate::platform::web::Address;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::tables::{day_of, whole, word};

/// What documents are about, as an address and as a person say it.
pub(super) const KINDS: [(AboutKind, &str, &str); 4] = [
    (AboutKind::Indicator, "indicateur", "Détail d’un indicateur"),
    (AboutKind::Value, "valeur", "Pièce d’une valeur"),
    (AboutKind::Term, "contrat", "Indicateur d’un contrat"),
    (
        AboutKind::Contest,
        "contestation",
        "Pièce d’une contestation",
    ),
];

/// What the page leaves to the file.
pub(super) const IN_FILES: [&str; 4] = ["type", "octets", "motif", "document"];

/// The table of those that the address asks for: by `genre`, by the thing they are about (`sujet`),
/// its
/// `territoire` and its `periode`, and by the words `q`.
pub(super) fn table(situation: &Situation, documents: &[Document], asked: &Address) -> Table {
    let columns = vec![
        Column::words("fichier", "Fichier"),
        Column::words("nature", "Nature"),
        Column::words("sujet", "À propos de").wide(),
        Column::words("territoire", "Territoire"),
        Column::words("periode", "Période"),
        Column::numbers("versions", "Versions"),
        Column::words("joint_le", "Joint le"),
        Column::words("joint_par", "Joint par"),
        Column::words("type", "Type"),
        Column::numbers("octets", "Taille en octets"),
        Column::words("motif", "Motif"),
        Column::words("document", "Document"),
    ];
    let mut table = Table::new("documents", "Documents joints", columns)
        .classed("stack")
        .caption_unseen();
    let words = fold(asked.get("q"));
    let words: Vec<&str> = words.split_whitespace().collect();
    table.rows = documents
        .iter()
        .filter(|document| is_of_kind(document, asked.get("genre")))
        .filter(|document| is_about(document, asked))
        .map(|document| (document, row(situation, document)))
        .filter(|(_, row)| says(row, &words))
        .map(|(_, row)| row)
        .collect();
    table
}

fn is_of_kind(document: &Document, wanted: &str) -> bool {
    let (_, code, _) = named(document.about.kind);
    wanted.is_empty() || wanted == code
}

/// Whether it is about the thing, the place and the period that an address names, where it names
/// them.
fn is_about(document: &Document, asked: &Address) -> bool {
    let about = &document.about;
    [
        ("sujet", &about.subject),
        ("territoire", &about.place),
        ("periode", &about.period),
    ]
    .iter()
    .all(|(name, own)| asked.get(name).is_empty() || asked.get(name) == own.as_str())
}

fn named(kind: AboutKind) -> (AboutKind, &'static str, &'static str) {
    let mut all = KINDS.into_iter();
    all.find(|(one, ..)| *one == kind).unwrap_or(KINDS[0])
}

/// Whether the words are all in the name of the document or of what it is about.
fn says(row: &Row, words: &[&str]) -> bool {
    let said: Vec<String> = row.iter().map(|cell| fold(&cell.datum.french())).collect();
    let said = said.join(" ");
    words.iter().all(|word| said.contains(word))
}

fn row(situation: &Situation, document: &Document) -> Row {
    let current = &document.versions[0];
    let (_, _, nature) = named(document.about.kind);
    let place = situation.directory.place(&document.about.place);
    let (subject, href) = subject(situation, &document.about);
    let subject = Cell::text(subject);
    vec![
        Cell::text(current.name.clone())
            .to(format!("/documents/{}?retour=%2Fdocuments", document.id)),
        Cell::text(nature),
        match href {
            Some(href) => subject.to(href),
            None => subject,
        },
        word(place.map(|place| place.name.clone())),
        word(Some(document.about.period.clone()).filter(|period| !period.is_empty())),
        whole(current.no),
        day_of(current.at),
        word(current.who.clone()),
        Cell::text(current.media.french()),
        whole(current.size),
        word(current.why.clone()),
        Cell::text(document.id.to_string()),
    ]
}

/// What a document is about, and where that is shown.
fn subject(situation: &Situation, about: &About) -> (String, Option<String>) {
    let found = match about.kind {
        AboutKind::Value => value(situation, about),
        AboutKind::Indicator => indicator(situation, &about.subject),
        AboutKind::Term => term(situation, &about.subject),
        AboutKind::Contest => Some((
            "Contestation d’une valeur".to_owned(),
            Some(format!("/contestations/{}", about.subject)),
        )),
    };
    let (words, href) = found.unwrap_or_else(|| (about.subject.clone(), None));
    (words, href.map(|href| situation.href(&href)))
}

fn value(situation: &Situation, about: &About) -> Option<(String, Option<String>)> {
    let measure = situation.catalogue.measure(&about.subject)?;
    let series = situation.figures.series(&measure.code);
    let figures = series.map(|series| series.figures_upto(&about.place, i16::MAX));
    let mut figures = figures.unwrap_or_default().into_iter();
    let of_period = figures.find(|(period, _)| period.to_string() == about.period);
    let href = of_period.map(|(_, figure)| figure.href(situation.moment));
    Some((measure.label.clone(), href))
}

fn indicator(situation: &Situation, subject: &str) -> Option<(String, Option<String>)> {
    let (code, key) = subject.split_once('/')?;
    let framework = &situation.catalogue.framework(code)?.framework;
    let indicator = framework.indicators.iter().find(|i| i.key == key)?;
    let words = format!("{}, {}", indicator.label, framework.title);
    Some((words, Some(format!("/indicateurs/{code}/{key}"))))
}

fn term(situation: &Situation, subject: &str) -> Option<(String, Option<String>)> {
    let (contract, key) = subject.split_once('/')?;
    let id: Uuid = contract.parse().ok()?;
    let full = situation
        .agreements
        .iter()
        .find(|full| full.contract.id == id);
    let Some(full) = full else {
        return Some(("Contrat non signé".to_owned(), None));
    };
    let framework = situation.catalogue.framework(&full.contract.framework)?;
    let mut indicators = framework.framework.indicators.iter();
    let label = indicators.find(|i| i.key == key).map(|i| i.label.as_str());
    let words = format!("{}, {}", label.unwrap_or(key), full.contract.title);
    let href = format!("/contrats/{}/indicateurs/{key}", full.contract.slug);
    Some((words, Some(href)))
}
