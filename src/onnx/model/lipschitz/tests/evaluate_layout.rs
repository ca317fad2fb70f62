//! Reference evaluation of operators that move elements, and of reductions.

use super::evaluate::Evaluation;
use super::number::{Array, Number};
use crate::onnx::model::graph::{ints_attribute, text_attribute};

pub(super) fn run<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let x = node.operand(0);
    let rank = x.shape.len();
    let normal = |axis: &i64| if *axis < 0 { rank - axis.unsigned_abs() as usize } else { *axis as usize };
    match node.proto.op_type() {
        "Identity" | "Dropout" | "Cast" => x.clone(),
        "Reshape" => {
            let target = node.ints("shape", 1).unwrap();
            let copied: Vec<i64> = target
                .iter()
                .enumerate()
                .map(|(i, t)| if *t == 0 { x.shape[i] as i64 } else { *t })
                .collect();
            let known: i64 = copied.iter().filter(|t| **t > 0).product();
            let size = |t: &i64| if *t < 0 { x.data.len() / known as usize } else { *t as usize };
            Array::new(&copied.iter().map(size).collect::<Vec<_>>(), x.data.clone())
        }
        "Flatten" => {
            let (front, back) = x.shape.split_at(node.int("axis", 1) as usize);
            Array::new(&[front.iter().product(), back.iter().product()], x.data.clone())
        }
        "Squeeze" => {
            let axes: Vec<usize> = node.ints("axes", 1).unwrap().iter().map(normal).collect();
            let kept: Vec<usize> =
                (0..rank).filter(|axis| !axes.contains(axis)).map(|axis| x.shape[axis]).collect();
            Array::new(&kept, x.data.clone())
        }
        "Unsqueeze" => {
            let mut shape = x.shape.clone();
            for axis in node.ints("axes", 1).unwrap() {
                shape.insert(axis as usize, 1);
            }
            Array::new(&shape, x.data.clone())
        }
        "Transpose" => {
            let order: Vec<usize> = ints_attribute(node.proto, "perm").unwrap().iter().map(normal).collect();
            let shape: Vec<usize> = order.iter().map(|axis| x.shape[*axis]).collect();
            Array::build(&shape, |index| {
                let mut source = vec![0; rank];
                order.iter().zip(index).for_each(|(axis, i)| source[*axis] = *i);
                x.at(&source)
            })
        }
        "Concat" => concat(node),
        "Slice" => slice(node),
        "Gather" => {
            let (axis, indices) = (node.axis("axis", 0), node.operand(1));
            let shape = [&x.shape[..axis], &indices.shape, &x.shape[axis + 1..]].concat();
            Array::build(&shape, |index| {
                let (front, rest) = index.split_at(axis);
                let (middle, back) = rest.split_at(indices.shape.len());
                let picked = indices.at(middle).get() as i64;
                let picked = if picked < 0 { picked + x.shape[axis] as i64 } else { picked };
                x.at(&[front, &[picked as usize], back].concat())
            })
        }
        "Expand" | "Tile" => {
            let sizes = node.ints("", 1).unwrap();
            let tile = node.proto.op_type() == "Tile";
            let shape: Vec<usize> = sizes
                .iter()
                .enumerate()
                .map(|(i, s)| if tile { x.shape[i] * *s as usize } else { x.shape[i].max(*s as usize) })
                .collect();
            Array::build(&shape, |index| {
                let source: Vec<usize> = index.iter().zip(&x.shape).map(|(i, size)| i % size).collect();
                x.at(&source)
            })
        }
        "Pad" => pad(node),
        "DepthToSpace" | "SpaceToDepth" => pixel_shuffle(node),
        _ => reduce(node),
    }
}

fn concat<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let axis = node.axis("axis", 0);
    let mut shape = node.operand(0).shape.clone();
    shape[axis] = node.operands.iter().map(|a| a.unwrap().shape[axis]).sum();
    Array::build(&shape, |index| {
        let mut index = index.to_vec();
        for part in node.operands.iter().flatten() {
            if index[axis] < part.shape[axis] {
                return part.at(&index);
            }
            index[axis] -= part.shape[axis];
        }
        unreachable!()
    })
}

pub(super) fn split<T: Number>(node: &Evaluation<'_, T>) -> Vec<Array<T>> {
    let (x, axis) = (node.operand(0), node.axis("axis", 0));
    let parts = node.proto.output.len();
    let sizes = node.ints("split", 1).unwrap_or_else(|| vec![(x.shape[axis] / parts) as i64; parts]);
    let mut start = 0;
    let part = |size: i64| {
        let mut shape = x.shape.clone();
        shape[axis] = size as usize;
        let from = start;
        start += size as usize;
        Array::build(&shape, |index| {
            let mut index = index.to_vec();
            index[axis] += from;
            x.at(&index)
        })
    };
    sizes.into_iter().map(part).collect()
}

/// Along one axis with positive bounds.
fn slice<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let x = node.operand(0);
    let [start, end, axis, step] = [1, 2, 3, 4].map(|i| node.operand(i).data[0].get() as usize);
    let mut shape = x.shape.clone();
    shape[axis] = (end.min(shape[axis]) - start).div_ceil(step);
    Array::build(&shape, |index| {
        let mut index = index.to_vec();
        index[axis] = start + step * index[axis];
        x.at(&index)
    })
}

fn pad<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let x = node.operand(0);
    let pads = node.ints("pads", 1).unwrap();
    let rank = x.shape.len();
    let value = node.optional(2).map_or(T::of(0.0), |value| value.data[0]);
    let mode = text_attribute(node.proto, "mode", "constant");
    let size = |i: usize| usize::try_from(x.shape[i] as i64 + pads[i] + pads[i + rank]).unwrap();
    Array::build(&(0..rank).map(size).collect::<Vec<_>>(), |index| {
        let source: Option<Vec<usize>> = (0..rank)
            .map(|i| {
                let (mut at, size) = (index[i] as i64 - pads[i], x.shape[i] as i64);
                while mode == "reflect" && !(0..size).contains(&at) {
                    at = if at < 0 { -at } else { 2 * (size - 1) - at };
                }
                match mode.as_str() {
                    "edge" => at = at.max(0).min(size - 1),
                    "wrap" => at = (at + 10 * size) % size,
                    _ => {}
                }
                (0..size).contains(&at).then_some(at as usize)
            })
            .collect();
        source.map_or(value, |source| x.at(&source))
    })
}

fn pixel_shuffle<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let x = node.operand(0);
    let block = node.int("blocksize", 1) as usize;
    let [n, c, h, w] = x.shape[..] else { panic!("images have four axes") };
    if node.proto.op_type() == "SpaceToDepth" {
        return Array::build(&[n, c * block * block, h / block, w / block], |i| {
            let (place, channel) = (i[1] / c, i[1] % c);
            x.at(&[i[0], channel, i[2] * block + place / block, i[3] * block + place % block])
        });
    }
    let channels = c / block / block;
    Array::build(&[n, channels, h * block, w * block], |i| {
        let place = i[2] % block * block + i[3] % block;
        x.at(&[i[0], place * channels + i[1], i[2] / block, i[3] / block])
    })
}

fn reduce<T: Number>(node: &Evaluation<'_, T>) -> Array<T> {
    let x = node.operand(0);
    let rank = x.shape.len() as i64;
    let axes: Vec<usize> =
        node.ints("axes", 1).unwrap().iter().map(|axis| (axis + rank) as usize % rank as usize).collect();
    let kept: Vec<usize> =
        (0..x.shape.len()).map(|i| if axes.contains(&i) { 1 } else { x.shape[i] }).collect();
    let each = x.data.len() / kept.iter().product::<usize>();
    let inner: Vec<usize> =
        (0..x.shape.len()).map(|i| if axes.contains(&i) { x.shape[i] } else { 1 }).collect();
    let result = Array::build(&kept, |index| {
        let at = |flat: usize| {
            let offset = super::number::index_of(&inner, flat);
            x.at(&index.iter().zip(&offset).map(|(a, b)| a + b).collect::<Vec<_>>())
        };
        let values = (0..each).map(at);
        match node.proto.op_type() {
            "ReduceMean" => T::sum(values) / T::of(each as f64),
            "ReduceSum" => T::sum(values),
            "ReduceMax" => values.fold(at(0), T::max),
            "ReduceMin" => values.fold(at(0), T::min),
            other => panic!("the reference knows no {other}"),
        }
    });
    if node.int("keepdims", 1) != 0 {
        return result;
    }
    let left: Vec<usize> = (0..x.shape.len()).filter(|i| !axes.contains(i)).map(|i| x.shape[i]).collect();
    Array::new(&left, result.data)
}
