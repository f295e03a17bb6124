//! The form above a list that narrows it: what is chosen goes to the address.

use maud::{Markup, html};

use super::address::Address;
use super::paging::PAGE;

/// One way to narrow a list.
#[derive(Clone, Debug)]
pub enum Filter {
    /// One of some choices, named by the address.
    Choice {
        /// The parameter.
        name: &'static str,
        /// What the person reads.
        label: &'static str,
        /// What stands for no choice, such as « Tous ».
        any: &'static str,
        /// Value and words of each choice.
        choices: Vec<(String, String)>,
    },
    /// Words to be found.
    Words {
        /// The parameter.
        name: &'static str,
        /// What the person reads.
        label: &'static str,
    },
}

impl Filter {
    fn name(&self) -> &'static str {
        match self {
            Self::Choice { name, .. } | Self::Words { name, .. } => name,
        }
    }

    fn field(&self, address: &Address) -> Markup {
        let typed = address.get(self.name());
        match self {
            Self::Choice {
                name,
                label,
                any,
                choices,
            } => html! {
                label for={ "f-" (name) } { (label) }
                select id={ "f-" (name) } name=(name) {
                    option value="" { (any) }
                    @for (value, words) in choices { option value=(value) selected[value == typed] { (words) } }
                }
            },
            Self::Words { name, label } => html! {
                label for={ "f-" (name) } { (label) }
                input id={ "f-" (name) } type="search" name=(name) value=(typed);
            },
        }
    }
}

/// The form of those filters, `label` naming it. What else the address says, such as the sort, is
/// kept.
pub fn filter_form(address: &Address, label: &str, filters: &[Filter]) -> Markup {
    let is_own = |key: &str| filters.iter().any(|filter| filter.name() == key);
    let narrowed = address.pairs().any(|(key, _)| is_own(key));
    let cleared = filters.iter().fold(address.clone(), |address, filter| {
        address.without(filter.name())
    });
    let cleared = cleared.without(PAGE);
    html! {
        form.asof method="get" action=(address.path()) role="search" aria-label=(label) {
            @for (key, value) in address.without(PAGE).pairs().filter(|(key, _)| !is_own(key)) {
                input type="hidden" name=(key) value=(value);
            }
            @for filter in filters { (filter.field(address)) }
            button.btn.sm type="submit" { "Filtrer" }
            @if narrowed { a href=(cleared.href()) { "Tout afficher" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_shows_what_the_address_says_and_keeps_the_rest() {
        let address = Address::of("/contrats")
            .and("etat", "signe")
            .and("tri", "-nom");
        let etat = Filter::Choice {
            name: "etat",
            label: "État",
            any: "Tous",
            choices: vec![("signe".to_owned(), "Signés".to_owned())],
        };
        let form = filter_form(&address, "Filtrer", &[etat]).into_string();
        for part in [
            "<option value=\"signe\" selected>",
            "type=\"hidden\" name=\"tri\" value=\"-nom\"",
            "href=\"/contrats?tri=-nom\"",
        ] {
            assert!(form.contains(part), "{part}: {form}");
        }
    }
}
