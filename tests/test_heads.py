"""Heads that are trained on all photos at once, until they have converged; compared with scikit-learn's."""

import numpy as np
import pytest
from clouds import draw_clouds
from conftest import IN_PYODIDE
from numpy_engine import NumpyEngine
from photos import color_dataset

from pyclassifier import AsyncImageClassifier
from pyclassifier.data import one_hot
from pyclassifier.engines import NumpyMatrix
from pyclassifier.progress import Callbacks
from pyclassifier.training import Lesson, TrainSettings, train_head
from pyclassifier.training.compact import Compact, _root
from pyclassifier.training.loss import HeadLoss
from pyclassifier.training.strength import Strength, choose_strength

compared = pytest.mark.skipif(IN_PYODIDE, reason="the reference is on CPython only")


def make_lesson(X, y, *, n=None, weights=None, groups=None, n_photos=None) -> Lesson:
    n = len(y) if n is None else n
    weights = np.ones(n, np.float32) if weights is None else np.asarray(weights, np.float32)
    return Lesson(X, y, weights, np.arange(n) if groups is None else groups, n if n_photos is None else n_photos)


async def train(lesson: Lesson, engine=None, callbacks=None, **settings):
    return await train_head(engine or NumpyEngine(), lesson, TrainSettings(**settings), callbacks or Callbacks())


# The loss, and where it is least.


@pytest.mark.parametrize(("hidden_units", "spread"), [(0, 0.0), (0, 3.0), (4, 0.0), (4, 3.0)])
async def test_slopes_are_those_of_the_values(hidden_units, spread):
    rng = np.random.default_rng(0)
    n_heads = 1 if hidden_units else 2
    weights = rng.uniform(0.5, 2, (9, n_heads, 1)) * (rng.uniform(size=(9, n_heads, 1)) > 0.2)
    Y = (one_hot(np.arange(9) % 3, 3)[:, None] * weights).astype(np.float32)
    X = NumpyMatrix(rng.standard_normal((9, 5)).astype(np.float32))
    loss = HeadLoss(X, Y, 9, 0.02, spread=spread, hidden_units=hidden_units, last_penalty=0.03)
    point = loss.start(5, rng) + rng.standard_normal(loss.start(5, rng).shape) * 0.3
    _, slope = await loss(point)
    for i in range(len(point)):
        step = np.zeros(len(point))
        step[i] = 3e-3
        expected = ((await loss(point + step))[0] - (await loss(point - step))[0]) / 6e-3
        # Values are computed with 32 bits: off by 1e-7 / 6e-3; and a relu may have its bend between the two.
        assert slope[i] == pytest.approx(expected, abs=2e-3 if hidden_units else 2e-4)


@compared
@pytest.mark.parametrize(("counts", "n_features"), [([9, 9, 9], 60), ([60, 20, 40], 30), ([15, 15], 400)])
@pytest.mark.parametrize("C", [0.003, 0.3])
@pytest.mark.parametrize("class_weight", [None, "balanced"])
async def test_with_a_penalty_that_is_given_it_is_scikit_learns(counts, n_features, C, class_weight):
    from sklearn.linear_model import LogisticRegression
    from sklearn.utils.class_weight import compute_sample_weight

    X, y = draw_clouds(counts, n_features)
    # For two classes it has one row of weights, whose square is twice the sum of two that are opposite.
    same = C * 2 if len(counts) == 2 else C
    reference = LogisticRegression(C=same, class_weight=class_weight, tol=1e-8, max_iter=10_000).fit(X, y)
    new, _ = draw_clouds([20] * len(counts), n_features, seed=1)
    head = await train(make_lesson(X, y, weights=compute_sample_weight(class_weight, y)), l2=0.5 / (C * len(y)))
    expected = reference.predict_proba(new)
    assert np.abs(await head.model.predict(new) - expected).max() < 0.01, "as near as a tolerance of 1e-6 nats is"
    assert (head.l2, head.spread) == (0.5 / (C * len(y)), 0)


async def test_features_need_no_more_columns_than_there_are_rows():
    engine = NumpyEngine()
    X, _ = draw_clouds([10, 10], 300)
    compact = await Compact.make(engine, X, 15)
    assert compact.X.shape == (20, 20) and compact.learned.shape == (15, 15)
    centred = X - X[:15].mean(axis=0)
    products = centred @ centred.T / (centred[:15] ** 2).sum(axis=1).mean()
    assert np.abs(compact.X @ compact.X.T - products).max() < 1e-4
    assert np.abs(compact.learned @ compact.learned.T - products[:15, :15]).max() < 1e-4
    rng = np.random.default_rng(0)
    kernel, bias = rng.standard_normal((20, 2)), rng.standard_normal(2)
    restored, own = compact.restore(kernel, bias)
    assert restored.shape == (300, 2)
    assert np.abs((X @ restored + own) - (compact.X @ kernel + bias)).max() < 0.01
    assert not engine.live


@pytest.mark.parametrize("error", [1e-7, 3e-5, 1e-2])
def test_products_with_rounding_errors_have_a_root_or_none_but_no_nan(error):
    """Pyodide's numpy gives nan for a matrix that is not positive definite, where others raise."""
    X = np.random.default_rng(0).normal(0, 1, (36, 5))
    X -= X.mean(axis=0)
    X /= np.sqrt(np.square(X).sum(axis=1).mean())
    products = X @ X.T - error * np.eye(36)
    root = _root(products)
    if error == 1e-2:
        assert root is None
    else:
        assert np.abs(root @ root.T - products).max() < 2e-4


async def test_photos_that_are_all_alike_give_the_shares_of_the_classes():
    X, y = np.ones((12, 40), np.float32), np.array([0] * 8 + [1] * 4)
    head = await train(make_lesson(X, y))
    assert np.abs(await head.model.predict(X[:1]) - [[2 / 3, 1 / 3]]).max() < 0.02
    assert (await train(make_lesson(X[4:], y[4:]))).history["loss"][-1] == pytest.approx(np.log(2))


# As good as scikit-learn's, strength and all.

SIZES = [
    *([5, 5], [30, 30], [200, 200], [10, 100], [5] * 10, [30] * 10, [10, 100] * 5, [5] * 50),
    *(pytest.param(counts, marks=pytest.mark.full) for counts in ([200] * 10, [30] * 50, [10, 100] * 25, [200] * 50)),
]


@compared
@pytest.mark.parametrize("counts", SIZES, ids=lambda counts: f"{len(counts)} classes of {min(counts)}-{max(counts)}")
async def test_it_recognises_as_many_as_scikit_learns(counts):
    import warnings

    from sklearn.linear_model import LogisticRegressionCV
    from sklearn.model_selection import StratifiedKFold

    n_features = 1024 if sum(counts) < 200 else 200
    ours, theirs = [], []
    for seed in range(max(1, min(12, 600 // sum(counts) // len(counts)))):
        X, y = draw_clouds(counts, n_features, seed=2 * seed, world=seed)
        new, y_new = draw_clouds([4000 // len(counts)] * len(counts), n_features, seed=2 * seed + 1, world=seed)
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        strengths = 10.0 ** np.arange(-4, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reference = LogisticRegressionCV(Cs=strengths, cv=folds, scoring="neg_log_loss", max_iter=200)
            theirs.append((reference.fit(X, y).predict(new) == y_new).mean())
        head = await train(make_lesson(X, y))
        ours.append(((await head.model.predict(new)).argmax(axis=1) == y_new).mean())
    assert np.mean(ours) > np.mean(theirs) - 0.005, (np.mean(ours), np.mean(theirs))
    assert 1.2 / len(counts) < np.mean(ours) < 0.999, "neither by chance nor all"


# How the strength is chosen.


async def choose(X, y, **lesson) -> Strength:
    engine = NumpyEngine()
    taught = make_lesson(X, y, **lesson)
    compact = await Compact.make(engine, X, taught.n)
    strength = await choose_strength(engine, compact.learned, taught, 0, None)
    assert not engine.live
    return strength


def alike(n: int):
    """Photos that tell nothing of their labels, each there twice."""
    rng = np.random.default_rng(0)
    X = np.repeat(rng.standard_normal((n, 50)), 2, axis=0) + rng.standard_normal((2 * n, 50)) * 0.01
    return X.astype(np.float32), np.repeat(rng.integers(0, 2, n), 2), np.repeat(np.arange(n), 2)


async def test_what_belongs_together_is_not_parted_to_choose_the_strength():
    X, y, groups = alike(30)
    assert (await choose(X, y, groups=groups)).inverse <= 2, "there is nothing to learn"
    assert (await choose(X, y)).inverse >= 32, "what was learned by heart comes up again"


async def test_changed_copies_are_not_what_is_judged_by():
    rng = np.random.default_rng(0)
    X, y = draw_clouds([20, 20], 50)
    noise = rng.standard_normal((200, 50)).astype(np.float32) * 9
    copies, of = np.concatenate([X, noise]), np.arange(200) % 40
    given = {"groups": np.concatenate([np.arange(40), of]), "n_photos": 40}
    with_copies = await choose(copies, np.concatenate([y, y[of]]), **given)
    judged_too = await choose(copies, np.concatenate([y, y[of]]), **given | {"n_photos": 240})
    assert with_copies.inverse > judged_too.inverse


@pytest.mark.parametrize("groups", [[0, 0, 1, 1], [0, 0, 0, 0], [0, 1, 2, 2]])
async def test_few_photos_and_few_groups_are_enough(groups):
    X, y = draw_clouds([2, 2], 30)
    head = await train(make_lesson(X, y, groups=np.array(groups)))
    assert head.l2 > 0 and (await head.model.predict(X)).argmax(axis=1).tolist() == [0, 0, 1, 1]
    single = await train(make_lesson(X[[0, 2]], y[[0, 2]]))
    assert (await single.model.predict(X[[0, 2]])).argmax(axis=1).tolist() == [0, 1]


async def test_what_differs_within_classes_counts_only_where_it_helps():
    assert (await choose(*draw_clouds([20] * 5, 100))).spread > 0
    rng, y = np.random.default_rng(0), np.repeat(np.arange(4), 10)
    round_clouds = rng.standard_normal((4, 6))[y] + rng.standard_normal((40, 6))
    assert (await choose(round_clouds.astype(np.float32), y)).spread == 0


async def test_a_class_whose_photos_do_not_count_is_not_recognised():
    X, y = draw_clouds([10, 10, 10], 40)
    head = await train(make_lesson(X, y, weights=np.where(y == 1, 0, 1)))
    assert not ((await head.model.predict(X)).argmax(axis=1) == 1).any()


# Epochs, which are steps.


async def test_it_learns_until_it_has_converged_and_the_last_step_counts():
    X, y = draw_clouds([30, 30], 200, apart=0.5)
    seen = []
    head = await train(make_lesson(X, y, n=40), callbacks=Callbacks(on_epoch=seen.append))
    history = head.history
    assert 5 < len(history["loss"]) < 60 and [len(h["loss"]) for h in seen] == list(range(1, len(seen) + 1))
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"} and not head.stopped
    assert history["loss"][-1] - min(history["loss"]) < 0.01 and history.best_epoch == len(history["loss"])
    judged = -np.log(head.y_proba[np.arange(20), y[40:]]).mean()
    assert judged == pytest.approx(history["val_loss"][-1], abs=1e-4)


@pytest.mark.parametrize("epochs", [3, 80])
async def test_epochs_that_are_asked_for_are_gone_through(epochs):
    X, y = draw_clouds([30, 30], 200, apart=0.2)
    head = await train(make_lesson(X, y, n=40), epochs=epochs)
    losses = head.history["val_loss"]
    assert len(losses) == epochs and not head.stopped
    assert head.history.best_epoch == losses.index(min(losses)) + 1
    judged = -np.log(head.y_proba[np.arange(20), y[40:]]).mean()
    assert judged == pytest.approx(min(losses), abs=1e-4)


async def test_patience_ends_it_and_keeps_the_best_step():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 30)).astype(np.float32), rng.integers(0, 2, 60)
    head = await train(make_lesson(X, y, n=40), l2=0.0, patience=2)
    losses = head.history["val_loss"]
    assert len(losses) == head.history.best_epoch + 2 and not head.stopped
    assert head.history.best_epoch == losses.index(min(losses)) + 1


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
async def test_what_is_ended_early_keeps_what_it_has_learned(error):
    X, y = draw_clouds([30, 30], 200)
    engine, seen = NumpyEngine(), []

    def note(history):
        seen.append(history)
        if error and len(seen) == 3:
            raise error

    callbacks = Callbacks(on_epoch=note, should_stop=lambda: len(seen) >= 3)
    head = await train(make_lesson(X, y), engine, callbacks)
    assert head.stopped and len(head.history["loss"]) == 3 and isinstance(head.interruption, error or type(None))
    assert ((await head.model.predict(X)).argmax(axis=1) == y).mean() > 0.8
    head.model.dispose()
    assert not engine.live


async def test_stopped_before_the_strength_is_chosen_it_learns_one_step():
    X, y = draw_clouds([30, 30], 200)
    head = await train(make_lesson(X, y), callbacks=Callbacks(should_stop=lambda: True))
    assert head.stopped and len(head.history["loss"]) == 1


async def test_a_hidden_layer_converges_too():
    X, y = draw_clouds([30, 30, 30], 100)
    new, y_new = draw_clouds([300] * 3, 100, seed=1)
    linear, hidden, by_adam = [
        await train(make_lesson(X, y), **settings)
        for settings in ({}, {"hidden_units": 20}, {"hidden_units": 20, "epochs": 5})
    ]
    assert list(hidden.model.weights()) == ["head_hidden/kernel", "head_hidden/bias", "head_probabilities/kernel"]
    accuracies = [((await head.model.predict(new)).argmax(axis=1) == y_new).mean() for head in (linear, hidden)]
    assert min(accuracies) > 0.75 and abs(accuracies[0] - accuracies[1]) < 0.05
    assert hidden.l2 > 0 and len(by_adam.history["loss"]) == 5 and by_adam.l2 == 0


async def test_large_products_are_the_engines_and_all_is_given_back():
    X, y = draw_clouds([150] * 4, 500)
    engine, held = NumpyEngine(), []
    load = engine.load_matrix

    async def load_matrix(X):
        held.append(X.shape)
        return await load(X)

    engine.load_matrix = load_matrix
    (await train(make_lesson(X, y, n=500), engine)).model.dispose()
    assert (500, 500) in held and not engine.live

    def fail(history):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await train(make_lesson(X, y), engine, Callbacks(on_epoch=fail))
    assert not engine.live


async def test_what_it_chose_is_on_record_and_its_last_step_counts_when_it_is_opened():
    classifier = await AsyncImageClassifier(input_size=32, engine=NumpyEngine()).fit(color_dataset(8))
    parameters = classifier.record_["run"]["parameters"]
    assert parameters["l2"] > 0 and parameters["spread"] >= 0 and parameters["epochs"] is None
    assert classifier.best_epoch_ == len(classifier.history_["loss"]) and not classifier.stopped_
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    assert opened.best_epoch_ == classifier.best_epoch_ and opened.history_ == classifier.history_
    assert "hidden" not in str(opened._learned.head.topology)
