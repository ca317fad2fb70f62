//! Norms of convolutions from their symbols (Sedghi et al., ICLR 2019, for circular convolutions).
//!
//! A zero-padded convolution of stride s is a convolution of stride 1 on the s^2 phases of its input. Extended by
//! zeros to a torus that no tap reaches around, it is a restriction of the circular convolution there, and so its norm
//! is at most that one's. The circular convolution is a matrix at each of the torus's finitely many frequencies, its
//! symbol, and its norm is exactly the largest norm of these matrices. No grid stands for a continuum here.

use std::collections::BinaryHeap;
use std::f64::consts::TAU;

use super::convolution::{Convolution, Placed};
use super::matrix::Matrix;
use super::spectral::spectral_norm;
use super::upward::{UNIT_F64, Upper, gamma};

/// Products spent on a symbol, in rounds: only symbols that may be the largest go on to the next one.
const ROUNDS: [u32; 5] = [0, 1, 3, 6, 10];
/// Multiplications spent on one convolution before the best bound so far is taken.
const MOST_MULTIPLICATIONS: u64 = 20_000_000_000;
/// Most symbols looked at; beyond it the bound by absolute weights is taken.
const MOST_SYMBOLS: usize = 1 << 22;
/// Bounds the error of one component of e^(i angle): the angle is a sum of at most one rounded fraction an axis, times
/// a rounded 2 pi, below 2 pi an axis, and libm's sine and cosine are right to an ulp.
const TWIDDLE_ERROR: f64 = 128.0 * UNIT_F64;

/// A symbol in the queue: the largest bound first.
#[derive(Debug, PartialEq)]
struct Candidate {
    bound: f64,
    round: usize,
    group: usize,
    frequency: usize,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Position settles ties, so that the order is total and the result reproducible.
        let place = |c: &Self| (c.group, c.frequency);
        self.bound.total_cmp(&other.bound).then_with(|| place(self).cmp(&place(other)))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Bounds the norm of a convolution (and of its adjoint) with the weights as they are stored.
pub(super) fn norm(convolution: &Convolution) -> Upper {
    let absolute = (0..convolution.groups)
        .map(|group| convolution.absolute_symbol(group).frobenius())
        .fold(Upper::ZERO, Upper::max);
    let Some(symbols) = Symbols::of(convolution) else {
        return Upper::INFINITY;
    };
    // Each entry of a symbol sums, over the taps, a weight times a rounded twiddle.
    let axes = Upper::count(convolution.axes.len());
    let relative = Upper::of(TWIDDLE_ERROR) * axes + gamma(convolution.taps() + 3, UNIT_F64);
    symbols.largest() + Upper::of(2.0) * relative * absolute
}

/// The symbols of a convolution.
struct Symbols<'a> {
    convolution: &'a Convolution,
    placed: Vec<Placed>,
    /// Size of the torus along each axis.
    torus: Vec<usize>,
    /// Number of frequencies.
    frequencies: usize,
    columns: usize,
}

impl<'a> Symbols<'a> {
    /// `None` if there are too many, or too large ones.
    fn of(convolution: &'a Convolution) -> Option<Self> {
        let placed = convolution.placed_taps();
        let blocks = placed.iter().map(|p| p.block + 1).max().unwrap_or(0);
        let torus: Vec<usize> = convolution.axes.iter().map(|axis| axis.torus()).collect();
        let frequencies = torus.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))?;
        let few = frequencies.checked_mul(convolution.groups)? <= MOST_SYMBOLS
            && (frequencies as u64).checked_mul(convolution.weights.len() as u64)? <= MOST_MULTIPLICATIONS;
        let columns = blocks * convolution.inputs;
        few.then_some(Self { convolution, placed, torus, frequencies, columns })
    }

    /// Bounds the norms of all symbols.
    fn largest(&self) -> Upper {
        let mut queue = BinaryHeap::new();
        for frequency in (0..self.frequencies).filter(|f| *f <= self.mirrored(*f)) {
            let twiddles = self.twiddles(frequency);
            for group in 0..self.convolution.groups {
                let bound = spectral_norm(self.symbol(group, &twiddles), ROUNDS[0]).get();
                queue.push(Candidate { bound, round: 0, group, frequency });
            }
        }
        let mut multiplications = 0;
        loop {
            let Some(best) = queue.pop() else {
                return Upper::ZERO;
            };
            let Some(products) = ROUNDS.get(best.round + 1) else {
                return Upper::of(best.bound);
            };
            multiplications += self.multiplications(*products);
            if multiplications > MOST_MULTIPLICATIONS {
                return Upper::of(best.bound);
            }
            let symbol = self.symbol(best.group, &self.twiddles(best.frequency));
            let bound = spectral_norm(symbol, *products).get().min(best.bound);
            queue.push(Candidate { bound, round: best.round + 1, ..best });
        }
    }

    /// Multiplications that a number of products takes, four real ones each, half the entries being mirrored.
    fn multiplications(&self, products: u32) -> u64 {
        let (small, large) = {
            let (rows, columns) = (self.convolution.outputs as u64, self.columns as u64);
            (rows.min(columns), rows.max(columns))
        };
        2 * small * small * (large + small * u64::from(products.saturating_sub(1)))
    }

    /// The frequency with the opposite sign, whose symbol is the complex conjugate, with the same norm.
    fn mirrored(&self, frequency: usize) -> usize {
        let (mut rest, mut place, mut mirrored) = (frequency, 1, 0);
        for size in self.torus.iter().rev() {
            mirrored += place * ((size - rest % size) % size);
            place *= size;
            rest /= size;
        }
        mirrored
    }

    /// e^(i omega shift) for every tap.
    fn twiddles(&self, frequency: usize) -> Vec<(f64, f64)> {
        let turn = |place: &Placed| {
            let (mut rest, mut turn) = (frequency, 0.0);
            for (size, shift) in self.torus.iter().zip(&place.shifts).rev() {
                let (index, size_signed) = ((rest % size) as i128, *size as i128);
                // Whole turns are left out exactly.
                turn += (index * i128::from(*shift)).rem_euclid(size_signed) as f64 / *size as f64;
                rest /= size;
            }
            let angle = TAU * turn;
            (libm::cos(angle), libm::sin(angle))
        };
        self.placed.iter().map(turn).collect()
    }

    /// The symbol of one group: output channels by blocks of input channels.
    fn symbol(&self, group: usize, twiddles: &[(f64, f64)]) -> Matrix {
        let mut symbol = Matrix::complex_zero(self.convolution.outputs, self.columns);
        for output in 0..self.convolution.outputs {
            for input in 0..self.convolution.inputs {
                let kernel = self.convolution.kernel(group, output, input);
                for (place, (cosine, sine)) in self.placed.iter().zip(twiddles) {
                    let at = output * self.columns + place.block * self.convolution.inputs + input;
                    symbol.real[at] += kernel[place.tap] * cosine;
                    symbol.imaginary[at] += kernel[place.tap] * sine;
                }
            }
        }
        symbol
    }
}
