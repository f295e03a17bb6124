//! Roles: what each lets one do, where, and what it lets one see.
//!
//! What lives here: the roles and the acts that come with Jalon, read from `reference/roles.yaml`.
//! What never does: who holds a role ([`super::grant`]) or how it is judged ([`super::policy`]).

mod source;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::policy::Stage;
use crate::platform::yaml::Problem;

pub use source::read;

/// The role that may do everything: there is always somebody who holds it.
pub const NATIONAL_ADMINISTRATOR: &str = "administrateur-national";

/// On whose side somebody stands: what a framework opens, it opens to sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The ministries, their directorates and operators.
    State,
    /// The regional health agencies.
    Agency,
    /// The health insurance of a region.
    HealthInsurance,
    /// Hospitals and the like.
    Establishment,
    /// Anybody else who was invited.
    Guest,
    /// Who runs the machine.
    Technical,
}

impl Side {
    /// Every side, with its word in the text and its name.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::State, "etat", "État"),
        (Self::Agency, "ars", "ARS"),
        (
            Self::HealthInsurance,
            "assurance-maladie",
            "Assurance maladie",
        ),
        (Self::Establishment, "etablissement", "Établissement"),
        (Self::Guest, "invite", "Invité"),
        (Self::Technical, "technique", "Technique"),
    ];

    /// Its name for a reader.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    /// Why a role of that side is not held for an organisation of that kind, by the kind's code:
    /// what a role opens, it opens to its side, so that one of the State held for a hospital would
    /// show that hospital the whole country.
    pub fn misfit(self, kind: &str) -> Option<&'static str> {
        match (self, kind) {
            (Self::Agency, "ars") | (Self::Establishment, "establishment") => None,
            (Self::Agency, _) => Some("Ce rôle est celui d’une agence : choisissez une ARS."),
            (Self::Establishment, _) => {
                Some("Ce rôle est celui d’un établissement : choisissez lequel.")
            }
            (Self::State | Self::HealthInsurance | Self::Technical, "establishment") => Some(
                "Ce rôle ne se tient pas pour un établissement. Prenez un rôle d’établissement, ou « Invité ».",
            ),
            _ => None,
        }
    }
}

/// What a role lets one see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing of what contracts and figures say.
    Nothing,
    /// What each framework opens to the role's side, and what is one's own organisation's.
    Open,
    /// Everything but what is under embargo or sealed.
    Everything,
}

impl Sight {
    /// Every sight, with its word in the text and its name.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Nothing, "rien", "rien du contenu"),
        (Self::Open, "ouvert", "ce que le cadre ouvre, et le sien"),
        (Self::Everything, "tout", "tout, hors embargo"),
    ];

    /// Its name for a reader.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].2
    }
}

/// How the holder of a role answers for an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Referent {
    /// Before the others: without them, nobody does.
    First,
    /// Beside the first.
    Second,
}

impl Referent {
    /// Both, with the word in the text.
    pub const ALL: [(Self, &'static str); 2] =
        [(Self::First, "titulaire"), (Self::Second, "second")];
}

/// Whom the contracts of a framework bind, where a role is about such frameworks alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// Hospitals and the like.
    Establishments,
}

impl Bound {
    /// Every one, with its word in the database, in the text and for a reader.
    pub const ALL: [(Self, &'static str, &'static str, &'static str); 1] = [(
        Self::Establishments,
        "establishment",
        "etablissement",
        "cadres d’établissements",
    )];

    /// Its word in the database.
    pub fn code(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Its name for a reader.
    pub fn french(self) -> &'static str {
        Self::ALL[self as usize].3
    }
}

/// Which of a list of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Every one.
    All,
    /// These.
    These(BTreeSet<String>),
}

impl Which {
    /// Whether an act is among them; one upon what is sealed is only where it is named.
    pub fn allows(&self, roles: &Roles, act: &str) -> bool {
        let sealed = roles.act(act).is_some_and(|known| known.sealed);
        self.holds(act) && !(sealed && *self == Self::All)
    }

    /// Whether a key is among them.
    pub fn holds(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(keys) => keys.contains(key),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::These(keys) if keys.is_empty())
    }
}

/// Something that may be done, as the text of the roles names it.
#[allow(clippy::struct_excessive_bools)] // each is a key of the text, asked by itself
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAct {
    /// Its word, that of [`Act::NAME`](super::Act::NAME).
    pub key: String,
    /// What it is, as the end of a sentence: « écrire un projet d’acte ».
    pub name: String,
    /// Whether everybody may do it to what is their very own.
    pub to_ones_own: bool,
    /// The act that they must still be allowed besides, by a grant: what they made in the name of
    /// an organisation is not theirs once they have left it.
    pub own_with: Option<String>,
    /// Whether nobody may do it but to what is their very own, whatever they hold.
    pub only_to_ones_own: bool,
    /// Whether nobody may do it to themselves.
    pub never_to_oneself: bool,
    /// Whether what it is done to is under seal: it is allowed by roles that name it, never by one
    /// that may do everything, nor to who looks as somebody else does.
    pub sealed: bool,
    /// The stages of a thing at which it may be done, by whomever; none where it may at any.
    pub stages: Vec<Stage>,
    /// What is told at another stage: what became of the thing, and what to do.
    pub otherwise: String,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its key, for ever.
    pub key: String,
    /// Its name.
    pub name: String,
    /// On whose side its holders stand.
    pub side: Side,
    /// What it lets one see.
    pub sight: Sight,
    /// Whether its holders see figures under embargo before their day.
    pub sees_embargoed: bool,
    /// Whom the frameworks bind that it is about, of what stands in one; `None` where it is about
    /// any.
    pub about: Option<Bound>,
    /// What it lets one do anywhere.
    pub anywhere: Which,
    /// What it lets one do to what is one's organisation's.
    pub own: Which,
    /// The roles that its holders may give and take away.
    pub gives: Which,
    /// Whether it takes a second factor to sign in with it.
    pub second_factor: bool,
    /// How its holder answers for an objective; `None` where the role is no referent's.
    pub referent: Option<Referent>,
}

impl Role {
    /// Whether it lets its holder do something to what is under seal.
    pub fn opens_sealed(&self, roles: &Roles) -> bool {
        let opens = |act: &KnownAct| {
            act.sealed
                && (self.anywhere.allows(roles, &act.key) || self.own.allows(roles, &act.key))
        };
        roles.acts().iter().any(opens)
    }

    /// Why it is not held within a limit, where it is not: a limit narrows what is done, and what is
    /// seen not at all, so that it would promise what it does not keep.
    pub fn takes_no_limit(&self) -> Option<&'static str> {
        let sees_whole = self.sight == Sight::Everything || self.sees_embargoed;
        (sees_whole || self.side == Side::Guest).then_some(
            "Une limite ne réduit pas ce que ce rôle laisse lire : donnez-le sans cadre ni contrat, ou choisissez un rôle plus étroit.",
        )
    }
}

/// The roles and the acts that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    roles: Vec<Role>,
    acts: Vec<KnownAct>,
}

impl Roles {
    /// Those that come with Jalon. A test reads them: in a released binary there is nothing wrong
    /// with them; were there, nobody would be allowed anything.
    pub fn known() -> &'static Self {
        static KNOWN: LazyLock<Roles> = LazyLock::new(|| Roles::shipped().unwrap_or_default());
        &KNOWN
    }

    /// Those that come with Jalon, or what is wrong with their text.
    ///
    /// # Errors
    /// Every problem of the text.
    pub fn shipped() -> Result<Self, Vec<Problem>> {
        read(include_str!("../../../reference/roles.yaml"))
    }

    /// Every role, in the order of the text.
    pub fn all(&self) -> &[Role] {
        &self.roles
    }

    /// Every act, in the order of the text.
    pub fn acts(&self) -> &[KnownAct] {
        &self.acts
    }

    /// The role of that key.
    pub fn role(&self, key: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.key == key)
    }

    /// The act of that word.
    pub fn act<'a>(&'a self, key: &str) -> Option<&'a KnownAct> {
        self.acts.iter().find(|act| act.key == key)
    }

    /// What people call a role; its key where it is no longer known.
    pub fn name<'a>(&'a self, key: &'a str) -> &'a str {
        self.role(key).map_or(key, |role| &role.name)
    }

    /// What people call an act.
    pub fn act_name<'a>(&'a self, key: &'a str) -> &'a str {
        self.act(key).map_or(key, |act| &act.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::yaml::Worded as _;

    #[test]
    fn the_roles_that_come_with_jalon_read() {
        let roles = Roles::shipped().unwrap();
        assert_eq!(roles.all().len(), 28);
        let administrator = roles.role(NATIONAL_ADMINISTRATOR).unwrap();
        assert_eq!(administrator.anywhere, Which::All);
        assert_eq!(administrator.gives, Which::All);
    }

    #[test]
    fn what_is_sealed_opens_to_roles_that_take_a_second_factor_only() {
        let roles = Roles::shipped().unwrap();
        let opening: Vec<&Role> = roles
            .all()
            .iter()
            .filter(|role| role.opens_sealed(&roles))
            .collect();
        assert!(opening.len() >= 3, "{opening:?}");
        for role in opening {
            assert!(role.second_factor, "{}", role.key);
        }
    }

    #[test]
    fn the_words_follow_the_order_of_what_they_name() {
        for (rank, (side, word, _)) in Side::ALL.into_iter().enumerate() {
            assert_eq!((side as usize, Side::from_word(word)), (rank, Some(side)));
        }
        for (rank, (sight, word, _)) in Sight::ALL.into_iter().enumerate() {
            assert_eq!(
                (sight as usize, Sight::from_word(word)),
                (rank, Some(sight))
            );
        }
    }

    #[test]
    fn a_role_that_names_an_unknown_act_or_role_is_refused() {
        let text = "actes:\n  - {cle: a, nom: faire}\nroles:\n  - cle: r\n    nom: R\n    cote: etat\n    voit: rien\n    partout: [b]\n    donne: [s]\n    second_facteur: non\n";
        let problems = read(text).unwrap_err();
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        for unknown in ["« b »", "« s »"] {
            assert!(told.iter().any(|line| line.contains(unknown)), "{told:?}");
        }
    }
}
