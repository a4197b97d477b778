"""A trained classifier <-> the zip that anyone's tf.js reads.

``model.json``, ``weights.bin`` and ``metadata.json`` at the root, in the layout that Teachable Machine writes
(https://github.com/googlecreativelab/teachablemachine-community/tree/master/libraries/image), so that
`@teachablemachine/image`, ml5 and plain `tf.loadLayersModel` open it.
"""

from __future__ import annotations

import io
import json
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
    Weights,
    decode_weights,
    encode_weights,
    input_size,
    leaf_layers,
    model_config,
    output_shapes,
    pooling_of,
    sequential,
)
from ..data import ZIP_ERRORS, read_member, without_nan
from ..embedding import pixels_card
from ..errors import ArchiveError, sentence_of
from .parts import FILES, Parts, find_parts
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
    """

    extractor: Topology
    extractor_weights: Weights
    head: Topology
    head_weights: Weights
    labels: tuple[str, ...]
    card: ModelCard
    name: str = "pyclassifier model"
    record: dict[str, Any] = field(default_factory=dict)


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
    weights = {**archive.extractor_weights, **archive.head_weights}
    entries, data = encode_weights(weights, quantize=choose_quantization(weights, dtype))
    model = {
        "format": "layers-model",
        "generatedBy": f"pyclassifier v{version}",
        "convertedBy": None,
        "modelTopology": {
            **(sequential("classifier", [archive.extractor, archive.head]) if archive.extractor else archive.head),
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


def read_archive(data: bytes) -> Archive:
    """Read an archive, ours or one that Teachable Machine wrote.

    Parameters
    ----------
    data : bytes
        A zip file. It is not trusted: nothing but the three files is read, never more than 512 MB of weights
        and 32 MB of each JSON file.

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
    _check_kind(metadata)
    try:
        extractor, head = _parts(model_config(model))
        entries = [entry for group in model["weightsManifest"] for entry in group["weights"]]
        n_outputs = head["config"]["layers"][-1]["config"]["units"]
        head_layers = {layer["config"]["name"] for layer in leaf_layers(head)}
        ours = (metadata.get("userMetadata") or {}).get("pyclassifier") or {}
        fit_mode = _fit_mode(ours.get("fitMode", "crop"))
        card = _card(ours.get("card"), extractor, metadata, fit_mode) if extractor else pixels_card(head, fit_mode)
        labels = _labels(metadata["labels"], n_outputs)
        weights = decode_weights(entries, parts.weights)
        _check_finite(weights, ours)
        _check_sizes([*(leaf_layers(extractor) if extractor else ()), *leaf_layers(head)], weights)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        why = {"kind": type(error).__name__, "error": str(error)[:_MAX_LABEL_LENGTH]}
        raise ArchiveError("other-model", **why) from error
    return Archive(
        extractor=extractor,
        extractor_weights={k: v for k, v in weights.items() if k.split("/")[0] not in head_layers},
        head=head,
        head_weights={k: v for k, v in weights.items() if k.split("/")[0] in head_layers},
        labels=labels,
        card=card,
        name=_model_name(metadata),
        record={key: value for key, value in ours.items() if key not in ("version", "card", "fitMode")},
    )


def pack_files(files: Mapping[str, bytes]) -> bytes:
    """Make an archive's zip file of the files of a model, as Teachable Machine hosts it or a converter writes it.

    Parameters
    ----------
    files : mapping of str to bytes
        By their paths: ``model.json``, its weights and ``metadata.json``, copies such as ``model (1).json`` too; others
        are left out.

    Returns
    -------
    bytes
        A zip file, for `read_archive`.

    Raises
    ------
    ArchiveError
        One of them is missing.
    """

    def read(name: str, most_bytes: int) -> bytes:
        if len(files[name]) > most_bytes:
            raise ArchiveError("large-member", most=most_bytes, got=len(files[name]), name=name)
        return files[name]

    parts = find_parts(list(files), read, code="not-all-files")
    groups = parts.model.get("weightsManifest")
    if isinstance(groups, list):  # All shards are one file now.
        paths = [FILES[1:2], *[()] * len(groups)]
        groups = [
            {**group, "paths": some} for group, some in zip(groups, paths, strict=False) if isinstance(group, dict)
        ]
    model = {**parts.model, "weightsManifest": groups}
    contents = (json.dumps(model).encode(), parts.weights, json.dumps(parts.metadata).encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in zip(FILES, contents, strict=True):
            file.writestr(name, content)
    return buffer.getvalue()


def _parts(model: Topology) -> tuple[Topology, Topology]:
    """Extractor and head; a network that was trained from scratch is a head alone."""
    layers = model["config"]["layers"]
    if all("layers" in layer["config"] for layer in layers):
        extractor, head = layers
        pooling_of(extractor)
        return extractor, head
    output_shapes(model)  # Nothing but layers that are known and fit.
    return {}, {"class_name": "Sequential", "config": {"name": str(model["config"]["name"]), "layers": layers}}


def _check_sizes(layers: Sequence[Topology], weights: Weights) -> None:
    """Raise ArchiveError where a layer says to be of another size than its weights: tf.js would allocate as it says."""
    for layer in layers:
        config = layer["config"]
        size = config.get("units", config.get("filters"))
        own = [array for name, array in weights.items() if name.split("/")[0] == config["name"]]
        if size is not None and not any(array.ndim and array.shape[-1] == size for array in own):
            shapes = str([array.shape for array in own])
            raise ArchiveError("other-layer-size", layer=f"{config['name']!r}", size=f"{size!r:.40}", got=shapes)


def _check_kind(metadata: Mapping[str, Any]) -> None:
    """Raise ArchiveError for what Teachable Machine makes of other things than pictures."""
    settings = metadata.get("modelSettings")
    if metadata.get("packageName") == "@teachablemachine/pose" or (
        isinstance(settings, dict) and "posenet" in settings
    ):
        raise ArchiveError("model-of-poses")
    if "wordLabels" in metadata or "speech-commands" in str(metadata.get("packageName")):
        raise ArchiveError("model-of-sounds")


def _check_finite(weights: Weights, ours: Mapping[str, Any]) -> None:
    """Raise ArchiveError for weights that are no numbers, unless the record says that the training diverged."""
    run = ours.get("run")
    history = run.get("history") if isinstance(run, dict) else None
    loss = history.get("loss") if isinstance(history, dict) else None
    if isinstance(loss, list) and any(value is None or value != value for value in loss):
        return  # JSON of early versions has NaN, of later ones null.
    lost = [name for name, array in weights.items() if not np.isfinite(array).all()]
    if lost:
        raise ArchiveError("weight-not-finite", name=lost[0])


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


def _card(stored: Any, extractor: Topology, metadata: dict[str, Any], fit_mode: FitMode) -> ModelCard:
    size = input_size(extractor)
    if stored is not None:
        return ModelCard.from_dict(stored).preprocessed(size=size, fit_mode=fit_mode)
    name = _model_name(metadata)
    # What Teachable Machine's own reader does to pixels.
    preprocessing = Preprocessing.scaled(127.0, -1.0, size=size, fit_mode=fit_mode)
    return ModelCard(
        name=name, title=name, source="", licence="", sha256=(), feature_channels=0, preprocessing=preprocessing
    )


def _unzip(data: bytes) -> Parts:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = {member.filename: member for member in file.infolist() if not member.is_dir()}
            return find_parts(list(members), lambda name, most_bytes: _read(file, members[name], most_bytes))
    except ZIP_ERRORS as error:
        raise ArchiveError("not-an-archive", error=str(error)) from error


def _read(file: zipfile.ZipFile, member: zipfile.ZipInfo, most_bytes: int) -> bytes:
    try:
        return read_member(file, member, most_bytes)
    except ValueError as error:
        raise ArchiveError(sentence_of(error)) from error
