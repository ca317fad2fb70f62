//! Reference evaluation of operators on images [N, C, D1, ...].

use super::evaluate::Evaluation;
use super::number::{Array, Number, index_of};
use crate::onnx::model::graph::{ints_attribute, text_attribute};

/// Strides, dilations, and paddings in front of and behind each spatial axis.
struct Windows {
    strides: Vec<i64>,
    dilations: Vec<i64>,
    before: Vec<i64>,
    after: Vec<i64>,
}

fn windows<T: Number>(node: &Evaluation<'_, T>, kernel: &[usize], input: &[usize]) -> Windows {
    let axes = kernel.len();
    let stated = |name| ints_attribute(node.proto, name).map_or_else(|| vec![1; axes], <[i64]>::to_vec);
    let (strides, dilations) = (stated("strides"), stated("dilations"));
    let pads = ints_attribute(node.proto, "pads").map_or_else(|| vec![0; 2 * axes], <[i64]>::to_vec);
    let (mut before, mut after) = (pads[..axes].to_vec(), pads[axes..].to_vec());
    let mode = text_attribute(node.proto, "auto_pad", "NOTSET");
    if let Some(end) = mode.strip_prefix("SAME_") {
        for i in 0..axes {
            let size = input[i] as i64;
            let output = (size + strides[i] - 1) / strides[i];
            let total = ((output - 1) * strides[i] + (kernel[i] as i64 - 1) * dilations[i] + 1 - size).max(0);
            let (less, more) = (total / 2, total - total / 2);
            (before[i], after[i]) = if end == "UPPER" { (less, more) } else { (more, less) };
        }
    }
    Windows { strides, dilations, before, after }
}

impl Windows {
    fn output(&self, kernel: &[usize], input: &[usize]) -> Vec<usize> {
        let size = |i: usize| {
            let span = input[i] as i64 + self.before[i] + self.after[i]
                - (kernel[i] as i64 - 1) * self.dilations[i]
                - 1;
            usize::try_from(span / self.strides[i] + 1).unwrap()
        };
        (0..kernel.len()).map(size).collect()
    }

    /// Where position `output` reads by `tap`, if inside.
    fn source(&self, output: &[usize], tap: &[usize], input: &[usize]) -> Option<Vec<usize>> {
        (0..input.len())
            .map(|i| {
                let at =
                    output[i] as i64 * self.strides[i] + tap[i] as i64 * self.dilations[i] - self.before[i];
                usize::try_from(at).ok().filter(|at| *at < input[i])
            })
            .collect()
    }
}

fn taps(kernel: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
    (0..kernel.iter().product()).map(|flat| index_of(kernel, flat))
}

pub(super) fn convolution<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let (x, weights, bias) = (node.operand(0), node.operand(1), node.optional(2));
    let (input, kernel) = (&x.shape[2..], &weights.shape[2..]);
    let windows = windows(node, kernel, input);
    let groups = node.int("group", 1) as usize;
    let (inputs, outputs) = (weights.shape[1], weights.shape[0] / groups);
    let shape = [vec![x.shape[0], weights.shape[0]], windows.output(kernel, input)].concat();
    Array::build(&shape, |index| {
        let mut sum = T::of(0.0);
        for channel in 0..inputs {
            for tap in taps(kernel) {
                if let Some(source) = windows.source(&index[2..], &tap, input) {
                    let weight = weights.at(&[vec![index[1], channel], tap].concat());
                    let from = index[1] / outputs * inputs + channel;
                    sum = sum + weight * x.at(&[vec![index[0], from], source].concat());
                }
            }
        }
        bias.map_or(sum, |bias| sum + bias.data[index[1]])
    })
}

/// By scattering: every input adds to the outputs that its windows cover.
pub(super) fn transposed_convolution<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let (x, weights, bias) = (node.operand(0), node.operand(1), node.optional(2));
    let (input, kernel) = (&x.shape[2..], &weights.shape[2..]);
    let windows = windows(node, kernel, input);
    let groups = node.int("group", 1) as usize;
    let (inputs, outputs) = (weights.shape[0] / groups, weights.shape[1]);
    let added =
        ints_attribute(node.proto, "output_padding").map_or_else(|| vec![0; kernel.len()], <[i64]>::to_vec);
    let spatial: Vec<usize> = (0..kernel.len())
        .map(|i| {
            let reach = (input[i] as i64 - 1) * windows.strides[i]
                + (kernel[i] as i64 - 1) * windows.dilations[i]
                + 1;
            usize::try_from(reach + added[i] - windows.before[i] - windows.after[i]).unwrap()
        })
        .collect();
    let shape = [vec![x.shape[0], outputs * groups], spatial.clone()].concat();
    let mut result = Array::build(&shape, |index| bias.map_or(T::of(0.0), |bias| bias.data[index[1]]));
    for (flat, value) in x.data.iter().enumerate() {
        let from = index_of(&x.shape, flat);
        for channel in 0..outputs {
            for tap in taps(kernel) {
                // The window of a convolution from the output to the input reads exactly these positions.
                let Some(to) = windows.source(&from[2..], &tap, &spatial) else { continue };
                let target = [vec![from[0], from[1] / inputs * outputs + channel], to].concat();
                let at = target.iter().zip(&shape).fold(0, |flat, (i, size)| flat * size + i);
                let weight = weights.at(&[vec![from[1], channel], tap].concat());
                result.data[at] = result.data[at] + weight * *value;
            }
        }
    }
    result
}

fn pooled<T: Number>(node: &Evaluation<'_, T>, pool: impl Fn(Vec<T>, usize) -> T) -> Array<T> {
    let x = node.operand(0);
    let kernel: Vec<usize> =
        ints_attribute(node.proto, "kernel_shape").unwrap().iter().map(|k| *k as usize).collect();
    let input = &x.shape[2..];
    let windows = windows(node, &kernel, input);
    let shape = [x.shape[..2].to_vec(), windows.output(&kernel, input)].concat();
    Array::build(&shape, |index| {
        let values = taps(&kernel).filter_map(|tap| windows.source(&index[2..], &tap, input));
        let values = values.map(|source| x.at(&[index[..2].to_vec(), source].concat())).collect();
        pool(values, kernel.iter().product())
    })
}

pub(super) fn average_pool<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let counts_padding = node.int("count_include_pad", 0) != 0;
    pooled(node, |values, all| {
        let count = if counts_padding { all } else { values.len() };
        T::sum(values.into_iter()) / T::of(count as f64)
    })
}

pub(super) fn max_pool<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    pooled(node, |values, _| values.iter().copied().fold(values[0], T::max))
}

pub(super) fn global_pool<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let x = node.operand(0);
    let each: usize = x.shape[2..].iter().product();
    let shape = [x.shape[..2].to_vec(), vec![1; x.shape.len() - 2]].concat();
    let pool = |values: &[T]| match node.proto.op_type() {
        "GlobalAveragePool" => T::sum(values.iter().copied()) / T::of(each as f64),
        _ => values.iter().copied().fold(values[0], T::max),
    };
    Array::new(&shape, x.data.chunks(each).map(pool).collect())
}

pub(super) fn batch_normalisation<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let epsilon = node.float("epsilon", 1e-5);
    let of = |operand: usize, channel: usize| node.operand(operand).data[channel];
    let x = node.operand(0);
    Array::build(&x.shape, |index| {
        let channel = index[1];
        let deviation = (of(4, channel) + epsilon).sqrt();
        (x.at(index) - of(3, channel)) / deviation * of(1, channel) + of(2, channel)
    })
}
