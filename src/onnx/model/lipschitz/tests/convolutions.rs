//! Convolutions of all kinds against the matrices that they are.

use proptest::prelude::*;

use super::{Found, Random, check, model};
use crate::onnx::model::lipschitz::{convolution::Convolution, torus, window::Axis};
use crate::onnx::model::testing::{WithAttribute, float_tensor, node};
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

/// Looseness of the torus alone, without the matrices that small maps are bounded by.
fn torus_looseness(case: &Case, found: &Found) -> f64 {
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

    /// Small maps are bounded as the matrices that they are, sharply; the torus is never below.
    #[test]
    fn convolutions_are_bounded(case in any_case()) {
        let found = case.check();
        prop_assert!(found.reached == 0.0 || found.looseness() < 0.01, "{}", found.looseness());
        if !case.transposed {
            torus_looseness(&case, &found);
        }
    }
}

/// What only the borders make of a map, the torus does not see; it matters less the larger the map is. Seen: 11 % at 6
/// x 6, 4 % at 8 x 8, 3 % at 10 x 10, 2 % at 14 x 14 for kernels of 3 x 3 with padding 1. Strides make it no worse.
#[test]
fn the_torus_is_close_for_larger_maps() {
    for channels in [(1, 1), (1, 3), (3, 2)] {
        let case = Case::square(14, 3, 1, channels);
        let looseness = torus_looseness(&case, &case.check());
        assert!(looseness < 0.02, "{channels:?}: {looseness}");
    }
    for (kernel, padding, stride, most) in
        [(4, 1, 2, 0.02), (3, 1, 2, 0.02), (3, 1, 3, 1e-3), (1, 0, 2, 1e-3)]
    {
        let case = Case { stride, ..Case::square(12, kernel, padding, (2, 3)) };
        let looseness = torus_looseness(&case, &case.check());
        assert!(looseness < most, "kernel {kernel}, stride {stride}: {looseness}");
    }
}

/// What is asked of padding by name is what is computed from it.
#[test]
fn padding_may_be_named() {
    for (mode, stride) in [("SAME_UPPER", 1), ("SAME_UPPER", 2), ("SAME_LOWER", 2), ("VALID", 2)] {
        let mut random = Random(8);
        let convolution = node("Conv", &["image", "weights"], &["y"]).text("auto_pad", mode);
        let convolution = convolution.ints("strides", &[stride, stride]);
        let weights = random.tensor("weights", &[2, 2, 4, 3]);
        let found = check(&model(&[2, 5, 6], |b| b.constant(weights).node(convolution)), &[2, 5, 6]);
        assert!(found.looseness() < 1e-3, "{mode} {stride}: {}", found.looseness());
    }
}

/// The moving average over three entries has frequency response (1 + 2 cos w) / 3: exactly 1 at the most on a torus.
#[test]
fn known_kernels() {
    let average = |size: usize| Case {
        sizes: vec![size],
        kernel: vec![1],
        pads: vec![0, 0],
        ..Case::square(size, 1, 0, (2, 2))
    };
    assert!(average(6).check().looseness() < 2e-4);
    let kernel = float_tensor("weights", &[1, 1, 3], &[1.0, 1.0, 1.0]);
    let convolution = node("Conv", &["image", "weights"], &["y"]).ints("pads", &[1, 1]);
    let found = check(&model(&[1, 20], |b| b.constant(kernel).node(convolution)), &[1, 20]);
    // Eigenvalues of the tridiagonal matrix of ones.
    let truth = 1.0 + 2.0 * libm::cos(std::f64::consts::PI / 21.0);
    assert!(found.bound >= truth && found.bound < truth * (1.0 + 2e-4), "{}", found.bound);
}
