//! The figures of an evaluation (`evaluate.json`).

use serde::Serialize;

use super::bare::Answer;
use crate::audit::summary::interval;

/// The figures, for programs.
pub const REPORT: &str = "evaluate.json";
/// The same as a table of one line a figure.
pub const TABLE: &str = "evaluate.csv";

/// Whether a classifier sees the image itself, or noise around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The bare classifier.
    Vanilla,
    /// The smoothed one.
    Smoothed,
}

impl Kind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vanilla => "vanilla",
            Self::Smoothed => "smoothed",
        }
    }
}

/// A classifier that is measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Bare, or smoothed.
    pub kind: Kind,
    /// The model as the audit names it, or the case whose smoothing is used.
    pub name: String,
    /// The model file, as the audit has it.
    pub model: String,
    /// SHA-256 of it.
    pub sha256: String,
}

/// What a classifier reaches on one row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cell {
    /// Images whose label it answers.
    pub correct: u64,
    /// Images that it answers nothing to; they count as wrong.
    pub abstained: u64,
    /// Images that failed; they count as wrong.
    pub errors: u64,
    /// The share of correct ones.
    pub accuracy: f64,
    /// Its 95 % Clopper-Pearson interval, for images drawn as these were.
    pub interval: [f64; 2],
}

/// A corruption at one strength, or the images as they are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The corruption; `None` for the images as they are.
    pub corruption: Option<String>,
    /// Its parameters.
    pub strength: Vec<f64>,
    /// By column.
    pub cells: Vec<Cell>,
}

/// The mean accuracy over the strengths of a corruption.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mean {
    /// The corruption.
    pub corruption: String,
    /// By column.
    pub accuracies: Vec<f64>,
}

/// `evaluate.json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The version of gsmooth.
    pub gsmooth: String,
    /// The audit's seed.
    pub seed: u64,
    /// SHA-256 of the data's files.
    pub data: String,
    /// Images.
    pub images: u64,
    /// Votes an image for the smoothed prediction.
    pub draws: u64,
    /// The classifiers.
    pub columns: Vec<Column>,
    /// The figures.
    pub rows: Vec<Row>,
    /// Means over the strengths of each corruption.
    pub means: Vec<Mean>,
    /// By column, the mean of those; `None` without corruptions.
    pub mean: Option<Vec<f64>>,
}

impl Cell {
    /// The figures of some images' answers with their labels.
    pub fn new(answers: &[Answer], labels: &[u32]) -> Self {
        let count = |test: &dyn Fn(&Answer, u32) -> bool| {
            answers.iter().zip(labels).filter(|(answer, label)| test(answer, **label)).count() as u64
        };
        let correct = count(&|answer, label| *answer == Ok(Some(label)));
        let images = labels.len() as u64;
        Self {
            correct,
            abstained: count(&|answer, _| *answer == Ok(None)),
            errors: count(&|answer, _| answer.is_err()),
            accuracy: correct as f64 / images.max(1) as f64,
            interval: interval(correct, images),
        }
    }
}

/// Means over the strengths of each corruption, given by the number of its rows, and over all corruptions.
pub fn means(rows: &[Row], corruptions: &[(String, usize)]) -> (Vec<Mean>, Option<Vec<f64>>) {
    let columns = rows.first().map_or(0, |row| row.cells.len());
    let average = |values: &mut dyn Iterator<Item = f64>, count: usize| values.sum::<f64>() / count as f64;
    let mut corrupted = rows.iter().filter(|row| row.corruption.is_some());
    let mut means = Vec::with_capacity(corruptions.len());
    for (corruption, count) in corruptions {
        let own: Vec<&Row> = corrupted.by_ref().take(*count).collect();
        let of_column = |at: usize| average(&mut own.iter().map(|row| row.cells[at].accuracy), own.len());
        let accuracies = (0..columns).map(of_column).collect();
        means.push(Mean { corruption: corruption.clone(), accuracies });
    }
    let overall = |at: usize| average(&mut means.iter().map(|mean| mean.accuracies[at]), means.len());
    let mean = (!means.is_empty()).then(|| (0..columns).map(overall).collect());
    (means, mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(corruption: &str, correct: u64) -> Row {
        let answers: Vec<Answer> = (0..10).map(|i| Ok(Some(u32::from(i >= correct)))).collect();
        let cells = vec![Cell::new(&answers, &[0; 10])];
        let corruption = (!corruption.is_empty()).then(|| corruption.to_owned());
        Row { corruption, strength: Vec::new(), cells }
    }

    #[test]
    fn abstentions_and_errors_are_wrong() {
        let answers = [Ok(Some(3)), Ok(None), Err("lost".to_owned()), Ok(Some(2))];
        let cell = Cell::new(&answers, &[3; 4]);
        assert_eq!((cell.correct, cell.abstained, cell.errors, cell.accuracy), (1, 1, 1, 0.25));
        assert!(cell.interval[0] < 0.25 && cell.interval[1] > 0.25);
    }

    #[test]
    fn every_corruption_weighs_the_same() {
        let rows = [row("", 10), row("a", 8), row("a", 4), row("b", 1)];
        let (means, mean) = means(&rows, &[("a".to_owned(), 2), ("b".to_owned(), 1)]);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(means[0].accuracies[0], 0.6) && near(means[1].accuracies[0], 0.1));
        assert!(near(mean.unwrap()[0], 0.35));
    }

    #[test]
    fn without_corruptions_there_is_no_mean() {
        assert_eq!(means(&[row("", 10)], &[]), (Vec::new(), None));
    }
}
