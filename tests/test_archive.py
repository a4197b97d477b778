import io
import json
import math
import re
import struct
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from conftest import IN_PYODIDE

from pyclassifier.archives import Archive, largest_difference, read_archive, read_promises, write_archive
from pyclassifier.backbones import (
    DEFAULT_BACKBONE,
    Preprocessing,
    encode_weights,
    feature_extractor,
    get_card,
    head,
    initial_weights,
)
from pyclassifier.errors import ArchiveError
from pyclassifier.training import read_evaluation, read_history

FILES = ["model.json", "weights.bin", "metadata.json"]
LABELS = ("cat", "dog", "<img src=x onerror=alert(1)>", "日本 🐱")
BACKBONE = {
    "class_name": "Model",
    "config": {
        "name": "mobilenet",
        "layers": [
            {
                "class_name": "InputLayer",
                "name": "input_1",
                "config": {"name": "input_1", "batch_input_shape": [None, 224, 224, 3], "dtype": "float32"},
                "inbound_nodes": [],
            },
            {
                "class_name": "Conv2D",
                "name": "conv1",
                "config": {"name": "conv1", "filters": 8, "kernel_size": [3, 3], "use_bias": False},
                "inbound_nodes": [[["input_1", 0, 0, {}]]],
            },
        ],
        "input_layers": [["input_1", 0, 0]],
        "output_layers": [["conv1", 0, 0]],
    },
}


def an_archive(*, hidden_units: int = 5, **changes) -> Archive:
    rng = np.random.default_rng(0)
    topology = head(8, hidden_units, len(LABELS))
    archive = Archive(
        extractor=feature_extractor(BACKBONE, 96, "avg"),
        extractor_weights={"conv1/kernel": rng.normal(0, 1, (3, 3, 3, 8)).astype(np.float32)},
        head=topology,
        head_weights=initial_weights(topology, rng),
        labels=LABELS,
        card=get_card(DEFAULT_BACKBONE, 96, "pad"),
        name="pets",
        record={"run": {"history": {"loss": [1.0, 0.5]}}, "evaluation": None},
    )
    return replace(archive, **changes)


def unpack(data: bytes) -> tuple[dict, bytes, dict]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.namelist() == FILES and file.testzip() is None
        model, weights, metadata = (file.read(name) for name in FILES)
    return strict_json(model), weights, strict_json(metadata)


def strict_json(data: bytes) -> dict:
    def refuse(name):
        raise AssertionError(f"{name} is no JSON: JavaScript would not read it")

    return json.loads(data, parse_constant=refuse)


def pack(model: object, weights: bytes, metadata: object, **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as file:
        for name, part in zip(FILES, (model, weights, metadata), strict=True):
            file.writestr(name, part if isinstance(part, bytes) else json.dumps(part))
    return buffer.getvalue()


MODEL, WEIGHTS, METADATA = unpack(write_archive(an_archive(), version="0.1.0"))


def copied(value):
    return json.loads(json.dumps(value))


def changed(path: str, value: object, where: object = None) -> object:
    """A copy of MODEL and METADATA with one value, such as "metadata.labels.0", replaced (or removed: ...)."""
    parts = copied({"model": MODEL, "metadata": METADATA} if where is None else where)
    *ways, last = [int(key) if key.isdecimal() else key for key in path.split("/")]
    node = parts
    for key in ways:
        node = node[key]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return parts


# What is written.


@pytest.mark.parametrize("hidden_units", [0, 5])
def test_what_was_packed_is_unpacked(hidden_units):
    archive = an_archive(hidden_units=hidden_units)
    again = read_archive(write_archive(archive, version="0.1.0"))
    for field in ("extractor", "head", "labels", "card", "name", "record"):
        assert getattr(again, field) == getattr(archive, field)
    for field in ("extractor_weights", "head_weights"):
        given, read = getattr(archive, field), getattr(again, field)
        assert list(read) == list(given)
        assert all(read[name].tobytes() == given[name].tobytes() for name in given)


def test_what_other_backbones_are_given_is_unpacked():
    foreign = Preprocessing(96, "central", (1.0, 2.0, 3.0), (4.0, 5.0, 6.0), "bgr", "bicubic", 0.8)
    archive = an_archive(card=replace(get_card(DEFAULT_BACKBONE), preprocessing=foreign, near_duplicate=0.9))
    assert read_archive(write_archive(archive, version="0.1.0")).card == archive.card


def test_the_topology_has_teachable_machines_layers():
    topology = MODEL["modelTopology"]
    assert MODEL["format"] == "layers-model" and topology["class_name"] == "Sequential"
    assert set(topology["config"]) == {"name", "layers"}
    extractor, trained = topology["config"]["layers"]
    assert [extractor["class_name"], trained["class_name"]] == ["Sequential", "Sequential"]
    assert [layer["class_name"] for layer in extractor["config"]["layers"]] == ["Model", "GlobalAveragePooling2D"]
    assert [layer["class_name"] for layer in trained["config"]["layers"]] == ["Dense", "Dense"]


def test_the_dialect_is_the_one_that_old_tfjs_reads():
    text = json.dumps(MODEL)
    assert '"batch_shape"' not in text and '"Functional"' not in text
    assert MODEL["modelTopology"]["config"]["layers"][0]["config"]["layers"][0]["config"]["layers"][0]["config"][
        "batch_input_shape"
    ] == [None, 96, 96, 3]


def test_weight_names_are_unique_and_bytes_in_the_manifests_order():
    (group,) = MODEL["weightsManifest"]
    assert group["paths"] == ["weights.bin"]
    names = [entry["name"] for entry in group["weights"]]
    assert len(set(names)) == len(names) == 4 and all(name.count("/") == 1 for name in names)
    archive = an_archive()
    given = {**archive.extractor_weights, **archive.head_weights}
    assert b"".join(given[name].astype("<f4").tobytes() for name in names) == WEIGHTS
    assert [entry["shape"] for entry in group["weights"]] == [list(given[name].shape) for name in names]
    assert {entry["dtype"] for entry in group["weights"]} == {"float32"}


def test_the_metadata_are_teachable_machines_and_ours():
    assert set(METADATA) == {
        *("tfjsVersion", "packageVersion", "packageName", "timeStamp"),
        *("modelName", "labels", "imageSize", "userMetadata"),
    }
    assert METADATA["packageName"] == "@teachablemachine/image"
    assert METADATA["labels"] == list(LABELS) and METADATA["imageSize"] == 96 and METADATA["modelName"] == "pets"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", METADATA["timeStamp"])
    assert datetime.fromisoformat(METADATA["timeStamp"].replace("Z", "+00:00"))
    ours = METADATA["userMetadata"]["pyclassifier"]
    assert ours["card"] == copied(get_card(DEFAULT_BACKBONE, 96).to_dict()) and ours["fitMode"] == "pad"
    assert ours["run"]["history"] == {"loss": [1.0, 0.5]}


def test_a_training_that_diverged_is_still_json_and_comes_back():
    history = {"loss": [0.5, math.nan, math.inf], "accuracy": (0.1, 0.2, 0.3)}
    record = {"run": {"history": history}, "selfCheck": [{"color": [0, 0, 0], "probabilities": [math.nan, 0.5]}]}
    data = write_archive(an_archive(record=record), version="0.1.0")
    unpack(data)  # Refuses NaN.
    again = read_archive(data).record
    read = read_history(again)
    assert read["loss"][0] == 0.5 and np.isnan(read["loss"][1:]).all() and read["accuracy"] == [0.1, 0.2, 0.3]
    _, promised = read_promises(again, 32, 2)
    assert math.isnan(largest_difference(promised, np.zeros((1, 2), np.float32)))


# Archives of others.


def teachable_machine() -> bytes:
    """An archive as Teachable Machine's website exports it: generated names, no card, a version of its own."""

    def dense(name, units, **config):
        return {"class_name": "Dense", "config": {"units": units, "name": name, "trainable": True, **config}}

    layers = [
        {
            "class_name": "Sequential",
            "config": {
                "name": "sequential_1",
                "layers": [
                    {
                        "class_name": "Sequential",
                        "config": {
                            "name": "sequential_1",
                            "layers": [
                                {**BACKBONE, "config": {**BACKBONE["config"], "name": "model1"}},
                                {
                                    "class_name": "GlobalAveragePooling2D",
                                    "config": {"name": "global_average_pooling2d_GlobalAveragePooling2D1"},
                                },
                            ],
                        },
                    }
                ],
            },
        },
        {
            "class_name": "Sequential",
            "config": {
                "name": "sequential_3",
                "layers": [
                    dense("dense_Dense1", 100, activation="relu", batch_input_shape=[None, 8]),
                    dense("dense_Dense2", 2, activation="softmax", use_bias=False),
                ],
            },
        },
    ]
    rng = np.random.default_rng(0)
    shapes = {
        "conv1/kernel": (3, 3, 3, 8),
        "dense_Dense1/kernel": (8, 100),
        "dense_Dense1/bias": (100,),
        "dense_Dense2/kernel": (100, 2),
    }
    entries, data = encode_weights({name: rng.normal(0, 1, shape) for name, shape in shapes.items()})
    model = {
        "modelTopology": {
            "class_name": "Sequential",
            "config": {"name": "sequential_4", "layers": layers},
            "keras_version": "tfjs-layers 1.3.1",
            "backend": "tensor_flow.js",
        },
        "weightsManifest": [{"paths": ["weights.bin"], "weights": entries}],
    }
    metadata = {
        "tfjsVersion": "1.3.1",
        "tmVersion": "2.4.10",
        "packageVersion": "0.8.4-alpha2",
        "packageName": "@teachablemachine/image",
        "timeStamp": "2024-01-01T00:00:00.000Z",
        "userMetadata": {},
        "modelName": "tm-my-image-model",
        "labels": ["Class 1", "Class 2"],
        "imageSize": 224,
    }
    return pack(model, data, metadata)


def test_an_archive_of_teachable_machine_is_read():
    archive = read_archive(teachable_machine())
    assert archive.labels == ("Class 1", "Class 2") and archive.name == "tm-my-image-model"
    assert list(archive.extractor_weights) == ["conv1/kernel"]
    assert list(archive.head_weights) == ["dense_Dense1/kernel", "dense_Dense1/bias", "dense_Dense2/kernel"]
    assert archive.head["config"]["name"] == "sequential_3"
    # Its own reader divides by 127 and subtracts 1, and crops.
    assert archive.card.preprocessing == Preprocessing.scaled(127.0, -1.0, size=224, fit_mode="crop")
    assert archive.record == {}


def test_both_depths_of_the_config_are_read():
    model = {**MODEL, "modelTopology": {"model_config": MODEL["modelTopology"], "keras_version": "2.2.4"}}
    assert read_archive(pack(model, WEIGHTS, METADATA)).labels == LABELS


def test_other_files_in_the_zip_do_no_harm():
    buffer = io.BytesIO(pack(MODEL, WEIGHTS, METADATA))
    with zipfile.ZipFile(buffer, "a") as file:
        for name in ("../../evil.py", "/etc/passwd", "C:\\evil.exe", "__MACOSX/._model.json", "readme.txt"):
            file.writestr(name, "x")
    assert read_archive(buffer.getvalue()).labels == LABELS


# Hostile archives: each ends in an ArchiveError that says something.


def refused(data: bytes, match: str = "Expected") -> str:
    with pytest.raises(ArchiveError, match=match) as caught:
        read_archive(data)
    assert len(str(caught.value)) < 1000, "no flood of words"
    return str(caught.value)


def refused_parts(parts: object, match: str = "Expected") -> str:
    return refused(pack(parts["model"], WEIGHTS, parts["metadata"]), match)


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"no zip at all", bytes(1000), b"PK\x05\x06" + bytes(18), b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_zip_is_refused(data):
    refused(data, r"Expected a model archive \(\.zip\)|is missing")


@pytest.mark.parametrize("name", FILES[:2])  # Labels without metadata are asked for: test_models_of_others.py.
def test_a_missing_file_is_named(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for other in FILES:
            file.writestr(other if other != name else f"../{name}.txt", "{}")
    refused(buffer.getvalue(), f"; {re.escape(name)} is missing")


def test_damaged_zips_only_ever_raise_our_error():
    data = write_archive(an_archive(), version="0.1.0")
    rng = np.random.default_rng(3)
    directory = data.rindex(b"PK\x01\x02", 0, data.rindex(b"PK\x01\x02"))
    for i in range(400):
        broken = bytearray(data)
        # Half of the time into the directory, where the parser lives.
        for position in rng.integers(directory if i % 2 else 0, len(data), 3):
            broken[position] = int(rng.integers(0, 256))
        with suppress(ArchiveError):
            assert isinstance(read_archive(bytes(broken)), Archive)
    for end in range(0, len(data), 97):
        with pytest.raises(ArchiveError):
            read_archive(data[:end])


def test_an_undecodable_or_encrypted_or_unknown_entry_is_refused():
    data = pack(MODEL, WEIGHTS, METADATA)
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")

    def with_bytes(*changes):
        broken = bytearray(data)
        for position, value in changes:
            broken[position] = value
        return bytes(broken)

    refused(with_bytes((local + 6, 1), (central + 8, 1)))  # Encrypted.
    refused(with_bytes((local + 8, 99), (central + 10, 99)))  # A method that nobody knows.
    refused(with_bytes((central + 9, 8), (central + 46, 0xFF)))  # A name that is no UTF-8.


@pytest.mark.parametrize(
    ("name", "size", "limit"), [("weights.bin", 3 << 30, "536,870,912"), ("model.json", 40 << 20, "33,554,432")]
)
def test_a_zip_that_declares_too_much_is_refused_unread(name, size, limit):
    data = bytearray(pack(MODEL, WEIGHTS, METADATA))
    at = data.index(b"PK\x01\x02")
    while data[at + 46 : at + 46 + len(name)] != name.encode():
        at = data.index(b"PK\x01\x02", at + 1)
    data[at + 24 : at + 28] = struct.pack("<I", size)
    refused(bytes(data), f"Expected at most {limit} bytes in {re.escape(name)}, got {size:,}")


def bomb(method: int, n_bytes: int = 1 << 28) -> bytes:
    """A zip whose weights.bin says that it has 100 bytes and inflates to many more."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr("model.json", json.dumps(MODEL))
        with file.open("weights.bin", "w") as part:
            for _ in range(n_bytes >> 20):
                part.write(bytes(1 << 20))
        file.writestr("metadata.json", json.dumps(METADATA))
    return buffer.getvalue().replace(struct.pack("<I", n_bytes), struct.pack("<I", 100))


@pytest.mark.skipif(IN_PYODIDE, reason="tracemalloc slows it down too much; CPython runs the same code")
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_inflates_to_more_than_it_declares_costs_no_memory(method):
    import tracemalloc

    data = bomb(method)
    tracemalloc.start()
    try:
        refused(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 24, "16 MB, of the 256 that it inflates to"


@pytest.mark.parametrize("method", ["ZIP_BZIP2", "ZIP_LZMA"])
def test_only_methods_that_inflate_step_by_step_are_read(method):
    pytest.importorskip({"ZIP_BZIP2": "bz2", "ZIP_LZMA": "lzma"}[method], reason="not in this Python")
    data = pack(MODEL, WEIGHTS, METADATA, compression=getattr(zipfile, method))
    refused(data, r"Expected model\.json stored or deflated")


@pytest.mark.parametrize(
    "text", [b"", b"no json", b"{", b"\xff\xfe{}", b'{"a":' + b"9" * 5000 + b"}", b"\xc3\x28", b'{"a": tru}']
)
@pytest.mark.parametrize("name", ["model.json", "metadata.json"])
def test_what_is_no_json_is_refused(name, text):
    parts = {"model.json": MODEL, "metadata.json": METADATA, name: text}
    refused(pack(parts["model.json"], WEIGHTS, parts["metadata.json"]), f"in {re.escape(name)}")


@pytest.mark.parametrize("text", [b"[]", b"null", b"1", b'"a"', b"NaN", b"true"])
def test_json_that_is_no_object_is_refused(text):
    refused(pack(text, WEIGHTS, METADATA), r"Expected an object in model\.json")
    refused(pack(MODEL, WEIGHTS, text), r"Expected an object in metadata\.json")


@pytest.mark.parametrize("depth", [65, 300, 900, 5000, 200_000])
def test_deep_json_is_refused(depth):
    for opening, closing in ((b"[", b"]"), (b'{"config":', b"}")):
        deep = b'{"modelTopology":' + opening * depth + b"1" + closing * depth + b"}"
        refused(pack(deep, WEIGHTS, METADATA), r"in model\.json")
        refused(pack(MODEL, WEIGHTS, deep), r"in metadata\.json")


@pytest.mark.parametrize(
    "text", ["[" * 9, '"' + '\\"' * 500_000, "[" * 500_000, '{"a":"' + "\\" * 999_999, "[]" * 500_000 + "["]
)
def test_what_hides_its_depth_or_never_ends_is_refused_at_once(text):
    refused(pack(text.encode(), WEIGHTS, METADATA), r"in model\.json")
    refused(pack(("[" + text).encode("utf-16"), WEIGHTS, METADATA), r"in model\.json")


def test_brackets_in_texts_are_no_levels():
    labels = ["[" * 500, "]}" * 100, '\\"[{' * 100, "\\"]
    archive = read_archive(write_archive(an_archive(labels=tuple(labels)), version="0.1.0"))
    assert list(archive.labels) == labels


STRANGE = [
    None,
    True,
    0,
    -1,
    10**400,
    1.5,
    math.nan,
    math.inf,
    "",
    "x",
    "abcd",
    "\ud800",
    [],
    [1],
    [[]],
    {},
    {"name": 1},
]


def places(value: object, path: str = "") -> list[str]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [path] if path.count("/") else []
    for key, child in children:
        if not str(key).count("/"):
            found += places(child, f"{path}/{key}" if path else str(key))
    return found


@pytest.mark.parametrize("key", ["units", "filters"])
def test_a_layer_larger_than_its_weights_is_refused(key):
    layer = {"units": "1/config/layers/0", "filters": "0/config/layers/0/config/layers/1"}[key]
    parts = changed(f"model/modelTopology/config/layers/{layer}/config/{key}", 10**9)
    with pytest.raises(ArchiveError, match="for its 1000000000 units or filters"):
        read_archive(pack(parts["model"], WEIGHTS, parts["metadata"]))


def test_a_strange_value_anywhere_is_read_or_refused_and_nothing_else():
    n_read = n_refused = 0
    for path in places({"model": MODEL, "metadata": METADATA}):
        for value in [..., *STRANGE]:
            parts = changed(path, value)
            try:
                archive = read_archive(pack(parts["model"], WEIGHTS, parts["metadata"]))
            except ArchiveError as error:
                n_refused += 1
                assert len(str(error)) < 1000
                continue
            n_read += 1
            # Whatever is read can be worked with.
            assert all(isinstance(label, str) for label in archive.labels)
            assert 0 < archive.card.input_size <= 1024 and archive.card.stride > 0
            assert 0 < min(archive.card.preprocessing.std) < math.inf
            assert np.isfinite(archive.card.preprocessing.mean).all()
            assert {array.dtype for array in archive.head_weights.values()} <= {np.dtype(np.float32)}
            assert write_archive(archive, version="0.1.0")
            read_history(archive.record)
            evaluation = read_evaluation(archive.record, archive.labels)
            assert evaluation is None or evaluation.to_dict()
            pictures, promised = read_promises(archive.record, 32, len(archive.labels))
            assert len(pictures) == len(promised) and all(picture.shape == (32, 32, 3) for picture in pictures)
    assert n_read > 100 and n_refused > 500


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ("abcd", "list of names as labels, got 'abcd'"),
        ({"a": 0, "b": 1, "c": 2, "d": 3}, "list of names"),
        (["a", "b", "c", 4], "list of names"),
        (["a", "b", "c", None], "list of names"),
        (["a", "b", "c", ["d"]], "list of names"),
        (None, "list of names"),
        (["a", "b", "c"], "Expected 4 labels, one per output of the model; got 3"),
        ([], "Expected 4 labels"),
        (["a", "b", "c", "x" * 1001], r"at most 1000 characters, got 4 of up to 1,001"),
    ],
)
def test_strange_labels_are_refused(labels, match):
    refused_parts(changed("metadata/labels", labels), match)


def test_millions_of_labels_are_refused():
    parts = changed("metadata/labels", [""] * 2_000_000)
    parts = changed("model/modelTopology/config/layers/1/config/layers/1/config/units", 2_000_000, parts)
    refused_parts(parts, r"at most 100,000 labels .* got 2,000,000")


@pytest.mark.parametrize("units", [4.0, "4", True, None, [4], math.nan])
def test_units_that_are_no_whole_number_are_refused(units):
    refused_parts(changed("model/modelTopology/config/layers/1/config/layers/1/config/units", units))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", ["x"]),
        ("title", 5),
        ("source", {}),
        ("feature_layer", None),
        ("divisor", 0),
        ("divisor", -127.5),
        ("divisor", math.nan),
        ("divisor", math.inf),
        ("divisor", "127.5"),
        ("divisor", True),
        ("divisor", 10**400),
        ("offset", math.nan),
        ("offset", None),
        ("offset", -1e300),
        ("stride", 0),
        ("stride", 32.0),
        ("feature_channels", -1),
        ("feature_channels", "1024"),
        ("sha256", 5),
        ("sha256", [["only a name"]]),
        ("sha256", [None]),
        ("name", ...),
        ("feature_channels", ...),
        ("near_duplicate", 2),
        ("published_crop", "central"),
        ("published_crop", ["central"]),
        ("published_crop", ["central", 0]),
        ("published_crop", [["central"], 0.9]),
        ("preprocessing", [1]),
        ("preprocessing", {"mean": [1, 2]}),
        ("preprocessing", {"std": [1, 0, 1]}),
        ("preprocessing", {"interpolation": "nearest"}),
        ("preprocessing", {"channel_order": None}),
        ("preprocessing", {"crop_share": True}),
    ],
)
def test_a_card_that_nothing_can_be_computed_with_is_refused(field, value):
    refused_parts(changed(f"metadata/userMetadata/pyclassifier/card/{field}", value))


@pytest.mark.parametrize("card", [{}, [], "card", 5, False])
def test_a_card_that_is_none_is_refused(card):
    refused_parts(changed("metadata/userMetadata/pyclassifier/card", card))


@pytest.mark.parametrize("fit_mode", ["squash", None, 1, ["crop"], {"crop": 1}, "x" * 10**6])
def test_an_unknown_fit_mode_is_refused(fit_mode):
    refused_parts(changed("metadata/userMetadata/pyclassifier/fitMode", fit_mode), "fit mode to be one of crop, pad")


def test_a_huge_input_is_refused():
    way = "model/modelTopology/config/layers/0/config/layers/0/config/layers/0/config/batch_input_shape"
    refused_parts(changed(way, [None, 10**6, 10**6, 3]), r"input size in 1\.\.1024")


def test_a_name_of_any_kind_is_a_short_text():
    for name in (None, 5, ["x"], {}, ""):
        parts = changed("metadata/modelName", name)
        assert read_archive(pack(parts["model"], WEIGHTS, parts["metadata"])).name == "model"
    parts = changed("metadata/modelName", "x" * 10**6)
    assert read_archive(pack(parts["model"], WEIGHTS, parts["metadata"])).name == "x" * 1000


def test_other_weights_than_the_manifests_are_refused():
    for weights in (WEIGHTS[:-1], WEIGHTS + b"\0", b""):
        refused(pack(MODEL, weights, METADATA), "bytes of weights")


@pytest.mark.parametrize(
    "record",
    [
        {"run": {"history": {"loss": [10**400]}}},
        {"run": {"history": {"loss": ["x"]}}},
        {"run": {"history": [1]}},
        {"run": None},
        {},
    ],
)
def test_a_history_that_makes_no_sense_is_none(record):
    assert read_history(record) == {}


@pytest.mark.parametrize(
    "matrix",
    [
        None,
        1,
        [[1]],
        [[1, 2], [3]],
        [[1, -1], [0, 1]],
        [["a", "b"], ["c", "d"]],
        [[10**400, 0], [0, 0]],
        [[2**62, 2**62]] * 2,
    ],
)
def test_figures_that_make_no_sense_are_none(matrix):
    assert read_evaluation({"evaluation": {"confusion": matrix}}, ["a", "b"]) is None
