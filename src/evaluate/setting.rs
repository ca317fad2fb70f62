//! A corruption at one strength, or none.

use crate::audit::plan::evaluation::Evaluation;
use crate::transformation::{Transformation, TransformationError};

/// What happens to the images of a row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The corruption, with its place in the audit; `None` for the images as they are.
    pub corruption: Option<(usize, &'a Transformation)>,
    /// Its parameters.
    pub strength: &'a [f64],
}

impl<'a> Setting<'a> {
    /// All rows: the images as they are, then every corruption at every strength.
    pub fn all(evaluation: &'a Evaluation) -> Vec<Self> {
        let clean = Self { corruption: None, strength: &[] };
        let corrupted = evaluation.corruptions.iter().enumerate().flat_map(|(at, corruption)| {
            let of = move |strength: &'a Vec<f64>| Self {
                corruption: Some((at, &corruption.transformation)),
                strength,
            };
            corruption.strengths.iter().map(of)
        });
        std::iter::once(clean).chain(corrupted).collect()
    }

    /// Some images (dense NCHW), corrupted.
    ///
    /// # Errors
    /// If the transformation fails.
    pub fn apply(&self, images: Vec<f32>, shape: [usize; 3]) -> Result<Vec<f32>, TransformationError> {
        let Some((_, transformation)) = self.corruption else { return Ok(images) };
        let count = images.len() / shape.iter().product::<usize>().max(1);
        let mut corrupted = vec![0.0; images.len()];
        let [channels, height, width] = shape;
        let parameters = self.strength.repeat(count);
        transformation.apply(&images, [count, channels, height, width], &parameters, &mut corrupted)?;
        Ok(corrupted)
    }
}
