//! What people are written of requests: that there is something to read, never what it says.

use uuid::Uuid;

use super::Deed;
use crate::platform::mail::{Mail, SITE};

/// A mail about a request is worth sending this long, in microseconds.
const LIVES: i64 = 5 * 24 * 3600 * 1_000_000;

/// Somebody who is written to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Recipient {
    pub name: String,
    pub email: String,
}

/// The mail to the mailbox of a region in which nobody holds the support.
pub(super) fn to_contact((request, no): (Uuid, i64), contact: &Recipient, now: i64) -> Mail {
    Mail {
        key: format!("help:{request}:{no}:{}", contact.email),
        address: contact.email.clone(),
        subject: "Une demande d’aide de votre région".to_owned(),
        body: format!(
            "Bonjour,\n\nUne personne de votre région demande de l’aide dans Jalon, et personne n’y tient l’assistance ni l’administration pour « {} ». L’assistance nationale en est saisie.\n\nPour la lire, avec un compte qui le permet : {SITE}/aide/demandes/{request}\n",
            contact.name
        ),
        due_at: now,
        useless_at: now + LIVES,
    }
}

/// One mail for each of them about what was just said: the `no`-th thing said of a request.
pub(super) fn letters(
    (request, no, deed): (Uuid, i64, Deed),
    to_support: bool,
    recipients: &[Recipient],
    now: i64,
) -> Vec<Mail> {
    let (subject, what) = match (to_support, deed) {
        (true, Deed::PassOn) => (
            "Une demande d’aide vous est transmise",
            "L’assistance d’une région vous transmet une demande d’aide.",
        ),
        (true, _) => (
            "Une demande d’aide attend votre réponse",
            "Une personne attend votre réponse à une demande d’aide.",
        ),
        (false, Deed::PassOn) => (
            "Votre demande d’aide est transmise",
            "Votre demande d’aide est transmise à l’assistance nationale.",
        ),
        (false, Deed::Close) => (
            "Votre demande d’aide est close",
            "Votre demande d’aide est close. Si votre question demeure, écrivez-y de nouveau : elle se rouvrira.",
        ),
        (false, _) => (
            "Une réponse à votre demande d’aide",
            "L’assistance a répondu à votre demande d’aide.",
        ),
    };
    let letter = |to: &Recipient| Mail {
        key: format!("help:{request}:{no}:{}", to.email),
        address: to.email.clone(),
        subject: subject.to_owned(),
        body: format!(
            "Bonjour {},\n\n{what}\n\nPour la lire : {SITE}/aide/demandes/{request}\n",
            to.name
        ),
        due_at: now,
        useless_at: now + LIVES,
    };
    recipients.iter().map(letter).collect()
}
