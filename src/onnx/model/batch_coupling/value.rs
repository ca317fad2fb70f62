//! What is known of a tensor before anything is run: where the batch lies in it, its shape, and, of the small
//! tensors in which exporters compute shapes, the elements.

use crate::onnx::proto::TensorProto;
use crate::onnx::proto::tensor_proto::DataType;

/// Most elements of a tensor that are followed one by one.
pub(super) const MOST_ELEMENTS: usize = 256;

/// The size of one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dim {
    /// This size.
    Known(usize),
    /// The size of the batch.
    Batch,
    /// Some size that does not depend on the batch.
    Fixed,
}

/// One element of a tensor that shapes are computed in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Element {
    /// This integer (or truth value).
    Integer(i64),
    /// This floating-point number.
    Real(f64),
    /// The size of the batch.
    Batch,
    /// Something that depends neither on the images nor on the size of the batch.
    Fixed,
    /// Something that may depend on the size of the batch.
    Varying,
}

impl Element {
    pub(super) fn depends_on_batch_size(self) -> bool {
        matches!(self, Self::Batch | Self::Varying)
    }

    /// The size of an axis that a shape with this element gives.
    pub(super) fn as_dim(self) -> Option<Dim> {
        match self {
            Self::Integer(size) => usize::try_from(size).ok().map(Dim::Known),
            Self::Batch => Some(Dim::Batch),
            Self::Fixed => Some(Dim::Fixed),
            Self::Real(_) | Self::Varying => None,
        }
    }
}

impl From<Dim> for Element {
    fn from(dim: Dim) -> Self {
        match dim {
            Dim::Known(size) => i64::try_from(size).map_or(Self::Fixed, Self::Integer),
            Dim::Batch => Self::Batch,
            Dim::Fixed => Self::Fixed,
        }
    }
}

/// How a tensor depends on the images of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Neither on the images nor on how many there are.
    Constant,
    /// On how many images there are, and on nothing of them.
    BatchSize,
    /// Entry i along this axis depends on image i alone, for all i in the same way; the sizes of the other axes do
    /// not depend on the batch.
    Batched(usize),
}

/// What is known of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) role: Role,
    /// Its shape; `None` where not even the rank is known. `Dim::Batch` stands at the batch axis and nowhere else.
    pub(super) shape: Option<Vec<Dim>>,
    /// Its elements in row-major order; only with a shape of known sizes, never with a batch axis.
    pub(super) elements: Option<Vec<Element>>,
}

impl Value {
    pub(super) fn constant(shape: Option<Vec<Dim>>) -> Self {
        Self { role: Role::Constant, shape, elements: None }
    }

    pub(super) fn batch_size() -> Self {
        Self { role: Role::BatchSize, shape: None, elements: None }
    }

    pub(super) fn batched(axis: usize, shape: Option<Vec<Dim>>) -> Self {
        let shape = shape.map(|mut dims| {
            if let Some(dim) = dims.get_mut(axis) {
                *dim = Dim::Batch;
            }
            dims
        });
        Self { role: Role::Batched(axis), shape, elements: None }
    }

    /// A tensor without a batch axis whose elements are followed; its role is theirs.
    pub(super) fn of_elements(shape: &[usize], elements: Vec<Element>) -> Self {
        let varies = elements.iter().any(|e| e.depends_on_batch_size());
        let role = if varies { Role::BatchSize } else { Role::Constant };
        let shape = Some(shape.iter().map(|size| Dim::Known(*size)).collect());
        let elements = (elements.len() <= MOST_ELEMENTS).then_some(elements);
        Self { role, shape, elements }
    }

    /// A tensor of the given role and shape.
    pub(super) fn with_axis(axis: Option<usize>, shape: Option<Vec<Dim>>) -> Self {
        match axis {
            Some(axis) => Self::batched(axis, shape),
            None => Self::constant(shape),
        }
    }

    pub(super) fn batch_axis(&self) -> Option<usize> {
        match self.role {
            Role::Batched(axis) => Some(axis),
            _ => None,
        }
    }

    pub(super) fn rank(&self) -> Option<usize> {
        self.shape.as_ref().map(Vec::len)
    }

    /// The shape, where every size is known.
    pub(super) fn known_shape(&self) -> Option<Vec<usize>> {
        self.shape.as_ref()?.iter().map(|d| if let Dim::Known(n) = d { Some(*n) } else { None }).collect()
    }

    /// Whether it has exactly one element and at most one axis, so that it broadcasts without moving axes.
    pub(super) fn is_scalar(&self) -> bool {
        matches!(self.shape.as_deref(), Some([] | [Dim::Known(1)]))
    }

    /// The elements, those of a constant that are not followed being `Fixed`.
    pub(super) fn elements_or_fixed(&self) -> Option<Vec<Element>> {
        if self.elements.is_some() {
            return self.elements.clone();
        }
        let count = count(&self.known_shape()?)?;
        (self.role == Role::Constant && count <= MOST_ELEMENTS).then(|| vec![Element::Fixed; count])
    }

    /// A tensor stored in the model.
    pub(super) fn of_tensor(tensor: &TensorProto) -> Self {
        let dims: Option<Vec<usize>> = tensor.dims.iter().map(|d| usize::try_from(*d).ok()).collect();
        let Some(dims) = dims else {
            return Self::constant(None);
        };
        let shape = dims.iter().map(|d| Dim::Known(*d)).collect();
        match count(&dims).filter(|n| *n <= MOST_ELEMENTS).and_then(|n| stored_elements(tensor, n)) {
            Some(elements) => Self::of_elements(&dims, elements),
            None => Self::constant(Some(shape)),
        }
    }
}

/// Number of elements of a shape.
pub(super) fn count(dims: &[usize]) -> Option<usize> {
    dims.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))
}

/// The elements stored in a tensor, if there are exactly `count` of a type that shapes are computed in.
fn stored_elements(tensor: &TensorProto, count: usize) -> Option<Vec<Element>> {
    let integer = |v: i64| Element::Integer(v);
    let real = |v: f64| Element::Real(v);
    let data_type = DataType::try_from(tensor.data_type()).ok()?;
    let raw = tensor.raw_data.as_deref().filter(|raw| !raw.is_empty());
    let elements: Vec<Element> = match (data_type, raw) {
        (DataType::Int64, Some(raw)) => chunks(raw)?.map(|b| integer(i64::from_le_bytes(b))).collect(),
        (DataType::Int32, Some(raw)) => chunks(raw)?.map(|b| integer(i32::from_le_bytes(b).into())).collect(),
        (DataType::Bool, Some(raw)) => raw.iter().map(|b| integer(i64::from(*b != 0))).collect(),
        (DataType::Float, Some(raw)) => chunks(raw)?.map(|b| real(f32::from_le_bytes(b).into())).collect(),
        (DataType::Double, Some(raw)) => chunks(raw)?.map(|b| real(f64::from_le_bytes(b))).collect(),
        (DataType::Int64, None) => tensor.int64_data.iter().map(|v| integer(*v)).collect(),
        (DataType::Int32, None) => tensor.int32_data.iter().map(|v| integer((*v).into())).collect(),
        (DataType::Bool, None) => tensor.int32_data.iter().map(|v| integer(i64::from(*v != 0))).collect(),
        (DataType::Float, None) => tensor.float_data.iter().map(|v| real((*v).into())).collect(),
        (DataType::Double, None) => tensor.double_data.iter().map(|v| real(*v)).collect(),
        _ => return None,
    };
    (elements.len() == count).then_some(elements)
}

fn chunks<const N: usize>(raw: &[u8]) -> Option<impl Iterator<Item = [u8; N]>> {
    let (chunks, rest) = raw.as_chunks::<N>();
    rest.is_empty().then(|| chunks.iter().copied())
}
