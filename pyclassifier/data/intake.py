"""Labelled photos from folders, zips and tables: what is a photo, what is its class, what is it for.

Nothing is decoded here. Paths are names and no more: they are read from, never written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from ..errors import DatasetError
from ..sentences import Sentence
from .names import LabelBy, choose_label_by, is_zip, label_of, readable, split_of, suffix_of, why_skip
from .photos import FileSource, PhotoSource, Problem, Sample, Split
from .tables import Columns, MappingQuestion, PhotoIndex, Table, choose_columns, find_one_hot, match_rows, read_table
from .zips import list_zip

Files = list[tuple[str, PhotoSource]]
Intake = tuple[tuple[Sample, ...], tuple[Problem, ...]]
Photos = str | Path | bytes | Iterable[tuple[str, PhotoSource]]
_NO_LABEL = {"folder": "no-class-folder", "name": "no-class-in-name"}


def from_files(
    files: Iterable[tuple[str, PhotoSource]],
    *,
    split: Split | None = None,
    label: str | None = None,
    label_by: LabelBy = "auto",
    group: str | None = None,
) -> Intake:
    """Samples and problems of files by their paths; see `Dataset.from_files`."""
    photos, problems = _part(files)
    if label is not None:
        given = readable(label)
        if given is None:
            raise DatasetError("empty-class-name", label=label)
        labels: list[str | None] = [given] * len(photos)
    else:
        if label_by == "auto":
            label_by = choose_label_by([path for path, _ in photos])
        labels = [label_of(path, label_by) for path, _ in photos]
    samples = []
    for (path, source), found in zip(photos, labels, strict=True):
        if found is None:
            problems.append(Problem(path, Sentence(_NO_LABEL[label_by])))
        else:
            samples.append(Sample(path, source, found, split or split_of(path), group))
    return tuple(samples), tuple(problems)


def from_folder(
    folder: str | Path, *, split: Split | None = None, label: str | None = None, label_by: LabelBy = "auto"
) -> Intake:
    """Samples and problems of a folder; see `Dataset.from_folder`."""
    files, problems = list_folder(folder)
    samples, more = from_files(files, split=split, label=label, label_by=label_by)
    return samples, (*more, *problems)


def from_zip(
    source: bytes | str | Path, *, split: Split | None = None, label: str | None = None, label_by: LabelBy = "auto"
) -> Intake:
    """Samples and problems of a zip file; see `Dataset.from_zip`."""
    return from_files(list_zip(source), split=split, label=label, label_by=label_by)


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
    files, unread = list_files(photos)
    candidates, problems = _part((path, photo) for path, photo in files if PurePosixPath(path).name != name)
    index = PhotoIndex([path for path, _ in candidates])
    guess = choose_columns(read, index.fits)
    label = label_column if isinstance(label_column, str) or label_column is None else tuple(label_column)
    columns = _override(read, guess.columns if guess else None, file_column, label, split_column)
    sure_of_file = file_column or (guess and guess.sure_of_file)
    if columns is None or not sure_of_file or not (label or (guess and guess.sure_of_label)):
        such = "" if columns is None else f", such as file_column={columns.file!r}, label_column={columns.label!r}"
        raise DatasetError("unclear-columns", table=name, columns=read.columns, such=such)
    samples, more = match_rows([(read, columns)], candidates, index, split)
    return tuple(samples), (*problems, *more, *unread)


def from_set(
    files: Sequence[tuple[str, PhotoSource]],
    tables: Mapping[str, bytes],
    answers: Mapping[str, Columns | None],
    *,
    split: Split | None = None,
    label_by: LabelBy = "auto",
) -> Intake | MappingQuestion:
    """Samples and problems of files with tables among them, which decide over folders where they name the files.

    Parameters
    ----------
    files : sequence of (str, callable)
        All but the tables.
    tables : mapping of str to bytes
        By their paths.
    answers : mapping of str to Columns or None
        Columns of tables that were asked about; None for a table that is not to be used.
    split, label_by
        As in `Dataset.from_files`.

    Returns
    -------
    Intake or MappingQuestion
        A question where the columns of a table are not certain.
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
        samples, more = match_rows(used, photos, index, split)
        return tuple(samples), (*problems, *more)
    taken, more_problems = from_files(photos, split=split, label_by=label_by)
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


def list_files(photos: Photos) -> tuple[Files, list[Problem]]:
    """List the files of a folder or a zip, however they are given; and the zips in a folder that are none."""
    if isinstance(photos, bytes) or (isinstance(photos, str | Path) and suffix_of(str(photos)) == ".zip"):
        return list_zip(photos), []
    if isinstance(photos, str | Path):
        return list_folder(photos)
    return list(photos), []


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
