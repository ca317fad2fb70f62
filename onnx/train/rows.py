"""The rows of the MNIST audits: what each classifier is trained against, and how it is smoothed."""

import math
from dataclasses import dataclass
from typing import Callable

import torch
from torch import Tensor, nn

from networks import Recentre, RowClassifier, Sharpen, Standardize
from transformations import (LARGEST_RADIUS, DefocusBlur, GaussianBlur, Pixelate, Tabulated, brightness_contrast, cyclic_shift, rotate,
                             rotational_blur, scale, zoom_blur)

Transform = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Row:
    """One transformation with its range.

    ``transform`` makes the function (images, parameters [N]) to images of evaluation, ``training`` a cheaper one
    of training (the same where None). ``noise`` draws what smoothing adds to the parameters, [N].
    """

    low: float
    high: float
    transform: Callable[[], Transform]
    widths: tuple[int, int, int, int] = (24, 48, 64, 128)
    training: Callable[[], Transform] | None = None
    front: Callable[[], nn.Module] | None = None
    channels: int = 1
    noise: Callable[[int, torch.Generator], Tensor] | None = None

    def network(self) -> RowClassifier:
        """A fresh network, its front included."""
        return RowClassifier(self.widths, self.front() if self.front else None, self.channels)


def exponential(mean: float) -> Callable[[int, torch.Generator], Tensor]:
    """Draws of the exponential law."""
    return lambda count, generator: -mean * torch.log1p(-torch.rand(count, generator=generator))


def enlarge(images: Tensor, growth: Tensor) -> Tensor:
    """Scaling by the factor 1 + ``growth[n]``."""
    return scale(images, 1.0 + growth)


def up_to_the_largest_radius() -> Transform:
    """Defocus blur, larger radii cut to the largest of its table."""
    blur = DefocusBlur()
    return lambda images, radii: blur(images, radii.clamp(max=LARGEST_RADIUS))


def around_the_square(images: Tensor, parameters: Tensor) -> Tensor:
    """Brightness-contrast on the border of the square of half-side 1/2: parameter in [0, 4), once around."""
    along, side = 2 * (parameters % 1.0) - 1.0, parameters.floor().long() % 4
    one = torch.ones_like(along)
    contrast = torch.where(side == 0, along, torch.where(side == 1, one, torch.where(side == 2, -along, -one)))
    shift = torch.where(side == 0, -one, torch.where(side == 1, along, torch.where(side == 2, one, -along)))
    return brightness_contrast(images, 0.5 * contrast, 0.5 * shift)


def in_spiral(images: Tensor, parameters: Tensor) -> Tensor:
    """Cyclic shifts of up to 8 pixels: the whole number parameter in [0, 288] counts the 17 x 17 shifts."""
    count = parameters.round().long()
    return cyclic_shift(images, torch.stack([count // 17 - 8, count % 17 - 8], dim=1))


GAUSSIAN_CHANNELS = (0.0, 6.0, 14.0, 24.0, 36.0)

ROWS = {
    "rotation": Row(-50.0, 50.0, lambda: rotate, widths=(32, 64, 64, 96)),
    "scaling": Row(-0.3, 0.3, lambda: enlarge),
    "defocus_blur": Row(0.0, LARGEST_RADIUS, up_to_the_largest_radius),
    "zoom_blur": Row(0.0, 0.5, lambda: zoom_blur, training=lambda: Tabulated(zoom_blur, 0.54)),
    "rotational_blur": Row(0.0, 10.0, lambda: rotational_blur, training=lambda: Tabulated(rotational_blur, 10.8)),
    "pixelate": Row(0.0, 0.5, Pixelate),
    "gaussian_blur": Row(0.0, 36.0, GaussianBlur, front=lambda: Sharpen(GAUSSIAN_CHANNELS),
                         channels=len(GAUSSIAN_CHANNELS), noise=exponential(1.0)),
    "brightness_contrast": Row(0.0, 4.0, lambda: around_the_square, front=Standardize),
    "translation": Row(0.0, 288.0, lambda: in_spiral, front=lambda: nn.Sequential(Recentre(), Standardize())),
}


def draw_parameters(row: Row, count: int, generator: torch.Generator) -> Tensor:
    """Parameters over 4 % more than the range, three quarters of them dense towards its hard ends."""
    unit = torch.rand(count, generator=generator)
    skewed = torch.rand(count, generator=generator) < 0.75
    if row.low == 0.0:
        unit = torch.where(skewed, unit.sqrt(), unit)
        return (1.04 * row.high) * unit
    signed = 2 * unit - 1
    signed = torch.where(skewed, signed.sign() * signed.abs().sqrt(), signed)
    return 0.5 * (row.low + row.high) + 0.52 * (row.high - row.low) * signed


def grid(row: Row, points: int) -> Tensor:
    """Evenly spaced parameters over the range, both ends included."""
    return torch.linspace(row.low, row.high, points)


def elastic_field(count: int, size: int, generator: torch.Generator) -> Tensor:
    """Smooth random displacements [count,size,size,2] of about 1 pixel, in the coordinates of ``grid_sample``."""
    knots = torch.randn(count, 2, 7, 7, generator=generator) * (2 / size)
    smooth = nn.functional.interpolate(knots, size=(size, size), mode="bilinear", align_corners=False)
    return smooth.permute(0, 2, 3, 1)


def distort(images: Tensor, generator: torch.Generator, strength: float, elastic: float) -> Tensor:
    """A random small distortion of each image: what makes the training digits more than 55,000.

    At strength 1: shifts of about a pixel, turns of about 6 degrees, stretches and shears of about 8 %, all normal;
    ``elastic`` times :func:`elastic_field` on top.
    """
    count = len(images)
    turn, stretch_x, stretch_y, shear, x, y = strength * torch.randn(6, count, generator=generator)
    cosine, sine = torch.cos(math.radians(6) * turn), torch.sin(math.radians(6) * turn)
    rotation = torch.stack([cosine, -sine, sine, cosine], 1).reshape(-1, 2, 2)
    zero = torch.zeros(count)
    stretch = torch.stack([torch.exp(0.08 * stretch_x), 0.08 * shear, zero, torch.exp(0.08 * stretch_y)], 1).reshape(-1, 2, 2)
    offset = torch.stack([x, y], 1)[:, :, None] * (2 / images.shape[-1])
    matrix = torch.cat([rotation @ stretch, offset], dim=2)
    sampled = nn.functional.affine_grid(matrix, list(images.shape), align_corners=False)
    if elastic > 0.0:
        sampled = sampled + elastic * elastic_field(count, images.shape[-1], generator)
    return nn.functional.grid_sample(images, sampled, align_corners=False)
