//! The tables of frameworks that can be taken away.

use std::sync::Arc;

use async_trait::async_trait;

use super::pages::held;
use super::{CalendarDate, CalendarEntry, Edited, Framework, Indicator, Library};
use crate::access::Reach;
use crate::platform::db::Tx;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day, whole, word, yes_no};

/// `indicateurs`: those of every framework, or of one.
#[derive(Debug)]
pub struct Indicators {
    /// The frameworks.
    pub library: Library,
}

#[async_trait]
impl Source for Indicators {
    fn name(&self) -> &'static str {
        "indicateurs"
    }

    fn title(&self) -> &'static str {
        "Indicateurs"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "edition"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let mut frameworks = catalogue.frameworks();
        let wanted = ask.choice("cadre");
        if let Some(code) = &wanted {
            frameworks.retain(|edited| edited.framework.code == *code);
            let edited = frameworks.first().ok_or(WebError::NotFound)?;
            if let Some(year) = ask.choice("edition") {
                return self.of_campaign(ask.tx, ask.reach, edited, &year).await;
            }
        }
        let mut table = indicators();
        for edited in frameworks {
            let framework = &edited.framework;
            let rows = framework.indicators.iter();
            table.rows.extend(rows.map(|one| indicator(framework, one)));
        }
        Ok(table)
    }
}

impl Indicators {
    /// Those of the campaign of a year, under the revision that it is run with.
    async fn of_campaign(
        &self,
        tx: &mut Tx,
        reach: &Reach,
        current: &Arc<Edited>,
        year: &str,
    ) -> WebResult<Table> {
        let year = year.parse().map_err(|_| WebError::NotFound)?;
        let held = held(tx, reach, &self.library, current, year).await?;
        let framework = &held.edited.framework;
        let campaign = framework.campaign(year).ok_or(WebError::NotFound)?;
        let mut table = indicators();
        let rows = campaign.indicators.iter();
        table.rows = rows.map(|one| indicator(framework, one)).collect();
        Ok(table)
    }
}

fn indicators() -> Table {
    let columns = vec![
        Column::words("cadre", "Cadre"),
        Column::words("objectif", "Objectif"),
        Column::words("cle", "Clé").staying(),
        Column::words("code", "Code imprimé").staying(),
        Column::words("indicateur", "Indicateur").staying(),
        Column::words("sorte", "Sorte"),
        Column::words("mesures", "Mesures"),
        Column::words("fournisseurs", "Fournisseurs"),
        Column::words("pilotes", "Directions responsables"),
        Column::words("source", "Source"),
        Column::words("echeance", "Échéance"),
    ];
    Table::new("indicateurs", "Indicateurs", columns)
}

fn indicator(framework: &Framework, indicator: &Indicator) -> Row {
    let mut kinds = framework.kinds.iter();
    let kind = kinds.find(|kind| kind.key == indicator.kind);
    let mut nodes = framework.nodes.iter();
    let node = nodes.find(|node| node.key == indicator.node);
    vec![
        Cell::text(framework.code.clone()),
        Cell::text(node.map_or(&indicator.node, |node| &node.label).as_str()),
        Cell::text(indicator.key.clone()),
        word(indicator.code.clone()),
        Cell::text(indicator.label.clone()),
        Cell::text(kind.map_or(&indicator.kind, |kind| &kind.label).as_str()),
        Cell::text(indicator.measures.join(", ")),
        Cell::text(indicator.suppliers.join(", ")),
        Cell::text(indicator.leads.join(", ")),
        word(indicator.source.clone()),
        Cell::text(indicator.due.french()),
    ]
}

/// `cadres`: every framework.
#[derive(Debug)]
pub struct Frameworks {
    /// The frameworks.
    pub library: Library,
}

#[async_trait]
impl Source for Frameworks {
    fn name(&self) -> &'static str {
        "cadres"
    }

    fn title(&self) -> &'static str {
        "Cadres contractuels"
    }

    fn choices(&self) -> &'static [&'static str] {
        &[]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let columns = vec![
            Column::words("code", "Code"),
            Column::words("cadre", "Cadre"),
            Column::numbers("debut", "Première année"),
            Column::numbers("fin", "Dernière année"),
            Column::numbers("revision", "Révision"),
            Column::numbers("indicateurs", "Indicateurs"),
            Column::words("outil", "Outil d’alors"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let rows = catalogue.frameworks().into_iter().map(|edited| {
            let framework = &edited.framework;
            let count = i64::try_from(framework.indicators.len()).unwrap_or(i64::MAX);
            vec![
                Cell::text(framework.code.clone()),
                Cell::text(framework.title.clone()),
                whole(framework.starts.into()),
                whole(framework.ends.into()),
                whole(edited.no),
                whole(count),
                word(framework.tool.clone()),
            ]
        });
        table.rows = rows.collect();
        Ok(table)
    }
}

/// `calendrier`: the dates of a framework, those that come back every year or those of the campaign
/// of one.
#[derive(Debug)]
pub struct Calendar {
    /// The frameworks.
    pub library: Library,
}

#[async_trait]
impl Source for Calendar {
    fn name(&self) -> &'static str {
        "calendrier"
    }

    fn title(&self) -> &'static str {
        "Calendrier d’un cadre"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "edition"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let code = ask.choice("cadre").ok_or(WebError::NotFound)?;
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let edited = catalogue.framework(&code).ok_or(WebError::NotFound)?;
        let columns = vec![
            Column::words("etape", "Étape"),
            Column::words("du", "Du"),
            Column::words("au", "Au"),
            Column::words("concerne", "Ce que cela concerne"),
            Column::words("note", "Note"),
            Column::words("chaque_annee", "De chaque année"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        if let Some(year) = ask.choice("edition") {
            let year = year.parse().map_err(|_| WebError::NotFound)?;
            let held = held(ask.tx, ask.reach, &self.library, edited, year).await?;
            let campaign = held.edited.framework.campaign(year);
            let steps = campaign.ok_or(WebError::NotFound)?.steps;
            table.rows = steps
                .iter()
                .map(|step| entry(step.entry, [day(step.from), day(step.to)], step.recurring))
                .collect();
        } else {
            table.rows = edited
                .framework
                .every_year()
                .iter()
                .map(|step| entry(step, [date(step.from), date(step.to)], true))
                .collect();
        }
        Ok(table)
    }
}

fn entry(entry: &CalendarEntry, [from, to]: [Cell; 2], recurring: bool) -> Row {
    vec![
        Cell::text(entry.label.clone()),
        from,
        to,
        word(entry.scope.clone()),
        word(entry.note.clone()),
        yes_no(recurring),
    ]
}

/// A day, or one that comes back: « 31/03/N+1 ».
fn date(date: Option<CalendarDate>) -> Cell {
    match date {
        None => Cell::default(),
        Some(CalendarDate::On(on)) => day(Some(on)),
        Some(recurring) => Cell::text(recurring.to_string()),
    }
}
