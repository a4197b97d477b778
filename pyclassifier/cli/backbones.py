"""`pyclassifier backbones`: which pretrained networks there are, and fetching them before they are needed."""

from __future__ import annotations

import argparse
from typing import Any

from ..backbones import CATALOG, KeptBackbone, UserStore
from ..terminal import Outcome, add_json, new_parser, showing_steps


def parser(program: str) -> argparse.ArgumentParser:
    """Return the parser of this command."""
    made = new_parser(
        program,
        "List the pretrained networks, and which of them are on this computer. Each is fetched once, when it is first "
        "needed, or now by its name: for a computer that will have no network.",
        ["", "fetch efficientnet_lite0_224", "fetch --all --json"],
        "PYCLASSIFIER_CACHE names the folder that keeps them, PYCLASSIFIER_SITE a built site to take them from.",
    )
    add = made.add_argument
    add("action", nargs="?", choices=("list", "fetch"), default="list", help="default: list")
    add("names", nargs="*", metavar="NAME", help=f"what to fetch: {', '.join(CATALOG)}")
    add("--all", action="store_true", help="fetch all of them")
    add_json(made)
    return made


def command(asked: argparse.Namespace) -> Outcome:
    """List backbones, or fetch them."""
    names = list(CATALOG) if asked.all else asked.names
    if (asked.action == "fetch") != bool(names):
        raise ValueError("Expected the names of what to fetch, as in: pyclassifier backbones fetch NAME")
    unknown = [name for name in names if name not in CATALOG]
    if unknown:
        raise ValueError(f"Expected names among {', '.join(CATALOG)}; got {', '.join(unknown)}.")
    store = UserStore()
    with showing_steps() as tell:
        for name in names:
            tell(f"Fetching {name}")
            store.fetch(name)
    kept = store.list()
    return Outcome({"backbones": [_fields(one) for one in kept]}, "\n".join(map(_line, kept)))


def _fields(kept: KeptBackbone) -> dict[str, Any]:
    card = kept.card
    return {
        **{"name": card.name, "title": card.title, "input_size": card.input_size, "features": card.feature_channels},
        **{"licence": card.licence, "source": card.source},
        **{"folder": str(kept.folder) if kept.n_bytes else None, "bytes": kept.n_bytes},
    }


def _line(kept: KeptBackbone) -> str:
    card = kept.card
    where = f"{kept.n_bytes / 1e6:.1f} MB in {kept.folder}" if kept.n_bytes else "not here; fetched when it is needed"
    shape = f"{card.input_size} pixels, {card.feature_channels:,} features"
    return f"{card.name:24} {card.title}, {shape}, {card.licence}: {where}"
