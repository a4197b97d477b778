"""Which calls of layers a topology makes, as tf.js reads it, and in which order Keras 3 lists the layers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import ConvertError
from ...models import Config

MODELS = ("Model", "Functional", "Sequential")


@dataclass(eq=False)
class Call:
    """One call of a layer; `inputs` are (call, index of its output)."""

    layer: str
    inputs: tuple[tuple[Call, int], ...]


@dataclass(frozen=True)
class Graph:
    """The calls that the outputs of a model depend on.

    Parameters
    ----------
    calls : dict of str to list of Call
        By layer, in the order in which they must be made; inputs of the model among them.
    inputs, outputs : list of (Call, int)
    sequence : list of Call
        The calls from the inputs to the outputs.
    order : list of str
        Layers in the order of Keras's ``model.layers``.
    """

    calls: dict[str, list[Call]]
    inputs: list[tuple[Call, int]]
    outputs: list[tuple[Call, int]]
    sequence: list[Call]
    order: list[str]


def read_graph(config: Config, path: str) -> Graph:
    """Follow ``inbound_nodes`` as tf.js 4.22's ``Container.fromConfig`` does, its order of calls included."""
    layers = config["layers"]
    made: dict[str, list[Call | None]] = {}
    waiting: dict[str, list[Any]] = {}
    for layer in layers:
        name, class_name = layer["name"], layer["class_name"]
        if name in made:
            raise ConvertError(f"Expected each layer of {path or 'the model'} once, got {name!r} twice.")
        # A model comes with a call of its own, which counts.
        made[name] = [Call(name, ())] if class_name == "InputLayer" else [None] if class_name in MODELS else []
        if layer.get("inbound_nodes"):
            waiting[name] = list(layer["inbound_nodes"])
    while waiting:
        before = sum(map(len, waiting.values()))
        for layer in layers:
            for node in waiting.pop(layer["name"], ()):
                inputs = _resolve(node, made, path)
                if inputs is None:
                    waiting.setdefault(layer["name"], []).append(node)
                else:
                    made[layer["name"]].append(Call(layer["name"], inputs))
        if sum(map(len, waiting.values())) == before:
            raise ConvertError(f"Expected layers that follow from the inputs, got {', '.join(waiting)} in a circle.")
    return _reachable(made, _ends(config["input_layers"], made, path), _ends(config["output_layers"], made, path))


def _resolve(node: Any, made: Mapping[str, list[Call | None]], path: str) -> tuple[tuple[Call, int], ...] | None:
    if not isinstance(node, list):
        raise ConvertError(f"Expected inbound_nodes of {path or 'the model'} as lists, got {str(node)[:60]}.")
    inputs = []
    for name, index, output, *_ in node:
        if name not in made:
            raise ConvertError(f"Expected inputs that are layers of {path or 'the model'}, got {name!r}.")
        if index >= len(made[name]):
            return None
        inputs.append((_existing(made[name][index], name), int(output)))
    return tuple(inputs)


def _existing(call: Call | None, name: str) -> Call:
    if call is None:
        raise ConvertError(f"Expected a call of the model {name!r}, got its own inner output.")
    return call


def _ends(ends: Any, made: Mapping[str, list[Call | None]], path: str) -> list[tuple[Call, int]]:
    if len(ends) == 3 and isinstance(ends[0], str):
        ends = [ends]
    found = _resolve(ends, made, path)
    if not found:
        raise ConvertError(f"Expected inputs and outputs of {path or 'the model'} that exist, got {str(ends)[:60]}.")
    return list(found)


def _reachable(
    made: Mapping[str, list[Call | None]], inputs: list[tuple[Call, int]], outputs: list[tuple[Call, int]]
) -> Graph:
    sequence = list(_depth_first(outputs))
    needed = dict.fromkeys(sequence)
    needed |= dict.fromkeys(call for call, _ in inputs)
    calls = {
        name: kept
        for name, each in made.items()
        if (kept := [call for call in each if call is not None and call in needed])
    }
    return Graph(calls, inputs, outputs, sequence, _keras_order(inputs, outputs))


def _depth_first(outputs: Sequence[tuple[Call, int]]) -> Iterator[Call]:
    """Calls from the inputs to the outputs, as ``keras.src.ops.function._build_map`` finishes them."""
    finished: set[Call] = set()
    for output, _ in outputs:
        stack = [(output, iter(output.inputs))]
        if output in finished:
            continue
        while stack:
            call, rest = stack[-1]
            following = next((each for each, _ in rest if each not in finished), None)
            if following is not None:
                stack.append((following, iter(following.inputs)))
                continue
            stack.pop()
            if call not in finished:
                finished.add(call)
                yield call


def _first_visits(outputs: Sequence[tuple[Call, int]]) -> dict[str, int]:
    """Layers by the time at which the same walk meets them first."""
    visits: dict[str, int] = {}
    seen: set[Call] = set()
    stack = [output for output, _ in reversed(outputs)]
    while stack:
        call = stack.pop()
        if call in seen:
            continue
        seen.add(call)
        visits.setdefault(call.layer, len(visits))
        stack += [each for each, _ in reversed(call.inputs)]
    return visits


def _keras_order(inputs: Sequence[tuple[Call, int]], outputs: Sequence[tuple[Call, int]]) -> list[str]:
    """``keras.src.ops.function.map_graph``: by distance from the outputs, then by first visit."""
    visits = _first_visits(outputs)
    call_depths: dict[Call, int] = defaultdict(int)
    layer_depths: dict[str, int] = {}
    for call in reversed(list(_depth_first(outputs))):
        depth = max(call_depths[call], layer_depths.get(call.layer, 0))
        call_depths[call] = layer_depths[call.layer] = depth
        for each, _ in call.inputs:
            call_depths[each] = max(depth + 1, call_depths[each])
    for call, _ in inputs:
        if call.layer not in layer_depths:
            layer_depths[call.layer], visits[call.layer] = 0, -1
    return sorted(layer_depths, key=lambda name: (-layer_depths[name], visits[name]))
