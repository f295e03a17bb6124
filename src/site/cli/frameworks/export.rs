//! `jalon framework export`: the texts of a revision, written where nothing is lost.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use super::{CliError, REVISION_FILE, Session, stated_base};
use crate::access::Reach;
use crate::frameworks::store;
use crate::frameworks::{FILES, Texts};
use crate::platform::db::Tx;
use crate::platform::file;
use crate::platform::yaml::MAX_BYTES;

pub(super) async fn export(
    session: &Session,
    code: &str,
    out: &Path,
    force: bool,
) -> Result<ExitCode, CliError> {
    let db = session.ready_database().await?;
    let reach = &session.reach(&db).await?;
    let mut tx = db.read().await?;
    let Some(head) = store::head(&mut tx, code).await? else {
        return Err(format!(
            "aucun cadre n’a le code « {code} » ; `jalon framework list` les donne"
        )
        .into());
    };
    let texts = store::texts(&mut tx, reach, head.id).await?;
    let folder = out.join(code);
    if !force && !is_free(&folder)? && !holds(&folder, &texts) {
        refuse_loss(&mut tx, reach, code, &folder).await?;
    }
    drop(tx);
    write(&folder, head.no, &texts)?;
    say!("{} : révision {} écrite.", folder.display(), head.no);
    Ok(ExitCode::SUCCESS)
}

/// Whether nothing stands there.
fn is_free(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whether the files of a framework in this folder are exactly these.
fn holds(folder: &Path, texts: &Texts) -> bool {
    FILES
        .iter()
        .all(|name| differing(folder, name, texts).is_none())
}

/// The path of a file that does not hold the text it should, or should not be there.
fn differing(folder: &Path, name: &str, texts: &Texts) -> Option<PathBuf> {
    let path = folder.join(name);
    let same = match texts.get(name) {
        Some(text) => file::read_text(&path, MAX_BYTES).is_ok_and(|there| there == *text),
        None => fs::symlink_metadata(&path).is_err(),
    };
    (!same).then_some(path)
}

/// Says what would be lost, unless the folder holds the revision that it says it does.
async fn refuse_loss(
    tx: &mut Tx,
    reach: &Reach,
    code: &str,
    folder: &Path,
) -> Result<(), CliError> {
    let remedy = "exportez ailleurs (--out), ou écrasez ce dossier (--force)";
    let stated = stated_base(folder)?;
    let revisions = store::revisions(tx, reach, code).await?;
    let Some(exported) = revisions.iter().find(|head| Some(head.no) == stated) else {
        let folder = folder.display();
        return Err(format!(
            "{folder} contient déjà autre chose qu’un export de ce cadre, rien n’a été écrit : {remedy}"
        )
        .into());
    };
    let texts = store::texts(tx, reach, exported.id).await?;
    let changed = FILES
        .iter()
        .find_map(|name| differing(folder, name, &texts));
    match changed {
        None => Ok(()),
        Some(path) => Err(format!(
            "{} a changé depuis l’export de la révision {}, rien n’a été écrit : importez d’abord ces changements, {remedy}",
            path.display(),
            exported.no
        )
        .into()),
    }
}

/// Writes the files, the number of the revision last: a folder cut short says of no revision
/// that it holds it.
fn write(folder: &Path, no: i64, texts: &Texts) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let stale = FILES.into_iter().filter(|name| !texts.contains_key(*name));
    for name in stale.chain([REVISION_FILE]) {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    for (name, body) in texts {
        fs::write(folder.join(name), body)?;
    }
    fs::write(folder.join(REVISION_FILE), format!("{no}\n"))
}
