//! `jalon dossier`, as a person at a terminal asks for documents.

use std::io::{Cursor, Read as _};

use jalon::documents::store as blobs;
use jalon::dossier::Format;
use sha2::{Digest as _, Sha256};

use super::paper::Paper;
use super::runs::more;
use super::{CONTRACT, signed};
use crate::on_both_engines;
use crate::program::Program;
use crate::support::{pdf_text, said_in};

const FRAMEWORK: &str = "etat-ars-2024-2028";

/// A program that writes documents into its folder.
struct Printer(Program);

impl Printer {
    fn out(&self, name: &str) -> String {
        self.0.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// What a command writes into a file of that name.
    #[track_caller]
    fn writes(&self, name: &str, words: &[&str]) -> Vec<u8> {
        let out = self.out(name);
        let words = [&["dossier"][..], words, &["--out", &out]].concat();
        let told = self.0.run(&words).done();
        assert!(told.contains(name), "{told}");
        std::fs::read(out).unwrap()
    }

    #[track_caller]
    fn refused(&self, name: &str, words: &[&str]) -> String {
        let out = self.out(name);
        let told = self
            .0
            .run(&[&["dossier"][..], words, &["--out", &out]].concat());
        assert!(!std::fs::exists(&out).unwrap());
        assert_ne!(told.code, Some(0), "{words:?}: {}", told.out);
        told.err
    }
}

on_both_engines! {
    async fn the_name_of_the_file_says_what_a_dossier_is_written_as(bench: Bench) {
        let (_, stage) = signed(&bench).await;
        let printer = Printer(Program::on(&bench.url));
        let of = ["--contract", CONTRACT, "--year", "2024"];
        for name in ["dossier.pdf", "dossier.docx", "DOSSIER.XLSX"] {
            let bytes = printer.writes(name, &of);
            assert!(said_in(&bytes).contains("66,5") || said_in(&bytes).contains("66.5"), "{name}");
        }
        // A working copy is not kept.
        assert_eq!(stage.count("issued_dossier").await, 0);
        let told = printer.refused("dossier.odt", &of);
        assert!(told.contains("terminez le nom par .pdf, .docx ou .xlsx"), "{told}");
        let told = printer.refused("refuse.pdf", &["--contract", CONTRACT, "--year", "2031"]);
        assert!(told.contains("2031"), "{told}");
        let told = printer.refused("refuse.pdf", &["--contract", "rien", "--year", "2024"]);
        assert!(told.contains("aucun contrat"), "{told}");
        let told = printer.refused("refuse.pdf", &["--contract", CONTRACT, "--year", "2024", "--au", "hier"]);
        assert!(told.contains("15/03/2026"), "{told}");
    }
}

on_both_engines! {
    async fn what_is_issued_at_a_terminal_is_kept_as_written(bench: Bench) {
        let (_, stage) = signed(&bench).await;
        let printer = Printer(Program::on(&bench.url));
        let bytes = printer.writes("dossier.pdf", &["--contract", CONTRACT, "--year", "2024", "--issue"]);
        assert_eq!(stage.count("issued_dossier").await, 1);
        assert!(!pdf_text(&bytes).contains("Exemplaire de travail"));
        let mut tx = bench.db.read().await.unwrap();
        let kept = blobs::bytes(&mut tx, &Sha256::digest(&bytes)[..]).await.unwrap();
        assert!(kept.as_ref() == Some(&bytes), "what is kept is not what was written");
        let told = printer.refused("f.pdf", &["--contract", CONTRACT, "--year", "2024", "--fiche", "--issue"]);
        assert!(told.contains("--fiche") || told.contains("--issue"), "{told}");
    }
}

on_both_engines! {
    async fn all_the_dossiers_of_a_framework_are_a_folder_or_one_file(bench: Bench) {
        let (actor, stage) = signed(&bench).await;
        more(&bench, actor).await;
        let printer = Printer(Program::on(&bench.url));
        let all = ["--framework", FRAMEWORK, "--year", "2024", "--all"];
        let zip = printer.writes("dossiers.zip", &all);
        let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        let mut names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        names.sort_unstable();
        let mut wanted = Vec::new();
        for contract in ["bretagne-2024-2028", CONTRACT] {
            let formats = Format::ALL.map(Format::code);
            wanted.extend(formats.map(|format| format!("{contract}-dossier-2024.{format}")));
        }
        wanted.sort_unstable();
        assert_eq!(names, wanted);
        let mut brought = Vec::new();
        zip.by_name(&wanted[1]).unwrap().read_to_end(&mut brought).unwrap();
        assert!(pdf_text(&brought).contains("Bretagne"));
        assert_eq!(stage.count("issued_dossier").await, 0);

        let folder = printer.out("tous");
        let told = printer.0.run(&[&["dossier"][..], &all, &["--issue", "--out", &folder]].concat()).done();
        assert!(told.contains("1/2") && told.contains("2/2") && told.contains("6 fichiers"), "{told}");
        let written = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!((written, stage.count("issued_dossier").await), (6, 2));
        let told = printer.refused("x.zip", &["--framework", FRAMEWORK, "--year", "2012", "--all"]);
        assert!(told.contains("2012"), "{told}");
    }
}

on_both_engines! {
    async fn the_sheets_are_written_on_one_page(bench: Bench) {
        let _ = signed(&bench).await;
        let printer = Printer(Program::on(&bench.url));
        let region = ["--contract", CONTRACT, "--year", "2024", "--fiche", "--one-page"];
        let sheet = Paper::of(&printer.writes("region.pdf", &region));
        assert_eq!(sheet.pages(), 1);
        assert!(sheet.text_of(1).contains("66,5"), "{}", sheet.text_of(1));
        let indicator = ["--framework", FRAMEWORK, "--indicator", "2.c.1"];
        let sheet = Paper::of(&printer.writes("indicateur.pdf", &indicator));
        assert_eq!(sheet.pages(), 1);
        assert!(sheet.text_of(1).contains("66,5"), "{}", sheet.text_of(1));
        let before = [&indicator[..], &["--period", "2023"]].concat();
        let sheet = Paper::of(&printer.writes("avant.pdf", &before));
        assert!(sheet.text_of(1).contains("66,3"), "{}", sheet.text_of(1));
        printer.refused("rien.pdf", &["--framework", FRAMEWORK, "--indicator", "9.z"]);
    }
}
