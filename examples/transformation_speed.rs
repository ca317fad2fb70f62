//! Images a second that each transformation makes on one core, beside the forward pass of a small network on such images.
//!
//! ```sh
//! cargo build --release && cargo run --release --example transformation_speed
//! ```
//!
//! The network: 16 and 32 channels of 3x3 convolutions, the second with stride 2, a global mean and 10 classes.

#[path = "random_networks/mod.rs"]
mod random_networks;

use std::time::{Duration, Instant};

use gsmooth::host::{PluginKind, Registry, SearchPath};
use gsmooth::onnx::runtime::{Options, Runtime, Session, SessionOptions};
use gsmooth::transformation::Transformation;
use prost::Message;

/// Channels, height and width.
const SHAPES: [[usize; 3]; 3] = [[1, 28, 28], [3, 32, 32], [3, 224, 224]];
/// Images a call.
const BATCH: usize = 16;
/// Each figure is the median of so many runs of at least this long.
const RUNS: usize = 5;
const LEAST: Duration = Duration::from_millis(100);

fn main() -> anyhow::Result<()> {
    let registry = Registry::load(&SearchPath::standard(&[]))?;
    let runtime = Runtime::open(&Options::default(), &mut |message| eprintln!("{message}"))?;
    let heads: Vec<String> = SHAPES.iter().map(|[c, h, w]| format!("{h}x{w}x{c}")).collect();
    println!("| images a second, one core | {} |\n|---|---|---|---|", heads.join(" | "));
    let network: Vec<f64> =
        SHAPES.iter().map(|shape| network_speed(&runtime, *shape)).collect::<anyhow::Result<_>>()?;
    print_row("small network", &network);
    for info in registry.plugins().iter().filter(|info| info.kind == PluginKind::Transformation) {
        let transformation = Transformation::from_plugin(registry.transformation(&info.id, &[])?);
        let speeds: Vec<f64> =
            SHAPES.iter().map(|shape| speed(&transformation, *shape)).collect::<anyhow::Result<_>>()?;
        print_row(&info.id, &speeds);
    }
    Ok(())
}

fn print_row(name: &str, speeds: &[f64]) {
    let cells: Vec<String> = speeds.iter().map(|speed| format!("{speed:.0}")).collect();
    println!("| {name} | {} |", cells.join(" | "));
}

/// Images a second of a call that takes [`BATCH`] of them.
fn measured(mut call: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    call()?;
    let mut speeds = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let (start, mut calls) = (Instant::now(), 0);
        while start.elapsed() < LEAST {
            call()?;
            calls += 1;
        }
        speeds.push((calls * BATCH) as f64 / start.elapsed().as_secs_f64());
    }
    speeds.sort_by(f64::total_cmp);
    Ok(speeds[RUNS / 2])
}

/// Parameters a third of the way to the end of the domain, or to 5 where that is farther.
fn parameters(transformation: &Transformation) -> Vec<f64> {
    let at = |parameter: &gsmooth::transformation::ParameterInfo| {
        parameter.identity + (parameter.high - parameter.identity).min(5.0) / 3.0
    };
    transformation.parameters().iter().map(at).collect()
}

fn images(values: usize) -> Vec<f32> {
    (0..values).map(|place| (place * 7919 % 256) as f32 / 255.0).collect()
}

fn speed(transformation: &Transformation, shape: [usize; 3]) -> anyhow::Result<f64> {
    let images = images(BATCH * shape.iter().product::<usize>());
    let mut out = vec![0.0; images.len()];
    let parameters = parameters(transformation).repeat(BATCH);
    let [channels, height, width] = shape;
    measured(|| Ok(transformation.apply(&images, [BATCH, channels, height, width], &parameters, &mut out)?))
}

fn network_speed(runtime: &Runtime, shape: [usize; 3]) -> anyhow::Result<f64> {
    let model = random_networks::small(shape[0] as i64).encode_to_vec();
    let mut session =
        Session::from_bytes(runtime, "small network", &model, None, &SessionOptions::default())?;
    let images = images(BATCH * shape.iter().product::<usize>());
    let [channels, height, width] = shape;
    let mut scores = Vec::new();
    measured(|| {
        session.run("image", &images, &[BATCH, channels, height, width], &mut scores)?;
        Ok(())
    })
}
