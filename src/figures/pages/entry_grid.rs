//! The entry grid without its handlers: what a form of values looks like.

use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::{Markup, html};

use crate::access::{Denied, button_or_why};
use crate::figures::Formatter;
use crate::figures::values::Part;
use crate::figures::values::form::{Entries, PARTS, SEEN, name, parts};
use crate::figures::values::grid::{Grid, Line};
use crate::figures::values::template::{ABSENCES, about};
use crate::frameworks::Node;
use crate::kernel::{Period, ValueKind, counted};
use crate::measures::Measure;
use crate::platform::web::{
    Address, Crumb, Filter, crumbs, filter_form, grid_script_path, icon, section_heading,
};

/// A grid with what stands in its cells.
pub(super) struct Sheet<'a> {
    pub grid: Grid<'a>,
    pub entries: Entries,
    pub year: i16,
    /// One line of each measure of the indicator.
    pub others: Vec<Line<'a>>,
    pub narrowing: Narrowing<'a>,
    pub today: Date,
    /// Whether whoever looks may load a value of the grid.
    pub allowed: Result<(), Denied>,
}

/// Which indicators of a region are shown.
pub(super) struct Narrowing<'a> {
    /// Key of the only objective; empty for all.
    pub objective: String,
    /// What their codes and labels hold.
    pub text: String,
    /// Whether no indicator is like that, so that all are shown.
    pub found_nothing: bool,
    /// The objectives to choose from.
    pub objectives: Vec<&'a Node>,
}

impl Narrowing<'_> {
    pub(super) fn is_set(&self) -> bool {
        !self.objective.is_empty() || !self.text.is_empty()
    }
}

/// What stands beside the grid.
#[derive(Default)]
pub(super) struct Beside {
    pub provisional: bool,
    pub comment: String,
    pub block: String,
    /// What is wrong with the pasted block.
    pub told_of_block: Option<String>,
    /// What to know before the grid.
    pub told: Vec<String>,
}

impl Beside {
    pub(super) fn of(fields: &BTreeMap<String, String>) -> Self {
        let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
        Self {
            provisional: fields.contains_key("provisoire"),
            comment: text("commentaire").trim().to_owned(),
            block: text("bloc"),
            ..Self::default()
        }
    }
}

impl Sheet<'_> {
    /// What the grid is about, in a word: a code or a region.
    pub(super) fn subject(&self) -> String {
        match self.grid.region() {
            Some(region) => region.name.clone(),
            None => self.code().to_owned(),
        }
    }

    fn code(&self) -> &str {
        let indicator = self.grid.lines[0].indicator;
        indicator.code.as_deref().unwrap_or(&indicator.key)
    }

    pub(super) fn title(&self) -> String {
        format!("Saisir {} pour {}", self.subject(), self.year)
    }

    fn action(&self, year: i16) -> String {
        self.address(year).href()
    }

    /// Where the grid of a year stands, narrowed likewise.
    fn address(&self, year: i16) -> Address {
        let framework = &self.grid.framework.code;
        let year = year.to_string();
        if let Some(region) = self.grid.region() {
            return Address::of(format!("/saisie/{framework}/regions/{}", region.code))
                .and("annee", year)
                .and("objectif", &self.narrowing.objective)
                .and("texte", &self.narrowing.text);
        }
        let line = &self.grid.lines[0];
        Address::of(format!("/saisie/{framework}/{}", line.indicator.key))
            .and("annee", year)
            .and("mesure", &line.measure.code)
    }

    fn template(&self) -> String {
        let base = format!(
            "/imports/modele?cadre={}&annees={}",
            self.grid.framework.code, self.year
        );
        match self.grid.region() {
            Some(region) => format!("{base}&region={}", region.code),
            None => format!("{base}&indicateur={}", self.grid.lines[0].indicator.key),
        }
    }
}

pub(super) fn body(sheet: &Sheet<'_>, beside: &Beside) -> Markup {
    let problems = sheet.entries.problems();
    html! {
        (trail(sheet))
        (head(sheet))
        @if problems > 0 {
            div.flag.late role="alert" { p {
                @if problems == 1 { "Une case est à revoir. " } @else { (problems) " cases sont à revoir. " }
                "Rien n’est écrit, et rien de ce que vous avez saisi n’est perdu."
            } }
        }
        @for told in &beside.told { div.flag.warn role="status" { p { (told) } } }
        @if sheet.allowed.is_err() { div.flag role="status" { p { "Cette grille se lit ; vous ne pouvez y enregistrer aucune valeur." } } }
        (form(sheet, beside))
        @if sheet.allowed.is_ok() { (paste(sheet, beside)) }
        script type="module" src=(grid_script_path()) {}
    }
}

fn trail(sheet: &Sheet<'_>) -> Markup {
    let framework = sheet.grid.framework;
    let (label, href) = if sheet.grid.region().is_some() {
        let circuit = format!("/circuit/{}", framework.code);
        (framework.title.clone(), circuit)
    } else if let Some(own) = sheet.grid.own() {
        let key = &own.indicator.key;
        let indicator = format!("/contrats/{}/indicateurs/{key}", own.contract);
        (own.title.clone(), indicator)
    } else {
        let key = &sheet.grid.lines[0].indicator.key;
        let indicator = format!("/indicateurs/{}/{key}", framework.code);
        (sheet.code().to_owned(), indicator)
    };
    crumbs(&[
        Crumb {
            label: "Imports",
            href: Some("/imports".to_owned()),
        },
        Crumb {
            label: &label,
            href: Some(href),
        },
        Crumb {
            label: "Saisie",
            href: None,
        },
    ])
}

fn head(sheet: &Sheet<'_>) -> Markup {
    let line = &sheet.grid.lines[0];
    html! {
        div.head {
            p.eyebrow { (sheet.grid.framework.title) ", données " (sheet.year) }
            @match sheet.grid.region() {
                Some(region) => {
                    h1 { "Saisir les valeurs de " (region.name) }
                    p.lead { (lead(sheet)) " Une case laissée vide ne change rien." }
                }
                None => {
                    h1 { "Saisir : " (line.label()) }
                    p.lead { (about(line.measure)) " Une case laissée vide ne change rien." }
                }
            }
        }
        (years(sheet))
        @if sheet.grid.region().is_some() { (filters(sheet)) }
        @if sheet.others.len() > 1 && sheet.grid.region().is_none() { (measures(sheet)) }
    }
}

fn lead(sheet: &Sheet<'_>) -> String {
    let count = counted(sheet.grid.lines.len(), "indicateur", "indicateurs");
    if sheet.narrowing.is_set() && !sheet.narrowing.found_nothing {
        format!("{count} pour ce filtre.")
    } else {
        format!("{count} à fournir.")
    }
}

/// Which indicators of the region to show.
fn filters(sheet: &Sheet<'_>) -> Markup {
    let objectives = sheet.narrowing.objectives.iter().map(|node| {
        let code = node.code.as_deref().unwrap_or_default();
        let words = format!("{code} {}", node.label).trim().to_owned();
        (node.key.clone(), words)
    });
    let filters = [
        Filter::Choice {
            name: "objectif",
            label: "Objectif",
            any: "Tous",
            choices: objectives.collect(),
        },
        Filter::Words {
            name: "texte",
            label: "Code ou mots du libellé",
        },
    ];
    html! {
        (filter_form(&sheet.address(sheet.year), "Filtrer les indicateurs", &filters))
        @if sheet.narrowing.found_nothing {
            div.flag.warn role="status" { p { "Aucun indicateur à fournir ne répond à ce filtre : tous sont montrés." } }
        }
    }
}

/// The years near the one shown.
fn years(sheet: &Sheet<'_>) -> Markup {
    let framework = sheet.grid.framework;
    let last = framework.ends.min(sheet.today.year());
    let first = (framework.starts - 1).min(sheet.year);
    html! {
        nav aria-label="Années" { ul.seg {
            @for year in first..=last {
                li { a href=(sheet.action(year)) aria-current=[(year == sheet.year).then_some("page")] { (year) } }
            }
        } }
    }
}

fn measures(sheet: &Sheet<'_>) -> Markup {
    let framework = &sheet.grid.framework.code;
    let shown = &sheet.grid.lines[0].measure.code;
    html! {
        nav.tabs aria-label="Mesures de l’indicateur" { ul {
            @for line in &sheet.others { li {
                a href={ "/saisie/" (framework) "/" (line.indicator.key) "?annee=" (sheet.year) "&mesure=" (line.measure.code) }
                  aria-current=[(line.measure.code == *shown).then_some("page")] { (line.measure.label) }
            } }
        } }
    }
}

fn form(sheet: &Sheet<'_>, beside: &Beside) -> Markup {
    let words: Vec<&str> = ABSENCES.iter().map(|(word, _)| *word).collect();
    html! {
        form.entry method="post" action=(sheet.action(sheet.year)) autocomplete="off" {
            p.note #mode-d-emploi {
                "S’il n’y a pas de valeur, écrivez pourquoi : " (words.join(", ")) ". "
                "Avec un tableur, copiez un bloc de cellules et collez-le dans la première case : il remplit les suivantes. "
                "Entrée et les flèches passent d’une case à l’autre."
            }
            p.note role="status" data-grid-told {}
            (table(sheet))
            fieldset.beside {
                legend.vh { "À côté de toutes ces valeurs" }
                div.check {
                    input #provisoire type="checkbox" name="provisoire" value="oui" checked[beside.provisional];
                    label for="provisoire" { "Valeurs provisoires" }
                }
                div.field {
                    label for="commentaire" { "Commentaire" }
                    p.hint #commentaire-aide { "Facultatif ; il restera à côté de chaque valeur changée." }
                    input.wide #commentaire name="commentaire" value=(beside.comment) maxlength="500" aria-describedby="commentaire-aide";
                }
            }
            div.commit {
                p.lead { "Seules les cases changées sont enregistrées, par un import « Saisie à l’écran » que l’on peut annuler." }
                div.acts {
                    (button_or_why(sheet.allowed.as_ref().map(|&()| ()), "Enregistrer", &html! { button.btn.main type="submit" { "Enregistrer" } }))
                    a.btn href=(sheet.action(sheet.year)) { "Tout reprendre" }
                }
            }
        }
    }
}

fn table(sheet: &Sheet<'_>) -> Markup {
    let grid = &sheet.grid;
    let memory: Vec<Period> = grid
        .memory()
        .into_iter()
        .filter(|p| !grid.periods.contains(p))
        .collect();
    let shown: &[Part] = if grid.has_terms() {
        &PARTS
    } else {
        &PARTS[..1]
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="Grille de saisie, défilable" {
            table.tbl.dense.cells.stack.entry aria-describedby="mode-d-emploi" data-grid {
                caption.vh { (sheet.title()) }
                thead { tr {
                    th scope="col" { @if grid.region().is_some() { "Indicateur" } @else { "Région" } }
                    @for period in &memory { th.n scope="col" { (period.french()) } }
                    @for period in &grid.periods { @for part in shown {
                        th.n scope="col" { (period.french()) @if *part != Part::Value { " " span.sub { (part.french()) } } }
                    } }
                } }
                tbody { @for line in &grid.lines { tr {
                    th scope="row" { (label(sheet, line)) }
                    @for period in &memory { td.n data-l=(period.french()) { (before(grid, line, *period)) } }
                    @for period in &grid.periods { @for part in shown { (cell(sheet, line, *period, *part)) } }
                } } }
            }
        }
    }
}

fn label(sheet: &Sheet<'_>, line: &Line<'_>) -> Markup {
    html! {
        @if sheet.grid.region().is_some() {
            @if let Some(code) = &line.indicator.code { (code) " " }
            (line.label())
            span.sub.wrap { (about(line.measure)) }
        } @else {
            (line.place.name) " " span.code { (line.place.code) }
        }
    }
}

fn before(grid: &Grid<'_>, line: &Line<'_>, period: Period) -> Markup {
    let format = Formatter::new(Some(line.measure));
    html! {
        @match grid.figure(line, period) {
            Some(figure) => (format.value(&figure.value)),
            None => span.muted { "–" },
        }
    }
}

fn cell(sheet: &Sheet<'_>, line: &Line<'_>, period: Period, part: Part) -> Markup {
    let heading = match part {
        Part::Value => period.french(),
        part => format!("{}, {}", period.french(), part.french()),
    };
    let asked = sheet.grid.asks(line, period) && parts(line).contains(&part);
    if !asked {
        return html! { td.n data-cell data-l=(heading) { span.muted { "–" span.vh { " : rien n’est attendu" } } } };
    }
    let field = name(line, period, part);
    let entry = sheet.entries.get(&field);
    let row = match sheet.grid.region() {
        Some(_) => line.label(),
        None => &line.place.name,
    };
    let told = format!("dit~{field}");
    let invalid = entry.problem.as_ref().map(|_| "true");
    html! {
        td.n data-cell data-l=(heading) {
            @let words = format!("{row}, {heading}");
            @if line.measure.value_kind == ValueKind::YesNo {
                (yes_no(&field, &entry.typed, &words, (&told, invalid)))
            } @else {
                input name=(field) value=(entry.typed) class=[(line.measure.value_kind == ValueKind::Text).then_some("words")]
                    aria-label=(words) aria-describedby=(told) aria-invalid=[invalid];
            }
            (sign(line.measure, part))
            input type="hidden" name={ (SEEN) (field) } value=(entry.current);
            p.told.s-late id=(told) { @if let Some(problem) = &entry.problem { (problem) } }
        }
    }
}

/// The unit of a number, where it is a sign.
fn sign(measure: &Measure, part: Part) -> Markup {
    let sign = Formatter::new(Some(measure))
        .sign()
        .filter(|_| part == Part::Value);
    html! { @if let Some(sign) = sign { " " span.muted aria-hidden="true" { (sign) } } }
}

fn yes_no(field: &str, typed: &str, words: &str, (told, invalid): (&str, Option<&str>)) -> Markup {
    let absences = ABSENCES.iter().map(|(word, _)| *word);
    let answers: Vec<&str> = ["oui", "non"].into_iter().chain(absences).collect();
    html! {
        select name=(field) aria-label=(words) aria-describedby=(told) aria-invalid=[invalid] {
            option value="" { "" }
            @for answer in &answers { option value=(answer) selected[*answer == typed] { (answer) } }
            @if !typed.is_empty() && !answers.contains(&typed) { option value=(typed) selected { (typed) } }
        }
    }
}

/// A whole block at once, without a script.
fn paste(sheet: &Sheet<'_>, beside: &Beside) -> Markup {
    let invalid = beside.told_of_block.as_ref().map(|_| "true");
    let rows = if sheet.grid.region().is_some() {
        "les indicateurs"
    } else {
        "les régions"
    };
    html! {
        section.sect aria-labelledby="coller" {
            (section_heading("coller", "Coller depuis Excel", None))
            form method="post" action=(sheet.action(sheet.year)) {
                div.field {
                    label for="bloc" { "Bloc copié" }
                    p.hint #bloc-aide {
                        "Avec ou sans ligne de titres. Sans la colonne qui nomme " (rows) ", les lignes sont prises dans l’ordre de la grille. "
                        "Jalon montre ce qui changerait avant d’écrire."
                    }
                    textarea #bloc name="bloc" rows="6" required aria-describedby="bloc-aide bloc-dit" aria-invalid=[invalid] { (beside.block) }
                    p.told.s-late #bloc-dit { @if let Some(told) = &beside.told_of_block { (told) } }
                }
                p.acts {
                    button.btn type="submit" { "Lire ce bloc" }
                    a href=(sheet.template()) { (icon("get")) " Modèle Excel à remplir" }
                    a href="/imports/nouveau" { "Déposer un fichier" }
                }
            }
        }
    }
}
