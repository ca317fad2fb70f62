"""Writes the files beside it with the libraries that define their formats (NumPy, gzip, Pillow), so that the readers
are tested against other writers than their own tests. Element i of an array in C order is 37 * i modulo 256."""

import gzip
import pathlib
import struct

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent


def pattern(*shape):
    return (np.arange(np.prod(shape)) * 37 % 256).astype(np.uint8).reshape(shape)


labels = np.array([7, 2], dtype=np.int64)
np.savez(here / "nchw.npz", images=pattern(2, 3, 4, 5), labels=labels)
np.savez_compressed(here / "nhwc.npz", images=pattern(2, 4, 5, 3), labels=labels)
np.save(here / "fortran-float32.npy", np.asfortranarray(pattern(2, 4, 5).astype(np.float32) / 255))
np.save(here / "float64.npy", (pattern(2, 4, 5) / 255).astype(">f8"))
np.save(here / "labels.npy", labels.astype(">i2"))

header = struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 4, 5)
(here / "images-idx3-ubyte.gz").write_bytes(gzip.compress(header + pattern(2, 4, 5).tobytes(), mtime=0))
(here / "labels-idx1-ubyte").write_bytes(struct.pack(">BBBBI", 0, 0, 8, 1, 2) + labels.astype(np.uint8).tobytes())

Image.fromarray(pattern(4, 5, 3)).save(here / "rgb.png")
Image.fromarray(pattern(4, 5)).save(here / "grey.png")
Image.fromarray(pattern(4, 5, 4)).save(here / "rgba.png")
Image.fromarray(pattern(8, 8)).save(here / "large.png")
Image.fromarray(np.full((4, 5, 3), 200, dtype=np.uint8)).save(here / "flat.jpg", quality=95)
halved = Image.fromarray(pattern(8, 8).astype(np.float32) / 255).resize((3, 4), Image.Resampling.BILINEAR)
np.save(here / "large-resized-by-pillow.npy", np.asarray(halved)[None])
