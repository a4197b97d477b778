"""models/imagenet_classes.json: the 1000 classes of ImageNet in the order of the networks' outputs."""

from __future__ import annotations

import json

from fetch import BuildError, fetch_file

N_CLASSES = 1000


def class_file() -> bytes:
    """Return JSON: ``[[WordNet id, name], ...]``, such as ``["n03249569", "drum, membranophone, tympan"]``."""
    ids = fetch_file("imagenet_synsets.txt").read_text(encoding="utf-8").split()
    lemmas = fetch_file("imagenet_synset_to_lemma.txt").read_text(encoding="utf-8").splitlines()
    names = dict(line.split("\t", 1) for line in lemmas)
    missing = [one for one in ids if one not in names]
    if len(ids) != N_CLASSES or missing:
        raise BuildError(f"Expected {N_CLASSES} ImageNet classes with names, got {len(ids)}, {len(missing)} nameless.")
    return json.dumps([[one, names[one]] for one in ids], ensure_ascii=False).encode()
