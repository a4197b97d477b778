"""Programs that use an archive, ready to be copied. Tests run them as they are printed."""

from __future__ import annotations

import json
from typing import Any

_JAVASCRIPT = """\
import * as tf from "@tensorflow/tfjs";

// The folder model/ holds the unzipped files.
const model = await tf.loadLayersModel("model/model.json");
const labels = {labels};

const photo = document.querySelector("img");
const probabilities = tf.tidy(() => {{
  const pixels = tf.browser.fromPixels(photo);
{square}
  return model.predict(input.div({divisor}).add({offset}).expandDims()).dataSync();
}});
const best = probabilities.indexOf(Math.max(...probabilities));
console.log(labels[best], probabilities[best]);
"""

# What the backbone saw in training, for each way to make photos square.
_SQUARES = {
    "crop": """\
  const [height, width] = pixels.shape;
  const side = Math.min(height, width);
  const square = pixels.slice([(height - side) >> 1, (width - side) >> 1, 0], [side, side, 3]);
  const input = tf.image.resizeBilinear(square, [{size}, {size}]);""",
    "central": """\
  const [height, width] = pixels.shape;
  const square = pixels.slice([height >> 4, width >> 4, 0], [height - (height >> 3), width - (width >> 3), 3]);
  const input = tf.image.resizeBilinear(square, [{size}, {size}]);""",
    "stretch": """\
  const input = tf.image.resizeBilinear(pixels, [{size}, {size}]);""",
    "pad": """\
  const [height, width] = pixels.shape;
  const scale = {size} / Math.max(height, width);
  const [h, w] = [Math.round(height * scale), Math.round(width * scale)];
  const [top, left] = [({size} - h) >> 1, ({size} - w) >> 1];
  const small = tf.image.resizeBilinear(pixels, [h, w]);
  const input = small.pad([[top, {size} - h - top], [left, {size} - w - left], [0, 0]]);""",
}

_PYTHON = """\
# Before: pyclassifier-convert pyclassifier-model.zip model.keras
from pathlib import Path

import keras
from pyclassifier.embedding import load_image

model = keras.saving.load_model("model.keras")
labels = {labels}

photo = Path("photo.jpg")
pixels = load_image(photo.read_bytes(), photo.name, {size}, "{fit_mode}")
probabilities = model.predict(pixels[None] / {divisor} + {offset})[0]
best = probabilities.argmax()
print(labels[best], probabilities[best])
"""


def javascript(record: dict[str, Any]) -> str:
    """A module for TensorFlow.js."""
    settings = _settings(record)
    return _JAVASCRIPT.format(**settings, square=_SQUARES[record["fitMode"]].format(**settings))


def python(record: dict[str, Any]) -> str:
    """A script for Keras, which reads photos as they were read for training."""
    return _PYTHON.format(**_settings(record), fit_mode=record["fitMode"])


def _settings(record: dict[str, Any]) -> dict[str, Any]:
    card = record["card"]
    # JSON's lists and strings are JavaScript's and Python's too.
    labels = json.dumps(record["labels"], ensure_ascii=False)
    return {"labels": labels, "size": card["input_size"], "divisor": card["divisor"], "offset": card["offset"]}
