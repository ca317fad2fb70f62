//! Certified radii against simulated truth: classifiers that are half-spaces in the noise, whose smoothed probabilities and true
//! radii are known. No certificate may claim more; and since half-spaces are the worst case, a tight one claims hardly less.

mod support;

use std::sync::OnceLock;

use gsmooth::host::Noise;
use gsmooth::stats::clopper_pearson;
use gsmooth::stats::radius::{Claim, Direction, radius};
use support::noises::{LAWS, noise};

const SCALE: f64 = 0.7;
const DRAWS: usize = 200_000;
const MANY_DRAWS: usize = 1_000_000;
const ALPHA: f64 = 0.001;
const MAJORITY: Claim = Claim::Majority { margin: 0.0 };

/// A classifier of one number.
#[derive(Debug, Clone, Copy)]
enum HalfSpace {
    /// Class 1 iff theta <= edge.
    Below(f64),
    /// Class 1 iff theta >= edge.
    Above(f64),
}

impl HalfSpace {
    /// Both orientations that a law gives class 1 with probability p.
    fn pair(law: &Noise, p: f64) -> [Self; 2] {
        let upper = |p: f64| if p > 0.5 { law.isf_at(1.0 - p) } else { law.quantile_at(p) };
        let lower = |p: f64| if p > 0.5 { law.quantile_at(1.0 - p) } else { law.isf_at(p) };
        [Self::Below(upper(p).unwrap()), Self::Above(lower(p).unwrap())]
    }

    fn accepts(self, theta: f64) -> bool {
        match self {
            Self::Below(edge) => theta <= edge,
            Self::Above(edge) => theta >= edge,
        }
    }

    /// The direction in which class 1 loses mass.
    fn losing(self) -> Direction {
        match self {
            Self::Below(_) => Direction::Forward,
            Self::Above(_) => Direction::Backward,
        }
    }

    /// Its smoothed probability at a shift.
    fn smoothed(self, law: &Noise, shift: f64) -> f64 {
        match self {
            Self::Below(edge) => law.cdf_at(edge - shift).unwrap(),
            Self::Above(edge) => law.sf_at(edge - shift).unwrap(),
        }
    }

    /// Where class 1 ceases to have a majority: the edge at the median of the law. Infinite in the direction in which it gains.
    fn true_radius(self, law: &Noise, direction: Direction) -> f64 {
        let median = law.quantile_at(0.5).unwrap();
        let (Self::Below(edge) | Self::Above(edge)) = self;
        if direction == self.losing() { (edge - median).abs() } else { f64::INFINITY }
    }

    /// How many of the draws vote for class 1 at a shift.
    fn votes(self, draws: &[f64], shift: f64) -> u64 {
        draws.iter().filter(|theta| self.accepts(**theta + shift)).count() as u64
    }
}

/// Draws of each law, from a fixed stream of words (SplitMix64).
fn draws(law: &Noise, which: usize) -> &'static [f64] {
    static ALL: [OnceLock<Vec<f64>>; 6] = [const { OnceLock::new() }; 6];
    ALL[which].get_or_init(|| {
        let words: Vec<u64> = (0..MANY_DRAWS as u64).map(|i| mixed((which as u64) << 32 | i)).collect();
        let mut draws = vec![0.0; MANY_DRAWS];
        law.sample(&words, &mut draws).unwrap();
        draws
    })
}

fn mixed(counter: u64) -> u64 {
    let z = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x2026);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Every law with both half-spaces of every probability.
fn for_each_case(probabilities: &[f64], test: impl Fn(usize, &Noise, HalfSpace)) {
    for (which, name) in LAWS.into_iter().enumerate() {
        let law = noise(name, SCALE);
        for p in probabilities {
            HalfSpace::pair(&law, *p).into_iter().for_each(|half_space| test(which, &law, half_space));
        }
    }
}

#[test]
fn from_the_true_probability_the_radius_is_the_true_one() {
    for_each_case(&[0.500_001, 0.6, 0.9, 0.999, 0.999_999], |_, law, half_space| {
        let p_a = half_space.smoothed(law, 0.0);
        for direction in [Direction::Forward, Direction::Backward] {
            let truth = half_space.true_radius(law, direction);
            let certified = radius(law, p_a, MAJORITY, direction).unwrap();
            let case = format!("{} {half_space:?} {direction:?}: {certified} of {truth}", law.id());
            // p_a itself is rounded to a float, by up to 1.2e-16 of what may be 1e-6 apart from 1.
            assert!(certified <= truth + 1e-10 * SCALE, "{case}");
            if direction == half_space.losing() {
                assert!(truth - certified <= 1e-9, "{case}");
            }
        }
    });
}

#[test]
fn from_votes_no_radius_is_above_the_true_one() {
    for_each_case(&[0.501, 0.51, 0.6, 0.9, 0.999, 0.999_99], |which, law, half_space| {
        let votes = half_space.votes(&draws(law, which)[..DRAWS], 0.0);
        let p_a = clopper_pearson::lower_bound(votes, DRAWS as u64, ALPHA);
        for direction in [Direction::Forward, Direction::Backward] {
            let certified = radius(law, p_a, MAJORITY, direction).unwrap();
            let truth = half_space.true_radius(law, direction);
            let case = format!("{} {half_space:?} {direction:?}: {certified} of {truth}", law.id());
            assert!(certified <= truth, "{case}");
            // And by votes at the radius, which know nothing of the law's formulas: four standard deviations of a majority.
            let there = half_space.votes(&draws(law, which)[DRAWS..], direction.shift(certified)) as f64;
            let trials = (MANY_DRAWS - DRAWS) as f64;
            assert!(p_a <= 0.5 || there >= 0.5 * trials - 2.0 * trials.sqrt(), "{case}: {there} votes");
        }
    });
}

#[test]
fn from_many_votes_hardly_less_than_the_true_radius_is_certified() {
    for_each_case(&[0.6, 0.9], |which, law, half_space| {
        let votes = half_space.votes(draws(law, which), 0.0);
        let p_a = clopper_pearson::lower_bound(votes, MANY_DRAWS as u64, ALPHA);
        let certified = radius(law, p_a, MAJORITY, half_space.losing()).unwrap();
        let truth = half_space.true_radius(law, half_space.losing());
        let case = format!("{} {half_space:?}: {certified} of {truth}", law.id());
        assert!(certified <= truth && truth - certified <= 0.01 * truth.max(SCALE), "{case}");
    });
}
