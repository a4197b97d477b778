"""Training on a desk's photos, and the trainings before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict, cast

from pyclassifier import AsyncImageClassifier, Dataset, Predictions, Progress
from pyclassifier import training as learning
from pyclassifier.history import History
from pyclassifier.progress import OnProgress, ShouldStop
from pyclassifier.training import TUNING_EPOCHS, DrawnSplit, FineTuning, read_refit

from .. import bridge, trainings
from ..bridge import Emit, call, describe_evaluation, listed
from ..desk import Desk, Model
from ..options import TrainOptions, describe_params, read_options, set_meanwhile
from ..trainings import FineTuned, Trained, Training, TrainingOverview, ViewsEffect, describe_scores
from ..unjudged import find_unjudged


class TuningCost(TypedDict):
    """What fine-tuning costs."""

    seconds: float
    bytes: int  # of memory, at most


@call("prepare")
async def prepare(desk: Desk, options: TrainOptions, *, on_progress: OnProgress, should_stop: ShouldStop) -> None:
    """The features that a training by these options begins with are computed ahead of it, and remembered."""
    dataset = desk.album.dataset()
    with set_meanwhile(options, desk) as classifier:
        await classifier.extract_features(dataset, problems=[], on_progress=on_progress, should_stop=should_stop)


@call("train")
async def train(
    desk: Desk, options: TrainOptions, *, emit: Emit, on_progress: OnProgress, should_stop: ShouldStop
) -> Trained:
    """The classifier learns from the photos that take part; a training that is stopped keeps what it has learned."""
    params = read_options(options, desk)
    classifier = desk.classifier.set_params(**params)
    trained = await fit(classifier, desk.album.dataset(), emit, on_progress, should_stop, desk.splits)
    if not desk.state.rejects and classifier.validation_:
        classifier.set_threshold(None)
    now, card = desk.album.now, classifier.card_
    used = {"backbone": card.title, "inputSize": card.input_size, "fitMode": card.preprocessing.fit_mode}
    training = Training(
        number=desk.state.last_training + 1,
        settings={**describe_params(params), **used},
        trained=trained,
        snapshot=classifier.snapshot(),
        outputs=[now.key(label) for label in trained["classes"]],
        photos=now.taking_part(),
        right=_judge(desk, classifier.validation_),
    )
    _add_head_alone(desk, training)
    training = replace(training, number=desk.state.last_training + 1)
    desk.change(
        model=Model(trained, training.outputs, training.photos, training.number),
        trainings=(*desk.state.trainings, training)[-trainings.MOST :],
        last_training=training.number,
    )
    return trained


async def fit(
    classifier: AsyncImageClassifier,
    dataset: Dataset,
    emit: Emit,
    on_progress: OnProgress,
    should_stop: ShouldStop,
    before: Sequence[DrawnSplit] = (),
) -> Trained:
    """Train as the classifier's parameters say, by the split of trainings before; history and figures for the page."""
    started = trained_from = time.perf_counter()
    tuning = False

    def note(progress: Progress) -> None:
        nonlocal trained_from, tuning
        tuning = tuning or progress.stage == "fine-tuning"
        if not tuning and progress.stage not in ("judging", "refitting"):
            trained_from = time.perf_counter()
        on_progress(progress)

    def on_epoch(history: History) -> None:
        done, total = len(history["loss"]), TUNING_EPOCHS if tuning else classifier.settings.n_epochs
        figures = cast(bridge.History, history)
        emit(
            {
                "stage": "training",
                "done": done,
                "total": total or 0,
                "epoch": done,
                "epochs": total,
                "history": figures,
            }
        )

    await classifier.fit(dataset, split=before, on_progress=note, on_epoch=on_epoch, should_stop=should_stop)
    ended = time.perf_counter()
    return {
        "classes": classifier.classes_.tolist(),
        "epochs": len(classifier.history_["loss"]),
        "bestEpoch": None if classifier.history_.converging else classifier.best_epoch_,
        "stopped": classifier.stopped_,
        "history": cast(bridge.History, classifier.history_),
        "nTraining": classifier.n_training_,
        "evaluation": describe_evaluation(classifier.evaluation_) if classifier.evaluation_ else None,
        "refit": read_refit(classifier.record_),
        "test": describe_evaluation(classifier.test_evaluation_) if classifier.test_evaluation_ else None,
        "seconds": {
            "features": trained_from - started,
            "training": ended - trained_from,
            "total": ended - started,
        },
        "problems": listed(classifier.problems_),
        "unjudged": find_unjudged(classifier, dataset),
        "backbones": describe_scores(classifier.backbones_),
        "views": _describe_views(classifier.views_),
        "fineTuning": _describe_tuning(classifier.fine_tuning_),
    }


def _describe_views(effect: learning.ViewsEffect | None) -> ViewsEffect | None:
    if effect is None:
        return None
    found = effect.comparison
    accuracy, plain = found.accuracies
    return {
        "accuracy": accuracy,
        "plain": plain,
        "total": found.n_samples,
        "only": found.n_only_first,
        "onlyPlain": found.n_only_second,
        "pValue": found.p_value,
    }


def _describe_tuning(tuning: FineTuning | None) -> FineTuned | None:
    if tuning is None:
        return None
    alone, tuned = (one.accuracy if one else None for one in (tuning.alone, tuning.tuned))
    return {"alone": alone, "tuned": tuned, "kept": tuning.kept}


def _add_head_alone(desk: Desk, tuned: Training) -> None:
    """The head before fine-tuning, as a training of its own: the way back to it."""
    before = desk.classifier.snapshot_before_fine_tuning()
    if before is None:
        return
    learned = before.learned
    trained: Trained = {
        **tuned.trained,
        "epochs": len(learned.history["loss"]),
        "bestEpoch": None if learned.history.converging else learned.history.best_epoch,
        "history": cast(bridge.History, learned.history),
        "nTraining": learned.n_training,
        "evaluation": describe_evaluation(learned.evaluation) if learned.evaluation else None,
        "refit": read_refit(learned.record),
        "test": describe_evaluation(learned.test_evaluation) if learned.test_evaluation else None,
        "fineTuning": None,
    }
    alone = replace(
        tuned,
        settings={**tuned.settings, "fineTune": False},
        trained=trained,
        snapshot=before,
        right=_judge(desk, learned.validation),
    )
    desk.change(trainings=(*desk.state.trainings[-trainings.MOST + 1 :], alone), last_training=alone.number)


@call("fineTuneCost")
async def fine_tune_cost(desk: Desk, options: TrainOptions) -> TuningCost:
    """What fine-tuning on the photos that take part would cost here, by trying a step."""
    classifier = AsyncImageClassifier(engine=desk.site.engine).set_params(
        **{**read_options(options, desk), "fine_tune": True}
    )
    try:
        cost = await classifier.measure_fine_tuning(len(desk.album.dataset().samples))
    finally:
        classifier.close()
    return {"seconds": cost.seconds, "bytes": cost.n_bytes}


def _judge(desk: Desk, judged: Predictions | None) -> dict[int, tuple[int, bool]]:
    """Of each photo of the validation: the key of its class, and whether the model predicted it."""
    if judged is None:
        return {}
    ids, now = desk.album.ids(), desk.album.now
    predicted = judged.y_proba.argmax(axis=1)
    return {
        ids[sample.id]: (now.key(str(sample.label)), str(sample.label) == judged.classes[int(predicted[i])])
        for i, sample in enumerate(judged.samples)
    }


@call("runs")
async def runs(desk: Desk) -> list[TrainingOverview]:
    """All trainings, the last one first, with those of their settings that are not the same everywhere."""
    return trainings.overview(desk.state.trainings, desk.state.training_in_use)


@call("useRun")
async def use_run(desk: Desk, number: int) -> Trained:
    """The model of an earlier training is in use again; what the page got when it was trained."""
    training = _find(desk, number)
    # A model that was opened meanwhile may have a backbone of its own.
    target = desk.classifier if desk.state.trained else desk.new_classifier()
    await target.restore(training.snapshot)
    model = Model(training.trained, training.outputs, training.photos, training.number)
    desk.change(classifier=target, model=model)
    return {**training.trained, "classes": desk.classifier.classes_.tolist()}


@call("forgetRun")
async def forget_run(desk: Desk, number: int) -> list[TrainingOverview]:
    """A training is forgotten; the model in use stays."""
    forgotten = _find(desk, number)
    desk.change(trainings=tuple(one for one in desk.state.trainings if one is not forgotten))
    return await runs(desk)


def _find(desk: Desk, number: int) -> Training:
    for training in desk.state.trainings:
        if training.number == number:
            return training
    known = ", ".join(str(training.number) for training in desk.state.trainings) or "(none)"
    raise ValueError(f"Expected the number of a run ({known}), got {number!r}.")
