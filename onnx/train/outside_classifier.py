"""A classifier trained by other code: scikit-learn's MLPClassifier with its defaults, written as a plain ONNX graph.

It stands for the model that one is handed and may not retrain: it has never seen a blurred or noisy image, and nothing here
prepares it for certification. ``pip install scikit-learn==1.9.1`` first.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import onnx
import sklearn
from onnx import TensorProto, helper, numpy_helper
from sklearn.neural_network import MLPClassifier

import fashion
import mnist
from export import sha256

DATA = {"mnist": mnist, "fashion": fashion}
NAMES = {"mnist": "MNIST", "fashion": "Fashion-MNIST"}


def graph(network: MLPClassifier) -> onnx.ModelProto:
    """Flatten, then Gemm and Relu for each layer; logits come out."""
    nodes, weights, previous = [helper.make_node("Flatten", ["image"], ["flat"])], [], "flat"
    last = len(network.coefs_) - 1
    for layer, (matrix, bias) in enumerate(zip(network.coefs_, network.intercepts_)):
        weights += [numpy_helper.from_array(matrix.astype(np.float32), f"weight_{layer}"),
                    numpy_helper.from_array(bias.astype(np.float32), f"bias_{layer}")]
        output = "logits" if layer == last else f"hidden_{layer}"
        nodes.append(helper.make_node("Gemm", [previous, f"weight_{layer}", f"bias_{layer}"], [output]))
        if layer != last:
            nodes.append(helper.make_node("Relu", [output], [f"rectified_{layer}"]))
            previous = f"rectified_{layer}"
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 28, 28])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])
    model = helper.make_model(helper.make_graph(nodes, "mlp", [image], [logits], weights),
                              opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="scikit-learn")
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", choices=DATA, default="mnist", help="data set")
    parser.add_argument("--hidden", type=int, default=200, help="width of the hidden layer")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--output", type=Path, default=None, help="folder for mlp.onnx and mlp.md")
    options = parser.parse_args()
    folder = options.output or Path("..") / options.data
    images, labels = DATA[options.data].training_part("training")
    started = time.monotonic()
    network = MLPClassifier((options.hidden,), max_iter=options.epochs, random_state=options.seed)
    network.fit(images.reshape(len(images), -1), labels)
    seconds = time.monotonic() - started
    path = folder / "mlp.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(graph(network).SerializeToString(deterministic=True))
    images, labels = DATA[options.data].training_part("tuning")
    accuracy = (network.predict(images.reshape(len(images), -1)) == labels).mean()
    command = f"python outside_classifier.py --data {options.data} --hidden {options.hidden} --epochs {options.epochs} --seed {options.seed}"
    (folder / "mlp.md").write_text(f"""# {NAMES[options.data]} classifier trained by other code

`mlp.onnx`, SHA-256 `{sha256(path)}`

- Input `image` [N,1,28,28], float32, pixel / 255. Output `logits` [N,10]. N is dynamic.
- scikit-learn {sklearn.__version__}, `MLPClassifier` with {options.hidden} hidden units and its defaults; it has seen no blur and no noise.
- Trained on {NAMES[options.data]} training images 0 to 54,999; {100 * accuracy:.2f} % of the tuning images (55,000 onwards) right.
- Recipe, in `onnx/train`: `{command}`
- Made in {seconds:.0f} seconds on one core.
""")
    print(f"{path}: {100 * accuracy:.2f} %, {seconds:.0f} s")


if __name__ == "__main__":
    main()
