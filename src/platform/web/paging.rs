//! A long list by pages: which one stands in the address.

use maud::{Markup, html};

use super::address::Address;

/// The parameter that says which page.
pub const PAGE: &str = "page";

/// The parameter that says before what, in a list read by its last lines, a page begins.
pub const BEFORE: &str = "avant";

/// One page of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Which page, from 1.
    pub page: usize,
    /// How many there are, at least one.
    pub pages: usize,
    size: usize,
}

impl Paging {
    /// The page that an address asks for, of a list of `count` items; the nearest one where there
    /// is no such page.
    pub fn of(address: &Address, count: usize, size: usize) -> Self {
        let pages = count.div_ceil(size).max(1);
        let asked = address.get(PAGE).parse().unwrap_or(1);
        Self {
            page: usize::clamp(asked, 1, pages),
            pages,
            size,
        }
    }

    /// The items of the page.
    pub fn cut<T>(self, items: Vec<T>) -> Vec<T> {
        let before = (self.page - 1) * self.size;
        items.into_iter().skip(before).take(self.size).collect()
    }

    /// The way to the other pages; nothing where there is one page only.
    pub fn nav(self, address: &Address, label: &str) -> Markup {
        let link = |page: usize, words: &str| {
            html! { li { a.btn.sm href=(address.with(PAGE, page.to_string()).href()) { (words) } } }
        };
        html! {
            @if self.pages > 1 {
                nav.pages aria-label=(label) { ul.acts {
                    @if self.page > 1 { (link(self.page - 1, "Page précédente")) }
                    li aria-current="page" { "Page " (self.page) " sur " (self.pages) }
                    @if self.page < self.pages { (link(self.page + 1, "Page suivante")) }
                } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_pages_together_are_the_list(count in 0_usize..60, size in 1_usize..9) {
            let all: Vec<usize> = (0..count).collect();
            let pages = Paging::of(&Address::of("/"), count, size).pages;
            let mut seen = Vec::new();
            for page in 1..=pages {
                let address = Address::of("/").and(PAGE, page.to_string());
                let own = Paging::of(&address, count, size).cut(all.clone());
                prop_assert!(own.len() <= size && (!own.is_empty() || count == 0));
                seen.extend(own);
            }
            prop_assert_eq!(seen, all);
        }
    }

    #[test]
    fn a_page_that_is_not_there_is_the_nearest() {
        let at = |page: &str| Paging::of(&Address::of("/").and(PAGE, page), 41, 40).page;
        assert_eq!(
            (at(""), at("2"), at("9"), at("0"), at("x")),
            (1, 2, 2, 1, 1)
        );
        let nav = Paging::of(&Address::of("/c").and("q", "a"), 41, 40);
        let nav = nav
            .nav(&Address::of("/c").and("q", "a"), "Pages")
            .into_string();
        assert!(
            nav.contains("href=\"/c?q=a&amp;page=2\"") && !nav.contains("précédente"),
            "{nav}"
        );
    }
}
