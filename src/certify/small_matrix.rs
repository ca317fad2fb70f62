//! Dense symmetric matrices of the size of a parameter space (m at most a few dozen).

/// A symmetric m x m matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Symmetric {
    size: usize,
    entries: Vec<f64>,
}

impl Symmetric {
    /// The matrix with entries `entry(i, j)`, asked for j <= i only.
    pub fn from_fn(size: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        let mut entries = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let value = entry(i, j);
                entries[i * size + j] = value;
                entries[j * size + i] = value;
            }
        }
        Self { size, entries }
    }

    /// The entry in row i, column j.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.entries[i * self.size + j]
    }

    /// The largest eigenvalue, by cyclic Jacobi rotations; 0 for the empty matrix, NaN if an entry is not finite.
    pub fn largest_eigenvalue(&self) -> f64 {
        if self.entries.iter().any(|entry| !entry.is_finite()) {
            return f64::NAN;
        }
        let mut rotated = self.clone();
        for _ in 0..64 {
            if rotated.off_diagonal() <= f64::EPSILON * rotated.diagonal() {
                break;
            }
            for p in 0..self.size {
                for q in p + 1..self.size {
                    rotated.rotate(p, q);
                }
            }
        }
        (0..self.size).map(|i| rotated.at(i, i)).fold(0.0, f64::max)
    }

    fn off_diagonal(&self) -> f64 {
        let pairs = (0..self.size).flat_map(|i| (0..i).map(move |j| (i, j)));
        pairs.map(|(i, j)| self.at(i, j).abs()).fold(0.0, f64::max)
    }

    fn diagonal(&self) -> f64 {
        (0..self.size).map(|i| self.at(i, i).abs()).fold(0.0, f64::max)
    }

    /// One Jacobi rotation, which makes the entry (p, q) zero and keeps the eigenvalues.
    fn rotate(&mut self, p: usize, q: usize) {
        let apq = self.at(p, q);
        if apq == 0.0 {
            return;
        }
        let theta = (self.at(q, q) - self.at(p, p)) / (2.0 * apq);
        let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
        let t = if theta == 0.0 { 1.0 } else { t };
        let c = 1.0 / (t * t + 1.0).sqrt();
        let s = t * c;
        for k in 0..self.size {
            let (akp, akq) = (self.at(k, p), self.at(k, q));
            self.entries[k * self.size + p] = c * akp - s * akq;
            self.entries[k * self.size + q] = s * akp + c * akq;
        }
        for k in 0..self.size {
            let (apk, aqk) = (self.at(p, k), self.at(q, k));
            self.entries[p * self.size + k] = c * apk - s * aqk;
            self.entries[q * self.size + k] = s * apk + c * aqk;
        }
    }
}

/// The Cholesky factor L of a symmetric positive definite matrix, L L^T.
#[derive(Debug, Clone, PartialEq)]
pub struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

impl Cholesky {
    /// Factors a matrix; `None` if it is not positive definite.
    pub fn of(matrix: &Symmetric) -> Option<Self> {
        let size = matrix.size;
        let mut lower = vec![0.0; size * size];
        for i in 0..size {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| lower[i * size + k] * lower[j * size + k]).sum();
                let rest = matrix.at(i, j) - known;
                lower[i * size + j] = if i == j {
                    if rest.is_nan() || rest <= 0.0 {
                        return None;
                    }
                    rest.sqrt()
                } else {
                    rest / lower[j * size + j]
                };
            }
        }
        Some(Self { size, lower })
    }

    /// L^-1 v, so that |L^-1 v|^2 = v^T (L L^T)^-1 v.
    pub fn solve_lower(&self, v: &[f64]) -> Vec<f64> {
        let mut solution = vec![0.0; self.size];
        for i in 0..self.size {
            let known: f64 = (0..i).map(|k| self.lower[i * self.size + k] * solution[k]).sum();
            solution[i] = (v[i] - known) / self.lower[i * self.size + i];
        }
        solution
    }

    /// (L L^T)^-1 v.
    pub fn solve(&self, v: &[f64]) -> Vec<f64> {
        let mut solution = self.solve_lower(v);
        for i in (0..self.size).rev() {
            let known: f64 = (i + 1..self.size).map(|k| self.lower[k * self.size + i] * solution[k]).sum();
            solution[i] = (solution[i] - known) / self.lower[i * self.size + i];
        }
        solution
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn eigenvalue_of_known_matrices() {
        let matrix = Symmetric::from_fn(2, |i, j| if i == j { 2.0 } else { 1.0 });
        assert!((matrix.largest_eigenvalue() - 3.0).abs() < 1e-14);
        assert_eq!(Symmetric::from_fn(0, |_, _| 1.0).largest_eigenvalue(), 0.0);
        assert!(Symmetric::from_fn(1, |_, _| f64::NAN).largest_eigenvalue().is_nan());
    }

    #[test]
    fn an_indefinite_matrix_has_no_factor() {
        assert_eq!(Cholesky::of(&Symmetric::from_fn(2, |i, j| if i == j { 1.0 } else { 2.0 })), None);
    }

    proptest! {
        #[test]
        fn largest_eigenvalue_bounds_the_rayleigh_quotient(
            a in proptest::collection::vec(-1.0_f64..1.0, 16),
            u in proptest::collection::vec(-1.0_f64..1.0, 4),
        ) {
            let matrix = Symmetric::from_fn(4, |i, j| (0..4).map(|k| a[k * 4 + i] * a[k * 4 + j]).sum());
            let quotient: f64 = (0..4).map(|i| (0..4).map(|j| u[i] * matrix.at(i, j) * u[j]).sum::<f64>()).sum();
            let norm: f64 = u.iter().map(|x| x * x).sum();
            prop_assert!(quotient <= matrix.largest_eigenvalue() * norm * (1.0 + 1e-12) + 1e-14);
        }

        #[test]
        fn solving_inverts_the_factor(a in proptest::collection::vec(-1.0_f64..1.0, 9), v in proptest::collection::vec(-1.0_f64..1.0, 3)) {
            let matrix = Symmetric::from_fn(3, |i, j| {
                (0..3).map(|k| a[k * 3 + i] * a[k * 3 + j]).sum::<f64>() + if i == j { 0.5 } else { 0.0 }
            });
            let factor = Cholesky::of(&matrix).unwrap();
            let y = factor.solve_lower(&v);
            for i in 0..3 {
                let back: f64 = (0..=i).map(|k| factor.lower[i * 3 + k] * y[k]).sum();
                prop_assert!((back - v[i]).abs() < 1e-12);
            }
            let x = factor.solve(&v);
            for i in 0..3 {
                let back: f64 = (0..3).map(|j| matrix.at(i, j) * x[j]).sum();
                prop_assert!((back - v[i]).abs() < 1e-10);
            }
        }
    }
}
