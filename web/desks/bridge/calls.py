"""Calls of the page: a handler declares itself here, once; its caller is a method of js/desk.js or js/client.js.

web/declare.py reads the declarations, and writes their types for JavaScript.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True)
class Call:
    """A call that the page can make.

    Parameters
    ----------
    handle : coroutine function
        Its first parameter is the ``desk``, or the ``site`` where it is about no desk. Then comes what the page passes,
        as plain data, and by their names what the session has: ``files``, ``emit``, ``on_progress``, ``should_stop``,
        ``keeper``.
    at_once : bool
        Whether it is answered while others are worked on. Nothing is written after it, as that may need the engine.
    only_at : str, optional
        The only desk that has it.
    """

    handle: Callable[..., Awaitable[Any]]
    at_once: bool = False
    only_at: str | None = None

    @property
    def is_of_site(self) -> bool:
        """Whether it is about no desk."""
        return next(iter(inspect.signature(self.handle).parameters)) == "site"

    @property
    def wants(self) -> set[str]:
        """What it takes of what the session has."""
        parameters = inspect.signature(self.handle).parameters.values()
        return {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}


CALLS: dict[str, Call] = {}


def call(name: str, *, at_once: bool = False, only_at: str | None = None) -> Callable[[Handler], Handler]:
    """Let the page call a coroutine function by this name; the other parameters are those of `Call`."""

    def declare(handle: Handler) -> Handler:
        if name in CALLS:
            raise ValueError(f"Expected one handler of the call {name!r}, got two.")
        CALLS[name] = Call(handle, at_once, only_at)
        return handle

    return declare
