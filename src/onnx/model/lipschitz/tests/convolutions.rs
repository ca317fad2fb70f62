//! Convolutions of all kinds against the matrices that they are.

use proptest::prelude::*;

use super::{Found, Random, check, model};
use crate::onnx::model::testing::{WithAttribute, node};
use crate::onnx::proto::NodeProto;

/// A convolution in the making.
#[derive(Debug, Clone)]
struct Case {
    transposed: bool,
    /// Sizes of the input's spatial axes.
    sizes: Vec<usize>,
    kernel: Vec<i64>,
    stride: i64,
    dilation: i64,
    pads: Vec<i64>,
    groups: usize,
    /// Channels of a group: input, output.
    channels: (usize, usize),
    seed: u64,
}

impl Case {
    fn square(size: usize, kernel: i64, padding: i64, channels: (usize, usize)) -> Self {
        Self {
            transposed: false,
            sizes: vec![size; 2],
            kernel: vec![kernel; 2],
            stride: 1,
            dilation: 1,
            pads: vec![padding; 4],
            groups: 1,
            channels,
            seed: 3,
        }
    }

    fn node(&self) -> NodeProto {
        let operator = if self.transposed { "ConvTranspose" } else { "Conv" };
        let axes = self.sizes.len();
        node(operator, &["image", "weights", "bias"], &["y"])
            .ints("strides", &vec![self.stride; axes])
            .ints("dilations", &vec![self.dilation; axes])
            .ints("pads", &self.pads)
            .int("group", self.groups as i64)
    }

    /// Whether any window fits.
    fn is_valid(&self) -> bool {
        let axes = self.sizes.len();
        (0..axes).all(|i| {
            let extent = (self.kernel[i] - 1) * self.dilation + 1;
            let (size, padding) = (self.sizes[i] as i64, self.pads[i] + self.pads[i + axes]);
            match self.transposed {
                false => size + padding >= extent,
                true => (size - 1) * self.stride + extent - padding >= 1,
            }
        })
    }

    fn check(&self) -> Found {
        let mut random = Random(self.seed);
        let (inputs, outputs) = (self.channels.0 as i64, self.channels.1 as i64);
        let groups = self.groups as i64;
        let channels = if self.transposed { [inputs * groups, outputs] } else { [outputs * groups, inputs] };
        let weights = random.tensor("weights", &[&channels[..], &self.kernel].concat());
        let bias = random.tensor("bias", &[outputs * groups]);
        let item = [&[self.channels.0 * self.groups], &self.sizes[..]].concat();
        let model = model(&item, |build| build.constant(weights).constant(bias).node(self.node()));
        check(&model, &item)
    }
}

fn any_case() -> impl Strategy<Value = Case> {
    (
        (any::<bool>(), prop::collection::vec(1..8_usize, 1..3), prop::collection::vec(1..5_i64, 2)),
        (1..4_i64, 1..3_i64, prop::collection::vec(0..3_i64, 4)),
        (1..3_usize, (1..4_usize, 1..4_usize), any::<u64>()),
    )
        .prop_map(|((transposed, sizes, kernel), (stride, dilation, pads), (groups, channels, seed))| {
            let axes = sizes.len();
            let (kernel, pads) = (kernel[..axes].to_vec(), pads[..2 * axes].to_vec());
            Case { transposed, sizes, kernel, stride, dilation, pads, groups, channels, seed }
        })
        .prop_filter("no window fits", Case::is_valid)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Small maps are bounded as matrices, so that only the iteration's tolerance is left.
    #[test]
    fn small_convolutions_are_bounded_sharply(case in any_case()) {
        let found = case.check();
        prop_assert!(found.reached == 0.0 || found.looseness() < 0.01, "{}", found.looseness());
    }
}

/// Looseness of the torus alone, without the matrices that small maps are bounded by.
fn torus_looseness(case: &Case) -> f64 {
    use crate::onnx::model::lipschitz::{convolution::Convolution, torus, window::Axis};
    let found = case.check();
    let axes: Vec<Axis> = (0..case.sizes.len())
        .map(|i| {
            let mut axis = Axis {
                kernel: case.kernel[i] as usize,
                stride: case.stride as usize,
                dilation: case.dilation as usize,
                padding: case.pads[i],
                input: case.sizes[i],
                output: 0,
            };
            let extent = (case.kernel[i] - 1) * case.dilation + 1;
            let padding = case.pads[i] + case.pads[i + case.sizes.len()];
            axis.output = ((case.sizes[i] as i64 + padding - extent) / case.stride + 1) as usize;
            axis
        })
        .collect();
    let mut random = Random(case.seed);
    let shape = [(case.channels.1 * case.groups) as i64, case.channels.0 as i64];
    let weights = random.tensor("weights", &[&shape[..], &case.kernel].concat());
    let weights = weights.float_data.iter().map(|w| f64::from(*w)).collect();
    let sizes = (case.channels.1, case.channels.0);
    let bound = torus::norm(&Convolution::new(weights, case.groups, sizes, axes, false)).get();
    assert!(bound >= found.reached * (1.0 - 1e-9), "{bound} below {}", found.reached);
    bound / found.reached - 1.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_torus_is_never_below(case in any_case()) {
        let case = Case { transposed: false, ..case };
        prop_assume!(case.is_valid());
        torus_looseness(&case);
    }
}

#[test]
fn zz_print() {
    for (size, kernel, padding) in
        [(6, 3, 1), (8, 3, 1), (10, 3, 1), (12, 3, 1), (14, 3, 1), (10, 5, 2), (10, 3, 0)]
    {
        for channels in [(1, 1), (1, 3), (3, 2)] {
            let case = Case::square(size, kernel, padding, channels);
            eprintln!("{size} {kernel} {padding} {channels:?}: {:.4}", torus_looseness(&case));
        }
    }
    for (size, kernel, padding, stride, dilation) in [
        (12, 4, 1, 2, 1),
        (12, 3, 1, 2, 1),
        (12, 3, 1, 3, 1),
        (12, 5, 2, 2, 1),
        (12, 1, 0, 2, 1),
        (12, 3, 2, 1, 2),
        (13, 3, 2, 2, 2),
    ] {
        let case = Case { stride, dilation, ..Case::square(size, kernel, padding, (2, 3)) };
        eprintln!("{size} {kernel} {padding} s{stride} d{dilation}: {:.4}", torus_looseness(&case));
    }
}
