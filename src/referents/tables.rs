//! The list of referents as a table that can be taken away: the one that directorates and agencies
//! used to exchange as a spreadsheet.

use async_trait::async_trait;

use super::pages::{Listed, code};
use super::{Holding, Place, Post, store};
use crate::access::role::{Referent, Role, Side};
use crate::frameworks::Library;
use crate::organisations::Directories;
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{AsOf, WebError, WebResult};
use crate::tables::{Ask, Source, day};

/// `referents`: one line for each person and objective, and one for each post that nobody holds.
#[derive(Debug)]
pub struct Referents {
    /// The frameworks, for their objectives.
    pub library: Library,
    /// The directorates and the agencies.
    pub directories: Directories,
}

#[async_trait]
impl Source for Referents {
    fn name(&self) -> &'static str {
        "referents"
    }

    fn title(&self) -> &'static str {
        "Référents des objectifs"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "organisation", "etat", "au"]
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        if !ask.reach.sees_referents() {
            return Err(WebError::NotFound);
        }
        let asked = AsOf::of(ask.asked);
        if let Some(problem) = asked.problem() {
            return Err(WebError::Invalid(problem));
        }
        let day = asked.past(ask.today).unwrap_or(ask.today);
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        let listed = Listed::of(&catalogue, &directory, ask.asked, day);
        let listed = listed.ok_or(WebError::NotFound)?;
        let holdings = store::holdings(ask.tx, ask.reach, &listed.framework.code).await?;
        let columns = vec![
            Column::words("cadre", "Cadre"),
            Column::words("objectif", "Objectif"),
            Column::words("libelle", "Libellé"),
            Column::words("organisation", "Organisation"),
            Column::words("nom", "Nom de l’organisation"),
            Column::words("role", "Rôle"),
            Column::words("personne", "Personne"),
            Column::words("courriel", "Adresse électronique"),
            Column::words("depuis", "Depuis le"),
            Column::words("jusqu_au", "Jusqu’au"),
            Column::words("manque_depuis", "Manque depuis le"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        for post in listed.posts(&holdings) {
            rows(&listed, &post, &mut table.rows);
        }
        Ok(table)
    }
}

fn rows(listed: &Listed<'_>, post: &Post<'_>, rows: &mut Vec<Vec<Cell>>) {
    let mut row = |organisation: &str, role: &str, rest: [Cell; 5]| {
        let named = listed.directory.organisation(organisation);
        let mut cells = vec![
            Cell::text(listed.framework.code.clone()),
            Cell::text(post.objective.code.clone().unwrap_or_default()),
            Cell::text(post.objective.label.clone()),
            Cell::text(organisation),
            Cell::text(named.map_or("", |o| o.name.as_str())),
            Cell::text(role),
        ];
        cells.extend(rest);
        rows.push(cells);
    };
    let is_national = !matches!(post.place, Place::Agency(_));
    let wanted = role_words(is_national, post.wants());
    if let Some(since) = post.missing_since {
        let nobody = || Cell::text("");
        let rest = [nobody(), nobody(), nobody(), nobody(), day(Some(since))];
        row(code(post), wanted, rest);
    }
    // A signing lead who is also their directorate's has one line.
    let at_directorate = matches!(post.place, Place::Directorate(_));
    let told = |holder: &&&Holding| !(at_directorate && holder.referent == Referent::First);
    for holder in post.holders.iter().filter(told) {
        row(
            &holder.organisation,
            role_words(holder.national, holder.referent),
            [
                Cell::text(holder.name.clone()),
                Cell::text(holder.email.clone()),
                day(Some(holder.from)),
                day(holder.until),
                day(None),
            ],
        );
    }
}

/// What the holder of a role is called in the list of referents; `None` where they are none.
pub fn role_title(role: &Role) -> Option<&'static str> {
    let referent = role.referent?;
    Some(role_words(role.side == Side::State, referent))
}

fn role_words(national: bool, referent: Referent) -> &'static str {
    match (national, referent) {
        (true, Referent::First) => "Chef de file signataire",
        (true, Referent::Second) => "Copilote",
        (false, Referent::First) => "Référent",
        (false, Referent::Second) => "Coréférent",
    }
}
