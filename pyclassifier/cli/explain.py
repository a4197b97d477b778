"""`pyclassifier explain`: where in a photo a model looked."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from ..terminal import Outcome, add_json, new_parser
from .engines import add_backend, engine_of
from .figures import percent
from .photos import add_target, check_target, open_model, place, read_photos


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = new_parser(
        program,
        "Show where in a photo a model found what speaks for a class: bright places did (Grad-CAM).",
        ["model.zip photo.jpg -o heat.png", "model.zip photo.jpg -o heat.png --label cat"],
    )
    add = made.add_argument
    add("model", type=Path, help="zip that train, the page or Teachable Machine wrote")
    add("photo", type=place, help="its file, or its address")
    add("--label", help="the class (default: the most probable one)")
    add_target(made, "the picture to write, of any format that Pillow writes")
    add_backend(made)
    add_json(made)
    return made


def command(asked: argparse.Namespace) -> Outcome:
    """Explain a photo."""
    check_target(asked.output, force=asked.force)
    suffix = asked.output.suffix.lower()
    if suffix not in Image.registered_extensions():
        raise ValueError(f"Expected the name of a picture such as heat.png, got {asked.output.name!r}.")
    samples, _ = read_photos([asked.photo])
    if len(samples) != 1:
        raise ValueError(f"Expected a photo at {asked.photo}, found {len(samples):,} of them.")
    classifier = open_model(asked.model, engine_of(asked))
    found = classifier.explain(samples[0], asked.label)
    Image.fromarray(found.overlay()).save(asked.output)
    fields = {"label": found.label, "probability": round(found.probability, 6), "picture": str(asked.output)}
    text = f"{asked.photo}: what speaks for {found.label} ({percent(found.probability)}) is bright in {asked.output}"
    return Outcome({**fields, "heat": found.heat.round(4).tolist()}, text)
