//! The fields that the pages of an account share.

use maud::{Markup, html};

/// A field for a password, with what is wrong with what was typed; nothing typed is shown again.
pub(super) fn password_field(
    name: &str,
    label: &str,
    fill: &str,
    hint: Option<&str>,
    mistake: Option<&str>,
) -> Markup {
    let (told, help) = (format!("{name}-dit"), format!("{name}-aide"));
    let described = match hint {
        Some(_) => format!("{help} {told}"),
        None => told.clone(),
    };
    html! {
        div.field {
            label for=(name) { (label) }
            @if let Some(hint) = hint { p.hint id=(help) { (hint) } }
            input id=(name) type="password" name=(name) autocomplete=(fill) required aria-describedby=(described) aria-invalid=[mistake.map(|_| "true")];
            p.s-late.told id=(told) { (mistake.unwrap_or_default()) }
        }
    }
}

/// A field for the six digits of an application, or a recovery code.
pub(super) fn code_field(label: &str, hint: &str, mistake: Option<&str>) -> Markup {
    html! {
        div.field {
            label for="code" { (label) }
            p.hint #code-aide { (hint) }
            input #code name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required aria-describedby="code-aide code-dit" aria-invalid=[mistake.map(|_| "true")];
            p.s-late.told #code-dit { (mistake.unwrap_or_default()) }
        }
    }
}
