"""Photos and models as they are given on a command line."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import Dataset, ImageClassifier, Problem, Sample
from ..data import FileSource, is_zip, list_files, why_skip
from ..engines import Engine
from ..errors import ArchiveError, DatasetError

_MOST_SHOWN = 10


def add_dataset(parser: argparse.ArgumentParser, place: str) -> None:
    """Give a command labelled photos to work on: a folder or zip, and a table that may name their classes."""
    parser.add_argument(place, type=Path, help="folder or zip of labelled photos: photos/cat/1.jpg, photos/dog/2.jpg")
    parser.add_argument("--labels", type=Path, metavar="TABLE", help="CSV, TSV or JSON that names the photos' classes")


def read_dataset(place: Path, labels: Path | None) -> Dataset:
    """Read what `add_dataset` asks for."""
    if labels is not None:
        return Dataset.from_csv(labels, place)
    return Dataset.from_zip(place) if is_zip(place.name) else Dataset.from_folder(place)


def read_photos(places: Sequence[Path]) -> tuple[list[Sample], list[Problem]]:
    """List photos that need no labels: in folders, in zips, and single ones, which are taken whatever they are called.

    Parameters
    ----------
    places : sequence of Path

    Returns
    -------
    samples : list of Sample
    problems : list of Problem
        Files that are no photos.

    Raises
    ------
    DatasetError
        There is nothing at one of these places, or no photo at any of them.
    """
    samples: list[Sample] = []
    problems: list[Problem] = []
    for place in places:
        if not place.exists():
            raise DatasetError(f"Expected photos at {place}, found nothing there. Name a file, a folder or a zip.")
        if place.is_file() and not is_zip(place.name):
            samples.append(Sample(str(place), FileSource(place)))
            continue
        files, unread = list_files(place)
        problems += [Problem(f"{place / one.path}", one.reason) for one in unread]
        for name, source in files:
            reason = why_skip(name)
            if reason:
                problems.append(Problem(f"{place / name}", reason))
            else:
                samples.append(Sample(f"{place / name}", source))
    if not samples:
        raise DatasetError(f"Expected photos at {', '.join(map(str, places))}, found none.")
    return samples, problems


def open_model(path: Path, engine: Engine | None = None) -> tuple[ImageClassifier, list[str]]:
    """Open a model's file; with what it warns of.

    Parameters
    ----------
    path : Path
    engine : Engine, optional

    Returns
    -------
    classifier : ImageClassifier
    warnings : list of str
    """
    if not path.is_file():
        raise ArchiveError(f"Expected a model's zip at {path}, found none. Train one: pyclassifier train --help")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        classifier = ImageClassifier.load(path, engine=engine)
    return classifier, [str(one.message) for one in caught if issubclass(one.category, RuntimeWarning)]


def add_target(parser: argparse.ArgumentParser, what: str, *, required: bool = True) -> None:
    """Give a command a file to write, which is not replaced unasked."""
    parser.add_argument("-o", "--output", type=Path, required=required, metavar="FILE", help=what)
    parser.add_argument("--force", action="store_true", help="replace files that are there")


def check_target(path: Path | None, *, force: bool) -> None:
    """Refuse to write to a place, before the work begins and not after it.

    Raises
    ------
    ValueError
        A file is there already, or there is no folder to put it into.
    """
    if path is None:
        return
    if not path.parent.is_dir():
        raise ValueError(f"Expected a folder {path.parent} to write {path.name} into, there is none.")
    if path.is_dir():
        raise ValueError(f"Expected a file to write, got the folder {path}.")
    if path.exists() and not force:
        raise ValueError(f"Expected a new file, {path} is there already. Choose another one, or replace it by --force.")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.replace(path)


def problem_fields(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Files that were not used, for JSON."""
    return [{"path": one.path, "reason": str(one.reason)} for one in problems]


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Files that were not used, for people."""
    if not problems:
        return []
    more = len(problems) - _MOST_SHOWN
    return [
        f"Not used: {len(problems):,} {'file' if len(problems) == 1 else 'files'}",
        *(f"  {one.path}: {one.reason}" for one in problems[:_MOST_SHOWN]),
        *([f"  and {more:,} more"] if more > 0 else []),
    ]
