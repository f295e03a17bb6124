//! The one policy: whether grants allow an act to a thing, and by which of them.
//!
//! What lives here: the judgement itself, pure. What never does: reading grants or things.

mod stage;

use uuid::Uuid;

use super::grant::Grant;
use super::role::{KnownAct, Role, Roles, Which};

pub use stage::Stage;

/// A place of the tree of objectives of a framework, with those it stands under.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standing {
    /// Code of the framework.
    pub framework: String,
    /// Keys of the objective and of what it stands under; empty for the framework as a whole.
    pub nodes: Vec<String>,
}

impl Standing {
    /// A framework as a whole.
    pub fn whole(framework: impl Into<String>) -> Self {
        Self {
            framework: framework.into(),
            nodes: Vec::new(),
        }
    }
}

/// What a thing concerns, as far as rights go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Concern {
    /// Codes of the organisations whose thing it is: the parties of a contract, who supplies a
    /// value. Empty for what is nobody's in particular.
    pub organisations: Vec<String>,
    /// Where it stands in frameworks; empty for what stands in none.
    pub standings: Vec<Standing>,
    /// The contract it is about.
    pub contract: Option<Uuid>,
    /// The section of that contract it is about; none for the contract as a whole.
    pub section: Option<Uuid>,
    /// The person whose very own it is.
    pub owner: Option<Uuid>,
    /// The role that is given or taken away by the act.
    pub role: Option<String>,
    /// How far the thing has come; none for what has no stages.
    pub stage: Option<Stage>,
    /// The organisation that keeps it to itself until it opens it: its people alone act on it.
    pub kept_by: Option<String>,
    /// Whether what it is about is judged elsewhere, part by part: a file, by each of its rows.
    pub undetermined: bool,
}

impl Concern {
    /// What is nobody's in particular: the directory, the whole installation.
    pub fn nobodys() -> Self {
        Self::default()
    }

    /// What is one person's very own: their account, their accesses.
    pub fn of_person(person: Uuid) -> Self {
        Self {
            owner: Some(person),
            ..Self::default()
        }
    }

    /// What is not chosen yet: a file to come, a contract to prepare.
    pub fn to_come() -> Self {
        Self {
            undetermined: true,
            ..Self::default()
        }
    }

    /// The same, where it has come that far.
    #[must_use]
    pub fn at(self, stage: Stage) -> Self {
        Self {
            stage: Some(stage),
            ..self
        }
    }

    /// What is an organisation's under a framework, either empty where there is none.
    pub fn of(organisation: &str, framework: &str) -> Self {
        let named = |code: &str| (!code.is_empty()).then(|| code.to_owned());
        Self {
            organisations: named(organisation).into_iter().collect(),
            standings: named(framework).map(Standing::whole).into_iter().collect(),
            ..Self::default()
        }
    }
}

/// By what an act is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The thing is one's very own.
    OnesOwn,
    /// A grant.
    Grant {
        /// Which.
        id: Uuid,
        /// The organisation it is for, empty where it is for none.
        organisation: String,
    },
    /// The installation itself acts.
    Installation,
}

/// Why an act is refused: what the person is told, and why each of their grants did not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{act} refused: {sentence}")]
pub struct Denied {
    /// The act.
    pub act: &'static str,
    /// What the person is told: who can do it.
    pub sentence: String,
    /// What kind of refusal it is.
    pub kind: Refusal,
}

/// What stands in the way of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person may not.
    NotGranted,
    /// A program was given the right to read and no more.
    ReadsOnly,
    /// The thing is not at a stage where it may be done, by whomever.
    Stage,
}

/// Why a grant does not allow an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Its role does not allow the act at all.
    Role,
    /// The thing is another organisation's.
    Organisation,
    /// The organisation that prepares the thing has not opened it yet.
    Kept,
    /// The thing stands outside the framework, the objective, the contract or the section of the
    /// grant.
    Scope,
    /// The thing stands in frameworks of another kind than those that its role is about.
    Framework,
    /// Its role may not give or take away that role.
    Gives,
    /// It is held in somebody's place, and the thing is under seal.
    InPlaceOf,
    /// The thing is not at a stage where the act may be done, whoever does it.
    Stage,
}

impl Lack {
    /// Told of a grant, after its name.
    pub fn french(self) -> &'static str {
        match self {
            Self::Role => "ce rôle ne le permet pas",
            Self::Organisation => "ce rôle ne le permet que chez sa propre organisation",
            Self::Kept => "l’organisation qui prépare ce projet ne l’a pas encore ouvert",
            Self::Scope => "c’est hors de son périmètre (cadre, objectif, contrat ou volet)",
            Self::Framework => {
                "ce rôle ne porte que sur les cadres d’établissements, et ceci relève d’un autre cadre"
            }
            Self::Gives => "ce rôle ne peut ni donner ni retirer ce rôle-là",
            Self::InPlaceOf => "ce qui est scellé ne s’ouvre pas à la place d’un autre",
            Self::Stage => "elle le permettrait, mais la chose n’en est pas là",
        }
    }
}

/// Whether one grant allows an act to what a thing concerns.
///
/// # Errors
/// What it lacks.
pub fn weigh(roles: &Roles, grant: &Grant, act: &str, concern: &Concern) -> Result<(), Lack> {
    gives(roles, grant, act, concern)?;
    if is_at_its_stage(roles.act(act), concern) {
        Ok(())
    } else {
        Err(Lack::Stage)
    }
}

/// Whether a thing has come as far as an act asks, and no farther. What says nothing of its stage
/// is at none of those that are asked, unless it is not chosen yet.
fn is_at_its_stage(act: Option<&KnownAct>, concern: &Concern) -> bool {
    let stages = act.map_or(&[][..], |act| &act.stages);
    match concern.stage {
        _ if stages.is_empty() => true,
        Some(stage) => stages.contains(&stage),
        None => concern.undetermined,
    }
}

/// [`weigh`], whatever the stage of the thing.
fn gives(roles: &Roles, grant: &Grant, act: &str, concern: &Concern) -> Result<(), Lack> {
    let role = roles.role(&grant.remit.role).ok_or(Lack::Role)?;
    let (anywhere, own) = (
        role.anywhere.allows(roles, act),
        role.own.allows(roles, act),
    );
    let is_personal = roles.act(act).is_some_and(|known| known.only_to_ones_own);
    if is_personal || !(anywhere || own) {
        return Err(Lack::Role);
    }
    if grant.behalf_of.is_some() && roles.act(act).is_some_and(|known| known.sealed) {
        return Err(Lack::InPlaceOf);
    }
    if concern
        .role
        .as_deref()
        .is_some_and(|given| !role.gives.holds(given))
    {
        return Err(Lack::Gives);
    }
    let keeper = concern.kept_by.as_deref();
    if keeper.is_some_and(|keeper| keeper != grant.remit.organisation) {
        return Err(Lack::Kept);
    }
    let is_nobodys_yet = concern.undetermined && concern.organisations.is_empty();
    if !(anywhere || is_nobodys_yet || is_of(&grant.remit.organisation, concern)) {
        return Err(Lack::Organisation);
    }
    if !(concern.undetermined || covers(grant, concern)) {
        return Err(Lack::Scope);
    }
    if role.about.is_some() && stands_elsewhere(grant, concern) {
        return Err(Lack::Framework);
    }
    Ok(())
}

/// Whether a thing stands in frameworks, and in none of those that the role of a grant is about.
fn stands_elsewhere(grant: &Grant, concern: &Concern) -> bool {
    let is_about = |standing: &Standing| grant.about.contains(&standing.framework);
    !concern.standings.is_empty() && !concern.standings.iter().any(is_about)
}

/// Whether a thing is an organisation's.
fn is_of(organisation: &str, concern: &Concern) -> bool {
    !organisation.is_empty()
        && concern
            .organisations
            .iter()
            .any(|code| code == organisation)
}

/// Whether the scope of a grant takes a thing in: a limit that the thing says nothing of keeps it
/// out.
fn covers(grant: &Grant, concern: &Concern) -> bool {
    let remit = &grant.remit;
    let of_contract = remit.contract.is_none() || remit.contract == concern.contract;
    let of_section = remit.section.is_none() || remit.section == concern.section;
    let stands = |standing: &Standing| {
        standing.framework == remit.framework
            && (remit.objective.is_empty() || standing.nodes.contains(&remit.objective))
    };
    of_contract
        && of_section
        && (remit.framework.is_empty() || concern.standings.iter().any(stands))
}

/// Whether a person who holds these grants may do an act to what a thing concerns.
///
/// # Errors
/// A refusal that says who can.
pub fn decide(
    roles: &Roles,
    who: Uuid,
    grants: &[Grant],
    act: &'static str,
    concern: &Concern,
) -> Result<Basis, Denied> {
    let basis = granted(roles, who, grants, act, concern).map_err(|sentence| Denied {
        act,
        sentence,
        kind: Refusal::NotGranted,
    })?;
    let known = roles.act(act);
    if is_at_its_stage(known, concern) {
        return Ok(basis);
    }
    Err(Denied {
        act,
        sentence: known.map_or_else(String::new, |known| known.otherwise.clone()),
        kind: Refusal::Stage,
    })
}

/// By what somebody may do an act, whatever the stage of the thing; or what they are told.
fn granted(
    roles: &Roles,
    who: Uuid,
    grants: &[Grant],
    act: &str,
    concern: &Concern,
) -> Result<Basis, String> {
    let is_own = concern.owner == Some(who);
    let known = roles.act(act);
    if known.is_some_and(|known| known.never_to_oneself) && is_own {
        return Err(format!(
            "Personne ne peut {} à soi-même : demandez-le à un autre administrateur.",
            roles.act_name(act)
        ));
    }
    if let Some(known) = known.filter(|known| known.to_ones_own && is_own) {
        return match &known.own_with {
            Some(with) => granted(roles, who, grants, with, concern),
            None => Ok(Basis::OnesOwn),
        };
    }
    if known.is_some_and(|known| known.only_to_ones_own) {
        return Err(format!(
            "Personne ne peut {} à la place de quelqu’un d’autre.",
            roles.act_name(act)
        ));
    }
    let allowing = grants
        .iter()
        .find(|grant| gives(roles, grant, act, concern).is_ok());
    match allowing {
        Some(grant) => Ok(Basis::Grant {
            id: grant.id,
            organisation: grant.remit.organisation.clone(),
        }),
        None => Err(who_can(roles, grants, act, concern)),
    }
}

/// Says who can, and what the nearest of one's grants lacks.
fn who_can(roles: &Roles, grants: &[Grant], act: &str, concern: &Concern) -> String {
    let name = roles.act_name(act);
    let able = |role: &&Role| role.anywhere.allows(roles, act) || role.own.allows(roles, act);
    let giving = |role: &&Role| {
        concern
            .role
            .as_deref()
            .is_none_or(|given| role.gives.holds(given))
    };
    let able: Vec<&Role> = roles.all().iter().filter(able).filter(giving).collect();
    // Where roles are named besides, the one that may do everything is a matter of course.
    let specific = able.iter().filter(|role| role.anywhere != Which::All);
    let mut named: Vec<&str> = specific.map(|role| role.name.as_str()).collect();
    if named.is_empty() {
        named = able.iter().map(|role| role.name.as_str()).collect();
    }
    let near = grants
        .iter()
        .find_map(|grant| match gives(roles, grant, act, concern) {
            Err(Lack::Role) | Ok(()) => None,
            Err(lack) => Some(format!(
                " Votre habilitation « {} » n’y suffit pas : {}.",
                roles.name(&grant.remit.role),
                lack.french()
            )),
        });
    let who = if named.is_empty() {
        "Personne n’en a le droit dans cette installation.".to_owned()
    } else {
        format!("Peut le faire qui a le rôle : {}.", named.join(" ; "))
    };
    format!(
        "Vous ne pouvez pas {name} ici.{} {who}",
        near.unwrap_or_default()
    )
}

#[cfg(test)]
mod matrix;
#[cfg(test)]
mod tests;
