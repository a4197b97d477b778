"""The ES modules with the layers that tf.js lacks: ours, and those of users."""

from __future__ import annotations

from pathlib import Path

from ..errors import ConvertError
from ..models import CustomLayer, LayersModel

CUSTOM_FILE = "custom_layers.mjs"
# What that one imports.
_PARTS = ("custom_attention.mjs", "custom_operations.mjs", "custom_recurrent.mjs")
# What it registers.
OWN_LAYERS = ("GRUResetAfter", "Operation", "EinsumDense", "MultiHeadAttention")
_MAX_MODULE_BYTES = 1 << 22


def parse_custom(text: str) -> list[CustomLayer]:
    """Read ``NAME[=JS_CLASS][:SHAPE],...``, where SHAPE is ``same`` or as ``7x7x32``, ``?`` for any size.

    Raises
    ------
    ConvertError
    """
    found = []
    for part in text.split(","):
        names, _, size = part.strip().partition(":")
        name, _, js_class = names.partition("=")
        js_class = js_class or name.rsplit(">", 1)[-1]
        sides = size.split("x") if size not in ("", "same") else []
        if not name or not js_class.isidentifier() or not all(n == "?" or n.isdecimal() for n in sides):
            raise ConvertError(f"Expected --custom NAME[=JS_CLASS][:SHAPE], as Swirl=Swirl:7x7x32, got {part!r}.")
        if js_class in OWN_LAYERS:
            raise ConvertError(f"Expected another JS class than {js_class!r}, which is in {CUSTOM_FILE}. Rename it.")
        shape = tuple(None if n == "?" else int(n) for n in sides) if sides else None
        found.append(CustomLayer(name, js_class, "same" if size == "same" else shape))
    return found


def custom_module() -> Path:
    """Return the path of our module."""
    path = Path(__file__).parent / "custom_layers" / CUSTOM_FILE
    if not path.is_file():
        raise ConvertError(f"Expected the converter's own {CUSTOM_FILE}, found none. Install pyclassifier again.")
    return path


def foreign_layers(model: LayersModel) -> list[str]:
    """Return the JS classes that a model needs and we do not have."""
    return [name for name in model.custom_js if name not in OWN_LAYERS]


def custom_modules(model: LayersModel, users: Path | None = None) -> list[Path]:
    """Return the modules that must be registered before a model is loaded."""
    foreign = foreign_layers(model)
    if foreign and users is None:
        raise ConvertError(
            f"Expected the ES module with {', '.join(foreign)} to run the model in tf.js, got none. "
            "Name it by --custom-js FILE."
        )
    ours = [custom_module()] if set(model.custom_js) & set(OWN_LAYERS) else []
    return ours + ([users] if foreign and users else [])


def custom_files(model: LayersModel, users: Path | None = None) -> dict[str, bytes]:
    """Return the files that must lie beside a model for its custom layers."""
    files = {}
    if set(model.custom_js) & set(OWN_LAYERS):
        folder = custom_module().parent
        files = {name: (folder / name).read_bytes() for name in (CUSTOM_FILE, *_PARTS)}
    if users is not None and foreign_layers(model):
        files[users.name] = read_module(users)
    return files


def read_module(path: Path) -> bytes:
    """Return the text of a user's ES module; nothing of it is run."""
    if path.suffix not in (".mjs", ".js") or path.name in (CUSTOM_FILE, *_PARTS):
        raise ConvertError(f"Expected an ES module of another name, ending in .mjs or .js, got {path.name!r}.")
    try:
        if path.stat().st_size > _MAX_MODULE_BYTES:
            raise ConvertError(f"Expected an ES module of at most 4 MB, got more at {path}.")
        return path.read_bytes()
    except OSError as error:
        raise ConvertError(f"Expected an ES module at {path}, could not read it ({error}).") from error
