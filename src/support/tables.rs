//! `demandes`: the requests for help that somebody may follow.

use async_trait::async_trait;
use maud::html;
use uuid::Uuid;

use super::pages::{PATH, hands, standing};
use super::{Request, store};
use crate::platform::clock::french_instant;
use crate::platform::web::WebResult;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::tables::{Ask, Source, day_of};

/// `demandes`: those under way, or those closed; one’s own, those of others, or both.
#[derive(Debug)]
pub struct Requests;

/// What the page leaves to the file.
pub(super) const IN_FILES: [&str; 3] = ["adresse", "par", "demande"];

/// Whose requests: the words of the choice `de`.
pub(super) const OWN: &str = "moi";
pub(super) const OF_OTHERS: &str = "autres";

#[async_trait]
impl Source for Requests {
    fn name(&self) -> &'static str {
        "demandes"
    }

    fn title(&self) -> &'static str {
        "Demandes d’aide"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["etat", "de"]
    }

    fn is_personal(&self) -> bool {
        true
    }

    async fn table(&self, ask: Ask<'_>) -> WebResult<Table> {
        let open = ask.asked.get("etat") != "closes";
        let all = store::requests(ask.tx, ask.reach, open).await?;
        let me = ask.reach.actor().person();
        let is_asked = |request: &Request| match ask.asked.get("de") {
            OWN => Some(request.person) == me,
            OF_OTHERS => Some(request.person) != me,
            _ => true,
        };
        let asked: Vec<Request> = all.into_iter().filter(is_asked).collect();
        Ok(requests((self.name(), self.title()), &asked, me))
    }
}

/// The requests, the last first.
pub(super) fn requests(
    (key, caption): (&'static str, &str),
    requests: &[Request],
    me: Option<Uuid>,
) -> Table {
    let columns = vec![
        Column::words("page", "Page"),
        Column::words("adresse", "Adresse de la page"),
        Column::words("demandee", "Demandée"),
        Column::words("par", "Demandée par"),
        Column::words("aupres", "Entre les mains de"),
        Column::words("etat", "Où elle en est"),
        Column::words("demande", "Demande"),
    ];
    let mut table = Table::new(key, caption, columns)
        .classed("stack")
        .caption_unseen();
    table.rows = requests.iter().map(|request| row(request, me)).collect();
    table
}

fn row(request: &Request, me: Option<Uuid>) -> Row {
    let title = if request.is_forgotten() {
        "Demande dont le texte est effacé"
    } else {
        &request.title
    };
    let page = html! {
        a href={ (PATH) "/" (request.id) } { (title) }
        span.sub.mono { (request.page) }
    };
    let when = html! {
        (french_instant(request.at))
        @if Some(request.person) != me { span.sub { (request.name) } }
    };
    vec![
        Cell::text(title).shown(page),
        Cell::text(request.page.clone()),
        day_of(request.at).shown(when),
        Cell::text(request.name.clone()),
        Cell::text(hands(request)),
        standing(request).into(),
        Cell::text(request.id.to_string()),
    ]
}
