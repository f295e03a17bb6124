//! A real thing behind every address: people, a contract with its acts, files, values, a contest,
//! documents, dossiers, a request for help, and what one person keeps as their own.

use std::collections::BTreeMap;

use jalon::access::token::TokenScope;
use jalon::dossier::{Asked, ask, work};
use jalon::figures::Sources;
use jalon::figures::values::Settings;
use jalon::ledger::Actor;
use jiff::ToSpan as _;
use uuid::Uuid;

use super::fit::passes_on_from;
use super::{held, person};
use crate::api::{self, Program};
use crate::contracts::{BOTH, Hand, NORMANDIE, normandie_terms};
use crate::openid::provider::Fake;
use crate::openid::{binds, invited};
use crate::passkey::{Device, registers};
use crate::sealed::Vault;
use crate::stage::Stage;
use crate::support::{Bench, EMAIL, PASSWORD, Site};

/// Who tries: their name in the table, their role and for which organisation. Beside them,
/// `nobody` has not signed in and `guess` has made a secret up.
const PEOPLE: [(&str, &str, &str); 17] = [
    ("empty", "", ""),
    ("passer", "", ""),
    ("technical", "administrateur-technique", ""),
    ("auditor", "auditeur", ""),
    ("insurance", "assurance-maladie-region", "CNAM"),
    ("guest", "invite", ""),
    ("dgs", "referent-national", "DGS"),
    ("reader", "lecteur", "ARS-28"),
    ("normandy", "referent-cpom-ars", "ARS-28"),
    ("brittany", "referent-cpom-ars", "ARS-53"),
    ("director", "directeur-general-ars", "ARS-28"),
    ("director-brittany", "directeur-general-ars", "ARS-53"),
    ("admin-normandy", "administrateur-ars", "ARS-28"),
    ("admin-brittany", "administrateur-ars", "ARS-53"),
    ("help-normandy", "assistance-ars", "ARS-28"),
    ("help-brittany", "assistance-ars", "ARS-53"),
    ("leaver", "lecteur", "ARS-28"),
];

const CONTRACT: &str = "/contrats/normandie-2024-2028";
pub const PDF: &[u8] = b"%PDF-1.7 une piece";

/// Everything that the table speaks of.
pub struct Scene<'a> {
    pub bench: &'a Bench,
    /// Nobody's browser; those of the others are copies that signed in.
    door: Site,
    sites: BTreeMap<String, Site>,
    programs: BTreeMap<String, Program>,
    ids: BTreeMap<String, Uuid>,
    /// What stands in place of each parameter of an address: under its name, or its name after
    /// the part of the address before it.
    names: BTreeMap<String, String>,
    fake: Fake,
    /// Its keys stand for as long as the scene does.
    _vault: Vault<'a>,
}

impl<'a> Scene<'a> {
    pub async fn set(bench: &'a Bench) -> Self {
        let first = bench.install().await;
        let vault = Vault::of(bench, first);
        let file = vault.file();
        vault
            .program(&["seal", "create-key", file.to_str().unwrap()])
            .done();
        let fake = Fake::open(&bench.clock).await;
        let set = |config: &mut jalon::platform::config::Config| {
            fake.named_in(config);
            config.seal_key_file = Some(file);
        };
        let door = bench.site_with(set).await;
        let mut scene = Self {
            bench,
            door,
            sites: BTreeMap::new(),
            programs: BTreeMap::new(),
            ids: BTreeMap::new(),
            names: BTreeMap::new(),
            fake,
            _vault: vault,
        };
        scene.contract(first).await;
        scene.people(first).await;
        scene.acts().await;
        scene.figures(first).await;
        scene.files().await;
        scene.documents().await;
        scene.dossiers().await;
        scene.rights(first).await;
        scene.own().await;
        scene.words();
        scene
    }

    /// The browser of somebody.
    pub fn site(&self, who: &str) -> Site {
        match who {
            "nobody" | "guess" => self.door.clone(),
            _ => self.sites[who].clone(),
        }
    }

    /// Keeps a browser as it is after a request, which may have renewed its session.
    pub fn goes_on(&mut self, who: &str, site: Site) {
        if let Some(kept) = self.sites.get_mut(who) {
            *kept = site;
        }
    }

    /// Somebody's access to the API, which may write.
    pub fn program(&mut self, who: &str) -> &mut Program {
        self.programs.get_mut(who).unwrap()
    }

    /// Somebody's account.
    pub fn id(&self, who: &str) -> Uuid {
        self.ids[who]
    }

    pub fn knows(&self, who: &str) -> bool {
        ["nobody", "guess"].contains(&who) || self.sites.contains_key(who)
    }

    /// What that name stands for.
    pub fn named(&self, name: &str) -> Option<&str> {
        self.names.get(name).map(String::as_str)
    }

    /// A text with what its names stand for.
    pub fn filled(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.names {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        filled
    }

    fn name(&mut self, name: &str, value: &impl ToString) {
        self.names.insert(name.to_owned(), value.to_string());
    }

    fn actor(&self, who: &str) -> Actor {
        Actor::Person(self.ids[who])
    }

    async fn signs_in(&mut self, who: &str, email: &str) {
        let mut site = self.door.clone();
        site.sign_in_as(email).await;
        self.sites.insert(who.to_owned(), site);
        let until = self.bench.clock.today().saturating_add(30.days());
        let scope = TokenScope::ReadWrite;
        let (_, secret) = api::open(self.bench, self.actor(who), scope, until).await;
        let program = Program::over(self.door.clone(), secret);
        self.programs.insert(who.to_owned(), program);
    }

    async fn people(&mut self, first: Actor) {
        self.ids
            .insert("national".to_owned(), first.person().unwrap());
        self.signs_in("national", EMAIL).await;
        for (who, role, organisation) in PEOPLE {
            let email = format!("{who}@example.org");
            let held = [(role, organisation)];
            let roles = if role.is_empty() { &[][..] } else { &held };
            let id = person(self.bench, first, &email, roles).await;
            self.ids.insert(who.to_owned(), id);
            self.signs_in(who, &email).await;
        }
    }

    /// Posts a form that must be taken; where it leads.
    async fn sends(&mut self, who: &str, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.site(who).post(path, form).await;
        answer
            .location
            .unwrap_or_else(|| panic!("{path}: {}", answer.body))
    }

    /// The same with a file.
    async fn attaches(&mut self, who: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let file = ("piece.pdf", PDF);
        let answer = self.site(who).send_file(path, fields, file).await;
        answer
            .location
            .unwrap_or_else(|| panic!("{path}: {}", answer.body))
    }

    async fn contract(&mut self, first: Actor) {
        let hand = Hand::creates(self.bench, first, NORMANDIE).await;
        let section = hand.section("contrat").await;
        let terms = normandie_terms(section);
        hand.agrees("contrat", None, terms, BOTH, "2024-12-20")
            .await;
        // Four acts under way: one to write, one to sign, one to confirm, one to give up.
        for motive in ["À écrire", "À signer"] {
            hand.drafts("avenant", Some(motive)).await;
        }
        hand.drafts("correction", Some("À confirmer")).await;
        hand.drafts("avenant", Some("À abandonner")).await;
    }

    /// An act that its authors keep to themselves, prepared as they would.
    async fn acts(&mut self) {
        let form = [("acte", "avenant"), ("motif", "À ouvrir"), ("jeton", "a")];
        let path = format!("{CONTRACT}/actes/nouveau");
        let led = self.sends("normandy", &path, &form).await;
        let no = last_part(&led);
        self.name("kept", &no);
    }

    async fn figures(&mut self, first: Actor) {
        let stage = Stage::beside(self.bench, first, self.bench.db.clone());
        let text = "indicateur;territoire;annee;valeur\nvaccination-hpv-filles-15-ans;28;2022;54,1\nvaccination-hpv-filles-15-ans;28;2023;55,1\n";
        let file = stage.rehearse_with(text, &Settings::default()).await;
        stage.commit(file.id).await.unwrap();
        let observation = self
            .observation("vaccination-hpv-filles-15-ans", "2023")
            .await;
        let contested = self
            .observation("vaccination-hpv-filles-15-ans", "2022")
            .await;
        self.name("observation", &observation);
        self.name("observations/id", &observation);
        let path = format!("/valeurs/{contested}/contester");
        let fields = [("revision", "1"), ("motif", "Un motif"), ("valeur", "60")];
        let led = self.attaches("normandy", &path, &fields).await;
        self.name("contestations/id", &last_part(&led));
    }

    async fn observation(&self, measure: &str, period: &str) -> Uuid {
        let mut tx = self.bench.db.read().await.unwrap();
        let sql = "select id from observation where measure = $1 and place = '28' and period = $2";
        let found: (Uuid,) = tx.one(sql, jalon::args![measure, period]).await.unwrap();
        found.0
    }

    /// Files of an indicator that the agencies supply themselves: two written, the others read.
    async fn files(&mut self) {
        let actor = self.actor("normandy");
        let stage = Stage::beside(self.bench, actor, self.bench.db.clone());
        let read = async |year: &str, value: &str| {
            let text = format!("indicateur;territoire;annee;valeur\n9.a;28;{year};{value}\n");
            let file = stage.rehearse_current(text).await;
            assert_eq!(file.problems, []);
            file.id
        };
        for (name, year) in [("committed", "2024"), ("committed-api", "2025")] {
            let id = read(year, "2").await;
            stage.commit(id).await.unwrap();
            self.name(name, &id);
        }
        let own: Vec<(&str, &str)> = vec![
            ("imports/id", "3"),
            ("to-commit", "4"),
            ("to-drop", "5"),
            ("rehearsals/id", "6"),
            ("to-commit-api", "7"),
            ("to-drop-api", "8"),
        ];
        for (name, value) in own {
            let id = read("2024", value).await;
            self.name(name, &id);
        }
        let committed = self.names["committed-api"].clone();
        self.name("batches/id", &committed);
        let supplied = self.observation_of("9.a").await;
        self.name("supplied", &supplied);
    }

    /// The value of Normandy, in 2024, of an indicator of one measure.
    async fn observation_of(&self, indicator: &str) -> Uuid {
        let mut tx = self.bench.db.read().await.unwrap();
        let sql = "select id from observation
                   where place = '28' and period = '2024' and measure <> $1 order by id";
        let found: Vec<(Uuid,)> = tx
            .all(sql, jalon::args![crate::contracts::HPV])
            .await
            .unwrap();
        assert_eq!(found.len(), 1, "{indicator}");
        found[0].0
    }

    async fn documents(&mut self) {
        let path = format!("{CONTRACT}/indicateurs/2.c.1/documents");
        self.attaches("normandy", &path, &[("annee", "")]).await;
        let mut tx = self.bench.db.read().await.unwrap();
        let sql = "select id from document where kind <> 'contest' order by id";
        let found: Vec<(Uuid,)> = tx.all(sql, vec![]).await.unwrap();
        drop(tx);
        self.name("documents/id", &found[0].0);
    }

    /// A dossier that was issued, and a run that is over.
    async fn dossiers(&mut self) {
        let form = [("annee", "2024"), ("jeton", "b")];
        let path = format!("{CONTRACT}/dossiers");
        let led = self.sends("normandy", &path, &form).await;
        let dossier = led.rsplit('=').next().unwrap().to_owned();
        self.name("dossiers/id", &dossier);
        let sources = Sources::new(self.bench.db.clone(), self.bench.clock.clone());
        let run = Uuid::from_u128(77);
        let asked = Asked {
            framework: "etat-ars-2024-2028".to_owned(),
            year: 2024,
            day: None,
        };
        ask(&sources, self.actor("normandy"), run, asked)
            .await
            .unwrap();
        work(&sources, run).await.unwrap();
        self.name("tirages/id", &run);
    }

    /// A review of the year, a request for help, grants, and an account that waits for its owner.
    async fn rights(&mut self, first: Actor) {
        let due = self
            .bench
            .clock
            .today()
            .saturating_add(30.days())
            .to_string();
        let form = [("organisation", ""), ("echeance", &*due)];
        let led = self.sends("national", "/droits/revue", &form).await;
        self.name("review", &last_part(&led));
        let form = [
            ("page", "/contrats"),
            ("message", "Une question"),
            ("jeton", "c"),
        ];
        let led = self
            .sends("normandy", "/aide/demandes/nouvelle", &form)
            .await;
        self.name("request", &last_part(&led));
        for (name, who) in [("grant", "leaver"), ("own-grant", "normandy")] {
            let grant = held(self.bench, self.ids[who]).await[0].grant.id;
            self.name(name, &grant);
        }
        // It has not begun: nobody holds more by it yet.
        let later = self.bench.clock.today().saturating_add(30.days());
        let stand_in = [("lecteur", "ARS-28")];
        let to = person(self.bench, first, "suppleante@example.org", &stand_in).await;
        let holder = self.ids["normandy"];
        let passed = passes_on_from(self.bench, holder, to, later).await.unwrap();
        self.name("handed-on", &passed);
        let passed = passes_on_from(self.bench, holder, to, later).await.unwrap();
        self.name("received", &passed);
        self.ids.insert("stand-in".to_owned(), to);
        self.signs_in("stand-in", "suppleante@example.org").await;
        let leaver = self.ids["leaver"];
        self.name("person", &leaver);
        let link = invited(self.bench, first).await;
        self.name("lien/secret", &last_part(&link));
    }

    /// What one person keeps as their own: a second session, a key, an identity, an access, the
    /// address of a table.
    async fn own(&mut self) {
        let mut site = self.site("normandy");
        let done = registers(&mut site, &mut Device::new()).await;
        assert!(done.location.is_some(), "{}", done.body);
        let done = binds(&self.fake, &mut site, PASSWORD).await;
        assert!(done.location.is_some(), "{}", done.body);
        // Both renew the identifier of the session.
        self.sites.insert("normandy".to_owned(), site.clone());
        let mut other = self.door.clone();
        other.sign_in_as("normandy@example.org").await;
        let page = site.get("/moi").await.body;
        let session = between(&page, "/moi/sessions/", "/terminer");
        self.name("session", &session);
        let identity = between(&page, "/moi/identites/", "/retirer");
        self.name("identity", &identity);
        let page = site.get("/moi/cles").await.body;
        self.name("passkey", &between(&page, "/moi/cles/", "/retirer"));
        let until = self.bench.clock.today().saturating_add(30.days());
        let actor = self.actor("normandy");
        let (token, _) = api::open(self.bench, actor, TokenScope::Read, until).await;
        self.name("token", &token);
        let last = until.strftime("%d/%m/%Y").to_string();
        let form = [
            ("table", "contrats"),
            ("nom", "Contrats"),
            ("fin", &*last),
            ("jeton", "d"),
        ];
        let page = site.post("/moi/adresses", &form).await.body;
        self.name("address", &between(&page, "/moi/adresses/", "/revoquer"));
        self.name("donnees/secret", &between(&page, "/donnees/", "/"));
    }

    /// What is no thing of this scene but a word of an address.
    fn words(&mut self) {
        for (name, value) in [
            ("slug", "normandie-2024-2028"),
            ("framework", "etat-ars-2024-2028"),
            ("cadres/code", "etat-ars-2024-2028"),
            ("frameworks/code", "etat-ars-2024-2028"),
            ("catalogue/code", "vaccination-hpv-filles-15-ans"),
            ("measures/code", "vaccination-hpv-filles-15-ans"),
            ("organisations/code", "ARS-28"),
            ("fournisseurs/code", "DGS"),
            ("erreurs/code", "layout"),
            ("key", "2.c.1"),
            ("objectifs/key", "2"),
            ("place", "28"),
            ("year", "2025"),
            ("fiche/year", "2024"),
            ("no", "2"),
            ("versions/no", "1"),
            ("table", "contrats"),
            ("file", "contrats.csv"),
            ("format", "pdf"),
            ("subject", "contrats"),
            ("name", "valeurs.schema.json"),
        ] {
            self.name(name, &value);
        }
    }
}

/// The last part of an address, without its query.
fn last_part(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

/// What stands between two texts of a page.
fn between(page: &str, before: &str, after: &str) -> String {
    let all = page.split(before).skip(1);
    let mut found = all.filter_map(|rest| rest.split_once(after).map(|(inner, _)| inner));
    let is_plain = |text: &&str| !text.is_empty() && !text.contains(['"', '<', ' ', '/']);
    let found = found.find(is_plain);
    found
        .unwrap_or_else(|| panic!("{before}: {page}"))
        .to_owned()
}
