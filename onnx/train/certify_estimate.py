"""Estimates what gsmooth would certify with a surrogate and ONE anchor (the paper's single point).

Per image: p_A from noisy draws with a one-sided Clopper-Pearson bound, D(xi) on a grid of xi, and
certified to r iff D(xi) < Phi^-1(p_A) at every grid point up to r. It is for tuning: the class is taken
from the same draws, the grid is no proof between its points, and the noise is float32. gsmooth draws the
class separately, uses f64 noise, and bounds what happens between points.
"""

from dataclasses import dataclass
from statistics import NormalDist

import torch
from torch import Tensor, nn

from transformations import LARGEST_RADIUS


def clopper_pearson_lower(successes: int, trials: int, alpha: float) -> float:
    """One-sided lower confidence bound on a binomial proportion: bisection on the exact upper tail."""
    if successes == 0:
        return 0.0
    counts = torch.arange(successes, trials + 1, dtype=torch.float64)
    n = torch.tensor(float(trials), dtype=torch.float64)
    log_binomial = torch.lgamma(n + 1) - torch.lgamma(counts + 1) - torch.lgamma(n - counts + 1)
    low, high = 0.0, successes / trials
    for _ in range(60):
        p = 0.5 * (low + high)
        log_tail = torch.logsumexp(
            log_binomial + torch.xlogy(counts, torch.tensor(p)) + torch.xlogy(n - counts, torch.tensor(1 - p)), 0)
        low, high = (p, high) if log_tail.exp().item() <= alpha else (low, p)
    return low


def squared_distance(delta: Tensor, direction: Tensor, sigma1: float, sigma2: float) -> Tensor:
    """D^2 of code differences [N,d] in the metric of Sigma = sigma1^2 A1 A1^T + sigma2^2 I.

    ``direction`` is A1 as a vector [d]; Sherman-Morrison gives
    D^2 = (|delta|^2 - (A1.delta)^2 / (sigma2^2 / sigma1^2 + |A1|^2)) / sigma2^2.
    """
    along = (delta @ direction).square() / (sigma2**2 / sigma1**2 + direction.square().sum())
    return (delta.square().sum(1) - along).clamp_min(0.0) / sigma2**2


@dataclass
class Estimate:
    """Shares of the images: correct by the smoothed classifier, and also certified to each radius."""

    images: int
    draws: int
    smoothed_accuracy: float
    certified: dict[float, float]
    mean_distance: dict[float, float]


@torch.no_grad()
def estimate(encoder: nn.Module, sample: nn.Module, direction: Tensor, offset: Tensor, transform, images: Tensor, labels: Tensor,
             sigma1: float, sigma2: float, draws: int, radii: tuple[float, ...], seed: int,
             grid_points: int = 40, alpha: float = 0.001) -> Estimate:
    """``encoder`` is F2, ``sample`` is f(H(z)), ``direction`` is A1 and ``offset`` is b1 [d] each."""
    generator = torch.Generator().manual_seed(seed)
    grid = torch.linspace(0.0, LARGEST_RADIUS, grid_points + 1)[1:]
    correct, certified = 0, {radius: 0 for radius in radii}
    distances = {radius: 0.0 for radius in radii}
    for image, label in zip(images, labels):
        code = encoder(image[None])
        flat, shape = code.reshape(1, -1), code.shape[1:]
        moved = encoder(transform(image[None].expand(grid_points, -1, -1, -1), grid)).reshape(grid_points, -1)
        distance = squared_distance(moved - flat, direction, sigma1, sigma2).sqrt()
        counts = torch.zeros(10, dtype=torch.int64)
        for first in range(0, draws, 500):
            size = min(500, draws - first)
            noise = sigma2 * torch.randn(size, flat.shape[1], generator=generator)
            noise += sigma1 * torch.randn(size, 1, generator=generator) * direction[None]
            votes = sample((flat + offset + noise).reshape(size, *shape)).argmax(1)
            counts += torch.bincount(votes, minlength=10)
        top, label = int(counts.argmax()), int(label)
        correct += top == label
        p_a = clopper_pearson_lower(int(counts[top]), draws, alpha)
        reach = NormalDist().inv_cdf(p_a) if p_a > 0.5 else 0.0
        for radius in radii:
            worst = distance[grid <= radius + 1e-6].max().item()
            distances[radius] += worst
            certified[radius] += top == label and worst < reach
    count = len(images)
    return Estimate(count, draws, correct / count, {r: c / count for r, c in certified.items()},
                    {r: d / count for r, d in distances.items()})
