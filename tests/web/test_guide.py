"""The guide is true: its commands and its Python run as they stand, in their order; what it says to press is there."""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
import shutil
import signal
import tomllib
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from guide import GUIDE, guide_files
from photos import SHAPES, write_shapes
from PIL import Image
from test_cli_readme import start, wait_until_open

from pyclassifier.blocking import run
from pyclassifier.cli import main

ROOT = Path(__file__).parents[2]
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in GUIDE.glob("*.md")}
FOUND = 3  # the exit code of `check` where it found something


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The folders that the guide speaks of. A photo lies in a wrong one."""
    write_shapes(tmp_path / "photos", 12)
    (tmp_path / "photos/discs/11.png").rename(tmp_path / "photos/stripes/odd.png")
    write_shapes(tmp_path / "test", 4, 100)
    (tmp_path / "new").mkdir()
    (tmp_path / "pictures").mkdir()
    for i in (1, 2):
        with Image.open(tmp_path / f"test/discs/{100 + i}.png") as picture:
            picture.save(tmp_path / f"new/{i}.jpg", quality=95)
    rows = ["file,shows"]
    for path in (tmp_path / "test").rglob("*.png"):
        name = f"{path.parent.name[0]}{path.name}"
        shutil.copy(path, tmp_path / "pictures" / name)
        rows.append(f"{name},{path.parent.name}")
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    shutil.copy(ROOT / "tests/data/archive-teachable-machine.zip", tmp_path / "teachable.zip")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(page: str) -> list[tuple[str, str]]:
    return re.findall(r"^```(\w*)\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)


def run_blocks(page: str, folder: Path, capsys) -> dict[str, str]:
    """Run all code of a page; return what each command and each piece of Python printed."""
    printed = {}
    for kind, code in blocks(page):
        for piece in code.splitlines() if kind == "sh" else [code]:
            capsys.readouterr()
            if kind == "python":
                run_python(piece)
            elif " serve " in piece:
                ask_server(piece, folder)
            else:
                words = shlex.split(piece)
                assert (kind, words[0]) == ("sh", "pyclassifier")
                assert main(words[1:]) in ((0, FOUND) if words[1] == "check" else (0,)), capsys.readouterr()
            printed[piece] = capsys.readouterr().out
    return printed


def run_python(code: str) -> None:
    """As a cell of a notebook: `await` may stand outside of functions."""
    compiled = compile(code, "<guide>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, {"__name__": "__main__"})
    if inspect.iscoroutine(result):
        run(result)  # Another test's loop may run here.


def ask_server(command: str, folder: Path) -> None:
    process = start(command, folder, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        wait_until_open(8002)
        photo = (folder / "new/1.jpg").read_bytes()
        with urllib.request.urlopen(urllib.request.Request("http://localhost:8002/predict", photo)) as answer:
            assert json.load(answer)["predictions"][0]["label"] == "discs"
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0


def test_the_quick_start_runs(folder, capsys):
    printed = run_blocks("index", folder, capsys)
    notebook, python = (text for code, text in printed.items() if "import" in code)
    assert float(notebook.split()[0]) > 0.9 and "discs" in python
    assert "discs" in printed["pyclassifier predict model.zip new/ --top 3"]
    assert {"from-notebook.zip", "from-python.zip", "model.zip", "report.html", "model.keras"} <= {
        path.name for path in folder.iterdir()
    }
    assert (folder / "web_model/model.json").exists()


@pytest.mark.full
def test_the_answers_to_how_to_run(folder, capsys):
    pytest.importorskip("starlette", reason="the extra serve is not installed")
    assert main(["train", "photos", "-o", "model.zip"]) == 0
    printed = run_blocks("how-to", folder, capsys)
    (mistakes,) = (text for code, text in printed.items() if "mistakes()" in code)
    assert "stripes/odd.png is in stripes, and looks like discs" in mistakes
    (compared,) = (text for code, text in printed.items() if 'evaluate("test")' in code)
    assert min(map(float, compared.split())) > 0.8
    (by_onnx,) = (text for code, text in printed.items() if "onnxruntime" in code)
    table = printed["pyclassifier predict model.zip new/ --csv"].splitlines()
    label, probability = by_onnx.split()
    row = dict(zip(table[0].split(","), table[1].split(","), strict=True))
    assert label == row["label"] == "discs"
    assert np.isclose(float(probability), float(row["probability"]), atol=0.02), row
    assert {"model.tflite", "model.onnx", "better.zip", "from-table.zip", "large.zip"} <= {
        path.name for path in folder.iterdir()
    }
    assert f"{list(SHAPES)} 12\n" in printed.values()


@pytest.mark.parametrize("page", PAGES)
def test_other_code_in_the_text_is_true(page, capsys):
    """Extras that are installed, and help that is asked for."""
    text = re.sub(r"^```.*?^```", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for command in re.findall(r"`([^`]+)`", text):
        if found := re.fullmatch(r'pip install "\.\[([\w,]+)\]"', command):
            assert set(found[1].split(",")) <= set(extras), command
        elif command.startswith("pyclassifier ") and "--help" in command:
            with pytest.raises(SystemExit, match="0"):
                main(shlex.split(command)[1:])
        elif command.startswith("make "):
            assert re.search(rf"^{command.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), command
    for target in re.findall(r"\]\(([^)#]*)", text):
        assert not target or (GUIDE / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_what_it_says_to_press_is_on_the_page(page):
    prose = re.sub(r"^```.*?^```|`[^`]*`", "", PAGES[page], flags=re.MULTILINE | re.DOTALL)
    texts = (ROOT / "web/site/js/texts/en.js").read_text(encoding="utf-8")
    named = {" ".join(name.split()) for name in re.findall(r'"([A-Z][^"]*)"', prose)} - {"TensorFlow.js"}
    assert [name for name in named if f'"{name}"' not in texts and f'"{name}:' not in texts] == []


def test_its_pages_lead_to_each_other_and_to_what_is_there():
    pages = {name: content.decode() for name, content in guide_files().items()}
    assert set(pages) == {"index.html", "how-to.html", "questions.html"}
    for name, content in pages.items():
        for target, anchor in re.findall(r'href="([\w-]*(?:\.html)?)#([^"]+)"', content):
            assert f'id="{anchor}"' in pages[target or name], (name, target, anchor)
        assert set(re.findall(r'href="([\w-]+\.html)', content)) >= {*pages, "pyclassifier.html"}
        assert not re.search(r'href="[^"]*\.md', content)
