"""Load Keras files and predict, in a process of its own: ``keras_predict.py DIRECTORY``.

For each ``NAME.npz`` (inputs) and file ``NAME.keras`` / ``NAME.h5`` writes ``NAME.keras.out.npz`` or ``.error``.
"""

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
# With it, whether there is a convolution for channels first depends on the processor.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"


def main(directory):
    import keras
    import numpy as np

    from pyclassifier.convert.running.run_keras import predict

    for inputs_path in sorted(directory.glob("*.in.npz")):
        name = inputs_path.name.removesuffix(".in.npz")
        with np.load(inputs_path) as stored:
            inputs = [stored[key] for key in sorted(stored, key=int)]
        for suffix in ("keras", "h5"):
            path = directory / f"{name}.{suffix}"
            if not path.exists():
                continue
            try:
                keras.backend.clear_session()
                model = keras.saving.load_model(path, compile=False)
                outputs = predict(model, inputs if len(inputs) > 1 else inputs[0])
                outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
                arrays = {str(i): keras.ops.convert_to_numpy(each) for i, each in enumerate(outputs)}
                np.savez(directory / f"{name}.{suffix}.out.npz", **arrays)
            except Exception as error:
                (directory / f"{name}.{suffix}.error").write_text(f"{type(error).__name__}: {error}"[:1500])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
