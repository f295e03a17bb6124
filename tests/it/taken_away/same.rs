//! Whether a file tells what the page that offers it shows: as many rows, and the same first one.

use jiff::civil::Date;

use super::{between, page, plain};
use crate::support::Site;
use crate::tables::lines;

/// Tables whose file has as many lines as the page, in its order: the page, the file, and how the
/// page names its table (`table-…`), where it is a table of its own.
const ALIKE: &[(&str, &str, &str)] = &[
    ("/contrats?organisation=ARS-84", "contrats", ""),
    (
        "/contrats?cadre=etat-ars-2024-2028&q=normandie",
        "contrats",
        "",
    ),
    ("/contrats?etat=signe&tri=-contrat", "contrats", ""),
    ("/imports?genre=values&etat=committed", "imports", "imports"),
    (
        "/circuit/etat-ars-2024-2028?etat=recu",
        "circuit",
        "circuit",
    ),
    (
        "/circuit/etat-ars-2024-2028?annee=2024&fournisseur=DGS&au=2025-11-19",
        "circuit",
        "circuit",
    ),
    ("/circuit/fournisseurs/DGS", "circuit", "circuit"),
    (
        "/circuit/fournisseurs/DGS?au=2025-11-19&tri=-annee",
        "circuit",
        "circuit",
    ),
    (
        "/contestations?etat=toutes",
        "contestations",
        "contestations",
    ),
    ("/cadres", "cadres", "cadres"),
    ("/cadres/etat-ars-2024-2028", "indicateurs", ""),
    ("/cadres/etat-ars-2015-2018?edition=2017", "indicateurs", ""),
    ("/organisations?type=directions", "organisations", ""),
    ("/organisations?type=ars&au=2017-06-30", "organisations", ""),
    (
        "/indicateurs/etat-ars-2024-2028/2.c.1?periode=2022",
        "classement",
        "valeurs",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/6.a?tri=valeurs",
        "chargements",
        "chargements",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/2.c.1",
        "nationales",
        "nationales",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/6.a?lieu=53",
        "trajectoire",
        "trajectoire",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/2.a",
        "entonnoir",
        "entonnoir",
    ),
    (
        "/indicateurs/etat-ars-2024-2028/4.i",
        "definitions",
        "definitions",
    ),
    ("/catalogue/chirurgie-ambulatoire", "serie", "serie"),
    (
        "/catalogue/chirurgie-ambulatoire?lieu=28&tri=-valeur",
        "serie",
        "serie",
    ),
    (
        "/cadres/etat-ars-2024-2028/objectifs/4?au=2025-11-19",
        "objectif",
        "indicateurs",
    ),
    (
        "/comparer?regions=28&regions=53&cadre=etat-ars-2024-2028&objectif=2",
        "comparaison",
        "comparaison",
    ),
    (
        "/contrats/normandie-2024-2028?au=2025-11-19",
        "actes",
        "actes",
    ),
    (
        "/contrats/normandie-2024-2028/tableau?tri=-derniere",
        "suivi",
        "suivi",
    ),
    (
        "/contrats/normandie-2024-2028/tableau?objectif=2&au=2025-11-19",
        "suivi",
        "suivi",
    ),
    ("/valeurs/{valeur}", "revisions", "revisions"),
    ("/documents?tri=fichier", "documents", "documents"),
    ("/documents/{document}", "versions", "versions"),
    ("/personnes", "personnes", "personnes"),
    ("/aide/demandes", "demandes", "demandes"),
];

/// Tables whose page shows them in another form, or a part at a time: the page, the file, and the
/// headings whose words of the first line the page tells.
const TOLD: &[(&str, &str, &[&str])] = &[
    ("/", "pays", &["Territoire", "Libellé"]),
    (
        "/cadres/etat-ars-2024-2028/objectifs/2",
        "objectif-regions",
        &["Territoire", "Code", "Indicateur"],
    ),
    ("/cibles/etat-ars-2024-2028/2.c.1", "cibles", &["Contrat"]),
    (
        "/contrats/normandie-2024-2028/indicateurs/2.c.1",
        "termes",
        &["Indicateur ou engagement", "Valeur"],
    ),
    (
        "/contrats/normandie-2024-2028/indicateurs/2.c.1",
        "changements",
        &["Acte", "Terme"],
    ),
    (
        "/contrats/normandie-2024-2028/moyens",
        "moyens",
        &["Libellé", "Étape", "Montant"],
    ),
    (
        "/catalogue?q=chirurgie",
        "mesures",
        &["Libellé", "Indicateur"],
    ),
    ("/journal", "journal", &["Changement n°", "Qui", "Quoi"]),
];

/// Columns that bear one heading on the page and in the file, and are worded otherwise.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("circuit", "État", "the page tells how, the file by group"),
    ("indicateurs", "Échéance", "the page prints the document"),
    ("actes", "Acte", "the page gives its name, the file its key"),
    (
        "personnes",
        "Habilitations du jour",
        "the page, line by line",
    ),
];

/// What is wrong with the files that pages offer; `found` fills in what stands in braces.
pub async fn wrong(site: &mut Site, found: impl Fn(&str) -> String) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, file, table) in ALIKE {
        wrong.extend(alike(site, &found(path), file, table).await);
    }
    for (path, file, headings) in TOLD {
        wrong.extend(told(site, &found(path), file, headings).await);
    }
    wrong
}

/// The page, the address of the file that it offers, and the lines of that file.
async fn offered(
    site: &mut Site,
    path: &str,
    file: &str,
) -> Result<(String, String, Vec<Vec<String>>), String> {
    let html = page(site, path).await;
    let start = format!("href=\"/tables/{file}.csv");
    let Some(query) = between(&html, &start, "\"").next() else {
        return Err(format!("{path} does not offer {file}"));
    };
    let address = format!("/tables/{file}.csv{}", query.replace("&amp;", "&"));
    let all = lines(&site.get(&address).await);
    if all.len() < 2 {
        return Err(format!("{address} holds nothing"));
    }
    Ok((html, address, all))
}

/// What is wrong where the file has not the rows of the page, or begins by another one.
async fn alike(site: &mut Site, path: &str, file: &str, table: &str) -> Option<String> {
    let (html, address, all) = match offered(site, path, file).await {
        Ok(offered) => offered,
        Err(wrong) => return Some(wrong),
    };
    // One table of the page, or all those of the page where they are parts of one list.
    let own = match table {
        "" => "id=\"table-".to_owned(),
        table => format!("id=\"table-{table}\""),
    };
    let tables: Vec<&str> = between(&html, &own, "</table>").collect();
    let body = |table: &str| Some(table.split("<tbody>").nth(1)?.matches("<tr").count());
    let rows: usize = tables.iter().filter_map(|table| body(table)).sum();
    if all.len() - 1 != rows {
        let told = all.len() - 1;
        return Some(format!("{path} has {rows} rows, {address} {told}"));
    }
    let shown = first_row(tables[0]);
    // Parts of one list stand in an order of their own: some line is the first of the page.
    let some = if tables.len() > 1 { all.len() } else { 2 };
    let tried = all[1..some].iter();
    let differences = tried.map(|line| differs((&all[0], line), &shown, file));
    let differences: Option<Vec<String>> = differences.collect();
    let first = differences?.into_iter().next().unwrap_or_default();
    Some(format!("{path}: {first} in {address}"))
}

/// How the first row of a page differs from a line of its file; nothing where they say the same.
fn differs(
    (headings, line): (&[String], &[String]),
    shown: &[(String, String)],
    file: &str,
) -> Option<String> {
    let said: Vec<(&String, &String)> = headings.iter().zip(line).collect();
    let is_worded = |heading: &str| {
        let mut all = OTHERWISE.iter();
        !all.any(|(of, named, _)| *of == file && *named == heading)
    };
    let mut compared = 0;
    for (heading, cell) in shown.iter().filter(|(heading, _)| is_worded(heading)) {
        let same = said.iter().find(|(own, _)| *own == heading);
        let Some((_, text)) = same.filter(|(_, text)| !text.is_empty()) else {
            continue;
        };
        compared += 1;
        if !tells(cell, text) {
            let cell = plain(cell);
            return Some(format!("« {heading} » is {cell:?}, and {text:?}"));
        }
    }
    // Where no heading is the same, the name of the row is one of the cells.
    let named = |cell: &str| {
        let mut texts = said.iter().map(|(_, text)| text);
        texts.any(|text| !text.is_empty() && tells(cell, text))
    };
    let is_named = compared > 0 || shown.iter().any(|(_, cell)| named(cell));
    (!is_named).then(|| format!("nothing of {shown:?} is {line:?}"))
}

/// What is wrong where the page does not tell the first line of its file.
async fn told(site: &mut Site, path: &str, file: &str, headings: &[&str]) -> Option<String> {
    let (html, address, all) = match offered(site, path, file).await {
        Ok(offered) => offered,
        Err(wrong) => return Some(wrong),
    };
    let text = html.split("<main").nth(1).unwrap_or_default();
    let said: Vec<(&str, &str)> = pairs(&all).collect();
    for heading in headings {
        let Some((_, cell)) = said.iter().find(|(own, _)| own == heading) else {
            return Some(format!("{address} has no « {heading} »: {:?}", all[0]));
        };
        if !tells(text, cell) {
            return Some(format!("{path} does not tell {cell:?} of {address}"));
        }
    }
    None
}

/// The cells of the first line of a file, with their headings.
fn pairs(lines: &[Vec<String>]) -> impl Iterator<Item = (&str, &str)> {
    let headings = lines[0].iter().map(String::as_str);
    headings.zip(lines[1].iter().map(String::as_str))
}

/// The cells of the first row of a table of a page, as they are written, with their headings.
fn first_row(table: &str) -> Vec<(String, String)> {
    let (head, body) = table.split_once("<tbody>").unwrap_or((table, ""));
    let headings = head.split("<th").skip(2).map(|cell| {
        let (_, cell) = cell.split_once('>').unwrap_or_default();
        let said = cell.split("<span class=\"vh\">").next().unwrap_or_default();
        plain(said).trim().to_owned()
    });
    let row = body.split("</tr>").next().unwrap_or_default();
    let row = row.replace("<th", "<td");
    let cells = row.split("<td").skip(1).map(|cell| {
        let (_, cell) = cell.split_once('>').unwrap_or_default();
        cell.to_owned()
    });
    headings.zip(cells).collect()
}

/// Whether the text of a page tells what a cell of a file holds: its words, its number to as many
/// decimals as are shown, its day as a day of the calendar.
fn tells(html: &str, cell: &str) -> bool {
    let spaced = |text: &str| text.to_lowercase().replace(['\u{a0}', '\u{202f}'], " ");
    let shown = spaced(&plain(html));
    // Two numbers in one cell are two.
    let apart = spaced(&plain(&html.replace('<', "|<")));
    shown.contains(&spaced(cell)) || tells_number(&apart, cell) || tells_day(&shown, cell)
}

fn tells_number(shown: &str, cell: &str) -> bool {
    let Ok(wanted) = cell.replace(',', ".").parse::<f64>() else {
        return false;
    };
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, ',' | ' ' | '−' | '-');
    let numbers = shown.split(|c: char| !is_part(c));
    numbers.into_iter().any(|text| {
        let text: String = text.chars().filter(|c| *c != ' ').collect();
        let decimals = text.split_once(',').map_or(0, |(_, after)| after.len());
        let number = text.replace(',', ".").replace('−', "-").parse::<f64>();
        let step = 10_f64.powi(-i32::try_from(decimals).unwrap());
        number.is_ok_and(|number| (number - wanted).abs() <= step / 2.0 + 1e-9)
    })
}

fn tells_day(shown: &str, cell: &str) -> bool {
    let Ok(day) = Date::strptime("%d/%m/%Y", cell) else {
        return false;
    };
    shown.contains(&jalon::platform::clock::french_date(day))
}
