//! `valeurs` and `revisions`: what was observed, and all that was said of one observation.

use async_trait::async_trait;

use super::{terms, value};
use crate::figures::api::unknown_measure;
use crate::figures::provenance::store::story;
use crate::figures::{Figure, Series, Snapshots, Subject};
use crate::frameworks::{Catalogue, Indicator, Library};
use crate::kernel::Period;
use crate::measures::Measure;
use crate::organisations::{Directories, Directory};
use crate::platform::clock::end_of_day;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{WebError, WebResult};
use crate::tables::{Ask, Source, day, day_of, whole, word, yes_no};

/// `valeurs`: those of a measure, of an indicator, of a place or of all, one line each.
#[derive(Debug)]
pub struct Values {
    /// The frameworks.
    pub library: Library,
    /// The figures.
    pub snapshots: Snapshots,
    /// Organisations and places.
    pub directories: Directories,
}

/// Which values are asked for.
struct Wanted {
    place: Option<String>,
    period: Option<Period>,
}

impl Wanted {
    fn of(ask: &Ask<'_>) -> WebResult<Self> {
        let period = ask.choice("periode").map(|text| {
            text.parse().map_err(|_| {
                let message = format!("« {text} » n’est pas une période, comme 2023 ou 2023-T4.");
                WebError::Invalid(message)
            })
        });
        Ok(Self {
            place: ask.choice("territoire"),
            period: period.transpose()?,
        })
    }

    fn takes(&self, subject: &Subject) -> bool {
        self.place
            .as_ref()
            .is_none_or(|place| *place == subject.place)
            && self.period.is_none_or(|period| period == subject.period)
    }
}

/// The measures that the choices name, in the order of their codes.
fn measures<'c>(ask: &Ask<'_>, catalogue: &'c Catalogue) -> WebResult<Vec<&'c Measure>> {
    if let Some(code) = ask.choice("mesure") {
        let found = catalogue.measure(&code).ok_or(WebError::NotFound)?;
        return Ok(vec![found]);
    }
    let Some(code) = ask.choice("cadre") else {
        return Ok(catalogue.all_measures().collect());
    };
    let edited = catalogue.framework(&code).ok_or(WebError::NotFound)?;
    let key = ask.choice("indicateur");
    let is_asked = |indicator: &&Indicator| key.as_ref().is_none_or(|key| *key == indicator.key);
    let shared = edited.framework.indicators.iter();
    let own = catalogue.own_of(&code).map(|own| &own.indicator);
    let mut codes: Vec<&String> = shared
        .chain(own)
        .filter(is_asked)
        .flat_map(|indicator| &indicator.measures)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    Ok(codes
        .into_iter()
        .filter_map(|code| catalogue.measure(code))
        .collect())
}

#[async_trait]
impl Source for Values {
    fn name(&self) -> &'static str {
        "valeurs"
    }

    fn title(&self) -> &'static str {
        "Valeurs"
    }

    fn choices(&self) -> &'static [&'static str] {
        &[
            "cadre",
            "indicateur",
            "mesure",
            "territoire",
            "periode",
            "au",
        ]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let wanted = Wanted::of(&ask)?;
        let at_change = ask.moment().await?.change;
        let catalogue = self
            .library
            .catalogue_at(ask.tx, ask.reach, at_change)
            .await?;
        if let Some(code) = ask.choice("mesure") {
            let unknown = unknown_measure(ask.tx, ask.reach, &catalogue, &[code.as_str()]).await?;
            if unknown.is_some() {
                return Err(WebError::NotFound);
            }
        }
        let directory = self.directories.current(ask.tx, ask.reach).await?;
        let figures = self.snapshots.upto(ask.tx, ask.reach, at_change).await?;
        let columns = vec![
            Column::words("mesure", "Mesure"),
            Column::words("libelle", "Libellé"),
            Column::words("unite", "Unité"),
            Column::words("territoire", "Code du territoire").staying(),
            Column::words("nom", "Territoire").staying(),
            Column::words("periode", "Période").staying(),
            Column::words("part", "Part").staying(),
            Column::numbers("valeur", "Valeur"),
            Column::words("texte", "À la place d’un nombre"),
            Column::numbers("numerateur", "Numérateur"),
            Column::numbers("denominateur", "Dénominateur"),
            Column::words("provisoire", "Provisoire"),
            Column::words("contestee", "Contestée"),
            Column::words("fictive", "Fictive"),
            Column::words("fournisseur", "Fournisseur"),
            Column::words("source", "Source"),
            Column::words("reference", "Jour décrit"),
            Column::words("recue", "Reçue le"),
            Column::numbers("revision", "Révision"),
            Column::words("commentaire", "Commentaire"),
        ];
        let mut table = Table::new(self.name(), self.title(), columns);
        for measure in measures(&ask, &catalogue)? {
            let series = figures.series(&measure.code).into_iter();
            let kept = series.flat_map(Series::iter);
            for (subject, figure) in kept.filter(|(subject, _)| wanted.takes(subject)) {
                table.rows.push(row(measure, subject, figure, &directory));
            }
        }
        Ok(table)
    }
}

fn row(measure: &Measure, subject: &Subject, figure: &Figure, directory: &Directory) -> Row {
    let [amount, text] = value(Some(&figure.value), Some(measure));
    let [numerator, denominator] = terms(Some(&figure.value));
    let place = directory.place(&subject.place);
    vec![
        Cell::text(measure.code.clone()),
        Cell::text(measure.label.clone()),
        word(measure.unit.clone()),
        Cell::text(subject.place.clone()),
        word(place.map(|place| place.name.clone())),
        Cell::text(subject.period.to_string()),
        Cell::text(subject.breakdown.clone()),
        amount,
        text,
        numerator,
        denominator,
        yes_no(figure.provisional),
        yes_no(figure.contest.is_some()),
        yes_no(figure.fictional),
        Cell::text(figure.supplier.clone()),
        word(figure.source.clone()),
        day(figure.reference_date),
        day_of(figure.received_at),
        whole(figure.no),
        word(figure.comment.clone()),
    ]
}

/// `revisions`: what was said of one observation.
#[derive(Debug)]
pub struct Revisions {
    /// The frameworks, for the measure.
    pub library: Library,
}

#[async_trait]
impl Source for Revisions {
    fn name(&self) -> &'static str {
        "revisions"
    }

    fn title(&self) -> &'static str {
        "Révisions d’une valeur"
    }

    fn choices(&self) -> &'static [&'static str] {
        &["valeur", "au"]
    }

    async fn table(&self, mut ask: Ask<'_>) -> WebResult<Table> {
        let id = ask.id("valeur")?;
        let past = ask.moment().await?.past;
        let story = story(ask.tx, ask.reach, ask.today, id).await?;
        let mut story = story.ok_or(WebError::NotFound)?;
        if let Some(day) = past {
            story.keep_until(end_of_day(day));
        }
        let catalogue = self.library.catalogue(ask.tx, ask.reach).await?;
        let measure = catalogue.measure(&story.measure);
        let columns = vec![
            Column::numbers("no", "N°"),
            Column::numbers("valeur", "Valeur"),
            Column::words("texte", "À la place d’un nombre"),
            Column::numbers("numerateur", "Numérateur"),
            Column::numbers("denominateur", "Dénominateur"),
            Column::words("provisoire", "Provisoire"),
            Column::words("recue", "Reçue le"),
            Column::words("par", "Apportée par"),
            Column::words("motif", "Motif"),
            Column::words("fournisseur", "Fournisseur"),
            Column::words("source", "Source"),
            Column::words("fichier", "Fichier"),
            Column::words("commentaire", "Commentaire"),
        ];
        let caption = measure.map_or(story.measure.clone(), |m| m.label.clone());
        let mut table = Table::new(self.name(), caption, columns);
        for revision in story.revisions {
            let [amount, text] = value(revision.value.as_ref(), measure);
            let [numerator, denominator] = terms(revision.value.as_ref());
            let text = match revision.value {
                None => Cell::text("retirée"),
                Some(_) => text,
            };
            table.rows.push(vec![
                whole(revision.no),
                amount,
                text,
                numerator,
                denominator,
                yes_no(revision.provisional),
                day_of(revision.received_at),
                word(revision.who),
                word(revision.why),
                Cell::text(revision.supplier),
                word(revision.source),
                word(revision.file.map(|file| file.name)),
                word(revision.comment),
            ]);
        }
        Ok(table)
    }
}
