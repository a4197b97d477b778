"""`make dist`: what its wheels hold, and that they are all it takes to serve the site and to train."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest
from browser_fixtures import ROOT  # noqa: F401  (puts web/ on the path)
from photos import SHAPES, write_shapes
from runtime import browser_wheel
from wheels import build_wheel, dist_files, files_below

SITE = {"index.html": "<title>pyclassifier</title>", "a folder/one.js": "1;", "deep/er/two.wasm": "2"}


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


def test_the_wheels_hold_the_package_and_the_site(tmp_path):
    for name, text in SITE.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/pyclassifier-0.0.1-py3-none-any.whl").write_bytes(b"old")
    package, site = dist_files(tmp_path / "site", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted([package.name, site.name])
    assert {f"pyclassifier_site/site/{name}" for name in SITE} < names(site)
    held = names(package)
    assert {
        f"pyclassifier/serving/page/{name}" for name in ("index.html", "page.css", "page.js", "texts/fr.json")
    } < held
    assert {"pyclassifier/serving/worker.js", "pyclassifier/cli/train.py", "pyclassifier/py.typed"} < held
    in_checkout = {
        re.sub("^convert/", "pyclassifier/convert/", name)
        for name in files_below("pyclassifier", "pyclassifier_convert.py", "convert")
        if name.endswith(".py")
    }
    assert {name for name in held if name.endswith(".py")} == in_checkout
    with zipfile.ZipFile(package) as file:
        points = next(name for name in held if name.endswith("entry_points.txt"))
        assert "pyclassifier = pyclassifier.cli:main" in file.read(points).decode()


def test_equal_sources_make_equal_wheels(tmp_path):
    files = {"pyproject.toml": b'[project]\nname = "one"\nversion = "1"\n[tool.setuptools]\npackages = []\n'}
    (tmp_path / "b").mkdir()
    first, second = build_wheel(files, tmp_path), build_wheel(files, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_browsers_load_neither_the_command_nor_the_converter():
    held = names(browser_wheel())
    assert "pyclassifier/aio.py" in held and not [name for name in held if re.search("/(cli|convert|serving)/", name)]
    assert not [name for name in held if name.endswith("entry_points.txt")]


@pytest.mark.full
def test_both_wheels_in_a_fresh_environment_serve_and_train(dist, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    package, site = dist_files(dist, tmp_path)
    scripts = tmp_path / "venv" / "bin"
    # What the checkout and this environment have must not help.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"PATH": f"{scripts}{os.pathsep}/usr/bin{os.pathsep}/bin", "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(*command: str) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run(str(scripts / "pip"), "install", "--quiet", f"{package}[native,serve]", str(site))
    write_shapes(tmp_path / "photos", 12)
    command = str(scripts / "pyclassifier")
    made = json.loads(run(command, "train", "photos", "-o", "model.zip", "--report", "report.html", "--json"))
    assert made["labels"] == [*SHAPES] and made["evaluation"]["accuracy"] == 1
    assert run(command, "predict", "model.zip", "photos/discs/0.png").startswith("photos/discs/0.png: discs ")
    for arguments, path, words in (
        ([], "", "<title>pyclassifier</title>"),
        (["model.zip"], "health", '"model":"model"'),
    ):
        server = subprocess.Popen(
            [command, "serve", *arguments, "--port", "0", "--json"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            url = json.loads(server.stdout.readline())["url"]
            with urlopen(url + path) as answer:
                assert words in answer.read().decode()
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) == 0
