//! AveragePool and MaxPool.

use super::dense::Dense;
use super::linear_map::LinearMap;
use super::live::{Layer, Live};
use super::matrix::Matrix;
use super::node::Node;
use super::obstacle::Obstacle;
use super::upward::{UNIT_F64, Upper, gamma};
use super::window::Axis;

fn axes(node: &Node<'_>) -> Result<Vec<Axis>, Obstacle> {
    let (input, output) = (node.input_shape(0)?, node.output_shape(0)?);
    let stated = node.ints("kernel_shape").unwrap_or_default();
    let kernel: Option<Vec<usize>> = stated.iter().map(|size| usize::try_from(*size).ok()).collect();
    match kernel {
        Some(kernel) if kernel.len() + 2 == input.len() && output.len() == input.len() => {
            Axis::of_window(node, &kernel, &input[2..], &output[2..])
        }
        _ => Err(node.attribute_obstacle("kernel_shape", format!("{stated:?}"))),
    }
}

/// AveragePool: the number of entries in a window is the product of those along each axis, so the map is the tensor
/// product of one matrix of averages for each axis, and its norm the product of theirs.
pub(super) fn average(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let axes = axes(node)?;
    // With ceil_mode a window may reach beyond the padding, which no operator set counts; fewer entries than are
    // counted make a larger norm.
    let counts_padding = node.int("count_include_pad", 0) != 0 && node.int("ceil_mode", 0) == 0;
    let mut norm = Upper::ONE;
    for axis in &axes {
        norm = norm * averages(axis, counts_padding)?;
    }
    let terms = axes.iter().map(|axis| axis.kernel).product::<usize>();
    Ok(live.then(&Layer {
        map: LinearMap::Norm(norm),
        absolute: norm,
        bias: Upper::ZERO,
        terms,
        // The additions and the division.
        roundings: terms.saturating_add(1),
        elements: (node.input_count(0)?, node.output_count(0)?),
    }))
}

/// Matrices of averages with more entries are bounded by their row and column sums.
const MOST_ENTRIES: usize = 1 << 22;

/// Bounds the norm of the matrix of averages along one axis.
fn averages(axis: &Axis, counts_padding: bool) -> Result<Upper, Obstacle> {
    let small = axis.output.checked_mul(axis.input).is_some_and(|entries| entries <= MOST_ENTRIES);
    let mut entries = vec![0.0; if small { axis.output * axis.input } else { 0 }];
    let mut columns = vec![0.0_f64; axis.input];
    for output in 0..axis.output {
        let sources: Vec<usize> = (0..axis.kernel).filter_map(|tap| axis.source(output, tap)).collect();
        if sources.is_empty() {
            return Err(Obstacle::EmptyWindow);
        }
        let counted = if counts_padding { axis.kernel } else { sources.len() };
        for source in sources {
            columns[source] += 1.0 / counted as f64;
            if small {
                entries[output * axis.input + source] = 1.0 / counted as f64;
            }
        }
    }
    // No row sums to more than 1, and |A|_2^2 <= |A|_1 |A|_infinity.
    let largest = columns.into_iter().fold(0.0, f64::max);
    let by_sums = (Upper::of(largest) * (Upper::ONE + gamma(axis.output + 2, UNIT_F64))).sqrt();
    if !small {
        return Ok(by_sums);
    }
    let matrix = Matrix::real(axis.output, axis.input, entries);
    let rounding = gamma(2, UNIT_F64) * matrix.frobenius();
    Ok(Dense::new(matrix, None, rounding).norm().min(by_sums))
}

/// MaxPool: |max - max'| is at most the largest difference in the window, and each difference counts in as many
/// windows as its entry lies in. Nothing is rounded.
pub(super) fn maximum(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let overlaps = axes(node)?.iter().map(|axis| Upper::count(axis.overlap())).fold(Upper::ONE, |a, b| a * b);
    Ok(Live::from(live.bound().times(overlaps.sqrt())))
}
