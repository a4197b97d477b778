"""What the README has for a machine of one's own runs as it stands: its commands in their order, and its Python."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from photos import SHAPES, write_shapes
from PIL import Image

README = (Path(__file__).parents[1] / "README.md").read_text()
COMMANDS = re.findall(r"^pyclassifier .+$", README, re.MULTILINE)
ASKED = re.findall(r"^curl .+$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("readme")
    write_shapes(made / "photos", 12)
    write_shapes(made / "test", 4, 100)
    (made / "new").mkdir()
    for i in (1, 2):
        with Image.open(made / f"test/discs/{100 + i}.png") as picture:
            picture.save(made / f"new/{i}.jpg", quality=95)
    return made


def start(command: str, folder: Path, **options) -> subprocess.Popen:
    words = [sys.executable, "-m", *shlex.split(command)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, **options)


def test_the_commands_run(folder):
    assert len(COMMANDS) == 14
    for command in COMMANDS:
        if " serve " in command:
            continue
        process = start(command, folder)
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0, command
        assert out or "convert" in command
    assert {"model.zip", "report.html", "heat.png", "features", "model.keras"} <= {
        path.name for path in folder.iterdir()
    }


def test_the_served_model_answers_what_is_asked(folder):
    """As curl asks it."""
    pytest.importorskip("starlette", reason="the extra serve is not installed")
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    (command,) = [one for one in COMMANDS if " serve " in one]
    process = start(command, folder, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    try:
        assert "localhost:8001" in next(filter(str.strip, process.stdout))
        wait_until_open(8001)
        answers = [
            json.loads(subprocess.run([*shlex.split(one), "-s"], cwd=folder, capture_output=True).stdout)
            for one in ASKED
        ]
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0
    assert [one["label"] for one in answers[0]["predictions"]] == ["discs"]
    assert [one["photo"] for one in answers[1]["predictions"]] == ["1.jpg", "2.jpg"]
    assert answers[2]["labels"] == [*SHAPES]


def wait_until_open(port: int) -> None:
    for _ in range(100):
        try:
            http.client.HTTPConnection("localhost", port).connect()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody answers on port {port}")


def test_its_python_runs(folder):
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    codes = [block for block in blocks if "await" not in block]
    assert len(codes) == 2 and "sklearn" in codes[1]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    for code in codes:
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert float(done.stdout.split()[0]) == 1 and done.stdout.endswith("['discs']\n")
    assert (folder / "searched.zip").exists()
