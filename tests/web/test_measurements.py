"""The one table: what scripts of bench/ measure comes out as Markdown, and what goes wrong is said there."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest
from browser_fixtures import ROOT

BENCH = ROOT / "bench"


@pytest.fixture
def table(monkeypatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("table")


def cells(text: str) -> list[list[str]]:
    """The table's lines, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_rows_become_lines_with_ratios_and_goals(table):
    rows = [
        table.Row("Minutes", "others", "9 min", 1.0),
        table.Row("Minutes", "ours", "3 min", 1 / 3, "ratio 0.4", True),
        table.Row("Minutes", "ours, natively", "0.1 min", 0.0112),
        table.Row("Memory", "ours", "3 GB", None, "at most 2 GB", False),
    ]
    text = table.markdown(rows, ["- a machine"])
    assert "- a machine" in text.splitlines()
    assert cells(text) == [
        ["Minutes", "others", "9 min", "1.00", "", ""],
        ["", "ours", "3 min", "0.33", "ratio 0.4", "met"],
        ["", "ours, natively", "0.1 min", "0.011", "", ""],
        ["Memory", "ours", "3 GB", "", "at most 2 GB", "**not met**"],
    ]
    heads = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert heads == {7}, "each line has all columns"


def test_all_measurements_are_scripts_that_write_rows_and_take_what_they_are_asked(table):
    for measurement in table.MEASUREMENTS.values():
        command = [sys.executable, BENCH / f"{measurement.script}.py", *measurement.arguments, "--help"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        known = {"--rows", *(word for word in measurement.arguments if word.startswith("--"))}
        assert all(word in done.stdout for word in known) and ("--site" in done.stdout) == measurement.of_page, (
            measurement.script
        )


def test_a_script_that_fails_has_a_line_that_says_so(table, monkeypatch, tmp_path):
    lost = replace(table.MEASUREMENTS["cold_start"], arguments=("--against", str(tmp_path), "--backend", "abacus"))
    monkeypatch.setitem(table.MEASUREMENTS, "cold_start", lost)
    (row,) = table.run("cold_start", tmp_path)
    assert row.what == "cold_start" and "failed (exit status 2)" in row.result


@pytest.mark.full
def test_the_command_writes_the_table_of_what_was_measured_until_it_is_interrupted(dist, tmp_path):
    """By the script that `make bench` runs, with one short measurement and one that does not come to its end."""
    assert 'make bench ARGS="--only threads"' in (ROOT / "README.md").read_text()
    out = tmp_path / "table.md"
    command = [sys.executable, BENCH / "table.py", "--only", "threads", "--only", "cold_start", "--site", dist]
    process = subprocess.Popen(
        [*command, "--out", out],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        begun = next(line for line in process.stdout if line.startswith("== cold_start"))
        assert "about" in begun
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[0]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130 and f"Written to {out}" in said
    *threads, last = cells(out.read_text())
    assert threads[0][3] == "1.00" and threads[1][5] in ("met", "**not met**")
    assert last[0] == "cold_start" and "interrupted" in last[2]
