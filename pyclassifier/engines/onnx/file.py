"""A network as an ONNX file."""

from __future__ import annotations

from collections.abc import Mapping

from ...backbones import Topology, Weights
from ...errors import EngineError
from ..numpy import parts_of, plan
from . import protobuf
from .graph import write_graph


def write_onnx(
    topology: Topology, weights: Weights, input_shape: tuple[int, ...], metadata: Mapping[str, str] = {}
) -> bytes:
    """Write a network as an ONNX file.

    Parameters
    ----------
    topology : dict
    weights : mapping of str to ndarray, float32
    input_shape : tuple of int
        (height, width, channels) of a picture.
    metadata : mapping of str to str
        What goes with it, as the file's metadata.

    Returns
    -------
    bytes
        As `write_graph` says, without "before_last".

    Raises
    ------
    EngineError
        A layer that has no translation.
    """
    try:
        graph = write_graph(plan(topology), parts_of(weights), input_shape, before_last=False)
    except (NotImplementedError, KeyError) as error:
        raise EngineError("not-for-onnx", error=str(error)) from error
    return graph + protobuf.metadata(metadata)
