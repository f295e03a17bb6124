//! Addresses of accounts, read once into a type.

use std::fmt;
use std::str::FromStr;

/// More bytes than this are no address (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;

/// What the mailboxes of services are called, or begin with.
const FUNCTIONAL: [&str; 64] = [
    "accueil",
    "adjoint",
    "administration",
    "anap",
    "ansm",
    "ars",
    "assistance",
    "atih",
    "bal",
    "boite",
    "bureau",
    "cabinet",
    "cellule",
    "cnam",
    "cnamts",
    "cnsa",
    "codir",
    "communication",
    "contact",
    "contacts",
    "contrats",
    "coordination",
    "courriel",
    "courrier",
    "cpom",
    "departement",
    "dg",
    "dgcs",
    "dgos",
    "dgs",
    "direction",
    "directions",
    "dnum",
    "donnees",
    "drees",
    "dss",
    "equipe",
    "fonctionnelle",
    "gestion",
    "habilitations",
    "igas",
    "indicateurs",
    "info",
    "information",
    "infos",
    "ne-pas-repondre",
    "no-reply",
    "noreply",
    "observatoire",
    "pilotage",
    "planification",
    "pole",
    "postmaster",
    "presse",
    "referents",
    "secretariat",
    "service",
    "services",
    "sgmcas",
    "spf",
    "statistiques",
    "suivi",
    "support",
    "webmaster",
];

/// An electronic address, in lower case: accounts compare without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

/// The text is no address. What is refused is what nobody could write to; whether the mailbox
/// exists is not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("« {0} » n’est pas une adresse électronique ; écrivez-la comme prenom.nom@example.org")]
pub struct NotAnEmail(String);

/// The address is that of a service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "« {0} » semble une boîte de service ; un compte est celui d’une personne : écrivez son adresse nominative"
)]
pub struct NotAPersons(String);

impl Email {
    /// The address as it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of an account: that of one person.
    ///
    /// # Errors
    /// Where it seems to be a mailbox that several people read.
    pub fn of_account(self) -> Result<Self, NotAPersons> {
        if self.is_functional() {
            Err(NotAPersons(self.0))
        } else {
            Ok(self)
        }
    }

    /// Whether it seems to be a mailbox that several people read: it may be a contact, never an
    /// account. The words are Jalon's reading of how such mailboxes are called.
    pub fn is_functional(&self) -> bool {
        let mailbox = self.0.split('@').next().unwrap_or_default();
        let mut words = mailbox.split(['.', '-', '_', '+']);
        let first = words.next().unwrap_or_default();
        FUNCTIONAL.contains(&first) || FUNCTIONAL.contains(&mailbox)
    }
}

impl FromStr for Email {
    type Err = NotAnEmail;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = text.trim().to_lowercase();
        let halves = address.split_once('@');
        let sound =
            halves.is_some_and(|(mailbox, domain)| is_mailbox(mailbox) && is_domain(domain));
        if sound && address.len() <= LONGEST {
            Ok(Self(address))
        } else {
            Err(NotAnEmail(text.to_owned()))
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_mailbox(text: &str) -> bool {
    let dots = text.starts_with('.') || text.ends_with('.') || text.contains("..");
    let sound = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    !text.is_empty() && !dots && text.chars().all(sound)
}

/// At least two labels of letters, digits and dashes: an address on the machine alone is a mistake.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_kept_in_lower_case() {
        let email: Email = "  Anne.Martin@ARS.Example.org ".parse().unwrap();
        assert_eq!(email.as_str(), "anne.martin@ars.example.org");
    }

    #[test]
    fn what_nobody_could_write_to_is_refused() {
        let wrong = [
            "",
            "anne",
            "pas une adresse",
            "anne@",
            "@example.org",
            "anne@example",
            "a b@example.org",
            "anne@@example.org",
            "anne@exa mple.org",
            "anne@-example.org",
            "anne@example..org",
            ".anne@example.org",
            "anne@example.org\n<script>",
        ];
        for text in wrong {
            assert_eq!(text.parse::<Email>(), Err(NotAnEmail(text.to_owned())));
        }
    }

    #[test]
    fn a_mailbox_of_a_service_is_told_from_that_of_a_person() {
        let is = |text: &str| text.parse::<Email>().unwrap().is_functional();
        for text in [
            "contact",
            "ars-normandie-cpom",
            "secretariat.dg",
            "no-reply",
            "DIRECTION",
            "coordination.nationale",
            "dgos-cpom",
            "DREES",
            "dgs",
            "dgcs.sd1",
            "sgmcas",
            "cnsa-donnees",
        ] {
            assert!(is(&format!("{text}@example.org")), "{text}");
        }
        for text in [
            "anne.martin",
            "a.direction",
            "arsene.lupin",
            "bureaud",
            "jean-service",
        ] {
            assert!(!is(&format!("{text}@example.org")), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_was_read_reads_again_as_itself(text in "[a-zA-Z0-9.+-]{1,12}@[a-z0-9-]{1,8}\\.[a-z]{2,6}") {
            if let Ok(email) = text.parse::<Email>() {
                prop_assert_eq!(email.as_str().parse::<Email>(), Ok(email));
            }
        }
    }
}
