//! `/personnes`: the people, and what each holds.

use axum::extract::State;
use maud::{Markup, html};

use super::{PEOPLE, WHY, grant_words, scope_words};
use crate::access::grant::people_store::{self, Listed};
use crate::access::role::Roles;
use crate::access::signed::Signed;
use crate::kernel::fold;
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, Filter, WebResult, downloads, filter_form};

pub(super) async fn page(
    signed: Signed,
    address: Address,
    State(db): State<Db>,
    State(clock): State<Clock>,
) -> WebResult<Markup> {
    let mut tx = db.read().await?;
    let mut people = people_store::people(&mut tx, signed.reach(), clock.today()).await?;
    drop(tx);
    people.retain(|one| answers(one, &address));
    let roles = Roles::known().all().iter();
    let filters = [
        Filter::Words {
            name: "q",
            label: "Nom, adresse ou organisation",
        },
        Filter::Choice {
            name: "role",
            label: "Rôle",
            any: "Tous",
            choices: roles.map(|r| (r.key.clone(), r.name.clone())).collect(),
        },
    ];
    let body = html! {
        div.head {
            h1 { "Personnes" }
            p.lead { @match people.len() {
                0 => { "Personne ne répond à cette recherche." },
                1 => { "Une personne." },
                n => { (n) " personnes." },
            } " Vous voyez celles que vos habilitations vous laissent voir." }
            p.acts {
                @if signed.reach().sees_referents() {
                    a.btn href="/referents" { "Référents des objectifs" }
                }
                @if signed.reach().gives_something().is_ok() {
                    a.btn href="/personnes/classeur.xlsx" download { "Télécharger le classeur des personnes" }
                    a.btn href="/droits/revue" { "Revue annuelle" }
                    a.btn href="/imports/nouveau?genre=personnes" { "Déposer un classeur rempli" }
                }
                a.btn href=(WHY) { "Pourquoi un acte est permis ou non" }
            }
        }
        (filter_form(&address, "Filtrer les personnes", &filters))
        (people_table(&people).without(&IN_FILES).html(&address))
        (downloads("personnes", "Les personnes", &[], &address))
    };
    Ok(signed.page("Personnes", &body))
}

fn organisations(one: &Listed) -> String {
    let codes: Vec<&str> = one
        .grants
        .iter()
        .map(|g| g.remit.organisation.as_str())
        .collect();
    codes.join(" ")
}

/// Whether a person answers what an address asks: words, and a role.
pub fn answers(one: &Listed, asked: &Address) -> bool {
    let (words, role) = (fold(asked.get("q")), asked.get("role"));
    let has_role = role.is_empty() || one.grants.iter().any(|grant| grant.remit.role == role);
    let text = fold(&format!(
        "{} {} {}",
        one.name,
        one.email,
        organisations(one)
    ));
    has_role && text.contains(&words)
}

/// What the page leaves to the file.
const IN_FILES: [&str; 2] = ["courriel", "compte"];

/// The people, with what they hold that day.
pub fn people_table(people: &[Listed]) -> Table {
    let columns = vec![
        Column::words("personne", "Personne"),
        Column::words("courriel", "Courriel"),
        Column::words("habilitations", "Habilitations du jour").wide(),
        Column::words("compte", "Compte"),
    ];
    let title = "Les personnes et leurs habilitations du jour";
    let mut table = Table::new("personnes", title, columns)
        .classed("stack")
        .caption_unseen();
    table.rows = people.iter().map(row).collect();
    table
}

fn row(one: &Listed) -> Row {
    let name = html! {
        a href={ (PEOPLE) "/" (one.id) } { (one.name) }
        span.sub { (one.email) }
    };
    let held = html! {
        @if one.grants.is_empty() && !one.elsewhere { span.muted { "Aucune" } }
        @for grant in &one.grants { p {
            (Roles::known().name(&grant.remit.role)) span.sub { (scope_words(grant)) }
        } }
        @if one.elsewhere { p.muted { "D’autres, ailleurs" } }
    };
    let mut words: Vec<String> = one.grants.iter().map(grant_words).collect();
    words.extend(one.elsewhere.then(|| "d’autres, ailleurs".to_owned()));
    let words = if words.is_empty() {
        Cell::default()
    } else {
        Cell::text(words.join(" ; "))
    };
    vec![
        Cell::text(one.name.clone()).shown(name),
        Cell::text(one.email.clone()),
        words.shown(held),
        Cell::text(one.id.to_string()),
    ]
}
