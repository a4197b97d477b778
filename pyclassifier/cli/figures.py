"""Figures of an evaluation, as a table of plain text."""

from __future__ import annotations

from .. import Evaluation


def percent(share: float | None) -> str:
    """A share in 0..1 for people."""
    return "–" if share is None else f"{100 * share:.1f} %"


def evaluation_lines(evaluation: Evaluation, title: str) -> list[str]:
    """Accuracy with its interval, and the figures of each class.

    Parameters
    ----------
    evaluation : Evaluation
    title : str
        What was measured.

    Returns
    -------
    list of str
    """
    figures = evaluation.to_dict()
    low, high = map(percent, figures["interval"])
    folds = f" over {figures['folds']} folds" if figures["folds"] else ""
    right = f"{figures['correct']:,} of {figures['total']:,} photos{folds}"
    rows = [("class", "precision", "recall", "F1", "photos")]
    rows += [
        (one["label"], percent(one["precision"]), percent(one["recall"]), percent(one["f1"]), f"{one['support']:,}")
        for one in figures["perClass"]
    ]
    widths = [max(len(row[k]) for row in rows) for k in range(5)]
    return [
        f"{title}: accuracy {percent(figures['accuracy'])} ({right}), 95 % interval {low} to {high}",
        *([f"  Never judged, for want of photos: {', '.join(evaluation.unjudged)}"] if evaluation.unjudged else []),
        *(
            "  " + "  ".join([row[0].ljust(widths[0]), *(row[k].rjust(widths[k]) for k in range(1, 5))]).rstrip()
            for row in rows
        ),
    ]
