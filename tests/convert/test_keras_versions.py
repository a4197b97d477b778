"""Files that versions of Keras from 2.2 to 3.15 made compute in tf.js what those versions computed.

`tests/data/keras_versions.zip` was made once, by real versions of Keras and TensorFlow: of each its own files, and an
.npz with inputs (x0) and what it computed (y0). Tolerance: 1e-4 of the largest value, or of 1.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from test_keras_to_tfjs import zoo_check
from tfjs_models import needs_tfjs

from pyclassifier.convert.cli.arguments import VERSIONS
from pyclassifier.convert.errors import ConvertError
from pyclassifier.convert.formats import read_keras
from pyclassifier.convert.rules import evaluate, to_layers_model

FILES = Path(__file__).parents[1] / "data" / "keras_versions.zip"
CASES = Path(__file__).parents[3] / "shared" / "cases"
WRONG = "keras-3.2.1-called-twice.keras"  # By a mistake of Keras 3.2, its second call leads nowhere.
with zipfile.ZipFile(FILES) as archive:
    NAMES = sorted(name for name in archive.namelist() if not name.endswith(".npz"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("versions")
    with zipfile.ZipFile(FILES) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def results(files, tmp_path_factory):
    return zoo_check.check_all(files, tmp_path_factory.mktemp("converted"))


@needs_tfjs
@pytest.mark.parametrize("name", [name for name in NAMES if name != WRONG])
def test_a_file_of_each_version_computes_the_same(results, name):
    stem, _, suffix = name.rpartition(".")
    assert results[stem, suffix] is None


def test_a_graph_whose_calls_lead_nowhere_is_refused(files):
    with pytest.raises(ConvertError, match=r"call 2 of 'dense', which leads to none.*another version"):
        to_layers_model(read_keras(files / WRONG))


def test_the_table_of_the_help_holds_what_was_tried():
    found = re.findall(r"keras-(\d\.\d+)\.\d+(\.\w+)\n", "".join(f"{name}\n" for name in NAMES))
    tried = set(found) | {("2.4", ".h5"), ("2.5", ".h5")}  # In TensorFlow 2.3 and 2.5.
    assert {f"keras-tf{version}.h5" for version in ("2.3.4", "2.5.3", "1.13.2", "1.15.5")} <= set(NAMES)
    said = set()
    for line in VERSIONS.splitlines():
        major, first, last = map(int, re.match(r" +Keras (\d)\.(\d+) to \d\.(\d+) ", line).groups())
        kinds = re.findall(r"(?<= )\.(?:h5|keras)\b", line)
        said |= {(f"{major}.{minor}", kind) for minor in range(first, last + 1) for kind in kinds}
    assert said == tried


@pytest.mark.skipif(not CASES.exists(), reason="the folder `shared` is not here")
@pytest.mark.parametrize("case", ["c_keras213_214/keras2.14", "c_shared_between_models/encoder_in_two_models"])
def test_files_that_were_refused_once(case):
    model = read_keras(CASES / f"{case}.keras")
    values = CASES / (f"{case}.npz" if "shared" in case else "c_keras213_214/io-seq.npz")
    with np.load(values) as stored:
        inputs = [stored[key] for key in sorted(stored) if key[0] == "x"]
        wanted = [stored[key] for key in sorted(stored) if key[0] == "y"]
    for made, right in zip(evaluate(model, inputs).outputs, wanted, strict=True):
        np.testing.assert_allclose(made, right, atol=1e-5)


@pytest.mark.skipif(not CASES.exists(), reason="the folder `shared` is not here")
def test_an_archive_of_2_13_and_names_of_tensorflow_1_are_read():
    assert to_layers_model(read_keras(CASES / "c_keras213_214" / "keras2.13.1.keras")).weights
    layers = to_layers_model(read_keras(CASES / "c_tf1_names" / "bnv1.h5")).topology["config"]["layers"]
    assert [layer["class_name"] for layer in layers] == ["InputLayer", "BatchNormalization", "Dense"]
