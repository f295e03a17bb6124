//! Everything known of organisations and places, in memory.
//!
//! What lives here: looking up by code, by spelling and by day. What never does: reading it from
//! anywhere.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::recognition::{Recognised, Spellings, essence};
use super::{Organisation, OrganisationKind, Place, PlaceKind, PlacePart, Succession};
use crate::kernel::fold;

/// All organisations and places, past and present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    organisations: Vec<Organisation>,
    successions: Vec<Succession>,
    places: Vec<Place>,
    parts: Vec<PlacePart>,
    organisation_ranks: HashMap<String, usize>,
    place_ranks: HashMap<String, usize>,
    /// Ranks in `parts`, by code of the whole and by code of the part.
    parts_inside: HashMap<String, Vec<usize>>,
    parts_around: HashMap<String, Vec<usize>>,
    organisation_spellings: Spellings,
    place_spellings: Spellings,
}

impl Directory {
    /// Puts everything in order and indexes it.
    pub fn new(
        mut organisations: Vec<Organisation>,
        mut successions: Vec<Succession>,
        mut places: Vec<Place>,
        mut parts: Vec<PlacePart>,
    ) -> Self {
        organisations.sort_by_cached_key(|o| (o.kind, fold(&o.name), o.code.clone()));
        successions.sort_by(|a, b| (a.on, &a.from, &a.to).cmp(&(b.on, &b.from, &b.to)));
        places.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
        parts.sort_by(|a, b| (&a.whole, &a.part).cmp(&(&b.whole, &b.part)));
        let mut directory = Self {
            organisations,
            successions,
            places,
            parts,
            ..Self::default()
        };
        directory.index();
        directory
    }

    fn index(&mut self) {
        for (rank, organisation) in self.organisations.iter().enumerate() {
            self.organisation_ranks
                .insert(organisation.code.clone(), rank);
            let spellings = &mut self.organisation_spellings;
            spellings.add_name(&organisation.name, rank);
            spellings.add_name(&organisation.code, rank);
            if let Some(finess) = &organisation.finess {
                spellings.add_code(finess, rank);
            }
            for name in organisation.short_name.iter().chain(&organisation.usages) {
                spellings.add_name(name, rank);
            }
        }
        for (rank, place) in self.places.iter().enumerate() {
            self.place_ranks.insert(place.code.clone(), rank);
            let spellings = &mut self.place_spellings;
            spellings.add_name(&place.name, rank);
            spellings.add_code(&place.code, rank);
            spellings.add_code(place.printed_code(), rank);
            if let Some(iso) = &place.iso {
                spellings.add_code(iso, rank);
                // Suppliers often leave the country out: `ARA`, `971`.
                spellings.add_code(iso.trim_start_matches("FR-"), rank);
            }
        }
        // After every name, so that a suggestion is a name rather than a usage.
        for (rank, place) in self.places.iter().enumerate() {
            for usage in &place.usages {
                self.place_spellings.add_name(usage, rank);
            }
        }
        for (rank, part) in self.parts.iter().enumerate() {
            let inside = self.parts_inside.entry(part.whole.clone()).or_default();
            inside.push(rank);
            let around = self.parts_around.entry(part.part.clone()).or_default();
            around.push(rank);
        }
    }

    /// Every organisation, by kind and then by name.
    pub fn organisations(&self) -> &[Organisation] {
        &self.organisations
    }

    /// Every place, by kind and then by code.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The organisation with that very code.
    pub fn organisation(&self, code: &str) -> Option<&Organisation> {
        Some(&self.organisations[*self.organisation_ranks.get(code)?])
    }

    /// The place with that very code.
    pub fn place(&self, code: &str) -> Option<&Place> {
        Some(&self.places[*self.place_ranks.get(code)?])
    }

    /// The organisation that a code, a name or a usage stands for: `ANSP` is Santé publique
    /// France.
    pub fn resolve(&self, text: &str) -> Recognised<'_, Organisation> {
        if let Some(organisation) = self.organisation(text.trim()) {
            return Recognised::Found(organisation);
        }
        let ranks = self.organisation_spellings.ranks(&essence(text));
        match ranks {
            [] => Recognised::Unknown {
                nearest: self.organisation_spellings.nearest(text, |_| true),
            },
            [rank] => Recognised::Found(&self.organisations[*rank]),
            several => {
                Recognised::Ambiguous(several.iter().map(|r| &self.organisations[*r]).collect())
            }
        }
    }

    /// The place that a code, an ISO code or a name stands for, among those of the `kinds` asked
    /// for; no kind means any. `Guadeloupe` is ambiguous unless a region or a department is asked
    /// for. A leading `ARS`, `Région` or `Département` asks for one.
    pub fn recognise(&self, text: &str, kinds: &[PlaceKind]) -> Recognised<'_, Place> {
        let asked = |rank: usize| kinds.is_empty() || kinds.contains(&self.places[rank].kind);
        let typed = essence(text);
        let stated = self.places_spelt(&typed, asked);
        if !stated.is_empty() {
            return self.decided(stated);
        }
        let narrowed = |kind| move |rank: usize| asked(rank) && self.places[rank].kind == kind;
        if let Some(rest) = after(&typed, &["region"]) {
            let region = narrowed(PlaceKind::Region);
            return self.places_or_nearest(rest, region);
        }
        if let Some(rest) = after(&typed, &["departement", "dept", "dpt"]) {
            let department = narrowed(PlaceKind::Department);
            return self.places_or_nearest(rest, department);
        }
        if let Some(rest) = after(&typed, &["ars", "agence regionale sante"]) {
            let seats: HashSet<usize> = self.seats(|_| true).collect();
            let named: HashSet<usize> = self
                .seats(|rank| self.organisation_spellings.ranks(&typed).contains(&rank))
                .filter(|rank| asked(*rank))
                .collect();
            if !named.is_empty() {
                return self.decided(named.into_iter().collect());
            }
            return self.places_or_nearest(rest, |rank| asked(rank) && seats.contains(&rank));
        }
        Recognised::Unknown {
            nearest: self.place_spellings.nearest(text, asked),
        }
    }

    /// The agencies: they stand first.
    fn agencies(&self) -> impl Iterator<Item = &Organisation> {
        let all = self.organisations.iter();
        all.take_while(|o| o.kind == OrganisationKind::Ars)
    }

    /// The ranks of the places that agencies act for, for the agencies that `which` accepts.
    fn seats(&self, which: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
        let agencies = self.agencies().enumerate();
        agencies
            .filter(move |(rank, _)| which(*rank))
            .filter_map(|(_, o)| self.place_ranks.get(o.place.as_deref()?).copied())
    }

    fn places_spelt(&self, essence: &str, among: impl Fn(usize) -> bool) -> Vec<usize> {
        let ranks = self.place_spellings.ranks(essence).iter().copied();
        ranks.filter(|rank| among(*rank)).collect()
    }

    fn places_or_nearest(
        &self,
        essence: &str,
        among: impl Fn(usize) -> bool,
    ) -> Recognised<'_, Place> {
        let spelt = self.places_spelt(essence, &among);
        if spelt.is_empty() {
            let nearest = self.place_spellings.nearest(essence, among);
            return Recognised::Unknown { nearest };
        }
        self.decided(spelt)
    }

    /// One or several places; the caller has seen that there is at least one.
    fn decided(&self, mut ranks: Vec<usize>) -> Recognised<'_, Place> {
        ranks.sort_unstable();
        match ranks.as_slice() {
            [rank] => Recognised::Found(&self.places[*rank]),
            several => Recognised::Ambiguous(several.iter().map(|r| &self.places[*r]).collect()),
        }
    }

    /// The organisations of a kind that exist on a day, by name.
    pub fn existing(&self, kind: OrganisationKind, on: Date) -> Vec<&Organisation> {
        let of_kind = self.organisations.iter().filter(|o| o.kind == kind);
        of_kind.filter(|o| o.valid_on(on)).collect()
    }

    /// The organisations that belong to another and exist on a day.
    pub fn belonging_to(&self, code: &str, on: Date) -> Vec<&Organisation> {
        let all = self.organisations.iter();
        all.filter(|o| o.parent.as_deref() == Some(code) && o.valid_on(on))
            .collect()
    }

    /// What an organisation left to others, at whatever date.
    pub fn successions_from(&self, code: &str) -> impl Iterator<Item = &Succession> {
        self.successions.iter().filter(move |s| s.from == code)
    }

    /// What an organisation took over from others, at whatever date.
    pub fn successions_to(&self, code: &str) -> impl Iterator<Item = &Succession> {
        self.successions.iter().filter(move |s| s.to == code)
    }

    /// The organisations existing on a day that have taken over from this one by then, through
    /// as many successions as it took.
    pub fn successors(&self, code: &str, on: Date) -> Vec<&Organisation> {
        self.follow(code, on, |code| {
            self.successions_from(code)
                .filter(|s| s.on <= on)
                .map(|s| s.to.as_str())
                .collect()
        })
    }

    /// The organisations existing on a day that this one has taken over from since.
    pub fn predecessors(&self, code: &str, on: Date) -> Vec<&Organisation> {
        self.follow(code, on, |code| {
            self.successions_to(code)
                .filter(|s| s.on > on)
                .map(|s| s.from.as_str())
                .collect()
        })
    }

    fn follow<'a>(
        &'a self,
        code: &str,
        on: Date,
        next: impl Fn(&str) -> Vec<&'a str>,
    ) -> Vec<&'a Organisation> {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut waiting = next(code);
        let mut found = Vec::new();
        while let Some(code) = waiting.pop() {
            if !seen.insert(code) {
                continue;
            }
            match self.organisation(code) {
                Some(organisation) if organisation.valid_on(on) => found.push(organisation),
                _ => waiting.extend(next(code)),
            }
        }
        found.sort_by(|a, b| a.code.cmp(&b.code));
        found
    }

    /// The agency that acts for a place on a day: its own, or that of the place around it.
    pub fn ars_of(&self, place: &str, on: Date) -> Option<&Organisation> {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut level = vec![place];
        while !level.is_empty() {
            let own = |code: &&str| {
                self.agencies()
                    .find(|o| o.place.as_deref() == Some(*code) && o.valid_on(on))
            };
            if let Some(agency) = level.iter().find_map(own) {
                return Some(agency);
            }
            level = level
                .iter()
                .flat_map(|code| self.around(code, on))
                .filter(|code| seen.insert(code))
                .collect();
        }
        None
    }

    fn around<'a>(&'a self, code: &str, on: Date) -> impl Iterator<Item = &'a str> {
        let ranks = self.parts_around.get(code).into_iter().flatten();
        let wholes = ranks
            .map(|rank| &self.parts[*rank])
            .filter(move |part| part.valid_on(on))
            .map(|part| part.whole.as_str());
        let within = self.place(code).and_then(|place| place.within.as_deref());
        wholes.chain(within)
    }

    /// The places that make up another on a day, by kind and then by code: the departments of a
    /// region, the sections of Océan Indien.
    pub fn parts_of(&self, whole: &str, on: Date) -> Vec<&Place> {
        let mut places: Vec<&Place> = self
            .parts_inside(whole)
            .filter(|part| part.valid_on(on))
            .filter_map(|part| self.place(&part.part))
            .filter(|place| place.valid_on(on))
            .collect();
        places.sort_by(|a, b| (a.kind, &a.code).cmp(&(b.kind, &b.code)));
        places
    }

    /// The establishments that lie in a place on a day, by name; none of them is a part of it.
    pub fn establishments_in(&self, whole: &str, on: Date) -> Vec<&Organisation> {
        let all = self.existing(OrganisationKind::Establishment, on);
        let lies = |organisation: &&Organisation| self.lies_in(&organisation.code, whole);
        all.into_iter().filter(lies).collect()
    }

    /// Whether an establishment's place is another, or lies in it, directly or not.
    pub fn lies_in(&self, code: &str, whole: &str) -> bool {
        let mut place = self.place(code);
        // As many steps as there are places at most: a loop ends.
        for _ in 0..=self.places.len() {
            match place {
                Some(found) if found.code == whole => return true,
                Some(found) => place = found.within.as_deref().and_then(|w| self.place(w)),
                None => return false,
            }
        }
        false
    }

    /// Every part that another place ever had, in the order of the codes.
    pub fn parts_inside(&self, whole: &str) -> impl Iterator<Item = &PlacePart> {
        let ranks = self.parts_inside.get(whole).into_iter().flatten();
        ranks.map(|rank| &self.parts[*rank])
    }

    /// The departments that no known agency acts for on a day: what the directory does not know.
    pub fn without_agency(&self, on: Date) -> Vec<&Place> {
        let departments = self
            .places
            .iter()
            .filter(|place| place.kind == PlaceKind::Department && place.valid_on(on));
        departments
            .filter(|place| self.ars_of(&place.code, on).is_none())
            .collect()
    }
}

/// What stands after one of the leading words.
fn after<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words
        .iter()
        .find_map(|word| text.strip_prefix(word)?.strip_prefix(' '))
}

#[cfg(test)]
mod tests;
