//! Features whose distances have suprema in closed form.
//!
//! The features are f(xi) in two dimensions and the metric is the Euclidean one, so that D(a, xi) = |f(xi) - f(a)|. Each
//! landscape names the points at which D can be greatest over a box, whatever the anchor.

/// A map from one or two parameters to two features.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Landscape {
    /// (3 x, 0).
    Line,
    /// (2 cos x, 2 sin x): D = 4 |sin((x - a) / 2)| over less than half a turn.
    Circle,
    /// (sin 5 x, 0).
    Sine,
    /// ((x - c)^2, 0).
    Square {
        /// Its bottom.
        centre: f64,
    },
    /// (max(0, height - slope |x - c|), 0): what falls between the points of a grid.
    Spike {
        /// Its top.
        centre: f64,
        /// Its height.
        height: f64,
        /// Its steepness.
        slope: f64,
    },
    /// (2 x, -y), of two parameters.
    Plane,
    /// (x y, 0), of two parameters.
    Saddle,
    /// (max(0, height - slope (|x - c| + |y - d|)), 0), of two parameters.
    Cone {
        /// Its top.
        centre: [f64; 2],
        /// Its height.
        height: f64,
        /// Its steepness along each parameter.
        slope: f64,
    },
}

impl Landscape {
    /// Number m of parameters.
    pub fn parameters(self) -> usize {
        match self {
            Self::Plane | Self::Saddle | Self::Cone { .. } => 2,
            _ => 1,
        }
    }

    /// For messages.
    pub fn describe(self) -> String {
        match self {
            Self::Line => "f(x) = 3 x".to_owned(),
            Self::Circle => "f(x) = (2 cos x, 2 sin x)".to_owned(),
            Self::Sine => "f(x) = sin(5 x)".to_owned(),
            Self::Square { centre } => format!("f(x) = (x - {centre})^2"),
            Self::Spike { centre, height, slope } => {
                format!("f(x) = max(0, {height} - {slope} |x - {centre}|)")
            }
            Self::Plane => "f(x, y) = (2 x, -y)".to_owned(),
            Self::Saddle => "f(x, y) = x y".to_owned(),
            Self::Cone { centre: [c, d], height, slope } => {
                format!("f(x, y) = max(0, {height} - {slope} (|x - {c}| + |y - {d}|))")
            }
        }
    }

    /// f(xi).
    pub fn features(self, xi: &[f64]) -> [f64; 2] {
        match self {
            Self::Line => [3.0 * xi[0], 0.0],
            Self::Circle => [2.0 * xi[0].cos(), 2.0 * xi[0].sin()],
            Self::Sine => [(5.0 * xi[0]).sin(), 0.0],
            Self::Square { centre } => [(xi[0] - centre).powi(2), 0.0],
            Self::Spike { centre, height, slope } => {
                [(height - slope * (xi[0] - centre).abs()).max(0.0), 0.0]
            }
            Self::Plane => [2.0 * xi[0], -xi[1]],
            Self::Saddle => [xi[0] * xi[1], 0.0],
            Self::Cone { centre: [c, d], height, slope } => {
                [(height - slope * ((xi[0] - c).abs() + (xi[1] - d).abs())).max(0.0), 0.0]
            }
        }
    }

    /// D(a, xi).
    pub fn distance(self, a: &[f64], xi: &[f64]) -> f64 {
        let (from, to) = (self.features(a), self.features(xi));
        (to[0] - from[0]).hypot(to[1] - from[1])
    }

    /// Bounds of |dD / d xi_j| over a box, rounded up.
    pub fn growth(self, low: &[f64], high: &[f64]) -> Vec<f64> {
        let most = |j: usize, centre: f64| (low[j] - centre).abs().max((high[j] - centre).abs());
        let bounds = match self {
            Self::Line => vec![3.0],
            Self::Circle => vec![2.0],
            Self::Sine => vec![5.0],
            Self::Square { centre } => vec![2.0 * most(0, centre)],
            Self::Spike { slope, .. } => vec![slope],
            Self::Plane => vec![2.0, 1.0],
            Self::Saddle => vec![most(1, 0.0), most(0, 0.0)],
            Self::Cone { slope, .. } => vec![slope; 2],
        };
        bounds.into_iter().map(|bound: f64| bound * (1.0 + 1e-12)).collect()
    }

    /// sup D(a, xi) over the box: over its corners, and over the points where f itself is greatest or least.
    pub fn supremum(self, a: &[f64], low: &[f64], high: &[f64]) -> f64 {
        let clamped = |centre: &[f64]| -> Vec<f64> {
            centre.iter().zip(low.iter().zip(high)).map(|(c, (l, h))| c.clamp(*l, *h)).collect()
        };
        let mut candidates = corners(low, high);
        match self {
            // f rises to, or falls from, the centre along every parameter.
            Self::Square { centre } | Self::Spike { centre, .. } => candidates.push(clamped(&[centre])),
            Self::Cone { centre, .. } => candidates.push(clamped(&centre)),
            Self::Sine => {
                let turns = (0..40).map(|k| (f64::from(k - 20) + 0.5) * std::f64::consts::PI / 5.0);
                candidates.extend(turns.filter(|x| (low[0]..=high[0]).contains(x)).map(|x| vec![x]));
            }
            Self::Line | Self::Circle | Self::Plane | Self::Saddle => {}
        }
        candidates.iter().map(|xi| self.distance(a, xi)).fold(0.0, f64::max)
    }

    /// The derivative along a direction, by central differences.
    pub fn derivative(self, xi: &[f64], direction: &[f64]) -> [f64; 2] {
        let step = 1e-6;
        let at = |sign: f64| {
            let moved: Vec<f64> = xi.iter().zip(direction).map(|(x, d)| x + sign * step * d).collect();
            self.features(&moved)
        };
        let (ahead, behind) = (at(1.0), at(-1.0));
        [0, 1].map(|i| (ahead[i] - behind[i]) / (2.0 * step))
    }

    /// The spectral norm of the Jacobian.
    pub fn local_m(self, xi: &[f64]) -> f64 {
        let m = self.parameters();
        let unit = |j: usize| (0..m).map(|i| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
        let columns: Vec<[f64; 2]> = (0..m).map(|j| self.derivative(xi, &unit(j))).collect();
        let dot = |a: &[f64; 2], b: &[f64; 2]| a[0] * b[0] + a[1] * b[1];
        match &columns[..] {
            [a, b] => {
                // The greater eigenvalue of the Gram matrix.
                let (aa, ab, bb) = (dot(a, a), dot(a, b), dot(b, b));
                (0.5 * (aa + bb) + (0.5 * (aa - bb)).hypot(ab)).sqrt()
            }
            columns => columns.iter().map(|a| dot(a, a)).sum::<f64>().sqrt(),
        }
    }
}

fn corners(low: &[f64], high: &[f64]) -> Vec<Vec<f64>> {
    let choose = |bits: usize| (0..low.len()).map(move |j| if bits >> j & 1 == 1 { high[j] } else { low[j] });
    (0..1_usize << low.len()).map(|bits| choose(bits).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Suprema in closed form against a fine grid, and growth against differences on it.
    #[test]
    fn closed_forms_hold() {
        let (square, spike) =
            (Landscape::Square { centre: 0.3 }, Landscape::Spike { centre: 0.4, height: 0.5, slope: 20.0 });
        for landscape in [Landscape::Line, Landscape::Circle, Landscape::Sine, square, spike] {
            for (a, low, high) in [(0.0, 0.0, 1.0), (0.39, -0.5, 0.9), (0.7, 0.1, 0.2)] {
                let supremum = landscape.supremum(&[a], &[low], &[high]);
                let at = |i: u32| [low + (high - low) * f64::from(i) / 5000.0];
                let seen = (0..=5000).map(|i| landscape.distance(&[a], &at(i))).fold(0.0, f64::max);
                assert!(
                    seen <= supremum + 1e-12 && supremum <= seen + 0.003,
                    "{landscape:?}: {seen} {supremum}"
                );
                let growth = landscape.growth(&[low], &[high])[0];
                let speed = |i: u32| {
                    let (here, next) = (at(i), at(i + 1));
                    (landscape.distance(&[a], &next) - landscape.distance(&[a], &here)).abs()
                        / (next[0] - here[0])
                };
                assert!((0..5000).map(speed).fold(0.0, f64::max) <= growth * (1.0 + 1e-6), "{landscape:?}");
            }
        }
    }

    #[test]
    fn closed_forms_of_two_parameters_hold() {
        let cone = Landscape::Cone { centre: [0.2, -0.1], height: 1.0, slope: 2.0 };
        for landscape in [Landscape::Plane, Landscape::Saddle, cone] {
            let (a, low, high) = ([0.1, 0.2], [-1.0, -0.5], [0.5, 1.0]);
            let supremum = landscape.supremum(&a, &low, &high);
            let mut seen = 0.0_f64;
            for i in 0..=300 {
                for j in 0..=300 {
                    let at = |k: usize, i: u32| low[k] + (high[k] - low[k]) * f64::from(i) / 300.0;
                    seen = seen.max(landscape.distance(&a, &[at(0, i), at(1, j)]));
                }
            }
            assert!(seen <= supremum + 1e-12 && supremum <= seen + 0.03, "{landscape:?}: {seen} {supremum}");
        }
        assert!((Landscape::Plane.local_m(&[0.0, 0.0]) - 2.0).abs() < 1e-6);
    }
}
