"""Model cards of the row classifiers."""

import argparse

import torch

from networks import RowClassifier, parameter_count
from rows import Row


def front_of(model: RowClassifier) -> str:
    """The names of the fixed layers before the network."""
    layers = model.front if isinstance(model.front, torch.nn.Sequential) else [model.front]
    return ", ".join("none" if isinstance(layer, torch.nn.Identity) else type(layer).__name__ for layer in layers)


def recipe(options: argparse.Namespace) -> str:
    """The command that trains the model."""
    numbers = ("noise", "steps", "pool", "batch", "rate", "affine", "elastic", "seed")
    given = [f"--{name} {getattr(options, name):g}" for name in numbers]
    given += ["--half"] if options.half else []
    return f"python row_classifier.py --row {options.row} {' '.join(given)}"


def card(options: argparse.Namespace, row: Row, digest: str, model: RowClassifier, clean: float, measured: dict[str, float],
         seconds: float) -> str:
    """The model card as Markdown."""
    noise = f"pixel noise of standard deviation {options.noise:g}" if options.noise else "no pixel noise"
    return f"""# MNIST classifier for {options.row}

`{options.row}.onnx`, SHA-256 `{digest}`

- Input `image` [N,1,28,28], float32, pixel / 255, unclipped values allowed. Output `logits` [N,10]. N is dynamic.
- Front: {front_of(model)}. Five convolutions and two dense layers, {parameter_count(model):,} parameters.
- Trained on MNIST training images 0 to 54,999 under small random distortions, {options.row} with parameters of 4 % more than
  [{row.low:g}, {row.high:g}], and {noise}; gradients on the largest losses of each pool.
- Recipe, in `onnx/train`: `{recipe(options)}`
- Made with PyTorch {torch.__version__.split("+")[0]} on one CPU thread in {seconds / 60:.0f} minutes. Other versions or machines give slightly different weights.

Measured on tuning images (training images 55,000 onwards; no test image was used), {options.images} of them, {options.points} parameters evenly
over the range, up to {options.draws} draws each:

| What | Share |
|---|---|
| right without transformation and noise (all 5,000) | {100 * clean:.2f} % |
| right at every parameter, no noise | {100 * measured["bare"]:.2f} % |
| over 3/4 of the votes right at every parameter, with noise | {100 * measured["smoothed"]:.2f} % |
"""
