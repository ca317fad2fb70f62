//! Windows that slide over one spatial axis: of convolutions and of pooling.

use super::node::Node;
use super::obstacle::Obstacle;

/// One spatial axis: output i reads the inputs i stride + k dilation - padding, for k < kernel, where they exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) dilation: usize,
    /// Entries added in front; negative where entries are cut off.
    pub(super) padding: i64,
    /// Entries of the input.
    pub(super) input: usize,
    /// Entries of the output.
    pub(super) output: usize,
}

/// Where a tap of the kernel reads once the input is dealt out to `stride` phases, entry t being entry t div stride
/// of phase t mod stride: output i reads entry i + shift of the phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tap {
    pub(super) phase: usize,
    pub(super) shift: i64,
}

/// Sizes beyond this are refused, so that no arithmetic on positions can overflow, and memory for an axis is small.
const LARGEST: i64 = 1 << 22;

impl Axis {
    /// The axes of a window, whose sizes are known, from the attributes of a convolution or pooling.
    pub(super) fn of_window(
        node: &Node<'_>,
        kernel: &[usize],
        input: &[usize],
        output: &[usize],
    ) -> Result<Vec<Self>, Obstacle> {
        let axes = kernel.len();
        if input.len() != axes || output.len() != axes {
            return Err(node.shape_obstacle(0));
        }
        let strides = node.sizes("strides", axes)?;
        let dilations = node.sizes("dilations", axes)?;
        let mode = node.text("auto_pad", "NOTSET");
        (0..axes)
            .map(|i| {
                let (stride, dilation) = (strides[i], dilations[i]);
                let mut axis = Self {
                    kernel: kernel[i],
                    stride,
                    dilation,
                    padding: 0,
                    input: input[i],
                    output: output[i],
                };
                axis.check(node)?;
                axis.padding = match mode.as_str() {
                    "NOTSET" => node.padding(i, axes)?,
                    "VALID" => 0,
                    "SAME_UPPER" => axis.padding_for_same() / 2,
                    "SAME_LOWER" => (axis.padding_for_same() + 1) / 2,
                    _ => return Err(node.attribute_obstacle("auto_pad", mode.clone())),
                };
                axis.check(node)?;
                Ok(axis)
            })
            .collect()
    }

    fn check(&self, node: &Node<'_>) -> Result<(), Obstacle> {
        let sizes = [self.kernel, self.stride, self.dilation, self.input, self.output];
        let sized = |size: &usize| i64::try_from(*size).is_ok_and(|size| (1..LARGEST).contains(&size));
        let extent = self.kernel.checked_mul(self.dilation).is_some_and(|extent| sized(&extent));
        let reach = self.output.checked_mul(self.stride).is_some_and(|reach| sized(&reach));
        if sizes.iter().all(sized) && extent && reach && self.padding.abs() < LARGEST {
            return Ok(());
        }
        Err(node.shape_obstacle(0))
    }

    /// Padding at both ends together that makes as many windows as strides fit the input.
    fn padding_for_same(&self) -> i64 {
        let reach = (self.output - 1) * self.stride + (self.kernel - 1) * self.dilation + 1;
        signed(reach.saturating_sub(self.input))
    }

    /// The input that output `output` reads by tap `tap`, if it is not padding.
    pub(super) fn source(&self, output: usize, tap: usize) -> Option<usize> {
        let at = signed(output * self.stride + tap * self.dilation) - self.padding;
        usize::try_from(at).ok().filter(|at| *at < self.input)
    }

    /// Where a tap reads, and `None` if it reads nothing but padding.
    pub(super) fn tap(&self, tap: usize) -> Option<Tap> {
        let (stride, at) = (signed(self.stride), signed(tap * self.dilation) - self.padding);
        let (phase, shift) = (at.rem_euclid(stride), at.div_euclid(stride));
        let last = signed(self.output) - 1;
        let reads = (-shift).max(0) <= last.min(self.phase_length(phase) - 1 - shift);
        reads.then(|| Tap { phase: usize::try_from(phase).unwrap_or(0), shift })
    }

    /// Entries t of the input with t mod stride = phase.
    fn phase_length(&self, phase: i64) -> i64 {
        (signed(self.input) - phase + signed(self.stride) - 1).div_euclid(signed(self.stride)).max(0)
    }

    /// The size of a torus on which the phases do not notice that it is one: entries that a tap reads beyond either
    /// end of its phase lie on it where the phase is extended by zeros.
    ///
    /// A tap reads entries shift to output - 1 + shift. Those from the end of the phase on must lie on the torus
    /// before it closes, and those below 0, which are entries torus + shift and later, must come after the phase.
    pub(super) fn torus(&self) -> usize {
        let mut size = signed(self.output);
        for tap in (0..self.kernel).filter_map(|tap| self.tap(tap)) {
            let length = self.phase_length(signed(tap.phase));
            size = size.max(length).max(signed(self.output) + tap.shift).max(length - tap.shift);
        }
        usize::try_from(size).unwrap_or(usize::MAX)
    }

    /// The most windows that one entry of the input lies in.
    pub(super) fn overlap(&self) -> usize {
        let mut windows = vec![0_usize; self.input];
        for output in 0..self.output {
            for source in (0..self.kernel).filter_map(|tap| self.source(output, tap)) {
                windows[source] += 1;
            }
        }
        windows.into_iter().max().unwrap_or(0)
    }
}

/// A size below [`LARGEST`] as a signed number.
fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(LARGEST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_axis() -> impl Strategy<Value = Axis> {
        (1..6_usize, 1..5_usize, 1..4_usize, 0..5_i64, 1..12_usize, 1..12_usize).prop_map(
            |(kernel, stride, dilation, padding, input, output)| Axis {
                kernel,
                stride,
                dilation,
                padding,
                input,
                output,
            },
        )
    }

    proptest! {
        /// A circular convolution of the phases, extended by zeros, reads what the window reads.
        #[test]
        fn the_torus_is_large_enough(axis in any_axis()) {
            let torus = axis.torus() as i64;
            prop_assert!(torus >= axis.output as i64);
            for tap in 0..axis.kernel {
                for output in 0..axis.output {
                    let read = axis.tap(tap).and_then(|place| {
                        let entry = (output as i64 + place.shift).rem_euclid(torus);
                        let source = entry * axis.stride as i64 + place.phase as i64;
                        (source < axis.input as i64).then_some(source as usize)
                    });
                    prop_assert_eq!(read, axis.source(output, tap));
                }
            }
        }
    }

    #[test]
    fn overlaps_are_counted() {
        let axis = Axis { kernel: 3, stride: 1, dilation: 1, padding: 1, input: 5, output: 5 };
        assert_eq!((axis.overlap(), axis.torus()), (3, 6));
        assert_eq!(Axis { stride: 2, output: 3, ..axis }.overlap(), 2);
        assert_eq!(Axis { stride: 3, output: 2, ..axis }.overlap(), 1);
        // Nothing but the middle of the kernel ever meets a single entry.
        let single = Axis { input: 1, output: 1, ..axis };
        assert_eq!((0..3).map(|tap| single.tap(tap).is_some()).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(single.torus(), 1);
    }
}
