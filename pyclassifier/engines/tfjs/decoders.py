"""Decoders: workers of a page, or of a notebook's kernel, that decode photos while the engine computes.

Each is the site's `js/decoder.js`, a Python of its own with this very package, so that its pixels are the same to the
bit; it takes some 120 MB. This thread decodes, too, whenever all of them have enough to do. So one that starts slowly,
or ends before its time, costs nothing but time: what it was asked for is done here.
"""

from __future__ import annotations

import asyncio
import math
import pickle
import sys
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import js
import numpy as np
import PIL
from pyodide.ffi import JsException, create_once_callable, create_proxy, to_js

from ...data import jpeg_decoder
from ...errors import PyClassifierError
from ...threads import use_helpers

P = ParamSpec("P")
Result = TypeVar("Result")

_MOST = 2  # The tab is then at most 1.3 times as large as without them.
_PREPARE_BYTES = 32_000_000  # Photos of so many bytes in all take 0.7 s.
_START_S = 2.0
# Until the page has shown the photos that came in, which is to be seen sooner than what comes of decoders.
_SHOWN_S = 0.5
_QUEUED_S = 0.04  # Work that each decoder has at hand, as long as this thread may be busy with other things.
_MOST_QUEUED = 8
# A photo is done here after all where its decoder takes so many times as long as this thread does, or as these seconds.
_PATIENCE = 2
_LEAST_S = 0.02
_HANGING_S = 60.0
_WATCH_S = 5.0
# How long they wait for photos: for the training that follows an intake, and for more of them.
_PREPARED_S = 300.0
_IDLE_S = 10.0


class _GoneError(Exception):
    """The decoder does not answer any more."""


class _Decoder:
    """One worker, and what it was asked for."""

    def __init__(self, url: str, tell_ended: Callable[[_Decoder, bool], None]) -> None:
        self.ready = False
        self.heard = 0.0  # When it replied last, or had nothing to do.
        self.waiting: dict[int, asyncio.Future[bytes]] = {}
        self._tell_ended = tell_ended
        self._n_calls = 0
        self._worker = js.Worker.new(url, type="module")
        self._listeners = [create_proxy(self._receive), create_proxy(self._fail)]
        self._worker.onmessage, self._worker.onerror = self._listeners

    def send(self, message: bytes) -> asyncio.Future[bytes]:
        """Send a call; the reply to it is a `_GoneError` where none will come."""
        self._n_calls += 1
        number = self._n_calls
        if not self.waiting:
            self.heard = time.monotonic()
        reply = self.waiting[number] = asyncio.get_running_loop().create_future()
        buffer = to_js(message).buffer
        self._worker.postMessage(to_js([number, buffer]), to_js([buffer]))
        return reply

    def end(self, *, lost: bool = False) -> None:
        """End the worker, if it has not ended yet by itself, and was lost; whoever waits for it hears of that."""
        if not self._listeners:
            return
        self._worker.onmessage = self._worker.onerror = None
        self._worker.terminate()
        for listener in self._listeners:
            listener.destroy()
        self._listeners = []
        self.ready = False
        for reply in self.waiting.values():
            reply.set_exception(_GoneError())
            reply.exception()  # Seen, though nobody may wait for it any more.
        self.waiting.clear()
        self._tell_ended(self, lost)

    def _receive(self, event: Any) -> None:
        message = event.data
        if hasattr(message, "reply"):
            self.heard = time.monotonic()
            self.waiting.pop(int(message.id)).set_result(message.reply.to_bytes())
        elif str(getattr(message, "versions", "")) == versions():
            self.ready = True
            if hasattr(js.navigator, "locks"):
                # It is free once the worker has ended, whatever ended it.
                is_free = create_once_callable(lambda lock: self.end(lost=True))
                js.navigator.locks.request(str(message.lock), is_free)
        else:
            self.end(lost=True)

    def _fail(self, event: Any) -> None:
        event.preventDefault()
        self.end(lost=True)


class Decoders:
    """The decoders of this thread; see `pyclassifier.threads.Helpers`.

    Parameters
    ----------
    url : str
        Of the script that one runs.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        cores = int(getattr(js.navigator, "hardwareConcurrency", None) or 1)
        self._most = min(cores - 1, _MOST)
        self._all: list[_Decoder] = []
        self._turn = asyncio.Lock()
        self._is_watched = False
        self._wanted_until = 0.0
        self._seconds: list[float] = []  # that photos took here

    def prepare(self, n_bytes: int) -> None:
        """Start them, if that pays for photos of so many bytes."""
        if n_bytes >= _PREPARE_BYTES:
            asyncio.get_running_loop().call_later(_SHOWN_S, self._start)

    def n_ahead(self, n_left: int) -> int:
        """How many photos are to be begun before the first of them is waited for."""
        if not self._all and len(self._seconds) >= _MOST_QUEUED and self._mean() * n_left > 2 * _START_S:
            self._start()
        n_ready = sum(decoder.ready for decoder in self._all)
        # One is decoded here, and one read; where a decoder is slow, this thread goes on with those that come next.
        return 2 + (n_ready + 1) * self._n_queued() if n_ready else 2

    async def call(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Result:
        """Call a function where that is done first."""
        async with self._turn:
            decoder = self._free()
            if decoder is None and self._all:
                await asyncio.sleep(0)  # Replies that came meanwhile are taken, which make decoders free.
                decoder = self._free()
            if decoder is None:
                return self._call_here(function, *args, **kwargs)
            reply = decoder.send(pickle.dumps((function, args, kwargs), 5))
            patience_s = _PATIENCE * len(decoder.waiting) * max(self._mean(), _LEAST_S)
        self._wanted_until = time.monotonic() + _IDLE_S
        await asyncio.wait([reply], timeout=patience_s)
        if not reply.done():
            # It gets less of the processors than this thread, which has nothing better to do in its turn.
            async with self._turn:
                await asyncio.sleep(0)
                if not reply.done():
                    return self._call_here(function, *args, **kwargs)
        if reply.exception():
            return self._call_here(function, *args, **kwargs)
        is_result, value = pickle.loads(reply.result())
        if not is_result:
            raise value
        result: Result = value
        return result

    def end(self) -> None:
        """End them all."""
        for decoder in list(self._all):
            decoder.end()

    def _start(self) -> None:
        try:
            while len(self._all) < self._most:
                self._all.append(_Decoder(self.url, self._forget))
        except JsException:  # A policy of the page that forbids workers.
            self._most = 0
        self._wanted_until = time.monotonic() + _PREPARED_S
        if not self._is_watched:
            self._watch()

    def _forget(self, decoder: _Decoder, lost: bool) -> None:
        self._all.remove(decoder)
        self._most -= lost  # What ends decoders will end more of them: photos too large, or a site without its files.

    def _free(self) -> _Decoder | None:
        ready = [decoder for decoder in self._all if decoder.ready and len(decoder.waiting) < self._n_queued()]
        return min(ready, key=lambda decoder: len(decoder.waiting), default=None)

    def _n_queued(self) -> int:
        return min(max(math.ceil(_QUEUED_S / self._mean()), 2), _MOST_QUEUED) if self._seconds else 2

    def _mean(self) -> float:
        return sum(self._seconds) / len(self._seconds) if self._seconds else _LEAST_S

    def _call_here(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Result:
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            self._seconds = [*self._seconds[1 - 2 * _MOST_QUEUED :], max(time.perf_counter() - started, 1e-4)]

    def _watch(self) -> None:
        """Look now and then for decoders that are not wanted any more, and for those that hang."""
        now = time.monotonic()
        for decoder in list(self._all):
            if decoder.waiting and now > decoder.heard + _HANGING_S:
                decoder.end(lost=True)
            elif not decoder.waiting and now > self._wanted_until:
                decoder.end()
        self._is_watched = bool(self._all)
        if self._all:
            # One timer, not one for each photo: Pyodide keeps those that were cancelled, too.
            asyncio.get_running_loop().call_later(_WATCH_S, self._watch)


_decoders: Decoders | None = None


def use_decoders(site_url: str | None) -> None:
    """Have photos decoded by workers of this site, too, where it is one and workers can be started."""
    global _decoders
    url = f"{site_url}js/decoder.js"
    if site_url and hasattr(js, "Worker") and (_decoders is None or _decoders.url != url):
        _decoders = Decoders(url)
        use_helpers(_decoders)


def versions() -> str:
    """What pixels may depend on."""
    return f"Python {sys.version}, numpy {np.__version__}, Pillow {PIL.__version__}, {jpeg_decoder()}"


def answer(call: Any) -> Any:
    """Do what a call says, in a decoder; what is not the photo's fault is an error of JavaScript there."""
    function, args, kwargs = pickle.loads(call.to_bytes())
    try:
        reply = True, function(*args, **kwargs)
    except PyClassifierError as error:
        reply = False, error
    return to_js(pickle.dumps(reply, 5))
