//! `/catalogue`: every measure, with the indicators that pointed to it in each generation.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::StatusCode;
use maud::{Markup, html};

use super::since::{self, Concern};
use crate::access::Signed;
use crate::figures::{Series, Situation, Sources, supplier_words};
use crate::frameworks::{Across, Framework, LinkKind, Pointer};
use crate::kernel::{counted, fold};
use crate::organisations::Organisation;
use crate::platform::web::table::{Cell, Column, Row, Table};
use crate::platform::web::{Address, Filter, Paging, WebResult, filter_form, state};
use crate::tables::downloads;

/// How many measures a page shows: all of them at once are slow to read aloud.
const BY_PAGE: usize = 40;

/// What the page is made from.
struct Ground<'a> {
    situation: &'a Situation,
}

pub(super) async fn page(
    signed: Signed,
    asked: Address,
    State(sources): State<Sources>,
) -> WebResult<(StatusCode, Markup)> {
    let (tx, situation) = sources.open(signed.reach(), &asked).await?;
    drop(tx);
    let ground = Ground {
        situation: &situation,
    };
    let all = ground.all();
    let shown = all.iter().filter(|across| ground.keeps(across, &asked));
    let shown: Vec<&Across<'_>> = shown.collect();
    let body = html! {
        div.head {
            h1 { "Catalogue des indicateurs" }
            p.lead { (verdict(&all, &shown)) }
            (situation.form(&asked, &html! {}))
            (filter_form(&asked, "Filtrer le catalogue", &ground.filters(&asked)))
        }
        (ground.since(&shown))
        @if shown.is_empty() {
            p { "Aucune mesure ne répond à ces critères. " a href=(situation.href("/catalogue")) { "Tout afficher" } }
        } @else { (ground.one_page(&shown, &asked)) }
    };
    Ok((
        situation.status(),
        signed.page("Catalogue des indicateurs", &body),
    ))
}

/// The measures that an address asks for.
pub(in crate::figures) fn asked_for<'a>(
    situation: &'a Situation,
    asked: &Address,
) -> Vec<Across<'a>> {
    let ground = Ground { situation };
    let mut all = ground.all();
    all.retain(|across| ground.keeps(across, asked));
    all
}

fn verdict(all: &[Across<'_>], shown: &[&Across<'_>]) -> String {
    let generations = |across: &Across<'_>| {
        let own = across
            .pointers
            .iter()
            .filter(|p| p.kind != LinkKind::Related);
        let frameworks: BTreeSet<&str> = own.map(|p| p.framework.code.as_str()).collect();
        frameworks.len()
    };
    if all.is_empty() {
        return "Aucun cadre contractuel n’est chargé : le catalogue se remplit avec eux."
            .to_owned();
    }
    let lasting = shown
        .iter()
        .filter(|across| generations(across) > 1)
        .count();
    format!(
        "{}, dont {} par plusieurs générations de contrats.",
        counted(shown.len(), "mesure", "mesures"),
        counted(lasting, "suivie", "suivies")
    )
}

impl<'a> Ground<'a> {
    /// Every measure of the catalogue with what points to it.
    fn all(&self) -> Vec<Across<'a>> {
        let catalogue = &self.situation.catalogue;
        let all = catalogue.measures();
        all.filter_map(|m| catalogue.across(&m.code)).collect()
    }

    /// What changed since in the values of the measures shown.
    fn since(&self, shown: &[&Across<'_>]) -> Markup {
        let concern = Concern {
            measures: shown.iter().map(|a| a.measure.code.as_str()).collect(),
            keeps: &|_| true,
            contracts: Vec::new(),
            indicator: None,
        };
        since::section(self.situation, &concern)
    }

    /// Whether a measure is among those that the address asks for.
    fn keeps(&self, across: &Across<'_>, asked: &Address) -> bool {
        let (framework, objective) = (asked.get("cadre"), asked.get("objectif"));
        let (supplier, theme) = (asked.get("fournisseur"), asked.get("theme"));
        let mut pointers = across.pointers.iter();
        let is_pointed = pointers.any(|pointer| {
            let indicator = pointer.indicator;
            (framework.is_empty() || pointer.framework.code == framework)
                && (objective.is_empty() || is_under(pointer, objective))
                && (supplier.is_empty() || indicator.suppliers.iter().any(|s| s == supplier))
                && (theme.is_empty() || indicator.theme.as_deref() == Some(theme))
        });
        let is_unfiltered = [framework, objective, supplier, theme]
            .iter()
            .all(|choice| choice.is_empty());
        let has_values = self
            .situation
            .figures
            .series(&across.measure.code)
            .is_some();
        let values = match asked.get("valeurs") {
            "avec" => has_values,
            "sans" => !has_values,
            _ => true,
        };
        (is_pointed || is_unfiltered) && values && says(across, asked.get("q"))
    }

    fn filters(&self, asked: &Address) -> Vec<Filter> {
        let frameworks = self.situation.catalogue.frameworks();
        let frameworks: Vec<&Framework> = frameworks.iter().map(|e| &e.framework).collect();
        let chosen = frameworks.iter().find(|f| f.code == asked.get("cadre"));
        let indicators = frameworks.iter().flat_map(|f| &f.indicators);
        let mut suppliers = BTreeMap::new();
        let mut themes = BTreeSet::new();
        for indicator in indicators {
            for code in &indicator.suppliers {
                suppliers.insert(code.clone(), self.supplier(code));
            }
            themes.extend(indicator.theme.clone());
        }
        let choice = |name, label, any, choices| Filter::Choice {
            name,
            label,
            any,
            choices,
        };
        let mut filters = vec![Filter::Words {
            name: "q",
            label: "Texte",
        }];
        let titles = frameworks.iter().map(|f| (f.code.clone(), f.title.clone()));
        filters.push(choice("cadre", "Cadre", "Tous", titles.collect()));
        // Objectives are those of one framework.
        if let Some(framework) = chosen {
            filters.push(choice(
                "objectif",
                "Objectif",
                "Tous",
                super::compare::objectives(framework),
            ));
        }
        let suppliers = suppliers.into_iter().collect();
        filters.push(choice("fournisseur", "Fournisseur", "Tous", suppliers));
        let themes = themes.into_iter().map(|theme| (theme.clone(), theme));
        filters.push(choice("theme", "Thème", "Tous", themes.collect()));
        let with = [("avec", "Avec valeurs"), ("sans", "Sans valeur")];
        let with = with.map(|(value, words)| (value.to_owned(), words.to_owned()));
        filters.push(choice("valeurs", "Valeurs", "Toutes", with.to_vec()));
        filters
    }

    /// The measures of the page asked for, in the order asked for.
    fn one_page(&self, shown: &[&Across<'a>], asked: &Address) -> Markup {
        let paging = Paging::of(asked, shown.len(), BY_PAGE);
        let mut table = self.table(shown, asked);
        table.sort(asked);
        table.rows = paging.cut(table.rows);
        html! {
            (table.html(asked))
            (downloads("mesures", "Les mesures du catalogue", &[], asked))
            (paging.nav(asked, "Pages du catalogue"))
        }
    }

    fn supplier(&self, code: &str) -> String {
        let known = self
            .situation
            .directory
            .organisation(code)
            .map(Organisation::label);
        known.unwrap_or(supplier_words(code)).to_owned()
    }

    fn table(&self, shown: &[&Across<'a>], asked: &Address) -> Table {
        let frameworks = self.situation.catalogue.frameworks();
        let wanted = asked.get("cadre");
        let frameworks: Vec<&Framework> = frameworks
            .iter()
            .map(|edited| &edited.framework)
            .filter(|framework| {
                let mut pointers = shown.iter().flat_map(|across| &across.pointers);
                let is_wanted = wanted.is_empty() || framework.code == wanted;
                is_wanted && pointers.any(|p| p.framework.code == framework.code)
            })
            .collect();
        let mut columns = vec![Column::words("mesure", "Mesure")];
        columns.extend(frameworks.iter().map(|framework| {
            let heading = format!("{}-{}", framework.starts, framework.ends);
            Column::words(
                framework.code.clone(),
                format!("{} {heading}", followed(framework)),
            )
        }));
        columns.push(Column::words("valeurs", "Valeurs"));
        let caption = "Chaque mesure et les indicateurs qui la suivent, par génération";
        let mut table = Table::new("catalogue", caption, columns)
            .classed("stack catalogue")
            .caption_unseen();
        let rows = shown.iter().map(|across| self.row(across, &frameworks));
        table.rows = rows.collect();
        table
    }

    fn row(&self, across: &Across<'_>, frameworks: &[&Framework]) -> Row {
        let measure = across.measure;
        let unit = measure.unit.as_deref();
        let name = html! {
            a href=(self.situation.href(&format!("/catalogue/{}", measure.code))) { (measure.label) }
            @if let Some(unit) = unit { span.sub { (unit) } }
        };
        let mut cells = vec![Cell::text(measure.label.clone()).shown(name)];
        cells.extend(frameworks.iter().map(|framework| {
            let own = across.pointers.iter();
            let own = own.filter(|p| p.framework.code == framework.code);
            pointers(&own.collect::<Vec<_>>(), self.situation)
        }));
        let series = self.situation.figures.series(&measure.code);
        cells.push(series.map_or_else(Cell::default, span));
        cells
    }
}

/// What a framework follows, in little room.
fn followed(framework: &Framework) -> &'static str {
    if framework.follows_establishments() {
        "Établissements"
    } else {
        "Régions"
    }
}

fn is_under(pointer: &Pointer<'_>, objective: &str) -> bool {
    pointer
        .framework
        .is_under(&pointer.indicator.node, objective)
}

/// Whether every word typed is in what a measure or its indicators say.
fn says(across: &Across<'_>, typed: &str) -> bool {
    let mut said = format!("{} {}", across.measure.label, across.measure.code);
    for pointer in &across.pointers {
        let code = pointer.indicator.code.as_deref().unwrap_or_default();
        said += &format!(" {code} {}", pointer.indicator.label);
    }
    let said = fold(&said);
    fold(typed).split(' ').all(|word| said.contains(word))
}

fn pointers(own: &[&Pointer<'_>], situation: &Situation) -> Cell {
    if own.is_empty() {
        return Cell::default();
    }
    let name = |pointer: &Pointer<'_>| {
        let code = pointer.indicator.code.clone();
        code.unwrap_or_else(|| "sans numéro".to_owned())
    };
    let words: Vec<String> = own
        .iter()
        .map(|p| format!("{} ({})", name(p), p.kind.french()))
        .collect();
    let shown = html! {
        ul.codes { @for pointer in own { li {
            a href=(situation.href(&format!("/indicateurs/{}/{}", pointer.framework.code, pointer.indicator.key))) { (name(pointer)) span.vh { " " (pointer.indicator.label) } }
            " " (mark(pointer.kind))
        } } }
    };
    Cell::text(words.join(", ")).shown(shown)
}

/// How an indicator points to a measure, as a page shows it.
pub(super) fn mark(kind: LinkKind) -> Markup {
    let (tone, icon) = match kind {
        LinkKind::Same => ("ok", "same"),
        LinkKind::Revised => ("warn", "edit"),
        LinkKind::Related => ("idle", "out"),
    };
    state(tone, icon, kind.french())
}

/// The first and the last period that have a value.
pub(in crate::figures) fn span(series: &Series) -> Cell {
    let periods = series.periods();
    match (periods.first(), periods.last()) {
        (Some(first), Some(last)) if first != last => {
            Cell::text(format!("{} à {}", first.french(), last.french()))
        }
        (Some(only), _) => Cell::text(only.french()),
        (None, _) => Cell::default(),
    }
}
