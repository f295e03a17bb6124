//! Files shown to an antivirus before they are taken: a clamd of the test's own, which answers as
//! the real one does.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use jalon::platform::antivirus::Clamd;
use jalon::platform::config::Config;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, UnixListener};

use crate::contracts::{Hand, NORMANDIE};
use crate::on_both_engines;
use crate::support::{Bench, Folder, Site};

/// What the antivirus of the test takes for harm.
const HARM: &[u8] = b"ceci est un virus d'essai";

/// The files it was shown.
type Shown = Arc<Mutex<Vec<Vec<u8>>>>;

/// Reads one file as clamd does, and answers.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, shown: Shown) {
    let mut command = [0; 10];
    stream.read_exact(&mut command).await.unwrap();
    assert_eq!(&command, b"zINSTREAM\0");
    let mut file = Vec::new();
    loop {
        let length = stream.read_u32().await.unwrap();
        if length == 0 {
            break;
        }
        let mut chunk = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut chunk).await.unwrap();
        file.extend(chunk);
    }
    let has = |part: &[u8]| file.windows(part.len()).any(|window| window == part);
    let said: &[u8] = if has(HARM) {
        b"stream: Essai.Virus FOUND\0"
    } else if has(b"trop gros") {
        b"INSTREAM size limit exceeded. ERROR\0"
    } else {
        b"stream: OK\0"
    };
    shown.lock().unwrap().push(file);
    stream.write_all(said).await.unwrap();
}

/// A clamd on a port.
async fn on_a_port() -> (Clamd, Shown) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shown = Shown::default();
    let seen = shown.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, seen.clone()));
        }
    });
    (Clamd::Tcp(address.to_string()), shown)
}

/// A clamd on a socket of the machine.
fn on_a_socket(folder: &Folder) -> (Clamd, Shown) {
    let path: PathBuf = folder.path().join("clamd.ctl");
    let listener = UnixListener::bind(&path).unwrap();
    let shown = Shown::default();
    let seen = shown.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, seen.clone()));
        }
    });
    (Clamd::Unix(path.to_str().unwrap().to_owned()), shown)
}

async fn scanned(bench: &Bench, set: impl FnOnce(&mut Config)) -> Site {
    let mut site = bench.site_with(set).await;
    site.sign_in().await;
    site
}

const ATTACH: &str = "/indicateurs/etat-ars-2024-2028/2.c.1/documents";

/// Sends a document and a file of values; what each is answered.
async fn sends(site: &mut Site, text: &[u8]) -> [crate::support::Answer; 2] {
    let document = site
        .send_file(ATTACH, &[("annee", "2023")], ("note.csv", text))
        .await;
    let fields = [("cadre", "etat-ars-2024-2028")];
    let import = site
        .send_file("/imports", &fields, ("valeurs.csv", text))
        .await;
    [document, import]
}

async fn kept(bench: &Bench) -> i64 {
    let mut tx = bench.db.read().await.unwrap();
    let (documents,): (i64,) = tx
        .one("select count(*) from document", vec![])
        .await
        .unwrap();
    let (batches,): (i64,) = tx.one("select count(*) from batch", vec![]).await.unwrap();
    documents + batches
}

on_both_engines! {
    async fn what_the_antivirus_knows_is_refused_and_nothing_is_kept(bench: Bench) {
        let actor = bench.install().await;
        Hand::creates(&bench, actor, NORMANDIE).await;
        let folder = Folder::new();
        for (clamd, shown) in [on_a_port().await, on_a_socket(&folder)] {
            let mut site = scanned(&bench, |config| config.clamd_address = Some(clamd)).await;
            let before = kept(&bench).await;
            let harmful = [b"region;annee;2.c.1\n", HARM].concat();
            for answer in sends(&mut site, &harmful).await {
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
                assert!(answer.body.contains("L’antivirus y a reconnu « Essai.Virus »"), "{}", answer.body);
            }
            assert_eq!(kept(&bench).await, before, "nothing was kept");
            // What is sound is taken, whole, in as many pieces as it takes.
            let sound = b"region;annee;2.c.1\n".repeat(10_000);
            for answer in sends(&mut site, &sound).await {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            }
            assert_eq!(kept(&bench).await, before + 2);
            let shown = shown.lock().unwrap();
            assert_eq!(shown.len(), 4);
            assert!(shown[2] == sound && shown[3] == sound);
        }
    }
}

on_both_engines! {
    async fn what_nobody_could_look_at_is_refused_unless_the_settings_take_it(bench: Bench) {
        let actor = bench.install().await;
        Hand::creates(&bench, actor, NORMANDIE).await;
        let (answering, _) = on_a_port().await;
        // Nobody listens on port 1.
        let absent = Clamd::Tcp("127.0.0.1:1".to_owned());
        for (clamd, text) in [(absent, "region;annee\n"), (answering, "region;annee\ntrop gros\n")] {
            let refusing = clamd.clone();
            let mut site = scanned(&bench, |config| config.clamd_address = Some(refusing)).await;
            for answer in sends(&mut site, text.as_bytes()).await {
                assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
                assert!(answer.body.contains("n’a pas pu examiner ce fichier"), "{}", answer.body);
            }
            let before = kept(&bench).await;
            let mut site = scanned(&bench, |config| {
                config.clamd_address = Some(clamd);
                config.clamd_unreachable_accepts = true;
            })
            .await;
            for answer in sends(&mut site, text.as_bytes()).await {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
            }
            assert_eq!(kept(&bench).await, before + 2);
        }
    }
}
