//! The targets of an indicator: the national ones beside what the contracts say.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};

use super::table::{dash, target_cell};
use crate::access::{Act as _, Signed, permit};
use crate::contracts::store::{
    NationalTarget, acts_on_targets_since, national_targets, national_targets_since,
    set_national_target, targets_across,
};
use crate::contracts::{
    Desk, Facet, SectionTarget, SetNationalTarget, Target, TargetsOf, read_target, together,
    write_target,
};
use crate::frameworks::{Framework, Indicator, explained};
use crate::journal::indicator_history_href;
use crate::kernel::counted;
use crate::ledger::{Change, Moment};
use crate::measures::Measure;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{
    Address, AsOf, Crumb, WebError, WebResult, came_since, crumbs, document_with_status,
    fictional_mark, section_heading,
};
use crate::tables::downloads;

/// What the page shows.
struct Shown {
    book: crate::contracts::Book,
    indicator: Indicator,
    /// What setting its national targets concerns.
    targets: TargetsOf,
    measure: Measure,
    national: Vec<NationalTarget>,
    regional: Vec<SectionTarget>,
    /// The day asked for, what it comes to, and the day it is.
    asked: AsOf,
    address: Address,
    moment: Moment,
    today: Date,
    /// Acts signed and national targets set after a day of the past.
    since: (usize, usize),
    /// In a demonstration the national targets are invented as well.
    demo: bool,
}

/// The parameter that chooses among the measures of an indicator, as on its page.
const MEASURE: &str = "mesure";

/// A year as typed in the form: `cible-2026=72`.
type Typed = Vec<(String, String)>;

pub(super) async fn page(
    signed: Signed,
    State(desk): State<Desk>,
    Path((framework, key)): Path<(String, String)>,
    address: Address,
) -> WebResult<(StatusCode, Markup)> {
    let shown = open(&desk, &signed, (&framework, &key), address).await?;
    let body = body(&signed, &shown, &[], &[]);
    Ok((shown.asked.status(), signed.page(&title(&shown), &body)))
}

pub(super) async fn save(
    signed: Signed,
    State(desk): State<Desk>,
    Path((framework, key)): Path<(String, String)>,
    address: Address,
    Form(typed): Form<Typed>,
) -> WebResult<Response> {
    let now = address.without(AsOf::NAME);
    let shown = open(&desk, &signed, (&framework, &key), now.clone()).await?;
    // A form without a target asks nothing of the store, and would be thanked for.
    signed
        .reach()
        .demands::<SetNationalTarget>(&[shown.targets.concern()])?;
    let facet = Facet::of_measure(&shown.measure);
    let mut wanted = Vec::new();
    let mut problems = Vec::new();
    for year in shown.years() {
        let text = typed_for(&typed, year).unwrap_or_default();
        match read_target(text, &facet) {
            Ok(Some(target)) => wanted.push((year, target)),
            Ok(None) => {}
            Err(problem) => problems.push(format!("Cible {year} : {problem}")),
        }
    }
    if !problems.is_empty() {
        let body = body(&signed, &shown, &typed, &problems);
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(document_with_status(
            status,
            signed.view(),
            &title(&shown),
            &body,
        ));
    }
    let mut change = Change::open(
        &desk.db,
        &desk.clock,
        signed.actor(),
        SetNationalTarget::NAME,
    )
    .await
    .map_err(WebError::internal)?;
    for (year, target) in wanted {
        let permit = permit::<SetNationalTarget>(&mut change, shown.targets.clone()).await?;
        let new = NationalTarget {
            indicator: key.clone(),
            measure: shown.measure.code.clone(),
            year,
            target,
        };
        set_national_target(&mut change, permit, new)
            .await
            .map_err(WebError::internal)?;
    }
    change.commit().await.map_err(WebError::internal)?;
    Ok(Redirect::to(&now.href()).into_response())
}

async fn open(
    desk: &Desk,
    signed: &Signed,
    (framework, key): (&str, &str),
    address: Address,
) -> WebResult<Shown> {
    let reach = signed.reach();
    let mut tx = desk.db.read().await?;
    let (asked, today) = (AsOf::of(&address), desk.clock.today());
    let moment = Moment::of(&mut tx, &asked, today).await?;
    let book = desk
        .as_of(&mut tx, reach, (framework, moment.change))
        .await?;
    let book = book.ok_or(WebError::NotFound)?;
    let indicator = book.framework().indicators.iter().find(|i| i.key == key);
    let indicator = indicator.ok_or(WebError::NotFound)?.clone();
    let targets = TargetsOf::indicator(book.framework(), key).ok_or(WebError::NotFound)?;
    let wanted = address.get(MEASURE);
    let named = indicator.measures.iter().find(|code| *code == wanted);
    let measure = named
        .or(indicator.measures.first())
        .and_then(|code| book.measure(code));
    let measure = measure.ok_or(WebError::NotFound)?.clone();
    let national = national_targets(&mut tx, framework, moment.change).await?;
    let regional = targets_across(&mut tx, reach, framework, key, moment.change).await?;
    let of = (key, measure.code.as_str());
    let since = match moment.past {
        Some(_) => (
            acts_on_targets_since(&mut tx, reach, framework, of, moment.change).await?,
            national_targets_since(&mut tx, framework, of, moment.change).await?,
        ),
        None => (0, 0),
    };
    Ok(Shown {
        since,
        national: national
            .into_iter()
            .filter(|n| n.indicator == key && n.measure == measure.code)
            .collect(),
        regional: regional
            .into_iter()
            .filter(|t| t.measure == measure.code)
            .collect(),
        book,
        indicator,
        targets,
        measure,
        asked,
        address,
        moment,
        today,
        demo: signed.view().shell.demo,
    })
}

impl Shown {
    fn framework(&self) -> &Framework {
        self.book.framework()
    }

    fn years(&self) -> std::ops::RangeInclusive<i16> {
        self.framework().starts..=self.framework().ends
    }

    fn national(&self, year: i16) -> Option<&Target> {
        let of_year = self.national.iter().find(|n| n.year == year);
        of_year.map(|n| &n.target)
    }

    fn of_year(&self, year: i16) -> Vec<&Target> {
        let of_year = self.regional.iter().filter(|t| t.year == year);
        of_year.map(|t| &t.target).collect()
    }

    fn any_fictional(&self) -> bool {
        self.regional.iter().any(|target| target.fictional)
    }

    /// Whether none of the contracts is real: the head of the page then says it for all.
    fn all_fictional(&self) -> bool {
        self.regional.iter().all(|target| target.fictional)
    }

    /// The sections that have a target, in order, once each.
    fn sections(&self) -> Vec<&SectionTarget> {
        let mut sections: Vec<&SectionTarget> = self.regional.iter().collect();
        sections.dedup_by(|a, b| a.slug == b.slug && a.section == b.section);
        sections
    }
}

fn typed_for(typed: &Typed, year: i16) -> Option<&str> {
    let name = format!("cible-{year}");
    let found = typed.iter().find(|(key, _)| *key == name);
    found.map(|(_, text)| text.as_str())
}

fn title(shown: &Shown) -> String {
    format!("Cibles : {}", shown.indicator.label)
}

fn body(signed: &Signed, shown: &Shown, typed: &[(String, String)], problems: &[String]) -> Markup {
    let framework = shown.framework();
    let code = shown.indicator.code.as_deref().unwrap_or("Indicateur");
    html! {
        (crumbs(&[
            Crumb { label: "Cadres", href: Some("/cadres".to_owned()) },
            Crumb { label: &framework.title, href: Some(format!("/cadres/{}", framework.code)) },
            Crumb { label: code, href: Some(shown.moment.href(&format!("/indicateurs/{}/{}", framework.code, shown.indicator.key))) },
            Crumb { label: "Cibles", href: None },
        ]))
        div.head {
            p.eyebrow { (code) ", " (framework.title) }
            h1 { "Cibles : " (explained(&shown.indicator.label, &framework.glossary)) }
            p.lead { (verdict(shown)) @if shown.any_fictional() { " " (fictional_mark()) } }
            (as_of(shown))
        }
        (measures(shown))
        @if !problems.is_empty() {
            div.flag.late role="alert" { div { @for problem in problems { p { (problem) } } } }
        }
        (table(shown))
        (downloads("cibles", "Les cibles", &[
            ("cadre", &framework.code), ("indicateur", &shown.indicator.key), ("mesure", &shown.measure.code),
        ], &shown.address))
        @if shown.moment.past.is_none() { (form(signed, shown, typed)) }
    }
}

/// Where an indicator follows several measures: the choice.
fn measures(shown: &Shown) -> Markup {
    let several = shown.indicator.measures.iter();
    let several: Vec<&Measure> = several
        .filter_map(|code| shown.book.measure(code))
        .collect();
    html! {
        @if several.len() > 1 {
            nav aria-label="Mesures de l’indicateur" { ul.seg {
                @for measure in several {
                    @let current = measure.code == shown.measure.code;
                    li { a href=(shown.address.with(MEASURE, measure.code.as_str()).href()) aria-current=[current.then_some("true")] { (measure.label) } }
                }
            } }
        }
    }
}

/// The day at which targets are looked at, and where what was agreed, and since, is told.
fn as_of(shown: &Shown) -> Markup {
    let history = indicator_history_href(&shown.framework().code, &shown.indicator.key);
    let (acts, national) = shown.since;
    let came = [
        (acts, "acte signé depuis", "actes signés depuis"),
        (
            national,
            "cible nationale fixée depuis",
            "cibles nationales fixées depuis",
        ),
    ];
    let beside = html! {
        @if let Some(next) = shown.moment.past.and_then(|day| day.tomorrow().ok()) {
            (came_since(&came, &format!("{history}&du={}", next.strftime("%d/%m/%Y"))))
        }
        ul aria-label="Voir aussi" { li { a href=(history) { "Historique" } } }
    };
    shown
        .asked
        .form(&shown.address, "Cibles au", shown.today, &beside)
}

fn verdict(shown: &Shown) -> String {
    let contracts = shown.sections().len();
    let last = *shown.years().end();
    let facet = Facet::of_measure(&shown.measure);
    let whole = together(&shown.of_year(last), &shown.measure);
    match (contracts, whole.sum, whole.range) {
        (0, ..) => "Aucun contrat signé ne fixe encore de cible pour cet indicateur.".to_owned(),
        (1, _, Some((only, _))) => format!(
            "En {last}, la cible du seul contrat qui suit cet indicateur est {}.",
            facet.show_decimal(only)
        ),
        (n, Some(sum), _) => format!(
            "En {last}, les cibles de {n} contrats totalisent {}.",
            facet.show_decimal(sum)
        ),
        (n, None, Some((low, high))) => format!(
            "En {last}, les cibles de {n} contrats vont de {} à {}. Un taux ne s’additionne pas d’un contrat à l’autre.",
            facet.show_decimal(low),
            facet.show_decimal(high)
        ),
        (n, None, None) => {
            let follow = counted(n, "contrat suit", "contrats suivent");
            format!("{follow} cet indicateur sans cible chiffrée en {last}.")
        }
    }
}

fn table(shown: &Shown) -> Markup {
    let facet = Facet::of_measure(&shown.measure);
    let years = shown.years();
    let mut columns = vec![Column::words("contrat", "Contrat")];
    columns.extend(years.map(|year| Column::numbers(format!("cible_{year}"), year.to_string())));
    let caption = "Cibles par contrat et par année";
    let mut table = Table::new("cibles", caption, columns)
        .classed("dense stack")
        .caption_unseen();
    let sections = shown.sections().into_iter();
    table.rows = sections.map(|s| section_row(shown, s, &facet)).collect();
    table.totals = vec![national_row(shown, &facet), together_row(shown, &facet)];
    html! {
        section.sect aria-labelledby="cibles" {
            (section_heading("cibles", "National et régional", None))
            (table.html(&shown.address))
        }
    }
}

fn section_row(shown: &Shown, section: &SectionTarget, facet: &Facet<'_>) -> Row {
    let own = |year: i16| {
        let same = |t: &&SectionTarget| {
            t.slug == section.slug && t.section == section.section && t.year == year
        };
        shown.regional.iter().find(same).map(|own| &own.target)
    };
    let path = format!(
        "/contrats/{}/indicateurs/{}",
        section.slug, shown.indicator.key
    );
    let name = html! {
        a href=(shown.moment.href(&path)) { (section.title) }
        @if section.fictional && !shown.all_fictional() { " " (fictional_mark()) }
        @if !section.section.is_empty() { span.sub { (section.section) } }
    };
    let mut row = vec![Cell::text(section.title.clone()).shown(name)];
    let years = shown.years();
    row.extend(years.map(|year| target_cell(own(year), facet)));
    row
}

fn national_row(shown: &Shown, facet: &Facet<'_>) -> Row {
    let name = html! { "Cible nationale" @if shown.demo { " " (fictional_mark()) } };
    let mut row = vec![Cell::text("Cible nationale").shown(name)];
    let years = shown.years();
    row.extend(years.map(|year| target_cell(shown.national(year), facet)));
    row
}

fn together_row(shown: &Shown, facet: &Facet<'_>) -> Row {
    let wholes: Vec<_> = shown
        .years()
        .map(|year| together(&shown.of_year(year), &shown.measure))
        .collect();
    let words = if wholes.iter().any(|whole| whole.sum.is_some()) {
        "Total des contrats"
    } else {
        "De la plus basse à la plus haute"
    };
    let name = html! { (words) @if shown.any_fictional() { " " (fictional_mark()) } };
    let mut row = vec![Cell::text(words).shown(name)];
    row.extend(
        wholes
            .into_iter()
            .map(|whole| match (whole.sum, whole.range) {
                (Some(sum), _) => Cell::text(facet.show_decimal(sum)),
                (None, Some((low, high))) => Cell::text(format!(
                    "{} à {}",
                    facet.show_decimal(low),
                    facet.show_decimal(high)
                )),
                (None, None) => Cell::default().shown(dash()),
            }),
    );
    row
}

fn form(signed: &Signed, shown: &Shown, typed: &[(String, String)]) -> Markup {
    let text = |year: i16| {
        let name = format!("cible-{year}");
        let typed = typed.iter().find(|(key, _)| *key == name);
        typed.map_or_else(
            || shown.national(year).map(write_target).unwrap_or_default(),
            |(_, text)| text.clone(),
        )
    };
    let concern = shown.targets.concern();
    let fields = html! {
        form.yearly method="post" {
            @for year in shown.years() {
                div.field {
                    label for={ "cible-" (year) } { (year) }
                    input id={ "cible-" (year) } name={ "cible-" (year) } value=(text(year)) inputmode="decimal" autocomplete="off";
                }
            }
            p.acts { button.btn.main type="submit" { "Enregistrer" } }
        }
    };
    html! {
        section.sect aria-labelledby="nationales" {
            (section_heading("nationales", "Fixer les cibles nationales", shown.demo.then(fictional_mark)))
            p.note { "Un nombre, un couloir (« 64 à 66 »), ou « observé ». Une case vide ne change rien ; l’ancienne cible reste lisible dans l’historique." }
            (signed.reach().offers::<SetNationalTarget>(&[concern], "Fixer les cibles nationales", &fields))
        }
    }
}
