"""How things show themselves: HTML in notebooks, for which `display` knows how, a short `repr`, and pandas' tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import singledispatch
from typing import Any, cast

import numpy as np

_MOST_SHOWN = 3


@singledispatch
def to_html(thing: object) -> str:
    """HTML of a thing, for a notebook; `display` registers a function for each type.

    Parameters
    ----------
    thing : object

    Returns
    -------
    str
    """
    raise TypeError(f"Expected something that notebooks can show, got {type(thing).__name__}.")


def make_table(columns: Mapping[str, Any]) -> Any:
    """Make a table for pandas, which is imported then.

    Parameters
    ----------
    columns : mapping of str to sequence
        By their names.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ImportError
        pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            "Expected pandas, which makes the table. Install it: pip install pandas; in a notebook in the browser "
            "`import pandas` loads it."
        ) from error
    return pd.DataFrame(columns)


class Shown:
    """A thing that notebooks show as HTML."""

    def _repr_html_(self) -> str:
        return to_html(self)


class Brief:
    """A dataclass (``repr=False``) whose `repr` fits on a screen, however many photos it holds."""

    def __repr__(self) -> str:
        shown = [f"{one.name}={_brief(getattr(self, one.name))}" for one in fields(cast(Any, self)) if one.repr]
        return f"{type(self).__name__}({', '.join(shown)})"


def _brief(value: object) -> str:
    """Show of a long tuple its first element and how many there are, and of bytes and arrays how large they are."""
    if isinstance(value, tuple):
        if len(value) > _MOST_SHOWN:
            return f"({_brief(value[0])}, ... {len(value):,} in all)"
        return f"({', '.join(map(_brief, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict) and len(value) > _MOST_SHOWN:
        return f"<{len(value):,} entries>"
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, np.ndarray):
        return f"<{value.dtype} of shape {value.shape}>"
    return repr(value)
