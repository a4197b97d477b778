"""Ctrl+C at any moment ends the command with one line and without a leftover; pipes and devices are no models.

The moment is a count of calls of functions, not a time: so each run of the tests stops at the same places, from the
first import to the last line, however busy the machine is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tfjs_models import conv_model

from pyclassifier.convert.cli import commands as cli
from pyclassifier.convert.formats import uninterrupted, write_tfjs
from pyclassifier.convert.formats.targets import write_files, write_folder
from pyclassifier.convert.rules import write_keras

ROOT = Path(__file__).parents[2]
# Sends itself SIGINT, twice where asked for, when so many functions were called; says how many there were.
_COUNTED = """
import os, signal, sys
at, times, count = int(sys.argv.pop(1)), int(sys.argv.pop(1)), 0
def see(frame, event, argument):
    global count
    if event == "call":
        count += 1
        if at <= count < at + times:
            os.kill(os.getpid(), signal.SIGINT)
import pyclassifier_convert
sys.setprofile(see)
code = pyclassifier_convert.main()
sys.setprofile(None)
print("counted", count)
sys.exit(code)
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")


@pytest.fixture
def here(tmp_path):
    (tmp_path / "temporary").mkdir()
    (tmp_path / "work").mkdir()
    write_keras(conv_model(), tmp_path / "work/model.keras")
    write_tfjs(conv_model(), tmp_path / "work/web")
    return tmp_path


def _run(here, at, target, *options, times=1):
    command = [sys.executable, "-c", _COUNTED, at, times, here / "work/model.keras", here / "work" / target, *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(here / "temporary")}
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, timeout=100)


def _content(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("target", "options"),
    [
        pytest.param("web", ["--force", "--cut-at", "pool"], id="replaced folder"),
        pytest.param("out", [], id="new folder", marks=pytest.mark.full),
        pytest.param("out.h5", ["--json"], id="file", marks=pytest.mark.full),
    ],
)
def test_it_stops_at_any_moment(here, target, options):
    before = _content(here / "work")
    whole = _run(here, -1, target, *options)
    assert whole.returncode == 0, whole.stderr
    done = _content(here / "work")
    count = int(whole.stdout.split()[-1])
    early, late = (  # The first ten are Python's own, which sets the handler.
        [int(count * part / 8) + 10 for part in range(8)],
        [count - back for back in (3, 20, 60, 150, 400, 900)],
    )
    codes = []
    for number, at in enumerate([*early, *late]):
        for path in sorted((here / "work").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        for name, data in before.items():
            (here / "work" / name).parent.mkdir(exist_ok=True)
            (here / "work" / name).write_bytes(data)
        made = _run(here, at, target, *options, times=1 + number % 2 * 50)
        assert made.returncode in (0, 130), (at, made.stderr)
        assert _content(here / "work") == (done if made.returncode == 0 else before), at
        assert not list((here / "temporary").iterdir()) and not list((here / "work").glob(".*"))
        lines = made.stderr.splitlines()
        assert len(lines) <= 1 and (made.returncode == 0 or lines == ["pyclassifier-convert: Stopped."]), made.stderr
        codes.append(made.returncode)
    assert codes[0] == 130 and {0, 130} == set(codes)


def test_what_was_begun_to_be_written_is_written_whole(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    (tmp_path / "model/model.json").write_text("old")
    rename = Path.rename

    def interrupted(self, target):
        os.kill(os.getpid(), 2)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder({"model.json": b"new"}, tmp_path / "model", force=True)
    assert _content(tmp_path) == {"model/model.json": b"new"}
    monkeypatch.undo()
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        os.kill(os.getpid(), 2)
        write_files({tmp_path / "a": b"1", tmp_path / "b": b"2"}, force=False)
    assert _content(tmp_path) == {"model/model.json": b"new", "a": b"1", "b": b"2"}


def test_main_in_a_process_of_others_ends_with_130(here, monkeypatch, capsys):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "convert", stop)
    assert cli.main([str(here / "work/model.keras"), str(here / "out"), "--json"]) == 130
    out, err = capsys.readouterr()
    assert json.loads(out) == {"error": "Stopped."} and err == "pyclassifier-convert: Stopped.\n"


@pytest.mark.parametrize("options", [[], ["--from", "keras"], ["--from", "tfjs"], ["--summary"]])
@pytest.mark.parametrize("source", ["pipe", "/dev/zero"])
def test_pipes_and_devices_are_no_models(source, options, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    assert cli.main([str(tmp_path / source), str(tmp_path / "out"), *options]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "a pipe or a device" in err and source in err


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("kind", ["tfjs", "keras", "h5"])
def test_pipes_are_no_targets(kind, force, here, capsys):
    target = here / "pipe"
    os.mkfifo(target)
    assert cli.main([str(here / "work/web"), str(target), "--to", kind, *force]) == 1
    assert capsys.readouterr().err.count("\n") == 1 and target.is_fifo()
