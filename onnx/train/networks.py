"""The networks that the recipes train. All are deterministic, couple nothing across the batch and accept any batch size."""

import math

import torch
from torch import Tensor, nn
import torch.nn.functional as functional
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval

CODE_SHAPE = (8, 14, 14)
"""Channels, height and width of a surrogate's code."""


class Classifier(nn.Module):
    """Image [N,1,28,28] to logits [N,10]: three strided convolutions, two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 5, stride=2, padding=2), nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(32, 48, 3, stride=2, padding=1), nn.ReLU(),
            nn.Flatten(),
            nn.Linear(48 * 4 * 4, 64), nn.ReLU(),
            nn.Linear(64, 10),
        )

    def forward(self, image: Tensor) -> Tensor:
        return self.layers(image)


class ImageEncoder(nn.Module):
    """F2: image [N,1,28,28] to code [N,8,14,14]. Convolutions and ReLU only, so that an l2 Lipschitz
    bound follows from the weights."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 4, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(),
            nn.Conv2d(16, CODE_SHAPE[0], 3, padding=1),
        )

    def forward(self, image: Tensor) -> Tensor:
        return self.layers(image)


class ParameterEncoder(nn.Module):
    """F1: parameter theta [N,m] to code [N,8,14,14], affine: A1 theta + b1."""

    def __init__(self, parameters: int = 1) -> None:
        super().__init__()
        size = CODE_SHAPE[0] * CODE_SHAPE[1] * CODE_SHAPE[2]
        self.affine = nn.Linear(parameters, size)
        nn.init.normal_(self.affine.weight, std=0.01)
        nn.init.zeros_(self.affine.bias)

    def forward(self, theta: Tensor) -> Tensor:
        return self.affine(theta).reshape(-1, *CODE_SHAPE)


class Decoder(nn.Module):
    """H: code [N,8,14,14] to image [N,1,28,28], a sum of a coarse and a fine picture.

    GroupNorm is allowed here: neither a certificate nor its geometry needs a Lipschitz bound of H.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(nn.Conv2d(CODE_SHAPE[0], 24, 3, padding=1), nn.GroupNorm(4, 24), nn.ReLU())
        self.coarse = nn.Sequential(
            nn.Conv2d(24, 48, 3, stride=2, padding=1), nn.GroupNorm(4, 48), nn.ReLU(),
        )
        self.fine_picture = nn.Conv2d(24, 4, 3, padding=1)
        self.coarse_picture = nn.Conv2d(48, 16, 3, padding=1)

    def forward(self, code: Tensor) -> Tensor:
        fine = self.fine(code)
        coarse = self.coarse(fine)
        return (functional.pixel_shuffle(self.fine_picture(fine), 2)
                + functional.pixel_shuffle(self.coarse_picture(coarse), 4))


class SmoothedSample(nn.Module):
    """What one draw of the smoothed classifier evaluates after the noise: f(H(z))."""

    def __init__(self, decoder: nn.Module, classifier: nn.Module) -> None:
        super().__init__()
        self.decoder, self.classifier = decoder, classifier

    def forward(self, code: Tensor) -> Tensor:
        return self.classifier(self.decoder(code))


def parameter_count(module: nn.Module) -> int:
    """Number of trained numbers in a module."""
    return sum(parameter.numel() for parameter in module.parameters())


class Standardize(nn.Module):
    """Image [N,C,H,W] minus its own mean, over its own standard deviation: blind to e^k (x + b).

    Only for smoothing without pixel noise, or noise far below the deviation: it enlarges faint images.
    """

    def forward(self, image: Tensor) -> Tensor:
        centred = image - image.mean((1, 2, 3), keepdim=True)
        return centred / (centred.square().mean((1, 2, 3), keepdim=True).sqrt() + 1e-6)


class Recentre(nn.Module):
    """Rolls an image [N,1,H,H] so that the circular centroid of its squared contrast lies in the middle.

    A cyclic shift by whole pixels moves the circular centroid by as much, so that shifted images come out the
    same, bit for bit (unless the centroid lies within rounding of the middle between two pixels). The roll is a
    product with a permutation matrix, which is exact.
    """

    def __init__(self, size: int = 28) -> None:
        super().__init__()
        index = torch.arange(size, dtype=torch.float64)
        # column j scores the mass against a cosine that peaks at pixel j
        waves = torch.cos(2 * math.pi * (index[:, None] - index[None]) / size)
        shifted = (index[None, :, None] + index[:, None, None] - size // 2) % size
        self.size = size
        self.register_buffer("waves", waves.float())
        # row j is the permutation matrix that takes pixel j to size // 2
        self.register_buffer("rolls", (shifted == index[None, None, :]).float().reshape(size, size * size))

    def forward(self, image: Tensor) -> Tensor:
        mass = (image - image.mean((1, 2, 3), keepdim=True)).relu().square()
        rows, columns = self.roll(mass.sum((1, 3))), self.roll(mass.sum((1, 2)))
        return (rows @ image[:, 0] @ columns.transpose(1, 2))[:, None]

    def roll(self, mass: Tensor) -> Tensor:
        """The permutation matrices [N,H,H] that bring the circular centroids of ``mass`` [N,H] to the middle."""
        scores = mass @ self.waves
        # selected by comparison, not by index: gsmooth follows that through a batch
        chosen = (scores >= scores.amax(1, keepdim=True)).float()
        return (chosen @ self.rolls).reshape(-1, self.size, self.size)


class Sharpen(nn.Module):
    """Image [N,1,H,H] to one channel a variance: regularised inverses of the spectral Gaussian blur.

    B is the blur along one axis in the DCT-II basis with gains g; its inverse takes the gains g / (g^2 + e).
    Each channel is standardised over the image.
    """

    def __init__(self, variances: tuple[float, ...], size: int = 28, regular: float = 0.003) -> None:
        super().__init__()
        index = torch.arange(size, dtype=torch.float64)
        basis = torch.cos(math.pi * (index[None] + 0.5) * index[:, None] / size) * math.sqrt(2 / size)
        basis[0] /= math.sqrt(2.0)
        gains = torch.exp(-0.5 * torch.tensor(variances, dtype=torch.float64)[:, None] * (math.pi * index / size) ** 2)
        inverse = gains / (gains.square() + regular**2) * (1 + regular**2)
        self.register_buffer("axes", (basis.T @ (inverse[:, :, None] * basis)).float())

    def forward(self, image: Tensor) -> Tensor:
        centred = image - image.mean((2, 3), keepdim=True)
        sharp = self.axes @ centred @ self.axes.transpose(1, 2)
        return sharp / (sharp.square().mean((2, 3), keepdim=True).sqrt() + 1e-6)


class RowClassifier(nn.Module):
    """Image [N,1,28,28] to logits [N,10]: an optional fixed front, five convolutions, two dense layers.

    BatchNorm is for training only: ``fold`` merges it into the weights.
    """

    def __init__(self, widths: tuple[int, int, int, int], front: nn.Module | None = None, channels: int = 1) -> None:
        super().__init__()
        a, b, c, d = widths
        self.front = front if front is not None else nn.Identity()
        self.convolutions = nn.ModuleList([
            nn.Conv2d(channels, a, 4, stride=2, padding=1), nn.Conv2d(a, a, 3, padding=1),
            nn.Conv2d(a, b, 3, stride=2, padding=1), nn.Conv2d(b, b, 3, padding=1),
            nn.Conv2d(b, c, 3, stride=2, padding=1),
        ])
        self.norms = nn.ModuleList([nn.BatchNorm2d(width) for width in (a, a, b, b, c)])
        self.hidden, self.hidden_norm = nn.Linear(16 * c, d), nn.BatchNorm1d(d)
        self.last = nn.Linear(d, 10)

    def forward(self, image: Tensor) -> Tensor:
        return self.logits(self.front(image))

    def logits(self, features: Tensor) -> Tensor:
        """What follows the front."""
        features = features.contiguous(memory_format=torch.channels_last)
        for convolution, norm in zip(self.convolutions, self.norms):
            features = functional.relu(norm(convolution(features)))
        hidden = functional.relu(self.hidden_norm(self.hidden(features.flatten(1))))
        return self.last(hidden)

    def fold(self) -> "RowClassifier":
        """Merges the normalisations into the layers before them (in place; evaluation only afterwards)."""
        self.eval()
        for i, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            self.convolutions[i], self.norms[i] = fuse_conv_bn_eval(convolution, norm), nn.Identity()
        self.hidden, self.hidden_norm = fuse_linear_bn_eval(self.hidden, self.hidden_norm), nn.Identity()
        return self
