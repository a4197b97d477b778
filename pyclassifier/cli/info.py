"""`pyclassifier info`: what is in a model's file, without computing anything."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..archives import Archive, card_metadata, read_archive
from ..data import without_nan
from ..terminal import Outcome, add_json, new_parser
from .figures import percent
from .photos import open_model


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = new_parser(
        program,
        "Tell what is in a model's file: classes, backbone, how it was trained, how good it was.",
        ["model.zip", "model.zip --check --json"],
    )
    made.add_argument("model", type=Path, help="zip that train, the page or Teachable Machine wrote")
    made.add_argument("--check", action="store_true", help="compute what the model promises, and compare")
    add_json(made)
    return made


def command(asked: argparse.Namespace) -> Outcome:
    """Tell about a model."""
    if not asked.model.is_file():
        raise FileNotFoundError(f"Expected a model's zip at {asked.model}, found none.")
    archive = read_archive(asked.model.read_bytes())
    fields: dict[str, Any] = {
        "name": archive.name,
        "labels": list(archive.labels),
        **card_metadata(archive.card),
        "parameters": sum(
            int(one.size) for one in (*archive.extractor_weights.values(), *archive.head_weights.values())
        ),
        "bytes": asked.model.stat().st_size,
        **{name: value for name, value in archive.record.items() if name != "selfCheck"},
    }
    if asked.check:
        fields["deviation"] = open_model(asked.model).deviation_
    return Outcome(without_nan(fields), "\n".join(_lines(archive, fields)))


def _lines(archive: Archive, fields: dict[str, Any]) -> list[str]:
    run, evaluation = fields.get("run") or {}, fields.get("evaluation") or {}
    lines = [
        f"{archive.name}: {len(archive.labels):,} classes ({', '.join(archive.labels)})",
        f"  backbone    {archive.card.name}, {archive.card.input_size} pixels, {archive.card.preprocessing.fit_mode}",
        f"  size        {fields['parameters']:,} parameters, {fields['bytes'] / 1e6:.2f} MB",
    ]
    for title, name in (("trained", "parameters"), ("versions", "versions")):
        if isinstance(run.get(name), dict):
            shown = ", ".join(f"{key}={value}" for key, value in run[name].items() if value is not None)
            lines.append(f"  {title:11} {shown}")
    if evaluation:
        low, high = map(percent, evaluation["interval"])
        folds = f" over {evaluation['folds']} folds" if evaluation.get("folds") else ""
        right = f"{evaluation['correct']:,} of {evaluation['total']:,} photos{folds}"
        figures = f"{percent(evaluation['accuracy'])} ({right})"
        lines.append(f"  accuracy    {figures}, 95 % interval {low} to {high}")
    if "deviation" in fields:
        lines.append(f"  self-check  differs by at most {fields['deviation']:.1e} from what it promises")
    return lines
