"""What a check of photos found, as a table."""

from __future__ import annotations

from ..judging import DatasetReport, Finding
from ..notebook import to_html
from .markup import block, count, heading, table, text

_MAX_PHOTOS = 10


@to_html.register
def report_html(report: DatasetReport) -> str:
    """The findings of a check with their photos."""
    rows = [[text(finding.message), text(_paths(finding))] for finding in report]
    title = heading(type(report).__name__, f"{count(report.n_samples, 'photo')}, {count(len(rows), 'finding')}")
    return block(title, table(["Finding", "Photos"], rows, numbers=False) if rows else "")


def _paths(finding: Finding) -> str:
    groups = [" = ".join(sample.path for sample in group) for group in finding.groups]
    if finding.kind in ("unreadable", "small"):  # their photos have nothing to do with each other
        groups = [sample.path for sample in finding.groups[0]]
    more = len(groups) - _MAX_PHOTOS
    return ", ".join(groups[:_MAX_PHOTOS]) + (f", and {more} more" if more > 0 else "")
