"""A dataset -> what a classifier learns of it: features, split, head, figures, record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..backbones import Topology, output_shapes
from ..data import Dataset, Sample
from ..embedding import FeatureExtractor
from ..engines import Engine, StoredModel
from ..errors import DatasetError
from ..judging import Calibration, Predictions
from ..progress import Callbacks
from .heads import TrainedHead
from .learned import Learned
from .material import Ints, Material, add_copies, gather, train_on
from .record import make_record
from .settings import TrainSettings
from .splitting import check_splittable, find_leaks
from .tuning import fine_tune


async def learn(
    dataset: Dataset,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
) -> tuple[Learned, BaseException | None]:
    """Train a head on a dataset's features.

    Parameters
    ----------
    dataset : Dataset
    extractor : FeatureExtractor
    engine : Engine
    settings : TrainSettings
    callbacks : Callbacks

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
    material = await gather(dataset, extractor, settings, callbacks)
    rows = np.arange(len(material.samples))
    marked = any(sample.split == "validation" for sample in dataset.samples)
    if marked:
        to_judge = np.array([sample.split == "validation" for sample in material.samples], dtype=bool)
        training, judged = rows[~to_judge], rows[to_judge]
    else:
        training, judged = material.draw(rows, settings)
    _check_readable(dataset, [material.samples[i] for i in training])
    material = await add_copies(material, training, extractor, settings, callbacks)
    head = await train_on(material, training, judged, engine, settings, callbacks)
    learned = _describe(dataset, extractor, engine, settings, material, training, judged, head)
    if not settings.fine_tune or head.stopped or head.interruption:
        return learned, head.interruption
    try:
        tuned = await fine_tune(material, training, judged, head, extractor, engine, settings, callbacks)
    except BaseException:
        head.model.dispose()
        raise
    alone = replace(learned, head=StoredModel(head.model.topology, head.model.weights()))
    if tuned.told.kept:
        head.model.dispose()
        learned = _describe(dataset, tuned.extractor, engine, settings, material, training, judged, tuned.head)
    told = replace(tuned.told, head=alone if tuned.told.kept else None)
    record = {**learned.record, "fineTuning": told.to_dict()}
    return replace(learned, fine_tuning=told, record=record, stopped=tuned.head.stopped), tuned.head.interruption


def _describe(
    dataset: Dataset,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
    material: Material,
    training: Ints,
    judged: Ints,
    head: TrainedHead,
) -> Learned:
    """What was learned, with its figures and its record."""
    validation = evaluation = None
    if len(judged):
        validation = Predictions(tuple(material.samples[i] for i in judged), material.classes, head.y_proba)
        evaluation = validation.evaluation
    is_judged = np.isin(np.arange(len(material.y)), judged)
    learned = Learned(
        extractor=extractor,
        head=head.model,
        classes=np.asarray(material.classes, dtype=np.str_),
        history=head.history,
        evaluation=evaluation,
        validation=validation,
        leaks=find_leaks(material.samples, material.digests, material.groups, is_judged),
        problems=dataset.problems + material.problems,
        n_training=len(training),
        stopped=head.stopped,
        record=make_record(
            parameters={
                **settings.to_dict(),
                "l2": head.l2,
                "spread": head.spread,
                "batch_size": settings.fit_config(len(training)).batch_size,
                "backbone": extractor.card.name,
                "input_size": extractor.card.input_size,
                "fit_mode": extractor.card.preprocessing.fit_mode,
                "pooling": extractor.pooling,
            },
            engine=engine,
            history=head.history,
            evaluation=evaluation,
            training=[material.digests[i] for i in training],
            validation=[material.digests[i] for i in judged],
        ),
    )
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
