"""The four notebooks in an ordinary Jupyter kernel of this machine; tests/browser has them in the site's lab."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from browser_fixtures import ROOT

NOTEBOOKS = sorted((ROOT / "web/notebooks").glob("*.ipynb"))


@pytest.fixture
def run(dist, tmp_path, monkeypatch):
    """Run all cells of a notebook in an empty folder; return what each printed or showed."""
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYCLASSIFIER_SITE", str(dist))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")

    def execute(path: Path) -> list[str]:
        notebook = nbformat.read(path, as_version=4)
        client = nbclient.NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
        )
        client.execute()
        shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
        assert not [output for output in shown if output.output_type == "error"]
        return [output.get("text") or "\n".join(map(str, output.data.values())) for output in shown]

    return execute


def test_quickstart(run, tmp_path):
    shown = "\n".join(run(ROOT / "web/notebooks/quickstart.ipynb"))
    assert "animal" in shown and "accuracy" in shown and (tmp_path / "model.zip").stat().st_size > 1_000_000


def test_your_photos(run):
    shown = "\n".join(run(ROOT / "web/notebooks/your_photos.ipynb"))
    assert "broken.jpg" in shown and "misfiled.png" in shown and "learned from" in shown


def test_look_inside(run):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    shown = "\n".join(run(ROOT / "web/notebooks/look_inside.ipynb"))
    assert "differ by" in shown and shown.count("<Figure") + shown.count("image/png") >= 2


def test_move_it_around(run):
    shown = "\n".join(run(ROOT / "web/notebooks/move_it_around.ipynb"))
    assert "differs by" in shown and "weights.bin" in shown


def test_each_notebook_is_tried():
    assert [path.stem for path in NOTEBOOKS] == ["look_inside", "move_it_around", "quickstart", "your_photos"]
