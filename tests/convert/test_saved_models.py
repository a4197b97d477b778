"""SavedModels become tf.js graph models by the package tensorflowjs, and what cannot be done says so.

Reference: Keras's own outputs, and TensorFlow's. Tolerance: 1e-4 of the largest value, or of 1.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from pyclassifier.convert.cli.commands import main
from pyclassifier.convert.comparing import compare
from pyclassifier.convert.errors import ConvertError
from pyclassifier.convert.formats import source_format
from pyclassifier.convert.pipeline import Options, convert
from pyclassifier.convert.running import PACKAGES, Job, run_many
from pyclassifier.convert.sources import read_model

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_graph_python(monkeypatch):
    monkeypatch.delenv("PYCLASSIFIER_GRAPH_PYTHON", raising=False)


@pytest.fixture
def folder(tmp_path):
    """A folder that looks like a SavedModel."""
    (tmp_path / "saved" / "variables").mkdir(parents=True)
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"\x08\x01")
    return tmp_path / "saved"


def _archive(path, **members):
    """Write a .tar.gz; a member is its bytes, or the target of a link."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return path


def test_format_is_told_from_what_is_there(folder, tmp_path):
    assert source_format(folder) == "saved_model"
    assert source_format(_archive(tmp_path / "hub.tar.gz", **{"saved_model.pb": b""})) == "saved_model"
    (folder / "saved_model.pb").rename(folder / "saved_model.pbtxt")
    with pytest.raises(ConvertError, match="binary"):
        source_format(folder)


@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        ("m", {"cut_at": "conv"}, "no --cut-at"),
        ("m", {"fold_batchnorm": True}, "folds and fuses"),
        ("m", {"absorb_padding": True}, "folds and fuses"),
        ("m.keras", {}, "Expected a folder for a tf.js graph model"),
        (None, {}, "Expected a folder for a tf.js graph model"),
    ],
)
def test_what_makes_no_sense_for_a_graph_is_refused(folder, tmp_path, target, options, said):
    with pytest.raises(ConvertError, match=said):
        convert(folder, target and tmp_path / target, Options(graph_python=sys.executable, **options))


def test_it_has_no_layers(folder, capsys):
    with pytest.raises(ConvertError, match="has none"):
        read_model(folder)
    assert main([str(folder), "--summary"]) == 1
    assert "model with layers" in capsys.readouterr().err


def test_signature_is_for_saved_models_only(tmp_path):
    assert main(["head", "--classes", "2", "--features", "4", str(tmp_path / "head")]) == 0
    with pytest.raises(ConvertError, match="--signature"):
        convert(tmp_path / "head", tmp_path / "out", Options(signature="serving_default"))


@pytest.mark.parametrize("given", [None, sys.executable, "no/such/python"], ids=["none", "without", "missing"])
def test_without_the_package_the_way_to_it_is_told(folder, tmp_path, capsys, given):
    arguments = ["--graph-python", given] if given else []
    assert main([str(folder), str(tmp_path / "out"), *arguments]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"pip install {' '.join(PACKAGES)}" in said
    assert "3.11 or 3.12" in said
    assert not (tmp_path / "out").exists()


def test_its_command_installs_what_the_extra_does():
    lines = (ROOT / "pyproject.toml").read_text().partition("\ngraph = [\n")[2].partition("\n]\n")[0]
    assert [line.split('"')[1].partition(";")[0] for line in lines.splitlines() if '"' in line] == list(PACKAGES)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"../saved_model.pb": b""}, "outside"),
        ({"saved_model.pb": "/etc/passwd"}, "neither"),
        ({"readme.txt": b"hello"}, "found none"),
    ],
    ids=["escaping", "link", "other"],
)
def test_archives_are_not_trusted(tmp_path, members, said):
    archive = _archive(tmp_path / "hub.tar.gz", **members)
    with pytest.raises(ConvertError, match=said):
        convert(archive, tmp_path / "out", Options(graph_python=sys.executable))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hub.tar.gz"]


def test_archives_are_bounded_and_whole(tmp_path, monkeypatch):
    archive = _archive(tmp_path / "hub.tar.gz", **{"saved_model.pb": os.urandom(4096)})
    with monkeypatch.context() as patch, pytest.raises(ConvertError, match="at most 4,000 bytes"):
        patch.setattr("pyclassifier.convert.running.tensorflowjs._MAX_UNPACKED_BYTES", 4000)
        convert(archive, tmp_path / "out", Options(graph_python=sys.executable))
    archive.write_bytes(archive.read_bytes()[:2000])
    with pytest.raises(ConvertError, match="damaged"):
        convert(archive, tmp_path / "out", Options(graph_python=sys.executable))


MAKE = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np, tensorflow as tf
folder, rng, L = sys.argv[1], np.random.default_rng(0), keras.layers
image, more = keras.Input((32, 32, 3), name="file"), keras.Input((5,), name="a")
x = L.ReLU(max_value=6)(L.BatchNormalization()(L.Conv2D(8, 3, strides=2, padding="same")(image)))
x = L.BatchNormalization()(L.DepthwiseConv2D(3, dilation_rate=2)(x))
x = L.Concatenate()([L.Flatten()(L.UpSampling2D(interpolation="bilinear")(x)), more])
model = keras.Model([image, more], {"z": L.Dense(4, activation="softmax")(x), "b": L.Dense(4)(x)})
for weight in model.weights:
    if "seed" not in weight.path:
        signs = 1 if len(weight.shape) == 1 else rng.choice([-1, 1], weight.shape)
        weight.assign(rng.uniform(0.05, 0.2, weight.shape) * signs)
model.export(f"{folder}/saved", verbose=False)
X = rng.normal(size=(3, 32, 32, 3)).astype("float32"), rng.normal(size=(3, 5)).astype("float32")
Y = model(X)
np.savez(f"{folder}/wanted.npz", image=X[0], a=X[1], b=Y["b"], z=Y["z"])

class Two(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def double(self, x):
        return {"y": 2 * x}
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)])
    def half(self, x):
        return {"y": x / 2}
two = Two()
tf.saved_model.save(two, f"{folder}/two", signatures={"double": two.double, "half": two.half})

v1, graph = tf.compat.v1, tf.Graph()
builder = v1.saved_model.Builder(f"{folder}/hub")
with graph.as_default(), v1.Session(graph=graph) as session:
    x = v1.placeholder(tf.float32, [None, 6], "x")
    y = tf.nn.softmax(x @ v1.get_variable("w", [6, 3]))
    session.run(v1.global_variables_initializer())
    info = v1.saved_model.build_tensor_info
    signatures = {"default": v1.saved_model.build_signature_def({"x": info(x)}, {"default": info(y)})}
    builder.add_meta_graph_and_variables(session, [], signatures)
    builder.add_meta_graph(["train"], signatures)
builder.save()
open(f"{folder}/hub/tfhub_module.pb", "wb").write(bytes([8, 3]))
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """The command as `pip install ".[graph]"` brings it into a fresh environment."""
    fits = (3, 11) <= sys.version_info[:2] <= (3, 12)
    base = sys.executable if fits else shutil.which("python3.11")
    if not base:
        pytest.skip("needs Python 3.11 or 3.12, which tensorflowjs fits")
    environment = tmp_path_factory.mktemp("graph") / "environment"
    subprocess.run([base, "-m", "venv", environment], check=True)
    checkout = environment.parent / "checkout"  # A copy, as pip leaves a folder build/ where it builds.
    for part in ("pyclassifier", "convert", "web/site/ready"):
        shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("pyproject.toml", "pyclassifier_convert.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / part, checkout)
    install = [environment / "bin" / "python", "-m", "pip", "install", "--quiet", ".[graph]"]
    subprocess.run(install, check=True, cwd=checkout)
    return environment / "bin" / "pyclassifier-convert"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """SavedModels by this environment's Keras, and what it predicts."""
    folder = tmp_path_factory.mktemp("saved models")  # With a space: tensorflowjs_converter splits there.
    subprocess.run([sys.executable, "-c", MAKE, folder], check=True, capture_output=True)
    return folder


@pytest.mark.full
def test_saved_model_computes_the_same_in_tfjs(command, made, tmp_path):
    (tmp_path / "labels.txt").write_text("a\nb\nc\nd\n")
    arguments = [made / "saved", tmp_path / "out", "--verify", "--json", "--shard-size", "16K", "--quantize", "float16"]
    modules = ["--node-modules", ROOT / "web" / "node_modules", "--labels", tmp_path / "labels.txt"]
    done = subprocess.run([command, *arguments, *modules], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [one["failed"] for one in report["checks"]] == [False, False]
    assert list(report["inputs"]) == ["a", "file"]
    assert list(report["outputs"]) == ["b", "z"]
    assert json.loads((tmp_path / "out" / "metadata.json").read_text()) == {"labels": ["a", "b", "c", "d"]}
    assert max(path.stat().st_size for path in (tmp_path / "out").glob("*.bin")) <= 16 << 10
    # Whole, by this environment, against Keras itself.
    python = command.with_name("python")
    convert(made / "saved", tmp_path / "float32", Options(graph_python=str(python)))
    with np.load(made / "wanted.npz") as wanted:
        job = Job(tmp_path / "float32", [wanted["image"], wanted["a"]], graph=(["file", "a"], ["z", "b"]))
        (run,) = run_many([job])
        assert compare(run.outputs, [wanted["z"], wanted["b"]]).agrees
        assert compare(run.outputs, [wanted["z"] + 1e-3, wanted["b"]]).agrees is False


@pytest.mark.full
def test_signature_is_chosen_where_there_are_several(command, made, tmp_path):
    options = {"graph_python": str(command.with_name("python"))}
    with pytest.raises(ConvertError, match="double, half"):
        convert(made / "two", tmp_path / "out", Options(**options))
    convert(made / "two", tmp_path / "out", Options(signature="half", verify=True, **options))
    (run,) = run_many([Job(tmp_path / "out", [np.float32([3, 5])], graph=(["x"], ["y"]))])
    assert run.outputs[0].tolist() == [1.5, 2.5]


@pytest.mark.full
def test_hub_modules_and_their_archives(command, made, tmp_path):
    """TF-Hub's first format has its graph under no tag."""
    with tarfile.open(tmp_path / "hub.tar.gz", "w:gz") as archive:
        archive.add(made / "hub", ".")
    report = convert(
        tmp_path / "hub.tar.gz", tmp_path / "out", Options(graph_python=str(command.with_name("python")), verify=True)
    )
    assert report.checks[0].result.agrees


@pytest.mark.full
def test_what_is_no_saved_model_is_a_line(command, folder, tmp_path):
    (folder / "saved_model.pb").write_bytes(os.urandom(100))
    with pytest.raises(ConvertError) as caught:
        convert(folder, tmp_path / "out", Options(graph_python=str(command.with_name("python"))))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()
