"""Randomized smoothing as a plain Python loop: what gsmooth is measured against.

NumPy draws the noise, ONNX Runtime runs the network on one batch after another, SciPy bounds the probability of the chosen class
(Clopper and Pearson) after a number of draws that is fixed beforehand. One line of JSON an image goes to standard output.

    pip install -r benches/peer/requirements.txt
    python benches/peer/certify.py onnx/mnist/rows/defocus_blur.onnx --noise 0.05 --count 3
    python benches/peer/certify.py onnx/mnist/classifier.onnx --surrogate onnx/mnist/defocus-blur --noise 0.3 --theta 0.3 --count 3

`--noise` is the standard deviation of the noise on pixels, or on the code if there is a surrogate; `--theta` that of the noise on the
transformation's parameter.
"""

import argparse
import gzip
import json
import pathlib
import time

import numpy
import onnxruntime
from scipy.stats import beta

MNIST = pathlib.Path(__file__).resolve().parents[2] / "onnx" / "mnist"


def read_images():
    data = gzip.decompress((MNIST / "test-images-idx3-ubyte.gz").read_bytes())
    return numpy.frombuffer(data, numpy.uint8, offset=16).reshape(-1, 1, 28, 28).astype(numpy.float32) / 255


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    found = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = found.get_inputs()[0].name
    return lambda batch: found.run(None, {name: batch})[0]


class PixelNoise:
    """x plus noise."""

    def __init__(self, image):
        self.mean = image.astype(numpy.float64)

    def draw(self, count):
        noise = random.standard_normal((count, *self.mean.shape))
        return (self.mean + arguments.noise * noise).astype(numpy.float32)


class CodeNoise(PixelNoise):
    """H(F2(x) + F1(theta) + noise)."""

    def __init__(self, image):
        super().__init__(encode(image[None])[0])

    def draw(self, count):
        theta = (arguments.theta * random.standard_normal((count, 1))).astype(numpy.float32)
        noise = arguments.noise * random.standard_normal((count, *self.mean.shape))
        shift = shift_of(theta).astype(numpy.float64)
        return decode((self.mean + shift + noise).astype(numpy.float32))


def votes(source, draws):
    counts = None
    while draws > 0:
        size = min(arguments.batch, draws)
        scores = classify(source.draw(size))
        found = numpy.bincount(scores.argmax(1), minlength=scores.shape[1])
        counts = found if counts is None else counts + found
        draws -= size
    return counts


def certify(image):
    source = CodeNoise(image) if arguments.surrogate else PixelNoise(image)
    chosen = int(votes(source, arguments.select).argmax())
    found = int(votes(source, arguments.draws)[chosen])
    lower = float(beta.ppf(arguments.alpha, found, arguments.draws - found + 1)) if found else 0.0
    return {"class": chosen, "votes": found, "draws": arguments.draws, "p_lower": lower}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("classifier", type=pathlib.Path)
    parser.add_argument("--surrogate", type=pathlib.Path, help="folder of f1.onnx, f2.onnx and h.onnx")
    parser.add_argument("--noise", type=float, required=True)
    parser.add_argument("--theta", type=float, default=0.0)
    parser.add_argument("--count", type=int, default=3)
    parser.add_argument("--select", type=int, default=100)
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--alpha", type=float, default=0.001)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=0, help="of ONNX Runtime; 0: all cores")
    arguments = parser.parse_args()
    random = numpy.random.default_rng(2026)
    classify = session(arguments.classifier)
    if arguments.surrogate:
        parts = ("f1", "f2", "h")
        shift_of, encode, decode = (session(arguments.surrogate / f"{part}.onnx") for part in parts)
    for index, image in enumerate(read_images()[: arguments.count]):
        start = time.perf_counter()
        found = certify(image)
        print(json.dumps({"index": index, **found, "seconds": time.perf_counter() - start}), flush=True)
