//! `/personnes`: the people, and what each holds.

use axum::extract::State;
use maud::{Markup, html};

use super::{PEOPLE, WHY, button_or_why, grant_words, scope_words};
use crate::access::grant::people_store::{self, Listed};
use crate::access::policy::Concern;
use crate::access::reach::Reach;
use crate::access::role::Roles;
use crate::access::signed::Signed;
use crate::access::store::AddPerson;
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
            div.acts {
                @if signed.reach().sees_referents() {
                    a.btn href="/referents" { "Référents des objectifs" }
                }
                (managing(signed.reach()))
                a.btn href=(WHY) { "Pourquoi un acte est permis ou non" }
            }
        }
        (filter_form(&address, "Filtrer les personnes", &filters))
        (people_table(&people).without(&IN_FILES).html(&address))
        (downloads("personnes", "Les personnes", &[], &address))
    };
    Ok(signed.page("Personnes", &body))
}

/// The ways to manage people, or why they are closed.
fn managing(reach: &Reach) -> Markup {
    let gives = reach.gives_something();
    html! {
        (button_or_why(gives.as_ref().map(|&()| ()), "Gérer des personnes", &html! {
            (reach.offers::<AddPerson>(&[Concern::nobodys()], "Ouvrir un compte", &html! {
                a.btn.main href="/personnes/nouvelle" { "Ouvrir un compte" }
            }))
            a.btn href="/personnes/classeur.xlsx" download { "Télécharger le classeur des personnes" }
            a.btn href="/droits/revue" { "Revue annuelle" }
            a.btn href="/imports/nouveau?genre=personnes" { "Déposer un classeur rempli" }
        }))
    }
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
