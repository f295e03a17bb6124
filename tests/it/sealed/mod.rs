//! What is kept under seal: who reads it, where it never is, and the keys it stands under.

mod factor;
mod keys;
mod note;

use std::path::{Path, PathBuf};
use std::process::Command;

use jalon::ledger::Actor;

use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::program::{Program, Said};
use crate::rights::person;
use crate::support::{Bench, Folder, Site};

/// Where the note of the tests stands.
pub const NOTE: &str = "/contrats/normandie-2024-2028/note";
/// In the note of the tests and nowhere else.
pub const CANARY: &str = "564738291";
/// Who writes it.
pub const AUTHOR: &str = "dg@example.org";

/// An installation with a file of keys, a signed contract and its director general.
pub struct Vault<'a> {
    pub bench: &'a Bench,
    pub first: Actor,
    folder: Folder,
}

impl<'a> Vault<'a> {
    pub async fn set(bench: &'a Bench) -> Self {
        let first = bench.install().await;
        let hand = Hand::creates(bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        hand.agrees(
            "contrat",
            None,
            normandie_terms(section),
            BOTH,
            "2024-12-20",
        )
        .await;
        person(bench, first, AUTHOR, &[("directeur-general-ars", "ARS-28")]).await;
        let vault = Self::of(bench, first);
        vault
            .program(&["seal", "create-key", vault.file().to_str().unwrap()])
            .done();
        vault
    }

    /// One without a key yet.
    pub fn of(bench: &'a Bench, first: Actor) -> Self {
        let folder = Folder::new();
        Self {
            bench,
            first,
            folder,
        }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("cles")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The command line, with the file of keys.
    pub fn program(&self, words: &[&str]) -> Said {
        let program = Program::on(&self.bench.url);
        let mut command: Command = program.command(words);
        command.env("JALON_SEAL_KEY_FILE", self.file());
        command.output().unwrap().into()
    }

    /// The site, with the file of keys.
    pub async fn site(&self) -> Site {
        let file = self.file();
        self.bench
            .site_with(|config| config.seal_key_file = Some(file))
            .await
    }

    /// The same with somebody signed in.
    pub async fn site_of(&self, email: &str) -> Site {
        let mut site = self.site().await;
        site.sign_in_as(email).await;
        site
    }

    /// Has the director general write a note, over the version of that number.
    pub async fn writes(&self, text: &str, seen: &str) {
        let mut site = self.site_of(AUTHOR).await;
        let done = site.post(NOTE, &[("note", text), ("vu", seen)]).await;
        assert_eq!(
            done.location.as_deref(),
            Some(&*format!("{NOTE}?fait=ecrite")),
            "{}",
            done.body
        );
    }
}
