"""`pyclassifier train`: labelled photos -> a model's file, figures, and a report."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import CATALOG, Dataset, ImageClassifier
from ..archives import STORED_AS
from ..backbones import FIT_MODES, VIEWS
from ..data import list_files
from ..errors import NotFittedError
from ..judging import DatasetReport
from ..progress import Callbacks
from ..scaling import classifier_for, find_faults_of, is_table, open_features
from ..terminal import DONE, STOPPED, Outcome, add_json, new_parser
from ..training import BackboneScore, DrawnSplit, ViewsEffect
from .engines import add_backend, engine_of
from .figures import evaluation_lines, percent
from .photos import (
    add_dataset,
    add_target,
    check_target,
    open_model,
    place,
    problem_fields,
    problem_lines,
    read_dataset,
    target,
    write_whole,
)
from .report import training_report
from .showing import showing

# Options that are parameters of the classifier, by their names there.
_PARAMETERS = (
    "backbone",
    "input_size",
    "fit_mode",
    "views",
    "hidden_units",
    "l2",
    "epochs",
    "learning_rate",
    "batch_size",
    "patience",
    "class_weight",
    "validation_split",
    "cv",
    "refit",
    "random_state",
)

_UNJUDGED = "No photo could be held out to judge it: nobody knows how well it recognises others"


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = new_parser(
        program,
        "Learn classes from labelled photos, or from their features, as pyclassifier embed wrote them: as many as a "
        "disk holds. Ctrl+C ends the training and keeps what was learned until then.",
        [
            "photos/ -o model.zip",
            "photos.zip -o model.zip --report report.html",
            "photos/ --labels table.csv -o model.zip --seed 7",
            "photos/ -o model.zip --backbone efficientnet_lite0_224 --balanced",
            "photos/ -o small.zip --input-size 96 --dtype uint16 --json",
            "mended/ -o mended.zip --split-of model.zip",
            "features/ -o model.zip",
        ],
    )
    add_dataset(made)
    add_target(made, "the model's zip: the page, TensorFlow.js and this command open it")
    add = made.add_argument
    add("--report", type=target, metavar="FILE", help="one HTML file with figures, mistakes, curves and findings")
    add("--photos-at", type=place, metavar="PHOTOS", help="with features: their photos, for the report to show")
    add("--name", help="what to call the model (default: as its file)")
    add("--dtype", choices=STORED_AS, default="float32", help="how to store the weights (default: float32)")
    add_json(made)
    add_backend(made)
    _add_parameters(made)
    return made


def _add_parameters(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("how to learn (left out: as ImageClassifier has it)")

    def add(*names: str, **options: Any) -> None:
        group.add_argument(*names, default=argparse.SUPPRESS, **options)

    add("--backbone", help=f"pretrained network: {', '.join(CATALOG)}; auto: what suits the photos")
    add("--input-size", type=int, metavar="SIDE", help="of photos as the network sees them, in pixels")
    add("--fit-mode", choices=FIT_MODES, help="how photos become square")
    add("--views", choices=VIEWS, help="see mirror image or middle of each photo as well; 2 or 3 times as slow")
    add("--hidden-units", type=int, metavar="N", help="units of a hidden layer; 0 for none")
    add("--l2", type=float, metavar="X", help="how strongly weights are held down (default: chosen by the photos)")
    add("--epochs", type=int, metavar="N", help="passes over the photos (default: until it has converged)")
    add("--learning-rate", type=float, metavar="X", help="of Adam")
    add("--batch-size", type=int, metavar="N", help="photos a step")
    add("--patience", type=int, metavar="N", help="epochs without getting better before it ends")
    add("--balanced", dest="class_weight", action="store_const", const="balanced", help="make up for small classes")
    add("--validation-split", type=float, metavar="SHARE", help="of the photos to judge by, in 0..1")
    add("--cv", type=int, metavar="FOLDS", help="folds to judge by; 0 draws once (default: folds where photos are few)")
    add("--no-refit", dest="refit", action="store_false", help="leave out what it was judged by, also in the end")
    add(
        "--split-of",
        type=Path,
        metavar="MODEL",
        help="judge by the photos that this model was judged by, as when labels were mended since",
    )
    add("--seed", dest="random_state", type=int, metavar="N", help="of all that is drawn")


def command(asked: argparse.Namespace) -> Outcome:
    """Train, and write what was learned."""
    for path in (asked.output, asked.report):
        check_target(path, force=asked.force)
    parameters = {name: getattr(asked, name) for name in _PARAMETERS if hasattr(asked, name)}
    split = _split_of(asked.split_of, parameters) if hasattr(asked, "split_of") else None
    learn = _learn_features if isinstance(asked.photos, Path) and is_table(asked.photos) else _learn_photos
    began, code = time.perf_counter(), DONE
    learned = learn(asked, parameters, split)
    classifier = learned.classifier
    if learned.interrupted:
        if not _has_learned(classifier):
            raise KeyboardInterrupt
        code = STOPPED
    seconds = time.perf_counter() - began
    name = asked.name or asked.output.stem
    write_whole(asked.output, classifier.save(name=name, dtype=asked.dtype))
    if asked.report:
        report = training_report(classifier, learned.dataset, name, learned.faults)
        write_whole(asked.report, report.encode())
    fields = _fields(classifier, asked, seconds)
    return Outcome(fields, "\n".join(_lines(classifier, asked, seconds)), code=code)


@dataclass(frozen=True)
class _Learned:
    """A classifier that was trained, what on, and what may be wrong with it, where that is known already."""

    classifier: ImageClassifier
    dataset: Dataset
    interrupted: bool
    faults: DatasetReport | None = None


def _split_of(model: Path, parameters: dict[str, Any]) -> DrawnSplit:
    """Tell which photos a model was judged by, and have the parameters draw as they were drawn."""
    split = open_model(model).split_
    if split is None:
        raise ValueError(f"Expected a model that drew photos to judge by, got {model}: they were marked, or none.")
    drawn = {
        "validation_split": split.validation_split,
        "cv": split.n_splits if split.n_splits > 1 else 0,
        "random_state": split.random_state,
    }
    if not drawn.keys().isdisjoint(parameters):
        raise ValueError("Expected --split-of without --validation-split, --cv and --seed, which draw other photos.")
    parameters |= drawn
    return split


def _learn_photos(asked: argparse.Namespace, parameters: Mapping[str, Any], split: DrawnSplit | None) -> _Learned:
    if asked.photos_at:
        raise ValueError("Expected --photos-at with a folder of features alone, got it with photos.")
    dataset = read_dataset(asked)
    classifier = ImageClassifier(**parameters, engine=engine_of(asked))
    with showing(classifier.settings.n_epochs) as shown:
        interrupted = _is_interrupted(lambda: classifier.fit(dataset, split=split, verbose=False, **_told(shown)))
    return _Learned(classifier, dataset, interrupted)


def _learn_features(asked: argparse.Namespace, parameters: Mapping[str, Any], split: DrawnSplit | None) -> _Learned:
    for name in ("labels", "label_by"):
        if getattr(asked, name):
            option = f"--{name.replace('_', '-')}"
            raise ValueError(f"Expected features that have their labels, got {option}. Give it to pyclassifier embed.")
    classifier = classifier_for(asked.photos, **parameters, engine=engine_of(asked))
    sources = dict(list_files(asked.photos_at)[0]) if asked.photos_at else {}
    with showing(classifier.settings.n_epochs) as shown:
        opened = open_features(asked.photos, sources=sources, on_progress=shown.on_progress)
        with opened as features:
            interrupted = _is_interrupted(
                lambda: classifier.fit_features(features, split=split, verbose=False, **_told(shown))
            )
            faults = find_faults_of(features) if asked.report else None
            return _Learned(classifier, features.dataset, interrupted, faults)


def _told(shown: Callbacks) -> dict[str, Any]:
    return {"on_progress": shown.on_progress, "on_epoch": shown.on_epoch}


def _is_interrupted(learn: Callable[[], object]) -> bool:
    try:
        learn()
    except KeyboardInterrupt:
        return True
    return False


def _has_learned(classifier: ImageClassifier) -> bool:
    try:
        classifier.snapshot()
    except NotFittedError:
        return False
    return True


def _fields(classifier: ImageClassifier, asked: argparse.Namespace, seconds: float) -> dict[str, Any]:
    evaluation, test = classifier.evaluation_, classifier.test_evaluation_
    return {
        "model": str(asked.output),
        "report": str(asked.report) if asked.report else None,
        "labels": classifier.classes_.tolist(),
        "n_training": classifier.n_training_,
        "epochs": len(classifier.history_["loss"]),
        "stopped": classifier.stopped_,
        "evaluation": evaluation.to_dict() if evaluation else None,
        "test": test.to_dict() if test else None,
        "views": classifier.views_.to_dict() if classifier.views_ else None,
        "backbones": [score.to_dict() for score in classifier.backbones_],
        "problems": problem_fields(classifier.problems_),
        "seconds": round(seconds, 3),
    }


def _lines(classifier: ImageClassifier, asked: argparse.Namespace, seconds: float) -> list[str]:
    evaluation, test, size = classifier.evaluation_, classifier.test_evaluation_, asked.output.stat().st_size
    stopped = ", stopped: what was learned until then is kept" if classifier.stopped_ else ""
    learned = f"{len(classifier.classes_):,} classes of {classifier.n_training_:,} photos in {seconds:.1f} s{stopped}"
    return [
        f"Learned {learned}",
        *map(_score_line, classifier.backbones_),
        *(evaluation_lines(evaluation, "Photos it had not seen") if evaluation else [_UNJUDGED]),
        *(_views_line(classifier.views_) if classifier.views_ else []),
        *(evaluation_lines(test, "Photos marked for test") if test else []),
        *problem_lines(classifier.problems_),
        f"{asked.output}: {size / 1e6:.2f} MB" + (f", report in {asked.report}" if asked.report else ""),
    ]


def _views_line(views: ViewsEffect) -> list[str]:
    found = views.comparison
    return [
        f"Without the other views: accuracy {percent(views.plain.accuracy)} ({found.n_second:,} of {found.n_samples:,} "
        f"of the same photos); only with them right {found.n_only_first:,}, only without {found.n_only_second:,}: "
        f"as large a difference comes by chance with a probability of {percent(found.p_value)}"
    ]


def _score_line(score: BackboneScore) -> str:
    low, high = map(percent, score.interval)
    figures = f"accuracy {percent(score.accuracy)}, 95 % interval {low} to {high}"
    costs = f"{1000 * score.seconds_per_photo:.0f} ms a photo, {score.n_bytes / 1e6:.1f} MB"
    return f"  {'*' if score.chosen else ' '} {score.title}: {figures}, {costs}"
