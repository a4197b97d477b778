"""From the nested models of a Keras configuration to one flat graph, calling each layer's rule once per call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...errors import ConvertError, UnsupportedLayerError
from ...models import (
    Array,
    Config,
    CustomLayer,
    KerasModel,
    Shape,
    input_shapes,
    is_model,
    is_operation,
    is_sequential,
    join_path,
    leaves,
    run_graph,
)
from . import operations
from .builder import Builder, Call, Mask, Tensor
from .express import tensors_in
from .layers import RECURRENT, RULES, SPATIAL, channels_first
from .operations import products
from .passthrough import find_custom, pass_through, told_shapes
from .refusals import DROP_UNSEEN, IMPLICIT, MAKE_MASKS, TAKE_MASKS, check_call, is_custom

_RULES: Mapping[str, Any] = {**RULES, **products.LAYER_RULES}


class GraphWalker:
    """Walks one Keras model and adds what it computes to a builder.

    Parameters
    ----------
    model : KerasModel
    custom : sequence of CustomLayer
        Layers that a user answers for.
    """

    def __init__(self, model: KerasModel, custom: Sequence[CustomLayer] = ()) -> None:
        self.builder = Builder(keras3=model.keras_version.split(".")[0] not in ("1", "2"))
        written = json.dumps(model.config)
        self.builder.unmasked = not any(name in written for name in TAKE_MASKS)
        self.builder.masking = not self.builder.unmasked and any(one in written for one in MAKE_MASKS)
        self._weights = model.weights
        self._config = model.config
        self._custom = custom

    def run(self) -> tuple[list[Tensor], list[Tensor]]:
        """Add the whole model; return its inputs and outputs."""
        for path, layer in sorted(leaves(self._config, ""), key=lambda leaf: leaf[0].count("/")):
            if layer["class_name"] != "InputLayer" or "/" not in path:
                self.builder.name_of(path)
        shapes = input_shapes(self._config)
        inputs = [self._input(layer, shape) for layer, shape in shapes]
        return inputs, self._model(self._config, "", inputs)

    def distinct_outputs(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[Tensor]:
        """Give outputs that come twice, or are inputs, layers of their own: tf.js returns each tensor once."""
        result: list[Tensor] = []
        for tensor in outputs:
            if tensor in result or tensor in inputs:
                name = self.builder.name_of(f"{tensor.layer}_output_{len(result)}")
                config = {"activation": "linear", "trainable": True, "dtype": "float32"}
                node = self.builder.add(name, "Activation", config, [tensor], {})
                tensor = Tensor(name, node, 0, tensor.shape)
            result.append(tensor)
        return result

    def _input(self, layer: Config, shape: Shape) -> Tensor:
        config, path = layer["config"], layer["name"]
        dtype = config.get("dtype") if layer["class_name"] == "InputLayer" else "float32"
        dtype = dtype if isinstance(dtype, str) else "float32"
        if dtype == "string" or config.get("sparse") or config.get("ragged"):
            raise UnsupportedLayerError(
                f"an input of dtype {dtype}, sparse or ragged", path, "Use dense numeric inputs."
            )
        whole = "bool" if dtype == "bool" else "int32" if "int" in dtype else "float32"
        if layer["class_name"] != "InputLayer":
            path = f"{path}_input"
        name = self.builder.name_of(path)
        full = {"batch_input_shape": list(shape), "dtype": whole, "sparse": False}
        self.builder.add(name, "InputLayer", full, [], {})
        return Tensor(name, 0, 0, shape)

    def _model(self, model: Config, path: str, inputs: Sequence[Tensor]) -> list[Tensor]:
        if model["class_name"] not in ("Sequential", "Functional", "Model") or is_custom(model):
            raise UnsupportedLayerError(
                f"the subclassed model {model['class_name']!r}",
                path or str(model["config"].get("name")),
                "Its own call() is not in the file: rebuild it with keras.Model(inputs, outputs) and copy the weights.",
            )
        names = [layer["name"] for layer in model["config"]["layers"]]
        if len(set(names)) < len(names):
            raise ConvertError(
                f"Expected layers of different names in {path or model['config'].get('name')!r}, got some twice. "
                "Name them apart and save again."
            )
        if is_sequential(model):
            return self._sequential(model, path, inputs)
        return self._functional(model["config"], path, inputs)

    def _sequential(self, model: Config, path: str, inputs: Sequence[Tensor]) -> list[Tensor]:
        tensors, layers = list(inputs), model["config"]["layers"]
        told = told_shapes(layers)
        for layer in layers:
            if layer["class_name"] != "InputLayer":
                given = tuple(tensors)
                shapes = _of_call(told, layer["name"], 0)
                tensors = tensors_in(self._call(layer, join_path(path, layer["name"]), given, given, IMPLICIT, shapes))
        return tensors

    def _functional(self, config: Config, path: str, inputs: Sequence[Tensor]) -> list[Tensor]:
        told = told_shapes(config["layers"])

        def call(layer: Config, number: int, args: list[Any], kwargs: Config) -> Sequence[Tensor | Mask]:
            at, shapes = join_path(path, layer["name"]), _of_call(told, layer["name"], number)
            return self._call(layer, at, tuple(tensors_in(args)), tuple(args), kwargs, shapes)

        return tensors_in(run_graph(config, path, inputs, call))

    def _call(
        self,
        layer: Config,
        path: str,
        inputs: tuple[Tensor, ...],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        told: Mapping[int, Shape],
    ) -> Sequence[Tensor | Mask]:
        if is_model(layer):
            if kwargs.get("training") not in (None, False):
                raise UnsupportedLayerError("a model called with training=True", path, "Call it with training=False.")
            return self._model(layer, path, inputs)
        class_name = layer["class_name"].rsplit(">", 1)[-1]
        call = Call(self.builder, class_name, layer["config"], path, inputs, kwargs, self._arrays(path), args)
        custom = find_custom(layer, path, self._custom)
        check_call(call, layer, _RULES, custom=custom is not None)
        if custom:
            return pass_through(call, custom, told)
        if is_operation(layer):
            result = operations.apply(call, layer)
        elif class_name == "TimeDistributed":
            return self._distributed(call)
        elif call.get("data_format") == "channels_first" and class_name in SPATIAL:
            result = channels_first(_RULES[class_name], call)
        else:
            result = _RULES[class_name](call)
        drops = class_name in DROP_UNSEEN or is_operation(layer)
        results: list[Tensor | Mask] = [*result] if isinstance(result, list) else [result]
        return [replace(t, masked="") if drops and isinstance(t, Tensor) else t for t in results]

    def _arrays(self, path: str) -> list[Array]:
        return self._weights.get(path, [])

    def _distributed(self, call: Call) -> list[Tensor]:
        """Apply a layer or model to each step of a sequence."""
        x, inner = call.x, call.get("layer")
        name = inner["class_name"]
        if x.rank < 3 or call.builder.distributed or (x.masked and name != "Dense"):
            call.refuse(
                f"TimeDistributed({name}) on {x.shape}, with a mask or inside another",
                "Apply the layer before the sequence is made.",
            )
        step = replace(x, shape=(x.shape[0], *x.shape[2:]))
        self.builder.distributed.append(x.shape[1])
        try:
            if is_model(inner):
                results = self._model(inner, call.path, [step])
            else:
                if name in RECURRENT or name not in _RULES:
                    raise UnsupportedLayerError(f"TimeDistributed({name})", call.path, "Apply the layer without it.")
                layer = {**inner, "config": {**inner["config"], "trainable": call.get("trainable", True)}}
                named = {**layer, "name": call.path}
                results = [
                    t for t in self._call(named, call.path, (step,), (step,), IMPLICIT, {}) if isinstance(t, Tensor)
                ]
        finally:
            self.builder.distributed.pop()
        return [replace(t, shape=(t.shape[0], x.shape[1], *t.shape[1:])) for t in results]


def _of_call(told: Mapping[tuple[str, int, int], Shape], name: str, number: int) -> dict[int, Shape]:
    return {index: shape for (layer, call, index), shape in told.items() if (layer, call) == (name, number)}
