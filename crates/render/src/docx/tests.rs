use std::io::{Cursor, Read as _};

use super::*;
use crate::map::locator;
use crate::svg::Target;

fn document() -> Document {
    let table = Table {
        caption: "Essai".to_owned(),
        columns: vec![
            Column {
                heading: "Région".to_owned(),
                width: 60,
                numbers: false,
            },
            Column {
                heading: "Valeur".to_owned(),
                width: 40,
                numbers: true,
            },
        ],
        rows: vec![vec![
            Cell::strong("Normandie"),
            Cell::text("66,3").under("2023"),
        ]],
    };
    Document {
        title: "Un <dossier> & ses « suites »".to_owned(),
        made: Day::new(2026, 3, 12).unwrap(),
        head: "En tête".to_owned(),
        foot: "En pied".to_owned(),
        blocks: vec![
            Block::Title("Normandie".to_owned()),
            Block::Contents,
            Block::Heading(1, "Un".to_owned()),
            Block::Heading(2, "Deux & demi".to_owned()),
            Block::Heading(3, "Trois".to_owned()),
            Block::Paragraph(Look::Lead, "Ligne une\nligne deux \u{1}".to_owned()),
            Block::Stated(State::Late, "En retard".to_owned()),
            Block::List(vec!["un".to_owned(), "deux".to_owned()]),
            Block::Table(table.clone()),
            Block::Picture(picture()),
            Block::Beside(picture(), table),
        ],
    }
}

fn picture() -> Picture {
    Picture {
        svg: locator("l", "28", Target::Pdf).unwrap(),
        alternative: "Carte : \"Normandie\".".to_owned(),
        width: 50,
    }
}

fn part(bytes: &[u8], name: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = Vec::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_end(&mut out)
        .unwrap();
    out
}

fn text(bytes: &[u8], name: &str) -> String {
    String::from_utf8(part(bytes, name)).unwrap()
}

#[test]
fn it_is_what_an_accessible_document_is_made_of() {
    let bytes = docx(&document()).unwrap();
    let body = text(&bytes, "word/document.xml");
    for wanted in [
        "<w:pStyle w:val=\"Heading1\"/>",
        "<w:tblHeader/>",
        "<w:tblCaption w:val=\"Essai\"/>",
        "descr=\"Carte : &quot;Normandie&quot;.\"",
        "w:anchor=\"_Toc000001\"",
        "Deux &amp; demi",
        "ligne deux  </w:t>",
        "▲",
        "<w:keepNext/>",
    ] {
        assert!(body.contains(wanted), "{wanted} in {body}");
    }
    // A frame without heading holds the drawing and its table, each as it is alone.
    assert_eq!(body.matches("<w:tbl>").count(), 3);
    assert_eq!(body.matches("<w:tblHeader/>").count(), 2);
    // The third rank is no entry of the contents.
    assert_eq!(body.matches("_Toc000002").count(), 1);
    assert!(text(&bytes, "word/styles.xml").contains("<w:lang w:val=\"fr-FR\""));
    let foot = text(&bytes, "word/footer1.xml");
    assert!(foot.contains(" PAGE ") && foot.contains(" NUMPAGES "));
    let core = text(&bytes, "docProps/core.xml");
    assert!(core.contains("Un &lt;dossier&gt; &amp; ses") && core.contains("fr-FR"));
    assert!(part(&bytes, "word/media/image1.png").starts_with(b"\x89PNG"));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    assert_eq!(docx(&document()).unwrap(), docx(&document()).unwrap());
    let mut other = document();
    other.foot.push('.');
    assert_ne!(docx(&document()).unwrap(), docx(&other).unwrap());
}

#[test]
fn every_part_is_well_formed() {
    let bytes = docx(&document()).unwrap();
    let archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    for name in names.iter().filter(|name| !name.starts_with("word/media/")) {
        let parts = text(&bytes, name);
        if let Err(error) = resvg::usvg::roxmltree::Document::parse(&parts) {
            panic!("{name}: {error}");
        }
    }
}
