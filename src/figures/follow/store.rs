//! Wishes and events in the database.

use uuid::Uuid;

use super::letter::{News, letters};
use super::{Event, Follow, Followed, Wish};
use crate::access::{Permit, Reach};
use crate::args;
use crate::figures::store::parsed_day;
use crate::frameworks::Catalogue;
use crate::ledger::Change;
use crate::platform::db::{DbError, Tx};
use crate::platform::mail;

/// Has the person of the permit follow an indicator, through the measures it has.
pub async fn follow(
    tx: &mut Tx,
    permit: Permit<Follow>,
    measures: &[String],
) -> Result<(), DbError> {
    let Wish { person, followed } = permit.into_thing();
    for measure in measures {
        tx.run(
            "insert into follow (person_id, framework, indicator, measure)
             values ($1, $2, $3, $4) on conflict do nothing",
            args![person, &followed.framework, &followed.indicator, measure],
        )
        .await?;
    }
    Ok(())
}

/// Ends it.
pub async fn unfollow(tx: &mut Tx, permit: Permit<Follow>) -> Result<(), DbError> {
    let Wish { person, followed } = permit.into_thing();
    tx.run(
        "delete from follow where person_id = $1 and framework = $2 and indicator = $3",
        args![person, &followed.framework, &followed.indicator],
    )
    .await?;
    Ok(())
}

/// The indicators that a person follows.
pub async fn followed(tx: &mut Tx, reach: &Reach) -> Result<Vec<Followed>, DbError> {
    let rows: Vec<(String, String)> = tx
        .all(
            "select distinct framework, indicator from follow
             where person_id = $1 order by framework, indicator",
            args![reach.actor().person()],
        )
        .await?;
    let followed = rows.into_iter().map(|(framework, indicator)| Followed {
        framework,
        indicator,
    });
    Ok(followed.collect())
}

/// Writes, for everyone who follows what this change wrote, that it arrived or was corrected, and
/// a mail to them but for who made it: as many statements however many values there are.
pub async fn tell_followers(change: &mut Change, catalogue: &Catalogue) -> Result<(), DbError> {
    let no = change.no();
    change
        .tx()
        .run(
            "insert into figure_event (person_id, change_no, measure, arrived, corrected,
                                       visible_from)
             select f.person_id, r.change_no, o.measure,
                    sum(case when r.no = 1 then 1 else 0 end),
                    sum(case when r.no = 1 then 0 else 1 end),
                    max(r.embargo_until)
             from revision r
             join observation o on o.id = r.observation_id
             join (select distinct person_id, measure from follow) f on f.measure = o.measure
             where r.change_no = $1
             group by f.person_id, r.change_no, o.measure",
            args![no],
        )
        .await?;
    let news = news(change, catalogue).await?;
    let mails = letters(&news, change.at());
    let clock = change.clock().clone();
    mail::store::write(change.tx(), &clock, &mails).await
}

#[derive(sqlx::FromRow)]
struct NewsRecord {
    person_id: Uuid,
    name: String,
    email: String,
    measure: String,
    arrived: i64,
    corrected: i64,
    visible_from: Option<String>,
}

/// What this change did to what others follow.
async fn news(change: &mut Change, catalogue: &Catalogue) -> Result<Vec<News>, DbError> {
    let (no, at, actor) = (change.no(), change.at(), change.actor().person());
    let who: Option<(String,)> = change
        .tx()
        .optional("select name from person where id = $1", args![actor])
        .await?;
    let records: Vec<NewsRecord> = change
        .tx()
        .all(
            "select e.person_id, p.name, p.email, e.measure, e.arrived, e.corrected,
                    e.visible_from
             from figure_event e join person p on p.id = e.person_id
             where e.change_no = $1
             order by e.person_id, e.measure",
            args![no],
        )
        .await?;
    let others = records
        .into_iter()
        .filter(|record| Some(record.person_id) != actor);
    let news = others.map(|record| {
        let label = catalogue.measure(&record.measure);
        let label = label.map_or_else(|| record.measure.clone(), |m| m.label.clone());
        Ok(News {
            person: record.person_id,
            name: record.name,
            address: record.email,
            label,
            event: Event {
                change: no,
                at,
                who: who.as_ref().map(|(name,)| name.clone()),
                measure: record.measure,
                arrived: record.arrived,
                corrected: record.corrected,
                visible_from: parsed_day(record.visible_from.as_deref())?,
            },
        })
    });
    news.collect()
}

#[derive(sqlx::FromRow)]
struct EventRecord {
    change_no: i64,
    at: i64,
    actor: Option<Uuid>,
    who: Option<String>,
    measure: String,
    arrived: i64,
    corrected: i64,
    visible_from: Option<String>,
}

/// The last two hundred events of a person that may be told on that day, the latest first.
pub async fn events(
    tx: &mut Tx,
    reach: &Reach,
    today: jiff::civil::Date,
) -> Result<Vec<Event>, DbError> {
    let records: Vec<EventRecord> = tx
        .all(
            "select e.change_no, c.at, c.actor, p.name as who, e.measure, e.arrived, e.corrected,
                    e.visible_from
             from figure_event e
             join change c on c.no = e.change_no
             left join person p on p.id = c.actor
             where e.person_id = $1
             order by e.change_no desc, e.measure
             limit 200",
            args![reach.actor().person()],
        )
        .await?;
    let mut events = Vec::new();
    for record in records {
        let visible_from = parsed_day(record.visible_from.as_deref())?;
        let hidden = visible_from.is_some_and(|day| today < day);
        if hidden && !reach.sees_embargoed(record.actor) {
            continue;
        }
        events.push(Event {
            change: record.change_no,
            at: record.at,
            who: record.who,
            measure: record.measure,
            arrived: record.arrived,
            corrected: record.corrected,
            visible_from,
        });
    }
    Ok(events)
}
