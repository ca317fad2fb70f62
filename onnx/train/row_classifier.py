"""Trains the classifier of one row of the MNIST audits, exports it to ONNX and writes its card.

Each step draws a pool of images, transforms them at random parameters of slightly more than the range, adds the
noise of the smoothing, and takes the gradient on the part of the pool with the largest losses: after the first
epochs almost all images are right by far, and certified accuracy is about the worst parameter of each image.
"""

import argparse
import copy
import time
from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import Tensor

import mnist
from export import export
from networks import RowClassifier
from row_card import card
from rows import ROWS, Row, distort, draw_parameters, grid

AVERAGE = 0.998
"""Decay of the running mean of the weights, a step."""
SETTLING_POOLS = 80
"""Pools that the normalisations' statistics are measured on at the end."""


class Corruption:
    """Random distortion, random parameter of the row, noise of the smoothing."""

    def __init__(self, row: Row, noise: float, affine: float, elastic: float, generator: torch.Generator) -> None:
        self.row, self.noise, self.generator = row, noise, generator
        self.affine, self.elastic = affine, elastic
        self.transform = (row.training or row.transform)()

    def __call__(self, images: Tensor) -> Tensor:
        count = len(images)
        images = distort(images, self.generator, self.affine, self.elastic)
        parameters = draw_parameters(self.row, count, self.generator)
        if self.row.noise:
            parameters = parameters + self.row.noise(count, self.generator)
        images = self.transform(images, parameters)
        if self.noise > 0.0:
            # mostly the noise of the smoothing itself
            deviations = self.noise * torch.rand(count, generator=self.generator).mul(3.0).clamp(max=1.0)
            images = images + deviations[:, None, None, None] * torch.randn(images.shape, generator=self.generator)
        return images


def logits_of(model: RowClassifier, images: Tensor, half: bool) -> Tensor:
    """Logits, with 16-bit layers after the front where ``half``."""
    features = model.front(images)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
        return model.logits(features).float()


def hardest(losses: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Rows of the largest losses for three quarters of ``count``, and of the pool at random for the rest."""
    top = losses.topk(3 * count // 4).indices
    return torch.cat([top, torch.randint(len(losses), (count - len(top),), generator=generator)])


def train(options: argparse.Namespace, row: Row) -> RowClassifier:
    """AdamW with a cosine schedule on the hardest part of each pool; the running mean of the weights is returned."""
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    corruption = Corruption(row, options.noise, options.affine, options.elastic, generator)
    images, labels = map(torch.from_numpy, mnist.training_part("training"))
    model = row.network().to(memory_format=torch.channels_last)
    mean = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, options.steps, pct_start=max(0.1, 2 / options.steps))
    started = time.monotonic()
    for step in range(options.steps):
        rows = torch.randint(len(images), (options.pool,), generator=generator)
        pool, wanted = corruption(images[rows]), labels[rows]
        with torch.no_grad():
            losses = functional.cross_entropy(logits_of(model, pool, options.half), wanted, reduction="none")
        chosen = hardest(losses, options.batch, generator)
        loss = functional.cross_entropy(logits_of(model, pool[chosen], options.half), wanted[chosen], label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        keep = min(AVERAGE, step / (step + 10.0))
        with torch.no_grad():
            for averaged, current in zip(mean.parameters(), model.parameters()):
                averaged.lerp_(current, 1.0 - keep)
        if step % 250 == 0:
            print(f"step {step} of {options.steps}  loss {loss.item():.3f}  pool {losses.mean().item():.4f}"
                  f"  {time.monotonic() - started:.0f} s", flush=True)
    settle(mean, corruption, images, generator, options)
    return mean.fold()


@torch.no_grad()
def settle(model: RowClassifier, corruption: Corruption, images: Tensor, generator: torch.Generator, options: argparse.Namespace) -> None:
    """Measures the normalisations' statistics anew: the mean of the weights has seen none."""
    for norm in [*model.norms, model.hidden_norm]:
        norm.reset_running_stats()
        norm.momentum = None
    model.train()
    for _ in range(SETTLING_POOLS):
        rows = torch.randint(len(images), (options.pool,), generator=generator)
        logits_of(model, corruption(images[rows]), False)


@torch.no_grad()
def worst_case(model: RowClassifier, row: Row, noise: float, images: Tensor, labels: Tensor, points: int, draws: int,
               generator: torch.Generator) -> dict[str, float]:
    """Shares of the images that are right at every point of the grid: bare, and by over 3/4 of noisy draws.

    A point where a first quarter of the draws is unanimous is taken for right.
    """
    transform = row.transform()
    bare, smoothed = torch.ones(len(images), dtype=torch.bool), torch.ones(len(images), dtype=torch.bool)

    def votes(part: Tensor, at: Tensor, wanted: Tensor, count: int) -> Tensor:
        part, at, wanted = part.repeat_interleave(count, 0), at.repeat(len(part) * count), wanted.repeat_interleave(count)
        if row.noise:
            at = at + row.noise(len(at), generator)
        moved = transform(part, at)
        if noise > 0.0:
            moved = moved + noise * torch.randn(moved.shape, generator=generator)
        return (model(moved).argmax(1) == wanted).reshape(-1, count).sum(1)

    for at in grid(row, points):
        bare &= model(transform(images, at.repeat(len(images)))).argmax(1) == labels
        alive = smoothed.nonzero()[:, 0]
        first = votes(images[alive], at, labels[alive], draws // 4)
        open_ones = alive[first < draws // 4]
        if len(open_ones):
            right = votes(images[open_ones], at, labels[open_ones], draws)
            smoothed[open_ones] = right > 0.75 * draws
    return {"bare": bare.double().mean().item(), "smoothed": smoothed.double().mean().item()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--row", choices=sorted(ROWS), required=True, help="transformation")
    parser.add_argument("--noise", type=float, default=0.1, help="standard deviation of the pixel noise")
    parser.add_argument("--output", type=Path, default=Path("../mnist/rows"), help="folder for the model and its card")
    parser.add_argument("--steps", type=int, default=9000, help="training steps (100: seconds, a rough model)")
    parser.add_argument("--pool", type=int, default=384, help="images drawn a step")
    parser.add_argument("--batch", type=int, default=128, help="images of the pool that the gradient is taken on")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate")
    parser.add_argument("--affine", type=float, default=0.7, help="strength of the random affine maps")
    parser.add_argument("--elastic", type=float, default=0.0, help="strength of the random smooth displacements")
    parser.add_argument("--half", action="store_true", help="16-bit layers in training: twice as fast where the processor has them")
    parser.add_argument("--images", type=int, default=1000, help="tuning images that are measured")
    parser.add_argument("--points", type=int, default=31, help="parameters that are measured")
    parser.add_argument("--draws", type=int, default=32, help="draws at each")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    torch.set_num_threads(1)
    row = ROWS[options.row]
    started = time.monotonic()
    model = train(options, row)
    seconds = time.monotonic() - started
    images, labels = map(torch.from_numpy, mnist.training_part("tuning"))
    digest = export(model, images[:7], "image", "logits", options.output / f"{options.row}.onnx")
    with torch.no_grad():
        clean = (model(images).argmax(1) == labels).double().mean().item()
    measured = worst_case(model, row, options.noise, images[:options.images], labels[:options.images], options.points, options.draws,
                          torch.Generator().manual_seed(options.seed + 1))
    print(f"clean {100 * clean:.2f} %, worst case {measured}", flush=True)
    (options.output / f"{options.row}.md").write_text(card(options, row, digest, model, clean, measured, seconds))


if __name__ == "__main__":
    main()
