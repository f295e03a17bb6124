//! Writes `/tmp/region.pdf` and the drawings as `/tmp/region-*.svg`, to be looked at.

use std::error::Error;
use std::fs;
use std::time::Instant;

mod sample;

use jalon_render::chart::{dots, trajectory};
use jalon_render::map::{choropleth, hatch_patterns};
use jalon_render::{Target, region_sheet};

fn main() -> Result<(), Box<dyn Error>> {
    let sheet = sample::normandy()?;
    for _ in 0..3 {
        let start = Instant::now();
        let pdf = region_sheet(&sheet)?;
        println!("{} bytes in {:?}", pdf.len(), start.elapsed());
        fs::write("/tmp/region.pdf", pdf)?;
    }
    fs::write(
        "/tmp/region-drawn.pdf",
        region_sheet(&sample::illustrated()?)?,
    )?;
    let (map, plot, line) = (sample::map()?, sample::dot_plot()?, sample::line()?);
    let page = format!(
        "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Dessins</title>\
         <link rel=\"stylesheet\" href=\"jalon.css\"><main class=\"page\">{}<div class=\"split\">\
         <figure class=\"map\">{}</figure><figure class=\"chart plot\">{}</figure></div>\
         <div class=\"split\"><figure class=\"chart plot\">{}</figure></div></main></html>",
        hatch_patterns(),
        choropleth(&map, Target::Page),
        dots(&plot, Target::Page),
        trajectory(&line, Target::Page),
    );
    fs::write("/tmp/region-page.html", page)?;
    fs::write("/tmp/region-map.svg", choropleth(&map, Target::Pdf))?;
    fs::write("/tmp/region-dots.svg", dots(&plot, Target::Pdf))?;
    fs::write("/tmp/region-line.svg", trajectory(&line, Target::Pdf))?;
    Ok(())
}
