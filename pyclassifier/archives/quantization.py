"""How few bits the weights of an archive may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..backbones import Quantization, decode_weights, encode_weights, moves_pixels

StoredAs = Literal["float32", "float16", "uint16", "uint8"]
STORED_AS: tuple[StoredAs, ...] = get_args(StoredAs)

# Of a kernel in 8 bits, the error that its middle output channel may have, relative to the channel's own weights.
# Measured on MobileNet v1 1.0 (39 held-out photos of 6 classes): with 0.035 no probability moves by more than 0.06 at
# 37 % of the size; with 0.05 by 0.25 at 29 %; with all arrays in 8 bits by 0.74, and 3 photos are lost.
_MAX_ERROR = 0.035


def choose_quantization(weights: Mapping[str, NDArray[Any]], dtype: StoredAs) -> dict[str, Quantization]:
    """Say for each array how it is stored.

    Parameters
    ----------
    weights : mapping of str to ndarray
    dtype : {"float32", "float16", "uint16", "uint8"}
        "uint8" means: in 8 bits where a kernel bears it, in 16 elsewhere. TensorFlow.js knows one scale for an array,
        not one for each channel, and where channels differ much in size the small ones would be lost.

    Returns
    -------
    dict of str to {"float16", "uint16", "uint8"}
        Arrays that are not in it stay as they are.

    Raises
    ------
    ValueError
        An unknown dtype.
    """
    if dtype not in STORED_AS:
        raise ValueError(f"Expected dtype to be one of {', '.join(STORED_AS)}; got {dtype!r}.")
    if dtype == "float32":
        return {}
    if dtype != "uint8":
        return dict.fromkeys(weights, dtype)
    return {name: "uint8" if _bears_8_bits(name, array) else "uint16" for name, array in weights.items()}


def _bears_8_bits(name: str, kernel: NDArray[Any]) -> bool:
    if kernel.ndim < 2 or moves_pixels(name):
        return False
    entries, data = encode_weights({name: kernel}, quantize="uint8")
    restored = decode_weights(entries, data)[name]
    # Keras's layouts: the output channel is last, but in depthwise kernels (height, width, channels, multiplier).
    axes = (0, 1) if name.endswith("depthwise_kernel") else tuple(range(kernel.ndim - 1))
    size = np.sqrt(np.square(kernel).sum(axis=axes))
    error = np.sqrt(np.square(restored - kernel).sum(axis=axes))
    return bool(np.median(error / np.maximum(size, np.finfo(np.float32).tiny)) < _MAX_ERROR)


def quantized(weights: Mapping[str, NDArray[Any]], dtype: StoredAs) -> dict[str, NDArray[np.float32]]:
    """The weights as a reader of an archive gets them back.

    Parameters
    ----------
    weights, dtype
        As in `choose_quantization`.

    Returns
    -------
    dict of str to ndarray, float32
    """
    return decode_weights(*encode_weights(weights, quantize=choose_quantization(weights, dtype)))
