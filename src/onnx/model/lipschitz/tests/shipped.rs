//! The shipped encoder: its bound against what searching reaches, and against the norms of its layers.

use std::path::Path;

use super::Random;
use crate::onnx::model::file::ModelFile;
use crate::onnx::model::graph::ints_attribute;
use crate::onnx::model::lipschitz::bound;
use crate::onnx::model::lipschitz::constant::Constant;
use crate::onnx::proto::ModelProto;

/// A convolution of square images in f64.
struct Layer {
    weights: Vec<f64>,
    bias: Vec<f64>,
    outputs: usize,
    inputs: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    /// Width of the input and of the output.
    input: usize,
    output: usize,
}

impl Layer {
    /// Calls `visit` with every output element, input element and weight that meet.
    fn for_each_product(&self, mut visit: impl FnMut(usize, usize, f64)) {
        let positions = (0..self.output * self.output).map(|p| (p / self.output, p % self.output));
        for (row, column) in positions {
            for tap in 0..self.kernel * self.kernel {
                let y = (row * self.stride + tap / self.kernel).wrapping_sub(self.padding);
                let x = (column * self.stride + tap % self.kernel).wrapping_sub(self.padding);
                if y >= self.input || x >= self.input {
                    continue;
                }
                for o in 0..self.outputs {
                    for c in 0..self.inputs {
                        let weight = self.weights[(o * self.inputs + c) * self.kernel * self.kernel + tap];
                        let target = (o * self.output + row) * self.output + column;
                        visit(target, (c * self.input + y) * self.input + x, weight);
                    }
                }
            }
        }
    }

    fn forward(&self, x: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; self.outputs * self.output * self.output];
        self.for_each_product(|target, source, weight| y[target] += weight * x[source]);
        y
    }

    fn adjoint(&self, y: &[f64]) -> Vec<f64> {
        let mut x = vec![0.0; self.inputs * self.input * self.input];
        self.for_each_product(|target, source, weight| x[source] += weight * y[target]);
        x
    }

    fn with_bias(&self, x: &[f64]) -> Vec<f64> {
        let each = self.output * self.output;
        self.forward(x).iter().enumerate().map(|(i, y)| y + self.bias[i / each]).collect()
    }
}

fn layers(model: &ModelProto) -> Vec<Layer> {
    let graph = model.graph.as_ref().unwrap();
    let stored = |name: &str| {
        let tensor = graph.initializer.iter().find(|t| t.name() == name).unwrap();
        Constant::stored(tensor).unwrap()
    };
    let mut input = 28;
    let convolutions = graph.node.iter().filter(|node| node.op_type() == "Conv");
    convolutions
        .map(|node| {
            let (weights, bias) = (stored(&node.input[1]), stored(&node.input[2]));
            let of = |name| usize::try_from(ints_attribute(node, name).unwrap()[0]).unwrap();
            let (kernel, stride, padding) = (weights.shape[2], of("strides"), of("pads"));
            let output = (input + 2 * padding - kernel) / stride + 1;
            let (outputs, inputs) = (weights.shape[0], weights.shape[1]);
            let (weights, bias) = (weights.values.to_vec(), bias.values.to_vec());
            let layer = Layer { weights, bias, outputs, inputs, kernel, stride, padding, input, output };
            input = output;
            layer
        })
        .collect()
}

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// Power iteration of x -> A^T A x, which never exceeds |A|_2.
fn reached(
    size: usize,
    steps: usize,
    forward: impl Fn(&[f64]) -> Vec<f64>,
    adjoint: impl Fn(&[f64]) -> Vec<f64>,
) -> f64 {
    let mut random = Random(5);
    let mut x: Vec<f64> = (0..size).map(|_| random.next()).collect();
    let mut reached = 0.0;
    for _ in 0..steps {
        let length = norm(&x);
        x.iter_mut().for_each(|x| *x /= length);
        let y = forward(&x);
        reached = norm(&y);
        x = adjoint(&y);
    }
    reached
}

fn relu(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| x.max(0.0)).collect()
}

fn encode(layers: &[Layer], x: &[f64]) -> Vec<f64> {
    let (last, others) = layers.split_last().unwrap();
    let code = others.iter().fold(x.to_vec(), |x, layer| relu(&layer.with_bias(&x)));
    last.with_bias(&code)
}

/// The norm of the Jacobian at an image.
fn local_norm(layers: &[Layer], image: &[f64], steps: usize) -> f64 {
    let mut masks: Vec<Vec<f64>> = Vec::new();
    let mut x = image.to_vec();
    for layer in layers {
        let y = layer.with_bias(&x);
        masks.push(y.iter().map(|y| if *y > 0.0 { 1.0 } else { 0.0 }).collect());
        x = relu(&y);
    }
    // The last layer has no ReLU.
    masks.last_mut().unwrap().fill(1.0);
    let masked = |x: Vec<f64>, mask: &[f64]| x.iter().zip(mask).map(|(x, m)| x * m).collect::<Vec<_>>();
    let forward = |x: &[f64]| {
        layers.iter().zip(&masks).fold(x.to_vec(), |x, (layer, mask)| masked(layer.forward(&x), mask))
    };
    let adjoint = |y: &[f64]| {
        layers.iter().zip(&masks).rev().fold(y.to_vec(), |y, (layer, mask)| layer.adjoint(&masked(y, mask)))
    };
    reached(image.len(), steps, forward, adjoint)
}

#[test]
fn the_shipped_encoder_is_bounded_closely() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("onnx/mnist/defocus-blur/f2.onnx");
    let model = ModelFile::read(&path).unwrap().proto;
    let bound = bound(&model, "image", &[1, 28, 28]).unwrap();
    let layers = layers(&model);
    let norms = layers.iter().map(|layer| {
        let size = layer.inputs * layer.input * layer.input;
        reached(size, 100, |x| layer.forward(x), |y| layer.adjoint(y))
    });
    let product: f64 = norms.product();
    let ratio = bound.lipschitz / product;
    assert!((1.0..1.02).contains(&ratio), "{} is {ratio} times the product of norms", bound.lipschitz);

    let mut random = Random(9);
    let mut image = || (0..784).map(|_| 0.5 + 0.5 * random.next()).collect::<Vec<f64>>();
    for distance in [1e-3, 0.1, 1.0] {
        let (x, direction) = (image(), image());
        let moved: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| x + distance * d).collect();
        let codes = [encode(&layers, &x), encode(&layers, &moved)];
        let difference: Vec<f64> = codes[0].iter().zip(&codes[1]).map(|(a, b)| a - b).collect();
        assert!(norm(&difference) <= bound.lipschitz * distance * norm(&direction) * (1.0 + 1e-9));
    }
    let local = local_norm(&layers, &image(), 30);
    assert!(local <= bound.lipschitz, "{local} above {}", bound.lipschitz);

    // What rounding adds is what a change of the image by less than a thousandth of its norm could do.
    let rounding = bound.rounding(28.0);
    assert!(rounding > 0.0 && rounding < 1e-3 * bound.lipschitz, "{rounding}");
}
