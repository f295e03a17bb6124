//! `/cadres/{code}/objectifs/{key}`: one objective over the country: its indicators against the
//! regions, the national values and targets, what is late.

mod files;

pub(in crate::figures) use files::{indicators, regions as by_region};

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use maud::{Markup, html};

use super::board::{cell_class, in_contract, legend};
use super::compare::target_words;
use super::since::{self, Concern};
use super::sourced::sourced;
use crate::access::Signed;
use crate::contracts::store::{NationalTarget, national_targets};
use crate::contracts::{FullContract, Section, own_measures};
use crate::figures::attainment::look;
use crate::figures::board::{Ground, Mark, Reviewed, movement_words, regions, tone_word};
use crate::figures::circuit::{self, Owed};
use crate::figures::comparison::COUNTRY;
use crate::figures::national::National;
use crate::figures::{Followed, Formatter, Situation, Sources};
use crate::frameworks::{Framework, Indicator, Node, Tone, explained};
use crate::kernel::{Decimal, Period, counted};
use crate::ledger::Moment;
use crate::measures::Measure;
use crate::organisations::Place;
use crate::platform::clock::french_date;
use crate::platform::web::table::{Cell, Column, Datum, Table};
use crate::platform::web::{
    Address, Crumb, WebError, WebResult, crumbs, fictional_mark, icon, section_heading, state,
};
use crate::tables::downloads;

/// A measure of the objective: a column of the board, a row of the table below it.
struct Line<'a> {
    indicator: &'a Indicator,
    measure: &'a Measure,
    owed: Owed<'a>,
    /// The last period known and the country over it.
    national: Option<(Period, National<'a>)>,
    /// One for each region that has a contract with terms on it.
    seen: BTreeMap<&'a str, Seen>,
}

/// How a measure stands in a region.
struct Seen {
    mark: Mark,
    figure: Option<(Period, Option<Decimal>)>,
    value: Markup,
    words: String,
}

/// What the page shows.
struct Facts<'a> {
    situation: &'a Situation,
    framework: &'a Framework,
    node: &'a Node,
    year: i16,
    regions: Vec<(&'a Place, Option<(&'a FullContract, &'a Section)>)>,
    lines: Vec<Line<'a>>,
    targets: Vec<NationalTarget>,
    /// What contracts measure by themselves under the objective: how many targets can be judged, and
    /// how many are reached.
    own: (usize, usize),
}

pub(super) async fn page(
    signed: Signed,
    Path((code, key)): Path<(String, String)>,
    address: Address,
    State(sources): State<Sources>,
) -> WebResult<(StatusCode, Markup)> {
    let (mut tx, situation) = sources.open(signed.reach(), &address).await?;
    let edited = situation
        .catalogue
        .framework(&code)
        .ok_or(WebError::NotFound)?;
    let framework = &edited.framework;
    let node = framework.nodes.iter().find(|node| node.key == key);
    let node = node.ok_or(WebError::NotFound)?;
    let targets = national_targets(&mut tx, &code, situation.moment.change).await?;
    drop(tx);
    let facts = Facts::new(&situation, framework, node, targets);
    let page = signed.page(&node.title(), &facts.body(&address));
    Ok((situation.status(), page))
}

impl<'a> Facts<'a> {
    fn new(
        situation: &'a Situation,
        framework: &'a Framework,
        node: &'a Node,
        targets: Vec<NationalTarget>,
    ) -> Self {
        let day = situation.moment.day;
        let year = circuit::reviewed_year(framework, day);
        let regions: Vec<_> = regions(situation)
            .into_iter()
            .map(|place| (place, situation.agreement(&framework.code, &place.code)))
            .collect();
        let (figures, directory) = (&situation.figures, &situation.directory);
        let owed = circuit::owed(
            framework,
            &situation.catalogue,
            figures,
            directory,
            (year, day),
        );
        let own = owed.into_iter();
        let own = own.filter(|owed| framework.is_under(&owed.indicator.node, &node.key));
        let mut lines: Vec<Line<'a>> = own
            .map(|owed| Line {
                indicator: owed.indicator,
                measure: owed.measure,
                national: national(situation, owed.measure, framework.ends),
                owed,
                seen: BTreeMap::new(),
            })
            .collect();
        let mut own = (0, 0);
        for (place, agreed) in &regions {
            let Some((full, section)) = *agreed else {
                continue;
            };
            let change = situation.moment.change;
            let terms = full.in_force(change);
            let measures = own_measures(framework, full, change);
            let ground = Ground {
                situation,
                framework,
                full,
                section,
                terms: &terms,
                own: &measures,
                place: &place.code,
            };
            let (judged, reached) = own_counts(&ground, node);
            own = (own.0 + judged, own.1 + reached);
            for line in &mut lines {
                if let Some(seen) = line.in_region(&ground) {
                    line.seen.insert(&place.code, seen);
                }
            }
        }
        Self {
            situation,
            framework,
            node,
            year,
            regions,
            lines,
            targets,
            own,
        }
    }
}

/// How many targets that the contract measures by itself can be judged under a node, and how many
/// are reached.
fn own_counts(ground: &Ground<'_>, node: &Node) -> (usize, usize) {
    let reviewed = ground.reviewed().into_iter();
    let own = reviewed.filter(|seen| {
        let followed = seen.asked.followed;
        followed.is_of_contract()
            && ground
                .framework
                .is_under(&followed.indicator.node, &node.key)
    });
    let scale = ground.framework.scale();
    let tones = own.filter_map(|seen| seen.mark(&scale).tone);
    tones.fold((0, 0), counted_with)
}

fn counted_with((judged, reached): (usize, usize), tone: Tone) -> (usize, usize) {
    (judged + 1, reached + usize::from(tone == Tone::Reached))
}

/// The country over the last period that has a figure, up to a year.
fn national<'a>(
    situation: &'a Situation,
    measure: &'a Measure,
    upto: i16,
) -> Option<(Period, National<'a>)> {
    let series = situation.figures.series(&measure.code)?;
    let country = situation.directory.place(COUNTRY)?;
    let period = series.periods().into_iter().rfind(|p| p.year() <= upto)?;
    let parts = situation.directory.parts_of(COUNTRY, period.last_day());
    Some((
        period,
        National::new(measure, series, country, &parts, period),
    ))
}

impl Line<'_> {
    /// How it stands in a region; nothing where its contract says nothing of it.
    fn in_region(&self, ground: &Ground<'_>) -> Option<Seen> {
        let reviewed = ground.review(Followed {
            indicator: self.indicator,
            measure: self.measure,
            facet: &self.measure.code,
        });
        if !reviewed.has_terms() {
            return None;
        }
        let scale = ground.framework.scale();
        Some(Seen {
            mark: reviewed.mark(&scale),
            figure: reviewed.review.figure.map(|(period, figure)| {
                let amount = figure.value.amount(self.measure.per);
                (period, amount)
            }),
            value: self.value(ground.situation.moment, &reviewed),
            words: reviewed.review.words(&scale),
        })
    }

    fn value(&self, moment: Moment, reviewed: &Reviewed<'_>) -> Markup {
        let formatter = Formatter::new(Some(self.measure));
        if let Some((_, figure)) = reviewed.review.figure {
            sourced(moment, Some(figure), &formatter.value(&figure.value))
        } else {
            html! { span.muted { "non reçue" } }
        }
    }

    fn code(&self) -> &str {
        self.indicator.code.as_deref().unwrap_or("sans n°")
    }

    /// The indicator, and the measure where it follows several.
    fn name(&self) -> String {
        if self.indicator.measures.len() > 1 {
            format!("{} : {}", self.indicator.label, self.measure.label)
        } else {
            self.indicator.label.clone()
        }
    }

    fn path(&self, framework: &Framework) -> String {
        let path = format!("/indicateurs/{}/{}", framework.code, self.indicator.key);
        match self.indicator.measures.len() {
            0 | 1 => path,
            _ => format!("{path}?mesure={}", self.measure.code),
        }
    }

    /// How many regions are judged and how many reach their target.
    fn counts(&self) -> (usize, usize) {
        let tones = self.seen.values().filter_map(|seen| seen.mark.tone);
        tones.fold((0, 0), counted_with)
    }
}

impl Facts<'_> {
    fn body(&self, address: &Address) -> Markup {
        let (framework, situation) = (self.framework, self.situation);
        let mut contracts = self.regions.iter().filter_map(|(_, agreed)| *agreed);
        let fictional = contracts.any(|(full, _)| full.contract.fictional);
        html! {
            (crumbs(&[
                Crumb { label: "Cadres", href: Some("/cadres".to_owned()) },
                Crumb { label: &framework.title, href: Some(format!("/cadres/{}", framework.code)) },
                Crumb { label: self.node.code.as_deref().unwrap_or("Objectif"), href: None },
            ]))
            div.head {
                p.eyebrow { (self.level()) @if !self.node.leads.is_empty() { ". Pilote : " (self.node.leads.join(", ")) } }
                h1 { (explained(&self.node.label, &framework.glossary)) }
                p.lead { (self.verdict()) @if fictional { " " (fictional_mark()) } }
                (situation.form(address, &self.neighbours()))
            }
            (self.since())
            @if self.lines.is_empty() {
                p { "Aucun indicateur mesuré ne se range sous cet objectif : chaque contrat y définit les siens. " a href={ "/cadres/" (framework.code) "#n-" (self.node.key) } { "Ce que le cadre en dit" } }
            } @else {
                (self.indicators(address))
                (self.board())
                (downloads("objectif-regions", "Les indicateurs par région", &self.named(), address))
            }
        }
    }

    /// What tells its tables apart from those of other objectives.
    fn named(&self) -> [(&'static str, &str); 2] {
        [
            ("cadre", self.framework.code.as_str()),
            ("objectif", self.node.key.as_str()),
        ]
    }

    fn level(&self) -> String {
        let levels = self.framework.levels.iter();
        let mut levels = levels.filter(|level| level.key == self.node.level);
        let level = levels.next().map_or("objectif", |l| l.singular.as_str());
        match &self.node.code {
            Some(code) => format!("{}, {level} {code}", self.framework.title),
            None => format!("{}, {level}", self.framework.title),
        }
    }

    fn verdict(&self) -> String {
        let (mut judged, mut reached) = self.own;
        for line in &self.lines {
            let (own_judged, own_reached) = line.counts();
            judged += own_judged;
            reached += own_reached;
        }
        let indicators = counted(self.lines.len(), "mesure suivie", "mesures suivies");
        let late = self.lines.iter();
        let late = late.filter(|line| line.owed.state() == circuit::OwedState::Late);
        let late = match late.count() {
            0 => format!("aucune livraison de {} en retard", self.year),
            n => format!(
                "{} de {} en retard",
                counted(n, "livraison", "livraisons"),
                self.year
            ),
        };
        let own = match self.own {
            (0, _) => String::new(),
            (judged, reached) => {
                format!(", dont {reached} sur {judged} d’indicateurs que les contrats définissent")
            }
        };
        match judged {
            0 => format!("{indicators} ; aucune valeur à juger ; {late}."),
            _ => format!(
                "{indicators} ; {} sur {judged} dans les régions{own} ; {late}.",
                counted(reached, "cible atteinte", "cibles atteintes")
            ),
        }
    }

    /// The objectives before and after this one.
    fn neighbours(&self) -> Markup {
        let all = self.framework.objectives();
        let at = all.iter().position(|node| node.key == self.node.key);
        let before = at.and_then(|at| all.get(at.checked_sub(1)?));
        let after = at.and_then(|at| all.get(at + 1));
        let link = |node: &Node, words: &str| {
            html! {
                li { a href=(self.situation.href(&super::board::objective_path(&self.framework.code, node))) title=(node.label) {
                    (words) " : " (node.code.as_deref().unwrap_or(&node.label))
                } }
            }
        };
        html! {
            ul aria-label="Autres objectifs" {
                @if let Some(node) = before { (link(node, "Objectif précédent")) }
                @if let Some(node) = after { (link(node, "Objectif suivant")) }
                li { a href={ "/cadres/" (self.framework.code) "#n-" (self.node.key) } { "Dans le cadre" } }
            }
        }
    }

    fn since(&self) -> Markup {
        let code = self.framework.code.as_str();
        let contracts = self.situation.agreements.iter().map(Arc::as_ref);
        let concern = Concern {
            measures: self.lines.iter().map(|l| l.measure.code.as_str()).collect(),
            keeps: &|_| true,
            contracts: contracts
                .filter(|full| full.contract.framework == code)
                .collect(),
            indicator: None,
        };
        since::section(self.situation, &concern)
    }

    /// Each indicator over the country: value, target, regions that reach theirs, delivery.
    fn table(&self) -> Table {
        let columns = vec![
            Column::words("code", "Code"),
            Column::words("indicateur", "Indicateur").wide(),
            Column::numbers("france", "France"),
            Column::words("cible", "Cible nationale"),
            Column::numbers("atteintes", "Régions à la cible"),
            Column::words("livraison", format!("Données {}", self.year)).wide(),
        ];
        let mut table = Table::new("indicateurs", "Les indicateurs, pour tout le pays", columns)
            .headed_by(1)
            .classed("stack dense")
            .caption_unseen();
        table.rows = self.lines.iter().map(|line| self.row(line)).collect();
        table
    }

    fn indicators(&self, address: &Address) -> Markup {
        let table = self.table();
        html! {
            section.sect aria-labelledby="indicateurs-titre" {
                (section_heading("indicateurs-titre", "Les indicateurs, pour tout le pays", None))
                (table.html(address))
                (downloads("objectif", "Les indicateurs de l’objectif", &self.named(), address))
            }
        }
    }

    fn row(&self, line: &Line<'_>) -> Vec<Cell> {
        let formatter = Formatter::new(Some(line.measure));
        let (judged, reached) = line.counts();
        let amount = line
            .national
            .as_ref()
            .and_then(|(_, national)| national.amount());
        let shown = html! {
            @match (&line.national, amount) {
                (Some((period, national)), Some(amount)) => {
                    b { (sourced(self.situation.moment, national.given, &formatter.number(amount))) }
                    span.sub { (period.french()) @if national.given.is_none() { ", calculée" } }
                },
                _ => "–",
            }
        };
        let name = html! {
            a href=(self.situation.href(&line.path(self.framework))) { (explained(&line.name(), &self.framework.glossary)) }
            @if let Some(unit) = &line.measure.unit { span.sub { "en " (unit) } }
        };
        let (tone, drawing) = line.owed.delivery.look();
        let limit = line.owed.limit.map(french_date);
        let delivery = html! {
            (state(tone, drawing, &line.owed.delivery.french()))
            span.sub {
                (line.owed.received()) " sur " (line.owed.expected) " reçues"
                @if let Some(limit) = &limit { ", limite le " (limit) }
            }
        };
        let of_judged = format!("{reached} sur {judged}");
        vec![
            Cell::text(line.code()),
            Cell::text(line.name()).shown(name),
            Cell::from(Datum::number(amount, formatter.decimals())).shown(shown),
            self.target(line),
            Cell::from(Datum::count(reached)).shown(html! { (of_judged) }),
            Cell::text(line.owed.delivery.french()).shown(delivery),
        ]
    }

    /// The next national target, or else the last one.
    fn target(&self, line: &Line<'_>) -> Cell {
        let own = self.targets.iter();
        let own =
            own.filter(|t| t.indicator == line.indicator.key && t.measure == line.measure.code);
        let mut own: Vec<&NationalTarget> = own.collect();
        own.sort_by_key(|target| target.year);
        let next = own.iter().find(|target| target.year >= self.year);
        let formatter = Formatter::new(Some(line.measure));
        match next.or(own.last()) {
            Some(target) => {
                let words = target_words(&target.target, formatter);
                let shown = html! { (words) span.sub { (target.year) } };
                Cell::text(words.clone()).shown(shown)
            }
            None => Cell::default(),
        }
    }

    /// The indicators against the regions.
    fn board(&self) -> Markup {
        let caption = format!(
            "Objectif {}, par région et par indicateur",
            self.node.title()
        );
        html! {
            section.sect aria-labelledby="regions-titre" {
                (section_heading("regions-titre", "Région par région", None))
                (legend())
                div.scroll.tall tabindex="0" role="region" aria-label={ (caption) ", défilable" } {
                    table.board.tiles.wide {
                        caption.vh { (caption) }
                        thead { tr {
                            th scope="col" { "Région" }
                            @for line in &self.lines {
                                th scope="col" { a href=(self.situation.href(&line.path(self.framework))) title=(line.name()) {
                                    b { (line.code()) } span.clip { (line.name()) }
                                } }
                            }
                        } }
                        tbody { @for (place, agreed) in &self.regions { (self.region(place, *agreed)) } }
                    }
                }
                p.note { "Chaque case : l’état au regard de la cible du contrat, la dernière valeur, qui mène à sa provenance, et l’évolution sur un an. Une case vide : le contrat ne dit rien de l’indicateur. Ce qu’un contrat définit lui-même n’a pas de colonne : rien ne s’y compare." }
            }
        }
    }

    fn region(&self, place: &Place, agreed: Option<(&FullContract, &Section)>) -> Markup {
        let href = agreed.map(|(full, section)| {
            let section = full.contract.has_sections().then_some(section.key.as_str());
            let path = in_contract(&full.contract.slug, section, self.node);
            self.situation.href(&path)
        });
        html! {
            tr {
                th scope="row" {
                    @match &href {
                        Some(href) => a href=(href) { (place.name) },
                        None => { (place.name) span.sub { "sans contrat signé" } },
                    }
                }
                @for line in &self.lines {
                    @let seen = line.seen.get(place.code.as_str());
                    td class=(cell_class(seen.and_then(|seen| seen.mark.tone))) data-l=(line.code()) {
                        @match seen {
                            Some(seen) => (cell(seen)),
                            None => span { "–" },
                        }
                    }
                }
            }
        }
    }
}

fn cell(seen: &Seen) -> Markup {
    html! {
        span {
            @match seen.mark.tone {
                Some(tone) => { (icon(look(tone).1)) span.w { (tone_word(tone)) } },
                None => { (icon("none")) span.w { "Non jugé" } },
            }
            span.m {
                (seen.value)
                @if let Some(movement) = seen.mark.movement {
                    @let (drawing, words) = movement_words(movement);
                    (icon(drawing)) span.vh { ", " (words) }
                }
                @if seen.mark.late { span.late-n { (icon("clock")) span.vh { ", en retard" } } }
            }
            span.vh { ", " (seen.words) }
        }
    }
}
