//! What the dossier of a contract says. Pure but for [`made`], which reads what it is made of.

mod brief;
mod gaps;
mod reviewed;
mod years;

use std::collections::BTreeMap;

use jalon_render::State;
use jalon_render::dossier::{Dossier, FORMAT, Fictional, Objective, SummaryLine};

use self::reviewed::{Reviewed, reviewed};
use super::ground::{DossierError, Ground, Request, day};
use super::region::judged_note;
use crate::access::Reach;
use crate::contracts::{Book, Line, Terms, instrument_names, parties_in_force};
use crate::figures::Sources;
use crate::frameworks::Node;
use crate::kernel::counted;
use crate::platform::clock::french_date;

/// What kind of copy of a dossier it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exemplar {
    /// Made to be looked at, and not kept.
    Working,
    /// Issued: kept as it is.
    Issued,
}

impl Exemplar {
    /// As its cover says it.
    fn french(self) -> &'static str {
        match self {
            Self::Working => "Exemplaire de travail",
            Self::Issued => "Dossier émis",
        }
    }
}

/// A dossier that is not kept, with the name of its files, which are those of an issued one.
pub async fn working_copy(
    sources: &Sources,
    reach: &Reach,
    request: &Request,
) -> Result<(String, Dossier), DossierError> {
    let (ground, said) = made(sources, reach, request, Exemplar::Working).await?;
    Ok((ground.file_name(), said))
}

/// The dossier of a contract, as everybody may read it: without any figure under embargo, whoever
/// asks for it, since it is kept and handed on; with what it was made of.
pub(super) async fn made(
    sources: &Sources,
    reach: &Reach,
    request: &Request,
    exemplar: Exemplar,
) -> Result<(Ground, Dossier), DossierError> {
    let ground = Ground::read(sources, reach, request).await?;
    let said = composed(&ground, exemplar)?;
    Ok((ground, said))
}

/// An objective and what is said of it.
struct Chapter<'a> {
    node: &'a Node,
    figures: Vec<Reviewed>,
    commitments: Vec<String>,
    /// Retained, and without any measure as yet.
    undefined: usize,
}

fn composed(ground: &Ground, exemplar: Exemplar) -> Result<Dossier, jalon_render::RenderError> {
    let terms = ground.full.in_force(ground.known);
    let book = Book::new(ground.edited.clone(), ground.catalogue.clone());
    let lines = book.lines(ground.contract(), ground.section(), &terms);
    let all = reviewed(ground, &terms, &lines);
    let (chapters, left_out): (Vec<_>, Vec<_>) = chapters(ground, &book, &terms, &lines, all)
        .into_iter()
        .partition(|chapter| {
            !chapter.figures.is_empty() || !chapter.commitments.is_empty() || chapter.undefined > 0
        });
    let figures: Vec<&Reviewed> = chapters.iter().flat_map(|c| &c.figures).collect();
    let fictional = match (ground.contract().fictional, &figures) {
        (true, _) => Fictional::All,
        (false, all) if all.iter().any(|one| one.figure.fictional) => Fictional::Some,
        _ => Fictional::None,
    };
    let commitments = chapters.iter().map(|c| c.commitments.len()).sum();
    Ok(Dossier {
        format: FORMAT,
        title: format!("Dossier de bilan {}", ground.year),
        region: ground.region(),
        contract: ground.heading(),
        period: ground.period(),
        year: ground.year.to_string(),
        as_of: day(ground.as_of)?,
        made: day(ground.today)?,
        status: exemplar.french().to_owned(),
        parties: parties(ground, &terms),
        acts: acts(ground),
        fictional,
        brief: brief::brief(&figures, commitments, ground.year),
        summary: chapters.iter().map(summary_line).collect(),
        gaps: gaps::gaps(&figures),
        notes: notes(ground, &left_out),
        objectives: chapters
            .iter()
            .map(|chapter| objective(ground, chapter))
            .collect(),
    })
}

/// Each objective of the framework, with what the contract keeps of it.
fn chapters<'a>(
    ground: &Ground,
    book: &'a Book,
    terms: &Terms<'_>,
    lines: &[Line<'_>],
    all: Vec<Reviewed>,
) -> Vec<Chapter<'a>> {
    let section = ground.section().id;
    let mut by_node: BTreeMap<String, Vec<Reviewed>> = BTreeMap::new();
    for one in all {
        by_node.entry(one.node.clone()).or_default().push(one);
    }
    let of = |node: &'a Node| {
        let figures = by_node.remove(&node.key).unwrap_or_default();
        let measured = |line: &&Line<'_>| figures.iter().any(|one| one.key == line.key);
        let retained = lines
            .iter()
            .filter(|l| l.node == node.key && l.is_retained());
        let undefined = retained.filter(|line| !measured(line)).count();
        let commitments = book.commitments_of(&node.key).filter_map(|model| {
            let term = terms.commitment(section, &model.key)?;
            Some(match &model.code {
                Some(code) => format!("Action {code}. {}", term.label),
                None => term.label.clone(),
            })
        });
        Chapter {
            node,
            commitments: commitments.collect(),
            figures,
            undefined,
        }
    };
    book.objectives().into_iter().map(of).collect()
}

fn summary_line(chapter: &Chapter<'_>) -> SummaryLine {
    let count = |wanted: &dyn Fn(&Reviewed) -> bool| {
        let found = chapter.figures.iter().filter(|one| wanted(one)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let of = |state: State| count(&|one| one.figure.attainment.state == state);
    SummaryLine {
        code: chapter.node.code.clone().unwrap_or_default(),
        label: chapter.node.label.clone(),
        states: State::ALL.map(of).into(),
        overdue: count(&|one| one.figure.overdue),
    }
}

fn objective(ground: &Ground, chapter: &Chapter<'_>) -> Objective {
    let node = chapter.node;
    let nodes = &ground.edited.framework.nodes;
    let parent = node.parent.as_ref();
    let parent = parent.and_then(|key| nodes.iter().find(|node| node.key == *key));
    Objective {
        code: node.code.clone().unwrap_or_default(),
        label: node.label.clone(),
        above: parent.map_or_else(String::new, coded),
        leads: node.leads.join(", "),
        verdict: verdict(chapter),
        commitments: chapter.commitments.clone(),
        figures: chapter
            .figures
            .iter()
            .map(|one| one.figure.clone())
            .collect(),
    }
}

/// « 2. Prévenir », or the title alone where nothing is printed before it.
fn coded(node: &Node) -> String {
    match &node.code {
        Some(code) => format!("{code}. {}", node.label),
        None => node.label.clone(),
    }
}

/// How an objective stands, in a sentence.
fn verdict(chapter: &Chapter<'_>) -> String {
    let count = |wanted: &dyn Fn(&Reviewed) -> bool| {
        chapter.figures.iter().filter(|one| wanted(one)).count()
    };
    let judged = count(&|one| one.reached.is_some());
    let reached = count(&|one| one.reached == Some(true));
    let overdue = count(&|one| one.figure.overdue);
    let contested = count(&|one| !one.figure.contest.is_empty());
    let mut words = vec![match (chapter.figures.len(), judged) {
        (0, _) => "Aucune valeur n’est suivie".to_owned(),
        (n, 0) => format!(
            "{} ; aucune ne peut encore être jugée",
            counted(n, "valeur suivie", "valeurs suivies")
        ),
        _ => format!(
            "{} sur {judged}",
            counted(reached, "cible atteinte", "cibles atteintes")
        ),
    }];
    if overdue > 0 {
        words.push(counted(overdue, "valeur en retard", "valeurs en retard"));
    }
    if contested > 0 {
        words.push(counted(contested, "valeur contestée", "valeurs contestées"));
    }
    if chapter.undefined > 0 {
        words.push(counted(
            chapter.undefined,
            "indicateur sans définition mesurable",
            "indicateurs sans définition mesurable",
        ));
    }
    format!("{}.", words.join(" ; "))
}

fn parties(ground: &Ground, terms: &Terms<'_>) -> Vec<String> {
    let contract = ground.contract();
    let holders = parties_in_force(contract, terms, ground.section().id);
    let name = |(_, code): (String, String)| {
        let known = ground.directory.organisation(&code);
        let of_contract = contract.parties.iter().find(|p| p.organisation == code);
        match (known, of_contract) {
            (Some(known), _) => known.name.clone(),
            (None, Some(party)) => party.name.clone(),
            (None, None) => code,
        }
    };
    holders.into_iter().map(name).collect()
}

/// The signed acts, in the order of their signatures.
fn acts(ground: &Ground) -> Vec<String> {
    let full = &ground.full;
    let names = instrument_names(&full.instruments, &ground.edited.framework);
    let mut signed: Vec<_> = full
        .instruments
        .iter()
        .filter(|i| i.signed_change().is_some_and(|no| no <= ground.known))
        .collect();
    signed.sort_by_key(|i| i.signed_change());
    let told = signed.into_iter().map(|i| match i.signed_on() {
        Some(on) => format!("{}, signature du {}", names[&i.id], french_date(on)),
        None => names[&i.id].clone(),
    });
    told.collect()
}

fn notes(ground: &Ground, left_out: &[Chapter<'_>]) -> Vec<String> {
    let mut notes = vec![
        judged_note(ground.year),
        "Une valeur provisoire est suivie de « p » : son fournisseur la remplacera par une valeur définitive.".to_owned(),
        "« À ce rythme » prolonge la série de la région par la médiane de ses pentes ; la bande du graphique contient la valeur à venir huit fois sur dix. Ce n’est pas une prévision, et aucun jugement n’en dépend.".to_owned(),
        "La valeur de la France est celle que donne le fournisseur ; à défaut, la somme des régions, ou celle des numérateurs rapportée à celle des dénominateurs. Une moyenne de taux n’est jamais calculée.".to_owned(),
        "Les valeurs sous embargo n’y figurent pas avant leur jour.".to_owned(),
    ];
    if ground.contract().fictional {
        notes.push(
            "Données fictives : ce contrat et ses cibles ont été inventés pour la démonstration."
                .to_owned(),
        );
    }
    if !left_out.is_empty() {
        let names: Vec<String> = left_out.iter().map(|c| coded(c.node)).collect();
        notes.push(format!(
            "Objectifs dont le contrat ne retient aucun indicateur : {}.",
            names.join(" ; ")
        ));
    }
    notes
}
