//! How far the proven cells of a cover reach, found from their boxes alone: by the union of the boxes, and not by the books
//! that the run kept.

use std::collections::{HashMap, HashSet};

use crate::certify::case::Case;
use crate::certify::cover::order::Order;
use crate::certify::cover::{Cell, Ends, choice};
use crate::certify::ranges::Range;
use crate::transformation::TransformationError;

/// The parameters that a case's cover is about.
#[derive(Debug)]
pub enum Region {
    /// A continuum: the box that holds everything within the last radius.
    Box(Ends),
    /// Finitely many: what every parameter within each radius acts like.
    Levels(Levels),
}

/// The levels of some radii.
#[derive(Debug)]
pub struct Levels {
    of_radii: Vec<Vec<Vec<f64>>>,
    first: HashMap<Vec<u64>, usize>,
}

/// What is left of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Left {
    /// The largest radius that can be claimed.
    pub radius: f64,
    /// The parameters without proof that are nearest to the identity.
    pub hole: Option<Ends>,
}

/// A point or box as a key; both zeros are one.
pub fn key(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| (value + 0.0).to_bits()).collect()
}

impl Region {
    /// The region of a case.
    ///
    /// # Errors
    /// If the transformation's plugin fails.
    pub fn of(case: &Case) -> Result<Self, TransformationError> {
        let radii = choice::radii(case);
        let last = radii.last().copied().unwrap_or(0.0);
        Ok(match choice::levels_of_radii(case, &radii)? {
            None => Self::Box(case.range.within(last)),
            Some(of_radii) => {
                let mut first = HashMap::new();
                for (number, levels) in of_radii.iter().enumerate() {
                    for level in levels {
                        first.entry(key(level)).or_insert(number);
                    }
                }
                Self::Levels(Levels { of_radii, first })
            }
        })
    }

    /// The radius that is left when, of some cells, those marked are proven.
    pub fn left(&self, case: &Case, cells: &[Cell], proven: &[bool]) -> Left {
        let radii = choice::radii(case);
        let boxes: Vec<&Cell> =
            cells.iter().zip(proven).filter(|(_, proven)| **proven).map(|(cell, _)| cell).collect();
        let last = radii.last().copied().unwrap_or(0.0);
        let mut left = Left { radius: last, hole: None };
        match self {
            Self::Box((low, high)) => {
                let mut search = Search { range: &case.range, low, high, boxes: &boxes, left: &mut left };
                search.axis(&mut (low.clone(), high.clone()), 0, (0..boxes.len()).collect());
            }
            Self::Levels(levels) => {
                let holds = Holds::of(&boxes);
                let hole = |levels: &Vec<Vec<f64>>| levels.iter().find(|level| !holds.point(level)).cloned();
                let missed = levels.of_radii.iter().enumerate().find_map(|(i, of)| Some((i, hole(of)?)));
                if let Some((number, level)) = missed {
                    left.radius = number.checked_sub(1).map_or(0.0, |inner| radii[inner]);
                    left.hole = Some((level.clone(), level));
                }
            }
        }
        if let Order::Radii(listed) = choice::order(case) {
            left.radius = listed.iter().copied().filter(|r| *r <= left.radius).fold(0.0, f64::max);
        }
        left
    }
}

impl Levels {
    /// The number of the first radius that brings a level.
    pub fn first_radius(&self, level: &[f64]) -> Option<usize> {
        self.first.get(&key(level)).copied()
    }
}

/// Which points some boxes hold; boxes of one point are looked up.
struct Holds<'a> {
    points: HashSet<Vec<u64>>,
    wide: Vec<&'a Cell>,
}

impl<'a> Holds<'a> {
    fn of(boxes: &[&'a Cell]) -> Self {
        let (points, wide): (Vec<&Cell>, Vec<&Cell>) = boxes.iter().partition(|cell| cell.low == cell.high);
        Self { points: points.iter().map(|cell| key(&cell.low)).collect(), wide }
    }

    fn point(&self, point: &[f64]) -> bool {
        let inside = |cell: &&Cell| {
            point.iter().zip(cell.low.iter().zip(&cell.high)).all(|(x, (low, high))| low <= x && x <= high)
        };
        self.points.contains(&key(point)) || self.wide.iter().any(inside)
    }
}

/// The search for the hole nearest to the identity. The region is cut along all faces of the boxes, one parameter after the
/// other, so that every piece is wholly in a box or outside; boxes touch at faces that are equal to the last bit.
struct Search<'a> {
    range: &'a Range,
    low: &'a [f64],
    high: &'a [f64],
    boxes: &'a [&'a Cell],
    left: &'a mut Left,
}

impl Search<'_> {
    /// Looks along one parameter at the piece of the region that `part` is, which the boxes numbered `inside` hold in all
    /// parameters before.
    fn axis(&mut self, part: &mut Ends, axis: usize, mut inside: Vec<usize>) {
        let boxes = self.boxes;
        inside.sort_by(|a, b| boxes[*a].low[axis].total_cmp(&boxes[*b].low[axis]));
        if axis + 1 == self.low.len() {
            self.last_axis(part, axis, &inside);
        } else {
            self.slabs(part, axis, &inside);
        }
        (part.0[axis], part.1[axis]) = (self.low[axis], self.high[axis]);
    }

    /// The gaps between intervals, which are sorted by their low ends.
    fn last_axis(&mut self, part: &mut Ends, axis: usize, inside: &[usize]) {
        let (begin, end) = (self.low[axis], self.high[axis]);
        let mut reached = None;
        for number in inside {
            let (low, high) = (self.boxes[*number].low[axis], self.boxes[*number].high[axis]);
            if high < begin || low > end {
                continue;
            }
            let from = reached.unwrap_or(begin);
            if low > from {
                self.hole(part, axis, from, low);
            }
            reached = Some(if reached.is_some() { from.max(high) } else { high });
        }
        match reached {
            None => self.hole(part, axis, begin, end),
            Some(reached) if reached < end => self.hole(part, axis, reached, end),
            Some(_) => {}
        }
    }

    /// The slabs between one face and the next, each with the boxes that hold it.
    fn slabs(&mut self, part: &mut Ends, axis: usize, inside: &[usize]) {
        let (begin, end) = (self.low[axis], self.high[axis]);
        let ends = |number: &usize| [self.boxes[*number].low[axis], self.boxes[*number].high[axis]];
        let mut cuts: Vec<f64> =
            inside.iter().flat_map(ends).filter(|cut| begin < *cut && *cut < end).collect();
        cuts.extend([begin, end]);
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        if cuts.len() == 1 {
            cuts.push(end);
        }
        let (mut next, mut active): (usize, Vec<usize>) = (0, Vec::new());
        for slab in cuts.windows(2) {
            while next < inside.len() && self.boxes[inside[next]].low[axis] <= slab[0] {
                active.push(inside[next]);
                next += 1;
            }
            active.retain(|number| self.boxes[*number].high[axis] >= slab[1]);
            (part.0[axis], part.1[axis]) = (slab[0], slab[1]);
            // What lies beyond a hole that is known changes nothing.
            if self.range.nearest(&part.0, &part.1) < self.left.radius {
                self.axis(part, axis + 1, active.clone());
            }
        }
    }

    fn hole(&mut self, part: &mut Ends, axis: usize, low: f64, high: f64) {
        (part.0[axis], part.1[axis]) = (low, high);
        let nearest = self.range.nearest(&part.0, &part.1);
        if nearest < self.left.radius {
            *self.left = Left { radius: nearest, hole: Some(part.clone()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::certify::geometry::Kind;
    use crate::certify::ranges::Norm;
    use crate::smoothing::question::Counts;

    fn cell(low: &[f64], high: &[f64]) -> Cell {
        let (anchor, counts) = (low.to_vec(), Counts::default());
        let (low, high) = (low.to_vec(), high.to_vec());
        let (number, sides) = (None, Vec::new());
        let (p_star, kind, alpha, generation) = (0.75, Kind::Proven, 0.001, 0);
        Cell { anchor, low, high, p_star, kind, alpha, generation, counts, number, sides }
    }

    fn left(range: &Range, radius: f64, cells: &[Cell]) -> Left {
        let boxes: Vec<&Cell> = cells.iter().collect();
        let (low, high) = range.within(radius);
        let mut left = Left { radius, hole: None };
        let mut search = Search { range, low: &low, high: &high, boxes: &boxes, left: &mut left };
        search.axis(&mut (low.clone(), high.clone()), 0, (0..boxes.len()).collect());
        left
    }

    fn line(low: f64, high: f64) -> Range {
        Range { low: vec![low], high: vec![high], identity: vec![0.0], norm: Norm::L2 }
    }

    #[test]
    fn intervals_join_without_a_gap_from_the_identity() {
        let range = line(-2.0, 5.0);
        let ends = [-2.0, -1.0, 0.5, 2.0, 5.0];
        let all: Vec<Cell> = ends.windows(2).map(|pair| cell(&pair[..1], &pair[1..])).collect();
        assert_eq!(left(&range, 5.0, &all), Left { radius: 5.0, hole: None });
        for (missing, radius) in [(0, 1.0), (1, 0.0), (2, 0.5), (3, 2.0)] {
            let rest: Vec<Cell> =
                all.iter().enumerate().filter(|(i, _)| *i != missing).map(|(_, c)| c.clone()).collect();
            let found = left(&range, 5.0, &rest);
            assert_eq!(found.radius, radius, "{missing}");
            assert_eq!(found.hole, Some((all[missing].low.clone(), all[missing].high.clone())));
        }
        let mut gap = all.clone();
        gap[2].low[0] = 0.5_f64.next_up();
        assert_eq!(left(&range, 5.0, &gap).radius, 0.5, "one step of a double is a gap");
        assert_eq!(left(&range, 5.0, &[]).radius, 0.0);
    }

    #[test]
    fn a_box_of_no_width_is_held_by_what_touches_it() {
        let range =
            Range { low: vec![0.0, -1.0], high: vec![0.0, 1.0], identity: vec![0.0; 2], norm: Norm::Linf };
        assert_eq!(left(&range, 1.0, &[cell(&[0.0, -1.0], &[0.0, 1.0])]).hole, None);
        assert_eq!(left(&range, 1.0, &[]).radius, 0.0);
        let flat = line(0.0, 0.0);
        assert_eq!(left(&flat, 1.0, &[]).radius, 0.0);
        assert_eq!(left(&flat, 1.0, &[cell(&[0.0], &[0.0])]).hole, None);
    }

    /// A square cut into boxes by halving, as covers are, with the box at `kept` cut no further.
    fn halved(
        low: [f64; 2],
        high: [f64; 2],
        choices: &mut impl Iterator<Item = bool>,
        depth: u32,
        all: &mut Vec<Cell>,
    ) {
        if depth == 0 || choices.next() == Some(false) {
            all.push(cell(&low, &high));
            return;
        }
        let axis = usize::from(choices.next() == Some(true));
        let middle = low[axis].midpoint(high[axis]);
        let (mut lower, mut upper) = (high, low);
        (lower[axis], upper[axis]) = (middle, middle);
        halved(low, lower, choices, depth - 1, all);
        halved(upper, high, choices, depth - 1, all);
    }

    proptest! {
        /// Against the books of the run: the radius that is left is that of the nearest box without proof.
        #[test]
        fn the_union_of_boxes_agrees_with_the_nearest_that_is_missing(
            choices in proptest::collection::vec(any::<bool>(), 60),
            missing in proptest::collection::vec(0_usize..40, 0..4),
            norm in 0_usize..3,
        ) {
            let norm = [Norm::L1, Norm::L2, Norm::Linf][norm];
            let range = Range { low: vec![-1.0, -0.7], high: vec![0.9, 1.0], identity: vec![0.0, 0.1], norm };
            let radius = range.cap();
            let mut cells = Vec::new();
            halved([-1.0, -0.7], [0.9, 1.0], &mut choices.iter().copied().chain(std::iter::repeat(true)), 6, &mut cells);
            let is_missing = |i: usize| missing.contains(&i);
            let nearest = (0..cells.len())
                .filter(|i| is_missing(*i))
                .map(|i| range.nearest(&cells[i].low, &cells[i].high))
                .fold(radius, f64::min);
            let rest: Vec<Cell> =
                (0..cells.len()).filter(|i| !is_missing(*i)).map(|i| cells[i].clone()).collect();
            let found = left(&range, radius, &rest);
            prop_assert_eq!(found.radius, nearest);
            if let Some((low, high)) = found.hole {
                prop_assert_eq!(range.nearest(&low, &high), nearest);
            }
        }
    }
}
