import math

import numpy as np
import pytest

from pyclassifier.backbones import decode_arrays, decode_weights, encode_weights
from pyclassifier.errors import ArchiveError


def arrays(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "conv/kernel": rng.normal(0, 0.1, (3, 3, 3, 8)).astype(np.float32),
        "conv/bias": rng.uniform(-5, 100, 8).astype(np.float32),
        "scalar": np.float32(3.5).reshape(()),
        "dense/kernel": rng.laplace(0, 2, (64, 5)).astype(np.float32),
    }


def test_floats_come_back_bit_for_bit():
    given = {**arrays(), "odd": np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4e38], np.float32)}
    entries, data = encode_weights(given)
    decoded = decode_weights(entries, data)
    assert list(decoded) == list(given)
    for name, array in given.items():
        assert decoded[name].dtype == np.float32 and decoded[name].shape == array.shape
        assert decoded[name].tobytes() == array.tobytes()


def test_bytes_are_little_endian_c_order_in_the_manifests_order():
    given = {"b": np.arange(6, dtype=np.float64).reshape(2, 3).T, "a": np.array([-1], ">f4")}
    entries, data = encode_weights(given)
    assert entries == [
        {"name": "b", "shape": [3, 2], "dtype": "float32"},
        {"name": "a", "shape": [1], "dtype": "float32"},
    ]
    assert np.frombuffer(data, "<f4").tolist() == [0, 3, 1, 4, 2, 5, -1]


@pytest.mark.parametrize("seed", range(5))
def test_the_error_of_quantised_weights_is_at_most_half_a_step(seed):
    given = arrays(seed)
    entries, data = encode_weights(given, quantize="uint16")
    assert len(data) == sum(2 * array.size for array in given.values())
    decoded = decode_weights(entries, data)
    for name, array in given.items():
        bound = (float(array.max()) - float(array.min())) / 131070
        # Beyond the bound only what float32 itself rounds off when the value is restored.
        rounding = np.spacing(np.abs(array).max())
        assert np.abs(decoded[name].astype(np.float64) - array).max() <= bound + rounding


def test_quantised_extremes_and_constants_are_exact_to_float32():
    given = {"spread": np.array([-7.25, 0.1, 12.5], np.float32), "constant": np.full(4, 0.3, np.float32)}
    entries, data = encode_weights(given, quantize="uint16")
    decoded = decode_weights(entries, data)
    assert decoded["spread"][[0, 2]] == pytest.approx([-7.25, 12.5], abs=2e-6)
    assert np.array_equal(decoded["constant"], given["constant"])


def test_quantisation_is_written_as_tfjs_reads_it():
    (entry,), data = encode_weights({"w": np.array([-1, 0, 1], np.float32)}, quantize="uint16")
    assert entry["dtype"] == "float32" and entry["shape"] == [3]
    rule = entry["quantization"]
    assert rule == {"dtype": "uint16", "min": -1, "scale": pytest.approx(2 / 65535), "original_dtype": "float32"}
    # tfjs-core 4.22.0, io_utils.ts, decodeWeights: value * scale + min.
    q = np.frombuffer(data, "<u2")
    assert q.tolist() == [0, 32768, 65535]
    assert q * rule["scale"] + rule["min"] == pytest.approx([-1, 0, 1], abs=2e-5)


def test_uint8_and_float16_of_others_are_restored():
    half = np.array([0.5, -2, 65504, 6e-8], np.float16)
    entries = [
        {"name": "a", "shape": [3], "dtype": "float32", "quantization": {"dtype": "uint8", "min": -2, "scale": 0.5}},
        {"name": "b", "shape": [2, 2], "dtype": "float32", "quantization": {"dtype": "float16"}},
        {"name": "c", "shape": [2], "dtype": "int32"},
        {"name": "d", "shape": [2], "dtype": "bool"},
    ]
    data = bytes([0, 4, 255]) + half.astype("<f2").tobytes() + np.array([-3, 70000], "<i4").tobytes() + bytes([1, 0])
    decoded = decode_weights(entries, data)
    assert decoded["a"].tolist() == [-2, 0, 125.5]
    assert np.array_equal(decoded["b"], half.astype(np.float32).reshape(2, 2))
    assert decoded["c"].tolist() == [-3, 70000] and decoded["d"].tolist() == [1, 0]
    assert {array.dtype for array in decoded.values()} == {np.dtype(np.float32)}


def test_what_is_decoded_is_no_view_of_the_file():
    entries, data = encode_weights({"w": np.ones(3, np.float32)})
    writable = bytearray(data)
    decoded = decode_weights(entries, writable)
    writable[:] = bytes(len(writable))
    assert decoded["w"].tolist() == [1, 1, 1]


GOOD = {"name": "w", "shape": [2], "dtype": "float32"}


@pytest.mark.parametrize("data", [b"", bytes(7), bytes(9), bytes(1000)])
def test_a_file_of_another_length_is_refused(data):
    with pytest.raises(ArchiveError, match=r"Expected (at least )?8 bytes of weights, got [\d,]+\. The file"):
        decode_weights([GOOD], data)


@pytest.mark.parametrize(
    "shape",
    [
        None,
        2,
        "2",
        {"0": 2},
        [2.0],
        ["2"],
        [None],
        [True, 2],
        [-1, -2],
        [-2],
        [0],
        [0, 10**30],
        [10**12],
        [2**31, 2**31, 2**31],
        [10**4000],
        [10**4000] * 6,
        [2**31 - 1] * 6,
        [1] * 100,
        [10] * 100_000,
        [[2]],
        [math.nan],
    ],
)
def test_impossible_shapes_are_refused(shape):
    with pytest.raises(ArchiveError, match="Expected") as caught:
        decode_weights([{**GOOD, "shape": shape}], bytes(8))
    assert len(str(caught.value)) < 10_000


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "w",
        7,
        [],
        {},
        {"shape": [2], "dtype": "float32"},
        {"name": "w", "dtype": "float32"},
        {"name": "w", "shape": [2]},
        {**GOOD, "name": None},
        {**GOOD, "name": ["w"]},
        {**GOOD, "dtype": "string"},
        {**GOOD, "dtype": "complex64"},
        {**GOOD, "dtype": ["float32"]},
        {**GOOD, "dtype": {}},
        {**GOOD, "dtype": None},
        {**GOOD, "quantization": "uint8"},
        {**GOOD, "quantization": [1]},
        {**GOOD, "quantization": {"dtype": "uint32", "scale": 1, "min": 0}},
        {**GOOD, "quantization": {"dtype": "uint8"}},
        {**GOOD, "quantization": {"dtype": "uint8", "scale": "a", "min": 0}},
        {**GOOD, "quantization": {"dtype": "uint8", "scale": None, "min": 0}},
        {**GOOD, "quantization": {"dtype": "uint8", "scale": math.nan, "min": 0}},
        {**GOOD, "quantization": {"dtype": "uint8", "scale": 1, "min": math.inf}},
        {**GOOD, "quantization": {"dtype": "uint8", "scale": 10**400, "min": 0}},
    ],
)
def test_entries_that_are_none_are_refused(entry):
    for data in (bytes(2), bytes(8)):
        with pytest.raises(ArchiveError, match="Expected"):
            decode_weights([entry], data)


def test_a_name_that_comes_twice_is_refused():
    with pytest.raises(ArchiveError, match="'w' twice"):
        decode_weights([GOOD, GOOD], bytes(16))


def test_a_small_file_cannot_claim_a_large_memory():
    # One byte a weight in the file, four in memory.
    with pytest.raises(ArchiveError, match=r"Expected at most 536,870,912 bytes"):
        decode_weights([{**GOOD, "shape": [1 << 28], "quantization": {"dtype": "uint8", "scale": 1, "min": 0}}], b"")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("quantize", "size", "steps"), [("uint8", 1, 255), ("uint16", 2, 65535)])
def test_the_error_of_fewer_bits_is_at_most_half_a_step(quantize, size, steps, seed):
    given = arrays(seed)
    entries, data = encode_weights(given, quantize=quantize)
    assert len(data) == sum(size * array.size for array in given.values())
    for name, array in decode_weights(entries, data).items():
        bound = (float(given[name].max()) - float(given[name].min())) / (2 * steps)
        assert np.abs(array.astype(np.float64) - given[name]).max() <= bound + np.spacing(np.abs(given[name]).max())


def test_float16_is_numpys_and_written_as_tfjs_reads_it():
    given = arrays()
    entries, data = encode_weights(given, quantize="float16")
    # tfjs-core 4.22.0, io_utils.ts: float16 takes no min and no scale.
    assert entries[0]["quantization"] == {"dtype": "float16", "original_dtype": "float32"}
    for name, array in decode_weights(entries, data).items():
        assert np.array_equal(array, given[name].astype(np.float16).astype(np.float32))


@pytest.mark.parametrize("quantize", ["float16", "uint16", "uint8"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 70_000])
def test_what_fewer_bits_cannot_hold_stays_as_it_is(quantize, value):
    array = np.array([0, 1, value], np.float32)
    entries, data = encode_weights({"w": array}, quantize=quantize)
    exact = quantize == "float16" or not np.isfinite(value)
    assert ("quantization" not in entries[0]) == exact
    decoded = decode_weights(entries, data)["w"]
    assert decoded.tobytes() == array.tobytes() if exact else np.isfinite(decoded).all()


@pytest.mark.parametrize("quantize", [None, "float16", "uint8"])
def test_whole_numbers_and_truth_keep_their_types(quantize):
    given = {"n": np.array([-(2**31), 2**31 - 1], np.int32), "b": np.array([[True], [False]])}
    entries, data = encode_weights(given, quantize=quantize)
    assert [entry["dtype"] for entry in entries] == ["int32", "bool"] and len(data) == 10
    decoded = decode_arrays(entries, data)
    assert all(
        decoded[name].dtype == array.dtype and np.array_equal(decoded[name], array) for name, array in given.items()
    )
    assert {array.dtype for array in decode_weights(entries, data).values()} == {np.dtype(np.float32)}


def test_the_bound_of_memory_can_be_chosen():
    entries, data = encode_weights({"w": np.ones(10, np.float32)})
    assert decode_arrays(entries, data, max_bytes=40)["w"].size == 10
    with pytest.raises(ArchiveError, match="at most 39 bytes"):
        decode_arrays(entries, data, max_bytes=39)
