"""CIFAR-10 and CIFAR-100, read from a folder or an archive that the user has. Nothing is fetched, and nothing is shipped.

A folder holds the original binary version (<https://www.cs.toronto.edu/~kriz/cifar.html>): ``data_batch_1.bin`` to ``data_batch_5.bin``
for CIFAR-10, ``train.bin`` for CIFAR-100 (its fine labels are taken). An archive is an ``.npz`` file with the training images as
unsigned bytes, ``images`` [N,3,32,32] or [N,32,32,3], and their classes, ``labels`` [N].

The recipes use two disjoint parts of the training images: ``tuning``, the last 5,000 (every figure in a model card is measured
here), and ``training``, all before. No recipe reads a test image.
"""

from pathlib import Path

import numpy as np

from mnist import TUNING_IMAGES

SHAPE = (3, 32, 32)
PIXEL_BYTES = 3 * 32 * 32
TRAINING_FILES = {10: [f"data_batch_{batch}.bin" for batch in range(1, 6)], 100: ["train.bin"]}
"""The files of the binary version that hold training images, by the number of classes."""


def read_records(path: Path, label_bytes: int) -> tuple[np.ndarray, np.ndarray]:
    """Images [N,3,32,32] and classes [N] (unsigned bytes) of one binary file; the last label byte of a record is its class."""
    data = np.fromfile(path, np.uint8)
    stride = label_bytes + PIXEL_BYTES
    if data.size == 0 or data.size % stride:
        raise ValueError(f"{path}: {data.size:,} bytes are not a whole number of records of {stride:,}")
    records = data.reshape(-1, stride)
    return records[:, label_bytes:].reshape(-1, *SHAPE), records[:, label_bytes - 1]


def read_folder(folder: Path, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """All training images and classes of a folder with the binary version."""
    label_bytes = 1 if classes == 10 else 2
    parts = [read_records(folder / name, label_bytes) for name in TRAINING_FILES[classes]]
    return np.concatenate([images for images, _ in parts]), np.concatenate([labels for _, labels in parts])


def read_archive(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """``images``, brought to [N,3,32,32], and ``labels`` of an ``.npz`` file."""
    with np.load(path) as archive:
        images, labels = archive["images"], archive["labels"]
    if images.dtype != np.uint8:
        raise ValueError(f"{path}: images are {images.dtype}, not unsigned bytes")
    if images.shape[1:] == (32, 32, 3):
        images = images.transpose(0, 3, 1, 2)
    if images.shape[1:] != SHAPE or labels.shape != images.shape[:1]:
        raise ValueError(f"{path}: images {images.shape} and labels {labels.shape} are not [N,3,32,32] and [N]")
    return np.ascontiguousarray(images), labels


def training_part(data: Path, classes: int, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images [N,3,32,32] (unsigned bytes, red, green, blue) and labels [N] (int64) of ``training`` or ``tuning``."""
    images, labels = read_folder(data, classes) if data.is_dir() else read_archive(data)
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"{data}: labels reach from {labels.min()} to {labels.max()}, not from 0 to {classes - 1}")
    cut = len(images) - TUNING_IMAGES
    if cut <= 0:
        raise ValueError(f"{data}: {len(images):,} images leave none to train on beside {TUNING_IMAGES:,} to tune on")
    chosen = {"training": slice(0, cut), "tuning": slice(cut, None)}[part]
    return images[chosen], labels[chosen].astype(np.int64)
