"""A classifier in a notebook: what it was asked for, and what it has learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .markup import block, heading, problem_list, table, text


def classifier_html(
    title: str,
    state: Sequence[tuple[str, str]],
    parameters: Mapping[str, Any],
    defaults: Mapping[str, Any],
    problems: Sequence[tuple[str, str]] = (),
) -> str:
    """State and parameters; those that are not the default come first, in bold.

    Parameters
    ----------
    title : str
    state : sequence of (str, str)
        What it has learned, name and figure.
    parameters, defaults : mapping
        As given, and as they would be.
    problems : sequence of (str, str)
        Path and reason of files that were not used.
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
