import hashlib
import json
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from photos import COLORS, encode, noisy
from test_archive import an_archive
from tfjs_models import MOBILENET, conv_model, functional, layer, needs_mobilenet, needs_tfjs, nested_model, zip_of

from pyclassifier.archives import write_archive
from pyclassifier.backbones import CATALOG, ModelCard, Preprocessing, get_card
from pyclassifier.convert.cli import commands as cli
from pyclassifier.convert.comparing import compare
from pyclassifier.convert.comparing.probes import probe_inputs
from pyclassifier.convert.editing import make_head
from pyclassifier.convert.formats import read_tfjs, write_tfjs
from pyclassifier.convert.rules import write_keras
from pyclassifier.convert.running import keras_runs, run_tfjs
from pyclassifier.convert.sources import read_labels

CASES = Path(__file__).parents[3] / "shared" / "cases"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a model of each kind."""
    folder = tmp_path / "a folder with spaces"
    folder.mkdir()
    monkeypatch.chdir(folder)
    write_tfjs(replace(conv_model(), labels=tuple("abcde")), "web model")
    write_keras(conv_model(), "model.keras")
    write_keras(conv_model(), "model.h5")
    Path("model.zip").write_bytes(zip_of(folder / "web model"))
    Path("labels.txt").write_text("ant\nbee\n\ncat\ndog\nelk\n")
    return folder


def run(capsys, *arguments):
    code = cli.main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def run_json(capsys, *arguments):
    code, out, _ = run(capsys, *arguments, "--json")
    return code, json.loads(out)


@pytest.mark.parametrize("source", ["web model", "web model/model.json", "model.zip", "model.keras", "model.h5"])
@pytest.mark.parametrize("target", ["made/out", "out.keras", "out.h5"])
def test_every_format_becomes_every_other(source, target, here, capsys):
    code, report = run_json(capsys, source, target)
    assert code == 0 and report["to"] == {"": "tfjs", ".keras": "keras", ".h5": "h5"}[Path(target).suffix]
    assert report["source"] == source and report["bytes"] > 1000 and Path(report["files"][0]).exists()
    assert run_json(capsys, target, "again")[0] == 0
    weights = read_tfjs("again").weights
    assert {name: array.tobytes() for name, array in weights.items()} == {
        name: array.tobytes() for name, array in conv_model().weights.items()
    }


def test_formats_are_told_from_content_or_named(here, capsys):
    for name in ("model.keras", "model.h5", "model.zip"):
        Path(name).rename(f"{name}.bin")
        assert run_json(capsys, f"{name}.bin", f"{name}-out")[0] == 0
    assert run_json(capsys, "web model", "strange name", "--to", "keras")[1]["to"] == "keras"
    assert run_json(capsys, "strange name", "once more")[1]["from"] == "keras"
    code, report = run_json(capsys, "model.h5.bin", "x", "--from", "tfjs")
    assert code == 1 and "JSON" in report["error"]


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89HDF\r\n\x1a\n" + bytes(100), b"PK\x03\x04" + bytes(50), b"{}", b"[" * 9000]
)
@pytest.mark.parametrize("name", ["x.keras", "x.h5", "x.json"])
def test_what_is_no_model_ends_in_a_line_and_leaves_nothing(content, name, tmp_path, capsys):
    (tmp_path / name).write_bytes(content)
    code, out, err = run(capsys, tmp_path / name, tmp_path / "out")
    assert code == 1 and not out and err.count("\n") == 1 and "Expected" in err
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("source", "words"),
    [("saved", "SavedModel"), ("m.tflite", "TFLite"), ("graph", "graph model"), ("gone", "nothing")],
)
def test_models_of_other_kinds_are_named(source, words, tmp_path, capsys):
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/saved_model.pb").write_bytes(b"\x08\x01")
    (tmp_path / "m.tflite").write_bytes(bytes(4) + b"TFL3" + bytes(100))
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph/model.json").write_text('{"format": "graph-model", "modelTopology": {"node": []}}')
    code, _, err = run(capsys, tmp_path / source, tmp_path / "out")
    assert code == 1 and words in err


@pytest.mark.parametrize("target", ["x.pb", "x.zip"])
def test_targets_that_cannot_be_written_are_refused(target, here, capsys):
    code, _, err = run(capsys, "web model", target)
    assert code == 1 and "--to saved_model" in err and not Path(target).exists()


def test_existing_targets_need_force(here, capsys):
    before = Path("model.keras").read_bytes()
    for source, target in (("web model", "model.keras"), ("model.h5", "web model")):
        code, _, err = run(capsys, source, target)
        assert code == 1 and "--force" in err
    assert Path("model.keras").read_bytes() == before
    assert run(capsys, "web model", "model.keras", "--cut-at", "pool", "--force")[0] == 0
    assert Path("model.keras").read_bytes() != before


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], [], ["a", "b", "--quantize", "int4"], ["a", "b", "--shard-size", "x"], ["head"]]
)
def test_wrong_command_lines_end_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2


def test_a_target_is_asked_for(here, capsys):
    assert "a target, or --summary" in run(capsys, "web model")[2]


def test_the_examples_of_help_work(here, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    examples = re.findall(r"^  pyclassifier-convert (.+)$", text, re.MULTILINE)
    assert len(examples) == 14
    Path("my-classifier.zip").write_bytes(Path("model.zip").read_bytes())
    Path("swirl.mjs").write_text("export function register(tf) {}\n")
    Path("photos").mkdir()
    Path("photos/red.png").write_bytes(encode(noisy(COLORS["red"], seed=0)))
    for example in examples:
        if "--graph-python" in example:
            continue  # Needs an environment of its own: see test_saved_models.py.
        needs_node = "--verify" in example
        arguments = shlex.split(example.replace("conv_pw_13_relu", "relu"))
        if needs_node and needs_tfjs.args[0]:
            arguments.remove("--verify")
        if "--quantize" in arguments and needs_tfjs.args[0]:
            continue
        assert run(capsys, *arguments, "--force")[0] == 0, example
    made = {path.name for path in here.iterdir()}
    assert made >= {"web_model", "features", "head", "model.tflite", "model.onnx", "saved_model"}


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("0 dog\n1 cat\n", ("dog", "cat")),  # Teachable Machine's.
        ("\ufeff0 a dog\r\n\r\n1 cat 2\r\n", ("a dog", "cat 2")),
        ("0: dog\n1: cat", ("dog", "cat")),
        ("0\tdog\n1\tcat", ("dog", "cat")),
        ("1 cat\n0 dog", ("dog", "cat")),
        ("1 euro\n2 euro", ("1 euro", "2 euro")),
        ("0\n1", ("0", "1")),
        ("0 degrees\n90 degrees", ("0 degrees", "90 degrees")),
        ("0 dog\ncat", ("0 dog", "cat")),
        ('["0 dog", "1 cat"]', ("0 dog", "1 cat")),
    ],
)
def test_numbers_before_labels_are_dropped(text, labels, tmp_path):
    path = tmp_path / "labels.txt"
    path.write_bytes(text.encode())
    assert read_labels(path) == labels


@pytest.mark.skipif(not CASES.exists(), reason="the folder `shared` is not here")
def test_labels_of_teachable_machine(tmp_path, capsys):
    case = CASES / "b_labels_txt"
    assert run_json(capsys, case / "keras_model.h5", tmp_path / "out", "--labels", case / "labels.txt")[0] == 0
    assert read_tfjs(tmp_path / "out").labels == ("dog", "cat")


def test_labels_go_with_the_model(here, capsys):
    assert run_json(capsys, "model.h5", "out", "--labels", "labels.txt")[1]["labels"] == [
        "ant",
        "bee",
        "cat",
        "dog",
        "elk",
    ]
    assert read_tfjs("out").labels == ("ant", "bee", "cat", "dog", "elk")
    assert run(capsys, "web model", "out.keras")[0] == 0
    assert Path("out.labels.txt").read_text() == "a\nb\nc\nd\ne\n"
    Path("few.json").write_text('{"labels": ["one", "two"]}')
    code, report = run_json(capsys, "model.h5", "more", "--labels", "few.json")
    assert code == 1 and "Expected 5 labels" in report["error"] and not Path("more").exists()
    Path("few.json").write_bytes(b"\xff\xfe\x00")
    assert run(capsys, "model.h5", "more", "--labels", "few.json")[0] == 1


def test_summary_and_card_need_no_target(here, capsys):
    code, out, _ = run(capsys, "model.keras", "--summary")
    assert code == 0 and "deep (DepthwiseConv2D)" in out and "Total params: 273" in out
    code, report = run_json(capsys, "web model", "--card", "--cut-at", "relu")
    assert (
        report["card"] | {"feature_layer": "relu", "feature_channels": 4, "input_size": 8, "stride": 1}
        == report["card"]
    )
    assert not report["files"]


@needs_mobilenet
def test_the_card_of_the_real_mobilenet_is_the_catalogues(capsys):
    _, report = run_json(capsys, MOBILENET / "tfjs", "--card")
    known = CATALOG["mobilenet_v1_0.25_224"]
    for field in (
        "feature_channels",
        "input_size",
        "stride",
        "divisor",
        "offset",
        "feature_layer",
        "classification_layer",
    ):
        assert report["card"][field] == known.to_dict()[field], field


def test_shards_are_as_large_as_asked_for(here, capsys):
    _, report = run_json(capsys, "model.h5", "out", "--shard-size", "1K")
    sizes = [Path(path).stat().st_size for path in report["files"] if path.endswith(".bin")]
    assert sizes == [1024, 273 * 4 - 1024]


@needs_tfjs
def test_fewer_bits_come_with_the_measured_change(here, capsys):
    _, report = run_json(capsys, "web model", "out", "--quantize", "float16")
    (check,) = report["checks"]
    assert not check["exact"] and 0 < check["difference"] < 0.01 and not report["warnings"]
    _, report = run_json(capsys, "web model", "eight", "--quantize", "uint8")
    assert "uint8 can ruin" in report["warnings"][0]
    assert run(capsys, "web model", "x.keras", "--quantize", "uint8")[0] == 1


def test_fewer_bits_without_node_are_not_measured_but_said(here, capsys, monkeypatch, tmp_path):
    _, report = run_json(capsys, "web model", "out", "--quantize", "float16", "--node-modules", tmp_path)
    assert "not compared in tf.js" in report["warnings"][0] and "npm install" in report["warnings"][0]
    code, report = run_json(capsys, "web model", "other", "--verify", "--node-modules", tmp_path)
    assert code == 1 and "npm install" in report["error"] and not Path("other").exists()


@needs_tfjs
def test_a_wrong_conversion_is_not_written(here, capsys, monkeypatch):
    def wrong(model, *, keep=()):
        return replace(model, weights={name: array + 0.01 for name, array in model.weights.items()})

    monkeypatch.setattr("pyclassifier.convert.pipeline.conversion.fold", wrong)
    code, report = run_json(capsys, "web model", "out", "--fold-batchnorm", "--verify")
    assert code == 1 and "Nothing was written" in report["error"] and not Path("out").exists()


@needs_tfjs
@pytest.mark.parametrize("target", ["out", "out.keras", "out.h5"])
def test_conversions_are_verified_with_keras(target, here, capsys):
    if not keras_runs.has_keras():
        pytest.skip("Keras is not installed")
    _, report = run_json(capsys, "model.keras", target, "--verify", "--fold-batchnorm", "--cut-at", "pool")
    assert len(report["checks"]) == (3 if target == "out" else 4)
    assert all(check["exact"] and check["difference"] <= 1e-4 for check in report["checks"])


@needs_tfjs
def test_nested_depthwise_models_of_this_keras_are_read_from_h5(tmp_path, capsys):
    keras = pytest.importorskip("keras")
    image = keras.Input((8, 8, 3))
    deep = keras.layers.DepthwiseConv2D(3, name="deep", bias_initializer="glorot_uniform")(image)
    inner = keras.Model(image, keras.layers.BatchNormalization()(deep), name="inner")
    keras.Sequential([keras.Input((8, 8, 3)), inner, keras.layers.Flatten()]).save(tmp_path / "m.h5")
    _, report = run_json(capsys, tmp_path / "m.h5", tmp_path / "out", "--verify")
    assert report["checks"][0]["difference"] <= 1e-5


@needs_mobilenet
def test_the_real_mobilenet_is_converted_as_it_was_published(tmp_path, capsys):
    assert run_json(capsys, MOBILENET / "keras.h5", tmp_path / "out")[0] == 0
    name = "group1-shard1of1.bin"
    assert (tmp_path / "out" / name).read_bytes() == (MOBILENET / "tfjs" / name).read_bytes()


@needs_tfjs
def test_a_built_sites_backbone_is_read(tmp_path, capsys):
    folders = sorted(Path(__file__).parents[2].glob("web/dist/models/*/features"))
    if not folders:
        pytest.skip("the site has not been built")
    model = read_tfjs(folders[0])
    assert run_json(capsys, folders[0], tmp_path / "out")[0] == 0
    inputs = probe_inputs(model, n_samples=1)
    made, wanted = (run_tfjs(folder, inputs).outputs for folder in (tmp_path / "out", folders[0]))
    assert compare(made, wanted).difference == 0


@pytest.mark.parametrize("hidden_units", [0, 5])
@pytest.mark.parametrize("target", ["out", "out.keras", "out.h5"])
def test_our_archives_are_converted_with_their_labels(target, hidden_units, tmp_path, capsys):
    archive = an_archive(hidden_units=hidden_units)
    (tmp_path / "my classifier.zip").write_bytes(write_archive(archive, version="0"))
    _, report = run_json(capsys, tmp_path / "my classifier.zip", tmp_path / target)
    assert tuple(report["labels"]) == archive.labels and report["to"] == (Path(target).suffix[1:] or "tfjs")
    given = {**archive.extractor_weights, **archive.head_weights}
    assert report["parameters"] == sum(array.size for array in given.values())


def test_nested_archives_are_cut_by_path(tmp_path, capsys):
    write_tfjs(nested_model(), tmp_path / "tm")
    (tmp_path / "tm.zip").write_bytes(zip_of(tmp_path / "tm"))
    assert run_json(capsys, tmp_path / "tm.zip", tmp_path / "cut", "--cut-at", "extractor/base/relu")[0] == 0
    assert next(iter(read_tfjs(tmp_path / "cut").weights)) == "conv/kernel"


def test_heads_are_seeded_and_as_the_tutorial_has_them(tmp_path, capsys):
    command = ["head", "--classes", "3", "--units", "100", "--features", "256"]
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        assert run_json(capsys, *command, "--seed", seed, tmp_path / name)[1]["parameters"] == 256 * 100 + 100 + 300
    one, two, three = ((tmp_path / name / "group1-shard1of1.bin").read_bytes() for name in ("one", "two", "three"))
    assert one == two != three
    hidden, classes = read_tfjs(tmp_path / "one").topology["config"]["layers"]
    assert hidden["config"] | {"units": 100, "activation": "relu", "use_bias": True} == hidden["config"]
    assert classes["config"] | {"units": 3, "activation": "softmax", "use_bias": False} == classes["config"]
    assert {one["config"]["kernel_initializer"]["class_name"] for one in (hidden, classes)} == {"VarianceScaling"}
    assert run(capsys, *command[:1], "--classes", "1", "--features", "256", tmp_path / "x")[0] == 1


def test_a_heads_weights_are_keras_variance_scaling():
    kernel = make_head((4096,), 2, 200, seed=1).weights["head_hidden/kernel"]
    limit = 2 * np.sqrt(1 / 4096) / 0.87962566103423978
    assert np.abs(kernel).max() <= limit and np.abs(kernel).max() > 0.99 * limit
    # Of 819,200 values: the standard error of their deviation is 0.0008 of it.
    assert kernel.std() == pytest.approx(np.sqrt(1 / 4096), rel=0.005) and abs(kernel.mean()) < 1e-4


@needs_tfjs
def test_a_head_of_a_feature_map_runs(tmp_path, capsys):
    labels = tmp_path / "labels.json"
    labels.write_text('["yes", "no"]')
    assert run(capsys, "head", "--classes", "2", "--features", "7x7x4", "--labels", labels, tmp_path / "head")[0] == 0
    (made,) = run_tfjs(tmp_path / "head", [np.ones((5, 7, 7, 4), np.float32)]).outputs
    assert made.shape == (5, 2) and made.sum(1) == pytest.approx(np.ones(5), abs=1e-6)


@pytest.mark.parametrize("module", ["convert", "pyclassifier.convert"])
def test_the_module_is_the_command(module):
    root = Path(__file__).parents[2]
    process = subprocess.run(
        [sys.executable, "-m", module, "no such file", "out"], capture_output=True, text=True, cwd=root
    )
    assert process.returncode == 1 and process.stderr.startswith(
        "pyclassifier-convert: Expected a model at no such file"
    )


def test_nothing_heavy_is_imported_for_tfjs_models(here):
    convert = "from pyclassifier.convert import cli; cli.main(['web model', 'out'])"
    code = f"import sys; {convert}; print(set(sys.modules) & {{heavy}})"
    heavy = {"h5py", "keras", "tensorflow", "rich", "tf_keras"}
    command = [sys.executable, "-c", code.replace("{heavy}", repr(heavy))]
    assert subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[-1] == "set()"


def test_custom_layers_are_refused_where_they_cannot_be_expressed(tmp_path, capsys):
    layers = [layer("InputLayer", "x", batch_input_shape=[None, 4], dtype="float32"), layer("Lambda", "odd", "x")]
    path = tmp_path / "m"
    write_tfjs(replace(conv_model(), topology=functional("m", layers, ["x"], ["odd"]), weights={}), path)
    code, _, err = run(capsys, path, tmp_path / "out.keras")
    assert code == 1 and "odd" in err and not (tmp_path / "out.keras").exists()


def test_a_printed_card_can_be_pasted_into_the_catalogue(here, capsys):
    Path("web model").rename("small_1.0_8")
    code, out, _ = run(capsys, "small_1.0_8", "--card", "--cut-at", "relu")
    card = eval(out, {"ModelCard": ModelCard, "Preprocessing": Preprocessing})
    assert code == 0 and isinstance(card, ModelCard) and card.name == "small_1.0_8"
    assert (card.feature_layer, card.feature_channels, card.input_size, card.preprocessing.std[0]) == (
        "relu",
        4,
        8,
        127.5,
    )
    assert get_card(card, 16).input_size == 16
    _, out, _ = run(capsys, "small_1.0_8", "out", "--card")
    (made,) = (line for line in out.splitlines() if "sha256=" in line)
    assert hashlib.sha256(Path("out/model.json").read_bytes()).hexdigest() in made


def test_names_that_are_too_long_and_odd_targets_end_in_a_line(here, capsys):
    Path("file").write_text("mine")
    for target in ("x" * 300, "x" * 300 + ".keras", "file/out", "file/out.keras", "file"):
        code, _, err = run(capsys, "model.keras", target)
        assert code == 1 and err.count("\n") == 1 and "Expected" in err
    assert run(capsys, "x" * 300, "out")[0] == 1
    assert sorted(path.name for path in here.iterdir() if path.name[:1] in "x.fo") == ["file"]
    assert run(capsys, "model.keras", "y" * 250)[0] == 0


def test_names_with_dashes_and_other_scripts_are_names(here, capsys):
    Path("model.keras").rename("-m ö 日本.keras")
    assert run(capsys, "--", "-m ö 日本.keras", "-oüt")[0] == 0
    assert run(capsys, "--json", "--", "-oüt", "-back ü.h5")[0] == 0
    assert Path("-back ü.h5").is_file()


def test_a_list_of_labels_is_not_overwritten(here, capsys):
    Path("out.labels.txt").write_text("mine")
    code, _, err = run(capsys, "web model", "out.keras")
    assert code == 1 and "out.labels.txt" in err and not Path("out.keras").exists()
    assert run(capsys, "web model", "out.keras", "--force")[0] == 0
    assert Path("out.labels.txt").read_text().startswith("a\n")
    # The same model in another format has the same ones.
    assert run(capsys, "web model", "out.h5")[0] == 0
    assert Path("out.h5").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no bound on the size of files")
@pytest.mark.parametrize("target", ["out", "out.keras", "out.h5", "web model", "model.h5"])
def test_a_full_disk_leaves_what_was_there(target, here):
    # As on a full disk, writing fails on the way: the model is read here, its larger files cannot be written.
    code = (
        "import resource, sys; from pyclassifier.convert import cli; from pyclassifier.convert.formats import targets\n"
        "def limited(*args, real=targets.tempfile.TemporaryDirectory, **kwargs):\n"
        "    if kwargs.get('dir'): resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))\n"
        "    return real(*args, **kwargs)\n"
        "targets.tempfile.TemporaryDirectory = limited\n"
        "sys.exit(cli.main(['model.zip', sys.argv[1], '--force']))"
    )
    before = {path: path.read_bytes() for path in sorted(here.rglob("*")) if path.is_file()}
    process = subprocess.run([sys.executable, "-c", code, target], capture_output=True, text=True)
    assert process.returncode == 1 and "File too large" in process.stderr and process.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in sorted(here.rglob("*")) if path.is_file()} == before
