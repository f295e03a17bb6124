//! Master keys in a file that its owner alone may read, outside the database and its backups.

use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::keyring::{decrypt, encrypt};
use super::{DataKey, MasterKeys, SealError, Wrapped};
use crate::kernel::hex;
use crate::platform::file::{self, CannotWrite, FileError};

/// More bytes than this are no file of keys.
const LARGEST: u64 = 100_000;
/// What the first lines of a file say to who opens it.
const HEAD: &str = "# Clés de scellement de Jalon : une par ligne, son nom puis ses 64 chiffres.\n\
    # La première scelle ; les suivantes ouvrent encore ce qu’elles ont scellé.\n\
    # Gardez une copie de ce fichier ailleurs que les sauvegardes : sans lui, ce qui est scellé est perdu.\n";

/// Why a file of keys cannot serve, told in French.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It does not read.
    #[error("le fichier de clés « {path} » ne se lit pas : {cause}")]
    Unread {
        /// The file.
        path: String,
        /// Why not.
        cause: FileError,
    },
    /// Others may read it.
    #[error(
        "le fichier de clés « {path} » est lisible par d’autres que son propriétaire (droits {mode:o}) : chmod 600 {path}"
    )]
    Open {
        /// The file.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// A line is no key.
    #[error(
        "fichier de clés, ligne {0} : un nom (lettres, chiffres, tirets), une espace, puis 64 chiffres hexadécimaux sont attendus"
    )]
    Line(usize),
    /// Two keys have the same name.
    #[error("fichier de clés, ligne {0} : deux clés ont ce nom")]
    Twice(usize),
    /// It holds no key.
    #[error("le fichier de clés ne contient aucune clé")]
    Empty,
    /// It is there already.
    #[error(
        "« {0} » existe déjà : un fichier de clés ne se remplace pas ; ajoutez-y une clé avec « jalon seal add-key »"
    )]
    Exists(String),
    /// It cannot be written.
    #[error("« {path} » : {cause}")]
    Unwritten {
        /// The file.
        path: String,
        /// Why not.
        cause: CannotWrite,
    },
}

/// One master key.
#[derive(Clone)]
struct Key {
    id: String,
    bytes: Zeroizing<[u8; 32]>,
}

/// The keys of a file: the first wraps, all of them unwrap.
pub struct KeyFile {
    path: Option<PathBuf>,
    keys: RwLock<Arc<[Key]>>,
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyFile({:?})", self.path)
    }
}

impl KeyFile {
    /// Reads a file of keys that only its owner may read.
    ///
    /// # Errors
    /// Where it does not read, others may read it, or it is no file of keys.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        Ok(Self {
            path: Some(path.to_owned()),
            keys: RwLock::new(keys_of(&private_text(path)?)?),
        })
    }

    /// The keys of a text.
    #[cfg(test)]
    pub(super) fn parse(text: &str) -> Result<Self, KeyFileError> {
        Ok(Self {
            path: None,
            keys: RwLock::new(keys_of(text)?),
        })
    }

    fn keys(&self) -> Arc<[Key]> {
        let keys = self.keys.read();
        keys.unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// A key by its name; one that was added since the file was read is found too, so that what
    /// another process sealed under it opens here.
    fn find(&self, id: &str) -> Option<Key> {
        let among = |keys: &[Key]| keys.iter().find(|key| key.id == id).cloned();
        if let Some(key) = among(&self.keys()) {
            return Some(key);
        }
        let text = private_text(self.path.as_deref()?).ok()?;
        let again = keys_of(&text).ok()?;
        let key = among(&again)?;
        let mut kept = self.keys.write();
        let kept = kept.as_deref_mut();
        if let Ok(kept) = kept {
            *kept = again;
        }
        Some(key)
    }
}

#[async_trait]
impl MasterKeys for KeyFile {
    fn current(&self) -> String {
        self.keys()
            .first()
            .map_or_else(String::new, |key| key.id.clone())
    }

    async fn wrap(&self, key: &DataKey, bound: &[u8]) -> Result<Wrapped, SealError> {
        let keys = self.keys();
        let master = keys.first().ok_or(SealError::NoKey)?;
        let (mut bytes, body) = encrypt(&master.bytes, key.bytes(), &named(&master.id, bound))?;
        bytes.extend_from_slice(&body);
        Ok(Wrapped {
            key_id: master.id.clone(),
            bytes,
        })
    }

    async fn unwrap(&self, wrapped: &Wrapped, bound: &[u8]) -> Result<DataKey, SealError> {
        let id = &wrapped.key_id;
        let master = self
            .find(id)
            .ok_or_else(|| SealError::UnknownKey(id.clone()))?;
        let (nonce, body) = wrapped
            .bytes
            .split_at_checked(24)
            .ok_or(SealError::Closed)?;
        let key = decrypt(&master.bytes, nonce, body, &named(id, bound))?;
        DataKey::from_bytes(&key).ok_or(SealError::Closed)
    }
}

/// What a wrapped key is bound to: the master key that wraps it, and what it opens.
fn named(id: &str, bound: &[u8]) -> Vec<u8> {
    let mut all = b"jalon key 1 ".to_vec();
    all.extend_from_slice(id.as_bytes());
    all.push(0);
    all.extend_from_slice(bound);
    all
}

/// Makes a file with one new key, for its owner alone; gives the name of the key.
///
/// # Errors
/// Where the file is there already, or cannot be written.
pub fn create_key(path: &Path, day: &str) -> Result<String, KeyFileError> {
    let (id, line) = new_line(day);
    let text = Zeroizing::new(format!("{HEAD}{}", *line));
    file::create(path, text.as_bytes()).map_err(|cause| {
        if cause.is_there() {
            KeyFileError::Exists(path.display().to_string())
        } else {
            unwritten(path, cause)
        }
    })?;
    Ok(id)
}

/// Puts a new key before those of a file: it seals from now on, the others open what they sealed.
///
/// # Errors
/// Where the file is no file of keys, or cannot be written; it is then as it was.
pub fn add_key(path: &Path, day: &str) -> Result<String, KeyFileError> {
    let text = private_text(path)?;
    keys_of(&text)?;
    let (id, line) = new_line(day);
    let comments = text.lines().take_while(|line| is_silent(line)).count();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(comments, line.trim_end());
    let text = Zeroizing::new(lines.join("\n") + "\n");
    file::write(path, text.as_bytes()).map_err(|cause| unwritten(path, cause))?;
    Ok(id)
}

fn unwritten(path: &Path, cause: CannotWrite) -> KeyFileError {
    let path = path.display().to_string();
    KeyFileError::Unwritten { path, cause }
}

/// The name of a new key, which says its day, and its line.
fn new_line(day: &str) -> (String, Zeroizing<String>) {
    let id = format!("{day}-{}", hex(&rand::random::<[u8; 4]>()));
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
    let line = format!("{id} {}\n", hex(bytes.as_slice()));
    (id, Zeroizing::new(line))
}

/// The text of a file that only its owner may read.
fn private_text(path: &Path) -> Result<Zeroizing<String>, KeyFileError> {
    let unread = |cause| KeyFileError::Unread {
        path: path.display().to_string(),
        cause,
    };
    let text = file::read_text(path, LARGEST).map_err(unread)?;
    let text = Zeroizing::new(text);
    let about = std::fs::metadata(path).map_err(|cause| unread(cause.into()))?;
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.display().to_string();
        return Err(KeyFileError::Open { path, mode });
    }
    Ok(text)
}

fn is_silent(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with('#')
}

fn keys_of(text: &str) -> Result<Arc<[Key]>, KeyFileError> {
    let mut keys: Vec<Key> = Vec::new();
    for (no, line) in (1..).zip(text.lines()).filter(|(_, line)| !is_silent(line)) {
        let key = key_of(line).ok_or(KeyFileError::Line(no))?;
        if keys.iter().any(|known| known.id == key.id) {
            return Err(KeyFileError::Twice(no));
        }
        keys.push(key);
    }
    if keys.is_empty() {
        return Err(KeyFileError::Empty);
    }
    Ok(keys.into())
}

fn key_of(line: &str) -> Option<Key> {
    let (id, digits) = line.trim().split_once(' ')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let digits = digits.trim();
    if id.len() > 60 || !id.chars().all(is_name) || digits.len() != 64 {
        return None;
    }
    let mut bytes = Zeroizing::new([0_u8; 32]);
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    let id = id.to_owned();
    Some(Key { id, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_for_its_owner_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cle");
        let first = create_key(&path, "2026-01-05").unwrap();
        assert!(first.starts_with("2026-01-05-"));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(matches!(
            create_key(&path, "2026-01-05"),
            Err(KeyFileError::Exists(_))
        ));
        let second = add_key(&path, "2026-02-01").unwrap();
        let keys = KeyFile::read(&path).unwrap();
        assert_eq!(keys.current(), second);
        assert!(keys.find(&first).is_some());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_added_since_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cle");
        create_key(&path, "2026-01-05").unwrap();
        let keys = KeyFile::read(&path).unwrap();
        let added = add_key(&path, "2026-02-01").unwrap();
        assert_ne!(keys.current(), added);
        assert!(keys.find(&added).is_some());
        assert!(keys.find("inconnue").is_none());
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cle");
        create_key(&path, "2026-01-05").unwrap();
        for mode in [0o640, 0o604, 0o644] {
            let open = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, open).unwrap();
            let told = KeyFile::read(&path).unwrap_err().to_string();
            assert!(told.contains("chmod 600"), "{told}");
        }
    }

    #[test]
    fn what_is_no_key_is_told_with_its_line() {
        let digits = "0a".repeat(32);
        for (text, told) in [
            (format!("# a\n\nclé {digits}\n"), "ligne 3"),
            (format!("a {digits}0\n"), "ligne 1"),
            (format!("a {}\n", "zz".repeat(32)), "ligne 1"),
            (format!("a {digits}\na {digits}\n"), "ligne 2"),
            ("# rien\n".to_owned(), "aucune clé"),
        ] {
            let refused = KeyFile::parse(&text).unwrap_err().to_string();
            assert!(refused.contains(told), "{text}: {refused}");
            assert!(!refused.contains(&digits));
        }
    }
}
