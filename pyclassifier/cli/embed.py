"""`pyclassifier embed`: the features of many photos, in files that anyone reads."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .. import CATALOG, Problem, Sample
from ..backbones import DEFAULT_BACKBONE, FIT_MODES
from ..data import LabelBy, list_samples
from ..scaling import TableSettings
from ..terminal import DONE, STOPPED, Outcome, add_json, new_parser
from .engines import add_backend
from .photos import add_labels, place, problem_fields, problem_lines, target
from .showing import showing
from .tables import add_workers, check_workers, fill_table


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = new_parser(
        program,
        "Compute the features of photos: a table of path, label, split, digest (SHA-256), features and problem, as "
        "Parquet where pyarrow is installed, else as npz. What is done is kept, after Ctrl+C and after a crash: the "
        "same command goes on from there, and computes only what is new. They are those of the photos as they are: "
        "other views of them (--views) are for train, with the photos themselves.",
        [
            "photos/ -o features/",
            "photos/ -o features/ --processes 4 --dtype float16",
            "photos.zip -o features/ --label-by path --json",
            "s3://bucket/photos -o features/ --processes 8",
            "/shared/photos -o /shared/features --ray ray://host:10001 --gpus 1 --backend cuda",
        ],
    )
    add = made.add_argument
    add("photos", type=place, help="folder or zip of photos, or an address; a class's folder is their label")
    add_labels(made)
    add("-o", "--output", type=target, required=True, metavar="FOLDER", help="for the table, or where one was begun")
    add("--backbone", default=DEFAULT_BACKBONE, help=f"pretrained network: {', '.join(CATALOG)}")
    add("--input-size", type=int, metavar="SIDE", help="of photos as the network sees them, in pixels")
    add("--fit-mode", choices=FIT_MODES, help="how photos become square")
    add("--dtype", choices=("float32", "float16"), default="float32", help="of the features (default: float32)")
    add_workers(made)
    add_backend(made)
    add_json(made)
    return made


def command(asked: argparse.Namespace) -> Outcome:
    """Embed photos."""
    check_workers(asked)
    settings = TableSettings(asked.backbone, asked.input_size, asked.fit_mode, asked.dtype, asked.format)
    samples, problems = _read(asked.photos, asked.labels, asked.label_by or "auto")
    code, n_computed = DONE, 0
    with showing() as shown:
        try:
            n_computed = fill_table(asked, samples, settings, shown.on_progress)
        except KeyboardInterrupt:
            code = STOPPED
    fields = {"folder": str(asked.output), "n_photos": len(samples), "n_computed": n_computed}
    text = f"{asked.output}: {len(samples):,} photos, {n_computed:,} of them computed now"
    if code == STOPPED:
        text = f"Stopped. The same command goes on from what is in {asked.output}."
    lines = [text, *problem_lines(problems)]
    return Outcome({**fields, "problems": problem_fields(problems)}, "\n".join(lines), code=code)


def _read(given: Path | str, table: Path | None, label_by: LabelBy) -> tuple[Sequence[Sample], Sequence[Problem]]:
    """All photos, with their labels where they have one, as train reads them."""
    if isinstance(given, Path):
        if not given.exists():
            raise FileNotFoundError(f"Expected photos at {given}, found nothing there.")
        given = given.absolute()  # Other machines may work in other folders.
    samples, problems = list_samples(given, table=table, label_by=label_by)
    if not samples:
        raise FileNotFoundError(f"Expected photos at {given}, found none.")
    return samples, problems
