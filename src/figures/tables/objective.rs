//! `objectif`, `objectif-regions` and `comparaison`: one objective over the country, in each region,
//! and some regions side by side.

use async_trait::async_trait;

use super::situation;
use crate::figures::Sources;
use crate::figures::pages::{by_region, compared, indicators};
use crate::platform::web::table::Table;
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source};

/// `objectif`: the indicators of an objective, for the whole country.
#[derive(Debug)]
pub struct Objective {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for Objective {
    fn name(&self) -> &'static str {
        "objectif"
    }

    fn title(&self) -> &'static str {
        "Indicateurs d’un objectif"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "objectif", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let situation = situation(&self.sources, &mut ask).await?;
        indicators(ask.tx, &situation, ask.asked).await
    }
}

/// `objectif-regions`: the same indicators in each region whose contract has terms on them.
#[derive(Debug)]
pub struct ObjectiveByRegion {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for ObjectiveByRegion {
    fn name(&self) -> &'static str {
        "objectif-regions"
    }

    fn title(&self) -> &'static str {
        "Objectif par région"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "objectif", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let situation = situation(&self.sources, &mut ask).await?;
        by_region(ask.tx, &situation, ask.asked).await
    }
}

/// `comparaison`: some regions side by side.
#[derive(Debug)]
pub struct SideBySide {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for SideBySide {
    fn name(&self) -> &'static str {
        "comparaison"
    }

    fn title(&self) -> &'static str {
        "Régions comparées"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "objectif", "annee", "regions", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let situation = situation(&self.sources, &mut ask).await?;
        compared(&situation, ask.asked).ok_or(WebError::NotFound)
    }
}
