"""Archives with fewer bits per weight, and what they cost."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import color_dataset
from test_classifier import make

from pyclassifier import AsyncImageClassifier, Dataset, Sample
from pyclassifier.archives import STORED_AS, choose_quantization, quantized

rng = np.random.default_rng(0)
EVEN = rng.normal(0, 1, (1, 1, 64, 64)).astype(np.float32)
# Half of the channels a thousand times smaller, as folded BatchNorm leaves them: one scale for all would lose them.
UNEVEN = (EVEN * np.where(np.arange(64) % 2, 1, 1e-3)).astype(np.float32)


def test_8_bits_only_where_a_kernel_bears_them():
    weights = {"even/kernel": EVEN, "uneven/kernel": UNEVEN, "even/bias": EVEN[0, 0, 0]}
    chosen = choose_quantization(weights, "uint8")
    assert chosen == {"even/kernel": "uint8", "uneven/kernel": "uint16", "even/bias": "uint16"}
    assert choose_quantization(weights, "float32") == {}
    assert set(choose_quantization(weights, "float16").values()) == {"float16"}
    with pytest.raises(ValueError, match="Expected dtype to be one of float32, float16, uint16, uint8; got 'int4'"):
        choose_quantization(weights, "int4")


def test_depthwise_kernels_are_looked_at_by_their_own_channels():
    kernel = np.ascontiguousarray(UNEVEN.reshape(8, 8, 64, 1))
    assert choose_quantization({"dw/depthwise_kernel": kernel}, "uint8") == {"dw/depthwise_kernel": "uint16"}


@pytest.mark.parametrize(("dtype", "error"), [("float32", 0), ("float16", 2e-3), ("uint16", 1e-4), ("uint8", 2e-2)])
def test_weights_come_back_within_what_their_bits_allow(dtype, error):
    assert np.abs(quantized({"k": EVEN}, dtype)["k"] - EVEN).max() <= error


def manifest(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return json.loads(file.read("model.json"))["weightsManifest"][0]["weights"], file.read("weights.bin")


async def test_archives_with_fewer_bits_are_smaller_and_keep_promises_of_their_own():
    classifier = await make().fit(color_dataset())
    live = len(classifier.engine_.live)
    sizes = {}
    for dtype in STORED_AS:
        data = await classifier.save(dtype=dtype)
        entries, weights = manifest(data)
        assert all(entry["dtype"] == "float32" for entry in entries)
        kinds = {entry.get("quantization", {}).get("dtype", "float32") for entry in entries}
        assert kinds <= ({dtype} if dtype != "uint8" else {"uint8", "uint16"})
        sizes[dtype] = len(weights)
        opened = await AsyncImageClassifier.load(data, engine=NumpyEngine())
        assert opened.deviation_ < 1e-6, "promised is what a reader computes, not what was there before"
    assert sizes["float32"] == 2 * sizes["float16"] == 2 * sizes["uint16"] > 2 * sizes["uint8"]
    assert len(classifier.engine_.live) == live, "no second copy of the weights stays"


async def test_costs_are_measured_with_the_weights_as_a_reader_has_them():
    classifier = await make().fit(color_dataset())
    held_out = color_dataset(5, prefix="new/")
    seen = []
    costs = await classifier.measure_storage(held_out, on_progress=lambda p: seen.append((p.stage, p.done, p.total)))
    assert [cost.dtype for cost in costs] == list(STORED_AS)
    assert seen[-1] == ("measuring", 75, 75) and [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    assert costs[0].largest_change == 0 and costs[0].evaluation.n_samples == 15
    exact = await classifier.predict_proba(list(held_out.samples))
    for cost in costs:
        data = await classifier.save(dtype=cost.dtype)
        assert cost.n_bytes == pytest.approx(len(data), rel=0.01)  # The time in it deflates to more or less.
        opened = await AsyncImageClassifier.load(data, engine=NumpyEngine())
        rows = await opened.predict_proba(list(held_out.samples))
        assert cost.largest_change == pytest.approx(np.abs(rows - exact).max(), abs=1e-6)
        assert cost.evaluation.matrix.tolist() == (await opened.evaluate(held_out)).matrix.tolist()
    assert costs[3].largest_change > costs[2].largest_change


async def test_costs_without_photos_are_measured_on_the_self_checks_pictures():
    classifier = await make().fit(color_dataset())
    (cost,) = await classifier.measure_storage(color_dataset(0), dtypes=["uint8"])
    assert cost.evaluation is None and 0 < cost.largest_change < 0.1


async def test_photos_that_cannot_be_read_or_are_of_no_class_are_left_out():
    async def broken():
        return b"no"

    classifier = await make().fit(color_dataset())
    samples = [*color_dataset(2).samples, Sample("x.png", broken, "red"), Sample("y.png", broken, "unknown")]
    (cost,) = await classifier.measure_storage(Dataset(tuple(samples)), dtypes=["uint16"])
    assert cost.evaluation.n_samples == 6
