//! Norms of convolutions as the finite matrices that they are, borders and all.
//!
//! |T|_2^2 is the largest eigenvalue of T^T T and of T T^T. With positions in order, these are banded: only pixels of
//! windows that overlap meet. Where the band is narrow enough, a Cholesky factorisation proves a bound that is sharp,
//! while that of the torus ignores the border.

use super::banded::{Banded, LANCZOS_STEPS};
use super::convolution::Convolution;
use super::upward::{UNIT_F64, Upper, gamma};

/// Multiplications that a sharp bound may take.
const MOST_MULTIPLICATIONS: u64 = 1_500_000_000;
/// Most sums of products of weights that are kept at once.
const MOST_BLOCKS: usize = 1 << 25;

/// Bounds the norm of a convolution with the weights as they are stored, and with its borders; `None` if that would
/// take too long, or fails.
pub(super) fn norm(convolution: &Convolution) -> Option<Upper> {
    let sides = [Gram::of(convolution, true)?, Gram::of(convolution, false)?];
    let gram = sides.iter().min_by_key(|gram| gram.multiplications())?;
    if gram.multiplications() > MOST_MULTIPLICATIONS || gram.blocks() > MOST_BLOCKS {
        return None;
    }
    let eigenvalues = (0..convolution.groups).map(|group| gram.matrix(group).largest_eigenvalue());
    let largest = eigenvalues.fold(Upper::ZERO, Upper::max);
    // An entry sums products over the channels, and these over pairs of taps; |T|^T |T| bounds its terms.
    let absolute = convolution.absolute_norm();
    let rounding = gamma(gram.summed + convolution.taps() + 2, UNIT_F64) * absolute * absolute;
    Some((largest + rounding).sqrt()).filter(|norm| *norm < Upper::INFINITY)
}

/// T^T T or T T^T of one group: one side's elements are kept, the other's are summed over.
struct Gram<'a> {
    convolution: &'a Convolution,
    /// Whether the inputs are kept.
    inputs: bool,
    /// For each position summed over, the positions kept that it meets, and by which tap.
    links: Vec<Vec<(usize, usize)>>,
    /// Kept positions, and channels at each.
    positions: usize,
    channels: usize,
    /// Channels summed over.
    summed: usize,
    /// The band: how far apart elements can be that meet.
    width: usize,
}

impl<'a> Gram<'a> {
    /// `None` if the images are too large to be looked at.
    fn of(convolution: &'a Convolution, inputs: bool) -> Option<Self> {
        const MOST_LINKS: usize = 1 << 24;
        let axes = &convolution.axes;
        let product = |sizes: Vec<usize>| sizes.into_iter().try_fold(1_usize, usize::checked_mul);
        let outer = product(axes.iter().map(|axis| axis.output).collect())?;
        let inner = product(axes.iter().map(|axis| axis.input).collect())?;
        if outer.checked_mul(convolution.taps())? > MOST_LINKS || inner > MOST_LINKS {
            return None;
        }
        let mut links = vec![Vec::new(); if inputs { outer } else { inner }];
        for output in 0..outer {
            for tap in 0..convolution.taps() {
                if let Some(input) = convolution.source(output, tap) {
                    let (kept, summed) = if inputs { (input, output) } else { (output, input) };
                    links[summed].push((kept, tap));
                }
            }
        }
        let span = |links: &Vec<(usize, usize)>| {
            let kept = || links.iter().map(|(position, _)| *position);
            kept().max().unwrap_or(0) - kept().min().unwrap_or(0)
        };
        let span = links.iter().map(span).max().unwrap_or(0);
        let (channels, summed) = match inputs {
            true => (convolution.inputs, convolution.outputs),
            false => (convolution.outputs, convolution.inputs),
        };
        let width = span.checked_add(1)?.checked_mul(channels)?.checked_sub(1)?;
        let positions = if inputs { inner } else { outer };
        Some(Self { convolution, inputs, links, positions, channels, summed, width })
    }

    /// Multiplications for all groups: two factorisations, the estimate, and what fills the matrix.
    fn multiplications(&self) -> u64 {
        let number = |size: usize| u128::try_from(size).unwrap_or(u128::MAX);
        let (size, width) = (number(self.positions * self.channels), number(self.width + 1));
        let taps = number(self.convolution.taps());
        let channels = number(self.channels);
        let factorisation = size * width * width.min(size);
        let estimate = 2 * number(LANCZOS_STEPS) * size * width;
        let filling = taps * taps * channels * channels * number(self.summed + self.links.len());
        let all = number(self.convolution.groups) * (factorisation + estimate + filling);
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// Number of sums of products of weights: for each pair of taps and of kept channels.
    fn blocks(&self) -> usize {
        self.convolution.taps().saturating_mul(self.channels).saturating_pow(2)
    }

    fn matrix(&self, group: usize) -> Banded {
        let taps = self.convolution.taps();
        let products = self.products(group);
        let mut matrix = Banded::zero(self.positions * self.channels, self.width);
        for links in &self.links {
            for (first, first_tap) in links {
                for (second, second_tap) in links {
                    let block = (first_tap * taps + second_tap) * self.channels * self.channels;
                    for row in 0..self.channels {
                        for column in 0..self.channels {
                            let value = products[block + row * self.channels + column];
                            matrix.add(first * self.channels + row, second * self.channels + column, value);
                        }
                    }
                }
            }
        }
        matrix
    }

    /// For each pair of taps and of kept channels, the sum over the other channels of the products of weights.
    fn products(&self, group: usize) -> Vec<f64> {
        let taps = self.convolution.taps();
        let kernel = |kept: usize, summed: usize| match self.inputs {
            true => self.convolution.kernel(group, summed, kept),
            false => self.convolution.kernel(group, kept, summed),
        };
        let channels = self.channels;
        let mut products = vec![0.0; taps * taps * channels * channels];
        for row in 0..channels {
            for column in 0..channels {
                for summed in 0..self.summed {
                    let (first, second) = (kernel(row, summed), kernel(column, summed));
                    for (i, a) in first.iter().enumerate() {
                        for (j, b) in second.iter().enumerate() {
                            products[((i * taps + j) * channels + row) * channels + column] += a * b;
                        }
                    }
                }
            }
        }
        products
    }
}
