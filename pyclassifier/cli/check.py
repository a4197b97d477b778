"""`pyclassifier check`: what may be wrong with labelled photos."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .. import CATALOG, ImageClassifier, check_dataset
from ..backbones import DEFAULT_BACKBONE
from ..judging import Finding
from ..terminal import DONE, FOUND, Outcome, add_json, new_parser
from .engines import add_backend, engine_of
from .photos import add_dataset, problem_fields, problem_lines, read_dataset
from .showing import showing

_MOST_SHOWN = 10


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = new_parser(
        program,
        "Find what may be wrong with labelled photos: copies, near-duplicates, the same photo in two classes or on "
        "both sides of the split, unreadable and small photos, small and uneven classes.",
        ["photos/", "photos/ --labels table.csv --json", "photos.zip --quick"],
        "exit codes: 0 nothing found, 1 not checked, 2 wrong command line, 3 something found, 130 stopped by Ctrl+C",
    )
    add_dataset(made)
    made.add_argument("--quick", action="store_true", help="compare files only, not what photos show")
    made.add_argument(
        "--backbone", default=DEFAULT_BACKBONE, help=f"pretrained network that compares them: {', '.join(CATALOG)}"
    )
    add_backend(made)
    add_json(made)
    return made


def command(asked: argparse.Namespace) -> Outcome:
    """Check photos."""
    dataset = read_dataset(asked)
    classifier = None
    if not asked.quick:
        classifier = ImageClassifier(asked.backbone, engine=engine_of(asked))
    with showing() as shown:
        report = check_dataset(dataset, classifier, on_progress=shown.on_progress)
    fields = {
        "n_samples": report.n_samples,
        "findings": [
            {
                "kind": one.kind,
                "message": one.message,
                "labels": list(one.labels),
                **one.numbers,
                "groups": [[sample.path for sample in group] for group in one.groups],
            }
            for one in report
        ],
        "problems": problem_fields(dataset.problems),
    }
    lines = [line for one in report for line in _lines(one)] or [str(report)]
    text = "\n".join([*lines, *problem_lines(dataset.problems)])
    return Outcome(fields, text, code=FOUND if len(report) else DONE)


def _lines(finding: Finding) -> list[str]:
    groups = [_short([sample.path for sample in group], " = ") for group in finding.groups]
    if finding.kind in ("unreadable", "small"):  # Their photos have nothing to do with each other.
        groups = [sample.path for sample in finding.groups[0]]
    more = len(groups) - _MOST_SHOWN
    rest = [f"  and {more:,} more"] if more > 0 else []
    return [finding.message, *(f"  {one}" for one in groups[:_MOST_SHOWN]), *rest]


def _short(paths: Sequence[str], between: str) -> str:
    more = len(paths) - _MOST_SHOWN
    return between.join(paths[:_MOST_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
