//! The semantic channel (Theorem 2, tightened; MATHEMATICS 3).
//!
//! The classifier sees z = F2(x) + A1 theta + b1 + theta' only, so replacing x by any image moves the law of z by
//! delta, the difference of the two codes. With independent Gaussian theta_j ~ N(0, sigma1_j^2), theta' ~ N(0,
//! sigma2^2 I_d) the law is N(., Sigma), Sigma = sum_j sigma1_j^2 a_j a_j^T + sigma2^2 I with a_j the columns of A1, and
//! the move is D = |delta|_{Sigma^-1}.

use super::small_matrix::{Cholesky, Symmetric};

/// The noise of a semantic channel and the affine part A1 through which theta enters it.
#[derive(Debug, Clone)]
pub struct SemanticChannel {
    /// sigma1_j a_j: the columns of A1 in units of theta's noise, each of the code's dimension d.
    columns: Vec<Vec<f64>>,
    sigma1: Vec<f64>,
    sigma2: f64,
    /// Cholesky factor of sigma2^2 I_m + C^T C, with C the scaled columns.
    factor: Cholesky,
}

/// Why a channel can't be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChannelError {
    /// A scale that is not a positive finite number.
    #[error("the noise scale {name} = {value} must be positive and finite")]
    Scale {
        /// `sigma1` (noise of theta) or `sigma2` (semantic noise).
        name: &'static str,
        /// The value given.
        value: f64,
    },
    /// A1 has entries that are not finite.
    #[error("the affine part A1 of F1 has entries that are not finite")]
    NotFinite,
}

impl SemanticChannel {
    /// A channel from the columns of A1 and the standard deviations of each theta_j and of theta'.
    ///
    /// # Errors
    /// If a scale is not positive and finite, or A1 is not finite.
    pub fn new(columns: &[Vec<f64>], sigma1: &[f64], sigma2: f64) -> Result<Self, ChannelError> {
        let scales = sigma1.iter().map(|sigma| ("sigma1", *sigma)).chain([("sigma2", sigma2)]);
        for (name, value) in scales {
            if !(value.is_finite() && value > 0.0) {
                return Err(ChannelError::Scale { name, value });
            }
        }
        let scaled = |(column, sigma): (&Vec<f64>, &f64)| column.iter().map(|a| a * sigma).collect();
        let columns: Vec<Vec<f64>> = columns.iter().zip(sigma1).map(scaled).collect();
        let system = Symmetric::from_fn(columns.len(), |i, j| {
            dot(&columns[i], &columns[j]) + if i == j { sigma2 * sigma2 } else { 0.0 }
        });
        let factor = Cholesky::of(&system).ok_or(ChannelError::NotFinite)?;
        Ok(Self { columns, sigma1: sigma1.to_vec(), sigma2, factor })
    }

    /// The standard deviation sigma2 of the semantic noise theta'.
    pub fn semantic_noise(&self) -> f64 {
        self.sigma2
    }

    /// The standard deviations sigma1 of theta.
    pub fn parameter_noise(&self) -> &[f64] {
        &self.sigma1
    }

    /// D = |delta|_{Sigma^-1}, rounded up; NaN if delta is not finite.
    ///
    /// D = min over s of sqrt(|s|^2 + |delta - C s|^2/sigma2^2), s in units of theta's noise, attained at the ridge
    /// solution s = (sigma2^2 I_m + C^T C)^-1 C^T delta: an m x m solve, never d x d. Evaluating the split at the
    /// computed s is an upper bound of D whatever the error of the solve, and nothing cancels.
    pub fn distance(&self, delta: &[f64]) -> f64 {
        let length = dot(delta, delta);
        let v: Vec<f64> = self.columns.iter().map(|column| dot(column, delta)).collect();
        let s = self.factor.solve(&v);
        let rest = if s.is_empty() { length } else { self.rest(delta, &s) };
        let squared = dot(&s, &s) + rest / self.sigma2.powi(2);
        // A sum of d squares errs by at most d ulps; each entry of the rest by m + 2 ulps of what it is made of.
        let sum_rounding = 1.0 + 2.0 * (delta.len() + 16) as f64 * f64::EPSILON;
        let magnitude =
            length.sqrt() + s.iter().zip(&self.columns).map(|(s, a)| s.abs() * dot(a, a).sqrt()).sum::<f64>();
        let entry_rounding = 2.0 * (2 + self.columns.len()) as f64 * f64::EPSILON * magnitude / self.sigma2;
        let distance = squared.sqrt() * sum_rounding + entry_rounding;
        if distance.is_finite() { distance } else { f64::NAN }
    }

    /// |delta - C s|^2.
    fn rest(&self, delta: &[f64], s: &[f64]) -> f64 {
        let mut rest = delta.to_vec();
        for (column, s) in self.columns.iter().zip(s) {
            rest.iter_mut().zip(column).for_each(|(rest, a)| *rest -= a * s);
        }
        dot(&rest, &rest)
    }

    /// The paper's local M (Eq. 18), sqrt(1/sigma1^2 + |J - A1|^2/sigma2^2) with the spectral norm; with a sigma1 of its
    /// own for each parameter, the largest |u/sigma1|^2 + |(J - A1) u|^2/sigma2^2 over unit u. A channel without theta has
    /// s = 0 only, and M = |J|/sigma2.
    ///
    /// `jacobian` holds the m columns of J = d F2(tau(xi, x))/d xi.
    pub fn local_m_of_corollary1(&self, jacobian: &[Vec<f64>]) -> f64 {
        let unscaled = |(number, j): (usize, &Vec<f64>)| -> Vec<f64> {
            match (self.columns.get(number), self.sigma1.get(number)) {
                (Some(c), Some(sigma)) => j.iter().zip(c).map(|(j, c)| j - c / sigma).collect(),
                // Without theta nothing is taken off the derivative, and nothing is paid for it.
                _ => j.clone(),
            }
        };
        let rest: Vec<Vec<f64>> = jacobian.iter().enumerate().map(unscaled).collect();
        let form = Symmetric::from_fn(rest.len(), |i, j| {
            let of_theta = self.sigma1.get(i).filter(|_| i == j).map_or(0.0, |sigma| sigma.powi(-2));
            of_theta + dot(&rest[i], &rest[j]) / (self.sigma2 * self.sigma2)
        });
        form.largest_eigenvalue().sqrt()
    }

    /// The exact local M, max over |u| = 1 of |J u|_{Sigma^-1}: never above the paper's, which takes s = u in
    /// |J u|_{Sigma^-1} = min over s of sqrt(|s/sigma1|^2 + |J u - A1 s|^2/sigma2^2).
    pub fn local_m_exact(&self, jacobian: &[Vec<f64>]) -> f64 {
        let absorbed: Vec<Vec<f64>> = jacobian
            .iter()
            .map(|j| {
                let v: Vec<f64> = self.columns.iter().map(|column| dot(column, j)).collect();
                self.factor.solve_lower(&v)
            })
            .collect();
        let gram = Symmetric::from_fn(jacobian.len(), |i, j| {
            dot(&jacobian[i], &jacobian[j]) - dot(&absorbed[i], &absorbed[j])
        });
        (gram.largest_eigenvalue() / (self.sigma2 * self.sigma2)).sqrt()
    }
}

/// The sum of the products, in lanes that a processor adds side by side: the bounds of its rounding hold in any order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (a_lanes, b_lanes) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = a_lanes.remainder().iter().zip(b_lanes.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (a, b) in a_lanes.zip(b_lanes) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_an_affine_part_the_distance_is_plain() {
        let channel = SemanticChannel::new(&[vec![0.0; 3]], &[0.5], 0.25).unwrap();
        let distance = channel.distance(&[3.0, 0.0, 4.0]);
        assert!((20.0..20.0 + 1e-9).contains(&distance));
    }

    /// Noise on pixels alone: a move costs all of its length, and M bounds it.
    #[test]
    fn without_theta_both_m_are_the_norm_of_the_derivative() {
        let channel = SemanticChannel::new(&[], &[], 0.25).unwrap();
        let one = vec![vec![3.0, 0.0, 4.0]];
        assert!((channel.local_m_of_corollary1(&one) - 20.0).abs() < 1e-9);
        assert!((channel.local_m_exact(&one) - 20.0).abs() < 1e-9);
        let two = vec![vec![3.0, 0.0, 4.0], vec![0.0, 1.0, 0.0]];
        assert!((channel.local_m_of_corollary1(&two) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn refuses_scales_that_are_no_scales() {
        for (sigma1, sigma2) in [(0.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert!(SemanticChannel::new(&[vec![1.0]], &[sigma1], sigma2).is_err());
        }
    }

    proptest! {
        /// |delta|_{Sigma^-1} = min over s of sqrt(s^2/sigma1^2 + |delta - A1 s|^2/sigma2^2), here by scanning s.
        #[test]
        fn distance_is_the_cheapest_split(
            a in proptest::collection::vec(-2.0_f64..2.0, 5),
            delta in proptest::collection::vec(-2.0_f64..2.0, 5),
            sigma1 in 0.1_f64..2.0, sigma2 in 0.1_f64..2.0,
        ) {
            let channel = SemanticChannel::new(std::slice::from_ref(&a), &[sigma1], sigma2).unwrap();
            let distance = channel.distance(&delta);
            let split = |s: f64| {
                let rest: f64 = delta.iter().zip(&a).map(|(d, a)| (d - a * s).powi(2)).sum();
                (s * s / (sigma1 * sigma1) + rest / (sigma2 * sigma2)).sqrt()
            };
            let cheapest = (-4000..=4000).map(|i| split(f64::from(i) * 2e-3)).fold(f64::INFINITY, f64::min);
            prop_assert!(distance <= cheapest * (1.0 + 1e-9) + 1e-9);
            prop_assert!(distance >= cheapest * 0.999 - 1e-4);
        }

        #[test]
        fn the_exact_m_is_never_above_the_papers(
            a in proptest::collection::vec(-2.0_f64..2.0, 6),
            j in proptest::collection::vec(-2.0_f64..2.0, 6),
            sigma1 in 0.1_f64..2.0, sigma2 in 0.1_f64..2.0,
        ) {
            let split = |v: &[f64]| vec![v[..3].to_vec(), v[3..].to_vec()];
            let channel = SemanticChannel::new(&split(&a), &[sigma1, 1.5 * sigma1], sigma2).unwrap();
            let jacobian = split(&j);
            prop_assert!(channel.local_m_exact(&jacobian) <= channel.local_m_of_corollary1(&jacobian) * (1.0 + 1e-9));
        }
    }
}
