//! How fast a code can move between two parameters: what turns a maximum over points into a proof (MATHEMATICS 5).
//!
//! D grows by at most L_F2 L_tau / sigma2 per unit of a parameter, with L_F2 the encoder's Lipschitz bound (1 in pixel
//! space) and L_tau the bound that the transformation states. Between computed points the rounding of tau and F2 counts
//! besides.

use std::collections::HashMap;

use super::ranges::Range;
use crate::onnx::model::lipschitz::EncoderBound;
use crate::transformation::{Transformation, TransformationError};

/// Pieces that the range of a single parameter is cut into. Bounds over pieces are shared by all boxes that meet them.
const PIECES: u32 = 32;

/// Where rounding alone would add more than this to every distance, no growth is offered as proven: the proof would certify
/// less than it is worth, and an estimate that says so is more use.
const MOST_ROUNDING: f64 = 0.1;

/// What is proven of the map from images to codes.
#[derive(Debug, Clone)]
pub enum EncoderGrowth {
    /// Pixel space: the code is the image, and nothing is rounded.
    Identity,
    /// F2, from its weights.
    Bounded(EncoderBound),
    /// Nothing.
    Unknown,
}

impl EncoderGrowth {
    /// L_F2; `None` where nothing is proven.
    pub fn lipschitz(&self) -> Option<f64> {
        match self {
            Self::Identity => Some(1.0),
            Self::Bounded(bound) => Some(bound.lipschitz),
            Self::Unknown => None,
        }
    }

    /// e_F2, a bound on the rounding error of the codes of images with an l2 norm of at most `norm`.
    fn rounding(&self, norm: f64) -> f64 {
        match self {
            Self::Identity => 0.0,
            Self::Bounded(bound) => bound.rounding(norm),
            Self::Unknown => f64::INFINITY,
        }
    }
}

/// Bounds of one image that were computed so far.
#[derive(Debug, Default)]
pub struct GrowthStore {
    /// L_tau by piece of the range (one parameter).
    pieces: HashMap<u32, Option<f64>>,
    /// The allowance for rounding over the whole range.
    rounding: Option<Option<f64>>,
}

/// The growth bounds of one image.
#[derive(Debug)]
pub struct Growth<'a> {
    /// x, dense CHW.
    pub image: &'a [f32],
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// tau.
    pub transformation: &'a Transformation,
    /// The range of the case.
    pub range: &'a Range,
    /// What is proven of F2.
    pub encoder: &'a EncoderGrowth,
    /// sigma2.
    pub semantic_noise: f64,
    /// Whether the images are those of the transformation: nothing is proven of how fast an imitation moves.
    pub real: bool,
    /// What was computed before.
    pub store: &'a mut GrowthStore,
}

impl Growth<'_> {
    /// How fast D can grow per unit of each parameter anywhere in the box, rounded up; `None` where nothing is proven.
    ///
    /// # Errors
    /// If the transformation plugin fails.
    pub fn over(&mut self, low: &[f64], high: &[f64]) -> Result<Option<Vec<f64>>, TransformationError> {
        let Some(encoder) = self.encoder.lipschitz().filter(|_| self.real) else {
            return Ok(None);
        };
        if self.rounding()?.is_none_or(|rounding| rounding > MOST_ROUNDING) {
            return Ok(None);
        }
        let image_speed = match (low, high) {
            ([low], [high]) => self.over_pieces(*low, *high)?.map(|speed| vec![speed]),
            _ => self.transformation.lipschitz(self.image, self.shape, low, high)?,
        };
        let scaled = |speed: f64| (encoder * speed / self.semantic_noise) * (1.0 + 4.0 * f64::EPSILON);
        Ok(image_speed.map(|speeds| speeds.into_iter().map(scaled).collect()))
    }

    /// 2 (L_F2 e_tau + e_F2) / sigma2: what rounding may add to D between two computed points, over the whole range.
    ///
    /// # Errors
    /// If the transformation plugin fails.
    pub fn rounding(&mut self) -> Result<Option<f64>, TransformationError> {
        if let Some(known) = self.store.rounding {
            return Ok(known);
        }
        let allowance = self.compute_rounding()?;
        self.store.rounding = Some(allowance);
        Ok(allowance)
    }

    fn compute_rounding(&mut self) -> Result<Option<f64>, TransformationError> {
        let (low, high) = (self.range.low.clone(), self.range.high.clone());
        let Some(lipschitz) = self.encoder.lipschitz() else { return Ok(None) };
        let Some(of_tau) = self.transformation.rounding(self.image, self.shape, &low, &high)? else {
            return Ok(None);
        };
        let Some(norm) = self.largest_norm()? else { return Ok(None) };
        let sum = lipschitz * of_tau + self.encoder.rounding((norm + 2.0 * of_tau) * (1.0 + 1e-9));
        Ok(Some(2.0 * sum / self.semantic_noise * (1.0 + 8.0 * f64::EPSILON)))
    }

    /// A bound of |tau(xi, x)|_2 over the range, but for the rounding of tau.
    fn largest_norm(&mut self) -> Result<Option<f64>, TransformationError> {
        if self.range.low.len() == 1 {
            return self.largest_norm_over_pieces();
        }
        // |x|_2, and the farthest that it can move.
        let (low, high) = (&self.range.low, &self.range.high);
        let speeds = self.transformation.lipschitz(self.image, self.shape, low, high)?;
        let widths = || low.iter().zip(high).map(|(low, high)| high - low);
        let moved =
            |speeds: Vec<f64>| speeds.iter().zip(widths()).map(|(speed, width)| speed * width).sum::<f64>();
        Ok(speeds.map(|speeds| norm(self.image) + moved(speeds)))
    }

    /// Between the ends of a piece the norm exceeds the larger of theirs by at most L_tau times half the piece.
    fn largest_norm_over_pieces(&mut self) -> Result<Option<f64>, TransformationError> {
        let edges: Vec<f64> = (0..=PIECES).map(|piece| self.edge(piece)).collect();
        let images = self.transformation.apply_at(self.image, self.shape, &edges)?;
        let norms: Vec<f64> = images.chunks_exact(self.image.len().max(1)).map(norm).collect();
        let mut largest = 0.0_f64;
        for (ends, norms) in edges.windows(2).zip(norms.windows(2)) {
            let Some(speed) = self.over_pieces(ends[0], ends[1])? else { return Ok(None) };
            largest = largest.max(norms[0].max(norms[1]) + 0.5 * speed * (ends[1] - ends[0]));
        }
        Ok(Some(largest))
    }

    /// Where a piece of the range begins, or the last one ends.
    fn edge(&self, piece: u32) -> f64 {
        let (start, end) = (self.range.low[0], self.range.high[0]);
        match piece {
            0 => start,
            PIECES => end,
            _ => start + (end - start) * f64::from(piece) / f64::from(PIECES),
        }
    }

    /// L_tau over an interval of a single parameter: the largest bound of the pieces of the range that meet it.
    fn over_pieces(&mut self, low: f64, high: f64) -> Result<Option<f64>, TransformationError> {
        let (start, end) = (self.range.low[0], self.range.high[0]);
        if !(start <= low && low <= high && high <= end) {
            // Nothing was said about what lies outside the range.
            return Ok(None);
        }
        let mut largest = 0.0_f64;
        for piece in (0..PIECES)
            .filter(|piece| self.edge(*piece) <= high && self.edge(piece + 1) >= low)
            .collect::<Vec<_>>()
        {
            let known = self.store.pieces.get(&piece).copied();
            let bound = match known {
                Some(bound) => bound,
                None => {
                    let (low, high) = ([self.edge(piece)], [self.edge(piece + 1)]);
                    let bound = self.transformation.lipschitz(self.image, self.shape, &low, &high)?;
                    let bound = bound.map(|bound| bound[0]);
                    self.store.pieces.insert(piece, bound);
                    bound
                }
            };
            let Some(bound) = bound else { return Ok(None) };
            largest = largest.max(bound);
        }
        Ok(Some(largest))
    }
}

/// The l2 norm of an image, rounded up.
fn norm(pixels: &[f32]) -> f64 {
    let squares: f64 = pixels.iter().map(|pixel| f64::from(*pixel).powi(2)).sum();
    squares.sqrt() * (1.0 + 1e-9)
}
