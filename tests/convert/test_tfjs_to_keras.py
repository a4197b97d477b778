"""Models that real tf.js made, converted and loaded by real Keras 3, predict the same."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pyclassifier_convert.model import LayersModel
from pyclassifier_convert.tfjs_to_keras import write_keras

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "web"
FORMATS = ("keras", "h5")
TOLERANCE = 1e-4  # Of max difference / max(1, max value).


def _unpack(packed):
    array = np.frombuffer(base64.b64decode(packed["data"]), np.float32).reshape(packed["shape"])
    return array.astype(packed["dtype"])


def _tfjs_cases(*names):
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules/@tensorflow/tfjs").is_dir():
        pytest.skip("no Node.js or no tf.js in web/node_modules: run `make test`")
    command = [node, str(HERE / "tfjs_cases.mjs"), str(WEB), *names]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return {case["name"]: case for case in map(json.loads, lines)}


def predict_in_keras(directory):
    """Outputs or the error by file, of all models in a directory, from one process."""
    subprocess.run([sys.executable, str(HERE / "keras_predict.py"), str(directory)], check=True, capture_output=True)
    results = {path.name.removesuffix(".error"): path.read_text() for path in directory.glob("*.error")}
    for path in directory.glob("*.out.npz"):
        with np.load(path) as stored:
            results[path.name.removesuffix(".out.npz")] = [stored[key] for key in sorted(stored, key=int)]
    return results


def assert_same(actual, expected):
    assert not isinstance(actual, str), actual
    assert [each.shape for each in actual] == [each.shape for each in expected]
    for one, other in zip(actual, expected, strict=True):
        assert np.isfinite(other).all()
        difference = np.abs(one.astype(np.float64) - other).max(initial=0)
        assert difference / max(1, np.abs(other).max(initial=0)) <= TOLERANCE


def _names():
    source = (HERE / "tfjs_case_list.mjs").read_text()
    names = subprocess.run(
        [shutil.which("node") or "node", "--input-type=module", "-e", _LIST_NAMES],
        input=None, capture_output=True, text=True, cwd=HERE, check=False,
    )  # fmt: skip
    return names.stdout.split("\n")[:-1] if source else []


_LIST_NAMES = "import {cases} from './tfjs_case_list.mjs'; for (const name of Object.keys(cases)) console.log(name);"


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """What Keras predicts for all cases, and what tf.js does."""
    directory = tmp_path_factory.mktemp("keras")
    cases = _tfjs_cases()
    refused = {}
    for name, case in cases.items():
        assert "error" not in case, f"{name}: tf.js itself failed: {case.get('error')}"
        model = LayersModel(case["topology"], {each["name"]: _unpack(each) for each in case["weights"]})
        file_name = name.replace("/", "-")
        for suffix in FORMATS:
            try:
                write_keras(model, directory / f"{file_name}.{suffix}")
            except Exception as error:
                refused[f"{file_name}.{suffix}"] = f"{type(error).__name__}: {error}"
        inputs = {str(i): _unpack(each) for i, each in enumerate(case["inputs"])}
        np.savez(directory / f"{file_name}.in.npz", **inputs)
    expected = {name.replace("/", "-"): [_unpack(each) for each in case["outputs"]] for name, case in cases.items()}
    return refused | predict_in_keras(directory), expected


@pytest.mark.parametrize("name", _names())
@pytest.mark.parametrize("suffix", FORMATS)
def test_keras_predicts_what_tfjs_predicts(converted, name, suffix):
    results, expected = converted
    file_name = name.replace("/", "-")
    assert_same(results[f"{file_name}.{suffix}"], expected[file_name])
