"""A trained classifier <-> the zip that anyone's tf.js reads.

``model.json``, ``weights.bin`` and ``metadata.json`` at the root, in the layout that Teachable Machine writes
(https://github.com/googlecreativelab/teachablemachine-community/tree/master/libraries/image), so that
`@teachablemachine/image`, ml5 and plain `tf.loadLayersModel` open it.
"""

from __future__ import annotations

import io
import json
import math
import reprlib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ..backbones import (
    FIT_MODES,
    FitMode,
    ModelCard,
    Preprocessing,
    Topology,
    Views,
    Weights,
    decode_weights,
    encode_weights,
    input_size,
    join_views,
    leaf_layers,
    model_config,
    part_views,
    sequential,
)
from ..data import ZIP_ERRORS, read_member, without_nan
from ..embedding import pixels_card
from ..errors import ArchiveError, sentence_of
from ..sentences import Sentence
from .cost import check_cost
from .parting import n_outputs, part
from .parts import Parts, find_parts
from .quantization import StoredAs, choose_quantization

TFJS_VERSION = "4.22.0"
_MAX_LABELS = 100_000
_MAX_LABEL_LENGTH = 1000


@dataclass(frozen=True)
class Archive:
    """Content of an archive: the topologies, weights, labels and card of a classifier, with its record.

    Parameters
    ----------
    extractor, head : dict
        Topologies: (N, S, S, 3) -> features, features -> probabilities. The extractor is empty where the head gets the
        pixels themselves.
    extractor_weights, head_weights : mapping of str to ndarray
        Named float32 weights.
    labels : tuple of str
        In the order of the outputs.
    card : ModelCard
        The backbone, at the input size and with the fit mode in use.
    name : str
        What the user calls the model.
    record : dict
        Run record and self-check samples: plain data.
    views : {"flip", "crop", "flip+crop"}, optional
        What the extractor sees of each photo beside the photo itself; in the file they are layers of the network.
    """

    extractor: Topology
    extractor_weights: Weights
    head: Topology
    head_weights: Weights
    labels: tuple[str, ...]
    card: ModelCard
    name: str = "pyclassifier model"
    record: dict[str, Any] = field(default_factory=dict)
    views: Views | None = None


def write_archive(archive: Archive, *, version: str, dtype: StoredAs = "float32") -> bytes:
    """Write an archive as a zip file.

    Parameters
    ----------
    archive : Archive
    version : str
        Of this package, for the metadata.
    dtype : {"float32", "float16", "uint16", "uint8"}
        How the weights are stored; see `pyclassifier.archives.choose_quantization`.

    Returns
    -------
    bytes
        A zip file.
    """
    topology, weights = whole_network(archive)
    entries, data = encode_weights(weights, quantize=choose_quantization(weights, dtype))
    model = {
        "format": "layers-model",
        "generatedBy": f"pyclassifier v{version}",
        "convertedBy": None,
        "modelTopology": {
            **topology,
            "keras_version": f"tfjs-layers {TFJS_VERSION}",
            "backend": "tensor_flow.js",
        },
        "weightsManifest": [{"paths": ["weights.bin"], "weights": entries}],
    }
    metadata = {
        "tfjsVersion": TFJS_VERSION,
        "packageVersion": version,
        "packageName": "@teachablemachine/image",
        "timeStamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "modelName": archive.name,
        "labels": list(archive.labels),
        "imageSize": archive.card.input_size,
        **({"grayscale": True} if not archive.extractor and archive.card.feature_channels == 1 else {}),
        "userMetadata": {
            "pyclassifier": {
                "version": version,
                **card_metadata(archive.card),
                **archive.record,
            }
        },
    }
    buffer = io.BytesIO()
    # Float weights hardly shrink; level 1 takes what is cheap to take.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("model.json", json.dumps(without_nan(model), allow_nan=False))
        file.writestr("weights.bin", data)
        file.writestr("metadata.json", json.dumps(without_nan(metadata), allow_nan=False, indent=1))
    return buffer.getvalue()


def whole_network(archive: Archive) -> tuple[Topology, Weights]:
    """The network of a model: the backbone, with its views, and the head; or all of it where there is no backbone."""
    extractor, extractor_weights = join_views(archive.extractor, archive.extractor_weights, archive.views)
    weights = {**extractor_weights, **archive.head_weights}
    return (sequential("classifier", [extractor, archive.head]) if extractor else archive.head), weights


def read_archive(
    data: bytes, *, labels: Sequence[str] | None = None, scaling: tuple[float, float] | None = None
) -> Archive:
    """Read an archive: ours, one that Teachable Machine wrote, or a tf.js layers model of others.

    Parameters
    ----------
    data : bytes
        A zip file, of the files or of their folder. It is not trusted: nothing but the model's files is read, never
        more than 512 MB of weights and 32 MB of each JSON file.
    labels : sequence of str, optional
        Of the classes, in the order of the outputs, where the files do not tell them.
    scaling : (divisor, offset), optional
        What the network is given is ``pixel / divisor + offset``, where the files do not tell that.

    Returns
    -------
    Archive

    Raises
    ------
    ArchiveError
        It is no such archive, or its parts do not fit together.
    """
    parts = _unzip(data)
    model, metadata = parts.model, parts.metadata
    try:
        entries = [entry for group in model["weightsManifest"] for entry in group["weights"]]
        weights = decode_weights(entries, parts.weights)
        extractor, head = part(model_config(model), weights)
        extractor, own_weights, views = part_views(extractor, weights)
        n_classes = n_outputs(head)
        head_layers = {layer["config"]["name"] for layer in leaf_layers(head)}
        ours = (metadata.get("userMetadata") or {}).get("pyclassifier") or {}
        fit_mode = _fit_mode(ours.get("fitMode", "crop"))
        known = _with_told(metadata, labels, n_classes)
        scaling = scaling or _told_scaling(metadata, ours, extractor)
        card = (
            _card(ours.get("card"), extractor, known, fit_mode, scaling) if extractor else pixels_card(head, fit_mode)
        )
        checked = _labels(known["labels"], n_classes)
        _check_sizes([*(leaf_layers(extractor) if extractor else ()), *leaf_layers(head)], own_weights)
        if not diverged(ours):
            _check_finite(own_weights)
        check_cost(extractor or head, own_weights)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        why = {"kind": type(error).__name__, "error": str(error)[:_MAX_LABEL_LENGTH]}
        raise ArchiveError("other-model", **why) from error
    return Archive(
        extractor=extractor,
        extractor_weights={k: v for k, v in own_weights.items() if k.split("/")[0] not in head_layers},
        head=head,
        head_weights={k: v for k, v in own_weights.items() if k.split("/")[0] in head_layers},
        labels=checked,
        card=card,
        name=_model_name(metadata),
        record={key: value for key, value in ours.items() if key not in ("version", "card", "fitMode")},
        views=views,
    )


def _with_told(metadata: dict[str, Any], labels: Sequence[str] | None, n_classes: int) -> dict[str, Any]:
    if "labels" in metadata and labels is None:
        return metadata
    if labels is None:
        raise ArchiveError("needs-labels", n=n_classes)
    return {**metadata, "labels": list(labels)}


def _told_scaling(metadata: dict[str, Any], ours: dict[str, Any], extractor: Topology) -> tuple[float, float] | None:
    """What the files say of the scaling; Teachable Machine always does the same."""
    if not extractor or ours.get("card") or "packageName" in metadata or "tmVersion" in metadata:
        return None
    if any(layer["class_name"] in ("Rescaling", "Normalization") for layer in leaf_layers(extractor)):
        return 1.0, 0.0
    told = ours.get("preprocessing")
    if isinstance(told, dict) and all(isinstance(told.get(key), int | float) for key in ("divisor", "offset")):
        return float(told["divisor"]), float(told["offset"])
    raise ArchiveError("needs-scaling")


def diverged(record: Mapping[str, Any]) -> bool:
    """Whether a training of ours came to no numbers, as its record tells: such archives open, as they always did."""
    run = record.get("run")
    history = run.get("history") if isinstance(run, dict) else None
    losses = history.get("loss") if isinstance(history, dict) else None
    return isinstance(losses, list) and any(
        loss is None or (isinstance(loss, float) and not math.isfinite(loss)) for loss in losses
    )


def _check_finite(weights: Weights) -> None:
    spoilt = next((name for name, array in weights.items() if not np.isfinite(array).all()), None)
    if spoilt:
        raise ArchiveError("weights-not-finite", name=spoilt)


def pack_files(files: Mapping[str, bytes]) -> bytes:
    """Make an archive's zip file of the files of a model, as Teachable Machine hosts it or a converter writes it.

    Parameters
    ----------
    files : mapping of str to bytes
        By their names, which may be those of copies; others than the model's are left out.

    Returns
    -------
    bytes
        A zip file, for `read_archive`.

    Raises
    ------
    ArchiveError
        One of them is missing.
    """
    _check_not_keras(list(files))
    parts = find_parts(list(files), lambda name, most: _bounded(name, files[name], most), "not-all-files")
    entries = [entry for group in parts.model.get("weightsManifest") or [] for entry in group.get("weights", [])]
    model = {**parts.model, "weightsManifest": [{"paths": ["weights.bin"], "weights": entries}]}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("model.json", json.dumps(model))
        file.writestr("weights.bin", parts.weights)
        file.writestr("metadata.json", json.dumps(parts.metadata))
    return buffer.getvalue()


def _bounded(name: str, data: bytes, most: int) -> bytes:
    if len(data) > most:
        raise ArchiveError(Sentence("large-member", most=most, got=len(data), name=name))
    return data


def _check_sizes(layers: Sequence[Topology], weights: Weights) -> None:
    """Raise ArchiveError where a layer says to be of another size than its weights: tf.js would allocate as it says."""
    for layer in layers:
        config = layer["config"]
        size = config.get("units", config.get("filters"))
        own = [array for name, array in weights.items() if name.split("/")[0] == config["name"]]
        if size is not None and not any(array.ndim and array.shape[-1] == size for array in own):
            shapes = str([array.shape for array in own])
            raise ArchiveError("other-layer-size", layer=f"{config['name']!r}", size=f"{size!r:.40}", got=shapes)


def _labels(stored: Any, n_outputs: Any) -> tuple[str, ...]:
    if not isinstance(stored, list) or not all(isinstance(label, str) for label in stored):
        raise ArchiveError("no-labels", got=reprlib.repr(stored))
    # An array of text takes the longest label's room for each of them.
    if len(stored) > _MAX_LABELS or any(len(label) > _MAX_LABEL_LENGTH for label in stored):
        most = {"most": _MAX_LABELS, "longest": _MAX_LABEL_LENGTH}
        raise ArchiveError("many-labels", **most, got=len(stored), length=max(map(len, stored)))
    if type(n_outputs) is not int or len(stored) != n_outputs:
        raise ArchiveError("other-label-number", expected=reprlib.repr(n_outputs), got=len(stored))
    return tuple(stored)


def _model_name(metadata: dict[str, Any]) -> str:
    name = metadata.get("modelName")
    return name[:_MAX_LABEL_LENGTH] if isinstance(name, str) and name else "model"


def _fit_mode(stored: Any) -> FitMode:
    if stored not in FIT_MODES:
        raise ArchiveError("other-fit-mode", known=FIT_MODES, got=reprlib.repr(stored))
    fit_mode: FitMode = stored
    return fit_mode


def card_metadata(card: ModelCard) -> dict[str, Any]:
    """A card as metadata tell it: its fit mode beside it, where readers of every version look for it."""
    fit_mode = card.preprocessing.fit_mode
    return {"card": card.preprocessed(fit_mode=Preprocessing.fit_mode).to_dict(), "fitMode": fit_mode}


def _card(
    stored: Any,
    extractor: Topology,
    metadata: dict[str, Any],
    fit_mode: FitMode,
    scaling: tuple[float, float] | None,
) -> ModelCard:
    size = input_size(extractor)
    if stored is not None:
        return ModelCard.from_dict(stored).preprocessed(size=size, fit_mode=fit_mode)
    name = _model_name(metadata)
    # What Teachable Machine's own reader does to pixels, unless somebody said something else.
    preprocessing = Preprocessing.scaled(*(scaling or (127.0, -1.0)), size=size, fit_mode=fit_mode)
    return ModelCard(
        name=name, title=name, source="", licence="", sha256=(), feature_channels=0, preprocessing=preprocessing
    )


_HDF5 = b"\x89HDF\r\n\x1a\n"
_COMMAND = "pyclassifier-convert {} model/ --labels labels.txt"


def _check_not_keras(names: Sequence[str]) -> None:
    """Raise ArchiveError for a model of Keras, alone or in a zip, as Teachable Machine exports it."""
    files = [name.rpartition("/")[2] for name in names]
    keras = next((name for name in files if name.endswith((".h5", ".hdf5", ".keras"))), None)
    if keras and "model.json" not in files:
        whole = keras == "model.weights.h5"  # What a .keras archive holds.
        raise ArchiveError("keras-model", command=_COMMAND.format("model.keras" if whole else keras))


def _unzip(data: bytes) -> Parts:
    if data.startswith(_HDF5):
        raise ArchiveError("keras-model", command=_COMMAND.format("keras_model.h5"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            _check_not_keras(file.namelist())
            return find_parts(file.namelist(), lambda name, most: _read(file, name, most), "archive-without")
    except ZIP_ERRORS as error:
        raise ArchiveError("not-an-archive", error=str(error)) from error


def _read(file: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        return read_member(file, file.getinfo(name), most)
    except ValueError as error:
        raise ArchiveError(sentence_of(error)) from error
