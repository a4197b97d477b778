"""TensorFlow.js as an engine: the only rooms that import js and pyodide."""

from .browser import fetch, find_site, listening, wait
from .engine import TfjsEngine
from .pictures import use_browser

__all__ = ["TfjsEngine", "fetch", "find_site", "listening", "use_browser", "wait"]
