//! The geometry of the paper's single point: what a radius takes of the probability at the image itself.

use super::case::{Case, Method};
use super::certificate::{Evidence, largest_radius, survives_all, widened};
use super::cover::single_anchor;
use super::geometry::{Geometry, GeometryError, Kind};
use crate::stats::sequential::ConfidenceSequence;

/// The radius of a closed-form geometry is found to this many bits of the range.
const CLOSED_FORM_BITS: u32 = 40;
/// The radius of a geometry, each step of which costs evaluations of F2, to this many.
const EVALUATED_BITS: u32 = 10;

/// What it takes to certify a radius from the image itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Required {
    /// The radius.
    pub radius: f64,
    /// p*_m over the box.
    pub p_star: f64,
    /// Whether that bounds the whole box.
    pub kind: Kind,
    /// The equivalent Gaussian distance, Phi^-1(p*_0).
    pub distance: f64,
    /// The low ends of the box that holds every parameter within the radius.
    pub low: Vec<f64>,
    /// Its high ends.
    pub high: Vec<f64>,
}

/// The largest radius that some evidence proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Largest {
    /// What it takes.
    pub required: Required,
    /// Of a claim about a surrogate with a known error: the radius that holds for the transformation itself.
    pub radius_real: Option<f64>,
}

impl Required {
    /// What it takes to establish the class at the image itself.
    pub fn unmoved(case: &Case) -> Self {
        let anchor = single_anchor(&case.range);
        Self {
            radius: 0.0,
            p_star: 0.5 + case.sampling.margin,
            kind: Kind::Proven,
            distance: 0.0,
            low: anchor.clone(),
            high: anchor,
        }
    }

    /// What a radius takes.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn by_radius(case: &Case, geometry: &mut Geometry<'_>, radius: f64) -> Result<Self, GeometryError> {
        let (low, high) = case.range.within(radius);
        let moves = geometry.moves(&single_anchor(&case.range), &low, &high)?;
        let p_star = moves.required_probability(case.sampling.margin)?;
        let (kind, distance) = (moves.kind, moves.equivalent_distance()?);
        Ok(Self { radius, p_star, kind, distance, low, high })
    }

    /// What each listed radius takes, up to the first that even unanimous votes within the budget could not prove.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn by_listed_radii(case: &Case, geometry: &mut Geometry<'_>) -> Result<Vec<Self>, GeometryError> {
        let sequence = ConfidenceSequence::new(case.sampling.alpha);
        let mut all = Vec::with_capacity(case.radii.len());
        for radius in &case.radii {
            let required = Self::by_radius(case, geometry, *radius)?;
            if !sequence.exceeds(required.p_star, case.sampling.draws, case.sampling.draws) {
                break;
            }
            all.push(required);
        }
        Ok(all)
    }
}

impl Largest {
    /// The largest radius that the evidence proves, on a dyadic grid of the range.
    ///
    /// # Errors
    /// If a plugin or a network fails.
    pub fn of(case: &Case, geometry: &mut Geometry<'_>, evidence: &Evidence) -> Result<Self, GeometryError> {
        let (range, anchor, bits) = (&case.range, single_anchor(&case.range), bits(case));
        let radius = largest_radius(range.cap(), bits, |radius| {
            let (low, high) = range.within(radius);
            survives_all(&geometry.moves(&anchor, &low, &high)?, evidence).map_err(GeometryError::from)
        })?;
        let mut radius_real = None;
        if let Some(added) = case.distance_to_real() {
            radius_real = Some(largest_radius(range.cap(), bits, |radius| {
                let (low, high) = range.within(radius);
                let moves = geometry.moves(&anchor, &low, &high)?;
                let p_star = moves.required_probability(case.sampling.margin)?;
                Ok::<bool, GeometryError>(evidence.p_a > widened(p_star, added))
            })?);
        }
        Ok(Self { required: Required::by_radius(case, geometry, radius)?, radius_real })
    }
}

/// The fineness of the grid that a case's largest radius lies on: the cap times k / 2^bits.
pub fn bits(case: &Case) -> u32 {
    match case.method {
        Method::Channel(_) => EVALUATED_BITS,
        _ => CLOSED_FORM_BITS,
    }
}
