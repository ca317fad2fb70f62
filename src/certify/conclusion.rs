//! What counts establish, once the geometry has said what they must establish: pure functions from a case, a class and its
//! votes to a certificate. A run ends every image here, and a run that is verified goes through the same functions again.

use std::collections::HashMap;

use super::case::{Case, Mode};
use super::certificate::{Evidence, VoteBound, widened};
use super::cover::pooling::{self, ballot};
use super::cover::witnesses::Witness;
use super::cover::{Cell, single_anchor};
use super::geometry::Kind;
use super::outcome::{Certificate, Status};
use super::single_point::{Largest, Required};
use crate::smoothing::question::Counts;
use crate::stats::pooled::{Ballot, PooledTest, Threshold};
use crate::stats::sequential::ConfidenceSequence;
use crate::stats::{clopper_pearson, normal};

/// The test of whether the votes at one place prove p > p* (MATHEMATICS 8).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoteTest {
    /// A fixed number of draws, or as many as it takes.
    pub mode: Mode,
    /// The probability that the test is wrong.
    pub alpha: f64,
}

impl VoteTest {
    /// The lower confidence bound of p: Clopper-Pearson for a fixed number of draws, else L_n of the confidence sequence.
    pub fn lower_bound(self, votes: u64, draws: u64) -> f64 {
        match self.mode {
            Mode::Fixed => clopper_pearson::lower_bound(votes, draws, self.alpha),
            Mode::Target => ConfidenceSequence::new(self.alpha).lower_bound(votes, draws),
        }
    }

    /// Whether p > `p_star` is proven.
    pub fn proves(self, p_star: f64, votes: u64, draws: u64) -> bool {
        match self.mode {
            Mode::Fixed => self.lower_bound(votes, draws) > p_star,
            Mode::Target => ConfidenceSequence::new(self.alpha).exceeds(p_star, votes, draws),
        }
    }
}

/// Lower confidence bounds, each computed once: most cells get equal counts at an equal alpha.
#[derive(Debug, Clone, Default)]
pub struct Bounds(HashMap<(bool, u64, u64, u64), f64>);

impl Bounds {
    /// [`VoteTest::lower_bound`].
    pub fn lower_bound(&mut self, test: VoteTest, votes: u64, draws: u64) -> f64 {
        let key = (test.mode == Mode::Fixed, test.alpha.to_bits(), votes, draws);
        *self.0.entry(key).or_insert_with(|| test.lower_bound(votes, draws))
    }

    /// [`VoteTest::proves`].
    pub fn proves(&mut self, test: VoteTest, p_star: f64, votes: u64, draws: u64) -> bool {
        match test.mode {
            Mode::Fixed => self.lower_bound(test, votes, draws) > p_star,
            Mode::Target => test.proves(p_star, votes, draws),
        }
    }
}

/// The votes for one class at the anchors of a cover.
#[derive(Debug)]
pub struct Ballots {
    class: u32,
    /// By number of cell.
    cast: HashMap<usize, Ballot>,
}

impl Ballots {
    /// The votes at the anchors of some cells.
    pub fn of(cells: &[Cell], class: u32) -> Self {
        let numbered = |cell: &Cell| Some((cell.number?, ballot(&cell.counts, class)));
        Self { class, cast: cells.iter().filter_map(numbered).collect() }
    }

    /// Whether a cell is proven: by all who testify of each of its sides, or where there is nobody by its own votes. Every
    /// move may be `added` standard deviations longer than the cell says.
    pub fn prove(&self, cell: &Cell, test: VoteTest, added: Option<f64>, bounds: &mut Bounds) -> bool {
        let wide = |p: f64| added.map_or(p, |added| widened(p, added));
        if cell.sides.is_empty() {
            return bounds.proves(test, wide(cell.p_star), cell.counts.of(self.class), cell.counts.draws());
        }
        let widen = |witness: &Witness| Witness {
            threshold: Threshold::at_least(wide(witness.threshold.value())),
            ..*witness
        };
        let sides: Vec<Vec<Witness>> =
            cell.sides.iter().map(|side| side.iter().map(widen).collect()).collect();
        // An anchor that was not asked has no votes.
        let cast = |number: usize| self.cast.get(&number).copied().unwrap_or_default();
        pooling::proves(PooledTest::new(test.alpha), sides.iter().map(Vec::as_slice), cast)
    }
}

/// The class that is to be certified, and the votes that chose it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The class with the most votes.
    pub class: u32,
    /// The selection draws.
    pub votes: Counts,
}

impl Chosen {
    /// The class that selection draws choose.
    ///
    /// # Errors
    /// Without a vote: the image is abstained from.
    pub fn by(votes: Counts) -> Result<Self, Box<Certificate>> {
        match votes.most_votes() {
            Some(class) => Ok(Self { class, votes }),
            None => Err(Box::new(Certificate::nothing(Status::Abstained, None, votes))),
        }
    }

    fn nothing(self, status: Status) -> Certificate {
        Certificate::nothing(status, Some(self.class), self.votes)
    }
}

/// The cells of a cover that were asked, and how many there were to ask.
#[derive(Debug, Clone)]
pub struct Cover {
    /// How many cells share the image's draws.
    pub planned: usize,
    /// Those that were asked.
    pub cells: Vec<Cell>,
}

/// What the answered cells of a cover establish. `radius` gives the radius that is left when, of these cells, those marked
/// are proven.
pub fn of_cover(
    case: &Case,
    chosen: Chosen,
    Cover { planned, cells }: Cover,
    evaluations: u64,
    bounds: &mut Bounds,
    radius: impl Fn(&[bool]) -> f64,
) -> Certificate {
    let class = chosen.class;
    let test = |cell: &Cell| VoteTest { mode: case.sampling.mode, alpha: cell.alpha };
    let ballots = Ballots::of(&cells, class);
    let marks: Vec<bool> = cells.iter().map(|cell| ballots.prove(cell, test(cell), None, bounds)).collect();
    let proven = || cells.iter().zip(&marks).filter(|(_, proven)| **proven).map(|(cell, _)| cell);
    let mut certificate = chosen.nothing(Status::Refused);
    certificate.evaluations = evaluations;
    let kind = proven().map(|cell| cell.kind).min().unwrap_or(Kind::Proven);
    certificate.claim(radius(&marks), case.range.cap(), kind);
    certificate.radius_real = case.distance_to_real().map(|added| {
        let marks: Vec<bool> =
            cells.iter().map(|cell| ballots.prove(cell, test(cell), Some(added), bounds)).collect();
        radius(&marks)
    });
    certificate.distance = proven().map(|cell| normal::quantile(cell.p_star)).max_by(f64::total_cmp);
    // The anchor is a parameter of its own cell: a cell that is proven with its neighbours' help says at least so much of it.
    let claimed = |cell: &Cell| if cell.sides.is_empty() { 0.0 } else { 0.5 + case.sampling.margin };
    let p_a = |cell: &Cell| {
        bounds.lower_bound(test(cell), cell.counts.of(class), cell.counts.draws()).max(claimed(cell))
    };
    let p_a = proven().map(p_a).min_by(f64::total_cmp);
    certificate.evidence = p_a.map(|p_a| Evidence { p_a, p_b: None, margin: case.sampling.margin });
    certificate.cells = cells;
    certificate.planned = planned;
    certificate
}

/// What a fixed number of draws at the image itself say of its class.
pub fn evidence_of_point(case: &Case, class: u32, counts: &Counts, bounds: &mut Bounds) -> Evidence {
    let sampling = &case.sampling;
    match sampling.bound {
        VoteBound::Top1 => {
            let test = VoteTest { mode: Mode::Fixed, alpha: sampling.alpha };
            let p_a = bounds.lower_bound(test, counts.of(class), counts.draws());
            Evidence { p_a, p_b: None, margin: sampling.margin }
        }
        VoteBound::Top2 => {
            Evidence::from_counts(counts, class, sampling.alpha, sampling.bound, sampling.margin)
        }
    }
}

/// What a fixed number of draws at the image itself establish. `found` is the largest radius that the geometry finds for the
/// evidence; absent where the votes establish no class.
pub fn of_fixed_point(
    case: &Case,
    chosen: Chosen,
    counts: Counts,
    evidence: Evidence,
    found: Option<Largest>,
    evaluations: u64,
) -> Certificate {
    let mut certificate = chosen.nothing(Status::Abstained);
    certificate.evidence = Some(evidence);
    let Some(Largest { required, radius_real }) = found else {
        certificate.cells = vec![point(case, Required::unmoved(case), counts)];
        return certificate;
    };
    certificate.claim(required.radius, case.range.cap(), required.kind);
    certificate.radius_real = radius_real;
    certificate.distance = Some(required.distance);
    certificate.evaluations = evaluations;
    certificate.cells = vec![point(case, required, counts)];
    certificate
}

/// What the votes at the image itself decide of the listed radii, of which `required` says what each takes: p* < L_n
/// (MATHEMATICS 8). Without votes even the least radius could not be proven within the draws.
pub fn of_listed_radii(
    case: &Case,
    chosen: Chosen,
    counts: Option<Counts>,
    required: &[Required],
    evaluations: u64,
) -> Certificate {
    let class = chosen.class;
    let Some(counts) = counts else {
        let mut refused = chosen.nothing(Status::Refused);
        refused.evaluations = evaluations;
        return refused;
    };
    let (votes, draws) = (counts.of(class), counts.draws());
    let sequence = ConfidenceSequence::new(case.sampling.alpha);
    let p_a = sequence.lower_bound(votes, draws);
    let farthest = |p_star: &dyn Fn(&Required) -> f64| {
        required.iter().rev().find(|required| sequence.exceeds(p_star(required), votes, draws))
    };
    let proven = farthest(&|required| required.p_star);
    let mut certificate = chosen.nothing(Status::Abstained);
    certificate.evidence = Some(Evidence { p_a, p_b: None, margin: case.sampling.margin });
    certificate.evaluations = evaluations;
    // What is shown without a proof is the least that was asked.
    let shown = proven.or(required.first());
    certificate.distance = shown.map(|required| required.distance);
    certificate.radius_real = case.distance_to_real().map(|added| {
        farthest(&|required| widened(required.p_star, added)).map_or(0.0, |reached| reached.radius)
    });
    match proven {
        Some(reached) => certificate.claim(reached.radius, case.range.cap(), reached.kind),
        None if certificate.evidence.is_some_and(|e| e.decides()) => certificate.status = Status::Refused,
        None => {}
    }
    certificate.cells =
        shown.into_iter().map(|required| point(case, required.clone(), counts.clone())).collect();
    certificate
}

/// The only cell of a single point.
fn point(case: &Case, required: Required, counts: Counts) -> Cell {
    Cell {
        anchor: single_anchor(&case.range),
        low: required.low,
        high: required.high,
        p_star: required.p_star,
        kind: required.kind,
        alpha: case.sampling.alpha,
        generation: 0,
        counts,
        number: None,
        sides: Vec::new(),
    }
}
