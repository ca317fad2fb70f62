//! How much a channel varies within a square around each pixel.

use crate::plane::Size;

/// Euclidean norm of the image whose every pixel is half the range (maximum minus minimum) of its channel within
/// the square of `2 reach + 1` pixels around it, cut at the frame.
///
/// The pixels that a reflecting border shows inside that square lie inside the cut square: reflection at the
/// first pixel takes index -k to k, which is no farther from any index of the frame.
pub fn half_range_norm(pixels: &[f32], size: Size, reach: usize) -> f64 {
    let squares = pixels.chunks_exact(size.pixels()).map(|plane| {
        let greatest = window_maximum(plane, size, reach);
        let negated: Vec<f32> = plane.iter().map(|pixel| -pixel).collect();
        let least = window_maximum(&negated, size, reach);
        let half_range = |(high, low): (&f32, &f32)| 0.5 * (f64::from(*high) + f64::from(*low));
        greatest.iter().zip(&least).map(|pair| half_range(pair).powi(2)).sum::<f64>()
    });
    squares.sum::<f64>().sqrt()
}

/// The greatest pixel of the square of `2 reach + 1` pixels around each pixel, cut at the frame.
fn window_maximum(plane: &[f32], size: Size, reach: usize) -> Vec<f32> {
    let by_rows: Vec<f32> = plane.chunks_exact(size.width).flat_map(|row| line_maximum(row, reach)).collect();
    let mut result = vec![0.0; plane.len()];
    for column in 0..size.width {
        let line: Vec<f32> = by_rows[column..].iter().step_by(size.width).copied().collect();
        for (row, value) in line_maximum(&line, reach).into_iter().enumerate() {
            result[row * size.width + column] = value;
        }
    }
    result
}

/// The greatest value within `reach` of each position.
fn line_maximum(line: &[f32], reach: usize) -> Vec<f32> {
    let window = |index: usize| &line[index.saturating_sub(reach)..(index + reach + 1).min(line.len())];
    (0..line.len()).map(|index| window(index).iter().copied().fold(f32::NEG_INFINITY, f32::max)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { height: 2, width: 4 };
    const PLANE: [f32; 8] = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, -2.0];

    #[test]
    fn takes_the_square_around_each_pixel() {
        assert_eq!(window_maximum(&PLANE, SIZE, 1), [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
        // Half-ranges .5, .5, 1.5, 1 in both rows.
        let expected = (2.0 * (0.25 + 0.25 + 2.25 + 1.0f64)).sqrt();
        assert!((half_range_norm(&PLANE, SIZE, 1) - expected).abs() < 1e-12);
    }

    #[test]
    fn wide_squares_see_the_whole_channel() {
        assert!((half_range_norm(&PLANE, SIZE, 9) - 1.5 * 8f64.sqrt()).abs() < 1e-12);
        assert_eq!(half_range_norm(&PLANE, SIZE, 0), 0.0);
    }
}
