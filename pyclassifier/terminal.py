"""What every command has: one-line errors, exit codes, JSON for machines, and how far it is on a terminal."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from .errors import PyClassifierError

# Exit codes; argparse ends with 2 where the command line is wrong. A shell's own for Ctrl+C is 128 + 2, SIGINT.
DONE, FAILED, FOUND, STOPPED = 0, 1, 3, 130


@dataclass(frozen=True)
class Outcome:
    """What a command has done.

    Parameters
    ----------
    fields : mapping
        For machines, as plain data for JSON.
    text : str
        The same for people.
    warnings : sequence of str
        What people should know beside it.
    code : int
        What the command exits with.
    """

    fields: Mapping[str, Any]
    text: str = ""
    warnings: Sequence[str] = ()
    code: int = DONE


Command = Callable[[argparse.Namespace], Outcome]


def new_parser(program: str, description: str, examples: Sequence[str], *more: str) -> argparse.ArgumentParser:
    """Make the parser of a command, whose help ends with examples.

    Parameters
    ----------
    program : str
        The words that start the command.
    description : str
        What it does, a sentence or two.
    examples : sequence of str
        What may follow these words.
    *more : str
        Further paragraphs.

    Returns
    -------
    ArgumentParser
    """
    shown = "\n".join(["examples:", *(f"  {program} {one}".rstrip() for one in examples)])
    return argparse.ArgumentParser(
        prog=program,
        description=fill(description),
        epilog="\n\n".join([shown, *more]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_json(parser: argparse._ActionsContainer) -> None:
    """Give a command the option that every one has."""
    parser.add_argument("--json", action="store_true", help="print what was done as JSON, for programs")


def run(
    parser: argparse.ArgumentParser,
    given: Sequence[str],
    command: Command,
    refusals: tuple[type[Exception], ...] = (PyClassifierError,),
) -> int:
    """Run a command: what it has done goes to the standard output, what went wrong to the standard error as one line.

    Parameters
    ----------
    parser : ArgumentParser
        With the option ``--json``.
    given : sequence of str
        What was given on the command line.
    command : callable
    refusals : tuple of type
        Errors whose words are for the person who gave the command.

    Returns
    -------
    int
        The exit code.
    """
    # SOURCE --option TARGET too; but what comes after "--" are names, even with a dash in front.
    asked = parser.parse_args(given) if "--" in given else parser.parse_intermixed_args(given)
    program = parser.prog.split()[0]
    target = getattr(asked, "target", None)
    before = _identity(target)
    try:
        with _warnings_as_lines(program):
            outcome = command(asked)
        _show(program, outcome, as_json=asked.json)
        return outcome.code
    except refusals as error:
        return _fail(program, str(error), FAILED, as_json=asked.json)
    except KeyboardInterrupt:
        if before != _identity(target):
            _tell(program, f"Stopped after {target} was written.")
            return DONE
        return _fail(program, "Stopped.", STOPPED, as_json=asked.json)
    except MemoryError:
        words = "Expected enough memory for the model and its photos, there was too little."
        return _fail(program, words, FAILED, as_json=asked.json)


def _show(program: str, outcome: Outcome, *, as_json: bool) -> None:
    for warning in outcome.warnings:
        _tell(program, f"warning: {warning}")
    if as_json and outcome.fields:
        say(json.dumps(outcome.fields, indent=1))
    elif outcome.text and not as_json:
        say(outcome.text)


def _identity(target: Path | None) -> tuple[int, int] | None:
    """What tells whether a target is another than before: it is put into its place whole."""
    try:
        found = target.stat() if target is not None else None
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino) if found else None


@contextmanager
def _warnings_as_lines(program: str) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *others, **more: _tell(program, f"warning: {message}")
        yield


def _fail(program: str, message: str, code: int, *, as_json: bool) -> int:
    _tell(program, message)
    if as_json:
        say(json.dumps({"error": _line(message)}))
    return code


def _tell(program: str, message: str) -> None:
    sys.stderr.write(f"{program}: {_line(message)}\n")


def _line(message: str) -> str:
    return " ".join(message.split())


def say(text: str) -> None:
    """Write a line to the standard output, on whatever console."""
    try:
        sys.stdout.write(f"{text}\n")
    except UnicodeEncodeError:  # A console that knows no boxes.
        sys.stdout.write(f"{text}\n".encode("ascii", "replace").decode())


def console() -> Any:
    """Find where to show how far a command is: on a terminal's standard error, and only by the package rich.

    Returns
    -------
    rich.console.Console or None
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None
    try:
        from rich.console import Console
    except ImportError:
        sys.stderr.write('How far it is shows by: pip install "pyclassifier[cli]"\n')
        return None
    return Console(stderr=True)


@contextmanager
def showing_steps() -> Iterator[Callable[[str], None]]:
    """Show the step at work on a terminal, and nothing elsewhere; yields what is to be told each step.

    Yields
    ------
    callable
    """
    screen = console()
    if screen is None:
        yield lambda step: None
        return
    with screen.status("Starting") as status:
        yield lambda step: status.update(f"{step} ...")
