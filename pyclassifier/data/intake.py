"""Labelled photos from folders, zips and tables: what is a photo, what is its class, what is it for.

Nothing is decoded here. Paths are names and no more: they are read from, never written to.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ..errors import DatasetError
from ..sentences import Sentence
from .names import LabelBy, is_zip, readable, suffix_of, why_skip
from .photos import FileSource, PhotoSource, Problem, Sample, Split
from .readings import Reading, read_folders
from .roles import Role
from .tables import Columns, MappingQuestion, PhotoIndex, Table, choose_columns, find_one_hot, match_rows, read_table
from .zips import list_zip

Files = list[tuple[str, PhotoSource]]
Intake = tuple[tuple[Sample, ...], tuple[Problem, ...]]
Photos = str | Path | bytes | Iterable[tuple[str, PhotoSource]]
_MOST_NAMED = 6


@dataclass(frozen=True)
class FoldersQuestion:
    """Folders of photos that can be read in several ways, for somebody to choose.

    Parameters
    ----------
    readings : tuple of Reading
        The likelier first.
    """

    readings: tuple[Reading, ...]


def from_files(
    files: Iterable[tuple[str, PhotoSource]],
    *,
    split: Split | None = None,
    label: str | None = None,
    label_by: LabelBy = "auto",
    split_folders: bool | None = None,
    group: str | None = None,
) -> Intake:
    """Samples and problems of files by their paths; see `Dataset.from_files`."""
    photos, problems = _part(files)
    paths = [path for path, _ in photos]
    given = None if label is None else readable(label)
    if label is not None and given is None:
        raise DatasetError("empty-class-name", label=label)
    # Where the class is given, only what the photos are for is asked.
    reading, *others = read_folders(paths, label_by if given is None else "folder", split_folders)
    if others and given is None:
        warnings.warn(_assumed(reading, others), stacklevel=_outside())
    samples, more = _take(photos, reading, split, given, group)
    return samples, (*problems, *more)


def _take(
    photos: Files, reading: Reading, split: Split | None, label: str | None = None, group: str | None = None
) -> Intake:
    samples = []
    problems = []
    for (path, source), found, told in zip(photos, reading.labels, reading.splits, strict=True):
        if label is None and isinstance(found, Sentence):
            problems.append(Problem(path, found))
        else:
            samples.append(Sample(path, source, label or str(found), split or told, group))
    return tuple(samples), tuple(problems)


def _assumed(reading: Reading, others: Sequence[Reading]) -> str:
    """Say which of several ways was taken, and how to take another."""

    def told(one: Reading) -> str:
        labels = list(one.count())
        named = ", ".join(map(repr, labels[:_MOST_NAMED])) + (", ..." if len(labels) > _MOST_NAMED else "")
        left_out = f", {one.n_left_out} photos without class" if one.n_left_out else ""
        way = f"label_by={one.label_by!r}"
        if one.split_folders is not None:
            way += f", split_folders={one.split_folders}"
        return f"{way} ({len(labels)} classes: {named}{left_out})"

    return (
        f"Expected folders of photos that can be read in one way, got several; assumed {told(reading)}. "
        f"Say which is right: {'; or '.join(map(told, [reading, *others]))}."
    )


def _outside() -> int:
    """How many calls up the first one outside this package is, which a warning is about."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        level, frame = level + 1, frame.f_back
    return level


def from_folder(
    folder: str | Path,
    *,
    split: Split | None = None,
    label: str | None = None,
    label_by: LabelBy = "auto",
    split_folders: bool | None = None,
) -> Intake:
    """Samples and problems of a folder; see `Dataset.from_folder`."""
    files, problems = list_folder(folder)
    samples, more = from_files(files, split=split, label=label, label_by=label_by, split_folders=split_folders)
    return samples, (*more, *problems)


def from_zip(
    source: bytes | str | Path,
    *,
    split: Split | None = None,
    label: str | None = None,
    label_by: LabelBy = "auto",
    split_folders: bool | None = None,
) -> Intake:
    """Samples and problems of a zip file; see `Dataset.from_zip`."""
    return from_files(list_zip(source), split=split, label=label, label_by=label_by, split_folders=split_folders)


def from_csv(
    table: bytes | str | Path,
    photos: Photos,
    *,
    file_column: str | None = None,
    label_column: str | Sequence[str] | None = None,
    split_column: str | None = None,
    split: Split | None = None,
) -> Intake:
    """Samples and problems of a table and photos; see `Dataset.from_csv`."""
    name = "the table" if isinstance(table, bytes) else Path(table).name
    read = read_table(table if isinstance(table, bytes) else _read_file(Path(table)), name)
    files, unread = _list_photos(photos)
    candidates, problems = _part((path, photo) for path, photo in files if PurePosixPath(path).name != name)
    index = PhotoIndex([path for path, _ in candidates])
    guess = choose_columns(read, index.fits)
    label = label_column if isinstance(label_column, str) or label_column is None else tuple(label_column)
    columns = _override(read, guess.columns if guess else None, file_column, label, split_column)
    sure_of_file = file_column or (guess and guess.sure_of_file)
    if columns is None or not sure_of_file or not (label or (guess and guess.sure_of_label)):
        such = "" if columns is None else f", such as file_column={columns.file!r}, label_column={columns.label!r}"
        raise DatasetError("unclear-columns", table=name, columns=read.columns, such=such)
    samples, more = match_rows([(read, columns)], candidates, index, _roles(candidates), split)
    return tuple(samples), (*problems, *more, *unread)


def from_set(
    files: Sequence[tuple[str, PhotoSource]],
    tables: Mapping[str, bytes],
    answers: Mapping[str, Columns | None],
    *,
    split: Split | None = None,
    label_by: LabelBy = "auto",
    split_folders: bool | None = None,
) -> Intake | MappingQuestion | FoldersQuestion:
    """Samples and problems of files with tables among them, which decide over folders where they name the files.

    Parameters
    ----------
    files : sequence of (str, callable)
        All but the tables.
    tables : mapping of str to bytes
        By their paths.
    answers : mapping of str to Columns or None
        Columns of tables that were asked about; None for a table that is not to be used.
    split, label_by, split_folders
        As in `Dataset.from_files`.

    Returns
    -------
    Intake, MappingQuestion or FoldersQuestion
        A question where the columns of a table are not certain, or folders can be read in several ways.
    """
    photos, problems = _part(files)
    index = PhotoIndex([path for path, _ in photos])
    used = []
    for name in [name for name in tables if answers.get(name, ...) is not None]:
        try:
            table = read_table(tables[name], name)
        except DatasetError as error:
            problems.append(Problem(name, error.sentence))
            continue
        columns = answers.get(name)
        guess = None if columns else choose_columns(table, index.fits)
        if guess and not (guess.sure_of_file and guess.sure_of_label):
            return MappingQuestion(table, guess.columns, find_one_hot(table))
        columns = guess.columns if guess else columns
        if columns:
            used.append((table, _check_columns(table, columns)))
        else:
            problems.append(Problem(name, Sentence("table-of-others")))
    if used:
        samples, more = match_rows(used, photos, index, _roles(photos), split)
        return tuple(samples), (*problems, *more)
    readings = read_folders([path for path, _ in photos], label_by, split_folders)
    if len(readings) > 1:
        return FoldersQuestion(readings)
    taken, more_problems = _take(photos, readings[0], split)
    return taken, (*problems, *more_problems)


def list_folder(folder: str | Path) -> tuple[Files, list[Problem]]:
    """List the files below a folder, those in zips included; and the zips that are none."""
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError("not-a-folder", folder=str(folder))
    files: Files = []
    problems: list[Problem] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if is_zip(name):
            files += unpack(name, path, problems)
        else:
            files.append((name, FileSource(path)))
    return files, problems


def unpack(name: str, source: bytes | Path | IO[bytes], problems: list[Problem]) -> Files:
    """List the files in a zip as if it were a folder of its name; one that cannot be read becomes a problem."""
    folder = str(PurePosixPath(name).with_suffix(""))
    try:
        return [(f"{folder}/{path}", photo) for path, photo in list_zip(source)]
    except DatasetError as error:
        problems.append(Problem(name, error.sentence))
        return []


def _list_photos(photos: Photos) -> tuple[Files, list[Problem]]:
    if isinstance(photos, bytes) or (isinstance(photos, str | Path) and suffix_of(str(photos)) == ".zip"):
        return list_zip(photos), []
    if isinstance(photos, str | Path):
        return list_folder(photos)
    return list(photos), []


def _roles(photos: Files) -> Sequence[Role | None]:
    return read_folders([path for path, _ in photos], "folder")[0].roles


def _part(files: Iterable[tuple[str, PhotoSource]]) -> tuple[Files, list[Problem]]:
    """Part files into photos and those that are none, which become problems."""
    photos: Files = []
    problems: list[Problem] = []
    for path, source in files:
        reason = why_skip(path)
        if reason:
            problems.append(Problem(path, reason))
        else:
            photos.append((path, source))
    return photos, problems


def _override(
    table: Table,
    guess: Columns | None,
    file: str | None,
    label: str | tuple[str, ...] | None,
    split: str | None,
) -> Columns | None:
    """The columns that were given, and guessed ones for the others."""
    if guess is None and not (file and label):
        return None
    guess = guess or Columns("", "")
    return _check_columns(table, Columns(file or guess.file, label or guess.label, split or guess.split))


def _check_columns(table: Table, columns: Columns) -> Columns:
    labels = (columns.label,) if isinstance(columns.label, str) else columns.label
    for name in (columns.file, *labels, *filter(None, [columns.split])):
        if name not in table.columns:
            raise DatasetError("no-such-column", table=table.name, columns=table.columns, column=name)
    return columns


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError("unreadable-table", path=str(path), error=str(error)) from error
