"""TensorFlow.js as an engine: the only rooms that import js and pyodide."""

from .browser import fetch, find_site, listening
from .engine import TfjsEngine

__all__ = ["TfjsEngine", "fetch", "find_site", "listening"]
