//! Quantized cosine transforms of 8 x 8 blocks (ITU-T T.81, baseline).

use super::jpeg_transform::{Block, SIDE, forward, inverse};
use crate::plane::Size;

/// Which quantization table of Annex K is used.
#[derive(Debug, Clone, Copy)]
pub enum Table {
    /// Table K.1.
    Luma,
    /// Table K.2.
    Chroma,
}

/// Table K.1, row by row.
const LUMA: [i32; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17,
    22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78,
    87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
/// The first four rows and columns of table K.2; all else is 99.
const CHROMA: [[i32; 4]; 4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]];

/// Codes planes of 8-bit samples with one table.
#[derive(Debug)]
pub struct Coder {
    /// Quantization steps.
    steps: Block,
}

impl Coder {
    /// The steps of `quality` from 1 to 100, by the rule of libjpeg.
    pub fn new(table: Table, quality: i32) -> Self {
        let scale = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
        let base = |place: usize| match table {
            Table::Luma => LUMA[place],
            Table::Chroma => {
                CHROMA.get(place / SIDE).and_then(|row| row.get(place % SIDE)).copied().unwrap_or(99)
            }
        };
        let step = |place| ((base(place) * scale + 50) / 100).clamp(1, 255);
        Self { steps: std::array::from_fn(|row| std::array::from_fn(|column| step(row * SIDE + column))) }
    }

    /// What decoding gives of a plane of `size` (not empty); the last row and column are repeated to whole blocks.
    pub fn code(&self, plane: &[i32], size: Size) -> Vec<i32> {
        let mut decoded = vec![0; plane.len()];
        for top in (0..size.height).step_by(SIDE) {
            for left in (0..size.width).step_by(SIDE) {
                let sample = |row: usize, column: usize| {
                    let (row, column) =
                        ((top + row).min(size.height - 1), (left + column).min(size.width - 1));
                    plane[row * size.width + column] - 128
                };
                let block = self.code_block(&std::array::from_fn(|row| {
                    std::array::from_fn(|column| sample(row, column))
                }));
                for (row, line) in block.iter().enumerate().take(size.height - top) {
                    for (column, value) in line.iter().enumerate().take(size.width - left) {
                        decoded[(top + row) * size.width + left + column] = (value + 128).clamp(0, 255);
                    }
                }
            }
        }
        decoded
    }

    /// One block of centred samples, transformed, rounded to whole steps (halves away from zero), and transformed back.
    fn code_block(&self, block: &Block) -> Block {
        let mut coefficients = forward(block);
        for (coefficients, steps) in coefficients.iter_mut().zip(&self.steps) {
            for (coefficient, &step) in coefficients.iter_mut().zip(steps) {
                // The transform is scaled by 8.
                let multiple = (coefficient.abs() + 4 * step) / (8 * step);
                *coefficient = multiple * step * coefficient.signum();
            }
        }
        inverse(&coefficients)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_quality_loses_at_most_rounding() {
        let size = Size { height: 9, width: 13 };
        let plane: Vec<i32> = (0..117).map(|place| (place * 7919) % 256).collect();
        let coded = Coder::new(Table::Luma, 100).code(&plane, size);
        assert!(plane.iter().zip(&coded).all(|(a, b)| (a - b).abs() <= 2));
    }

    #[test]
    fn constants_fall_to_the_nearest_step() {
        // Quality 50 keeps the table: the first step is 16, and the first coefficient of 8 x 8 samples c is 8 c.
        let size = Size { height: 8, width: 8 };
        let coded = |value: i32| Coder::new(Table::Luma, 50).code(&[value; 64], size)[0];
        assert_eq!([coded(128), coded(129), coded(130), coded(131)], [128, 130, 130, 132]);
        assert_eq!(Coder::new(Table::Chroma, 50).steps[1][2], 26);
        assert_eq!(Coder::new(Table::Luma, 25).steps[7][7], 198);
    }
}
