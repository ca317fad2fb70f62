//! One classifier's search over all radii of an image: what is found within a small radius counts within the larger ones.

use std::collections::HashMap;

use super::ball::Ball;
use super::search::Search;
use super::seen::Seen;
use crate::audit::plan::attack::Attack;
use crate::certify::case::Case;
use crate::host::HostError;

/// A search that asks for points and is told what was seen there.
#[derive(Debug)]
pub struct Hunt {
    /// The class that is to be made wrong.
    pub class: u32,
    /// The radii still to be searched, the smallest last.
    radii: Vec<f64>,
    searched: f64,
    settings: Attack,
    noisy: bool,
    search: Option<(f64, Search)>,
    /// What the search asked for last, known points included.
    asked: Vec<Vec<f64>>,
    tried: Vec<Seen>,
    known: HashMap<Vec<u64>, usize>,
}

impl Hunt {
    /// A search within each of some radii for a point where `class` is not the answer; `noisy` if a point takes many draws.
    pub fn new(class: u32, mut radii: Vec<f64>, settings: Attack, noisy: bool) -> Self {
        radii.sort_by(|a, b| b.total_cmp(a));
        radii.dedup();
        let (search, asked, tried, known) = Default::default();
        Self { class, radii, searched: 0.0, settings, noisy, search, asked, tried, known }
    }

    /// The points to try next, none of which was tried before; none when the hunt is over.
    ///
    /// # Errors
    /// If the transformation's plugin fails.
    pub fn ask(&mut self, case: &Case) -> Result<Vec<Vec<f64>>, HostError> {
        loop {
            let Some((radius, mut search)) = self.search.take().map_or_else(|| self.next_search(case), ok)?
            else {
                return Ok(Vec::new());
            };
            self.asked = search.ask(&self.tried);
            if self.asked.is_empty() {
                self.searched = radius;
                continue;
            }
            self.search = Some((radius, search));
            let mut new: Vec<Vec<f64>> = Vec::new();
            for point in &self.asked {
                if !self.known.contains_key(&key(point)) && !new.contains(point) {
                    new.push(point.clone());
                }
            }
            if !new.is_empty() {
                return Ok(new);
            }
            self.tell(Vec::new());
        }
    }

    fn next_search(&mut self, case: &Case) -> Result<Option<(f64, Search)>, HostError> {
        let Some(radius) = self.radii.pop() else { return Ok(None) };
        let ball = Ball::new(&case.range, radius);
        let levels = case.transformation.levels(case.shape, ball.ends().0, ball.ends().1)?;
        Ok(Some((radius, Search::new(ball, self.searched, levels, self.settings, self.noisy))))
    }

    /// What was seen at the points that were asked for.
    pub fn tell(&mut self, seen: Vec<Seen>) {
        if seen.iter().any(Seen::is_clearly_wrong) {
            // It is wrong within every larger radius too.
            self.radii.clear();
            self.search = None;
        }
        for seen in seen {
            self.known.insert(key(&seen.parameters), self.tried.len());
            self.tried.push(seen);
        }
        if let Some((_, search)) = &mut self.search {
            let of_point = |point: &Vec<f64>| self.known.get(&key(point)).map(|at| self.tried[*at].clone());
            let answers: Vec<Seen> = self.asked.iter().filter_map(of_point).collect();
            search.tell(&answers);
        }
    }

    /// Everything that was tried.
    pub fn into_tried(self) -> Vec<Seen> {
        self.tried
    }
}

fn ok<T>(search: T) -> Result<Option<T>, HostError> {
    Ok(Some(search))
}

fn key(point: &[f64]) -> Vec<u64> {
    // -0 and 0 are the same point.
    point.iter().map(|value| (value + 0.0).to_bits()).collect()
}

/// The point of those within a radius that the class does worst at.
pub fn worst_within(tried: &[Seen], radius: f64) -> Option<&Seen> {
    tried.iter().filter(|seen| seen.size <= radius).min_by(|a, b| Seen::by_lead(a, b))
}
