"""Other programs, each in a process of its own: tf.js under Node.js, Keras, TensorFlow's exporters, tensorflowjs."""

from .exports import EXPORTS, Exported, export
from .keras_runs import has_keras, keras_outputs
from .processes import run_python
from .tensorflowjs import PACKAGES, SavedModel, find_python, unpacked
from .tfjs_runs import Job, TfjsRun, find_node, find_node_modules, run_all, run_many, run_tfjs

__all__ = [
    "EXPORTS", "PACKAGES", "Exported", "Job", "SavedModel", "TfjsRun", "export", "find_node", "find_node_modules",
    "find_python", "has_keras", "keras_outputs", "run_all", "run_many", "run_python", "run_tfjs", "unpacked",
]  # fmt: skip
