//! Every step of the schema, taken by a database that already holds something.
//!
//! A new step adds its own rows to [`rows_of`]: the steps after it must keep them.

use std::path::Path;

use jalon::args;
use jalon::platform::db::{Arg, Db};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use uuid::Uuid;

use crate::on_both_engines;

const ID: fn(u128) -> Uuid = Uuid::from_u128;

/// Rows with their parameters, and a question whose answer must never change.
type Sample = (Vec<(&'static str, Vec<Arg>)>, &'static str, &'static str);

/// Rows for the tables that a step makes.
fn rows_of(step: i64) -> Sample {
    match step {
        1 => core(),
        2 => frameworks(),
        3 => contracts(),
        4 => figures(),
        5 => history(),
        6 => accesses(),
        7 => addresses(),
        8 => campaigns(),
        9 => grants(),
        10 => door(),
        11 => dossiers(),
        12 | 13 | 27 | 30 => indexes(),
        14 => sealed(),
        15 => identities(),
        16 => passkeys(),
        17 => help_requests(),
        18 => leaving(),
        19 => reviews(),
        20 => section_grants(),
        21 => forgotten(),
        22 => kept_drafts(),
        23 => origins(),
        24 => erasable(),
        25 => value_openings(),
        26 => embargoed_documents(),
        28 => organisation_contacts(),
        29 => framework_parties(),
        _ => panic!("give step {step} some rows, for the steps after it to keep"),
    }
}

fn leaving() -> Sample {
    let update = "update person set leaves_on = '2026-03-31', closed_change = 1 where id = $1";
    let question = "select leaves_on from person where closed_change = 1";
    (vec![(update, args![ID(2)])], question, "2026-03-31")
}

fn framework_parties() -> Sample {
    let party = "insert into framework_party (framework, kind) values ('autre', 'establishment')";
    let question = "select kind from framework_party where framework = 'autre'";
    (vec![(party, args![])], question, "establishment")
}

fn value_openings() -> Sample {
    let opening = "insert into measure_opening (framework, measure, audience) values ('essai', 'essai-mesure', 'everybody')";
    let question = "select audience from measure_opening";
    (vec![(opening, args![])], question, "everybody")
}

fn organisation_contacts() -> Sample {
    let organisation = "insert into organisation (id, code, kind, name, usages, changed_in) values ($1, 'ESSAI', 'other', 'Essai', '[]', 1)";
    let contact = "insert into organisation_contact (organisation, address, changed_in) values ('ESSAI', 'contact@example.org', 1)";
    let rows = vec![(organisation, args![ID(2)]), (contact, args![])];
    let question = "select address from organisation_contact";
    (rows, question, "contact@example.org")
}

fn embargoed_documents() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'document', $2, 1, 'Plan')",
                args![ID(240), ID(1)],
            ),
            (
                "insert into document (id, kind, subject, place, period, embargo_until, loaded_by) values ($1, 'value', 'm', '28', '2024', '2026-12-31', $2)",
                args![ID(240), ID(2)],
            ),
        ],
        "select embargo_until from document where loaded_by is not null",
        "2026-12-31",
    )
}

fn origins() -> Sample {
    (
        vec![(
            "insert into change (no, at, kind, origin, prev, hash)
             values (23, 5, 'essai', '192.0.2.7', $1, $1)",
            args![vec![0_u8]],
        )],
        "select origin from change where no = 23",
        "192.0.2.7",
    )
}

fn erasable() -> Sample {
    let question = "select erasable from append_only where name = 'change'";
    (vec![], question, "why, origin")
}

fn kept_drafts() -> Sample {
    (
        vec![(
            "update instrument set keeper = 'ARS-28' where state = 'draft'",
            args![],
        )],
        "select distinct keeper from instrument where state = 'draft'",
        "ARS-28",
    )
}

fn forgotten() -> Sample {
    (
        vec![(
            "update person set forgotten_change = 1 where id = $1",
            args![ID(2)],
        )],
        "select leaves_on from person where forgotten_change = 1",
        "2026-03-31",
    )
}

fn section_grants() -> Sample {
    (
        vec![(
            "update access_grant set section_id = $1 where id = $2",
            args![ID(30), ID(90)],
        )],
        "select role from access_grant where section_id is not null",
        "lecteur",
    )
}

fn reviews() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'rights_review', $2, 1, 'Revue')",
                args![ID(180), ID(1)],
            ),
            (
                "insert into rights_review (id, year, organisation, due_on, opened_change, reminders) values ($1, 2026, '', '2026-03-31', 1, 0)",
                args![ID(180)],
            ),
            (
                "insert into rights_review_answer (review_id, grant_id, confirmed_change) values ($1, $2, 1)",
                args![ID(180), ID(90)],
            ),
        ],
        "select r.due_on from rights_review r join rights_review_answer a on a.review_id = r.id",
        "2026-03-31",
    )
}

fn dossiers() -> Sample {
    (
        vec![
            (
                "insert into blob (sha, size, stored) values ($1, 2, $2)",
                args![vec![9_u8], vec![123_u8, 125]],
            ),
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'dossier', $2, 1, 'Dossier')",
                args![ID(190), ID(1)],
            ),
            (
                "insert into issued_dossier (id, contract_id, section_key, year, as_of, known_change, renderer, manifest, issued_change) values ($1, $3, '', 2024, '2026-01-05', 1, 'essai', $2, 1)",
                args![ID(190), vec![9_u8], ID(6)],
            ),
            (
                "insert into issued_file (dossier_id, format, name, size, sha) values ($1, 'pdf', 'dossier.pdf', 2, $2)",
                args![ID(190), vec![9_u8]],
            ),
            (
                "insert into print_run (id, framework, year, person_id, created_at, claimed_until) values ($1, 'cadre', 2024, $2, 5, 0)",
                args![ID(191), ID(2)],
            ),
            (
                "insert into print_run_item (run_id, rank, contract_slug, section_key, label, dossier_id) values ($1, 1, 'essai', '', 'Essai', $2)",
                args![ID(191), ID(190)],
            ),
        ],
        "select f.name || ' ' || i.label from print_run_item i join issued_file f on f.dossier_id = i.dossier_id",
        "dossier.pdf Essai",
    )
}

fn help_requests() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'help_request', $2, 1, 'Demande')",
                args![ID(210), ID(1)],
            ),
            (
                "insert into help_request (id, person_id, organisation, national, page, title, seen, state, awaits, created_change) values ($1, $2, '', true, '/contrats', 'Contrats', '{}', 'open', true, 1)",
                args![ID(210), ID(2)],
            ),
            (
                "insert into help_message (request_id, no, kind, body, change_no) values ($1, 1, 'ask', 'Bonjour', 1)",
                args![ID(210)],
            ),
        ],
        "select h.title || ' ' || m.body from help_request h join help_message m on m.request_id = h.id",
        "Contrats Bonjour",
    )
}

fn sealed() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'confidential_note', $2, 1, '')",
                args![ID(200), ID(1)],
            ),
            (
                "insert into confidential_note (id, contract_id) values ($1, $2)",
                args![ID(200), ID(6)],
            ),
            (
                "insert into confidential_note_version (note_id, no, digest, change_no) values ($1, 1, $2, 1)",
                args![ID(200), vec![9_u8]],
            ),
            (
                "insert into sealed (id, thing_id, slot, no, key_id, wrapped, nonce, body) values ($1, $2, 'confidential_note', 1, 'cle', $3, $3, $3)",
                args![ID(201), ID(200), vec![9_u8]],
            ),
        ],
        "select s.key_id from sealed s join confidential_note_version v on v.note_id = s.thing_id and v.no = s.no",
        "cle",
    )
}

fn identities() -> Sample {
    (
        vec![(
            "insert into identity (id, person_id, issuer, idp, subject, siret, amr, bound_at, seen_at, bound_change) values ($1, $2, 'https://id.example.org', 'dgs', 'agent', '11000201100044', 'pwd mfa', 5, 6, 1)",
            args![ID(200), ID(2)],
        )],
        "select i.idp || ' ' || i.subject || ' ' || p.name from identity i join person p on p.id = i.person_id",
        "dgs agent Une personne",
    )
}

fn passkeys() -> Sample {
    (
        vec![(
            "insert into passkey (id, person_id, credential, material, name, count, created_at, created_change) values ($1, $2, $3, '{}', 'Un poste', 7, 5, 1)",
            args![ID(210), ID(2), vec![21_u8]],
        )],
        "select k.name || ' ' || p.name from passkey k join person p on p.id = k.person_id where k.count = 7",
        "Un poste Une personne",
    )
}

fn history() -> Sample {
    (
        vec![(
            "insert into append_only (name, frozen) values ('installation', 'purpose')",
            args![],
        )],
        "select frozen from append_only where name = 'installation'",
        "purpose",
    )
}

fn door() -> Sample {
    (
        vec![
            (
                "insert into mail (id, dedup, address, subject, body, created_at, due_at, useless_at, attempts, state) values ($1, 'essai', 'a@example.org', 'Essai', 'Bonjour', 5, 5, 9, 0, 'waiting')",
                args![ID(110)],
            ),
            (
                "insert into access_link (digest, person_id, kind, created_at, expires_at) values ($1, $2, 'reset', 5, 9)",
                args![vec![11_u8], ID(2)],
            ),
            (
                "insert into authenticator (person_id, secret, last_step, created_change) values ($1, $2, 3, 1)",
                args![ID(2), vec![11_u8]],
            ),
            (
                "insert into recovery_code (person_id, digest) values ($1, $2)",
                args![ID(2), vec![11_u8]],
            ),
            (
                "insert into access_event (id, at, kind, done, detail) values ($1, 5, 'refused', false, '/contrats')",
                args![ID(111)],
            ),
        ],
        "select m.subject from mail m, access_link l, authenticator a, recovery_code r, access_event e where l.person_id = a.person_id and r.used_at is null and e.detail = '/contrats'",
        "Essai",
    )
}

fn campaigns() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'campaign', $2, 1, 'Bilan 2024')",
                args![ID(80), ID(1)],
            ),
            (
                "insert into campaign (id, framework, year, revision_id, change_no) values ($1, 'essai', 2024, $2, 1)",
                args![ID(80), ID(5)],
            ),
        ],
        "select framework from campaign where year = 2024",
        "essai",
    )
}

fn addresses() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'table_address', $2, 1, '')",
                args![ID(70), ID(1)],
            ),
            (
                "insert into table_address (id, person_id, name, table_name, choices, digest, expires_on, created_change) values ($1, $2, 'Mon tableau', 'contrats', '', $3, '2026-12-31', 1)",
                args![ID(70), ID(2), vec![7_u8]],
            ),
        ],
        "select table_name from table_address where used_at is null",
        "contrats",
    )
}

/// A step that makes indexes alone.
fn indexes() -> Sample {
    let question = "select name from append_only where name = 'entry'";
    (vec![], question, "entry")
}

fn grants() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'grant', $2, 1, 'Lecteur')",
                args![ID(90), ID(1)],
            ),
            (
                "insert into access_grant (id, person_id, role, organisation, framework, objective, starts_on, why, given_change) values ($1, $2, 'lecteur', 'DGS', '', '', '2026-01-01', 'Essai', 1)",
                args![ID(90), ID(2)],
            ),
            (
                "insert into framework_opening (framework, what, audience) values ('essai', 'drafts', 'parties')",
                args![],
            ),
        ],
        "select g.role from access_grant g join change c on c.no = g.given_change where c.grant_id is null",
        "lecteur",
    )
}

fn accesses() -> Sample {
    (
        vec![
            (
                "insert into access_seal (no, at, events, prev, hash) values (1, 5, 1, $1, $1)",
                args![vec![0_u8]],
            ),
            (
                "insert into access_event (id, at, kind, done, seal_no) values ($1, 5, 'sign_in', true, 1)",
                args![ID(60)],
            ),
        ],
        "select e.kind from access_event e join access_seal s on s.no = e.seal_no",
        "sign_in",
    )
}

fn core() -> Sample {
    let nothing = vec![0_u8];
    (
        vec![
            (
                "insert into installation (id, purpose, created_at, complete) values (1, 'real', 5, true)",
                args![],
            ),
            (
                "insert into change (no, at, kind, prev, hash) values (1, 5, 'essai', $1, $1)",
                args![nothing.clone()],
            ),
            (
                "insert into scope (id, organisation, framework) values ($1, '', '')",
                args![ID(1)],
            ),
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'person', $2, 1, 'Une personne')",
                args![ID(2), ID(1)],
            ),
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'place', $2, 1, 'Bretagne')",
                args![ID(3), ID(1)],
            ),
            (
                "insert into entry (change_no, seq, thing_id, verb, after_state) values (1, 0, $1, 'create', '{}')",
                args![ID(2)],
            ),
            (
                "insert into answer (form, change_no, at, location) values ($1, 1, 5, '/contrats/essai')",
                args![nothing.clone()],
            ),
            (
                "insert into person (id, name, email, created_change) values ($1, 'Une personne', 'a@example.org', 1)",
                args![ID(2)],
            ),
            (
                "insert into place (id, code, kind, name, usages, changed_in) values ($1, '53', 'region', 'Bretagne', '[]', 1)",
                args![ID(3)],
            ),
        ],
        "select p.email || ' ' || e.verb || ' ' || t.label from person p join entry e on e.thing_id = p.id join thing t on t.id = p.id",
        "a@example.org create Une personne",
    )
}

fn frameworks() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'framework', $2, 1, 'Un cadre')",
                args![ID(4), ID(1)],
            ),
            (
                "insert into framework (code, thing_id, current_no) values ('essai', $1, 1)",
                args![ID(4)],
            ),
            (
                "insert into framework_revision (id, framework, no, origin, model, change_no) values ($1, 'essai', 1, 'text', '{}', 1)",
                args![ID(5)],
            ),
            (
                "insert into framework_file (revision_id, name, body) values ($1, 'cadre.yaml', 'code: essai')",
                args![ID(5)],
            ),
        ],
        "select f.code || ' ' || r.origin || ' ' || t.body from framework f join framework_revision r on r.framework = f.code join framework_file t on t.revision_id = r.id",
        "essai text code: essai",
    )
}

fn contracts() -> Sample {
    (
        vec![
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'contract', $2, 1, 'Un contrat')",
                args![ID(6), ID(1)],
            ),
            (
                "insert into thing (id, kind, scope_id, version, label) values ($1, 'instrument', $2, 1, 'Un acte')",
                args![ID(7), ID(1)],
            ),
            (
                "insert into contract (id, framework, slug, title, organisation_code, place_code, starts, ends, fictional, created_change) values ($1, 'essai', 'un-contrat', 'Un contrat', 'ARS-53', '53', 2024, 2028, false, 1)",
                args![ID(6)],
            ),
            (
                "insert into section (id, contract_id, position, key, label, place_code) values ($1, $2, 1, 'unique', 'Bretagne', '53')",
                args![ID(8), ID(6)],
            ),
            (
                "insert into instrument (id, contract_id, no, act, state, framework_revision, base_change, created_change) values ($1, $2, 1, 'contrat', 'draft', $3, 0, 1)",
                args![ID(7), ID(6), ID(5)],
            ),
            (
                "insert into term (instrument_id, section_id, kind, subject, facet, period, body, change_no) values ($1, $2, 'target', 'a', 'm', '2024', '1', 1)",
                args![ID(7), ID(8)],
            ),
        ],
        "select c.slug || ' ' || i.state || ' ' || t.period from contract c join instrument i on i.contract_id = c.id join term t on t.instrument_id = i.id",
        "un-contrat draft 2024",
    )
}

fn figures() -> Sample {
    let nothing = vec![0_u8];
    (
        vec![
            (
                "insert into blob (sha, size, stored) values ($1, 1, $1)",
                args![nothing.clone()],
            ),
            (
                "insert into batch (id, intake, state, file_name, blob_sha, settings, mapping, at_change, created_at, attempt, seen_at, rows_read, rows_total, created_rows, changed_rows, unchanged_rows, refused_cells, committed_change) values ($1, 'values', 'committed', 'a.csv', $2, '{}', '{}', 0, 5, 1, 5, 1, 1, 1, 0, 0, 0, 1)",
                args![ID(9), nothing.clone()],
            ),
            (
                "insert into observation (id, measure, place, period, breakdown) values ($1, 'm', '53', '2023', '')",
                args![ID(10)],
            ),
            (
                "insert into revision (observation_id, no, change_no, kind, micros, provisional, received_at, supplier, batch_id, fictional) values ($1, 1, 1, 'number', 54600000, false, 5, 'DGS', $2, false)",
                args![ID(10), ID(9)],
            ),
        ],
        "select b.file_name || ' ' || o.place || ' ' || r.kind from batch b join revision r on r.batch_id = b.id join observation o on o.id = r.observation_id where r.micros = 54600000",
        "a.csv 53 number",
    )
}

/// The steps of the schema as its files number them.
pub async fn steps() -> Vec<i64> {
    let migrator = Migrator::new(Path::new("migrations")).await.unwrap();
    migrator.iter().map(|step| step.version).collect()
}

/// Brings a database to a step, as the version of Jalon that ended with it did.
pub async fn bring_to(url: &str, step: i64) {
    let migrator = Migrator::new(Path::new("migrations")).await.unwrap();
    if url.starts_with("sqlite:") {
        let options: SqliteConnectOptions = url.parse().unwrap();
        let options = options
            .create_if_missing(true)
            .collation("C", |a: &str, b: &str| a.as_bytes().cmp(b.as_bytes()));
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        migrator.run_to(step, &pool).await.unwrap();
        pool.close().await;
    } else {
        let pool = sqlx::PgPool::connect(url).await.unwrap();
        migrator.run_to(step, &pool).await.unwrap();
        pool.close().await;
    }
}

async fn fill(db: &Db, step: i64) {
    let mut tx = db.write().await.unwrap();
    for (sql, args) in rows_of(step).0 {
        tx.run(sql, args).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn holds(db: &Db, step: i64) {
    let (_, question, answer) = rows_of(step);
    let mut tx = db.read().await.unwrap();
    let found: Vec<(String,)> = tx.all(question, vec![]).await.unwrap();
    assert_eq!(found, [(answer.to_owned(),)], "rows of step {step}");
}

on_both_engines! {
    async fn a_database_of_any_earlier_step_comes_up_to_date_and_keeps_what_it_holds(bench: Bench) {
        let steps = steps().await;
        assert_eq!(steps.last(), Some(&Db::known_schema()));
        for (rank, step) in steps.iter().enumerate() {
            let url = bench.another().await;
            bring_to(&url, *step).await;
            let db = Db::open(&url).await.unwrap();
            assert_eq!(db.schema().await.unwrap(), *step);
            assert_eq!(db.check_schema().await.is_err(), *step < Db::known_schema());
            for earlier in &steps[..=rank] {
                fill(&db, *earlier).await;
            }
            db.migrate().await.unwrap();
            db.check_schema().await.unwrap();
            for earlier in &steps[..=rank] {
                holds(&db, *earlier).await;
            }
            // What was migrated takes the rows of the later steps.
            for later in &steps[rank + 1..] {
                fill(&db, *later).await;
                holds(&db, *later).await;
            }
            db.close().await;
        }
    }
}

on_both_engines! {
    async fn one_step_at_a_time_comes_to_the_same(bench: Bench) {
        let url = bench.another().await;
        let steps = steps().await;
        for (rank, step) in steps.iter().enumerate() {
            bring_to(&url, *step).await;
            let db = Db::open(&url).await.unwrap();
            for earlier in &steps[..rank] {
                holds(&db, *earlier).await;
            }
            fill(&db, *step).await;
            db.close().await;
        }
        let db = Db::open(&url).await.unwrap();
        db.check_schema().await.unwrap();
    }
}
