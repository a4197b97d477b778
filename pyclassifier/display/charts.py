"""Curves of a training: loss and accuracy over the epochs, as inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, isfinite, log10

from ..history import History
from ..notebook import to_html
from .markup import block, count, heading, text

_WIDTH, _HEIGHT = 300, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 8, 8, 20
_CURVES = (("", "training", "var(--a)"), ("val_", "validation", "var(--b)"))

Curves = Mapping[str, Sequence[float]]


@to_html.register(History)
def history_html(history: Curves) -> str:
    """Loss and accuracy of a training, one value per epoch under Keras's names."""
    n_epochs = max((len(values) for values in history.values()), default=0)
    if not n_epochs:
        return block(heading("Training", "no epoch yet"))
    return block(heading("Training", count(n_epochs, "epoch")), history_charts(history, n_epochs))


def history_charts(history: Curves, epochs: int) -> str:
    """The charts side by side, over an axis of that many epochs."""
    charts = [_chart(history, figure, epochs) for figure in ("loss", "accuracy") if figure in history]
    return f'<div class="pyc-f">{"".join(charts)}</div>'


def _chart(history: Curves, figure: str, epochs: int) -> str:
    named = [(name, color, list(history.get(prefix + figure, ()))) for prefix, name, color in _CURVES]
    shown = [(name, color, values) for name, color, values in named if values]
    top = 1.0 if figure == "accuracy" else _ceiling([v for *_, values in shown for v in values if isfinite(v)])
    lines = "".join(_line(values, epochs, top, color) for _, color, values in shown)
    legend = " ".join(
        f'<span style="color:{color}" aria-hidden="true">●</span> {name} {_figure(values[-1])}'
        for name, color, values in shown
    )
    spoken = ", ".join(f"{name} {_figure(values[-1])}" for name, _, values in shown)
    return (
        f'<div><div><b>{text(figure)}</b> <span class="pyc-q">{legend}</span></div>'
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="{text(figure)} by epoch: {text(spoken)}">{_axes(epochs, top)}{lines}</svg></div>'
    )


def _axes(epochs: int, top: float) -> str:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = _y(share * top, top)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="var(--line)"/>')
        parts.append(f'<text class="pyc-q" x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{share * top:g}</text>')
    for epoch, anchor in {1: "start", epochs: "end"}.items():
        x = _x(epoch - 1, epochs)
        parts.append(f'<text class="pyc-q" x="{x:.1f}" y="{_HEIGHT - 5}" text-anchor="{anchor}">{epoch}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text class="pyc-q" x="{middle:g}" y="{_HEIGHT - 5}" text-anchor="middle">epoch</text>')
    return "".join(parts)


def _line(values: Sequence[float], epochs: int, top: float, color: str) -> str:
    """A curve, interrupted where there is no finite value; its last point is marked."""
    path, points = "", []
    for i, value in enumerate(values):
        if isfinite(value):
            x, y = _x(i, epochs), _y(min(value, top), top)
            path += f"{'L' if i and isfinite(values[i - 1]) else 'M'}{x:.1f} {y:.1f}"
            points.append((x, y))
    if not points:
        return ""
    x, y = points[-1]
    stroke = f'fill="none" stroke="{color}" stroke-width="2" stroke-linejoin="round"'
    return f'<path d="{path}" {stroke}/><circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>'


def _x(i: int, epochs: int) -> float:
    width = _WIDTH - _LEFT - _RIGHT
    return _LEFT + (width * i / (epochs - 1) if epochs > 1 else 0)


def _y(value: float, top: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / top)


def _ceiling(values: Sequence[float]) -> float:
    """The top of an axis: a round number at or above all values."""
    largest = max(values, default=1.0)
    if largest <= 0:
        return 1.0
    unit = 10.0 ** (ceil(log10(largest)) - 1)
    return next((step * unit for step in (1, 2, 4, 6, 8, 10) if step * unit >= largest), largest)


def _figure(value: float) -> str:
    return f"{value:.3f}" if isfinite(value) else "–"
