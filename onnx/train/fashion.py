"""Fashion-MNIST in its original split (60,000 + 10,000), fetched from the Debian package ``dataset-fashion-mnist`` (MIT licence).

The recipes use the same parts as of MNIST (``mnist.py``): training images 0 to 54,999 to train, 55,000 to 59,999 to tune and
to measure, and test images 0 to 999, which ship with the repository and which no recipe reads otherwise.

``python fashion.py --output ../fashion`` writes the shipped test files. Needs ``apt-get`` and ``dpkg-deb``.
"""

import argparse
import gzip
import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import numpy as np

from mnist import SHIPPED_TEST_IMAGES, TUNING_IMAGES, cache_folder, idx_array, write_idx

PACKAGE = "dataset-fashion-mnist"
VERSION = "0.0~git20200523.55506a9-1"
ARCHIVE_SHA256 = "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0"
FOLDER = "./usr/share/datasets/fashion-mnist"


def archive() -> Path:
    """Path of the Debian package, fetched once and checked against its SHA-256."""
    folder = cache_folder("fashion-mnist")
    path = folder / f"{PACKAGE}_{VERSION}_all.deb"
    if not path.exists():
        subprocess.run(["apt-get", "download", f"{PACKAGE}={VERSION}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != ARCHIVE_SHA256:
        raise RuntimeError(f"{path}: SHA-256 {digest} is not the expected {ARCHIVE_SHA256}")
    return path


def read_idx(member: str) -> np.ndarray:
    """One idx file of the package as an array of unsigned bytes."""
    files = subprocess.run(["dpkg-deb", "--fsys-tarfile", archive()], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(files)) as tar:
        return idx_array(gzip.decompress(tar.extractfile(f"{FOLDER}/{member}.gz").read()), member)


def training_part(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Images [N,1,28,28] (float32 in [0,1]) and labels [N] (int64) of ``training`` or ``tuning``."""
    images, labels = read_idx("train-images-idx3-ubyte"), read_idx("train-labels-idx1-ubyte")
    cut = len(images) - TUNING_IMAGES
    chosen = {"training": slice(0, cut), "tuning": slice(cut, None)}[part]
    return images[chosen, None].astype(np.float32) / np.float32(255), labels[chosen].astype(np.int64)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write Fashion-MNIST test images 0 to 999 and their labels as gzipped idx files.")
    parser.add_argument("--output", type=Path, default=Path("../fashion"), help="folder to write to (default: %(default)s)")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in ("images-idx3", "labels-idx1"):
        write_idx(options.output / f"test-{name}-ubyte.gz", read_idx(f"t10k-{name}-ubyte")[:SHIPPED_TEST_IMAGES])


if __name__ == "__main__":
    main()
