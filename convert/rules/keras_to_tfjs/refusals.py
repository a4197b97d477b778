"""What is refused before a layer's rule sees it: unknown classes, masks, training, dtypes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ...errors import UnsupportedLayerError
from ...models import Config, is_operation
from .builder import UNSEEN, Call
from .layers import attention, categories

# Layers whose rules see to masks.
_OWN_MASKS = {*attention.RULES, "GlobalAveragePooling1D"}
# Layers that treat a mask in tf.js as in Keras.
_MASK_SAFE = {
    "LSTM", "GRU", "SimpleRNN", "Bidirectional", "Dense", "Dropout", "Activation", "Masking", "BatchNormalization",
    "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "TimeDistributed",
}  # fmt: skip


_BY_CUSTOM = "write it in JS and pass it on by --custom {} --custom-js FILE.mjs"

# In a model with one of these, masks must travel in tf.js.
TAKE_MASKS = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM", "Masking", "TimeDistributed")
MAKE_MASKS = ('"Masking"', '"mask_zero": true')
# What hands a mask on in Keras, and what drops it: sound where it does not travel in tf.js.
_PASS_UNSEEN = {"Add", "LayerNormalization"}
DROP_UNSEEN = {"Flatten", "GlobalMaxPooling1D", "Conv1D"}

# Keywords of a call that was not written down: in Sequential, masks travel by themselves.
IMPLICIT: Mapping[str, Any] = {}


def check_call(call: Call, layer: Config, known: Collection[str], *, custom: bool = False) -> None:
    """Raise UnsupportedLayerError for a call that no rule may see; `custom` says that the user answers for it."""
    name = call.class_name
    if not custom and not is_operation(layer) and name != "TimeDistributed" and name not in known:
        raise UnsupportedLayerError(name, call.path, _remedy(name, layer))
    if not custom and (is_custom(layer) or (name == "LayerScale" and "projection_dim" not in call.config)):
        raise UnsupportedLayerError(f"the custom layer {layer['class_name']!r}", call.path, _remedy(name, layer))
    if not call.inputs and not is_operation(layer):
        call.refuse(f"{name} without inputs")
    masks = {t.masked for t in call.inputs if t.masked}
    # Versions of Keras differ in what Add makes of a mask beside none.
    mixed = name in _PASS_UNSEEN and not all(t.masked for t in call.inputs)
    only_unseen = len(masks) == 1 and next(iter(masks)).startswith(UNSEEN) and not mixed
    drops = name in _PASS_UNSEEN | DROP_UNSEEN or is_operation(layer)
    if masks and name not in _MASK_SAFE | _OWN_MASKS and not (only_unseen and drops):
        call.refuse(
            f"{name} after a mask (Masking, or Embedding with mask_zero)",
            "Remove the mask, or let an LSTM take it first.",
        )
    # Keras 3 writes training=True, their default, for layers that prepare images, and predicts without.
    prepares = call.keras3 and (name.startswith("Random") or name in ("Resizing", "CenterCrop"))
    if call.kwargs.get("training") not in (None, False) and not prepares:
        call.refuse(f"{name} called with training=True", "Call it without, and save again.")
    _check_mask(call)
    policy = _policy(call.get("dtype"))
    if policy not in ("float32", ""):
        if "float" not in policy and name not in categories.RULES:
            call.refuse(f"{name} with dtype {policy!r}", "Use float32.")
        if "float" in policy:
            call.builder.note(
                f"The model computes in {policy} in Keras, in float32 in tf.js: results differ by its rounding."
            )


def _check_mask(call: Call) -> None:
    """Refuse a mask that is not the one which travels with the input in tf.js."""
    if call.class_name in _OWN_MASKS:
        return
    mask = call.kwargs.get("mask")
    masks = [m for m in (mask if isinstance(mask, list) else [mask]) if m is not None]
    carried = call.inputs[0].masked if call.inputs else ""
    takes = call.class_name in ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "ConvLSTM2D")
    if takes and carried.startswith(UNSEEN):
        call.refuse(f"{call.class_name} with the mask of what attention gave", "Use LSTM before attention.")
    started = call.kwargs.get("initial_state") is not None  # Keras 3 then takes no mask from its input.
    silent = call.keras3 and takes and carried and not masks and call.kwargs is not IMPLICIT and not started
    if silent or (masks and [getattr(m, "key", None) for m in masks] != [carried]):
        call.refuse(
            f"{call.class_name} with a mask of its own", "Use Masking or Embedding(mask_zero=True) right before."
        )


def is_custom(layer: Config) -> bool:
    """Whether somebody else than Keras defined the class."""
    names = f"{layer['class_name']}{layer.get('registered_name') or ''}"
    return ">" in names or str(layer.get("module") or "keras").split(".")[0] not in ("keras", "tf_keras", "tensorflow")


def _policy(value: Any) -> str:
    if isinstance(value, Mapping):
        config = value.get("config")
        value = config.get("name") if isinstance(config, Mapping) else value.get("class_name")
    return str(value or "")


def _remedy(name: str, layer: Config) -> str:
    if name in ("Lambda", "TFOpLambda", "SlicingOpLambda"):
        return (
            "Its code is not run here: replace it by Keras layers (Rescaling, Reshape, Activation ...) and save again, "
            f"or {_BY_CUSTOM.format(layer['name'])}."
        )
    names = layer["class_name"].rsplit(">", 1)[-1]
    if is_custom(layer):
        return f"Only Keras's own layers are known: replace it by those and save again, or {_BY_CUSTOM.format(names)}."
    return f"tf.js has no layer that computes the same: replace it and save again, or {_BY_CUSTOM.format(names)}."
