//! Lines of the history in the database.

use uuid::Uuid;

use super::{Line, Under};
use crate::access::event::Actors;
use crate::access::grant::people_store::PeopleSeen;
use crate::args;
use crate::ledger::Scope;
use crate::platform::db::{DbError, Tx};

#[derive(sqlx::FromRow)]
struct LineRow {
    no: i64,
    seq: i64,
    at: i64,
    actor: Option<Uuid>,
    who: Option<String>,
    token: Option<Uuid>,
    grant_role: Option<String>,
    grant_organisation: Option<String>,
    in_place_of: Option<String>,
    origin: Option<String>,
    why: Option<String>,
    verb: String,
    before_state: Option<String>,
    after_state: Option<String>,
    thing: Uuid,
    kind: String,
    label: String,
    parent_id: Option<Uuid>,
    organisation: String,
    framework: String,
}

impl From<LineRow> for Line {
    fn from(row: LineRow) -> Self {
        Self {
            no: row.no,
            seq: row.seq,
            at: row.at,
            actor: row.actor,
            who: row.who,
            by_program: row.token.is_some(),
            grant: row.grant_role.map(|role| Under {
                role,
                organisation: row.grant_organisation.unwrap_or_default(),
                in_place_of: row.in_place_of,
            }),
            origin: row.origin,
            why: row.why,
            verb: row.verb,
            before: row.before_state,
            after: row.after_state,
            thing: row.thing,
            kind: row.kind,
            label: row.label,
            parent: row.parent_id,
            scope: Scope {
                organisation: row.organisation,
                framework: row.framework,
            },
        }
    }
}

/// Where reading goes on, downwards: below that line, and not below that change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Below {
    /// The change of the line.
    pub no: i64,
    /// The rank of the line in it.
    pub seq: i64,
    /// The first change asked for.
    pub first: i64,
}

/// The next lines about a thing and those under it, the latest first.
pub(super) async fn of_thing(
    tx: &mut Tx,
    thing: Uuid,
    below: Below,
    most: i64,
) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = tx
        .all(
            "select c.no, e.seq, c.at, c.actor, p.name as who, c.token, g.role as grant_role,
                    g.organisation as grant_organisation, h.name as in_place_of, c.origin,
                    c.why, e.verb,
                    e.before_state, e.after_state, t.id as thing, t.kind, t.label, t.parent_id,
                    s.organisation, s.framework
             from (select id from thing where id = $1
                   union select id from thing where parent_id = $1) own
             join entry e on e.thing_id = own.id
             join change c on c.no = e.change_no
             join thing t on t.id = e.thing_id
             join scope s on s.id = t.scope_id
             left join person p on p.id = c.actor
             left join access_grant g on g.id = c.grant_id
             left join access_grant b on b.id = g.behalf_of
             left join person h on h.id = b.person_id
             where e.change_no >= $2 and e.change_no <= $3 and (e.change_no < $3 or e.seq < $4)
             order by e.change_no desc, e.seq desc limit $5",
            args![thing, below.first, below.no, below.seq, most],
        )
        .await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// The next lines of what a person did, the latest first.
pub(super) async fn of_actor(
    tx: &mut Tx,
    actor: Uuid,
    below: Below,
    most: i64,
) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = tx
        .all(
            "select c.no, e.seq, c.at, c.actor, p.name as who, c.token, g.role as grant_role,
                    g.organisation as grant_organisation, h.name as in_place_of, c.origin,
                    c.why, e.verb,
                    e.before_state, e.after_state, t.id as thing, t.kind, t.label, t.parent_id,
                    s.organisation, s.framework
             from change c
             join entry e on e.change_no = c.no
             join thing t on t.id = e.thing_id
             join scope s on s.id = t.scope_id
             left join person p on p.id = c.actor
             left join access_grant g on g.id = c.grant_id
             left join access_grant b on b.id = g.behalf_of
             left join person h on h.id = b.person_id
             where c.actor = $1 and c.no >= $2 and c.no <= $3 and (c.no < $3 or e.seq < $4)
             order by c.no desc, e.seq desc limit $5",
            args![actor, below.first, below.no, below.seq, most],
        )
        .await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// The next lines about an indicator of a framework, the latest first: those of its things whose
/// label or state may name it, which [`super::read`] looks at closer.
pub(super) async fn of_indicator(
    tx: &mut Tx,
    (framework, key): (&str, &str),
    below: Below,
    most: i64,
) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = tx
        .all(
            "select c.no, e.seq, c.at, c.actor, p.name as who, c.token, g.role as grant_role,
                    g.organisation as grant_organisation, h.name as in_place_of, c.origin,
                    c.why, e.verb,
                    e.before_state, e.after_state, t.id as thing, t.kind, t.label, t.parent_id,
                    s.organisation, s.framework
             from (select o.id from scope f join thing o on o.scope_id = f.id
                   where f.framework = $1) own
             join entry e on e.thing_id = own.id
             join change c on c.no = e.change_no
             join thing t on t.id = e.thing_id
             join scope s on s.id = t.scope_id
             left join person p on p.id = c.actor
             left join access_grant g on g.id = c.grant_id
             left join access_grant b on b.id = g.behalf_of
             left join person h on h.id = b.person_id
             where e.change_no >= $2 and e.change_no <= $3 and (e.change_no < $3 or e.seq < $4)
               and ((t.kind = 'national_target' and t.label like $6)
                    or (t.kind = 'framework' and (e.before_state like $7 or e.after_state like $7))
                    or e.before_state like $8 or e.after_state like $8)
             order by e.change_no desc, e.seq desc limit $5",
            args![
                framework,
                below.first,
                below.no,
                below.seq,
                most,
                format!("{framework}, {key} %"),
                format!("%{key}%"),
                format!("%\"subject\":\"{key}\"%")
            ],
        )
        .await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// The next lines about things of a kind, the latest first.
pub(super) async fn of_kind(
    tx: &mut Tx,
    kind: &str,
    below: Below,
    most: i64,
) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = tx
        .all(
            "select c.no, e.seq, c.at, c.actor, p.name as who, c.token, g.role as grant_role,
                    g.organisation as grant_organisation, h.name as in_place_of, c.origin,
                    c.why, e.verb,
                    e.before_state, e.after_state, t.id as thing, t.kind, t.label, t.parent_id,
                    s.organisation, s.framework
             from (select id from thing where kind = $1) own
             join entry e on e.thing_id = own.id
             join change c on c.no = e.change_no
             join thing t on t.id = e.thing_id
             join scope s on s.id = t.scope_id
             left join person p on p.id = c.actor
             left join access_grant g on g.id = c.grant_id
             left join access_grant b on b.id = g.behalf_of
             left join person h on h.id = b.person_id
             where e.change_no >= $2 and e.change_no <= $3 and (e.change_no < $3 or e.seq < $4)
             order by e.change_no desc, e.seq desc limit $5",
            args![kind, below.first, below.no, below.seq, most],
        )
        .await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// The next lines of what some people did, the latest first.
pub(super) async fn of_actors(
    tx: &mut Tx,
    actors: Actors,
    below: Below,
    most: i64,
) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = tx
        .all(
            "select c.no, e.seq, c.at, c.actor, p.name as who, c.token, g.role as grant_role,
                    g.organisation as grant_organisation, h.name as in_place_of, c.origin,
                    c.why, e.verb,
                    e.before_state, e.after_state, t.id as thing, t.kind, t.label, t.parent_id,
                    s.organisation, s.framework
             from change c
             join entry e on e.change_no = c.no
             join thing t on t.id = e.thing_id
             join scope s on s.id = t.scope_id
             left join person p on p.id = c.actor
             left join access_grant g on g.id = c.grant_id
             left join access_grant b on b.id = g.behalf_of
             left join person h on h.id = b.person_id
             where c.actor in ($5, $6, $7, $8, $9, $10, $11, $12)
               and c.no >= $1 and c.no <= $2 and (c.no < $2 or e.seq < $3)
             order by c.no desc, e.seq desc limit $4",
            args![
                below.first,
                below.no,
                below.seq,
                most,
                actors[0],
                actors[1],
                actors[2],
                actors[3],
                actors[4],
                actors[5],
                actors[6],
                actors[7]
            ],
        )
        .await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// The next lines, whoever did what, the latest first.
pub(super) async fn all(tx: &mut Tx, below: Below, most: i64) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = tx
        .all(
            "select c.no, e.seq, c.at, c.actor, p.name as who, c.token, g.role as grant_role,
                    g.organisation as grant_organisation, h.name as in_place_of, c.origin,
                    c.why, e.verb,
                    e.before_state, e.after_state, t.id as thing, t.kind, t.label, t.parent_id,
                    s.organisation, s.framework
             from entry e
             join change c on c.no = e.change_no
             join thing t on t.id = e.thing_id
             join scope s on s.id = t.scope_id
             left join person p on p.id = c.actor
             left join access_grant g on g.id = c.grant_id
             left join access_grant b on b.id = g.behalf_of
             left join person h on h.id = b.person_id
             where e.change_no >= $1 and e.change_no <= $2 and (e.change_no < $2 or e.seq < $3)
             order by e.change_no desc, e.seq desc limit $4",
            args![below.first, below.no, below.seq, most],
        )
        .await?;
    Ok(rows.into_iter().map(Line::from).collect())
}

/// What a thing is.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Thing {
    pub kind: String,
    pub label: String,
    /// The thing it stands under.
    pub parent_id: Option<Uuid>,
    /// The organisation that it concerns.
    organisation: String,
}

impl Thing {
    /// Whether it is a grant of somebody whom whoever reads manages there.
    pub fn is_managed(&self, people: &PeopleSeen) -> bool {
        let holder = self.parent_id;
        holder.is_some_and(|holder| people.has_grant(holder, &self.organisation))
    }
}

/// The thing of that identifier.
pub(super) async fn thing(tx: &mut Tx, id: Uuid) -> Result<Option<Thing>, DbError> {
    tx.optional(
        "select t.kind, t.label, t.parent_id, s.organisation
         from thing t join scope s on s.id = t.scope_id
         where t.id = $1",
        args![id],
    )
    .await
}

/// The name of a person.
pub(super) async fn name_of(tx: &mut Tx, id: Uuid) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .optional("select name from person where id = $1", args![id])
        .await?;
    Ok(row.map(|(name,)| name))
}

/// The names of the people whose accounts changed between two changes.
pub(super) async fn names_between(
    tx: &mut Tx,
    (first, last): (i64, i64),
) -> Result<Vec<(Uuid, String)>, DbError> {
    tx.all(
        "select p.id, p.name from person p
         where p.id in (select coalesce(t.parent_id, t.id) from entry e
                        join thing t on t.id = e.thing_id
                        where e.change_no between $1 and $2)",
        args![first, last],
    )
    .await
}
