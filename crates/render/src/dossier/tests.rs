use super::sample::dossier;
use super::*;
use crate::sheet::tests::text_of;
use crate::svg::Description;

fn set(dossier: &Dossier) -> (usize, String) {
    let document = pdf::job(dossier).unwrap().pages().unwrap();
    (document.pages().len(), text_of(&document))
}

#[test]
fn a_manifest_reads_back_as_it_was_written() {
    let written = dossier(3).to_json().unwrap();
    assert_eq!(Dossier::from_json(&written).unwrap(), dossier(3));
    // What is drawn from the stored text never depends on what it was written from.
    let read = Dossier::from_json(&written).unwrap();
    assert_eq!(read.to_json().unwrap(), written);
}

/// A manifest as the first version wrote it: it stays as it is, whatever later versions write.
const FIRST: &str = include_str!("manifest-v1.json");

#[test]
fn what_the_first_version_issued_is_drawn_with_the_same_words() {
    let first = Dossier::from_json(FIRST).unwrap();
    assert_eq!(first.format, 1);
    let document = pdf::job(&first).unwrap().pages().unwrap();
    insta::assert_snapshot!("first_pdf", words_of(&document));
    insta::assert_debug_snapshot!("first_docx", docx::set(&first).words());
    insta::assert_snapshot!("first_xlsx", cells_of(&xlsx::book(&first)));
}

/// The words of each page; how a later compiler cuts them into pieces does not count.
fn words_of(document: &typst_layout::PagedDocument) -> String {
    let pages = document.pages().iter();
    let text = |page: &typst_layout::Page| {
        let mut words = String::new();
        crate::sheet::tests::collect(&page.frame, &mut words);
        words
            .replace('\u{200b}', "")
            .split(' ')
            .collect::<Vec<_>>()
            .join("\n")
    };
    pages.map(text).collect::<Vec<_>>().join("\n----\n")
}

/// Every cell of a workbook, with what it holds.
fn cells_of(book: &crate::workbook::Book) -> String {
    let mut out = String::new();
    for sheet in &book.sheets {
        out += &format!("== {}\n", sheet.name);
        for cell in &sheet.cells {
            out += &format!("{}:{} {:?}\n", cell.row, cell.column, cell.content);
        }
    }
    out
}

#[test]
fn the_workbook_says_what_is_likely_in_exact_numbers() {
    let cells = cells_of(&xlsx::book(&dossier(1)));
    for cell in [
        "1:13 Text(\"Reçue le\")",
        "1:14 Text(\"À ce rythme\")",
        "1:15 Text(\"Au plus bas\")",
        "1:16 Text(\"Au plus haut\")",
        "4:14 Number(\"72.2134\")",
        "4:15 Number(\"68.4021\")",
        "4:16 Number(\"76.0247\")",
    ] {
        assert!(cells.contains(cell), "{cell} in {cells}");
    }
    // A manifest that has them as text only still gives the value.
    let written = dossier(1).to_json().unwrap();
    let exact = ",\"numbers\":{\"value\":\"72.2134\",\"low\":\"68.4021\",\"high\":\"76.0247\"}";
    assert!(written.contains(exact), "{written}");
    let earlier = Dossier::from_json(&written.replace(exact, "")).unwrap();
    let cells = cells_of(&xlsx::book(&earlier));
    assert!(cells.contains("4:14 Text(\"72,2\")"), "{cells}");
    // Where nothing is likely, nothing is said of it.
    let mut silent = dossier(1);
    silent.objectives[0].figures[0].years.pop();
    assert!(!cells_of(&xlsx::book(&silent)).contains("Au plus bas"));
}

#[test]
fn the_workbook_and_the_document_are_the_same_bytes_twice() {
    let first = Dossier::from_json(FIRST).unwrap();
    assert_eq!(first.xlsx().unwrap(), first.xlsx().unwrap());
    assert_eq!(first.docx().unwrap(), first.docx().unwrap());
}

/// A director general reads two pages, whatever the contract holds.
#[test]
fn the_brief_holds_on_two_pages() {
    let mut full = dossier(1);
    let item = Item {
        state: State::Late,
        code: "2.c.1".to_owned(),
        text: "Évolution du nombre de personnes ayant bénéficié en prévention secondaire "
            .repeat(4),
    };
    let part = Part {
        items: vec![item; 8],
        ..full.brief.parts[0].clone()
    };
    full.brief.parts = vec![part; 4];
    let document = pdf::job(&full).unwrap().pages().unwrap();
    let page_of = |heading: &str| {
        let pages = document.pages().iter().skip(2);
        let found = pages.enumerate().find(|(_, page)| {
            let mut words = String::new();
            crate::sheet::tests::collect(&page.frame, &mut words);
            words.contains(heading)
        });
        found.map(|(rank, _)| rank).unwrap()
    };
    assert_eq!(page_of("Note de synthèse"), 0);
    assert!(
        page_of("Données en retard") <= 2,
        "{}",
        page_of("Données en retard")
    );
}

#[test]
fn a_manifest_cannot_hold_a_drawing_without_words_nor_a_day_that_is_none() {
    let written = dossier(1).to_json().unwrap();
    let title = "\"title\":\"Couverture vaccinale, Normandie\"";
    assert!(written.contains(title));
    assert!(Dossier::from_json(&written.replace(title, "\"title\":\" \"")).is_err());
    assert!(Dossier::from_json(&written.replace("\"month\":3", "\"month\":13")).is_err());
    assert!(Description::new("", "x").is_err());
}

#[test]
fn the_same_manifest_gives_the_same_bytes() {
    let written = dossier(2).to_json().unwrap();
    let drawn = || Dossier::from_json(&written).unwrap().pdf().unwrap();
    let first = drawn();
    assert_eq!(first, drawn());
    let mut other = dossier(2);
    other.objectives[0].figures[0].provenance = "DGS".to_owned();
    assert_ne!(first, other.pdf().unwrap());
}

#[test]
fn the_pdf_claims_its_standards_and_has_bookmarks() {
    let pdf = dossier(2).pdf().unwrap();
    let has = |part: &str| {
        pdf.windows(part.len())
            .any(|window| window == part.as_bytes())
    };
    assert!(has("<pdfuaid:part>1</pdfuaid:part>"));
    assert!(has("<pdfaid:part>3</pdfaid:part>"));
    assert!(has("<pdfaid:conformance>A</pdfaid:conformance>"));
    assert!(has("/Lang(fr-FR)"));
    assert!(has("/Outlines"));
}

#[test]
fn it_says_everything_with_french_typography() {
    let (pages, text) = set(&dossier(2));
    for part in [
        "Dossier de bilan 2024",
        "Normandie",
        "Sommaire",
        "Note de synthèse",
        "1 cible sur 2 est atteinte d’après",
        "Recul de 2 points\u{202f}; cible\u{a0}: 67\u{202f}%",
        "et 3 autres",
        "Synthèse de l’atteinte",
        "Objectif par objectif",
        "1. Objectif numéro 1",
        "Axe 1. Prévenir",
        "Ouvrir deux centres",
        "66,3\u{202f}%",
        "Cible atteinte",
        "cellule C7.",
        "En retard de 33 jours",
        "Valeurs contestées",
        "la région donne 69,1\u{202f}%",
        "Certaines données sont fictives",
        "« p »".replace(' ', "\u{a0}").as_str(),
        "dsfr-chart",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.contains(&format!("page {pages} sur {pages}")));
    // The cover is no page to number the others' heads by: each other one bears the running head.
    assert!(text.matches("Exemplaire de travail").count() >= pages);
}

#[test]
fn the_template_gives_no_warning() {
    let set = pdf::job(&dossier(2)).unwrap().compile().unwrap();
    let warnings: Vec<_> = set.warnings.iter().map(|w| w.message.as_str()).collect();
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn an_empty_contract_still_makes_a_dossier() {
    let mut empty = dossier(0);
    empty.region.code.clear();
    empty.gaps.clear();
    empty.notes.clear();
    empty.parties.clear();
    empty.acts.clear();
    empty.brief.parts.clear();
    empty.brief.counts.clear();
    empty.fictional = Fictional::None;
    let text = set(&empty).1;
    assert!(
        text.contains("Toutes les valeurs attendues sont là"),
        "{text}"
    );
    assert!(text.contains("Aucun acte signé"));
    assert!(!text.contains("fictives"));
    empty.pdf().unwrap();
}

#[test]
fn hostile_text_is_only_text() {
    let long = "x".repeat(2_000);
    let all = format!("#panic() <script>*a* $x^2$ \u{0}\u{202e}\u{e000}👩\u{200d}👧 {long}");
    for text in [all.as_str(), ""] {
        let hostile = saying(text);
        if let Err(error) = hostile.pdf() {
            panic!("{text:?}: {error}");
        }
    }
}

/// A dossier that says the same text everywhere.
fn saying(text: &str) -> Dossier {
    let own = || text.to_owned();
    let mut said = dossier(1);
    (said.title, said.contract, said.status) = (own(), own(), own());
    said.region.name = own();
    said.brief.verdict = own();
    said.notes = vec![own()];
    said.summary[0].label = own();
    said.gaps[0].words = own();
    let part = &mut said.brief.parts[0];
    part.heading = own();
    part.items[0].text = own();
    let objective = &mut said.objectives[0];
    objective.label = own();
    objective.figures[0].label = own();
    objective.figures[0].provenance = own();
    said
}
