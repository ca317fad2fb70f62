"""Trains a small residual classifier of CIFAR-10 or CIFAR-100, exports it to ONNX and writes its card.

The training images are mirrored, shifted, and noised at random; with ``--transformations`` most are rotated, blurred, zoomed,
pixelated or changed in brightness and contrast as well, one of these an image. Pixels are never clipped.
"""

import argparse
import time
from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import Tensor

import cifar
from colour_networks import ColourClassifier, folded
from export import export
from networks import parameter_count
from transformations import DefocusBlur, GaussianBlur, Pixelate, brightness_contrast, cyclic_shift, rotate, zoom_blur

SIZE = 32
ROTATION = 12.0        # degrees, both directions
BLUR_VARIANCE = 4.0    # mean of the exponential law, pixels squared
CONTRAST = 0.3         # standard deviation of the shift and of the logarithm of the factor
DEFOCUS = 5.0          # largest radius, pixels
STRENGTH = 0.5         # largest strength of zoom blur and of pixelation


def pixels(images: Tensor) -> Tensor:
    """Unsigned bytes as float32 in [0,1]."""
    return images.float() / 255


class Draws:
    """Random parameters and the images that they make, all from one generator."""

    def __init__(self, seed: int, options: argparse.Namespace) -> None:
        self.generator, self.options = torch.Generator().manual_seed(seed), options
        self.gaussian, self.defocus, self.pixelate = GaussianBlur(SIZE), DefocusBlur(SIZE), Pixelate(SIZE)
        self.transformations = {
            f"rotation, uniform on [-{ROTATION:g}, {ROTATION:g}] degrees":
                lambda x: rotate(x, (2 * self.uniform(len(x)) - 1) * ROTATION),
            f"Gaussian blur, variance exponential with mean {BLUR_VARIANCE:g}":
                lambda x: self.gaussian(x, -BLUR_VARIANCE * torch.log1p(-self.uniform(len(x)))),
            f"defocus blur, radius uniform on [0, {DEFOCUS:g}]": lambda x: self.defocus(x, DEFOCUS * self.uniform(len(x))),
            f"zoom blur, strength uniform on [0, {STRENGTH:g}]": lambda x: zoom_blur(x, STRENGTH * self.uniform(len(x))),
            f"pixelation, strength uniform on [0, {STRENGTH:g}]": lambda x: self.pixelate(x, STRENGTH * self.uniform(len(x))),
            f"brightness and contrast, normal with deviation {CONTRAST:g}":
                lambda x: brightness_contrast(x, CONTRAST * self.normal(len(x)), CONTRAST * self.normal(len(x))),
        }

    def uniform(self, count: int) -> Tensor:
        return torch.rand(count, generator=self.generator)

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator)

    def rows(self, total: int) -> Tensor:
        return torch.randint(total, (self.options.batch,), generator=self.generator)

    def cropped(self, images: Tensor) -> Tensor:
        """Mirrors half of the images and shifts each cyclically by up to ``--shift`` pixels (a random crop of its continuation)."""
        count, reach = len(images), self.options.shift
        mirrored = (self.uniform(count) < 0.5)[:, None, None, None]
        images = torch.where(mirrored, images.flip(3), images)
        return cyclic_shift(images, torch.randint(-reach, reach + 1, (count, 2), generator=self.generator))

    def noised(self, images: Tensor, deviations: Tensor) -> Tensor:
        return images + deviations[:, None, None, None] * self.normal(*images.shape)

    def augmented(self, images: Tensor) -> Tensor:
        """What a step trains on: one transformation or none an image, then noise of a random deviation on the pixels."""
        images = self.cropped(images)
        if self.options.transformations:
            # rows are drawn at random, so that equal slices of a batch take one transformation each, and two of them none
            kinds = [*self.transformations.values(), lambda x: x, lambda x: x]
            images = torch.cat([kind(part) for kind, part in zip(kinds, images.tensor_split(len(kinds)))])
        return self.noised(images, self.options.pixel_noise * self.uniform(len(images)))


def train(options: argparse.Namespace) -> ColourClassifier:
    """Stochastic gradient descent with momentum and a cosine schedule on augmented batches."""
    torch.manual_seed(options.seed)
    draws = Draws(options.seed, options)
    images, labels = map(torch.from_numpy, cifar.training_part(options.data, options.classes, "training"))
    model = ColourClassifier(options.classes, options.width).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=options.rate, momentum=0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, options.steps, pct_start=max(0.1, 2 / options.steps))
    started = time.monotonic()
    for step in range(options.steps):
        rows = draws.rows(len(images))
        loss = functional.cross_entropy(model(draws.augmented(pixels(images[rows]))), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step} of {options.steps}  loss {loss.item():.3f}  {time.monotonic() - started:.0f} s", flush=True)
    return folded(model)


@torch.no_grad()
def accuracies(model: torch.nn.Module, options: argparse.Namespace) -> dict[str, float]:
    """Accuracy on the tuning images, plain and changed (one draw an image)."""
    images, labels = map(torch.from_numpy, cifar.training_part(options.data, options.classes, "tuning"))
    draws = Draws(options.seed + 1, options)
    variants = {"clean": lambda x: x}
    for deviation in sorted({options.pixel_noise / 2, options.pixel_noise} - {0.0}):
        variants[f"pixel noise, deviation {deviation:g}"] = (
            lambda x, deviation=deviation: draws.noised(x, torch.full((len(x),), deviation)))
    variants |= draws.transformations
    right = {name: 0 for name in variants}
    for part, answers in zip(images.split(500), labels.split(500)):
        for name, change in variants.items():
            right[name] += (model(change(pixels(part))).argmax(1) == answers).sum().item()
    return {name: count / len(labels) for name, count in right.items()}


def command(options: argparse.Namespace) -> str:
    """The call that repeats the training, but for the place of the data."""
    return (f"python colour_classifier.py --data .. --classes {options.classes} --steps {options.steps} --batch {options.batch} "
            f"--rate {options.rate:g} --width {options.width} --pixel-noise {options.pixel_noise:g} --shift {options.shift} "
            f"{'--transformations' if options.transformations else '--no-transformations'} --seed {options.seed}")


def card(options: argparse.Namespace, digest: str, model: torch.nn.Module, measured: dict[str, float]) -> str:
    """The model card as Markdown."""
    rows = "\n".join(f"| {name} | {100 * value:.2f} % |" for name, value in measured.items())
    one = "one of the transformations below or none" if options.transformations else "no other transformation"
    return f"""# {options.name} classifier

`classifier.onnx`, SHA-256 `{digest}`

- Input `image` [N,3,32,32] (red, green, blue), float32, pixel / 255, unclipped values allowed. Output `logits` [N,{options.classes}]. N is dynamic.
- A strided convolution, three residual blocks of width {options.width}, {2 * options.width} and {4 * options.width}, a mean and a dense layer; BatchNorm is
  folded. {parameter_count(model):,} parameters.
- Trained on {options.name}: all training images but the last 5,000. Each image is mirrored half of the time and shifted cyclically by up to
  {options.shift} pixels, takes {one}, and pixel noise of a deviation up to {options.pixel_noise:g}; no pixel is clipped.
- Recipe, in `onnx/train`: `{command(options)}`
- Made with PyTorch {torch.__version__.split("+")[0]} on one CPU thread. Other versions or machines give slightly different weights.

Accuracy on the last 5,000 training images of {options.name} (no test image was used):

| Change, one draw an image | Accuracy |
|---|---|
{rows}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the binary version, or .npz file with images and labels")
    parser.add_argument("--classes", type=int, choices=cifar.TRAINING_FILES, default=10)
    parser.add_argument("--name", help="what the card calls the data (default: CIFAR-10 or CIFAR-100)")
    parser.add_argument("--output", type=Path, help="folder for classifier.onnx and classifier.md (default: ../cifar10 or ../cifar100)")
    parser.add_argument("--steps", type=int, default=20000, help="training steps (100: seconds, a rough model)")
    parser.add_argument("--batch", type=int, default=128, help="images a step")
    parser.add_argument("--rate", type=float, default=0.2, help="peak learning rate")
    parser.add_argument("--width", type=int, default=28, help="channels of the first block")
    parser.add_argument("--pixel-noise", type=float, default=0.2, help="largest standard deviation of the noise on pixels")
    parser.add_argument("--shift", type=int, default=4, help="largest cyclic shift in pixels, from 0 to 16")
    parser.add_argument("--transformations", action=argparse.BooleanOptionalAction, default=True, help="train with transformations")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    options.name = options.name or f"CIFAR-{options.classes}"
    options.output = options.output or Path(f"../cifar{options.classes}")
    torch.set_num_threads(1)
    model = train(options)
    measured = accuracies(model, options)
    for name, value in measured.items():
        print(f"{name}: {100 * value:.2f} %")
    example = pixels(torch.from_numpy(cifar.training_part(options.data, options.classes, "tuning")[0][:7]))
    digest = export(model, example, "image", "logits", options.output / "classifier.onnx")
    (options.output / "classifier.md").write_text(card(options, digest, model, measured))


if __name__ == "__main__":
    main()
