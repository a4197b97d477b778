"""A project <-> plain data, whatever its photos, features and model lie in: a zip, or a browser's storage."""

from __future__ import annotations

import re
import reprlib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from types import UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from ..backbones import ModelCard, is_backbone
from ..classifiers import BaseImageClassifier, ImageClassifier, keep_validation, open_classifier, weights_id
from ..data import Dataset, PhotoSource, Problem, Sample, Split, known_fields, without_nan
from ..embedding import CACHE_BYTES, Augmentation, Facts
from ..engines import Engine
from ..errors import ArchiveError
from ..judging import Predictions
from ..notebook import Brief
from ..sentences import Sentence, coded, read_sentence

C = TypeVar("C", bound=BaseImageClassifier)
FORMAT = "pyclassifier project"
VERSION = 1
# Of a project that somebody else made.
_MAX_FEATURE_BYTES = 2 * CACHE_BYTES
# What a training is bearable with; of a classifier that is made here, each value is its maker's business.
_RANGES = {
    "input_size": (32, 1024),
    "hidden_units": (0, 10_000),
    "l2": (0, 1e6),
    "epochs": (1, 100_000),
    "batch_size": (1, 100_000),
    "learning_rate": (1e-12, 1e3),
    "patience": (1, 1_000_000),
    "validation_split": (0, 1),
    "random_state": (0, 2**63),
}
_MAX_PHOTOS = 100_000
_MAX_CLASSES = 10_000
_MAX_NAME_LENGTH = 4096
_SHA256 = re.compile("[0-9a-f]{64}")

# Kind, content hashes of the photos, and their rows of little-endian float32 one after the other.
FeatureRows = tuple[str, Sequence[str], bytes]


@dataclass(frozen=True, repr=False)
class Project(Brief, Generic[C]):
    """Labelled photos and the classifier that learns from them.

    Parameters
    ----------
    photos : Dataset
        All photos, those of classes that are switched off too.
    classifier : ImageClassifier
        Fitted or not; it remembers the features of the photos.
    classes : tuple of str
        Names of all classes in their order, empty ones too; those of the photos that are missing are added.
    disabled : frozenset of str
        Classes that are switched off: they stay, and take no part.
    name : str
    settings : dict
        What else a page wants to find again: plain data.

    Examples
    --------
    >>> Project(Dataset(), ImageClassifier(), classes=("cat", "dog"), name="pets").classes
    ('cat', 'dog')
    """

    photos: Dataset
    classifier: C
    classes: tuple[str, ...] = ()
    disabled: frozenset[str] = frozenset()
    name: str = "project"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = [label for label in self.photos.labels if label not in self.classes]
        object.__setattr__(self, "classes", (*self.classes, *missing))

    @property
    def dataset(self) -> Dataset:
        """The photos of the classes that are switched on: what to train on."""
        taking_part = tuple(sample for sample in self.photos.samples if sample.label not in self.disabled)
        return replace(self.photos, samples=taking_part)


def describe_project(project: Project[Any]) -> dict[str, Any]:
    """Plain data for JSON about a project, without bytes of photos, features and model.

    Parameters
    ----------
    project : Project

    Returns
    -------
    dict
        Its list "photos" is in the photos' order.
    """
    classifier = project.classifier
    positions = {label: i for i, label in enumerate(project.classes)}
    description = {
        "format": FORMAT,
        "version": VERSION,
        "name": project.name,
        "classes": [{"label": label, "enabled": label not in project.disabled} for label in project.classes],
        "photos": [
            {
                "path": sample.path,
                "class": positions[str(sample.label)],
                "split": sample.split,
                "group": sample.group,
                "sha256": classifier.cache.facts(sample).digest,
            }
            for sample in project.photos.samples
        ],
        "problems": [
            {"path": problem.path, "reason": problem.reason, **coded(problem.reason)}
            for problem in project.photos.problems
        ],
        "parameters": _plain_parameters(classifier),
        "decoders": sorted(classifier.cache.decoders),
        "weights": weights_id(classifier),
        "validation": _describe_validation(project),
        "settings": dict(project.settings),
    }
    return without_nan(description)


async def restore_project(
    description: Mapping[str, Any],
    sources: Sequence[PhotoSource | None],
    features: Iterable[FeatureRows],
    model: bytes | None,
    make: type[C],
    engine: Engine | None = None,
) -> Project[C]:
    """Make a project of what `describe_project` told of it, which is not trusted, and of what belongs to it.

    Parameters
    ----------
    description : dict
    sources : sequence of callable or None
        Where each photo's bytes come from; those that are lost become problems.
    features : iterable of (str, sequence of str, bytes)
        Rows to remember.
    model : bytes, optional
        The model's archive.
    make : type
        Which face its classifier gets: `ImageClassifier` or `AsyncImageClassifier`.
    engine : Engine, optional

    Returns
    -------
    Project

    Raises
    ------
    ArchiveError
        The description is damaged, or does not fit together with the rest.
    EngineError
        The engine cannot build the model.
    """
    with reading():
        version = description["version"]
        if description["format"] != FORMAT or type(version) is not int or version < 1:
            raise ValueError(f"written as {description['format']!r:.40}, version {version!r:.40}")
        if version > VERSION:
            warnings.warn(
                f"Expected a project of version {VERSION}, got version {version!r:.40}; what is new in it is ignored.",
                stacklevel=2,
            )
        labels = [_text(entry["label"]) for entry in description["classes"][:_MAX_CLASSES]]
        if len(set(labels)) != len(labels) or not all(labels):
            raise ValueError("classes that share a name, or have none")
        disabled = frozenset(entry["label"] for entry in description["classes"] if entry["enabled"] is False)
        entries = description["photos"]
        if len(entries) != len(sources) or len(entries) > _MAX_PHOTOS:
            raise ValueError(f"{len(entries):,} photos, of at most {_MAX_PHOTOS:,}")
        samples = [_sample(entry, labels, source) for entry, source in zip(entries, sources, strict=True) if source]
        digests = [entry["sha256"] for entry, source in zip(entries, sources, strict=True) if source]
        problems = [_problem(entry) for entry in description["problems"]]
        lost = [
            Problem(_text(entry["path"]), Sentence("missing-in-project"))
            for entry, source in zip(entries, sources, strict=True)
            if source is None
        ]
        parameters = _parameters(description["parameters"])
        validation = description.get("validation")
        decoders = [_text(name) for name in description.get("decoders", ())]
        own_weights, name = _text(description["weights"]), _text(description["name"])
        settings = dict(description["settings"])
    if model is None:
        classifier = make(engine=engine)
    else:
        classifier = await open_classifier(make, model, engine=engine, weights_id=own_weights)
        del parameters["backbone"]
        if validation is not None:
            with reading():
                kept = [source is not None for source in sources]
                judged = _validation(validation, samples, kept, classifier.classes_.tolist())
            keep_validation(classifier, judged)
    classifier.set_params(**parameters)
    for sample, digest in zip(samples, digests, strict=True):
        if isinstance(digest, str) and _SHA256.fullmatch(digest):
            classifier.cache.learn(sample, Facts(digest))
    classifier.cache.decoders.update(decoders)
    _remember(classifier, features)
    return Project(Dataset(tuple(samples), (*problems, *lost)), classifier, tuple(labels), disabled, name, settings)


@contextmanager
def reading() -> Iterator[None]:
    """Turn what a damaged description leads to into an ArchiveError."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise ArchiveError("other-project", kind=type(error).__name__, error=str(error)[:200]) from error


def _problem(entry: Mapping[str, Any]) -> Problem:
    reason = read_sentence(_text(entry["reason"]), entry.get("code"), entry.get("values"))
    return Problem(_text(entry["path"]), _text(reason))


def _sample(entry: Mapping[str, Any], labels: Sequence[str], source: PhotoSource) -> Sample:
    position, split, group = entry["class"], entry["split"], entry["group"]
    if type(position) is not int or not 0 <= position < len(labels):
        raise ValueError(f"class {position!r:.40} of {len(labels)}")
    if split not in (None, *get_args(Split)):
        raise ValueError(f"split {split!r:.40}")
    return Sample(_text(entry["path"]), source, labels[position], split, None if group is None else _text(group))


def _describe_validation(project: Project[Any]) -> dict[str, Any] | None:
    judged = getattr(project.classifier, "validation_", None)
    positions = {sample.id: i for i, sample in enumerate(project.photos.samples)}
    return judged and describe_predictions(judged, positions)


def _validation(
    stored: Mapping[str, Any], samples: Sequence[Sample], kept: Sequence[bool], classes: Sequence[str]
) -> Predictions:
    here = np.cumsum(kept) - 1  # Where the photos that are left are now.
    return read_predictions(stored, lambda photo: samples[here[photo]] if kept[photo] else None, classes)


def describe_predictions(judged: Predictions, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Plain data of what a model said of photos, by their numbers (of each id); those that have none are left out."""
    there = [i for i, sample in enumerate(judged.samples) if sample.id in numbers and judged.y_true[i] >= 0]
    return {
        "photos": [numbers[judged.samples[i].id] for i in there],
        "shown": [int(judged.y_true[i]) for i in there],
        "probabilities": [judged.y_proba[i].tolist() for i in there],
        "folds": judged.n_splits,
        "learned": judged.n_learned,
    }


def read_predictions(
    stored: Mapping[str, Any], find: Callable[[int], Sample | None], classes: Sequence[str]
) -> Predictions:
    """The predictions again, of the photos that are found by their numbers."""
    rows = [
        (replace(sample, label=classes[shown]), probabilities)
        for photo, shown, probabilities in zip(
            map(_index, stored["photos"]), map(_index, stored["shown"]), stored["probabilities"], strict=True
        )
        if (sample := find(photo))
    ]
    y_proba = np.array([row for _, row in rows], np.float32).reshape(len(rows), len(classes))
    folds, learned = stored.get("folds"), stored.get("learned")
    n_splits = folds if type(folds) is int and folds > 1 else None
    n_learned = learned if type(learned) is int and learned > 0 else None
    return Predictions(
        tuple(sample for sample, _ in rows), tuple(classes), y_proba, n_splits=n_splits, n_learned=n_learned
    )


def _index(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"expected a position, got {value!r:.40}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MAX_NAME_LENGTH:
        raise ValueError(f"expected a text of at most {_MAX_NAME_LENGTH} characters, got {reprlib.repr(value)}")
    return value


def _plain_parameters(classifier: BaseImageClassifier) -> dict[str, Any]:
    parameters = classifier.get_params()
    backbone, augmentation = parameters["backbone"], parameters["augmentation"]
    plain = {name: value for name, value in parameters.items() if name not in ("engine", "topology")}
    return {
        **plain,
        "backbone": backbone.name if isinstance(backbone, ModelCard) else backbone,
        "augmentation": asdict(augmentation) if augmentation else None,
    }


def _parameters(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Those that fit the classifier as it is now; others are left at its defaults."""
    defaults, hints = _plain_parameters(ImageClassifier()), get_type_hints(BaseImageClassifier.__init__)
    fitting = [name for name in defaults if name in stored and _fits(stored[name], hints[name])]
    # Of a project that somebody else made: what would train for days, or fill the memory, is left at its default.
    fitting = [name for name in fitting if is_bearable(name, stored[name])]
    parameters = known_fields(stored, fitting, "the parameters")
    if parameters.get("augmentation"):
        parameters["augmentation"] = Augmentation.from_dict(parameters["augmentation"])
    if not is_backbone(parameters.get("backbone")):
        parameters["backbone"] = defaults["backbone"]
    return parameters


def is_bearable(name: str, value: Any) -> bool:
    """Tell whether a parameter of a classifier is in a range in which training ends."""
    least, most = _RANGES.get(name, (0, 0))
    return name not in _RANGES or not isinstance(value, int | float) or least <= value <= most


def _fits(value: Any, hint: Any) -> bool:
    """Whether plain data can be a parameter of a type; a dict can be an augmentation."""
    kind, parts = get_origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        return any(_fits(value, part) for part in parts)
    if kind is Literal:
        return value in parts
    if hint is float:
        return type(value) in (int, float)
    return type(value) is (dict if kind or hint is Augmentation else hint)


def _remember(classifier: BaseImageClassifier, features: Iterable[FeatureRows]) -> None:
    n_bytes = 0
    for kind, digests, data in features:
        n_bytes += len(data)
        with reading():
            if n_bytes > _MAX_FEATURE_BYTES:
                raise ValueError(f"more than {_MAX_FEATURE_BYTES:,} bytes of features")
            rows = np.frombuffer(data, "<f4").astype(np.float32).reshape(len(digests), -1)
            if not np.isfinite(rows).all():
                raise ValueError("features that are no numbers")
            for digest, row in zip(digests, rows, strict=True):
                classifier.cache.put(_text(digest), _text(kind), row.copy())
