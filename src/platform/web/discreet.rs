//! Addresses told to somebody else: without what opens something. Pure.

/// The longest that is told of what an address asks, in characters.
const LONGEST: usize = 500;
/// The parameters that open something, or prove that one comes from somewhere.
const SECRETS: [&str; 9] = [
    "code", "id_token", "jeton", "password", "reponse", "secret", "session", "state", "token",
];
/// No word or code of an address is as long as this and holds digits; a secret is.
const LONGEST_WORD: usize = 20;
/// What stands in the place of a secret.
const HIDDEN: &str = "…";

/// A path, without the parts that look as if they opened something.
pub fn without_secrets(path: &str) -> String {
    let parts = path.split('/');
    let told = parts.map(|part| if is_secret(part) { HIDDEN } else { part });
    told.collect::<Vec<_>>().join("/")
}

/// What an address asks, as text: « section=moyens, q=vaccin »; without what opens something.
pub fn asked_in_words(query: &str) -> String {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let told = pairs.filter(|(name, value)| {
        let is_named = SECRETS
            .iter()
            .any(|secret| name.eq_ignore_ascii_case(secret));
        // The day shown is told apart.
        let is_day = name.eq_ignore_ascii_case("au");
        !is_named && !is_day && !value.trim().is_empty() && !is_secret(name)
    });
    let told = told.map(|(name, value)| {
        let value = if is_secret(&value) { HIDDEN } else { &value };
        format!("{name}={value}")
    });
    let all = told.collect::<Vec<_>>().join(", ");
    let plain = all.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(LONGEST).collect()
}

/// Whether a text looks like a secret: one of ours by its beginning, any other by a long run of
/// letters and digits. Identifiers and codes are cut by dashes.
fn is_secret(text: &str) -> bool {
    let mut runs = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    text.contains("jalon_")
        || runs.any(|run| run.len() >= LONGEST_WORD && run.bytes().any(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_is_never_told() {
        let secret = format!("jalon_{}", "0a".repeat(32));
        let link = format!("/lien/{secret}/fournisseur");
        assert_eq!(without_secrets(&link), "/lien/…/fournisseur");
        let query = format!("code=123456&state=abc&q={secret}&x={}", "4f".repeat(16));
        assert_eq!(asked_in_words(&query), "q=…, x=…");
    }

    #[test]
    fn what_was_asked_is_told_in_words() {
        let query = "section=moyens&q=vaccin+hpv&tri=&personne=01890a5d-ac96-774b-bcce-b302099a8057&cadre=etat-ars-2024-2028";
        assert_eq!(
            asked_in_words(query),
            "section=moyens, q=vaccin hpv, personne=01890a5d-ac96-774b-bcce-b302099a8057, cadre=etat-ars-2024-2028"
        );
        let contract = "/contrats/ars-auvergne-rhone-alpes-2024-2028";
        assert_eq!(without_secrets(contract), contract);
        assert_eq!(
            asked_in_words(&format!("q={}", "é".repeat(900)))
                .chars()
                .count(),
            500
        );
    }
}
