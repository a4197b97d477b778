"""The tf.js graph under construction, and one call of one Keras layer as the rules see it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import numpy as np

from ...errors import ConvertError, UnsupportedLayerError
from ...models import Array, Config, Shape

UNSEEN = "unseen "
_MERGES = {"Add", "Multiply", "Average", "Maximum", "Minimum"}


@dataclass(frozen=True)
class Tensor:
    """An output of a tf.js layer. `shape` starts with the batch; `masked` says what mask travels with it, if any.

    Where that starts with UNSEEN, it travels in Keras only.
    """

    layer: str
    node: int
    index: int
    shape: Shape
    masked: str = ""

    @property
    def rank(self) -> int:
        """Number of dimensions with the batch's."""
        return len(self.shape)


@dataclass(frozen=True)
class Mask:
    """What Keras 3 writes into its graph for a mask; in tf.js masks travel by themselves.

    `whole` says that all values of a step count together.
    """

    key: str
    whole: bool = False


@dataclass
class Builder:
    """Layers, their calls and their weights, in the order in which they are added."""

    keras3: bool
    layers: dict[str, Config] = field(default_factory=dict)
    weights: dict[str, Array] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    # Layers of our own, from custom_layers.mjs.
    custom: dict[str, None] = field(default_factory=dict)
    # What the masks are made of: a tensor, and the number that hides.
    mask_sources: dict[str, tuple[Tensor, float]] = field(default_factory=dict)
    # Whether nothing in tf.js shall make masks, as no layer there takes any.
    unmasked: bool = False
    # Whether some layer in tf.js makes a mask.
    masking: bool = False
    # Inside TimeDistributed: how many steps, None for any number; shapes of tensors are then those of one step.
    distributed: list[int | None] = field(default_factory=list)

    def mask_key(self, x: Tensor, value: float) -> str:
        """Return what identifies the mask "x is not value"."""
        key = f"{x.layer}:{x.node}:{x.index}!={float(value)}"
        self.mask_sources[key] = x, float(value)
        return key

    def note(self, text: str) -> None:
        """Remember a sentence about what was changed, once."""
        self.notes[text] = None

    def name_of(self, path: str, suffix: str = "") -> str:
        """Return the tf.js layer name for a Keras layer's path, the same each time."""
        key = path, suffix
        if key not in self.names:
            parts = [re.sub(r"[^-A-Za-z0-9._]", "_", part) for part in path.split("/")]
            names = [part if re.match("[A-Za-z0-9]", part) else f"layer{part}" for part in (parts[-1], "_".join(parts))]
            if suffix:
                names = [f"{self.name_of(path)}_{suffix}"]
            choices = [*names, *(f"{names[-1]}_{count}" for count in range(1, len(self.taken) + 2))]
            self.names[key] = next(name for name in choices if name not in self.taken)
            self.taken.add(self.names[key])
        return self.names[key]

    def add(
        self, name: str, class_name: str, config: Config, inputs: Sequence[Tensor], weights: Mapping[str, Array]
    ) -> int:
        """Add a layer, or one more call of it; return the call's number."""
        full = {"name": name, **config}
        if name not in self.layers:
            self.layers[name] = {"class_name": class_name, "name": name, "config": full, "inbound_nodes": []}
            for base, values in weights.items():
                self.weights[f"{name}/{base}"] = _stored(values)
        layer = self.layers[name]
        if json.dumps([layer["class_name"], layer["config"]]) != json.dumps([class_name, full]):
            raise ConvertError(
                f"Expected the shared layer {name!r} to be called on inputs of one shape, got several. "
                "Call it on inputs of one shape, or give each its own layer."
            )
        if inputs:
            layer["inbound_nodes"].append([[t.layer, t.node, t.index, {}] for t in inputs])
        return max(0, len(layer["inbound_nodes"]) - 1)


def _stored(values: Array) -> Array:
    return np.ascontiguousarray(values, np.float32)


@dataclass(frozen=True)
class Call:
    """One call of one Keras layer.

    Parameters
    ----------
    builder : Builder
    class_name : str
    config : dict
    path : str
        Of the layer in the Keras model: ``"outer/inner/layer"``.
    inputs : tuple of Tensor
        Positional inputs, lists flattened.
    kwargs : mapping
        What else the call was given, tensors resolved.
    arrays : list of ndarray
        The layer's weights in Keras's order.
    args : tuple
        Positional arguments as they came, for operations that mix tensors and numbers.
    own_suffix : str
        Appended to the layer's name where another layer takes that name, the one that ends the expression.
    """

    builder: Builder
    class_name: str
    config: Config
    path: str
    inputs: tuple[Tensor, ...]
    kwargs: Mapping[str, Any]
    arrays: list[Array]
    args: tuple[Any, ...] = ()
    own_suffix: str = ""

    @property
    def x(self) -> Tensor:
        """The only tensor that the layer is called on."""
        if len(self.inputs) != 1:
            self.refuse(f"{self.class_name} with {len(self.inputs)} inputs")
        return self.inputs[0]

    @property
    def keras3(self) -> bool:
        """Whether Keras 3 wrote the model."""
        return self.builder.keras3

    def refuse(self, what: str, remedy: str = "Replace the layer or change that setting, and save again.") -> NoReturn:
        """Raise UnsupportedLayerError for what cannot be expressed exactly."""
        raise UnsupportedLayerError(what, self.path, remedy)

    def note(self, text: str) -> None:
        """Remember what was changed at this layer."""
        self.builder.note(f"{self.path}: {text}")

    def get(self, key: str, default: Any = None) -> Any:
        """Return a setting; `default` where it is absent."""
        return self.config.get(key, default)

    def pairs(self, key: str, rank: int, default: Any = 1) -> list[int]:
        """Return a setting of one number per spatial dimension."""
        value = self.config.get(key)
        value = default if value is None else value
        values = [value] * rank if isinstance(value, int) else list(value)
        if len(values) == 1:
            values *= rank
        if len(values) != rank or not all(type(v) is int for v in values):
            self.refuse(f"{self.class_name} with {key}={value!r}")
        return values

    def take(self, *wanted: tuple[str, Sequence[int | None]]) -> dict[str, Array]:
        """Return the layer's weights by name; each must have the shape that the input asks for."""
        shapes = [tuple(shape) for _, shape in wanted]
        if [array.shape for array in self.arrays] != shapes:
            raise ConvertError(
                f"Expected weights of shapes {shapes} for {self.class_name} at {self.path!r}, "
                f"got {[array.shape for array in self.arrays]}. The file does not fit together; save the model again."
            )
        for array in self.arrays:
            if array.dtype.kind != "f":
                raise ConvertError(
                    f"Expected float weights for {self.path!r}, got {array.dtype}. Convert the unquantised model."
                )
        return {name: array for (name, _), array in zip(wanted, self.arrays, strict=True)}

    def emit(
        self,
        class_name: str,
        config: Config,
        inputs: Tensor | Sequence[Tensor],
        shape: Shape,
        *,
        suffix: str = "",
        weights: Mapping[str, Array] | None = None,
        masked: str | None = None,
    ) -> Tensor:
        """Add a tf.js layer, or a call of it; without a suffix under the Keras layer's own name."""
        tensors = [inputs] if isinstance(inputs, Tensor) else self._distinct(inputs, suffix)
        builder = self.builder
        name = builder.name_of(self.path, "_".join(filter(None, (self.own_suffix, suffix))))
        full: Config = {"trainable": self.config.get("trainable", True) is not False, "dtype": "float32", **config}
        if builder.distributed and class_name not in _MERGES:
            if len(tensors) != 1:
                self.refuse(f"{class_name} inside TimeDistributed")
            full = {
                "trainable": full["trainable"],
                "dtype": "float32",
                "layer": {"class_name": class_name, "config": {"name": f"{name}_step", **full}},
            }
            class_name = "TimeDistributed"
        node = builder.add(name, class_name, full, tensors, weights or {})
        if masked is None:
            masked = next((t.masked for t in tensors if t.masked), "")
        return Tensor(name, node, 0, shape, masked)

    def _distinct(self, inputs: Sequence[Tensor], suffix: str) -> list[Tensor]:
        """Give a tensor that comes twice a copy: tf.js counts it once and frees it too early."""
        tensors: list[Tensor] = []
        for x in inputs:
            if x in tensors:
                name = "_".join(filter(None, (suffix, f"again_{len(tensors)}")))
                x = self.emit("Activation", {"activation": "linear"}, x, x.shape, suffix=name)
            tensors.append(x)
        return tensors

    def own_as(self, suffix: str) -> Call:
        """Return the call with the layer's own name free for a layer that comes after."""
        return replace(self, own_suffix="_".join(filter(None, (self.own_suffix, suffix))))


def emit_custom(
    call: Call,
    class_name: str,
    config: Config,
    inputs: Tensor | Sequence[Tensor],
    shape: Shape,
    *,
    suffix: str = "",
    weights: Mapping[str, Array] | None = None,
) -> Tensor:
    """Add a layer of our own ES module."""
    if call.builder.distributed:
        call.refuse(f"{call.class_name} inside TimeDistributed")
    call.builder.custom[class_name] = None
    call.builder.note(
        f"{class_name} is not in tf.js: custom_layers.mjs has it, whose register(tf) must be called before the model "
        "is loaded."
    )
    return call.emit(class_name, config, inputs, shape, suffix=suffix, weights=weights, masked="")


def size(shape: Sequence[int | None]) -> int | None:
    """Product of dimensions; None where one is not known."""
    total = 1
    for n in shape:
        if n is None:
            return None
        total *= n
    return total
