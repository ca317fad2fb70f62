//! Plots as SVG, written out here rather than by a plotting library: those bake colours and measured text into their output,
//! while these plots take their colours from classes, so that one text serves light and dark, page and file; carry title,
//! description and series that differ by more than colour; and have the same bytes on every machine.
//!
//! - here: a drawing, and how it becomes part of a page or a file;
//! - [`theme`]: colours, for the page too;
//! - [`mod@axis`] has the ticks;
//! - [`lines`], [`bars`], [`heat`]: the kinds of plots.

pub mod axis;
pub mod bars;
pub mod heat;
pub mod lines;
pub mod theme;

use std::fmt::{Display, Write};

/// Width of plots in user units; text of 12 units stays legible on a phone.
pub const WIDTH: f64 = 360.0;
/// Width of a character of text, on average.
const CHARACTER: f64 = 6.2;

/// Where text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Begins there.
    Start,
    /// Is centred there.
    Middle,
    /// Ends there.
    End,
}

/// A drawing under construction.
#[derive(Debug, Clone)]
pub struct Drawing {
    id: String,
    title: String,
    description: String,
    size: [f64; 2],
    body: String,
}

impl Drawing {
    /// An empty drawing. `id` must be unique in its page and fit for one; `title` and `description` are read out to those
    /// who do not see it. The size is in user units.
    pub fn new(id: &str, title: &str, description: &str, size: [f64; 2]) -> Self {
        let (id, title, description) = (id.to_owned(), title.to_owned(), description.to_owned());
        Self { id, title, description, size, body: String::new() }
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String does not fail.
        let _ = self.body.write_fmt(text);
    }

    /// A straight line.
    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], class: &str) {
        let [[x1, y1], [x2, y2]] = [from, to].map(|point| point.map(coordinate));
        self.push(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" class=\"{}\"/>",
            Escaped(class)
        ));
    }

    /// A line through points.
    pub fn path(&mut self, points: &[[f64; 2]], class: &str) {
        let mut data = String::new();
        for (number, point) in points.iter().enumerate() {
            let [x, y] = point.map(coordinate);
            let _ = write!(data, "{}{x} {y}", if number == 0 { "M" } else { "L" });
        }
        self.push(format_args!("<path d=\"{data}\" class=\"{}\"/>", Escaped(class)));
    }

    /// A rectangle.
    pub fn rectangle(&mut self, corner: [f64; 2], size: [f64; 2], class: &str) {
        let ([x, y], [width, height]) = (corner.map(coordinate), size.map(coordinate));
        self.push(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" class=\"{}\"/>",
            Escaped(class)
        ));
    }

    /// A line of text.
    pub fn text(&mut self, at: [f64; 2], anchor: Anchor, class: &str, text: &str) {
        let [x, y] = at.map(coordinate);
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.push(format_args!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" class=\"{}\">{}</text>",
            Escaped(class),
            Escaped(text)
        ));
    }

    /// A mark of a series: each series has a shape of its own.
    pub fn mark(&mut self, [x, y]: [f64; 2], series: usize, hollow: bool) {
        let class = format!("mark s{}{}", series % theme::SERIES, if hollow { " hollow" } else { "" });
        let polygon = |corners: &[[f64; 2]]| {
            let moved = corners.iter().map(|[dx, dy]| [x + dx, y + dy].map(coordinate));
            moved.map(|[x, y]| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
        };
        let points = match series % theme::SERIES {
            0 => {
                let [x, y] = [x, y].map(coordinate);
                self.push(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" class=\"{class}\"/>"));
                return;
            }
            1 => polygon(&[[-3.6, -3.6], [3.6, -3.6], [3.6, 3.6], [-3.6, 3.6]]),
            2 => polygon(&[[0.0, -4.8], [4.6, 3.4], [-4.6, 3.4]]),
            3 => polygon(&[[0.0, -5.2], [5.2, 0.0], [0.0, 5.2], [-5.2, 0.0]]),
            4 => polygon(&[[0.0, 4.8], [4.6, -3.4], [-4.6, -3.4]]),
            _ => polygon(&[[-4.6, 0.0], [-1.6, -4.6], [4.0, -3.0], [4.0, 3.0], [-1.6, 4.6]]),
        };
        self.push(format_args!("<polygon points=\"{points}\" class=\"{class}\"/>"));
    }

    fn write(&self, style: &str) -> String {
        let (id, [width, height]) = (&self.id, self.size.map(coordinate));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-description\"><title id=\"{id}-title\">{}</title><desc \
             id=\"{id}-description\">{}</desc>{style}{}</svg>",
            Escaped(&self.title),
            Escaped(&self.description),
            self.body
        )
    }

    /// The drawing as part of a page, whose style sheet colours it.
    pub fn inline(&self) -> String {
        self.write("")
    }

    /// The drawing as a file of its own.
    pub fn file(&self) -> String {
        let [width, height] = self.size.map(coordinate);
        let style = format!(
            "<style>{}</style><rect width=\"{width}\" height=\"{height}\" class=\"paper\"/>",
            theme::plot_style_of_file()
        );
        self.write(&style) + "\n"
    }
}

/// Text as it may stand in markup and in attributes.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                // XML knows no other control characters.
                '\t' | '\n' | '\r' => f.write_char(' ')?,
                control if control.is_control() => f.write_char('\u{fffd}')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A coordinate to a tenth of a unit.
fn coordinate(value: f64) -> f64 {
    let rounded = (value * 10.0).round() / 10.0;
    // No -0.
    rounded + 0.0
}

/// Text cut to a width in user units.
pub fn fit(text: &str, width: f64) -> String {
    let most = (width / CHARACTER) as usize;
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_in_text_and_attributes() {
        let mut drawing = Drawing::new("p", "<b>\"&\u{1}", "a\nb", [WIDTH, 10.0]);
        drawing.text([1.0, 2.0], Anchor::Start, "tick", "</text><script>");
        for text in [drawing.inline(), drawing.file()] {
            let document = roxmltree::Document::parse(&text).unwrap();
            let words = |tag: &str| {
                let found = document
                    .descendants()
                    .find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", tag)));
                found.unwrap().text().unwrap().to_owned()
            };
            assert_eq!(words("title"), "<b>\"&\u{fffd}");
            assert_eq!(words("desc"), "a b");
            assert_eq!(words("text"), "</text><script>");
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(fit("short", 100.0), "short");
        assert_eq!(fit("a rather long name", 62.0), "a rather …");
    }
}
