"""Photos and models as they are given on a command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from .. import Dataset, ImageClassifier, Problem, Sample
from ..data import FileSource, LabelBy, is_address, is_packed, list_files, part
from ..engines import Engine

_MOST_SHOWN = 10


def add_dataset(parser: argparse.ArgumentParser) -> None:
    """Give a command labelled photos to work on: a folder or zip, and what tells their classes."""
    add = parser.add_argument
    add("photos", type=place, help="folder, zip or tar of labelled photos: photos/cat/1.jpg, photos/dog/2.jpg")
    add_labels(parser)


def add_labels(parser: argparse.ArgumentParser) -> None:
    """Give a command what tells the classes of photos, where they are not as they look."""
    add = parser.add_mutually_exclusive_group().add_argument
    add("--labels", type=Path, metavar="TABLE", help="CSV, TSV or JSON that names the photos' classes")
    add(
        "--label-by",
        choices=get_args(LabelBy),
        help="what names a photo's class: folder, the innermost one; top, the outermost; path, all from there on "
        "(Tomato/healthy); name, its own name before the number (default: auto, as they look)",
    )


def place(given: str) -> Path | str:
    """Where photos are: a path, or an address as it is."""
    return given if is_address(given) else Path(given)


def target(given: str) -> Path:
    """Where to write to: a path of this machine.

    Raises
    ------
    ArgumentTypeError
        It is an address.
    """
    if is_address(given):
        raise argparse.ArgumentTypeError(
            f"expected a place on this machine, got the address {given}. Write here, and copy it there afterwards."
        )
    return Path(given)


def read_dataset(asked: argparse.Namespace) -> Dataset:
    """Read what `add_dataset` asks for."""
    if asked.labels is not None:
        return Dataset.from_csv(asked.labels, asked.photos)
    is_zip = isinstance(asked.photos, Path) and is_packed(asked.photos.name)
    read = Dataset.from_zip if is_zip else Dataset.from_folder
    return read(asked.photos, label_by=asked.label_by or "auto")


def read_photos(places: Sequence[Path | str]) -> tuple[list[Sample], list[Problem]]:
    """List photos that need no labels: in folders, in zips, and single ones, which are taken whatever they are called.

    Parameters
    ----------
    places : sequence of Path or str
        As `place` makes them.

    Returns
    -------
    samples : list of Sample
    problems : list of Problem
        Files that are no photos.

    Raises
    ------
    FileNotFoundError
        There is nothing at one of these places, or no photo at any of them.
    """
    samples: list[Sample] = []
    problems: list[Problem] = []
    for given in places:
        if isinstance(given, Path):
            if not given.exists():
                words = f"Expected photos at {given}, found nothing there. Name a file, a folder or a zip."
                raise FileNotFoundError(words)
            if given.is_file() and not is_packed(given.name):
                samples.append(Sample(str(given), FileSource(given.absolute())))
                continue
        # Other processes may work in other folders.
        files, unread = list_files(given.absolute() if isinstance(given, Path) else given)
        photos, others = part(files)
        if isinstance(given, str) and len(files) == 1 and given.endswith(f"/{files[0][0]}"):
            given = given.rpartition("/")[0]  # The address of one photo.
        problems += [Problem(_below(given, one.path), one.reason) for one in (*unread, *others)]
        samples += [Sample(_below(given, name), source) for name, source in photos]
    if not samples:
        raise FileNotFoundError(f"Expected photos at {', '.join(map(str, places))}, found none.")
    return samples, problems


def _below(given: Path | str, path: str) -> str:
    return str(given / path) if isinstance(given, Path) else f"{given}/{path}"


def open_model(path: Path, engine: Engine | None = None) -> ImageClassifier:
    """Open a model's file."""
    if not path.is_file():
        raise FileNotFoundError(f"Expected a model's zip at {path}, found none. Train one: pyclassifier train --help")
    return ImageClassifier.load(path, engine=engine)


def add_target(parser: argparse.ArgumentParser, what: str, *, required: bool = True) -> None:
    """Give a command a file to write, which is not replaced unasked."""
    parser.add_argument("-o", "--output", type=target, required=required, metavar="FILE", help=what)
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
