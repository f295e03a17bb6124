//! Requests for help in the database.

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::letter::{Recipient, letters, to_contact};
use super::{AskHelp, Deed, FollowRequest, Message, PassOn, Request, Seen};
use crate::access::role::NATIONAL_ADMINISTRATOR;
use crate::access::{Act as _, Concern, NotPermitted, Permit, Reach, may};
use crate::args;
use crate::ledger::{Change, LedgerError, NewThing, Scope};
use crate::platform::clock::paris_date;
use crate::platform::db::{DbError, Tx};
use crate::platform::mail;

/// Who answers in a region, and who where nobody does.
const REGIONAL: [&str; 2] = ["assistance-ars", "administrateur-ars"];
/// Who answers for the country, and who where nobody does.
const NATIONAL: [&str; 2] = ["assistance-nationale", NATIONAL_ADMINISTRATOR];

/// What the history keeps of a request: nothing that was said.
#[derive(Serialize)]
struct Recorded {
    message: i64,
    national: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    person_id: Uuid,
    name: String,
    organisation: String,
    national: bool,
    page: String,
    title: String,
    seen: String,
    state: String,
    awaits: bool,
    at: i64,
}

impl From<Row> for Request {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            person: row.person_id,
            name: row.name,
            organisation: row.organisation,
            national: row.national,
            page: row.page,
            title: row.title,
            // What it was once asked from matters less than the request itself.
            seen: serde_json::from_str(&row.seen).unwrap_or_default(),
            open: row.state == "open",
            awaits: row.awaits,
            at: row.at,
        }
    }
}

/// What a request concerns, as far as rights go; nothing where there is none.
pub(super) async fn concerns(tx: &mut Tx, request: Uuid) -> Result<Vec<Concern>, DbError> {
    let found = one(tx, request).await?;
    Ok(found.map(|request| request.concern()).into_iter().collect())
}

async fn one(tx: &mut Tx, request: Uuid) -> Result<Option<Request>, DbError> {
    let row: Option<Row> = tx
        .optional(
            "select h.id, h.person_id, p.name, h.organisation, h.national, h.page, h.title,
                    h.seen, h.state, h.awaits, c.at
             from help_request h
             join person p on p.id = h.person_id
             join change c on c.no = h.created_change
             where h.id = $1",
            args![request],
        )
        .await?;
    Ok(row.map(Request::from))
}

/// A request with what was said of it, for who may follow it.
pub async fn request(
    tx: &mut Tx,
    reach: &Reach,
    id: Uuid,
) -> Result<(Request, Vec<Message>), NotPermitted> {
    let allowed = may::<FollowRequest>(tx, reach, &id).await?;
    // Who may not follow a request may not know of it.
    allowed.map_err(|denied| NotPermitted::from(denied).unknown())?;
    let found = one(tx, id).await?.ok_or(NotPermitted::Unknown)?;
    let rows: Vec<(String, String, Option<String>, i64)> = tx
        .all(
            "select m.kind, m.body, p.name, c.at
             from help_message m
             join change c on c.no = m.change_no
             left join person p on p.id = c.actor
             where m.request_id = $1 order by m.no",
            args![id],
        )
        .await?;
    let message = |(kind, body, who, at): (String, String, Option<String>, i64)| {
        let deed = Deed::from_code(&kind);
        Ok(Message {
            deed: deed.ok_or_else(|| DbError::corrupt("kind of a message", &kind))?,
            body,
            who,
            at,
        })
    };
    let messages: Result<Vec<Message>, DbError> = rows.into_iter().map(message).collect();
    Ok((found, messages?))
}

/// The requests that whoever asks may follow, the last first: those under way, or those closed.
pub async fn requests(tx: &mut Tx, reach: &Reach, open: bool) -> Result<Vec<Request>, DbError> {
    let rows: Vec<Row> = tx
        .all(
            "select h.id, h.person_id, p.name, h.organisation, h.national, h.page, h.title,
                    h.seen, h.state, h.awaits, c.at
             from help_request h
             join person p on p.id = h.person_id
             join change c on c.no = h.created_change
             where h.state = $1 order by h.created_change desc",
            args![if open { "open" } else { "closed" }],
        )
        .await?;
    let all = rows.into_iter().map(Request::from);
    Ok(all
        .filter(|request| request.is_followed_by(reach))
        .collect())
}

/// How many requests of others await a word of whoever asks.
pub async fn awaiting(tx: &mut Tx, reach: &Reach) -> Result<usize, DbError> {
    let me = reach.actor().person();
    let answers_for_all = reach.may_look(FollowRequest::NAME, &Concern::nobodys());
    let answers_for: Vec<&str> = reach.organisations().collect();
    let all = requests(tx, reach, true).await?;
    let theirs = |request: &&Request| {
        let in_hand = if request.national {
            answers_for_all
        } else {
            answers_for.contains(&request.organisation.as_str())
        };
        request.awaits && in_hand && Some(request.person) != me
    };
    Ok(all.iter().filter(theirs).count())
}

/// Who asked for what, for the sentences of the history between two changes.
pub(super) async fn authors_between(
    tx: &mut Tx,
    (first, last): (i64, i64),
) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    tx.all(
        "select h.id, h.person_id from help_request h
         where exists (select 1 from entry e
                       where e.thing_id = h.id and e.change_no between $1 and $2)",
        args![first, last],
    )
    .await
}

/// The agencies whose support somebody may ask: those of their grants, and those of the regions of
/// their establishments.
pub async fn agencies(tx: &mut Tx, reach: &Reach) -> Result<Vec<(String, String)>, DbError> {
    let mut found: Vec<(String, String)> = Vec::new();
    for grant in reach.grants() {
        let answering = crate::access::answering(tx, &grant.remit.organisation, "").await?;
        for code in answering.organisations {
            let agency: Option<(String, String)> = tx
                .optional(
                    "select code, name from organisation where code = $1 and kind = 'ars'",
                    args![code],
                )
                .await?;
            found.extend(agency.filter(|agency| !found.contains(agency)));
        }
    }
    Ok(found)
}

/// Who holds a role for an organisation on a day; for any where it is empty.
async fn holders(
    tx: &mut Tx,
    role: &str,
    organisation: &str,
    today: Date,
) -> Result<Vec<Recipient>, DbError> {
    tx.all(
        "select distinct p.name, p.email from access_grant g
         join person p on p.id = g.person_id
         where g.role = $1 and (g.organisation = $2 or $2 = '') and g.ended_change is null
           and g.starts_on <= $3 and (g.ends_on is null or g.ends_on >= $3)",
        args![role, organisation, today.to_string()],
    )
    .await
}

/// Who answers: the holders of the first of these roles that somebody holds.
async fn support(
    tx: &mut Tx,
    roles: [&str; 2],
    organisation: &str,
    today: Date,
) -> Result<Vec<Recipient>, DbError> {
    for role in roles {
        let found = holders(tx, role, organisation, today).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// A request about to be written.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// The agency whose support is asked; empty for the national one.
    pub organisation: String,
    /// The page it is asked from.
    pub page: String,
    /// What the page is called.
    pub title: String,
    /// What the person saw.
    pub seen: Seen,
    /// What they ask.
    pub words: String,
}

/// Asks for help. Where nobody answers in the region, the national support takes it at once.
pub async fn ask(
    change: &mut Change,
    permit: Permit<AskHelp>,
    new: NewRequest,
) -> Result<Uuid, LedgerError> {
    let person = permit.into_thing();
    let today = paris_date(change.at());
    let regional = match new.organisation.as_str() {
        "" => Vec::new(),
        organisation => support(change.tx(), REGIONAL, organisation, today).await?,
    };
    let national = regional.is_empty();
    let thing = NewThing {
        kind: "help_request",
        parent: None,
        scope: Scope {
            organisation: new.organisation.clone(),
            framework: String::new(),
        },
        label: "Demande d’aide",
    };
    let state = Recorded {
        message: 1,
        national,
    };
    let id = change.create(thing, &state).await?;
    let no = change.no();
    let seen = serde_json::to_string(&new.seen).unwrap_or_default();
    change
        .tx()
        .run(
            "insert into help_request (id, person_id, organisation, national, page, title, seen,
                                       state, awaits, created_change)
             values ($1, $2, $3, $4, $5, $6, $7, 'open', true, $8)",
            args![
                id,
                person,
                &new.organisation,
                national,
                &new.page,
                &new.title,
                seen,
                no
            ],
        )
        .await?;
    say(change, (id, 1, Deed::Ask), &new.words).await?;
    let to = if national {
        support(change.tx(), NATIONAL, "", today).await?
    } else {
        regional
    };
    write_to(change, (id, 1, Deed::Ask), true, &to).await?;
    if national {
        write_to_contact(change, (id, 1), &new.organisation).await?;
    }
    Ok(id)
}

/// Writes to the mailbox of a region in which nobody answers, where it has one.
async fn write_to_contact(
    change: &mut Change,
    said: (Uuid, i64),
    organisation: &str,
) -> Result<(), DbError> {
    let contact: Option<Recipient> = change
        .tx()
        .optional(
            "select o.name, k.address as email
             from organisation_contact k join organisation o on o.code = k.organisation
             where k.organisation = $1",
            args![organisation],
        )
        .await?;
    let (clock, at) = (change.clock().clone(), change.at());
    let mails: Vec<_> = contact
        .iter()
        .map(|contact| to_contact(said, contact, at))
        .collect();
    mail::store::write(change.tx(), &clock, &mails).await
}

async fn say(
    change: &mut Change,
    (request, no, deed): (Uuid, i64, Deed),
    words: &str,
) -> Result<(), DbError> {
    let change_no = change.no();
    change
        .tx()
        .run(
            "insert into help_message (request_id, no, kind, body, change_no)
             values ($1, $2, $3, $4, $5)",
            args![request, no, deed.code(), words, change_no],
        )
        .await?;
    Ok(())
}

async fn write_to(
    change: &mut Change,
    said: (Uuid, i64, Deed),
    to_support: bool,
    to: &[Recipient],
) -> Result<(), DbError> {
    let (clock, at) = (change.clock().clone(), change.at());
    let mails = letters(said, to_support, to, at);
    mail::store::write(change.tx(), &clock, &mails).await
}

/// Writes in a request: its author asks again, which opens it anew, or the support answers.
pub async fn answer(
    change: &mut Change,
    permit: Permit<FollowRequest>,
    words: &str,
) -> Result<(), LedgerError> {
    let by = permit.actor().person();
    let request = known(change, permit.into_thing()).await?;
    let deed = if by == Some(request.person) {
        Deed::Ask
    } else {
        Deed::Answer
    };
    goes_on(change, &request, deed, words).await
}

/// Closes a request, with a word or without.
pub async fn close(
    change: &mut Change,
    permit: Permit<FollowRequest>,
    words: &str,
) -> Result<(), LedgerError> {
    let request = known(change, permit.into_thing()).await?;
    if !request.open {
        return Ok(());
    }
    goes_on(change, &request, Deed::Close, words).await
}

/// Passes a request on to the national support, with a word.
pub async fn pass_on(
    change: &mut Change,
    permit: Permit<PassOn>,
    words: &str,
) -> Result<(), LedgerError> {
    let request = known(change, permit.into_thing()).await?;
    if request.national {
        return Ok(());
    }
    goes_on(change, &request, Deed::PassOn, words).await
}

async fn known(change: &mut Change, request: Uuid) -> Result<Request, LedgerError> {
    let found = one(change.tx(), request).await?;
    Ok(found.ok_or_else(|| DbError::corrupt("help request", request))?)
}

/// Puts down what was said of a request, where it then stands, and who is to know.
async fn goes_on(
    change: &mut Change,
    request: &Request,
    deed: Deed,
    words: &str,
) -> Result<(), LedgerError> {
    let (id, by) = (request.id, change.actor().person());
    let (said,): (i64,) = change
        .tx()
        .one(
            "select count(*) from help_message where request_id = $1",
            args![id],
        )
        .await?;
    let said = (id, said + 1, deed);
    let national = request.national || deed == Deed::PassOn;
    let awaits = matches!(deed, Deed::Ask | Deed::PassOn);
    let state = if deed == Deed::Close {
        "closed"
    } else {
        "open"
    };
    let was = Recorded {
        message: said.1 - 1,
        national: request.national,
    };
    let is = Recorded {
        message: said.1,
        national,
    };
    change
        .record(id, deed.code(), Some(&was), Some(&is))
        .await?;
    change
        .tx()
        .run(
            "update help_request set national = $2, state = $3, awaits = $4 where id = $1",
            args![id, national, state, awaits],
        )
        .await?;
    say(change, said, words).await?;
    let today = paris_date(change.at());
    if awaits {
        let to = if national {
            support(change.tx(), NATIONAL, "", today).await?
        } else {
            support(change.tx(), REGIONAL, &request.organisation, today).await?
        };
        write_to(change, said, true, &to).await?;
    }
    if by != Some(request.person) {
        let author: Vec<Recipient> = change
            .tx()
            .all(
                "select name, email from person where id = $1",
                args![request.person],
            )
            .await?;
        write_to(change, said, false, &author).await?;
    }
    Ok(())
}

/// How long it stays after the request was closed, in microseconds: two years.
const KEPT: i64 = 2 * 365 * 24 * 3600 * 1_000_000;

/// Erases what was said in the requests whose time is over. That they were made and answered is
/// still told by the history, which never held more.
///
/// # Errors
/// Where the database fails.
pub async fn forget_closed(tx: &mut Tx, now: i64) -> Result<(), DbError> {
    let due: Vec<(Uuid,)> = tx
        .all(
            "select h.id from help_request h
             where h.state = 'closed'
               and exists (select 1 from help_message m
                           where m.request_id = h.id and m.body <> '')
               and (select max(c.at) from help_message m join change c on c.no = m.change_no
                    where m.request_id = h.id) < $1",
            args![now - KEPT],
        )
        .await?;
    for (request,) in due {
        tx.run(
            "update help_message set body = '' where request_id = $1",
            args![request],
        )
        .await?;
        tx.run(
            "update help_request set page = '', title = '', seen = '' where id = $1",
            args![request],
        )
        .await?;
    }
    Ok(())
}
