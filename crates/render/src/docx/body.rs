//! The text of a document: `word/document.xml`.

use std::fmt::Write as _;

use super::picture::{self, Drawn};
use super::{Block, Cell, Document, Look, Picture, Table};
use crate::svg::escape;
use crate::{RenderError, State};

/// Twentieths of a point in a millimetre, as Word counts lengths.
const TWIPS: f64 = 56.692_913;
/// Word's units of drawings in a millimetre.
const EMUS: f64 = 36_000.0;

/// Keeps a paragraph on the page of the next one.
const KEEP: &str = "<w:keepNext/>";
/// What stands between a drawing and the table on its right, in millimetres.
const GAP: f64 = 6.0;
/// A table of no more rows is kept whole: with a drawing above it, more would leave half a page
/// empty.
const WHOLE: usize = 3;
/// What a heading of rank 1 does not take of its style where it goes on in a page.
const GOES_ON: &str =
    "<w:pageBreakBefore w:val=\"0\"/><w:spacing w:before=\"480\" w:after=\"160\"/>";

pub(super) const NAMESPACES: &str = concat!(
    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" ",
    "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" ",
    "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" ",
    "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" ",
    "xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"",
);

/// A4 with its margins, the running texts of every page but the first, and their numbers.
const PAGE: &str = concat!(
    "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rIdHead\"/>",
    "<w:footerReference w:type=\"default\" r:id=\"rIdFoot\"/>",
    "<w:footerReference w:type=\"first\" r:id=\"rIdFoot\"/>",
    "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>",
    "<w:pgMar w:top=\"1304\" w:right=\"1021\" w:bottom=\"1134\" w:left=\"1021\" ",
    "w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/><w:titlePg/></w:sectPr>",
);

/// What was written, and the pictures it refers to, in order.
pub(super) struct Written {
    pub xml: String,
    pub pictures: Vec<Vec<u8>>,
}

pub(super) fn body(document: &Document) -> Result<Written, RenderError> {
    let mut writer = Writer {
        xml: String::new(),
        pictures: Vec::new(),
        headings: headings(document),
        bookmark: 0,
    };
    for block in &document.blocks {
        writer.block(block)?;
    }
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <w:document {NAMESPACES}><w:body>{}{PAGE}</w:body></w:document>",
        writer.xml
    );
    Ok(Written {
        xml,
        pictures: writer.pictures,
    })
}

/// The headings that the contents list, each with its bookmark.
fn headings(document: &Document) -> Vec<(u8, String)> {
    let headings = document.blocks.iter().filter_map(|block| match block {
        Block::Heading(rank, text) => Some((*rank, text.clone())),
        Block::Continued(text) => Some((1, text.clone())),
        _ => None,
    });
    headings.collect()
}

struct Writer {
    xml: String,
    pictures: Vec<Vec<u8>>,
    headings: Vec<(u8, String)>,
    bookmark: usize,
}

impl Writer {
    fn block(&mut self, block: &Block) -> Result<(), RenderError> {
        match block {
            Block::Title(text) => self.paragraph("Title", "", &run(text)),
            Block::Heading(rank, text) => self.heading(*rank, "", text),
            Block::Continued(text) => self.heading(1, GOES_ON, text),
            Block::Paragraph(look, text) => self.paragraph(look.style(), "", &run(text)),
            Block::Stated(state, text) => {
                let said = format!("{}{}", colored(*state), run(&format!(" {text}")));
                self.paragraph(Look::Plain.style(), "", &said);
            }
            Block::List(items) => {
                for item in items {
                    self.paragraph("ListBullet", "", &run(item));
                }
            }
            Block::Table(table) => self.table(table),
            Block::Picture(picture) => self.picture(picture)?,
            Block::Beside(picture, table) => self.beside(picture, table)?,
            Block::Contents => self.contents(),
        }
        Ok(())
    }

    fn paragraph(&mut self, style: &str, properties: &str, runs: &str) {
        let _ = write!(
            self.xml,
            "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{properties}</w:pPr>{runs}</w:p>"
        );
    }

    fn heading(&mut self, rank: u8, properties: &str, text: &str) {
        let no = self.bookmark;
        self.bookmark += 1;
        let runs = format!(
            "<w:bookmarkStart w:id=\"{no}\" w:name=\"_Toc{no:06}\"/>{}<w:bookmarkEnd w:id=\"{no}\"/>",
            run(text)
        );
        self.paragraph(&format!("Heading{rank}"), properties, &runs);
    }

    /// A field that Word can bring up to date, already filled, without page numbers: only a
    /// program that sets pages knows them.
    fn contents(&mut self) {
        let listed: Vec<(usize, u8, String)> = (0..)
            .zip(&self.headings)
            .filter(|(_, (rank, _))| *rank <= 2)
            .map(|(no, (rank, text))| (no, *rank, text.clone()))
            .collect();
        let last = listed.len().saturating_sub(1);
        for (at, (no, rank, text)) in listed.into_iter().enumerate() {
            let opens = if at == 0 {
                concat!(
                    "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText ",
                    "xml:space=\"preserve\"> TOC \\o \"1-2\" \\n \\h \\z \\u </w:instrText></w:r>",
                    "<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>",
                )
            } else {
                ""
            };
            let closes = if at == last {
                "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
            } else {
                ""
            };
            let link = format!(
                "{opens}<w:hyperlink w:anchor=\"_Toc{no:06}\" w:history=\"1\">{}</w:hyperlink>{closes}",
                run(&text)
            );
            self.paragraph(&format!("TOC{rank}"), "", &link);
        }
    }

    fn table(&mut self, table: &Table) {
        let width = |millimetres: u32| twips(f64::from(millimetres));
        let columns = table.columns.iter();
        let grid: Vec<String> = columns
            .map(|column| format!("<w:gridCol w:w=\"{}\"/>", width(column.width)))
            .collect();
        let grid = grid.concat();
        let _ = write!(
            self.xml,
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"Tableau\"/><w:tblW w:w=\"{}\" w:type=\"dxa\"/>\
             <w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"0020\" w:firstRow=\"1\" \
             w:lastRow=\"0\" w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"1\" \
             w:noVBand=\"1\"/><w:tblCaption w:val=\"{}\"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>",
            width(table.width()),
            escape(&table.caption)
        );
        let head: Vec<Cell> = table
            .columns
            .iter()
            .map(|column| Cell::strong(column.heading.clone()))
            .collect();
        self.row(table, &head, ("<w:tblHeader/>", KEEP));
        // The values of a few years are read together; of more, no page holds one alone.
        let is_plain = |row: &Vec<Cell>| row.iter().all(|cell| cell.lines.len() < 2);
        let is_whole = table.rows.len() <= WHOLE && table.rows.iter().all(is_plain);
        for (at, row) in table.rows.iter().enumerate() {
            let left = table.rows.len() - at - 1;
            let is_end = at == 0 || left == 1;
            let keep = if left > 0 && (is_whole || is_end) {
                KEEP
            } else {
                ""
            };
            self.row(table, row, ("", keep));
        }
        self.xml += "</w:tbl>";
        self.thin();
    }

    /// A frame of one row without lines nor heading: whoever hears it is told of no table but the
    /// one on the right.
    fn beside(&mut self, picture: &Picture, table: &Table) -> Result<(), RenderError> {
        let left = twips(f64::from(picture.width) + GAP);
        let right = twips(f64::from(table.width()));
        let cell =
            |width: &str| format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>");
        let _ = write!(
            self.xml,
            "<w:tbl><w:tblPr><w:tblW w:w=\"0\" w:type=\"auto\"/><w:tblLayout w:type=\"fixed\"/>\
             </w:tblPr><w:tblGrid><w:gridCol w:w=\"{left}\"/><w:gridCol w:w=\"{right}\"/></w:tblGrid>\
             <w:tr><w:trPr><w:cantSplit/></w:trPr>{}",
            cell(&left)
        );
        self.picture(picture)?;
        self.xml += "</w:tc>";
        self.xml += &cell(&right);
        self.table(table);
        self.xml += "</w:tc></w:tr></w:tbl>";
        self.thin();
        Ok(())
    }

    /// Word asks for a paragraph after a table: it takes next to no room.
    fn thin(&mut self) {
        let thin = "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"120\" w:lineRule=\"exact\"/>";
        self.paragraph("Note", thin, "");
    }

    fn row(&mut self, table: &Table, cells: &[Cell], (properties, keep): (&str, &str)) {
        let _ = write!(
            self.xml,
            "<w:tr><w:trPr><w:cantSplit/>{properties}</w:trPr>"
        );
        for (cell, column) in cells.iter().zip(&table.columns) {
            let aligned = if column.numbers {
                format!("{keep}<w:jc w:val=\"right\"/>")
            } else {
                keep.to_owned()
            };
            let _ = write!(
                self.xml,
                "<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/></w:tcPr>",
                twips(f64::from(column.width))
            );
            let mut lines = cell.lines.iter();
            let first = lines.next().map_or_else(String::new, |line| {
                if cell.strong { strong(line) } else { run(line) }
            });
            self.cell_line("Cellule", &aligned, &first);
            for line in lines {
                self.cell_line("CelluleNote", &aligned, &run(line));
            }
            self.xml += "</w:tc>";
        }
        self.xml += "</w:tr>";
    }

    fn cell_line(&mut self, style: &str, aligned: &str, runs: &str) {
        let _ = write!(
            self.xml,
            "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{aligned}</w:pPr>{runs}</w:p>"
        );
    }

    fn picture(&mut self, picture: &Picture) -> Result<(), RenderError> {
        let Drawn { png, ratio } = picture::drawn(&picture.svg, picture.width)?;
        self.pictures.push(png);
        let no = self.pictures.len();
        let width = f64::from(picture.width) * EMUS;
        let (cx, cy) = (whole(width), whole(width * ratio));
        let alternative = escape(&picture.alternative);
        let drawing = format!(
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
             <wp:extent cx=\"{cx}\" cy=\"{cy}\"/>\
             <wp:docPr id=\"{no}\" name=\"Graphique {no}\" descr=\"{alternative}\"/>\
             <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">\
             <pic:pic><pic:nvPicPr><pic:cNvPr id=\"{no}\" name=\"image{no}.png\" descr=\"{alternative}\"/>\
             <pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"rIdImage{no}\"/>\
             <a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/>\
             <a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>\
             </pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        );
        self.paragraph("Normal", "<w:keepNext/>", &drawing);
        Ok(())
    }
}

fn twips(millimetres: f64) -> String {
    whole(millimetres * TWIPS)
}

/// A length as the format writes it: without decimals.
fn whole(length: f64) -> String {
    format!("{length:.0}")
}

/// A run of text; its lines stay lines.
pub(super) fn run(text: &str) -> String {
    set(text, "")
}

fn strong(text: &str) -> String {
    set(text, "<w:rPr><w:b/></w:rPr>")
}

fn set(text: &str, properties: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| format!("<w:t xml:space=\"preserve\">{}</w:t>", escape(line)))
        .collect();
    format!("<w:r>{properties}{}</w:r>", lines.join("<w:br/>"))
}

/// The symbol of a state, in its colour; words always follow it.
fn colored(state: State) -> String {
    let colour = match state {
        State::Reached | State::Under => "0A5768",
        State::Watch => "7D4F00",
        State::Late => "A82117",
        State::Unknown => "515A63",
    };
    set(
        &state.symbol().to_string(),
        &format!("<w:rPr><w:color w:val=\"{colour}\"/></w:rPr>"),
    )
}
