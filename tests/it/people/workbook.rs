//! The workbooks of people and of referents as they are taken away, filled in and sent back.

use std::io::{Cursor, Read as _, Write as _};

use jalon::access::store::person_by_email;
use jalon::imports::Committed;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Sender, normandy};
use crate::on_both_engines;
use crate::rights::{held, person, site_of};
use crate::support::EMAIL;

/// A workbook with other texts in some cells of its sheet of that number, as a person who fills it
/// in leaves it.
fn filled(bytes: &[u8], sheet: usize, cells: &[(String, &str)]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    let wanted = format!("xl/worksheets/sheet{sheet}.xml");
    for rank in 0..archive.len() {
        let mut part = archive.by_index(rank).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if name == wanted {
            let mut text = String::from_utf8(bytes).unwrap();
            for (cell, said) in cells {
                text = with_cell(&text, cell, said);
            }
            bytes = text.into_bytes();
        }
        written
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        written.write_all(&bytes).unwrap();
    }
    written.finish().unwrap().into_inner()
}

/// A sheet with that text in that cell, whether or not something stands there.
fn with_cell(sheet: &str, cell: &str, said: &str) -> String {
    let new = format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{said}</t></is></c>");
    let Some(start) = sheet.find(&format!("<c r=\"{cell}\"")) else {
        // Before the next cell of its row, or at its end.
        let (column, row) = cell.split_at(1);
        let begun = sheet.find(&format!("<row r=\"{row}\"")).unwrap();
        let next = ('A'..='Z').filter(|other| other.to_string().as_str() > column);
        let mut next = next.filter_map(|other| sheet.find(&format!("<c r=\"{other}{row}\"")));
        let end = || begun + sheet[begun..].find("</row>").unwrap();
        let at = next.next().unwrap_or_else(end);
        return format!("{}{new}{}", &sheet[..at], &sheet[at..]);
    };
    let opening = start + sheet[start..].find('>').unwrap() + 1;
    let end = if sheet[start..opening].ends_with("/>") {
        opening
    } else {
        opening + sheet[opening..].find("</c>").unwrap() + 4
    };
    format!("{}{new}{}", &sheet[..start], &sheet[end..])
}

/// The number of the first row whose cell in that column is empty, from the second on.
fn first_empty(bytes: &[u8], sheet: &str, column: u32) -> u32 {
    use calamine::Reader as _;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let cells = book.worksheet_range(sheet).unwrap();
    let is_empty = |row: &u32| {
        let found = cells.get_value((row - 1, column));
        found.is_none_or(|value| value.to_string().is_empty())
    };
    (2..500).find(is_empty).unwrap()
}

on_both_engines! {
    async fn a_workbook_filled_in_opens_an_account_and_gives_a_role(bench: Bench) {
        let (first, admin) = normandy(&bench).await;
        person(&bench, first, "known@example.org", &[("lecteur", "ARS-28")]).await;
        let mut site = site_of(&bench, "gerante@example.org").await;
        let workbook = site.get("/personnes/classeur.xlsx").await.bytes;
        let row = first_empty(&workbook, "Personnes", 1);
        assert!(row > 2, "those who are managed stand first");
        let cells = [
            ("A", "Inès Exemple"), ("B", "ines.exemple@example.org"), ("C", "ARS-28"),
            ("D", "Référent CPOM de l’ARS"), ("K", "Arrivée de mars"),
        ];
        let cells = cells.map(|(column, said)| (format!("{column}{row}"), said));
        let desk = Sender::new(&bench, admin);
        let batch = desk.sends("personnes.xlsx", filled(&workbook, 2, &cells)).await;
        assert_eq!(desk.codes(&batch).await, []);
        assert_eq!((batch.counts.created, batch.counts.changed), (1, 0), "the other rows stand as they were");
        assert!(matches!(desk.commits(batch.id).await, Ok(Committed::Now(_))));
        let ines = person_by_email(&mut bench.db.read().await.unwrap(), "ines.exemple@example.org").await.unwrap().unwrap();
        assert_eq!(ines.name, "Inès Exemple");
        let given = &held(&bench, ines.id).await[0];
        assert_eq!(
            (given.grant.remit.role.as_str(), given.grant.remit.organisation.as_str(), given.why.as_str()),
            ("referent-cpom-ars", "ARS-28", "Arrivée de mars")
        );
    }
}

on_both_engines! {
    async fn a_list_of_referents_filled_in_names_one_in_an_agency_and_one_at_a_directorate(bench: Bench) {
        let (first, _) = normandy(&bench).await;
        let known = person(&bench, first, "elue@example.org", &[]).await;
        let second = person(&bench, first, "copilote@example.org", &[]).await;
        let mut site = bench.site().await;
        site.sign_in_as(EMAIL).await;
        let desk = Sender::new(&bench, first);
        for (organisation, somebody, role) in [
            ("ARS-28", (known, "elue@example.org"), "referent-objectif-ars"),
            ("DSS", (second, "copilote@example.org"), "referent-national"),
        ] {
            let path = format!("/tables/referents.xlsx?organisation={organisation}&etat=manque");
            let list = site.get(&path).await.bytes;
            // The columns of the name and of the address, in the first post that nobody holds.
            assert_eq!(first_empty(&list, "Référents des objectifs", 6), 2, "{organisation}");
            let name = format!("Personne {}", somebody.1);
            let cells = [("G2".to_owned(), name.as_str()), ("H2".to_owned(), somebody.1)];
            let batch = desk.sends("referents.xlsx", filled(&list, 1, &cells)).await;
            assert!(desk.problems(&batch).await.iter().all(|p| p.place.row == 2 || p.code != jalon::imports::ProblemCode::UnknownRole));
            let given = desk.commits(batch.id).await;
            assert!(matches!(given, Ok(Committed::Now(_))), "{organisation}: {given:?}, {:?}", desk.problems(&batch).await);
            let grant = &held(&bench, somebody.0).await[0].grant.remit;
            assert_eq!((grant.role.as_str(), grant.organisation.as_str()), (role, organisation));
            assert!(!grant.objective.is_empty(), "for that objective alone");
            let after = site.get(&format!("/referents?organisation={organisation}")).await.body;
            assert!(after.contains(somebody.1), "{after}");
        }
    }
}
