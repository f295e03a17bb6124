//! Draws the files of a stored manifest: `cargo run --example dossier -- manifest.json OUT`
//! writes `OUT.pdf`, `OUT.docx` and `OUT.xlsx`, and says how long each took.

use std::error::Error;
use std::fs;
use std::time::Instant;

use jalon_render::RenderError;
use jalon_render::dossier::Dossier;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(manifest), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("manifest.json OUT".into());
    };
    let dossier = Dossier::from_json(&fs::read_to_string(manifest)?)?;
    let write = |kind: &str, draw: &dyn Fn() -> Result<Vec<u8>, RenderError>| {
        let start = Instant::now();
        let bytes = draw()?;
        println!("{kind}: {} bytes in {:?}", bytes.len(), start.elapsed());
        fs::write(format!("{out}.{kind}"), bytes)?;
        Ok::<(), Box<dyn Error>>(())
    };
    write("pdf", &|| dossier.pdf())?;
    write("docx", &|| dossier.docx())?;
    write("xlsx", &|| dossier.xlsx())
}
