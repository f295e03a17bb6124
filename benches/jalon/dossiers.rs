//! What a dossier costs beside the renderer alone on the same input.

use std::time::{Duration, Instant};

use jalon::access::Reach;
use jalon::dossier::{Asked, Format, Request, items, working_copy};
use jalon::figures::Sources;
use jalon::platform::clock::Clock;
use jalon::platform::db::Db;

use crate::program::Program;
use crate::{FRAMEWORK, Ground, Line, seconds, times};

const CONTRACT: &str = "normandie-2024-2028";
const YEAR: i16 = 2025;

/// The lines of the dossiers.
pub async fn measure(program: &Program, ground: &Ground) -> Vec<Line> {
    let (folder, year) = (ground.folder.path(), YEAR.to_string());
    let (pdf, zip) = (folder.join("one.pdf"), folder.join("all.zip"));
    let one = program.run(&[
        "dossier",
        "--contract",
        CONTRACT,
        "--year",
        &year,
        "--out",
        pdf.to_str().unwrap(),
    ]);
    let eighteen = program.run(&[
        "dossier",
        "--all",
        "--framework",
        FRAMEWORK,
        "--year",
        &year,
        "--out",
        zip.to_str().unwrap(),
    ]);
    let alone = Alone::new(program).await;
    let (one_alone, _) = alone.drawn(&[CONTRACT.to_owned()], &[Format::Pdf]).await;
    let contracts = alone.contracts().await;
    let eighteen_alone = alone.drawn(&contracts, &Format::ALL).await.0;
    let (in_pdf, made) = alone.drawn(&contracts, &[Format::Pdf]).await;
    let line = |what: &str, took: Duration, bare: Duration| Line {
        what: what.to_owned(),
        measured: seconds(took),
        bare: seconds(bare),
        ratio: times(took, bare),
    };
    vec![
        line(
            "one dossier in PDF by the program, against its drawing alone",
            one.took,
            one_alone,
        ),
        line(
            "eighteen dossiers in PDF, Word and Excel, zipped, against their drawing alone",
            eighteen.took,
            eighteen_alone,
        ),
        // Word and Excel, drawn on both sides above, make no difference here.
        line(
            "eighteen dossiers in PDF, what they say made and drawn, against typst alone on the same input",
            made,
            in_pdf,
        ),
    ]
}

/// The renderer, given what the program gives it.
struct Alone {
    sources: Sources,
    reach: Reach,
}

impl Alone {
    async fn new(program: &Program) -> Self {
        let db = Db::open(&program.url).await.unwrap();
        Self {
            sources: Sources::new(db, Clock::system()),
            reach: Reach::of_installation(),
        }
    }

    async fn contracts(&self) -> Vec<String> {
        let asked = Asked {
            framework: FRAMEWORK.to_owned(),
            year: YEAR,
            day: None,
        };
        let items = items(&self.sources, &self.reach, &asked).await.unwrap();
        items.into_iter().map(|item| item.contract).collect()
    }

    /// The time to draw the dossiers of these contracts, what they say being ready; and with the
    /// time to make that.
    async fn drawn(&self, contracts: &[String], formats: &[Format]) -> (Duration, Duration) {
        let (mut took, whole) = (Duration::ZERO, Instant::now());
        for contract in contracts {
            let request = Request {
                contract: contract.clone(),
                section: None,
                year: YEAR,
                day: None,
            };
            let made = working_copy(&self.sources, &self.reach, &request);
            let (_, said) = made.await.unwrap();
            for format in formats {
                let begun = Instant::now();
                format.drawn(&said).unwrap();
                took += begun.elapsed();
            }
        }
        (took, whole.elapsed())
    }
}
