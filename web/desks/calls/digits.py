"""The desk "digits": a network trained from scratch on handwritten digits reads what one draws."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypedDict, cast

import numpy as np

from pyclassifier import decode_image
from pyclassifier.backbones import small_cnn
from pyclassifier.data import center_digit, draw_samples, encode_bmp, examples, from_idx, from_sprite
from pyclassifier.errors import DatasetError
from pyclassifier.progress import OnProgress, ShouldStop
from pyclassifier.sentences import Sentence

from ..bridge import Emit, File, Reader, Share, call
from ..desk import Desk, Model
from ..trainings import Trained
from .training import fit

N_EXAMPLES = 20


class Example(TypedDict):
    """A digit to look at."""

    label: str
    picture: str  # a data: URL


class Digits(TypedDict):
    """Digits that were added."""

    total: int
    classes: list[str]
    examples: list[Example]


class DigitOptions(TypedDict, total=False):
    """Options of a training on digits, each optional."""

    nTraining: int
    nValidation: int
    batchSize: int
    epochs: int
    learningRate: float
    seed: int


class Reading(Share):
    """A drawing that was read."""

    shares: list[Share]  # of all classes, in their order
    picture: str  # the drawing as the network got it, a data: URL


DEFAULTS: DigitOptions = {
    "nTraining": 1000,
    "nValidation": 200,
    "batchSize": 500,
    "epochs": 50,
    "learningRate": 1e-3,
    "seed": 0,
}


@call("addDigits", only_at="digits")
async def add_digits(desk: Desk, *, files: Sequence[File]) -> Digits:
    """A pair of files takes the place of the digits so far: pictures and labels, in either order."""
    if len(files) != 2:
        raise DatasetError("not-two-files", got=len(files))
    first, second = [await Reader(file)() for file in files]
    pair = (second, first) if _is_image(second) else (first, second)
    digits = from_sprite(*pair) if _is_image(pair[0]) else from_idx(*pair)
    desk.classifier.cache.forget(desk.state.digits.samples)
    desk.change(digits=digits)
    return {
        "total": len(digits.samples),
        "classes": digits.labels,
        "examples": [
            {"label": str(sample.label), "picture": _data_url(await sample.read())}
            for sample in examples(digits, N_EXAMPLES)
        ],
    }


@call("trainDigits", only_at="digits")
async def train_digits(
    desk: Desk, options: DigitOptions, *, emit: Emit, on_progress: OnProgress, should_stop: ShouldStop
) -> Trained:
    """A new network learns from some of the digits."""
    given = {name: value for name, value in options.items() if value is not None}
    unknown = sorted(set(given) - set(DEFAULTS))
    if unknown:
        raise ValueError(f"Expected options among {', '.join(DEFAULTS)}; got {', '.join(unknown)}.")
    chosen = cast(DigitOptions, {**DEFAULTS, **given})
    whole = desk.state.digits
    if len(whole.labels) < 2:
        raise DatasetError("few-digit-classes")
    drawn = draw_samples(whole, chosen["nTraining"], chosen["nValidation"], chosen["seed"])
    classifier = desk.classifier.set_params(
        topology=small_cnn(len(drawn.labels), _side(await drawn.samples[0].read())),
        epochs=chosen["epochs"],
        batch_size=chosen["batchSize"],
        learning_rate=chosen["learningRate"],
        random_state=chosen["seed"],
        validation_split=0.0,
        refit=False,  # It would take as long again, and there are more digits than it learns from.
    )
    trained = await fit(classifier, drawn, emit, on_progress, should_stop)
    desk.change(model=Model(trained))
    return trained


@call("readDigit", only_at="digits")
async def read_digit(desk: Desk, width: int, height: int, pixels: bytes) -> Reading:
    """What a drawing shows: grey pixels, white on black, row by row."""
    drawing = np.frombuffer(pixels, np.uint8).reshape(height, width)
    if not drawing.any():
        raise ValueError(Sentence("nothing-drawn"))
    topology = desk.classifier.topology
    side = topology["config"]["layers"][0]["config"]["batch_input_shape"][1] if topology else 28
    digit = center_digit(drawing, side)
    (row,) = await desk.classifier.predict_proba([digit])
    shares: list[Share] = [
        {"label": label, "probability": float(probability)}
        for label, probability in zip(desk.classifier.classes_.tolist(), row, strict=True)
    ]
    best = max(shares, key=lambda share: share["probability"])
    return {**best, "shares": shares, "picture": _data_url(encode_bmp(digit))}


def _is_image(data: bytes) -> bool:
    return data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff" or data[8:12] == b"WEBP"


def _side(picture: bytes) -> int:
    """Side of the square picture of a digit."""
    height, width, _ = decode_image(picture).shape
    return int(max(height, width))


def _data_url(picture: bytes) -> str:
    return f"data:image/bmp;base64,{base64.b64encode(picture).decode()}"
