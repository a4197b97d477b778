"""The command `pyclassifier-convert`, which Ctrl+C ends at any moment with one line and without a leftover.

A module of its own, because its first lines must run before numpy and all else are imported, which takes longest.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_STOPPED = 130  # As shells say it: 128 and the number of SIGINT.


def main() -> int:
    """Run the command; return its exit code."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # Not in a shell's background.
    if heard:
        signal.signal(signal.SIGINT, _leave)  # Nothing was begun.
    import shutil
    import tempfile
    from pathlib import Path

    from pyclassifier.convert.cli import main as run

    # All that this process and those it starts put aside lies in one folder, whose name is known before it is made.
    folder = Path(tempfile.gettempdir(), f"pyclassifier-convert-{os.getpid()}-{os.urandom(4).hex()}")
    os.environ.update(TMPDIR=str(folder), TEMP=str(folder), TMP=str(folder))
    tempfile.tempdir = str(folder)
    code = None
    try:
        if heard:
            signal.signal(signal.SIGINT, _interrupt)
        folder.mkdir(mode=0o700)
        code = run()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        code = _say_stopped() if code is None else code
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(_say_stopped())


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # Whoever presses twice shall not disturb what tidies up.
    raise KeyboardInterrupt


def _say_stopped() -> int:
    os.write(2, b"pyclassifier-convert: Stopped.\n")
    return _STOPPED


if __name__ == "__main__":
    sys.exit(main())
