"""The minimum of a smooth function of many variables, whose values and slopes an engine helps to compute."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Objective = Callable[[Vector], Awaitable[tuple[float, Vector]]]

_MOST_STEPS = 500
_N_PAIRS = 8
_SHORTEST = 1e-4  # Of a full step: where even that leads nowhere, rounding errors are all that is left.
_NOISE = 1e-7  # Relative, of values that were computed with 32 bits.


async def descend(objective: Objective, start: Vector, tolerance: float) -> AsyncIterator[Vector]:
    """Go down by the method L-BFGS (Nocedal & Wright, Numerical Optimization, 2006, section 7.2).

    Parameters
    ----------
    objective : callable
        Point -> its value and its slope.
    start : ndarray of float64
    tolerance : float
        How far above the minimum is near enough, by the estimate that the method makes anyway.

    Yields
    ------
    ndarray of float64
        The point after each step, for which the objective was called last; the start, where it is the minimum.
    """
    point, pairs = start, deque[tuple[Vector, Vector, float]](maxlen=_N_PAIRS)
    value, slope = await objective(point)
    for n_steps in range(_MOST_STEPS):
        direction = _direction(slope, pairs)
        drop = float(slope @ direction)
        step, found = 1.0, False
        while not (n_steps > 2 and drop < 2 * tolerance) and step > _SHORTEST and not found:
            new = point - step * direction
            new_value, new_slope = await objective(new)
            found = new_value <= value - 1e-4 * step * drop + _NOISE * abs(value)
            step *= 0.4
        if not found:
            break
        moved, bent = new - point, new_slope - slope
        if (curvature := float(moved @ bent)) > 1e-10 * float(bent @ bent):
            pairs.append((moved, bent, curvature))
        point, value, slope = new, new_value, new_slope
        yield point
    if point is start:
        yield start


def _direction(slope: Vector, pairs: deque[tuple[Vector, Vector, float]]) -> Vector:
    """The slope, as far as one has to go against it in each direction by what the last steps taught."""
    direction, shares = slope.copy(), []
    for moved, bent, curvature in reversed(pairs):
        shares.append(float(moved @ direction) / curvature)
        direction -= shares[-1] * bent
    if pairs:
        _, bent, curvature = pairs[-1]
        direction *= curvature / float(bent @ bent)
    for (moved, bent, curvature), share in zip(pairs, reversed(shares), strict=True):
        direction += (share - float(bent @ direction) / curvature) * moved
    return direction
