"""What archives promise about themselves, and what is said where a machine does not keep it."""

from __future__ import annotations

import io
import json
import math
import warnings
import zipfile

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import color_dataset
from test_classifier import make

from pyclassifier import AsyncImageClassifier
from pyclassifier.archives import PATTERNS, complaint, draw_pattern, draw_patterns, largest_difference, read_promises


@pytest.mark.parametrize("side", [1, 28, 96, 224])
def test_patterns_are_pictures_of_any_size(side):
    for picture in draw_patterns(side):
        assert picture.shape == (side, side, 3) and picture.dtype == np.uint8


def test_patterns_never_change():
    # Archives that are out there promise what these very pictures give.
    sums = {name: int(draw_pattern(name, 96).astype(np.int64).sum()) for name in PATTERNS}
    corners = {name: draw_pattern(name, 96)[90, 95].tolist() for name in PATTERNS}
    assert corners == {"gradient": [255, 241, 0], "checks": [0, 255, 0], "rings": CORNER_RINGS, "noise": CORNER_NOISE}
    assert sums["noise"] == pytest.approx(96 * 96 * 3 * 127.5, rel=0.01), "grey on average"


def ring(channel):
    return ((95 * 95 + 90 * 90) * 16 // 96 + 85 * channel) % 256


def noise(channel):
    # By hand, in 32-bit arithmetic, as a reader in JavaScript does it with Math.imul.
    mixed = (95 * 374761393 + 90 * 668265263 + channel * 974634777) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1274126177) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 16)) & 0xFF


CORNER_RINGS = [ring(channel) for channel in range(3)]
CORNER_NOISE = [noise(channel) for channel in range(3)]


def tampered(data: bytes, change) -> bytes:
    """The archive with its record changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    metadata = json.loads(parts["metadata.json"])
    change(metadata["userMetadata"]["pyclassifier"])
    parts["metadata.json"] = json.dumps(metadata).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return buffer.getvalue()


async def test_an_archive_keeps_its_promises_without_a_word():
    data = await (await make().fit(color_dataset())).save()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened = await AsyncImageClassifier.load(data, engine=NumpyEngine())
    assert opened.deviation_ < 1e-6
    assert math.isnan((await opened.set_params(input_size=32).fit(color_dataset())).deviation_)


async def test_tampered_promises_are_told_with_the_largest_difference():
    data = await (await make().fit(color_dataset())).save()

    def change(record):
        row = record["selfCheck"][2]["probabilities"]
        row[0] += 0.25 if row[0] < 0.5 else -0.25

    with pytest.warns(RuntimeWarning, match=r"differ by up to 0\.25 \(expected at most 0\.001\)"):
        opened = await AsyncImageClassifier.load(tampered(data, change), engine=NumpyEngine())
    assert opened.deviation_ == pytest.approx(0.25, abs=1e-6)
    assert (await opened.predict([next(iter(draw_patterns(32)))])).shape == (1,), "it can be used all the same"


async def test_archives_of_before_promise_colours_and_are_checked_too():
    classifier = await make().fit(color_dataset())
    colors = [[255, 0, 0], [128, 128, 128]]
    pictures = [np.full((32, 32, 3), color, np.uint8) for color in colors]
    rows = (await classifier.predict_proba(pictures)).tolist()

    def change(record):
        record["selfCheck"] = [{"color": c, "probabilities": p} for c, p in zip(colors, rows, strict=True)]

    opened = await AsyncImageClassifier.load(tampered(await classifier.save(), change), engine=NumpyEngine())
    assert opened.deviation_ < 1e-6


ROW = [0.5, 0.5]


@pytest.mark.parametrize(
    "rows",
    [
        *(None, 5, "x", {}, [], [{}], [None], [[]]),
        *([{"probabilities": "x"}], [{"probabilities": [10**400, 0]}], [{"probabilities": ROW}]),
        [{"color": [0, 0, 0], "probabilities": [0.1, 0.2, 0.3]}],
        [{"color": "red", "probabilities": ROW}],
        [{"color": [1, 2], "probabilities": ROW}],
        [{"color": [0.5, 0, 0], "probabilities": ROW}],
        [{"color": [10**30, 0, 0], "probabilities": ROW}],
        [{"pattern": "unheard of", "probabilities": ROW}],
        [{"pattern": ["noise"], "probabilities": ROW}],
    ],
)
def test_promises_that_make_no_sense_are_none(rows):
    pictures, promised = read_promises({"selfCheck": rows}, 8, 2)
    assert pictures == [] and math.isnan(largest_difference(promised, np.zeros((0, 2), np.float32)))


def test_a_flood_of_promises_is_cut_short():
    rows = [{"color": [0, 0, 0], "probabilities": ROW}] * 10_000
    assert len(read_promises({"selfCheck": rows}, 8, 2)[0]) == 16


def test_only_a_difference_that_shows_is_complained_of():
    assert complaint(math.nan) is None and complaint(9e-4) is None
    assert "by up to 0.123 " in complaint(0.12345)
