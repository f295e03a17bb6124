//! Names this build of the renderer by what it is made of: the same name gives the same bytes.

use std::io;
use std::path::{Path, PathBuf};

/// What a document may depend on: the code, its templates, fonts and maps, the versions of libraries.
const PARTS: [&str; 5] = ["src", "templates", "fonts", "data", "../../Cargo.lock"];

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for part in PARTS {
        println!("cargo:rerun-if-changed={part}");
        under(Path::new(part), &mut files)?;
    }
    files.sort();
    // FNV-1a, 64 bits: it tells builds apart, it protects nothing.
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        for byte in std::fs::read(file)? {
            digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo:rustc-env=JALON_RENDER_BUILD={digest:016x}");
    Ok(())
}

fn under(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            under(&entry?.path(), files)?;
        }
    }
    Ok(())
}
