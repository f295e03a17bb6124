//! A region's sheet as PDF.

use jalon_render::{RegionSheet, region_sheet};

use super::ground::{DossierError, Ground, Request, day};
use super::sheet::{Material, rows};
use crate::access::Reach;
use crate::contracts::FullContract;
use crate::figures::Sources;

/// How many rows one page holds, the longest labels included.
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
    let sheet = RegionSheet {
        contract: ground.heading(),
        region: ground.region(),
        period: ground.period(),
        as_of: day(ground.as_of)?,
        issued: day(ground.today)?,
        verdict: made.verdict.clone(),
        notes: notes(&ground.full, ground.year, whole, made.len()),
        fictional: made.fictional,
        indicators: if whole {
            made.all()
        } else {
            made.most_pressing(ONE_PAGE)
        },
        illustrations: Vec::new(),
    };
    let bytes = tokio::task::spawn_blocking(move || region_sheet(&sheet)).await??;
    Ok(bytes)
}

fn notes(full: &FullContract, year: i16, whole: bool, rows: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if !whole && rows > ONE_PAGE {
        notes.push(format!(
            "{ONE_PAGE} indicateurs sur {rows} : d’abord ceux qui ont une valeur publiée, puis ceux qui demandent le plus d’attention ; tous figurent dans le dossier."
        ));
    }
    notes.push(judged_note(year));
    let signed = full
        .instruments
        .iter()
        .filter(|i| i.signed.is_some())
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
