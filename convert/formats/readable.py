"""What can be read to an end."""

from __future__ import annotations

import stat
from pathlib import Path

from ..errors import ConvertError


def check_readable(path: Path) -> None:
    """Raise ConvertError for what is neither a file nor a folder: reading a pipe or a device may never end."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return  # Whoever opens it says why.
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise ConvertError(
            f"Expected a file or a folder with a model, got a pipe or a device: {path}. Save the model to a file first."
        )
