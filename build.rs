//! Rebuilds when what the binary embeds has changed.

fn main() {
    for folder in [
        "migrations",
        "frameworks",
        "reference",
        "docs/guide",
        "docs/schemas",
    ] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
