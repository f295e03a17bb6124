//! Rebuilds when what the binary embeds has changed.

fn main() {
    for folder in ["migrations", "frameworks", "reference"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
