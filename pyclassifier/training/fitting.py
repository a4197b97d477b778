"""A dataset -> what a classifier learns of it: features, split, head, figures, record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..backbones import Topology, join_views, output_shapes
from ..data import Dataset, Sample
from ..embedding import FeatureExtractor
from ..engines import Array, Engine, Model, StoredModel, StoredRows, predict_rows
from ..errors import DatasetError
from ..judging import Calibration, Predictions
from ..progress import Callbacks
from ..sentences import Sentence
from .drawn import DrawnSplit
from .folds import Ints
from .heads import TrainedHead
from .learned import Learned
from .material import Embedded, Material, add_copies, arrange, gather
from .parts import Parts, part
from .record import make_record
from .settings import TrainSettings
from .splitting import Leak, check_splittable, find_leaks
from .trials import Trial, fit_again, try_out
from .tuning import Tuned, fine_tune
from .views import ViewsEffect, try_without_views


async def learn(
    dataset: Dataset,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
    embedded: Embedded | None = None,
    groups: Mapping[str, int] | None = None,
    before: Sequence[DrawnSplit] = (),
) -> tuple[Learned, BaseException | None]:
    """Train a head on a dataset's features, judge it by photos held out, and fit it again on these as well.

    Parameters
    ----------
    dataset : Dataset
    extractor : FeatureExtractor
    engine : Engine
    settings : TrainSettings
    callbacks : Callbacks
    embedded : Embedded, optional
        The dataset's photos with their features, where these are known.
    groups : mapping of str to int, optional
        As in `gather`.
    before : sequence of DrawnSplit
        As in `part`.

    Returns
    -------
    learned : Learned
    interruption : BaseException or None
        For the caller to raise once the head is in a safe place.

    Raises
    ------
    DatasetError, StoppedError, EngineError
        As `pyclassifier.ImageClassifier.fit` says; nothing of the head is left in the engine.
    """
    check_splittable(dataset, settings.validation_split)
    if settings.topology is not None:
        _check_outputs(settings.topology, dataset.labels)
        if settings.fine_tune:
            raise ValueError("Expected fine_tune=None with a topology: it is trained as a whole, without a backbone.")
    if extractor.views:
        if settings.fine_tune:
            raise ValueError(Sentence("no-views-to-fine-tune"))
        join_views(extractor.model.topology, {}, extractor.views)  # What could not be saved is not trained.
    if embedded:
        material = arrange(embedded, extractor, settings)
    else:
        material = await gather(dataset, extractor, settings, callbacks, groups)
    parts = part(dataset, material, settings, before)
    _check_readable(dataset, [material.samples[i] for i in parts.training])
    rows = parts.known if settings.refit or parts.folds else parts.training
    material = await add_copies(material, rows, extractor, settings, callbacks)
    trial = await try_out(material, parts, engine, settings, callbacks)
    trial, plain = await try_without_views(material, parts, trial, engine, settings, callbacks)
    tuned = await _tune(material, parts, trial, extractor, engine, settings, callbacks)
    head, learned_from = trial.head, trial.training
    try:
        if settings.refit and len(trial.judged) and not (head.stopped or head.interruption):
            head = await fit_again(material, parts.known, trial, engine, settings, callbacks)
            learned_from = trial.training if head.model is trial.head.model else parts.known
        tested = await _test(head.model, material, parts, material.X)
        done = _Done(material, parts, trial, head, learned_from, tested, plain)
        learned = _describe(done, dataset, extractor, engine, settings)
        if tuned is None:
            return learned, head.interruption
        if tuned.told.kept:
            learned = await _describe_tuned(tuned, done, learned, dataset, engine, settings)
            head.model.dispose()
    except BaseException:
        head.model.dispose()
        if tuned and tuned.told.kept:
            tuned.dispose()
        raise
    record = {**learned.record, "fineTuning": tuned.told.to_dict()}
    told = learned.fine_tuning or tuned.told
    interruption = tuned.head.interruption or head.interruption
    stopped = learned.stopped or tuned.head.stopped or head.stopped
    return replace(learned, fine_tuning=told, record=record, stopped=stopped), interruption


async def _tune(
    material: Material,
    parts: Parts,
    trial: Trial,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
) -> Tuned | None:
    """Fine-tune where it is asked for, from the trial's head, which is disposed of where this fails."""
    head = trial.head
    if not settings.fine_tune or head.stopped or head.interruption:
        return None
    try:
        return await fine_tune(material, parts.training, parts.validation, head, extractor, engine, settings, callbacks)
    except BaseException:
        head.model.dispose()
        raise


async def _test(model: Model, material: Material, parts: Parts, X: Array | StoredRows) -> Array:
    """What a head says of the photos that are there to test by."""
    if not len(parts.test):
        return np.zeros((0, len(material.classes)), np.float32)
    return await predict_rows(model, X[parts.test])


async def _describe_tuned(
    tuned: Tuned, done: _Done, alone: Learned, dataset: Dataset, engine: Engine, settings: TrainSettings
) -> Learned:
    """What was learned with the backbone's last blocks, and before, to come back to."""
    material, parts = done.material, done.parts
    X = np.zeros((len(material.samples), 0), np.float32)
    if len(parts.test):
        features = await tuned.extractor.extract([material.samples[i] for i in parts.test])
        X = np.zeros((len(material.samples), features.X.shape[1]), np.float32)
        X[parts.test[list(features.kept)]] = features.X
    trial = replace(done.trial, head=tuned.head, judged=parts.validation, y_proba=tuned.head.y_proba, n_splits=None)
    tested = await _test(tuned.head.model, material, parts, X)
    told = _Done(material, parts, trial, tuned.head, tuned.learned_from, tested)
    before = replace(alone, head=StoredModel(alone.head.topology, alone.head.weights()))
    learned = _describe(told, dataset, tuned.extractor, engine, settings)
    return replace(learned, fine_tuning=replace(tuned.told, head=before))


@dataclass(frozen=True)
class _Done:
    """A training that is done: what was learned from what, and what it says of other photos."""

    material: Material
    parts: Parts
    trial: Trial
    head: TrainedHead
    learned_from: Ints
    tested: Array
    plain: Array | None = None

    @property
    def validation(self) -> Predictions | None:
        """Of the photos that were judged by heads that had not learned from them, in the order of their contents."""
        return self._judged(self.trial.y_proba)

    def _judged(self, y_proba: Array) -> Predictions | None:
        trial = self.trial
        order = np.argsort(trial.judged)
        n_learned = len(trial.training) if self.is_refit and trial.n_splits is None else None
        return self._predictions(trial.judged[order], y_proba[order], trial.n_splits, n_learned)

    @property
    def views(self) -> ViewsEffect | None:
        """What the views make of the figures."""
        seen, plain = self.validation, None if self.plain is None else self._judged(self.plain)
        return ViewsEffect(plain.evaluation, seen.compare(plain)) if seen and plain else None

    @property
    def test(self) -> Predictions | None:
        """Of the photos that are there to test by."""
        return self._predictions(self.parts.test, self.tested)

    @property
    def is_refit(self) -> bool:
        """Whether the head has learned from photos that it, or others like it, were judged by before."""
        return len(np.intersect1d(self.learned_from, self.trial.judged)) > 0

    def _predictions(
        self, rows: Ints, y_proba: Array, n_splits: int | None = None, n_learned: int | None = None
    ) -> Predictions | None:
        if not len(rows):
            return None
        samples, classes = tuple(self.material.samples[i] for i in rows), self.material.classes
        return Predictions(samples, classes, y_proba, n_splits=n_splits, n_learned=n_learned)

    @property
    def leaks(self) -> tuple[Leak, ...]:
        """Photos to validate or test by that have their like among those to learn from, or to choose by."""
        found: list[Leak] = []
        material, parts = self.material, self.parts
        # A fold is judged by a head that learned from the others; groups are never parted by them.
        for known, judged in ((parts.training, parts.validation), (parts.known, parts.test)):
            rows = np.sort(np.concatenate([known, judged]))
            found += find_leaks(
                [material.samples[i] for i in rows],
                [material.digests[i] for i in rows],
                material.groups[rows],
                np.isin(rows, judged),
            )
        return tuple(found)

    @property
    def split(self) -> dict[str, Any] | None:
        """Of the photos of the record, in its order, the folds that judge them; None where they were marked."""
        if not self.parts.is_drawn:
            return None
        folds, judged = self.parts.test_fold(len(self.material.samples)), np.sort(self.trial.judged)
        told = {"training": folds[self.learned_from].tolist(), "validation": folds[judged].tolist()}
        return {"n_splits": self.parts.n_splits, **told}

    def digests(self, rows: Ints) -> list[str]:
        """Hashes of the contents of photos."""
        return [self.material.digests[i] for i in rows]


def _describe(
    done: _Done, dataset: Dataset, extractor: FeatureExtractor, engine: Engine, settings: TrainSettings
) -> Learned:
    """What was learned, with its figures and its record."""
    head, validation, test, views = done.head, done.validation, done.test, done.views
    evaluation = validation.evaluation if validation else None
    test_evaluation = test.evaluation if test else None
    learned = Learned(
        extractor=extractor,
        head=head.model,
        classes=np.asarray(done.material.classes, dtype=np.str_),
        history=head.history,
        evaluation=evaluation,
        validation=validation,
        test_evaluation=test_evaluation,
        leaks=done.leaks,
        problems=dataset.problems + done.material.problems,
        n_training=len(done.learned_from),
        stopped=head.stopped,
        record=make_record(
            parameters={
                **settings.to_dict(),
                "l2": head.l2,
                "spread": head.spread,
                "batch_size": done.trial.chosen.batch_size,
                "backbone": extractor.card.name,
                "input_size": extractor.card.input_size,
                "fit_mode": extractor.card.preprocessing.fit_mode,
                "pooling": extractor.pooling,
                "views": extractor.views,
            },
            engine=engine,
            history=head.history,
            evaluation=evaluation,
            test=test_evaluation,
            refit=done.is_refit,
            training=done.digests(done.learned_from),
            validation=done.digests(np.sort(done.trial.judged)),
            tested=done.digests(done.parts.test),
            split=done.split,
        ),
        views=views,
    )
    if views:
        learned = replace(learned, record={**learned.record, "views": views.to_dict()})
    if validation:
        learned = learned.calibrated(Calibration.measure(validation.y_true, validation.y_proba))
    return learned


def _check_outputs(topology: Topology, labels: Sequence[str]) -> None:
    (n_outputs,) = output_shapes(topology)[-1]
    if n_outputs != len(labels):
        raise ValueError(
            f"Expected a network with an output for each of the {len(labels)} classes, got one with {n_outputs}. "
            f"End it with layers.dense({len(labels)})."
        )


def _check_readable(dataset: Dataset, training: Sequence[Sample]) -> None:
    missing = [label for label in dataset.labels if label not in {sample.label for sample in training}]
    if missing:
        raise DatasetError("unreadable-classes", labels=missing)
