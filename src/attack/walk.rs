//! Steps between finitely many parameters, such as whole shifts, where there is no gradient to go by.

use std::collections::HashSet;

use super::search::distance;
use super::seen::Seen;

/// Some walks side by side, each from a level to the worst of its neighbours.
#[derive(Debug)]
pub struct Walk {
    places: Vec<Seen>,
    levels: Vec<Vec<f64>>,
    widths: Vec<f64>,
    left: usize,
    /// How many points each walk asked for.
    asked: Vec<usize>,
}

impl Walk {
    /// Walks of `steps` from some of `levels`; `widths` are the sides of the box that holds them.
    pub fn new(places: Vec<Seen>, levels: Vec<Vec<f64>>, steps: usize, widths: Vec<f64>) -> Self {
        Self { places, levels, widths, left: steps, asked: Vec::new() }
    }

    /// No walk: everything was tried.
    pub fn nowhere() -> Self {
        Self::new(Vec::new(), Vec::new(), 0, Vec::new())
    }

    /// The nearest levels around each place that were not tried yet; none when the walks are over.
    pub fn ask(&mut self, tried: &[Seen]) -> Vec<Vec<f64>> {
        self.asked.clear();
        let mut points = Vec::new();
        if self.left == 0 {
            return points;
        }
        self.left -= 1;
        let mut known: HashSet<Vec<u64>> = tried.iter().map(|seen| bits(&seen.parameters)).collect();
        for place in &self.places {
            let mut near: Vec<&Vec<f64>> =
                self.levels.iter().filter(|level| !known.contains(&bits(level))).collect();
            let far = |level: &Vec<f64>| apart(level, &place.parameters, &self.widths);
            near.sort_by(|a, b| far(a).total_cmp(&far(b)));
            near.truncate(2 * self.widths.len());
            known.extend(near.iter().map(|level| bits(level)));
            self.asked.push(near.len());
            points.extend(near.into_iter().cloned());
        }
        points
    }

    /// What was seen there.
    pub fn tell(&mut self, seen: &[Seen]) {
        let mut seen = seen.iter();
        for (place, count) in self.places.iter_mut().zip(&self.asked) {
            let worst = seen.by_ref().take(*count).min_by(|a, b| Seen::by_softness(a, b));
            if let Some(worst) = worst.filter(|worst| worst.soft < place.soft) {
                *place = worst.clone();
            }
        }
    }
}

/// The distance of two levels in steps: along the axes first.
fn apart(a: &[f64], b: &[f64], widths: &[f64]) -> f64 {
    let sum: f64 = a.iter().zip(b).zip(widths).map(|((a, b), width)| ((a - b) / width).abs()).sum();
    sum + distance(a, b, widths) * 1e-6
}

fn bits(point: &[f64]) -> Vec<u64> {
    // -0 and 0 are the same point.
    point.iter().map(|value| (value + 0.0).to_bits()).collect()
}
