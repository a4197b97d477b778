"""The command `pyclassifier`: which command is which module."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from ..errors import PyClassifierError
from ..terminal import new_parser, run
from . import backbones, check, embed, evaluate, explain, info, predict, serve, train

PROGRAM = "pyclassifier"
# Each has `parser(program)` and `command(asked)`.
COMMANDS = {
    "train": (train, "learn classes from labelled photos"),
    "predict": (predict, "say what photos show"),
    "evaluate": (evaluate, "measure a model on labelled photos"),
    "check": (check, "find what may be wrong with labelled photos"),
    "embed": (embed, "compute features of many photos, for other programs"),
    "explain": (explain, "show where in a photo a model looked"),
    "info": (info, "tell what is in a model's file"),
    "backbones": (backbones, "list pretrained networks, and fetch them"),
    "serve": (serve, "open the site here, or let a model answer others"),
}
_CONVERT = "convert"
# Values out of their range and files that cannot be read or written: their words are for whoever gave the command.
_REFUSALS = (PyClassifierError, OSError, ValueError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command `pyclassifier`.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default the process's own.

    Returns
    -------
    int
        The exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = given[0] if given else ""
    if name == _CONVERT:
        from ..convert.cli import main as convert  # It takes as long to import as all the rest.

        return convert(given[1:], program=f"{PROGRAM} {_CONVERT}")
    if name not in COMMANDS:
        _overview().parse_args(given or ["--help"])
        return 0
    module, _ = COMMANDS[name]
    return run(module.parser(f"{PROGRAM} {name}"), given[1:], module.command, _REFUSALS)


def _overview() -> argparse.ArgumentParser:
    about = {name: words for name, (_, words) in COMMANDS.items()}
    about[_CONVERT] = "turn models into those of Keras, TensorFlow.js, TFLite and ONNX"
    listed = "\n".join(f"  {name:10} {words}" for name, words in about.items())
    parser = new_parser(
        PROGRAM,
        "Train image classifiers on this computer, by photos of your own.",
        ["train photos/ -o model.zip", "predict model.zip new/", "train --help"],
        f"commands:\n{listed}",
        "exit codes: 0 done, 1 not done, 2 wrong command line, 3 check found something, 130 stopped by Ctrl+C",
    )
    parser.add_argument("command", choices=[*about], metavar="COMMAND", help="one of those below")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version('pyclassifier')}")
    return parser
