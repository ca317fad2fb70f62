"""Trains the shipped MNIST classifier, exports it to ONNX and writes its card.

The training images are rotated, blurred, shifted in brightness and noised at random, so that the
classifier holds up under the transformations that gsmooth certifies. Pixels are never clipped.
"""

import argparse
import time
from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import Tensor

import mnist
from export import export
from networks import Classifier, parameter_count
from transformations import LARGEST_RADIUS, DefocusBlur, GaussianBlur, brightness, rotate

ROTATION = 15.0        # degrees, both directions
BLUR_VARIANCE = 5.0    # mean of the exponential law, pixels squared
BRIGHTNESS = 0.4       # standard deviation of the shift
PIXEL_NOISE = 0.2      # largest standard deviation


class Augmentation:
    """Draws a random chain rotation, blur, brightness, pixel noise for each image."""

    def __init__(self, generator: torch.Generator) -> None:
        self.generator = generator
        self.defocus, self.gaussian = DefocusBlur(), GaussianBlur()

    def uniform(self, count: int) -> Tensor:
        return torch.rand(count, generator=self.generator)

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator)

    def sometimes(self, values: Tensor, probability: float) -> Tensor:
        """Sets each value to zero (the identity) with probability ``1 - probability``."""
        return values * (self.uniform(len(values)) < probability)

    def variances(self, count: int) -> Tensor:
        return -BLUR_VARIANCE * torch.log1p(-self.uniform(count))

    def __call__(self, images: Tensor) -> Tensor:
        count = len(images)
        images = rotate(images, self.sometimes((2 * self.uniform(count) - 1) * ROTATION, 0.5))
        # one of the two blurs or neither: both at once leave too little of the digit
        blur = self.uniform(count)
        images = self.gaussian(images, torch.where(blur < 0.35, self.variances(count), torch.zeros(())))
        images = self.defocus(images, torch.where(blur > 0.65, self.uniform(count) * LARGEST_RADIUS, torch.zeros(())))
        images = brightness(images, self.sometimes(BRIGHTNESS * self.normal(count), 0.5))
        deviations = self.sometimes(PIXEL_NOISE * self.uniform(count), 0.5)
        return images + deviations[:, None, None, None] * self.normal(*images.shape)


def train(options: argparse.Namespace) -> Classifier:
    """Adam with a cosine schedule on augmented batches."""
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    augmentation = Augmentation(generator)
    images, labels = map(torch.from_numpy, mnist.training_part("training"))
    model = Classifier()
    optimizer = torch.optim.Adam(model.parameters(), lr=options.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, options.steps, pct_start=max(0.05, 2 / options.steps))
    started = time.monotonic()
    for step in range(options.steps):
        rows = torch.randint(len(images), (options.batch,), generator=generator)
        loss = functional.cross_entropy(model(augmentation(images[rows])), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 500 == 0:
            print(f"step {step} of {options.steps}  loss {loss.item():.3f}  {time.monotonic() - started:.0f} s", flush=True)
    return model.eval()


@torch.no_grad()
def accuracies(model: Classifier, seed: int) -> dict[str, float]:
    """Accuracy on the 5,000 tuning images, plain and under each transformation (one draw an image)."""
    images, labels = map(torch.from_numpy, mnist.training_part("tuning"))
    draw = Augmentation(torch.Generator().manual_seed(seed + 1))
    count = len(images)
    full = torch.ones(count)
    variants = {
        "clean": lambda: images,
        f"Gaussian blur, variance exponential with mean {BLUR_VARIANCE:g}": lambda: draw.gaussian(images, draw.variances(count)),
        "defocus blur, radius uniform on [0, 5]": lambda: draw.defocus(images, 5.0 * draw.uniform(count)),
        "defocus blur, radius 3": lambda: draw.defocus(images, 3.0 * full),
        "defocus blur, radius 5": lambda: draw.defocus(images, 5.0 * full),
        f"brightness shift, normal with deviation {BRIGHTNESS:g}": lambda: brightness(images, BRIGHTNESS * draw.normal(count)),
        "pixel noise, deviation 0.1": lambda: images + 0.1 * draw.normal(*images.shape),
        "pixel noise, deviation 0.2": lambda: images + 0.2 * draw.normal(*images.shape),
        "rotation, uniform on [-15, 15] degrees": lambda: rotate(images, (2 * draw.uniform(count) - 1) * ROTATION),
    }
    return {name: (model(make()).argmax(1) == labels).double().mean().item() for name, make in variants.items()}


def card(options: argparse.Namespace, digest: str, model: Classifier, measured: dict[str, float]) -> str:
    """The model card as Markdown."""
    rows = "\n".join(f"| {name} | {100 * value:.2f} % |" for name, value in measured.items())
    return f"""# MNIST classifier

`classifier.onnx`, SHA-256 `{digest}`

- Input `image` [N,1,28,28], float32, pixel / 255, unclipped values allowed. Output `logits` [N,10]. N is dynamic.
- Three strided convolutions and two dense layers, {parameter_count(model):,} parameters.
- Trained on MNIST training images 0 to 54,999. Each image is rotated up to {ROTATION:g} degrees, blurred (Gaussian or defocus, or
  neither), shifted in brightness and noised at random; no pixel is clipped.
- Recipe, in `onnx/train`: `python classifier.py --steps {options.steps} --batch {options.batch} --rate {options.rate:g} --seed {options.seed}`
- Made with PyTorch {torch.__version__.split("+")[0]} on one CPU thread. Other versions or machines give slightly different weights.

Accuracy on the tuning images (training images 55,000 to 59,999; no test image was used):

| Transformation, one draw an image | Accuracy |
|---|---|
{rows}

Gaussian blur is spectral (DCT-II, symmetric extension), defocus blur reflects at the border (reflect-101), rotation is
bilinear about the centre.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("../mnist"), help="folder for classifier.onnx and classifier.md")
    parser.add_argument("--steps", type=int, default=12000, help="training steps (100: seconds, a rough model)")
    parser.add_argument("--batch", type=int, default=128, help="images a step")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = train(options)
    measured = accuracies(model, options.seed)
    for name, value in measured.items():
        print(f"{name}: {100 * value:.2f} %")
    example = torch.from_numpy(mnist.training_part("tuning")[0][:7])
    digest = export(model, example, "image", "logits", options.output / "classifier.onnx")
    (options.output / "classifier.md").write_text(card(options, digest, model, measured))


if __name__ == "__main__":
    main()
