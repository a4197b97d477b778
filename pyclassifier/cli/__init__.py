"""The command `pyclassifier`; nothing imports it."""

from .commands import main

__all__ = ["main"]
