//! Dense complex matrices, and the one product that norms are bounded by.

use super::upward::{UNIT_F64, Upper, euclidean, gamma};

/// A matrix in row-major order, real where `imaginary` is empty.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Matrix {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) real: Vec<f64>,
    pub(super) imaginary: Vec<f64>,
}

impl Matrix {
    pub(super) fn real(rows: usize, columns: usize, entries: Vec<f64>) -> Self {
        debug_assert_eq!(entries.len(), rows * columns);
        Self { rows, columns, real: entries, imaginary: Vec::new() }
    }

    pub(super) fn complex_zero(rows: usize, columns: usize) -> Self {
        Self { rows, columns, real: vec![0.0; rows * columns], imaginary: vec![0.0; rows * columns] }
    }

    /// The same matrix with no more rows than columns, transposed if need be, which keeps all norms.
    pub(super) fn wide(self) -> Self {
        if self.rows <= self.columns {
            return self;
        }
        let (rows, columns) = (self.columns, self.rows);
        let transposed = |part: &[f64]| {
            let entry = |i: usize| part[(i % columns) * rows + i / columns];
            (0..part.len()).map(entry).collect::<Vec<_>>()
        };
        Self { rows, columns, real: transposed(&self.real), imaginary: transposed(&self.imaginary) }
    }

    /// The matrix times a power of two that brings its largest entry near 1, and the exponent taken out. No entry
    /// changes but for those that are smaller than the largest by more than f64 can tell in a sum of squares.
    pub(super) fn normalised(mut self) -> (Self, i32) {
        let largest = self.largest();
        if largest == 0.0 || !largest.is_finite() {
            return (self, 0);
        }
        let exponent = libm::ilogb(largest);
        for entry in self.real.iter_mut().chain(&mut self.imaginary) {
            *entry = libm::scalbn(*entry, -exponent);
        }
        (self, exponent)
    }

    pub(super) fn largest(&self) -> f64 {
        // f64::max passes over NaN.
        let larger = |a: f64, b: &f64| if b.is_nan() { f64::NAN } else { a.max(b.abs()) };
        let entries = || self.real.iter().chain(&self.imaginary);
        if entries().any(|entry| entry.is_nan()) { f64::NAN } else { entries().fold(0.0, larger) }
    }

    pub(super) fn frobenius(&self) -> Upper {
        euclidean(self.real.iter().chain(&self.imaginary).copied())
    }

    /// sqrt(|A|_1 |A|_infinity) >= |A|_2.
    pub(super) fn schur(&self) -> Upper {
        let (mut rows, mut columns) = (vec![0.0; self.rows], vec![0.0; self.columns]);
        for row in 0..self.rows {
            for column in 0..self.columns {
                let at = row * self.columns + column;
                // |a + bi| <= |a| + |b|, but the root is sharper.
                let size = match self.imaginary.get(at) {
                    Some(imaginary) => (self.real[at] * self.real[at] + imaginary * imaginary).sqrt(),
                    None => self.real[at].abs(),
                };
                rows[row] += size;
                columns[column] += size;
            }
        }
        let largest = |sums: &[f64], terms: usize| {
            let largest = sums.iter().fold(Upper::ZERO, |most, sum| most.max(Upper::of(*sum)));
            // Each size has at most four roundings besides those of the sum, and may lose what lies below 1e-150.
            largest * (Upper::ONE + gamma(terms + 4, UNIT_F64)) + Upper::count(terms) * Upper::of(1e-150)
        };
        (largest(&rows, self.columns) * largest(&columns, self.rows)).sqrt()
    }

    fn row<'a>(&self, part: &'a [f64], row: usize) -> &'a [f64] {
        &part[row * self.columns..(row + 1) * self.columns]
    }

    /// A A^H, exactly Hermitian. Its error is bounded by [`Matrix::gram_error`].
    pub(super) fn gram(&self) -> Self {
        let n = self.rows;
        let complex = !self.imaginary.is_empty();
        let mut product = if complex { Self::complex_zero(n, n) } else { Self::real(n, n, vec![0.0; n * n]) };
        for i in 0..n {
            let real_i = self.row(&self.real, i);
            for j in 0..=i {
                let real_j = self.row(&self.real, j);
                let mut real = dot(real_i, real_j);
                if complex {
                    let imaginary_i = self.row(&self.imaginary, i);
                    let imaginary_j = self.row(&self.imaginary, j);
                    real += dot(imaginary_i, imaginary_j);
                    let imaginary = dot(imaginary_i, real_j) - dot(real_i, imaginary_j);
                    // A diagonal entry is real; what is computed there may be off by rounding.
                    let imaginary = if i == j { 0.0 } else { imaginary };
                    product.imaginary[i * n + j] = imaginary;
                    product.imaginary[j * n + i] = -imaginary;
                }
                product.real[i * n + j] = real;
                product.real[j * n + i] = real;
            }
        }
        product
    }

    /// Bounds |computed A A^H - A A^H|_2 for a matrix with largest entry of at least 1, as [`Matrix::normalised`]
    /// leaves it.
    ///
    /// Real and imaginary part of an entry are sums of at most 2 n products, so that each is off by at most
    /// gamma_2n sum |a_ik| |a_jk|, and |A| |A|^T has Frobenius norm at most |A|_F^2. Two more operations cover what
    /// underflows, which is below 2 n 2^-1074 where |A|_F >= 1.
    pub(super) fn gram_error(&self) -> Upper {
        let frobenius = self.frobenius();
        Upper::of(2.0).sqrt() * gamma(2 * self.columns + 2, UNIT_F64) * frobenius * frobenius
    }

    /// The trace of a Hermitian matrix, rounded anyhow.
    pub(super) fn trace(&self) -> f64 {
        (0..self.rows).map(|i| self.real[i * self.columns + i]).sum()
    }
}

/// The inner product, in an order that vector instructions like.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}
