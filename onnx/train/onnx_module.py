"""An ONNX classifier as a PyTorch module, so that gradients pass through a model that somebody else trained.

Operators are those of small image classifiers; another one is an error that names it. The weights are constants: nothing of
the classifier is ever changed.
"""

from collections.abc import Callable
from pathlib import Path

import onnx
import torch
import torch.nn.functional as functional
from onnx import NodeProto, helper, numpy_helper
from torch import Tensor, nn


def attributes(node: NodeProto) -> dict:
    """The attributes of a node by name."""
    return {item.name: helper.get_attribute_value(item) for item in node.attribute}


def padded(x: Tensor, pads: list[int], value: float = 0.0) -> Tensor:
    """Pads the spatial axes as ONNX states it: all begins, then all ends."""
    axes = len(pads) // 2
    order = [pad for axis in reversed(range(axes)) for pad in (pads[axis], pads[axis + axes])]
    return functional.pad(x, order, value=value) if any(pads) else x


def convolution(node: NodeProto, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    given = attributes(node)
    axes = weight.dim() - 2
    if given.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID"):
        raise NotImplementedError(f"Conv with auto_pad {given['auto_pad'].decode()}")
    apply = functional.conv1d if axes == 1 else functional.conv2d
    return apply(padded(x, given.get("pads", [0] * 2 * axes)), weight, bias, given.get("strides", 1), 0,
                 given.get("dilations", 1), given.get("group", 1))


def pooling(node: NodeProto, x: Tensor) -> Tensor:
    given = attributes(node)
    size, strides = given["kernel_shape"], given.get("strides", [1] * len(given["kernel_shape"]))
    pads = given.get("pads", [0] * 2 * len(size))
    if given.get("ceil_mode", 0) or any(step != 1 for step in given.get("dilations", [1])):
        raise NotImplementedError(f"{node.op_type} with ceil_mode or dilations")
    if node.op_type == "MaxPool":
        return functional.max_pool2d(padded(x, pads, float("-inf")), size, strides)
    if any(pads) and not given.get("count_include_pad", 0):
        raise NotImplementedError("AveragePool that leaves its padding out of the mean")
    return functional.avg_pool2d(padded(x, pads), size, strides)


def gemm(node: NodeProto, a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    given = attributes(node)
    a = a.T if given.get("transA", 0) else a
    b = b.T if given.get("transB", 0) else b
    product = given.get("alpha", 1.0) * (a @ b)
    return product if c is None else product + given.get("beta", 1.0) * c


def reshaped(node: NodeProto, x: Tensor, shape: Tensor) -> Tensor:
    return x.reshape([x.shape[axis] if size == 0 else size for axis, size in enumerate(shape.tolist())])


def flattened(node: NodeProto, x: Tensor) -> Tensor:
    axis = attributes(node).get("axis", 1)
    return x.reshape(*x.shape[:axis], -1) if axis == 1 else x.reshape(int(torch.tensor(x.shape[:axis]).prod()), -1)


def batch_norm(node: NodeProto, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return functional.batch_norm(x, mean, variance, scale, bias, eps=attributes(node).get("epsilon", 1e-5))


def reduced(node: NodeProto, x: Tensor, axes: Tensor | None = None) -> Tensor:
    given = attributes(node)
    over = given.get("axes", axes.tolist() if axes is not None else list(range(x.dim())))
    return x.mean(dim=over, keepdim=bool(given.get("keepdims", 1)))


def transposed(node: NodeProto, x: Tensor) -> Tensor:
    return x.permute(attributes(node).get("perm", list(reversed(range(x.dim())))))


OPERATORS: dict[str, Callable[..., Tensor]] = {
    "Conv": convolution, "MaxPool": pooling, "AveragePool": pooling, "Gemm": gemm, "Reshape": reshaped, "Flatten": flattened,
    "BatchNormalization": batch_norm, "ReduceMean": reduced, "Transpose": transposed,
    "GlobalAveragePool": lambda node, x: x.mean(dim=(2, 3), keepdim=True),
    "Relu": lambda node, x: functional.relu(x), "Sigmoid": lambda node, x: torch.sigmoid(x),
    "Tanh": lambda node, x: torch.tanh(x), "Identity": lambda node, x: x, "Dropout": lambda node, x, *rest: x,
    "Add": lambda node, a, b: a + b, "Sub": lambda node, a, b: a - b, "Mul": lambda node, a, b: a * b,
    "Div": lambda node, a, b: a / b, "MatMul": lambda node, a, b: a @ b,
    "Clip": lambda node, x, low=None, high=None: x.clamp(low, high),
    "Softmax": lambda node, x: torch.softmax(x, attributes(node).get("axis", -1)),
    "LogSoftmax": lambda node, x: torch.log_softmax(x, attributes(node).get("axis", -1)),
    "LeakyRelu": lambda node, x: functional.leaky_relu(x, attributes(node).get("alpha", 0.01)),
}


class OnnxModule(nn.Module):
    """The graph of an ONNX file with one input and one output; its weights are constants."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        graph = onnx.load(path).graph
        self.constants = {item.name: torch.from_numpy(numpy_helper.to_array(item).copy()) for item in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = torch.from_numpy(numpy_helper.to_array(attributes(node)["value"]).copy())
        self.nodes = [node for node in graph.node if node.op_type != "Constant"]
        inputs = [item.name for item in graph.input if item.name not in self.constants]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise ValueError(f"{path}: one input and one output are needed")
        self.input, self.output = inputs[0], graph.output[0].name
        unknown = sorted({node.op_type for node in self.nodes} - OPERATORS.keys())
        if unknown:
            raise NotImplementedError(f"{path}: no gradients through {', '.join(unknown)}; add them to OPERATORS")

    def forward(self, image: Tensor) -> Tensor:
        values = {**self.constants, self.input: image}
        for node in self.nodes:
            given = [values[name] if name else None for name in node.input]
            values[node.output[0]] = OPERATORS[node.op_type](node, *given)
        return values[self.output]
