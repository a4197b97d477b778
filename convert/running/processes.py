"""Other programs, each run to its end in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import ConvertError

_TIMEOUT_S = 1800


def run_program(
    command: Sequence[str], task: str, *, given: str | None = None, timeout: float = _TIMEOUT_S
) -> subprocess.CompletedProcess[str]:
    """Run a program, given something on stdin, to its end, however that is.

    Raises ConvertError where it does not start, or takes more than `timeout` seconds; `task` says in it what is
    expected: ``"Node.js to run the model"``.
    """
    try:
        return subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConvertError(f"Expected {task}; it did not ({error}).") from error


def answers_of(process: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Return what a program answered: its lines of JSON on stdout."""
    return [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]


def run_python(
    arguments: Sequence[str], task: str, *, python: str = sys.executable, timeout: float = _TIMEOUT_S
) -> dict[str, Any]:
    """Run a Python program, and return what it answers.

    Parameters
    ----------
    arguments : sequence of str
        Path of the program, or ``-m`` and its name, and what it takes.
    task : str
        See `run_program`.
    python : str
    timeout : float
        In seconds.

    Returns
    -------
    dict
        What it answered last; empty where it had nothing to say.

    Raises
    ------
    ConvertError
        It fails, with the last line that it wrote to stderr, or takes too long.
    """
    process = run_program([python, *arguments], task, timeout=timeout)
    answers = answers_of(process)
    if process.returncode and not answers:
        said = (process.stderr.strip().splitlines() or [f"nothing, exit code {process.returncode}"])[-1][:500]
        raise ConvertError(f"Expected {task}; it said: {said}")
    return answers[-1] if answers else {}
