"""Networks from scratch: what fits, what is wrong and said, what they start from."""

from __future__ import annotations

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import encode

from pyclassifier import AsyncImageClassifier, Dataset, Sample
from pyclassifier.archives import Archive, write_archive
from pyclassifier.backbones import initial_weights, input_shape, layers, output_shapes, small_cnn
from pyclassifier.embedding import pixels_card
from pyclassifier.errors import ArchiveError


def test_the_small_cnn_is_the_tutorials():
    topology = small_cnn()
    assert output_shapes(topology) == [(24, 24, 8), (12, 12, 8), (8, 8, 16), (4, 4, 16), (256,), (10,)]
    assert input_shape(topology) == (28, 28, 1)
    sizes = {name: array.size for name, array in initial_weights(topology, np.random.default_rng(0)).items()}
    # What Keras counts: 208, 3,216 and 2,570.
    assert list(sizes.values()) == [200, 8, 3200, 16, 2560, 10]
    kinds = [layer["class_name"] for layer in topology["config"]["layers"]]
    assert kinds == ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Flatten", "Dense"]


def test_variance_scaling_is_keras():
    topology = layers.network((32, 32, 1), [layers.conv(200, 5), layers.flatten(), layers.dense(2)])
    kernel = initial_weights(topology, np.random.default_rng(0))["conv_1/kernel"]
    # Variance 1 / fan_in after truncation; nothing beyond two standard deviations of the uncut distribution.
    assert kernel.std() == pytest.approx(np.sqrt(1 / 25), rel=0.02)
    assert np.abs(kernel).max() <= 2 * np.sqrt(1 / 25) / 0.8796 + 1e-6


@pytest.mark.parametrize(
    ("shape", "parts", "message"),
    [
        ((28, 28, 1), [], "at least one layer, got none. End with layers.dense"),
        ((28, 28, 1), ["conv"], r"Expected layers such as layers.conv\(8, 5\), got 'conv'"),
        ((28, 20, 1), [layers.flatten(), layers.dense(3)], r"square pictures .* got \(28, 20, 1\)"),
        ((28, 28, 2), [layers.flatten(), layers.dense(3)], r"1 channel \(grey\) or 3"),
        (
            (28, 28, 1),
            [layers.dense(3)],
            r"one row of values before layer 1 \(dense_1\).*Put layers.flatten\(",
        ),
        ((28, 28, 1), [layers.flatten(), layers.conv(3)], r"a picture .* before layer 2 \(conv_1\), got \(784,\)"),
        ((4, 4, 1), [layers.conv(3, 5)], r"pictures of at least 5 pixels before layer 1 \(conv_1\), got 4"),
        ((8, 8, 1), [layers.max_pool(4), layers.max_pool(4)], r"at least 4 pixels before layer 2 \(pool_2\), got 2"),
        ((8, 8, 1), [layers.conv(0)], r"filters of layer 1 \(conv_1\) to be a whole number of at least 1, got 0"),
        ((8, 8, 1), [layers.conv(2, padding="full")], 'padding of .* to be "valid" or "same", got \'full\''),
        ((8, 8, 1), [layers.conv(2, activation="magic")], "activation of .* among relu, .* got 'magic'"),
        ((8, 8, 1), [layers.flatten(), layers.dropout(1)], r"rate of layer 2 \(dropout_1\) in 0..1"),
        ((8, 8, 1), [layers.flatten()], r"layers.dense\(n_classes\) as the last layer, got 'Flatten'"),
        ((8, 8, 1), [layers.flatten(), layers.dense(3, "relu")], "as the last layer, got 'Dense'"),
        ((1024, 1024, 1), [layers.conv(64, padding="same")], r"at most 16,777,216 values .* got 67,108,864"),
        ((8, 8, 1), [{"class_name": "Lambda", "config": {}}], "layers among Conv2D, .* got 'Lambda'"),
    ],
)
def test_what_does_not_fit_is_explained(shape, parts, message):
    with pytest.raises(ValueError, match=message):
        layers.network(shape, parts)


def grey_dataset(n=12):
    """Small grey pictures of stripes, across and along."""

    def sample(label, i):
        picture = np.random.default_rng(i).integers(0, 60, (10, 10), np.uint8)
        picture[slice(None, None, 2) if label == "across" else (slice(None), slice(None, None, 2))] += 150

        async def read():
            return encode(picture)

        return Sample(f"{label}/{i}.png", read, label)

    return Dataset(tuple(sample(label, i) for label in ("across", "along") for i in range(n)))


def tiny():
    parts = [layers.conv(4, 3), layers.max_pool(2), layers.flatten(), layers.dense(2)]
    return layers.network((10, 10, 1), parts)


async def fitted(engine, **options):
    classifier = AsyncImageClassifier(
        topology=tiny(), epochs=12, batch_size=6, learning_rate=0.02, engine=engine, **options
    )
    return await classifier.fit(grey_dataset())


async def test_a_classifier_learns_from_scratch_and_survives_its_archive():
    engine = NumpyEngine()
    classifier = await fitted(engine)
    assert classifier.evaluation_.accuracy == 1 and engine.live == {classifier._learned.head}, "no backbone was loaded"
    photos = [await sample.read() for sample in grey_dataset(3).samples]
    y_proba = await classifier.predict_proba(photos)
    data = await classifier.save(name="stripes")
    opened = await AsyncImageClassifier.load(data, engine=engine)
    assert np.abs(await opened.predict_proba(photos) - y_proba).max() < 1e-6
    assert await opened.self_check() < 1e-6
    assert opened.topology == tiny() and opened.classes_.tolist() == ["across", "along"]
    again = await opened.fit(grey_dataset())
    assert again.evaluation_ is not None
    opened.close()
    classifier.close()
    assert not engine.live


async def test_other_numbers_of_classes_are_explained():
    classifier = AsyncImageClassifier(topology=small_cnn(10), engine=NumpyEngine())
    with pytest.raises(ValueError, match=r"each of the 2 classes, got one with 10. End it with layers.dense\(2\)"):
        await classifier.fit(grey_dataset())


async def test_an_archive_with_layers_that_are_not_known_is_refused():
    topology = tiny()
    weights = initial_weights(topology, np.random.default_rng(0))
    topology["config"]["layers"][1]["class_name"] = "Lambda"
    archive = Archive({}, {}, topology, weights, ("a", "b"), pixels_card(topology))
    with pytest.raises(ArchiveError, match="Lambda"):
        await AsyncImageClassifier.load(write_archive(archive, version="0"), engine=NumpyEngine())
