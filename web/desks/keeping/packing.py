"""A training <-> bytes for the browser's storage: its head, figures and record, without the backbone's weights."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from pyclassifier import AsyncImageClassifier, Augmentation, ModelCard
from pyclassifier.backbones import AUTO, decode_weights, encode_weights, get_card
from pyclassifier.data import known_fields, without_nan
from pyclassifier.projects import describe_predictions, is_bearable, read_predictions
from pyclassifier.training import (
    Snapshot,
    read_calibration,
    read_evaluation,
    read_fine_tuning,
    read_history,
    read_views_effect,
)

from ..album import Placement
from ..bridge import Data
from ..desk import Desk
from ..trainings import Training


def pack(desk: Desk, training: Training) -> bytes:
    """A training as bytes; photos and classes appear in it by their ids and keys."""
    snapshot, judged = training.snapshot, training.snapshot.learned.validation
    entries, weights = encode_weights(snapshot.weights)
    trained_entries, trained = encode_weights(snapshot.trained)
    described = {
        "number": training.number,
        "settings": training.settings,
        "trained": training.trained,
        "outputs": training.outputs,
        "places": [[photo, place.key, place.split] for photo, place in training.photos.items()],
        "right": [[photo, key, right] for photo, (key, right) in training.right.items()],
        "parameters": _plain(snapshot.parameters),
        "classes": snapshot.learned.classes.tolist(),
        "record": snapshot.learned.record,
        "validation": judged and describe_predictions(judged, desk.album.ids()),
        "kind": snapshot.kind,
        "topology": snapshot.topology,
        "entries": entries,
        "trainedEntries": trained_entries,
        "publishedKind": snapshot.published_kind,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("run.json", json.dumps(without_nan(described)))
        file.writestr("weights.bin", weights)
        if trained:
            file.writestr("trained.bin", trained)
    return buffer.getvalue()


def unpack(desk: Desk, data: bytes, base: Snapshot) -> Training:
    """The training again.

    Parameters
    ----------
    desk : Desk
        With the photos that it was trained on.
    data : bytes
    base : Snapshot
        Of any model; the training gets its own instead of what is in it.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        stored, weights = json.loads(file.read("run.json")), file.read("weights.bin")
        further = file.read("trained.bin") if "trained.bin" in file.namelist() else b""
    trained, record, judged = stored["trained"], stored["record"], stored["validation"]
    classes = np.array(stored["classes"], dtype=np.str_)
    learned = replace(
        base.learned,
        classes=classes,
        history=read_history(record),
        evaluation=read_evaluation(record, stored["classes"]),
        test_evaluation=read_evaluation(record, stored["classes"], "test"),
        record=record,
        calibration=read_calibration(record),
        fine_tuning=read_fine_tuning(record, stored["classes"]),
        views=read_views_effect(record, stored["classes"]),
        leaks=(),
        problems=(),
        n_training=trained["nTraining"],
        stopped=trained["stopped"],
    )
    return Training(
        number=stored["number"],
        settings=stored["settings"],
        trained=trained,
        snapshot=Snapshot(
            parameters=_parameters(desk, stored["parameters"]),
            learned=learned.judged(judged and read_predictions(judged, desk.album.samples.get, stored["classes"])),
            topology=stored["topology"],
            weights=decode_weights(stored["entries"], weights),
            kind=stored["kind"],
            trained=decode_weights(stored.get("trainedEntries", []), further),
            published_kind=stored.get("publishedKind", ""),
        ),
        outputs=stored["outputs"],
        photos={photo: Placement(key, split) for photo, key, split in stored["places"]},
        right={photo: (key, right) for photo, key, right in stored["right"]},
    )


def _plain(parameters: Any) -> Data:
    """Parameters of a classifier as plain data; the engine is the desk's."""
    augmentation = parameters["augmentation"]
    return {
        **{name: value for name, value in parameters.items() if name != "engine"},
        "backbone": AUTO if parameters["backbone"] == AUTO else get_card(parameters["backbone"]).to_dict(),
        "augmentation": asdict(augmentation) if augmentation else None,
    }


def _parameters(desk: Desk, plain: Data) -> Data:
    defaults = AsyncImageClassifier().get_params()
    known = {
        name: value if is_bearable(name, value) else defaults[name]
        for name, value in known_fields(plain, defaults, "the parameters").items()
    }
    augmentation = plain["augmentation"]
    return {
        **known,
        "engine": desk.site.engine,
        "backbone": AUTO if plain["backbone"] == AUTO else ModelCard.from_dict(plain["backbone"]),
        "augmentation": Augmentation.from_dict(augmentation) if augmentation else None,
    }
