"""How things show themselves: HTML in notebooks, for which `display` knows how, and a short `repr` elsewhere."""

from __future__ import annotations

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


class Shown:
    """A thing that notebooks show as HTML."""

    def _repr_html_(self) -> str:
        return to_html(self)


class Brief:
    """A dataclass (``repr=False``) whose `repr` fits on a screen, however many photos it holds."""

    def __repr__(self) -> str:
        shown = [f"{one.name}={brief(getattr(self, one.name))}" for one in fields(cast(Any, self)) if one.repr]
        return f"{type(self).__name__}({', '.join(shown)})"


def brief(value: object) -> str:
    """Show a value: of a long tuple its first element and how many there are, of an array and bytes what they are.

    Parameters
    ----------
    value : object

    Returns
    -------
    str

    Examples
    --------
    >>> brief((tuple(range(5000)), b"abc", np.zeros((2, 3), np.float32)))
    '((0, ... 5,000 in all), <3 bytes>, <float32 of shape (2, 3)>)'
    """
    if isinstance(value, tuple):
        if len(value) > _MOST_SHOWN:
            return f"({brief(value[0])}, ... {len(value):,} in all)"
        return f"({', '.join(map(brief, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict) and len(value) > _MOST_SHOWN:
        return f"<{len(value):,} entries>"
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, np.ndarray):
        return f"<{value.dtype} of shape {value.shape}>"
    return repr(value)
