//! Thumbnails of the images that fare worst. Making them needs data and transformation; they are kept in the run folder, so
//! that a report made anew keeps them without either.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use image::RgbImage;

use crate::audit::case_description::CaseDescription;
use crate::audit::plan::Plan;
use crate::audit::plan::case::PlannedCase;
use crate::audit::records::Record;

use super::scene::{self, SceneError};
use super::source::Run;
use super::{canvas, file_name, worst};

/// The folder of thumbnails in a run folder.
pub const FOLDER: &str = "pictures";
/// Pixels of the longer side, at most.
pub const SIDE: u32 = 96;

/// PNG files by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pictures(pub BTreeMap<String, Vec<u8>>);

/// The image as it is.
pub fn original(case: &str, index: u64) -> String {
    format!("{}-{index}-original.png", file_name(case))
}

/// The image at one of its edges.
pub fn edge(case: &str, index: u64, number: usize) -> String {
    format!("{}-{index}-edge-{number}.png", file_name(case))
}

impl Pictures {
    /// Those that a run folder keeps.
    pub fn read(folder: &Path) -> Self {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(folder.join(FOLDER)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if let (true, Ok(bytes)) = (name.ends_with(".png"), fs::read(entry.path())) {
                found.insert(name, bytes);
            }
        }
        Self(found)
    }

    /// Makes them from the plan of a run. An image that can't be read or transformed has none.
    pub fn of(plan: &Plan, run: &Run) -> Self {
        let mut made = Self::default();
        for planned in &plan.cases {
            let Some(case) = run.cases().find(|case| case.summary.name == planned.case.name) else {
                continue;
            };
            let listed = case.summary.certified_accuracy.first().map(|entry| entry.radius);
            for (_, record) in worst::worst(&run.records(&case.summary.name)) {
                let radius = worst::shown_radius(record, listed, case.about.cap);
                if let Err(reason) = made.add(plan, planned, case.about, record, radius) {
                    tracing::info!("no picture of image {} of case {}: {reason}", record.index, record.case);
                }
            }
        }
        made
    }

    fn add(
        &mut self,
        plan: &Plan,
        planned: &PlannedCase,
        about: &CaseDescription,
        record: &Record,
        radius: f64,
    ) -> Result<(), SceneError> {
        let image = plan.data.image(record.index as usize)?;
        let shape = planned.case.shape;
        self.insert(original(&record.case, record.index), &canvas::picture(&image, shape))?;
        let points = worst::edges(about, radius);
        let shown = if planned.case.is_about_surrogate() {
            let mut worker = planned.worker(&plan.runtime, &plan.session)?;
            scene::imitated(&planned.case, &mut worker, &image, &points)?
        } else {
            scene::transformed(&planned.case, &image, &points)?
        };
        for (number, pixels) in shown.iter().enumerate() {
            self.insert(edge(&record.case, record.index, number), &canvas::picture(pixels, shape))?;
        }
        Ok(())
    }

    fn insert(&mut self, name: String, picture: &RgbImage) -> Result<(), SceneError> {
        self.0.insert(name, canvas::png(&canvas::shrunk(picture, SIDE))?);
        Ok(())
    }
}
