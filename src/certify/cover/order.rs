//! Which cells are asked first, and the radius that the proven ones leave (MATHEMATICS 4).

use super::shares::Share;
use super::{CoverPlan, PlannedCell};
use crate::smoothing::question::Counts;

/// In which order cells are asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Listed radii are decided one after the other, the likeliest refusal of each first.
    Radii(Vec<f64>),
    /// The largest radius is sought: outward from the identity, up to the first cell that is not proven.
    Outward,
}

impl Order {
    /// The radius beyond which no cell matters, where cells could be made up to `made`.
    pub fn limit(&self, made: f64) -> f64 {
        match self {
            Self::Radii(radii) => radii.iter().copied().filter(|r| *r <= made).fold(0.0, f64::max),
            Self::Outward => made,
        }
    }
}

/// What is known of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not asked yet.
    Open,
    /// Proven by the votes at its anchor.
    Proven,
    /// Not proven.
    Refused,
    /// Not proven, and its halves stand for it.
    Halved,
}

/// A cell under test.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What the geometry says.
    pub cell: PlannedCell,
    /// What it may spend.
    pub share: Share,
    /// Its number among all anchors of the image, which names its noise.
    pub number: u64,
    /// What is known.
    pub state: State,
    /// The votes at its anchor, once asked.
    pub counts: Option<Counts>,
}

impl Entry {
    /// Whether the cell is tested together with others.
    pub fn is_pooled(&self) -> bool {
        self.share.generation == 0 && !self.cell.sides.is_empty()
    }

    /// The place in the plan of the cell, or of the one that it is a part of.
    pub fn plan_number(&self) -> usize {
        (self.number >> HALVING_BITS) as usize
    }
}

/// The test of an image's cover: pure books, without geometry or draws.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverTest {
    order: Order,
    limit: f64,
    pub(super) entries: Vec<Entry>,
    planned: usize,
}

/// An anchor's number: that of its cell in the plan, then the way through the halves, a bit each.
const HALVING_BITS: u32 = 8;

impl CoverTest {
    /// The test of the cells of a plan that matter to the order, each with what it may spend: the test of each errs
    /// with probability `alpha` at most, its halves included.
    pub fn new(plan: CoverPlan, order: Order, alpha: f64, draws: u64) -> Self {
        let limit = order.limit(plan.limit);
        let cells: Vec<PlannedCell> = plan.cells.into_iter().filter(|cell| cell.reach < limit).collect();
        let planned = cells.len();
        let share = Share::of_cells(alpha, draws, planned);
        let entry = |(number, cell): (usize, PlannedCell)| Entry {
            cell,
            share,
            number: (number as u64) << HALVING_BITS,
            state: State::Open,
            counts: None,
        };
        Self { order, limit, entries: cells.into_iter().enumerate().map(entry).collect(), planned }
    }

    /// How many cells the test began with, which share the draws.
    pub fn planned(&self) -> usize {
        self.planned
    }

    /// The cells, in the order of the plan, halves after those they stand for.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Marks a cell as not worth a draw.
    pub fn refuse(&mut self, index: usize) {
        self.entries[index].state = State::Refused;
    }

    /// Takes the votes at a cell's anchor, and whether they prove it.
    pub fn answer(&mut self, index: usize, counts: Counts, proven: bool) {
        let entry = &mut self.entries[index];
        entry.state = if proven { State::Proven } else { State::Refused };
        entry.counts = Some(counts);
    }

    /// Lets a cell's halves stand for it.
    pub fn halve(&mut self, index: usize, halves: [PlannedCell; 2], share: Share) {
        let parent = &mut self.entries[index];
        parent.state = State::Halved;
        // The way through the halves: 1, then a bit for each.
        let mask = (1 << HALVING_BITS) - 1;
        let way = (parent.number & mask).max(1) << 1;
        let root = parent.number & !mask;
        for (side, cell) in (0_u64..).zip(halves) {
            let number = root | way | side;
            self.entries.push(Entry { cell, share, number, state: State::Open, counts: None });
        }
    }

    /// The cells to ask next; none when the test is over.
    pub fn next_wave(&self) -> Vec<usize> {
        if self.entries.iter().any(|entry| entry.state == State::Refused) {
            return Vec::new();
        }
        let open = |index: &usize| self.entries[*index].state == State::Open;
        let all: Vec<usize> = (0..self.entries.len()).filter(open).collect();
        let reach = |index: &usize| self.entries[*index].cell.reach;
        let halves: Vec<usize> =
            all.iter().copied().filter(|index| self.entries[*index].share.generation > 0).collect();
        if !halves.is_empty() {
            return halves;
        }
        match &self.order {
            Order::Outward => {
                let nearest = all.iter().map(reach).fold(f64::INFINITY, f64::min);
                all.into_iter().filter(|index| reach(index) <= nearest).collect()
            }
            Order::Radii(radii) => self.of_next_radius(all, radii),
        }
    }

    /// The open cells of the least undecided radius: the farthest one first and alone, since it is the likeliest to be
    /// refused, then all others at once.
    fn of_next_radius(&self, open: Vec<usize>, radii: &[f64]) -> Vec<usize> {
        let reach = |index: usize| self.entries[index].cell.reach;
        let nearest = open.iter().map(|index| reach(*index)).fold(f64::INFINITY, f64::min);
        let Some(radius) = radii.iter().copied().filter(|r| *r > nearest).min_by(f64::total_cmp) else {
            return Vec::new();
        };
        let inner = radii.iter().copied().filter(|r| *r < radius).fold(0.0, f64::max);
        let of_radius = |index: &usize| (inner..radius).contains(&reach(*index));
        let mine: Vec<usize> = open.into_iter().filter(of_radius).collect();
        let is_untouched = |index: usize| {
            let entry = &self.entries[index];
            entry.state == State::Open && entry.counts.is_none()
        };
        let untouched = (0..self.entries.len()).filter(of_radius).all(is_untouched);
        let farthest = mine.iter().copied().max_by(|a, b| reach(*a).total_cmp(&reach(*b)));
        match farthest {
            Some(farthest) if untouched && mine.len() > 2 => vec![farthest],
            _ => mine,
        }
    }

    /// The cells whose anchors were asked.
    pub fn asked(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.counts.is_some())
    }

    /// The radius that the proven cells leave: the least |xi| of a cell that is not proven, or where the cover ends; of
    /// listed radii the largest one up to there.
    pub fn radius(&self) -> f64 {
        let proven: Vec<bool> = self.asked().map(|entry| entry.state == State::Proven).collect();
        self.radius_of(&proven)
    }

    /// The radius that is left when, of the cells that were [asked](Self::asked), those marked are proven.
    pub fn radius_of(&self, proven: &[bool]) -> f64 {
        let mut proven = proven.iter().copied();
        let mut radius = self.limit;
        for entry in &self.entries {
            let proven = entry.counts.is_some() && proven.next().unwrap_or(false);
            if !proven && entry.state != State::Halved {
                radius = radius.min(entry.cell.reach);
            }
        }
        match &self.order {
            Order::Outward => radius,
            Order::Radii(radii) => radii.iter().copied().filter(|r| *r <= radius).fold(0.0, f64::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::geometry::Kind;
    use super::*;

    fn plan(ends: &[f64], limit: f64) -> CoverPlan {
        let cell = |pair: &[f64]| PlannedCell {
            anchor: vec![pair[0].midpoint(pair[1])],
            low: vec![pair[0]],
            high: vec![pair[1]],
            p_star: 0.75,
            kind: Kind::Proven,
            rounded: false,
            reach: if pair[0] < 0.0 && pair[1] > 0.0 { 0.0 } else { pair[0].abs().min(pair[1].abs()) },
            sides: Vec::new(),
        };
        CoverPlan { cells: ends.windows(2).map(cell).collect(), limit }
    }

    fn votes() -> Counts {
        Counts { votes: vec![50, 0], failures: 0 }
    }

    fn answer_all(test: &mut CoverTest, refused: &[usize]) -> Vec<Vec<usize>> {
        let mut waves = Vec::new();
        loop {
            let wave = test.next_wave();
            if wave.is_empty() {
                return waves;
            }
            for index in &wave {
                test.answer(*index, votes(), !refused.contains(index));
            }
            waves.push(wave);
        }
    }

    #[test]
    fn outward_stops_at_the_first_refusal() {
        let ends = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];
        let mut test = CoverTest::new(plan(&ends, 3.0), Order::Outward, 0.001, 10_000);
        assert_eq!(answer_all(&mut test, &[1]), [vec![2, 3], vec![1, 4]]);
        assert_eq!(test.radius(), 1.0);
        let mut test = CoverTest::new(plan(&ends, 3.0), Order::Outward, 0.001, 10_000);
        answer_all(&mut test, &[]);
        assert_eq!(test.radius(), 3.0);
    }

    #[test]
    fn of_each_radius_the_farthest_cell_comes_first() {
        let order = || Order::Radii(vec![2.0, 5.0]);
        let ends = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let mut test = CoverTest::new(plan(&ends, 5.0), order(), 0.001, 10_000);
        assert_eq!(answer_all(&mut test, &[]), [vec![0, 1], vec![4], vec![2, 3]]);
        assert_eq!(test.radius(), 5.0);
        let mut test = CoverTest::new(plan(&ends, 5.0), order(), 0.001, 10_000);
        assert_eq!(answer_all(&mut test, &[4]).len(), 2);
        assert_eq!(test.radius(), 2.0);
        let mut test = CoverTest::new(plan(&ends, 5.0), order(), 0.001, 10_000);
        answer_all(&mut test, &[0]);
        assert_eq!(test.radius(), 0.0);
    }

    #[test]
    fn cells_beyond_the_last_radius_in_reach_cost_nothing() {
        let ends = [0.0, 1.0, 2.0, 3.0, 4.0];
        let test = CoverTest::new(plan(&ends, 4.0), Order::Radii(vec![2.0, 5.0]), 0.001, 10_000);
        assert_eq!(test.entries().len(), 2);
        assert_eq!((test.planned(), test.entries()[0].share.draws), (2, 5_000));
    }

    #[test]
    fn halves_stand_for_their_cell() {
        let mut test = CoverTest::new(plan(&[0.0, 1.0, 2.0], 2.0), Order::Outward, 0.001, 10_000);
        test.answer(0, votes(), true);
        test.answer(1, votes(), false);
        let halves = plan(&[1.0, 1.5, 2.0], 2.0).cells.try_into().unwrap();
        let share = test.entries()[1].share.of_half(50).unwrap();
        test.halve(1, halves, share);
        assert_eq!(test.next_wave(), [2, 3]);
        test.answer(2, votes(), true);
        test.answer(3, votes(), false);
        assert_eq!(test.radius(), 1.5);
        let quarters = plan(&[1.5, 1.75, 2.0], 2.0).cells.try_into().unwrap();
        test.halve(3, quarters, share.of_half(50).unwrap());
        let mut numbers: Vec<u64> = test.entries().iter().map(|entry| entry.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 6, "every anchor has noise of its own");
    }
}
