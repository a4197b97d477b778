"""web/site/py/session.py on CPython with the numpy double: a page that calls it as the worker does."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import SimpleNamespace

from numpy_engine import NumpyEngine
from photos import COLORS, encode, noisy

from pyclassifier import CATALOG

SOURCE = Path(__file__).parents[1] / "web/site/py/session.py"
sys.path.insert(0, str(SOURCE.parent))
spec = importlib.util.spec_from_file_location("session", SOURCE)
session_module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(session_module)
INDEX = json.dumps([{"card": card.to_dict(), "bytes": 1} for card in CATALOG.values()])
FAST = {"inputSize": 32, "learningRate": 0.01, "epochs": 15}


class Page:
    """What the worker does: calls by name, collects events, passes files on."""

    def __init__(self):
        self.engine = NumpyEngine()
        self.session = session_module.Session(self.engine, INDEX)
        self.events = []
        self.stop = SimpleNamespace(requested=False)

    async def try_call(self, method, *args, desk="photos"):
        return await self.session.call(method, args, self.events.append, self.stop, desk)

    async def call(self, method, *args, desk="photos"):
        reply = await self.try_call(method, *args, desk=desk)
        assert "error" not in reply, reply
        # What crosses to JavaScript is plain data.
        return reply["result"] if isinstance(reply["result"], bytes) else json.loads(json.dumps(reply["result"]))


def files(pairs):
    return [SimpleNamespace(path=path, read=read) for path, read in pairs]


def photo(label, seed=99):
    async def read():
        return encode(noisy(COLORS[label], seed))

    return SimpleNamespace(path=f"new/{label}.png", read=read)
