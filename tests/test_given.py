"""Photos as people have them at hand: whatever they are, the classifier sees the same; what is none gets a sentence."""

from __future__ import annotations

import io
import sys
import zipfile

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import encode
from PIL import Image

from pyclassifier import AsyncImageClassifier, Dataset, Evaluation
from pyclassifier.data import Sample, as_samples, decode_image


def picture():
    return np.random.default_rng(4).integers(0, 256, (20, 30, 3), np.uint8)


async def pixels_of(sample):
    return decode_image(await sample.read(), sample.path)


@pytest.fixture
def folder(tmp_path):
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.png").write_bytes(encode(picture()))
    return tmp_path


async def test_each_kind_of_photo_is_the_same_photo(folder):
    path = folder / "cat/1.png"
    image, data = Image.fromarray(picture()), path.read_bytes()
    kinds = [path, str(path), data, bytearray(data), memoryview(data), image, picture(), as_samples(path)[0]]
    alone = [as_samples(kind) for kind in kinds]
    assert all(len(samples) == 1 for samples in alone)
    for (sample,), listed in zip(alone, as_samples(kinds), strict=True):
        assert np.array_equal(await pixels_of(sample), picture()) and np.array_equal(await pixels_of(listed), picture())
    assert as_samples(iter([path]))[0].path == path.as_posix()
    assert as_samples([]) == []


def test_a_folder_stands_for_its_photos(folder):
    for given in (folder, str(folder), Dataset.from_folder(folder)):
        assert sorted(sample.label for sample in as_samples(given)) == ["cat", "dog"]
    with pytest.raises(TypeError, match="by itself, not in a list"):
        as_samples([folder])


def test_photos_without_a_class_are_among_those_of_a_folder_a_zip_or_an_address(folder, tmp_path):
    (folder / "1.png").write_bytes(encode(picture()))
    (folder / "notes.txt").write_text("no photo")
    path = tmp_path / "new.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("1.png", "more/2.png"):
            file.writestr(name, encode(picture()))
    assert [(sample.path, sample.label) for sample in as_samples(folder / "cat")] == [("1.png", None)]
    assert [sample.path for sample in as_samples(str(path))] == ["1.png", "more/2.png"]
    path.rename(folder.with_suffix(".zip"))
    assert [(sample.path, sample.label) for sample in as_samples(folder)] == [
        ("1.png", None),
        ("cat/1.png", "cat"),
        ("dog/1.png", "dog"),
    ]
    with pytest.raises(TypeError, match="by itself, not in a list"):
        as_samples(["s3://bucket/photos"])
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    assert len(as_samples(f"zip://::file://{folder.with_suffix('.zip')}")) == 2


def test_where_there_are_no_photos_it_says_so_instead_of_nothing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Expected photos in .*, found none\.$"):
        as_samples(tmp_path)
    (tmp_path / "notes.txt").write_text("no photo")
    with pytest.raises(FileNotFoundError, match=r"found none \(notes\.txt: .+\)"):
        as_samples(str(tmp_path))


async def test_grey_and_several_pictures_are_taken():
    grey = picture()[:, :, 0]
    for given in (grey, grey[:, :, None], Image.fromarray(grey)):
        (sample,) = as_samples(given)
        assert np.array_equal(await pixels_of(sample), np.repeat(grey[:, :, None], 3, axis=2))
    samples = as_samples(np.stack([picture(), picture()[::-1]]))
    assert np.array_equal(await pixels_of(samples[1]), picture()[::-1])
    assert np.array_equal(await pixels_of(as_samples(picture()[::2, ::-1])[0]), picture()[::2, ::-1])


async def test_a_pillow_image_is_read_as_its_file_would_be():
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned.
    Image.fromarray(picture()).save(buffer, "PNG", exif=exif)
    with Image.open(io.BytesIO(buffer.getvalue())) as opened:
        assert np.array_equal(await pixels_of(as_samples(opened)[0]), decode_image(buffer.getvalue()))
    clear = Image.fromarray(np.dstack([picture(), np.full((20, 30), 90, np.uint8)]), "RGBA")
    assert np.array_equal(await pixels_of(as_samples(clear)[0]), decode_image(encode(np.asarray(clear))))


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (np.zeros((4, 4, 3)), ValueError, r"\(uint8\), got float64. Convert them: np.uint8\(255"),
        (np.zeros((4, 4, 3), np.float32), ValueError, "got float32"),
        (
            np.zeros((4, 4, 4), np.uint8),
            ValueError,
            r"\(H, W, 3\), RGB, or \(H, W\), grey; got \(4, 4, 4\). Leave alpha",
        ),
        (np.zeros((2, 4, 5), np.uint8), ValueError, r"got \(2, 4, 5\). Put several into a list"),
        (io.BytesIO(b"a photo"), TypeError, r"BytesIO\); give what its read\(\) gives"),
        ([io.BytesIO(b"a photo")], TypeError, r"BytesIO\); give what its read\(\) gives"),
        ({"a.jpg": "cat"}, TypeError, r"got \{'a.jpg': 'cat'\} \(dict\)"),
        (np.zeros((0, 4, 3), np.uint8), ValueError, r"got \(0, 4, 3\)"),
        (5, TypeError, r"Expected photos \(a path, .* a folder or a Dataset; got 5 \(int\)"),
        (None, TypeError, r"got None \(NoneType\)"),
        ([5], TypeError, r"Expected a photo: a path, .* got 5 \(int\)"),
        ([["a.jpg"]], TypeError, r"got \['a.jpg'\] \(list\)"),
    ],
)
def test_what_is_no_photo_gets_a_sentence(given, kind, message):
    with pytest.raises(kind, match=message):
        as_samples(given)


async def test_a_classifier_takes_them_all(folder):
    colors = {"red": (200, 20, 20), "blue": (20, 20, 200)}
    samples = [
        Sample(f"{label}/{i}", as_samples(np.full((8, 8, 3), color, np.uint8) + np.uint8(i))[0].source, label)
        for label, color in colors.items()
        for i in range(6)
    ]
    classifier = AsyncImageClassifier(input_size=96, engine=NumpyEngine())
    await classifier.fit(Dataset(tuple(samples)))
    red = np.full((9, 9, 3), (190, 30, 30), np.uint8)
    assert (await classifier.predict(red)).tolist() == ["red"]
    assert (await classifier.predict([Image.fromarray(red), encode(red)])).tolist() == ["red", "red"]
    assert (await classifier.predict_proba(folder)).shape == (2, 2)
    assert (await classifier.explain(Image.fromarray(red))).heat.shape == (3, 3)
    with pytest.raises(TypeError, match="Expected photos"):
        await classifier.predict(7)


async def test_labelled_photos_are_evaluated_in_a_folder_and_at_an_address(tmp_path):
    pytest.importorskip("fsspec", reason="fsspec is not installed")
    for label, value in (("dark", 20), ("light", 220)):
        (tmp_path / label).mkdir()
        for i in range(6):
            (tmp_path / label / f"{i}.png").write_bytes(encode(np.full((8, 8, 3), value + i, np.uint8)))
    classifier = AsyncImageClassifier(input_size=96, engine=NumpyEngine())
    await classifier.fit(Dataset.from_folder(tmp_path))
    for given in (tmp_path, f"file://{tmp_path}"):
        assert (await classifier.evaluate(given)).n_samples == len(await classifier.predict(given)) == 12


def test_a_table_is_no_list_of_photos():
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    table = pd.DataFrame({"path": ["a.jpg"], "label": ["cat"]})
    with pytest.raises(TypeError, match=r"got a table. Choose its column of paths, such as table\['path'\]"):
        as_samples(table)
    assert [sample.path for sample in as_samples(table["path"])] == ["a.jpg"]


def test_photos_and_figures_become_tables(folder):
    pytest.importorskip("pandas", reason="pandas is not installed")
    dataset = Dataset.from_folder(folder, split="test")
    assert dataset.to_pandas().to_dict("list") == {
        "path": ["cat/1.png", "dog/1.png"],
        "label": ["cat", "dog"],
        "split": ["test", "test"],
        "group": [None, None],
    }
    assert list(Dataset().to_pandas().columns) == ["path", "label", "split", "group"]
    evaluation = Evaluation.from_predictions([0, 0, 0, 1], [0, 0, 1, 1], ["cat", "dog", "owl"])
    table, told = evaluation.to_pandas(), evaluation.to_dict()["perClass"]
    for column in ("label", "precision", "recall", "f1", "support"):
        assert table[column][:2].tolist() == [one[column] for one in told[:2]], column
    assert table.loc[0, ["recall_low", "recall_high"]].tolist() == list(told[0]["recallInterval"])
    assert table.loc[2, ["precision", "recall", "f1"]].isna().all()


def test_without_pandas_a_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="Install it: pip install pandas"):
        Dataset().to_pandas()


async def test_predictions_become_a_table(folder):
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    samples = [
        Sample(f"{label}/{i}", s.source, label)
        for label, v in (("a", 20), ("b", 220))
        for i in range(6)
        for s in as_samples(np.full((8, 8, 3), v + i, np.uint8))
    ]
    classifier = AsyncImageClassifier(input_size=96, engine=NumpyEngine())
    await classifier.fit(Dataset(tuple(samples)))
    (folder / "cat/2.png").write_bytes(b"no picture")
    found = await classifier.predict_photos(folder)
    table = found.to_pandas()
    assert isinstance(table, pd.DataFrame) and len(table) == len(found) == 3
    named = ["path", "true", "predicted", "probability", "rejected", "problem"]
    assert list(table.columns) == [*named, "probability of a", "probability of b"]
    bad = table[table["problem"].notna()]
    assert bad["path"].tolist() == ["cat/2.png"] and bad[["predicted", "probability"]].isna().all(axis=None)
    fine = table[table["problem"].isna()]
    assert np.allclose(fine["probability"], fine[["probability of a", "probability of b"]].max(axis=1))
    assert fine["true"].tolist() == ["cat", "dog"] and len(found.mistakes().to_pandas()) == 2
