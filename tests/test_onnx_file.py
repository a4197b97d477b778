"""Models as ONNX files: what other programs get is what our own engine computes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import IN_PYODIDE

from pyclassifier import ImageClassifier
from pyclassifier.archives import draw_patterns, read_archive, write_onnx
from pyclassifier.backbones import UserStore
from pyclassifier.embedding import make_batch
from pyclassifier.engines import NumpyEngine
from pyclassifier.engines import write_onnx as write_network
from pyclassifier.errors import EngineError

if IN_PYODIDE:
    pytest.skip("there is no onnxruntime to open the file with", allow_module_level=True)

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["archive-cd6b345", "archive-cd6b345-scratch-grey", "archive-teachable-machine"])
async def test_an_onnx_file_gives_the_models_probabilities(name):
    onnx = pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    archive = read_archive((DATA / f"{name}.zip").read_bytes())
    data = write_onnx(archive)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    told = session.get_modelmeta().custom_metadata_map
    assert json.loads(told["labels"]) == list(archive.labels) and told["name"] == archive.name
    how = json.loads(told["preprocessing"])
    (entry,) = session.get_inputs()
    assert entry.shape[1:3] == [how["size"], how["size"]] and len(session.get_outputs()) == 1
    X = make_batch(draw_patterns(archive.card.input_size), archive.card.preprocessing)
    if entry.shape[3] == 1:
        X = X[..., :1]
    engine = NumpyEngine(UserStore())
    parts = [(archive.extractor, archive.extractor_weights)] if archive.extractor else []
    expected = X
    for topology, weights in [*parts, (archive.head, archive.head_weights)]:
        expected = await (await engine.build(topology, weights)).predict(expected)
    (got,) = session.run(None, {"input": X})
    assert got.shape == (len(X), len(archive.labels)) and np.abs(got.sum(1) - 1).max() < 1e-5
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_a_classifier_is_saved_by_the_files_name(tmp_path):
    onnx = pytest.importorskip("onnx")
    classifier = ImageClassifier.load(DATA / "archive-cd6b345.zip")
    data = classifier.save(tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == data and onnx.load_from_string(data).graph.output[
        0
    ].name == "output"


def test_layers_without_an_operator_are_named():
    layers = [{"class_name": "LSTM", "config": {"name": "lstm", "batch_input_shape": [None, 4, 4, 3]}}]
    with pytest.raises(EngineError, match=r"ONNX.*LSTM"):
        write_network({"class_name": "Sequential", "config": {"name": "x", "layers": layers}}, {}, (4, 4, 3))
