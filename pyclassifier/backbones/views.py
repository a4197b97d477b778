"""Views of a picture: its mirror image, and its middle from nearer by, whose features are averaged with its own."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .topology import Topology, Weights, input_size, sequential

Views = Literal["flip", "crop", "flip+crop"]
VIEWS: tuple[Views, ...] = get_args(Views)
Array = NDArray[np.float32]

_CROP = 0.75  # Share of both sides that is seen from nearer by.
_PREFIX = "views_"  # Of the names of its layers.
_MEAN = f"{_PREFIX}mean"


def views_of(views: Views | None) -> tuple[str, ...]:
    """Names of what is seen of a picture: "" is the picture as it is.

    Examples
    --------
    >>> views_of(None), views_of("flip+crop")
    (('',), ('', 'flip', 'crop'))
    """
    if views is not None and views not in VIEWS:
        raise ValueError(f"Expected views to be None or one of {', '.join(VIEWS)}; got {views!r:.40}.")
    return "", *(views.split("+") if views else ())


def see(view: str, X: Array) -> Array:
    """What a view shows of pictures.

    Parameters
    ----------
    view : {"", "flip", "crop"}
    X : ndarray of shape (N, S, S, C), float32

    Returns
    -------
    ndarray of the same shape, float32
        Mirrored left to right; or the middle three quarters of both sides, made larger bilinearly.
    """
    if view == "flip":
        return np.ascontiguousarray(X[:, :, ::-1])
    if view == "crop":
        below, above, share = _nearer(X.shape[1])
        rows, columns = share[:, None, None], share[:, None]
        X = X[:, below] * (1 - rows) + X[:, above] * rows
        return X[:, :, below] * (1 - columns) + X[:, :, above] * columns
    return X


def lay_back(view: str, cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay figures (h, w) of the cells of a view where they belong in the picture; 0 where the view did not look."""
    if view == "flip":
        return cells[:, ::-1]
    if view == "crop":
        rows, columns = _shares(cells.shape[0]), _shares(cells.shape[1])
        laid: NDArray[np.float64] = rows @ cells @ columns.T
        return laid
    return cells


def _shares(side: int) -> NDArray[np.float64]:
    """How much of each cell of the view (columns) lies in each cell of the picture (rows)."""
    edges = np.arange(side + 1) / side
    inner = (1 - _CROP) / 2 + _CROP * edges
    lower = np.maximum(edges[:-1, None], inner[None, :-1])
    upper = np.minimum(edges[1:, None], inner[None, 1:])
    shares: NDArray[np.float64] = np.maximum(upper - lower, 0) * side / _CROP
    return shares


def _nearer(side: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Of each pixel of a side seen from nearer by: the two that it lies between, and how far it is to the second."""
    at = (side * (1 - _CROP) + (2 * np.arange(side) + 1) * _CROP - 1) / 2
    below = np.floor(at).astype(np.int64)
    return below, np.minimum(below + 1, side - 1), (at - below).astype(np.float32)


def _matrices(view: str, side: int) -> tuple[Array, ...]:
    """What takes pixels along a row, and along a column where those change too, to those of a view."""
    matrix = np.zeros((side, side), np.float32)
    if view == "flip":
        return (np.ascontiguousarray(np.eye(side, dtype=np.float32)[::-1]),)
    below, above, share = _nearer(side)
    np.add.at(matrix, (below, np.arange(side)), 1 - share)
    np.add.at(matrix, (above, np.arange(side)), share)
    return matrix, matrix


def join_views(extractor: Topology, weights: Weights, views: Views | None) -> tuple[Topology, Weights]:
    """One network of a backbone and the views that it sees, which every reader of tf.js models knows.

    Pixels are moved by dense layers along rows and columns, all that TensorFlow.js has had for it since 1.0. The
    backbone's layers are there once, and are called for each view; their feature maps are averaged.

    Parameters
    ----------
    extractor : dict
        As `pyclassifier.backbones.feature_extractor` makes it.
    weights : mapping of str to ndarray
    views : {"flip", "crop", "flip+crop"} or None

    Returns
    -------
    extractor : dict
    weights : dict of str to ndarray
        With those of the dense layers.

    Raises
    ------
    ValueError
        A backbone whose layers make no graph.
    """
    if views is None:
        return extractor, weights
    backbone, *rest = extractor["config"]["layers"]
    if backbone["class_name"] == "Sequential" or "layers" not in backbone["config"]:
        raise ValueError(f"Expected a backbone whose layers make a graph, got a {backbone['class_name']}.")
    config, side, names = backbone["config"], input_size(extractor), views_of(views)
    (entry, *_), (end, *_) = config["input_layers"][0], config["output_layers"][0]
    layers: list[Topology] = []
    own: dict[str, Array] = {}
    seen = [entry]
    for view in names[1:]:
        made, found = _view_layers(view, side, entry)
        layers += made
        own |= found
        seen.append(made[-1]["name"])
    called = [layer for layer in copy.deepcopy(config["layers"]) if layer["config"]["name"] != entry]
    for layer in called:
        (node,) = layer["inbound_nodes"]
        layer["inbound_nodes"] = [_call(node, number, entry, source) for number, source in enumerate(seen)]
    mean = _layer("Average", _MEAN, [(end, number) for number in range(len(seen))])
    first = [layer for layer in config["layers"] if layer["config"]["name"] == entry]
    joined = {**config, "layers": [*first, *layers, *called, mean], "output_layers": [[_MEAN, 0, 0]]}
    name = extractor["config"]["name"]
    return sequential(name, [{**backbone, "config": joined}, *rest]), {**weights, **own}


def part_views(extractor: Topology, weights: Weights) -> tuple[Topology, Weights, Views | None]:
    """Undo `join_views`: what sees a single view, and which views there were; of others' networks, all as it is.

    Parameters
    ----------
    extractor : dict
    weights : mapping of str to ndarray
        Of an archive, which is not trusted.

    Returns
    -------
    extractor : dict
    weights : dict of str to ndarray
    views : {"flip", "crop", "flip+crop"} or None

    Raises
    ------
    ValueError
        Views that are not those of `join_views`.
    """
    if not extractor:
        return extractor, dict(weights), None
    backbone, *rest = extractor["config"]["layers"]
    config = backbone["config"]
    ends = config.get("output_layers")
    if not ends or ends[0][0] != _MEAN:
        return extractor, dict(weights), None
    own = [name for layer in config["layers"] if (name := str(layer["config"]["name"])).startswith(_PREFIX)]
    means = [layer for layer in config["layers"] if layer["config"]["name"] == _MEAN]
    end = means[0]["inbound_nodes"][0][0][0]
    layers = [copy.deepcopy(layer) for layer in config["layers"] if layer["config"]["name"] not in own]
    for layer in layers:
        layer["inbound_nodes"] = layer["inbound_nodes"][:1]
    alone = {**config, "layers": layers, "output_layers": [[end, 0, 0]]}
    plain = sequential(extractor["config"]["name"], [{**backbone, "config": alone}, *rest])
    kept = {name: array for name, array in weights.items() if name.split("/")[0] not in own}
    for views in VIEWS:
        joined, expected = join_views(plain, kept, views)
        if joined == extractor and expected.keys() == weights.keys():
            off = max(float(np.abs(weights[name] - array).max()) for name, array in expected.items())
            if off < _TOLERANCE:
                return plain, kept, views
    raise ValueError(f"layers {', '.join(own)} that are no views")


_TOLERANCE = 1e-2  # Of weights that are stored with 8 bits.


def moves_pixels(name: str) -> bool:
    """Whether weights of this name are those of `join_views`."""
    return name.startswith(_PREFIX)


def _view_layers(view: str, side: int, entry: str) -> tuple[list[Topology], dict[str, Array]]:
    """Layers that make a view of the input, the last of which gives it, and their weights."""
    prefix = f"{_PREFIX}{view}"
    layers, weights, source = [], {}, entry
    # Height, width and channels are 1, 2 and 3: the side that a dense layer works on has to be the last one.
    turns = ([1, 3, 2], [1, 3, 2]) if view == "flip" else ([1, 3, 2], [2, 3, 1], [3, 2, 1])
    for number, turn in enumerate(turns):
        layers.append(_layer("Permute", f"{prefix}_turn_{number}", [(source, 0)], dims=turn))
        source = layers[-1]["name"]
        if number < len(turns) - 1:
            name = f"{prefix}_move_{number}"
            weights[f"{name}/kernel"] = _matrices(view, side)[number]
            layers.append(_layer("Dense", name, [(source, 0)], units=side, activation="linear", use_bias=False))
            source = name
    return layers, weights


def _call(node: Sequence[Any], number: int, entry: str, source: str) -> list[Any]:
    """A call of a layer again, for another view."""
    return [[source, 0, 0, {}] if name == entry else [name, number, 0, {}] for name, *_ in node]


def _layer(class_name: str, name: str, sources: Sequence[tuple[str, int]], **config: Any) -> Topology:
    inbound = [[[source, number, 0, {}] for source, number in sources]]
    return {"class_name": class_name, "name": name, "config": {"name": name, **config}, "inbound_nodes": inbound}
