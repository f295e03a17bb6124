//! `/personnes/classeur.xlsx`: the workbook of the people that somebody manages.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::civil::Date;

use super::template::{Line, Lists, template};
use super::{give, leaving, open, review, store};
use crate::access::grant::people_store::{known_frameworks, known_organisations, people};
use crate::access::grant::store::{Held, grants_of};
use crate::access::grant::{EndGrant, GiveGrant};
use crate::access::role::Roles;
use crate::access::{Act as _, Reach, Signed, may};
use crate::documents::saved_as;
use crate::frameworks::{Catalogue, Library};
use crate::imports::Format;
use crate::organisations::Directories;
use crate::platform::clock::Clock;
use crate::platform::db::{Db, Tx};
use crate::platform::mail::Post;
use crate::platform::web::{Shell, WebError, WebResult};

/// The pages of this module.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Db: FromRef<S>,
    Clock: FromRef<S>,
    Shell: FromRef<S>,
    Library: FromRef<S>,
    Directories: FromRef<S>,
    Post: FromRef<S>,
{
    Router::new()
        .route("/personnes/classeur.xlsx", get(workbook))
        .route("/personnes/nouvelle", get(open::form).post(open::send))
        .merge(review::routes())
        .route(
            "/personnes/{person}/depart",
            get(leaving::form).post(leaving::send),
        )
        .route(
            "/personnes/{person}/habilitations",
            get(give::form).post(give::send),
        )
}

async fn workbook(
    signed: Signed,
    State(db): State<Db>,
    State(clock): State<Clock>,
    State(library): State<Library>,
) -> WebResult<Response> {
    let (reach, today) = (signed.reach(), clock.today());
    let gives = reach.gives_something();
    gives.map_err(|denied| WebError::Forbidden(denied.sentence))?;
    let mut tx = db.read().await?;
    let catalogue = library.catalogue(&mut tx, reach).await?;
    let lines = lines(&mut tx, reach, &catalogue, today).await?;
    let lists = Lists {
        organisations: codes(known_organisations(&mut tx).await?),
        roles: givable(reach),
        frameworks: codes(known_frameworks(&mut tx).await?),
    };
    drop(tx);
    let written = tokio::task::spawn_blocking(move || {
        jalon_render::workbook::xlsx(&template(&lines, lists, today)?)
    });
    let written = written.await.map_err(WebError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, Format::Xlsx.media().to_owned()),
        (header::CONTENT_DISPOSITION, saved_as("personnes.xlsx")),
    ];
    Ok((headers, written.map_err(WebError::internal)?).into_response())
}

fn codes(known: Vec<crate::access::grant::people_store::Known>) -> Vec<String> {
    known.into_iter().map(|one| one.code).collect()
}

/// The names of the roles that somebody may give.
fn givable(reach: &Reach) -> Vec<String> {
    let roles = Roles::known();
    let gives = |key: &str| {
        reach.grants().iter().any(|grant| {
            roles.role(&grant.remit.role).is_some_and(|role| {
                (role.anywhere.holds(GiveGrant::NAME) || role.own.holds(GiveGrant::NAME))
                    && role.gives.holds(key)
            })
        })
    };
    let all = roles.all().iter().filter(|role| gives(&role.key));
    all.map(|role| role.name.clone()).collect()
}

/// What is held, or will be, by the people that somebody sees, as far as they may end it.
async fn lines(
    tx: &mut Tx,
    reach: &Reach,
    catalogue: &Catalogue,
    today: Date,
) -> WebResult<Vec<Line>> {
    let contracts = store::contracts(tx, reach).await?;
    let part = |held: &Held| {
        let remit = &held.grant.remit;
        let known = contracts
            .iter()
            .find(|one| Some(one.id) == remit.contract)?;
        let section = remit.section.and_then(|id| known.section(id));
        let section = section.map(|section| section.key.clone());
        Some((known.slug.clone(), section.unwrap_or_default()))
    };
    let mut lines = Vec::new();
    for one in people(tx, reach, today).await? {
        let person = Line {
            name: one.name,
            email: one.email,
            ..Line::default()
        };
        let before = lines.len();
        for held in grants_of(tx, one.id).await? {
            let over = held.ended.is_some() || held.ends_on.is_some_and(|end| end < today);
            if over || held.behalf_of.is_some() {
                continue;
            }
            if may::<EndGrant>(tx, reach, &held.grant.id).await?.is_err() {
                continue;
            }
            let part = part(&held).unwrap_or_default();
            lines.push(line(&person, held, part, catalogue));
        }
        if lines.len() == before {
            lines.push(person);
        }
    }
    Ok(lines)
}

fn line(
    person: &Line,
    held: Held,
    (contract, section): (String, String),
    catalogue: &Catalogue,
) -> Line {
    let grant = held.grant.remit;
    let framework = catalogue.framework(&grant.framework);
    let nodes = framework.iter().flat_map(|f| &f.framework.nodes);
    let node = nodes.into_iter().find(|node| node.key == grant.objective);
    let code = node.and_then(|node| node.code.clone());
    Line {
        role: Roles::known().name(&grant.role).to_owned(),
        objective: code.unwrap_or(grant.objective),
        organisation: grant.organisation,
        framework: grant.framework,
        contract,
        section,
        from: Some(held.starts_on),
        to: held.ends_on,
        why: held.why,
        ..person.clone()
    }
}
