//! `suivi`: where a contract stands, one line a measure that it has terms on.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::civil::Date;
use maud::html;

use super::{of_measure, value};
use crate::contracts::store::load;
use crate::contracts::{Section, Target, Terms, own_measures, write_target};
use crate::figures::review::{Asked, Review};
use crate::figures::{FiguresView, Followed, Formatter, Snapshots, followed};
use crate::frameworks::{Catalogue, Framework, Library, OwnMeasure};
use crate::kernel::{Quantity, Value};
use crate::ledger::Moment;
use crate::measures::Measure;
use crate::platform::web::table::{Cell, Column, Datum, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, whole, word};

/// `suivi`: baseline, targets, last value and how it stands.
#[derive(Debug)]
pub struct ContractReview {
    /// The frameworks.
    pub library: Library,
    /// The figures.
    pub snapshots: Snapshots,
}

/// What the lines are made from.
struct Ground<'a> {
    terms: &'a Terms<'a>,
    framework: &'a Framework,
    catalogue: &'a Catalogue,
    own: &'a [OwnMeasure],
    figures: &'a FiguresView,
    years: Vec<i16>,
    reviewed: i16,
    today: Date,
    slug: &'a str,
    moment: Moment,
}

#[async_trait]
impl Source for ContractReview {
    fn name(&self) -> &'static str {
        "suivi"
    }

    fn title(&self) -> &'static str {
        "Suivi d’un contrat"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat", "volet", "objectif", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let moment = ask.moment().await?;
        let at_change = moment.change;
        let slug = ask.choice("contrat").ok_or(WebError::NotFound)?;
        let full = load(ask.tx, ask.reach, &slug).await?;
        let full = full.ok_or(WebError::NotFound)?;
        let full = Arc::new(full).placed(at_change);
        let catalogue = self
            .library
            .catalogue_at(ask.tx, ask.reach, at_change)
            .await?;
        let figures = self.snapshots.upto(ask.tx, ask.reach, at_change).await?;
        let contract = &full.contract;
        let edited = catalogue.framework(&contract.framework);
        let terms = full.in_force(at_change);
        let framework = &edited.ok_or(WebError::NotFound)?.framework;
        let own = own_measures(framework, &full, at_change);
        let ground = Ground {
            terms: &terms,
            framework,
            catalogue: &catalogue,
            own: &own,
            figures: &figures,
            years: contract.years().collect(),
            reviewed: contract.reviewed_year(moment.day),
            today: moment.day,
            slug: &contract.slug,
            moment,
        };
        let mut table = Table::new(self.name(), contract.title.clone(), ground.columns());
        let (volet, objective) = (ask.choice("volet"), ask.choice("objectif"));
        let is_asked = |s: &&Section| volet.as_ref().is_none_or(|key| s.key == *key);
        for section in contract.sections.iter().filter(is_asked) {
            table
                .rows
                .extend(ground.rows(section, objective.as_deref()));
        }
        Ok(table)
    }
}

impl Ground<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![
            Column::words("volet", "Volet"),
            Column::words("code", "Code"),
            Column::words("indicateur", "Indicateur"),
            Column::words("mesure", "Mesure"),
            Column::words("unite", "Unité"),
            Column::words("territoire", "Code du territoire"),
            Column::numbers("initiale", "Valeur initiale"),
            Column::numbers("initiale_annee", "Année de la valeur initiale"),
            Column::words("periode", "Période de la dernière valeur"),
            Column::numbers("derniere", "Dernière valeur"),
            Column::words("derniere_texte", "À la place d’un nombre"),
            Column::words("atteinte", "Atteinte"),
            Column::words("livraison", "Livraison"),
            Column::words("fournisseur", "Fournisseur"),
        ];
        for year in &self.years {
            columns.push(Column::numbers(
                format!("cible_{year}"),
                format!("Cible {year}"),
            ));
            let words = format!("Cible {year}, en mots");
            columns.push(Column::words(format!("cible_{year}_texte"), words));
        }
        columns
    }

    /// The lines of a section, under one objective where it is named.
    fn rows(&self, section: &Section, objective: Option<&str>) -> Vec<Row> {
        let mut rows = Vec::new();
        for followed in followed(self.framework, self.catalogue, self.own, section) {
            let key = &followed.indicator.key;
            let node = &followed.indicator.node;
            if !objective.is_none_or(|objective| self.framework.is_under(node, objective)) {
                continue;
            }
            let target_of = |year: &i16| self.terms.target(section.id, key, followed.facet, *year);
            let targets: Vec<Option<&Target>> = self.years.iter().map(target_of).collect();
            let review = self.review(section, followed);
            if review.baseline.is_none() && targets.iter().all(Option::is_none) {
                continue;
            }
            let mut row = self.row(section, followed, &review);
            let measure = followed.measure;
            row.extend(targets.into_iter().flat_map(|one| target(one, measure)));
            rows.push(row);
        }
        rows
    }

    fn review<'a>(&'a self, section: &'a Section, followed: Followed<'a>) -> Review<'a> {
        let asked = Asked {
            terms: self.terms,
            section: section.id,
            place: &section.place,
            followed,
            series: self.figures.series(&followed.measure.code),
            upto: self.reviewed,
            today: self.today,
        };
        asked.review()
    }

    fn row(&self, section: &Section, followed: Followed<'_>, review: &Review<'_>) -> Row {
        let Followed {
            indicator, measure, ..
        } = followed;
        let [baseline, _] = value(review.baseline.map(|b| &b.value), Some(measure));
        let figure = review.figure;
        let [mut last, text] = value(figure.map(|(_, figure)| &figure.value), Some(measure));
        if let Datum::Text(words) = &text.datum {
            last = last.shown(html! { (words) });
        }
        let year = review.baseline.map(|baseline| whole(baseline.year.into()));
        let path = format!("/contrats/{}/indicateurs/{}", self.slug, indicator.key);
        let name = html! {
            @if let Some(code) = &indicator.code { span.code { (code) } " " }
            a href=(self.moment.href(&path)) { (indicator.label) }
            span.sub {
                @if measure.label != indicator.label { (measure.label) " " }
                @if let Some(unit) = &measure.unit { "(" (unit) ")" }
            }
        };
        vec![
            Cell::text(section.key.clone()),
            word(indicator.code.clone()),
            Cell::text(indicator.label.clone()).shown(name),
            Cell::text(measure.code.clone()),
            word(measure.unit.clone()),
            Cell::text(section.place.clone()),
            baseline,
            year.unwrap_or_default(),
            word(figure.map(|(period, _)| period.to_string())),
            last,
            text,
            Cell::text(review.words(&self.framework.scale())),
            Cell::text(review.delivery.french()),
            word(figure.map(|(_, figure)| figure.supplier.clone())),
        ]
    }
}

/// A target in two cells: the number, or what is agreed in place of one, which a page shows where
/// the number would be.
pub(super) fn target(target: Option<&Target>, measure: &Measure) -> [Cell; 2] {
    match target {
        None => [Cell::default(), Cell::default()],
        Some(Target::Value(Value::Number(Quantity::Plain(amount)))) => {
            [of_measure(*amount, Some(measure)), Cell::default()]
        }
        // With the decimals of the measure, as the contract is read.
        Some(Target::Corridor { low, high }) => {
            let formatter = Formatter::new(Some(measure));
            in_words(format!(
                "{} à {}",
                formatter.bare(*low),
                formatter.number(*high)
            ))
        }
        Some(other) => in_words(write_target(other)),
    }
}

/// What is said in place of a number, in two cells.
fn in_words(text: String) -> [Cell; 2] {
    let shown = html! { span.muted { (text) } };
    [Cell::default().shown(shown), Cell::text(text)]
}

/// The same as a page shows it: what stands in place of a number where the number would be, the
/// code and the unit beside the name.
pub(in crate::figures) fn on_page(table: Table) -> Table {
    let beside = [
        "code",
        "mesure",
        "unite",
        "territoire",
        "initiale_annee",
        "derniere_texte",
        "fournisseur",
    ];
    let keys = table.columns.iter().map(|column| column.key.clone());
    let words: Vec<_> = keys.filter(|key| key.ends_with("_texte")).collect();
    let mut left_out = beside.to_vec();
    left_out.extend(words.iter().map(AsRef::as_ref));
    let mut sections: Vec<String> = table.rows.iter().map(|row| row[0].datum.french()).collect();
    sections.dedup();
    left_out.extend((sections.len() < 2).then_some("volet"));
    let name = table
        .columns
        .iter()
        .position(|column| column.key == "indicateur");
    table
        .headed_by(name.unwrap_or_default())
        .without(&left_out)
        .classed("stack years seen dense")
        .caption_unseen()
}
