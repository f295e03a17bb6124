//! What is said of values, as a search finds it: suppliers' comments, contests and their answers.
//! A figure itself is no word and is not found.

mod store;

use async_trait::async_trait;

use self::store::{CommentWords, ContestWords};
use super::store::{parsed_day, parsed_period};
use crate::access::Reach;
use crate::frameworks::{Catalogue, Library};
use crate::organisations::{Directories, Directory, store as organisations};
use crate::platform::db::{DbError, Tx};
use crate::search::{Document, Folder, Kind, Source, joined};

const COMMENTS: Kind = Kind {
    code: "commentaires",
    one: "commentaire de valeur",
    many: "commentaires de valeurs",
    weight: 60,
};
const CONTESTS: Kind = Kind {
    code: "contestations",
    one: "contestation",
    many: "contestations",
    weight: 70,
};

/// Lets what is said of values be found. What is under embargo is found by who may see it.
#[derive(Debug)]
pub struct FindableFigures {
    /// Labels of the measures.
    pub library: Library,
    /// Names of the places.
    pub directories: Directories,
}

#[async_trait]
impl Source for FindableFigures {
    async fn folders(&self, tx: &mut Tx, after: i64) -> Result<Vec<Folder>, DbError> {
        // The names that a value is found by are written elsewhere.
        let last_name = organisations::version(tx).await?;
        let last_label = crate::frameworks::store::latest_change(tx).await?;
        let after = if last_name.max(last_label) > after {
            0
        } else {
            after
        };
        let comments = store::comments_since(tx, after).await?;
        let contests = store::contests_since(tx, after).await?;
        if comments.is_empty() && contests.is_empty() {
            return Ok(Vec::new());
        }
        let reach = &Reach::of_installation();
        let names = Names {
            catalogue: &*self.library.catalogue(tx, reach).await?,
            directory: &*self.directories.current(tx, reach).await?,
        };
        let comments = comments.into_iter().map(|words| names.comment(words));
        let contests = contests.into_iter().map(|words| names.contest(&words));
        comments.chain(contests).collect()
    }
}

struct Names<'a> {
    catalogue: &'a Catalogue,
    directory: &'a Directory,
}

impl Names<'_> {
    fn title(&self, measure: &str) -> String {
        let known = self.catalogue.measure(measure);
        known.map_or_else(|| measure.to_owned(), |measure| measure.label.clone())
    }

    fn context(&self, place: &str, period: &str) -> Result<String, DbError> {
        let name = self.directory.place(place);
        let name = name.map_or(place, |place| place.name.as_str());
        Ok(format!("{name}, {}", parsed_period(period)?.french()))
    }

    /// Nothing stands in the folder once the comment is gone.
    fn comment(&self, words: CommentWords) -> Result<Folder, DbError> {
        let key = format!("valeur {}", words.observation_id);
        let Some(comment) = words.comment else {
            return Ok(Folder {
                key,
                documents: Vec::new(),
            });
        };
        let until = parsed_day(words.embargo_until.as_deref())?;
        let href = format!("/valeurs/{}", words.observation_id);
        let document = Document {
            context: self.context(&words.place, &words.period)?,
            text: comment,
            value: Some((words.measure.clone(), words.place.clone())),
            embargo: until.map(|until| (until, words.loaded_by)),
            ..Document::new(COMMENTS, href, self.title(&words.measure))
        };
        Ok(Folder {
            key,
            documents: vec![document],
        })
    }

    fn contest(&self, words: &ContestWords) -> Result<Folder, DbError> {
        let until = parsed_day(words.embargo_until.as_deref())?;
        let said = [Some(words.reason.as_str()), words.answer.as_deref()];
        let document = Document {
            context: self.context(&words.place, &words.period)?,
            text: joined(said, ". "),
            value: Some((words.measure.clone(), words.place.clone())),
            embargo: until.map(|until| (until, words.loaded_by)),
            current: words.answer.is_none(),
            ..Document::new(
                CONTESTS,
                format!("/contestations/{}", words.id),
                self.title(&words.measure),
            )
        };
        Ok(Folder {
            key: format!("contestation {}", words.id),
            documents: vec![document],
        })
    }
}
