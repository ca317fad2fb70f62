"""Trains a surrogate (F1, F2, H) of defocus blur around a frozen classifier, for certification.

The classifier is any ONNX file that takes images [N,1,28,28] in [0, 1], whoever trained it: gradients pass through its graph
(onnx_module.py), and its weights are never changed.

By default for one anchor. With --pair-step it is trained for a cover: what counts then is how far the code moves from one
blur to the next, so D is penalised between xi and xi + pair-step of the range, and codes of blurred images are noised too. With
--lipschitz the product of the layers' spectral norms is held near a target, so that proofs between points are cheap.

The smoothed classifier sees only z = F2(x) + A1 theta + b1 + theta', theta ~ N(0, sigma1^2), theta' ~ N(0, sigma2^2 I),
and answers f(H(z)). Certified at xi iff D(xi) = |F2(tau(xi,x)) - F2(x)| in the metric of the noise is below Phi^-1(p_A).
So three losses: cross-entropy of f(H(z)) on plain and transformed images (p_A), a hinge on D at random xi over the whole
range (ramped up from zero, else the code collapses), and a small L1 error of |H(F1(theta) + F2(x)) - tau(theta, x)| (so that it
is a surrogate). The classifier is never changed.
"""

import argparse
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

import fashion
import mnist
from certify_estimate import Estimate, estimate, squared_distance
from export import export, sha256
from networks import CODE_SHAPE, Decoder, ImageEncoder, ParameterEncoder, SmoothedSample, parameter_count
from onnx_module import OnnxModule
from transformations import LARGEST_RADIUS, DefocusBlur

RADII = (1.0, 3.0, 5.0)
DATA = {"mnist": mnist, "fashion": fashion}


class Surrogate(nn.Module):
    """F1, F2 and H with the noise they are trained for."""

    def __init__(self, sigma1: float, sigma2: float) -> None:
        super().__init__()
        self.sigma1, self.sigma2 = sigma1, sigma2
        self.f1, self.f2, self.h = ParameterEncoder(), ImageEncoder(), Decoder()

    def direction(self) -> Tensor:
        """A1 as a vector [d]."""
        return self.f1.affine.weight[:, 0]

    def noisy(self, code: Tensor, generator: torch.Generator) -> Tensor:
        """z: the code of F2 plus A1 theta + b1 + theta' with fresh noise."""
        theta = self.sigma1 * torch.randn(len(code), 1, generator=generator)
        return code + self.f1(theta) + self.sigma2 * torch.randn(code.shape, generator=generator)

    def distance(self, moved: Tensor, code: Tensor) -> Tensor:
        """D between pairs of codes [N,...]."""
        squared = squared_distance((moved - code).flatten(1), self.direction(), self.sigma1, self.sigma2)
        return (squared + 1e-6).sqrt()


def random_radii(count: int, generator: torch.Generator) -> Tensor:
    """Half uniform over the range, half in its last fifth, where D tends to be largest."""
    uniform = torch.rand(count, generator=generator)
    last = torch.rand(count, generator=generator) < 0.5
    return LARGEST_RADIUS * torch.where(last, 0.8 + 0.2 * uniform, uniform)


def spectral_norm(convolution: nn.Conv2d, size: int) -> Tensor:
    """Spectral norm of a convolution on a torus of ``size`` pixels, strides cut into phases: differentiable."""
    weight, stride = convolution.weight, convolution.stride[0]
    spectrum = torch.fft.fft2(weight, (size, size))
    if stride > 1:
        # Subsampling adds up the frequencies that fall together; as blocks side by side their norm bounds that sum.
        step = size // stride
        parts = [spectrum[..., i * step:(i + 1) * step, j * step:(j + 1) * step] for i in range(stride) for j in range(stride)]
        spectrum = torch.cat(parts, 1) / stride
    blocks = spectrum.permute(2, 3, 0, 1).flatten(0, 1)
    gram = blocks @ blocks.mH if blocks.shape[1] <= blocks.shape[2] else blocks.mH @ blocks
    return torch.linalg.eigvalsh(gram)[..., -1].max().clamp_min(1e-12).sqrt()


def lipschitz(encoder: ImageEncoder) -> Tensor:
    """Product of the spectral norms of F2's convolutions."""
    first, second, third = (layer for layer in encoder.layers if isinstance(layer, nn.Conv2d))
    return spectral_norm(first, 32) * spectral_norm(second, 16) * spectral_norm(third, 16)


def train(options: argparse.Namespace, classifier: nn.Module) -> Surrogate:
    """Adam with a cosine schedule; the classifier passes gradients but keeps its weights."""
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    images, labels = map(torch.from_numpy, DATA[options.data].training_part("training"))
    blur = DefocusBlur()
    surrogate = Surrogate(options.sigma1, options.sigma2)
    optimizer = torch.optim.Adam(surrogate.parameters(), lr=options.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, options.steps, pct_start=max(0.05, 2 / options.steps))
    ramp = max(1, int(options.ramp * options.steps))
    started = time.monotonic()
    for step in range(options.steps):
        rows = torch.randint(len(images), (options.batch,), generator=generator)
        image, label = images[rows], labels[rows]
        if options.pair_step > 0:
            start = LARGEST_RADIUS * torch.rand(len(rows), generator=generator)
            step_length = LARGEST_RADIUS * options.pair_step * torch.rand(len(rows), generator=generator)
            image, moved = blur(image, start), blur(image, (start + step_length).clamp_max(LARGEST_RADIUS))
        else:
            moved = blur(image, random_radii(len(rows), generator))
        codes = surrogate.f2(torch.cat([image, moved]))
        code, moved_code = codes.chunk(2)

        # the anchor is the plain image, so most noisy codes are plain ones; the transformed images keep the class in the code
        shown = options.batch + options.batch // 4
        answers = classifier(surrogate.h(surrogate.noisy(codes[:shown], generator)))
        accuracy_loss = functional.cross_entropy(answers, torch.cat([label, label])[:shown])

        distance = surrogate.distance(moved_code, code)
        distance_loss = functional.relu(distance - options.hinge).square().mean() + 0.1 * distance.mean()

        # the imitation, on a part of the batch: it is only a small share of the loss
        part = slice(0, max(1, options.batch // 4))
        theta = LARGEST_RADIUS * torch.rand(len(image[part]), generator=generator)
        plain = images[rows][part]
        plain_code = surrogate.f2(plain) if options.pair_step > 0 else code[part]
        imitation = surrogate.h(surrogate.f1(theta[:, None]) + plain_code)
        imitation_loss = (imitation - blur(plain, theta)).abs().mean()

        weight = options.distance_weight * min(1.0, step / ramp)
        loss = accuracy_loss + weight * distance_loss + options.imitation_weight * imitation_loss
        if options.lipschitz > 0 and step % 4 == 0:
            excess = functional.relu(lipschitz(surrogate.f2).log() - math.log(options.lipschitz))
            loss = loss + 4 * options.lipschitz_weight * min(1.0, step / ramp) * (excess + excess.square())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 500 == 0:
            print(f"step {step} of {options.steps}  cross-entropy {accuracy_loss.item():.3f}  D {distance.mean().item():.2f}"
                  f"  L1 {imitation_loss.item():.3f}  L {lipschitz(surrogate.f2).item():.1f}  {time.monotonic() - started:.0f} s", flush=True)
    return surrogate.eval()


def measure(options: argparse.Namespace, surrogate: Surrogate, classifier: nn.Module) -> tuple[Estimate, float]:
    """The certified shares on the first tuning images, and the surrogate's mean L1 error on them."""
    images, labels = (torch.from_numpy(part[:options.images]) for part in DATA[options.data].training_part("tuning"))
    blur = DefocusBlur()
    with torch.no_grad():
        theta = torch.linspace(0.0, LARGEST_RADIUS, len(images))
        error = (surrogate.h(surrogate.f1(theta[:, None]) + surrogate.f2(images)) - blur(images, theta)).abs().mean().item()
    found = estimate(surrogate.f2, SmoothedSample(surrogate.h, classifier), surrogate.direction().detach(),
                     surrogate.f1.affine.bias.detach(), blur, images, labels, surrogate.sigma1, surrogate.sigma2,
                     options.draws, RADII, options.seed + 1)
    return found, error


def card(options: argparse.Namespace, digests: dict[str, str], surrogate: Surrogate, found: Estimate, error: float,
         reference: float) -> str:
    """The surrogate's card as Markdown."""
    files = "\n".join(f"| `{name}` | {shapes} | `{digests[name]}` |" for name, shapes in (
        ("f1.onnx", "`theta` [N,1] to [N,8,14,14]"), ("f2.onnx", "`image` [N,1,28,28] to [N,8,14,14]"),
        ("h.onnx", "`code` [N,8,14,14] to [N,1,28,28]")))
    shares = "\n".join(f"| {radius:g} | {100 * share:.1f} % | {found.mean_distance[radius]:.2f} |"
                       for radius, share in found.certified.items())
    command = (f"python surrogate.py --data {options.data} --classifier {options.classifier} --sigma1 {options.sigma1:g} --sigma2 {options.sigma2:g} --steps {options.steps} "
               f"--batch {options.batch} --rate {options.rate:g} --hinge {options.hinge:g} --distance-weight {options.distance_weight:g} "
               f"--imitation-weight {options.imitation_weight:g} --ramp {options.ramp:g} --seed {options.seed} "
               f"--pair-step {options.pair_step:g} --lipschitz {options.lipschitz:g} --lipschitz-weight {options.lipschitz_weight:g} "
               f"--output {options.output} --images {options.images} --draws {options.draws}")
    purpose = "a cover" if options.pair_step > 0 else "one anchor"
    data = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}[options.data]
    return f"""# Surrogate of defocus blur for {data}, for certification with {purpose}

| File | Shapes, N dynamic | SHA-256 |
|---|---|---|
{files}

- tau(theta, x) ~ H(F1(theta) + F2(x)), theta the radius in pixels, range [0, 5]; borders reflect (reflect-101); no clipping.
- Noise it was trained for: **sigma1 = {options.sigma1:g}** (theta, Gaussian), **sigma2 = {options.sigma2:g}** (code, Gaussian).
- Classifier: `{options.classifier.name}`, SHA-256 `{digests["classifier.onnx"]}`, frozen. Code dimension {CODE_SHAPE[0] * CODE_SHAPE[1] * CODE_SHAPE[2]},
  {parameter_count(surrogate):,} parameters. F2 is convolutions and ReLU only; the product of
  their spectral norms is {lipschitz(surrogate.f2).item():.2f} (torus estimate; gsmooth proves its own bound).
- Trained on {data} training images 0 to 54,999 with cross-entropy of f(H(z)) on plain and blurred images, a hinge on D(xi) and a
  small L1 error of the imitation.
- Recipe, in `onnx/train`: `{command}`
- Made with PyTorch {torch.__version__.split("+")[0]} on one CPU thread. Other versions or machines give slightly different weights.

Measured on tuning images (training images 55,000 onwards; no test image was used), {found.images} images, {found.draws:,} draws each,
one anchor at the identity, alpha = 0.001 (Clopper-Pearson), D maximised over 40 values of xi (an estimate, not a proof):

| Radius | Certified | Mean of the largest D up to it |
|---|---|---|
{shares}

Smoothed accuracy {100 * found.smoothed_accuracy:.1f} % (same images, no blur). The bare classifier is right at all of the 40 values of xi and at
the identity on {100 * reference:.1f} % of them. Mean L1 error of the imitation, without noise: {error:.4f}.

The imitation is coarse: a code that blur hardly moves keeps little fine detail. A certificate of the real transformation takes nothing
from the imitation's quality. These files do not fit claims about the surrogate itself.

The training options were chosen on these same images, so the figures lean slightly upwards.
"""


@torch.no_grad()
def bare_worst_case(options: argparse.Namespace, classifier: nn.Module) -> float:
    """Share of the images on which the bare classifier is right on the whole grid, for comparison."""
    images, labels = (torch.from_numpy(part[:options.images]) for part in DATA[options.data].training_part("tuning"))
    blur = DefocusBlur()
    right = torch.ones(len(images), dtype=torch.bool)
    for radius in torch.linspace(0.0, LARGEST_RADIUS, 41):
        right &= classifier(blur(images, radius.expand(len(images)))).argmax(1) == labels
    return right.double().mean().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", choices=DATA, default="mnist", help="data set")
    parser.add_argument("--classifier", type=Path, default=Path("../mnist/classifier.onnx"), help="any ONNX classifier of its images")
    parser.add_argument("--output", type=Path, default=Path("../mnist/defocus-blur"), help="folder for f1, f2, h and CARD.md")
    parser.add_argument("--sigma1", type=float, default=0.5, help="standard deviation of theta (pixels of radius)")
    parser.add_argument("--sigma2", type=float, default=0.25, help="standard deviation of the noise in the code")
    parser.add_argument("--steps", type=int, default=15000, help="training steps (300: under a minute, a rough surrogate)")
    parser.add_argument("--batch", type=int, default=64, help="images a step, each used plain and blurred")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate")
    parser.add_argument("--hinge", type=float, default=1.8, help="D above this is penalised")
    parser.add_argument("--distance-weight", type=float, default=1.0, help="weight of the penalty on D after the ramp")
    parser.add_argument("--imitation-weight", type=float, default=0.5, help="weight of the L1 error of the imitation")
    parser.add_argument("--ramp", type=float, default=0.3, help="share of the steps over which the penalty on D grows")
    parser.add_argument("--pair-step", type=float, default=0.0, help="train for a cover: D between blurs that share of the range apart")
    parser.add_argument("--lipschitz", type=float, default=0.0, help="target of the Lipschitz bound of F2; 0: none")
    parser.add_argument("--lipschitz-weight", type=float, default=0.5, help="weight of the penalty on what lies above it")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--images", type=int, default=200, help="tuning images to measure on")
    parser.add_argument("--draws", type=int, default=2000, help="draws an image when measuring")
    options = parser.parse_args()
    torch.set_num_threads(1)
    classifier = OnnxModule(options.classifier)
    surrogate = train(options, classifier)
    found, error = measure(options, surrogate, classifier)
    reference = bare_worst_case(options, classifier)
    print(found, f"L1 {error:.4f}", f"bare worst case {reference:.3f}", sep="\n", flush=True)

    images = torch.from_numpy(DATA[options.data].training_part("tuning")[0][:7])
    with torch.no_grad():
        codes = surrogate.f2(images) + surrogate.f1(torch.linspace(-1.0, LARGEST_RADIUS, 7)[:, None])
    digests = {"classifier.onnx": sha256(options.classifier)}
    for name, model, example, source, target in (
            ("f1.onnx", surrogate.f1, torch.linspace(-1.0, LARGEST_RADIUS, 7)[:, None], "theta", "parameter_code"),
            ("f2.onnx", surrogate.f2, images, "image", "image_code"),
            ("h.onnx", surrogate.h, codes, "code", "imitation")):
        digests[name] = export(model, example, source, target, options.output / name)
    (options.output / "CARD.md").write_text(card(options, digests, surrogate, found, error, reference))


if __name__ == "__main__":
    main()
