//! The tables of contracts that can be taken away.

mod acts;

use async_trait::async_trait;

use super::body::TermBody;
use super::entry::{write_target, write_value};
use super::pages::{keeps, standing};
use super::store::{list, load, national_targets, targets_across};
use super::{FullContract, Section, Slot, Target};
use crate::frameworks::Library;
use crate::kernel::{Quantity, Value, fold};
use crate::platform::web::table::{Cell, Column, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day, number, whole, word, yes_no};

pub(super) use acts::{PARTIES_IN_FILES, parties};
pub use acts::{Parties, Signatories, TermChanges};

/// `contrats`: every contract.
#[derive(Debug)]
pub struct Contracts;

#[async_trait]
impl Source for Contracts {
    fn name(&self) -> &'static str {
        "contrats"
    }

    fn title(&self) -> &'static str {
        "Contrats"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "etat", "q", "organisation", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let moment = ask.moment().await?;
        let framework = ask.choice("cadre");
        let then = moment.past.map(|_| moment.change);
        let mut cards = list(ask.tx, ask.reach, framework.as_deref(), then).await?;
        cards.retain(|card| keeps(ask.asked, card));
        cards.sort_by_cached_key(|card| fold(&card.title));
        let columns = vec![
            Column::words("contrat", "Contrat"),
            Column::words("adresse", "Adresse"),
            Column::words("cadre", "Cadre"),
            Column::words("organisation", "Organisation"),
            Column::words("code_organisation", "Code de l’organisation"),
            Column::words("territoire", "Code du territoire"),
            Column::numbers("debut", "Première année"),
            Column::numbers("fin", "Dernière année"),
            Column::numbers("actes_signes", "Actes signés"),
            Column::numbers("projets", "Projets ouverts"),
            Column::words("signature", "Dernière signature"),
            Column::words("fictif", "Données fictives"),
            Column::words("annees", "Années"),
            Column::words("etat", "État"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let rows = cards.into_iter().map(|card| {
            vec![
                Cell::text(card.title),
                Cell::text(card.slug),
                Cell::text(card.framework),
                Cell::text(card.organisation_name),
                Cell::text(card.organisation),
                Cell::text(card.place),
                whole(card.starts.into()),
                whole(card.ends.into()),
                whole(card.signed),
                whole(card.drafts),
                day(card.signed_on),
                yes_no(card.fictional),
                Cell::text(format!("{}-{}", card.starts, card.ends)),
                standing(card.signed, card.drafts).into(),
            ]
        });
        table.rows = rows.collect();
        Ok(table)
    }
}

async fn full(ask: &mut Ask<'_>) -> WebResult<FullContract> {
    let slug = ask.choice("contrat").ok_or(WebError::NotFound)?;
    let found = load(ask.tx, ask.reach, &slug).await?;
    found.ok_or(WebError::NotFound)
}

/// `actes`: the instruments of a contract.
#[derive(Debug)]
pub struct Instruments;

#[async_trait]
impl Source for Instruments {
    fn name(&self) -> &'static str {
        "actes"
    }

    fn title(&self) -> &'static str {
        "Actes d’un contrat"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let moment = ask.moment().await?;
        let full = full(&mut ask).await?;
        let columns = vec![
            Column::numbers("no", "N°"),
            Column::words("acte", "Acte"),
            Column::words("etat", "État"),
            Column::words("motif", "Motif"),
            Column::words("effet", "Date d’effet"),
            Column::words("signature", "Signé le"),
        ];
        let mut table = Table::new(self.name(), full.contract.title.clone(), columns);
        let rows = full.instruments_at(moment).map(|instrument| {
            vec![
                whole(instrument.no),
                Cell::text(instrument.act.clone()),
                Cell::text(instrument.state.french()),
                word(instrument.motive.clone()),
                day(instrument.effective_on),
                day(instrument.signed_on()),
            ]
        });
        table.rows = rows.collect();
        Ok(table)
    }
}

/// `termes`: what is in force in a contract, one line a term.
#[derive(Debug)]
pub struct TermsInForce {
    /// The frameworks, for the words of indicators.
    pub library: Library,
}

#[async_trait]
impl Source for TermsInForce {
    fn name(&self) -> &'static str {
        "termes"
    }

    fn title(&self) -> &'static str {
        "Termes en vigueur d’un contrat"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat", "volet", "indicateur", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let at_change = ask.moment().await?.change;
        let full = full(&mut ask).await?;
        let (volet, indicator) = (ask.choice("volet"), ask.choice("indicateur"));
        let catalogue = self
            .library
            .catalogue_at(ask.tx, ask.reach, at_change)
            .await?;
        let framework = catalogue.framework(&full.contract.framework);
        let label = |key: &str| {
            let indicators = framework.map(|edited| edited.framework.indicators.as_slice());
            let found = indicators?.iter().find(|indicator| indicator.key == key);
            found.map(|indicator| indicator.label.clone())
        };
        let columns = vec![
            Column::words("volet", "Volet"),
            Column::words("sorte", "Sorte"),
            Column::words("sujet", "Indicateur ou engagement"),
            Column::words("libelle", "Libellé"),
            Column::words("mesure", "Mesure"),
            Column::numbers("annee", "Année"),
            Column::numbers("valeur", "Valeur"),
            Column::words("texte", "Texte"),
            Column::words("motif", "Motif"),
            Column::numbers("acte", "Acte n°"),
        ];
        let mut table = Table::new(self.name(), full.contract.title.clone(), columns);
        for (key, held) in full.in_force(at_change).iter() {
            let section = full.contract.sections.iter().find(|s| s.id == key.section);
            let is_about = |one: &String| key.slot.indicator() == Some(one.as_str());
            if !is_in(section, volet.as_deref()) || !indicator.as_ref().is_none_or(is_about) {
                continue;
            }
            let [value, text] = said(held.body);
            let facet = Some(key.slot.facet()).filter(|facet| !facet.is_empty());
            table.rows.push(vec![
                word(section.map(|section| section.key.clone())),
                Cell::text(kind_words(held.body)),
                Cell::text(key.slot.subject()),
                word(label(key.slot.subject())),
                word(facet),
                key.slot
                    .year()
                    .map_or_else(Cell::default, |y| whole(y.into())),
                value,
                text,
                word(held.motive()),
                whole(held.instrument.no),
            ]);
        }
        Ok(table)
    }
}

/// `moyens`: what is notified, committed and paid under a contract.
#[derive(Debug)]
pub struct MeansInForce {
    /// The frameworks, for the lines of means.
    pub library: Library,
}

#[async_trait]
impl Source for MeansInForce {
    fn name(&self) -> &'static str {
        "moyens"
    }

    fn title(&self) -> &'static str {
        "Moyens d’un contrat"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat", "volet", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let at_change = ask.moment().await?.change;
        let full = full(&mut ask).await?;
        let volet = ask.choice("volet");
        let catalogue = self
            .library
            .catalogue_at(ask.tx, ask.reach, at_change)
            .await?;
        let framework = catalogue.framework(&full.contract.framework);
        let lines = framework.map_or(&[][..], |edited| edited.framework.means.as_slice());
        let columns = vec![
            Column::words("volet", "Volet"),
            Column::words("ligne", "Ligne"),
            Column::words("libelle", "Libellé"),
            Column::words("unite", "Unité"),
            Column::words("etape", "Étape"),
            Column::numbers("annee", "Année"),
            Column::numbers("montant", "Montant"),
            Column::words("source", "Source"),
            Column::numbers("acte", "Acte n°"),
        ];
        let mut table = Table::new(self.name(), full.contract.title.clone(), columns);
        for (key, held) in full.in_force(at_change).iter() {
            let (Slot::Means { line, stage, year }, TermBody::Means(means)) =
                (&key.slot, held.body)
            else {
                continue;
            };
            let section = full.contract.sections.iter().find(|s| s.id == key.section);
            if !is_in(section, volet.as_deref()) {
                continue;
            }
            let known = lines.iter().find(|known| known.key == *line);
            table.rows.push(vec![
                word(section.map(|section| section.key.clone())),
                Cell::text(line.clone()),
                word(known.map(|known| known.label.clone())),
                word(known.and_then(|known| known.unit.clone())),
                Cell::text(stage.french()),
                whole((*year).into()),
                number(Some(means.amount)),
                Cell::text(means.source.clone()),
                whole(held.instrument.no),
            ]);
        }
        Ok(table)
    }
}

/// `cibles`: the national targets of an indicator, and those that contracts agree.
#[derive(Debug)]
pub struct Targets {
    /// The frameworks, which say whether there is such an indicator.
    pub library: Library,
    /// Whether the installation is a demonstration, whose national targets are invented too.
    pub demo: bool,
}

#[async_trait]
impl Source for Targets {
    fn name(&self) -> &'static str {
        "cibles"
    }

    fn title(&self) -> &'static str {
        "Cibles d’un indicateur"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["cadre", "indicateur", "mesure", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let at_change = ask.moment().await?.change;
        let framework = ask.choice("cadre").ok_or(WebError::NotFound)?;
        let key = ask.choice("indicateur").ok_or(WebError::NotFound)?;
        let measure = ask.choice("mesure");
        let is_asked = |code: &String| measure.as_ref().is_none_or(|asked| asked == code);
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let indicators = catalogue.framework(&framework).into_iter();
        let mut indicators = indicators.flat_map(|edited| &edited.framework.indicators);
        if !indicators.any(|indicator| indicator.key == key) {
            return Err(WebError::NotFound);
        }
        let national = national_targets(ask.tx, &framework, at_change).await?;
        let regional = targets_across(ask.tx, ask.reach, &framework, &key, at_change).await?;
        let columns = vec![
            Column::words("contrat", "Contrat"),
            Column::words("adresse", "Adresse"),
            Column::words("volet", "Volet"),
            Column::words("mesure", "Mesure"),
            Column::numbers("annee", "Année"),
            Column::numbers("cible", "Cible"),
            Column::words("texte", "Texte"),
            Column::words("fictif", "Données fictives"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        let own = national.into_iter();
        let own = own.filter(|n| n.indicator == key && is_asked(&n.measure));
        let own = own.map(|target| {
            let [value, text] = target_cells(&target.target);
            vec![
                Cell::text("Cible nationale"),
                Cell::default(),
                Cell::default(),
                Cell::text(target.measure),
                whole(target.year.into()),
                value,
                text,
                yes_no(self.demo),
            ]
        });
        let agreed = regional.into_iter().filter(|t| is_asked(&t.measure));
        let agreed = agreed.map(|target| {
            let [value, text] = target_cells(&target.target);
            vec![
                Cell::text(target.title),
                Cell::text(target.slug),
                Cell::text(target.section),
                Cell::text(target.measure),
                whole(target.year.into()),
                value,
                text,
                yes_no(target.fictional),
            ]
        });
        table.rows = own.chain(agreed).collect();
        Ok(table)
    }
}

/// Whether a section is the one of that key, where one is asked for.
fn is_in(section: Option<&Section>, asked: Option<&str>) -> bool {
    asked.is_none_or(|key| section.is_some_and(|section| section.key == key))
}

fn target_cells(target: &Target) -> [Cell; 2] {
    said(&TermBody::Target(target.clone()))
}

fn kind_words(body: &TermBody) -> &'static str {
    match body {
        TermBody::Choice(_) => "choix",
        TermBody::Definition(_) => "définition",
        TermBody::Baseline(_) => "valeur initiale",
        TermBody::Target(_) => "cible",
        TermBody::Commitment(_) => "engagement",
        TermBody::Means(_) => "moyens",
        TermBody::Party(_) => "partie",
        TermBody::Place(_) => "territoire",
    }
}

/// What a term says: as a number where it is one, else in words where a line can hold them.
fn said(body: &TermBody) -> [Cell; 2] {
    let value = |value: &Value| match value {
        Value::Number(quantity @ Quantity::Plain(_)) => {
            [number(quantity.amount(None)), Cell::default()]
        }
        other => [Cell::default(), Cell::text(write_value(other))],
    };
    match body {
        TermBody::Baseline(baseline) => value(&baseline.value),
        TermBody::Target(Target::Value(target)) => value(target),
        TermBody::Target(target) => [Cell::default(), Cell::text(write_target(target))],
        _ => [Cell::default(), Cell::default()],
    }
}
