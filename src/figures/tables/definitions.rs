//! `definitions`: what each contract made of an indicator that its framework leaves to it.

use async_trait::async_trait;
use maud::html;

use super::value;
use crate::figures::observations::dated;
use crate::figures::{Situation, Sources};
use crate::frameworks::OwnMeasure;
use crate::kernel::ValueKind;
use crate::platform::web::fictional_mark;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, word, yes_no};

/// `definitions`: one line a contract, with its latest value.
#[derive(Debug)]
pub struct Definitions {
    /// Where it is read from.
    pub sources: Sources,
}

/// What the page leaves to the file.
pub(in crate::figures) const DEFINITIONS_IN_FILES: [&str; 9] = [
    "adresse",
    "territoire",
    "texte",
    "sorte",
    "unite",
    "mesure",
    "periode",
    "valeur_texte",
    "fictif",
];

#[async_trait]
impl Source for Definitions {
    fn name(&self) -> &'static str {
        "definitions"
    }

    fn title(&self) -> &'static str {
        "Ce que chaque contrat mesure"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "indicateur", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let framework = ask.choice("cadre").ok_or(WebError::NotFound)?;
        let key = ask.choice("indicateur").ok_or(WebError::NotFound)?;
        let situation = super::situation(&self.sources, &mut ask).await?;
        let edited = situation.catalogue.framework(&framework);
        let edited = edited.ok_or(WebError::NotFound)?;
        let mut indicators = edited.framework.indicators.iter();
        if !indicators.any(|indicator| indicator.key == key) {
            return Err(WebError::NotFound);
        }
        Ok(definitions(&situation, &framework, &key).without(&["saisie"]))
    }
}

/// Each contract with its definition and its latest value, by its title.
pub(in crate::figures) fn definitions(situation: &Situation, framework: &str, key: &str) -> Table {
    let columns = vec![
        Column::words("contrat", "Contrat"),
        Column::words("adresse", "Adresse"),
        Column::words("territoire", "Code du territoire"),
        Column::words("definition", "Définition").wide(),
        Column::words("texte", "Comment il se mesure"),
        Column::words("sorte", "Sorte de valeur"),
        Column::words("unite", "Unité"),
        Column::words("mesure", "Mesure"),
        Column::words("periode", "Période de la dernière valeur"),
        Column::numbers("valeur", "Dernière valeur"),
        Column::words("valeur_texte", "À la place d’un nombre"),
        Column::words("fictif", "Données fictives"),
        Column::words("saisie", "Saisie").unsorted(),
    ];
    let title = "Définition et dernière valeur de chaque contrat";
    let mut table = Table::new("definitions", title, columns)
        .classed("stack")
        .caption_unseen();
    // The catalogue knows what every contract defines; who asks sees some of the contracts.
    let seen = |own: &&OwnMeasure| {
        let mut contracts = situation.agreements.iter();
        contracts.any(|full| full.contract.id == own.contract_id)
    };
    let own = situation.catalogue.own_of(framework).filter(seen);
    let mut own: Vec<&OwnMeasure> = own
        .filter(|own| own.current && own.indicator.key == key)
        .collect();
    own.sort_by(|a, b| a.title.cmp(&b.title));
    table.rows = own.iter().map(|own| row(situation, own)).collect();
    table
}

fn row(situation: &Situation, own: &OwnMeasure) -> Row {
    let measure = &own.measure;
    let series = situation.figures.series(&measure.code);
    let known = series.map(|series| series.figures_upto(&own.place, i16::MAX));
    let last = known.and_then(|known| known.last().copied());
    let [number, text] = value(last.map(|(_, figure)| &figure.value), Some(measure));
    let key = &own.indicator.key;
    let place = situation.directory.place(&own.place);
    let place = place.map_or(own.place.as_str(), |place| &place.name);
    let page = situation.href(&format!("/contrats/{}/indicateurs/{key}", own.contract));
    let contract = html! {
        a href=(page) { (own.title) }
        span.sub { (place) @if own.fictional { " " (fictional_mark()) } }
    };
    let definition = html! {
        b { (measure.label) }
        span.sub { (measure.note.as_deref().unwrap_or_default()) " " (kind(own)) }
    };
    let shown = last.map_or_else(
        || html! { span.muted { "non reçue" } },
        |(period, figure)| dated(situation.moment, period, figure, measure),
    );
    let typing = format!("/saisie/{}/{key}?mesure={}", own.framework, measure.code);
    let typing = html! { a href=(typing) { "Saisir" span.vh { " les valeurs de " (own.title) } } };
    vec![
        Cell::text(own.title.clone()).shown(contract),
        Cell::text(own.contract.clone()),
        Cell::text(own.place.clone()),
        Cell::text(measure.label.clone()).shown(definition),
        word(measure.note.clone()),
        Cell::text(kind(own)),
        word(measure.unit.clone()),
        Cell::text(measure.code.clone()),
        word(last.map(|(period, _)| period.to_string())),
        number.shown(shown),
        text,
        yes_no(own.fictional),
        Cell::default().shown(typing),
    ]
}

fn kind(own: &OwnMeasure) -> String {
    match (own.measure.value_kind, &own.measure.unit) {
        (ValueKind::Number, Some(unit)) => format!("En {unit}."),
        (ValueKind::Number, None) => "Un nombre.".to_owned(),
        (ValueKind::YesNo, _) => "Oui ou non.".to_owned(),
        (ValueKind::Text, _) => "Un texte court.".to_owned(),
    }
}
