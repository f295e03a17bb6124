//! The closed world in which templates are set: embedded fonts, in-memory files, a given day.

use std::collections::HashMap;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic, SourceResult, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Coverage, Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{Day, RenderError};

/// The family in which everything is set, under the SIL Open Font License 1.1 (`fonts/OFL.txt`).
/// Typst's own set of fonts is left out: it is nine megabytes of other families, one under the GPL.
pub(crate) const TEXT_FAMILY: &str = "Libertinus Serif";

/// Renders after which an unused result leaves the compiler's cache.
const CACHE_AGE: usize = 2;

/// What the templates share.
const COMMON: (&str, &str) = ("jalon.typ", include_str!("../templates/jalon.typ"));

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// Its faces: the weights that templates and drawings use.
pub(crate) const FACES: [&[u8]; 3] = [
    include_bytes!("../fonts/LibertinusSerif-Regular.otf"),
    include_bytes!("../fonts/LibertinusSerif-Semibold.otf"),
    include_bytes!("../fonts/LibertinusSerif-Bold.otf"),
];

static FONTS: LazyLock<FontStore> = LazyLock::new(|| {
    let mut store = FontStore::new();
    for face in FACES {
        let fonts = Font::iter(Bytes::new(face));
        store.extend(fonts.map(|font| (font.clone(), font.info().clone())));
    }
    store
});

/// What each face of the text family can show.
pub(crate) fn text_coverage() -> Vec<Coverage> {
    let faces = FONTS
        .book()
        .select_family(&TEXT_FAMILY.to_lowercase())
        .collect::<Vec<_>>();
    faces
        .iter()
        .filter_map(|&face| FONTS.book().info(face))
        .map(|f| f.coverage.clone())
        .collect()
}

/// A document to set: its template, the data it reads, the drawings it places.
pub(crate) struct Job {
    /// File name and text of the main template.
    pub(crate) template: (&'static str, &'static str),
    /// What the template reads as `data.json`.
    pub(crate) data: Vec<u8>,
    /// What the template reads as `figure-0.svg`, `figure-1.svg`...
    pub(crate) figures: Vec<String>,
    /// The only date the template can know.
    pub(crate) today: Day,
}

impl Job {
    /// Sets the document and writes it as PDF; `ident` names it stably.
    pub(crate) fn pdf(&self, ident: String) -> Result<Vec<u8>, RenderError> {
        let bytes = self.pages().and_then(|document| export(&document, ident));
        typst::comemo::evict(CACHE_AGE);
        bytes
    }

    /// Sets the document in pages.
    pub(crate) fn pages(&self) -> Result<PagedDocument, RenderError> {
        let set = self.compile()?;
        set.output
            .map_err(|errors| RenderError::Template(explain(&errors)))
    }

    /// Runs the compiler; its warnings are for the tests.
    pub(crate) fn compile(&self) -> Result<Warned<SourceResult<PagedDocument>>, RenderError> {
        Ok(typst::compile(&JobWorld::new(self)?))
    }
}

/// Writes a document as PDF/UA-1 (accessible) and PDF/A-3a (archivable).
fn export(document: &PagedDocument, ident: String) -> Result<Vec<u8>, RenderError> {
    let standards = PdfStandards::new(&[PdfStandard::Ua_1, PdfStandard::A_3a])
        .map_err(|error| RenderError::Export(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Custom(ident),
        creator: Smart::Custom(Some("Jalon".to_owned())),
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|errors| RenderError::Export(explain(&errors)))
}

fn explain(errors: &[SourceDiagnostic]) -> String {
    errors
        .iter()
        .map(|error| error.message.as_str())
        .collect::<Vec<_>>()
        .join("; ")
}

/// The files of one job, and nothing else.
struct JobWorld {
    main: FileId,
    sources: HashMap<FileId, Source>,
    files: HashMap<FileId, Bytes>,
    today: Option<Datetime>,
}

impl JobWorld {
    fn new(job: &Job) -> Result<Self, RenderError> {
        let mut sources = HashMap::new();
        for (name, text) in [job.template, COMMON] {
            let id = file_id(name)?;
            sources.insert(id, Source::new(id, text.to_owned()));
        }
        let mut files = HashMap::from([(file_id("data.json")?, Bytes::new(job.data.clone()))]);
        for (number, svg) in job.figures.iter().enumerate() {
            files.insert(
                file_id(&figure_name(number))?,
                Bytes::from_string(svg.clone()),
            );
        }
        let main = file_id(job.template.0)?;
        Ok(Self {
            main,
            sources,
            files,
            today: job.today.datetime(),
        })
    }
}

/// The name under which a template reads a drawing.
pub(crate) fn figure_name(number: usize) -> String {
    format!("figure-{number}.svg")
}

/// Identifiers are interned for the life of the process: names come from here, never from data.
fn file_id(name: &str) -> Result<FileId, RenderError> {
    let path = VirtualPath::new(name).map_err(|error| RenderError::Template(error.to_string()))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}

impl World for JobWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        FONTS.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.font(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}
