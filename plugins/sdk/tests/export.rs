//! What the export line makes, with all three kinds.

use gsmooth_plugin_sdk::abi::{LAYOUT, class, flags, plugin_kind};
use gsmooth_plugin_sdk::{
    Bound, Class, Image, ImageMut, Kind, LawOfGamma, MEstimator, NoiseDistribution, Options, Oracle,
    Parameter, Result, Transformation,
};

struct Nothing;

impl Transformation for Nothing {
    const ID: &'static str = "nothing";
    const DOC: &'static str = "Copies.";
    const CLASS: Class = Class::Resolvable;
    const PARAMETERS: &'static [Parameter] = &[Parameter::new("much", "1", "No matter.", 0.0, 1.0, 0.0)];
    const LAW_OF_GAMMA: Option<LawOfGamma<Self>> = Some(|_, xi, shift, scale| {
        shift.copy_from_slice(xi);
        scale.fill(1.0);
        Ok(())
    });
    const THREAD_SAFE: bool = false;

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }
    fn apply(&self, image: Image<'_>, _: &[f64], out: ImageMut<'_>) -> Result {
        out.pixels.copy_from_slice(image.pixels);
        Ok(())
    }
}

impl NoiseDistribution for Nothing {
    const ID: &'static str = "point";
    const DOC: &'static str = "Always 0.";

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }
    fn support(&self) -> (f64, f64) {
        (0.0, 0.0)
    }
    fn cdf(&self, _: f64) -> f64 {
        1.0
    }
    fn sf(&self, _: f64) -> f64 {
        0.0
    }
    fn quantile(&self, _: f64) -> f64 {
        0.0
    }
    fn isf(&self, _: f64) -> f64 {
        0.0
    }
    fn log_density(&self, _: f64) -> f64 {
        0.0
    }
}

impl MEstimator for Nothing {
    const ID: &'static str = "infinite";
    const DOC: &'static str = "Knows nothing.";

    fn create(_: &Options<'_>) -> Result<Self> {
        Ok(Self)
    }
    fn bound(&self, _: &Oracle<'_>, _: &[f64], _: &[f64], _: &[f64]) -> Result<Bound> {
        Ok(Bound { value: f64::INFINITY, kind: Kind::Proven, evaluations: 0 })
    }
}

gsmooth_plugin_sdk::export_plugins! { transformations: [Nothing], noises: [Nothing], estimators: [Nothing] }

#[test]
fn the_entry_lists_every_plugin_with_the_crates_version() {
    let entry = &gsmooth_plugin_entry_v1;
    assert_eq!(entry.layout, LAYOUT);
    // SAFETY: the static of this crate.
    let tables = unsafe { entry.tables.as_slice() };
    // SAFETY: as above.
    let heads: Vec<_> = tables.iter().map(|table| unsafe { &*table.0 }).collect();
    let kinds: Vec<_> = heads.iter().map(|head| head.kind).collect();
    assert_eq!(kinds, [plugin_kind::TRANSFORMATION, plugin_kind::NOISE, plugin_kind::ESTIMATOR]);
    let thread_safe: Vec<_> = heads.iter().map(|head| head.flags & flags::THREAD_SAFE).collect();
    assert_eq!(thread_safe, [0, 1, 1]);
    for head in heads {
        // SAFETY: as above.
        assert_eq!(unsafe { head.version.as_str() }, Ok(env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn functions_that_are_not_given_are_null() {
    let table = gsmooth_plugin_sdk::table::transformation_table::<Nothing>("1");
    assert_eq!(table.class, class::RESOLVABLE);
    assert!(table.apply.is_some() && table.law_of_gamma.is_some());
    // Only additive transformations get `compose` for nothing.
    assert!(table.compose.is_none() && table.relative.is_none() && table.lipschitz.is_none());
    assert!(table.rounding.is_none() && table.levels.is_none());
}
