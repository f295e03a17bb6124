//! Organisations and places in the database.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Directory, EstablishmentRefusal, NewEstablishment, Organisation, OrganisationKind, Place,
    PlaceKind, PlacePart, Succession,
};
use crate::access::{Act, Concern, Permit, Reach};
use crate::args;
use crate::ledger::{Change, ChangeRow, LedgerError, NewThing, Scope, history_of};
use crate::platform::db::{DbError, Tx};

/// Bringing the directory in line with its text files.
#[derive(Debug)]
pub struct ImportDirectory;

impl Act for ImportDirectory {
    type Thing = ();
    const NAME: &'static str = "directory.import";

    async fn concerns(_tx: &mut Tx, (): &()) -> Result<Vec<Concern>, DbError> {
        Ok(vec![Concern::nobodys()])
    }
}

/// Adding one establishment.
#[derive(Debug)]
pub struct AddEstablishment;

impl Act for AddEstablishment {
    type Thing = NewEstablishment;
    const NAME: &'static str = "establishment.add";

    async fn concerns(tx: &mut Tx, new: &NewEstablishment) -> Result<Vec<Concern>, DbError> {
        let agencies: Vec<(String,)> = tx
            .all(
                "select code from organisation
                 where kind = 'ars' and place_code = $1 and valid_to is null",
                args![&new.region],
            )
            .await?;
        Ok(vec![Concern {
            organisations: agencies.into_iter().map(|(code,)| code).collect(),
            ..Concern::default()
        }])
    }
}

/// What an import did to the organisations, or to the places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many are new.
    pub created: usize,
    /// How many changed.
    pub changed: usize,
    /// How many were already so.
    pub same: usize,
    /// Codes that the database has and the files do not; they stay.
    pub absent: Vec<String>,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// To the organisations.
    pub organisations: Tally,
    /// To the places.
    pub places: Tally,
}

/// The state of an organisation that the history keeps.
#[derive(PartialEq, Serialize)]
struct OrganisationState<'a> {
    #[serde(flatten)]
    organisation: &'a Organisation,
    successions: Vec<&'a Succession>,
}

impl<'a> OrganisationState<'a> {
    fn of(organisation: &'a Organisation, directory: &'a Directory) -> Self {
        Self {
            organisation,
            successions: directory.successions_from(&organisation.code).collect(),
        }
    }
}

/// The state of a place that the history keeps.
#[derive(PartialEq, Serialize)]
struct PlaceState<'a> {
    #[serde(flatten)]
    place: &'a Place,
    parts: Vec<&'a PlacePart>,
}

impl<'a> PlaceState<'a> {
    fn of(place: &'a Place, directory: &'a Directory) -> Self {
        Self {
            place,
            parts: directory.parts_inside(&place.code).collect(),
        }
    }
}

/// Brings the directory in line with what the files say: what is new is created, what differs is
/// changed and recorded with its state before and after, what is the same is left alone. What the
/// files no longer name stays: an organisation ends on a day, it does not vanish.
pub async fn import(
    change: &mut Change,
    permit: Permit<ImportDirectory>,
    wanted: &Directory,
) -> Result<Imported, LedgerError> {
    let known = directory(change.tx(), &Reach::of_installation()).await?;
    let () = permit.into_thing();
    let places = import_places(change, &known, wanted).await?;
    let organisations = import_organisations(change, &known, wanted).await?;
    Ok(Imported {
        organisations,
        places,
    })
}

/// Adds an establishment, which is an organisation and its place; or says what keeps it from
/// being added, and writes nothing.
pub async fn add_establishment(
    change: &mut Change,
    permit: Permit<AddEstablishment>,
) -> Result<Result<(), Vec<EstablishmentRefusal>>, LedgerError> {
    let known = directory(change.tx(), &Reach::of_installation()).await?;
    let new = permit.into_thing();
    let refusals = new.check(&known);
    if !refusals.is_empty() {
        return Ok(Err(refusals));
    }
    let (organisation, place) = new.into_parts();
    let wanted = Directory::new(vec![organisation], vec![], vec![place], vec![]);
    import_places(change, &known, &wanted).await?;
    import_organisations(change, &known, &wanted).await?;
    Ok(Ok(()))
}

async fn import_places(
    change: &mut Change,
    known: &Directory,
    wanted: &Directory,
) -> Result<Tally, LedgerError> {
    let ids = ids(change.tx(), "select code, id from place").await?;
    let mut tally = Tally::default();
    let mut with_other_parts = Vec::new();
    for place in wanted.places() {
        let old = known.place(&place.code);
        let before = old.map(|old| (PlaceState::of(old, known), old.name.as_str()));
        let after = (PlaceState::of(place, wanted), place.name.as_str());
        let id = ids.get(&place.code).copied();
        let written = settle(change, &mut tally, "place", id, before.as_ref(), &after).await?;
        let Some(id) = written else {
            continue;
        };
        write_place(change, id, place).await?;
        if before.is_none_or(|(before, _)| before.parts != after.0.parts) {
            with_other_parts.push(place.code.as_str());
        }
    }
    // Once every place is there, since parts refer to both ends.
    for code in with_other_parts {
        replace_parts(change.tx(), code, wanted).await?;
    }
    let gone = known.places().iter().map(|place| &place.code);
    tally.absent = gone
        .filter(|code| wanted.place(code).is_none())
        .cloned()
        .collect();
    Ok(tally)
}

async fn import_organisations(
    change: &mut Change,
    known: &Directory,
    wanted: &Directory,
) -> Result<Tally, LedgerError> {
    let ids = ids(change.tx(), "select code, id from organisation").await?;
    let mut tally = Tally::default();
    let mut with_other_heirs = Vec::new();
    for organisation in wanted.organisations() {
        let code = &organisation.code;
        let old = known.organisation(code);
        let before = old.map(|old| (OrganisationState::of(old, known), old.label()));
        let after = (
            OrganisationState::of(organisation, wanted),
            organisation.label(),
        );
        let id = ids.get(code).copied();
        let written = settle(
            change,
            &mut tally,
            "organisation",
            id,
            before.as_ref(),
            &after,
        );
        let Some(id) = written.await? else {
            continue;
        };
        write_organisation(change, id, organisation).await?;
        if before.is_none_or(|(before, _)| before.successions != after.0.successions) {
            with_other_heirs.push(code.as_str());
        }
    }
    for code in with_other_heirs {
        replace_successions(change.tx(), code, wanted).await?;
    }
    let gone = known.organisations().iter().map(|o| &o.code);
    tally.absent = gone
        .filter(|code| wanted.organisation(code).is_none())
        .cloned()
        .collect();
    Ok(tally)
}

/// Records what is new or differs, each state with its label; its identifier where it must be
/// written.
async fn settle<S: Serialize + PartialEq + Sync>(
    change: &mut Change,
    tally: &mut Tally,
    kind: &'static str,
    id: Option<Uuid>,
    before: Option<&(S, &str)>,
    after: &(S, &str),
) -> Result<Option<Uuid>, LedgerError> {
    let (state, label) = after;
    let Some((id, (old, old_label))) = id.zip(before) else {
        tally.created += 1;
        let new = NewThing {
            kind,
            parent: None,
            scope: Scope::common(),
            label,
        };
        return Ok(Some(change.create(new, state).await?));
    };
    if old == state {
        tally.same += 1;
        return Ok(None);
    }
    tally.changed += 1;
    change.record(id, "edit", Some(old), Some(state)).await?;
    if old_label != label {
        change.relabel(id, label).await?;
    }
    Ok(Some(id))
}

/// The codes of the organisations that changed between two changes.
pub(super) async fn codes_between(
    tx: &mut Tx,
    (first, last): (i64, i64),
) -> Result<Vec<(Uuid, String)>, DbError> {
    tx.all(
        "select id, code from organisation
         where id in (select thing_id from entry where change_no between $1 and $2)",
        args![first, last],
    )
    .await
}

async fn ids(tx: &mut Tx, sql: &'static str) -> Result<HashMap<String, Uuid>, DbError> {
    let rows: Vec<(String, Uuid)> = tx.all(sql, vec![]).await?;
    Ok(rows.into_iter().collect())
}

async fn write_place(change: &mut Change, id: Uuid, place: &Place) -> Result<(), DbError> {
    let no = change.no();
    change
        .tx()
        .run(
            "insert into place
                 (id, code, kind, name, valid_from, valid_to, iso, within_code, usages, changed_in)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             on conflict (id) do update
             set kind = excluded.kind, name = excluded.name, valid_from = excluded.valid_from,
                 valid_to = excluded.valid_to, iso = excluded.iso,
                 within_code = excluded.within_code, usages = excluded.usages,
                 changed_in = excluded.changed_in",
            args![
                id,
                &place.code,
                place.kind.code(),
                &place.name,
                text(place.valid_from),
                text(place.valid_to),
                place.iso.clone(),
                place.within.clone(),
                list(&place.usages),
                no
            ],
        )
        .await?;
    Ok(())
}

async fn replace_parts(tx: &mut Tx, whole: &str, wanted: &Directory) -> Result<(), DbError> {
    tx.run("delete from place_part where whole = $1", args![whole])
        .await?;
    let parts = wanted.parts_inside(whole).map(|part| {
        args![
            whole,
            &part.part,
            text(part.valid_from),
            text(part.valid_to)
        ]
    });
    tx.insert_rows(
        "insert into place_part (whole, part, valid_from, valid_to) values",
        parts.collect(),
    )
    .await
}

async fn write_organisation(
    change: &mut Change,
    id: Uuid,
    organisation: &Organisation,
) -> Result<(), DbError> {
    let no = change.no();
    change
        .tx()
        .run(
            "insert into organisation
                 (id, code, kind, name, short_name, valid_from, valid_to, parent_code, place_code,
                  finess, usages, note, changed_in)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             on conflict (id) do update
             set kind = excluded.kind, name = excluded.name, short_name = excluded.short_name,
                 valid_from = excluded.valid_from, valid_to = excluded.valid_to,
                 parent_code = excluded.parent_code, place_code = excluded.place_code,
                 finess = excluded.finess, usages = excluded.usages, note = excluded.note,
                 changed_in = excluded.changed_in",
            args![
                id,
                &organisation.code,
                organisation.kind.code(),
                &organisation.name,
                organisation.short_name.clone(),
                text(organisation.valid_from),
                text(organisation.valid_to),
                organisation.parent.clone(),
                organisation.place.clone(),
                organisation.finess.clone(),
                list(&organisation.usages),
                organisation.note.clone(),
                no
            ],
        )
        .await?;
    Ok(())
}

async fn replace_successions(tx: &mut Tx, from: &str, wanted: &Directory) -> Result<(), DbError> {
    tx.run("delete from succession where from_code = $1", args![from])
        .await?;
    let heirs = wanted.successions_from(from).map(|succession| {
        args![
            from,
            &succession.to,
            succession.on.to_string(),
            succession.note.clone()
        ]
    });
    tx.insert_rows(
        "insert into succession (from_code, to_code, on_date, note) values",
        heirs.collect(),
    )
    .await
}

fn text(day: Option<Date>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn list(usages: &[String]) -> String {
    serde_json::json!(usages).to_string()
}

/// The number of the last change made to an organisation or a place, 0 before the first: the
/// version of the directory.
pub async fn version(tx: &mut Tx) -> Result<i64, DbError> {
    let (no,): (i64,) = tx
        .one(
            "select coalesce(max(last), 0) from (
                 select max(changed_in) as last from organisation
                 union all
                 select max(changed_in) as last from place
             ) as changes",
            vec![],
        )
        .await?;
    Ok(no)
}

/// The whole directory. It is everybody's: any reach sees all of it.
pub async fn directory(tx: &mut Tx, _reach: &Reach) -> Result<Directory, DbError> {
    let organisations: Vec<OrganisationRow> = tx
        .all(
            "select code, kind, name, short_name, valid_from, valid_to, parent_code, place_code,
                    finess, usages, note
             from organisation",
            vec![],
        )
        .await?;
    let successions: Vec<SuccessionRow> = tx
        .all(
            "select from_code, to_code, on_date, note from succession",
            vec![],
        )
        .await?;
    let places: Vec<PlaceRow> = tx
        .all(
            "select code, kind, name, valid_from, valid_to, iso, within_code, usages from place",
            vec![],
        )
        .await?;
    let parts: Vec<PartRow> = tx
        .all(
            "select whole, part, valid_from, valid_to from place_part",
            vec![],
        )
        .await?;
    Ok(Directory::new(
        read_all(organisations, OrganisationRow::read)?,
        read_all(successions, SuccessionRow::read)?,
        read_all(places, PlaceRow::read)?,
        read_all(parts, PartRow::read)?,
    ))
}

fn read_all<R, T>(rows: Vec<R>, read: impl Fn(R) -> Result<T, DbError>) -> Result<Vec<T>, DbError> {
    rows.into_iter().map(read).collect()
}

/// What happened to an organisation, the latest first, with the thing that it is.
pub async fn history(
    tx: &mut Tx,
    _reach: &Reach,
    code: &str,
) -> Result<Option<(Uuid, Vec<ChangeRow>)>, DbError> {
    let id: Option<(Uuid,)> = tx
        .optional("select id from organisation where code = $1", args![code])
        .await?;
    Ok(match id {
        Some((id,)) => Some((id, history_of(tx, id).await?)),
        None => None,
    })
}

#[derive(sqlx::FromRow)]
struct OrganisationRow {
    code: String,
    kind: String,
    name: String,
    short_name: Option<String>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    parent_code: Option<String>,
    place_code: Option<String>,
    finess: Option<String>,
    usages: String,
    note: Option<String>,
}

impl OrganisationRow {
    fn read(self) -> Result<Organisation, DbError> {
        Ok(Organisation {
            kind: OrganisationKind::from_code(&self.kind)
                .ok_or_else(|| DbError::corrupt("kind of organisation", &self.kind))?,
            code: self.code,
            name: self.name,
            short_name: self.short_name,
            valid_from: day(self.valid_from.as_deref())?,
            valid_to: day(self.valid_to.as_deref())?,
            parent: self.parent_code,
            place: self.place_code,
            finess: self.finess,
            usages: usages(&self.usages)?,
            note: self.note,
        })
    }
}

#[derive(sqlx::FromRow)]
struct SuccessionRow {
    from_code: String,
    to_code: String,
    on_date: String,
    note: Option<String>,
}

impl SuccessionRow {
    fn read(self) -> Result<Succession, DbError> {
        Ok(Succession {
            from: self.from_code,
            to: self.to_code,
            on: parse_day(&self.on_date)?,
            note: self.note,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PlaceRow {
    code: String,
    kind: String,
    name: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
    iso: Option<String>,
    within_code: Option<String>,
    usages: String,
}

impl PlaceRow {
    fn read(self) -> Result<Place, DbError> {
        Ok(Place {
            kind: PlaceKind::from_code(&self.kind)
                .ok_or_else(|| DbError::corrupt("kind of place", &self.kind))?,
            code: self.code,
            name: self.name,
            valid_from: day(self.valid_from.as_deref())?,
            valid_to: day(self.valid_to.as_deref())?,
            iso: self.iso,
            within: self.within_code,
            usages: usages(&self.usages)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PartRow {
    whole: String,
    part: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

impl PartRow {
    fn read(self) -> Result<PlacePart, DbError> {
        Ok(PlacePart {
            whole: self.whole,
            part: self.part,
            valid_from: day(self.valid_from.as_deref())?,
            valid_to: day(self.valid_to.as_deref())?,
        })
    }
}

fn day(text: Option<&str>) -> Result<Option<Date>, DbError> {
    text.map(parse_day).transpose()
}

fn parse_day(text: &str) -> Result<Date, DbError> {
    text.parse()
        .map_err(|cause| DbError::corrupt("day of the directory", cause))
}

fn usages(text: &str) -> Result<Vec<String>, DbError> {
    serde_json::from_str(text).map_err(|cause| DbError::corrupt("usages", cause))
}
