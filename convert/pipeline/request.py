"""What a conversion is asked to do, and whether that can be done."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pyclassifier.backbones import Quantization

from ..errors import ConvertError
from ..formats import SHARD_SIZE, check_target, check_target_file, read_module
from ..models import CustomLayer
from ..sources import Architecture

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """Settings of a conversion, of which `convert` tells the meaning."""

    from_format: str | None = None
    to_format: str | None = None
    cut_at: str | None = None
    fold_batchnorm: bool = False
    absorb_padding: bool = False
    quantize: Quantization | Literal["int8"] | None = None
    calibration: str | os.PathLike[str] | None = None
    scaling: tuple[float, float] | None = None
    shard_size: int = SHARD_SIZE
    labels: Sequence[str] = ()
    verify: bool = False
    force: bool = False
    node_modules: str | None = None
    architecture: Architecture = field(default_factory=Architecture)
    custom: Sequence[CustomLayer] = ()
    custom_js: str | os.PathLike[str] | None = None
    signature: str | None = None
    graph_python: str | None = None

    @property
    def custom_path(self) -> Path | None:
        """Path of the user's ES module with custom layers."""
        return None if self.custom_js is None else Path(self.custom_js)


def check_request(target: str | os.PathLike[str] | None, written: str, options: Options) -> None:
    """Raise ConvertError before long work where its result could not be written."""
    if options.custom_path:
        read_module(options.custom_path)
    known = {"tfjs": ("float16", "uint16", "uint8"), "tflite": ("float16", "int8")}.get(written, ())
    if options.quantize and target is not None and options.quantize not in known:
        some = f"--quantize {' or '.join(known)}" if known else "no --quantize: these files hold float32"
        raise ConvertError(f"Expected for the target format {written} {some}; got {options.quantize}.")
    if (options.quantize == "int8") != (options.calibration is not None):
        raise ConvertError(
            "Expected --quantize int8 and --calibration FOLDER together: the ranges of int8 are taken from photos."
        )
    if target is not None and written in ("tfjs", "saved_model"):
        check_target(Path(target), force=options.force)
    elif target is not None:
        check_target_file(Path(target), force=options.force)
