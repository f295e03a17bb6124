//! The parts of a document that its text does not make: styles, settings, running texts, types.

use super::Document;
use super::body::{NAMESPACES, run};
use crate::svg::escape;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";

const TYPES: &str = concat!(
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">",
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>",
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>",
    "<Default Extension=\"png\" ContentType=\"image/png\"/>",
    "<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>",
    "<Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>",
    "<Override PartName=\"/word/settings.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml\"/>",
    "<Override PartName=\"/word/numbering.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml\"/>",
    "<Override PartName=\"/word/header1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/>",
    "<Override PartName=\"/word/footer1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>",
    "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>",
    "<Override PartName=\"/docProps/app.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/>",
    "</Types>",
);

const PACKAGE: &str = concat!(
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">",
    "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>",
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>",
    "<Relationship Id=\"rId3\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties\" Target=\"docProps/app.xml\"/>",
    "</Relationships>",
);

const APP: &str = "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"><Application>Jalon</Application></Properties>";

/// The parts that hold no picture and no text of the body.
pub(super) fn fixed(document: &Document) -> Vec<(&'static str, String)> {
    let whole = |text: &str| format!("{HEAD}{text}");
    vec![
        ("[Content_Types].xml", whole(TYPES)),
        ("_rels/.rels", whole(PACKAGE)),
        ("docProps/core.xml", whole(&core(document))),
        ("docProps/app.xml", whole(APP)),
        ("word/styles.xml", whole(&styles())),
        ("word/settings.xml", whole(&settings())),
        ("word/numbering.xml", whole(&numbering())),
        (
            "word/header1.xml",
            whole(&running("hdr", "Header", &run(&document.head))),
        ),
        (
            "word/footer1.xml",
            whole(&running("ftr", "Footer", &foot(&document.foot))),
        ),
    ]
}

/// What the body refers to.
pub(super) fn relations(pictures: usize) -> String {
    const BASE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut out = format!(
        "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    );
    let parts = [
        ("rIdStyles", "styles", "styles.xml"),
        ("rIdSettings", "settings", "settings.xml"),
        ("rIdNumbering", "numbering", "numbering.xml"),
        ("rIdHead", "header", "header1.xml"),
        ("rIdFoot", "footer", "footer1.xml"),
    ];
    for (id, kind, target) in parts {
        out += &format!("<Relationship Id=\"{id}\" Type=\"{BASE}/{kind}\" Target=\"{target}\"/>");
    }
    for no in 1..=pictures {
        out += &format!(
            "<Relationship Id=\"rIdImage{no}\" Type=\"{BASE}/image\" Target=\"media/image{no}.png\"/>"
        );
    }
    out + "</Relationships>"
}

fn core(document: &Document) -> String {
    let (year, month, day) = document.made.parts();
    let day = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
    format!(
        "<cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{}</dc:title>\
         <dc:creator>Jalon</dc:creator><dc:language>fr-FR</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{day}</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{day}</dcterms:modified></cp:coreProperties>",
        escape(&document.title)
    )
}

fn settings() -> String {
    format!(
        "<w:settings {NAMESPACES}><w:zoom w:percent=\"100\"/><w:autoHyphenation w:val=\"false\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" \
         w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         <w:themeFontLang w:val=\"fr-FR\"/><w:decimalSymbol w:val=\",\"/>\
         <w:listSeparator w:val=\";\"/></w:settings>"
    )
}

fn numbering() -> String {
    format!(
        "<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId=\"0\">\
         <w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/>\
         <w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"–\"/><w:lvlJc w:val=\"left\"/>\
         <w:pPr><w:ind w:left=\"284\" w:hanging=\"284\"/></w:pPr></w:lvl></w:abstractNum>\
         <w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>"
    )
}

fn running(element: &str, style: &str, runs: &str) -> String {
    format!(
        "<w:{element} {NAMESPACES}><w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{runs}</w:p></w:{element}>"
    )
}

/// What runs below a page: the text, then the number of the page among all.
fn foot(text: &str) -> String {
    let field = |name: &str| {
        format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText \
             xml:space=\"preserve\"> {name} </w:instrText></w:r><w:r><w:fldChar \
             w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar \
             w:fldCharType=\"end\"/></w:r>"
        )
    };
    format!(
        "{}<w:r><w:tab/></w:r>{}{}{}{}",
        run(text),
        run("page "),
        field("PAGE"),
        run(" sur "),
        field("NUMPAGES")
    )
}

/// A style of paragraphs: its name, what it is based on, how its paragraphs and letters are set.
struct Style {
    id: &'static str,
    name: &'static str,
    paragraph: &'static str,
    letters: &'static str,
}

const STYLES: &[Style] = &[
    style(
        "Title",
        "Title",
        "<w:spacing w:before=\"2400\" w:after=\"240\"/>",
        "<w:b/><w:sz w:val=\"56\"/>",
    ),
    style(
        "Heading1",
        "heading 1",
        "<w:keepNext/><w:pageBreakBefore/><w:spacing w:before=\"0\" w:after=\"240\"/><w:outlineLvl w:val=\"0\"/>",
        "<w:b/><w:sz w:val=\"40\"/>",
    ),
    style(
        "Heading2",
        "heading 2",
        "<w:keepNext/><w:pBdr><w:top w:val=\"single\" w:sz=\"8\" w:space=\"4\" w:color=\"15191D\"/></w:pBdr><w:spacing w:before=\"360\" w:after=\"120\"/><w:outlineLvl w:val=\"1\"/>",
        "<w:b/><w:sz w:val=\"26\"/>",
    ),
    style(
        "Heading3",
        "heading 3",
        "<w:keepNext/><w:spacing w:before=\"240\" w:after=\"60\"/><w:outlineLvl w:val=\"2\"/>",
        "<w:b/><w:sz w:val=\"21\"/>",
    ),
    style("Entree", "Entrée", "<w:keepNext/>", ""),
    style(
        "Chapeau",
        "Chapeau",
        "<w:spacing w:after=\"160\"/>",
        "<w:sz w:val=\"26\"/>",
    ),
    style(
        "Note",
        "Note",
        "<w:spacing w:after=\"80\"/>",
        "<w:color w:val=\"515A63\"/><w:sz w:val=\"17\"/>",
    ),
    style(
        "NoteLiee",
        "Note liée",
        "<w:keepNext/><w:spacing w:after=\"80\"/>",
        "<w:color w:val=\"515A63\"/><w:sz w:val=\"17\"/>",
    ),
    style(
        "Cellule",
        "Cellule",
        "<w:spacing w:before=\"20\" w:after=\"20\"/>",
        "<w:sz w:val=\"18\"/>",
    ),
    style(
        "CelluleNote",
        "Cellule, note",
        "<w:spacing w:after=\"20\"/>",
        "<w:color w:val=\"515A63\"/><w:sz w:val=\"16\"/>",
    ),
    style(
        "ListBullet",
        "List Bullet",
        "<w:numPr><w:numId w:val=\"1\"/></w:numPr>",
        "",
    ),
    style(
        "TOC1",
        "toc 1",
        "<w:spacing w:before=\"120\" w:after=\"40\"/>",
        "<w:b/>",
    ),
    style(
        "TOC2",
        "toc 2",
        "<w:spacing w:after=\"20\"/><w:ind w:left=\"284\"/>",
        "",
    ),
    style(
        "Header",
        "header",
        "",
        "<w:color w:val=\"515A63\"/><w:sz w:val=\"17\"/>",
    ),
    style(
        "Footer",
        "footer",
        "<w:tabs><w:tab w:val=\"right\" w:pos=\"9864\"/></w:tabs>",
        "<w:color w:val=\"515A63\"/><w:sz w:val=\"17\"/>",
    ),
];

const fn style(
    id: &'static str,
    name: &'static str,
    paragraph: &'static str,
    letters: &'static str,
) -> Style {
    Style {
        id,
        name,
        paragraph,
        letters,
    }
}

fn styles() -> String {
    let mut out = format!(
        "<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>\
         <w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:eastAsia=\"Calibri\" w:cs=\"Calibri\"/>\
         <w:color w:val=\"15191D\"/><w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>\
         <w:lang w:val=\"fr-FR\" w:eastAsia=\"fr-FR\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:widowControl/><w:spacing w:after=\"100\" w:line=\"252\" \
         w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>"
    );
    for Style {
        id,
        name,
        paragraph,
        letters,
    } in STYLES
    {
        out += &format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>\
             <w:basedOn w:val=\"Normal\"/><w:qFormat/><w:pPr>{paragraph}</w:pPr>\
             <w:rPr>{letters}</w:rPr></w:style>"
        );
    }
    out + "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/>\
           <w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/>\
           <w:right w:w=\"100\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>\
           <w:style w:type=\"table\" w:styleId=\"Tableau\"><w:name w:val=\"Tableau\"/>\
           <w:basedOn w:val=\"TableNormal\"/><w:tblPr><w:tblBorders>\
           <w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"DCE1E4\"/>\
           <w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"DCE1E4\"/>\
           </w:tblBorders></w:tblPr><w:tblStylePr w:type=\"firstRow\"><w:tcPr><w:tcBorders>\
           <w:bottom w:val=\"single\" w:sz=\"6\" w:space=\"0\" w:color=\"15191D\"/></w:tcBorders>\
           <w:vAlign w:val=\"bottom\"/></w:tcPr></w:tblStylePr></w:style></w:styles>"
}
