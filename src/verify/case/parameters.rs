//! The geometry of noise on the parameter, made anew: it knows no image and takes no network, so that nothing of it needs to
//! be believed.

use std::collections::HashMap;

use super::super::finding::Finding;
use super::region::key;
use super::tree::Node;
use crate::certify::case::Case;
use crate::certify::certificate::Evidence;
use crate::certify::cover::order::{CoverTest, Entry};
use crate::certify::cover::witnesses::Witness;
use crate::certify::cover::{Cell, PlannedCell, WithMargin, choice};
use crate::certify::geometry::{Geometry, GeometryError};
use crate::certify::single_point::{Largest, Required};

/// The geometry of a case, each part made once.
#[derive(Debug)]
pub struct Parameters<'a> {
    case: &'a Case,
    geometry: Geometry<'a>,
    largest: HashMap<(u64, Option<u64>), Result<Largest, String>>,
    listed: Option<Result<Vec<Required>, String>>,
    cover: Option<Result<PlannedCover, String>>,
    halves: HashMap<Vec<u64>, Result<Option<[PlannedCell; 2]>, String>>,
}

/// The cells of a case's cover that its test may ask.
#[derive(Debug, Clone)]
pub struct PlannedCover {
    /// With their shares, in the order of the plan.
    pub entries: Vec<Entry>,
    places: HashMap<Vec<u64>, usize>,
}

impl PlannedCover {
    /// The place of a box among the entries.
    pub fn place(&self, low: &[f64], high: &[f64]) -> Option<usize> {
        self.places.get(&key(&[low, high].concat())).copied()
    }
}

impl<'a> Parameters<'a> {
    /// The geometry of a case whose noise is on the parameter; `None` where an image's own geometry counts.
    pub fn of(case: &'a Case) -> Option<Self> {
        let geometry = case.parameter_geometry()?;
        let (largest, listed, cover, halves) = Default::default();
        Some(Self { case, geometry, largest, listed, cover, halves })
    }

    /// The largest radius that some evidence proves; or what fails, as an image of the run would have said it.
    pub fn largest(&mut self, evidence: &Evidence) -> Result<Largest, String> {
        let key = (evidence.p_a.to_bits(), evidence.p_b.map(f64::to_bits));
        let make = || Largest::of(self.case, &mut self.geometry, evidence).map_err(message);
        self.largest.entry(key).or_insert_with(make).clone()
    }

    /// What each listed radius takes of the image itself.
    pub fn listed(&mut self) -> Result<Vec<Required>, String> {
        let make = || Required::by_listed_radii(self.case, &mut self.geometry).map_err(message);
        self.listed.get_or_insert_with(make).clone()
    }

    /// The cells of a cover of at most `max`, each of which may require `p`.
    pub fn cover(&mut self, max: usize, p: f64) -> Result<&PlannedCover, String> {
        let (case, geometry) = (self.case, &mut self.geometry);
        let make = || {
            let plan = choice::cells(case, geometry, max, p).map_err(message)?;
            let sampling = &case.sampling;
            let test = CoverTest::new(plan, choice::order(case), sampling.alpha, sampling.draws);
            let place = |(place, entry): (usize, &Entry)| {
                (key(&[&entry.cell.low[..], &entry.cell.high[..]].concat()), place)
            };
            let places = test.entries().iter().enumerate().map(place).collect();
            Ok(PlannedCover { entries: test.entries().to_vec(), places })
        };
        self.cover.get_or_insert_with(make).as_ref().map_err(String::clone)
    }

    /// Compares the cells of a record with those that the geometry gives.
    ///
    /// # Errors
    /// What fails, as an image of the run would have said it.
    pub fn check(
        &mut self,
        cells: &[Cell],
        nodes: &[Node],
        findings: &mut Vec<Finding>,
    ) -> Result<(), String> {
        let mut expected: Vec<Option<PlannedCell>> = Vec::with_capacity(cells.len());
        let mut last = None;
        for (place, (cell, node)) in cells.iter().zip(nodes).enumerate() {
            let planned = match node.parent {
                None => self.planned(cell, &mut last),
                Some((parent, upper)) => {
                    let halves = expected[parent].as_ref().map(|parent| self.halves(parent)).transpose()?;
                    halves.flatten().map(|[lower, higher]| if upper { higher } else { lower })
                }
            };
            findings.extend(compare(&format!("cells[{place}]"), cell, planned.as_ref()));
            expected.push(planned);
        }
        Ok(())
    }

    /// The cell of the plan with the box of one of a record, if it comes after the `last` one that was found.
    fn planned(&self, cell: &Cell, last: &mut Option<usize>) -> Option<PlannedCell> {
        let Some(Ok(cover)) = &self.cover else { return None };
        let place =
            cover.place(&cell.low, &cell.high).filter(|place| last.is_none_or(|last| last < *place))?;
        *last = Some(place);
        Some(cover.entries[place].cell.clone())
    }

    /// The halves of a cell.
    fn halves(&mut self, cell: &PlannedCell) -> Result<Option<[PlannedCell; 2]>, String> {
        let (case, geometry) = (self.case, &mut self.geometry);
        let make = || {
            let mut moving = WithMargin { geometry, margin: case.sampling.margin };
            cell.halves(&mut moving, &case.range).map_err(message)
        };
        self.halves.entry(key(&[&cell.low[..], &cell.high[..]].concat())).or_insert_with(make).clone()
    }
}

fn witnesses(planned: &PlannedCell) -> Vec<&[Witness]> {
    planned.sides.iter().map(|side| &side.witnesses[..]).collect()
}

/// What differs of a cell.
fn compare(field: &str, cell: &Cell, planned: Option<&PlannedCell>) -> Vec<Finding> {
    let finding =
        |field: String, found: String, expected: String| Finding::Geometry { field, found, expected };
    let Some(planned) = planned else {
        let found = format!("the box {:?} to {:?}", cell.low, cell.high);
        return vec![finding(field.to_owned(), found, "no such cell there".to_owned())];
    };
    let text = |values: &[f64]| format!("{values:?}");
    let pairs = [
        ("anchor", text(&cell.anchor), text(&planned.anchor)),
        ("p_star", cell.p_star.to_string(), planned.p_star.to_string()),
        ("kind", cell.kind.name().to_owned(), planned.kind.name().to_owned()),
        ("sides", format!("{:?}", cell.sides), format!("{:?}", witnesses(planned))),
    ];
    let differing = pairs.into_iter().filter(|(_, found, expected)| found != expected);
    differing.map(|(key, found, expected)| finding(format!("{field}.{key}"), found, expected)).collect()
}

fn message(error: GeometryError) -> String {
    error.to_string()
}
