//! A sheet of labelled pictures in rows.

use image::RgbImage;

use crate::report::canvas::{Canvas, LETTER, enlarged, is_clipped, picture, shrunk};

/// Pixels that the longer side of a small picture is enlarged to, at most.
const SIDE: u32 = 240;
/// Pixels of the longer side of a large picture.
const MOST: u32 = 256;
/// How many times as large as the font's letters are.
const TEXT: u32 = 2;
/// Between pictures, and around the sheet.
const GAP: u32 = 18;
/// Between lines of text.
const LEADING: u32 = 8;

/// A sheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What it is of.
    pub title: String,
    /// Channels, height and width of the images.
    pub shape: [usize; 3],
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row of pictures.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it shows.
    pub title: String,
    /// The pictures.
    pub shots: Vec<Shot>,
}

/// A picture with its label.
#[derive(Debug, Clone)]
pub struct Shot {
    /// What it shows.
    pub label: String,
    /// Dense CHW.
    pub pixels: Vec<f32>,
}

impl Sheet {
    /// Draws it: small pictures enlarged by nearest neighbour, large ones shrunk, values outside [0, 1] clipped.
    pub fn draw(&self) -> RgbImage {
        let shown: Vec<Vec<RgbImage>> =
            self.rows.iter().map(|row| row.shots.iter().map(|shot| self.show(shot)).collect()).collect();
        let side = shown.iter().flatten().map(RgbImage::dimensions).next().unwrap_or((1, 1));
        let cell = self.cell_width(side.0);
        let columns = self.rows.iter().map(|row| row.shots.len()).max().unwrap_or(0) as u32;
        let of_rows = self.rows.iter().map(|row| text_width(&row.title));
        let of_notes = self.notes().map(text_width);
        let longest = of_rows.chain(of_notes).fold(text_width(&self.title), u32::max);
        let width = GAP + (columns * (cell + GAP)).max(longest + GAP);
        let line = LETTER * TEXT + LEADING;
        let row_height = line + side.1 + LEADING + line + GAP;
        let notes: Vec<&str> = self.notes().collect();
        let height = GAP + line + GAP + row_height * self.rows.len() as u32 + line * notes.len() as u32 + GAP;
        let mut canvas = Canvas::new([width, height]);
        canvas.write(&self.title, [GAP, GAP], TEXT);
        let mut top = GAP + line + GAP;
        for (row, pictures) in self.rows.iter().zip(&shown) {
            canvas.write(&row.title, [GAP, top], TEXT);
            for (column, (shot, picture)) in (0_u32..).zip(row.shots.iter().zip(pictures)) {
                let left = GAP + column * (cell + GAP);
                canvas.paste(picture, [left, top + line]);
                canvas.write(&shot.label, [left, top + line + side.1 + LEADING], TEXT);
            }
            top += row_height;
        }
        for note in notes {
            canvas.write(note, [GAP, top], TEXT);
            top += line;
        }
        canvas.into_image()
    }

    fn show(&self, shot: &Shot) -> RgbImage {
        let picture = shrunk(&picture(&shot.pixels, self.shape), MOST);
        let longer = picture.width().max(picture.height()).max(1);
        enlarged(&picture, SIDE / longer)
    }

    /// As wide as a picture, or as the longest label.
    fn cell_width(&self, picture: u32) -> u32 {
        let labels = self.rows.iter().flat_map(|row| &row.shots).map(|shot| text_width(&shot.label));
        labels.max().unwrap_or(0).max(picture)
    }

    /// What is done to pixels for display.
    fn notes(&self) -> impl Iterator<Item = &'static str> {
        let clipped = self.rows.iter().flat_map(|row| &row.shots).any(|shot| is_clipped(&shot.pixels));
        let large = self.shape[1].max(self.shape[2]) > MOST as usize;
        let odd = ![1, 3].contains(&self.shape[0]);
        [
            (clipped, "Values outside [0, 1] are clipped for display only."),
            (large, "Pictures are shrunk for display only."),
            (odd, "Of each image the first channel is shown."),
        ]
        .into_iter()
        .filter_map(|(applies, note)| applies.then_some(note))
    }
}

fn text_width(text: &str) -> u32 {
    LETTER * TEXT * text.chars().count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(shape: [usize; 3], value: f32) -> Sheet {
        let pixels = vec![value; shape.iter().product()];
        let shot = |label: &str| Shot { label: label.to_owned(), pixels: pixels.clone() };
        let row =
            Row { title: "row".to_owned(), shots: vec![shot("one"), shot("a label wider than its picture")] };
        Sheet { title: "title".to_owned(), shape, rows: vec![row.clone(), row] }
    }

    #[test]
    fn small_pictures_are_enlarged_and_labels_have_room() {
        let drawn = sheet([1, 28, 28], 0.5).draw();
        let label = LETTER * TEXT * 30;
        assert_eq!(drawn.width(), GAP + 2 * (label + GAP));
        // The second picture, eight times as large as it was.
        let (left, top) = (2 * GAP + label, 2 * GAP + 2 * (LETTER * TEXT + LEADING));
        assert_eq!(drawn.get_pixel(left + 223, top + 223).0, [128; 3]);
        assert_eq!(drawn.get_pixel(left + 224, top + 50).0, [255; 3]);
    }

    #[test]
    fn what_is_changed_for_display_is_said() {
        assert_eq!(sheet([1, 8, 8], 0.5).notes().count(), 0);
        assert_eq!(
            sheet([1, 8, 8], 1.5).notes().collect::<Vec<_>>(),
            ["Values outside [0, 1] are clipped for display only."]
        );
        assert_eq!(
            sheet([3, 300, 8], 0.5).notes().collect::<Vec<_>>(),
            ["Pictures are shrunk for display only."]
        );
    }
}
