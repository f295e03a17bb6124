//! Frameworks as a search finds them, with all they hold: objectives, indicators with their
//! technical sheets, model commitments, measures.

use async_trait::async_trait;

use super::{Catalogue, Commitment, Framework, Indicator, Library, Node, everyone_words, store};
use crate::access::Reach;
use crate::ledger::Scope;
use crate::measures::Measure;
use crate::organisations::{Directories, Directory, Organisation, store as organisations};
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Folder, Kind, Source, joined};

const FRAMEWORKS: Kind = Kind {
    code: "cadres",
    one: "cadre contractuel",
    many: "cadres contractuels",
    weight: 120,
};
const OBJECTIVES: Kind = Kind {
    code: "objectifs",
    one: "objectif",
    many: "objectifs",
    weight: 105,
};
const INDICATORS: Kind = Kind {
    code: "indicateurs",
    one: "indicateur",
    many: "indicateurs",
    weight: 120,
};
const COMMITMENTS: Kind = Kind {
    code: "engagements",
    one: "modèle d’engagement",
    many: "modèles d’engagement",
    weight: 80,
};
const MEASURES: Kind = Kind {
    code: "mesures",
    one: "mesure",
    many: "mesures",
    weight: 70,
};

/// Lets frameworks and what they hold be found.
#[derive(Debug)]
pub struct FindableFrameworks {
    /// The frameworks in force.
    pub library: Library,
    /// Names of the suppliers.
    pub directories: Directories,
}

#[async_trait]
impl Source for FindableFrameworks {
    async fn folders(&self, tx: &mut Tx, after: i64) -> Result<Vec<Folder>, DbError> {
        let named = organisations::version(tx).await?;
        if after > 0 && store::latest_change(tx).await?.max(named) <= after {
            return Ok(Vec::new());
        }
        let reach = &Reach::of_installation();
        let catalogue = self.library.catalogue(tx, reach).await?;
        let directory = self.directories.current(tx, reach).await?;
        let mut folders = vec![Folder {
            key: "mesures".to_owned(),
            documents: catalogue.measures().map(measure).collect(),
        }];
        for edited in catalogue.frameworks() {
            let held = Shelf {
                catalogue: &catalogue,
                directory: &directory,
                framework: &edited.framework,
            };
            folders.push(Folder {
                key: format!("cadre {}", edited.framework.code),
                documents: held.documents(),
            });
        }
        Ok(folders)
    }
}

/// One framework, with what its words refer to.
struct Shelf<'a> {
    catalogue: &'a Catalogue,
    directory: &'a Directory,
    framework: &'a Framework,
}

impl Shelf<'_> {
    fn documents(&self) -> Vec<Document> {
        let framework = self.framework;
        let mut documents = vec![self.whole()];
        documents.extend(framework.nodes.iter().map(|node| self.node(node)));
        documents.extend(framework.indicators.iter().map(|i| self.indicator(i)));
        documents.extend(framework.commitments.iter().map(|c| self.commitment(c)));
        documents
    }

    /// A document of this framework; it is current until it ends or a later generation follows it.
    fn document(&self, kind: Kind, href: String, title: &str) -> Document {
        let framework = self.framework;
        let followed = self
            .catalogue
            .frameworks()
            .into_iter()
            .any(|other| other.framework.previous.as_deref() == Some(framework.code.as_str()));
        Document {
            context: framework.title.clone(),
            framework: Some((framework.code.clone(), framework.title.clone())),
            scope: Scope {
                organisation: String::new(),
                framework: framework.code.clone(),
            },
            current: !followed,
            ends: Some(framework.ends),
            ..Document::new(kind, href, title)
        }
    }

    fn whole(&self) -> Document {
        let framework = self.framework;
        let documents = framework.documents.iter();
        let documents = documents.flat_map(|d| [Some(d.title.as_str()), d.number.as_deref()]);
        let remarks = framework.remarks.iter().map(|remark| Some(remark.as_str()));
        Document {
            context: format!("{}-{}", framework.starts, framework.ends),
            names: framework.tool.iter().cloned().collect(),
            text: joined(documents.chain(remarks), ". "),
            ..self.document(
                FRAMEWORKS,
                format!("/cadres/{}", framework.code),
                &framework.title,
            )
        }
    }

    fn node(&self, node: &Node) -> Document {
        let framework = self.framework;
        let level = framework
            .levels
            .iter()
            .find(|level| level.key == node.level);
        let level = level.map(|level| level.singular.as_str());
        let leads: Vec<String> = node
            .leads
            .iter()
            .map(|code| self.organisation(code))
            .collect();
        let leads = (!leads.is_empty()).then(|| format!("Pilote : {}", leads.join(", ")));
        let objectives = framework.objectives();
        let is_objective = objectives.iter().any(|objective| objective.key == node.key);
        let href = if is_objective {
            format!("/cadres/{}/objectifs/{}", framework.code, node.key)
        } else {
            format!("/cadres/{}#n-{}", framework.code, node.key)
        };
        Document {
            code: node.code.clone(),
            context: joined([level, Some(framework.title.as_str())], ", "),
            text: joined(
                [
                    node.category.as_deref(),
                    leads.as_deref(),
                    node.note.as_deref(),
                ],
                ". ",
            ),
            ..self.document(OBJECTIVES, href, &node.label)
        }
    }

    fn indicator(&self, indicator: &Indicator) -> Document {
        let framework = self.framework;
        let node = framework
            .nodes
            .iter()
            .find(|node| node.key == indicator.node);
        let measures = indicator.measures.iter();
        let measures: Vec<&Measure> = measures
            .filter_map(|code| self.catalogue.measure(code))
            .collect();
        let suppliers = indicator.suppliers.iter();
        let suppliers: Vec<String> = suppliers.map(|code| self.organisation(code)).collect();
        let suppliers =
            (!suppliers.is_empty()).then(|| format!("Fournisseur : {}", suppliers.join(", ")));
        let own = [
            indicator.theme.as_deref(),
            suppliers.as_deref(),
            indicator.source.as_deref(),
            indicator.note.as_deref(),
        ];
        let defined = measures.iter().flat_map(|measure| definition(measure));
        let href = format!("/indicateurs/{}/{}", framework.code, indicator.key);
        Document {
            code: indicator.code.clone(),
            names: measures.iter().map(|m| m.label.clone()).collect(),
            context: joined(
                [
                    Some(framework.title.as_str()),
                    node.map(|n| n.label.as_str()),
                ],
                ", ",
            ),
            text: joined(own.into_iter().chain(defined), ". "),
            ..self.document(INDICATORS, href, &indicator.label)
        }
    }

    fn commitment(&self, commitment: &Commitment) -> Document {
        let framework = self.framework;
        let href = format!("/cadres/{}#e-{}", framework.code, commitment.key);
        let points = commitment.points.iter().map(|point| Some(point.as_str()));
        let rest = [
            commitment.establishments.as_deref(),
            commitment.note.as_deref(),
        ];
        Document {
            code: commitment.code.clone(),
            text: joined(points.chain(rest), ". "),
            ..self.document(COMMITMENTS, href, &commitment.label)
        }
    }

    /// Code and name of an organisation, as a supplier or a lead is looked for.
    fn organisation(&self, code: &str) -> String {
        if let Some(everyone) = everyone_words(code) {
            return everyone.to_owned();
        }
        match self.directory.organisation(code).map(Organisation::label) {
            Some(label) if label != code => format!("{label} ({code})"),
            _ => code.to_owned(),
        }
    }
}

fn measure(measure: &Measure) -> Document {
    let unit = measure.unit.as_deref();
    Document {
        context: joined([Some("Mesure"), unit], ", en "),
        text: joined(definition(measure), ". "),
        ..Document::new(
            MEASURES,
            format!("/catalogue/{}", measure.code),
            &measure.label,
        )
    }
}

/// What is measured, in words.
fn definition(measure: &Measure) -> Vec<Option<&str>> {
    let mut said = vec![
        measure.numerator.as_deref(),
        measure.denominator.as_deref(),
        measure.note.as_deref(),
    ];
    said.extend(measure.breaks.iter().map(|b| Some(b.reason.as_str())));
    said
}
