"""What `pyclassifier-convert` takes on its command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from pyclassifier.backbones import CATALOG
from pyclassifier.terminal import add_json, new_parser

from ..formats import SHARD_SIZE, SOURCES, TARGETS

PROGRAM = "pyclassifier-convert"
# Each tried with files that it made: tests/convert/test_keras_versions.py.
VERSIONS = """\
  Keras 2.2 to 2.15   .h5          by itself, and as tf.keras of TensorFlow 1.13 to 2.15
  Keras 2.12 to 2.15  .keras
  Keras 3.0 to 3.15   .h5, .keras"""
_EXAMPLES = (
    "model.keras web_model/",
    "model.h5 web_model/ --quantize float16 --labels labels.txt",
    "model.h5 features/ --cut-at conv_pw_13_relu --fold-batchnorm --verify",
    "model.keras web_model/ --custom Swirl:same --custom-js swirl.mjs",
    "web_model/ model.keras",
    "my-classifier.zip model.h5",
    "my-classifier.zip model.tflite --quantize int8 --calibration photos/",
    "web_model/ model.onnx",
    "web_model/ saved_model/ --to saved_model",
    "saved_model/ graph_model/ --graph-python graph/bin/python",
    "model.keras --summary",
    "mobilenet_v1_1.0_224 mobilenet/ --fold-batchnorm --labels imagenet",
    "MobileNetV2 small/ --alpha 0.35 --input-size 96 --weights none --no-top",
    "head --classes 3 --units 100 --features 256 head/",
)
_EXIT_CODES = (
    "exit codes: 0 converted, 1 not converted (nothing was written), 2 wrong command line, 130 stopped (Ctrl+C)"
)


def converting(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Return the parser of the command that converts a model."""
    description = "Convert models between Keras and TensorFlow.js; neither needs to be installed."
    parser = new_parser(program, description, _EXAMPLES, f"whole models are read of:\n{VERSIONS}", _EXIT_CODES)
    add = parser.add_argument
    kinds = (
        ".keras or .h5 file, folder with a tf.js layers model, model.json, zip of one, SavedModel or TF-Hub module "
        "(folder or .tar.gz; becomes a tf.js graph model; TensorFlow reads it, so only give what you trust), name of a "
        "network in keras.applications, or of a known backbone: "
    )
    add("source", type=Path, help=kinds + ", ".join(CATALOG))
    add(
        "target",
        type=Path,
        nargs="?",
        help="folder (tf.js, SavedModel) or .keras, .h5, .tflite or .onnx file; none with --summary or --card",
    )
    add("--from", dest="from_format", choices=SOURCES, help="format of the source (default: told from its content)")
    add("--to", dest="to_format", choices=TARGETS, help="format of the target (default: told from its name)")
    add("--cut-at", metavar="LAYER", help="end with this layer: a feature extractor")
    add("--fold-batchnorm", action="store_true", help="fold BatchNormalization into the layers before it")
    add("--absorb-padding", action="store_true", help="let convolutions pad for themselves where that is the same")
    add(
        "--quantize",
        choices=("float16", "uint16", "uint8", "int8"),
        help="store weights in fewer bits (int8, only for TFLite, also computes in them); tells what it changes",
    )
    add("--calibration", type=Path, metavar="FOLDER", help="photos that show int8 which values to expect")
    add(
        "--scaling",
        type=_scaling,
        metavar="DIVISOR,OFFSET",
        help="how those photos' pixels go in (default: as the model's files or layers say, else 127.5,-1)",
    )
    add("--shard-size", type=_size, default=SHARD_SIZE, metavar="BYTES", help="of weight files, e.g. 4M (default: 4M)")
    add(
        "--labels",
        type=Path,
        metavar="FILE",
        help="names of the classes, one a line, numbered from 0 or not; imagenet: its 1000, from PyPI",
    )
    add("--summary", action="store_true", help="print the table of layers")
    add(
        "--card",
        action="store_true",
        help="print an entry for pyclassifier's catalogue; beside a tf.js model also write it as card.json, with which "
        "the site can be built: web/build.py --backbone NAME=FOLDER",
    )
    add(
        "--custom",
        action="append",
        default=[],
        metavar="NAME[=JS_CLASS][:SHAPE]",
        help="pass a custom layer through, unchecked, to a JS class of yours, of the same name or JS_CLASS, with its "
        "config, and its weights as weight_0, weight_1 ...; NAME is its class, or the name of a Lambda; SHAPE is its "
        "output's where the file does not tell: 'same', or without the batch, as 7x7x32",
    )
    add(
        "--custom-js",
        metavar="FILE",
        help="ES module that exports register(tf) for those: copied beside the model, run by --verify",
    )
    add("--verify", action="store_true", help="compare predictions before writing; needs Node.js and tf.js")
    add("--node-modules", metavar="DIR", help="where @tensorflow/tfjs is installed, for --verify and --quantize")
    add("--signature", metavar="NAME", help="of a SavedModel that has several")
    add("--graph-python", metavar="PYTHON", help="a Python that has tensorflowjs, for SavedModels (default: this one)")
    _add_common(parser)
    _add_architecture(parser)
    return parser


def _add_architecture(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("networks of keras.applications, which Keras builds")
    add = group.add_argument
    add("--alpha", type=float, help="width of a MobileNet, as a part of the published one's")
    add("--input-size", type=int, metavar="SIDE", help="of the square input, in pixels")
    add("--weights", metavar="WHICH", help="imagenet (default), which Keras fetches; none: random ones; or a file")
    add("--no-top", dest="include_top", action="store_const", const=False, help="leave the classification out")
    add("--pooling", choices=("avg", "max"), help="of the last feature map, with --no-top")
    add("--seed", type=int, help="of random weights (default: 0)")


def making_a_head(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Return the parser of the command that writes an untrained head."""
    parser = new_parser(
        f"{program} head",
        "Write an untrained head: Dense relu, then Dense softmax without bias.",
        [
            "--classes 3 --units 100 --features 256 head/",
            "--classes 2 --features 7x7x256 --labels labels.txt head/",
        ],
    )
    add = parser.add_argument
    add("target", type=Path, help="folder for the tf.js model")
    add("--classes", type=int, required=True, help="how many classes")
    add("--units", type=int, default=100, help="of the hidden layer (default: 100)")
    add("--features", type=_shape, required=True, help="size of the features, or their shape, e.g. 7x7x256")
    add("--labels", type=Path, metavar="FILE", help="names of the classes, one a line")
    add("--seed", type=int, default=0, help="of the initial weights (default: 0)")
    _add_common(parser)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    parser.add_argument("--force", action="store_true", help="replace the target")


def _size(text: str) -> int:
    unit = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}.get(text[-1:].upper(), 1)
    digits = text[:-1] if unit > 1 else text
    if not digits.isdecimal() or not int(digits):
        raise argparse.ArgumentTypeError(f"expected a size as 4M or 4194304, got {text!r}")
    return int(digits) * unit


def _scaling(text: str) -> tuple[float, float]:
    try:
        divisor, offset = (float(part) for part in text.split(","))
    except ValueError:
        divisor, offset = 0.0, 0.0
    if not 0 < divisor < 1e6 or not abs(offset) < 1e6:
        raise argparse.ArgumentTypeError(f"expected DIVISOR,OFFSET as 127.5,-1, got {text!r}")
    return divisor, offset


def _shape(text: str) -> tuple[int, ...]:
    parts = text.lower().split("x")
    if not all(part.isdecimal() and len(part) < 10 for part in parts):
        raise argparse.ArgumentTypeError(f"expected a size as 256 or 7x7x256, got {text!r}")
    return tuple(int(part) for part in parts)
