"""What Python assumed where photos can be read in several ways: said in a warning, with what to say instead."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence

from .readings import Reading
from .tables import MappingQuestion

_MOST_NAMED = 6


def assumed_reading(reading: Reading, others: Sequence[Reading]) -> str:
    """Say which of several ways to read folders was taken, and how to take another."""

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


def assumed_letters(path: str, readings: Mapping[str, Sequence[str]]) -> str:
    """Say in which of several encodings names were read."""
    (encoding, shown), *_ = readings.items()
    told = "; or ".join(f"encoding={other!r} ({', '.join(texts)})" for other, texts in readings.items())
    return (
        f"Expected names in {path} that say in which encoding they are, got none; assumed {encoding!r} "
        f"({', '.join(shown)}). Say which is right: {told}."
    )


def left_table(question: MappingQuestion) -> str:
    """Say that a table was not used, since its columns are not certain."""
    table, guess = question.table, question.guess
    return (
        f"Expected columns of {table.name} that name the photos and their classes for certain, got {table.columns!r}; "
        f"the table is not used. Say which they are: Dataset.from_csv({table.name!r}, ..., "
        f"file_column={guess.file!r}, label_column={guess.label!r})."
    )


def warn(message: str) -> None:
    """Warn about the first call outside this package."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(str(__package__)):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, stacklevel=level)
