"""The command `pyclassifier-convert`: what it does with its arguments, and what it prints."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import fields as fields_of
from pathlib import Path
from typing import Any

from pyclassifier.terminal import Outcome, run, showing_steps

from ..editing import card_text, make_card, make_head, summary
from ..errors import ConvertError
from ..formats import is_there, parse_custom, write_tfjs
from ..pipeline import Options, Report, convert
from ..sources import Architecture, find_format, read_labels
from .arguments import PROGRAM, converting, making_a_head


def main(arguments: Sequence[str] | None = None, *, program: str = PROGRAM) -> int:
    """Run `pyclassifier-convert`.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default the process's own.
    program : str
        What the command is called.

    Returns
    -------
    int
        0; 1 where the model could not be converted, 130 where Ctrl+C stopped it.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["head"]:
        return run(making_a_head(program), given[1:], _make_head)
    return run(converting(program), given, _convert)


def _convert(asked: argparse.Namespace) -> Outcome:
    if asked.target is None and not (asked.summary or asked.card):
        raise ConvertError("Expected a target, or --summary or --card for a look at the model. See --help.")
    looked_at = (asked.summary or asked.card) and is_there(asked.source)
    if looked_at and find_format(asked.source, asked.from_format) == "saved_model":
        raise ConvertError("Expected a model with layers for --summary and --card, got a SavedModel, which has none.")
    asked.labels = read_labels(asked.labels) if asked.labels else ()
    asked.custom = [one for text in asked.custom for one in parse_custom(text)]
    asked.architecture = Architecture(**{field.name: getattr(asked, field.name) for field in fields_of(Architecture)})
    options = Options(**{field.name: getattr(asked, field.name) for field in fields_of(Options)})
    with showing_steps() as tell:
        report = convert(asked.source, asked.target, options, on_progress=tell)
    made = report.fields() | {"source": str(asked.source), "target": str(asked.target or "")}
    lines = _describe(report, made) if report.files else []
    if asked.summary:
        made["summary"] = summary(report.model)
        lines.append(made["summary"])
    if asked.card:
        card = make_card(report.original, _model_name(asked.target or asked.source), asked.cut_at, report.files)
        made["card"] = card.to_dict()
        if report.target_format == "tfjs":
            (Path(asked.target) / "card.json").write_text(json.dumps(card.to_dict(), indent=1), encoding="utf-8")
        lines.append(card_text(card))
    return Outcome(made, "\n".join(lines), report.warnings)


def _model_name(path: Path) -> str:
    """The name of a file without its format's suffix; other points belong to it: mobilenet_v1_1.0_224."""
    return path.stem if path.suffix in (".keras", ".h5", ".zip", ".json") else path.name


def _describe(report: Report, made: dict[str, Any]) -> list[str]:
    size = f"{made['bytes'] / 1e6:.2f} MB in {len(report.files)} files"
    return [
        f"{made['source']} ({report.source_format}) -> {made['target']} ({report.target_format}): {size}",
        *(f"  {note}" for note in report.model.notes),
        *(f"  {one.text()}" for one in report.checks),
    ]


def _make_head(asked: argparse.Namespace) -> Outcome:
    labels = read_labels(asked.labels) if asked.labels else ()
    model = make_head(asked.features, asked.classes, asked.units, labels=labels, seed=asked.seed)
    files = write_tfjs(model, asked.target, force=asked.force)
    report = Report(model, model, "head", "tfjs", files).fields() | {"source": "head", "target": str(asked.target)}
    text = f"Untrained head -> {asked.target} (tfjs): {report['parameters']:,} parameters, seed {asked.seed}"
    return Outcome(report, text)
