//! A region's sheet as PDF.

use jalon_render::{RegionSheet, RenderError, region_sheet, region_sheet_pages};

use super::ground::{DossierError, Ground, Request, day};
use super::sheet::{Material, Rows, rows};
use crate::access::Reach;
use crate::contracts::FullContract;
use crate::figures::Sources;

/// How many rows one page holds where their labels are short.
const ONE_PAGE: usize = 12;

/// The sheet, drawn outside any transaction: every indicator of the contract, on as many pages as
/// it takes, where the `whole` is wanted; otherwise one page, with those that most ask for
/// attention.
pub async fn region_pdf(
    sources: &Sources,
    reach: &Reach,
    request: &Request,
    whole: bool,
) -> Result<Vec<u8>, DossierError> {
    let ground = Ground::read(sources, reach, request).await?;
    let terms = ground.full.in_force(ground.known);
    let made = rows(Material {
        contract: ground.contract(),
        section: ground.section(),
        terms: &terms,
        framework: &ground.edited.framework,
        catalogue: &ground.catalogue,
        own: &ground.own,
        figures: &ground.figures,
        year: ground.year,
        today: ground.as_of,
    });
    let notes = notes(&ground.full, ground.known, ground.year);
    let mut sheet = RegionSheet {
        contract: ground.heading(),
        region: ground.region(),
        period: ground.period(),
        as_of: day(ground.as_of)?,
        issued: day(ground.today)?,
        verdict: made.verdict.clone(),
        notes: notes.clone(),
        fictional: made.fictional,
        indicators: Vec::new(),
        illustrations: Vec::new(),
    };
    let drawn = tokio::task::spawn_blocking(move || {
        if whole {
            sheet.indicators = made.all();
        } else {
            fit(&mut sheet, &made, &notes)?;
        }
        region_sheet(&sheet)
    });
    Ok(drawn.await??)
}

/// Gives the sheet as many of the most pressing rows as one page holds, and says how many it left.
fn fit(sheet: &mut RegionSheet, made: &Rows, notes: &[String]) -> Result<(), RenderError> {
    let total = made.len();
    for most in (1..=ONE_PAGE.min(total)).rev() {
        sheet.indicators = made.most_pressing(most);
        sheet.notes = notes.to_vec();
        if most < total {
            sheet.notes.insert(0, format!(
                "{most} valeurs suivies sur {total} : d’abord celles qui sont publiées, puis celles qui demandent le plus d’attention ; toutes figurent dans le dossier."
            ));
        }
        if region_sheet_pages(sheet)? == 1 {
            break;
        }
    }
    Ok(())
}

fn notes(full: &FullContract, known: i64, year: i16) -> Vec<String> {
    let mut notes = vec![judged_note(year)];
    let signed = full
        .instruments
        .iter()
        .filter(|i| i.signed_change().is_some_and(|no| no <= known))
        .count();
    if signed > 1 {
        notes.push(format!("Termes issus de {signed} actes signés."));
    }
    notes
}

/// What values are judged against.
pub(super) fn judged_note(year: i16) -> String {
    format!(
        "Chaque valeur est la dernière connue, avec son année ; la cible est celle de {year}. Une année sans cible est jugée sur la trajectoire droite entre valeur initiale et cible finale."
    )
}
