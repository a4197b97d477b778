"""Labelled photos from files by their paths, and from sets of files with tables among them: classes, splits, questions.

Nothing is decoded here. Paths are names and no more: they are read from, never written to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import DatasetError
from ..sentences import Sentence
from .assuming import assumed_reading, warn
from .names import LabelBy, readable, suffix_of, why_skip
from .packs import Files, NamesQuestion
from .photos import PhotoSource, Problem, Sample, Split
from .readings import Reading, read_folders
from .roles import Role
from .tables import (
    Columns,
    MappingQuestion,
    PhotoIndex,
    Table,
    choose_tables,
    letters_of,
    match_rows,
    read_table,
    read_xml,
)

Intake = tuple[tuple[Sample, ...], tuple[Problem, ...]]
_MOST_LINES = 4


@dataclass(frozen=True)
class FoldersQuestion:
    """Folders of photos that can be read in several ways, for somebody to choose.

    Parameters
    ----------
    readings : tuple of Reading
        The likelier first.
    """

    readings: tuple[Reading, ...]


Question = MappingQuestion | NamesQuestion | FoldersQuestion


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
    photos, problems = part(files)
    paths = [path for path, _ in photos]
    given = None if label is None else readable(label)
    if label is not None and given is None:
        raise DatasetError("empty-class-name", label=label)
    # Where the class is given, only what the photos are for is asked.
    reading, *others = read_folders(paths, label_by if given is None else "folder", split_folders)
    if others and given is None:
        warn(assumed_reading(reading, others))
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


def from_set(
    files: Sequence[tuple[str, PhotoSource]],
    tables: Mapping[str, bytes],
    answers: Mapping[str, Columns | None],
    *,
    encodings: Mapping[str, str] | None = None,
    split: Split | None = None,
    label_by: LabelBy = "auto",
    split_folders: bool | None = None,
) -> Intake | Question:
    """Samples and problems of files with tables among them, which decide over folders where they name the files.

    Parameters
    ----------
    files : sequence of (str, callable)
        All but the tables.
    tables : mapping of str to bytes
        By their paths.
    answers : mapping of str to Columns or None
        Columns of tables that were asked about; None for a table that is not to be used.
    encodings : mapping of str to str, optional
        By their paths: what tables are written in, of those that were asked about.
    split, label_by, split_folders
        As in `Dataset.from_files`.

    Returns
    -------
    Intake, MappingQuestion, NamesQuestion or FoldersQuestion
        A question where the columns of a table are not certain, or its letters, or folders can be read in several ways.
    """
    photos, problems = part(files)
    wanted = {name: data for name, data in tables.items() if answers.get(name, ...) is not None}
    if wanted:
        roles = roles_of(photos)
        index = PhotoIndex([path for path, _ in photos])
        read, doubts = _read_tables(wanted, encodings or {}, problems)
        choice = choose_tables(read, index, roles, {name: answer for name, answer in answers.items() if answer})
        for name in [table.name for table, _ in choice.used] + [one.table.name for one in choice.questions]:
            if name in doubts:
                return NamesQuestion(name, doubts[name])
        if choice.questions:
            return choice.questions[0]
        problems += choice.problems
        if choice.used:
            samples, more = match_rows(choice.used, photos, index, roles, split)
            return tuple(samples), (*problems, *more)
    readings = read_folders([path for path, _ in photos], label_by, split_folders)
    if len(readings) > 1:
        return FoldersQuestion(readings)
    taken, more_problems = _take(photos, readings[0], split)
    return taken, (*problems, *more_problems)


def _read_tables(
    tables: Mapping[str, bytes], encodings: Mapping[str, str], problems: list[Problem]
) -> tuple[list[Table], dict[str, dict[str, tuple[str, ...]]]]:
    """The tables, and of those whose letters are not certain some of their text by encoding; others become problems."""
    read: list[Table] = []
    doubts: dict[str, dict[str, tuple[str, ...]]] = {}
    xml: dict[str, dict[str, bytes]] = defaultdict(dict)
    for name, data in tables.items():
        if suffix_of(name) == ".xml":
            xml[name.rpartition("/")[0]][name] = data
            continue
        letters = None if name in encodings else letters_of(data)
        try:
            read.append(read_table(data, name, letters.encoding if letters else encodings.get(name)))
        except DatasetError as error:
            problems.append(Problem(name, error.sentence))
        if letters and letters.others:
            lines = list(dict.fromkeys(line for line in data.splitlines() if not line.isascii()))[:_MOST_LINES]
            ways = (letters.encoding, *letters.others)
            doubts[name] = {way: tuple(line.decode(way, "replace") for line in lines) for way in ways}
    for folder, files in xml.items():
        name = "/".join(filter(None, [folder, "*.xml"]))
        try:
            table = read_xml(files, name)
        except DatasetError as error:
            problems.append(Problem(name, error.sentence))
            continue
        if table:
            read.append(table)
        else:
            problems += (Problem(path, Sentence("table-of-others")) for path in files)
    return read, doubts


def roles_of(photos: Files) -> Sequence[Role | None]:
    """What the folders of photos say that they are for, whatever their classes are named by."""
    return read_folders([path for path, _ in photos], "folder")[0].roles


def part(files: Iterable[tuple[str, PhotoSource]]) -> tuple[Files, list[Problem]]:
    """Part files into photos and those that are none.

    Parameters
    ----------
    files : iterable of (str, callable)
        Paths, and where the bytes come from.

    Returns
    -------
    photos : list of (str, callable)
    problems : list of Problem
        Of the files that are none.
    """
    photos: Files = []
    problems: list[Problem] = []
    for path, source in files:
        reason = why_skip(path)
        if reason:
            problems.append(Problem(path, reason))
        else:
            photos.append((path, source))
    return photos, problems
