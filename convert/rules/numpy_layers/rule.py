"""The form of a rule, and what rules share: sizes and axes as configurations state them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...models import Array, Config

Rule = Callable[[Config, Sequence[Array], Sequence[Array]], Array]


def axes(value: Any, rank: int) -> tuple[int, ...]:
    """Return axes counted from the front, in order."""
    given = value if isinstance(value, list | tuple) else [value]
    return tuple(sorted(int(axis) % rank for axis in given))


def along(values: Array, where: Sequence[int], rank: int, shape: Sequence[int]) -> Array:
    """Return an array over some axes, ready to be broadcast over all of them."""
    return values.reshape([shape[axis] if axis in where else 1 for axis in range(rank)])


def spatial_last(config: Config, x: Array) -> Array:
    """Return a tensor with its channels last."""
    return np.moveaxis(x, 1, -1) if config.get("data_format") == "channels_first" else x


def as_stored(config: Config, x: Array) -> Array:
    """Return a tensor with its channels where its layer has them, which undoes `spatial_last`."""
    return np.moveaxis(x, -1, 1) if config.get("data_format") == "channels_first" else x
