"""Models and projects as every version wrote them open for ever: see data/README.md for what wrote each file."""

import io
import json
import warnings
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy_engine import NumpyEngine

from pyclassifier import AsyncImageClassifier, Project
from pyclassifier.aio import open_project, save_project
from pyclassifier.archives import TOLERANCE

DATA = Path(__file__).parent / "data"
EXPECTED = json.loads((DATA / "expected.json").read_text("utf-8"))
ARCHIVES = [name for name in EXPECTED if name.startswith("archive-")]
PROJECTS = [name for name in EXPECTED if name.startswith("project-") and not name.endswith("-page.zip")]
CLOSE = {"rtol": 0, "atol": 2e-6}  # of what was rounded to 6 digits; float32 adds in another order elsewhere


def picture(k: int) -> np.ndarray:
    """A picture that nothing was trained on, of whole numbers only: the same whatever draws it."""
    y, x = np.mgrid[:30, :40]
    channels = [(x * 6 + k * 90) % 256, (y * 8 + k * 40) % 256, (x * y + k * 150) % 256]
    return np.stack(channels, axis=-1).astype(np.uint8)


PICTURES = [picture(k) for k in range(3)]


async def load(data: bytes) -> AsyncImageClassifier:
    """Open a model; it computes what it promises, so that there is nothing to warn of."""
    with warnings.catch_warnings(action="error"):
        return await AsyncImageClassifier.load(data, engine=NumpyEngine())


async def assert_is_as_it_was_written(classifier: AsyncImageClassifier, expected: dict) -> None:
    assert classifier.classes_.tolist() == expected["labels"]
    promised = np.array(expected["probabilities"], dtype=float)  # None, where a training diverged, is nan
    assert np.allclose(await classifier.predict_proba(PICTURES), promised, **CLOSE, equal_nan=True)
    evaluation, calibration = classifier.evaluation_, classifier.calibration_
    assert (evaluation and evaluation.matrix.tolist()) == expected["confusion"]
    assert set(classifier.history_) == set(expected["history"])
    for name, values in expected["history"].items():  # the last epochs'
        assert np.allclose(classifier.history_[name][-3:], np.array(values, dtype=float), **CLOSE, equal_nan=True)
    told = calibration and {"threshold": calibration.threshold, "right": calibration.n_right}
    assert told == expected["calibration"]


@pytest.mark.parametrize("name", ARCHIVES)
async def test_archives_of_every_version_open_and_are_saved_as_they_were(name):
    expected = EXPECTED[name]
    classifier = await load((DATA / name).read_bytes())
    for _ in range(2):  # The second time as today's version writes it.
        await assert_is_as_it_was_written(classifier, expected)
        assert classifier.name_ == expected["name"]
        extractor = classifier._learned.extractor
        assert extractor.card.input_size == expected["inputSize"]
        assert extractor.card.preprocessing.fit_mode == expected["fitMode"] and extractor.pooling == expected["pooling"]
        classifier = await load(await classifier.save())


@pytest.mark.parametrize("name", ARCHIVES)
async def test_archives_of_every_version_promise_probabilities_that_still_hold(name):
    classifier = await AsyncImageClassifier.load((DATA / name).read_bytes(), engine=NumpyEngine())
    promises = "diverged" not in name and "teachable" not in name
    assert classifier.deviation_ <= TOLERANCE if promises else np.isnan(classifier.deviation_)


@pytest.mark.parametrize("name", [name for name in ARCHIVES if "teachable" not in name])
async def test_archives_of_every_version_tell_how_they_were_trained(name):
    run = (await load((DATA / name).read_bytes())).record_["run"]
    assert run["parameters"]["epochs"] in (4, 8) and run["parameters"]["fit_mode"] == EXPECTED[name]["fitMode"]
    assert run["versions"]["pyclassifier"] == "0.1.0" and run["versions"]["engine"] == "numpy-double"
    assert all(len(digest) == 64 for part in run["files"].values() for digest in part)


async def assert_project_is_as_it_was_written(project: Project, expected: dict) -> None:
    classifier, samples = project.classifier, project.photos.samples
    assert project.name == "colours" and project.settings == {"option-epochs": "8"}
    assert project.classes == ("red", "blue", "green", "empty") and project.disabled == {"empty"}
    assert [(problem.path, problem.reason) for problem in project.photos.problems] == [("notes.txt", "not an image.")]
    n = len(samples) // 3
    assert [sample.path for sample in samples] == [
        f"photos/{label}/{i}.png" for label in ("blue", "green", "red") for i in range(n)
    ]
    assert all(sample.label in sample.path for sample in samples)
    n_validation = sum(expected["confusion"][0]) if expected.get("confusion") else 1
    assert [sample.split for sample in samples] == [
        "validation" if i % n < n_validation else "training" for i in range(len(samples))
    ]
    assert [i for i, sample in enumerate(samples) if sample.group == "burst 1"] == [n - 1]
    assert [(await sample.read())[1:4] for sample in samples] == [b"PNG"] * len(samples)
    if "labels" not in expected:
        assert not hasattr(classifier, "classes_")
        return
    await assert_is_as_it_was_written(classifier, expected)


@pytest.mark.parametrize("name", PROJECTS)
async def test_projects_of_every_version_open_and_are_saved_as_they_were(name, tmp_path):
    expected, source = EXPECTED[name], DATA / name
    for _ in range(2):
        with warnings.catch_warnings(action="error"):
            project = await open_project(source, engine=NumpyEngine())
        await assert_project_is_as_it_was_written(project, expected)
        judged = getattr(project.classifier, "validation_", None)
        if expected.get("validation"):
            assert [sample.path for sample in judged.samples] == expected["validation"]["paths"]
            assert all(sample.label in sample.path for sample in judged.samples)
            assert np.allclose(judged.y_proba, expected["validation"]["probabilities"], **CLOSE)
        else:
            assert judged is None
        source = tmp_path / "again.zip"
        await save_project(project, source)


@pytest.mark.parametrize("name", PROJECTS)
async def test_projects_of_every_version_know_their_parameters(name):
    parameters = (await open_project(DATA / name, engine=NumpyEngine())).classifier.get_params()
    augmentation = parameters["augmentation"]
    parameters["augmentation"] = augmentation and asdict(augmentation)
    assert parameters.items() >= EXPECTED[name]["parameters"].items()


@pytest.mark.parametrize("name", [name for name in PROJECTS if "photos" not in name])
async def test_projects_of_every_version_go_on_without_computing_features_again(name):
    engine = NumpyEngine()
    project = await open_project(DATA / name, engine=engine)
    n = engine.n_predicted
    assert len(await project.classifier.extract_features(project.photos)) == len(project.photos.samples)
    assert engine.n_predicted == n
    await project.classifier.set_params(epochs=1, augmentation=None).fit(project.dataset)
    assert set(project.classifier.classes_) == {"red", "green", "blue"}


# What a later version may add. Each note is a warning that names what was ignored.


def edited(name: str, change, member: str) -> bytes:
    """A fixture whose JSON file of this name is changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(DATA / name) as old, zipfile.ZipFile(buffer, "w") as file:
        for one in old.namelist():
            content = old.read(one)
            if one == member:
                description = json.loads(content)
                change(description)
                content = json.dumps(description).encode()
            file.writestr(one, content)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["archive-2ff51a1.zip", "archive-cd6b345.zip", "archive-6dce021-uint8.zip"])
async def test_fields_of_a_later_versions_card_are_ignored_with_a_note(name):
    def change(metadata):
        metadata["userMetadata"]["pyclassifier"]["card"]["mean"] = [0.5, 0.5, 0.5]

    with pytest.warns(Warning, match="mean"):
        classifier = await AsyncImageClassifier.load(edited(name, change, "metadata.json"), engine=NumpyEngine())
    await assert_is_as_it_was_written(classifier, EXPECTED[name])


@pytest.mark.parametrize("name", ["project-d00a82a.zip", "project-31d4304.zip", "project-cd6b345.zip"])
async def test_a_project_of_a_later_version_is_read_with_a_note(name):
    def change(description):
        description["version"] += 1
        description["thumbnails"] = [{"photo": 0}]

    with pytest.warns(Warning, match="version"):
        project = await open_project(edited(name, change, "project.json"), engine=NumpyEngine())
    await assert_project_is_as_it_was_written(project, EXPECTED[name])


@pytest.mark.parametrize("name", ["project-d00a82a.zip", "project-31d4304.zip", "project-cd6b345.zip"])
async def test_parameters_of_a_later_version_are_ignored_with_a_note(name):
    def change(description):
        description["parameters"]["weight_decay"] = 0.01

    with pytest.warns(Warning, match="weight_decay"):
        project = await open_project(edited(name, change, "project.json"), engine=NumpyEngine())
    await assert_project_is_as_it_was_written(project, EXPECTED[name])


@pytest.mark.parametrize("name", ["archive-2ff51a1.zip", "archive-cd6b345.zip"])
async def test_what_else_a_later_version_records_of_a_training_is_kept(name):
    def change(metadata):
        metadata["userMetadata"]["pyclassifier"]["run"]["parameters"]["weight_decay"] = 0.01

    classifier = await load(edited(name, change, "metadata.json"))
    await assert_is_as_it_was_written(classifier, EXPECTED[name])
    assert (await load(await classifier.save())).record_["run"]["parameters"]["weight_decay"] == 0.01
