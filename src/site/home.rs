//! The first page.

use maud::{Markup, html};

use crate::access::Signed;

/// The home page.
pub(super) async fn page(signed: Signed) -> Markup {
    signed.page(
        "Accueil",
        &html! {
            div.head {
                h1 { "Bonjour, " (signed.person.name) }
            }
        },
    )
}
