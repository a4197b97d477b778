"""The command `pyclassifier-convert`: what it does with its arguments, and what it prints."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

from pyclassifier.errors import PyClassifierError

from ..editing import card_text, make_card, make_head, summary
from ..errors import ConvertError
from ..formats import is_there, parse_custom, write_tfjs
from ..pipeline import Options, Progress, Report, convert
from ..sources import Architecture, find_format, read_labels
from .arguments import PROGRAM, converting, making_a_head

FAILED = 1  # argparse ends with 2 where the command line is wrong.


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `pyclassifier-convert`.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default the process's own.

    Returns
    -------
    int
        0, or 1 where the model could not be converted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["head"]:
        return _run(making_a_head(), given[1:], _make_head)
    return _run(converting(), given, _convert)


def _run(
    parser: argparse.ArgumentParser, given: list[str], command: Callable[[argparse.Namespace], dict[str, Any]]
) -> int:
    # SOURCE --option TARGET too; but what comes after "--" are names, even with a dash in front.
    asked = parser.parse_args(given) if "--" in given else parser.parse_intermixed_args(given)
    try:
        report = command(asked)
    except PyClassifierError as error:
        return _fail(str(error), as_json=asked.json)
    except KeyboardInterrupt:
        return _fail("Stopped.", as_json=asked.json)
    except MemoryError:
        return _fail("Expected enough memory for the model, there was too little.", as_json=asked.json)
    if asked.json:
        _say(json.dumps(report, indent=1))
    return 0


def _fail(message: str, *, as_json: bool) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"{PROGRAM}: {line}\n")
    if as_json:
        _say(json.dumps({"error": line}))
    return FAILED


def _say(text: str) -> None:
    try:
        sys.stdout.write(f"{text}\n")
    except UnicodeEncodeError:  # A console that knows no boxes.
        sys.stdout.write(f"{text}\n".encode("ascii", "replace").decode())


def _convert(asked: argparse.Namespace) -> dict[str, Any]:
    if asked.target is None and not (asked.summary or asked.card):
        raise ConvertError("Expected a target, or --summary or --card for a look at the model. See --help.")
    looked_at = (asked.summary or asked.card) and is_there(asked.source)
    if looked_at and find_format(asked.source, asked.from_format) == "saved_model":
        raise ConvertError("Expected a model with layers for --summary and --card, got a SavedModel, which has none.")
    asked.labels = read_labels(asked.labels) if asked.labels else ()
    asked.custom = [one for text in asked.custom for one in parse_custom(text)]
    asked.architecture = Architecture(**{field.name: getattr(asked, field.name) for field in fields_of(Architecture)})
    options = Options(**{field.name: getattr(asked, field.name) for field in fields_of(Options)})
    with _progress() as tell:
        report = convert(asked.source, asked.target, options, on_progress=tell)
    made = report.fields() | {"source": str(asked.source), "target": str(asked.target or "")}
    if not asked.json and report.files:
        _print_report(report, made)
    if asked.summary:
        made["summary"] = summary(report.model)
        if not asked.json:
            _say(made["summary"])
    if asked.card:
        card = make_card(report.original, _model_name(asked.target or asked.source), asked.cut_at, report.files)
        made["card"] = card.to_dict()
        if report.target_format == "tfjs":
            (Path(asked.target) / "card.json").write_text(json.dumps(card.to_dict(), indent=1), encoding="utf-8")
        if not asked.json:
            _say(card_text(card))
    return made


def _model_name(path: Path) -> str:
    """The name of a file without its format's suffix; other points belong to it: mobilenet_v1_1.0_224."""
    return path.stem if path.suffix in (".keras", ".h5", ".zip", ".json") else path.name


def _print_report(report: Report, made: dict[str, Any]) -> None:
    size = f"{made['bytes'] / 1e6:.2f} MB in {len(report.files)} files"
    _say(f"{made['source']} ({report.source_format}) -> {made['target']} ({report.target_format}): {size}")
    for note in report.model.notes:
        _say(f"  {note}")
    for one in report.checks:
        _say(f"  {one.text()}")
    for warning in report.warnings:
        sys.stderr.write(f"{PROGRAM}: warning: {warning}\n")


def _make_head(asked: argparse.Namespace) -> dict[str, Any]:
    labels = read_labels(asked.labels) if asked.labels else ()
    model = make_head(asked.features, asked.classes, asked.units, labels=labels, seed=asked.seed)
    files = write_tfjs(model, asked.target, force=asked.force)
    report = Report(model, model, "head", "tfjs", files).fields() | {"source": "head", "target": str(asked.target)}
    if not asked.json:
        _say(f"Untrained head -> {asked.target} (tfjs): {report['parameters']:,} parameters, seed {asked.seed}")
    return report


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show the step at work on a terminal's stderr, and nothing elsewhere."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda step: None
        return
    try:
        from rich.console import Console
    except ImportError:
        yield lambda step: None
        return
    with Console(stderr=True).status("Starting") as status:
        yield lambda step: status.update(f"{step} ...")
