"""What only matters in training: initialisers and regularisers as tf.js knows them, others dropped."""

from __future__ import annotations

from typing import Any

from ...models import Config
from .builder import Call

_NAMES = {
    "lecunnormal": "LeCunNormal", "lecununiform": "LeCunUniform", "orthogonalinitializer": "Orthogonal",
    "identityinitializer": "Identity", "glorotuniform": "GlorotUniform", "glorotnormal": "GlorotNormal",
    "henormal": "HeNormal", "heuniform": "HeUniform", "zeros": "Zeros", "ones": "Ones", "constant": "Constant",
    "randomnormal": "RandomNormal", "randomuniform": "RandomUniform", "truncatednormal": "TruncatedNormal",
    "variancescaling": "VarianceScaling", "orthogonal": "Orthogonal", "identity": "Identity",
}  # fmt: skip
_KEYS = ("mean", "stddev", "minval", "maxval", "value", "gain", "scale", "mode", "distribution")
_DISTRIBUTIONS = {"untruncated_normal": "normal", "truncated_normal": "truncatedNormal"}


def training_config(call: Call, *parts: str, prefix: str = "") -> Config:
    """Return initialiser and regulariser of each part (kernel, bias ...), by tf.js's names.

    Constraints are dropped: tf.js applies them to weights as it loads them, which changes the model.
    """
    config: Config = {}
    for part in parts:
        key = f"{prefix}{part}"
        config[f"{key}_initializer"] = _initializer(call, call.get(f"{key}_initializer"))
        config[f"{key}_regularizer"] = _regularizer(call, call.get(f"{key}_regularizer"))
        if call.get(f"{key}_constraint") is not None:
            call.note(f"{key}_constraint was dropped; it only matters in training.")
    if call.get("activity_regularizer") is not None:
        call.note("activity_regularizer was dropped; it only matters in training.")
    return config


def _split(value: Any) -> tuple[str, Config]:
    if isinstance(value, str):
        return value, {}
    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        config = value.get("config")
        return value["class_name"], config if isinstance(config, dict) else {}
    return "", {}


def _initializer(call: Call, value: Any) -> Config | None:
    if value is None:
        return None
    name, config = _split(value)
    known = _NAMES.get(name.rsplit(">", 1)[-1].replace("_", "").lower())
    numbers = {key: config[key] for key in _KEYS if isinstance(config.get(key), int | float | str)}
    if known is None or (known == "Constant" and "value" not in numbers):
        call.note(f"initialiser {name or value!r} was replaced by tf.js's default; it only matters for new weights.")
        return None
    if "distribution" in numbers:
        numbers["distribution"] = _DISTRIBUTIONS.get(str(numbers["distribution"]), numbers["distribution"])
    if isinstance(config.get("seed"), int):
        numbers["seed"] = config["seed"]
    return {"class_name": known, "config": numbers}


def _regularizer(call: Call, value: Any) -> Config | None:
    if value is None:
        return None
    name, config = _split(value)
    known = {"l1": "l1", "l2": "l2", "l1l2": "", "l1_l2": ""}.get(name.rsplit(">", 1)[-1].lower())
    rates = {key: config.get(key, 0.0) for key in ("l1", "l2")}
    if known is None or not config or not all(isinstance(rate, int | float) for rate in rates.values()):
        call.note(f"regulariser {name or value!r} was dropped; it only matters in training.")
        return None
    return {"class_name": "L1L2", "config": rates}
