//! Where to look next within one radius: a grid first, then down from its worst points.

use super::ball::Ball;
use super::descent::Descent;
use super::seen::Seen;
use super::walk::Walk;
use crate::audit::plan::attack::Attack;

/// Parameters that are enumerated for a classifier of one draw, if there are not more.
const MOST_LEVELS: usize = 4096;

/// The search within one radius: asks for points, and is told what was seen there.
#[derive(Debug)]
pub struct Search {
    ball: Ball,
    settings: Attack,
    /// Points up to this size were searched before.
    searched: f64,
    /// All parameters that act differently, where there are finitely many.
    levels: Option<Vec<Vec<f64>>>,
    /// The most levels that are all tried.
    enumerated: usize,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Grid,
    /// The grid is done; where it goes down from is to be chosen.
    Chosen,
    Descent(Descent),
    Walk(Walk),
}

impl Search {
    /// A search of `ball`, of which what is no larger than `searched` was searched before. `levels` are all parameters of the
    /// ball's box that act differently, where there are finitely many; `noisy` if a point costs many draws.
    pub fn new(
        ball: Ball,
        searched: f64,
        levels: Option<Vec<Vec<f64>>>,
        settings: Attack,
        noisy: bool,
    ) -> Self {
        let levels = levels.map(|levels| levels.into_iter().filter(|level| ball.holds(level)).collect());
        let enumerated = if noisy { settings.grid } else { MOST_LEVELS };
        Self { ball, settings, searched, levels, enumerated, stage: Stage::Grid }
    }

    /// The points to try next, given all that were tried so far; none when the search is over.
    pub fn ask(&mut self, tried: &[Seen]) -> Vec<Vec<f64>> {
        if matches!(self.stage, Stage::Grid) {
            let grid = self.grid();
            if !grid.is_empty() {
                return grid;
            }
            self.stage = Stage::Chosen;
        }
        if matches!(self.stage, Stage::Chosen) {
            self.stage = self.downwards(tried);
        }
        match &mut self.stage {
            Stage::Grid | Stage::Chosen => Vec::new(),
            Stage::Descent(descent) => descent.ask(&self.ball),
            Stage::Walk(walk) => walk.ask(tried),
        }
    }

    /// What was seen at the points that were asked for last, in order.
    pub fn tell(&mut self, seen: &[Seen]) {
        match &mut self.stage {
            Stage::Grid => self.stage = Stage::Chosen,
            Stage::Chosen => {}
            Stage::Descent(descent) => descent.tell(&self.ball, seen),
            Stage::Walk(walk) => walk.tell(seen),
        }
    }

    fn grid(&self) -> Vec<Vec<f64>> {
        let fresh = |point: &Vec<f64>| self.searched == 0.0 || self.ball.size(point) > self.searched;
        let Some(levels) = &self.levels else {
            return self.ball.grid(self.settings.grid).into_iter().filter(fresh).collect();
        };
        if levels.len() <= self.enumerated {
            return levels.iter().filter(|level| fresh(level)).cloned().collect();
        }
        let mut sample: Vec<Vec<f64>> = Vec::new();
        for point in self.ball.grid(self.settings.grid) {
            let level = nearest(levels, &point, &self.ball.widths());
            if fresh(&level) && !sample.contains(&level) {
                sample.push(level);
            }
        }
        sample
    }

    fn downwards(&self, tried: &[Seen]) -> Stage {
        let spacing = (self.settings.grid as f64).powf(-1.0 / self.ball.dimension() as f64);
        let starts = self.starts(tried, spacing);
        match &self.levels {
            None => Stage::Descent(Descent::new(starts, self.settings.steps, spacing)),
            Some(levels) if levels.len() <= self.enumerated => Stage::Walk(Walk::nowhere()),
            Some(levels) => {
                Stage::Walk(Walk::new(starts, levels.clone(), self.settings.steps, self.ball.widths()))
            }
        }
    }

    /// The worst points so far, no two of them neighbours on the grid.
    fn starts(&self, tried: &[Seen], spacing: f64) -> Vec<Seen> {
        let mut worst: Vec<&Seen> = tried.iter().filter(|seen| self.ball.holds(&seen.parameters)).collect();
        worst.sort_by(|a, b| Seen::by_softness(a, b));
        let widths = self.ball.widths();
        let mut starts: Vec<Seen> = Vec::new();
        for seen in worst {
            let apart =
                |start: &Seen| distance(&start.parameters, &seen.parameters, &widths) > 1.01 * spacing;
            if starts.len() < self.settings.starts && starts.iter().all(apart) {
                starts.push(seen.clone());
            }
        }
        starts
    }
}

/// The largest difference of two points, in widths of the box.
pub(super) fn distance(a: &[f64], b: &[f64], widths: &[f64]) -> f64 {
    let differences = a.iter().zip(b).zip(widths).map(|((a, b), width)| ((a - b) / width).abs());
    differences.filter(|difference| !difference.is_nan()).fold(0.0, f64::max)
}

fn nearest(levels: &[Vec<f64>], point: &[f64], widths: &[f64]) -> Vec<f64> {
    let by_distance =
        |a: &&Vec<f64>, b: &&Vec<f64>| distance(a, point, widths).total_cmp(&distance(b, point, widths));
    levels.iter().min_by(by_distance).cloned().unwrap_or_else(|| point.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certify::ranges::{Norm, Range};
    use crate::smoothing::question::Counts;

    fn ball(m: usize, norm: Norm, radius: f64) -> Ball {
        Ball::new(&Range { low: vec![-1.0; m], high: vec![1.0; m], identity: vec![0.0; m], norm }, radius)
    }

    fn settings(grid: usize, steps: usize) -> Attack {
        Attack { grid, steps, ..Attack::default() }
    }

    /// Carries a search out on a function that is to be made small.
    fn carry_out(mut search: Search, ball: &Ball, soft: impl Fn(&[f64]) -> f64) -> Vec<Seen> {
        let mut tried: Vec<Seen> = Vec::new();
        loop {
            let points = search.ask(&tried);
            if points.is_empty() {
                return tried;
            }
            let seen: Vec<Seen> = points
                .into_iter()
                .map(|parameters| Seen {
                    size: ball.size(&parameters),
                    class: 0,
                    counts: Counts { votes: vec![1, 0], failures: 0 },
                    margin: soft(&parameters),
                    soft: soft(&parameters),
                    parameters,
                })
                .collect();
            assert!(seen.iter().all(|seen| ball.holds(&seen.parameters)), "{seen:?}");
            search.tell(&seen);
            tried.extend(seen);
        }
    }

    fn worst(tried: &[Seen]) -> &Seen {
        tried.iter().min_by(|a, b| Seen::by_softness(a, b)).unwrap()
    }

    #[test]
    fn descent_reaches_a_minimum_between_the_points_of_the_grid() {
        let ball = ball(1, Norm::L2, 1.0);
        let narrow = |xi: &[f64]| (xi[0] - 0.437).abs().min(0.3);
        let on_grid = carry_out(Search::new(ball.clone(), 0.0, None, settings(5, 0), true), &ball, narrow);
        assert_eq!((on_grid.len(), worst(&on_grid).parameters[0]), (6, 0.5));
        let tried = carry_out(Search::new(ball.clone(), 0.0, None, settings(5, 10), true), &ball, narrow);
        assert!((worst(&tried).parameters[0] - 0.437).abs() < 0.02, "{:?}", worst(&tried));
        // A grid, two ends for each of three descents and ten steps, and where they led.
        assert_eq!(tried.len(), 6 + 3 * 2 * 10 + 3);
    }

    #[test]
    fn descent_follows_several_parameters_to_the_edge() {
        for (norm, expected) in [(Norm::L2, [-0.48, 0.64]), (Norm::Linf, [-0.8, 0.8])] {
            let ball = ball(2, norm, 0.8);
            let slope = |xi: &[f64]| 3.0 * xi[0] - 4.0 * xi[1];
            let tried = carry_out(Search::new(ball.clone(), 0.0, None, settings(9, 10), true), &ball, slope);
            let (found, least) = (worst(&tried), slope(&expected));
            assert!((found.soft - least).abs() < 0.02 * least.abs(), "{norm:?}: {found:?}");
        }
    }

    #[test]
    fn levels_are_enumerated_or_walked_over() {
        let ball = ball(2, Norm::Linf, 1.0);
        let levels: Vec<Vec<f64>> = (-20..=20)
            .flat_map(|i| (-20..=20).map(move |j| vec![f64::from(i) / 20.0, f64::from(j) / 20.0]))
            .collect();
        let valley = |xi: &[f64]| (xi[0] - 0.35).abs() + (xi[1] + 0.6).abs();
        let all = Search::new(ball.clone(), 0.0, Some(levels.clone()), settings(9, 10), false);
        assert_eq!(carry_out(all, &ball, valley).len(), 41 * 41);
        let walk = Search::new(ball.clone(), 0.0, Some(levels.clone()), settings(9, 30), true);
        let tried = carry_out(walk, &ball, valley);
        assert_eq!(worst(&tried).parameters, [0.35, -0.6]);
        assert!(tried.len() < 500 && tried.iter().all(|seen| levels.contains(&seen.parameters)));
    }

    #[test]
    fn what_a_smaller_radius_has_searched_is_not_tried_again() {
        let ball = ball(1, Norm::L2, 1.0);
        let search = Search::new(ball.clone(), 0.5, None, settings(9, 0), true);
        let tried = carry_out(search, &ball, |xi| xi[0]);
        assert!(!tried.is_empty() && tried.iter().all(|seen| seen.size > 0.5), "{tried:?}");
    }
}
