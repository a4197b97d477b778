"""How Keras 3 names what lies in a container, in its weights file."""

from __future__ import annotations

import re
from collections.abc import Sequence


def keras_file_names(class_names: Sequence[str]) -> list[str]:
    """``["Dense", "ReLU", "Dense"]`` -> ``["dense", "re_lu", "dense_1"]``, as keras.src.saving.saving_lib has it."""
    used: dict[str, int] = {}
    names = []
    for class_name in class_names:
        name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class_name))
        name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
        count = used.get(name, 0)
        used[name] = count + 1
        names.append(f"{name}_{count}" if count else name)
    return names
