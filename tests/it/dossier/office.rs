//! Word and Excel files as another program opens them. Where LibreOffice is not installed, nothing
//! is shown, and the test says so.

use std::path::Path;
use std::process::Command;

use jalon::dossier::{Format, working_copy};

use super::{about, reach, signed, sources};
use crate::support::Bench;

/// Every sheet of a workbook as text, each into a file of its own.
const SHEETS: &str =
    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";

fn is_installed() -> bool {
    let asked = Command::new("soffice").arg("--version").output();
    asked.is_ok_and(|told| told.status.success())
}

/// What a file says once LibreOffice has opened it, all its parts together.
fn opened(folder: &Path, file: &str, bytes: &[u8], filter: &str) -> String {
    std::fs::write(folder.join(file), bytes).unwrap();
    let out = folder.join(format!("lu-{file}"));
    // A profile of its own: another LibreOffice that runs would take the work and answer nothing.
    let profile = format!("-env:UserInstallation=file://{}/profil", folder.display());
    let told = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", filter, "--outdir"])
        .arg(&out)
        .arg(folder.join(file))
        .output()
        .unwrap();
    let mut parts: Vec<_> = std::fs::read_dir(&out)
        .unwrap_or_else(|_| panic!("{file} does not open: {told:?}"))
        .map(|part| part.unwrap().path())
        .collect();
    parts.sort_unstable();
    let read = |part| std::fs::read_to_string(part).unwrap();
    parts.into_iter().map(read).collect()
}

#[tokio::test]
async fn libreoffice_opens_what_is_written_for_word_and_for_excel() {
    if !is_installed() {
        eprintln!("skipped: soffice is not installed, nothing shows that the files open");
        return;
    }
    let bench = Bench::sqlite().await;
    let (actor, _stage) = signed(&bench).await;
    let reach = reach(&bench, actor).await;
    let made = working_copy(&sources(&bench), &reach, &about(2024)).await;
    let (_, said) = made.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let written = Format::Docx.drawn(&said).unwrap();
    let words = opened(folder, "dossier.docx", &written, "txt:Text");
    for part in ["Note de synthèse", "2.c.1", "66,5", "Valeurs en retard"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let cells = Format::Xlsx.drawn(&said).unwrap();
    let cells = opened(folder, "dossier.xlsx", &cells, SHEETS);
    for part in ["2.c.1", "Indicateur", "Livraison de l’année"] {
        assert!(cells.contains(part), "{part}: {cells}");
    }
    assert!(cells.contains("66.5") || cells.contains("66,5"), "{cells}");
    // What opens anything would show nothing.
    let half = &written[..written.len() / 2];
    let broken = std::panic::catch_unwind(|| opened(folder, "abime.docx", half, "txt:Text"));
    assert!(broken.is_err(), "half a file was opened");
}
