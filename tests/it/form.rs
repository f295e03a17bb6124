//! Forms as a browser reads them from a page.

/// The fields of a page's forms with what they hold, in the order of the page: those that a
/// browser would send, buttons aside.
pub fn fields(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((tag, at)) = next_control(rest) {
        let (opening, after) = rest[at..].split_once('>').unwrap();
        rest = after;
        let Some(name) = attribute(opening, "name") else {
            continue;
        };
        let value = match tag {
            "<input" => {
                let kind = attribute(opening, "type").unwrap_or_default();
                let unticked =
                    ["checkbox", "radio"].contains(&kind.as_str()) && !opening.contains(" checked");
                if unticked || kind == "file" {
                    continue;
                }
                attribute(opening, "value").unwrap_or_default()
            }
            "<textarea" => {
                let (text, after) = rest.split_once("</textarea>").unwrap();
                rest = after;
                // The first line end is not part of what it holds.
                unescaped(text.strip_prefix('\n').unwrap_or(text))
            }
            _ => {
                let (options, after) = rest.split_once("</select>").unwrap();
                rest = after;
                let mut options = options.split("<option").skip(1);
                let first = options.clone().next();
                let chosen = options.find(|option| {
                    let opening = option.split('>').next().unwrap();
                    opening.contains(" selected")
                });
                let chosen = chosen.or(first).unwrap_or_default();
                let opening = chosen.split('>').next().unwrap();
                attribute(opening, "value").unwrap_or_default()
            }
        };
        found.push((name, value));
    }
    found
}

/// What a field of a page holds.
pub fn value(page: &str, name: &str) -> String {
    let found = fields(page).into_iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("no field {name}: {page}")).1
}

/// The fields of a page, some of them typed over.
pub fn filled(page: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut filled = fields(page);
    for (name, text) in typed {
        filled.retain(|(known, _)| known != name);
        filled.push(((*name).to_owned(), (*text).to_owned()));
    }
    filled
}

fn next_control(page: &str) -> Option<(&'static str, usize)> {
    let tags = ["<input", "<textarea", "<select"].into_iter();
    let stands = tags.filter_map(|tag| Some((tag, page.find(tag)?)));
    stands.min_by_key(|(_, at)| *at)
}

fn attribute(opening: &str, name: &str) -> Option<String> {
    let (_, rest) = opening.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(unescaped)
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&lt;", "<");
    text.replace("&gt;", ">").replace("&amp;", "&")
}
