//! Reading or writing a file that a person names: at once, or with a sentence that says why not.

use std::fs::{File, FileType};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A folder, a device, a pipe: reading it could last for ever.
    #[error("ce n’est pas un fichier ordinaire mais {0}")]
    NotAFile(&'static str),
    /// More bytes than are read; the most there may be.
    #[error("il dépasse {} Mo", .0.div_ceil(1_000_000))]
    TooLarge(u64),
    /// It does not open or does not read.
    #[error("{}", in_french(.0))]
    Io(#[from] io::Error),
}

/// Reads a whole file, if it is an ordinary one of at most `most` bytes.
///
/// # Errors
/// What keeps it from being read. A pipe or a device is never opened.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    // Before it is opened: opening a pipe waits for someone to write to it.
    refuse_unusual(std::fs::metadata(path)?.file_type())?;
    let file = File::open(path)?;
    refuse_unusual(file.metadata()?.file_type())?;
    let mut bytes = Vec::new();
    // Some system files say that they are empty and never end.
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(FileError::TooLarge(most));
    }
    Ok(bytes)
}

/// [`read`], as text.
///
/// # Errors
/// As [`read`], and where the bytes are not UTF-8.
pub fn read_text(path: &Path, most: u64) -> Result<String, FileError> {
    let bytes = read(path, most)?;
    String::from_utf8(bytes).map_err(|_| {
        let cause = io::Error::from(io::ErrorKind::InvalidData);
        FileError::Io(cause)
    })
}

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
#[error("{}", cannot_write(.0))]
pub struct CannotWrite(#[from] io::Error);

impl CannotWrite {
    /// Whether a file stood there already.
    pub fn is_there(&self) -> bool {
        self.0.kind() == io::ErrorKind::AlreadyExists
    }
}

/// Writes a whole file, or leaves what stood there as it was: the bytes go beside it first.
///
/// # Errors
/// What keeps it from being written, in French.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CannotWrite> {
    let aside = beside(path, bytes)?;
    aside.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a whole file for its owner alone where none stands: of several that do so at once, one
/// does.
///
/// # Errors
/// What keeps it from being written, in French; [`CannotWrite::is_there`] where one stands.
pub fn create(path: &Path, bytes: &[u8]) -> Result<(), CannotWrite> {
    let aside = beside(path, bytes)?;
    aside.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// The bytes on the disk, in a file beside that only its owner may read.
fn beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut aside = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    aside.write_all(bytes)?;
    aside.as_file().sync_all()?;
    Ok(aside)
}

fn cannot_write(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            "son dossier n’existe pas".to_owned()
        }
        io::ErrorKind::PermissionDenied => "vous n’avez pas le droit d’y écrire".to_owned(),
        io::ErrorKind::IsADirectory => "c’est un dossier".to_owned(),
        io::ErrorKind::StorageFull => "le disque est plein".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "ce disque ne s’écrit pas".to_owned(),
        _ => error.to_string(),
    }
}

fn refuse_unusual(kind: FileType) -> Result<(), FileError> {
    if kind.is_file() {
        Ok(())
    } else if kind.is_dir() {
        Err(FileError::NotAFile("un dossier"))
    } else {
        Err(FileError::NotAFile("un tube, une prise ou un périphérique"))
    }
}

fn in_french(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "il n’existe pas".to_owned(),
        io::ErrorKind::PermissionDenied => "vous n’avez pas le droit de le lire".to_owned(),
        io::ErrorKind::InvalidData => "son texte n’est pas en UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A folder of its own, taken away with it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("jalon-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn an_ordinary_file_is_read_up_to_its_limit() {
        let folder = Folder::new("ordinary");
        let path = folder.0.join("a");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert_eq!(read(&path, 4).unwrap_err().to_string(), "il dépasse 1 Mo");
        std::fs::write(&path, b"\xe9").unwrap();
        assert!(
            read_text(&path, 5)
                .unwrap_err()
                .to_string()
                .contains("UTF-8")
        );
        assert!(
            read(&folder.0.join("b"), 5)
                .unwrap_err()
                .to_string()
                .contains("n’existe pas")
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_ordinary_file_is_refused_at_once() {
        let folder = Folder::new("unusual");
        let pipe = folder.0.join("tube");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let around = folder.0.join("boucle");
        std::os::unix::fs::symlink(&around, &around).unwrap();
        let endless = Path::new("/dev/zero");
        for (path, said) in [
            (pipe.as_path(), "tube"),
            (endless, "périphérique"),
            (&folder.0, "dossier"),
        ] {
            let told = read(path, 10).unwrap_err();
            assert!(matches!(told, FileError::NotAFile(_)), "{told}");
            assert!(told.to_string().contains(said), "{told}");
        }
        assert!(matches!(read(&around, 10), Err(FileError::Io(_))));
    }
}
