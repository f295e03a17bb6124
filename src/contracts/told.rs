//! What the history says of contracts, their instruments and the national targets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use serde::Deserialize;
use uuid::Uuid;

use super::body::{Choice, Membership, Slot, TermBody};
use super::lines::Facet;
use super::naming::{Numbered, numbered_names, slot_name};
use super::sheet::show_body;
use super::store::told::{Named, contracts_of, named_between, named_with, prepared_by};
use super::{NationalTarget, ReadNote, State, Target};
use crate::access::{Act as _, Concern, Opening, Reach};
use crate::frameworks::{Catalogue, Framework, Library};
use crate::journal::{Kind, Line, Reader, Teller, Told, span};
use crate::ledger::Scope;
use crate::platform::db::{DbError, Tx};

/// Tells of contracts, instruments and national targets.
#[derive(Debug)]
pub struct ContractTeller {
    /// The frameworks, for the words of indicators.
    pub library: Library,
}

#[async_trait]
impl Teller for ContractTeller {
    fn kinds(&self) -> &'static [Kind] {
        const CONTRACT: Kind = Kind {
            code: "contract",
            french: "Contrats",
        };
        const INSTRUMENT: Kind = Kind {
            code: "instrument",
            french: "Actes des contrats",
        };
        const NATIONAL: Kind = Kind {
            code: "national_target",
            french: "Cibles nationales",
        };
        const NOTE: Kind = Kind {
            code: "confidential_note",
            french: "Notes confidentielles",
        };
        &[CONTRACT, INSTRUMENT, NATIONAL, NOTE]
    }

    async fn theirs(&self, tx: &mut Tx, reach: &Reach) -> Result<BTreeSet<Uuid>, DbError> {
        let organisations: BTreeSet<&str> = reach.insider_of().collect();
        if organisations.is_empty() || reach.sees_everything() {
            return Ok(BTreeSet::new());
        }
        contracts_of(tx, &organisations).await
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let catalogue = self.library.catalogue(tx, &reader.reach).await?;
        let words = Words {
            acts: acts(
                named_between(tx, span(lines)).await?,
                &catalogue,
                &reader.reach,
            ),
            catalogue: &catalogue,
        };
        let told = lines.iter().map(|line| {
            let share = match line.kind.as_str() {
                "instrument" => words.of_act(line, reader),
                "contract" => words.of_contract(line, reader),
                "confidential_note" if !(reader.reads_all || reads_note(line, reader)) => {
                    Share::Nothing
                }
                _ => Share::Whole,
            };
            match share {
                Share::Whole => Some(words.tell(line)),
                Share::Bare => Some(kept(line)),
                Share::Nothing => None,
            }
        });
        Ok(told.collect())
    }

    async fn keeps(&self, tx: &mut Tx, reader: &Reader, thing: Uuid) -> Result<bool, DbError> {
        let named = named_with(tx, thing).await?;
        let is_kept = |one: &Named| one.is_kept_from(&reader.reach);
        if let Some(act) = named.iter().find(|one| one.id == thing) {
            return Ok(is_kept(act));
        }
        if named.is_empty() {
            let keeper = prepared_by(tx, thing).await?;
            return Ok(!reader.reach.sees_kept_by(&keeper));
        }
        Ok(named.iter().all(is_kept))
    }
}

/// How much of a line its reader is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Share {
    /// Everything.
    Whole,
    /// That it was done, and nothing of what.
    Bare,
    /// Nothing.
    Nothing,
}

/// What is told of what an organisation keeps to whoever reads everything: who did something of
/// that kind, and when.
fn kept(line: &Line) -> Told {
    if line.kind == "contract" {
        return Told::bare("a préparé un contrat que son organisation garde");
    }
    let deed = match line.verb.as_str() {
        "create" => "a commencé",
        "confirm" => "a confirmé",
        "abandon" => "a abandonné",
        _ => "a modifié",
    };
    Told::bare(format!(
        "{deed} un projet d’acte que son organisation garde"
    ))
}

/// Whether the reader may know that somebody wrote a version of a note: those who may read it.
fn reads_note(line: &Line, reader: &Reader) -> bool {
    let concern = Concern {
        contract: line.parent,
        ..Concern::of(&line.scope.organisation, &line.scope.framework)
    };
    reader.reach.may_look(ReadNote::NAME, &concern)
}

/// What the history keeps of a version of a note.
#[derive(Deserialize)]
struct Written {
    no: i64,
    sha256: String,
}

/// A version of a note, by what is known of it without opening it.
fn note(line: &Line) -> Told {
    let deed = match line.is::<Written>() {
        Some(Written { no, sha256 }) => {
            let short: String = sha256.chars().take(16).collect();
            format!("a écrit la version {no} de la note confidentielle (empreinte {short}…)")
        }
        None => "a écrit la note confidentielle".to_owned(),
    };
    Told::new(deed, line)
}

/// An instrument as a sentence names it.
struct Act {
    /// Its contract.
    of: Uuid,
    name: String,
    contract: String,
    href: String,
    signed: bool,
    /// Whether who prepares it keeps it from the reader.
    kept: bool,
}

impl Act {
    /// Whether the reader may know of it: one that is not signed is its parties' own, as its
    /// framework opens drafts, and of who prepares it alone until it is opened to the others.
    fn is_open(&self, line: &Line, reader: &Reader) -> bool {
        if self.signed {
            sees(Opening::Signed, line, reader)
        } else {
            !self.kept && sees(Opening::Drafts, line, reader)
        }
    }
}

/// Whether what a contract's framework opens so is open to the reader, party to it or not.
fn sees(what: Opening, line: &Line, reader: &Reader) -> bool {
    let Scope {
        organisation,
        framework,
    } = &line.scope;
    let opened = reader
        .reach
        .sees_of(what, framework, [organisation.as_str()]);
    opened || reader.is_theirs(line)
}

/// Every instrument of some contracts, by its identifier, numbered as everywhere else.
fn acts(named: Vec<Named>, catalogue: &Catalogue, reach: &Reach) -> HashMap<Uuid, Act> {
    let mut by_contract: BTreeMap<Uuid, Vec<Named>> = BTreeMap::new();
    for one in named {
        by_contract.entry(one.contract).or_default().push(one);
    }
    let mut acts = HashMap::new();
    for instruments in by_contract.into_values() {
        let framework = instruments.first().map(|one| one.framework.clone());
        let framework = framework.and_then(|code| catalogue.framework(&code));
        let numbered: Vec<Numbered<'_>> = instruments.iter().map(Named::numbered).collect();
        let names = framework.map(|edited| numbered_names(&numbered, &edited.framework));
        let names = names.unwrap_or_default();
        for one in &instruments {
            let name = names.get(&one.id).map_or(one.act.as_str(), String::as_str);
            let act = Act {
                of: one.contract,
                name: name.to_owned(),
                contract: one.title.clone(),
                href: format!("/contrats/{}/actes/{}", one.slug, one.no),
                signed: one.state == State::Signed,
                kept: one.is_kept_from(reach),
            };
            acts.insert(one.id, act);
        }
    }
    acts
}

/// What sentences are made with.
struct Words<'a> {
    acts: HashMap<Uuid, Act>,
    catalogue: &'a Catalogue,
}

/// What the history keeps of a new contract.
#[derive(Deserialize)]
struct Drawn {
    slug: String,
}

/// What the history keeps of a term.
#[derive(Debug, Default, Deserialize)]
struct TermState {
    kind: String,
    subject: String,
    facet: String,
    #[serde(default)]
    period: String,
    body: Option<TermBody>,
}

impl Words<'_> {
    /// How much of an act the reader is told: what an organisation keeps is not told to whoever
    /// reads everything either.
    fn of_act(&self, line: &Line, reader: &Reader) -> Share {
        match self.acts.get(&line.thing) {
            Some(act) if act.is_open(line, reader) => Share::Whole,
            _ if !reader.reads_all => Share::Nothing,
            Some(act) if !act.kept => Share::Whole,
            Some(_) | None => Share::Bare,
        }
    }

    /// The same of a contract: told where one of its acts is; where it has none yet, who prepared it
    /// keeps it, as it would keep its first act.
    fn of_contract(&self, line: &Line, reader: &Reader) -> Share {
        let acts = self.acts.values().filter(|act| act.of == line.thing);
        let acts: Vec<&Act> = acts.collect();
        let keeper = line.grant.as_ref().map(|grant| grant.organisation.as_str());
        let is_told = match (&acts[..], keeper.unwrap_or_default()) {
            ([], "") => reader.reads_all || sees(Opening::Drafts, line, reader),
            ([], keeper) => reader.reach.sees_kept_by(keeper),
            (acts, _) => acts.iter().any(|act| act.is_open(line, reader)),
        };
        if is_told {
            return Share::Whole;
        }
        if !reader.reads_all {
            return Share::Nothing;
        }
        if acts.iter().all(|act| act.kept) {
            Share::Bare
        } else {
            Share::Whole
        }
    }

    fn tell(&self, line: &Line) -> Told {
        match line.kind.as_str() {
            "contract" => {
                let told = Told::new("a préparé le contrat", line);
                match line.is::<Drawn>() {
                    Some(drawn) => told.at(format!("/contrats/{}", drawn.slug)),
                    None => told,
                }
            }
            "national_target" => self.national(line),
            "confidential_note" => note(line),
            _ => self.instrument(line),
        }
    }

    fn instrument(&self, line: &Line) -> Told {
        let Some(act) = self.acts.get(&line.thing) else {
            return Told::new("a modifié un acte", line);
        };
        let name = &act.name;
        let deed = match line.verb.as_str() {
            "create" => format!("a commencé un acte ({name})"),
            "term" => format!("{} ({name})", self.term(line)),
            "describe" => format!("a écrit le motif ou la date d’effet ({name})"),
            "signatories" => format!("a désigné les signataires ({name})"),
            "confirm" => format!("a confirmé l’acte tel qu’il est ({name})"),
            "unconfirm" => format!("a repris l’acte, dont les confirmations sont tombées ({name})"),
            "rebase" => format!("a remis l’acte à jour des derniers termes signés ({name})"),
            "open" => format!("a ouvert l’acte aux autres parties ({name})"),
            "sign" => format!("a enregistré la signature ({name})"),
            "abandon" => format!("a abandonné l’acte ({name})"),
            _ => format!("a modifié l’acte ({name})"),
        };
        Told {
            deed,
            name: act.contract.clone(),
            href: Some(act.href.clone()),
            tells_why: true,
        }
    }

    /// « a porté la cible 2026 de 6.a de 66,2 à 67 ».
    fn term(&self, line: &Line) -> String {
        let was: TermState = line.was().unwrap_or_default();
        let is: TermState = line.is().unwrap_or_default();
        let slot = Slot::from_columns(&is.kind, &is.subject, &is.facet, &is.period);
        let Some(slot) = slot else {
            return "a modifié une clause".to_owned();
        };
        let framework = self.catalogue.framework(&line.scope.framework);
        let framework = framework.map(|edited| &edited.framework);
        let subject = subject(framework, &slot);
        if let Some(said) = is.body.as_ref().and_then(|body| said(&subject, body)) {
            return said;
        }
        if !matches!(slot, Slot::Baseline { .. } | Slot::Target { .. }) {
            return format!("a retiré, pour {subject} : {}", slot_name(&slot));
        }
        let what = format!("la {} de {subject}", slot_name(&slot));
        let measure = self.catalogue.measure(slot.facet());
        let facet = measure.map(Facet::of_measure);
        moved(&what, facet.as_ref(), was.body.as_ref(), is.body.as_ref())
    }

    fn national(&self, line: &Line) -> Told {
        let framework = self.catalogue.framework(&line.scope.framework);
        let href = format!("/cadres/{}", line.scope.framework);
        let what = if let Some(first) = line.is::<NationalTarget>() {
            let name = framework.and_then(|f| printed(&f.framework, &first.indicator));
            let name = name.unwrap_or(first.indicator);
            let measure = self.catalogue.measure(&first.measure);
            let facet = measure.map(Facet::of_measure);
            let (what, is) = (
                format!("la cible nationale {} de {name}", first.year),
                TermBody::Target(first.target),
            );
            moved(&what, facet.as_ref(), None, Some(&is))
        } else {
            let target = |target: Option<Target>| target.map(TermBody::Target);
            let (was, is) = (target(line.was()), target(line.is()));
            moved("une cible nationale", None, was.as_ref(), is.as_ref())
        };
        Told::new(what, line).at(href)
    }
}

/// The printed code of an indicator, or its name.
fn printed(framework: &Framework, key: &str) -> Option<String> {
    let mut indicators = framework.indicators.iter();
    let found = indicators.find(|indicator| indicator.key == key)?;
    Some(found.code.clone().unwrap_or_else(|| found.label.clone()))
}

/// What a term says that holds no amount.
fn said(subject: &str, body: &TermBody) -> Option<String> {
    Some(match body {
        TermBody::Choice(Choice::Retained) => format!("a retenu {subject}"),
        TermBody::Choice(Choice::NotRetained) => format!("a écarté {subject}"),
        TermBody::Definition(definition) => {
            format!("a défini {subject} : « {} »", definition.label)
        }
        TermBody::Commitment(term) => format!("a écrit l’engagement « {} »", term.label),
        TermBody::Party(Membership::Joins) => format!("a fait entrer {subject} parmi les parties"),
        TermBody::Party(Membership::Leaves) => format!("a fait sortir {subject} des parties"),
        TermBody::Place(covered) => {
            format!("a fait couvrir à {subject} le territoire {}", covered.place)
        }
        TermBody::Means(means) => format!(
            "a porté le montant de {subject} à {}",
            means.amount.french(0)
        ),
        TermBody::Baseline(_) | TermBody::Target(_) => return None,
    })
}

fn subject(framework: Option<&Framework>, slot: &Slot) -> String {
    let own = match slot {
        Slot::Means { line, .. } => framework.and_then(|f| {
            let means = f.means.iter().find(|means| means.key == *line);
            means.map(|means| means.label.clone())
        }),
        Slot::Party { organisation, .. } => Some(organisation.clone()),
        Slot::Place => Some("la section".to_owned()),
        other => framework.and_then(|f| printed(f, other.subject())),
    };
    own.unwrap_or_else(|| slot.subject().to_owned())
}

/// What became of a slot, in words.
fn moved(
    what: &str,
    facet: Option<&Facet<'_>>,
    was: Option<&TermBody>,
    is: Option<&TermBody>,
) -> String {
    let show = |body: &TermBody| show_body(facet, body);
    match (was.map(show), is.map(show)) {
        (None, Some(is)) => format!("a fixé {what} à {is}"),
        (Some(was), Some(is)) if was == is => format!("a récrit {what}, toujours à {is}"),
        (Some(was), Some(is)) => format!("a porté {what} de {was} à {is}"),
        (Some(was), None) => format!("a retiré {what}, qui était {was}"),
        (None, None) => format!("a retiré {what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Value;

    fn target(text: &str) -> TermBody {
        TermBody::Target(Target::Value(Value::plain(text.parse().unwrap())))
    }

    #[test]
    fn a_target_is_carried_from_one_value_to_another() {
        let what = "la cible 2026 de 6.a";
        let (was, is) = (target("66.2"), target("67"));
        let told = |was, is| moved(what, None, was, is);
        assert_eq!(
            told(Some(&was), Some(&is)),
            "a porté la cible 2026 de 6.a de 66,2 à 67"
        );
        assert_eq!(told(None, Some(&is)), "a fixé la cible 2026 de 6.a à 67");
        assert_eq!(
            told(Some(&was), None),
            "a retiré la cible 2026 de 6.a, qui était 66,2"
        );
    }
}
