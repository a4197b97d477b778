"""A training as it runs: a bar and curves that a notebook updates, or one line that a terminal does."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from secrets import token_hex
from typing import Any, Literal, TextIO

from ..errors import StoppedError
from ..history import History
from ..progress import Callbacks, Progress, ShouldStop
from .charts import history_charts
from .markup import bar, block, count, heading, text

_SECONDS_BETWEEN = 0.15
STAGES = {
    "decoding": "Reading photos",
    "features": "Computing features",
    "augmenting": "Changing copies",
    "training": "Training",
}


class TrainingView:
    """A view of a training as it runs, in a notebook's cell or a terminal's line; `showing` makes one.

    Parameters
    ----------
    epochs : int or None
        As many as are planned; None where there are as many as it takes.
    stream : text file, optional
        Where to write its line to.

    Attributes
    ----------
    handle : DisplayHandle or None
        Of IPython: where it is shown in a notebook.
    """

    def __init__(self, epochs: int | None, *, stream: TextIO | None = None) -> None:
        self._epochs = epochs
        self.handle: Any = None
        self._stream = stream
        self._stage, self._done, self._total = "decoding", 0, 0
        self._history: Mapping[str, Sequence[float]] = {}
        self._ended = ""
        self._width = 0
        self._shown_at = float("-inf")

    def progress(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage before the training is."""
        if (stage == "decoding" and done < total) or stage in ("features", "augmenting"):
            self._stage, self._done, self._total = stage, done, total
            self._show()

    def epoch(self, history: Mapping[str, Sequence[float]]) -> None:
        """Show the history so far."""
        self._stage, self._done, self._total = "training", len(history["loss"]), self._epochs or 0
        self._history = history
        self._show()

    @property
    def is_complete(self) -> bool:
        """Whether all epochs are done."""
        return self._stage == "training" and self._done == self._total

    def end(self, how: str) -> None:
        """Show the last state, for good: "done", "stopped" or "failed"."""
        self._ended = how
        self._show(now=True)
        if self._stream:
            self._stream.write("\n")

    def _show(self, *, now: bool = False) -> None:
        # A notebook draws all that it is sent: a hundred epochs a second would keep it busy for long.
        if not now and time.monotonic() - self._shown_at < _SECONDS_BETWEEN:
            return
        if self.handle:
            self.handle.update(self)
        if self._stream:
            line = str(self)
            self._stream.write("\r" + line.ljust(self._width))
            self._stream.flush()
            self._width = len(line)
        self._shown_at = time.monotonic()

    def __str__(self) -> str:
        if not self._history:
            return f"{STAGES[self._stage]} {self._done}/{self._total}"
        figures = "  ".join(f"{name} {values[-1]:.4f}" for name, values in self._history.items())
        total = f"/{self._epochs}" if self._epochs else ""
        return f"Epoch {len(self._history['loss'])}{total}  {figures}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        what = "epoch" if self._stage == "training" else "photo"
        note = f"{self._done:,} of {count(self._total, what)}" if self._total else count(self._done, what)
        if self._ended:
            note += f", {self._ended}"
        share = self._done / self._total if self._total else float(self._ended == "done")
        curves = history_charts(self._history, self._epochs or self._done) if self._history else ""
        return block(heading(STAGES[self._stage], note), bar(share, text(note), width="min(640px, 100%)"), curves)


class StopButton:
    """A button that ends a training from a notebook of the same origin: JupyterLite cannot interrupt its kernel.

    Parameters
    ----------
    display : callable
        IPython's.
    """

    def __init__(self, display: Callable[..., Any]) -> None:
        self.channel = f"pyclassifier-{token_hex(8)}"
        self._handle = display(self, display_id=True)

    def remove(self) -> None:
        """Take the button away."""
        self.channel = ""
        self._handle.update(self)

    def __repr__(self) -> str:
        return ""

    def _repr_html_(self) -> str:
        if not self.channel:
            return "<span></span>"  # JupyterLab would show the text of something empty.
        send = f"new BroadcastChannel('{self.channel}').postMessage('stop'); this.disabled = true"
        return block(f'<button type="button" onclick="{send}">Stop and keep what is learned</button>')


@contextmanager
def _stoppable(view: TrainingView, should_stop: ShouldStop | None) -> Iterator[ShouldStop | None]:
    """Show a button where a notebook's kernel runs in the browser; yields a ``should_stop`` that asks it too."""
    if view.handle is None or sys.platform != "emscripten":
        yield should_stop
        return
    from ..engines.tfjs import listening

    button = StopButton(import_module("IPython.display").display)
    try:
        with listening(button.channel) as is_pressed:
            yield lambda: is_pressed() or bool(should_stop and should_stop())
    finally:
        button.remove()


@contextmanager
def showing(verbose: bool | Literal["auto"], epochs: int | None, callbacks: Callbacks) -> Iterator[Callbacks]:
    """Show a training while it runs; yields callbacks that do so and call the others.

    Parameters
    ----------
    verbose : bool or "auto"
        Whether to show it: in a notebook's cell, else on the standard output. "auto" is for notebooks only.
    epochs : int or None
        As many as are planned; None where there are as many as it takes.
    callbacks : Callbacks
    """
    view = _view(verbose, epochs)
    if view is None:
        yield callbacks
        return

    def show_progress(progress: Progress) -> None:
        view.progress(progress.stage, progress.done, progress.total)
        if callbacks.on_progress:
            callbacks.on_progress(progress)

    def show_epoch(history: History) -> None:
        view.epoch(history)
        if callbacks.on_epoch:
            callbacks.on_epoch(history)

    how, is_stopped = "failed", False

    def ask() -> bool:
        nonlocal is_stopped
        is_stopped = is_stopped or bool(should_stop and should_stop())
        return is_stopped

    try:
        with _stoppable(view, callbacks.should_stop) as should_stop:
            yield Callbacks(show_progress, show_epoch, ask)
        how = "done" if view.is_complete or not is_stopped else "stopped"
    except (StoppedError, KeyboardInterrupt, asyncio.CancelledError):
        how = "stopped"
        raise
    finally:
        view.end(how)


def _view(verbose: bool | Literal["auto"], epochs: int | None) -> TrainingView | None:
    if not verbose:
        return None
    # Not imported: where a notebook runs, IPython is there already.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and type(shell).__name__ != "TerminalInteractiveShell":
        view = TrainingView(epochs)
        view.handle = import_module("IPython.display").display(view, display_id=True)
        return view
    return None if verbose == "auto" else TrainingView(epochs, stream=sys.stdout)
