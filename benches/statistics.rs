//! What stands beside the network on the hot path: noise, votes, and the bounds on them.
//!
//! ```sh
//! cargo bench --bench statistics
//! ```

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gsmooth::smoothing::ballot;
use gsmooth::smoothing::site::CodeNoise;
use gsmooth::smoothing::stream::{Purpose, StreamKey, StreamName};
use gsmooth::stats::clopper_pearson;
use gsmooth::stats::sequential::ConfidenceSequence;

/// A noisy code of the shipped surrogate's size and of a 32x32x3 image's.
fn noise(criterion: &mut Criterion) {
    let name =
        StreamName { seed: 1, case: "bench", index: 0, purpose: Purpose::Probe, anchor: 0, generation: 0 };
    let key = StreamKey::new(name);
    let mut group = criterion.benchmark_group("noisy code");
    for dimension in [1568_usize, 3072] {
        let source = CodeNoise {
            mean: vec![0.5; dimension],
            columns: Arc::new(Vec::new()),
            noise: Vec::new(),
            semantic_noise: 0.25,
        };
        let mut code = vec![0.0_f32; dimension];
        let mut draw = 0;
        group.throughput(Throughput::Elements(dimension as u64));
        group.bench_function(BenchmarkId::from_parameter(dimension), |bencher| {
            bencher.iter(|| {
                draw += 1;
                source.sample(&mut key.draw(draw), black_box(&mut code))
            });
        });
    }
    group.finish();
}

fn bounds(criterion: &mut Criterion) {
    criterion.bench_function("Clopper-Pearson, n = 100,000", |bencher| {
        bencher.iter(|| clopper_pearson::lower_bound(black_box(99_000), 100_000, 0.001));
    });
    let sequence = ConfidenceSequence::new(0.001);
    criterion.bench_function("confidence sequence, n = 100", |bencher| {
        bencher.iter(|| sequence.lower_bound(black_box(99), 100));
    });
    let scores: Vec<f32> = (0..1000_u16).map(|i| f32::from(i * 7919 % 1009)).collect();
    criterion
        .bench_function("vote of 1,000 classes", |bencher| bencher.iter(|| ballot::vote(black_box(&scores))));
}

criterion_group!(benches, noise, bounds);
criterion_main!(benches);
