//! How cells look in Excel. Texts and grounds contrast by 4.5 to 1 at least.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder};

use super::{Content, Style};

/// The format of a cell: its style, then the way its content is shown.
pub(super) fn format(
    style: Style,
    content: &Content,
    decimals: Option<u8>,
    is_text: bool,
) -> Format {
    let format = match mark(style) {
        "" => plain_format(content, decimals),
        mark => marked_format(content, mark),
    };
    let format = dress(format, style);
    match content {
        // Typed in again, the text would be taken for a formula without this.
        Content::Text(text) if begins_as_formula(text) => format.set_quote_prefix(),
        // What is typed there is a text, even « 01 » or « 1/2 ».
        Content::Empty if style == Style::Input && is_text => format.set_num_format("@"),
        _ => format,
    }
}

/// Whether a text in that style goes over several lines.
pub(super) fn is_wrapped(style: Style) -> bool {
    matches!(style, Style::Wrapped | Style::Header | Style::Locked)
}

/// Whether a spreadsheet would take a text for a formula.
pub(super) fn begins_as_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// What is shown before the content of a cell, without being in it: no colour says it alone.
fn mark(style: Style) -> &'static str {
    match style {
        Style::Faulty => "⚠ ",
        Style::Warning => "? ",
        _ => "",
    }
}

fn plain_format(content: &Content, decimals: Option<u8>) -> Format {
    match code(content).or_else(|| number_code(content, decimals)) {
        Some(code) => Format::new().set_num_format(code),
        None => Format::new(),
    }
}

fn marked_format(content: &Content, mark: &str) -> Format {
    let code = code(content).unwrap_or_else(|| "General".to_owned());
    let code = match content {
        Content::Text(_) | Content::Empty => format!("General;General;General;\"{mark}\"@"),
        Content::Date(_) => format!("\"{mark}\"{code}"),
        _ => format!("\"{mark}\"{code};\"{mark}\"-{code};\"{mark}\"{code};\"{mark}\"@"),
    };
    Format::new().set_num_format(code)
}

/// The code of the format of a content, where it needs one.
fn code(content: &Content) -> Option<String> {
    match content {
        Content::Date(_) => Some("dd/mm/yyyy".to_owned()),
        Content::Percentage(number) => {
            let places = number.split_once('.').map_or(0, |(_, places)| places.len());
            let places = "0".repeat(places.min(15));
            let point = if places.is_empty() { "" } else { "." };
            Some(format!("0{point}{places}%"))
        }
        _ => None,
    }
}

/// The code of the format of a number, or of a cell that waits for one: thousands apart, at least
/// that many decimals, and none hidden. A whole number needs none: Excel would show its point.
fn number_code(content: &Content, places: Option<u8>) -> Option<String> {
    const MOST: usize = 6;
    let places = places.map(|places| usize::from(places).min(MOST))?;
    let number = matches!(content, Content::Number(_) | Content::Empty);
    (number && places > 0).then(|| {
        let (shown, more) = ("0".repeat(places), "#".repeat(MOST - places));
        format!("#,##0.{shown}{more}")
    })
}

fn dress(format: Format, style: Style) -> Format {
    let framed = |format: Format, colour: u32| {
        format
            .set_border(FormatBorder::Thin)
            .set_border_color(colour)
    };
    let wrapped = |format: Format| format.set_text_wrap().set_align(FormatAlign::Top);
    match style {
        Style::Plain => format,
        Style::Wrapped => wrapped(format),
        Style::Title => format.set_bold().set_font_size(14),
        Style::Header => {
            let format = framed(wrapped(format.set_bold()), 0x0092_9292);
            format.set_background_color(0x00E3_E3FD)
        }
        Style::Locked => wrapped(format)
            .set_background_color(0x00F6_F6F6)
            .set_font_color(0x003A_3A3A),
        Style::Input => {
            framed(format.set_unlocked(), 0x006A_6AF4).set_background_color(0x00FF_FFFF)
        }
        Style::Faulty => {
            let format = format
                .set_border(FormatBorder::Medium)
                .set_border_color(0x00CE_0500);
            format
                .set_background_color(0x00FF_E9E9)
                .set_font_color(0x009E_0400)
        }
        Style::Warning => {
            let format = format
                .set_border(FormatBorder::Dashed)
                .set_border_color(0x00B3_4000);
            format
                .set_background_color(0x00FF_E8D9)
                .set_font_color(0x0071_2B00)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_shows_its_decimals_and_hides_none() {
        let code = |places| number_code(&Content::Empty, places);
        assert_eq!(code(Some(1)).as_deref(), Some("#,##0.0#####"));
        assert_eq!(code(Some(9)).as_deref(), Some("#,##0.000000"));
        assert_eq!(code(Some(0)), None);
        assert_eq!(code(None), None);
        assert_eq!(number_code(&Content::Text("a".to_owned()), Some(1)), None);
    }
}
