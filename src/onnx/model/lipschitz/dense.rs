//! Matrices that act on one axis of a tensor.

use std::cell::OnceCell;

use super::banded::Banded;
use super::matrix::Matrix;
use super::spectral::spectral_norm;
use super::upward::{UNIT_F64, Upper, gamma};

/// A matrix applied along one axis.
#[derive(Debug, Clone)]
pub(super) struct Dense {
    /// Rows are entries of the result, columns those of the axis.
    pub(super) matrix: Matrix,
    /// The axis, where the result has its rows on the same one.
    pub(super) axis: Option<usize>,
    /// Bounds the norm of what the entries were rounded by in joining factors.
    pub(super) error: Upper,
    norm: OnceCell<Upper>,
    absolute_norm: OnceCell<Upper>,
}

/// Multiplications that a sharp bound may take.
const MOST_MULTIPLICATIONS: u64 = 5_000_000_000;

impl Dense {
    pub(super) fn new(matrix: Matrix, axis: Option<usize>, error: Upper) -> Self {
        Self { matrix, axis, error, norm: OnceCell::new(), absolute_norm: OnceCell::new() }
    }

    /// Bounds the norm of the matrix, as it is meant.
    pub(super) fn norm(&self) -> Upper {
        *self.norm.get_or_init(|| {
            self.sharp_norm().map_or_else(|| self.absolute_norm(), |sharp| sharp + self.error)
        })
    }

    /// Bounds the norm of the matrix of absolute values, and with it that of the matrix.
    pub(super) fn absolute_norm(&self) -> Upper {
        *self.absolute_norm.get_or_init(|| {
            // Matrices without negative entries have one dominant singular value, which few products bring out.
            const PRODUCTS: u32 = 3;
            let products = if self.multiplications() > MOST_MULTIPLICATIONS { 0 } else { PRODUCTS };
            let entries = self.matrix.real.iter().map(|entry| entry.abs()).collect();
            spectral_norm(Matrix::real(self.matrix.rows, self.matrix.columns, entries), products) + self.error
        })
    }

    /// The root of the largest eigenvalue of the Gram matrix; `None` if that would take too long, or fails.
    fn sharp_norm(&self) -> Option<Upper> {
        if self.multiplications() > MOST_MULTIPLICATIONS {
            return None;
        }
        let (matrix, exponent) = self.matrix.clone().wide().normalised();
        let eigenvalue = Banded::full(matrix.rows, &matrix.gram().real).largest_eigenvalue();
        let norm = (eigenvalue + matrix.gram_error()).sqrt();
        Some(Upper::rounded(libm::scalbn(norm.get(), exponent))).filter(|norm| *norm < Upper::INFINITY)
    }

    /// Multiplications that the Gram matrix and two factorisations take.
    fn multiplications(&self) -> u64 {
        let (rows, columns) = (self.matrix.rows as u64, self.matrix.columns as u64);
        let (small, large) = (rows.min(columns), rows.max(columns));
        small.saturating_mul(small).saturating_mul(large.saturating_add(small)) / 2
    }

    /// `next` after this one.
    pub(super) fn followed_by(&self, next: &Self) -> Self {
        let (rows, inner, columns) = (next.matrix.rows, next.matrix.columns, self.matrix.columns);
        let mut entries = vec![0.0; rows * columns];
        for i in 0..rows {
            for k in 0..inner {
                let factor = next.matrix.real[i * inner + k];
                let (row, own) =
                    (&mut entries[i * columns..(i + 1) * columns], &self.matrix.real[k * columns..]);
                row.iter_mut().zip(own).for_each(|(sum, entry)| *sum += factor * entry);
            }
        }
        // Each entry is off by at most gamma_n sum |a| |b|, and |A| |B| has Frobenius norm at most |A|_F |B|_F.
        let (first, second) = (self.matrix.frobenius(), next.matrix.frobenius());
        let error = gamma(inner + 2, UNIT_F64) * first * second
            + self.error * (second + next.error)
            + next.error * first;
        Self::new(Matrix::real(rows, columns, entries), self.axis, error)
    }

    /// Rows or columns multiplied by factors, each known up to the relative error `relative`.
    pub(super) fn scaled(&self, rows: bool, factors: &[f64], relative: Upper) -> Self {
        let columns = self.matrix.columns;
        let factor = |at: usize| factors[if rows { at / columns } else { at % columns }];
        let entries = self.matrix.real.iter().enumerate().map(|(at, entry)| entry * factor(at)).collect();
        let matrix = Matrix::real(self.matrix.rows, columns, entries);
        let largest = factors.iter().fold(Upper::ZERO, |most, factor| most.max(Upper::of(*factor)));
        let rounding = (relative + gamma(2, UNIT_F64)) * matrix.frobenius();
        let error = self.error * largest * (Upper::ONE + relative) + rounding;
        Self::new(matrix, self.axis, error)
    }
}
