"""The transformations that the recipes train and measure with, on PyTorch tensors [N,1,H,W].

No pixel is ever clipped: gsmooth certifies transformations of unclipped float images.
Shapes: images [N,1,H,W]; parameters [N], one per image.
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
        spectrum = self.forward @ images[:, 0] @ self.forward.T
        blurred = self.inverse @ (spectrum * self.multipliers[rows]) @ self.inverse.T
        # radii up to 1/2 are the identity, bit for bit
        return torch.where((radii <= 0.5)[:, None, None], images[:, 0], blurred)[:, None]


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
        spectrum = self.basis @ images[:, 0] @ self.basis.T
        spectrum = spectrum * damping[:, :, None] * damping[:, None, :]
        return (self.basis.T @ spectrum @ self.basis)[:, None]


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
