"""What computes, as it is given on a command line."""

from __future__ import annotations

import argparse

from .. import default_engine
from ..engines import Engine


def add_backend(parser: argparse.ArgumentParser) -> None:
    """Give a command the choice of what computes."""
    parser.add_argument(
        "--backend",
        default="auto",
        help="what computes: numpy, or cpu, cuda, coreml, directml by onnxruntime (default: cpu where it is installed)",
    )


def engine_of(asked: argparse.Namespace) -> Engine:
    """Make the engine that `add_backend` asks for."""
    return default_engine(backend=asked.backend)
