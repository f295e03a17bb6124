//! What can go wrong while rendering.

/// Why a document or a drawing could not be produced.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The data could not be handed to the template.
    #[error("the data cannot be written as JSON: {0}")]
    Data(#[from] serde_json::Error),
    /// The template failed on this data: a fault of this crate.
    #[error("the template failed: {0}")]
    Template(String),
    /// The document does not meet the PDF standards it must claim.
    #[error("the PDF does not meet its standards: {0}")]
    Export(String),
    /// The workbook cannot be written.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A drawing cannot be made a picture.
    #[error("the drawing cannot be made a picture: {0}")]
    Picture(String),
    /// Files cannot be put together.
    #[error("the files cannot be packed: {0}")]
    Package(#[from] zip::result::ZipError),
    /// A cell stands before the first row or column, or a day before those that Excel counts.
    #[error("no spreadsheet has such a cell")]
    NoSuchCell,
    /// A drawing was given no title, hence would have no text alternative.
    #[error("a drawing needs a title and a description")]
    NoDescription,
    /// The day does not exist in the calendar.
    #[error("{year:04}-{month:02}-{day:02} is not a day")]
    NoSuchDay {
        /// The year asked for.
        year: i32,
        /// The month asked for.
        month: u8,
        /// The day asked for.
        day: u8,
    },
}
