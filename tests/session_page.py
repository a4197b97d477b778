"""web/desks/session.py on CPython with the numpy double: a page that calls it as the worker does."""

from __future__ import annotations

import json
from types import SimpleNamespace

from desks.bridge import CALLS
from desks.session import Session
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, encode, noisy

from pyclassifier import CATALOG

INDEX = json.dumps([{"card": card.to_dict(), "bytes": 1} for card in CATALOG.values()])
FAST = {"inputSize": 32, "learningRate": 0.01, "epochs": 15, "cv": 0}


class Page:
    """What the worker does: calls by name, collects events, passes files on."""

    def __init__(self):
        self.engine = NumpyEngine()
        self.session = Session(self.engine, INDEX)
        self.events = []
        self.stop = SimpleNamespace(requested=False)

    async def try_call(self, name, *args, desk="photos"):
        args, files = (args[:-1], args[-1]) if "files" in CALLS[name].wants else (args, [])
        return await self.session.call(name, args, files, self.events.append, self.stop, desk)

    async def call(self, name, *args, desk="photos"):
        reply = await self.try_call(name, *args, desk=desk)
        assert "error" not in reply, reply
        # What crosses to JavaScript is plain data.
        return reply["result"] if isinstance(reply["result"], bytes) else json.loads(json.dumps(reply["result"]))


def files(pairs):
    return [SimpleNamespace(path=path, read=read, size=len(getattr(read, "data", b""))) for path, read in pairs]


def photo(label, seed=99):
    read = Reader(encode(noisy(COLORS[label], seed)))
    return SimpleNamespace(path=f"new/{label}.png", read=read, size=len(read.data))
