//! A heat map: shares by two keys, each as a colour and as a number.

use super::theme::{LEVELS, on_level};
use super::{Anchor, Drawing, WIDTH, fit};

/// Shares by row and column.
#[derive(Debug, Clone)]
pub struct HeatMap {
    /// What rows differ in, and what columns do.
    pub keys: [String; 2],
    /// The rows' values.
    pub rows: Vec<String>,
    /// The columns' values.
    pub columns: Vec<String>,
    /// A share for each row and column, where there is one.
    pub shares: Vec<Vec<Option<f64>>>,
}

/// Width of the rows' values.
const LEFT: f64 = 64.0;
const TOP: f64 = 40.0;
const ROW: f64 = 34.0;
/// The least width of a column, in which a number fits.
const NARROWEST: f64 = 38.0;

impl HeatMap {
    /// The least and the greatest share, between which colours go from the first level to the last.
    pub fn ends(&self) -> Option<[f64; 2]> {
        let all = || self.shares.iter().flatten().flatten().copied();
        Some([all().reduce(f64::min)?, all().reduce(f64::max)?])
    }

    fn level(&self, share: f64) -> usize {
        let [low, high] = self.ends().unwrap_or([0.0, 1.0]);
        let part = if high > low { (share - low) / (high - low) } else { 1.0 };
        ((part * LEVELS as f64) as usize).min(LEVELS - 1)
    }

    /// Draws it.
    pub fn draw(&self, id: &str, title: &str, description: &str) -> Drawing {
        let columns = self.columns.len().max(1) as f64;
        let width = WIDTH.max(LEFT + NARROWEST * columns);
        let each = (width - LEFT) / columns;
        let size = [width, TOP + ROW * self.rows.len() as f64 + 6.0];
        let mut drawing = Drawing::new(id, title, description, size);
        let [rows, across] = &self.keys;
        drawing.text([0.0, 12.0], Anchor::Start, "tick", &fit(&format!("{rows} ↓"), width / 2.0));
        drawing.text([width, 12.0], Anchor::End, "tick", &fit(&format!("{across} →"), width / 2.0));
        for (number, column) in self.columns.iter().enumerate() {
            let x = LEFT + each * (number as f64 + 0.5);
            drawing.text([x, 32.0], Anchor::Middle, "tick", &fit(column, each));
        }
        for (number, row) in self.rows.iter().enumerate() {
            let top = TOP + ROW * number as f64;
            drawing.text([LEFT - 6.0, top + 21.0], Anchor::End, "tick", &fit(row, LEFT - 6.0));
            for (column, share) in self.shares.get(number).into_iter().flatten().enumerate() {
                let Some(share) = share else { continue };
                let (level, left) = (self.level(*share), LEFT + each * column as f64);
                drawing.rectangle([left, top], [each, ROW], &format!("cell h{level}"));
                let text = format!("{:.1}", 100.0 * share);
                drawing.text([left + each / 2.0, top + 21.0], Anchor::Middle, on_level(level), &text);
            }
        }
        drawing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_from_the_least_to_the_greatest() {
        let map = HeatMap {
            keys: ["a".to_owned(), "b".to_owned()],
            rows: vec!["1".to_owned()],
            columns: vec!["1".to_owned(), "2".to_owned(), "3".to_owned()],
            shares: vec![vec![Some(0.5), None, Some(0.9)]],
        };
        assert_eq!(map.ends(), Some([0.5, 0.9]));
        assert_eq!((map.level(0.5), map.level(0.72), map.level(0.9)), (0, 4, LEVELS - 1));
        let text = map.draw("m", "t", "d").inline();
        assert!(text.contains(">50.0<") && text.contains(">90.0<") && text.matches("cell").count() == 2);
    }
}
