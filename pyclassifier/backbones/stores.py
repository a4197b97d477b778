"""Stores: where the files of pretrained networks come from, and what is read of them."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import EngineError
from .cards import ModelCard
from .summary import NetworkSummary
from .topology import Pooling, Topology, Weights, classification_network, feature_extractor, model_config
from .weights import decode_weights

CLASSES_FILE = "imagenet_classes.json"


class WeightStore(Protocol):
    """What has the files of pretrained networks, as a built site has them in its folder ``models/``."""

    async def read(self, path: str) -> bytes:
        """Give a file, such as "mobilenet_v1_1.0_224/features/model.json"; `EngineError` where it cannot be had."""


def check_inside(path: str) -> str:
    """Return the path of a file in a store; an `EngineError` where it leads out of it."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise EngineError("outside-of-store", path=path)
    return path


class FolderStore:
    """The store that a folder on this machine is: the ``models/`` of a built site.

    Parameters
    ----------
    folder : str or Path
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    async def read(self, path: str) -> bytes:
        """Give a file; see `WeightStore`."""
        try:
            return (self.folder / check_inside(path)).read_bytes()
        except OSError as error:
            folder, why = str(self.folder), error.strerror or str(error)
            raise EngineError("not-in-folder", path=path, folder=folder, error=why) from error


class StoredWeights(Mapping[str, NDArray[np.float32]]):
    """Weights as their file has them, decoded once somebody looks at one.

    Parameters
    ----------
    entries : list of dict
        As `pyclassifier.backbones.decode_weights` takes them.
    data : bytes
    """

    def __init__(self, entries: list[dict[str, Any]], data: bytes) -> None:
        self.entries = entries
        self.data = data

    @cached_property
    def _arrays(self) -> Weights:
        return decode_weights(self.entries, self.data)

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


# Reads the weights of a network, as often as they are needed.
ReadWeights = Callable[[], Awaitable[StoredWeights]]


@dataclass(frozen=True)
class Network:
    """A pretrained network with the classes that it was trained on.

    Parameters
    ----------
    topology : dict
        (N, S, S, 3) -> probabilities (N, n_classes).
    read_weights : callable
    classes : tuple of (str, str)
        WordNet id and name of each class, in the order of the outputs.
    summary : NetworkSummary
        The layers as published, before anything was folded.
    """

    topology: Topology
    read_weights: ReadWeights
    classes: tuple[tuple[str, str], ...]
    summary: NetworkSummary


async def load_features(store: WeightStore, card: ModelCard, pooling: Pooling) -> tuple[Topology, ReadWeights]:
    """Read a backbone up to its feature layer, and pool what that gives.

    Parameters
    ----------
    store : WeightStore
    card : ModelCard
    pooling : {"avg", "flatten"}

    Returns
    -------
    topology : dict
        (N, S, S, 3) -> features (N, n_features).
    read_weights : callable

    Raises
    ------
    EngineError
        A file cannot be had.
    """
    backbone, read_weights = await _read_parts(store, card, "features")
    return feature_extractor(backbone[0], card.input_size, pooling), read_weights


async def load_network(store: WeightStore, card: ModelCard) -> Network:
    """Read a pretrained network as a whole, with its own classes.

    Parameters
    ----------
    store : WeightStore
    card : ModelCard

    Returns
    -------
    Network

    Raises
    ------
    EngineError
        A file cannot be had.
    """
    classes = json.loads(await store.read(CLASSES_FILE))
    summary = NetworkSummary.from_dict(json.loads(await store.read(f"{card.name}/summary.json")))
    parts, read_weights = await _read_parts(store, card, "features", "classification")
    topology = classification_network(card, *parts)
    return Network(topology, read_weights, tuple((id, name) for id, name in classes), summary)


async def _read_parts(store: WeightStore, card: ModelCard, *parts: str) -> tuple[list[Topology], ReadWeights]:
    """The layers of parts of a backbone, and what reads the weights of all of them."""
    models = [json.loads(await store.read(f"{card.name}/{part}/model.json")) for part in parts]
    groups = [(part, group) for part, model in zip(parts, models, strict=True) for group in model["weightsManifest"]]

    async def read_weights() -> StoredWeights:
        files = [await store.read(f"{card.name}/{part}/{path}") for part, group in groups for path in group["paths"]]
        return StoredWeights([entry for _, group in groups for entry in group["weights"]], b"".join(files))

    return [model_config(model) for model in models], read_weights
