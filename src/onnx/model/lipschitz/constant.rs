//! Constants of a graph, read in f64, in which every float32 number is exact.

use std::rc::Rc;

use super::obstacle::Origin;
use crate::onnx::proto::tensor_proto::DataType;
use crate::onnx::proto::{AttributeProto, TensorProto};

/// A constant with its elements in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Constant {
    pub(super) shape: Vec<usize>,
    pub(super) values: Rc<Vec<f64>>,
}

impl Constant {
    fn new(shape: Vec<usize>, values: Vec<f64>) -> Option<Self> {
        let count = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))?;
        (count == values.len()).then(|| Self { shape, values: Rc::new(values) })
    }

    /// A tensor stored in the model.
    pub(super) fn stored(tensor: &TensorProto) -> Result<Self, Origin> {
        let form = || {
            let name = DataType::try_from(tensor.data_type()).map_or("an unknown type", |t| t.as_str_name());
            Origin::Stored { form: format!("{} of another length than its shape says", name.to_lowercase()) }
        };
        let shape: Option<Vec<usize>> = tensor.dims.iter().map(|size| usize::try_from(*size).ok()).collect();
        let values = values(tensor)?;
        shape.zip(values).and_then(|(shape, values)| Self::new(shape, values)).ok_or_else(form)
    }

    /// What a Constant node holds.
    pub(super) fn of_attribute(attribute: &AttributeProto) -> Result<Self, Origin> {
        let real = |values: &[f32]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        // Integers below 2^53 are exact; larger ones are no sizes or positions.
        let integer = |values: &[i64]| values.iter().map(|v| *v as f64).collect::<Vec<_>>();
        let vector = |values: Vec<f64>| Self { shape: vec![values.len()], values: Rc::new(values) };
        let scalar = |values: Vec<f64>| Self { shape: vec![], values: Rc::new(values) };
        match (attribute.name(), &attribute.t) {
            ("value", Some(tensor)) => Self::stored(tensor),
            ("value_float", _) => Ok(scalar(real(&[attribute.f()]))),
            ("value_int", _) => Ok(scalar(integer(&[attribute.i()]))),
            ("value_floats", _) => Ok(vector(real(&attribute.floats))),
            ("value_ints", _) => Ok(vector(integer(&attribute.ints))),
            (name, _) => Err(Origin::Stored { form: name.to_owned() }),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.values.len()
    }

    pub(super) fn is_finite(&self) -> bool {
        self.values.iter().all(|value| value.is_finite())
    }

    /// The same elements in another shape, if there are as many.
    pub(super) fn reshaped(&self, shape: Vec<usize>) -> Option<Self> {
        let count = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))?;
        (count == self.count()).then(|| Self { shape, values: Rc::clone(&self.values) })
    }

    /// The axes in another order: axis i of the result is axis `order[i]`.
    pub(super) fn transposed(&self, order: &[usize]) -> Option<Self> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if sorted != (0..self.shape.len()).collect::<Vec<_>>() {
            return None;
        }
        let stride = |axis: usize| self.shape[axis + 1..].iter().product::<usize>();
        let strides: Vec<usize> = order.iter().map(|axis| stride(*axis)).collect();
        let shape: Vec<usize> = order.iter().map(|axis| self.shape[*axis]).collect();
        let value = |mut flat: usize| {
            let mut at = 0;
            for (size, stride) in shape.iter().zip(&strides).rev() {
                at += flat % size * stride;
                flat /= size;
            }
            self.values[at]
        };
        let values = (0..self.count()).map(value).collect();
        Self::new(shape.clone(), values)
    }

    /// Its elements as integers, if that is what they are.
    pub(super) fn integers(&self) -> Option<Vec<i64>> {
        const EXACT: f64 = 9e15;
        let integer = |v: &f64| (v.fract() == 0.0 && v.abs() < EXACT).then_some(*v as i64);
        self.values.iter().map(integer).collect()
    }

    /// The only axis of more than one entry, counted from the end (1 for the last), if there is at most one.
    pub(super) fn only_axis_from_end(&self) -> Option<Option<usize>> {
        let mut long = (0..self.shape.len()).filter(|axis| self.shape[*axis] != 1);
        match (long.next(), long.next()) {
            (None, _) => Some(None),
            (Some(axis), None) => Some(Some(self.shape.len() - axis)),
            (Some(_), Some(_)) => None,
        }
    }
}

/// The elements of a stored tensor of a type whose elements are exact in f64.
fn values(tensor: &TensorProto) -> Result<Option<Vec<f64>>, Origin> {
    let raw = tensor.raw_data.as_deref().filter(|raw| !raw.is_empty());
    let data_type = DataType::try_from(tensor.data_type()).unwrap_or(DataType::Undefined);
    Ok(match (data_type, raw) {
        (DataType::Float, Some(raw)) => decoded(raw, |bytes| f32::from_le_bytes(bytes).into()),
        (DataType::Double, Some(raw)) => decoded(raw, f64::from_le_bytes),
        (DataType::Int32, Some(raw)) => decoded(raw, |bytes| i32::from_le_bytes(bytes).into()),
        (DataType::Int64, Some(raw)) => decoded(raw, |bytes| i64::from_le_bytes(bytes) as f64),
        (DataType::Float, None) => Some(tensor.float_data.iter().map(|v| f64::from(*v)).collect()),
        (DataType::Double, None) => Some(tensor.double_data.clone()),
        (DataType::Int32, None) => Some(tensor.int32_data.iter().map(|v| f64::from(*v)).collect()),
        (DataType::Int64, None) => Some(tensor.int64_data.iter().map(|v| *v as f64).collect()),
        (other, _) => return Err(Origin::Stored { form: other.as_str_name().to_lowercase() }),
    })
}

fn decoded<const N: usize>(raw: &[u8], decode: impl Fn([u8; N]) -> f64) -> Option<Vec<f64>> {
    let (chunks, rest) = raw.as_chunks::<N>();
    rest.is_empty().then(|| chunks.iter().map(|bytes| decode(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::model::testing::{floats, integers, weights};

    #[test]
    fn stored_tensors_are_read() {
        let constant = Constant::stored(&weights("w", &[2, 3])).unwrap();
        assert_eq!((constant.shape.clone(), constant.count()), (vec![2, 3], 6));
        assert_eq!(constant.values[0], f64::from(3.0_f32 * 0.1 - 0.5));
        let turned = constant.transposed(&[1, 0]).unwrap();
        assert_eq!(turned.shape, [3, 2]);
        assert_eq!(turned.values[1], constant.values[3]);
        assert_eq!(constant.transposed(&[0, 0]), None);
        assert_eq!(Constant::stored(&integers("i", &[2], &[-1, 7])).unwrap().integers(), Some(vec![-1, 7]));
        assert_eq!(Constant::stored(&floats("f", &[0.5])).unwrap().integers(), None);
    }

    #[test]
    fn damaged_and_foreign_tensors_are_not() {
        let mut cut = weights("w", &[2, 3]);
        cut.raw_data.as_mut().unwrap().truncate(20);
        assert!(matches!(Constant::stored(&cut), Err(Origin::Stored { .. })));
        let mut half = weights("w", &[2, 3]);
        half.data_type = Some(DataType::Float16 as i32);
        assert_eq!(Constant::stored(&half), Err(Origin::Stored { form: "float16".into() }));
        let mut huge = weights("w", &[2, 3]);
        huge.dims = vec![i64::MAX, i64::MAX];
        assert!(Constant::stored(&huge).is_err());
    }

    #[test]
    fn axes_of_more_than_one_entry_are_found() {
        let shaped = |shape: &[usize]| {
            let count = shape.iter().product();
            Constant::new(shape.to_vec(), vec![0.0; count]).unwrap().only_axis_from_end()
        };
        assert_eq!(shaped(&[]), Some(None));
        assert_eq!(shaped(&[1, 1]), Some(None));
        assert_eq!(shaped(&[1, 4, 1, 1]), Some(Some(3)));
        assert_eq!(shaped(&[4, 2]), None);
    }
}
