//! Functions of single elements.

use super::arithmetic::flushed;
use super::float32::{ELEMENTARY, gamma_f32};
use super::growth::Growth;
use super::live::{Bound, Live};
use super::node::{Node, Tensor};
use super::obstacle::Obstacle;
use super::upward::{Upper, euclidean};
use crate::onnx::model::graph::{float_attribute, operator_domain};
use crate::onnx::proto::NodeProto;

/// What is known of a function f of one number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Activation {
    /// Bounds |f'|.
    lipschitz: f64,
    /// Bounds |f(0)|.
    at_zero: f64,
    rounding: Rounding,
}

/// How far the float32 value of f may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rounding {
    /// The value is one of the operands, or a stored number.
    None,
    /// So many roundings of terms of the size of |f'| |x| and |f(0)|.
    Operations(usize),
    /// A multiple of [`ELEMENTARY`] of the larger of 1 and |x|.
    Elementary(f64),
}

/// Activations without parameters, and those whose parameters are attributes; `None` for what is not one of them.
pub(super) fn of(node: &NodeProto) -> Option<Activation> {
    let float = |name, default: f32| float_attribute(node, name, default);
    let exact = |lipschitz| Activation { lipschitz, at_zero: 0.0, rounding: Rounding::None };
    let elementary = |lipschitz: f64, at_zero| {
        // Several elementary steps, as in Mish, each at most as steep as the whole.
        Activation { lipschitz, at_zero, rounding: Rounding::Elementary(4.0 * lipschitz.max(1.0)) }
    };
    let domain = operator_domain(node);
    Some(match (domain, node.op_type()) {
        ("", "Relu" | "Abs") => exact(1.0),
        ("", "LeakyRelu") => Activation {
            lipschitz: float("alpha", 0.01).abs().max(1.0),
            at_zero: 0.0,
            rounding: Rounding::Operations(1),
        },
        ("", "Softsign") => Activation { lipschitz: 1.0, at_zero: 0.0, rounding: Rounding::Operations(3) },
        ("", "HardSigmoid") => {
            let (alpha, beta) = (float("alpha", 0.2), float("beta", 0.5));
            // Where |alpha x + beta| <= 1, |beta| is at most |alpha x| + 1: twice three roundings cover any beta.
            Activation {
                lipschitz: alpha.abs(),
                at_zero: beta.abs().min(1.0),
                rounding: Rounding::Operations(6),
            }
        }
        ("", "HardSwish") => hard_swish(f64::from(1.0_f32 / 6.0), 0.5)?,
        // e^x alpha for x < 0 is steepest at 0.
        ("", "Elu") => elementary(float("alpha", 1.0).abs().max(1.0), 0.0),
        ("", "Selu") => {
            let alpha = float("alpha", 1.673_263_2).abs().max(1.0);
            elementary(float("gamma", 1.050_701).abs() * alpha * ABOVE, 0.0)
        }
        // alpha (e^(x / alpha) - 1) for x < 0 is steepest at 0, too, and as far off as alpha is large.
        ("", "Celu") if float("alpha", 1.0) > 0.0 => {
            let rounding = Rounding::Elementary(4.0 * float("alpha", 1.0).max(1.0));
            Activation { lipschitz: 1.0, at_zero: 0.0, rounding }
        }
        ("", "Softplus") => elementary(1.0, std::f64::consts::LN_2 * ABOVE),
        ("", "Sigmoid") => elementary(0.25, 0.5),
        ("", "Tanh" | "Sin" | "Atan" | "Asinh") => elementary(1.0, 0.0),
        ("", "Cos") => elementary(1.0, 1.0),
        ("", "Erf") => elementary(std::f64::consts::FRAC_2_SQRT_PI * ABOVE, 0.0),
        ("" | "com.microsoft", "Gelu") | ("com.microsoft", "FastGelu") if has_one_operand(node) => {
            elementary(GELU, 0.0)
        }
        ("", "Swish") | ("com.microsoft", "QuickGelu") => elementary(SWISH, 0.0),
        ("", "Mish") => elementary(MISH, 0.0),
        _ => return None,
    })
}

/// Above 1 by more than a few roundings of f64.
const ABOVE: f64 = 1.0 + 1e-14;
/// Bounds the slope of x Phi(x), at most 1.12891, and of its form with tanh, at most 1.12899.
const GELU: f64 = 1.13;
/// Bounds the slope of x sigmoid(a x), s + a x s (1 - s), at most 1.09985 whatever the scale a.
const SWISH: f64 = 1.1;
/// Bounds the slope of x tanh(softplus(x)), at most 1.08850.
const MISH: f64 = 1.09;

/// FastGelu may add a bias, its second operand, which is left to others.
fn has_one_operand(node: &NodeProto) -> bool {
    node.input.iter().filter(|name| !name.is_empty()).count() == 1
}

/// x clip(alpha x + beta, 0, 1): its slope 2 alpha x + beta is linear between the bends at -beta / alpha and
/// (1 - beta) / alpha, and 0 or 1 outside.
fn hard_swish(alpha: f64, beta: f64) -> Option<Activation> {
    let lipschitz = (2.0 - beta).abs().max(beta.abs()).max(1.0) * ABOVE;
    (alpha > 0.0).then_some(Activation {
        lipschitz,
        at_zero: 0.0,
        rounding: Rounding::Elementary(4.0 * lipschitz),
    })
}

/// The tensor after an activation.
pub(super) fn apply(node: &Node<'_>, activation: Activation) -> Result<Live, Obstacle> {
    Ok(Live::from(activation.of_bound(node.only_live()?.bound(), node.output_count(0)?)))
}

impl Activation {
    fn of_bound(&self, bound: Bound, elements: usize) -> Bound {
        let slope = Upper::of(self.lipschitz);
        // sqrt(n), the norm of n ones.
        let ones = Growth::constant(Upper::count(elements).sqrt());
        let at_zero = ones.times(Upper::of(self.at_zero));
        let computed = bound.norm + bound.error;
        let rounding = match self.rounding {
            Rounding::None => Growth::ZERO,
            Rounding::Operations(number) => {
                (computed.times(slope) + at_zero).times(gamma_f32(number)) + flushed(elements)
            }
            Rounding::Elementary(multiple) => {
                (computed + ones).times(Upper::of(multiple) * Upper::of(ELEMENTARY)) + flushed(elements)
            }
        };
        let after = bound.times(slope);
        Bound { norm: after.norm + at_zero, error: after.error + rounding, ..after }
    }
}

/// PRelu with constant slopes.
pub(super) fn parametric_relu(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let slopes = node.constant(1)?;
    let lipschitz = slopes.values.iter().fold(1.0_f64, |most, slope| most.max(slope.abs()));
    let elements = node.output_count(0)?;
    if node.input_count(0)? != elements {
        return Err(node.parameter_shape_obstacle(1, "one that broadcasts to the first operand".into()));
    }
    let activation = Activation { lipschitz, at_zero: 0.0, rounding: Rounding::Operations(1) };
    Ok(Live::from(activation.of_bound(live.bound(), elements)))
}

/// Clip. The limits are attributes before operator set 11, operands since, and may be infinite.
pub(super) fn clip(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let limit = |index: usize, name: &str, none: f32| match (node.opset, node.operand(index)) {
        (..11, _) => Ok(float_attribute(node.proto, name, none)),
        (_, Some(Tensor::Constant(limit))) => Ok(limit.values.first().copied().unwrap_or(none.into())),
        _ => node.optional_constant(index).map(|_| none.into()),
    };
    let (low, high) = (limit(1, "min", f32::NEG_INFINITY)?, limit(2, "max", f32::INFINITY)?);
    let at_zero = 0.0_f64.max(low).min(high);
    if low.is_nan() || high.is_nan() || !at_zero.is_finite() {
        return Err(Obstacle::NotFinite { tensor: node.name(if low.is_nan() { 1 } else { 2 }) });
    }
    let activation = Activation { lipschitz: 1.0, at_zero: at_zero.abs(), rounding: Rounding::None };
    Ok(Live::from(activation.of_bound(live.bound(), node.output_count(0)?)))
}

/// x Sigmoid(x) and x HardSigmoid(x), exported as two nodes; `None` if a product is neither.
pub(super) fn gated(node: &Node<'_>) -> Option<Result<Live, Obstacle>> {
    let (first, second) = (node.proto.input.first()?, node.proto.input.get(1)?);
    let gate = |index: usize, gated: &String| {
        node.producers.get(index).copied().flatten().filter(|producer| producer.input.first() == Some(gated))
    };
    let candidates = [(0, gate(1, first)), (1, gate(0, second))];
    let (index, activation) = candidates.into_iter().find_map(|(index, gate)| {
        let gate = gate?;
        let activation = match (operator_domain(gate), gate.op_type()) {
            ("", "Sigmoid") => {
                Activation { lipschitz: SWISH, at_zero: 0.0, rounding: Rounding::Elementary(4.0 * SWISH) }
            }
            ("", "HardSigmoid") => {
                hard_swish(float_attribute(gate, "alpha", 0.2), float_attribute(gate, "beta", 0.5))?
            }
            _ => return None,
        };
        Some((index, activation))
    })?;
    let Some(Tensor::Live(live)) = node.operand(index) else {
        return None;
    };
    Some(node.output_count(0).map(|elements| Live::from(activation.of_bound(live.bound(), elements))))
}

/// Softmax: its Jacobian diag(p) - p p^T has no negative eigenvalue, and row sums of absolute values
/// 2 p_i (1 - p_i) <= 1/2, so its norm is at most 1/2 (Gershgorin).
pub(super) fn softmax(node: &Node<'_>) -> Result<Live, Obstacle> {
    let live = node.only_live()?;
    let shape = node.input_shape(0)?;
    let axis = node.axis(node.int("axis", if node.opset < 13 { 1 } else { -1 }))?;
    let elements = node.output_count(0)?;
    // Before operator set 13, everything from the axis on was one.
    let group: usize = if node.opset < 13 { shape[axis..].iter().product() } else { shape[axis] };
    let groups = Upper::count(elements / group.max(1)).sqrt();
    let bound = live.bound();
    let computed = bound.norm + bound.error;
    let after = bound.times(Upper::of(0.5));
    // Each p_i is off by the factor that x_i - max is off by, once for the numerator and once for the sum, and by
    // what the exponentials, the sum and the division add. |p| <= 1.
    let exponents = computed.times(Upper::of(8.0) * gamma_f32(1));
    let rest = euclidean([gamma_f32(group.saturating_add(2)).get(), 4.0 * ELEMENTARY]) * Upper::of(2.0);
    let rounding = exponents + Growth::constant(groups * rest) + flushed(elements);
    Ok(Live::from(Bound { norm: Growth::constant(groups), error: after.error + rounding, ..after }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a grid so fine that the slope moves by less than 1e-4 between its points (no second derivative reaches 2).
    fn steepest(slope: impl Fn(f64) -> f64) -> f64 {
        (-400_000..=400_000).map(|i| slope(f64::from(i) * 5e-5).abs()).fold(0.0, f64::max) + 1e-4
    }

    #[test]
    fn slopes_are_bounded() {
        let density = |x: f64| libm::exp(-0.5 * x * x) / (2.0 * std::f64::consts::PI).sqrt();
        let gelu = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2) + x * density(x);
        let gelu_by_tanh = |x: f64| {
            let c = (2.0 / std::f64::consts::PI).sqrt();
            let t = libm::tanh(c * (x + 0.044_715 * x * x * x));
            0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * c * (1.0 + 3.0 * 0.044_715 * x * x)
        };
        let sigmoid = |x: f64| 1.0 / (1.0 + libm::exp(-x));
        let swish = |x: f64| sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x)));
        let mish = |x: f64| {
            let t = libm::tanh(libm::log1p(libm::exp(x)));
            t + x * (1.0 - t * t) * sigmoid(x)
        };
        for (steepest, bound) in [
            (steepest(gelu), GELU),
            (steepest(gelu_by_tanh), GELU),
            (steepest(swish), SWISH),
            (steepest(mish), MISH),
        ] {
            assert!(steepest <= bound && bound < steepest * 1.002, "{steepest} {bound}");
        }
    }
}
