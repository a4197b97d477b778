"""What a rule reads (one tf.js layer) and what it makes (one Keras layer)."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from ...errors import ConvertError, UnsupportedLayerError
from ...models import Array, Config, group_name

Shape = tuple[int | None, ...] | None


def snake(text: str) -> str:
    """tf.js reads "channels_first" and "channelsFirst" alike; this is the first of them."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", text).lower() if text[:1].islower() else text


def snake_keys(value: Any) -> Any:
    """A config with all its keys in Python's spelling."""
    if isinstance(value, dict):
        return {snake(str(key)): snake_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [snake_keys(item) for item in value]
    return value


@dataclass(frozen=True)
class Variable:
    """One weight of a Keras layer.

    Parameters
    ----------
    path : str
        From the layer to the object that owns it, as Keras's attributes are called: ``""``, ``"forward_layer/cell"``.
    name : str
    value : ndarray
    trainable : bool
        Of the variable itself and of the layer that owns it: what Keras 3 sorts an .h5 file by.
    """

    path: str
    name: str
    value: Array
    trainable: bool

    def scaled(self, scale: Any) -> Variable:
        """The same times a number, or a number for each of its last axis."""
        if np.all(np.asarray(scale) == 1):
            return self
        return dataclasses.replace(self, value=(self.value.astype(np.float64) * scale).astype(np.float32))

    def called(self, name: str, parent: str) -> Variable:
        """The same under another name, inside an attribute of the layer."""
        return Variable(parent, name, self.value, self.trainable)

    def inside(self, parent: str) -> Variable:
        """The same, seen from one level up."""
        return Variable(f"{parent}/{self.path}".rstrip("/"), self.name, self.value, self.trainable)


@dataclass(frozen=True)
class KerasLayer:
    """A layer or model in Keras 3's dialect; `variables` in the order of Keras's ``layer.weights``."""

    class_name: str
    config: Config
    variables: tuple[Variable, ...] = ()
    module: str = "keras.layers"
    registered_name: str | None = None
    children: tuple[KerasLayer, ...] = ()  # Of a model, in Keras's order of ``model.layers``.

    @property
    def is_operation(self) -> bool:
        """Whether this is one of keras.ops, which Keras does not count among a model's layers."""
        return self.module.startswith("keras.src.ops")

    def serialized(self) -> Config:
        """As Keras 3 stores it."""
        return {
            "module": self.module,
            "class_name": self.class_name,
            "config": self.config,
            "registered_name": self.registered_name,
        }


class WeightTable:
    """tf.js's weights by name, each of which is wanted by exactly one layer."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = dict(weights)
        # tf.js also accepts "layer/cell/kernel" for "layer/kernel"; exact names go first.
        self._shortened: dict[str, str] = {}
        for name in self._weights:
            parts = name.split("/")
            self._shortened.setdefault("/".join([*parts[:-2], parts[-1]]), name)

    def take(self, name: str) -> Array:
        """The weight that tf.js would load under this name."""
        found = name if name in self._weights else self._shortened.get(name, name)
        if found not in self._weights:
            raise ConvertError(
                f"Expected a weight {name!r}, got none that no other layer has taken. "
                "The weights belong to another topology, or two layers share a name."
            )
        return self._weights.pop(found)

    def finish(self) -> None:
        """All weights must have been taken, as tf.js demands it."""
        if self._weights:
            names = ", ".join(map(repr, list(self._weights)[:3]))
            raise ConvertError(
                f"Expected no weights without a layer, got {len(self._weights)}: {names}. "
                "The weights belong to another topology."
            )


@dataclass
class Context:
    """What all layers of one conversion share."""

    weights: WeightTable
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TfjsLayer:
    """A layer as tf.js's topology describes it.

    Parameters
    ----------
    class_name : str
    config : dict
        Keys in snake_case.
    path : str
        Where it is in the model, for messages.
    scope : str
        What the names of its weights begin with.
    context : Context
    rank : int, optional
        How many dimensions its first input has, where that is known.
    """

    class_name: str
    config: Config
    path: str
    scope: str
    context: Context
    rank: int | None = None

    @property
    def name(self) -> str:
        return keras_name(str(self.config.get("name", "layer")))

    @property
    def trainable(self) -> bool:
        return self.get("trainable", True) is not False

    def get(self, key: str, default: Any = None) -> Any:
        """A setting; `default` where it is missing or null, as tf.js has it."""
        value = self.config.get(key)
        return default if value is None else value

    def base(self) -> Config:
        """The settings that every Keras layer has."""
        return {"name": self.name, "trainable": self.trainable, "dtype": "float32"}

    def integer(self, key: str, default: int | None = None) -> int:
        value = self.get(key, default)
        if type(value) is not int:
            raise ConvertError(f"Expected a whole number for {key} of {self.path!r}, got {value!r}.")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        value = self.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ConvertError(f"Expected a number for {key} of {self.path!r}, got {value!r}.")
        return float(value) if isinstance(value, float) else int(value)

    def flag(self, key: str, default: bool) -> bool:
        return bool(self.get(key, default))

    def integers(self, key: str, count: int, default: Any = None) -> list[int]:
        """A setting that is one whole number for all dimensions or a list of them."""
        value = self.get(key, default)
        values = [value] * count if type(value) is int else value
        if not isinstance(values, list) or len(values) != count or not all(type(n) is int for n in values):
            raise ConvertError(f"Expected {key} of {self.path!r} to be {count} whole number(s), got {value!r}.")
        return list(values)

    def choice(self, key: str, default: str, allowed: tuple[str, ...]) -> str:
        value = snake(str(self.get(key, default)))
        if value not in allowed:
            self.refuse(f"{key}={value!r}", f"What converts is {' or '.join(map(repr, allowed))}.")
        return value

    def take(self, name: str) -> Array:
        return self.context.weights.take(f"{self.scope}/{name}")

    def variable(self, name: str, shape: Shape, *, scale: float = 1.0, trainable: bool = True) -> Variable:
        """Take a weight of this shape, of which None is any side, and None as a whole any shape."""
        value = self.take(name)
        fits = shape is None or (
            len(shape) == value.ndim and all(n in (None, side) for n, side in zip(shape, value.shape, strict=True))
        )
        if not fits:
            raise ConvertError(
                f"Expected weight {self.scope}/{name} of shape {shape}, got {value.shape}. "
                "The weights belong to another topology."
            )
        return Variable("", name, value, trainable and self.trainable).scaled(scale)

    def note(self, text: str) -> None:
        self.context.notes.append(f"{self.path}: {text}")

    def refuse(self, what: str, remedy: str) -> NoReturn:
        raise UnsupportedLayerError(f"{self.class_name} with {what}" if what else self.class_name, self.path, remedy)


def keras_name(name: str) -> str:
    """Keras 3 allows no slash in a layer's name."""
    return name.replace("/", "_")


def axes_of(layer: TfjsLayer, value: Any) -> int | list[int]:
    axes = value if isinstance(value, list) else [value]
    if not axes or not all(type(axis) is int for axis in axes):
        raise ConvertError(f"Expected axis of {layer.path!r} to be whole numbers, got {value!r}.")
    return axes[0] if len(axes) == 1 else list(axes)


def group_names(class_names: Sequence[str]) -> list[str]:
    """Return how Keras 3 numbers layers in its weights file: ``["re_lu", "re_lu_1"]`` for ``["ReLU", "ReLU"]``."""
    used: Counter[str] = Counter()
    names = []
    for name in map(group_name, class_names):
        names.append(f"{name}_{used[name]}" if used[name] else name)
        used[name] += 1
    return names
