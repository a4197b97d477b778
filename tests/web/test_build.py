"""The site as a whole: what is in it, and what does not get written twice."""

import hashlib
import json

import build
import pytest
from fetch import BuildError


@pytest.fixture(scope="module")
def files():
    return build.site_files({})


def content(source):
    return source if isinstance(source, bytes) else source.read_bytes()


def test_lock_file_lists_what_is_there_with_its_hash(files):
    lock = json.loads(content(files["pyodide/pyodide-lock.json"]))
    assert set(lock["packages"]) == {"numpy", "pillow", "micropip", "packaging", "pyclassifier"}
    for package in lock["packages"].values():
        assert hashlib.sha256(content(files[f"pyodide/{package['file_name']}"])).hexdigest() == package["sha256"]
    ours = lock["packages"]["pyclassifier"]
    assert sorted(ours["depends"]) == ["numpy", "pillow"]
    assert ours["imports"] == ["pyclassifier", "pyclassifier_convert"]


def test_first_load_is_within_the_budget(files, capsys, monkeypatch):
    build.report_sizes(files)
    assert "MB of 32 MB" in capsys.readouterr().out
    monkeypatch.setattr(build, "BUDGET", 20_000_000)
    with pytest.raises(BuildError, match="over the budget of 20 MB"):
        build.report_sizes(files)


def test_unchanged_files_are_not_written_again_and_old_ones_go(tmp_path):
    source = tmp_path / "source.txt"
    source.write_text("page")
    out = tmp_path / "out"
    (out / "old").mkdir(parents=True)
    (out / "old" / "gone.js").write_text("")
    build.write_files({"a/page.txt": source, "made.json": b"{}"}, out)
    before = (out / "made.json").stat().st_mtime_ns
    build.write_files({"a/page.txt": source, "made.json": b"{}"}, out)
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        "a/page.txt",
        "made.json",
    ]
    assert (out / "made.json").stat().st_mtime_ns == before


def test_imagenets_classes_are_in_the_order_of_the_networks(files):
    classes = json.loads(content(files["models/imagenet_classes.json"]))
    assert len(classes) == 1000 and classes[541] == ["n03249569", "drum, membranophone, tympan"]
    assert build.part_of("models/imagenet_classes.json")[0] is False


def test_class_names_are_the_published_ones(files, shared):
    names = [name for _, name in json.loads(content(files["models/imagenet_classes.json"]))]
    assert names == json.loads((shared / "models/imagenet_labels.json").read_text())


def test_the_layers_of_mobilenet_are_those_of_the_original(shared):
    name = "mobilenet_v1_0.25_224"
    files = build.site_files({name: shared / "models" / name / "tfjs"})
    summary = json.loads(content(files[f"models/{name}/summary.json"]))
    assert (summary["n_parameters"], summary["n_trainable"]) == (475_544, 470_072)
    assert summary["cut_at"] == "conv_pw_13_relu"
