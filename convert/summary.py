"""The layer table of a model, as Keras prints it."""

from __future__ import annotations

from collections.abc import Sequence

from .graph import flatten, weights_of
from .model import LayersModel
from .shapes import Shape, output_shapes


def summary(model: LayersModel) -> str:
    """Return a model's layers with output shapes, parameters and, where it is no chain, what each takes.

    Parameters
    ----------
    model : LayersModel
        Nested models are shown layer by layer.

    Returns
    -------
    str
        A table; "?" where an output shape is not known.
    """
    graph = flatten(model.topology, model.weights)
    shapes = output_shapes(graph)
    sizes = {name: array.size for name, array in model.weights.items()}
    rows, total, trainable, before = [], 0, 0, None
    is_chain = True
    for layer in graph.layers:
        own = weights_of([layer], sizes)
        count = sum(sizes[name] for name in own)
        total += count
        if layer["config"].get("trainable", True):
            trainable += sum(sizes[name] for name in own if "/moving_" not in name)
        sources = [f"{ref[0]}[{ref[1]}][{ref[2]}]" for node in layer["inbound_nodes"] for ref in node]
        is_chain &= sources == ([f"{before}[0][0]"] if before else [])
        before = layer["name"]
        label = f"{layer['name']} ({layer['class_name']})"
        rows.append([label, _shape(shapes[layer["name"]]), f"{count:,}", ", ".join(sources) or "-"])
    head = ["Layer (type)", "Output Shape", "Param #", "Connected to"]
    columns = 3 if is_chain else 4
    lines = [f'Model: "{graph.name}"', *_table([row[:columns] for row in [head, *rows]])]
    counts = (("Total", total), ("Trainable", trainable), ("Non-trainable", total - trainable))
    lines += [f" {what} params: {count:,} ({_bytes(4 * count)})" for what, count in counts]
    return "\n".join(lines)


def _shape(shape: Shape | None) -> str:
    return "?" if shape is None else f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _bytes(count: float) -> str:
    for unit in ("B", "KB", "MB"):
        if count < 1024:
            return f"{count:.2f} {unit}"
        count /= 1024
    return f"{count:.2f} GB"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]

    def line(row: Sequence[str], edge: str) -> str:
        cells = [
            cell.rjust(w) if i == 2 else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        return f"{edge} " + f" {edge} ".join(cells) + f" {edge}"

    def rule(left: str, stroke: str, middle: str, right: str) -> str:
        return left + middle.join(stroke * (width + 2) for width in widths) + right

    body = [line(row, "│") for row in rows[1:]]
    return [rule("┏", "━", "┳", "┓"), line(rows[0], "┃"), rule("┡", "━", "╇", "┩"), *body, rule("└", "─", "┴", "┘")]
