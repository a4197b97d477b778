"""The optional ES modules with the layers that tf.js lacks."""

from __future__ import annotations

from pathlib import Path

from .errors import ConvertError
from .model import LayersModel

CUSTOM_FILE = "custom_layers.mjs"
# What that one imports.
_PARTS = ("custom_attention.mjs", "custom_operations.mjs", "custom_recurrent.mjs")


def custom_module() -> Path:
    """Return the path of the module."""
    path = Path(__file__).parent / CUSTOM_FILE
    if not path.is_file():
        raise ConvertError(f"Expected the converter's own {CUSTOM_FILE}, found none. Install pyclassifier again.")
    return path


def custom_files(model: LayersModel) -> dict[str, bytes]:
    """Return the files that must lie beside a model for its custom layers."""
    if not model.custom_js:
        return {}
    folder = custom_module().parent
    return {name: (folder / name).read_bytes() for name in (CUSTOM_FILE, *_PARTS)}
