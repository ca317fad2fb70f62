//! Chroma at half the resolution, as libjpeg samples it.

use crate::plane::Size;

/// The size of the halved plane of a plane of `size`, widened to whole blocks.
pub fn halved(size: Size) -> Size {
    Size { height: size.height.div_ceil(2), width: size.width.div_ceil(2).next_multiple_of(8) }
}

/// The means of 2 x 2 samples of a plane of `size` (not empty), [`halved`] in size: the last column is repeated before, as libjpeg does to
/// fill its blocks, and so is the last row of an odd number.
///
/// Halves and quarters are rounded by a bias that alternates along the row.
pub fn halve(plane: &[i32], size: Size) -> Vec<i32> {
    let Size { height: rows, width: columns } = halved(size);
    let sample =
        |row: usize, column: usize| plane[row.min(size.height - 1) * size.width + column.min(size.width - 1)];
    let mean = |place: usize| {
        let (row, column) = (place / columns, place % columns);
        let sum: i32 = [(0, 0), (0, 1), (1, 0), (1, 1)]
            .into_iter()
            .map(|(down, right)| sample(2 * row + down, 2 * column + right))
            .sum();
        (sum + if column.is_multiple_of(2) { 1 } else { 2 }) >> 2
    };
    (0..rows * columns).map(mean).collect()
}

/// The plane of `size` whose halved plane is given (what fills its blocks is not looked at): each sample is 9/16 of the nearest one,
/// 3/16 of the next one in the row and in the column, and 1/16 of the one across ("fancy upsampling").
/// Planes of at most two columns repeat their samples instead.
pub fn restore(half: &[i32], size: Size) -> Vec<i32> {
    let (rows, columns, stride) = (size.height.div_ceil(2), size.width.div_ceil(2), halved(size).width);
    let neighbour = |index: usize, count: usize| {
        let (near, other) =
            (index / 2, if index.is_multiple_of(2) { (index / 2).saturating_sub(1) } else { index / 2 + 1 });
        (near, other.min(count - 1))
    };
    let value = |place: usize| {
        let (row, column) = (place / size.width, place % size.width);
        let ((near, far), (here, beside)) = (neighbour(row, rows), neighbour(column, columns));
        if columns <= 2 {
            return half[near * stride + here];
        }
        let sum = |column: usize| 3 * half[near * stride + column] + half[far * stride + column];
        (3 * sum(here) + sum(beside) + if column.is_multiple_of(2) { 8 } else { 7 }) >> 4
    };
    (0..size.pixels()).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_by_means_with_alternating_bias() {
        let size = Size { height: 2, width: 5 };
        // The repeated last column is (7, 9) on both sides.
        assert_eq!(halve(&[0, 1, 0, 1, 7, 1, 0, 1, 0, 9], size), [0, 1, 8, 8, 8, 8, 8, 8]);
    }

    #[test]
    fn constants_are_restored() {
        for width in 1..8 {
            let size = Size { height: 3, width };
            assert_eq!(restore(&halve(&vec![77; 3 * width], size), size), vec![77; 3 * width]);
        }
    }

    #[test]
    fn restores_with_triangle_weights() {
        let size = Size { height: 1, width: 6 };
        assert_eq!(restore(&[0, 16, 48, 9, 9, 9, 9, 9], size), [0, 4, 12, 24, 40, 48]);
    }
}
