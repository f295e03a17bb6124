//! What a person sees of a thing, and may do to it, by which of their grants.

use maud::{Markup, html};

use super::{Whom, granted, lacks};
use crate::access::addressed::{Addresses, Found, Viewer};
use crate::access::grant::Grant;
use crate::access::grant::pages::grant_words;
use crate::access::policy::{Basis, Concern, Lack};
use crate::access::role::Roles;
use crate::platform::db::{DbError, Tx};
use crate::platform::web::{section_heading, state};

/// What is answered of one thing.
struct Answer<'a> {
    whom: &'a Whom,
    found: &'a Found,
    /// Whether they see it.
    seen: bool,
    /// Whether each of their grants shows it by itself.
    showing: Vec<(&'a Grant, bool)>,
}

/// The answer, of a thing that whoever asks found at the address typed.
pub(super) async fn answer(
    tx: &mut Tx,
    addresses: &Addresses,
    whom: &Whom,
    (typed, found): (&str, &Found),
) -> Result<Markup, DbError> {
    let today = whom.today;
    let viewer = Viewer {
        reach: &whom.reach,
        today,
    };
    let seen = addresses.find(tx, viewer, typed).await?.is_some();
    let mut showing = Vec::new();
    for grant in whom.reach.grants() {
        let alone = whom.reach.by_grant_alone(tx, today, grant).await?;
        let viewer = Viewer {
            reach: &alone,
            today,
        };
        showing.push((grant, addresses.find(tx, viewer, typed).await?.is_some()));
    }
    Ok(section(&Answer {
        whom,
        found,
        seen,
        showing,
    }))
}

fn section(answer: &Answer<'_>) -> Markup {
    html! {
        section.sect aria-labelledby="reponse" {
            (section_heading("reponse", "Réponse", None))
            (sight(answer))
            h3 { "Agir" }
            @if answer.found.acts.is_empty() { p { "Rien ne se fait sur cette chose." } }
            @else { (acts(answer)) }
        }
    }
}

fn sight(answer: &Answer<'_>) -> Markup {
    let (whom, found) = (answer.whom, answer.found);
    let showing: Vec<&Grant> = answer
        .showing
        .iter()
        .filter(|(_, shows)| *shows)
        .map(|(grant, _)| *grant)
        .collect();
    html! {
        h3 { "Voir" }
        @if answer.seen {
            p { (granted()) " " (whom.link()) " voit " (found.name)
                @if showing.is_empty() { ", sans qu’aucune habilitation le montre à elle seule : c’est à cette personne, ou ouvert à tous." } @else { "." }
            }
        } @else {
            p { (state("late", "late", "Refusé")) " " (whom.link()) " ne voit pas " (found.name) " : sa page lui répond qu’elle n’existe pas." }
        }
        p { (found.shown_to) }
        @if answer.showing.is_empty() { p { "Aucune habilitation aujourd’hui." } }
        @else {
            table.tbl.stack {
                caption { "Ce que montre chacune de ses habilitations du jour, à elle seule" }
                thead { tr { th scope="col" { "Habilitation" } th scope="col" { "Ce qu’elle montre" } } }
                tbody { @for (grant, shows) in &answer.showing { tr {
                    th scope="row" { (grant_words(grant)) }
                    td data-l="Ce qu’elle montre" { @if *shows { (state("ok", "ok", "montre cette chose")) } @else { "ne la montre pas" } }
                } } }
            }
        }
    }
}

fn acts(answer: &Answer<'_>) -> Markup {
    html! {
        table.tbl.stack {
            caption { "Ce qui se fait sur cette chose, là où elle en est" }
            thead { tr { th scope="col" { "Acte" } th scope="col" { "Réponse" } th scope="col" { "Pourquoi" } } }
            tbody { @for (act, concerns) in &answer.found.acts { (row(answer, act, concerns)) } }
        }
    }
}

fn row(answer: &Answer<'_>, act: &'static str, concerns: &[Concern]) -> Markup {
    let reach = &answer.whom.reach;
    let judged = reach.judged(act, concerns);
    let weighed = reach.weighed(act, concerns);
    html! { tr {
        th scope="row" { (Roles::known().act_name(act)) }
        td data-l="Réponse" { @match &judged {
            Ok(_) => (granted()),
            Err(_) => (state("late", "late", "Refusé")),
        } }
        td.x data-l="Pourquoi" { (why(judged.as_deref(), &weighed)) }
    } }
}

/// Which grants give the act; or what is told, and what each lacks.
fn why(judged: Result<&[Basis], &String>, weighed: &[(&Grant, Result<(), Lack>)]) -> Markup {
    let giving: Vec<String> = weighed
        .iter()
        .filter(|(_, lack)| lack.is_ok())
        .map(|(grant, _)| grant_words(grant))
        .collect();
    match judged {
        Ok(bases) if bases.iter().all(|basis| *basis == Basis::OnesOwn) => {
            html! { "C’est à cette personne." }
        }
        Ok(_) if giving.is_empty() => html! { "Ses habilitations le donnent ensemble." },
        Ok(_) => html! { "Par : " (giving.join(" ; ")) "." },
        Err(sentence) => html! {
            p { "Dit à cette personne : « " (sentence) " »" }
            @if !weighed.is_empty() {
                ul.brief { @for (grant, lack) in weighed { li { (grant_words(grant)) " : " (lacks(*lack)) } } }
            }
        },
    }
}
