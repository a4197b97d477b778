"""The site as a whole: what is in it, and what does not get written twice."""

import gzip
import hashlib
import io
import json
import posixpath
import re
import zipfile
from collections import Counter

import build
import lab
import pytest
from fetch import BuildError


@pytest.fixture(scope="module")
def files():
    return build.site_files({})


def content(source):
    return source if isinstance(source, bytes) else source.read_bytes()


def test_lock_file_lists_what_is_there_with_its_hash(files):
    lock = json.loads(content(files["pyodide/pyodide-lock.json"]))
    packages = lock["packages"]
    assert {"numpy", "pillow", "micropip", "pyclassifier", "ipython", "jedi", "comm", "matplotlib"} <= set(packages)
    needed = {name.replace("_", "-") for package in packages.values() for name in package["depends"]}
    assert needed <= set(packages)
    for package in lock["packages"].values():
        assert hashlib.sha256(content(files[f"pyodide/{package['file_name']}"])).hexdigest() == package["sha256"]
    ours = lock["packages"]["pyclassifier"]
    assert sorted(ours["depends"]) == ["numpy", "pillow"]
    assert ours["imports"] == ["pyclassifier"]


def test_the_wheel_of_browsers_holds_every_wing_that_they_use(files):
    (wheel,) = [content(source) for path, source in files.items() if path.startswith("pyodide/pyclassifier-")]
    names = zipfile.ZipFile(io.BytesIO(wheel)).namelist()
    assert not any("convert" in name or "entry_points" in name for name in names)
    wings = {path.parent.name for path in (build.WEB.parent / "pyclassifier").glob("*/__init__.py")}
    wings -= {"cli", "convert", "scaling", "serving"}
    assert {name.split("/")[1] for name in names if re.fullmatch(r"pyclassifier/\w+/__init__.py", name)} == wings


def test_visitors_get_the_sites_python_imported_already(files):
    packed = gzip.decompress(content(files["py/python.pack"]))
    length = int.from_bytes(packed[:4], "little")
    head = json.loads(packed[4 : 4 + length])
    libraries, later = (
        {path.partition("/site-packages/")[2] for path, _ in head[name]} for name in ("libraries", "files")
    )
    assert {path.split("/")[0] for path in libraries} == {"numpy", "PIL"}
    ours = {path.relative_to(build.WEB).as_posix() for path in (build.WEB / "desks").rglob("*.py")}
    assert not ours & later and {path for path in later if path.startswith("pyclassifier/")} < {
        # What no page imports before it is asked for.
        path.relative_to(build.WEB.parent).as_posix()
        for path in (build.WEB.parent / "pyclassifier").rglob("*")
    }
    assert not any("/tests/" in path for path in later)
    assert sum(size for _, size in head["libraries"] + head["files"]) + 8 * head["runs"] < len(packed)
    assert not any(path.endswith(".py") for path in files if not path.startswith(("lab/", "docs/")))


def test_all_pages_in_one_document_have_ids_of_their_own(files):
    ids = re.findall(r'\bid="([^"]+)"', content(files["index.html"]).decode())
    assert [name for name, n in Counter(ids).items() if n > 1] == []


def test_first_load_is_within_the_budget(files, capsys, monkeypatch):
    build.report_sizes(files)
    assert "MB of 28 MB" in capsys.readouterr().out
    monkeypatch.setattr(build, "BUDGET", 20_000_000)
    with pytest.raises(BuildError, match="over the budget of 20 MB"):
        build.report_sizes(files)


def test_what_scripts_import_is_there_and_in_the_first_load(files):
    scripts = {
        path: content(source).decode() for path, source in files.items() if re.fullmatch(r"js/\w+(-\w+)?\.js", path)
    }
    assert {"js/app.js", "js/worker.js", "js/client.js", "js/remote.js", "js/thumbnailer.js", "js/decoder.js"} <= set(
        scripts
    )
    for path, script in scripts.items():
        code = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)  # without types
        for address in re.findall(r'(?:\bfrom |\bimport |\bimport\(|new URL\()"(\.\.?/[^"]*\.\w+)"', code):
            imported = posixpath.normpath(f"js/{address}")
            assert imported in files, f"{path} imports {address}"
            assert build.part_of(imported)[0], f"{path} imports {address}"


def test_other_sites_get_the_client_with_its_documentation(files):
    client = content(files["js/client.js"]).decode()
    assert "export async function connect(" in client and "@returns {Promise<Client>}" in client
    assert "@param" in content(files["js/desk.js"]).decode()


def test_the_notebooks_packages_are_not_in_the_first_load(files):
    first = {path for path in files if build.part_of(path)[0]}
    wheels = {path.split("/")[1].split("-")[0] for path in first if path.endswith(".whl")}
    assert wheels == set()
    assert not any(path.startswith("lab/") for path in first)


def test_the_lab_has_every_notebook_and_no_source_map(files):
    notebooks = {path.name for path in lab.NOTEBOOKS.glob("*.ipynb")}
    listed = json.loads(content(files["lab/api/contents/all.json"]))["content"]
    assert {entry["path"] for entry in listed} == notebooks
    assert all(f"lab/files/{name}" in files for name in notebooks)
    assert not any(path.endswith(".map") for path in files)


@pytest.mark.parametrize("path", sorted(lab.NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    cells = json.loads(path.read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code and not any(cell["outputs"] or cell["execution_count"] for cell in code)


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
