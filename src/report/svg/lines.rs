//! Shares over a number: lines, marks and intervals.

use super::axis::{label, ticks};
use super::theme::SERIES;
use super::{Anchor, Drawing, WIDTH, fit};

/// A plot of shares from 0 to 100 %.
#[derive(Debug, Clone)]
pub struct LinePlot {
    /// The plot's name in its page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What is to be seen, for those who do not see it.
    pub description: String,
    /// What the axis across measures.
    pub x_label: String,
    /// The ends of the axis across.
    pub x_range: [f64; 2],
    /// Ticks with what is written at them, instead of round numbers.
    pub x_ticks: Option<Vec<(f64, String)>>,
    /// What is plotted.
    pub series: Vec<Series>,
}

/// A line with marks, or either.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// Its name in the legend.
    pub label: String,
    /// Points of the line (x, share).
    pub line: Vec<[f64; 2]>,
    /// Marks.
    pub marks: Vec<Mark>,
    /// Which colour and shape of mark.
    pub look: usize,
    /// Which dashes; 0 for none.
    pub dash: usize,
    /// Whether marks are hollow.
    pub hollow: bool,
}

/// A mark, with the interval of its share where it has one.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    /// Where.
    pub x: f64,
    /// The share.
    pub share: f64,
    /// The share's interval.
    pub interval: Option<[f64; 2]>,
}

const LEFT: f64 = 44.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 12.0;
const HEIGHT: f64 = 176.0;
/// Ticks and the name of the axis.
const BELOW: f64 = 42.0;
const LEGEND_ROW: f64 = 19.0;

impl LinePlot {
    /// Draws it.
    pub fn draw(&self) -> Drawing {
        let height = TOP + HEIGHT + BELOW + LEGEND_ROW * self.series.len() as f64;
        let mut drawing = Drawing::new(&self.id, &self.title, &self.description, [WIDTH, height]);
        self.axes(&mut drawing);
        for series in &self.series {
            self.series(&mut drawing, series);
        }
        for (row, series) in self.series.iter().enumerate() {
            legend(&mut drawing, TOP + HEIGHT + BELOW + LEGEND_ROW * (row as f64 + 0.5), series);
        }
        drawing
    }

    fn x(&self, value: f64) -> f64 {
        let [low, high] = self.x_range;
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn axes(&self, drawing: &mut Drawing) {
        for step in 0..=4 {
            let share = f64::from(step) / 4.0;
            drawing.line(
                [LEFT, y(share)],
                [WIDTH - RIGHT, y(share)],
                if step == 0 { "axis" } else { "grid" },
            );
            let text = format!("{}%", 25 * step);
            drawing.text([LEFT - 6.0, y(share) + 4.0], Anchor::End, "tick", &text);
        }
        let round =
            || ticks(self.x_range[0], self.x_range[1], 5).into_iter().map(|x| (x, label(x))).collect();
        for (x, text) in self.x_ticks.clone().unwrap_or_else(round) {
            drawing.line([self.x(x), y(0.0)], [self.x(x), y(0.0) + 4.0], "axis");
            drawing.text([self.x(x), y(0.0) + 17.0], Anchor::Middle, "tick", &text);
        }
        let middle = LEFT.midpoint(WIDTH - RIGHT);
        drawing.text([middle, y(0.0) + 34.0], Anchor::Middle, "tick", &fit(&self.x_label, WIDTH - LEFT));
    }

    fn series(&self, drawing: &mut Drawing, series: &Series) {
        let points: Vec<[f64; 2]> = series.line.iter().map(|[x, share]| [self.x(*x), y(*share)]).collect();
        if !points.is_empty() {
            drawing.path(&points, &line_class(series));
        }
        for mark in &series.marks {
            let x = self.x(mark.x);
            if let Some([low, high]) = mark.interval {
                let class = format!("whisker s{}", series.look % SERIES);
                drawing.line([x, y(low)], [x, y(high)], &class);
                for end in [low, high] {
                    drawing.line([x - 4.0, y(end)], [x + 4.0, y(end)], &class);
                }
            }
            drawing.mark([x, y(mark.share)], series.look, series.hollow);
        }
    }
}

fn y(share: f64) -> f64 {
    TOP + (1.0 - share.clamp(0.0, 1.0)) * HEIGHT
}

fn line_class(series: &Series) -> String {
    let dash = if series.dash == 0 { String::new() } else { format!(" dash{}", (series.dash - 1) % 5 + 1) };
    format!("line s{}{dash}", series.look % SERIES)
}

fn legend(drawing: &mut Drawing, y: f64, series: &Series) {
    if !series.line.is_empty() {
        drawing.line([LEFT, y], [LEFT + 28.0, y], &line_class(series));
    }
    if !series.marks.is_empty() {
        drawing.mark([LEFT + 14.0, y], series.look, series.hollow);
    }
    let left = LEFT + 36.0;
    drawing.text([left, y + 4.0], Anchor::Start, "legend", &fit(&series.label, WIDTH - left));
}

/// A falling line of steps, from (x, share) at the end of each step: the share holds up to x.
pub fn staircase(steps: &[[f64; 2]], from: f64) -> Vec<[f64; 2]> {
    let mut points = Vec::with_capacity(2 * steps.len());
    let mut left = from;
    for &[x, share] in steps {
        points.push([left, share]);
        points.push([x, share]);
        left = x;
    }
    points
}

/// The line without points that lie on one spot at this plot's resolution (`width` is that of the axis): a staircase of
/// thousands of images stays small.
pub fn thinned(line: Vec<[f64; 2]>, width: f64) -> Vec<[f64; 2]> {
    let spot = |[x, share]: [f64; 2]| ((x / width * 3000.0).round() as i64, (share * 1760.0).round() as i64);
    let mut kept: Vec<[f64; 2]> = Vec::with_capacity(line.len());
    for (number, point) in line.iter().enumerate() {
        let last = number + 1 == line.len();
        if last || kept.last().is_none_or(|before| spot(*before) != spot(*point)) {
            kept.push(*point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stairs_fall_after_their_ends() {
        let line = staircase(&[[4.0, 0.9], [9.0, 0.5]], 0.0);
        assert_eq!(line, [[0.0, 0.9], [4.0, 0.9], [4.0, 0.5], [9.0, 0.5]]);
    }

    #[test]
    fn long_stairs_are_thinned() {
        let steps: Vec<[f64; 2]> =
            (1..=50_000).map(|i| [f64::from(i) / 50_000.0, 1.0 - f64::from(i) / 60_000.0]).collect();
        let line = thinned(staircase(&steps, 0.0), 1.0);
        assert!(line.len() < 12_000, "{}", line.len());
        assert_eq!(line.last(), Some(&[1.0, 1.0 - 5.0 / 6.0]));
    }
}
