//! Norms, and statistics with their limits.

/// Euclidean distance.
pub(super) fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>().sqrt()
}

/// Euclidean norm.
pub(super) fn norm(pixels: &[f32]) -> f64 {
    pixels.iter().map(|&pixel| f64::from(pixel).powi(2)).sum::<f64>().sqrt()
}

/// The first place where two images differ in a bit.
pub(super) fn first_difference(a: &[f32], b: &[f32]) -> Option<usize> {
    a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits())
}

/// The greatest difference between the empirical distribution function of samples, which are sorted here, and `cdf`.
pub(super) fn kolmogorov_smirnov<E>(
    samples: &mut [f64],
    cdf: impl FnOnce(&[f64]) -> Result<Vec<f64>, E>,
) -> Result<f64, E> {
    samples.sort_by(f64::total_cmp);
    let n = samples.len() as f64;
    let differences = cdf(samples)?.into_iter().enumerate().map(|(i, p)| {
        let steps = (i as f64 / n, (i + 1) as f64 / n);
        (p - steps.0).max(steps.1 - p)
    });
    Ok(differences.fold(0.0, f64::max))
}

/// What the greatest difference of n samples exceeds with probability at most alpha (Massart, "The tight constant in the
/// Dvoretzky-Kiefer-Wolfowitz inequality", 1990).
pub(super) fn massart(n: usize, alpha: f64) -> f64 {
    ((2.0 / alpha).ln() / (2.0 * n as f64)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_difference_is_at_a_step() {
        let uniform = |x: &[f64]| Ok::<_, ()>(x.to_vec());
        assert_eq!(kolmogorov_smirnov(&mut [0.75, 0.25], uniform), Ok(0.25));
        assert_eq!(kolmogorov_smirnov(&mut [1.0, 1.0], uniform), Ok(1.0));
        assert!((massart(50, 0.05) - 0.19206).abs() < 1e-4);
    }
}
