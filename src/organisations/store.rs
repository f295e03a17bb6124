//! Organisations and places in the database.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Directory, EstablishmentRefusal, NewEstablishment, Organisation, OrganisationKind, Place,
    PlaceKind, PlacePart, Succession,
};
use crate::access::{Act, Permit, Reach};
use crate::args;
use crate::ledger::{Change, ChangeRow, LedgerError, NewThing, Scope, history_of};
use crate::platform::db::{DbError, Tx};

/// Bringing the directory in line with its text files.
#[derive(Debug)]
pub struct ImportDirectory;

impl Act for ImportDirectory {
    type Thing = ();
    const NAME: &'static str = "directory.import";
}

/// Adding one establishment.
#[derive(Debug)]
pub struct AddEstablishment;

impl Act for AddEstablishment {
    type Thing = ();
    const NAME: &'static str = "establishment.add";
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
    let known = directory(change.tx(), Reach::of(permit.actor())).await?;
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
    new: NewEstablishment,
) -> Result<Result<(), Vec<EstablishmentRefusal>>, LedgerError> {
    let known = directory(change.tx(), Reach::of(permit.actor())).await?;
    let () = permit.into_thing();
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
        let after = PlaceState::of(place, wanted);
        let found = known.place(&place.code).zip(ids.get(&place.code));
        if let Some((old, id)) = found {
            let before = PlaceState::of(old, known);
            if before == after {
                tally.same += 1;
                continue;
            }
            tally.changed += 1;
            change
                .record(*id, "edit", Some(&before), Some(&after))
                .await?;
            if old.name != place.name {
                change.relabel(*id, &place.name).await?;
            }
            update_place(change, *id, place).await?;
            if before.parts != after.parts {
                with_other_parts.push(place.code.as_str());
            }
        } else {
            tally.created += 1;
            let id = change
                .create(new_thing("place", &place.name), &after)
                .await?;
            insert_place(change, id, place).await?;
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
        let after = OrganisationState::of(organisation, wanted);
        let found = known.organisation(code).zip(ids.get(code));
        if let Some((old, id)) = found {
            let before = OrganisationState::of(old, known);
            if before == after {
                tally.same += 1;
                continue;
            }
            tally.changed += 1;
            change
                .record(*id, "edit", Some(&before), Some(&after))
                .await?;
            if old.label() != organisation.label() {
                change.relabel(*id, organisation.label()).await?;
            }
            update_organisation(change, *id, organisation).await?;
            if before.successions != after.successions {
                with_other_heirs.push(code.as_str());
            }
        } else {
            tally.created += 1;
            let new = new_thing("organisation", organisation.label());
            let id = change.create(new, &after).await?;
            insert_organisation(change, id, organisation).await?;
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

fn new_thing<'a>(kind: &'static str, label: &'a str) -> NewThing<'a> {
    NewThing {
        kind,
        parent: None,
        scope: Scope::common(),
        label,
    }
}

async fn ids(tx: &mut Tx, sql: &'static str) -> Result<HashMap<String, Uuid>, DbError> {
    let rows: Vec<(String, Uuid)> = tx.all(sql, vec![]).await?;
    Ok(rows.into_iter().collect())
}

async fn insert_place(change: &mut Change, id: Uuid, place: &Place) -> Result<(), DbError> {
    let no = change.no();
    change
        .tx()
        .run(
            "insert into place
                 (id, code, kind, name, valid_from, valid_to, iso, within_code, usages, changed_in)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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

async fn update_place(change: &mut Change, id: Uuid, place: &Place) -> Result<(), DbError> {
    let no = change.no();
    change
        .tx()
        .run(
            "update place
             set kind = $2, name = $3, valid_from = $4, valid_to = $5, iso = $6, within_code = $7,
                 usages = $8, changed_in = $9
             where id = $1",
            args![
                id,
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
    for part in wanted.parts_inside(whole) {
        tx.run(
            "insert into place_part (whole, part, valid_from, valid_to) values ($1, $2, $3, $4)",
            args![
                whole,
                &part.part,
                text(part.valid_from),
                text(part.valid_to)
            ],
        )
        .await?;
    }
    Ok(())
}

async fn insert_organisation(
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
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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

async fn update_organisation(
    change: &mut Change,
    id: Uuid,
    organisation: &Organisation,
) -> Result<(), DbError> {
    let no = change.no();
    change
        .tx()
        .run(
            "update organisation
             set kind = $2, name = $3, short_name = $4, valid_from = $5, valid_to = $6,
                 parent_code = $7, place_code = $8, finess = $9, usages = $10, note = $11,
                 changed_in = $12
             where id = $1",
            args![
                id,
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
    for succession in wanted.successions_from(from) {
        tx.run(
            "insert into succession (from_code, to_code, on_date, note) values ($1, $2, $3, $4)",
            args![
                from,
                &succession.to,
                succession.on.to_string(),
                succession.note.clone()
            ],
        )
        .await?;
    }
    Ok(())
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
pub async fn directory(tx: &mut Tx, _reach: Reach) -> Result<Directory, DbError> {
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

/// What happened to an organisation, the latest first.
pub async fn history(tx: &mut Tx, _reach: Reach, code: &str) -> Result<Vec<ChangeRow>, DbError> {
    let id: Option<(Uuid,)> = tx
        .optional("select id from organisation where code = $1", args![code])
        .await?;
    match id {
        Some((id,)) => history_of(tx, id).await,
        None => Ok(Vec::new()),
    }
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
