"""How far a command is, with the time that is left: bars on a terminal's standard error, and nothing elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..display import STAGES
from ..history import History
from ..progress import Callbacks, Progress
from ..terminal import console


@contextmanager
def showing(epochs: int | None = None) -> Iterator[Callbacks]:
    """Show bars while something is done.

    Parameters
    ----------
    epochs : int, optional
        Of a training, where they are known.

    Yields
    ------
    Callbacks
        What tells the bars how far it is.
    """
    screen = console()
    if screen is None:
        yield Callbacks()
        return
    from rich import progress as bars

    columns = [
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(elapsed_when_finished=True),
        bars.TextColumn("{task.fields[note]}"),
    ]
    with bars.Progress(*columns, console=screen, transient=True) as shown:
        tasks: dict[str, bars.TaskID] = {}

        def show(stage: str, done: int, total: int | None, note: str = "") -> None:
            if stage not in tasks:
                tasks[stage] = shown.add_task(STAGES.get(stage, stage.capitalize()), total=total, note=note)
            shown.update(tasks[stage], completed=done, total=total, note=note)

        def on_progress(progress: Progress) -> None:
            show(progress.stage, progress.done, progress.total)

        def on_epoch(history: History) -> None:
            figures = ", ".join(f"{name} {values[-1]:.3f}" for name, values in history.items() if values)
            show("training", len(history["loss"]), epochs, figures)

        yield Callbacks(on_progress, on_epoch)
