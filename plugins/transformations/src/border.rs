//! Continuation of an image beyond its frame by reflection.

/// Index inside `0..length` that `index` stands for when the image is reflected at its first and last pixel
/// without repeating them (`c b | a b c | b a`, often called reflect-101), again and again for distant
/// indices. A single pixel continues as a constant.
///
/// `length` must be at least 1.
pub fn reflect(index: isize, length: usize) -> usize {
    if length == 1 {
        return 0;
    }
    let period = 2 * (length - 1);
    let phase = index.rem_euclid(period as isize) as usize;
    phase.min(period - phase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_pixels_are_not_repeated() {
        let indices: Vec<usize> = (-5..8).map(|index| reflect(index, 3)).collect();
        assert_eq!(indices, [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
    }

    #[test]
    fn a_single_pixel_is_constant() {
        assert!((-4..5).all(|index| reflect(index, 1) == 0));
    }

    #[test]
    fn two_pixels_alternate() {
        assert!((-4isize..5).all(|index| reflect(index, 2) == index.rem_euclid(2) as usize));
    }
}
