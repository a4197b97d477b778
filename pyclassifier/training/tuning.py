"""Fine-tuning: the last blocks of a backbone are trained further, together with a head that was trained before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from ..backbones import Cut, Weights, cut_backbone
from ..data import compute_class_weight, one_hot
from ..embedding import FeatureExtractor, Variation
from ..engines import Array, Engine, Predictor
from ..errors import StoppedError
from ..history import History
from ..judging import Evaluation
from ..metrics import log_loss
from ..progress import Callbacks
from .attempt import Attempt
from .below import Rows, embed_below
from .folds import Ints
from .heads import TrainedHead
from .learned import FineTuning
from .material import Material
from .settings import TrainSettings
from .tuning_cost import check_memory

_AT_ONCE = 32


@dataclass(frozen=True)
class Tuned:
    """A head whose backbone was trained further.

    Parameters
    ----------
    extractor : FeatureExtractor
        The backbone as it is now; the one from before where it was not kept.
    head : TrainedHead
        What belongs to it.
    told : FineTuning
    learned_from : ndarray of int64
        Rows of the material.
    """

    extractor: FeatureExtractor
    head: TrainedHead
    told: FineTuning
    learned_from: Ints

    def dispose(self) -> None:
        """Free what the engine holds of both."""
        self.extractor.model.dispose()
        self.head.model.dispose()


async def fine_tune(
    material: Material,
    training: Ints,
    judged: Ints,
    head: TrainedHead,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
    callbacks: Callbacks,
) -> Tuned:
    """Train the last blocks of a backbone together with a head, and keep what is better on the photos held out.

    What is kept is trained once more on these as well, where the settings ask for it: from the same start, for as many
    epochs as were the best.

    Parameters
    ----------
    material : Material
    training, judged : ndarray of int64
        Rows that the head was trained on, and rows that it was judged by.
    head : TrainedHead
        It stays as it is, and so does the extractor.
    extractor : FeatureExtractor
        What made the material's features.
    engine : Engine
    settings : TrainSettings
    callbacks : Callbacks
        Gets epochs as a history of its own, and progress of the stages "features", "fine-tuning" and "refitting", these
        in steps.

    Returns
    -------
    Tuned

    Raises
    ------
    ValueError
        A backbone that cannot be cut so, or more photos than there is memory for.
    EngineError
        The engine failed; nothing of this is left in it.
    """
    cut = cut_backbone(extractor.model.topology, settings.fine_tune or True)
    rows = _rows(material, training, judged, extractor, settings)
    n_copies = settings.augmentation.copies if settings.augmentation else 0
    check_memory(cut, (len(training) + len(judged)) * (1 + n_copies))  # As told before, refitted or not.
    attempt = Attempt(cut, head.model.topology, callbacks)
    try:
        maps = await embed_below(cut, rows, engine, callbacks)
    except StoppedError:
        return _without(cut, extractor, training, replace(head, stopped=True), attempt.history)
    start = {**cut.weights_above(extractor.model.weights()), **head.model.weights()}
    model = await engine.build(attempt.topology, start)
    try:
        stopped, interruption = await attempt.run(
            model, maps, _targets(material, training, judged, rows, settings), settings
        )
        y_proba = await _predict(model, maps[len(rows) - len(judged) :], len(material.classes))
        weights: Weights = model.weights()
    finally:
        model.dispose()
    before = replace(head, stopped=stopped, interruption=interruption)
    if not attempt.history:
        return _without(cut, extractor, training, before, attempt.history)
    y_true = material.y[judged]
    alone, tuned = (
        Evaluation.from_predictions(y_true, one.argmax(axis=1), material.classes) if len(judged) else None
        for one in (head.y_proba, y_proba)
    )
    kept = alone is None or tuned is None or _is_better(y_true, y_proba, head.y_proba)
    told = FineTuning(cut.n_blocks, cut.trained, alone, tuned, kept, attempt.history)
    if not kept:
        return Tuned(extractor, before, told, training)
    if settings.refit and len(judged) and not stopped:
        again = Attempt(cut, head.model.topology, replace(callbacks, on_epoch=None), attempt.history.best_epoch)
        found, stopped, interruption = await _fit_again(
            again, start, maps, material, training, judged, extractor, engine, settings
        )
        before = replace(before, stopped=stopped, interruption=interruption)
        if not stopped:
            weights, training = found, np.sort(np.concatenate([training, judged]))
    trained = cut.weights_above(weights)
    own = await retrained(extractor, trained, engine)
    try:
        of_head = {name: array for name, array in weights.items() if name not in trained}
        own_head = await engine.build(head.model.topology, of_head)
    except BaseException:
        own.model.dispose()
        raise
    return Tuned(own, replace(before, model=own_head, history=attempt.history, y_proba=y_proba), told, training)


async def _fit_again(
    attempt: Attempt,
    start: Weights,
    maps: NDArray[np.float16],
    material: Material,
    training: Ints,
    judged: Ints,
    extractor: FeatureExtractor,
    engine: Engine,
    settings: TrainSettings,
) -> tuple[Weights, bool, BaseException | None]:
    """Train on the photos to judge by as well; the weights, whether it was stopped, and what interrupted it.

    ``maps`` are of the photos to learn from, their changed copies, and the photos to judge by.
    """
    n_copies = (len(maps) - len(judged)) // len(training) - 1
    copies = _rows(material, judged, judged[:0], extractor, settings)[len(judged) :]
    if copies:
        maps = np.concatenate([maps, await embed_below(attempt.cut, copies, engine, Callbacks())])
    rows = np.concatenate([np.tile(training, 1 + n_copies), np.tile(judged, 1 + n_copies)])
    known = np.concatenate([training, judged])
    of_class = compute_class_weight(settings.class_weight, classes=material.classes, y=material.y[known])
    y = material.y[rows]
    targets = one_hot(y, len(material.classes)) * of_class[y].astype(np.float32)[:, None]
    model = await engine.build(attempt.topology, start)
    try:
        stopped, interruption = await attempt.run(model, maps, (targets, targets[:0]), settings)
        return model.weights(), stopped, interruption
    finally:
        model.dispose()


def _rows(
    material: Material, training: Ints, judged: Ints, extractor: FeatureExtractor, settings: TrainSettings
) -> Rows:
    """Photos to learn from, changed copies of them, photos to judge by."""
    augmentation = settings.augmentation
    varied = [
        extractor.varied(Variation(augmentation, settings.random_state, k))
        for k in range(augmentation.copies if augmentation else 0)
        if augmentation
    ]
    parts = [(extractor, training), *((one, training) for one in varied), (extractor, judged)]
    return [(how, material.samples[i], material.digests[i]) for how, rows in parts for i in rows]


def _targets(
    material: Material, training: Ints, judged: Ints, rows: Rows, settings: TrainSettings
) -> tuple[Array, Array]:
    """One-hot rows to learn from, times the weights of their classes, and those to judge by."""
    of_class = compute_class_weight(settings.class_weight, classes=material.classes, y=material.y[training])
    learned = np.tile(material.y[training], (len(rows) - len(judged)) // max(len(training), 1))
    n_classes = len(material.classes)
    return (
        one_hot(learned, n_classes) * of_class[learned].astype(np.float32)[:, None],
        one_hot(material.y[judged], n_classes),
    )


def _is_better(y_true: Ints, y_proba: Array, before: Array) -> bool:
    """Whether more photos are recognised, or as many more surely."""
    right, right_before = ((one.argmax(axis=1) == y_true).sum() for one in (y_proba, before))
    targets = one_hot(y_true, y_proba.shape[1])
    return bool(
        right > right_before or (right == right_before and log_loss(targets, y_proba) < log_loss(targets, before))
    )


def _without(cut: Cut, extractor: FeatureExtractor, rows: Ints, head: TrainedHead, history: History) -> Tuned:
    return Tuned(extractor, head, FineTuning(cut.n_blocks, cut.trained, None, None, False, history), rows)


async def _predict(model: Predictor, X: NDArray[np.float16], n_classes: int) -> Array:
    parts = [X[start : start + _AT_ONCE].astype(np.float32) for start in range(0, len(X), _AT_ONCE)]
    return np.concatenate([np.zeros((0, n_classes), np.float32), *[await model.predict(part) for part in parts]])


async def retrained(extractor: FeatureExtractor, trained: Weights, engine: Engine) -> FeatureExtractor:
    """Build a backbone of which some weights are others now.

    Parameters
    ----------
    extractor : FeatureExtractor
        The backbone with the other weights; it stays as it is.
    trained : mapping of str to ndarray
        Weights of the layers that were trained.
    engine : Engine

    Returns
    -------
    FeatureExtractor
        Its card claims neither the published files' hashes nor their source.
    """
    return FeatureExtractor(
        await engine.build(extractor.model.topology, {**extractor.model.weights(), **trained}),
        replace(extractor.card, source="", sha256=()),
        pooling=extractor.pooling,
        cache=extractor.cache,
        weights_id=_identify(extractor.weights_id, trained),
        max_pixels=extractor.max_pixels,
    )


def _identify(before: str, trained: Weights) -> str:
    found = sha256(before.encode())
    for name in sorted(trained):
        found.update(name.encode() + np.ascontiguousarray(trained[name], "<f4").tobytes())
    return found.hexdigest()
