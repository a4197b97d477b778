"""What a Keras model computes, evaluated in numpy from its configuration and weights as they are stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...models import Array, Config, KerasModel, is_model, is_operation, is_sequential, join_path, run_graph
from . import activations, convolutions, normalizations, reshaping
from .rule import Rule

RULES: dict[str, Rule] = {**activations.RULES, **convolutions.RULES, **normalizations.RULES, **reshaping.RULES}
Value = Array | None  # None: not known, since it takes a layer that is not evaluated.
_BINARY = {"Add", "Subtract", "Multiply", "Maximum", "Minimum"}
# Keywords of calls that change nothing at inference.
_SILENT = {"training", "mask", "name"}


@dataclass
class Evaluation:
    """What is known of a model's outputs.

    Parameters
    ----------
    outputs : list of ndarray or None
        None where an output takes a layer that is not evaluated.
    skipped : dict of str to str
        What was not evaluated and why, by the layer's path.
    border : dict of str to ndarray
        Last known tensors before what was skipped, by the path of the layer that is called once and makes them.
    """

    outputs: list[Value] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    border: dict[str, Array] = field(default_factory=dict)

    def reason(self) -> str:
        """Return what was skipped, in words."""
        found = [f"{path!r} ({why})" for path, why in self.skipped.items()]
        return f"without a rule in numpy: {', '.join(found[:3])}{' ...' if len(found) > 3 else ''}"


def evaluate(model: KerasModel, inputs: Sequence[Array]) -> Evaluation:
    """Evaluate a Keras model in numpy, as far as its layers have a rule there.

    The rules are written from what Keras documents, not from the translation to tf.js, so that they show its mistakes.

    Parameters
    ----------
    model : KerasModel
    inputs : sequence of ndarray
        In the model's order.

    Returns
    -------
    Evaluation

    Raises
    ------
    ConvertError
        A graph that does not fit together.
    """
    evaluator = _Evaluator(model)
    with np.errstate(all="ignore"):
        outputs = evaluator.call_model(model.config, "", list(inputs))
    return Evaluation(outputs, evaluator.skipped, evaluator.border())


class _Evaluator:
    def __init__(self, model: KerasModel) -> None:
        self.skipped: dict[str, str] = {}
        self._weights = model.weights
        self._keras2 = model.keras_version.split(".")[0] in ("1", "2")
        self._calls: Counter[str] = Counter()
        self._made: dict[int, tuple[str, Array]] = {}  # By the identity of the tensor: which layer made it.
        self._last: dict[str, Array] = {}
        self._distributed = 0

    def border(self) -> dict[str, Array]:
        return {path: array for path, array in self._last.items() if self._calls[path] == 1}

    def call_model(self, model: Config, path: str, inputs: list[Value]) -> list[Value]:
        """Evaluate a model on these inputs."""
        if not is_sequential(model):
            return self._call_functional(model["config"], path, inputs)
        values = inputs
        for layer in model["config"]["layers"]:
            if layer["class_name"] != "InputLayer":
                values = self._call(layer, join_path(path, layer["name"]), values, {})
                values = values[:1] if values[0] is None else values
        return values

    def _call_functional(self, config: Config, path: str, inputs: list[Value]) -> list[Value]:
        def call(layer: Config, number: int, args: list[Any], kwargs: Config) -> list[Value]:
            return self._call(layer, join_path(path, layer["name"]), args, kwargs)

        return run_graph(config, path, inputs, call)

    def _call(self, layer: Config, path: str, args: list[Any], kwargs: Mapping[str, Any]) -> list[Value]:
        self._calls[path] += 1
        given = _flat(args)
        known = all(value is not None for value in given)
        if is_model(layer):
            # Parts of it that take only what is known are known.
            return self.call_model(layer, path, given)
        made = self._apply(layer, path, given, kwargs) if known else None
        if made is None:
            self._note_border(given if known else [])
            return [None] * _MANY
        if not self._distributed:
            self._made[id(made)] = path, made
        return [made]

    def _note_border(self, values: list[Value]) -> None:
        """Remember what goes into a layer that is skipped."""
        for value in values:
            path, array = self._made.get(id(value), ("", None))
            if array is value and array is not None:
                self._last[path] = array

    def _apply(self, layer: Config, path: str, given: list[Any], kwargs: Mapping[str, Any]) -> Value:
        try:
            return self._rule(layer, path, given, kwargs)
        except NotImplementedError as error:
            self.skipped[path] = str(error)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError, MemoryError) as error:
            self.skipped[path] = f"{layer['class_name']}: {' '.join(str(error).split())[:100]}"
        return None

    def _rule(self, layer: Config, path: str, given: list[Any], kwargs: Mapping[str, Any]) -> Array:
        name, config = layer["class_name"], layer["config"]
        operation = is_operation(layer)
        arrays = [value for value in given if isinstance(value, np.ndarray)]
        # Keras 3 writes training=True, their default, for layers that augment images, and predicts without.
        plain = all(not value for key, value in kwargs.items() if key in _SILENT) or name.startswith("Random")
        if (operation and (name not in _BINARY or len(given) != 2)) or kwargs.keys() - _SILENT or not plain:
            raise NotImplementedError(f"{name} as an operation or with arguments" if operation else f"{name} so called")
        if name == "TimeDistributed":
            return self._distribute(config["layer"], path, arrays)
        if name not in RULES:
            raise NotImplementedError(name)
        if self._keras2 and config.get("activation") == "hard_sigmoid":
            config = {**config, "activation": "hard_sigmoid of Keras 2"}
        try:
            made = RULES[name](config, self._weights.get(path, []), given if operation else arrays)
        except NotImplementedError as error:
            raise NotImplementedError(f"{name} with {error}") from error
        return np.asarray(made, np.float32) if made is not given[0] else made.view()

    def _distribute(self, layer: Config, path: str, inputs: list[Array]) -> Array:
        """Evaluate a layer or model on each step of a sequence."""
        (x,) = inputs
        steps = x.reshape(-1, *x.shape[2:])
        self._distributed += 1
        try:
            named = {**layer, "name": path}
            (made, *_) = (
                self.call_model(layer, path, [steps]) if is_model(layer) else self._call(named, path, [steps], {})
            )
        finally:
            self._distributed -= 1
        if made is None:
            raise NotImplementedError(f"TimeDistributed({layer['class_name']})")
        return made.reshape(*x.shape[:2], *made.shape[1:])


_MANY = 8  # Outputs of a layer at most: an LSTM has three.


def _flat(value: Any) -> list[Any]:
    return [one for item in value for one in _flat(item)] if isinstance(value, list | tuple) else [value]
