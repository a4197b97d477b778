"""What Keras's layers compute, in numpy: written from Keras's documentation, to compare translations with.

Each rule is a function of a layer's configuration as stored, its arrays in the order of ``layer.weights``, and its
inputs. One that does not cover a setting raises NotImplementedError.
"""

from .evaluator import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]
