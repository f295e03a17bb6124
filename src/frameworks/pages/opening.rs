//! A campaign that was opened: the revision it is run with, and the form that opens it.

use std::sync::Arc;

use axum::Form;
use axum::extract::Path;
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::edit::Workshop;
use crate::access::{Act as _, Concern, Reach, Signed, permit};
use crate::frameworks::store::{self, CampaignKey, OpenCampaign, Opened};
use crate::frameworks::{Edited, Framework, Library, differences};
use crate::kernel::counted;
use crate::ledger::{Change, history_href};
use crate::platform::clock::french_instant;
use crate::platform::db::Tx;
use crate::platform::web::{WebError, WebResult};

/// The campaign of a year and the framework that it is run with.
pub(in crate::frameworks) struct Held {
    /// The campaign, where it was opened.
    pub opened: Option<Opened>,
    /// The framework: that of the campaign, else the one in force.
    pub edited: Arc<Edited>,
}

/// The framework that the campaign of a year is run with.
pub(in crate::frameworks) async fn held(
    tx: &mut Tx,
    reach: &Reach,
    library: &Library,
    current: &Arc<Edited>,
    year: i16,
) -> WebResult<Held> {
    let key = CampaignKey {
        framework: current.framework.code.clone(),
        year,
    };
    let opened = store::opened(tx, reach, &key).await?;
    let edited = match &opened {
        None => Arc::clone(current),
        Some(opened) => {
            let kept = library.revision(tx, reach, opened.revision).await?;
            kept.ok_or_else(|| WebError::internal("the revision of a campaign is missing"))?
        }
    };
    Ok(Held { opened, edited })
}

/// Says which revision a campaign is run with, and lets it be opened or put on the one in force.
pub(super) fn state(reach: &Reach, held: &Held, current: &Edited, year: i16) -> Markup {
    let framework = &current.framework;
    let action = format!("/cadres/{}/campagnes/{year}", framework.code);
    html! {
        section.flag aria-label="Révision de la campagne" { div {
            @match &held.opened {
                None => {
                    p { "Cette campagne n’est pas ouverte : la page suit la révision en vigueur (n° " (current.no) ")." }
                    (form((reach, framework), (&action, current.no), "Ouvrir la campagne", "La campagne gardera la liste et les dates de cette révision, quoi que le cadre devienne ensuite.", false))
                },
                Some(opened) => {
                    p { b { "Campagne ouverte" } " le " (french_instant(opened.at)) ", sur la révision n° " (opened.no) " du cadre. " a href=(history_href(opened.thing)) { "Historique" } }
                    @if opened.no != current.no { (moved_on(reach, &held.edited.framework, current, &action)) }
                },
            }
        } }
    }
}

/// What the framework became since, and the way to run the campaign with it.
fn moved_on(reach: &Reach, kept: &Framework, current: &Edited, action: &str) -> Markup {
    let changes = differences(kept, &current.framework);
    html! {
        p { "Le cadre en est depuis à la révision n° " (current.no) ", que la campagne ne suit pas." }
        details.more {
            summary { (counted(changes.len(), "différence", "différences")) }
            ul { @for change in &changes { li { (change) } } }
        }
        (form((reach, kept), (action, current.no), "Reprendre la révision en vigueur", "La liste et les dates de la campagne deviendront celles de la révision en vigueur. Le motif reste au journal.", true))
    }
}

fn form(
    (reach, framework): (&Reach, &Framework),
    (action, no): (&str, i64),
    button: &str,
    hint: &str,
    reason: bool,
) -> Markup {
    let way = html! {
        form.compact method="post" action=(action) {
            input type="hidden" name="revision" value=(no);
            @if reason {
                div.field {
                    label for="motif" { "Motif" }
                    input #motif name="motif" required maxlength="500" aria-describedby="campagne-aide";
                }
            }
            p.hint #campagne-aide { (hint) }
            p.acts { button.btn.sm type="submit" aria-describedby="campagne-aide" { (button) } }
        }
    };
    let concern = Concern::of("", &framework.code);
    reach.offers::<OpenCampaign>(&[concern], button, &way)
}

/// What the form says.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    /// The revision that its reader saw in force.
    #[serde(default)]
    revision: i64,
    #[serde(default)]
    motif: String,
}

/// `POST /cadres/{code}/campagnes/{year}`.
pub(super) async fn open(
    signed: Signed,
    Path((framework, year)): Path<(String, i16)>,
    workshop: Workshop,
    Form(sent): Form<Sent>,
) -> WebResult<Redirect> {
    let key = CampaignKey { framework, year };
    let (db, clock) = workshop.ground();
    let mut change = Change::open(db, clock, signed.actor(), OpenCampaign::NAME)
        .await
        .map_err(WebError::internal)?;
    let permit = permit::<OpenCampaign>(&mut change, key.clone()).await?;
    let reach = signed.reach();
    let catalogue = workshop.library().catalogue(change.tx(), reach).await?;
    let current = catalogue
        .framework(&key.framework)
        .ok_or(WebError::NotFound)?;
    current.framework.campaign(year).ok_or(WebError::NotFound)?;
    let head = store::head(change.tx(), &key.framework).await?;
    let head = head.ok_or(WebError::NotFound)?;
    if head.no != sent.revision {
        return Err(WebError::Conflict(format!(
            "Le cadre en est à la révision n° {} ; vous aviez sous les yeux la n° {}. Revenez à la page de la campagne, regardez ce qui change, puis recommencez.",
            head.no, sent.revision
        )));
    }
    let before = store::opened(change.tx(), reach, &key).await?;
    let page = format!("/cadres/{}?edition={year}", key.framework);
    if before.as_ref().is_some_and(|opened| opened.no == head.no) {
        return Ok(Redirect::to(&page));
    }
    let reason = sent.motif.trim();
    if before.is_some() && reason.is_empty() {
        return Err(WebError::Invalid(
            "Dites pourquoi la campagne change de révision : le motif reste au journal.".to_owned(),
        ));
    }
    if !reason.is_empty() {
        change = change.because(reason);
    }
    store::open(&mut change, permit, &head, before.as_ref())
        .await
        .map_err(WebError::internal)?;
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&page))
}
