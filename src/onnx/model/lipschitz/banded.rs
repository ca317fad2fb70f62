//! Symmetric banded matrices, and proofs of how large their eigenvalues can be.

use super::matrix::dot;
use super::upward::{UNIT_F64, Upper, gamma};

/// The lower half of a symmetric matrix whose entries vanish more than `width` places from the diagonal.
#[derive(Debug, Clone)]
pub(super) struct Banded {
    size: usize,
    width: usize,
    /// Row i holds columns i - width to i, those below 0 being zero.
    entries: Vec<f64>,
}

/// Steps of the Lanczos iteration, after which its estimate is right to a few parts in ten thousand as a rule.
pub(super) const LANCZOS_STEPS: usize = 48;
/// Tried in turn: by how much more than the estimate the largest eigenvalue is shown not to exceed.
const MARGINS: [f64; 4] = [1e-4, 1e-3, 1e-2, 1e-1];
/// Bisections of the largest eigenvalue of a tridiagonal matrix.
const BISECTIONS: u32 = 60;

impl Banded {
    pub(super) fn zero(size: usize, width: usize) -> Self {
        Self { size, width, entries: vec![0.0; size * (width + 1)] }
    }

    /// A whole symmetric matrix.
    pub(super) fn full(size: usize, entries: &[f64]) -> Self {
        let mut matrix = Self::zero(size, size.saturating_sub(1));
        for row in 0..size {
            for column in 0..=row {
                matrix.add(row, column, entries[row * size + column]);
            }
        }
        matrix
    }

    /// Adds to the entry in a row and in a column not behind it; entries of the upper half are passed over.
    pub(super) fn add(&mut self, row: usize, column: usize, value: f64) {
        if column <= row {
            self.entries[row * (self.width + 1) + self.width + column - row] += value;
        }
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.entries[row * (self.width + 1)..(row + 1) * (self.width + 1)]
    }

    /// First column of a row inside the matrix.
    fn start(&self, row: usize) -> usize {
        row.saturating_sub(self.width)
    }

    /// Bounds the largest eigenvalue of a matrix without negative ones; infinity where that fails.
    ///
    /// The bound is proven, not estimated: see [`Banded::proven`].
    pub(super) fn largest_eigenvalue(&self) -> Upper {
        let estimate = self.estimate();
        let usable = (1e-200..1e200).contains(&estimate);
        let proven = MARGINS.iter().find_map(|margin| self.proven(estimate * (1.0 + margin)));
        proven.filter(|_| usable).unwrap_or(Upper::INFINITY)
    }

    /// Tries to show that no eigenvalue exceeds `limit`, or more than it by a hair, which is returned.
    ///
    /// Where the Cholesky factorisation of A = limit I - G runs to its end in floating point, R^T R = A + E with
    /// |E_ij| <= gamma_(w+2) / (1 - gamma_(w+2)) sqrt(a_ii a_jj), inner products having at most w + 1 terms (Demmel;
    /// Higham, Accuracy and Stability of Numerical Algorithms, theorem 10.5). R^T R has no negative eigenvalue, so
    /// those of A are at least minus |E|_2 <= that factor times trace A (Rump, BIT 46, 2006).
    fn proven(&self, limit: f64) -> Option<Upper> {
        let mut factor = self.clone();
        let diagonal = |row: usize| row * (self.width + 1) + self.width;
        factor.entries.iter_mut().for_each(|entry| *entry = -*entry);
        (0..self.size).for_each(|row| factor.entries[diagonal(row)] += limit);
        for row in 0..self.size {
            for column in self.start(row)..=row {
                let first = self.start(row).max(self.start(column));
                let at = |of: usize, column: usize| of * (self.width + 1) + self.width + column - of;
                let inner = dot(
                    &factor.entries[at(row, first)..at(row, column)],
                    &factor.entries[at(column, first)..at(column, column)],
                );
                let rest = factor.entries[at(row, column)] - inner;
                factor.entries[at(row, column)] = if column < row {
                    rest / factor.entries[at(column, column)]
                } else if rest > 0.0 {
                    rest.sqrt()
                } else {
                    return None;
                };
            }
        }
        // gamma_k / (1 - gamma_k) <= gamma_2k, the trace is at most size * limit, and the diagonal was rounded once.
        let slack = gamma(2 * (self.width + 2), UNIT_F64) * Upper::count(self.size) + gamma(2, UNIT_F64);
        Some(Upper::of(limit) * (Upper::ONE + slack))
    }

    fn multiplied(&self, vector: &[f64]) -> Vec<f64> {
        let mut result = vec![0.0; self.size];
        for row in 0..self.size {
            let start = self.start(row);
            let entries = &self.row(row)[self.width + start - row..];
            result[row] += dot(entries, &vector[start..=row]);
            let above = result[start..row].iter_mut().zip(entries);
            above.for_each(|(sum, entry)| *sum += entry * vector[row]);
        }
        result
    }

    /// The largest eigenvalue as the Lanczos iteration sees it: near, and not above but for rounding.
    fn estimate(&self) -> f64 {
        let norm = |v: &[f64]| dot(v, v).sqrt();
        // Any start will do that no symmetry of the matrix knows of.
        let golden = 0.618_033_988_749_894_9;
        let mut vector: Vec<f64> = (0..self.size).map(|i| 0.1 + (i as f64 * golden).fract()).collect();
        let size = norm(&vector);
        vector.iter_mut().for_each(|x| *x /= size);
        let mut before = vec![0.0; self.size];
        let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
        let mut last: f64 = 0.0;
        for _ in 0..LANCZOS_STEPS.min(self.size) {
            let mut next = self.multiplied(&vector);
            let along = dot(&next, &vector);
            diagonal.push(along);
            for ((next, own), before) in next.iter_mut().zip(&vector).zip(&before) {
                *next -= along * own + last * before;
            }
            last = norm(&next);
            // What is left is rounding: the vectors so far span all that matters.
            if !(last > along.abs() * 1e-12) {
                break;
            }
            beside.push(last);
            next.iter_mut().for_each(|x| *x /= last);
            before = std::mem::replace(&mut vector, next);
        }
        largest_of_tridiagonal(&diagonal, &beside)
    }
}

/// The largest eigenvalue of a symmetric tridiagonal matrix, by bisection with Sturm's count.
fn largest_of_tridiagonal(diagonal: &[f64], beside: &[f64]) -> f64 {
    let neighbours = |i: usize| {
        let left = i.checked_sub(1).and_then(|i| beside.get(i)).copied().unwrap_or(0.0);
        let right = if i + 1 < diagonal.len() { beside.get(i).copied().unwrap_or(0.0) } else { 0.0 };
        left + right
    };
    // Gershgorin.
    let ends = |sign: f64| (0..diagonal.len()).map(move |i| diagonal[i] + sign * neighbours(i));
    let mut high = ends(1.0).fold(f64::NEG_INFINITY, f64::max);
    let mut low = ends(-1.0).fold(f64::INFINITY, f64::min);
    let any_above = |limit: f64| {
        let mut pivot = 1.0;
        (0..diagonal.len()).any(|i| {
            let coupling = i.checked_sub(1).and_then(|i| beside.get(i)).map_or(0.0, |b| b * b);
            pivot = diagonal[i] - limit - coupling / pivot;
            pivot >= 0.0
        })
    };
    for _ in 0..BISECTIONS {
        let middle = 0.5 * (low + high);
        if any_above(middle) { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second difference on n points, with eigenvalues 2 - 2 cos(k pi / (n + 1)).
    fn second_difference(n: usize) -> Banded {
        let mut matrix = Banded::zero(n, 1);
        for i in 0..n {
            matrix.add(i, i, 2.0);
            if i > 0 {
                matrix.add(i, i - 1, -1.0);
            }
        }
        matrix
    }

    #[test]
    fn eigenvalues_are_bounded_from_above_and_closely() {
        for n in [1, 2, 3, 10, 40] {
            let truth = 2.0 + 2.0 * libm::cos(std::f64::consts::PI / (n as f64 + 1.0));
            let bound = second_difference(n).largest_eigenvalue().get();
            assert!(bound >= truth && bound <= truth * (1.0 + 1.1e-4), "{n}: {bound} for {truth}");
        }
    }

    #[test]
    fn what_is_too_small_is_not_proven() {
        let matrix = second_difference(10);
        let truth = 2.0 + 2.0 * libm::cos(std::f64::consts::PI / 11.0);
        assert_eq!(matrix.proven(truth * (1.0 - 1e-9)), None);
        assert!(matrix.proven(truth * (1.0 + 1e-9)).is_some());
        assert_eq!(Banded::zero(4, 2).largest_eigenvalue(), Upper::INFINITY);
        let mut broken = second_difference(3);
        broken.add(1, 1, f64::NAN);
        assert_eq!(broken.largest_eigenvalue(), Upper::INFINITY);
    }

    #[test]
    fn bands_multiply_as_matrices_do() {
        let matrix = second_difference(4);
        assert_eq!(matrix.multiplied(&[1.0, 2.0, 4.0, 8.0]), [0.0, -1.0, -2.0, 12.0]);
    }
}
