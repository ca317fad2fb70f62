//! An upper bound of the binomial lower tail that is never below the truth.

/// ln of the Stirling error: ln n! - (n + 1/2) ln n + n - ln(2 pi)/2 (Loader 2000).
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        return small_stirling_error(n as u64);
    }
    // Stirling's series; at n >= 16 the first term left out is below 1e-17.
    let n2 = n * n;
    (1.0 / 12.0
        - (1.0 / 360.0
            - (1.0 / 1260.0 - (1.0 / 1680.0 - (1.0 / 1188.0 - 691.0 / 360_360.0 / n2) / n2) / n2) / n2)
            / n2)
        / n
}

/// The Stirling error at n <= 15, from the exact factorial.
fn small_stirling_error(n: u64) -> f64 {
    if n == 0 {
        return 0.0;
    }
    let factorial: f64 = (1..=n).map(|k| k as f64).product();
    let n = n as f64;
    factorial.ln() - (n + 0.5) * n.ln() + n - 0.5 * (2.0 * std::f64::consts::PI).ln()
}

/// The deviance x ln(x / m) + m - x, without cancellation for x near m (Loader 2000).
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() < 0.1 * (x + m) {
        let v = (x - m) / (x + m);
        let mut sum = (x - m) * v;
        let mut term = 2.0 * x * v;
        for j in 1..1000 {
            term *= v * v;
            let next = sum + term / (2 * j + 1) as f64;
            if next == sum {
                return next;
            }
            sum = next;
        }
        sum
    } else {
        x * (x / m).ln() + m - x
    }
}

/// ln P(Bin(n, p) = k) by Loader's saddle-point expansion, for p in (0, 1).
fn ln_probability_mass(k: u64, n: u64, p: f64) -> f64 {
    let q = 1.0 - p;
    if k == 0 {
        return n as f64 * (-p).ln_1p();
    }
    if k == n {
        return n as f64 * p.ln();
    }
    let (kf, nf) = (k as f64, n as f64);
    let rest = (n - k) as f64;
    let saddle = stirling_error(nf)
        - stirling_error(kf)
        - stirling_error(rest)
        - deviance(kf, nf * p)
        - deviance(rest, nf * q);
    saddle + 0.5 * (nf / (2.0 * std::f64::consts::PI * kf * rest)).ln()
}

/// An upper bound of P(Bin(n, p) <= k), exact to about 1e-12 relative.
///
/// The mass at k times the all-positive sum 1 + r_k + r_k r_(k-1) + ..., r_j = j (1-p) / ((n-j+1) p). The ratios
/// fall as j falls, so once r_j < 1 the rest is below a geometric series, which is added when the sum stops.
/// Where the ratios start above 1 the bound is still a finite sum of positive terms. Values above 1 are cut to 1.
pub fn lower_tail_upper_bound(k: u64, n: u64, p: f64) -> f64 {
    if k >= n || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    let odds = (1.0 - p) / p;
    let mut sum = 1.0;
    let mut term = 1.0;
    let mut terms = 1.0;
    for j in (1..=k).rev() {
        terms += 1.0;
        let ratio = j as f64 / (n - j + 1) as f64 * odds;
        term *= ratio;
        sum += term;
        if !f64::is_finite(sum) {
            return 1.0;
        }
        if ratio < 1.0 && term < sum * 1e-17 * (1.0 - ratio) {
            // Geometric remainder: the terms still to come are below term * ratio / (1 - ratio).
            sum += term * ratio / (1.0 - ratio);
            break;
        }
    }
    // Rounding, all of it against the bound: each term carries three more roundings than the one before; the
    // relative error of exp is the absolute error of its argument, a few ulps of ln mass and of k - n p.
    let ln_mass = ln_probability_mass(k, n, p);
    let argument = ln_mass.abs() + (k as f64 - n as f64 * p).abs();
    let slack = 1.0 + 1e-13 + f64::EPSILON * (4.0 * terms + 8.0 * argument);
    (ln_mass.exp() * sum * slack).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P(Bin(n, p) <= k) by direct summation of exact terms, for small n.
    fn direct(k: u64, n: u64, p: f64) -> f64 {
        let mut total = 0.0;
        let mut choose = 1.0;
        for j in 0..=k {
            if j > 0 {
                choose *= (n - j + 1) as f64 / j as f64;
            }
            total += choose * p.powi(j as i32) * (1.0 - p).powi((n - j) as i32);
        }
        total
    }

    #[test]
    fn agrees_with_direct_summation_and_never_falls_below() {
        for n in [1, 2, 5, 17, 40] {
            for k in 0..n {
                for step in 1..40 {
                    let p = step as f64 / 40.0;
                    let (bound, truth) = (lower_tail_upper_bound(k, n, p), direct(k, n, p));
                    assert!(bound >= truth * (1.0 - 1e-13), "n={n} k={k} p={p}: {bound} < {truth}");
                    assert!(bound <= truth * (1.0 + 1e-11), "n={n} k={k} p={p}: {bound} far above {truth}");
                }
            }
        }
    }

    #[test]
    fn extremes() {
        assert_eq!(lower_tail_upper_bound(10, 10, 0.3), 1.0);
        assert_eq!(lower_tail_upper_bound(3, 10, 1.0), 0.0);
        assert_eq!(lower_tail_upper_bound(3, 10, 0.0), 1.0);
        assert!(lower_tail_upper_bound(0, 1_000_000, 1e-9) < 1.0);
    }
}
