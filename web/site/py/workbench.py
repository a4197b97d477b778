"""One page's photos and classifier: taking photos in, training, recognising, saving and opening."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import arrange
import check
import crossing
import explain
import figures
import incoming
import keeping
import live
import numpy as np
import project_files
import runs
import take
from album import Album, Place
from answers import answer
from desk_project import describe_opened
from exchange import Data, Emit, File, Reader, Stop, as_bytes, as_dict, as_samples, listed, reporter, stopper, unread
from keeping import Keeper
from numpy.typing import NDArray
from options import describe_params, read_options

from pyclassifier import AsyncImageClassifier, Dataset, ModelCard, Predictions, Problem, Progress
from pyclassifier.backbones import get_card
from pyclassifier.data import LabelBy

TOP = 5
OPENED = "opened"  # Stands for the backbone of the model in use.


class Workbench:
    """Photos, and a classifier to train on them.

    Parameters
    ----------
    engine : Engine
    find_card : callable
        The card of a backbone's name; of the default one for None.
    """

    methods: ClassVar[dict[str, Callable[..., Any]]]
    label_by: LabelBy = "auto"

    def __init__(self, engine: Any, find_card: Callable[[str | None], ModelCard]) -> None:
        self.engine = engine
        self._find_card = find_card
        self.album = Album()
        self.classifier = AsyncImageClassifier(find_card(None), engine=engine)
        self.outputs: list[int] | None = None  # keys of the classes that the model was trained on here
        self.trained_on: Mapping[int, Place] = {}
        self.alike: dict[str, int] = {}  # by content: group of nearly the same photos, as compared last
        self.runs = runs.Runs()
        self.rejects = True  # whether a model may answer "none of these", where its threshold is known
        self.crossed: tuple[Predictions, list[int]] | None = (
            None  # of the last cross-validation, with its classes' keys
        )
        self.confirmed: dict[int, int] = {}  # photos that were said to be right, with the key of their class
        self.shown: Data | None = None  # What the page got to know of the model, trained or opened.
        self.settings: Data = {}  # What the page's fields say.
        self.keeper: Keeper | None = None

    def find_card(self, name: str | None) -> ModelCard:
        """The card of a backbone's name; "opened" is the one that the model in use has, wherever it came from."""
        if name == OPENED:
            return get_card(self.classifier.backbone)
        return self._find_card(name)

    def read_options(self, options: Any) -> Data:
        """Parameters for training as the page's options say; an opened model uses its backbone as before."""
        params = read_options(options, self.find_card)
        if as_dict(options).get("backbone") == OPENED:
            fitted = self.classifier
            params |= {"input_size": None, "fit_mode": fitted.fit_mode, "pooling": fitted.pooling}
        return params

    def describe(self) -> Data:
        """The album for the page, and whether the model was trained on other photos than take part now."""
        stale = self.outputs is not None and self.album.now.taking_part() != self.trained_on
        labels = self.classifier.classes_.tolist() if self.outputs is not None else None
        return {**self.album.describe(), "stale": stale, "modelClasses": labels}

    def rearranged(self) -> Data:
        """Let the model's labels follow the classes' names; the album."""
        if self.outputs is not None:
            labels = self.classifier.classes_.tolist()
            names = self.album.now.names(self.outputs, labels)
            if len(set(names)) == len(names):
                self.classifier.rename_classes(names)
        return self.describe()

    async def clear(self, *, emit: Emit, stop: Stop) -> None:
        """Forget all photos."""
        self.classifier.cache.forget(self.album.clear())
        self.confirmed, self.crossed = {}, None

    async def train(self, options: Any, *, emit: Emit, stop: Stop) -> Data:
        """Train on the photos taken in so far."""
        params = self.read_options(options)
        self.classifier.set_params(**params, topology=None)
        trained = await self.fit(self.album.dataset(), emit, stop)
        if not self.rejects and self.classifier.validation_:
            self.classifier.set_threshold(None)
        self.trained_on = self.album.now.taking_part()
        self.outputs = [self.album.now.key(label) for label in trained["classes"]]
        card = get_card(self.classifier.backbone, self.classifier.input_size, self.classifier.fit_mode)
        used = {"backbone": card.title, "inputSize": card.input_size, "fitMode": card.preprocessing.fit_mode}
        self.runs.add(self, {**describe_params(params), **used}, trained)
        return trained

    async def take_back(self, run: runs.Run) -> None:
        """Go on with the model of a run."""
        # A model that was opened meanwhile may have a backbone of its own.
        target = self.classifier if self.outputs is not None else AsyncImageClassifier(engine=self.engine)
        await target.restore(run.snapshot)
        if target is not self.classifier:
            self.classifier.close()
            self.classifier = target
        self.outputs, self.trained_on, self.runs.current = run.outputs, run.places, run.number
        self.shown = run.trained
        self.rearranged()

    async def fit(self, dataset: Dataset, emit: Emit, stop: Stop) -> Data:
        """Train as the classifier's parameters say; history and figures for the page."""
        started = time.perf_counter()
        trained_from = started
        report = reporter(emit)

        def on_progress(progress: Progress) -> None:
            nonlocal trained_from
            trained_from = time.perf_counter()
            report(progress)

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

        await self.classifier.fit(dataset, on_progress=on_progress, on_epoch=on_epoch, should_stop=stopper(stop))
        ended = time.perf_counter()
        fitted = self.classifier
        self.shown = {
            "classes": fitted.classes_.tolist(),
            "epochs": len(fitted.history_["loss"]),
            "bestEpoch": fitted.best_epoch_,
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
        return self.shown

    async def evaluate(self, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
        """Figures on labelled photos."""
        problems: list[Problem] = []
        dataset = Dataset.from_files([(str(file.path), Reader(file)) for file in files])
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
            should_stop=stopper(stop),
        )
        reasons = iter(problems)  # In the samples' order, one for each row of nan.
        labels, threshold = self.classifier.classes_.tolist(), self.classifier.threshold_
        rows = zip(samples, y_proba, strict=True)
        return [_recognised(sample.path, row, labels, reasons, threshold) for sample, row in rows]

    async def export_model(self, options: Any, *, emit: Emit, stop: Stop) -> bytes:
        """The trained model as a zip."""
        given = as_dict(options)
        name = str(given.get("name") or self.classifier.name_)
        return await self.classifier.save(name=name, dtype=given.get("dtype") or "float32")

    async def open_model(self, data: Any, *, emit: Emit, stop: Stop) -> Data:
        """Take a zip's model for the trained one; the photos stay."""
        return self.keep(await AsyncImageClassifier.load(as_bytes(data), engine=self.engine))

    def keep(self, opened: AsyncImageClassifier) -> Data:
        """Go on with an opened classifier."""
        self.classifier.close()
        self.classifier = opened
        self.outputs = self.runs.current = None
        self.shown = describe_opened(opened)
        # What it knows is offered as classes, to add photos to and to train on.
        self.album.offer_classes(self.shown["classes"])
        return {**self.shown, "album": self.describe()}


class FlatWorkbench(Workbench):
    """Photos whose names say their classes, as android-0.jpg."""

    label_by: LabelBy = "name"


# By their names in js/protocol.js.
Workbench.methods = {
    "clear": Workbench.clear,
    "train": Workbench.train,
    "evaluate": Workbench.evaluate,
    "predict": Workbench.predict,
    "exportModel": Workbench.export_model,
    "openModel": Workbench.open_model,
}
Workbench.methods |= incoming.METHODS | arrange.METHODS | check.METHODS | figures.METHODS | runs.METHODS | live.METHODS
Workbench.methods |= keeping.METHODS | project_files.METHODS | crossing.METHODS | explain.METHODS | take.METHODS


def _recognised(
    path: str, row: NDArray[np.float32], labels: list[str], reasons: Iterator[Problem], threshold: float | None
) -> Data:
    if np.isnan(row[0]):
        return unread(next(reasons))
    best, ranked = answer(row, labels, threshold)
    return {"path": path, **best, "top": ranked[:TOP]}
