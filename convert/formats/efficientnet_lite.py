"""EfficientNet-Lite0 as PyTorch's EfficientNet stored it, read without PyTorch into Keras's layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..errors import ConvertError
from ..models import Array, LayersModel
from .keras_chain import NORM_PARTS, KerasChain
from .torch_weights import read_torch_weights

# Of each stage: how many blocks, and the stride of the first. All else shows in the weights.
_STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
_TORCH_PARTS = ("weight", "bias", "running_mean", "running_var")


def read_efficientnet_lite0(path: Path, name: str, input_size: int = 224) -> LayersModel:
    """Read EfficientNet-Lite0 out of PyTorch's weights.

    Parameters
    ----------
    path : Path
        A state dict with the names of PyTorch's EfficientNet.
    name : str
        For the model.
    input_size : int
        Side of its input in pixels, a multiple of 32.

    Returns
    -------
    LayersModel
        Keras's layers and their names in its EfficientNetB0, without what Lite leaves out: squeeze and excitation.

    Raises
    ------
    ConvertError
        It holds no such network, or more than it.
    """
    weights = read_torch_weights(path)
    try:
        chain = KerasChain(input_size)
        _add_convolution(chain, weights, "_conv_stem", "_bn0", "stem_{}", stride=2)
        number = 0
        for stage, (count, stride) in enumerate(_STAGES, 1):
            for letter in "abcd"[:count]:
                _add_block(chain, weights, f"_blocks.{number}.", f"block{stage}{letter}_", stride)
                number, stride = number + 1, 1
        _add_convolution(chain, weights, "_conv_head", "_bn1", "top_{}")
        _add_classification(chain, weights)
    except (KeyError, ValueError, IndexError) as error:
        raise ConvertError(f"{path}: Expected the weights of EfficientNet-Lite0, got others ({error}).") from error
    left = [one for one in weights if not one.endswith(".num_batches_tracked")]
    if left:
        raise ConvertError(f"{path}: Expected the weights of EfficientNet-Lite0, got others too: {left[0]:.80}.")
    return chain.model(name)


def _add_block(chain: KerasChain, weights: dict[str, Array], scope: str, name: str, stride: int) -> None:
    """Add a block that makes its channels more, looks at each of them, and makes them fewer again."""
    start = chain.last
    if f"{scope}_expand_conv.weight" in weights:
        _add_convolution(chain, weights, f"{scope}_expand_conv", f"{scope}_bn0", f"{name}expand_{{}}")
    # (channels, 1, height, width) -> (height, width, channels, 1). Padded as TensorFlow does, in which it was trained,
    # and as PyTorch's EfficientNet does after it: where the stride is 2, more after the end than before the beginning.
    chain.add_depthwise(f"{name}dwconv", weights.pop(f"{scope}_depthwise_conv.weight").transpose(2, 3, 0, 1), stride)
    _add_normalization(chain, weights, f"{scope}_bn1", f"{name}bn")
    chain.add_relu6(f"{name}activation")
    chain.add_convolution(f"{name}project_conv", _kernel(weights, f"{scope}_project_conv"))
    _add_normalization(chain, weights, f"{scope}_bn2", f"{name}project_bn")
    if not name.endswith("a_"):  # The others take what they make: as many channels, of the same size.
        chain.add("Add", f"{name}add", after=(chain.last, start))


def _add_convolution(
    chain: KerasChain, weights: dict[str, Array], conv: str, norm: str, name: str, stride: int = 1
) -> None:
    """Add convolution, normalisation and ReLU6."""
    chain.add_convolution(name.format("conv"), _kernel(weights, conv), stride)
    _add_normalization(chain, weights, norm, name.format("bn"))
    chain.add_relu6(name.format("activation"))


def _kernel(weights: dict[str, Array], conv: str) -> Array:
    """A kernel: (filters, channels, height, width) -> (height, width, channels, filters)."""
    return weights.pop(f"{conv}.weight").transpose(2, 3, 1, 0)


def _add_normalization(chain: KerasChain, weights: dict[str, Array], scope: str, name: str) -> None:
    parts = zip(NORM_PARTS, _TORCH_PARTS, strict=True)
    chain.add_normalization(name, {part: weights.pop(f"{scope}.{theirs}") for part, theirs in parts})


def _add_classification(chain: KerasChain, weights: dict[str, Array]) -> None:
    kernel = np.ascontiguousarray(weights.pop("_fc.weight").T)
    chain.add("GlobalAveragePooling2D", "avg_pool", data_format="channels_last")
    chain.add("Dropout", "top_dropout", rate=0.2, noise_shape=None, seed=None)
    chain.add("Dense", "predictions", units=kernel.shape[1], activation="softmax", use_bias=True)
    chain.weights |= {"predictions/kernel": kernel, "predictions/bias": weights.pop("_fc.bias")}
