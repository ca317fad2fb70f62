"""ONNX export with the checks that gsmooth relies on, and reading a trained classifier back."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import nn
from torch.export import Dim

TOLERANCE = 1e-4
"""Largest accepted difference between PyTorch and ONNX Runtime, relative to the largest output."""


def export(model: nn.Module, example: torch.Tensor, input_name: str, output_name: str, path: Path) -> str:
    """Writes ``model`` as one ONNX file with a dynamic batch, checks it, and returns its SHA-256."""
    model.eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    program = torch.onnx.export(
        model, (example,), dynamo=True, input_names=[input_name], output_names=[output_name],
        dynamic_shapes=({0: Dim("batch")},), external_data=False, verbose=False,
    )
    proto = program.model_proto
    strip_provenance(proto)
    onnx.checker.check_model(proto, full_check=True)
    path.write_bytes(proto.SerializeToString(deterministic=True))
    check(model, example, path)
    return sha256(path)


def strip_provenance(proto: onnx.ModelProto) -> None:
    """Removes what the exporter records of the machine it ran on (stack traces, file names)."""
    del proto.metadata_props[:]
    proto.graph.doc_string = ""
    del proto.graph.metadata_props[:]
    for item in [*proto.graph.node, *proto.graph.input, *proto.graph.output,
                 *proto.graph.value_info, *proto.graph.initializer]:
        item.doc_string = ""
        del item.metadata_props[:]


def check(model: nn.Module, example: torch.Tensor, path: Path) -> None:
    """ONNX Runtime must agree with PyTorch, and a batch of N with N batches of one."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    whole = session.run(None, {name: example.numpy()})[0]
    single = np.concatenate([session.run(None, {name: row[None].numpy()})[0] for row in example])
    with torch.no_grad():
        reference = model(example).numpy()
    scale = max(1.0, float(np.abs(reference).max()))
    for what, other in (("PyTorch", reference), ("batches of one", single)):
        difference = float(np.abs(whole - other).max()) / scale
        if difference > TOLERANCE:
            raise RuntimeError(f"{path}: the batched output differs from {what} by {difference:.2e}")


def sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_weights(model: nn.Module, path: Path) -> nn.Module:
    """Copies the weights of an exported ONNX file back into ``model`` (the recipes keep no checkpoints).

    Initialisers keep PyTorch's parameter names; a missing or misshapen one is an error.
    """
    stored = {item.name: torch.from_numpy(numpy_helper.to_array(item).copy())
              for item in onnx.load(path).graph.initializer}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name not in stored or stored[name].shape != parameter.shape:
                raise RuntimeError(f"{path} has no initialiser {name} of shape {tuple(parameter.shape)}")
            parameter.copy_(stored[name])
    return model
