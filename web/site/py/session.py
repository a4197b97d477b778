"""What the page's worker calls: one classifier and its photos, plain data in and out (see exchange.py)."""

from __future__ import annotations

import json
import platform
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from math import isnan
from typing import Any

from exchange import Data, Emit, File, Stop, as_bytes, as_dict, as_samples, error, listed, reader, reporter
from recognise import Recogniser

from pyclassifier import (
    Dataset,
    ImageClassifier,
    ModelCard,
    Problem,
    Progress,
    PyClassifierError,
    StoppedError,
    default_engine,
    from_files,
)

# What the page calls them -> what ImageClassifier calls them.
OPTIONS = {
    "epochs": "epochs",
    "learningRate": "learning_rate",
    "hiddenUnits": "hidden_units",
    "batchSize": "batch_size",
    "validationSplit": "validation_split",
    "inputSize": "input_size",
    "fitMode": "fit_mode",
    "pooling": "pooling",
    "seed": "random_state",
}
TOP = 5


def start(site_url: str, index: str, backend: str) -> Session:
    """Make the session of a page; called once by the worker."""
    return Session(default_engine(site_url=site_url, backend=backend), index)


class Session:
    """One page's photos and classifier.

    Parameters
    ----------
    engine : Engine
        With ``set_backend`` and what else `pyclassifier.engines.tfjs.TfjsEngine` has.
    index : str
        JSON of the site's ``models/index.json``; the first backbone is the default.
    """

    def __init__(self, engine: Any, index: str) -> None:
        self.engine = engine
        self.backbones = [(_card(entry["card"]), int(entry["bytes"])) for entry in json.loads(index)]
        self.dataset = Dataset()
        self.classifier = ImageClassifier(self.backbones[0][0], engine=engine)
        self.recogniser = Recogniser(engine)

    async def call(self, method: str, args: Sequence[Any], emit: Emit, stop: Stop) -> Data:
        """Run a method by its name in js/protocol.js: ``{"result": ...}`` or ``{"error": {"name", "message"}}``."""
        try:
            return {"result": await METHODS[method](self, *args, emit=emit, stop=stop)}
        except StoppedError as stopped:
            return error("AbortError", str(stopped))
        except (PyClassifierError, ValueError) as expected:
            return error(type(expected).__name__, str(expected))
        except MemoryError:
            return error("MemoryError", "This tab ran out of memory. Use fewer or smaller photos, and reload the page.")
        except Exception as unexpected:
            traceback.print_exc()  # For the console; a visitor gets a sentence.
            return error("InternalError", f"Something went wrong inside pyclassifier ({type(unexpected).__name__}).")

    async def load_engine(self, *, emit: Emit, stop: Stop) -> None:
        """Load what computes."""
        await self.engine.load()

    async def connect(self, load: str = "backbone", *, emit: Emit, stop: Stop) -> Data:
        """Load what is used first: the default "backbone", the "network" with its own classes, or "nothing" yet."""
        if load == "backbone":
            await self.classifier.load_backbone()
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

    async def add(self, split: str, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
        """Take labelled photos in; "training" leaves it to their folders to say otherwise."""
        readers = [reader(file) for file in files]
        positions = {read: i for i, read in enumerate(readers)}
        incoming = from_files(
            [(str(file.path), read) for file, read in zip(files, readers, strict=True)],
            split="validation" if split == "validation" else None,
        )
        self.dataset += incoming
        return {
            "added": [
                {"index": positions[sample.read], "label": sample.label, "split": sample.split}
                for sample in incoming.samples
            ],
            "classes": self.classes(),
            "problems": listed(self.dataset.problems),
        }

    def classes(self) -> list[Data]:
        """Labels with their number of photos; what is not marked for validation counts as training."""
        counts = self.dataset.count()
        return [
            {"label": label, "training": n.total() - n["validation"], "validation": n["validation"]}
            for label, n in counts.items()
        ]

    async def clear(self, *, emit: Emit, stop: Stop) -> None:
        """Forget all photos."""
        self.classifier.forget(self.dataset.samples)
        self.dataset = Dataset()

    async def train(self, options: Any, *, emit: Emit, stop: Stop) -> Data:
        """Train on the photos taken in so far."""
        options = as_dict(options)
        unknown = sorted(set(options) - set(OPTIONS) - {"backbone"})
        if unknown:
            raise ValueError(f"Expected options among backbone, {', '.join(OPTIONS)}; got {', '.join(unknown)}.")
        defaults = ImageClassifier().get_params()
        given = {name: value for name, value in options.items() if value is not None}
        params = {ours: given.get(name, defaults[ours]) for name, ours in OPTIONS.items()}
        if options.get("backbone"):
            params["backbone"] = self.find_card(options["backbone"])
        self.classifier.set_params(**params)
        return await self._fit(emit, stop)

    async def _fit(self, emit: Emit, stop: Stop) -> Data:
        started = time.perf_counter()
        trained_from = started

        def on_progress(progress: Progress) -> None:
            nonlocal trained_from
            trained_from = time.perf_counter()
            emit({"stage": progress.stage, "done": progress.done, "total": progress.total})

        epochs = self.classifier.epochs

        def on_epoch(history: dict[str, list[float]]) -> None:
            done = len(history["loss"])
            emit(
                {
                    "stage": "training",
                    "done": done,
                    "total": epochs,
                    "epoch": done,
                    "epochs": epochs,
                    "history": history,
                }
            )

        await self.classifier.fit(
            self.dataset, on_progress=on_progress, on_epoch=on_epoch, should_stop=lambda: bool(stop.requested)
        )
        ended = time.perf_counter()
        fitted = self.classifier
        return {
            "classes": fitted.classes_.tolist(),
            "epochs": len(fitted.history_["loss"]),
            "stopped": fitted.stopped_,
            "history": fitted.history_,
            "nTraining": fitted.n_training_,
            "evaluation": fitted.evaluation_.to_dict() if fitted.evaluation_ else None,
            "seconds": {
                "features": trained_from - started,
                "training": ended - trained_from,
                "total": ended - started,
            },
            "problems": listed(fitted.problems_),
        }

    def find_card(self, name: str | None) -> ModelCard:
        """The card of a backbone that this site holds; of the default one where none is named."""
        if not name:
            return self.backbones[0][0]
        for card, _ in self.backbones:
            if card.name == name:
                return card
        known = ", ".join(card.name for card, _ in self.backbones)
        raise ValueError(f"Expected one of this site's backbones ({known}), got {name!r}.")

    async def evaluate(self, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
        """Figures on labelled photos."""
        problems: list[Problem] = []
        dataset = from_files([(str(file.path), reader(file)) for file in files])
        evaluation = await self.classifier.evaluate(dataset, problems=problems)
        return {**evaluation.to_dict(), "problems": listed(problems)}

    async def predict(self, files: Sequence[File], *, emit: Emit, stop: Stop) -> list[Data]:
        """Recognise photos, in their order."""
        samples = as_samples(files)
        problems: list[Problem] = []
        y_proba = await self.classifier.predict_proba(
            samples,
            problems=problems,
            on_progress=reporter(emit),
            should_stop=lambda: bool(stop.requested),
        )
        reasons = iter(problems)  # In the samples' order, one for each row of nan.
        labels = self.classifier.classes_.tolist()
        return [_recognised(s.path, row.tolist(), labels, reasons) for s, row in zip(samples, y_proba, strict=True)]

    async def export_model(self, options: Any, *, emit: Emit, stop: Stop) -> bytes:
        """The trained model as a zip."""
        return await self.classifier.save(name=str(as_dict(options).get("name") or self.classifier.name_))

    async def open_model(self, data: Any, *, emit: Emit, stop: Stop) -> Data:
        """Take a zip's model for the trained one; the photos stay."""
        opened = await ImageClassifier.load(as_bytes(data), engine=self.engine)
        self.classifier.close()
        self.classifier = opened
        card = opened.backbone
        evaluation = opened.evaluation_
        return {
            "name": opened.name_,
            "classes": opened.classes_.tolist(),
            "backbone": card.name if isinstance(card, ModelCard) else card,
            "inputSize": card.input_size if isinstance(card, ModelCard) else opened.input_size,
            "evaluation": evaluation.to_dict() if evaluation else None,
            "history": opened.history_ or None,
        }

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
    "add": Session.add,
    "clear": Session.clear,
    "train": Session.train,
    "evaluate": Session.evaluate,
    "predict": Session.predict,
    "exportModel": Session.export_model,
    "openModel": Session.open_model,
    "recognise": Session.recognise,
    "network": Session.network,
    "memory": Session.memory,
}


def _card(fields: Data) -> ModelCard:
    return ModelCard(**{**fields, "sha256": tuple((name, digest) for name, digest in fields["sha256"])})


def _recognised(path: str, row: list[float], labels: list[str], reasons: Iterator[Problem]) -> Data:
    if isnan(row[0]):
        return {"path": path, "error": next(reasons).reason}
    top = [{"label": labels[i], "probability": row[i]} for i in sorted(range(len(row)), key=lambda i: -row[i])[:TOP]]
    return {"path": path, **top[0], "top": top}
