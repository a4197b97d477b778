"""The command `pyclassifier-convert`."""

from .commands import main

__all__ = ["main"]
