//! What estimators are asked.

use std::fmt::{self, Display};

use super::super::random::Random;
use super::super::trial::Input;
use super::landscape::Landscape;
use super::staged::{GrowthAnswer, Staged};
use super::{Bounder, Variant};
use crate::host::{Bound, HostError};

/// Points that one bound may evaluate.
pub(super) const EVALUATIONS: u64 = 2000;

/// A landscape, an anchor and a box.
#[derive(Clone)]
pub(super) struct Question<'a> {
    pub variant: &'a Variant,
    pub landscape: Landscape,
    pub anchor: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    pub growth: GrowthAnswer,
    pub max_evaluations: u64,
}

impl Display for Question<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let growth = match self.growth {
            GrowthAnswer::Bounds => "with growth bounds",
            GrowthAnswer::Infinite => "with infinite growth bounds",
            GrowthAnswer::Nothing => "without growth bounds",
        };
        write!(
            formatter,
            "D(xi) = |f(xi) - f(anchor)|, {}, anchor {:?}, box from {:?} to {:?}, {growth}, {} evaluations{}",
            self.landscape.describe(),
            self.anchor,
            self.low,
            self.high,
            self.max_evaluations,
            self.variant.label
        )
    }
}

impl Input for Question<'_> {}

impl Question<'_> {
    /// The oracle of the question.
    pub fn staged(&self) -> Staged {
        Staged::new(self.landscape, &self.low, &self.high, self.growth, self.max_evaluations)
    }

    /// The bound, asked of this oracle.
    pub fn bound(&self, oracle: &mut Staged) -> Result<Bound, HostError> {
        self.variant.estimator.bound(oracle, &self.anchor, &self.low, &self.high)
    }

    /// The truth.
    pub fn supremum(&self) -> f64 {
        self.landscape.supremum(&self.anchor, &self.low, &self.high)
    }
}

/// Anchors with boxes of one parameter, from simple to odd: around the anchor, beside it, a point.
const LINES: [(f64, f64, f64); 5] =
    [(0.0, 0.0, 1.0), (0.3, 0.0, 1.0), (0.0, 0.0, 0.0), (-0.5, 0.25, 0.75), (0.1, -1.0, 0.7)];
/// The same of two.
const PLANES: [([f64; 2], [f64; 2], [f64; 2]); 4] = [
    ([0.0, 0.0], [0.0, 0.0], [1.0, 1.0]),
    ([0.2, -0.3], [-0.5, -1.0], [0.5, 1.0]),
    ([0.0, 0.0], [0.0, 0.0], [0.0, 1.0]),
    ([0.1, 0.1], [0.1, 0.1], [0.1, 0.1]),
];

/// All questions for an estimator: smooth landscapes first, then spikes at random places.
pub(super) fn questions<'a>(
    bounder: &'a Bounder<'_>,
    growth: GrowthAnswer,
    max_evaluations: u64,
) -> Vec<Question<'a>> {
    let mut random = bounder.context.random(1);
    let (lines, planes) = landscapes(&mut random);
    let mut all = Vec::new();
    for variant in &bounder.variants {
        let question = |landscape, anchor: &[f64], low: &[f64], high: &[f64]| Question {
            variant,
            landscape,
            anchor: anchor.to_vec(),
            low: low.to_vec(),
            high: high.to_vec(),
            growth,
            max_evaluations,
        };
        for &landscape in &lines {
            all.extend(
                LINES.iter().map(|&(anchor, low, high)| question(landscape, &[anchor], &[low], &[high])),
            );
        }
        for &landscape in &planes {
            all.extend(PLANES.iter().map(|(anchor, low, high)| question(landscape, anchor, low, high)));
        }
    }
    all
}

fn landscapes(random: &mut Random) -> (Vec<Landscape>, Vec<Landscape>) {
    let mut lines =
        vec![Landscape::Line, Landscape::Square { centre: 0.37 }, Landscape::Circle, Landscape::Sine];
    let mut planes = vec![Landscape::Plane, Landscape::Saddle];
    for _ in 0..12 {
        lines.push(Landscape::Spike { centre: random.unit(), height: 0.5, slope: 20.0 });
    }
    for _ in 0..4 {
        let centre = [random.unit(), random.unit()];
        planes.push(Landscape::Cone { centre, height: 1.0, slope: 3.0 });
    }
    (lines, planes)
}
