//! People and what they hold, as tables that can be taken away.

use async_trait::async_trait;

use super::review::{Decision, Entry, seen};
use crate::access::grant::pages::{answers, grants_seen, people_table, scope_words, standing};
use crate::access::grant::people_store::people;
use crate::access::grant::store::Held;
use crate::access::role::Roles;
use crate::access::seen_person;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day, day_of, word};

/// `personnes`: the people that somebody may see, with what they hold that day.
#[derive(Debug)]
pub struct People;

#[async_trait]
impl Source for People {
    fn name(&self) -> &'static str {
        "personnes"
    }

    fn title(&self) -> &'static str {
        "Personnes"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["q", "role"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let mut seen = people(ask.tx, ask.reach, ask.today).await?;
        seen.retain(|one| answers(one, ask.asked));
        Ok(people_table(&seen))
    }
}

/// `habilitations`: what one person holds and held.
#[derive(Debug)]
pub struct Grants;

#[async_trait]
impl Source for Grants {
    fn name(&self) -> &'static str {
        "habilitations"
    }

    fn title(&self) -> &'static str {
        "Habilitations d’une personne"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["personne"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let person = ask.id("personne")?;
        let found = seen_person(ask.tx, ask.reach, person).await?;
        let found = found.ok_or(WebError::NotFound)?;
        let (held, _) = grants_seen(ask.tx, ask.reach, person, ask.today).await?;
        let columns = vec![
            Column::words("role", "Rôle"),
            Column::words("organisation", "Organisation"),
            Column::words("limites", "Pour quoi"),
            Column::words("pour", "À la place de"),
            Column::words("du", "Du"),
            Column::words("au", "Au"),
            Column::words("etat", "État"),
            Column::words("donnee_par", "Donnée par"),
            Column::words("donnee_le", "Donnée le"),
            Column::words("motif", "Motif"),
            Column::words("finie_par", "Finie par"),
            Column::words("finie_le", "Finie le"),
            Column::words("motif_fin", "Motif de la fin"),
            Column::words("habilitation", "Habilitation"),
        ];
        let mut table = Table::new(self.name(), found.name, columns);
        let rows = held.iter().map(|held| grant(held, &ask));
        table.rows = rows.collect();
        Ok(table)
    }
}

fn grant(held: &Held, ask: &Ask<'_>) -> Row {
    let own = &held.grant;
    let ended = held.ended.as_ref();
    let (at, by) = &held.given;
    vec![
        Cell::text(Roles::known().name(&own.remit.role)),
        word(Some(own.remit.organisation.as_str()).filter(|code| !code.is_empty())),
        Cell::text(scope_words(own)),
        word(own.behalf_of.clone()),
        day(Some(held.starts_on)),
        day(held.ends_on),
        standing(held, ask.today).into(),
        Cell::text(by.as_deref().unwrap_or("Jalon, à l’installation")),
        day_of(*at),
        Cell::text(held.why.clone()),
        word(ended.and_then(|(_, by, _)| by.clone())),
        ended.map_or_else(Cell::default, |(at, ..)| day_of(*at)),
        word(ended.and_then(|(.., why)| why.clone())),
        Cell::text(own.id.to_string()),
    ]
}

/// `revue`: the grants of a review of rights that somebody has to decide.
#[derive(Debug)]
pub struct Reviewed;

#[async_trait]
impl Source for Reviewed {
    fn name(&self) -> &'static str {
        "revue"
    }

    fn title(&self) -> &'static str {
        "Revue des habilitations"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["revue", "voir"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let id = ask.id("revue")?;
        let (_, mut entries) = seen(ask.tx, ask.reach, id, ask.today).await?;
        let all = ask.asked.get("voir") == "tout";
        entries.retain(|entry| all || entry.decision == Decision::Waiting);
        let columns = vec![
            Column::words("personne", "Personne"),
            Column::words("courriel", "Courriel"),
            Column::words("role", "Rôle"),
            Column::words("limites", "Pour quoi"),
            Column::words("du", "Du"),
            Column::words("au", "Au"),
            Column::words("decision", "Décision"),
            Column::words("habilitation", "Habilitation"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        table.rows = entries.iter().map(reviewed).collect();
        Ok(table)
    }
}

fn reviewed(entry: &Entry) -> Row {
    let decision = match entry.decision {
        Decision::Waiting => "à décider",
        Decision::Confirmed => "confirmée",
        Decision::Over => "finie",
    };
    vec![
        Cell::text(entry.name.clone()),
        Cell::text(entry.email.clone()),
        Cell::text(Roles::known().name(&entry.grant.remit.role)),
        Cell::text(scope_words(&entry.grant)),
        day(Some(entry.starts_on)),
        day(entry.ends_on),
        Cell::text(decision),
        Cell::text(entry.grant.id.to_string()),
    ]
}
