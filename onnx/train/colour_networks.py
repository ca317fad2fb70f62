"""The networks that ``colour_classifier.py`` trains. Exported they are deterministic, couple nothing across the batch and accept any
batch size."""

import copy

from torch import Tensor, nn
import torch.nn.functional as functional
from torch.nn.utils.fusion import fuse_conv_bn_eval


class Residual(nn.Module):
    """Two 3x3 convolutions beside an identity, or beside a 1x1 convolution where the shape changes."""

    def __init__(self, channels: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = normalised(channels, outputs, 3, stride)
        self.second = normalised(outputs, outputs, 3, 1)
        same = channels == outputs and stride == 1
        self.shortcut = nn.Identity() if same else normalised(channels, outputs, 1, stride)

    def forward(self, code: Tensor) -> Tensor:
        return functional.relu(self.shortcut(code) + self.second(functional.relu(self.first(code))))


def normalised(channels: int, outputs: int, kernel: int, stride: int) -> nn.Sequential:
    """A convolution and its BatchNorm, which couples a batch in training alone; ``folded`` removes it afterwards."""
    convolution = nn.Conv2d(channels, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class ColourClassifier(nn.Module):
    """Image [N,3,32,32] to logits [N,classes]: a strided stem, three residual blocks at 16, 8 and 4 pixels, a mean, a dense layer."""

    def __init__(self, classes: int, width: int) -> None:
        super().__init__()
        self.stem = normalised(3, width, 5, 2)
        self.blocks = nn.Sequential(Residual(width, width, 1), Residual(width, 2 * width, 2), Residual(2 * width, 4 * width, 2))
        self.head = nn.Linear(4 * width, classes)

    def forward(self, image: Tensor) -> Tensor:
        # pixels are centred here, so that a certified model takes pixel / 255 as it is
        code = self.blocks(functional.relu(self.stem(4 * (image - 0.5))))
        return self.head(code.mean(dim=(2, 3)))


def folded(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode whose BatchNorms are part of the convolutions before them."""
    model = copy.deepcopy(model).eval()
    for module in model.modules():
        if isinstance(module, nn.Sequential) and len(module) == 2 and isinstance(module[1], nn.BatchNorm2d):
            module[0] = fuse_conv_bn_eval(module[0], module[1])
            module[1] = nn.Identity()
    return model
