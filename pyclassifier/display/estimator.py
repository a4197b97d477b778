"""A classifier in a notebook: what it was asked for, and what it has learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..data import Problem
from ..engines import Engine
from ..history import History
from ..judging import Evaluation
from ..training import BackboneScore
from .markup import block, count, heading, percent, problem_list, table, text


def classifier_html(
    title: str,
    state: Sequence[tuple[str, str]],
    parameters: Mapping[str, Any],
    defaults: Mapping[str, Any],
    problems: Sequence[Problem] = (),
) -> str:
    """State and parameters; those that are not the default come first, in bold.

    Parameters
    ----------
    title : str
    state : sequence of (str, str)
        What it has learned, name and figure.
    parameters, defaults : mapping
        As given, and as they would be.
    problems : sequence of Problem
        Files that were not used.
    """
    changed = {name for name, value in parameters.items() if value != defaults.get(name)}
    ordered = sorted(parameters, key=lambda name: name not in changed)
    rows = [
        [
            f"<code>{'<b>' if name in changed else ''}{text(name)}{'</b>' if name in changed else ''}</code>",
            f"<code>{text(repr(parameters[name]))}</code>",
        ]
        for name in ordered
    ]
    shown = table(["", ""], [[text(name), text(value)] for name, value in state], numbers=False)
    listed = table(["name", "value"], rows, numbers=False)
    return block(
        heading(title, "" if state else "not trained yet"),
        shown if state else "",
        problem_list(problems),
        f"<details{'' if state else ' open'}><summary>Parameters</summary>{listed}</details>",
    )


def learned_rows(
    labels: Sequence[str],
    n_training: int,
    history: History,
    stopped: bool,
    evaluation: Evaluation | None,
    test: Evaluation | None,
    engine: Engine,
    backbones: Sequence[BackboneScore] = (),
) -> list[tuple[str, str]]:
    """What to say of a trained classifier, name and figure."""
    shown = ", ".join(labels[:10]) + (f" and {len(labels) - 10:,} more" if len(labels) > 10 else "")
    state = [("classes", f"{len(labels):,}: {shown}")]
    if n_training:
        epochs = count(len(history["loss"]), "epoch")
        state.append(("trained on", f"{count(n_training, 'photo')}, {epochs}{', stopped' if stopped else ''}"))
    for name, found in (("validation accuracy", evaluation), ("test accuracy", test)):
        if found:
            low, high = map(percent, found.interval)
            folds = f" over {found.n_splits} folds" if found.n_splits else ""
            left = f"; never judged: {', '.join(found.unjudged)}" if found.unjudged else ""
            state.append((name, f"{percent(found.accuracy)}{folds}, 95 % interval {low} to {high}{left}"))
    for score in backbones:
        low, high = map(percent, score.interval)
        cost = f"{1000 * score.seconds_per_photo:.0f} ms a photo, {score.n_bytes / 1e6:.1f} MB"
        kept = "kept" if score.chosen else "tried"
        state.append((f"{kept}: {score.title}", f"{percent(score.accuracy)} in folds ({low} to {high}), {cost}"))
    return [*state, ("engine", f"{engine.name} on {engine.backend}")]
