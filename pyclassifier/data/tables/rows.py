"""Rows of a table <-> photos, by the names of the files."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from ...sentences import Sentence
from ..formats import SUFFIXES
from ..names import parts_of, readable, suffix_of
from ..photos import PhotoSource, Problem, Sample, Split
from ..readings import UNLABELLED
from ..roles import Role, split_of_role, split_value
from .columns import Columns, is_yes
from .table import Table

_MOST_ROWS_LISTED = 50
Claim = tuple[int, str | None, Split | None, str]  # how far the names differ, label, split, which row


class PhotoIndex:
    """Photos by every name that a table may call them: path, the ends of it, file name, and these without suffix.

    Parameters
    ----------
    paths : sequence of str
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_path: dict[str, list[int]] = defaultdict(list)
        for i, path in enumerate(paths):
            whole = _parts(path)
            for name in {"/".join(whole), _without_suffix("/".join(whole))}:
                self._by_path[name].append(i)
            for start in range(len(whole)):
                name = "/".join(whole[start:])
                self._by_name[name].append(i)
                stem = _without_suffix(name)
                if stem != name:
                    self._by_name[stem].append(i)
        self.n_photos = len(paths)

    def find(self, name: str, beside: str = "") -> tuple[list[int], int]:
        """Photos that a cell may mean, and how far off it is: 0 for its whole name, more for each part left out.

        What lies where a table in the folder `beside` would mean it comes first.
        """
        near = "/".join([*_parts(beside), *_parts(_slashed(name))]) if beside and name else ""
        found = self._by_path.get(near) or self._by_path.get(_without_suffix(near))
        if found:
            return found, 0
        for distance, variant in enumerate(_variants(name)):
            found = self._by_name.get(variant)
            if found:
                return found, distance
        return [], 0

    def fits(self, names: Sequence[str], beside: str = "") -> bool:
        """Whether half of these texts name photos, or half of the photos are named by them."""
        found = [photos for photos, _ in (self.find(name, beside) for name in dict.fromkeys(names)) if photos]
        n_named = len({photo for photos in found for photo in photos})
        return bool(found) and (2 * len(found) >= len(set(names)) or 2 * n_named >= self.n_photos)


def match_rows(
    tables: Sequence[tuple[Table, Columns]],
    files: Sequence[tuple[str, PhotoSource]],
    index: PhotoIndex,
    roles: Sequence[Role | None],
    split: Split | None = None,
) -> tuple[list[Sample], list[Problem]]:
    """Give photos the classes of their rows.

    Parameters
    ----------
    tables : sequence of (Table, Columns)
    files : sequence of (str, callable)
        Photos: path, and where the bytes come from.
    index : PhotoIndex
        Of their paths.
    roles : sequence of (str or None)
        What the folders of each photo say that it is for.
    split : {"training", "validation", "test"}, optional
        What all of them are for. By default what their rows say, else the name of the table (train.csv), else their
        folders.

    Returns
    -------
    samples : list of Sample
        In the order of the files.
    problems : list of Problem
        Rows without photo or class, names that fit several photos, photos without row, or with several of different
        classes.
    """
    claims: dict[int, list[Claim]] = defaultdict(list)
    problems: list[Problem] = []
    for table, columns in tables:
        problems += _shorten(list(_claim(table, columns, files, index, roles, claims)), table.name)
    samples = []
    for i, (path, source) in enumerate(files):
        closest = min((claim[0] for claim in claims[i]), default=0)
        nearest = [claim for claim in claims[i] if claim[0] == closest]
        labels = list(dict.fromkeys(claim[1] for claim in nearest))
        if len(labels) == 1 and labels[0] is not None:
            told = next((claim[2] for claim in nearest if claim[2]), None)
            samples.append(Sample(path, source, labels[0], split or told or split_of_role(roles[i])))
        else:
            is_unlabelled = not nearest and roles[i] in ("test", "unlabelled")
            why = UNLABELLED if is_unlabelled else _why_not([*filter(None, labels)], nearest, tables)
            problems.append(Problem(path, why))
    return samples, problems


def _claim(
    table: Table,
    columns: Columns,
    files: Sequence[tuple[str, PhotoSource]],
    index: PhotoIndex,
    roles: Sequence[Role | None],
    claims: dict[int, list[Claim]],
) -> Iterator[Problem]:
    """Note which photo each row means; yield the rows that mean none."""
    labels = _labels(table, columns)
    whole = split_value(PurePosixPath(table.name).stem)
    splits = [split_value(text) for text in table.column(columns.split)] if columns.split else [whole] * len(table.rows)
    rows = zip(table.column(columns.file), labels, splits, strict=True)
    for number, (name, label, split) in enumerate(rows, table.first_row):
        row = f"{table.name}, row {number}"
        photos, distance = index.find(name, table.folder)
        if len(photos) > 1 and split:
            photos = [photo for photo in photos if split_of_role(roles[photo]) == split] or photos
        if len(photos) > 1:  # Those to try a model with have no rows, though they may be called the same.
            photos = [photo for photo in photos if roles[photo] not in ("test", "unlabelled")] or photos
        if not photos:
            yield Problem(row, Sentence("no-such-photo", name=name) if name else Sentence("no-photo-named"))
        elif len(photos) > 1:
            paths = [files[photo][0] for photo in photos[:2]]
            yield Problem(row, Sentence("ambiguous-photo", name=name, paths=paths))
        else:
            claims[photos[0]].append((distance, label, split, row))


def _labels(table: Table, columns: Columns) -> list[str | None]:
    if isinstance(columns.label, str):
        return [readable(text) for text in table.column(columns.label)]
    positions = [table.columns.index(name) for name in columns.label]
    yes = [[i for i in positions if is_yes(row[i])] for row in table.rows]
    return [readable(table.columns[found[0]]) if len(found) == 1 else None for found in yes]


def _why_not(labels: Sequence[str], nearest: Sequence[Claim], tables: Sequence[tuple[Table, Columns]]) -> Sentence:
    if labels:
        return Sentence("contradictory-rows", labels=(labels[0], labels[-1]))
    if nearest:
        return Sentence("row-without-class", row=nearest[0][3])
    return Sentence("photo-without-row", tables=[table.name for table, _ in tables])


def _shorten(problems: list[Problem], name: str) -> list[Problem]:
    # The table of a whole collection beside a few photos of it would bury the rest.
    more = len(problems) - _MOST_ROWS_LISTED
    rest = Problem(name, Sentence("more-rows", rows=more))
    return problems if more <= 1 else [*problems[:_MOST_ROWS_LISTED], rest]


def _parts(path: str) -> list[str]:
    return [part for part in parts_of(_plain(path)) if part.strip("/") not in ("", ".", "..")]


def _variants(name: str) -> Iterator[str]:
    """The name, then shorter ends of it, each as it is and without the suffix of a photo."""
    parts = _parts(_slashed(name))
    for start in range(len(parts)):
        rest = "/".join(parts[start:])
        yield rest
        if suffix_of(rest) in SUFFIXES:
            yield _without_suffix(rest)


def _slashed(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")) if name else ""


def _plain(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _without_suffix(name: str) -> str:
    return str(PurePosixPath(name).with_suffix("")) if suffix_of(name) in SUFFIXES else name
