"""Initializers, regularizers, constraints and activations: the settings that many layers share."""

from __future__ import annotations

from typing import Any

from ....models import Config
from ..layer import TfjsLayer, snake

# tf.js's hardSigmoid is clip(0.2 x + 0.5), Keras 3's hard_sigmoid is clip(x / 6 + 0.5): equal at 1.2 x.
HARD_SIGMOID_SCALE = 1.2
DATA_FORMATS = ("channels_last", "channels_first")
_ACTIVATIONS = (
    "elu", "selu", "relu", "relu6", "linear", "sigmoid", "softplus", "softsign", "tanh", "softmax", "log_softmax",
    "gelu", "mish", "swish", "hard_sigmoid",
)  # fmt: skip
_KERAS_ACTIVATIONS = {"swish": "silu"}

_INITIALIZERS: dict[str, tuple[str, ...]] = {
    "Zeros": (),
    "Ones": (),
    "Constant": ("value",),
    "RandomUniform": ("minval", "maxval", "seed"),
    "RandomNormal": ("mean", "stddev", "seed"),
    "TruncatedNormal": ("mean", "stddev", "seed"),
    "VarianceScaling": ("scale", "mode", "distribution", "seed"),
    "Orthogonal": ("gain", "seed"),
    "Identity": ("gain",),
    "GlorotNormal": ("seed",),
    "GlorotUniform": ("seed",),
    "HeNormal": ("seed",),
    "HeUniform": ("seed",),
    "LecunNormal": ("seed",),
    "LecunUniform": ("seed",),
}
_REGULARIZERS: dict[str, tuple[str, ...]] = {"L1L2": ("l1", "l2")}
_CONSTRAINTS: dict[str, tuple[str, ...]] = {
    "MaxNorm": ("max_value", "axis"),
    "MinMaxNorm": ("min_value", "max_value", "rate", "axis"),
    "NonNeg": (),
    "UnitNorm": ("axis",),
}
_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = {"normal": "truncated_normal", "truncated_normal": "truncated_normal", "uniform": "uniform"}


def activation(layer: TfjsLayer, key: str = "activation", default: str = "linear") -> tuple[str, float]:
    """Keras's name of an activation, and the factor that the values before it need."""
    value: Any = layer.get(key, default)
    if isinstance(value, dict):
        value = value.get("class_name")
    name = snake(str(value))
    if name not in _ACTIVATIONS:
        layer.refuse(f"{key}={name!r}", f"tf.js 4.22 has these activations: {', '.join(_ACTIVATIONS)}.")
    if name == "hard_sigmoid":
        layer.note(
            f"its weights before {key} are {HARD_SIGMOID_SCALE} times as large: Keras 3's hard_sigmoid is flatter."
        )
        return name, HARD_SIGMOID_SCALE
    return _KERAS_ACTIVATIONS.get(name, name), 1.0


def training_settings(layer: TfjsLayer, weights: tuple[str, ...], *, activity: bool = True) -> Config:
    """How weights start and are held: settings that matter only if Keras trains the model further."""
    config: Config = {}
    for weight in weights:
        for kind, known in (
            ("initializer", _INITIALIZERS),
            ("regularizer", _REGULARIZERS),
            ("constraint", _CONSTRAINTS),
        ):
            _add(config, layer, f"{weight}_{kind}", kind, known)
    if activity:
        _add(config, layer, "activity_regularizer", "regularizer", _REGULARIZERS)
    return config


def _add(config: Config, layer: TfjsLayer, key: str, kind: str, known: dict[str, tuple[str, ...]]) -> None:
    value = layer.get(key)
    if value is None:
        return
    converted = _convert(value, kind, known)
    if converted is None:
        layer.note(f"{key} is left at Keras's default; it matters only in training.")
    else:
        config[key] = converted


def _convert(value: Any, kind: str, known: dict[str, tuple[str, ...]]) -> Config | None:
    name, settings = (value.get("class_name"), value.get("config")) if isinstance(value, dict) else (value, {})
    by_id = {class_name.lower(): class_name for class_name in known}
    class_name = by_id.get(str(name).replace("_", "").lower())
    if class_name is None or not isinstance(settings, dict):
        return None
    config = {key: settings[key] for key in known[class_name] if settings.get(key) is not None}
    if class_name == "VarianceScaling":
        mode, distribution = snake(str(config.get("mode", "fan_in"))), snake(str(config.get("distribution", "normal")))
        if mode not in _MODES or distribution not in _DISTRIBUTIONS or not config.get("scale", 1):
            return None
        config |= {"mode": mode, "distribution": _DISTRIBUTIONS[distribution]}
    return {"module": f"keras.{kind}s", "class_name": class_name, "config": config, "registered_name": None}
