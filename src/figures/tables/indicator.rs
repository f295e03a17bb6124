//! What stands on the page of an indicator, each table by itself.

use async_trait::async_trait;

use super::situation;
use crate::figures::Sources;
use crate::figures::api::unknown_measure;
use crate::figures::pages::{Part, load_table, part};
use crate::platform::web::table::Table;
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source};

/// `classement`, `nationales`, `trajectoire` and `entonnoir`: one part of the page.
#[derive(Debug)]
pub struct OfIndicator {
    /// Where it is read from.
    sources: Sources,
    name: &'static str,
    title: &'static str,
    choices: &'static [&'static str],
    part: Part,
}

/// Those of the period shown.
const OF_PERIOD: &[&str] = &["cadre", "indicateur", "mesure", "periode", "au"];

impl OfIndicator {
    /// The places side by side, with rank, move, gap, target and state.
    pub fn ranking(sources: Sources) -> Self {
        Self {
            sources,
            name: "classement",
            title: "Territoires d’un indicateur",
            choices: OF_PERIOD,
            part: Part::Ranking,
        }
    }

    /// What the supplier gives of the country, and what the regions add up to.
    pub fn nationals(sources: Sources) -> Self {
        Self {
            sources,
            name: "nationales",
            title: "Valeurs nationales d’un indicateur",
            choices: OF_PERIOD,
            part: Part::Nationals,
        }
    }

    /// The series of one place, what is aimed at and where it is heading.
    pub fn course(sources: Sources) -> Self {
        Self {
            sources,
            name: "trajectoire",
            title: "Trajectoire d’un indicateur",
            choices: &["cadre", "indicateur", "mesure", "lieu", "periode", "au"],
            part: Part::Course,
        }
    }

    /// What chance explains of the gaps between places.
    pub fn funnel(sources: Sources) -> Self {
        Self {
            sources,
            name: "entonnoir",
            title: "Limites du hasard d’un indicateur",
            choices: OF_PERIOD,
            part: Part::Funnel,
        }
    }
}

#[async_trait]
impl Source for OfIndicator {
    fn name(&self) -> &'static str {
        self.name
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn choices(&self) -> &'static [&'static str] {
        self.choices
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let situation = situation(&self.sources, &mut ask).await?;
        let table = part(&situation, ask.asked, self.part)?;
        Ok(table.ok_or(WebError::NotFound)?.with_totals_as_rows())
    }
}

/// `chargements`: the loads of a measure.
#[derive(Debug)]
pub struct LoadsOfMeasure {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for LoadsOfMeasure {
    fn name(&self) -> &'static str {
        "chargements"
    }

    fn title(&self) -> &'static str {
        "Chargements d’une mesure"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["mesure", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let situation = situation(&self.sources, &mut ask).await?;
        let code = ask.asked.get("mesure");
        let known = &situation.catalogue;
        if unknown_measure(ask.tx, ask.reach, known, &[code])
            .await?
            .is_some()
        {
            return Err(WebError::NotFound);
        }
        let measure = known.measure(code).ok_or(WebError::NotFound)?;
        let (upto, whose) = (situation.moment.change, (ask.reach, ask.today));
        let loads = &self.sources.loads;
        let loads = loads.of(ask.tx, whose, &measure.code, upto).await?;
        Ok(load_table(ask.reach, &loads))
    }
}
