"""`pyclassifier evaluate`: how good a model is on labelled photos."""

from __future__ import annotations

import argparse
from pathlib import Path

from .. import Problem
from ..terminal import Outcome, add_json, new_parser
from .engines import add_backend, engine_of
from .figures import evaluation_lines
from .photos import add_dataset, open_model, problem_fields, problem_lines, read_dataset
from .showing import showing


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = new_parser(
        program,
        "Measure a model on labelled photos that it was not trained on.",
        ["model.zip test/", "model.zip photos.zip --labels table.csv --json"],
    )
    made.add_argument("model", type=Path, help="zip that train, the page or Teachable Machine wrote")
    add_dataset(made)
    add_backend(made)
    add_json(made)
    return made


def command(asked: argparse.Namespace) -> Outcome:
    """Evaluate a model."""
    dataset = read_dataset(asked)
    classifier = open_model(asked.model, engine_of(asked))
    problems: list[Problem] = []
    with showing() as shown:
        evaluation = classifier.evaluate(dataset, problems=problems, on_progress=shown.on_progress)
    fields = {**evaluation.to_dict(), "problems": problem_fields(problems)}
    lines = [*evaluation_lines(evaluation, str(asked.photos)), *problem_lines(problems)]
    return Outcome(fields, "\n".join(lines))
