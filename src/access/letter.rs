//! What people are written about their account. Pure: each letter is made from what it tells.

use uuid::Uuid;

use super::link::LinkKind;
use super::store::Person;
use super::token::Secret;
use crate::platform::clock::french_instant;
use crate::platform::mail::{Mail, SITE};

/// A letter that warns somebody is worth sending this long, in microseconds.
const WARNING_LIVES: i64 = 3 * 24 * 3600 * 1_000_000;

/// Where a link leads.
pub(super) fn link_path(secret: &Secret) -> String {
    format!("/lien/{}", secret.reveal())
}

/// The invitation to choose a first password.
pub(super) fn invitation(person: &Person, secret: &Secret, now: i64) -> Mail {
    let until = now + LinkKind::Invitation.lifetime();
    letter(
        person,
        Told {
            key: "invitation",
            subject: "Votre compte Jalon est ouvert",
            text: format!(
                "Un compte vous a été ouvert dans Jalon, où l’État, les agences régionales de santé et les établissements suivent leurs contrats d’objectifs et de moyens.\n\nChoisissez votre mot de passe à cette adresse :\n{SITE}{}\n\nElle sert une seule fois, jusqu’au {}. Passé ce moment, demandez une autre invitation à qui a ouvert votre compte.\n\nVous vous connecterez ensuite avec l’adresse {}.",
                link_path(secret),
                french_instant(until),
                person.email
            ),
            now,
            until,
        },
    )
}

/// The way to another password.
pub(super) fn reset(person: &Person, secret: &Secret, now: i64) -> Mail {
    let until = now + LinkKind::Reset.lifetime();
    letter(
        person,
        Told {
            key: "reset",
            subject: "Choisir un autre mot de passe",
            text: format!(
                "Quelqu’un, vous sans doute, a dit avoir oublié le mot de passe de votre compte Jalon. Choisissez-en un autre à cette adresse :\n{SITE}{}\n\nElle sert une seule fois, jusqu’au {}.\n\nSi ce n’est pas vous, ne faites rien : votre mot de passe n’a pas changé.",
                link_path(secret),
                french_instant(until)
            ),
            now,
            until,
        },
    )
}

/// What just happened to an account, to warn its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Warning<'a> {
    /// Its password changed.
    PasswordChanged,
    /// A second factor is asked from now on.
    FactorAdded,
    /// None is any more.
    FactorRemoved,
    /// An administrator took it away, for that reason.
    FactorTaken(&'a str),
    /// A recovery code served; how many are left.
    RecoveryUsed(i64),
    /// New recovery codes stand in the place of the others.
    CodesRenewed,
    /// An administrator ended its sessions.
    SessionsEnded,
    /// A program of that name acts for it from now on.
    ProgramAdded(&'a str),
    /// A passkey of that name opens it from now on.
    PasskeyAdded(&'a str),
    /// A passkey of that name does no longer.
    PasskeyRemoved(&'a str),
    /// An identity of that provider opens it from now on.
    IdentityBound(&'a str),
    /// An identity of that provider does no longer.
    IdentityUnbound(&'a str),
}

impl Warning<'_> {
    /// The word that tells this letter from others, and its subject.
    fn heading(self) -> (&'static str, &'static str) {
        match self {
            Self::PasswordChanged => ("password", "Votre mot de passe a changé"),
            Self::FactorAdded => ("factor-on", "La double authentification est en place"),
            Self::FactorRemoved => ("factor-off", "La double authentification est retirée"),
            Self::FactorTaken(_) => (
                "factor-taken",
                "Votre double authentification a été retirée",
            ),
            Self::RecoveryUsed(_) => ("recovery", "Un code de secours vient de servir"),
            Self::CodesRenewed => ("recovery-new", "De nouveaux codes de secours sont tirés"),
            Self::SessionsEnded => ("sessions-ended", "Vos sessions ont été terminées"),
            Self::ProgramAdded(_) => ("program-on", "Un accès par programme est ouvert"),
            Self::PasskeyAdded(_) => ("passkey-on", "Une clé d’accès ouvre votre compte"),
            Self::PasskeyRemoved(_) => ("passkey-off", "Une clé d’accès est retirée"),
            Self::IdentityBound(_) => ("identity-on", "Votre compte est lié à une identité"),
            Self::IdentityUnbound(_) => {
                ("identity-off", "Votre compte n’est plus lié à une identité")
            }
        }
    }

    /// What happened.
    fn text(self) -> String {
        match self {
            Self::PasswordChanged => "Le mot de passe de votre compte Jalon vient de changer. Vos autres sessions sont terminées.".to_owned(),
            Self::FactorAdded => "Un code de votre application vous est désormais demandé, après le mot de passe, pour ouvrir votre compte Jalon.".to_owned(),
            Self::FactorRemoved => "Plus aucun code n’est demandé pour ouvrir votre compte Jalon : le mot de passe suffit.".to_owned(),
            Self::FactorTaken(why) => {
                let why = if why.is_empty() { String::new() } else { format!(", pour ce motif : « {why} »,") };
                format!("Un administrateur a retiré la double authentification de votre compte Jalon{why} et vos sessions sont terminées. Le mot de passe suffit, jusqu’à ce que vous en mettiez une autre en place depuis « Mon compte ».")
            }
            Self::RecoveryUsed(left) => format!(
                "Un code de secours vient d’ouvrir votre compte Jalon. Il vous en reste {left} ; vous pouvez en tirer de nouveaux depuis la page « Double authentification » de votre compte."
            ),
            Self::CodesRenewed => "De nouveaux codes de secours ouvrent désormais votre compte Jalon ; les anciens ne servent plus.".to_owned(),
            Self::SessionsEnded => "Un administrateur a terminé toutes vos sessions dans Jalon : reconnectez-vous pour continuer.".to_owned(),
            Self::ProgramAdded(name) => format!(
                "Un accès par programme, « {name} », lit désormais dans Jalon en votre nom, ou y écrit si vous l’avez permis, jusqu’à ce que vous le révoquiez depuis la page « Mes accès »."
            ),
            Self::PasskeyAdded(name) => format!(
                "Une clé d’accès, « {name} », ouvre désormais votre compte Jalon, sans mot de passe ni code."
            ),
            Self::PasskeyRemoved(name) => format!("La clé d’accès « {name} » n’ouvre plus votre compte Jalon."),
            Self::IdentityBound(label) => format!(
                "Votre identité {label} ouvre désormais votre compte Jalon : vous vous y connectez par {label}."
            ),
            Self::IdentityUnbound(label) => format!("Votre identité {label} n’ouvre plus votre compte Jalon."),
        }
    }
}

/// The letter that warns the owner of an account.
pub(super) fn warning(person: &Person, warning: Warning<'_>, now: i64) -> Mail {
    let (key, subject) = warning.heading();
    let what = warning.text();
    letter(
        person,
        Told {
            key,
            subject,
            text: format!(
                "{what}\n\nC’était le {}, heure de Paris.\n\nSi ce n’est pas vous, choisissez un autre mot de passe ({SITE}/mot-de-passe-oublie) et prévenez votre administrateur.",
                french_instant(now)
            ),
            now,
            until: now + WARNING_LIVES,
        },
    )
}

/// The letter that says that somebody may open what is under seal from now on: whoever administers
/// the country gives any role, and does not do it unseen.
pub(super) fn sealed_role(
    person: &Person,
    grant: Uuid,
    (role, to): (&str, &str),
    now: i64,
) -> Mail {
    let told = letter(
        person,
        Told {
            key: "sealed-role",
            subject: "Un rôle qui ouvre des textes scellés a été donné",
            text: format!(
                "Le rôle « {role} », qui ouvre des textes scellés dans Jalon, vient d’être donné à {to}.\n\nC’était le {}, heure de Paris. Le journal dit par qui et pourquoi. Si vous ne vous y attendiez pas, parlez-en à un autre administrateur national.",
                french_instant(now)
            ),
            now,
            until: now + WARNING_LIVES,
        },
    );
    // Many may be given at one instant, by a file.
    Mail {
        key: format!("sealed-role:{grant}:{}", person.id),
        ..told
    }
}

/// A delegation that who stood in gave up.
#[derive(Clone, Copy, Debug)]
pub(super) struct GivenUp<'a> {
    /// The grant that was delegated to them.
    pub grant: Uuid,
    /// What its role is called.
    pub role: &'a str,
    /// Who gave it up.
    pub who: &'a str,
    /// Why.
    pub why: &'a str,
}

/// The letter that says to who delegated a role that the other stands in for them no longer: who is
/// away believes themselves stood in for.
pub(super) fn given_up(person: &Person, about: GivenUp<'_>, now: i64) -> Mail {
    let GivenUp {
        grant,
        role,
        who,
        why,
    } = about;
    let told = letter(
        person,
        Told {
            key: "given-up",
            subject: "Une délégation que vous aviez faite a pris fin",
            text: format!(
                "{who} a renoncé à tenir à votre place le rôle « {role} » dans Jalon, pour ce motif : « {why} ».\n\nC’était le {}, heure de Paris. Pour qu’une autre personne vous remplace, déléguez de nouveau depuis « Mon compte », puis « Mes habilitations ».",
                french_instant(now)
            ),
            now,
            until: now + WARNING_LIVES,
        },
    );
    Mail {
        key: format!("given-up:{grant}"),
        ..told
    }
}

/// The letter that says that what read or wrote in somebody's name does so no longer, since they
/// were given a role that takes a second factor.
pub(super) fn programs_revoked(person: &Person, now: i64) -> Mail {
    letter(
        person,
        Told {
            key: "programs-off",
            subject: "Vos accès par programme ont été révoqués",
            text: format!(
                "Un rôle qui demande la double authentification vient de vous être donné dans Jalon. Vos accès par programme et les adresses de vos tableaux avaient été ouverts sans elle : ils ont été révoqués.\n\nC’était le {}, heure de Paris. Une fois reconnecté avec la double authentification, vous pouvez en ouvrir d’autres depuis le menu à votre nom.",
                french_instant(now)
            ),
            now,
            until: now + WARNING_LIVES,
        },
    )
}

/// What a letter tells.
struct Told {
    key: &'static str,
    subject: &'static str,
    text: String,
    now: i64,
    until: i64,
}

fn letter(person: &Person, told: Told) -> Mail {
    let Told {
        key,
        subject,
        text,
        now,
        until,
    } = told;
    Mail {
        key: format!("{key}:{}:{now}", person.id),
        address: person.email.clone(),
        subject: subject.to_owned(),
        body: format!("Bonjour {},\n\n{text}\n", person.name),
        due_at: now,
        useless_at: until,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_tells_its_link_and_until_when_it_serves() {
        let person = Person {
            id: Uuid::nil(),
            name: "Anne Exemple".to_owned(),
            email: "anne@example.org".to_owned(),
        };
        let secret = Secret::random();
        let mail = reset(&person, &secret, 1_767_600_000_000_000);
        for part in [
            &format!("{SITE}/lien/{}", secret.reveal()),
            "Bonjour Anne Exemple",
            "jusqu’au 5 janvier 2026 à 10 h 00",
        ] {
            assert!(mail.body.contains(part), "{part}: {}", mail.body);
        }
        assert_eq!(mail.useless_at - mail.due_at, 3_600_000_000);
    }
}
