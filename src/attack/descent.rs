//! Projected gradient descent on the parameters, with gradients by central differences (networks run forward only).
//!
//! Both ends of a difference draw the same noise, so that the difference is that of the points, not of the noise. The ends are
//! points like any other: what is seen there counts.

use super::ball::Ball;
use super::seen::Seen;

/// The last step, as a share of the first.
const LAST: f64 = 0.05;
/// How far the ends of a difference lie from its middle, as a share of the step.
const OFFSET: f64 = 0.5;

/// Some descents side by side.
#[derive(Debug)]
pub struct Descent {
    /// Where they are.
    iterates: Vec<Vec<f64>>,
    step: usize,
    steps: usize,
    /// The first step, in widths of the ball.
    first: f64,
    /// The two ends of the difference along each parameter, for each iterate, as asked.
    ends: Vec<Vec<f64>>,
}

impl Descent {
    /// Descents of `steps` from some points; the first step is `first` widths of the ball, about the spacing of the grid.
    pub fn new(starts: Vec<Seen>, steps: usize, first: f64) -> Self {
        let iterates = starts.into_iter().map(|seen| seen.parameters).collect();
        Self { iterates, step: 0, steps, first, ends: Vec::new() }
    }

    /// The points to try next; none when all descents are over.
    pub fn ask(&mut self, ball: &Ball) -> Vec<Vec<f64>> {
        if self.step > self.steps || self.steps == 0 {
            return Vec::new();
        }
        if self.step == self.steps {
            // Where the last step led.
            return self.iterates.clone();
        }
        let (offset, widths) = (OFFSET * self.length(), ball.widths());
        self.ends.clear();
        for iterate in &self.iterates {
            for (i, width) in widths.iter().enumerate() {
                for side in [1.0, -1.0] {
                    let mut end = iterate.clone();
                    end[i] += side * offset * width;
                    self.ends.push(ball.mapped(&end));
                }
            }
        }
        self.ends.clone()
    }

    /// What was seen there.
    pub fn tell(&mut self, ball: &Ball, seen: &[Seen]) {
        if self.step < self.steps && seen.len() == self.ends.len() {
            let (m, length) = (ball.dimension(), self.length());
            for (number, iterate) in self.iterates.iter_mut().enumerate() {
                let own = 2 * m * number..2 * m * (number + 1);
                let slopes = slopes(&self.ends[own.clone()], &seen[own], &ball.widths());
                *iterate = ball.mapped(&moved(iterate, &slopes, length, ball));
            }
        }
        self.step += 1;
    }

    /// The length of the step under way, in widths of the ball.
    fn length(&self) -> f64 {
        let done = self.step as f64 / self.steps.saturating_sub(1).max(1) as f64;
        self.first * LAST.powf(done)
    }
}

/// The derivative of the objective along each parameter, in widths of the ball.
fn slopes(ends: &[Vec<f64>], seen: &[Seen], widths: &[f64]) -> Vec<f64> {
    let slope = |i: usize| {
        let (up, down) = (2 * i, 2 * i + 1);
        let gap = (ends[up][i] - ends[down][i]) / widths[i];
        if gap > 0.0 { (seen[up].soft - seen[down].soft) / gap } else { 0.0 }
    };
    (0..widths.len()).map(slope).collect()
}

/// A step down, of a length that does not depend on how steep it is: the steepest in the norm of the ball.
fn moved(from: &[f64], slopes: &[f64], length: f64, ball: &Ball) -> Vec<f64> {
    let norm = slopes.iter().map(|slope| slope * slope).sum::<f64>().sqrt();
    let direction = |slope: f64| match ball.is_a_box() {
        true if slope == 0.0 => 0.0,
        true => slope.signum(),
        false if norm > 0.0 => slope / norm,
        false => 0.0,
    };
    let widths = ball.widths();
    (0..from.len()).map(|i| from[i] - length * widths[i] * direction(slopes[i])).collect()
}
