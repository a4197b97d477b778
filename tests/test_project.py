"""A project is one file that holds photos, classes, features and the model; hostile ones are refused in one line."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, color_dataset, encode, noisy

from pyclassifier import AsyncImageClassifier, Augmentation, Dataset, Problem, Project, Sample
from pyclassifier.aio import open_project, save_project
from pyclassifier.data import jpeg_decoder
from pyclassifier.errors import ArchiveError, StoppedError
from pyclassifier.sentences import Sentence, coded

FAST = {"input_size": 32, "learning_rate": 0.01, "epochs": 12}


async def trained():
    dataset = color_dataset(6)
    marked = [
        replace(s, split="validation", group="burst 1") if i % 6 == 0 else s for i, s in enumerate(dataset.samples)
    ]
    classifier = AsyncImageClassifier(engine=NumpyEngine(), **FAST)
    await classifier.fit(Dataset(tuple(marked)))
    photos = Dataset(tuple(marked), (Problem("x.txt", "not an image."),))
    return Project(
        photos, classifier, ("red", "blue", "green", "empty"), name="colours", settings={"option-epochs": "12"}
    )


async def saved(project, **options):
    buffer = io.BytesIO()
    await save_project(project, buffer, **options)
    return buffer.getvalue()


def rezipped(data, change=None, drop=(), **contents):
    """The same zip with other contents."""
    old, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in old.namelist():
            content = contents.get(name, old.read(name))
            if name == "project.json" and change:
                description = json.loads(content)
                change(description)
                content = json.dumps(description)
            if name not in drop:
                file.writestr(name, content)
    return buffer.getvalue()


async def test_everything_is_there_again_and_no_feature_is_computed_again():
    project = await trained()
    data = await saved(project)
    engine = NumpyEngine()
    opened = await open_project(data, engine=engine)
    assert (opened.name, opened.classes, opened.settings) == (project.name, project.classes, project.settings)
    for before, after in zip(project.photos.samples, opened.photos.samples, strict=True):
        assert (before.path, before.label, before.split, before.group) == (
            after.path,
            after.label,
            after.split,
            after.group,
        )
        assert await before.read() == await after.read()
    assert opened.photos.problems == project.photos.problems
    ours, theirs = project.classifier, opened.classifier
    assert theirs.evaluation_.to_dict() == ours.evaluation_.to_dict() and theirs.history_ == ours.history_
    assert [s.path for s in theirs.validation_.mistakes().samples] == [
        s.path for s in ours.validation_.mistakes().samples
    ]
    assert np.allclose(theirs.validation_.losses, ours.validation_.losses) and len(theirs.validation_) == 3
    assert {name: theirs.get_params()[name] for name in FAST} == FAST
    new = [encode(noisy(COLORS[label], 77)) for label in COLORS]
    assert np.allclose(await theirs.predict_proba(new), await ours.predict_proba(new), atol=1e-6)
    n = engine.n_predicted
    await theirs.fit(opened.dataset)
    assert engine.n_predicted == n + theirs.evaluation_.to_dict()["total"], (
        "only the head looked at the validation photos"
    )
    assert theirs.history_ == ours.history_


async def test_parameters_of_a_training_are_there_again():
    project = await trained()
    params = {"class_weight": {"red": 2.0}, "patience": 3, "augmentation": Augmentation(flip=True, crop=0.2, copies=2)}
    params |= {"batch_size": 8, "fit_mode": "pad", "duplicate_threshold": None, "validation_split": 0}
    project.classifier.set_params(**params)
    data = await saved(project)
    opened = (await open_project(data, engine=NumpyEngine())).classifier.get_params()
    assert {name: opened[name] for name in params} == params
    later = rezipped(data, lambda p: p["parameters"].update(augmentation={"flip": True, "rotate": 5}))
    with pytest.warns(UserWarning, match="rotate"):
        opened = (await open_project(later, engine=NumpyEngine())).classifier.get_params()
    assert opened["augmentation"] == Augmentation(flip=True)
    for hostile in ({"copies": 10**9}, {"unknown": 1}, {"crop": [0]}):
        changed = rezipped(data, lambda p, hostile=hostile: p["parameters"].update(augmentation=hostile))
        with pytest.raises(ArchiveError, match="damaged"):
            await open_project(changed, engine=NumpyEngine())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 10**12),
        ("epochs", -1),
        ("hidden_units", 10**9),
        ("batch_size", 10**9),
        ("learning_rate", 1e300),
        ("learning_rate", -1.0),
        ("l2", -1.0),
        ("patience", 0),
        ("validation_split", 7.5),
        ("input_size", 1 << 20),
        ("random_state", -5),
    ],
)
async def test_parameters_that_no_training_bears_are_left_at_their_defaults(name, value):
    data = rezipped(await saved(await trained()), lambda p: p["parameters"].update({name: value}))
    with pytest.warns(UserWarning, match=name):
        classifier = (await open_project(data, engine=NumpyEngine())).classifier
    assert classifier.get_params()[name] == type(classifier)().get_params()[name]


async def test_it_can_be_saved_and_opened_again_and_again():
    data = await saved(await trained())
    again = await saved(await open_project(data, engine=NumpyEngine()))
    first, second = (zipfile.ZipFile(io.BytesIO(one)) for one in (data, again))
    assert first.namelist() == second.namelist()
    for name in first.namelist():
        if name != "model.zip":  # It holds the time.
            assert first.read(name) == second.read(name), name


async def test_photos_without_a_model_and_classes_that_are_switched_off():
    classifier = AsyncImageClassifier(engine=NumpyEngine(), epochs=7, hidden_units=9)
    project = Project(color_dataset(2), classifier, disabled=frozenset({"red"}))
    assert project.dataset.labels == ["blue", "green"]
    opened = await open_project(await saved(project), engine=NumpyEngine())
    assert opened.disabled == {"red"} and opened.dataset.labels == ["blue", "green"]
    assert opened.photos.labels == ["blue", "green", "red"]
    assert opened.classifier.epochs == 7 and opened.classifier.hidden_units == 9
    assert opened.classifier.backbone == classifier.backbone


async def test_files_are_written_whole_or_not_at_all(tmp_path):
    project, target = await trained(), tmp_path / "project.zip"
    progress = []
    await save_project(project, target, on_progress=progress.append)
    assert progress[-1].stage == "saving" and progress[-1].done == progress[-1].total == 18
    before = target.read_bytes()
    assert (await open_project(target, engine=NumpyEngine())).name == "colours"
    with pytest.raises(StoppedError):
        await save_project(project, target, should_stop=lambda: True)
    assert target.read_bytes() == before and [path.name for path in tmp_path.iterdir()] == ["project.zip"]


async def test_a_stream_that_only_goes_forwards_will_do():
    class Forwards(io.RawIOBase):
        def __init__(self):
            self.pieces = []

        def writable(self):
            return True

        def write(self, data):
            self.pieces.append(bytes(data))
            return len(data)

    stream = Forwards()
    await save_project(await trained(), stream)
    opened = await open_project(b"".join(stream.pieces), engine=NumpyEngine())
    assert len(opened.photos.samples) == 18 and opened.classifier.evaluation_


async def test_reasons_of_problems_keep_their_codes():
    reason = Sentence("photo-format", format="HEIC")
    photos = Dataset(problems=(Problem("1.heic", reason), Problem("2.xyz", "words of my own.")))
    data = await saved(Project(photos, AsyncImageClassifier(engine=NumpyEngine())))
    stored = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("project.json"))["problems"]
    assert stored == [
        {"path": "1.heic", "reason": str(reason), "code": "photo-format", "values": {"format": "HEIC"}},
        {"path": "2.xyz", "reason": "words of my own."},
    ]
    opened = (await open_project(data, engine=NumpyEngine())).photos.problems
    assert opened == photos.problems and coded(opened[0].reason) == coded(reason) and coded(opened[1].reason) == {}
    older = rezipped(data, lambda description: description["problems"][0].pop("code"))
    opened = (await open_project(older, engine=NumpyEngine())).photos.problems
    assert opened == photos.problems and coded(opened[0].reason) == {}


async def test_photos_that_cannot_be_read_become_problems():
    async def gone():
        raise OSError("it was moved")

    project = Project(
        color_dataset(2) + Dataset((Sample("red/gone.jpg", gone, "red"),)), AsyncImageClassifier(engine=NumpyEngine())
    )
    buffer = io.BytesIO()
    lost = await save_project(project, buffer)
    assert [problem.path for problem in lost] == ["red/gone.jpg"]
    opened = await open_project(buffer.getvalue(), engine=NumpyEngine())
    assert len(opened.photos.samples) == 6
    assert [(p.path, "it was moved" in p.reason) for p in opened.photos.problems] == [("red/gone.jpg", True)]
    lost = await open_project(rezipped(await saved(project), drop=["photos/000002.png"]), engine=NumpyEngine())
    assert len(lost.photos.samples) == 5 and "missing in the project" in lost.photos.problems[-1].reason


async def test_names_in_the_zip_never_come_from_the_photos():
    photos = Dataset(
        tuple(Sample(path, Reader(b"x"), "a") for path in ("../../evil.jpg", "/etc/passwd", "con.exe", "a.JPG"))
    )
    names = zipfile.ZipFile(io.BytesIO(await saved(Project(photos, AsyncImageClassifier())))).namelist()
    assert names == ["photos/000000.jpg", "photos/000001", "photos/000002", "photos/000003.jpg", "project.json"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.update(version=0), "another version"),
        (lambda p: p.update(version="2"), "another version"),
        (lambda p: p.update(format="x"), "another version"),
        (lambda p: p.pop("photos"), "KeyError"),
        (lambda p: p.update(photos=7), "damaged"),
        (lambda p: p["photos"][0].update({"class": -1}), "class -1"),
        (lambda p: p["photos"][0].update({"class": 4}), "class 4"),
        (lambda p: p["photos"][0].update(split="tests"), "split"),
        (lambda p: p["photos"][0].update(path=["x"]), "expected a text"),
        (lambda p: p["photos"][0].update(path="x" * 5000), "4096"),
        (lambda p: p["classes"].append(p["classes"][0]), "share a name"),
        (lambda p: p["features"][0].update(sha256=[]), "damaged"),
        (lambda p: p["features"][0].update(file="../x"), "features"),
        (lambda p: p.update(settings=[1]), "damaged"),
        (lambda p: p.update(parameters=[1]), "damaged"),
        (lambda p: p["validation"]["photos"].append(99), "damaged"),
        (lambda p: p["validation"].update(photos=[-1, 0, 1]), "position"),
        (lambda p: p["validation"].update(shown=[7, 0, 1]), "damaged"),
        (lambda p: p["validation"].update(probabilities=[[1], [1], [1]]), "damaged"),
    ],
)
async def test_damaged_descriptions_are_refused_in_one_line(change, message):
    data = rezipped(await saved(await trained()), change)
    with pytest.raises(ArchiveError) as error:
        await open_project(data, engine=NumpyEngine())
    assert message in str(error.value) or message == "features"
    assert "\n" not in str(error.value) and str(error.value).startswith("Expected")


async def test_other_files_and_bombs_are_refused():
    with pytest.raises(ArchiveError, match="something else"):
        await open_project(b"no zip")
    project = await trained()
    with pytest.raises(ArchiveError, match="open it as one"):
        await open_project(await project.classifier.save())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("project.json", bytes((1 << 27) + 1))
    with pytest.raises(ArchiveError, match="at most"):
        await open_project(buffer.getvalue())
    nan = np.full(9, np.nan, "<f4").tobytes() * 18
    with pytest.raises(ArchiveError, match="no numbers"):
        await open_project(rezipped(await saved(project), **{"features/0.f32": nan}), engine=NumpyEngine())
    deep = rezipped(await saved(project), **{"project.json": b'{"a":' * 70 + b"1" + b"}" * 70})
    with pytest.raises(ArchiveError, match="levels"):
        await open_project(deep, engine=NumpyEngine())


@pytest.mark.parametrize(
    "key", ["name", "classes", "photos", "problems", "parameters", "weights", "settings", "features", "validation"]
)
async def test_whatever_stands_in_it_opens_or_is_refused(key):
    data = await saved(Project(color_dataset(1), AsyncImageClassifier(engine=NumpyEngine())))
    hostile = [None, True, -1, 1e308, "x", [], {}, [None], [[]], [{}], ["x"], {"x": None}, {"epochs": "x"}]
    hostile += [
        [{"label": 1, "enabled": 2}],
        [{"path": "x", "reason": None}],
        [{"kind": "x", "file": "y", "sha256": 3}],
    ]
    for value in hostile:
        try:
            opened = await open_project(rezipped(data, lambda p, v=value: p.update({key: v})), engine=NumpyEngine())
        except ArchiveError:
            continue
        assert isinstance(opened, Project)


async def test_a_project_knows_which_libraries_decoded_its_photos():
    project = await trained()
    assert project.classifier.cache.decoders == {jpeg_decoder()}
    assert project.classifier.record_["run"]["versions"]["decoder"] == jpeg_decoder()
    data = await saved(project)
    elsewhere = rezipped(data, lambda description: description.update(decoders=["libjpeg 9.0"]))
    opened = await open_project(elsewhere, engine=NumpyEngine())
    assert opened.classifier.cache.decoders == {"libjpeg 9.0"}, "nothing was computed here yet"
    await opened.classifier.predict([encode(noisy(COLORS["red"], seed=99))])
    again = await open_project(await saved(opened), engine=NumpyEngine())
    assert again.classifier.cache.decoders == {"libjpeg 9.0", jpeg_decoder()}
    old = await open_project(rezipped(data, lambda description: description.pop("decoders")), engine=NumpyEngine())
    assert old.classifier.cache.decoders == set()
    with pytest.raises(ArchiveError):
        await open_project(rezipped(data, lambda description: description.update(decoders=[5])), engine=NumpyEngine())
