//! Covers whose cells are tested on the votes of all anchors near by: the claim of a whole range with one error in it.

use super::coin::{Uniform, allowed};
use gsmooth::certify::cover::asking::Ask;
use gsmooth::certify::cover::order::{CoverTest, Order};
use gsmooth::certify::cover::pooling::proves;
use gsmooth::certify::cover::witnesses::{self, Side, Witness};
use gsmooth::certify::cover::{CoverPlan, CoverRule, Moving, line};
use gsmooth::certify::geometry::{GeometryError, Kind};
use gsmooth::certify::ranges::{Norm, Range};
use gsmooth::smoothing::question::Counts;
use gsmooth::stats::normal;
use gsmooth::stats::pooled::{Ballot, PooledTest, Threshold};

const ALPHA: f64 = 0.05;
const TRIALS: u32 = 4_000;
/// The range is [0, LENGTH], in units of the noise.
const LENGTH: f64 = 12.0;

/// A straight path.
struct Path;

impl Moving for Path {
    fn reaches(&mut self, anchor: &[f64], points: &[Vec<f64>]) -> Result<Vec<f64>, GeometryError> {
        Ok(points.iter().map(|point| (anchor[0] - point[0]).abs()).collect())
    }

    fn required(&mut self, anchor: &[f64], low: &[f64], high: &[f64]) -> Result<(f64, Kind), GeometryError> {
        let farthest = (anchor[0] - low[0]).abs().max((anchor[0] - high[0]).abs());
        Ok((normal::cdf(farthest), Kind::Proven))
    }

    fn is_norm(&self) -> bool {
        true
    }
}

fn plan(radii: &[f64]) -> CoverPlan {
    let range = Range { low: vec![0.0], high: vec![LENGTH], identity: vec![0.0], norm: Norm::L2 };
    let rule = CoverRule { max: 4096, p: 0.63, margin: 0.0, slack: 0.0, pooled: true };
    let mut plan = line::cover(&mut Path, &range, radii, false, &rule).unwrap();
    witnesses::call(&mut Path, &range, radii, &mut plan.cells).unwrap();
    plan
}

/// How often the whole range is claimed of a classifier that is right with probability 1/2 at `error`, and otherwise as rarely
/// as the noise allows of any: Phi(D).
fn claims(seed: u64, error: f64, radii: &[f64]) -> f64 {
    let plan = plan(radii);
    let rates: Vec<f64> = plan.cells.iter().map(|cell| normal::cdf((cell.anchor[0] - error).abs())).collect();
    let mut random = Uniform::new(seed);
    let claimed = (0..TRIALS).filter(|_| {
        let mut test = CoverTest::new(plan.clone(), Order::Radii(radii.to_vec()), ALPHA, 100_000);
        loop {
            let asks = test.next_asks(0);
            if asks.is_empty() {
                return test.radius() > error;
            }
            for Ask { index, draws } in asks {
                let so_far = test.entries()[index].counts.clone().unwrap_or(Counts::new(2));
                let fresh = draws.unwrap() - so_far.draws();
                let votes = random.successes(rates[index], fresh);
                test.count(index, so_far.plus(&Counts { votes: vec![votes, fresh - votes], failures: 0 }));
            }
            test.judge(0);
        }
    });
    claimed.count() as f64 / f64::from(TRIALS)
}

#[test]
fn a_range_with_an_error_is_claimed_with_probability_alpha_at_most() {
    for (seed, error, radii) in
        [(50, 6.0, &[LENGTH][..]), (51, 11.99, &[LENGTH]), (52, 6.3, &[3.0, 6.5, LENGTH])]
    {
        let rate = claims(seed, error, radii);
        assert!(rate <= allowed(ALPHA, TRIALS), "{error}: {rate}");
    }
}

/// How often the cell of the error is ever proven, with three draws at each anchor before every look and no end before 300.
fn proven(seed: u64, error: f64, tamper: impl Fn(&mut Side)) -> f64 {
    let plan = plan(&[LENGTH]);
    let cell = plan.cells.iter().find(|cell| (cell.low[0]..cell.high[0]).contains(&error)).unwrap();
    let mut side = cell.sides.iter().find(|side| (side.low..side.high).contains(&error)).unwrap().clone();
    tamper(&mut side);
    let test = PooledTest::new(ALPHA);
    let mut random = Uniform::new(seed);
    let passes = (0..TRIALS).filter(|_| {
        let mut ballots = vec![Ballot::default(); plan.cells.len()];
        (0..100).any(|_| {
            for Witness { cell, .. } in &side.witnesses {
                let p = normal::cdf((plan.cells[*cell].anchor[0] - error).abs());
                ballots[*cell].draws += 3;
                ballots[*cell].votes += random.successes(p, 3);
            }
            proves(test, [&side.witnesses[..]], |number| ballots[number])
        })
    });
    passes.count() as f64 / f64::from(TRIALS)
}

#[test]
fn the_cell_of_an_error_is_ever_proven_with_probability_alpha_at_most() {
    for seed in 60..66 {
        let error = 5.0 + 0.21 * (seed - 60) as f64;
        let rate = proven(seed, error, |_| ());
        assert!(rate <= allowed(ALPHA, TRIALS), "{error}: {rate}");
        // With thresholds of the error itself, and not of all the part, it is most of alpha: nothing is shared out among cells.
        let anchors: Vec<f64> = plan(&[LENGTH]).cells.iter().map(|cell| cell.anchor[0]).collect();
        let rate = proven(seed, error, |side| {
            for Witness { cell, threshold } in &mut side.witnesses {
                *threshold = Threshold::at_least(normal::cdf((anchors[*cell] - error).abs()));
            }
        });
        assert!(rate <= allowed(ALPHA, TRIALS) && rate > 0.3 * ALPHA, "{error}: {rate}");
    }
}

/// Mutation: neighbours testify as if the part were as near to them as to the cell's own anchor.
#[test]
fn thresholds_of_another_part_are_found_out() {
    let rate = proven(80, 6.37, |side| {
        let least = side.witnesses.iter().map(|witness| witness.threshold).min().unwrap();
        side.witnesses.iter_mut().for_each(|witness| witness.threshold = least);
    });
    assert!(rate > allowed(ALPHA, TRIALS), "{rate}");
}
