//! What every address of the API has, whatever it gives: problem documents, pages of a list,
//! what a list may be asked, conditions upon a state, how a value is told.
//!
//! What lives here: machinery. What never does: an address, or who may ask (`access`).

mod etag;
mod extract;
mod filter;
mod french;
mod page;
mod problem;
mod value;

pub use etag::{Conditions, Etag};
pub use extract::{ApiJson, ApiPath, ApiQuery, from_json};
pub use filter::{Filter, word};
pub use page::{Limit, ListQuery, Page, Paging};
pub use problem::{
    ApiResult, CATALOGUE, Code, Entry, Fault, Problem, ProblemDocument, in_problem_documents,
};
pub use value::ValueView;

use jiff::Timestamp;
use utoipa::ToSchema;

/// Les octets d’un fichier.
#[derive(Debug, ToSchema)]
#[schema(as = File, value_type = String, format = Binary)]
pub struct FileBytes(pub Vec<u8>);

/// An instant as the API writes it: RFC 3339, in UTC.
pub fn instant(micros: i64) -> String {
    Timestamp::from_microsecond(micros)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}
