"""A classifier of photos as scikit-learn's estimator, in scikit-learn's own tools and by its own checks."""

import gc
import inspect
import io
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from conftest import IN_PYODIDE
from numpy_engine import N_FEATURES, NumpyEngine
from photos import COLORS, color_dataset, encode, noisy
from PIL import Image

from pyclassifier import AsyncImageClassifier, Dataset, ImageClassifier
from pyclassifier.backbones import small_cnn
from pyclassifier.engines.numpy import NumpyEngine as OwnEngine
from pyclassifier.errors import DatasetError, ImageDecodeError

if IN_PYODIDE:
    pytest.skip(
        "scikit-learn is not loaded for these tests; tests/browser tries it in a notebook", allow_module_level=True
    )
pytest.importorskip("sklearn", reason="scikit-learn is not installed")

from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator

from pyclassifier.classifiers.for_sklearn import ImageFeatures, SKLearnClassifier

# Photos of three colours, and labels whose order is another one as numbers and as words.
X = [noisy(color, 10 * k + i) for k, color in enumerate(COLORS.values()) for i in range(8)]
Y = np.repeat([10, 2, 33], 8)


def classifier(**parameters) -> ImageClassifier:
    return ImageClassifier(**{"input_size": 32, "cv": 0, "validation_split": 0, "engine": NumpyEngine(), **parameters})


@pytest.fixture
def n_predicted(monkeypatch):
    """How many photos any engine has computed features of, and heads have named."""
    rows = []
    build = NumpyEngine.build

    async def counted(self, topology, weights):
        model = await build(self, topology, weights)
        predict = model.predict

        async def counting(X):
            if X.ndim == 4:
                rows.extend(X)
            return await predict(X)

        model.predict = counting
        return model

    monkeypatch.setattr(NumpyEngine, "build", counted)
    return lambda: len(rows)


# scikit-learn's own checks feed matrices of numbers. Here each of their rows is a plain photo, whose colour is the
# row's first three numbers; all the rest is the estimators as they are.


def as_photos(X):
    X = X if hasattr(X, "toarray") else np.asarray(X)
    if X.ndim != 2 or not X.shape[1] or np.iscomplexobj(X):
        return X
    colors = np.zeros((len(X), 3))
    colors[:, : X.shape[1]] = np.tanh(X[:, :3].astype(float) / 8)
    return [np.full((32, 32, 3), color, np.uint8) for color in np.round(127.5 * (1 + colors))]


class Uncounted(NumpyEngine):
    build = OwnEngine.build  # Its parameters are not to be changed by a fit, not even a count of photos.


class OfMatrices:
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True  # Else scikit-learn checks nothing.
        return tags

    def fit(self, X, y=None):
        return super().fit(as_photos(X), y)


class CheckedClassifier(OfMatrices, SKLearnClassifier):
    def predict_proba(self, X):
        return super().predict_proba(as_photos(X))


class CheckedFeatures(OfMatrices, ImageFeatures):
    def transform(self, X):
        return super().transform(as_photos(X))


NO_WIDTH = "photos of any width and height go in: there is no number of columns to keep to"
NO_ROWS = "a row of numbers is a list of things that are no photos, and is refused by a TypeError"
LEFT_OUT = {
    "check_n_features_in": NO_WIDTH,
    "check_n_features_in_after_fitting": NO_WIDTH,
    "check_estimators_empty_data_messages": f"{NO_WIDTH}, none included; no rows at all are refused",
    "check_estimators_nan_inf": "pixels are uint8, which has no nan",
    "check_complex_data": "pixels are uint8, and what is not is refused",
    "check_estimator_sparse_array": "a sparse matrix is no photo, and is refused as any other thing that is none",
    "check_estimator_sparse_matrix": "as sparse arrays",
    "check_fit1d": NO_ROWS,
    "check_fit2d_predict1d": NO_ROWS,
}


@pytest.mark.parametrize(
    ("estimator", "left_out", "n_passed"),
    [
        # Of these, what comes before the last assertion, which is about columns: see the next test.
        (CheckedClassifier, {**LEFT_OUT, "check_classifiers_train": NO_WIDTH}, 40),
        (CheckedFeatures, {**LEFT_OUT, "check_transformer_general": NO_WIDTH}, 35),
    ],
)
def test_scikit_learns_checks_pass_but_for_those_of_matrices(estimator, left_out, n_passed):
    parameters = {"cv": 0, "validation_split": 0, "l2": 1e-3, "duplicate_threshold": None}
    taken = {name: value for name, value in parameters.items() if name in inspect.signature(estimator).parameters}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checked = check_estimator(estimator(input_size=32, engine=Uncounted(), **taken), on_fail=None, on_skip=None)
    failed = {one["check_name"]: repr(one["exception"]) for one in checked if one["status"] == "failed"}
    assert set(failed) == set(left_out), failed
    assert sum(one["status"] == "passed" for one in checked) >= n_passed


def test_the_checks_of_training_and_of_transforming_fail_by_the_number_of_columns_alone():
    from sklearn.utils.estimator_checks import check_classifiers_train, check_transformer_general

    parameters = {"input_size": 32, "engine": NumpyEngine()}
    trained = CheckedClassifier(**parameters, cv=0, validation_split=0)
    for check, estimator in (
        (check_classifiers_train, trained),
        (check_transformer_general, CheckedFeatures(**parameters)),
    ):
        with pytest.raises(AssertionError, match="does not raise an error when the number of features in"):
            check(type(estimator).__name__, estimator)


def test_they_say_that_they_take_no_matrices_and_have_the_parameters_of_the_classifier():
    for estimator in (SKLearnClassifier(), ImageFeatures()):
        tags = get_tags(estimator).input_tags
        assert not tags.two_d_array and tags.three_d_array and tags.string
    assert inspect.signature(SKLearnClassifier).parameters == inspect.signature(ImageClassifier).parameters
    ours = inspect.signature(ImageClassifier).parameters
    assert all(ours[name].default == one.default for name, one in inspect.signature(ImageFeatures).parameters.items())
    made = classifier(l2=0.5, views="flip").as_sklearn()
    assert made.get_params() == classifier(l2=0.5, views="flip", engine=made.engine).get_params()
    assert clone(made).get_params() == made.get_params(), "its engine is the same one"
    assert made.set_params(l2=0.25).l2 == 0.25 and "l2=0.25" in repr(made)
    with pytest.raises(ValueError, match="Invalid parameter 'l3'"):
        made.set_params(l3=1)
    with pytest.raises(TypeError, match="l3"):
        SKLearnClassifier(l3=1)


def test_labels_and_probabilities_are_in_the_order_of_the_labels_own_kind():
    estimator = classifier().as_sklearn()
    assert estimator.fit(X, Y) is estimator
    assert estimator.classes_.tolist() == [2, 10, 33] and estimator.classifier_.classes_.tolist() == ["10", "2", "33"]
    y_proba = estimator.predict_proba(X)
    assert y_proba.shape == (24, 3) and np.allclose(y_proba.sum(axis=1), 1)
    predicted = estimator.predict(X)
    assert predicted.dtype == Y.dtype and np.array_equal(predicted, Y) and estimator.score(X, Y) == 1
    assert np.array_equal(estimator.classes_[y_proba.argmax(axis=1)], Y)
    assert estimator.score(X, np.full(24, 2), sample_weight=[0] * 16 + [1] * 8) == 0
    assert get_scorer("roc_auc_ovr")(estimator, X, Y) == 1 and get_scorer("neg_log_loss")(estimator, X, Y) > -0.5
    # What is learned is what the classifier learns of the same photos.
    words = Dataset(tuple(sample for sample in color_dataset(4).samples))
    ours = classifier().fit(words)
    theirs = classifier().as_sklearn().fit(words, words.y)
    assert np.allclose(theirs.predict_proba(X), ours.predict_proba(X), atol=1e-6)
    assert theirs.classifier_.record_["run"]["parameters"] == ours.record_["run"]["parameters"]


def test_another_fit_forgets_the_one_before():
    estimator = classifier().as_sklearn().fit(X, Y)
    estimator.fit(X[:16], np.repeat(["left", "right"], 8))
    assert estimator.classes_.tolist() == ["left", "right"] and estimator.predict_proba(X).shape == (24, 2)
    with pytest.raises(ValueError, match="at least 2 classes, got 1 class"):
        estimator.fit(X[:8], Y[:8])
    assert estimator.predict(X[:1]).tolist() == ["left"], "a fit that fails leaves what was there"


def test_weights_of_classes_have_the_labels_own_kind():
    fair, unfair = (
        classifier(class_weight=weights).as_sklearn().fit(X, Y).predict_proba(X)[:, 0].mean()
        for weights in (None, {2: 50.0})
    )
    assert unfair > fair
    assert classifier(class_weight="balanced").as_sklearn().fit(X, Y).score(X, Y) == 1


def test_a_search_computes_the_features_of_each_photo_once_and_its_best_model_is_saved(n_predicted, tmp_path):
    grid = {"l2": [1e-3, 1e-1], "class_weight": [None, "balanced"]}
    search = GridSearchCV(classifier().as_sklearn(), grid, cv=StratifiedKFold(2)).fit(X, Y)
    assert n_predicted() == len(X), "in 9 fits, and as many scores"
    assert search.best_score_ == 1 and search.predict(X[::8]).tolist() == [10, 2, 33]
    search.best_estimator_.classifier_.save(tmp_path / "model.zip")
    loaded = ImageClassifier.load(tmp_path / "model.zip", engine=NumpyEngine())
    assert np.allclose(loaded.predict_proba(X)[:, [1, 0, 2]], search.predict_proba(X), atol=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda ours: ours.as_sklearn(),
        lambda ours: make_pipeline(ours.as_transformer(), LogisticRegression()),
    ],
    ids=["classifier", "features"],
)
def test_models_of_clones_that_are_gone_are_freed(make):
    engine = NumpyEngine()
    estimator = make(classifier(engine=engine))
    cross_val_score(estimator, X, Y, cv=3)
    gc.collect()
    assert engine.memory()["numTensors"] == 0
    estimator.fit(X, Y)
    held = engine.memory()
    assert held["numTensors"] > 0
    estimator.fit(X, Y)
    gc.collect()
    assert engine.memory() == held
    estimator = clone(estimator)
    gc.collect()
    assert engine.memory()["numTensors"] == 0


def test_features_go_into_a_head_of_ones_own(n_predicted):
    features = classifier().as_transformer()
    pipeline = make_pipeline(features, LogisticRegression(max_iter=1000))
    search = GridSearchCV(pipeline, {"logisticregression__C": [0.1, 10]}, cv=2).fit(X, Y)
    assert search.best_score_ == 1 and n_predicted() == len(X)
    rows = search.best_estimator_[0].transform(X)
    assert np.array_equal(rows, classifier().extract_features(X)) and rows.dtype == np.float32
    assert pipeline.set_params(imagefeatures__views="flip")[0].views == "flip"
    assert len(features.fit(X).get_feature_names_out()) == rows.shape[1] == N_FEATURES
    flat = classifier(input_size=64, pooling="flatten").as_transformer().fit(X)
    assert flat.transform(X[:1]).shape == (1, 4 * N_FEATURES) and len(flat.get_feature_names_out()) == 4 * N_FEATURES


def test_photos_come_as_they_are_at_hand(tmp_path):
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    paths = [tmp_path / f"{i}.png" for i in range(len(X))]
    for path, pixels in zip(paths, X, strict=True):
        path.write_bytes(encode(pixels))
    expected = classifier().as_sklearn().fit(X, Y).predict_proba(X)
    lists = {
        "paths": paths,
        "names": [str(path) for path in paths],
        "an array of names": np.array([str(path) for path in paths]),
        "a column": pd.Series([str(path) for path in paths], index=range(5, 29)),
        "bytes": [path.read_bytes() for path in paths],
        "Pillow images": [Image.open(io.BytesIO(path.read_bytes())) for path in paths],
        "one array": np.stack(X),
    }
    for name, given in lists.items():
        assert np.allclose(classifier().as_sklearn().fit(given, Y).predict_proba(given), expected, atol=1e-6), name
        assert cross_val_score(classifier().as_sklearn(), given, Y, cv=2).tolist() == [1, 1], name
    grey = np.stack([pixels.mean(axis=2).astype(np.uint8) for pixels in X])
    assert classifier().as_transformer().fit_transform(grey).shape == (24, N_FEATURES)
    table = pd.DataFrame({"path": lists["names"], "weight": np.tile([1.0, 2.0], 12)})
    columns = ColumnTransformer([("photo", classifier().as_transformer(), "path")], remainder="passthrough")
    pipeline = make_pipeline(columns.set_output(transform="pandas"), LogisticRegression(max_iter=1000))
    assert cross_val_score(pipeline, table, Y, cv=2).tolist() == [1, 1]
    named = pipeline.fit(table, Y)[0].get_feature_names_out()
    assert named[0] == "photo__imagefeatures0" and named[-1] == "remainder__weight"
    with pytest.raises(TypeError, match=r"got a table. Choose its column of paths, such as table\['path'\]"):
        classifier().as_sklearn().fit(table, Y)


def test_marks_of_samples_do_not_count():
    dataset = color_dataset(4)
    marked = Dataset.from_files([(one.path, one.source) for one in dataset.samples], split="test")
    estimator = classifier().as_sklearn().fit(marked, dataset.y)
    assert estimator.classifier_.n_training_ == 12 and estimator.score(marked, dataset.y) == 1


@pytest.mark.parametrize(
    ("photos", "kind", "message"),
    [
        ("photo.jpg", TypeError, r"Expected a list of photos, got 'photo.jpg' \(str\). Make it a list"),
        (5, TypeError, r"got 5 \(int\)"),
        ([], ValueError, "Expected at least 1 photo, got none"),
        ([1.5, 2.5], TypeError, r"Expected a photo: a path, .*; got 1.5 \(float\)"),
        ([np.zeros((4, 4, 3))] * 2, ValueError, r"whole numbers in 0..255 \(uint8\), got float64"),
        (X[:3], ValueError, "inconsistent numbers of samples"),
        ([b"none", b"none"], DatasetError, "Expected"),
    ],
)
def test_what_cannot_be_learned_from_gets_a_sentence(photos, kind, message):
    with pytest.raises(kind, match=message):
        classifier().as_sklearn().fit(photos, ["cat", "dog"])


def test_unreadable_photos_are_left_out_of_a_fit_and_refused_elsewhere():
    estimator = classifier().as_sklearn().fit([*X, b"none"], [*Y, 2])
    assert [one.path for one in estimator.classifier_.problems_] == ["photo 24"]
    with pytest.raises(ImageDecodeError, match="photo 1"):
        estimator.predict([X[0], b"none"])
    with pytest.raises(ImageDecodeError, match="photo 1"):
        classifier().as_transformer().fit_transform([X[0], b"none"])


def test_before_a_fit_it_is_scikit_learns_error_that_is_raised():
    for method in ("predict", "predict_proba"):
        with pytest.raises(NotFittedError, match="SKLearnClassifier instance is not fitted yet"):
            getattr(classifier().as_sklearn(), method)(X)
    with pytest.raises(NotFittedError):
        classifier().as_transformer().transform(X)


def test_what_was_learned_goes_along_and_stays_apart(tmp_path):
    dataset = color_dataset(6)
    trained = classifier().fit(dataset)
    expected = trained.predict_proba(X)
    estimator = trained.as_sklearn()
    assert estimator.classes_.tolist() == ["blue", "green", "red"] and estimator.score(dataset, dataset.y) == 1
    trained.rename_classes(["b", "g", "r"])
    trained.close()
    assert np.allclose(estimator.predict_proba(X), expected, atol=1e-6)
    assert not hasattr(clone(estimator), "classes_")
    # A model whose classes stand in another order than that of their labels, as its writer had them.
    estimator.classifier_.rename_classes(["z", "y", "x"]).save(tmp_path / "model.zip")
    loaded = ImageClassifier.load(tmp_path / "model.zip", engine=NumpyEngine()).as_sklearn()
    assert loaded.classes_.tolist() == ["x", "y", "z"]
    assert np.allclose(loaded.predict_proba(X), expected[:, ::-1], atol=1e-6)
    assert get_scorer("neg_log_loss")(loaded, X, np.repeat(["z", "y", "x"], 8)) > -0.5


async def test_the_awaited_classifier_gives_the_same_estimators():
    awaited = AsyncImageClassifier(input_size=32, cv=0, engine=NumpyEngine())
    await awaited.fit(color_dataset(6))
    estimator = awaited.as_sklearn()
    assert isinstance(estimator.classifier_, ImageClassifier) and estimator.predict(X[:1]).tolist() == ["blue"]
    assert np.allclose(estimator.predict_proba(X), await awaited.predict_proba(X), atol=1e-6)


def test_other_processes_and_threads_find_the_same():
    joblib = pytest.importorskip("joblib", reason="it comes with scikit-learn")
    estimator = classifier().as_sklearn()
    expected = cross_val_predict(estimator, X, Y, cv=2, method="predict_proba")
    assert np.allclose(cross_val_predict(estimator, X, Y, cv=2, method="predict_proba", n_jobs=2), expected, atol=1e-6)
    with joblib.parallel_backend("threading"):
        found = cross_val_predict(classifier().as_sklearn(), X, Y, cv=2, method="predict_proba", n_jobs=2)
    assert np.allclose(found, expected, atol=1e-6)
    estimator.fit(X, Y)
    again = pickle.loads(pickle.dumps(estimator))
    assert np.allclose(again.predict_proba(X), estimator.predict_proba(X), atol=1e-6)
    assert len(again._cache) == 24, "it remembers what it has seen itself, not what was seen before"
    assert again.fit(X[:16], Y[:16]).classes_.tolist() == [2, 10]


def test_a_backbone_that_photos_choose_is_no_transformer_before_they_did():
    with pytest.raises(ValueError, match='got "auto": fit an ImageClassifier'):
        ImageFeatures("auto").fit(X)
    with pytest.raises(ValueError, match="Expected a pretrained backbone, got a topology"):
        classifier(topology=small_cnn(32)).as_transformer()
    chosen = classifier(backbone="auto").as_transformer()
    assert chosen.backbone == classifier(backbone="auto").card_


def test_without_scikit_learn_a_sentence_says_what_to_install():
    code = """
import sys
sys.modules["sklearn"] = None
from pyclassifier import ImageClassifier
for make in (ImageClassifier().as_sklearn, ImageClassifier().as_transformer):
    try:
        make()
    except ImportError as error:
        print(error)
"""
    folder = Path(inspect.getfile(ImageClassifier)).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder)
    assert done.stdout.count('Install it: pip install "pyclassifier[sklearn]"') == 2, done.stderr


def test_importing_the_package_does_not_import_scikit_learn():
    code = "import sys, pyclassifier\nprint('sklearn' in sys.modules)"
    folder = Path(inspect.getfile(ImageClassifier)).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder)
    assert done.stdout == "False\n", done.stderr
