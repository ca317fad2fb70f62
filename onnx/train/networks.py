"""The networks that the recipes train. All are deterministic, couple nothing across the batch and accept any batch size."""

from torch import Tensor, nn
import torch.nn.functional as functional

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
