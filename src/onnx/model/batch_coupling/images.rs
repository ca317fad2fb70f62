//! Operators on batches of images [N, C, D1, ...]: convolution, pooling, normalisation, pixel shuffling. All of
//! them treat entry n of axis 0 alone by definition, and mix or treat differently the entries of the other axes.

use super::cause::Cause;
use super::node::Node;
use super::value::{Dim, Value};

/// Convolution: data, then weights and a bias that are constants; FusedConv adds a batched operand 3.
pub(super) fn convolution(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let fused = node.proto.op_type() == "FusedConv";
    node.only_batched(if fused { &[0, 3] } else { &[0] })?;
    node.batch_first(&[0, 3])?;
    // The images and what FusedConv adds to them must both be batched.
    let batched = if fused { &[0, 3][..] } else { &[0] };
    for &index in batched {
        if node.operand(index).is_some_and(|value| value.batch_axis().is_none()) {
            return Err(Cause::DiffersByPosition { tensor: node.name(index) });
        }
    }
    let weights_index = if node.proto.op_type() == "QLinearConv" { 3 } else { 1 };
    let weights = node.required(weights_index)?.shape.as_deref();
    let kernel = node.ints("kernel_shape").map(<[i64]>::to_vec).or_else(|| sizes_after(weights?, 2));
    let channels = weights.and_then(|w| w.first().copied()).unwrap_or(Dim::Fixed);
    let rank = node.required(0)?.rank().or(weights.map(<[Dim]>::len));
    Ok(vec![windowed(node, rank, channels, kernel.as_deref())])
}

/// Transposed convolution; its spatial sizes matter too rarely to be followed.
pub(super) fn transposed_convolution(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    node.batch_first(&[0])?;
    let weights = node.required(1)?.shape.as_deref();
    let groups = usize::try_from(node.int("group", 1)).unwrap_or(0);
    let channels = match weights.and_then(|w| w.get(1)) {
        Some(Dim::Known(each)) => each.checked_mul(groups).map_or(Dim::Fixed, Dim::Known),
        _ => Dim::Fixed,
    };
    let rank = value.rank().or(weights.map(<[Dim]>::len));
    let shape = rank.map(|rank| {
        let spatial =
            |axis| transposed_size(node, value.shape.as_deref(), weights, axis).unwrap_or(Dim::Fixed);
        [Dim::Batch, channels].into_iter().chain((2..rank).map(spatial)).collect()
    });
    Ok(vec![Value::batched(0, shape)])
}

/// (input - 1) stride + output padding + (kernel - 1) dilation + 1 - paddings, where everything is stated.
fn transposed_size(
    node: &Node<'_>,
    shape: Option<&[Dim]>,
    weights: Option<&[Dim]>,
    axis: usize,
) -> Option<Dim> {
    if node.attribute("output_shape").is_some() || node.text("auto_pad", "NOTSET") != "NOTSET" {
        return None;
    }
    let (Some(Dim::Known(input)), Some(Dim::Known(kernel))) = (shape?.get(axis), weights?.get(axis)) else {
        return None;
    };
    let window = Window::of(node, axis - 2, i64::try_from(*kernel).ok()?)?;
    let added = node.ints("output_padding").map_or(Some(0), |ints| ints.get(axis - 2).copied())?;
    let steps = i64::try_from(*input).ok()?.checked_sub(1)?.checked_mul(window.stride)?;
    let size = steps.checked_add(added)?.checked_add(window.extent)?.checked_sub(window.padding)?;
    usize::try_from(size).ok().map(Dim::Known)
}

/// Pooling over windows.
pub(super) fn pooling(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    node.batch_first(&[0])?;
    // MaxPool's second output counts positions in the flattened batch.
    if let Some(tensor) = node.proto.output.get(1).filter(|name| !name.is_empty()) {
        return Err(Cause::PositionsInBatch { tensor: tensor.clone() });
    }
    let channels = value.shape.as_ref().and_then(|dims| dims.get(1).copied()).unwrap_or(Dim::Fixed);
    Ok(vec![windowed(node, value.rank(), channels, node.ints("kernel_shape"))])
}

/// Pooling over all of an image.
pub(super) fn global_pooling(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    node.batch_first(&[0])?;
    if node.int("channels_last", 0) != 0 {
        return Ok(vec![Value::batched(0, value.rank().map(|rank| vec![Dim::Fixed; rank]))]);
    }
    let keep = |(axis, dim): (usize, &Dim)| if axis < 2 { *dim } else { Dim::Known(1) };
    let shape = value.shape.as_ref().map(|dims| dims.iter().enumerate().map(keep).collect());
    Ok(vec![Value::batched(0, shape)])
}

/// Normalisation of each image by its own statistics: InstanceNormalization, GroupNormalization, LRN.
pub(super) fn image_normalisation(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    node.batch_first(&[0])?;
    Ok(vec![value.clone()])
}

/// Batch normalisation by stored statistics; by those of the batch in training mode, which is refused.
pub(super) fn batch_normalisation(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    // Before operator set 14, running statistics among the outputs meant training.
    let more_outputs = node.proto.output.iter().skip(1).any(|name| !name.is_empty());
    if node.int("training_mode", 0) != 0 || more_outputs {
        return Err(Cause::TrainingMode);
    }
    image_normalisation(node)
}

/// GridSample: images and grids of the same batch.
pub(super) fn grid_sample(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    for index in [0, 1] {
        if node.required(index)?.batch_axis().is_none() {
            return Err(Cause::DiffersByPosition { tensor: node.name(index) });
        }
    }
    node.batch_first(&[0, 1])?;
    let rank = node.required(0)?.rank();
    Ok(vec![Value::batched(0, rank.map(|rank| vec![Dim::Fixed; rank]))])
}

/// DepthToSpace and SpaceToDepth.
pub(super) fn pixel_shuffle(node: &Node<'_>) -> Result<Vec<Value>, Cause> {
    let value = node.only_first_batched()?;
    node.batch_first(&[0])?;
    let block = usize::try_from(node.int("blocksize", 0)).unwrap_or(0);
    let to_space = node.proto.op_type() == "DepthToSpace";
    let scaled = |dim: Dim, factor: Option<usize>, up: bool| match (dim, factor) {
        (Dim::Known(n), Some(f)) if up => n.checked_mul(f).map_or(Dim::Fixed, Dim::Known),
        (Dim::Known(n), Some(f)) if f > 0 && n.is_multiple_of(f) => Dim::Known(n / f),
        _ => Dim::Fixed,
    };
    let shape = match value.shape.as_deref() {
        Some([batch, channels, height, width]) => Some(vec![
            *batch,
            scaled(*channels, block.checked_mul(block), !to_space),
            scaled(*height, Some(block), to_space),
            scaled(*width, Some(block), to_space),
        ]),
        _ => Some(vec![Dim::Batch, Dim::Fixed, Dim::Fixed, Dim::Fixed]),
    };
    Ok(vec![Value::batched(0, shape)])
}

fn sizes_after(dims: &[Dim], skip: usize) -> Option<Vec<i64>> {
    let size = |d: &Dim| {
        if let Dim::Known(n) = d { i64::try_from(*n).ok() } else { None }
    };
    dims.iter().skip(skip).map(size).collect()
}

/// The result of a window sliding over the spatial axes.
fn windowed(node: &Node<'_>, rank: Option<usize>, channels: Dim, kernel: Option<&[i64]>) -> Value {
    let Some(rank) = rank else {
        return Value::batched(0, None);
    };
    let shape = node.operand(0).and_then(|v| v.shape.as_deref());
    let spatial = |axis: usize| {
        let size = || match shape?.get(axis)? {
            Dim::Known(input) => windowed_size(node, axis - 2, *input, *kernel?.get(axis - 2)?),
            _ => None,
        };
        size().map_or(Dim::Fixed, Dim::Known)
    };
    Value::batched(0, Some([Dim::Batch, channels].into_iter().chain((2..rank).map(spatial)).collect()))
}

/// One spatial axis of a window.
struct Window {
    stride: i64,
    /// Entries from the first to the last that the window covers.
    extent: i64,
    /// Entries added at both ends together.
    padding: i64,
}

impl Window {
    fn of(node: &Node<'_>, axis: usize, kernel: i64) -> Option<Self> {
        let entry = |name, index: usize, default| match node.ints(name) {
            None => Some(default),
            Some(ints) => ints.get(index).copied(),
        };
        let stride = entry("strides", axis, 1)?;
        let dilation = entry("dilations", axis, 1)?;
        let ends = node.ints("pads").map_or(0, <[i64]>::len) / 2;
        let padding = entry("pads", axis, 0)?.checked_add(entry("pads", axis + ends, 0)?)?;
        let extent = kernel.checked_sub(1)?.checked_mul(dilation)?.checked_add(1)?;
        (stride > 0 && extent > 0).then_some(Self { stride, extent, padding })
    }
}

/// The output size of a convolution or pooling along one axis, where everything is stated.
fn windowed_size(node: &Node<'_>, axis: usize, input: usize, kernel: i64) -> Option<usize> {
    let window = Window::of(node, axis, kernel)?;
    let input = i64::try_from(input).ok()?;
    let padding = match node.text("auto_pad", "NOTSET").as_str() {
        "NOTSET" => window.padding,
        "VALID" => 0,
        // As much padding as it takes for ceil(input / stride) windows.
        "SAME_UPPER" | "SAME_LOWER" => {
            return usize::try_from(input.checked_add(window.stride - 1)? / window.stride).ok();
        }
        _ => return None,
    };
    let span = input.checked_add(padding)?.checked_sub(window.extent)?;
    // With ceil_mode the operator sets disagree on the last window, unless there is nothing to round.
    if span < 0 || node.int("ceil_mode", 0) != 0 && span % window.stride != 0 {
        return None;
    }
    usize::try_from(span / window.stride + 1).ok()
}
