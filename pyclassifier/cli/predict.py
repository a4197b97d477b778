"""`pyclassifier predict`: photos -> what they show, for people, spreadsheets and programs."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import NONE_OF_THESE, ImageClassifier, Problem, Progress, Sample
from ..judging import Predictions
from ..progress import OnProgress
from ..scaling import PredictionSettings
from ..terminal import DONE, STOPPED, Outcome, add_json, new_parser
from .engines import add_backend, engine_of
from .figures import percent
from .photos import open_model, place, problem_fields, problem_lines, read_photos, target
from .showing import showing
from .tables import add_workers, check_workers, fill_table

_AT_ONCE = 256  # Photos whose features are in memory together.


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = new_parser(
        program,
        "Say what photos show. Ctrl+C ends it; what was found until then is printed. With -o, predictions go to a "
        "table as they are made, however many: path, label, digest (SHA-256), problem and probabilities of each photo, "
        "as Parquet where pyarrow is installed, else as npz. The same command goes on from what is there.",
        [
            "model.zip new/",
            "model.zip photo.jpg other.png --top 3",
            "model.zip new/ --csv > predictions.csv",
            "model.zip new.zip --json --none-of-these",
            "model.zip new/ -o predictions/ --processes 4",
            "model.zip /shared/new -o /shared/predictions --ray auto",
        ],
    )
    add = made.add_argument
    add("model", type=Path, help="zip that train, the page or Teachable Machine wrote")
    add("photos", type=place, nargs="+", help="photos, folders, zips, or addresses of photos")
    add("--top", type=int, default=1, metavar="N", help="how many classes to name of each photo (default: 1)")
    add("--none-of-these", action="store_true", help=f'call what is too unlike the classes "{NONE_OF_THESE}"')
    ways = made.add_mutually_exclusive_group()
    ways.add_argument("--csv", action="store_true", help="print a table for spreadsheets")
    add("-o", "--output", type=target, metavar="FOLDER", help="for a table, or where one was begun")
    add_workers(made)
    add_backend(made)
    add_json(ways)
    return made


def command(asked: argparse.Namespace) -> Outcome:
    """Predict photos."""
    if asked.top < 1:
        raise ValueError(f"Expected --top to be at least 1, got {asked.top}.")
    check_workers(asked)
    if not asked.output and (asked.ray or asked.processes > 1):
        raise ValueError("Expected -o FOLDER for what --ray and --processes compute.")
    samples, problems = read_photos(asked.photos)
    classifier = open_model(asked.model, engine_of(asked))
    if asked.none_of_these and classifier.threshold_ is None:
        raise ValueError(
            f"Expected a model that knows when to say {NONE_OF_THESE!r}, got one that learned from too few photos to "
            "tell. Leave --none-of-these out, or train on more photos."
        )
    if asked.output:
        return _to_table(asked, classifier, samples, problems)
    rows: list[dict[str, Any]] = []
    code = DONE
    try:
        with showing() as shown:
            for found in _predict(classifier, samples, shown.on_progress):
                rows += _rows(found, asked)
                problems += found.problems
    except KeyboardInterrupt:
        code = STOPPED
    fields = {"labels": classifier.classes_.tolist(), "photos": rows, "problems": problem_fields(problems)}
    if asked.csv:
        return Outcome(fields, _table(rows), [*map(_words, problems)], code)
    return Outcome(fields, "\n".join([*map(_line, rows), *problem_lines(problems)]), code=code)


def _to_table(
    asked: argparse.Namespace, classifier: ImageClassifier, samples: Sequence[Sample], problems: Sequence[Problem]
) -> Outcome:
    """Predict into a table, in which the photos are that cannot be read, too."""
    threshold = classifier.threshold_ if asked.none_of_these else None
    classes = tuple(classifier.classes_.tolist())
    settings = PredictionSettings(asked.model.read_bytes(), classes, threshold, asked.format)
    n_computed, code = 0, DONE
    try:
        with showing() as shown:
            n_computed = fill_table(asked, samples, settings, shown.on_progress)
    except KeyboardInterrupt:
        code = STOPPED
    fields = {"folder": str(asked.output), "n_photos": len(samples), "n_computed": n_computed, "labels": [*classes]}
    text = f"{asked.output}: {len(samples):,} photos, {n_computed:,} of them predicted now"
    if code == STOPPED:
        text = f"Stopped. The same command goes on from what is in {asked.output}."
    lines = [text, *problem_lines(problems)]
    return Outcome({**fields, "problems": problem_fields(problems)}, "\n".join(lines), code=code)


def _predict(
    classifier: ImageClassifier, samples: Sequence[Sample], on_progress: OnProgress | None
) -> Iterator[Predictions]:
    """Predict many photos, some at a time."""
    for start in range(0, len(samples), _AT_ONCE):

        def tell(progress: Progress, start: int = start) -> None:
            if on_progress:
                on_progress(Progress(progress.stage, start + progress.done, len(samples)))

        yield classifier.predict_photos(samples[start : start + _AT_ONCE], on_progress=tell)


def _rows(found: Predictions, asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    for sample, y_proba, rejected in zip(found.samples, found.y_proba, found.rejected, strict=True):
        if np.isnan(y_proba).any():
            continue  # Among the problems.
        best = np.argsort(-y_proba, kind="stable")[: asked.top].tolist()
        top = [{"label": found.classes[i], "probability": round(float(y_proba[i]), 6)} for i in best]
        label = NONE_OF_THESE if asked.none_of_these and rejected else top[0]["label"]
        yield {"path": sample.path, "label": label, "probability": top[0]["probability"], "top": top}


def _line(row: dict[str, Any]) -> str:
    shown = [f"{one['label']} {percent(one['probability'])}" for one in row["top"]]
    if row["label"] != row["top"][0]["label"]:
        shown = [f"{row['label']} ({', '.join(shown)})"]
    return f"{row['path']}: {', '.join(shown)}"


def _words(problem: Problem) -> str:
    return f"{problem.path}: {problem.reason}"


def _table(rows: Sequence[dict[str, Any]]) -> str:
    """A table as RFC 4180 has it; the second best and so on come in columns of their own."""
    n_top = len(rows[0]["top"]) if rows else 1
    more = [f"{what}_{k}" for k in range(2, n_top + 1) for what in ("label", "probability")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["path", "label", "probability", *more])
    for row in rows:
        others = [value for one in row["top"][1:] for value in (one["label"], one["probability"])]
        writer.writerow([_harmless(one) for one in (row["path"], row["label"], row["probability"], *others)])
    return text.getvalue().removesuffix("\n")


def _harmless(value: object) -> object:
    """A cell that no spreadsheet takes for a formula (OWASP, "CSV Injection")."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
