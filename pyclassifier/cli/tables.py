"""Who computes the rows of a table, as it is given on a command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from typing import Any

from .. import Sample
from ..progress import OnProgress
from ..scaling import PredictionSettings, TableSettings, best_format, embed_photos


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Give a command that fills a table the choice of who computes it, and of its format."""
    add = parser.add_argument
    add("--format", choices=("parquet", "npz"), default=best_format(), help="of a table (default here: %(default)s)")
    add(
        "--processes",
        type=int,
        default=1,
        metavar="N",
        help=f"at work at once (default: 1; of {os.cpu_count()} processors)",
    )
    add("--ray", metavar="CLUSTER", help="compute on a cluster of Ray: ray://HOST:10001, auto, or local for one here")
    add("--gpus", type=float, default=0, metavar="N", help="with --ray: graphics processors for each process")


def check_workers(asked: argparse.Namespace) -> None:
    """Refuse what makes no sense of `add_workers`.

    Raises
    ------
    ValueError
    """
    if asked.processes < 1:
        raise ValueError(f"Expected at least 1 process, got {asked.processes}.")
    if asked.gpus and not asked.ray:
        raise ValueError("Expected --gpus with --ray alone. One process takes a graphics processor by --backend cuda.")


def fill_table(
    asked: argparse.Namespace,
    samples: Sequence[Sample],
    settings: TableSettings | PredictionSettings,
    on_progress: OnProgress | None,
) -> int:
    """Compute what a table does not have yet, by whom `add_workers` asks for; return how many photos that were."""
    given: dict[str, Any] = {name: getattr(asked, name) for name in ("backend", "processes", "ray", "gpus")}
    # Ray prints what happens to machines; the standard output is for what was done.
    with redirect_stdout(sys.stderr) if asked.ray else nullcontext():
        return embed_photos(samples, asked.output, settings, on_progress=on_progress, **given)
