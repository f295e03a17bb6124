//! What stands below a table: the files and the address that it can be taken away as.

use maud::{Markup, html};

use super::address::Address;
use super::components::icon;
use super::paging::{BEFORE, PAGE};

/// What a table of a page can be taken away as: below it, with what tells it apart (`named`) and
/// everything that the page was asked, of which the table keeps what it knows. The downloads of
/// one page are told apart by what each holds.
pub fn downloads(name: &str, what: &str, named: &[(&str, &str)], page: &Address) -> Markup {
    // A file holds the whole of a list, wherever the page stands in it.
    let is_place = |key: &str| key == PAGE || key == BEFORE;
    let asked = page.pairs();
    let asked = asked.filter(|(key, _)| !is_place(key) && named.iter().all(|(own, _)| own != key));
    let asked: Vec<(&str, &str)> = named.iter().copied().chain(asked).collect();
    let query = |path: String| {
        let all = asked.iter();
        let address = all.fold(Address::of(path), |address, (name, value)| {
            address.and(name, *value)
        });
        address.href()
    };
    html! {
        p.takeaway {
            (icon("get")) span { (what) " :" }
            a href=(query(format!("/tables/{name}.xlsx"))) { "Excel" span.vh { ", " (what) } }
            a href=(query(format!("/tables/{name}.csv"))) { "CSV" span.vh { ", " (what) } }
            a href=(query(format!("/moi/adresses/nouvelle/{name}"))) { "Suivre dans Excel" span.vh { ", " (what) } }
        }
    }
}
