//! A sheet of terms as typed texts: what is written now, what somebody typed, what cannot be read
//! and what somebody else wrote meanwhile. The grid and the workbook are two ways to type it.
//! Pure: no page, no file and no database stand here.

use std::collections::BTreeMap;

use super::limits::{self, Limit};
use super::offers::Offer;
use super::store::TermEdit;
use super::{
    Baseline, Choice, CommitmentTerm, Definition, Facet, MeansTerm, Membership, Slot, TermBody,
    Terms, read_decimal, read_target, read_value, write_decimal, write_target, write_value,
};
use crate::kernel::ValueKind;

/// One text of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// Whether the indicator is retained: `oui`, `non`, or nothing said.
    Choice,
    /// Why it is.
    Motive,
    /// Name of an indicator that the contract defines.
    Label,
    /// How it is measured.
    Text,
    /// What kind of value it takes.
    Kind,
    /// Its unit.
    Unit,
    /// An initial value.
    Value,
    /// Its year.
    Year,
    /// A target.
    Target,
    /// A commitment in the contract's words.
    Action,
    /// The indicator that follows it.
    Indicator,
    /// An amount.
    Amount,
    /// Where it is written.
    Source,
}

impl Field {
    fn code(self) -> &'static str {
        match self {
            Self::Choice => "choix",
            Self::Motive => "motif",
            Self::Label => "libelle",
            Self::Text => "texte",
            Self::Kind => "nature",
            Self::Unit => "unite",
            Self::Value => "valeur",
            Self::Year => "annee",
            Self::Target => "cible",
            Self::Action => "action",
            Self::Indicator => "indicateur",
            Self::Amount => "montant",
            Self::Source => "source",
        }
    }
}

impl Field {
    fn limit(self) -> Limit {
        match self {
            Self::Label | Self::Action | Self::Indicator => limits::TITLE,
            Self::Choice | Self::Kind | Self::Unit | Self::Year => limits::NAME,
            _ => limits::TEXT,
        }
    }
}

/// The texts that make the term of a slot.
pub(super) fn fields(slot: &Slot) -> &'static [Field] {
    match slot {
        Slot::Choice { .. } => &[Field::Choice, Field::Motive],
        Slot::Definition { .. } => &[Field::Label, Field::Text, Field::Kind, Field::Unit],
        Slot::Baseline { .. } => &[Field::Value, Field::Year],
        Slot::Target { .. } => &[Field::Target],
        Slot::Commitment { .. } => &[Field::Action, Field::Indicator],
        Slot::Means { .. } => &[Field::Amount, Field::Source],
        // Parties and places have their own page.
        Slot::Party { .. } | Slot::Place => &[],
    }
}

/// The name of a text in the form: what its slot is, then what it is of it.
pub(super) fn name(slot: &Slot, field: Field) -> String {
    let year = slot.year().map(|year| year.to_string()).unwrap_or_default();
    format!(
        "{}~{}~{}~{year}~{}",
        slot.kind(),
        slot.subject(),
        slot.facet(),
        field.code()
    )
}

/// What stands before the name of the field that tells what its reader saw.
pub(super) const SEEN: &str = "vu:";

/// One text of the sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// What the form shows.
    pub typed: String,
    /// What is written in the draft now.
    pub current: String,
    /// What is wrong with it and what to do.
    pub problem: Option<String>,
    /// Whether somebody else changed it since its reader saw it.
    pub clash: bool,
}

/// What the typed texts of a sheet ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ReadSheet {
    /// The terms that they change.
    pub edits: Vec<TermEdit>,
    /// The names of those that cannot be read.
    pub refused: Vec<String>,
}

/// Every text of a sheet, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    entries: BTreeMap<String, Entry>,
}

impl Sheet {
    /// The texts of these slots as they are written now.
    pub(super) fn of(offers: &[Offer<'_>], terms: &Terms<'_>) -> Self {
        let mut sheet = Self::default();
        for offer in offers {
            let held = terms.get(&offer.key);
            for field in fields(&offer.key.slot) {
                let text = held.map_or_else(String::new, |held| {
                    text_of(held.body, held.term.motive.as_deref(), *field)
                });
                let entry = Entry {
                    typed: text.clone(),
                    current: text,
                    ..Entry::default()
                };
                sheet.entries.insert(name(&offer.key.slot, *field), entry);
            }
        }
        sheet
    }

    /// A text, where the sheet offers it.
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// Takes in what was posted. A text left as its reader saw it follows what is written now;
    /// one that both changed is marked with both. Returns whether there is such a conflict.
    pub(super) fn receive(&mut self, posted: &BTreeMap<String, String>) -> bool {
        for (name, entry) in &mut self.entries {
            let Some(typed) = posted.get(name).map(|text| tidy(text)) else {
                continue;
            };
            let seen = posted
                .get(&format!("{SEEN}{name}"))
                .map_or_else(|| entry.current.clone(), |text| tidy(text));
            if typed == seen {
                continue;
            }
            if entry.current != seen && entry.current != typed {
                entry.problem = Some(both(&entry.current, &typed));
                entry.clash = true;
            }
            entry.typed = typed;
        }
        self.entries.values().any(|entry| entry.clash)
    }

    /// The edits that the typed texts ask for. Each text that cannot be read then has its problem.
    pub(super) fn read(&mut self, offers: &[Offer<'_>]) -> ReadSheet {
        let mut read_sheet = ReadSheet::default();
        for offer in offers {
            let slot = &offer.key.slot;
            let entry = |field: Field| self.entries.get(&name(slot, field));
            let touched = fields(slot)
                .iter()
                .filter_map(|field| entry(*field))
                .any(|entry| entry.typed != entry.current);
            if !touched {
                continue;
            }
            let text = |field| entry(field).map_or("", |entry| entry.typed.as_str());
            let too_long = fields(slot)
                .iter()
                .find_map(|field| Some((*field, field.limit().read(text(*field)).err()?)));
            let read = match too_long {
                Some(refused) => Err(refused),
                None => read_term(slot, &offer.facet, &text),
            };
            match read {
                Ok(wanted) => {
                    let motive = Some(text(Field::Motive).to_owned());
                    read_sheet.edits.push(TermEdit {
                        key: offer.key.clone(),
                        wanted,
                        motive: motive.filter(|motive| !motive.is_empty()),
                    });
                }
                Err((field, sentence)) => {
                    let name = name(slot, field);
                    if let Some(entry) = self.entries.get_mut(&name) {
                        entry.problem = Some(sentence);
                    }
                    read_sheet.refused.push(name);
                }
            }
        }
        read_sheet
    }

    /// What is wrong, in the order of the slots: place, name of the text, sentence.
    pub(super) fn problems<'a>(
        &'a self,
        offers: &'a [Offer<'_>],
    ) -> Vec<(&'a str, String, &'a str)> {
        let mut found = Vec::new();
        for offer in offers {
            for field in fields(&offer.key.slot) {
                let name = name(&offer.key.slot, *field);
                let problem = self.get(&name).and_then(|entry| entry.problem.as_deref());
                if let Some(problem) = problem {
                    found.push((offer.place.as_str(), name, problem));
                }
            }
        }
        found
    }
}

/// Without the spaces around it, and with lines ended as they are kept.
fn tidy(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

fn both(current: &str, typed: &str) -> String {
    let said = |text: &str| {
        if text.is_empty() {
            "rien".to_owned()
        } else {
            format!("« {text} »")
        }
    };
    format!(
        "Quelqu’un a écrit {} entre-temps ; vous avez écrit {}. Gardez votre texte ou reprenez \
         l’autre, puis enregistrez.",
        said(current),
        said(typed)
    )
}

/// A text of a term as one would type it.
fn text_of(body: &TermBody, motive: Option<&str>, field: Field) -> String {
    match (body, field) {
        (TermBody::Choice(Choice::Retained), Field::Choice) => "oui".to_owned(),
        (TermBody::Choice(Choice::NotRetained), Field::Choice) => "non".to_owned(),
        (TermBody::Choice(_), Field::Motive) => motive.unwrap_or_default().to_owned(),
        (TermBody::Definition(definition), field) => match field {
            Field::Label => definition.label.clone(),
            Field::Text => definition.text.clone(),
            Field::Kind => kind_code(definition.kind).to_owned(),
            _ => definition.unit.clone().unwrap_or_default(),
        },
        (TermBody::Baseline(baseline), Field::Value) => write_value(&baseline.value),
        (TermBody::Baseline(baseline), _) => baseline.year.to_string(),
        (TermBody::Target(target), _) => write_target(target),
        (TermBody::Commitment(term), Field::Action) => term.label.clone(),
        (TermBody::Commitment(term), _) => term.indicator.clone().unwrap_or_default(),
        (TermBody::Means(means), Field::Amount) => write_decimal(means.amount),
        (TermBody::Means(means), _) => means.source.clone(),
        (TermBody::Choice(_) | TermBody::Party(_) | TermBody::Place(_), _) => String::new(),
    }
}

/// The kinds of value that a definition may choose, with their French names.
pub(super) const KINDS: [(&str, &str); 3] = [
    ("nombre", "un nombre"),
    ("oui-non", "oui ou non"),
    ("texte", "un texte"),
];

fn kind_code(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Number => KINDS[0].0,
        ValueKind::YesNo => KINDS[1].0,
        ValueKind::Text => KINDS[2].0,
    }
}

/// The text that cannot be read, and what to do about it.
type Refused = (Field, String);

fn read_term<'t>(
    slot: &Slot,
    facet: &Facet<'_>,
    text: &impl Fn(Field) -> &'t str,
) -> Result<Option<TermBody>, Refused> {
    match slot {
        Slot::Choice { .. } => Ok(match text(Field::Choice) {
            "oui" => Some(TermBody::Choice(Choice::Retained)),
            "non" => Some(TermBody::Choice(Choice::NotRetained)),
            _ => None,
        }),
        Slot::Definition { .. } => Ok(read_definition(text).map(TermBody::Definition)),
        Slot::Baseline { .. } => Ok(read_baseline(facet, text)?.map(TermBody::Baseline)),
        Slot::Target { .. } => {
            let read = read_target(text(Field::Target), facet);
            Ok(read.map_err(|s| (Field::Target, s))?.map(TermBody::Target))
        }
        Slot::Commitment { .. } => Ok(read_commitment(text)?.map(TermBody::Commitment)),
        Slot::Means { .. } => Ok(read_means(facet, text)?.map(TermBody::Means)),
        Slot::Party { .. } | Slot::Place => Ok(None),
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn read_definition<'t>(text: &impl Fn(Field) -> &'t str) -> Option<Definition> {
    let said = [Field::Label, Field::Text, Field::Unit].map(text);
    if said.iter().all(|text| text.is_empty()) {
        return None;
    }
    Some(Definition {
        label: text(Field::Label).to_owned(),
        text: text(Field::Text).to_owned(),
        kind: match text(Field::Kind) {
            "oui-non" => ValueKind::YesNo,
            "texte" => ValueKind::Text,
            _ => ValueKind::Number,
        },
        unit: filled(text(Field::Unit)),
    })
}

fn read_baseline<'t>(
    facet: &Facet<'_>,
    text: &impl Fn(Field) -> &'t str,
) -> Result<Option<Baseline>, Refused> {
    let value = read_value(text(Field::Value), facet).map_err(|s| (Field::Value, s))?;
    let year = text(Field::Year);
    match (value, year) {
        (None, "") => Ok(None),
        (None, _) => Err((
            Field::Value,
            "L’année est là, la valeur manque. Écrivez-la, ou videz l’année.".to_owned(),
        )),
        (Some(value), _) => match year.parse::<i16>() {
            Ok(year) if (1990..2200).contains(&year) => Ok(Some(Baseline { value, year })),
            _ => Err((
                Field::Year,
                "De quelle année est cette valeur ? Écrivez quatre chiffres, par exemple 2023."
                    .to_owned(),
            )),
        },
    }
}

fn read_commitment<'t>(
    text: &impl Fn(Field) -> &'t str,
) -> Result<Option<CommitmentTerm>, Refused> {
    let (label, indicator) = (text(Field::Action), filled(text(Field::Indicator)));
    if !label.is_empty() {
        let label = label.to_owned();
        return Ok(Some(CommitmentTerm { label, indicator }));
    }
    if indicator.is_some() {
        let sentence = "Un indicateur est choisi, l’action manque. Écrivez-la, ou ne choisissez pas d’indicateur.";
        return Err((Field::Action, sentence.to_owned()));
    }
    Ok(None)
}

fn read_means<'t>(
    facet: &Facet<'_>,
    text: &impl Fn(Field) -> &'t str,
) -> Result<Option<MeansTerm>, Refused> {
    let (amount, source) = (text(Field::Amount), text(Field::Source));
    if amount.is_empty() && source.is_empty() {
        return Ok(None);
    }
    let amount = read_decimal(amount, facet.unit).map_err(|s| (Field::Amount, s))?;
    if source.is_empty() {
        let sentence =
            "Où ce montant est-il écrit ? Nommez la notification, l’arrêté ou le compte.";
        return Err((Field::Source, sentence.to_owned()));
    }
    let source = source.to_owned();
    Ok(Some(MeansTerm { amount, source }))
}

/// A term as a reader expects it, in one line.
pub(super) fn show_body(facet: Option<&Facet<'_>>, body: &TermBody) -> String {
    match body {
        TermBody::Choice(Choice::Retained) => "Retenu".to_owned(),
        TermBody::Choice(Choice::NotRetained) => "Non retenu".to_owned(),
        TermBody::Definition(definition) => format!("{} : {}", definition.label, definition.text),
        TermBody::Baseline(baseline) => facet.map_or_else(
            || format!("{} ({})", baseline.value, baseline.year),
            |facet| facet.show_baseline(baseline),
        ),
        TermBody::Target(target) => {
            facet.map_or_else(|| write_target(target), |facet| facet.show_target(target))
        }
        TermBody::Commitment(term) => term.label.clone(),
        TermBody::Party(Membership::Joins) => "Devient partie".to_owned(),
        TermBody::Party(Membership::Leaves) => "N’est plus partie".to_owned(),
        TermBody::Place(covered) => format!("Couvre {}", covered.place),
        TermBody::Means(means) => facet.map_or_else(
            || means.amount.french(0),
            |facet| facet.show_decimal(means.amount),
        ),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::contracts::{Target, TermKey};
    use crate::kernel::Value;

    const RATE: Facet<'static> = Facet {
        measure: "taux",
        label: "Taux",
        kind: ValueKind::Number,
        unit: Some("%"),
        decimals: 1,
        min: None,
        max: None,
    };

    fn offer(year: i16) -> Offer<'static> {
        Offer {
            allowed: true,
            key: TermKey {
                section: Uuid::nil(),
                slot: Slot::Target {
                    indicator: "2.c.1".to_owned(),
                    measure: "taux".to_owned(),
                    year,
                },
            },
            facet: RATE,
            place: format!("2.c.1, cible {year}"),
            open: true,
        }
    }

    fn named(year: i16) -> String {
        name(&offer(year).key.slot, Field::Target)
    }

    /// A sheet whose target of 2026 is written `current`, and a form that saw `seen` there.
    fn posted(current: &str, seen: &str, typed: &str) -> (Sheet, bool) {
        let mut sheet = Sheet::of(&[offer(2026)], &Terms::default());
        for entry in sheet.entries.values_mut() {
            current.clone_into(&mut entry.current);
            current.clone_into(&mut entry.typed);
        }
        let form = [
            (named(2026), typed.to_owned()),
            (format!("{SEEN}{}", named(2026)), seen.to_owned()),
        ];
        let conflict = sheet.receive(&form.into());
        (sheet, conflict)
    }

    #[test]
    fn what_was_not_touched_follows_what_others_wrote() {
        let (mut sheet, conflict) = posted("72", "71", "71");
        assert!(!conflict);
        assert_eq!(sheet.get(&named(2026)).unwrap().typed, "72");
        assert_eq!(sheet.read(&[offer(2026)]), ReadSheet::default());
    }

    #[test]
    fn what_both_touched_shows_both_and_loses_neither() {
        let (sheet, conflict) = posted("72", "71", "70");
        assert!(conflict);
        let entry = sheet.get(&named(2026)).unwrap();
        assert_eq!((entry.typed.as_str(), entry.current.as_str()), ("70", "72"));
        let problem = entry.problem.as_deref().unwrap();
        assert!(
            problem.contains("« 72 »") && problem.contains("« 70 »"),
            "{problem}"
        );
    }

    #[test]
    fn two_people_who_agree_are_in_no_conflict() {
        let (mut sheet, conflict) = posted("72", "71", "72");
        assert!(!conflict);
        assert_eq!(sheet.read(&[offer(2026)]), ReadSheet::default());
    }

    #[test]
    fn a_text_too_long_is_kept_and_told() {
        let text = Facet {
            kind: ValueKind::Text,
            ..RATE
        };
        let offers = [Offer {
            facet: text,
            ..offer(2026)
        }];
        let long = "é".repeat(limits::TEXT.characters() + 1);
        let mut sheet = Sheet::of(&offers, &Terms::default());
        sheet.receive(&[(named(2026), long.clone())].into());
        assert_eq!(sheet.read(&offers).refused, [named(2026)]);
        assert_eq!(sheet.get(&named(2026)).unwrap().typed, long);
        let problem = sheet.problems(&offers)[0].2;
        assert!(problem.contains("4001 caractères"), "{problem}");
    }

    #[test]
    fn bad_input_is_kept_and_told_and_the_rest_is_read() {
        let offers = [offer(2026), offer(2027)];
        let mut sheet = Sheet::of(&offers, &Terms::default());
        let form = [
            (named(2026), "soixante-douze".to_owned()),
            (named(2027), " 73 ".to_owned()),
        ];
        sheet.receive(&form.into());
        let read = sheet.read(&offers);
        assert_eq!((read.edits.len(), read.refused), (1, vec![named(2026)]));
        assert_eq!(sheet.get(&named(2026)).unwrap().typed, "soixante-douze");
        let problems = sheet.problems(&offers);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].0, "2.c.1, cible 2026");
        let fixed = [(named(2026), "72".to_owned())];
        let mut sheet = Sheet::of(&offers, &Terms::default());
        sheet.receive(&fixed.into());
        let edits = sheet.read(&offers).edits;
        let seventy_two = Target::Value(Value::plain("72".parse().unwrap()));
        assert_eq!(edits.len(), 1);
        assert_eq!(edits[0].wanted, Some(TermBody::Target(seventy_two)));
    }
}
