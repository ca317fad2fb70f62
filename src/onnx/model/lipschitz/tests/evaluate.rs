//! A reference evaluator of graphs, direct from the definitions of the operators, and slow.

use std::collections::HashMap;

use super::number::{Array, Number};
use super::{evaluate_images as images, evaluate_layout as layout};
use crate::onnx::model::graph::{attribute, float_attribute, int_attribute, ints_attribute};
use crate::onnx::model::lipschitz::constant::Constant;
use crate::onnx::proto::{ModelProto, NodeProto};

/// The one output of a model for an input, which has its batch axis.
pub(super) fn evaluate<T: Number>(model: &ModelProto, input: &Array<T>) -> Array<T> {
    let graph = model.graph.as_ref().unwrap();
    let mut tensors: HashMap<&str, Array<T>> = HashMap::new();
    for tensor in &graph.initializer {
        tensors.insert(tensor.name(), array(&Constant::stored(tensor).unwrap()));
    }
    tensors.insert(graph.input[0].name(), input.clone());
    for proto in &graph.node {
        let operands = proto.input.iter().map(|name| tensors.get(name.as_str())).collect();
        let results = Evaluation { proto, operands }.run();
        for (name, result) in proto.output.iter().zip(results) {
            tensors.insert(name, result);
        }
    }
    tensors[graph.output[0].name()].clone()
}

fn array<T: Number>(constant: &Constant) -> Array<T> {
    Array::new(&constant.shape, constant.values.iter().map(|value| T::of(*value)).collect())
}

/// A node at work.
pub(super) struct Evaluation<'a, T> {
    pub(super) proto: &'a NodeProto,
    pub(super) operands: Vec<Option<&'a Array<T>>>,
}

impl<'a, T: Number> Evaluation<'a, T> {
    pub(super) fn operand(&self, index: usize) -> &'a Array<T> {
        self.operands[index].unwrap()
    }

    pub(super) fn optional(&self, index: usize) -> Option<&'a Array<T>> {
        self.operands.get(index).copied().flatten()
    }

    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        int_attribute(self.proto, name, default)
    }

    pub(super) fn ints(&self, name: &str, operand: usize) -> Option<Vec<i64>> {
        let of_operand = || self.optional(operand).map(|a| a.data.iter().map(|v| v.get() as i64).collect());
        ints_attribute(self.proto, name).map(<[i64]>::to_vec).or_else(of_operand)
    }

    pub(super) fn float(&self, name: &str, default: f32) -> T {
        T::of(float_attribute(self.proto, name, default))
    }

    pub(super) fn axis(&self, name: &str, default: i64) -> usize {
        let axis = self.int(name, default);
        if axis < 0 { self.operand(0).shape.len() - axis.unsigned_abs() as usize } else { axis as usize }
    }

    fn run(&self) -> Vec<Array<T>> {
        vec![match self.proto.op_type() {
            "Split" => return layout::split(self),
            "Constant" => array(&Constant::of_attribute(attribute(self.proto, "value").unwrap()).unwrap()),
            "Conv" => images::convolution(self),
            "ConvTranspose" => images::transposed_convolution(self),
            "AveragePool" => images::average_pool(self),
            "MaxPool" => images::max_pool(self),
            "GlobalAveragePool" | "GlobalMaxPool" => images::global_pool(self),
            "BatchNormalization" => images::batch_normalisation(self),
            "Gemm" => self.gemm(),
            "MatMul" => self.matrix_product(),
            "Add" | "Sum" => self.elementwise(|a, b| a + b),
            "Sub" => self.elementwise(|a, b| a - b),
            "Mul" => self.elementwise(|a, b| a * b),
            "Div" => self.elementwise(|a, b| a / b),
            "Max" => self.elementwise(T::max),
            "Min" => self.elementwise(T::min),
            "PRelu" => self.elementwise(|x, slope| if x < T::of(0.0) { x * slope } else { x }),
            "Softmax" => self.softmax(),
            "Concat" | "Slice" | "Gather" | "Pad" | "Transpose" | "Expand" | "Tile" | "Reshape"
            | "Flatten" | "Squeeze" | "Unsqueeze" | "DepthToSpace" | "SpaceToDepth" | "ReduceMean"
            | "ReduceSum" | "ReduceMax" | "ReduceMin" | "Identity" | "Dropout" | "Cast" => layout::run(self),
            _ => self.operand(0).map(|x| self.function(x)),
        }]
    }

    /// Functions of one number.
    fn function(&self, x: T) -> T {
        let number = T::of;
        let (zero, one, half) = (number(0.0), number(1.0), number(0.5));
        let sigmoid = |x: T| one / (one + (-x).exp());
        let below = |negative: T| if x < zero { negative } else { x };
        let softplus = || x.max(zero) + x.min(-x).exp().ln_1p();
        let limit = |index: usize| self.optional(index).map(|limit| limit.data[0]);
        match self.proto.op_type() {
            "Neg" => -x,
            "Relu" => x.max(zero),
            "Abs" => x.max(-x),
            "LeakyRelu" => below(self.float("alpha", 0.01) * x),
            "Clip" => {
                let x = limit(1).map_or(x, |low| x.max(low));
                limit(2).map_or(x, |high| x.min(high))
            }
            "Elu" => below(self.float("alpha", 1.0) * (x.exp() - one)),
            "Celu" => {
                let alpha = self.float("alpha", 1.0);
                below(alpha * ((x / alpha).exp() - one))
            }
            "Selu" => {
                let (alpha, gamma) = (self.float("alpha", 1.673_263_2), self.float("gamma", 1.050_701));
                gamma * below(alpha * (x.exp() - one))
            }
            "Softplus" => softplus(),
            "Softsign" => x / (one + x.max(-x)),
            "HardSigmoid" => (self.float("alpha", 0.2) * x + self.float("beta", 0.5)).max(zero).min(one),
            "HardSwish" => x * (x * number(1.0 / 6.0) + half).max(zero).min(one),
            "Sigmoid" => sigmoid(x),
            "Tanh" => x.tanh(),
            "Erf" => x.erf(),
            "Gelu" => half * x * (one + (x / number(std::f64::consts::SQRT_2)).erf()),
            "Swish" => x * sigmoid(self.float("alpha", 1.0) * x),
            "QuickGelu" => x * sigmoid(self.float("alpha", 1.702) * x),
            "Mish" => x * softplus().tanh(),
            other => panic!("the reference knows no {other}"),
        }
    }

    /// Operands broadcast against each other and folded from the left.
    fn elementwise(&self, operation: impl Fn(T, T) -> T) -> Array<T> {
        let shape = broadcast_shape(self.operands.iter().map(|a| a.unwrap().shape.clone()));
        Array::build(&shape, |index| {
            let mut values = self.operands.iter().map(|a| a.unwrap().broadcast_at(index));
            let first = values.next().unwrap();
            values.fold(first, &operation)
        })
    }

    fn gemm(&self) -> Array<T> {
        let oriented = |array: &Array<T>, name| {
            let transposed = self.int(name, 0) != 0;
            let shape = [array.shape[usize::from(transposed)], array.shape[usize::from(!transposed)]];
            Array::build(&shape, |i| array.at(&if transposed { [i[1], i[0]] } else { [i[0], i[1]] }))
        };
        let (a, b) = (oriented(self.operand(0), "transA"), oriented(self.operand(1), "transB"));
        Array::build(&[a.shape[0], b.shape[1]], |index| {
            let terms = (0..a.shape[1]).map(|k| a.at(&[index[0], k]) * b.at(&[k, index[1]]));
            let product = self.float("alpha", 1.0) * T::sum(terms);
            let added = self.optional(2).map(|c| self.float("beta", 1.0) * c.broadcast_at(index));
            added.map_or(product, |added| product + added)
        })
    }

    fn matrix_product(&self) -> Array<T> {
        let (a, b) = (self.operand(0), self.operand(1));
        let (rank_a, rank_b) = (a.shape.len(), b.shape.len());
        assert!(rank_a >= 2 && rank_b >= 2, "the reference multiplies matrices");
        let stack = broadcast_shape(
            [&a.shape[..rank_a - 2], &b.shape[..rank_b - 2]].into_iter().map(<[usize]>::to_vec),
        );
        let shape = [stack, vec![a.shape[rank_a - 2], b.shape[rank_b - 1]]].concat();
        Array::build(&shape, |index| {
            let (stack, place) = index.split_at(index.len() - 2);
            T::sum((0..a.shape[rank_a - 1]).map(|k| {
                let left = [stack, &[place[0], k]].concat();
                let right = [stack, &[k, place[1]]].concat();
                a.broadcast_at(&left) * b.broadcast_at(&right)
            }))
        })
    }

    fn softmax(&self) -> Array<T> {
        let (x, axis) = (self.operand(0), self.axis("axis", -1));
        Array::build(&x.shape, |index| {
            let along = |i: usize| {
                let mut index = index.to_vec();
                index[axis] = i;
                x.at(&index)
            };
            let size = x.shape[axis];
            let most = (1..size).map(along).fold(along(0), T::max);
            let total = T::sum((0..size).map(|i| (along(i) - most).exp()));
            (x.at(index) - most).exp() / total
        })
    }
}

fn broadcast_shape(shapes: impl Iterator<Item = Vec<usize>>) -> Vec<usize> {
    let shapes: Vec<Vec<usize>> = shapes.collect();
    let rank = shapes.iter().map(Vec::len).max().unwrap_or(0);
    let size = |axis: usize| {
        let own = |shape: &Vec<usize>| axis.checked_sub(rank - shape.len()).map_or(1, |axis| shape[axis]);
        shapes.iter().map(own).max().unwrap()
    };
    (0..rank).map(size).collect()
}
