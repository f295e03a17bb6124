//! The Markdown of the guide as HTML: what the site's stylesheet expects of tables and code, and
//! links that stay on the site. Pure.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// The text below the heading of a subject. HTML in it is shown as it is written, never taken for
/// HTML.
pub(super) fn rendered(text: &str) -> Markup {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: on_site(dest_url),
            title,
            id,
        }),
        Event::Start(Tag::CodeBlock(_)) => Event::Html(CODE.into()),
        Event::End(TagEnd::CodeBlock) => Event::Html("</pre>\n".into()),
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    // The renderer gives no way to its own markup of tables.
    let mut parts = out.split("<table>");
    let mut page = parts.next().unwrap_or_default().to_owned();
    for (rank, part) in (1..).zip(parts) {
        page += &format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Tableau {rank}, défilable\"><table class=\"tbl\">"
        );
        page += part;
    }
    PreEscaped(page.replace("</table>", "</table></div>"))
}

const CODE: &str = "<pre class=\"mono\" tabindex=\"0\">";

/// Where a link of the guide leads on the site: `imports.md` to the subject, a schema to its file.
fn on_site(link: CowStr<'_>) -> CowStr<'_> {
    let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
    let hash = if anchor.is_empty() { "" } else { "#" };
    if let Some(key) = path.strip_suffix(".md") {
        return format!("{}/{key}{hash}{anchor}", super::HELP).into();
    }
    match path.rsplit_once("schemas/") {
        Some((_, name)) => format!("{}/schemas/{name}", super::HELP).into(),
        None => link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_on_the_site_and_html_is_text() {
        let page = rendered("Voir [les imports](imports.md#lire) <b>ici</b>.").into_string();
        assert_eq!(
            page,
            "<p>Voir <a href=\"/aide/imports#lire\">les imports</a> &lt;b&gt;ici&lt;/b&gt;.</p>\n"
        );
        let schema = rendered("[s](../schemas/valeurs.schema.json)").into_string();
        assert!(
            schema.contains("\"/aide/schemas/valeurs.schema.json\""),
            "{schema}"
        );
    }

    #[test]
    fn tables_and_code_scroll_by_themselves() {
        let page =
            rendered("| a | b |\n|---|---|\n| 1 | <2 |\n\n```sh\njalon <x>\n```\n").into_string();
        for part in [
            "<div class=\"scroll\" tabindex=\"0\"",
            "</table></div>",
            "&lt;2",
            "<pre class=\"mono\" tabindex=\"0\">jalon &lt;x&gt;\n</pre>",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
