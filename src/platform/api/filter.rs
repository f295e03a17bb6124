//! What a list may be asked: one rule, the same for every list of the API.
//!
//! A parameter that a list does not have is refused where the address is read
//! ([`ApiQuery`](super::ApiQuery)); a filter whose value names nothing is refused here. What does
//! not exist and what is kept from whoever asks are one and the same answer, so that a refusal tells
//! nothing of the latter. An empty page then always means that nothing is there.

use super::french;
use super::problem::{ApiResult, Code, Fault, Problem};

/// A filter of a list whose value names a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    name: &'static str,
    takes: &'static str,
}

impl Filter {
    /// The filter of that name; what it takes is told after « donnez ».
    pub const fn new(name: &'static str, takes: &'static str) -> Self {
        Self { name, takes }
    }

    /// The same under another name.
    #[must_use]
    pub const fn called(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The thing that a list is asked about, where it is asked about one.
    ///
    /// # Errors
    /// 400 where the value names nothing that whoever asks may know of.
    pub fn find<T>(
        self,
        given: Option<&str>,
        find: impl FnOnce(&str) -> Option<T>,
    ) -> ApiResult<Option<T>> {
        let Some(given) = given else { return Ok(None) };
        let found = find(given).ok_or_else(|| self.names_nothing(given))?;
        Ok(Some(found))
    }

    /// The refusal of a value that names nothing that whoever asks may know of.
    pub fn names_nothing(self, given: &str) -> Problem {
        names_nothing(self.name, given, self.takes)
    }
}

/// What a word among a few stands for, where a list is asked for one.
///
/// # Errors
/// 400 where the word is none of those.
pub fn word<T>(
    name: &str,
    given: Option<&str>,
    words: impl IntoIterator<Item = (&'static str, T)>,
) -> ApiResult<Option<T>> {
    let Some(given) = given else { return Ok(None) };
    let mut known = Vec::new();
    for (word, thing) in words {
        if word == given {
            return Ok(Some(thing));
        }
        known.push(format!("« {word} »"));
    }
    Err(names_nothing(name, given, &french::either(&known)))
}

fn names_nothing(name: &str, given: &str, takes: &str) -> Problem {
    let given = french::beginning(given);
    let message = format!(
        "« {given} » ne désigne rien que vous puissiez voir ; donnez {takes}, ou retirez ce filtre"
    );
    let detail = format!("Le filtre « {name} » ne convient pas : {message}.");
    let path = name.to_owned();
    Problem::new(Code::Malformed, detail).at(vec![Fault { path, message }])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRUIT: Filter = Filter::new("fruit", "le nom d’un fruit");

    fn told<T: std::fmt::Debug>(refused: ApiResult<T>) -> String {
        refused.unwrap_err().to_string()
    }

    #[test]
    fn a_filter_that_names_nothing_says_where_what_and_what_to_do() {
        let find = |given: Option<&str>| FRUIT.find(given, |name| (name == "pomme").then_some(1));
        assert_eq!(find(None).unwrap(), None);
        assert_eq!(find(Some("pomme")).unwrap(), Some(1));
        assert_eq!(
            told(find(Some("clou"))),
            "Malformed: Le filtre « fruit » ne convient pas : « clou » ne désigne rien que vous puissiez voir ; donnez le nom d’un fruit, ou retirez ce filtre."
        );
        let long = "x".repeat(100);
        assert!(!told(find(Some(&long))).contains(&"x".repeat(61)));
        let refused = FRUIT.called("fruits").names_nothing("clou").to_string();
        assert!(refused.contains("« fruits »"), "{refused}");
    }

    #[test]
    fn a_word_is_one_of_those_known() {
        let words = [("mur", 1), ("vert", 2)];
        assert_eq!(word("etat", None, words).unwrap(), None);
        assert_eq!(word("etat", Some("vert"), words).unwrap(), Some(2));
        let refused = told(word("etat", Some("bleu"), words));
        assert!(refused.contains("donnez « mur » ou « vert »"), "{refused}");
    }
}
