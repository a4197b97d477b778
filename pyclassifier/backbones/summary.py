"""What a network is made of: its layers with output shapes and parameters, and the table that Keras prints of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..notebook import Brief

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class LayerSummary:
    """One layer of a network.

    Parameters
    ----------
    name : str
    class_name : str
        Its type, such as "Conv2D".
    output_shape : tuple of int or None, optional
        The batch's size is None; None as a whole where the shape is not known.
    n_parameters : int
        All of its parameters.
    n_trainable : int
        Those that training changes; the others are such as the moving statistics of BatchNormalization.
    inputs : tuple of str
        What it takes, such as "conv1[0][0]".
    """

    name: str
    class_name: str
    output_shape: Shape | None
    n_parameters: int
    n_trainable: int
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class NetworkSummary(Brief):
    """The layers of a network; `str` of it is the table that Keras's `model.summary()` prints.

    Parameters
    ----------
    name : str
    layers : tuple of LayerSummary
        From the input to the output.
    cut_at : str, optional
        The layer that a classifier takes its features from: what follows is replaced by what is trained.

    Examples
    --------
    >>> layer = LayerSummary("out", "Dense", (None, 2), 18, 18)
    >>> NetworkSummary("head", (layer,)).n_parameters
    18
    """

    name: str
    layers: tuple[LayerSummary, ...]
    cut_at: str | None = None

    @property
    def n_parameters(self) -> int:
        """Parameters of all layers."""
        return sum(layer.n_parameters for layer in self.layers)

    @property
    def n_trainable(self) -> int:
        """Trainable parameters of all layers."""
        return sum(layer.n_trainable for layer in self.layers)

    def to_dict(self) -> dict[str, Any]:
        """Plain data.

        Returns
        -------
        dict
            As `from_dict` takes it, and the sums ``n_parameters`` and ``n_trainable``.
        """
        return {**asdict(self), "n_parameters": self.n_parameters, "n_trainable": self.n_trainable}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> NetworkSummary:
        """Make one of plain data.

        Parameters
        ----------
        data : mapping
            As `to_dict` gives it, perhaps by way of JSON.

        Returns
        -------
        NetworkSummary
        """
        layers = tuple(
            LayerSummary(
                layer["name"],
                layer["class_name"],
                None if layer["output_shape"] is None else tuple(layer["output_shape"]),
                layer["n_parameters"],
                layer["n_trainable"],
                tuple(layer["inputs"]),
            )
            for layer in data["layers"]
        )
        return cls(data["name"], layers, data["cut_at"])

    def __str__(self) -> str:
        head = ["Layer (type)", "Output Shape", "Param #", "Connected to"]
        rows = [
            [
                f"{layer.name} ({layer.class_name})",
                format_shape(layer.output_shape),
                f"{layer.n_parameters:,}",
                ", ".join(layer.inputs) or "-",
            ]
            for layer in self.layers
        ]
        columns = 3 if self._is_chain() else 4
        cut = next((i for i, layer in enumerate(self.layers) if layer.name == self.cut_at), None)
        lines = [f'Model: "{self.name}"', *_table([row[:columns] for row in [head, *rows]], cut)]
        rest = self.n_parameters - self.n_trainable
        counts = (("Total", self.n_parameters), ("Trainable", self.n_trainable), ("Non-trainable", rest))
        lines += [f" {what} params: {count:,} ({_bytes(4 * count)})" for what, count in counts]
        if cut is not None:
            lines.append(f" Cut for training after: {self.cut_at}")
        return "\n".join(lines)

    def _is_chain(self) -> bool:
        before = (None, *self.layers)
        return all(
            list(layer.inputs) == ([f"{last.name}[0][0]"] if last else [])
            for last, layer in zip(before, self.layers, strict=False)
        )


def format_shape(shape: Shape | None) -> str:
    """A shape as Keras prints it: "(None, 7, 7, 256)"; "?" where it is not known."""
    return "?" if shape is None else f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _bytes(count: float) -> str:
    for unit in ("B", "KB", "MB"):
        if count < 1024:
            return f"{count:.2f} {unit}"
        count /= 1024
    return f"{count:.2f} GB"


def _table(rows: Sequence[Sequence[str]], cut: int | None) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]

    def line(row: Sequence[str], edge: str) -> str:
        cells = [
            cell.rjust(w) if i == 2 else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        return f"{edge} " + f" {edge} ".join(cells) + f" {edge}"

    def rule(left: str, stroke: str, middle: str, right: str) -> str:
        return left + middle.join(stroke * (width + 2) for width in widths) + right

    body = [line(row, "│") for row in rows[1:]]
    if cut is not None:
        body.insert(cut + 1, rule("├", "╌", "┼", "┤"))
    return [rule("┏", "━", "┳", "┓"), line(rows[0], "┃"), rule("┡", "━", "╇", "┩"), *body, rule("└", "─", "┴", "┘")]
