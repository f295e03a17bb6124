//! `/personnes/{person}`: what a person holds and held, and the forms that end, delegate and give it
//! up.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::account::{self, Account};
use super::{PEOPLE, button_or_why, delegation, scope_words, seen_person, sessions};
use crate::access::grant::people_store::PeopleSeen;
use crate::access::grant::store::{self, Held};
use crate::access::grant::{Delegated, EndGrant, GiveGrant, SeePeople};
use crate::access::leave::store::{Left, left};
use crate::access::leave::{LeavePerson, Leaving};
use crate::access::looking::may_see_as;
use crate::access::permit::{Act as _, may};
use crate::access::policy::{Concern, Denied};
use crate::access::reach::Reach;
use crate::access::role::{Role, Roles};
use crate::access::session::OpenSession;
use crate::access::signed::Signed;
use crate::access::store::{Person, Whose};
use crate::ledger::history_href;
use crate::platform::clock::{Clock, french_date, french_instant};
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::web::table::{Cell, Datum};
use crate::platform::web::{
    Address, Crumb, WebError, WebResult, crumbs, downloads, section_heading, state,
};

/// Said where no mail leaves.
const UNSENT: &str = "Cette installation n’envoie pas de courriel : qui l’administre retrouve le lien parmi les courriels qui attendent, à remettre à la personne.";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    fait: String,
}

/// A person as their page shows them.
pub(super) struct Shown {
    person: Person,
    grants: Vec<Held>,
    /// How many others they hold today for organisations whose people whoever looks does not see.
    elsewhere: usize,
    /// What each grant that may be ended concerns, in the order of the grants.
    ends: Vec<Result<(), Denied>>,
    /// Their last day, where they leave or left.
    left: Option<Left>,
    /// The people whose grants whoever looks may know of.
    people: PeopleSeen,
    /// Whether whoever looks may have them leave.
    leaves: Result<(), Denied>,
    /// Whether whoever looks may give them some role.
    gives: Result<(), Denied>,
    /// Why whoever looks may not see pages as the person does, where they may not.
    seeing_as: Result<(), Denied>,
    is_own: bool,
    /// Their open sessions, for whoever may end them.
    sessions: Option<Vec<OpenSession>>,
    /// What may be done to their account; nothing to one's own, nor to one that is closed.
    account: Option<Account>,
    /// What they delegated, for themselves alone.
    delegated: Vec<Delegated>,
    today: Date,
}

pub(super) async fn page(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    Path(id): Path<Uuid>,
    Query(done): Query<Done>,
) -> WebResult<Response> {
    let mut tx = db.read().await?;
    let shown = shown(&mut tx, &signed, clock.today(), id).await?;
    drop(tx);
    let body = body(&shown, &done.fait);
    Ok(signed.page(&shown.person.name, &body).into_response())
}

async fn shown(tx: &mut Tx, signed: &Signed, today: Date, id: Uuid) -> WebResult<Shown> {
    let reach = signed.reach();
    // Who may not know of somebody is told the same as for nobody.
    let person = seen_person(tx, reach, id).await?;
    let person = person.ok_or(WebError::NotFound)?;
    let is_own = signed.person.id == id;
    let (grants, elsewhere) = grants_seen(tx, reach, id, today).await?;
    let mut ends = Vec::new();
    for held in &grants {
        let concern = EndGrant::upon(tx, held).await?;
        ends.push(reach.allows(EndGrant::NAME, &[concern]).map(drop));
    }
    let whose = Whose { person: id, today };
    let left = left(tx, id).await?;
    let account = if is_own || left.is_some_and(|left| left.closed) {
        None
    } else {
        Some(account::of(tx, signed, whose).await?)
    };
    Ok(Shown {
        sessions: sessions::open(tx, signed, whose).await?,
        account,
        seeing_as: may_see_as(tx, today, reach, id).await?,
        left,
        people: PeopleSeen::by(tx, reach).await?,
        leaves: may::<LeavePerson>(
            tx,
            reach,
            &Leaving {
                person: id,
                last: today,
            },
        )
        .await?,
        gives: gives(reach, id),
        is_own,
        person,
        delegated: if is_own {
            store::delegated_by(tx, id, today).await?
        } else {
            Vec::new()
        },
        grants,
        elsewhere,
        ends,
        today,
    })
}

/// What a person holds and held, as far as somebody may know of it; and how many others they hold
/// that day.
pub async fn grants_seen(
    tx: &mut Tx,
    reach: &Reach,
    person: Uuid,
    today: Date,
) -> Result<(Vec<Held>, usize), DbError> {
    let (mut grants, mut elsewhere) = (Vec::new(), 0);
    for held in store::grants_of(tx, person).await? {
        let concern = store::answering(tx, &held.grant.remit.organisation, "").await?;
        if reach.is_own(Some(person)) || reach.may_look(SeePeople::NAME, &concern) {
            grants.push(held);
        } else if held.holds_on(today) {
            elsewhere += 1;
        }
    }
    Ok((grants, elsewhere))
}

/// The roles that somebody may give to a person, for some organisation at least.
pub fn givable(reach: &Reach, person: Uuid) -> Vec<&'static Role> {
    let organisations = std::iter::once("").chain(reach.organisations());
    let organisations: Vec<&str> = organisations.collect();
    let may = |role: &&Role| {
        organisations.iter().any(|organisation| {
            let concern = Concern {
                role: Some(role.key.clone()),
                owner: Some(person),
                ..Concern::of(organisation, "")
            };
            reach.may_look(GiveGrant::NAME, &concern)
        })
    };
    Roles::known().all().iter().filter(may).collect()
}

/// Whether somebody may give some role to a person, or why not: nobody gives themselves any.
fn gives(reach: &Reach, person: Uuid) -> Result<(), Denied> {
    reach.gives_something()?;
    if givable(reach, person).is_empty() {
        let own = [Concern::of_person(person)];
        return reach.allows(GiveGrant::NAME, &own).map(drop);
    }
    Ok(())
}

fn body(shown: &Shown, done: &str) -> Markup {
    let person = &shown.person;
    let holding = shown
        .grants
        .iter()
        .filter(|held| held.holds_on(shown.today));
    html! {
        (crumbs(&[
            Crumb { label: "Personnes", href: Some(PEOPLE.to_owned()) },
            Crumb { label: &person.name, href: None },
        ]))
        div.head {
            h1 { (person.name) }
            p.lead { span.mono { (person.email) } ", " @match holding.count() {
                0 => { "aucune habilitation aujourd’hui." },
                1 => { "une habilitation aujourd’hui." },
                n => { (n) " habilitations aujourd’hui." },
            } @if shown.elsewhere > 0 { " Et d’autres, ailleurs." } }
            @if !shown.is_own { (seeing_as(shown)) }
            @if let Some(left) = shown.left { p { (leaving(left)) } }
            div.acts {
                a.btn href=(history_href(person.id)) { "Historique" }
                (button_or_why(shown.gives.as_ref().map(|&()| ()), "Donner une habilitation", &html! {
                    a.btn.main href={ (PEOPLE) "/" (person.id) "/habilitations" } { "Donner une habilitation" }
                }))
                (button_or_why(shown.leaves.as_ref().map(|&()| ()), "Enregistrer un départ", &html! {
                    a.btn href={ (PEOPLE) "/" (person.id) "/depart" } { "Enregistrer un départ" }
                }))
            }
        }
        @match done {
            "depart" => div.flag.ok role="status" { p { "Le départ est enregistré." } },
            "donnee" => div.flag.ok role="status" { p { "L’habilitation est donnée ; elle vaut dès maintenant." } },
            "finie" => div.flag.ok role="status" { p { "L’habilitation a pris fin ; elle ne sert plus, même dans une session ouverte." } },
            "sessions" => div.flag.ok role="status" { p { "Ses sessions sont terminées." } },
            "aucune-session" => div.flag.ok role="status" { p { "Cette personne n’avait aucune session ouverte." } },
            "ouvert" => div.flag.ok role="status" { p { "Le compte est ouvert et l’habilitation donnée. Un courriel part, avec un lien pour choisir comment se connecter." } },
            "ouvert-sans-courriel" => div.flag.warn role="status" { p { "Le compte est ouvert et l’habilitation donnée. " (UNSENT) } },
            "invitee" => div.flag.ok role="status" { p { "Une nouvelle invitation part par courriel. L’ancienne ne sert plus." } },
            "invitee-sans-courriel" => div.flag.warn role="status" { p { "L’invitation est prête ; l’ancienne ne sert plus. " (UNSENT) } },
            "facteur-retire" => div.flag.ok role="status" { p { "La double authentification est retirée ; un courriel en avertit la personne." } },
            "reprise" => div.flag.ok role="status" { p { "La délégation a pris fin ; elle ne sert plus, même dans une session ouverte." } },
            "renoncee" => div.flag.ok role="status" { p { "Vous avez renoncé à cette délégation ; elle ne vous sert plus. La personne que vous remplaciez en est avertie." } },
            "deleguee" => div.flag.ok role="status" { p { "La délégation est faite." } },
            _ => {}
        }
        (grants(shown))
        (delegation::section(&shown.delegated))
        @if let Some(account) = &shown.account { (account::section(person.id, account)) }
        @if let Some(open) = &shown.sessions { (sessions::section(person.id, open)) }
    }
}

/// The way to see pages as the person does, or why it is closed.
fn seeing_as(shown: &Shown) -> Markup {
    const LABEL: &str = "Voir comme cette personne";
    let form = html! {
        form method="post" action={ (PEOPLE) "/" (shown.person.id) "/voir-comme" } {
            p.acts { button.btn type="submit" aria-describedby="voir-comme-aide" { (LABEL) } }
            p.note #voir-comme-aide { "En lecture seule, une demi-heure au plus. Les accès des deux comptes le gardent." }
        }
    };
    button_or_why(shown.seeing_as.as_ref().map(|&()| ()), LABEL, &form)
}

fn leaving(left: Left) -> Markup {
    let last = french_date(left.last);
    if left.closed {
        html! { (state("idle", "idle", "Compte fermé")) " depuis le départ du " (last) ". Une nouvelle habilitation le rouvre." }
    } else {
        html! { (state("warn", "bang", "Départ")) " Dernier jour : le " (last) ". Le compte se fermera ensuite." }
    }
}

fn grants(shown: &Shown) -> Markup {
    html! {
        section.sect aria-labelledby="habilitations" {
            (section_heading("habilitations", "Habilitations", None))
            @if shown.grants.is_empty() && shown.elsewhere > 0 { p { "Aucune que vous gériez." } }
            @else if shown.grants.is_empty() { p { "Aucune, à ce jour : cette personne ne voit et ne fait rien dans Jalon." } }
            @else { table.tbl.stack {
                caption.vh { "Ce que tient et a tenu " (shown.person.name) ", le plus récent d’abord" }
                thead { tr {
                    th scope="col" { "Rôle" } th scope="col" { "Du" } th scope="col" { "Au" }
                    th scope="col" { "État" } th scope="col" { "Donnée par" } th scope="col" { "Action" }
                } }
                tbody { @for (held, end) in shown.grants.iter().zip(&shown.ends) { (row(shown, held, end)) } }
            }
            (downloads("habilitations", "Les habilitations", &[("personne", &shown.person.id.to_string())], &Address::of(PEOPLE))) }
        }
    }
}

fn row(shown: &Shown, held: &Held, end: &Result<(), Denied>) -> Markup {
    let grant = &held.grant;
    html! { tr {
        th scope="row" {
            (Roles::known().name(&grant.remit.role)) span.sub { (scope_words(grant)) }
            @if let Some(name) = &grant.behalf_of { span.sub { "pour " (name) } }
        }
        td data-l="Du" { (french_date(held.starts_on)) }
        td data-l="Au" { @match held.ends_on { Some(day) => (french_date(day)), None => "sans fin" } }
        td data-l="État" { (stands(held, shown.today)) }
        td data-l="Donnée par" {
            (held.given.1.as_deref().unwrap_or("Jalon, à l’installation")) ", " (french_instant(held.given.0))
            span.sub { "« " (held.why) " »" }
        }
        td data-l="Action" {
            @if held.ended.is_none() { (actions(shown, held, end)) }
            @if shown.is_own || shown.people.has_grant(shown.person.id, &grant.remit.organisation) {
                a.btn.sm href=(history_href(grant.id)) { "Historique" span.vh { " : " (Roles::known().name(&grant.remit.role)) } }
            }
        }
    } }
}

/// How a grant stands on that day.
pub fn standing(held: &Held, today: Date) -> Datum {
    let (tone, word, rank) = if held.ended.is_some() {
        ("idle", "Finie", 3)
    } else if held.holds_on(today) {
        ("ok", "En cours", 0)
    } else if held.starts_on > today {
        ("idle", "À venir", 1)
    } else {
        ("idle", "Échue", 2)
    };
    Datum::State {
        tone,
        icon: tone,
        word: word.to_owned(),
        rank,
    }
}

/// The same, with who ended it and why.
fn stands(held: &Held, today: Date) -> Markup {
    html! {
        (Cell::from(standing(held, today)).html())
        @if let Some((at, by, why)) = &held.ended {
            span.sub { (french_instant(*at)) @if let Some(by) = by { ", par " (by) } @if let Some(why) = why { " : « " (why) " »" } }
        }
    }
}

fn actions(shown: &Shown, held: &Held, end: &Result<(), Denied>) -> Markup {
    let id = held.grant.id;
    let ending = html! {
        details.more {
            summary { "Mettre fin" }
            form method="post" action={ "/habilitations/" (id) "/fin" } {
                div.field {
                    label for={ "motif-" (id) } { "Motif" }
                    input id={ "motif-" (id) } name="motif" required maxlength="500";
                }
                p.acts { button.btn.sm.warn type="submit" { "Mettre fin à cette habilitation" } }
            }
        }
    };
    let is_over = held.ends_on.is_some_and(|end| end < shown.today);
    let own = shown.is_own && held.behalf_of.is_none() && held.holds_on(shown.today);
    let received = shown.is_own && held.behalf_of.is_some() && !is_over;
    html! {
        (button_or_why(end.as_ref().map(|&()| ()), "Mettre fin", &ending))
        @if own { (delegation::form(held)) }
        @if received { (delegation::giving_up(held)) }
    }
}
