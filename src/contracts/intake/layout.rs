//! What the workbook of terms holds, table by table. It is written out by `template` and
//! recognised by `find`: neither knows where a row or a column stands.

use crate::contracts::offers::{Offer, Offering};
use crate::contracts::sheet::Field;
use crate::contracts::{
    Book, Contract, Facet, Line, Section, Slot, Stage, Standing, TermKey, Terms,
};
use crate::frameworks::{Act, Choice, Node};
use crate::kernel::ValueKind;

/// The tables of the workbook, each on a sheet of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A row for each section, indicator and measure.
    Indicators,
    /// What the indicators left to the contract measure.
    Definitions,
    /// What a framework of commitments offers.
    Commitments,
    /// A row for each section, line of means and year.
    Means,
}

impl Part {
    /// Name of its sheet.
    pub(super) fn sheet(self) -> &'static str {
        match self {
            Self::Indicators => "Indicateurs",
            Self::Definitions => "Définitions",
            Self::Commitments => "Engagements",
            Self::Means => "Moyens",
        }
    }
}

/// What a column tells of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// What a row is recognised by.
    Key,
    /// Which section it is about.
    Section,
    /// A printed code.
    Code,
    /// A name.
    Label,
    /// What is measured, where an indicator measures several things.
    Measure,
    /// The year of means.
    Year,
    /// What helps a person and recognises nothing.
    Other,
    /// The target of a year.
    Target,
    /// Another text of a term.
    Text,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    pub title: String,
    pub role: Role,
    pub width: u16,
}

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub part: Part,
    pub headings: Vec<Heading>,
    pub rows: Vec<Row>,
}

/// A row: as many cells as there are headings, the first being its key.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Rank of the section.
    pub section: usize,
    pub cells: Vec<Cell>,
}

impl Row {
    /// What the row is recognised by.
    pub(super) fn key(&self) -> &str {
        match self.cells.first() {
            Some(Cell::Fact(key)) => key,
            _ => "",
        }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// A text that is only read.
    Fact(String),
    /// A text of a term: rank of its offer in the section, and which text of it.
    Entry(usize, Field),
}

/// A section with what the draft may write in it.
#[derive(Clone, Debug)]
pub(super) struct Desk<'a> {
    pub section: &'a Section,
    pub lines: Vec<Line<'a>>,
    pub offers: Vec<Offer<'a>>,
}

impl Desk<'_> {
    fn entry(&self, slot: &Slot, field: Field) -> Option<Cell> {
        let found = self.offers.iter().position(|o| o.key.slot == *slot)?;
        Some(Cell::Entry(found, field))
    }

    /// The cell of a text of a slot, or words where the slot is not offered.
    fn entry_or(&self, slot: &Slot, field: Field, otherwise: &str) -> Cell {
        self.entry(slot, field)
            .unwrap_or_else(|| Cell::Fact(otherwise.to_owned()))
    }
}

/// The whole workbook.
#[derive(Clone, Debug)]
pub(super) struct Layout<'a> {
    pub desks: Vec<Desk<'a>>,
    pub tables: Vec<Table>,
    book: &'a Book,
    contract: &'a Contract,
}

impl<'a> Layout<'a> {
    /// What a draft by that act may write, indicators being as `terms` define them.
    pub(super) fn new(
        book: &'a Book,
        contract: &'a Contract,
        act: Option<&'a Act>,
        terms: &Terms<'a>,
    ) -> Self {
        let desk = |section: &'a Section| {
            let lines = book.lines(contract, section, terms);
            let offering = Offering {
                book,
                contract,
                section,
                act,
            };
            let mut offers: Vec<Offer<'a>> = Vec::new();
            for node in book.objectives() {
                offers.extend(offering.of_objective(node, &lines));
            }
            offers.extend(offering.of_means());
            Desk {
                section,
                lines,
                offers,
            }
        };
        let mut layout = Self {
            desks: contract.sections.iter().map(desk).collect(),
            tables: Vec::new(),
            book,
            contract,
        };
        let tables = [
            layout.indicators(),
            layout.definitions(),
            layout.commitments(),
            layout.means(),
        ];
        let filled = tables.into_iter().filter(|table| !table.rows.is_empty());
        layout.tables = filled.collect();
        layout
    }

    /// The offer of an entry.
    pub(super) fn offer(&self, section: usize, offer: usize) -> &Offer<'a> {
        &self.desks[section].offers[offer]
    }

    /// The indicators that may follow the commitment of an offer.
    pub(super) fn followers(&self, section: usize, key: &TermKey) -> Vec<&Line<'a>> {
        let lines = self.desks[section].lines.iter();
        lines
            .filter(|line| match &key.slot {
                Slot::Commitment { commitment } => line.commitment == Some(commitment.as_str()),
                _ => false,
            })
            .collect()
    }

    /// The key, then the section where there are several.
    fn lead(&self) -> Vec<Heading> {
        let mut headings = vec![heading("Clé", Role::Key, 14)];
        if self.contract.has_sections() {
            headings.push(heading("Volet", Role::Section, 16));
        }
        headings
    }

    fn lead_cells(&self, section: usize, key: &[&str]) -> Vec<Cell> {
        let section = self.desks[section].section;
        let mut whole = vec![section.key.as_str()];
        whole.extend(key.iter().filter(|part| !part.is_empty()));
        let mut cells = vec![Cell::Fact(whole.join(" | "))];
        if self.contract.has_sections() {
            cells.push(Cell::Fact(section.label.clone()));
        }
        cells
    }

    fn indicators(&self) -> Table {
        let mut headings = self.lead();
        headings.extend([
            heading("Code", Role::Code, 9),
            heading("Indicateur", Role::Label, 48),
            heading("Mesure", Role::Measure, 30),
            heading("Unité", Role::Other, 14),
            heading("Nature", Role::Other, 22),
            heading("Choix", Role::Text, 13),
            heading("Motif du choix", Role::Text, 30),
            heading("Valeur initiale", Role::Text, 12),
            heading("Année initiale", Role::Text, 10),
        ]);
        let years = self.contract.years();
        headings.extend(years.map(|year| heading(&format!("Cible {year}"), Role::Target, 12)));
        let mut rows = Vec::new();
        for (section, desk) in self.desks.iter().enumerate() {
            for line in &desk.lines {
                for (rank, facet) in line.facets.iter().enumerate() {
                    let cells = self.indicator_cells(section, line, facet, rank == 0);
                    rows.push(Row { section, cells });
                }
            }
        }
        Table {
            part: Part::Indicators,
            headings,
            rows,
        }
    }

    fn indicator_cells(
        &self,
        section: usize,
        line: &Line<'_>,
        facet: &Facet<'_>,
        first: bool,
    ) -> Vec<Cell> {
        let desk = &self.desks[section];
        let indicator = line.key.clone();
        let measure = facet.measure.to_owned();
        let mut cells = self.lead_cells(section, &[&line.key, facet.measure]);
        let shown = |text: &str| Cell::Fact(text.to_owned());
        cells.extend([
            shown(line.code.unwrap_or_default()),
            shown(line.label),
            shown(if line.facets.len() > 1 {
                facet.label
            } else {
                ""
            }),
            shown(unit(facet)),
            shown(&nature(line)),
        ]);
        let choice = Slot::Choice {
            indicator: indicator.clone(),
        };
        let standing = match line.standing {
            _ if !first => "voir la ligne du dessus",
            Standing::Common => "Retenu",
            _ => "",
        };
        for (field, otherwise) in [(Field::Choice, standing), (Field::Motive, "")] {
            cells.push(if first {
                desk.entry_or(&choice, field, otherwise)
            } else {
                shown(otherwise)
            });
        }
        let baseline = Slot::Baseline {
            indicator: indicator.clone(),
            measure: measure.clone(),
        };
        cells.push(desk.entry_or(&baseline, Field::Value, ""));
        cells.push(desk.entry_or(&baseline, Field::Year, ""));
        for year in self.contract.years() {
            let target = Slot::Target {
                indicator: indicator.clone(),
                measure: measure.clone(),
                year,
            };
            cells.push(desk.entry_or(&target, Field::Target, "jamais de cible"));
        }
        cells
    }

    fn definitions(&self) -> Table {
        let mut headings = self.lead();
        headings.extend([
            heading("Code", Role::Code, 12),
            heading("Indicateur", Role::Label, 40),
            heading("Libellé au contrat", Role::Text, 40),
            heading("Mode de calcul", Role::Text, 60),
            heading("La valeur est", Role::Text, 14),
            heading("Unité d’un nombre", Role::Text, 16),
        ]);
        let mut rows = Vec::new();
        for (section, desk) in self.desks.iter().enumerate() {
            for line in desk.lines.iter().filter(|line| line.slot) {
                let slot = Slot::Definition {
                    indicator: line.key.clone(),
                };
                let mut cells = self.lead_cells(section, &[&line.key]);
                cells.push(Cell::Fact(line.code.unwrap_or_default().to_owned()));
                cells.push(Cell::Fact(line.label.to_owned()));
                for field in [Field::Label, Field::Text, Field::Kind, Field::Unit] {
                    cells.push(desk.entry_or(&slot, field, ""));
                }
                rows.push(Row { section, cells });
            }
        }
        Table {
            part: Part::Definitions,
            headings,
            rows,
        }
    }

    fn commitments(&self) -> Table {
        let mut headings = self.lead();
        headings.extend([
            heading("Objectif", Role::Code, 10),
            heading("Action", Role::Measure, 9),
            heading("Modèle", Role::Label, 50),
            heading("Engagement", Role::Text, 60),
            heading("Suivi par", Role::Text, 40),
        ]);
        let mut rows = Vec::new();
        for (section, desk) in self.desks.iter().enumerate() {
            let objectives = self.book.objectives();
            let of_node = |node: &'a Node| {
                let models = self.book.commitments_of(&node.key);
                models.map(move |model| (node, model))
            };
            for (node, model) in objectives.into_iter().flat_map(of_node) {
                let slot = Slot::Commitment {
                    commitment: model.key.clone(),
                };
                let mut cells = self.lead_cells(section, &[&model.key]);
                let code = |code: &Option<String>| Cell::Fact(code.clone().unwrap_or_default());
                cells.extend([code(&node.code), code(&model.code)]);
                cells.push(Cell::Fact(model.label.clone()));
                for field in [Field::Action, Field::Indicator] {
                    cells.push(desk.entry_or(&slot, field, ""));
                }
                rows.push(Row { section, cells });
            }
        }
        Table {
            part: Part::Commitments,
            headings,
            rows,
        }
    }

    fn means(&self) -> Table {
        let mut headings = self.lead();
        headings.extend([
            heading("Moyens", Role::Label, 44),
            heading("Unité", Role::Other, 14),
            heading("Année", Role::Year, 8),
        ]);
        for stage in Stage::ALL {
            let stage = stage.french();
            headings.push(heading(&format!("{stage}, montant"), Role::Text, 18));
            headings.push(heading(&format!("{stage}, source"), Role::Text, 32));
        }
        let mut rows = Vec::new();
        for (section, desk) in self.desks.iter().enumerate() {
            for line in &self.book.framework().means {
                for year in self.contract.years() {
                    let mut cells = self.lead_cells(section, &[&line.key, &year.to_string()]);
                    let unit = line.unit.clone().unwrap_or_default();
                    cells.extend([line.label.clone(), unit, year.to_string()].map(Cell::Fact));
                    for stage in Stage::ALL {
                        let slot = Slot::Means {
                            line: line.key.clone(),
                            stage,
                            year,
                        };
                        cells.push(desk.entry_or(&slot, Field::Amount, ""));
                        cells.push(desk.entry_or(&slot, Field::Source, ""));
                    }
                    rows.push(Row { section, cells });
                }
            }
        }
        Table {
            part: Part::Means,
            headings,
            rows,
        }
    }
}

fn heading(title: &str, role: Role, width: u16) -> Heading {
    Heading {
        title: title.to_owned(),
        role,
        width,
    }
}

/// The unit of a number, or what is written instead of one.
fn unit<'a>(facet: &Facet<'a>) -> &'a str {
    match facet.kind {
        ValueKind::Number => facet.unit.unwrap_or("nombre"),
        ValueKind::YesNo => "oui ou non",
        ValueKind::Text => "texte",
    }
}

/// Whether every contract has the indicator, after the name of its kind.
fn nature(line: &Line<'_>) -> String {
    let common = line.kind.choice == Choice::Common;
    let word = if common { "commun" } else { "au choix" };
    format!("{}, {word}", line.kind.label)
}
