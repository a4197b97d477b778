"""The page "Digits": a network trained from scratch on handwritten digits reads what one draws."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from exchange import Data, Emit, File, Reader, Stop, as_bytes, as_dict
from workbench import Workbench

from pyclassifier import AsyncImageClassifier, Dataset, decode_image
from pyclassifier.backbones import small_cnn
from pyclassifier.data import center_digit, draw_samples, encode_bmp, examples, from_idx, from_sprite
from pyclassifier.errors import DatasetError
from pyclassifier.sentences import Sentence

N_EXAMPLES = 20
DEFAULTS = {"nTraining": 1000, "nValidation": 200, "batchSize": 500, "epochs": 50, "learningRate": 1e-3, "seed": 0}


class DigitsDesk(Workbench):
    """Digits of MNIST, and a classifier of their pixels."""

    dataset = Dataset()

    async def add_digits(self, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
        """Take in a pair of files instead of the digits so far: pictures and labels, in either order."""
        if len(files) != 2:
            raise DatasetError("not-two-files", got=len(files))
        first, second = [await Reader(file)() for file in files]
        pair = (second, first) if _is_image(second) else (first, second)
        self.classifier.cache.forget(self.dataset.samples)
        self.dataset = from_sprite(*pair) if _is_image(pair[0]) else from_idx(*pair)
        shown = examples(self.dataset, N_EXAMPLES)
        return {
            "total": len(self.dataset.samples),
            "classes": self.dataset.labels,
            "examples": [{"label": sample.label, "picture": _data_url(await sample.read())} for sample in shown],
        }

    async def train_digits(self, options: Any, *, emit: Emit, stop: Stop) -> Data:
        """Train a new network on some of the digits."""
        given = {name: value for name, value in as_dict(options).items() if value is not None}
        unknown = sorted(set(given) - set(DEFAULTS))
        if unknown:
            raise ValueError(f"Expected options among {', '.join(DEFAULTS)}; got {', '.join(unknown)}.")
        chosen = DEFAULTS | given
        whole = self.dataset
        if len(whole.labels) < 2:
            raise DatasetError("few-digit-classes")
        drawn = draw_samples(whole, chosen["nTraining"], chosen["nValidation"], chosen["seed"])
        side = _side(await drawn.samples[0].read())
        self.classifier.set_params(
            topology=small_cnn(len(drawn.labels), side),
            epochs=chosen["epochs"],
            batch_size=chosen["batchSize"],
            learning_rate=chosen["learningRate"],
            random_state=chosen["seed"],
            validation_split=0.0,
        )
        return await self.fit(drawn, emit, stop)

    async def read_digit(self, width: int, height: int, pixels: Any, *, emit: Emit, stop: Stop) -> Data:
        """Read a drawing: grey pixels, white on black, row by row."""
        drawing = np.frombuffer(as_bytes(pixels), np.uint8).reshape(height, width)
        if not drawing.any():
            raise ValueError(Sentence("nothing-drawn"))
        topology = self.classifier.topology
        digit = center_digit(
            drawing, topology["config"]["layers"][0]["config"]["batch_input_shape"][1] if topology else 28
        )
        (row,) = await self.classifier.predict_proba([digit])
        shares = [
            {"label": label, "probability": float(probability)}
            for label, probability in zip(self.classifier.classes_.tolist(), row, strict=True)
        ]
        best = max(shares, key=lambda share: share["probability"])
        return {**best, "shares": shares, "picture": _data_url(encode_bmp(digit))}

    async def open_model(self, data: Any, *, emit: Emit, stop: Stop) -> Data:
        """Take a zip's network for the trained one."""
        opened = await AsyncImageClassifier.load(as_bytes(data), engine=self.engine)
        if opened.topology is None:
            opened.close()
            raise ValueError(Sentence("not-a-digits-network"))
        return self.keep(opened)


DigitsDesk.methods = Workbench.methods | {
    "addDigits": DigitsDesk.add_digits,
    "trainDigits": DigitsDesk.train_digits,
    "readDigit": DigitsDesk.read_digit,
    "openModel": DigitsDesk.open_model,
}


def _is_image(data: bytes) -> bool:
    return data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff" or data[8:12] == b"WEBP"


def _side(picture: bytes) -> int:
    """Side of the square picture of a digit."""
    height, width, _ = decode_image(picture).shape
    return int(max(height, width))


def _data_url(picture: bytes) -> str:
    return f"data:image/bmp;base64,{base64.b64encode(picture).decode()}"
