//! The cosine transform of 8 x 8 blocks and its inverse in whole numbers, step by step as libjpeg's default (`islow`) computes them.
//!
//! Loeffler, Ligtenberg and Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989. Quantization turns small
//! differences of the transform into steps of a whole coefficient, so that only the same roundings give the same images.

/// Side of a block.
pub const SIDE: usize = 8;

/// An 8 x 8 matrix.
pub type Block = [[i32; SIDE]; SIDE];

/// Binary places of the constants.
const CONSTANT_BITS: u32 = 13;
/// Binary places kept between rows and columns.
const PASS_BITS: u32 = 2;

/// Constants of the even half, named by their values.
const F0_541: i32 = 4433;
const F0_765: i32 = 6270;
const F1_847: i32 = 15137;

/// `value` / 2^`bits`, rounded, halves up.
fn descale(value: i32, bits: u32) -> i32 {
    (value + (1 << (bits - 1))) >> bits
}

/// The rotations of the odd half, which forward and inverse transform share; the inputs meet the constants 0.299, 2.053, 3.073
/// and 1.501.
fn odd_half([a, b, c, d]: [i32; 4]) -> [i32; 4] {
    let sum = (a + c + b + d) * 9633;
    let (z1, z2) = (-7373 * (a + d), -20995 * (b + c));
    let (z3, z4) = (sum - 16069 * (a + c), sum - 3196 * (b + d));
    [2446 * a + z1 + z3, 16819 * b + z2 + z4, 25172 * c + z2 + z3, 12299 * d + z1 + z4]
}

/// One row or column, scaled by sqrt 8; `round` rounds sums with the places of the input, `round_products` those with 13 more.
fn forward_line(
    x: [i32; SIDE],
    round: impl Fn(i32) -> i32,
    round_products: impl Fn(i32) -> i32,
) -> [i32; SIDE] {
    let sums: [i32; 4] = std::array::from_fn(|index| x[index] + x[7 - index]);
    let (outer, inner) = (sums[0] + sums[3], sums[1] + sums[2]);
    let (outer_difference, inner_difference) = (sums[0] - sums[3], sums[1] - sums[2]);
    let both = (outer_difference + inner_difference) * F0_541;
    let odd = odd_half([x[3] - x[4], x[2] - x[5], x[1] - x[6], x[0] - x[7]]);
    [
        round(outer + inner),
        round_products(odd[3]),
        round_products(both + outer_difference * F0_765),
        round_products(odd[2]),
        round(outer - inner),
        round_products(odd[1]),
        round_products(both - inner_difference * F1_847),
        round_products(odd[0]),
    ]
}

/// One row or column; `round` rounds the results, which have 13 more places than the input.
fn inverse_line(x: [i32; SIDE], round: impl Fn(i32) -> i32) -> [i32; SIDE] {
    let both = (x[2] + x[6]) * F0_541;
    let (low, high) = (both - x[6] * F1_847, both + x[2] * F0_765);
    let (sum, difference) = ((x[0] + x[4]) << CONSTANT_BITS, (x[0] - x[4]) << CONSTANT_BITS);
    let even = [sum + high, difference + low, difference - low, sum - high];
    let odd = odd_half([x[7], x[5], x[3], x[1]]);
    std::array::from_fn(|index| {
        let place = index.min(7 - index);
        round(if index < 4 { even[place] + odd[3 - place] } else { even[place] - odd[3 - place] })
    })
}

fn transposed(block: &Block) -> Block {
    std::array::from_fn(|row| std::array::from_fn(|column| block[column][row]))
}

/// Eight times the orthonormal DCT-II coefficients of samples from -128 to 127.
pub fn forward(block: &Block) -> Block {
    let rows =
        block.map(|row| forward_line(row, |x| x << PASS_BITS, |x| descale(x, CONSTANT_BITS - PASS_BITS)));
    let columns = transposed(&rows).map(|column| {
        forward_line(column, |x| descale(x, PASS_BITS), |x| descale(x, CONSTANT_BITS + PASS_BITS))
    });
    transposed(&columns)
}

/// The samples with these orthonormal DCT-II coefficients.
pub fn inverse(coefficients: &Block) -> Block {
    let columns = transposed(coefficients)
        .map(|column| inverse_line(column, |x| descale(x, CONSTANT_BITS - PASS_BITS)));
    transposed(&columns).map(|row| inverse_line(row, |x| descale(x, CONSTANT_BITS + PASS_BITS + 3)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The orthonormal DCT-II matrix at `index`, `position`.
    fn entry(index: usize, position: usize) -> f64 {
        let weight = if index == 0 { 1.0 } else { 2.0_f64 };
        (weight / 8.0).sqrt() * (PI * index as f64 * (position as f64 + 0.5) / 8.0).cos()
    }

    #[test]
    fn are_close_to_the_exact_transforms() {
        let block: Block = std::array::from_fn(|row| {
            std::array::from_fn(|column| ((row * 8 + column) as i32 * 7919) % 256 - 128)
        });
        let (coefficients, back) = (forward(&block), inverse(&block));
        for row in 0..8 {
            for column in 0..8 {
                let (mut there, mut here) = (0.0, 0.0);
                for (i, line) in block.iter().enumerate() {
                    for (j, &value) in line.iter().enumerate() {
                        there += entry(row, i) * entry(column, j) * f64::from(value);
                        here += entry(i, row) * entry(j, column) * f64::from(value);
                    }
                }
                assert!((8.0 * there - f64::from(coefficients[row][column])).abs() < 2.0);
                assert!((here - f64::from(back[row][column])).abs() < 1.0);
            }
        }
    }
}
