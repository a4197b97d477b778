"""A network's layers in the order in which they are computed, whatever models lie in which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...backbones import Topology
from ...errors import EngineError


@dataclass(frozen=True)
class Step:
    """One call of a layer.

    Parameters
    ----------
    kind : str
        Its Keras class, such as "Conv2D".
    config : mapping
    inputs : tuple of int
        Numbers of the values that it takes: 0 is the network's input, k what step k - 1 gives.
    last_for : frozenset of int
        Those of them that nothing takes after it.
    """

    kind: str
    config: Mapping[str, Any]
    inputs: tuple[int, ...]
    last_for: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        """The layer's name, by which its weights are called."""
        return str(self.config["name"])


def plan(topology: Topology) -> list[Step]:
    """Bring a network's layers into the order in which they are computed.

    Parameters
    ----------
    topology : dict
        Of one input and one output: "Sequential" and "Model" in each other, in Keras's dialect.

    Returns
    -------
    list of Step
        The last one gives the network's output.

    Raises
    ------
    EngineError
        More inputs or outputs than one, or layers that refer to nothing.
    """
    steps: list[Step] = []
    try:
        _add(topology, (0,), steps)
    except (KeyError, IndexError, TypeError, ValueError, RecursionError) as error:
        raise EngineError("bad-network", error=f"{type(error).__name__}: {error}") from error
    last = {number: at for at, step in enumerate(steps) for number in step.inputs}
    return [
        replace(step, last_for=frozenset(number for number in step.inputs if last[number] == at))
        for at, step in enumerate(steps)
    ]


def _add(layer: Topology, inputs: tuple[int, ...], steps: list[Step]) -> int:
    """Add a layer's steps, or all those of a model; return the number of the value that comes out."""
    kind, config = str(layer["class_name"]), layer["config"]
    if "layers" not in config:
        if kind == "InputLayer":
            return inputs[0]
        steps.append(Step(kind, config, inputs))
        return len(steps)
    if kind == "Sequential":
        for part in config["layers"]:
            inputs = (_add(part, inputs, steps),)
        return inputs[0]
    return _add_graph(config, inputs, steps)


def _add_graph(config: Mapping[str, Any], inputs: tuple[int, ...], steps: list[Step]) -> int:
    ((name, *_),), ((output, node, *_),) = config["input_layers"], config["output_layers"]
    made = {(name, 0): inputs[0]}
    waiting = [(layer, call) for layer in config["layers"] for call in enumerate(layer.get("inbound_nodes") or ())]
    while waiting:
        later = []
        for layer, (number, call) in waiting:
            sources = [(source[0], source[1]) for source in _sources(call)]
            if all(source in made for source in sources):
                made[layer["name"], number] = _add(layer, tuple(made[source] for source in sources), steps)
            else:
                later.append((layer, (number, call)))
        if len(later) == len(waiting):
            raise ValueError(f"no way from the input to {later[0][0]['name']!r}")
        waiting = later
    return made[output, node]


def _sources(call: Sequence[Any]) -> Sequence[Any]:
    return call if call and isinstance(call[0], list | tuple) else [call]
