"""`pyclassifier serve`: the site, or a model that answers others, on a server of this machine."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from pathlib import Path

from ..serving import LOOPBACK, Limits, find_site, make_server
from ..terminal import Outcome, add_json, new_parser, say
from .engines import add_backend, engine_of
from .photos import open_model


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    standard = Limits()
    made = new_parser(
        program,
        "Serve the site where classifiers are trained; or a model: a page to try it, and POST /predict, which takes a "
        "photo as the body, or the files of a form, and gives labels and probabilities as JSON. Ctrl+C stops.",
        ["", "--port 8001", "model.zip", "model.zip --host 0.0.0.0 --threads 4 --queue 100"],
        'ask it: curl --data-binary @photo.jpg "http://localhost:8000/predict?top=3"',
    )
    add = made.add_argument
    add("model", type=Path, nargs="?", help="zip that train, the page or Teachable Machine wrote")
    add("--port", type=int, default=8000, help="default: 8000; 0 takes a free one")
    add("--host", default=LOOPBACK, help=f"who can ask: {LOOPBACK}, this machine alone (default); 0.0.0.0, all others")
    add("--site", type=Path, metavar="FOLDER", help="a built site (default: that of the package pyclassifier_site)")
    group = made.add_argument_group("what a model's server takes on at most")
    add = group.add_argument
    add("--threads", type=_number, default=standard.threads, help=f"at work at once (default: {standard.threads})")
    add("--queue", type=_number, default=standard.queue, help=f"requests that wait (default: {standard.queue})")
    add("--max-bytes", type=_number, default=standard.max_bytes, help=f"of a request (default: {standard.max_bytes})")
    add_backend(made)
    add_json(made)
    return made


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 1 << 40):
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got {text!r}")
    return int(text)


def command(asked: argparse.Namespace) -> Outcome:
    """Serve until Ctrl+C."""
    if asked.model is None:
        with make_server(find_site(asked.site), asked.port, host=asked.host) as server:
            _tell(asked, server.server_port)
            with contextlib.suppress(KeyboardInterrupt):
                server.serve_forever()
        return Outcome({})
    try:
        from ..serving.model import ModelServer  # Its server library comes with an extra.
    except ImportError as error:
        raise ValueError(f'Expected {error.name}, which serves a model. pip install "pyclassifier[serve]"') from error
    classifier = open_model(asked.model, engine_of(asked))
    limits = Limits(max_bytes=asked.max_bytes, threads=asked.threads, queue=asked.queue)
    model = ModelServer(classifier, asked.port, asked.host, limits)
    _tell(asked, model.port)
    model.run()
    return Outcome({})


def _tell(asked: argparse.Namespace, port: int) -> None:
    url = f"http://{'localhost' if asked.host == LOOPBACK else asked.host}:{port}/"
    say(json.dumps({"url": url}) if asked.json else f"\nServing on {url} (Ctrl+C stops)")
    sys.stdout.flush()
