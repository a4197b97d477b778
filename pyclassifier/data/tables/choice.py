"""Which tables among photos label them, and by which columns; which must be asked about; which label nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ...errors import DatasetError
from ...sentences import Sentence
from ..photos import Problem
from ..roles import Role, plain
from .columns import Columns, Guess, MappingQuestion, choose_columns, find_one_hot
from .rows import PhotoIndex
from .table import Table

_FORMS = ("submission", "submit", "soumission")


@dataclass
class Choice:
    """What came of looking at tables.

    Parameters
    ----------
    used : list of (Table, Columns)
    questions : list of MappingQuestion
        Tables whose columns are not certain; the one that names the most photos first.
    problems : list of Problem
        Tables that label nothing.
    """

    used: list[tuple[Table, Columns]] = field(default_factory=list)
    questions: list[MappingQuestion] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def choose_tables(
    tables: Sequence[Table], index: PhotoIndex, roles: Sequence[Role | None], answers: Mapping[str, Columns]
) -> Choice:
    """Choose the tables that label photos.

    Parameters
    ----------
    tables : sequence of Table
    index : PhotoIndex
        Of the photos.
    roles : sequence of (str or None)
        What the folders of each photo say that it is for.
    answers : mapping of str to Columns
        Of tables that were asked about, by their paths.

    Returns
    -------
    Choice

    Raises
    ------
    DatasetError
        An answer names no column.
    """
    choice = Choice()
    guesses: list[tuple[Table, Guess]] = []
    for table in tables:
        guess = None if table.name in answers or _is_form(table.name) else _guess(table, index)
        if table.name in answers:
            choice.used.append((table, check_columns(table, answers[table.name])))
        elif guess is None:
            code = "table-of-guesses" if _is_form(table.name) else "table-of-others"
            choice.problems.append(Problem(table.name, Sentence(code)))
        else:
            guesses.append((table, guess))
    if any(role is None or role in ("training", "validation") for role in roles):
        forms = [table for table, guess in guesses if len(guesses) > 1 and _is_for_guesses(table, guess, index, roles)]
        choice.problems += [Problem(table.name, Sentence("table-of-guesses")) for table in forms]
        guesses = [one for one in guesses if one[0] not in forms]
    choice.used += [(table, guess.columns) for table, guess in guesses if guess.is_sure]
    _settle([one for one in guesses if not one[1].is_sure], choice, index)
    return choice


def _guess(table: Table, index: PhotoIndex) -> Guess | None:
    return choose_columns(table, lambda names: index.fits(names, table.folder))


def _settle(unsure: Sequence[tuple[Table, Guess]], choice: Choice, index: PhotoIndex) -> None:
    """Use, leave out or ask about tables whose columns are not certain by themselves."""
    known = {table.columns: columns for table, columns in choice.used}
    alike = [(table, known[table.columns]) for table, _ in unsure if table.columns in known]
    choice.used += alike
    labelled = {photo for table, columns in choice.used for photo in _named(table, columns, index)}
    open_ones = [
        (table, guess, _named(table, guess.columns, index)) for table, guess in unsure if table.columns not in known
    ]
    for table, guess, photos in sorted(open_ones, key=lambda one: -len(one[2])):
        if photos <= labelled:
            choice.problems.append(Problem(table.name, Sentence("table-not-needed")))
        else:
            choice.questions.append(MappingQuestion(table, guess.columns, find_one_hot(table)))


def _is_form(name: str) -> bool:
    return any(word in plain(PurePosixPath(name).stem) for word in _FORMS)


def _is_for_guesses(table: Table, guess: Guess, index: PhotoIndex, roles: Sequence[Role | None]) -> bool:
    """Whether a table names photos to try a model with only, and gives them nothing that could be their classes."""
    photos = _named(table, guess.columns, index)
    if any(roles[photo] not in ("test", "unlabelled") for photo in photos):
        return False
    label = guess.columns.label
    is_constant = isinstance(label, str) and len(set(table.column(label))) == 1 and len(table.rows) > 2
    return is_constant or not guess.is_sure


def _named(table: Table, columns: Columns, index: PhotoIndex) -> set[int]:
    return {photo for name in table.column(columns.file) for photo in index.find(name, table.folder)[0]}


def check_columns(table: Table, columns: Columns) -> Columns:
    """Return columns that somebody named; DatasetError where the table has none of that name."""
    labels = (columns.label,) if isinstance(columns.label, str) else columns.label
    for name in (columns.file, *labels, *filter(None, [columns.split])):
        if name not in table.columns:
            raise DatasetError("no-such-column", table=table.name, columns=table.columns, column=name)
    return columns
