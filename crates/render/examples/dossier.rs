//! Draws the files of a stored manifest: `cargo run --example dossier -- manifest.json OUT`
//! writes `OUT.pdf`, and says how long it took.

use std::error::Error;
use std::fs;
use std::time::Instant;

use jalon_render::dossier::Dossier;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(manifest), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("manifest.json OUT".into());
    };
    let dossier = Dossier::from_json(&fs::read_to_string(manifest)?)?;
    let start = Instant::now();
    let pdf = dossier.pdf()?;
    println!("PDF: {} bytes in {:?}", pdf.len(), start.elapsed());
    fs::write(format!("{out}.pdf"), pdf)?;
    Ok(())
}
