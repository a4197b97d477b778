"""A model as an ONNX file, for onnxruntime and whatever else reads the format; numpy is enough to write it."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version

from ..engines import write_onnx as write_network
from .archive import Archive, whole_network


def write_onnx(archive: Archive) -> bytes:
    """Write a model as an ONNX file (opset 13, https://onnx.ai/onnx/intro/concepts.html).

    Parameters
    ----------
    archive : Archive

    Returns
    -------
    bytes
        "input", float32 of shape (N, size, size, channels), pixels scaled as the metadata's "preprocessing" says,
        ``(x - mean) / std`` -> "output", the probabilities of shape (N, n_classes). Its metadata: "labels" and
        "preprocessing", as JSON, and "name".

    Raises
    ------
    EngineError
        A layer that has no translation.
    """
    card = archive.card
    channels = 3 if archive.extractor else card.feature_channels
    metadata = {
        "name": archive.name,
        "labels": json.dumps(list(archive.labels), ensure_ascii=False),
        "preprocessing": json.dumps(asdict(card.preprocessing)),
        "pyclassifier": version("pyclassifier"),
    }
    topology, weights = whole_network(archive)
    return write_network(topology, weights, (card.input_size, card.input_size, channels), metadata)
