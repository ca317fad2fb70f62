//! Reports: what a run found, for people. One page that needs nothing else, its plots as files, and a table for programs.
//!
//! - [`source`]: a run folder, read;
//! - [`sentences`], [`words`]: findings, numbers and units in plain words;
//! - [`curve`], [`histogram`], [`sweep`], [`worst`], [`assumptions`]: what is shown, as plain data;
//! - [`svg`], [`figure`], [`sweep_figures`]: how it is plotted, with its data as a table;
//! - [`provenance`], [`page`], [`comparison`]: the pages; `render`: their templates, filled in;
//! - [`csv_table`]: the table for programs;
//! - [`canvas`], [`scene`], [`pictures`]: pictures of images; [`show`]: the sheet of `gsmooth show`;
//! - [`output`]: what is written, and where.

pub mod assumptions;
pub mod canvas;
pub mod comparison;
pub mod csv_table;
pub mod curve;
mod error;
pub mod figure;
pub mod histogram;
pub mod output;
pub mod page;
pub mod pictures;
pub mod provenance;
mod render;
pub mod scene;
pub mod sentences;
pub mod show;
pub mod source;
pub mod svg;
pub mod sweep;
pub mod sweep_figures;
#[cfg(test)]
mod testing;
pub mod words;
pub mod worst;

pub use error::ReportError;

/// A case's name as part of a file's name: names that audit files may have stay what they are, others lose what could lead
/// out of a folder, and get a digest that keeps them apart.
pub fn file_name(case: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    if !case.is_empty() && !case.starts_with('.') && case.chars().all(fits) {
        return case.to_owned();
    }
    let kept: String =
        case.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(40).collect();
    format!("{kept}-{}", &blake3::hash(case.as_bytes()).to_hex()[..8])
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_cannot_lead_out_of_a_folder() {
        assert_eq!(file_name("gaussian_blur+2.5"), "gaussian_blur+2.5");
        for hostile in ["../../etc/passwd", "", ".hidden", "a/b", "a:b", "<script>"] {
            let name = file_name(hostile);
            assert!(!name.contains(['/', '\\', ':', '<']) && !name.starts_with('.'), "{name}");
        }
        assert_ne!(file_name("a/b"), file_name("a:b"));
    }
}
