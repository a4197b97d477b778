"""The unit tests of the site's JavaScript, which Node.js runs: each test of tests/javascript/ is one of pytest's."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pyclassifier.convert.running import find_node

FILES = sorted((Path(__file__).parents[1] / "javascript").glob("*.test.mjs"))
TESTS = [
    (path, name) for path in FILES for name in re.findall(r'^test\("(.+)", ', path.read_text("utf-8"), re.MULTILINE)
]


@cache
def run(path: Path) -> tuple[dict[str, str], str]:
    """Run a file; return what failed in each of its tests, "" where nothing did, and all that Node.js said."""
    command = [find_node(), "--test", "--test-reporter=junit", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120)
    failures = {case.attrib["name"]: case.find("failure") for case in ElementTree.fromstring(done.stdout)}
    outcomes = {name: "" if failure is None else failure.text or "failed" for name, failure in failures.items()}
    return outcomes, done.stdout + done.stderr


@pytest.mark.parametrize(("path", "name"), TESTS, ids=[f"{path.name[:-9]}: {name}" for path, name in TESTS])
def test_javascript(path: Path, name: str) -> None:
    outcomes, written = run(path)
    assert outcomes.get(name, f"It was not run:\n{written}") == ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_test_is_left_out(path: Path) -> None:
    assert set(run(path)[0]) == {name for file, name in TESTS if file == path}
