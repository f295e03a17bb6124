//! Drawings as pictures that every version of Word shows.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::RenderError;
use crate::world::{FACES, TEXT_FAMILY};

/// Dots in a millimetre: some 200 to the inch, sharp on paper.
const DOTS: f32 = 8.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for face in FACES {
        fonts.load_font_data(face.to_vec());
    }
    Arc::new(fonts)
});

/// A picture as PNG, and how high it is for its width.
pub(super) struct Drawn {
    pub png: Vec<u8>,
    pub ratio: f64,
}

/// Draws an SVG on a white ground, as wide as that many millimetres need.
pub(super) fn drawn(svg: &str, millimetres: u16) -> Result<Drawn, RenderError> {
    let options = Options {
        font_family: TEXT_FAMILY.to_owned(),
        fontdb: Arc::clone(&FONTS),
        ..Options::default()
    };
    let failed = |cause: &dyn std::fmt::Display| RenderError::Picture(cause.to_string());
    let tree = Tree::from_str(svg, &options).map_err(|cause| failed(&cause))?;
    let scale = f32::from(millimetres) * DOTS / tree.size().width();
    let size = tree.size().to_int_size().scale_by(scale);
    let size = size.ok_or_else(|| failed(&"no size"))?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or_else(|| failed(&"no room"))?;
    pixels.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    let png = pixels.encode_png().map_err(|cause| failed(&cause))?;
    let ratio = f64::from(size.height()) / f64::from(size.width());
    Ok(Drawn { png, ratio })
}
