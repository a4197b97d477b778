"""What notebooks show: things only say that they can be shown, and `display` says how, for each type."""

from __future__ import annotations

from functools import singledispatch


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
