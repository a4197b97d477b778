"""What the pages' worker calls, plain data in and out (see exchange.py)."""

from __future__ import annotations

import json
import platform
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from digits import DigitsDesk
from exchange import Data, Emit, File, Stop, as_dict, error
from keeping import Keeper
from recognise import Recogniser
from workbench import FlatWorkbench, Workbench

from pyclassifier import ModelCard, PyClassifierError, default_engine
from pyclassifier.errors import StoppedError, sentence_of
from pyclassifier.sentences import Sentence

KEPT = ("photos", "logos", "digits")  # Desks whose projects are kept in the browser.


def start(site_url: str, index: str, backend: str, place_of: Callable[[str], Any]) -> Session:
    """Make the session of a page; called once by the worker."""
    return Session(default_engine(site_url=site_url, backend=backend), index, place_of)


class Session:
    """One page's photos and classifier.

    Parameters
    ----------
    engine : Engine
        With ``set_backend`` and what else `pyclassifier.engines.tfjs.TfjsEngine` has.
    index : str
        JSON of the site's ``models/index.json``; the first backbone is the default.
    place_of : callable, optional
        Where a desk's project is kept, by the desk's name: see keeping.py. By default nothing is kept.
    """

    def __init__(self, engine: Any, index: str, place_of: Callable[[str], Any] | None = None) -> None:
        self.engine = engine
        self.backbones = [(ModelCard.from_dict(entry["card"]), int(entry["bytes"])) for entry in json.loads(index)]
        self.desks = {
            "photos": Workbench(engine, self.find_card),
            "digits": DigitsDesk(engine, self.find_card),
            "logos": FlatWorkbench(engine, self.find_card),
        }
        self.recogniser = Recogniser(engine)
        if place_of:
            for name in KEPT:
                self.desks[name].keeper = Keeper(self.desks[name], place_of(name))

    async def call(self, method: str, args: Sequence[Any], emit: Emit, stop: Stop, desk: str = "photos") -> Data:
        """Run a method by its name in js/protocol.js: ``{"result": ...}`` or ``{"error": {"name", "message"}}``.

        Methods that know of photos and of a classifier use those of the desk.
        """
        try:
            if method in METHODS:
                return {"result": await METHODS[method](self, *args, emit=emit, stop=stop)}
            bench = self.desks[desk]
            if method not in bench.methods:
                having = " or ".join(repr(name) for name, other in self.desks.items() if method in other.methods)
                raise ValueError(f"Expected a method of the desk {desk!r}, got {method!r}, which is one of {having}.")
            return {"result": await bench.methods[method](bench, *args, emit=_noting(bench, method, emit), stop=stop)}
        except StoppedError as stopped:
            return error("AbortError", stopped.sentence)
        except (PyClassifierError, ValueError) as expected:
            return error(type(expected).__name__, sentence_of(expected))
        except MemoryError:
            return error("MemoryError", Sentence("out-of-memory"))
        except Exception as unexpected:
            traceback.print_exc()  # For the console; a visitor gets a sentence.
            return error("InternalError", Sentence("internal-error", kind=type(unexpected).__name__))

    async def keep(self, desk: str) -> None:
        """See to it that what the last call changed is kept; called by the worker after each one."""
        keeper = self.desks[desk].keeper
        if keeper:
            await keeper.look()

    async def load_engine(self, *, emit: Emit, stop: Stop) -> None:
        """Load what computes."""
        await self.engine.load()

    async def connect(self, load: str = "backbone", *, emit: Emit, stop: Stop) -> Data:
        """Load what is used first: the default "backbone", the "network" with its own classes, or "nothing" yet."""
        if load == "backbone":
            await self.desks["photos"].classifier.load_backbone()
            await self.engine.warm_up()
        elif load == "network":
            await self.recogniser.load(self.backbones[0][0])
        return self.info()

    def info(self) -> Data:
        """What runs here."""
        return {
            "backend": self.engine.backend,
            "backends": self.engine.backends,
            "renderer": self.engine.renderer,
            "software": self.engine.software,
            "backbones": [
                {"name": card.name, "title": card.title, "inputSize": card.input_size, "bytes": n_bytes}
                for card, n_bytes in self.backbones
            ],
            "versions": {
                "pyclassifier": version("pyclassifier"),
                "python": platform.python_version(),
                "tfjs": self.engine.name.removeprefix("tfjs "),
            },
        }

    async def set_backend(self, name: str, *, emit: Emit, stop: Stop) -> Data:
        """Compute on another backend; tf.js moves what it holds when it is next used."""
        await self.engine.set_backend(name)
        return self.info()

    def find_card(self, name: str | None) -> ModelCard:
        """The card of a backbone that this site holds; of the default one where none is named."""
        if not name:
            return self.backbones[0][0]
        for card, _ in self.backbones:
            if card.name == name:
                return card
        known = ", ".join(card.name for card, _ in self.backbones)
        raise ValueError(f"Expected one of this site's backbones ({known}), got {name!r}.")

    async def recognise(self, options: Any, files: Sequence[File], *, emit: Emit, stop: Stop) -> list[Data]:
        """What pictures show, among the 1000 classes of ImageNet."""
        card = self.find_card(as_dict(options).get("backbone"))
        found: list[Data] = await self.recogniser.recognise(card, options, files, emit, stop)
        return found

    async def network(self, options: Any, *, emit: Emit, stop: Stop) -> Data:
        """The layers of a backbone."""
        return await self.recogniser.network(self.find_card(as_dict(options).get("backbone")))

    async def memory(self, *, emit: Emit, stop: Stop) -> dict[str, int]:
        """What the engine holds."""
        return dict(self.engine.memory())


METHODS: dict[str, Callable[..., Any]] = {
    "loadEngine": Session.load_engine,
    "connect": Session.connect,
    "setBackend": Session.set_backend,
    "recognise": Session.recognise,
    "network": Session.network,
    "memory": Session.memory,
}


def _noting(bench: Workbench, method: str, emit: Emit) -> Emit:
    """Progress for the page, of which the keeper hears when there are new features of the desk's photos."""
    keeper = bench.keeper
    if keeper is None or method == "predict":
        return emit

    def note(event: Data) -> None:
        emit(event)
        if event["stage"] == "features":
            keeper.grow()
        elif event["stage"] == "training" and event["done"] == 1:
            keeper.touch()  # The last of them came just before.

    return note
