//! Parameters to transform by.

use super::super::random::Random;
use crate::host::ParameterInfo;

/// How far from the identity parameters without a natural end are tried.
const REACH: f64 = 3.0;

/// The parameters of a transformation, m of them.
#[derive(Debug, Clone)]
pub(super) struct Space {
    /// Names.
    pub names: Vec<String>,
    /// Where nothing happens.
    pub identity: Vec<f64>,
    /// The part of the domain around the identity, m intervals.
    pub near: Vec<(f64, f64)>,
    /// The domain, with infinite ends cut to those of `near`.
    pub whole: Vec<(f64, f64)>,
}

impl Space {
    pub fn new(parameters: &[ParameterInfo]) -> Self {
        let near = |p: &ParameterInfo| (p.low.max(p.identity - REACH), p.high.min(p.identity + REACH));
        let whole = |p: &ParameterInfo| {
            let (low, high) = near(p);
            let end = |end: f64, cut: f64| if end.is_finite() { end } else { cut };
            (end(p.low, low), end(p.high, high))
        };
        Self {
            names: parameters.iter().map(|p| p.name.clone()).collect(),
            identity: parameters.iter().map(|p| p.identity).collect(),
            near: parameters.iter().map(near).collect(),
            whole: parameters.iter().map(whole).collect(),
        }
    }

    /// A random point near the identity.
    pub fn somewhere_near(&self, random: &mut Random) -> Vec<f64> {
        self.near.iter().map(|&(low, high)| random.between(low, high)).collect()
    }

    /// A random point of the domain.
    pub fn somewhere(&self, random: &mut Random) -> Vec<f64> {
        self.whole.iter().map(|&(low, high)| random.between(low, high)).collect()
    }

    /// Points from simple to random: the identity, round steps from it in each coordinate and in all, the ends of the
    /// domain, then `count` random points near the identity and as many anywhere.
    pub fn points(&self, count: usize, random: &mut Random) -> Vec<Vec<f64>> {
        let mut points = self.simple();
        points.extend((0..count).map(|_| self.somewhere_near(random)));
        points.extend((0..count).map(|_| self.somewhere(random)));
        points
    }

    /// The points that need no luck.
    pub fn simple(&self) -> Vec<Vec<f64>> {
        let mut points = vec![self.identity.clone()];
        for step in [1.0, -1.0, 0.5, -0.25, 2.0] {
            points.push(self.moved(|_| step));
            if self.identity.len() > 1 {
                points.extend(
                    (0..self.identity.len()).map(|j| self.moved(|i| if i == j { step } else { 0.0 })),
                );
            }
        }
        points.push(self.whole.iter().map(|&(_, high)| high).collect());
        points.push(self.whole.iter().map(|&(low, _)| low).collect());
        let mut once: Vec<Vec<f64>> = Vec::new();
        for point in points {
            if !once.contains(&point) {
                once.push(point);
            }
        }
        once
    }

    /// The identity moved by a step in each coordinate, inside the domain.
    fn moved(&self, step: impl Fn(usize) -> f64) -> Vec<f64> {
        let coordinate = |(j, identity): (usize, &f64)| self.inside(j, identity + step(j));
        self.identity.iter().enumerate().map(coordinate).collect()
    }

    /// A point moved towards the identity, to this share of its distance.
    pub fn towards_identity(&self, point: &[f64], share: f64) -> Vec<f64> {
        point.iter().zip(&self.identity).map(|(far, identity)| identity + share * (far - identity)).collect()
    }

    /// The nearest value of the domain (cut where it is infinite).
    pub fn inside(&self, coordinate: usize, value: f64) -> f64 {
        let (low, high) = self.whole[coordinate];
        value.clamp(low, high)
    }

    /// A random box near the identity: its low and high ends. Some are thin, and some reach the ends of the domain.
    pub fn random_box(&self, random: &mut Random) -> (Vec<f64>, Vec<f64>) {
        let share = [1.0, 0.5, 0.1][(random.word() % 3) as usize];
        let interval = |&(low, high): &(f64, f64)| {
            let width = share * (high - low);
            let start = random.between(low, high - width);
            (start, (start + width).min(high))
        };
        self.near.iter().map(interval).unzip()
    }

    /// "down = 0.5, right = 1".
    pub fn describe(&self, point: &[f64]) -> String {
        let named = self.names.iter().zip(point).map(|(name, value)| format!("{name} = {value}"));
        named.collect::<Vec<_>>().join(", ")
    }
}
