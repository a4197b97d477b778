"""Programs that use an archive, ready to be copied. Tests run them as they are printed."""

from __future__ import annotations

import json
from typing import Any

from pyclassifier.backbones import ModelCard, Preprocessing

# worker.js, of the page to take away, reads photos exactly as they were read for training, and answers as there.
_HTML = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>What does the photo show?</title>
  </head>
  <body>
    <main>
      <h1>What does the photo show?</h1>
      <p><label>A photo: <input id="photo" type="file" accept="image/*"></label></p>
      <p id="answer" role="status">Put this file beside those of pyclassifier-page.zip, unpacked, on a web server.</p>
    </main>
    <script type="module">
      // Of the zip, too. It knows {labels}.
      const worker = new Worker("worker.js", {{ type: "module" }});
      const photo = document.querySelector("#photo");
      const answer = document.querySelector("#answer");
      let threshold = null;

      worker.addEventListener("message", ({{ data }}) => {{
        if (data.ready) {{
          threshold = data.ready.threshold; // of "none of these"; null where there is none
          answer.textContent = "Ready";
        }} else if (data.shares) {{
          const [{{ label, probability }}] = data.shares; // the most probable one comes first
          const none = threshold !== null && probability < threshold;
          answer.textContent = none ? "None of these" : `${{label}} ${{(100 * probability).toFixed(1)}} %`;
        }} else {{
          answer.textContent = data.error ?? data.failed;
        }}
      }});
      photo.addEventListener("change", () => {{
        if (photo.files.length > 0) worker.postMessage({{ id: 1, file: photo.files[0] }});
      }});
    </script>
  </body>
</html>
"""

_JAVASCRIPT = """\
import * as tf from "@tensorflow/tfjs";

// The folder model/ holds the unzipped files.
const model = await tf.loadLayersModel("model/model.json");
const labels = {labels};

const photo = document.querySelector("img");
const probabilities = tf.tidy(() => {{
  const pixels = tf.browser.fromPixels(photo);
{square}
  return model.predict(input{scaling}.expandDims()).dataSync();
}});
const best = probabilities.indexOf(Math.max(...probabilities));
console.log(labels[best], probabilities[best]);
"""

# What the backbone saw in training, for each way to make photos square; tf.js can make them smaller bilinearly only.
_SQUARES = {
    "crop": """\
  const [height, width] = pixels.shape;
  const side = {side};
  const square = pixels.slice([(height - side) >> 1, (width - side) >> 1, 0], [side, side, 3]);
  const input = tf.image.resizeBilinear(square, [{size}, {size}]);""",
    "central": """\
  const [height, width] = pixels.shape;
  const [h, w] = [Math.round(height * {share}), Math.round(width * {share})];
  const square = pixels.slice([(height - h) >> 1, (width - w) >> 1, 0], [h, w, 3]);
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
from pyclassifier.backbones import Preprocessing
from pyclassifier.embedding import load_image, make_batch

model = keras.saving.load_model("model.keras")
labels = {labels}
preprocessing = {preprocessing}

photo = Path("photo.jpg")
pixels = load_image(photo.read_bytes(), photo.name, preprocessing)
probabilities = model.predict(make_batch([pixels], preprocessing))[0]
best = probabilities.argmax()
print(labels[best], probabilities[best])
"""


def html(record: dict[str, Any]) -> str:
    """A page that lies beside the files of the page to take away."""
    # What ends a script, or a line, ends it in a comment, too.
    return _HTML.format(labels=_labels(record).replace("<", "\\u003c").replace("\u2028", " ").replace("\u2029", " "))


def javascript(record: dict[str, Any]) -> str:
    """A module for TensorFlow.js."""
    how = _preprocessing(record)
    shorter = "Math.min(height, width)"
    square = _SQUARES[how.fit_mode].format(
        size=how.size,
        side=f"Math.round({shorter} * {how.crop_share})" if how.crop_share else shorter,
        share=how.crop_share or 0.875,
    )
    scaling = ".reverse(-1)" if how.channel_order == "bgr" else ""
    if how.divisor_and_offset:
        scaling += ".div({}).add({})".format(*how.divisor_and_offset)
    else:
        scaling += f".sub({list(how.mean)}).div({list(how.std)})"
    return _JAVASCRIPT.format(labels=_labels(record), square=square, scaling=scaling)


def python(record: dict[str, Any]) -> str:
    """A script for Keras, which reads photos as they were read for training."""
    return _PYTHON.format(labels=_labels(record), preprocessing=_preprocessing(record))


def _preprocessing(record: dict[str, Any]) -> Preprocessing:
    return ModelCard.from_dict(record["card"]).preprocessed(fit_mode=record["fitMode"]).preprocessing


def _labels(record: dict[str, Any]) -> str:
    # JSON's lists and strings are JavaScript's and Python's too.
    return json.dumps(record["labels"], ensure_ascii=False)
