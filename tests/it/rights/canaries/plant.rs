//! Every number put in its place, by those who would write such a thing.

use std::collections::BTreeMap;

use jalon::access::grant::GiveGrant;
use jalon::access::grant::store::give;
use jalon::access::token::{CreateToken, NewToken, Secret, TokenScope, store as tokens};
use jalon::access::{Act as _, permit};
use jalon::contracts::{MeansTerm, Slot, Stage as Notified, TermBody};
use jalon::figures::values::{INTAKE, Settings};
use jalon::imports::{Said, SentFile};
use jalon::ledger::{Actor, Change};
use jiff::ToSpan as _;
use uuid::Uuid;

use super::{ASKER, OWNER};
use crate::contracts::hand::{decimal, defines, edit};
use crate::contracts::{
    BOTH, HOSPITAL, HPV, Hand, Made, NORMANDIE, aims, normandie_terms, number, restructuring,
};
use crate::rights::{new_grant, person};
use crate::stage::Stage;
use crate::support::{Bench, EMAIL, Site};

const HOSPITALS: &[&str] = &["ars", "etablissement"];
const SURGERY: &str =
    "indicateur;territoire;annee;valeur\nes-taux-chirurgie-ambulatoire;CH-DES-MONTS";
/// A measure of the establishment that counts, and one of a region: their values may be large.
const LINES: &str = "indicateur;territoire;annee;valeur\nes-lignes-mutualisees;CH-DES-MONTS;2022";
const CHILDREN: &str = "indicateur;territoire;annee;valeur\nenfants-adresses-pco";

/// The people of each role, and where things stand that have an address of their own.
pub struct Sown {
    /// By the key of their role.
    pub people: BTreeMap<String, Uuid>,
    /// The addresses of things.
    pub addresses: Vec<String>,
}

/// Who plants, with the site on which they do.
pub struct Sower<'a> {
    pub bench: &'a Bench,
    pub first: Actor,
    /// The site, nobody signed in.
    pub door: Site,
    pub sown: Sown,
}

impl<'a> Sower<'a> {
    pub async fn plant(&mut self) {
        let normandy = self.contracts().await;
        self.drafts(&normandy).await;
        self.workbook().await;
        self.figures().await;
        self.files().await;
        self.contest().await;
        self.documents().await;
        self.dossiers().await;
        self.accounts().await;
        self.requests().await;
        self.own().await;
    }

    /// Somebody's browser.
    pub async fn site(&self, email: &str) -> Site {
        let mut site = self.door.clone();
        site.sign_in_as(email).await;
        site
    }

    fn found(&mut self, address: impl Into<String>) {
        self.sown.addresses.push(address.into());
    }

    fn stage(&self) -> Stage<'a> {
        Stage::beside(self.bench, self.first, self.bench.db.clone())
    }

    async fn change(&self, actor: Actor, kind: &'static str) -> Change {
        Change::open(&self.bench.db, &self.bench.clock, actor, kind)
            .await
            .unwrap()
    }

    /// Three contracts, signed; one of them amended since, each with an act under way.
    async fn contracts(&self) -> Hand<'a> {
        let (bench, first) = (self.bench, self.first);
        let normandy = Made {
            title: "CPOM de Normandie, 739101562",
            ..NORMANDIE
        };
        let brittany = Made {
            slug: "bretagne-2024-2028",
            title: "CPOM de Bretagne, 739103641",
            organisation: "ARS-53",
            place: "53",
            parties: &[("etat", "MSS"), ("ars", "ARS-53")],
            ..NORMANDIE
        };
        let mountains = Made {
            title: "CPOM du centre hospitalier des Monts, 739105186",
            ..HOSPITAL
        };
        let normandy = Hand::also_creates(bench, first, normandy).await;
        let brittany = Hand::also_creates(bench, first, brittany).await;
        for hand in [&normandy, &brittany] {
            let terms = normandie_terms(hand.section("contrat").await);
            hand.agrees("contrat", None, terms, BOTH, "2024-12-20")
                .await;
        }
        let section = brittany.section("contrat").await;
        let raised = vec![aims(section, "2.c.1", HPV, 2026, number("72"))];
        let why = Some("La campagne porte, 739115284");
        brittany
            .agrees("avenant", why, raised, BOTH, "2025-12-12")
            .await;
        let mountains = Hand::also_creates(bench, first, mountains).await;
        let terms = hospital_terms(mountains.section("contrat").await);
        mountains
            .agrees("contrat", None, terms, HOSPITALS, "2020-12-20")
            .await;
        for (hand, motive) in [
            (&normandy, "Un motif, 739102718"),
            (&brittany, "Un motif, 739104857"),
            (&mountains, "Un motif, 739106472"),
        ] {
            hand.drafts("avenant", Some(motive)).await;
        }
        normandy
    }

    /// Terms of an act under way, and an act that an agency keeps to itself.
    async fn drafts(&self, normandy: &Hand<'_>) {
        let section = normandy.section("contrat").await;
        let draft = normandy.drafts("avenant", Some("Un autre motif")).await;
        let own = defines(section, "4.i", "Un libellé, 739114948", "Un texte");
        let aimed = aims(
            section,
            "2.e",
            "enfants-adresses-pco",
            2026,
            number("739138293"),
        );
        normandy.writes(draft, vec![own, aimed]).await;
        let keeper = Actor::Person(self.sown.people[OWNER]);
        let kept = Hand {
            bench: self.bench,
            actor: keeper,
            book: crate::contracts::hand::book(self.bench, NORMANDIE.framework).await,
            slug: normandy.slug,
            contract: normandy.contract,
        };
        let own = kept.drafts("avenant", Some("Pour nous, 739116629")).await;
        let written = defines(section, "4.i", "Pour nous, 739141627", "Un texte");
        kept.writes(own, vec![written]).await;
    }

    /// A workbook sent for the act that an agency keeps.
    async fn workbook(&mut self) {
        let mut site = self.site(&format!("{OWNER}@example.org")).await;
        // One is signed, two are under way: this is the fourth.
        let fields = [("genre", "termes"), ("acte", "normandie-2024-2028/4")];
        let rows = "Code;Choix;Motif\n2.c.1;Retenu;Notre raison, 739142738\n";
        let file = ("termes-739143849.csv", rows.as_bytes());
        let sent = site.send_file("/imports", &fields, file).await;
        let led = sent.location.unwrap_or_else(|| panic!("{}", sent.body));
        self.file(led.strip_prefix("/imports/").unwrap());
    }

    async fn figures(&self) {
        let later = Some(jiff::civil::date(2026, 3, 15));
        for (text, comment, embargo_until) in [
            (
                format!("{SURGERY};2022;55,1\n"),
                "Dit par l’hôpital, 739107295",
                None,
            ),
            (format!("{LINES};739134748\n"), "D’abord", None),
            (format!("{LINES};739132526\n"), "Corrigé", None),
            (
                format!("{CHILDREN};28;2023;739133637\n"),
                "Tenu jusqu’en mars, 739108914",
                later,
            ),
        ] {
            let settings = said(comment, embargo_until);
            let stage = self.stage();
            let file = stage.rehearse_with(text, &settings).await;
            stage.commit(file.id).await.unwrap();
        }
    }

    /// Files that were sent and not written, in nobody's name.
    async fn files(&mut self) {
        let text = format!("{CHILDREN};53;2023;739137182\n");
        let settings = said("Pas encore écrit, 739109628", None);
        let stage = self.stage();
        let commented = stage.rehearse_with(&text, &settings).await.id;
        let file = SentFile {
            name: "valeurs 739128174.csv".to_owned(),
            bytes: text.as_bytes().to_vec(),
            said: Said::beside(serde_json::to_value(Settings::default()).unwrap()),
        };
        let sent = stage.imports.rehearse(self.first, INTAKE, &file).await;
        let named = sent.unwrap().id;
        drop(stage);
        for id in [commented, named] {
            self.file(&id.to_string());
        }
    }

    /// The addresses of a file that came in.
    fn file(&mut self, id: &str) {
        self.found(format!("/imports/{id}"));
        for part in ["", "/rows"] {
            self.found(format!("/api/v1/rehearsals/{id}{part}"));
        }
        self.found(format!("/api/v1/batches/{id}"));
        self.found(format!("/api/v1/batches/{id}/file"));
        for table in ["lignes", "problemes"] {
            self.found(format!("/tables/{table}.csv?lot={id}"));
        }
    }

    /// A value of the hospital, contested and answered.
    async fn contest(&mut self) {
        let id: (Uuid,) = {
            let mut tx = self.bench.db.read().await.unwrap();
            let sql = "select id from observation where place = $1 and measure = $2";
            let surgery = "es-taux-chirurgie-ambulatoire";
            tx.one(sql, jalon::args!["CH-DES-MONTS", surgery])
                .await
                .unwrap()
        };
        let mut site = self.site(EMAIL).await;
        let fields = [
            ("revision", "1"),
            ("motif", "Contestée, 739117374"),
            ("valeur", "56"),
        ];
        let file = ("preuve-739118827.csv", b"a;b\n1;2\n".as_slice());
        let path = format!("/valeurs/{}/contester", id.0);
        let opened = site.send_file(&path, &fields, file).await;
        let contest = opened.location.unwrap_or_else(|| panic!("{}", opened.body));
        let form = [
            ("reponse", "maintained"),
            ("explication", "Répondu, 739119918"),
        ];
        let answered = site.post(&contest, &form).await;
        assert!(answered.location.is_some(), "{}", answered.body);
        self.found(contest);
        self.lines().await;
        self.found(format!("/valeurs/{}", id.0));
        self.found(format!("/tables/revisions.csv?valeur={}", id.0));
        for part in ["", "/revisions"] {
            self.found(format!("/api/v1/observations/{}{part}", id.0));
        }
    }

    /// The value that was corrected, with the one it was before.
    async fn lines(&mut self) {
        let mut tx = self.bench.db.read().await.unwrap();
        let sql = "select id from observation where measure = 'es-lignes-mutualisees'";
        let (id,): (Uuid,) = tx.one(sql, vec![]).await.unwrap();
        drop(tx);
        self.found(format!("/valeurs/{id}"));
        self.found(format!("/tables/revisions.csv?valeur={id}"));
        self.found(format!("/api/v1/observations/{id}/revisions"));
    }

    /// A document of the hospital's contract: its name says a number, and its bytes another.
    async fn documents(&mut self) {
        let path = format!("/contrats/{}/indicateurs/2.1-1-i1/documents", HOSPITAL.slug);
        let mut site = self.site(EMAIL).await;
        let file = ("piece-739120748.csv", b"a;b\n739121857;1\n".as_slice());
        let sent = site.send_file(&path, &[("annee", "")], file).await;
        assert!(sent.location.is_some(), "{}", sent.body);
        let all: Vec<(Uuid,)> = {
            let mut tx = self.bench.db.read().await.unwrap();
            let sql = "select id from document order by id";
            tx.all(sql, vec![]).await.unwrap()
        };
        for (id,) in all {
            self.found(format!("/tables/versions.csv?document={id}"));
            for address in ["", "/1"] {
                self.found(format!("/documents/{id}{address}"));
            }
            for address in ["", "/versions/1"] {
                self.found(format!("/api/v1/documents/{id}{address}"));
            }
        }
    }

    /// A dossier of the hospital and one of a region, drawn once and given to whoever may.
    async fn dossiers(&mut self) {
        let mut site = self.site(EMAIL).await;
        for (slug, year) in [(HOSPITAL.slug, "2022"), (NORMANDIE.slug, "2024")] {
            let form = [("annee", year), ("jeton", slug)];
            let path = format!("/contrats/{slug}/dossiers");
            let issued = site.post(&path, &form).await;
            let led = issued.location.unwrap_or_else(|| panic!("{}", issued.body));
            let (_, id) = led.split_once("?emis=").unwrap();
            for format in ["pdf", "docx", "xlsx"] {
                self.found(format!("/dossiers/{id}/{format}"));
                self.found(format!("/api/v1/dossiers/{id}/{format}"));
            }
            self.found(format!("/api/v1/dossiers/{id}"));
        }
    }

    /// Two accounts of an agency, one of them a referent; why each holds what it holds.
    async fn accounts(&mut self) {
        for (email, role, why) in [
            (
                "p739122746@example.org",
                "lecteur",
                "Arrivée en renfort, 739124847",
            ),
            (
                "p739123958@example.org",
                "referent-objectif-ars",
                "Remplacement, 739125159",
            ),
        ] {
            let id = person(self.bench, self.first, email, &[]).await;
            let mut new = new_grant(self.bench, id, role, "ARS-28");
            why.clone_into(&mut new.why);
            let change = self.change(self.first, GiveGrant::NAME).await;
            let mut change = change.because(why);
            let leave = permit::<GiveGrant>(&mut change, new).await.unwrap();
            give(&mut change, leave).await.unwrap();
            change.commit().await.unwrap();
            self.found(format!("/personnes/{id}"));
            self.found(format!("/personnes/{id}/habilitations"));
            self.found(format!("/tables/habilitations.csv?personne={id}"));
            self.found(format!("/droits/pourquoi?personne={id}&acte=contract.edit"));
            self.found(format!("/journal?chose={id}"));
        }
    }

    async fn requests(&mut self) {
        let mut site = self.site(&format!("{ASKER}@example.org")).await;
        let form = [
            ("page", "/contrats"),
            ("titre", "Une page, 739126481"),
            ("message", "Une question, 739127574"),
            ("jeton", "1"),
        ];
        let asked = site.post("/aide/demandes/nouvelle", &form).await;
        let led = asked.location.unwrap_or_else(|| panic!("{}", asked.body));
        self.found(led.split('?').next().unwrap());
    }

    /// What one person keeps for themselves: an access of a program and the address of a table.
    async fn own(&self) {
        let owner = Actor::Person(self.sown.people[OWNER]);
        let today = self.bench.clock.today();
        let until = today.saturating_add(30.days());
        let new = NewToken::new("entrepôt 739129295", TokenScope::Read, Some(until), today);
        let mut change = self.change(owner, CreateToken::NAME).await;
        let person = owner.person().unwrap();
        let leave = permit::<CreateToken>(&mut change, person).await.unwrap();
        tokens::create(&mut change, leave, &new.unwrap(), &Secret::random())
            .await
            .unwrap();
        change.commit().await.unwrap();
        let mut site = self.site(&format!("{OWNER}@example.org")).await;
        let last = until.strftime("%d/%m/%Y").to_string();
        let form = [
            ("table", "contrats"),
            ("nom", "tableau 739130574"),
            ("fin", &*last),
            ("jeton", "2"),
        ];
        let opened = site.post("/moi/adresses", &form).await;
        assert_eq!(opened.status.as_u16(), 201, "{}", opened.body);
    }
}

/// What the contract of the hospital says: an action, what follows it, and means.
fn hospital_terms(section: Uuid) -> Vec<jalon::contracts::store::TermEdit> {
    let mut terms = restructuring(section);
    for edit in &mut terms {
        match &mut edit.wanted {
            Some(TermBody::Definition(definition)) => {
                definition.label += ", 739110628";
                definition.text += ", 739111849";
            }
            Some(TermBody::Commitment(commitment)) => commitment.label += ", 739113958",
            Some(TermBody::Target(target)) => *target = number("739136961"),
            _ => {}
        }
    }
    let slot = Slot::Means {
        line: "fir".to_owned(),
        stage: Notified::Notified,
        year: 2020,
    };
    let means = MeansTerm {
        amount: decimal("739131415"),
        source: "Notification, 739112756".to_owned(),
    };
    terms.push(edit(section, slot, TermBody::Means(means)));
    terms
}

fn said(comment: &str, embargo_until: Option<jiff::civil::Date>) -> Settings {
    Settings {
        comment: Some(comment.to_owned()),
        embargo_until,
        ..Settings::default()
    }
}
