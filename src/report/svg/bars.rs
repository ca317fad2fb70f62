//! How many images fall into each of some groups.

use super::axis::{label, ticks};
use super::{Anchor, Drawing, WIDTH, fit};
use crate::report::histogram::Histogram;

const LEFT: f64 = 44.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 20.0;
const HEIGHT: f64 = 150.0;
const BELOW: f64 = 42.0;
/// Width of a bar, at most.
const WIDEST: f64 = 56.0;

/// Draws a histogram.
pub fn draw(histogram: &Histogram, id: &str, title: &str, description: &str) -> Drawing {
    let mut drawing = Drawing::new(id, title, description, [WIDTH, TOP + HEIGHT + BELOW]);
    let most = histogram.bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1) as f64;
    let y = |count: f64| TOP + (1.0 - count / most) * HEIGHT;
    for tick in ticks(0.0, most, 4).into_iter().filter(|tick| tick.fract() == 0.0) {
        drawing.line([LEFT, y(tick)], [WIDTH - RIGHT, y(tick)], if tick == 0.0 { "axis" } else { "grid" });
        drawing.text([LEFT - 6.0, y(tick) + 4.0], Anchor::End, "tick", &label(tick));
    }
    let each = (WIDTH - LEFT - RIGHT) / histogram.bars.len().max(1) as f64;
    for (number, bar) in histogram.bars.iter().enumerate() {
        let left = LEFT + each * number as f64;
        let class = if bar.nothing { "bar none" } else { "bar" };
        let top = y(bar.count as f64);
        let width = (each * 0.84).min(WIDEST);
        drawing.rectangle([left + (each - width) / 2.0, top], [width, TOP + HEIGHT - top], class);
        if bar.count > 0 && each >= 7.0 * digits(bar.count) {
            drawing.text([left + each / 2.0, top - 4.0], Anchor::Middle, "tick", &bar.count.to_string());
        }
        if let Some(text) = &bar.tick {
            drawing.text([left + each / 2.0, TOP + HEIGHT + 16.0], Anchor::Middle, "tick", text);
        }
    }
    let middle = LEFT.midpoint(WIDTH - RIGHT);
    let name = fit(&histogram.measures, WIDTH - LEFT);
    drawing.text([middle, TOP + HEIGHT + 34.0], Anchor::Middle, "tick", &name);
    drawing.text([4.0, 11.0], Anchor::Start, "tick", "images");
    drawing
}

fn digits(count: u64) -> f64 {
    count.to_string().len() as f64
}
