//! A framework as one of its campaigns found it: the list and the dates of a year.

use maud::{Markup, html};

use crate::frameworks::{Campaign, Framework, Step};
use crate::platform::clock::french_date;
use crate::platform::web::{Address, section_heading};
use crate::tables::downloads;

/// The years whose campaign can be looked at; nothing where the documents tell of none.
pub(super) fn choice(framework: &Framework, shown: Option<i16>) -> Markup {
    if framework.editions.is_empty() {
        return html! {};
    }
    let address = |year| format!("/cadres/{}?edition={year}", framework.code);
    html! {
        section.sect aria-labelledby="campagnes" {
            (section_heading("campagnes", "Campagnes, année par année", None))
            p.note { "La liste des indicateurs et les dates de chaque bilan, telles que les documents les donnent." }
            ul.acts-l {
                @for year in framework.starts..=framework.ends {
                    @if let Some(campaign) = framework.campaign(year) {
                        li {
                            a href=(address(year)) aria-current=[(shown == Some(year)).then_some("page")] {
                                "Bilan " (year)
                            }
                            " : " (summary(framework, &campaign))
                        }
                    }
                }
            }
        }
    }
}

/// What is known of a campaign, in a few words.
fn summary(framework: &Framework, campaign: &Campaign<'_>) -> String {
    let list = listed(framework, campaign);
    let dates = if campaign.stated.is_some_and(|e| !e.calendar.is_empty()) {
        "dates données par un document"
    } else if campaign.steps.is_empty() {
        "dates non données"
    } else {
        "dates du calendrier de chaque année"
    };
    format!("{list}, {dates}")
}

fn listed(framework: &Framework, campaign: &Campaign<'_>) -> String {
    let (listed, all) = (campaign.indicators.len(), framework.indicators.len());
    let partial = if framework.complete_list {
        ""
    } else {
        " de la liste partielle"
    };
    if listed == all {
        format!("les {all} indicateurs{partial}")
    } else {
        format!("{listed} indicateurs sur {all}{partial}")
    }
}

/// Says at the top of the page which campaign is shown, with its dates.
pub(super) fn banner(framework: &Framework, campaign: &Campaign<'_>) -> Markup {
    let year = campaign.year;
    let document = campaign
        .stated
        .and_then(|edition| edition.document.as_ref());
    let document = document.and_then(|key| framework.documents.iter().find(|d| d.key == *key));
    html! {
        div.flag { div {
            p {
                b { "Campagne du bilan " (year) ". " }
                "Cette page montre " (listed(framework, campaign)) "."
                @if campaign.stated.is_none() {
                    " Aucun document ne dit la liste de cette année-là : c’est celle du cadre."
                }
            }
            @if let Some(note) = campaign.stated.and_then(|edition| edition.note.as_ref()) { p { (note) } }
            @if let Some(document) = document { p.muted { "D’après : " (document.title) "." } }
            p { a href={ "/cadres/" (framework.code) } { "Revenir au cadre entier" } }
        } }
        @if !campaign.steps.is_empty() { (calendar(framework, campaign)) }
    }
}

fn calendar(framework: &Framework, campaign: &Campaign<'_>) -> Markup {
    let title = format!("Dates du bilan {}", campaign.year);
    html! {
        section.sect aria-labelledby="dates" {
            (section_heading("dates", &title, None))
            div.scroll tabindex="0" role="region" aria-label={ (title) ", défilable" } {
                table.tbl.stack {
                    caption.vh { (title) }
                    thead { tr { th scope="col" { "Étape" } th scope="col" { "Du" } th scope="col" { "Au" } } }
                    tbody { @for step in &campaign.steps { (row(step)) } }
                }
            }
            @let year = campaign.year.to_string();
            (downloads("calendrier", &title, &[("cadre", &framework.code), ("edition", &year)], &Address::of("/cadres")))
        }
    }
}

fn row(step: &Step<'_>) -> Markup {
    let day = |day: Option<_>| day.map_or_else(|| "–".to_owned(), french_date);
    html! {
        tr {
            th scope="row" {
                (step.entry.label)
                @if let Some(note) = &step.entry.note { span.sub { (note) } }
                @if step.recurring { span.sub { "D’après le calendrier de chaque année" } }
            }
            td data-l="Du" { (day(step.from)) }
            td data-l="Au" { (day(step.to)) }
        }
    }
}
