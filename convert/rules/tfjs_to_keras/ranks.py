"""How many dimensions tensors have, worked out from the topology; None where that is not known here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ...models import Config
from .call_order import Call, Graph, read_graph

Rank = int | None
_TO_TWO = ("Flatten", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D")
_RECURRENT = {"SimpleRNN": 3, "GRU": 3, "GRUResetAfter": 3, "LSTM": 3, "RNN": 3, "ConvLSTM2D": 5}


def output_rank(class_name: str, config: Config, inputs: Sequence[Rank], output: int = 0) -> Rank:
    """Rank of one output of a layer or model that is called on tensors of these ranks."""
    if class_name == "Sequential":
        rank = inputs[0]
        for layer in config["layers"]:
            if layer["class_name"] != "InputLayer":
                rank = output_rank(layer["class_name"], layer["config"], [rank])
        return rank
    if class_name in ("Model", "Functional"):
        graph = read_graph(config, str(config.get("name")))
        return graph_ranks(graph, config["layers"], inputs).get(graph.outputs[output])
    return _leaf_rank(class_name, config, inputs, output)


def graph_ranks(graph: Graph, layers: Sequence[Any], inputs: Sequence[Rank] = ()) -> dict[tuple[Call, int], Rank]:
    """Ranks of all tensors in a graph; `inputs` are those that it is called on."""
    by_name = {layer["name"]: layer for layer in layers}
    ranks: dict[tuple[Call, int], Rank] = {}
    given = dict(zip((call for call, _ in graph.inputs), inputs, strict=False))
    used: dict[Call, set[int]] = defaultdict(lambda: {0})
    for call, output in (*(end for each in graph.sequence for end in each.inputs), *graph.outputs):
        used[call].add(output)
    for call in graph.sequence:
        layer = by_name[call.layer]
        if layer["class_name"] == "InputLayer":
            shape = layer["config"].get("batch_input_shape")
            ranks[call, 0] = len(shape) if isinstance(shape, list) else given.get(call)
            continue
        before = [ranks.get(end) for end in call.inputs]
        for output in used[call]:
            ranks[call, output] = output_rank(layer["class_name"], layer["config"], before, output)
    return ranks


def _leaf_rank(class_name: str, config: Config, inputs: Sequence[Rank], output: int) -> Rank:
    rank = inputs[0] if inputs else None
    if class_name in _TO_TWO:
        return 2
    if class_name in ("Reshape", "RepeatVector"):
        return 3 if class_name == "RepeatVector" else 1 + len(config.get("target_shape") or [])
    if class_name in ("Dot", "CategoryEncoding"):
        return None
    if class_name in ("Operation", "EinsumDense"):
        return 1 + len(config.get("shape") or [])
    if class_name == "MultiHeadAttention":
        return None if output or rank is None else rank - 1 + len(config.get("projection") or [0])
    if class_name == "Embedding":
        return None if rank is None else rank + 1
    if class_name == "TimeDistributed":
        inner = output_rank(
            config["layer"]["class_name"], config["layer"]["config"], [None if rank is None else rank - 1]
        )
        return None if inner is None else inner + 1
    if class_name == "Bidirectional":
        return None if output else _leaf_rank(config["layer"]["class_name"], config["layer"]["config"], inputs, 0)
    if class_name in _RECURRENT:
        full = _RECURRENT[class_name]
        return full if config.get("return_sequences") and output == 0 else full - 1
    return None if None in inputs else max((each for each in inputs if each is not None), default=None)
