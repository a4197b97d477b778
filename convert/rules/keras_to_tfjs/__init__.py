"""From a Keras model to a layers model of tf.js that computes the same, or an error."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import BROKEN, ConvertError
from ...models import CustomLayer, KerasModel, LayersModel
from .walker import GraphWalker

__all__ = ["to_layers_model"]


def to_layers_model(model: KerasModel, custom: Sequence[CustomLayer] = ()) -> LayersModel:
    """Translate a Keras model into tf.js's dialect; nested models become part of one flat graph.

    Parameters
    ----------
    model : KerasModel
    custom : sequence of CustomLayer
        Layers to pass through, unchecked, to JS classes of the user's. Their weights are called ``weight_0``,
        ``weight_1`` ..., in the order of Keras's ``layer.weights``.

    Returns
    -------
    LayersModel
        Of class "Model". A Keras layer that tf.js lacks is expressed by several, of which the last bears its name.

    Raises
    ------
    UnsupportedLayerError
        A layer that tf.js cannot compute exactly.
    ConvertError
        A model that does not fit together.
    """
    walker = GraphWalker(model, custom)
    try:
        inputs, outputs = walker.run()
        outputs = walker.distinct_outputs(inputs, outputs)
    except ConvertError:
        raise
    except BROKEN as error:
        raise ConvertError(
            f"Expected a model as Keras saves it, got one that does not fit together: {type(error).__name__}: {error}. "
            "Save the model again with model.save('model.keras')."
        ) from error
    builder = walker.builder
    config = {
        "name": str(model.config["config"].get("name") or "model"),
        "layers": list(builder.layers.values()),
        "input_layers": [[t.layer, t.node, t.index] for t in inputs],
        "output_layers": [[t.layer, t.node, t.index] for t in outputs],
    }
    return LayersModel(
        {"class_name": "Model", "config": config},
        builder.weights,
        tuple(builder.notes),
        custom_js=tuple(builder.custom),
    )
