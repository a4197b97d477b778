"""The session of a page's worker: it runs the page's calls, plain data in and out, and has what they change kept."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from typing import Any

from pyclassifier import PyClassifierError, default_engine
from pyclassifier.errors import StoppedError, sentence_of
from pyclassifier.sentences import Sentence

from . import calls  # noqa: F401  # which declare themselves
from .bridge import CALLS, Data, Emit, File, Stop, error, plain, reporter, stopper
from .desk import Desk
from .keeping import Keeper, Storage
from .site import Site


def start(
    site_url: str,
    index: str,
    backend: str,
    fastest: Any,
    storage_of: Callable[[str], Any],
    on_reset: Callable[[], None],
) -> Session:
    """Make the session of a page; called once by the worker, which is told when the graphics processor is reset.

    ``fastest``: backends by the renderers that they were the fastest on when the page measured them, or null. That may
    have been another version of tf.js: the page measures anew then, and takes another backend if need be.
    """
    engine: Any = default_engine(site_url=site_url, backend=backend)
    engine.on_reset(on_reset)
    known = plain(fastest)
    if known:
        engine.prefer(lambda renderer: known.get(renderer, ""))
    return Session(engine, index, storage_of)


class Session:
    """The desks of a page, and its calls.

    Parameters
    ----------
    engine, index
        As in `Site`.
    storage_of : callable, optional
        Where a desk's project is kept, by the desk's name. By default nothing is kept.
    """

    def __init__(self, engine: Any, index: str, storage_of: Callable[[str], Storage] | None = None) -> None:
        self.site = Site(engine, index)
        self.desks = {
            "photos": Desk(self.site),
            "digits": Desk(self.site, from_scratch=True),
            "logos": Desk(self.site, label_by="name"),
        }
        self.keepers = {name: Keeper(desk, storage_of(name)) for name, desk in self.desks.items()} if storage_of else {}

    @property
    def at_once(self) -> list[str]:
        """The calls that do not wait for those before them, for the worker."""
        return [name for name, call in CALLS.items() if call.at_once]

    async def call(
        self, name: str, args: Sequence[Any], files: Sequence[File], emit: Emit, stop: Stop, desk: str = "photos"
    ) -> Data:
        """Run a call by its name: ``{"result": ...}`` or ``{"error": {"name", "message"}}``."""
        try:
            return {"result": await self._run(name, args, files, emit, stop, desk)}
        except StoppedError as stopped:
            return error("AbortError", stopped.sentence)
        except (PyClassifierError, ValueError) as expected:
            return error(type(expected).__name__, sentence_of(expected))
        except MemoryError:
            return error("MemoryError", Sentence("out-of-memory"))
        except Exception as unexpected:
            traceback.print_exc()  # For the console; a visitor gets a sentence.
            return error("InternalError", Sentence("internal-error", kind=type(unexpected).__name__))

    async def _run(
        self, name: str, args: Sequence[Any], files: Sequence[File], emit: Emit, stop: Stop, desk: str
    ) -> Any:
        call = CALLS.get(name)
        if call is None:
            raise ValueError(f"Expected one of the calls {', '.join(CALLS)}; got {name!r}.")
        if call.only_at not in (None, desk):
            raise ValueError(f"Expected a method of the desk {desk!r}, got {name!r}, which is one of {call.only_at!r}.")
        on_progress = reporter(emit)
        keeper = None if call.is_of_site else self.keepers.get(desk)
        given = {
            "files": files,
            "emit": emit,
            "on_progress": keeper.listening(on_progress) if keeper else on_progress,
            "should_stop": stopper(stop),
            "keeper": keeper,
        }
        owner = self.site if call.is_of_site else self.desks[desk]
        return await call.handle(owner, *map(plain, args), **{wanted: given[wanted] for wanted in call.wants})

    async def keep(self, desk: str) -> None:
        """See to it that what the last call changed is kept; called by the worker after each one but those at once."""
        if desk in self.keepers:
            await self.keepers[desk].look()
