//! Slice.

use super::cause::Cause;
use super::node::Node;
use super::select::take;
use super::sizes::unknown;
use super::value::{Dim, Element, Role, Value};

/// One axis of a Slice, as stated.
struct Cut {
    axis: usize,
    start: Element,
    end: Element,
    step: i64,
}

/// Slice.
pub(super) fn slice(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    if value.batch_axis().is_none() && value.rank().is_none() {
        return Ok(vec![unknown(node)]);
    }
    let cuts = match cuts(node) {
        Err(_) if value.batch_axis().is_none() => return Ok(vec![unknown(node)]),
        cuts => cuts?,
    };
    for cut in &cuts {
        let whole = cut.start == Element::Integer(0)
            && cut.step == 1
            && matches!(cut.end, Element::Integer(end) if end >= i64::from(i32::MAX));
        if value.batch_axis() == Some(cut.axis) && !whole {
            return Err(Cause::AlongBatch { tensor: node.name(0), axis: cut.axis });
        }
    }
    let mut dims = value.shape.clone();
    let mut followed = value.elements.clone().zip(value.known_shape());
    for cut in cuts.iter().filter(|cut| value.batch_axis() != Some(cut.axis)) {
        let Some(dim) = dims.as_mut().and_then(|dims| dims.get_mut(cut.axis)) else {
            continue;
        };
        let selected = if let Dim::Known(size) = *dim { selected(cut, size) } else { None };
        *dim = selected.as_ref().map_or(Dim::Fixed, |selection| Dim::Known(selection.length));
        followed = followed.zip(selected).and_then(|((elements, mut shape), selection)| {
            let indices = selection.indices()?;
            let elements = take(&shape, &elements, cut.axis, &indices)?;
            shape[cut.axis] = indices.len();
            Some((elements, shape))
        });
    }
    Ok(vec![match (followed, value.role) {
        (Some((elements, shape)), _) => Value::of_elements(&shape, elements),
        (None, Role::BatchSize) => Value::batch_size(),
        (None, _) => Value::with_axis(value.batch_axis(), dims),
    }])
}

/// Starts, ends, axes and steps: attributes before operator set 10, operands since.
fn cuts(node: &Node<'_>) -> Result<Vec<Cut>, Cause> {
    let attribute =
        |name| node.ints(name).map(|i| i.iter().map(|v| Element::Integer(*v)).collect::<Vec<_>>());
    let required = |index: usize| {
        let elements = node.elements(index)?.ok_or(Cause::MissingOperand { index })?;
        Ok::<_, Cause>(elements.to_vec())
    };
    let old = node.opset < 10;
    let missing = |index: usize| Cause::MissingOperand { index };
    let starts = if old { attribute("starts").ok_or(missing(1))? } else { required(1)? };
    let ends = if old { attribute("ends").ok_or(missing(2))? } else { required(2)? };
    let axes = if old { node.ints("axes").map(<[i64]>::to_vec) } else { node.integers(3)? };
    let steps = if old { None } else { node.integers(4)? };
    let axes = axes.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return Err(Cause::MissingOperand { index: 1 });
    }
    (0..starts.len())
        .map(|i| Ok(Cut { axis: node.axis(0, axes[i])?, start: starts[i], end: ends[i], step: steps[i] }))
        .collect()
}

/// Entries `start`, `start + step`, ... of an axis.
struct Selection {
    start: i128,
    step: i128,
    length: usize,
}

impl Selection {
    fn indices(&self) -> Option<Vec<usize>> {
        (0..self.length as i128).map(|i| usize::try_from(self.start + i * self.step).ok()).collect()
    }
}

/// Which entries of an axis a cut takes, by ONNX's rules for negative and outlying bounds.
fn selected(cut: &Cut, size: usize) -> Option<Selection> {
    let (Element::Integer(start), Element::Integer(end)) = (cut.start, cut.end) else {
        return None;
    };
    let size = i128::try_from(size).ok()?;
    let step = i128::from(cut.step);
    let front = |bound: i64| {
        if bound < 0 { i128::from(bound) + size } else { i128::from(bound) }
    };
    let (start, distance) = if step > 0 {
        let start = front(start).clamp(0, size);
        (start, front(end).clamp(0, size) - start)
    } else {
        let start = front(start).clamp(0, (size - 1).max(0));
        (start, start - front(end).clamp(-1, (size - 1).max(-1)))
    };
    let steps = if size == 0 { 0 } else { distance.max(0) };
    let length = (steps + step.abs() - 1).checked_div(step.abs())?;
    Some(Selection { start, step, length: usize::try_from(length).ok()? })
}
