//! A batch, its rows and its problems as programs see them.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::imports::{
    Batch, Later, NameUse, Place, Problem, ProblemCode, PublishedRow, Row, Severity, SheetColumns,
};
use crate::platform::api::instant;

/// Un fichier reçu, où qu’il en soit : en lecture, répété, enregistré, annulé ou abandonné.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub struct BatchView {
    id: Uuid,
    /// Le genre de fichier : `values`…
    kind: String,
    /// `reading`, `unreadable`, `rehearsed`, `committed`, `undone` ou `dropped`.
    state: &'static str,
    file_name: String,
    /// Qui l’a envoyé.
    sender: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    /// Le dernier changement de ce contre quoi il a été lu.
    at_change: i64,
    counts: CountsView,
    /// Lignes lues jusqu’ici.
    rows_read: i64,
    rows_total: i64,
    /// Pourquoi il n’a pas pu être lu.
    failure: Option<String>,
    problems: Vec<ProblemView>,
    /// Comment ses colonnes ont été lues.
    mapping: Vec<SheetView>,
    /// Les noms d’indicateurs que Jalon ne connaît pas, et ce que chacun désigne.
    names: Vec<NameView>,
    /// Le changement qui l’a enregistré.
    committed_change: Option<i64>,
    /// Le changement qui l’a annulé.
    undone_change: Option<i64>,
}

impl BatchView {
    pub(super) fn of(batch: Batch, problems: Vec<Problem>) -> Self {
        Self {
            id: batch.id,
            kind: batch.intake,
            state: batch.state.code(),
            file_name: batch.file_name,
            sender: batch.sender,
            created_at: instant(batch.created_at),
            at_change: batch.at_change,
            counts: CountsView {
                created: batch.counts.created,
                changed: batch.counts.changed,
                unchanged: batch.counts.unchanged,
                refused: batch.counts.refused,
            },
            rows_read: batch.rows_read,
            rows_total: batch.rows_total,
            failure: batch.failure,
            problems: problems.into_iter().map(ProblemView::from).collect(),
            mapping: batch
                .mapping
                .sheets
                .into_iter()
                .map(SheetView::from)
                .collect(),
            names: batch
                .mapping
                .names
                .into_iter()
                .map(NameView::from)
                .collect(),
            committed_change: batch.committed_change,
            undone_change: batch.undone_change,
        }
    }
}

/// Combien de cellules feraient quoi.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Counts)]
struct CountsView {
    created: i64,
    changed: i64,
    unchanged: i64,
    /// Refusées, ou en attente d’une réponse : tant qu’il y en a, rien ne s’enregistre.
    refused: i64,
}

/// Un problème d’une cellule. La ligne `n` d’un envoi en JSON est `values[n - 2]`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CellProblem)]
pub(super) struct ProblemView {
    sheet: String,
    /// À partir de 1 ; 0 pour la feuille entière.
    row: u32,
    /// À partir de 1 ; 0 pour la ligne entière.
    column: u32,
    code: String,
    /// La page qui l’explique.
    #[serde(rename = "type")]
    page: String,
    /// `refusal`, `warning` ou `question`.
    #[schema(value_type = String)]
    severity: Severity,
    message: String,
    /// Les réponses offertes à une question.
    choices: Vec<ChoiceView>,
}

impl From<Problem> for ProblemView {
    fn from(problem: Problem) -> Self {
        let code = problem.code.entry().slug;
        let choices = problem.choices.into_iter().map(|choice| ChoiceView {
            value: choice.value,
            label: choice.label,
        });
        Self {
            sheet: problem.place.sheet,
            row: problem.place.row,
            column: problem.place.column,
            code: code.to_owned(),
            page: format!("/erreurs/{code}"),
            severity: problem.severity,
            message: problem.message,
            choices: choices.collect(),
        }
    }
}

/// Une réponse possible.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Choice)]
struct ChoiceView {
    /// À renvoyer comme `choice`.
    value: String,
    label: String,
}

/// Comment les colonnes d’une feuille sont lues.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SheetMapping)]
pub(super) struct SheetView {
    sheet: String,
    /// La ligne d’en-tête, à partir de 1.
    header: u32,
    columns: Vec<ColumnView>,
}

/// Ce que tient une colonne.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ColumnMapping)]
struct ColumnView {
    heading: String,
    /// Dans les mots de ce genre de fichier.
    holds: String,
}

impl From<SheetColumns> for SheetView {
    fn from(sheet: SheetColumns) -> Self {
        let columns = sheet.columns.into_iter().map(|column| ColumnView {
            heading: column.heading,
            holds: column.holds,
        });
        Self {
            sheet: sheet.sheet,
            header: sheet.header,
            columns: columns.collect(),
        }
    }
}

impl From<SheetView> for SheetColumns {
    fn from(sheet: SheetView) -> Self {
        let columns = sheet
            .columns
            .into_iter()
            .map(|column| crate::imports::ColumnUse {
                heading: column.heading,
                holds: column.holds,
                label: String::new(),
            });
        Self {
            sheet: sheet.sheet,
            header: sheet.header,
            columns: columns.collect(),
        }
    }
}

/// Un nom qu’emploie le fichier, et ce qu’il désigne.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NameMapping)]
pub(super) struct NameView {
    name: String,
    /// Le code d’une mesure, `ignored` pour laisser ses lignes de côté, ou rien.
    means: String,
}

impl From<NameUse> for NameView {
    fn from(NameUse { name, means }: NameUse) -> Self {
        Self { name, means }
    }
}

impl From<NameView> for NameUse {
    fn from(NameView { name, means }: NameView) -> Self {
        Self { name, means }
    }
}

/// Une cellule acceptée.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Row)]
pub(super) struct RowView {
    sheet: String,
    row: u32,
    column: u32,
    /// `created`, `changed` ou `unchanged`.
    verdict: &'static str,
    /// De quoi elle parle, en clair ; `kind` en dit la sorte.
    #[schema(value_type = Object)]
    about: Json,
    /// Ce qui était là, en clair ; nul où il n’y avait rien, et pour ce que vous ne pouvez pas voir.
    #[schema(value_type = Option<Object>)]
    said_before: Option<Json>,
    /// Ce que dit le fichier, en clair ; nul où il retire ce qui était là.
    #[schema(value_type = Option<Object>)]
    said_after: Option<Json>,
    /// La forme interne de ce dont elle parle, gardée en v1 pour les programmes qui la lisent déjà
    /// et décrite nulle part : lisez plutôt `about`.
    #[schema(value_type = Object)]
    subject: Json,
    /// La forme interne de ce qui était là, gardée en v1 : lisez plutôt `said_before`. Absente
    /// aussi de ce qui est sous embargo pour qui demande.
    #[schema(value_type = Option<Object>)]
    before: Option<Json>,
    /// La forme interne de ce que dit le fichier, gardée en v1 : lisez plutôt `said_after`.
    #[schema(value_type = Object)]
    after: Json,
}

impl RowView {
    pub(super) fn of(row: &Row, published: PublishedRow) -> Result<Self, serde_json::Error> {
        let before = row.before.as_deref().map(serde_json::from_str);
        Ok(Self {
            sheet: row.place.sheet.clone(),
            row: row.place.row,
            column: row.place.column,
            verdict: row.verdict.code(),
            about: published.about,
            said_before: published.before,
            said_after: published.after,
            subject: serde_json::from_str(&row.subject)?,
            before: before.transpose()?,
            after: serde_json::from_str(&row.after)?,
        })
    }
}

/// La réponse à une question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Answer)]
pub(super) struct AnswerView {
    #[serde(default)]
    sheet: String,
    row: u32,
    column: u32,
    code: String,
    /// La `value` de l’un des `choices`.
    choice: String,
}

impl AnswerView {
    pub(super) fn answer(self) -> Result<crate::imports::Answer, String> {
        let code: ProblemCode = self.code.parse().map_err(|_| self.code.clone())?;
        Ok(crate::imports::Answer {
            place: Place {
                sheet: self.sheet,
                row: self.row,
                column: self.column,
            },
            code,
            choice: self.choice,
        })
    }
}

/// Ce qui fut écrit depuis sur un même sujet, et qui reste.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Later)]
pub(super) struct LaterView {
    sheet: String,
    row: u32,
    column: u32,
    /// Le changement qui a écrit ce qui est là.
    change: i64,
    /// Le fichier dont il vient.
    file: Option<String>,
}

impl From<Later> for LaterView {
    fn from(later: Later) -> Self {
        Self {
            sheet: later.place.sheet,
            row: later.place.row,
            column: later.place.column,
            change: later.change,
            file: later.file,
        }
    }
}
