"""Labelled photos of folders, zips, tars and tables on this machine; what is open is assumed, and said in a warning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from ..errors import DatasetError
from ..sentences import Sentence
from .assuming import assumed_letters, assumed_reading, left_table, warn
from .intake import FoldersQuestion, Intake, from_files, from_set, part, roles_of
from .names import LabelBy, is_packed, is_table
from .packs import Files, NamesQuestion, Pack, list_packed, unpack
from .photos import FileSource, PhotoSource, Problem, Sample, Split
from .remote import RemoteSource, is_address, list_remote
from .tables import (
    Columns,
    MappingQuestion,
    PhotoIndex,
    Table,
    check_columns,
    choose_columns,
    letters_of,
    match_rows,
    read_table,
)
from .tars import TarSource
from .zips import ZipSource

Photos = str | Path | bytes | Iterable[tuple[str, PhotoSource]]


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
    samples, more = from_listed(files, split=split, label=label, label_by=label_by, split_folders=split_folders)
    return samples, (*more, *problems)


def from_zip(
    source: bytes | str | Path,
    *,
    encoding: str | None = None,
    split: Split | None = None,
    label: str | None = None,
    label_by: LabelBy = "auto",
    split_folders: bool | None = None,
) -> Intake:
    """Samples and problems of a zip or tar file; see `Dataset.from_zip`."""
    files = _list(source, encoding)
    return from_listed(files, split=split, label=label, label_by=label_by, split_folders=split_folders)


def from_listed(
    files: Files,
    *,
    split: Split | None = None,
    label: str | None = None,
    label_by: LabelBy = "auto",
    split_folders: bool | None = None,
) -> Intake:
    """Files with tables among them, which are used where nothing else was said; questions get the likelier answer."""
    if label is not None or label_by != "auto":
        return from_files(files, split=split, label=label, label_by=label_by, split_folders=split_folders)
    tables: dict[str, bytes] = {}
    unread: list[Problem] = []
    for path, source in files:
        if is_table(path) and isinstance(source, FileSource | ZipSource | TarSource | RemoteSource):
            try:
                tables[path] = source.now()
            except OSError as error:
                unread.append(Problem(path, Sentence("could-not-read", error=str(error))))
    photos = [(path, source) for path, source in files if not is_table(path)]
    answers: dict[str, Columns | None] = {}
    encodings: dict[str, str] = {}
    while True:
        found = from_set(
            photos,
            tables,
            answers,
            encodings=encodings,
            split=split,
            label_by=label_by,
            split_folders=split_folders,
        )
        if isinstance(found, MappingQuestion):
            warn(left_table(found))
            answers[found.table.name] = None
        elif isinstance(found, NamesQuestion):
            warn(assumed_letters(found.path, found.readings))
            encodings[found.path] = next(iter(found.readings))
        elif isinstance(found, FoldersQuestion):
            reading, *others = found.readings
            warn(assumed_reading(reading, others))
            label_by, split_folders = reading.label_by, reading.split_folders
        else:
            samples, problems = found
            return samples, (*problems, *unread)


def from_csv(
    table: bytes | str | Path,
    photos: Photos,
    *,
    file_column: str | None = None,
    label_column: str | Sequence[str] | None = None,
    split_column: str | None = None,
    encoding: str | None = None,
    split: Split | None = None,
) -> Intake:
    """Samples and problems of a table and photos; see `Dataset.from_csv`."""
    name = "the table" if isinstance(table, bytes) else Path(table).name
    read = _read(table if isinstance(table, bytes) else _read_file(Path(table)), name, encoding)
    files, unread = list_files(photos)
    candidates, problems = part((path, photo) for path, photo in files if PurePosixPath(path).name != name)
    index = PhotoIndex([path for path, _ in candidates])
    guess = choose_columns(read, index.fits)
    label = label_column if isinstance(label_column, str) or label_column is None else tuple(label_column)
    columns = _override(read, guess.columns if guess else None, file_column, label, split_column)
    sure_of_file = file_column or (guess and guess.sure_of_file)
    if columns is None or not sure_of_file or not (label or (guess and guess.sure_of_label)):
        such = "" if columns is None else f", such as file_column={columns.file!r}, label_column={columns.label!r}"
        raise DatasetError("unclear-columns", table=name, columns=read.columns, such=such)
    samples, more = match_rows([(read, columns)], candidates, index, roles_of(candidates), split)
    return tuple(samples), (*problems, *more, *unread)


def list_folder(folder: str | Path) -> tuple[Files, list[Problem]]:
    """List the files below a folder, those in zips and tars included; and the ones that are none."""
    if isinstance(folder, str) and is_address(folder):
        return list_remote(folder), []
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError("not-a-folder", folder=str(folder))
    files: Files = []
    problems: list[Problem] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if is_packed(name):
            listing = unpack(name, path, problems)
            files += listing.files
            if listing.readings:
                warn(assumed_letters(name, listing.readings))
        else:
            files.append((name, FileSource(path)))
    return files, problems


def _list(source: Pack, encoding: str | None = None) -> Files:
    listing = list_packed(source, encoding)
    if listing.readings:
        warn(assumed_letters("the zip", listing.readings))
    return listing.files


def list_files(photos: Photos) -> tuple[Files, list[Problem]]:
    """List the files of a folder, a zip or a tar, however they are given; and the packed ones in it that are none."""
    if isinstance(photos, str) and is_address(photos):
        return list_remote(photos), []
    if isinstance(photos, bytes) or (isinstance(photos, str | Path) and is_packed(Path(photos).name)):
        return _list(photos), []
    if isinstance(photos, str | Path):
        return list_folder(photos)
    return list(photos), []


def list_samples(photos: Photos, *, table: bytes | str | Path | None = None, label_by: LabelBy = "auto") -> Intake:
    """List all photos of a folder, zip or tar, with their class where they have one, and the files that are none.

    Parameters
    ----------
    photos : str, Path, bytes or iterable of (str, callable)
        As for `Dataset.from_csv`.
    table : bytes, str or Path, optional
        Of their classes.
    label_by : {"auto", "folder", "top", "path", "name"}
        As for `Dataset.from_folder`.

    Returns
    -------
    samples : tuple of Sample
    problems : tuple of Problem
    """
    files, unread = list_files(photos)
    found, _ = part(files)
    labelled, problems = from_listed(files, label_by=label_by) if table is None else from_csv(table, files)
    told = {sample.path: sample for sample in labelled}
    samples = tuple(told.get(path) or Sample(path, source) for path, source in found)
    paths = {sample.path for sample in samples}  # A photo without a class is no problem here.
    return samples, (*unread, *(problem for problem in problems if problem.path not in paths))


def _read(data: bytes, name: str, encoding: str | None) -> Table:
    letters = None if encoding else letters_of(data)
    if letters and letters.others:
        lines = [line for line in data.splitlines() if not line.isascii()][:2]
        ways = (letters.encoding, *letters.others)
        warn(assumed_letters(name, {way: [line.decode(way, "replace") for line in lines] for way in ways}))
    return read_table(data, name, letters.encoding if letters else encoding)


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
    return check_columns(table, Columns(file or guess.file, label or guess.label, split or guess.split))


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError("unreadable-table", path=str(path), error=str(error)) from error
