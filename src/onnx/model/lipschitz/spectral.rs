//! Upper bounds of spectral norms by Gram iteration (Delattre et al., ICML 2023).
//!
//! For the Hermitian G = A A^H: |A|_2 = |G|_2^(1/2) and |G|_2 = |G^2|_2^(1/2), while |G|_2 <= |G|_F. Squaring G brings
//! the Frobenius norm as near to the spectral norm as one likes. Every product is computed in f64, and what its
//! rounding can add to the norm is added to the bound before the root is taken, so that the result is a bound of the
//! true norm, unlike what power iteration gives.

use super::matrix::Matrix;
use super::upward::Upper;

/// Above the true norm by less than this relative part, a bound is not refined further.
const TOLERANCE: f64 = 1e-4;

/// Bounds |A|_2 with at most `products` matrix products; without any, by the Frobenius norm and by
/// sqrt(|A|_1 |A|_infinity).
pub(super) fn spectral_norm(matrix: Matrix, products: u32) -> Upper {
    let direct = matrix.frobenius().min(matrix.schur());
    if products == 0 || matrix.rows.min(matrix.columns) <= 1 {
        return direct;
    }
    let (matrix, exponent) = matrix.wide().normalised();
    let gram = hermitian_norm(matrix.gram(), products - 1, TOLERANCE);
    direct.min(scaled((gram + matrix.gram_error()).sqrt(), exponent))
}

/// Bounds |G|_2 of a Hermitian matrix without negative eigenvalues by squaring it.
fn hermitian_norm(gram: Matrix, squarings: u32, tolerance: f64) -> Upper {
    let direct = gram.frobenius().min(gram.schur());
    // Halving the exponent halves a relative error.
    let tolerance = 2.0 * tolerance;
    if squarings == 0 || direct.get() <= (1.0 + tolerance) * largest_eigenvalue_at_least(&gram) {
        return direct;
    }
    let (gram, exponent) = gram.normalised();
    let square = hermitian_norm(gram.gram(), squarings - 1, tolerance);
    direct.min(scaled((square + gram.gram_error()).sqrt(), exponent))
}

/// sum lambda^2 / sum lambda, near or below the largest eigenvalue. It only decides when to stop.
fn largest_eigenvalue_at_least(gram: &Matrix) -> f64 {
    let frobenius = gram.frobenius().get();
    let trace = gram.trace();
    if trace > 0.0 { frobenius * frobenius / trace } else { 0.0 }
}

/// A bound times a power of two.
fn scaled(bound: Upper, exponent: i32) -> Upper {
    Upper::rounded(libm::scalbn(bound.get(), exponent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(bound: Upper, truth: f64) {
        assert!(bound.get() >= truth, "{} < {truth}", bound.get());
        assert!(bound.get() <= truth * (1.0 + 2e-4) + 1e-300, "{} > {truth}", bound.get());
    }

    #[test]
    fn known_matrices() {
        close(spectral_norm(Matrix::real(2, 2, vec![3.0, 0.0, 0.0, -4.0]), 12), 4.0);
        // The golden ratio.
        close(spectral_norm(Matrix::real(2, 2, vec![1.0, 1.0, 1.0, 0.0]), 12), (1.0 + 5.0_f64.sqrt()) / 2.0);
        // Rank one: |u| |v|.
        close(spectral_norm(Matrix::real(2, 3, vec![1.0, 2.0, 2.0, 2.0, 4.0, 4.0]), 12), 45.0_f64.sqrt());
        // An orthogonal matrix, all of whose singular values agree: the slowest case.
        let (n, angle) = (32, std::f64::consts::TAU / 32.0);
        let fourier = |part: fn(f64) -> f64| {
            (0..n * n).map(|i| part((i / n * (i % n)) as f64 * angle)).collect::<Vec<_>>()
        };
        let fourier = Matrix { rows: n, columns: n, real: fourier(libm::cos), imaginary: fourier(libm::sin) };
        let bound = spectral_norm(fourier, 12).get() / 32.0_f64.sqrt();
        assert!((1.0..1.001).contains(&bound), "{bound}");
        assert_eq!(spectral_norm(Matrix::real(2, 2, vec![0.0; 4]), 5), Upper::ZERO);
        assert_eq!(spectral_norm(Matrix::real(0, 3, vec![]), 5), Upper::ZERO);
        assert_eq!(spectral_norm(Matrix::real(1, 2, vec![f64::NAN, 0.0]), 5), Upper::INFINITY);
        assert_eq!(spectral_norm(Matrix::real(2, 2, vec![f64::INFINITY; 4]), 5), Upper::INFINITY);
    }

    #[test]
    fn very_large_and_very_small_entries_are_scaled() {
        for size in [1e-160, 1e-300, 1e150, 1e290] {
            let matrix = Matrix::real(2, 2, vec![size, 0.0, size, size]);
            close(spectral_norm(matrix, 12), size * (1.0 + 5.0_f64.sqrt()) / 2.0);
        }
    }

    proptest! {
        /// |A x| <= |A| |x|, exactly attained by the best of many x; more products never loosen the bound.
        #[test]
        fn bounds_are_never_below_a_stretched_vector(
            rows in 1..7_usize,
            columns in 1..7_usize,
            entries in proptest::collection::vec(-1.0..1.0f64, 98),
            complex: bool,
        ) {
            let real = entries[..rows * columns].to_vec();
            let imaginary = if complex { entries[49..49 + rows * columns].to_vec() } else { vec![] };
            let matrix = Matrix { rows, columns, real, imaginary };
            let bounds: Vec<f64> =
                [0, 1, 3, 12].map(|products| spectral_norm(matrix.clone(), products).get()).to_vec();
            prop_assert!(bounds.windows(2).all(|pair| pair[1] <= pair[0]));
            let reached = power_iteration(&matrix);
            prop_assert!(bounds[3] >= reached * (1.0 - 1e-12), "{bounds:?} {reached}");
            prop_assert!(bounds[3] <= reached * 1.01, "{bounds:?} {reached}");
        }
    }

    /// The norm reached by iterating x -> A^H A x.
    fn power_iteration(matrix: &Matrix) -> f64 {
        let at = |i: usize, j: usize| {
            let index = i * matrix.columns + j;
            (matrix.real[index], matrix.imaginary.get(index).copied().unwrap_or(0.0))
        };
        let times = |a: (f64, f64), b: (f64, f64)| (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0);
        let plus = |a: (f64, f64), b: (f64, f64)| (a.0 + b.0, a.1 + b.1);
        let norm = |x: &[(f64, f64)]| x.iter().map(|x| x.0 * x.0 + x.1 * x.1).sum::<f64>().sqrt();
        let mut x: Vec<(f64, f64)> = (0..matrix.columns).map(|j| (1.0 + j as f64, 0.3 - j as f64)).collect();
        let mut reached = 0.0;
        for _ in 0..400 {
            let size = norm(&x);
            let y: Vec<_> = (0..matrix.rows)
                .map(|i| (0..matrix.columns).map(|j| times(at(i, j), x[j])).fold((0.0, 0.0), plus))
                .collect();
            reached = norm(&y) / size;
            let conjugate = |(re, im): (f64, f64)| (re, -im);
            x = (0..matrix.columns)
                .map(|j| (0..matrix.rows).map(|i| times(conjugate(at(i, j)), y[i])).fold((0.0, 0.0), plus))
                .map(|(re, im)| (re / size, im / size))
                .collect();
        }
        reached
    }
}
