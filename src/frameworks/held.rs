//! What a revision may not take away: indicators and measures that values or contracts rest on.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::{Framework, RevisionError};
use crate::kernel::Decimal;
use crate::measures::{Facet, Measure};
use crate::platform::db::{DbError, Tx};

/// What still needs an indicator or a measure. Modules above answer; a revision may not remove
/// what they hold, nor have it read otherwise.
#[async_trait]
pub trait Holder: Send + Sync {
    /// What it lays upon measures.
    fn stake(&self) -> Stake;

    /// Of these indicators of a framework, those that something rests on.
    async fn holds_indicators(
        &self,
        tx: &mut Tx,
        framework: &str,
        keys: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, DbError>;

    /// Of these measures, those that something rests on.
    async fn holds_measures(
        &self,
        tx: &mut Tx,
        codes: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, DbError>;

    /// The numbers that rest on a measure, in its unit.
    async fn numbers(&self, tx: &mut Tx, measure: &Measure) -> Result<Vec<Decimal>, DbError>;
}

/// What rests on a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stake {
    /// Observed values.
    Values,
    /// Baselines and targets: for these, the direction counts as well.
    Targets,
}

impl Stake {
    fn french(self) -> &'static str {
        match self {
            Self::Values => "des valeurs",
            Self::Targets => "des valeurs initiales ou des cibles",
        }
    }

    /// Whether it matters to it which way is better.
    fn minds_direction(self) -> bool {
        self == Self::Targets
    }
}

/// What rests on a measure, told before anybody tries to change it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hold {
    stakes: BTreeSet<Stake>,
    /// The lowest and the highest number that rests on it.
    span: Option<(Decimal, Decimal)>,
}

impl Hold {
    /// Why a facet of the measure cannot change, or how far; nothing where it is free.
    pub(super) fn told(&self, facet: Facet) -> Option<String> {
        let bound = |stake: &&Stake| facet != Facet::Direction || stake.minds_direction();
        let stakes: Vec<&str> = self
            .stakes
            .iter()
            .filter(bound)
            .map(|s| s.french())
            .collect();
        if stakes.is_empty() {
            return None;
        }
        let stakes = stakes.join(" et ");
        Some(match (facet, self.span) {
            (Facet::Bounds, Some((low, high))) => {
                let (low, high) = (french(low), french(high));
                format!(
                    "La mesure a {stakes}, de {low} à {high} : les bornes ne peuvent pas en laisser dehors."
                )
            }
            (Facet::Bounds, None) => return None,
            _ => format!(
                "Ne se corrige plus ici : la mesure a {stakes}, qui se liraient autrement. Une autre définition est une autre mesure, sous un autre code."
            ),
        })
    }
}

fn french(number: Decimal) -> String {
    number.to_string().replace('.', ",")
}

/// What rests on each of these measures.
pub(super) async fn hold(
    tx: &mut Tx,
    holders: Holders,
    measures: &[Measure],
) -> Result<BTreeMap<String, Hold>, DbError> {
    let codes: BTreeSet<String> = measures.iter().map(|m| m.code.clone()).collect();
    let mut resting: BTreeMap<String, Hold> = BTreeMap::new();
    for holder in holders.0 {
        let rested_on = holder.holds_measures(tx, &codes).await?;
        for measure in measures.iter().filter(|m| rested_on.contains(&m.code)) {
            let hold = resting.entry(measure.code.clone()).or_default();
            hold.stakes.insert(holder.stake());
            for number in holder.numbers(tx, measure).await? {
                let (low, high) = hold.span.unwrap_or((number, number));
                hold.span = Some((low.min(number), high.max(number)));
            }
        }
    }
    Ok(resting)
}

/// Everything above that may hold an indicator or a measure, registered where the site is put
/// together.
#[derive(Clone, Copy)]
pub struct Holders(pub &'static [&'static dyn Holder]);

impl std::fmt::Debug for Holders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Holders({})", self.0.len())
    }
}

/// Refuses to go from one framework to the next where that removes what something rests on, or
/// has it read otherwise. Everything refused is told at once, each thing once.
pub(super) async fn refuse_held(
    tx: &mut Tx,
    holders: Holders,
    before: &Framework,
    after: &Framework,
) -> Result<(), RevisionError> {
    let mut told = held_indicators(tx, holders, before, after).await?;
    told.extend(held_measures(tx, holders, before, after).await?);
    if told.is_empty() {
        Ok(())
    } else {
        Err(RevisionError::Held(told))
    }
}

async fn held_indicators(
    tx: &mut Tx,
    holders: Holders,
    before: &Framework,
    after: &Framework,
) -> Result<Vec<String>, DbError> {
    let kept: BTreeSet<&str> = after.indicators.iter().map(|i| i.key.as_str()).collect();
    let keys = before.indicators.iter().map(|indicator| &indicator.key);
    let gone: BTreeSet<String> = keys
        .filter(|key| !kept.contains(key.as_str()))
        .cloned()
        .collect();
    let mut held = BTreeSet::new();
    for holder in holders.0 {
        held.extend(holder.holds_indicators(tx, &before.code, &gone).await?);
    }
    let told = held.into_iter().map(|key| {
        format!(
            "L’indicateur « {key} » ne peut pas être retiré : des contrats le portent. Gardez-le, ou retirez-le d’abord par un acte de chaque contrat."
        )
    });
    Ok(told.collect())
}

/// A measure that is gone, or that is read otherwise.
struct Altered<'a> {
    old: &'a Measure,
    /// Nothing where it is gone.
    new: Option<&'a Measure>,
    facets: Vec<Facet>,
}

async fn held_measures(
    tx: &mut Tx,
    holders: Holders,
    before: &Framework,
    after: &Framework,
) -> Result<Vec<String>, DbError> {
    let altered: BTreeMap<&str, Altered<'_>> = before
        .measures
        .iter()
        .filter_map(|old| {
            let new = after.measures.iter().find(|new| new.code == old.code);
            let facets = new.map(|new| old.redefined(new)).unwrap_or_default();
            let altered = new.is_none() || !facets.is_empty();
            altered.then_some((old.code.as_str(), Altered { old, new, facets }))
        })
        .collect();
    let codes: BTreeSet<String> = altered.keys().map(|code| (*code).to_owned()).collect();
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    for holder in holders.0 {
        for code in holder.holds_measures(tx, &codes).await? {
            let Some(altered) = altered.get(code.as_str()) else {
                continue;
            };
            let refused = altered.refused_by(tx, *holder).await?;
            if altered.new.is_none() || !refused.is_empty() {
                let held = held.entry(code).or_default();
                held.stakes.insert(holder.stake());
                held.facets.extend(refused);
            }
        }
    }
    let told = held.iter().map(|(code, held)| held.sentence(code));
    Ok(told.collect())
}

impl Altered<'_> {
    /// The facets that what this holder knows to rest on the measure does not bear.
    async fn refused_by(&self, tx: &mut Tx, holder: &dyn Holder) -> Result<Vec<Facet>, DbError> {
        let mut refused = Vec::new();
        for facet in &self.facets {
            let borne = match facet {
                Facet::Direction => !holder.stake().minds_direction(),
                Facet::Bounds => !self.leave_out(&holder.numbers(tx, self.old).await?),
                _ => false,
            };
            if !borne {
                refused.push(*facet);
            }
        }
        Ok(refused)
    }

    /// Whether the new bounds leave out a number that the old ones had within.
    fn leave_out(&self, numbers: &[Decimal]) -> bool {
        let mut within_old = numbers
            .iter()
            .filter(|number| self.old.bounds_hold(**number));
        within_old.any(|number| self.new.is_some_and(|new| !new.bounds_hold(*number)))
    }
}

/// What keeps a measure as it is.
#[derive(Default)]
struct Held {
    stakes: BTreeSet<Stake>,
    /// None where the measure is gone.
    facets: BTreeSet<Facet>,
}

impl Held {
    fn sentence(&self, code: &str) -> String {
        let stakes: Vec<&str> = self.stakes.iter().map(|stake| stake.french()).collect();
        let stakes = stakes.join(" et ");
        if self.facets.is_empty() {
            return format!(
                "La mesure « {code} » a {stakes} : elle ne peut pas disparaître. Gardez-la ; une mesure nouvelle s’écrit sous un autre code."
            );
        }
        let facets: Vec<&str> = self.facets.iter().map(|facet| facet.french()).collect();
        let verb = match self.facets.last() {
            Some(Facet::Bounds) if facets.len() == 1 => "les laisseraient dehors",
            _ if facets.len() == 1 => "ne peut plus changer",
            _ => "ne peuvent plus changer",
        };
        let facets = facets.join(", ");
        let alone = |only: &[Facet]| self.facets.iter().all(|facet| only.contains(facet));
        let remedy = if alone(&[Facet::Window, Facet::Bounds]) {
            "Laissez-la telle quelle ou, si la définition change à partir d’une année, dites-le : une ligne de « ruptures » à cette mesure, et un lien « revise » entre les indicateurs des deux générations."
        } else {
            "Laissez-la telle quelle, écrivez une mesure nouvelle sous un autre code et faites-la suivre par l’indicateur : les deux séries ne se joignent pas (lien « apparente »)."
        };
        format!("La mesure « {code} » a {stakes} : {facets} {verb}. {remedy}")
    }
}
