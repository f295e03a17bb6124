//! Reminders: to whoever still has something to decide, before the due day and once it is past.

use jiff::civil::Date;
use uuid::Uuid;

use super::{ConfirmGrant, Progress, Review, store};
use crate::access::role::Roles;
use crate::access::{Act as _, Reach};
use crate::kernel::counted;
use crate::ledger::Actor;
use crate::platform::clock::{Clock, french_date};
use crate::platform::db::{Db, DbError, Tx};
use crate::platform::mail::{self, Mail, SITE};

const DAY: i64 = 24 * 3600 * 1_000_000;
/// A reminder is worth sending this long, in microseconds.
const LIVES: i64 = 5 * DAY;

/// Writes the reminders that are due; how many reviews they were of.
///
/// # Errors
/// Where the database fails.
pub async fn remind(db: &Db, clock: &Clock) -> Result<usize, DbError> {
    let today = clock.today();
    let all = store::all(&mut db.read().await?).await?;
    let due = all
        .into_iter()
        .filter(|r| r.reminders_due(today) > r.reminders);
    let mut count = 0;
    for review in due {
        let mut tx = db.write_aside().await?;
        if !store::reminded(&mut tx, &review, review.reminders_due(today)).await? {
            continue;
        }
        let mails = letters(&mut tx, clock, &review).await?;
        mail::store::write(&mut tx, clock, &mails).await?;
        tx.commit().await?;
        count += 1;
    }
    Ok(count)
}

/// A letter to each person who may confirm something that waits.
pub(super) async fn letters(
    tx: &mut Tx,
    clock: &Clock,
    review: &Review,
) -> Result<Vec<Mail>, DbError> {
    let today = clock.today();
    let roles = Roles::known().all().iter().filter(|role| {
        role.anywhere.holds(ConfirmGrant::NAME) || role.own.holds(ConfirmGrant::NAME)
    });
    let roles: Vec<&str> = roles.map(|role| role.key.as_str()).collect();
    let mut letters = Vec::new();
    for (person, name, email) in store::holders(tx, &roles, today).await? {
        let reach = Reach::of(tx, today, Actor::Person(person)).await?;
        let takes_part = store::reviews(tx, &reach).await?;
        if !takes_part.iter().any(|seen| seen.id == review.id) {
            continue;
        }
        let entries = store::entries(tx, &reach, review, today).await?;
        let waiting = Progress::of(&entries).waiting;
        if waiting > 0 {
            letters.push(letter(
                (person, &name, email),
                review,
                waiting,
                (today, clock.now()),
            ));
        }
    }
    Ok(letters)
}

fn letter(
    (person, name, email): (Uuid, &str, String),
    review: &Review,
    waiting: usize,
    (today, now): (Date, i64),
) -> Mail {
    let due = french_date(review.due_on);
    let count = counted(waiting, "habilitation attend", "habilitations attendent");
    let when = if review.due_on < today {
        format!(
            "L’échéance du {due} est passée. Rien ne prend fin tout seul : décidez-en, ou mettez-y fin."
        )
    } else {
        format!("À décider avant le {due}.")
    };
    Mail {
        key: format!("revue:{}:{person}:{now}", review.id),
        address: email,
        subject: format!("Revue des habilitations {}", review.year),
        body: format!(
            "Bonjour {name},\n\n{count} votre décision dans la revue {} : confirmer, ou mettre fin. {when}\n\n{SITE}/droits/revue/{}\n",
            review.year, review.id
        ),
        due_at: now,
        useless_at: now + LIVES,
    }
}
