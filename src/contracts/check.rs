//! Whether a draft can be signed: pure rules over the framework, the contract and the draft.
//!
//! An instrument answers for the subjects it touches; the first contract answers for everything.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::body::{Choice, Definition, Slot, Target, TermBody, TermKey};
use super::lines::{Book, Facet, Line, Standing};
use super::naming::{instrument_name, place_name, subject_name};
use super::obstacle::{Obstacle, ObstacleKind as Kind};
use super::parties::parties_in_force;
use super::terms::{Held, Overlay, Term};
use super::{FullContract, Instrument, Section, Signatory, State};
use crate::frameworks::{Act, ActKind, Changeable, TargetUse};
use crate::kernel::{Decimal, Value};

/// What blocks the signature of `draft`, were `signer` to record it; empty where nothing does.
pub fn check_draft(
    book: &Book,
    full: &FullContract,
    draft: &Instrument,
    signer: Option<Uuid>,
) -> Vec<Obstacle> {
    let Some(act) = book.act(&draft.act) else {
        let sentence = format!(
            "Le cadre ne connaît pas l’acte « {} ». Abandonnez ce projet et choisissez un autre acte.",
            draft.act
        );
        return vec![of_whole(Kind::UnknownAct, sentence)];
    };
    let mut check = Check {
        book,
        full,
        draft,
        act,
        overlay: full.overlay(draft),
        obstacles: Vec::new(),
    };
    check.moment();
    check.people(signer);
    check.allowed();
    for section in &full.contract.sections {
        check.section(section);
    }
    check.obstacles
}

/// Everyone who stands behind an instrument: those who confirmed it and the one who records its
/// signature.
pub fn confirmed_by(draft: &Instrument, signer: Option<Uuid>) -> BTreeSet<Uuid> {
    let confirmed = draft.confirmations.iter().map(|c| c.person);
    confirmed.chain(signer).collect()
}

fn of_whole(kind: Kind, sentence: impl Into<String>) -> Obstacle {
    Obstacle {
        kind,
        key: None,
        sentence: sentence.into(),
    }
}

struct Check<'a> {
    book: &'a Book,
    full: &'a FullContract,
    draft: &'a Instrument,
    act: &'a Act,
    overlay: Overlay<'a>,
    obstacles: Vec<Obstacle>,
}

impl Check<'_> {
    fn say(&mut self, kind: Kind, sentence: impl Into<String>) {
        self.obstacles.push(of_whole(kind, sentence));
    }

    /// Says it of a term, whose place opens the sentence.
    fn say_of(&mut self, kind: Kind, lines: &[Line<'_>], key: &TermKey, sentence: &str) {
        let contract = &self.full.contract;
        let place = contract
            .sections
            .iter()
            .find(|section| section.id == key.section)
            .map_or_else(String::new, |section| {
                let subject = subject_name(self.book, lines, &key.slot);
                place_name(contract, section, &subject, &key.slot)
            });
        self.obstacles.push(Obstacle {
            kind,
            key: Some(key.clone()),
            sentence: format!("{place} : {sentence}"),
        });
    }

    /// Whether it comes at its time: state, order of acts, base, content, reason.
    fn moment(&mut self) {
        if self.draft.state != State::Draft {
            self.say(Kind::NotADraft, "Cet acte n’est plus un projet.");
        }
        let first = self.act.kind == ActKind::Contract;
        let signed = self.full.last_signature() > 0;
        if first && signed {
            let sentence =
                "Le contrat initial est déjà signé. Abandonnez ce projet et préparez un avenant.";
            self.say(Kind::WrongMoment, sentence);
        } else if !first && !signed {
            let sentence = "Le contrat initial n’est pas signé. Signez-le avant de le modifier.";
            self.say(Kind::WrongMoment, sentence);
        }
        let last = self.full.last_signed(i64::MAX);
        if let Some(last) = last.filter(|last| last.signed_change() > Some(self.draft.base_change))
        {
            let framework = self.book.framework();
            let name = instrument_name(&self.full.instruments, framework, last);
            let sentence = format!(
                "« {name} » a été signé depuis que ce projet est ouvert. Relisez les valeurs \
                 ci-dessous, puis reprenez le projet sur cette base."
            );
            self.say(Kind::StaleBase, sentence);
        }
        if self.overlay.touched.is_empty() {
            self.say(
                Kind::Empty,
                "Cet acte ne change rien. Saisissez au moins un terme.",
            );
        }
        if self.act.motive && self.draft.motive.is_none() {
            let sentence = format!("« {} » demande un motif. Écrivez-le.", self.act.label);
            self.say(Kind::MissingMotive, sentence);
        }
    }

    /// Who signs and who confirms. A correction repairs the record of what was already signed: it
    /// takes two people and no new signature.
    fn people(&mut self, signer: Option<Uuid>) {
        if self.act.kind != ActKind::Correction {
            self.signatories();
        }
        let behind = confirmed_by(self.draft, signer).len();
        if behind < usize::from(self.act.people) {
            let sentence = format!(
                "« {} » demande {} personnes. Une autre personne que celle qui enregistre l’acte doit le confirmer.",
                self.act.label, self.act.people
            );
            self.say(Kind::MissingSecondPerson, sentence);
        }
    }

    fn signatories(&mut self) {
        let framework = self.book.framework();
        for role in framework.parties.iter().filter(|role| role.signs) {
            let mut who = self.draft.signatories.iter().filter(|s| s.role == role.key);
            if who.next().is_none() {
                let sentence = format!(
                    "Personne ne signe pour « {} ». Ajoutez un signataire.",
                    role.label
                );
                self.say(Kind::MissingSignatory, sentence);
            }
        }
        let of_none = |s: &&Signatory| !framework.parties.iter().any(|role| role.key == s.role);
        for signatory in self.draft.signatories.iter().filter(of_none) {
            let sentence = format!(
                "{} signe pour « {} », un rôle que le cadre ne connaît pas. Choisissez-en un autre.",
                signatory.name, signatory.role
            );
            self.say(Kind::UnknownRole, sentence);
        }
        for signatory in self
            .draft
            .signatories
            .iter()
            .filter(|s| s.signed_on.is_none())
        {
            let sentence = format!(
                "{} n’a pas de date de signature. Écrivez-la.",
                signatory.name
            );
            self.say(Kind::MissingDate, sentence);
        }
    }

    /// Whether the act may change what it changes.
    fn allowed(&mut self) {
        let mut refused: Vec<(Changeable, TermKey)> = Vec::new();
        for term in &self.overlay.touched {
            let what = changeable(&term.key.slot);
            let told = refused.iter().any(|(other, _)| *other == what);
            if !told && !allows(self.act, &term.key.slot) {
                refused.push((what, term.key.clone()));
            }
        }
        for (what, key) in refused {
            let sentence = format!(
                "« {} » ne peut pas changer {}. Retirez ces changements ou choisissez un autre acte.",
                self.act.label,
                changeable_name(what)
            );
            self.obstacles.push(Obstacle {
                kind: Kind::NotAllowed,
                key: Some(key),
                sentence,
            });
        }
    }

    fn section(&mut self, section: &Section) {
        let after = self.overlay.after.clone();
        let book = self.book;
        let lines = book.lines(&self.full.contract, section, &after);
        let of_section = |term: &&&Term| term.key.section == section.id;
        let own: Vec<&Term> = self
            .overlay
            .touched
            .iter()
            .filter(of_section)
            .copied()
            .collect();
        let touched: BTreeSet<&str> = own.iter().map(|t| t.key.slot.subject()).collect();
        for term in &own {
            if let Some(held) = after.get(&term.key) {
                self.term(&lines, &term.key, held);
            } else {
                self.known(&lines, &term.key);
            }
        }
        let everything = self.act.kind == ActKind::Contract;
        for term in &own {
            self.other_kind(&lines, term);
        }
        for line in lines.iter().filter(|line| line.is_retained()) {
            if everything || touched.contains(line.key.as_str()) {
                self.complete(&lines, line, section);
            }
        }
        self.commitments(&lines, section, &touched, everything);
        if everything || own.iter().any(|t| matches!(t.key.slot, Slot::Party { .. })) {
            self.parties(section);
        }
    }

    /// Every role that signs is held by somebody, and nobody holds two.
    fn parties(&mut self, section: &Section) {
        let contract = &self.full.contract;
        let parties = parties_in_force(contract, &self.overlay.after, section.id);
        let place = match section.label.as_str() {
            "" => String::new(),
            label => format!(" ({label})"),
        };
        let signing = self
            .book
            .framework()
            .parties
            .iter()
            .filter(|role| role.signs);
        for role in signing {
            if !parties.iter().any(|(key, _)| *key == role.key) {
                let sentence = format!(
                    "Personne n’est partie comme « {} »{place}. Nommez une organisation.",
                    role.label
                );
                self.say(Kind::MissingParty, sentence);
            }
        }
        for (rank, (_, organisation)) in parties.iter().enumerate() {
            if parties[..rank]
                .iter()
                .any(|(_, other)| other == organisation)
            {
                let sentence =
                    format!("« {organisation} » est partie à deux titres{place}. Gardez-en un.");
                self.say(Kind::PartyTwice, sentence);
            }
        }
    }

    /// Whether the framework knows what the term is about.
    fn known(&mut self, lines: &[Line<'_>], key: &TermKey) -> bool {
        let framework = self.book.framework();
        let known = match &key.slot {
            Slot::Commitment { commitment } => {
                framework.commitments.iter().any(|c| c.key == *commitment)
            }
            Slot::Means { line, .. } => framework.means.iter().any(|m| m.key == *line),
            Slot::Party { role, .. } => framework.parties.iter().any(|p| p.key == *role),
            Slot::Place => true,
            of_indicator => lines.iter().any(|line| {
                line.key == of_indicator.subject()
                    && (of_indicator.facet().is_empty()
                        || line.facet(of_indicator.facet()).is_some())
            }),
        };
        if !known {
            let sentence = "le cadre ne connaît pas ce sujet. Retirez ce changement.";
            self.say_of(Kind::UnknownSubject, lines, key, sentence);
        }
        known
    }

    /// A term that the draft sets.
    fn term(&mut self, lines: &[Line<'_>], key: &TermKey, held: Held<'_>) {
        if !self.known(lines, key) {
            return;
        }
        let contract = &self.full.contract;
        if key
            .slot
            .year()
            .is_some_and(|year| !contract.years().contains(&year))
        {
            let sentence = format!(
                "l’année est hors du contrat ({}-{}). Retirez ce changement.",
                contract.starts, contract.ends
            );
            self.say_of(Kind::OutOfPeriod, lines, key, &sentence);
        }
        let Some(line) = lines
            .iter()
            .find(|line| Some(line.key.as_str()) == key.slot.indicator())
        else {
            return;
        };
        if let TermBody::Choice(choice) = held.body {
            self.choice(lines, line, key, *choice, held.motive());
        } else if !line.is_retained() {
            let sentence = if line.standing == Standing::Elsewhere {
                "l’indicateur ne concerne pas cette région. Videz cette case."
            } else {
                "l’indicateur n’est pas retenu. Retenez-le ou videz cette case."
            };
            self.say_of(Kind::NotRetained, lines, key, sentence);
        }
        if let Some(facet) = line.facet(key.slot.facet()) {
            self.figure(lines, line, *facet, key, held.body);
        }
    }

    fn choice(
        &mut self,
        lines: &[Line<'_>],
        line: &Line<'_>,
        key: &TermKey,
        choice: Choice,
        motive: Option<&str>,
    ) {
        if line.standing == Standing::Common && choice == Choice::NotRetained {
            let sentence = "tous les contrats de ce cadre comportent cet indicateur. Gardez-le.";
            self.say_of(Kind::CommonLeftOut, lines, key, sentence);
        }
        if line.standing == Standing::Chosen && motive.is_none() {
            let sentence =
                "le choix d’un indicateur a un motif. Écrivez-le, ou donnez un motif à l’acte.";
            self.say_of(Kind::MissingChoiceMotive, lines, key, sentence);
        }
    }

    /// A definition that changes its kind: what was agreed in the former one must be said again, or
    /// taken away, in the same act. A change of unit alone leaves the numbers as they were agreed.
    fn other_kind(&mut self, lines: &[Line<'_>], term: &Term) {
        let Slot::Definition { indicator } = &term.key.slot else {
            return;
        };
        let section = term.key.section;
        let before = self.overlay.before.definition(section, indicator);
        let after = self.overlay.after.definition(section, indicator);
        let (Some(before), Some(after)) = (before, after) else {
            return;
        };
        if before.kind == after.kind {
            return;
        }
        let in_former = |slot: &Slot| {
            matches!(slot, Slot::Baseline { .. } | Slot::Target { .. })
                && slot.indicator() == Some(indicator)
        };
        let said_again = |key: &TermKey| self.overlay.touched.iter().any(|t| t.key == *key);
        let is_left =
            |key: &&TermKey| key.section == section && in_former(&key.slot) && !said_again(key);
        let agreed = self.overlay.after.iter();
        let left: Option<TermKey> = agreed.map(|(key, _)| key).find(is_left).cloned();
        if let Some(key) = left {
            let sentence = "la définition change de nature, et ceci est dit dans l’ancienne. Écrivez de nouveau la valeur initiale et chaque cible, ou videz-les.";
            self.say_of(Kind::OtherKind, lines, &key, sentence);
        }
    }

    /// A value or a target against what its measure accepts.
    fn figure(
        &mut self,
        lines: &[Line<'_>],
        line: &Line<'_>,
        facet: Facet<'_>,
        key: &TermKey,
        body: &TermBody,
    ) {
        let values: Vec<Value> = match body {
            TermBody::Baseline(baseline) => {
                if baseline.year > self.full.contract.ends {
                    let sentence =
                        "l’année de la valeur initiale est après la fin du contrat. Corrigez-la.";
                    self.say_of(Kind::OutOfPeriod, lines, key, sentence);
                }
                vec![baseline.value.clone()]
            }
            TermBody::Target(target) => {
                if line.kind.target == TargetUse::Never {
                    let sentence = format!(
                        "« {} » n’a jamais de cible. Videz cette case.",
                        line.kind.label
                    );
                    self.say_of(Kind::UnexpectedTarget, lines, key, &sentence);
                }
                match target {
                    Target::Value(value) => vec![value.clone()],
                    Target::Corridor { low, high } => vec![Value::plain(*low), Value::plain(*high)],
                    Target::ObservedOnly | Target::Frozen | Target::NotApplicable => vec![],
                }
            }
            _ => vec![],
        };
        for value in values {
            if !value.fits(facet.kind) || matches!(value, Value::Unavailable(_)) {
                let sentence =
                    "la valeur n’est pas de la nature de la mesure. Écrivez-la autrement.";
                self.say_of(Kind::WrongKind, lines, key, sentence);
            } else if let Some(sentence) = value.amount(None).and_then(|n| beyond(n, facet)) {
                self.say_of(Kind::OutOfBounds, lines, key, &sentence);
            }
        }
    }

    /// What a retained indicator needs: a definition where it is left to the contract, a target
    /// for each year where its kind expects one.
    fn complete(&mut self, lines: &[Line<'_>], line: &Line<'_>, section: &Section) {
        let after = self.overlay.after.clone();
        let key = |slot| TermKey {
            section: section.id,
            slot,
        };
        let defined = after
            .definition(section.id, &line.key)
            .is_some_and(is_whole);
        if line.slot && !defined {
            let slot = Slot::Definition {
                indicator: line.key.clone(),
            };
            let sentence = "l’indicateur est retenu et sa définition est laissée au contrat. Écrivez son libellé et son mode de calcul.";
            self.say_of(Kind::Undefined, lines, &key(slot), sentence);
        }
        if line.kind.target != TargetUse::Expected {
            return;
        }
        for facet in &line.facets {
            let missing: Vec<i16> = self
                .full
                .contract
                .years()
                .filter(|year| {
                    after
                        .target(section.id, &line.key, facet.measure, *year)
                        .is_none()
                })
                .collect();
            let Some(first) = missing.first() else {
                continue;
            };
            let slot = Slot::Target {
                indicator: line.key.clone(),
                measure: facet.measure.to_owned(),
                year: *first,
            };
            let years: Vec<String> = missing.iter().map(ToString::to_string).collect();
            let sentence = format!(
                "une cible est attendue pour {}. Écrivez-la, ou l’un des mots observé, gelé, sans objet.",
                years.join(", ")
            );
            self.say_of(Kind::MissingTarget, lines, &key(slot), &sentence);
        }
    }

    /// Exactly one retained indicator for each commitment of a framework of commitments (guide
    /// 2020-2024 of Auvergne-Rhône-Alpes, composition of annex 1).
    fn commitments(
        &mut self,
        lines: &[Line<'_>],
        section: &Section,
        touched: &BTreeSet<&str>,
        everything: bool,
    ) {
        let after = self.overlay.after.clone();
        for (commitment, term) in after.commitments(section.id) {
            let indicator = term.indicator.as_deref();
            let concerned = everything
                || touched.contains(commitment)
                || indicator.is_some_and(|key| touched.contains(key));
            let followed = lines
                .iter()
                .any(|line| Some(line.key.as_str()) == indicator && line.is_retained());
            if concerned && !followed {
                let key = TermKey {
                    section: section.id,
                    slot: Slot::Commitment {
                        commitment: commitment.to_owned(),
                    },
                };
                let sentence = "un engagement est suivi par un indicateur retenu. Choisissez-le et retenez-le.";
                self.say_of(Kind::CommitmentWithoutIndicator, lines, &key, sentence);
            }
        }
    }
}

fn is_whole(definition: &Definition) -> bool {
    !definition.label.trim().is_empty() && !definition.text.trim().is_empty()
}

fn beyond(number: Decimal, facet: Facet<'_>) -> Option<String> {
    let (limit, word) = match (facet.min, facet.max) {
        (Some(min), _) if number < min => (min, "sous le minimum"),
        (_, Some(max)) if number > max => (max, "au-dessus du maximum"),
        _ => return None,
    };
    Some(format!(
        "{} est {word} plausible de la mesure ({}). Vérifiez le nombre.",
        facet.show_decimal(number),
        facet.show_decimal(limit)
    ))
}

/// Whether an act may change what stands in a slot; the first contract may set everything.
pub(super) fn allows(act: &Act, slot: &Slot) -> bool {
    changes(act, changeable(slot))
}

/// Whether an act may change such things; the first contract may set everything.
pub(super) fn changes(act: &Act, what: Changeable) -> bool {
    act.kind == ActKind::Contract || act.changes.contains(&what)
}

/// What an act changes when it changes what stands in a slot.
pub(super) fn changeable(slot: &Slot) -> Changeable {
    match slot {
        Slot::Choice { .. } => Changeable::Indicators,
        Slot::Definition { .. } => Changeable::Definitions,
        Slot::Baseline { .. } => Changeable::Baselines,
        Slot::Target { .. } => Changeable::Targets,
        Slot::Commitment { .. } => Changeable::Commitments,
        Slot::Means { .. } => Changeable::Means,
        // Whom a contract binds and where go together: an agency divided takes its part.
        Slot::Party { .. } | Slot::Place => Changeable::Parties,
    }
}

/// What an act changes, after « peut changer ».
pub(super) fn changeable_name(what: Changeable) -> &'static str {
    match what {
        Changeable::Indicators => "le choix des indicateurs",
        Changeable::Definitions => "les définitions",
        Changeable::Baselines => "les valeurs initiales",
        Changeable::Targets => "les cibles",
        Changeable::Commitments => "les engagements",
        Changeable::Means => "les moyens",
        Changeable::Parties => "les parties ou les territoires couverts",
    }
}
