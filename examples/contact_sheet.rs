//! A contact sheet: one row for each transformation that is found, the picture at values spread over a range.
//!
//! ```sh
//! cargo build && cargo run --example contact_sheet -- examples/pictures/astronaut.png contact-sheet.png
//! ```

use gsmooth::host::{PluginKind, Registry, SearchPath};
use gsmooth::report::canvas::{self, Canvas};
use gsmooth::transformation::Transformation;
use image::RgbImage;

/// Pictures in a row.
const COLUMNS: usize = 9;
/// Height of the line of text above a row, in pixels.
const TEXT: u32 = 11;
/// Between pictures, in pixels.
const GAP: u32 = 4;

/// How far from the identity a row goes, where the domain alone would say little; both ways where it may.
const REACH: [(&str, f64); 17] = [
    ("brightness", 0.5),
    ("brightness_contrast", 0.5),
    ("contrast", 1.0),
    ("defocus_blur", 8.0),
    ("gamma", 1.0),
    ("gaussian_blur", 36.0),
    ("motion_blur", 24.0),
    ("pixelate", 0.9),
    ("pixelate_levels", 0.9),
    ("rotation", 90.0),
    ("rotational_blur", 40.0),
    ("scaling", 0.5),
    ("translation", 40.0),
    ("translation_zero", 40.0),
    ("zoom_blur", 0.5),
    ("fade", 1.0),
    ("vignette", 1.0),
];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let picture = arguments.next().unwrap_or_else(|| "examples/pictures/astronaut.png".to_owned());
    let sheet = arguments.next().unwrap_or_else(|| "contact-sheet.png".to_owned());
    let picture = image::open(&picture)?.to_rgb8();
    let (width, height) = picture.dimensions();
    let planes = planes(&picture);

    let registry = Registry::load(&SearchPath::standard(&[]))?;
    let ids = registry.plugins().iter().filter(|info| info.kind == PluginKind::Transformation);
    let ids: Vec<String> = ids.map(|info| info.id.clone()).collect();
    anyhow::ensure!(!ids.is_empty(), "no transformations are found: run `cargo build` first");
    let mut out =
        Canvas::new([COLUMNS as u32 * (width + GAP) + GAP, ids.len() as u32 * (height + TEXT + GAP) + GAP]);
    for (row, id) in ids.iter().enumerate() {
        let transformation = Transformation::from_plugin(registry.transformation(id, &[])?);
        let top = GAP + row as u32 * (height + TEXT + GAP);
        out.write(&title(&transformation), [GAP, top], 1);
        for column in 0..COLUMNS {
            let xi = parameters(&transformation, column as f64 / (COLUMNS - 1) as f64);
            let shape = [3, height as usize, width as usize];
            let pixels = transformation.apply_at(&planes, shape, &xi)?;
            let left = GAP + column as u32 * (width + GAP);
            out.paste(&canvas::picture(&pixels, shape), [left, top + TEXT]);
        }
    }
    out.into_image().save(&sheet)?;
    println!("{} transformations in {sheet}", ids.len());
    Ok(())
}

/// The ends of a parameter in its row.
fn range(transformation: &Transformation, number: usize) -> (f64, f64) {
    let parameter = &transformation.parameters()[number];
    let known = REACH.iter().find(|(id, _)| *id == transformation.id()).map(|(_, reach)| *reach);
    let reach = known.unwrap_or_else(|| (parameter.high - parameter.identity).min(10.0));
    ((parameter.identity - reach).max(parameter.low), (parameter.identity + reach).min(parameter.high))
}

/// All parameters at the same share of their ranges.
fn parameters(transformation: &Transformation, share: f64) -> Vec<f64> {
    let at = |number| {
        let (low, high) = range(transformation, number);
        low + share * (high - low)
    };
    (0..transformation.parameters().len()).map(at).collect()
}

fn title(transformation: &Transformation) -> String {
    let parameters = transformation.parameters().iter().enumerate().map(|(number, parameter)| {
        let (low, high) = range(transformation, number);
        let unit = if parameter.unit == "1" { "" } else { &parameter.unit };
        format!("{} {low} to {high} {unit}", parameter.name).trim_end().to_owned()
    });
    format!(
        "{} ({}): {}",
        transformation.id(),
        transformation.class().name(),
        parameters.collect::<Vec<_>>().join(", ")
    )
}

/// Dense CHW in [0, 1].
fn planes(picture: &RgbImage) -> Vec<f32> {
    (0..3).flat_map(|channel| picture.pixels().map(move |pixel| f32::from(pixel[channel]) / 255.0)).collect()
}
