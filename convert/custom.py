"""The optional ES module with the layers that tf.js lacks."""

from __future__ import annotations

from pathlib import Path

from .errors import ConvertError
from .model import LayersModel

CUSTOM_FILE = "custom_layers.mjs"


def custom_module() -> Path:
    """Return the path of the module."""
    path = Path(__file__).parent / CUSTOM_FILE
    if not path.is_file():
        raise ConvertError(f"Expected the converter's own {CUSTOM_FILE}, found none. Install pyclassifier again.")
    return path


def custom_files(model: LayersModel) -> dict[str, bytes]:
    """Return the files that must lie beside a model for its custom layers."""
    return {CUSTOM_FILE: custom_module().read_bytes()} if model.custom_js else {}
