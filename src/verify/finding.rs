//! Everything that can be wrong with a run folder.

use serde::Serialize;

/// What can be wrong. `found` is what stands in the folder, `expected` what it must be.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// The audit's file, data, models, plugins or runtime are not those of the records.
    #[error("`{field}` of the header is {found}, and the audit made ready anew has {expected}")]
    Header {
        /// The entry of the header.
        field: String,
        /// In the records.
        found: String,
        /// Of the plan.
        expected: String,
    },
    /// A line that is no record.
    #[error("this is no record: {reason}")]
    NoRecord {
        /// What the parser says.
        reason: String,
    },
    /// A line that says the same in other bytes, or more.
    #[error("not as gsmooth writes it: byte {column} begins `{found}`, expected `{expected}`")]
    Formatting {
        /// The first byte that differs, from 1.
        column: usize,
        /// What stands there.
        found: String,
        /// What is written there.
        expected: String,
    },
    /// A record of a case that the audit does not have.
    #[error("the audit has no such case")]
    UnknownCase,
    /// A record of an image that the audit does not select.
    #[error("the audit does not select this image")]
    UnknownImage,
    /// A second record of one image.
    #[error("line {first} is of this case and image already")]
    Duplicate {
        /// The line of the first record, from 1.
        first: usize,
    },
    /// A record that stands after one which it should precede.
    #[error("out of order: records come case by case and image by image, as the audit lists them")]
    OutOfOrder,
    /// Records that are not there.
    #[error("{count} records are missing, the first of case {first_case}, image {first_image}")]
    Missing {
        /// How many.
        count: usize,
        /// The first one's case.
        first_case: String,
        /// The first one's image.
        first_image: u64,
    },
    /// A label that is not the data's.
    #[error("the label is {found}, and the data's is {expected}")]
    Label {
        /// In the record.
        found: u32,
        /// The class of the data's label.
        expected: u32,
    },
    /// A field that does not follow from the record's counts and geometry.
    #[error("`{field}` is {found}, but {expected} follows from the counts")]
    Derived {
        /// The field.
        field: String,
        /// In the record.
        found: String,
        /// Derived anew.
        expected: String,
    },
    /// Counts of another number of classes than the classifier has.
    #[error("`{field}` counts votes of {found} classes, and the classifier has {expected}")]
    Classes {
        /// The counts.
        field: String,
        /// Classes counted.
        found: usize,
        /// Classes of the classifier.
        expected: usize,
    },
    /// Another number of draws than the audit fixes.
    #[error("`{field}` has {found} draws, and the audit fixes {expected}")]
    Draws {
        /// The counts.
        field: String,
        /// Draws counted.
        found: u64,
        /// Draws that the audit asks for.
        expected: u64,
    },
    /// A number of draws at which a sequential test does not look.
    #[error("`{field}` has {found} draws: a test of at most {budget} does not look then")]
    Look {
        /// The counts.
        field: String,
        /// Draws counted.
        found: u64,
        /// The most draws of the test.
        budget: u64,
    },
    /// A sequential test that was not over.
    #[error("`{field}` ends at {found} draws, undecided: the test goes on to {expected}")]
    Undecided {
        /// The counts.
        field: String,
        /// Draws counted.
        found: u64,
        /// The next look.
        expected: u64,
    },
    /// A sequential test that must have been over before.
    #[error("`{field}` has {found} draws, but the test was over at {expected} already")]
    Overdrawn {
        /// The counts.
        field: String,
        /// Draws counted.
        found: u64,
        /// The look at which it was decided, however the votes came.
        expected: u64,
    },
    /// Another number of cells than there must be.
    #[error("there are {found} cells, expected {expected}")]
    Cells {
        /// Cells of the record.
        found: usize,
        /// What there must be.
        expected: String,
    },
    /// A box that is none, or leaves the range.
    #[error("`{field}` is no box in the range of the case: {found}")]
    Box {
        /// The cell.
        field: String,
        /// Its ends.
        found: String,
    },
    /// Cells of one parameter that overlap or stand in another order.
    #[error(
        "`{field}` does not come after the cell before it: it begins at {found}, and that ends at {expected}"
    )]
    Overlap {
        /// The cell.
        field: String,
        /// Where it begins.
        found: f64,
        /// Where the one before it ends.
        expected: f64,
    },
    /// An anchor that is not where a cell of its kind has it.
    #[error("the anchor of `{field}` is {found}, expected {expected}")]
    Anchor {
        /// The cell.
        field: String,
        /// The anchor.
        found: String,
        /// Where it may be.
        expected: String,
    },
    /// An alpha that is not the cell's share.
    #[error("`{field}` tests at alpha {found}, and its share is {expected}")]
    Alpha {
        /// The cell.
        field: String,
        /// In the record.
        found: f64,
        /// The share that its place in the cover gives.
        expected: f64,
    },
    /// A refined cell that is no half of a cell which may have halves.
    #[error("`{field}` is of generation {found}, but is {expected}")]
    Generation {
        /// The cell.
        field: String,
        /// In the record.
        found: u64,
        /// Why it can't be.
        expected: &'static str,
    },
    /// A required probability that proves nothing.
    #[error("`{field}` is {found}, expected {least} to 1")]
    Requirement {
        /// The cell's p_star.
        field: String,
        /// In the record.
        found: f64,
        /// 1/2 + m.
        least: f64,
    },
    /// Witnesses that a cell can't have.
    #[error("`{field}` is {found}, expected {expected}")]
    Witnesses {
        /// The side of a cell, or its number.
        field: String,
        /// In the record.
        found: String,
        /// What there may be.
        expected: String,
    },
    /// A cell that is asked though no votes could prove it.
    #[error("`{field}` could not be proven within its draws, and is not asked")]
    Hopeless {
        /// The cell.
        field: String,
    },
    /// A cell that is asked after the test was over.
    #[error("`{field}` is asked, though `{refused}`, nearer to the identity, is not proven")]
    AfterTheEnd {
        /// The cell.
        field: String,
        /// The cell that ended the test.
        refused: String,
    },
    /// A radius within which parameters lie that no proven cell holds.
    #[error("radius {radius} is claimed, but no proven cell holds the parameters {low:?} to {high:?}")]
    Uncovered {
        /// The radius claimed.
        radius: f64,
        /// The low ends of a box without proof.
        low: Vec<f64>,
        /// Its high ends.
        high: Vec<f64>,
    },
    /// A radius that the recorded requirement does not bear out.
    #[error("radius {radius} is claimed, but the votes do not prove the distance {distance} that it takes")]
    NotProven {
        /// The radius claimed.
        radius: f64,
        /// The distance on record.
        distance: f64,
    },
    /// A radius that the search for the largest one can't end at.
    #[error("`{field}` is {found}, which is no step of the search: {expected}")]
    Grid {
        /// The field.
        field: String,
        /// In the record.
        found: f64,
        /// What it may be.
        expected: String,
    },
    /// Geometry that knows no image, and comes out otherwise when it is made anew.
    #[error("`{field}` is {found}, but the geometry of the parameters gives {expected}")]
    Geometry {
        /// The field.
        field: String,
        /// In the record.
        found: String,
        /// Made anew.
        expected: String,
    },
    /// An image that comes out otherwise when it is certified again from nothing.
    #[error("`{field}` is {found}, but certifying the image again gives {expected}")]
    Redrawn {
        /// The field.
        field: String,
        /// In the record.
        found: String,
        /// Drawn anew.
        expected: String,
    },
    /// A figure of the summary that does not follow from the records.
    #[error("`{field}` is {found}, but {expected} follows from the records")]
    Summary {
        /// The figure.
        field: String,
        /// In the summary.
        found: String,
        /// Derived anew.
        expected: String,
    },
    /// A file that is not what was there when the summary was written.
    #[error("the summary was written beside a {file} of SHA-256 {found}; its SHA-256 is {expected}")]
    Digest {
        /// The file.
        #[serde(rename = "of")]
        file: &'static str,
        /// In the summary.
        found: String,
        /// Of the file as it is.
        expected: String,
    },
    /// Another number of rows in the table than images in the summary.
    #[error(
        "{found} rows, where the summary counts {expected} images; the same `certify` command writes it again"
    )]
    Rows {
        /// Rows below the header.
        found: u64,
        /// Images of the summary.
        expected: u64,
    },
    /// More images in the summary than there are records.
    #[error("{found} images are counted, and there are {expected} records")]
    Ahead {
        /// Images counted.
        found: u64,
        /// Records.
        expected: u64,
    },
    /// A file that can't be read, where there must be one.
    #[error("cannot be read: {reason}; the same `certify` command writes it again")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// A cell of the table that does not follow from the records.
    #[error("column `{field}` is {found}, but {expected} follows from the records")]
    Table {
        /// The column.
        field: String,
        /// In the table.
        found: String,
        /// Derived anew.
        expected: String,
    },
}
