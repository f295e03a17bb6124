//! A PDF as its readers have it, and as a validator of PDF/UA-1 and PDF/A-3 reads it: what of
//! their rules can be told from its objects.

use std::collections::BTreeSet;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};

/// What paints on a page.
const PAINTS: [&str; 16] = [
    "Tj", "TJ", "'", "\"", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "BI",
];

/// A document that was read.
pub struct Paper(Document);

/// An element of the structure: what it is, and its dictionary.
type Element<'d> = (String, &'d Dictionary);

impl Paper {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Document::load_mem(bytes).unwrap())
    }

    /// The same document, with something done to it.
    pub fn with(&self, done: impl FnOnce(&mut Document)) -> Self {
        let mut document = self.0.clone();
        done(&mut document);
        Self(document)
    }

    pub fn pages(&self) -> u32 {
        u32::try_from(self.0.get_pages().len()).unwrap()
    }

    /// The text of one page, as a reader would copy it.
    pub fn text_of(&self, page: u32) -> String {
        self.0.extract_text(&[page]).unwrap()
    }

    pub fn text(&self) -> String {
        (1..=self.pages()).map(|page| self.text_of(page)).collect()
    }

    /// Everything that a validator would refuse.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.claims();
        faults.extend(self.fonts());
        faults.extend(self.structure());
        for (no, page) in self.0.get_pages() {
            let of_page = self.page(page).into_iter();
            faults.extend(of_page.map(|fault| format!("page {no}: {fault}")));
        }
        if self.0.objects.values().any(|object| self.runs(object)) {
            faults.push("something runs in it".to_owned());
        }
        faults
    }

    /// The titles of the bookmarks.
    pub fn bookmarks(&self) -> Vec<String> {
        let outlines = self.dict(self.catalog(), "Outlines");
        let first = outlines.and_then(|outlines| self.dict(outlines, "First"));
        let mut titles = Vec::new();
        let mut waiting: Vec<&Dictionary> = first.into_iter().collect();
        while let Some(item) = waiting.pop() {
            titles.extend(self.text_at(item, "Title"));
            waiting.extend(self.dict(item, "Next"));
            waiting.extend(self.dict(item, "First"));
        }
        titles
    }

    /// How many elements of that kind the structure has.
    pub fn count_of(&self, kind: &str) -> usize {
        let tree = self.tree();
        tree.iter().filter(|(known, _)| known == kind).count()
    }

    fn catalog(&self) -> &Dictionary {
        self.0.catalog().unwrap()
    }

    fn get<'d>(&'d self, of: &'d Dictionary, key: &str) -> Option<&'d Object> {
        of.get_deref(key.as_bytes(), &self.0).ok()
    }

    fn dict<'d>(&'d self, of: &'d Dictionary, key: &str) -> Option<&'d Dictionary> {
        match self.get(of, key)? {
            Object::Dictionary(dict) => Some(dict),
            Object::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }

    fn name(&self, of: &Dictionary, key: &str) -> Option<String> {
        let name = self.get(of, key)?.as_name().ok()?;
        Some(String::from_utf8_lossy(name).into_owned())
    }

    fn text_at(&self, of: &Dictionary, key: &str) -> Option<String> {
        lopdf::decode_text_string(self.get(of, key)?).ok()
    }

    fn is_true(&self, of: &Dictionary, part: &str, key: &str) -> bool {
        let part = self.dict(of, part);
        let said = part.and_then(|part| self.get(part, key));
        said.is_some_and(|said| matches!(said, Object::Boolean(true)))
    }

    /// The one or several things under a key.
    fn all<'d>(&'d self, of: &'d Dictionary, key: &str) -> Vec<&'d Object> {
        match self.get(of, key) {
            Some(Object::Array(all)) => {
                let all = all.iter().filter_map(|one| self.0.dereference(one).ok());
                all.map(|(_, one)| one).collect()
            }
            Some(one) => vec![one],
            None => Vec::new(),
        }
    }

    /// What the document says of itself.
    fn claims(&self) -> Vec<String> {
        let catalog = self.catalog();
        let mut faults = Vec::new();
        let mut holds = |is_so: bool, what: &str| {
            if !is_so {
                faults.push(format!("the document: {what}"));
            }
        };
        let language = self.text_at(catalog, "Lang");
        holds(language.as_deref() == Some("fr-FR"), "no language");
        holds(self.is_true(catalog, "MarkInfo", "Marked"), "not tagged");
        let is_titled = self.is_true(catalog, "ViewerPreferences", "DisplayDocTitle");
        holds(is_titled, "its title is not displayed");
        holds(self.0.trailer.get(b"Encrypt").is_err(), "encrypted");
        let intents = self.all(catalog, "OutputIntents");
        let mut intents = intents.iter().filter_map(|intent| intent.as_dict().ok());
        let is_archived = |intent: &Dictionary| {
            self.name(intent, "S").as_deref() == Some("GTS_PDFA1")
                && self.dict(intent, "DestOutputProfile").is_some()
        };
        holds(intents.any(is_archived), "no output intent");
        let about = self.get(catalog, "Metadata").map(Object::as_stream);
        let about = about.and_then(|about| about.ok()?.get_plain_content().ok());
        let about = String::from_utf8_lossy(&about.unwrap_or_default()).into_owned();
        for said in [
            "<pdfuaid:part>1</pdfuaid:part>",
            "<pdfaid:part>3</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<dc:title>",
        ] {
            holds(about.contains(said), said);
        }
        faults
    }

    /// Every font is in the document, and its glyphs can be read as text.
    fn fonts(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for object in self.0.objects.values() {
            let Ok(font) = object.as_dict() else { continue };
            if self.name(font, "Type").as_deref() != Some("Font") {
                continue;
            }
            let name = self.name(font, "BaseFont").unwrap_or_default();
            let kind = self.name(font, "Subtype").unwrap_or_default();
            if !kind.starts_with("CIDFont") && self.get(font, "ToUnicode").is_none() {
                faults.push(format!("{name}: its glyphs are no text"));
            }
            // A composite font is in the one below it.
            if kind == "Type0" || self.get(font, "CharProcs").is_some() {
                continue;
            }
            let descriptor = self.dict(font, "FontDescriptor");
            let files = ["FontFile", "FontFile2", "FontFile3"];
            let held = |d: &Dictionary| files.iter().any(|file| self.dict(d, file).is_some());
            if !descriptor.is_some_and(held) {
                faults.push(format!("{name}: not embedded"));
            }
        }
        faults
    }

    /// The structure in reading order.
    fn tree(&self) -> Vec<Element<'_>> {
        let mut found = Vec::new();
        if let Some(root) = self.dict(self.catalog(), "StructTreeRoot") {
            self.below(root, &mut found);
        }
        found
    }

    fn below<'d>(&'d self, element: &'d Dictionary, found: &mut Vec<Element<'d>>) {
        for kid in self.all(element, "K") {
            let Ok(kid) = kid.as_dict() else { continue };
            if let Some(kind) = self.name(kid, "S") {
                found.push((self.role(kind), kid));
                self.below(kid, found);
            }
        }
    }

    /// The kind of the standard that a kind of the document's own stands for.
    fn role(&self, mut kind: String) -> String {
        let root = self.dict(self.catalog(), "StructTreeRoot");
        let roles = root.and_then(|root| self.dict(root, "RoleMap"));
        while let Some(meant) = roles.and_then(|roles| self.name(roles, &kind)) {
            kind = meant;
        }
        kind
    }

    fn structure(&self) -> Vec<String> {
        let tree = self.tree();
        let mut faults = Vec::new();
        if tree.first().map(|(kind, _)| kind.as_str()) != Some("Document") {
            faults.push("the structure is not that of a document".to_owned());
        }
        let mut before = 0;
        for (kind, element) in &tree {
            if let Some(level) = kind.strip_prefix('H').and_then(|l| l.parse::<i32>().ok()) {
                if level > before + 1 {
                    faults.push(format!("a heading {level} under one of {before}"));
                }
                before = level;
            }
            let words = self.text_at(element, "Alt").unwrap_or_default();
            if kind == "Figure" && words.trim().is_empty() {
                faults.push("a figure without words".to_owned());
            }
            if kind == "TH" && !self.has_scope(element) {
                faults.push("a heading of a table that says not of what".to_owned());
            }
            let mut below = Vec::new();
            if kind == "Table" {
                self.below(element, &mut below);
                if !below.iter().any(|(kind, _)| kind == "TH") {
                    faults.push("a table without headings".to_owned());
                }
            }
        }
        if before == 0 {
            faults.push("no heading".to_owned());
        }
        faults
    }

    fn has_scope(&self, heading: &Dictionary) -> bool {
        let said = self.all(heading, "A").into_iter();
        let mut said = said.filter_map(|said| said.as_dict().ok());
        said.any(|said| self.name(said, "Scope").is_some())
    }

    /// What is painted on a page is told by the structure, or is said to tell nothing; what can be
    /// followed from it says where it leads.
    fn page(&self, id: ObjectId) -> Vec<String> {
        let page = self.0.get_dictionary(id).unwrap();
        let mut faults = Vec::new();
        if self.name(page, "Tabs").as_deref() != Some("S") {
            faults.push("the order of its links is not that of the structure".to_owned());
        }
        faults.extend(self.painted(page, id));
        for link in self.all(page, "Annots") {
            let link = link.as_dict().unwrap();
            let key = self.get(link, "StructParent");
            let told = key.and_then(|key| self.parents(key.as_i64().ok()?));
            if told.is_none() || self.text_at(link, "Contents").is_none() {
                faults.push("a link without words".to_owned());
            }
        }
        faults
    }

    fn painted(&self, page: &Dictionary, id: ObjectId) -> Vec<String> {
        let parents = self.get(page, "StructParents");
        let parents = parents.and_then(|key| self.parents(key.as_i64().ok()?));
        let told: BTreeSet<i64> = match parents {
            Some(Object::Array(parents)) => {
                let told = (0..).zip(parents).filter(|(_, parent)| !parent.is_null());
                told.map(|(mark, _)| mark).collect()
            }
            _ => BTreeSet::new(),
        };
        let content = self.0.get_page_content(id);
        let content = Content::decode(&content).unwrap();
        let mut faults = Vec::new();
        let mut open = 0;
        for operation in &content.operations {
            match operation.operator.as_str() {
                "BDC" | "BMC" => {
                    faults.extend(untold(operation, &told, open > 0));
                    open += 1;
                }
                "EMC" => open -= 1,
                paints if PAINTS.contains(&paints) && open == 0 => {
                    faults.push(format!("{paints} outside of the structure"));
                }
                _ => {}
            }
        }
        if told.is_empty() {
            faults.push("the structure says nothing of it".to_owned());
        }
        faults
    }

    /// What the structure says under a key of its parents.
    fn parents(&self, key: i64) -> Option<&Object> {
        let root = self.dict(self.catalog(), "StructTreeRoot")?;
        let mut waiting = vec![self.dict(root, "ParentTree")?];
        while let Some(node) = waiting.pop() {
            let numbers = self.all(node, "Nums");
            for pair in numbers.chunks(2) {
                if pair[0].as_i64().ok() == Some(key) {
                    return Some(pair[1]);
                }
            }
            let kids = self.all(node, "Kids").into_iter();
            waiting.extend(kids.filter_map(|kid| kid.as_dict().ok()));
        }
        None
    }

    /// Whether something in it runs by itself, or where it is touched.
    fn runs(&self, object: &Object) -> bool {
        let dict = match object {
            Object::Dictionary(dict) => dict,
            Object::Stream(stream) => &stream.dict,
            Object::Array(all) => return all.iter().any(|held| self.runs(held)),
            _ => return false,
        };
        let is_run = self.name(dict, "S");
        let is_run = is_run.is_some_and(|said| said == "JavaScript" || said == "Launch");
        let has = |key: &str| dict.has(key.as_bytes());
        is_run
            || has("JS")
            || has("JavaScript")
            || has("AA")
            || dict.iter().any(|(_, held)| self.runs(held))
    }
}

/// What is wrong with a piece of marked content: it is told by the structure, or set aside.
fn untold(operation: &Operation, told: &BTreeSet<i64>, within: bool) -> Option<String> {
    let operands = &operation.operands;
    let name = operands.first().and_then(|tag| tag.as_name().ok());
    let marked = operands.get(1).and_then(|said| said.as_dict().ok());
    let mark = marked.and_then(|said| said.get(b"MCID").ok()?.as_i64().ok());
    match mark {
        Some(mark) if told.contains(&mark) => None,
        Some(mark) => Some(format!("the structure says nothing of {mark}")),
        None if within || name == Some(b"Artifact") => None,
        None => Some("content that is neither told nor set aside".to_owned()),
    }
}

/// Whether an object is an element of the structure of that kind.
pub fn is_element(object: &Object, kind: &str) -> bool {
    let element = object.as_dict().and_then(|element| element.get(b"S"));
    let said = element.and_then(Object::as_name);
    said.is_ok_and(|said| said == kind.as_bytes())
}
