//! What the history says of files. Not their names: a file may be under embargo, which its own
//! page sees to.

use async_trait::async_trait;
use serde::Deserialize;

use super::store;
use crate::journal::{Kind, Line, Reader, Teller, Told, span};
use crate::kernel::counted;
use crate::platform::db::{DbError, Tx};

/// Tells of files.
#[derive(Debug)]
pub struct ImportTeller;

/// What the history keeps of an act upon a file.
#[derive(Deserialize)]
struct Recorded {
    rows: usize,
}

#[async_trait]
impl Teller for ImportTeller {
    fn kinds(&self) -> &'static [Kind] {
        const BATCH: Kind = Kind {
            code: "batch",
            french: "Imports",
        };
        &[BATCH]
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let seen = store::seen_between(tx, &reader.reach, span(lines)).await?;
        let told = lines.iter().map(|line| {
            // Who may not know of the file reads that values came of one, and is led to none.
            if !seen.contains(&line.thing) {
                return Some(Told {
                    deed: deed(line),
                    name: String::new(),
                    href: None,
                });
            }
            Some(Told {
                deed: deed(line),
                name: "voir l’import".to_owned(),
                href: Some(format!("/imports/{}", line.thing)),
            })
        });
        Ok(told.collect())
    }
}

fn deed(line: &Line) -> String {
    let rows = line.is::<Recorded>().map_or(0, |recorded| recorded.rows);
    let verb = match line.verb.as_str() {
        "undo" => "a annulé l’enregistrement de",
        _ => "a enregistré",
    };
    format!("{verb} {} d’un fichier", counted(rows, "ligne", "lignes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::line;

    #[test]
    fn a_file_is_told_by_its_rows() {
        let kept = Some(r#"{"file":"secret.csv","rows":36,"sha256":""}"#);
        assert_eq!(
            deed(&line("batch", "create", None, kept)),
            "a enregistré 36 lignes d’un fichier"
        );
        assert_eq!(
            deed(&line("batch", "undo", None, kept)),
            "a annulé l’enregistrement de 36 lignes d’un fichier"
        );
    }
}
