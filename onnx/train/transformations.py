"""The transformations that the recipes train and measure with, on PyTorch tensors [N,C,H,W].

No pixel is ever clipped: gsmooth certifies transformations of unclipped float images.
Shapes: images [N,C,H,W], every channel treated alike; parameters [N], one per image.
"""

import math

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

LARGEST_RADIUS = 5.0
"""Largest radius of ``defocus_blur`` in pixels that the recipes use."""


def disk_kernel(radius: float, half_width: int = 5, samples: int = 512) -> np.ndarray:
    """Weights w_ij of defocus blur, [2 half_width + 1] squared, float64.

    w_ij is the area of the intersection of the disk of this radius, centred at the centre of pixel
    (0,0), with the unit square of pixel (i,j), divided by pi r^2. For r <= 1/2 the disk lies in one
    pixel and the kernel is the identity. The overlap of a vertical chord with a pixel is exact; the
    chords are integrated by the midpoint rule with ``samples`` chords a pixel.
    """
    kernel = np.zeros((2 * half_width + 1, 2 * half_width + 1))
    if radius <= 0.5:
        kernel[half_width, half_width] = 1.0
        return kernel
    pixels = np.arange(-half_width, half_width + 1)
    chords = pixels[:, None] + (np.arange(samples) + 0.5) / samples - 0.5
    reach = np.sqrt(np.maximum(radius**2 - chords**2, 0.0))[None]
    low, high = pixels[:, None, None] - 0.5, pixels[:, None, None] + 0.5
    overlap = np.maximum(np.minimum(high, reach) - np.maximum(low, -reach), 0.0)
    kernel = overlap.mean(axis=2)
    return kernel / kernel.sum()


class DefocusBlur:
    """Defocus blur with borders reflected without repeating the edge pixel (reflect-101).

    Under that extension an image is a cosine series of period 2(H-1), which the DCT-I diagonalises,
    and a symmetric kernel only scales its coefficients. So a batch with one radius an image costs
    four small matrix products. Radii are rounded to a table of step ``LARGEST_RADIUS / steps``.
    """

    def __init__(self, size: int = 28, steps: int = 500):
        index = torch.arange(size, dtype=torch.float64)
        cosines = torch.cos(math.pi * index[:, None] * index[None, :] / (size - 1))
        ends = torch.ones(size, dtype=torch.float64)
        ends[1:-1] = 2.0  # the two edge pixels occur once a period, all others twice
        self.forward = (cosines * ends[None, :]).float()
        self.inverse = (cosines * ends[None, :] / (2 * (size - 1))).float()
        self.steps = steps
        kernels = np.stack([disk_kernel(LARGEST_RADIUS * k / steps) for k in range(steps + 1)])
        offsets = torch.arange(kernels.shape[1], dtype=torch.float64) - kernels.shape[1] // 2
        waves = torch.cos(math.pi * index[:, None] * offsets[None, :] / (size - 1))
        self.multipliers = (waves @ torch.from_numpy(kernels) @ waves.T).float()

    def __call__(self, images: Tensor, radii: Tensor) -> Tensor:
        """Blurs image n with radius ``radii[n]`` in [0, LARGEST_RADIUS] pixels."""
        rows = torch.round(radii * (self.steps / LARGEST_RADIUS)).long()
        spectrum = self.forward @ images @ self.forward.T
        blurred = self.inverse @ (spectrum * self.multipliers[rows][:, None]) @ self.inverse.T
        # radii up to 1/2 are the identity, bit for bit
        return torch.where((radii <= 0.5)[:, None, None, None], images, blurred)


class GaussianBlur:
    """Spectral Gaussian blur: orthonormal DCT-II coefficients times exp(-v w_k^2 / 2), w_k = pi k / H
    on each axis (symmetric extension). Additive in the variance v (pixels squared)."""

    def __init__(self, size: int = 28):
        index = torch.arange(size, dtype=torch.float64)
        basis = torch.cos(math.pi * (index[None, :] + 0.5) * index[:, None] / size) * math.sqrt(2 / size)
        basis[0] /= math.sqrt(2.0)
        self.basis = basis.float()
        self.squares = ((math.pi * index / size) ** 2).float()

    def __call__(self, images: Tensor, variances: Tensor) -> Tensor:
        """Blurs image n with variance ``variances[n]`` >= 0."""
        damping = torch.exp(-0.5 * variances[:, None] * self.squares[None, :])
        spectrum = self.basis @ images @ self.basis.T
        spectrum = spectrum * damping[:, None, :, None] * damping[:, None, None, :]
        return self.basis.T @ spectrum @ self.basis


def rotate(images: Tensor, degrees: Tensor) -> Tensor:
    """Rotates about the image centre with bilinear interpolation, zero outside."""
    angle = torch.deg2rad(degrees)
    cosine, sine, zero = torch.cos(angle), torch.sin(angle), torch.zeros_like(angle)
    matrix = torch.stack([cosine, -sine, zero, sine, cosine, zero], dim=1).reshape(-1, 2, 3)
    grid = functional.affine_grid(matrix, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def brightness(images: Tensor, shifts: Tensor) -> Tensor:
    """Adds ``shifts[n]`` to every pixel of image n, without clipping."""
    return images + shifts[:, None, None, None]


def scale(images: Tensor, factors: Tensor) -> Tensor:
    """Enlarges about the image centre by ``factors[n]`` > 0 with bilinear interpolation, zero outside."""
    inverse, zero = 1.0 / factors, torch.zeros_like(factors)
    matrix = torch.stack([inverse, zero, zero, zero, inverse, zero], dim=1).reshape(-1, 2, 3)
    grid = functional.affine_grid(matrix, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


COPIES = 11
"""Copies that ``rotational_blur`` and ``zoom_blur`` average."""


def rotational_blur(images: Tensor, degrees: Tensor) -> Tensor:
    """Mean of copies rotated by angles evenly over [-a/2, a/2], a = ``degrees[n]`` >= 0."""
    return sum(rotate(images, degrees * (k / (COPIES - 1) - 0.5)) for k in range(COPIES)) / COPIES


def zoom_blur(images: Tensor, strengths: Tensor) -> Tensor:
    """Mean of copies enlarged by factors evenly over [1, 1 + ``strengths[n]``], strengths >= 0."""
    return sum(scale(images, 1.0 + strengths * (k / (COPIES - 1))) for k in range(COPIES)) / COPIES


def pixelation(size: int, cells: int) -> Tensor:
    """Matrix [size, size] that averages one axis over ``cells`` equal cells and enlarges by nearest neighbour."""
    edges = np.arange(cells + 1) * (size / cells)
    pixels = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixels[None] + 1.0) - np.maximum(edges[:-1, None], pixels[None])
    averages = np.maximum(overlap, 0.0) * (cells / size)
    nearest = (2 * pixels + 1) * cells // (2 * size)
    return torch.from_numpy(averages[nearest]).float()


class Pixelate:
    """Area averages over n x n cells, enlarged by nearest neighbour: n = size - k at strength k / size,
    linear mixing of the two pictures between these strengths, which are in [0, 1/2]."""

    def __init__(self, size: int = 28):
        self.size = size
        self.levels = torch.stack([pixelation(size, size - k) for k in range(size // 2 + 2)])

    def __call__(self, images: Tensor, strengths: Tensor) -> Tensor:
        position = strengths * self.size
        level = position.floor().clamp(0, len(self.levels) - 2).long()
        part = (position - level)[:, None, None, None]
        matrices = [self.levels[rows][:, None] for rows in (level, level + 1)]
        mixed = [matrix @ images @ matrix.mT for matrix in matrices]
        return (1 - part) * mixed[0] + part * mixed[1]


def brightness_contrast(images: Tensor, contrast: Tensor, shifts: Tensor) -> Tensor:
    """e^k (x + b) with k = ``contrast[n]`` and b = ``shifts[n]``, without clipping."""
    return torch.exp(contrast)[:, None, None, None] * brightness(images, shifts)


def cyclic_shift(images: Tensor, shifts: Tensor) -> Tensor:
    """Moves image n down and right by the whole numbers ``shifts[n]`` ([N,2]), around the frame."""
    height, width = images.shape[2:]
    rows = (torch.arange(height)[None] - shifts[:, :1].long()) % height
    columns = (torch.arange(width)[None] - shifts[:, 1:].long()) % width
    images = torch.gather(images, 2, rows[:, None, :, None].expand(-1, images.shape[1], -1, width))
    return torch.gather(images, 3, columns[:, None, None, :].expand(-1, images.shape[1], height, -1))


class Tabulated:
    """A linear transformation with one parameter as matrices at ``steps`` + 1 values evenly over [0, high].

    One matrix serves a run of ``run`` images, which makes averages of many copies as cheap as a dense layer.
    """

    def __init__(self, transform, high: float, size: int = 28, steps: int = 48, run: int = 16):
        pixels = size * size
        basis = torch.eye(pixels).reshape(pixels, 1, size, size)
        self.high, self.steps, self.run = high, steps, run
        self.matrices = torch.stack([transform(basis, torch.full((pixels,), high * k / steps)).reshape(pixels, pixels)
                                     for k in range(steps + 1)])

    def __call__(self, images: Tensor, parameters: Tensor) -> Tensor:
        """Transforms each run of images at the parameter of its first, rounded to the table."""
        rows = torch.round(parameters * (self.steps / self.high)).long()
        parts = [part.reshape(len(part), -1) @ self.matrices[row]
                 for part, row in zip(images.split(self.run), rows[::self.run])]
        return torch.cat(parts).reshape(images.shape)
