"""Figures of an evaluation: accuracy with its interval, confusion matrix, per-class table."""

from __future__ import annotations

from collections.abc import Sequence

from ..judging import Evaluation
from ..notebook import to_html
from .markup import bar, block, heading, percent, table, text

_MAX_MATRIX = 30


@to_html.register
def evaluation_html(evaluation: Evaluation) -> str:
    """The figures of an evaluation: accuracy with its interval, confusion matrix, figures per class."""
    figures = evaluation.to_dict()
    low, high = figures["interval"]
    title = f"Accuracy {percent(figures['accuracy'])}"
    folds = f" over {figures['folds']} folds" if figures["folds"] else ""
    note = f"{figures['correct']:,} of {figures['total']:,} photos{folds}; "
    note += f"95 % interval {percent(low)} to {percent(high)}"
    note += f"; never judged: {', '.join(evaluation.unjudged)}" if evaluation.unjudged else ""
    rows = [
        [text(one["label"]), *(percent(one[name]) for name in ("precision", "recall", "f1")), f"{one['support']:,}"]
        for one in figures["perClass"]
    ]
    classes = table(["class", "precision", "recall", "F1", "photos"], rows)
    matrix = _matrix(figures["labels"], figures["confusion"])
    return block(
        heading(title, note),
        _interval(figures["accuracy"], low, high),
        f'<div class="pyc-f"><div>{matrix}</div><div>{classes}</div></div>',
    )


def _interval(accuracy: float | None, low: float, high: float) -> str:
    """The interval as a stroke on a scale of 0 to 100 %, with the accuracy as a dot."""
    dot = "" if accuracy is None else f'<circle cx="{6 + 288 * accuracy:.1f}" cy="8" r="4" fill="var(--a)"/>'
    return (
        '<svg viewBox="0 0 300 16" width="300" height="16" role="img" '
        f'aria-label="95 % interval of the accuracy: {percent(low)} to {percent(high)}">'
        '<line x1="6" x2="294" y1="8" y2="8" stroke="var(--line)" stroke-width="2"/>'
        f'<line x1="{6 + 288 * low:.1f}" x2="{6 + 288 * high:.1f}" y1="8" y2="8" stroke="var(--a)" '
        f'stroke-width="4" stroke-opacity="0.55" stroke-linecap="round"/>{dot}</svg>'
    )


def _matrix(labels: Sequence[str], matrix: Sequence[Sequence[int]]) -> str:
    if len(labels) > _MAX_MATRIX:
        return f'<p class="pyc-q">The confusion matrix of {len(labels)} classes is too large to be shown.</p>'
    rows = []
    for i, (label, row) in enumerate(zip(labels, matrix, strict=True)):
        total = sum(row)
        cells = "".join(_cell(n, total, right=i == j) for j, n in enumerate(row))
        rows.append(f'<tr><th scope="row">{text(label)}</th>{cells}</tr>')
    head = "".join(f'<th scope="col">{text(label)}</th>' for label in labels)
    return (
        '<table class="pyc-t"><thead><tr><th scope="row" class="pyc-q">true ↓ predicted →</th>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _cell(n: int, total: int, *, right: bool) -> str:
    share = n / total if total else 0.0
    color = "var(--a)" if right else "var(--b)"
    # At most half of the colour: the number on it must stay readable.
    shade = f"background:color-mix(in srgb, {color} {share * 50:.0f}%, transparent)" if n else "opacity:.55"
    weight = ";font-weight:600" if n and right else ""
    return f'<td style="{shade}{weight}">{n:,}</td>'


def probability_bars(labels: Sequence[str], probabilities: Sequence[float], true_label: str | None, top: int) -> str:
    """The most probable classes as bars; where the true one is known, the others have another colour."""
    order = sorted(range(len(labels)), key=lambda i: -probabilities[i])[:top]
    wrong = [true_label not in (None, label) for label in labels]
    return "".join(
        '<div style="display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 8px;margin-bottom:4px">'
        f'<span style="overflow:hidden;text-overflow:ellipsis;white-space:nowrap">{text(labels[i])}</span>'
        f"<span>{percent(probabilities[i])}</span>"
        f'<div style="grid-column:1/-1">'
        f"{bar(probabilities[i], f'{labels[i]}: {percent(probabilities[i])}', second=wrong[i])}"
        "</div></div>"
        for i in order
    )
