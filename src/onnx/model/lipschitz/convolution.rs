//! Convolutions as linear maps between finite, zero-padded images, and bounds of their norms.

use std::cell::OnceCell;

use super::matrix::Matrix;
use super::section;
use super::spectral::spectral_norm;
use super::torus;
use super::upward::{UNIT_F64, Upper, gamma};
use super::window::Axis;

/// A convolution with any stride, padding, dilation and groups, or the adjoint of one, a transposed convolution.
#[derive(Debug, Clone)]
pub(super) struct Convolution {
    /// Weights \[group\]\[output channel\]\[input channel\]\[tap\], channels being counted within their group. Input and
    /// output are those of the convolution, also where `transposed` turns it around.
    pub(super) weights: Vec<f64>,
    pub(super) groups: usize,
    /// Output channels of a group.
    pub(super) outputs: usize,
    /// Input channels of a group.
    pub(super) inputs: usize,
    /// The spatial axes; taps are in row-major order.
    pub(super) axes: Vec<Axis>,
    /// Whether the map meant is the adjoint, from the convolution's outputs to its inputs.
    pub(super) transposed: bool,
    /// Bounds the norm of what the weights were rounded by when scales were folded into them.
    pub(super) error: Upper,
    norm: OnceCell<Upper>,
}

/// Where a tap acts: on which block of input channels (one for each combination of phases), and how it shifts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) tap: usize,
    pub(super) block: usize,
    pub(super) shifts: Vec<i64>,
}

/// The channels that factors apply to, as the map (which may be the adjoint) sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Input,
    Output,
}

impl Convolution {
    pub(super) fn new(
        weights: Vec<f64>,
        groups: usize,
        (outputs, inputs): (usize, usize),
        axes: Vec<Axis>,
        transposed: bool,
    ) -> Self {
        debug_assert_eq!(
            weights.len(),
            groups * outputs * inputs * axes.iter().map(|a| a.kernel).product::<usize>()
        );
        let (error, norm) = (Upper::ZERO, OnceCell::new());
        Self { weights, groups, outputs, inputs, axes, transposed, error, norm }
    }

    pub(super) fn taps(&self) -> usize {
        self.axes.iter().map(|axis| axis.kernel).product()
    }

    /// Products that are summed for one element of the result.
    pub(super) fn terms(&self) -> usize {
        self.taps() * if self.transposed { self.outputs } else { self.inputs }
    }

    /// Number of channels on a side.
    pub(super) fn channels(&self, side: Side) -> usize {
        let outputs = (side == Side::Output) != self.transposed;
        self.groups * if outputs { self.outputs } else { self.inputs }
    }

    /// The weights of one group from one input channel to one output channel.
    pub(super) fn kernel(&self, group: usize, output: usize, input: usize) -> &[f64] {
        let taps = self.taps();
        let start = ((group * self.outputs + output) * self.inputs + input) * taps;
        &self.weights[start..start + taps]
    }

    /// The taps that read anything but padding.
    pub(super) fn placed_taps(&self) -> Vec<Placed> {
        let mut blocks: Vec<Vec<usize>> = Vec::new();
        let mut placed = Vec::new();
        for tap in 0..self.taps() {
            let mut rest = tap;
            let mut indices = vec![0; self.axes.len()];
            for (index, axis) in indices.iter_mut().zip(&self.axes).rev() {
                *index = rest % axis.kernel;
                rest /= axis.kernel;
            }
            let taps: Option<Vec<_>> = self.axes.iter().zip(&indices).map(|(axis, i)| axis.tap(*i)).collect();
            let Some(taps) = taps else { continue };
            let phases: Vec<usize> = taps.iter().map(|tap| tap.phase).collect();
            let known = blocks.iter().position(|block| *block == phases);
            let block = known.unwrap_or_else(|| {
                blocks.push(phases);
                blocks.len() - 1
            });
            placed.push(Placed { tap, block, shifts: taps.iter().map(|tap| tap.shift).collect() });
        }
        placed
    }

    /// The matrix sum_taps |w| of one group, which is the symbol of the entrywise absolute convolution at frequency 0.
    /// Its entries bound those of the symbol at every frequency, so its norm bounds the norms of both maps.
    pub(super) fn absolute_symbol(&self, group: usize) -> Matrix {
        let placed = self.placed_taps();
        let blocks = placed.iter().map(|p| p.block + 1).max().unwrap_or(0);
        let columns = blocks * self.inputs;
        let mut sums = vec![0.0; self.outputs * columns];
        for output in 0..self.outputs {
            for input in 0..self.inputs {
                let kernel = self.kernel(group, output, input);
                for place in &placed {
                    sums[output * columns + place.block * self.inputs + input] += kernel[place.tap].abs();
                }
            }
        }
        // Rounded up: a sum of as many terms as there are taps.
        let up = 1.0 + gamma(self.taps() + 2, UNIT_F64).get();
        Matrix::real(self.outputs, columns, sums.into_iter().map(|sum| (sum * up).next_up()).collect())
    }

    /// Bounds the norm of the map with all weights replaced by their absolute values.
    pub(super) fn absolute_norm(&self) -> Upper {
        // Matrices without negative entries have one dominant singular value, which few products bring out.
        const PRODUCTS: u32 = 3;
        let norm = |group| spectral_norm(self.absolute_symbol(group), PRODUCTS);
        (0..self.groups).map(norm).fold(Upper::ZERO, Upper::max) + self.error
    }

    /// Bounds the norm of the map.
    pub(super) fn norm(&self) -> Upper {
        *self.norm.get_or_init(|| {
            let bound = section::norm(self).unwrap_or_else(|| torus::norm(self));
            (bound + self.error).min(self.absolute_norm())
        })
    }

    /// The position in the input that a position of the output reads by a tap, both in row-major order.
    pub(super) fn source(&self, mut position: usize, mut tap: usize) -> Option<usize> {
        let (mut source, mut size) = (0, 1);
        for axis in self.axes.iter().rev() {
            source += size * axis.source(position % axis.output, tap % axis.kernel)?;
            size *= axis.input;
            position /= axis.output;
            tap /= axis.kernel;
        }
        Some(source)
    }

    /// The map with the channels of one side multiplied by factors, each known up to the relative error `relative`.
    pub(super) fn with_channels_scaled(&self, side: Side, factors: &[f64], relative: Upper) -> Self {
        let by_output = (side == Side::Output) != self.transposed;
        let taps = self.taps();
        let factor = |at: usize| {
            let (input, rest) = (at / taps % self.inputs, at / taps / self.inputs);
            let (output, group) = (rest % self.outputs, rest / self.outputs);
            let channel = if by_output { group * self.outputs + output } else { group * self.inputs + input };
            factors[channel]
        };
        let weights = self.weights.iter().enumerate().map(|(at, weight)| weight * factor(at)).collect();
        let sizes = (self.outputs, self.inputs);
        let mut result = Self::new(weights, self.groups, sizes, self.axes.clone(), self.transposed);
        let largest = factors.iter().fold(Upper::ZERO, |most, factor| most.max(Upper::of(*factor)));
        // One rounding a weight, and the factors' own error, both relative to the absolute weights.
        let rounding = relative + gamma(2, UNIT_F64);
        result.error = self.error * largest * (Upper::ONE + relative) + rounding * result.absolute_norm();
        result
    }
}
