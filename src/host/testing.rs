//! Plugins made in this process, for unit tests.

use std::path::PathBuf;

use gsmooth_plugin_abi::{Entry, EstimatorTable, NoiseTable, TableRef, TransformationTable};
use gsmooth_plugin_sdk::table::{estimator_table, noise_table, transformation_table};
use gsmooth_plugin_sdk::{
    Bound, Class, Compose, Error, Image, ImageMut, Kind, Levels, Lipschitz, MEstimator, NoiseDistribution,
    OptionSpec, Options, Oracle, Parameter, Result, Transformation,
};
use toml::Value;

use super::error::HostError;
use super::library::{File, read_entry};
use super::registry::Registry;
use super::search::Origin;

/// Adds the parameter to every pixel. The option `fault` says what goes wrong.
pub(super) struct Brighten {
    fault: String,
}

impl Transformation for Brighten {
    const ID: &'static str = "brighten";
    const DOC: &'static str = "Adds to every pixel.";
    const CLASS: Class = Class::Additive;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new("amount", "1", "Added.", -1.0, 1.0, 0.0)];
    const OPTIONS: &'static [OptionSpec] = &[
        OptionSpec::choice(
            "fault",
            "What goes wrong.",
            &["none", "nan", "panic", "error", "levels", "no_levels", "speed"],
        )
        .default_text("none"),
        OptionSpec::float("gain", "A number.").above(0.0).at_most(2.0).default_float(1.0),
        OptionSpec::integer("order", "An integer.").at_least(1.0).default_integer(3),
        OptionSpec::floats("weights", "Numbers.").at_least(0.0).default_floats(&[1.0, 2.0]),
        OptionSpec::text("note", "A text."),
    ];
    const LIPSCHITZ: Option<Lipschitz<Self>> = Some(|this, image, _, _, bound| {
        let pixels = image.pixels.len() as f64;
        bound[0] = if this.fault == "speed" { -1.0 } else { pixels.sqrt().next_up() };
        Ok(())
    });
    const COMPOSE: Option<Compose<Self>> = Some(|_, theta, xi, gamma| {
        gamma[0] = theta[0] + xi[0];
        Ok(())
    });
    const LEVELS: Option<Levels<Self>> = Some(|this, _, low, high| {
        Ok(match this.fault.as_str() {
            "levels" => vec![low[0], high[0] + 1.0],
            "no_levels" => Vec::new(),
            _ => vec![low[0], high[0]],
        })
    });

    fn create(options: &Options<'_>) -> Result<Self> {
        if options.integer("order")? == 13 {
            return Err(Error::new("thirteen brings bad luck"));
        }
        Ok(Self { fault: options.text("fault")?.to_owned() })
    }

    fn apply(&self, image: Image<'_>, parameters: &[f64], out: ImageMut<'_>) -> Result {
        for (to, from) in out.pixels.iter_mut().zip(image.pixels) {
            *to = from + parameters[0] as f32;
        }
        match self.fault.as_str() {
            "nan" if parameters[0] > 0.0 => out.pixels[1] = f32::NAN,
            "panic" => panic!("lost the thread"),
            "error" => return Err(Error::new("out of paint")),
            _ => {}
        }
        Ok(())
    }
}

/// The uniform law on [0, 1], or something that is none.
pub(super) struct Unit {
    broken: bool,
}

impl NoiseDistribution for Unit {
    const ID: &'static str = "unit";
    const DOC: &'static str = "Uniform on [0, 1].";
    const OPTIONS: &'static [OptionSpec] = &[OptionSpec::integer("broken", "1: broken.").required()];
    const THREAD_SAFE: bool = false;

    fn create(options: &Options<'_>) -> Result<Self> {
        Ok(Self { broken: options.integer("broken")? == 1 })
    }
    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }
    fn cdf(&self, x: f64) -> f64 {
        if self.broken { f64::NAN } else { x.clamp(0.0, 1.0) }
    }
    fn sf(&self, x: f64) -> f64 {
        if self.broken { 1.5 } else { 1.0 - x.clamp(0.0, 1.0) }
    }
    fn quantile(&self, p: f64) -> f64 {
        if self.broken { -p } else { p }
    }
    fn isf(&self, p: f64) -> f64 {
        1.0 - p
    }
    fn log_density(&self, x: f64) -> f64 {
        if (0.0..=1.0).contains(&x) { 0.0 } else { f64::NEG_INFINITY }
    }
}

/// The greater distance of the two ends of the box; asks for growth and calls the bound proven, whatever the answer.
pub(super) struct Ends {
    value: Option<f64>,
}

impl MEstimator for Ends {
    const ID: &'static str = "ends";
    const DOC: &'static str = "Looks at two points.";
    const OPTIONS: &'static [OptionSpec] = &[OptionSpec::text("value", "Returned instead.")];

    fn create(options: &Options<'_>) -> Result<Self> {
        let value = options.is_set("value")?.then(|| options.text("value")).transpose()?;
        Ok(Self { value: value.and_then(|value| value.parse().ok()) })
    }

    fn bound(&self, oracle: &Oracle<'_>, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<Bound> {
        let features = oracle.features_at(low)?;
        assert_eq!(features.len(), oracle.features());
        oracle.growth_over(low, high)?;
        let distances = oracle.distance_at(anchor, &[low, high].concat())?;
        // An estimator may swallow an error; the host does not.
        let derivative = oracle.derivative_at(low, high).map_or(0.0, |(values, _)| values[0]);
        let value = self.value.unwrap_or_else(|| distances.iter().copied().fold(derivative, f64::max));
        Ok(Bound { value, kind: Kind::Proven, evaluations: 2 })
    }
}

pub(super) static BRIGHTEN: TransformationTable = transformation_table::<Brighten>("1.2.3");
static UNIT: NoiseTable = noise_table::<Unit>("1.2.3");
static ENDS: EstimatorTable = estimator_table::<Ends>("1.2.3");

pub(super) fn file(name: &str) -> File {
    File { path: PathBuf::from(name), digest: name.to_owned(), origin: Origin::Given }
}

/// A registry with the three plugins above.
pub(super) fn registry() -> Registry {
    static TABLES: [TableRef; 3] =
        [TableRef::transformation(&BRIGHTEN), TableRef::noise(&UNIT), TableRef::estimator(&ENDS)];
    static ENTRY: Entry = Entry::new("tests", &TABLES);
    let mut registry = Registry::default();
    // SAFETY: a static of this version.
    registry
        .add(unsafe { read_entry(&raw const ENTRY, &file("/here/libgsmooth_tests.so")) }.unwrap())
        .unwrap();
    registry
}

/// The declaration error of one table.
pub(super) fn refuse(table: TableRef) -> String {
    let tables: &'static [TableRef] = Box::leak(Box::new([table]));
    let entry: &'static Entry = Box::leak(Box::new(Entry::new("tests", tables)));
    // SAFETY: leaked, of this version.
    match unsafe { read_entry(entry, &file("/here/libgsmooth_wrong.so")) }.unwrap_err() {
        HostError::Declaration { path, number: 1, source } => {
            assert_eq!(path, PathBuf::from("/here/libgsmooth_wrong.so"));
            source.to_string()
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn text(name: &str, value: &str) -> (String, Value) {
    (name.to_owned(), Value::String(value.to_owned()))
}

pub(super) fn integer(name: &str, value: i64) -> (String, Value) {
    (name.to_owned(), Value::Integer(value))
}
