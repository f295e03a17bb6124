//! `observees`: what was observed of an indicator that a contract measures by itself, beside what
//! the contract agreed.

use async_trait::async_trait;
use maud::html;

use super::review::target;
use super::value;
use crate::contracts::{FullContract, Section, Target, Terms, own_measures};
use crate::figures::course::Course;
use crate::figures::pages::{contested, sourced};
use crate::figures::review::Asked;
use crate::figures::{Figure, Followed, Formatter, Situation, Sources};
use crate::frameworks::{OwnMeasure, Scale};
use crate::kernel::Period;
use crate::platform::web::fictional_mark;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day_of, word, yes_no};

/// `observees`: one line a period and a definition, the latest first.
#[derive(Debug)]
pub struct ObservedOfContract {
    /// Where it is read from.
    pub sources: Sources,
}

#[async_trait]
impl Source for ObservedOfContract {
    fn name(&self) -> &'static str {
        "observees"
    }

    fn title(&self) -> &'static str {
        "Valeurs observées d’un indicateur du contrat"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["contrat", "volet", "indicateur", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let slug = ask.choice("contrat").ok_or(WebError::NotFound)?;
        let key = ask.choice("indicateur").ok_or(WebError::NotFound)?;
        let volet = ask.choice("volet");
        let situation = super::situation(&self.sources, &mut ask).await?;
        let mut contracts = situation.agreements.iter();
        let full = contracts.find(|full| full.contract.slug == slug);
        let full = full.ok_or(WebError::NotFound)?;
        let section = match volet {
            Some(volet) => full.contract.section(&volet),
            None => full.contract.sections.first(),
        };
        let section = section.ok_or(WebError::NotFound)?;
        let own = OwnIndicator::new(&situation, full, section, &key).ok_or(WebError::NotFound)?;
        Ok(own.table())
    }
}

/// An indicator that a contract measures by itself, in one of its sections.
pub(in crate::figures) struct OwnIndicator<'a> {
    situation: &'a Situation,
    full: &'a FullContract,
    section: &'a Section,
    terms: Terms<'a>,
    scale: Scale,
    /// Its definitions, the one in force last.
    definitions: Vec<OwnMeasure>,
}

impl<'a> OwnIndicator<'a> {
    /// That one, as the situation knows it; `None` where its framework is not known by then.
    pub(in crate::figures) fn new(
        situation: &'a Situation,
        full: &'a FullContract,
        section: &'a Section,
        key: &str,
    ) -> Option<Self> {
        let edited = situation.catalogue.framework(&full.contract.framework)?;
        let change = situation.moment.change;
        let own = own_measures(&edited.framework, full, change).into_iter();
        let definitions = own.filter(|own| own.section == section.key && own.indicator.key == key);
        Some(Self {
            situation,
            full,
            section,
            terms: full.in_force(change),
            scale: edited.framework.scale(),
            definitions: definitions.collect(),
        })
    }

    /// The definitions that have been in force, the last one first.
    pub(in crate::figures) fn definitions(&self) -> impl Iterator<Item = &OwnMeasure> {
        self.definitions.iter().rev()
    }

    /// What is looked at up to the end of a year; terms speak of the definition in force alone.
    fn asked<'s>(&'s self, own: &'s OwnMeasure, upto: i16) -> Asked<'s> {
        Asked {
            terms: &self.terms,
            section: self.section.id,
            place: &own.place,
            followed: Followed::of_contract(own),
            series: self.situation.figures.series(&own.measure.code),
            upto,
            today: self.situation.moment.day,
        }
    }

    /// The course of a definition; `None` where nothing was observed of it.
    pub(in crate::figures) fn course<'s>(&'s self, own: &'s OwnMeasure) -> Option<Course<'s>> {
        let contract = &self.full.contract;
        let asked = self.asked(own, contract.reviewed_year(self.situation.moment.day));
        let place = self.situation.directory.place(&own.place);
        let name = place.map_or(own.place.as_str(), |place| &place.name);
        let course = Course::of(&own.measure, asked.series?, (&own.place, name));
        Some(if own.current {
            course.under(&asked, contract.years())
        } else {
            course
        })
    }

    /// Every value of every definition, the latest first, beside the target of its year.
    pub(in crate::figures) fn table(&self) -> Table {
        let columns = vec![
            Column::words("periode", "Période"),
            Column::words("definition", "Définition").wide(),
            Column::words("unite", "Unité"),
            Column::numbers("valeur", "Valeur"),
            Column::words("texte", "À la place d’un nombre"),
            Column::numbers("cible", "Cible"),
            Column::words("cible_texte", "À la place d’une cible"),
            Column::words("atteinte", "Atteinte"),
            Column::words("provisoire", "Provisoire"),
            Column::words("contestee", "Contestée"),
            Column::words("fictive", "Fictive"),
            Column::words("fournisseur", "Fournisseur"),
            Column::words("recue", "Reçue le"),
            Column::words("mesure", "Mesure"),
            Column::words("en_vigueur", "Définition en vigueur"),
        ];
        let mut table = Table::new("observees", "Valeurs observées", columns)
            .classed("stack")
            .caption_unseen();
        for own in self.definitions() {
            let series = self.situation.figures.series(&own.measure.code);
            let known = series.map(|series| series.figures_upto(&own.place, i16::MAX));
            let latest_first = known.unwrap_or_default().into_iter().rev();
            let rows = latest_first.map(|(period, figure)| self.row(own, period, figure));
            table.rows.extend(rows);
        }
        table
    }

    /// The same as a page shows it: what stands in place of a number where the number would be.
    pub(in crate::figures) fn on_page(&self) -> Table {
        let mut unseen = vec![
            "unite",
            "texte",
            "cible_texte",
            "provisoire",
            "contestee",
            "fictive",
            "mesure",
            "en_vigueur",
        ];
        if self.definitions.len() == 1 {
            unseen.push("definition");
        }
        self.table().without(&unseen)
    }

    fn row(&self, own: &OwnMeasure, period: Period, figure: &Figure) -> Row {
        let measure = &own.measure;
        let review = self.asked(own, period.year()).review();
        let is_judged = own.current && review.figure.is_some_and(|(judged, _)| judged == period);
        let agreed = self.target(own, period.year());
        let [number, text] = value(Some(&figure.value), Some(measure));
        let [aimed, aimed_text] = target(agreed, measure);
        let formatter = Formatter::new(Some(measure));
        let moment = self.situation.moment;
        let shown = html! {
            (sourced(moment, Some(figure), &formatter.value(&figure.value)))
            @if figure.provisional { span.sub { "provisoire" } }
            @if figure.fictional { " " (fictional_mark()) }
            (contested(moment, Some(figure), formatter))
        };
        vec![
            Cell::text(period.to_string()).shown(html! { (period.french()) }),
            Cell::text(measure.label.clone()),
            word(measure.unit.clone()),
            number.shown(shown),
            text,
            aimed,
            aimed_text,
            word(is_judged.then(|| review.words(&self.scale))),
            yes_no(figure.provisional),
            yes_no(figure.contest.is_some()),
            yes_no(figure.fictional),
            Cell::text(figure.supplier.clone()),
            day_of(figure.received_at),
            Cell::text(measure.code.clone()),
            yes_no(own.current),
        ]
    }

    fn target(&self, own: &OwnMeasure, year: i16) -> Option<&Target> {
        let key = &own.indicator.key;
        let target = self.terms.target(self.section.id, key, "", year);
        target.filter(|_| own.current)
    }
}
