"""A trained classifier <-> the zip that anyone's tf.js reads.

``model.json``, ``weights.bin`` and ``metadata.json`` at the root, in the layout that Teachable Machine writes
(https://github.com/googlecreativelab/teachablemachine-community/tree/master/libraries/image), so that
`@teachablemachine/image`, ml5 and plain `tf.loadLayersModel` open it.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

from .batches import FIT_MODES, FitMode
from .catalog import ModelCard
from .errors import ArchiveError
from .topology import Topology, Weights, input_size, layer_names, model_config, sequential
from .weights import decode_weights, encode_weights

MAX_BYTES = 1 << 29
_FILES = ("model.json", "weights.bin", "metadata.json")
TFJS_VERSION = "4.22.0"


@dataclass(frozen=True)
class Archive:
    """What an archive holds.

    Parameters
    ----------
    extractor, head : dict
        Topologies: (N, S, S, 3) -> features, features -> probabilities.
    extractor_weights, head_weights : mapping of str to ndarray
        Named float32 weights.
    labels : tuple of str
        In the order of the outputs.
    card : ModelCard
        The backbone, at the input size in use.
    fit_mode : {"crop", "pad", "stretch"}
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
    fit_mode: FitMode = "crop"
    name: str = "pyclassifier model"
    record: dict[str, Any] = field(default_factory=dict)


def write_archive(archive: Archive, *, version: str) -> bytes:
    """Pack a classifier.

    Parameters
    ----------
    archive : Archive
    version : str
        Of this package, for the metadata.

    Returns
    -------
    bytes
        A zip file.
    """
    entries, data = encode_weights({**archive.extractor_weights, **archive.head_weights})
    model = {
        "format": "layers-model",
        "generatedBy": f"pyclassifier v{version}",
        "convertedBy": None,
        "modelTopology": {
            **sequential("classifier", [archive.extractor, archive.head]),
            "keras_version": f"tfjs-layers {TFJS_VERSION}",
            "backend": "tensor_flow.js",
        },
        "weightsManifest": [{"paths": ["weights.bin"], "weights": entries}],
    }
    metadata = {
        "tfjsVersion": TFJS_VERSION,
        "packageVersion": version,
        "packageName": "@teachablemachine/image",
        "timeStamp": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "modelName": archive.name,
        "labels": list(archive.labels),
        "imageSize": archive.card.input_size,
        "userMetadata": {
            "pyclassifier": {
                "version": version,
                "card": asdict(archive.card),
                "fitMode": archive.fit_mode,
                **archive.record,
            }
        },
    }
    buffer = io.BytesIO()
    # Float weights hardly shrink; level 1 takes what is cheap to take.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("model.json", json.dumps(model))
        file.writestr("weights.bin", data)
        file.writestr("metadata.json", json.dumps(metadata, ensure_ascii=False, indent=1))
    return buffer.getvalue()


def read_archive(data: bytes) -> Archive:
    """Unpack a classifier, ours or one that Teachable Machine wrote.

    Parameters
    ----------
    data : bytes
        A zip file. It is not trusted: nothing but the three files is read, never more than 512 MB.

    Returns
    -------
    Archive

    Raises
    ------
    ArchiveError
        It is no such archive, or its parts do not fit together.
    """
    model, weights_data, metadata = _unzip(data)
    try:
        extractor, head = model_config(model)["config"]["layers"]
        entries = [entry for group in model["weightsManifest"] for entry in group["weights"]]
        labels = tuple(str(label) for label in metadata["labels"])
        ours = (metadata.get("userMetadata") or {}).get("pyclassifier") or {}
        card = _card(ours.get("card"), extractor, metadata)
        fit_mode = ours.get("fitMode", "crop")
        n_outputs = head["config"]["layers"][-1]["config"]["units"]
        head_layers = layer_names(head)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ArchiveError(
            "Expected a model that pyclassifier or Teachable Machine wrote; this one is built otherwise "
            f"({type(error).__name__}: {error})."
        ) from error
    if fit_mode not in FIT_MODES:
        raise ArchiveError(f"Expected the fit mode to be one of {', '.join(FIT_MODES)}; got {fit_mode!r}.")
    if len(labels) != n_outputs:
        raise ArchiveError(f"Expected {n_outputs} labels, one per output of the model; got {len(labels)}.")
    weights = decode_weights(entries, weights_data)
    return Archive(
        extractor=extractor,
        extractor_weights={k: v for k, v in weights.items() if k.split("/")[0] not in head_layers},
        head=head,
        head_weights={k: v for k, v in weights.items() if k.split("/")[0] in head_layers},
        labels=labels,
        card=card,
        fit_mode=fit_mode,
        name=str(metadata.get("modelName") or "model"),
        record={key: value for key, value in ours.items() if key not in ("version", "card", "fitMode")},
    )


def _card(stored: dict[str, Any] | None, extractor: Topology, metadata: dict[str, Any]) -> ModelCard:
    size = input_size(extractor)
    if stored:
        pairs = tuple((str(name), str(digest)) for name, digest in stored.get("sha256", ()))
        return ModelCard(**{**stored, "sha256": pairs, "input_size": size})
    name = str(metadata.get("modelName") or "model")
    return ModelCard(
        name=name,
        title=name,
        source="",
        licence="",
        sha256=(),
        feature_channels=0,
        input_size=size,
        divisor=127.0,  # What Teachable Machine's own reader does to pixels.
    )


def _unzip(data: bytes) -> tuple[dict[str, Any], bytes, dict[str, Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            missing = [name for name in _FILES if name not in file.namelist()]
            if missing:
                raise ArchiveError(f"Expected {', '.join(_FILES)} in the zip; {', '.join(missing)} is missing.")
            size = sum(file.getinfo(name).file_size for name in _FILES)
            if size > MAX_BYTES:
                raise ArchiveError(f"Expected at most {MAX_BYTES:,} bytes in the zip, got {size:,}.")
            model, weights, metadata = (file.read(name) for name in _FILES)
        return _json_object(model, "model.json"), weights, _json_object(metadata, "metadata.json")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, zlib.error) as error:
        raise ArchiveError(
            f"Expected a model archive (.zip), got something else or a damaged one ({error})."
        ) from error


def _json_object(data: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"Expected JSON in {name}; it is damaged ({error}).") from error
    if not isinstance(value, dict):
        raise ArchiveError(f"Expected an object in {name}, got {type(value).__name__}.")
    return value
