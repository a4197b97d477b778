"""The classifier: labelled photos in, something that recognises new ones out, with honest figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from ..blocking import blocking_method, chained_method, run
from ..engines import Engine
from .asynchronous import AsyncImageClassifier
from .base import BaseImageClassifier


class ImageClassifier(BaseImageClassifier):
    """Image classifier by transfer learning: a pretrained backbone's features, and a small head trained on them.

    Parameters
    ----------
    backbone : str or ModelCard
        A name in `pyclassifier.CATALOG`; two joined by "+" have their features side by side. "auto" lets the photos
        choose: `fit` computes their features by the two that are built in, judges by folds of the photos to learn from
        each of them and both side by side, and keeps the cheapest of those that are as good as the best; see
        ``backbones_`` and `pyclassifier.training.choose_backbone`. Before a `fit`, it is the first one. Where folds
        judge (see ``cv``), most photos had a part in this choice among three, and the figures are a little too good;
        ``cv=0``, or photos marked for validation or test, are free of that.
    input_size : int, optional
        Side of the backbone's input in pixels, a multiple of 32; by default the card's. Smaller is faster and less
        accurate.
    fit_mode : {"crop", "pad", "stretch", "central"}, optional
        How photos become square, see `pyclassifier.backbones.Preprocessing`; by default as the card says.
    pooling : {"avg", "flatten"}
        Train on the mean of the feature map, or on all of it.
    views : {"flip", "crop", "flip+crop"}, optional
        Beside each photo its mirror image, or its middle from nearer by (three quarters of both sides), or both: the
        head is trained on the mean of the features of all views, and predicts by it, which takes twice or three times
        as long as one view. It is test-time augmentation, in training as well; ``views_`` tells what it made of the
        figures. Not "flip" alone where left and right matter, as in arrows: a photo and its mirror image have the same
        mean. An archive has the views as layers of its network, so that every reader sees them, too.
    hidden_units : int
        Units of the head's hidden layer, between the features and the classes; 0 is none.
    l2 : float, optional
        How strongly the head's weights are held down: what the sum of their squares counts in the loss, as
        `keras.regularizers.L2`. By default it is chosen on the training photos, by folds among them that keep together
        what belongs together; a head without hidden layer is then also held to give the photos of a class alike
        values, where the folds say that this helps. 0 where a hidden layer learns in epochs, or there is a `topology`.
    epochs : int, optional
        By default a head learns from all photos at once, in steps of a method that converges (L-BFGS), until it has;
        these steps are its epochs. As many as are given are gone through. With a hidden layer these are passes of Adam
        over the photos, and so are those of a `topology`, by default 20.
    learning_rate, batch_size, patience
        Of Adam, as in `pyclassifier.engines.FitConfig`; ``patience`` of all trainings. By default a batch has 16
        photos, and more where an epoch of many photos would have more than 50 steps.
    class_weight : {"balanced"} or dict of str to float, optional
        Weight of the photos of each class in training: "balanced" makes up for classes with few photos, a dict gives
        the weights by label, 1 where it has none.
    validation_split : float
        Share of each class to judge by, in 0..1, where the photos are not marked already. Drawn by content: the same
        photos and seed give the same draw, and photos that belong together (duplicates, near-duplicates, a
        `Sample.group`) stay on one side. Photos that are marked for test have no part in that, nor in any choice.
    split_recordings : bool
        Whether a class whose photos are all of one recording (a `Sample.group`), of 20 or more, is judged by the last
        of them, in the order of their paths, with a gap before: a tenth of them, which only the final model learns from
        (``refit``). Photos of one recording look much alike: such figures are too good, and ``leaks_`` names the
        photos. Else nobody knows how well the class is recognised (`Evaluation.unjudged`); a second one tells more.
    cv : int or "auto"
        Number of folds to judge by instead of one draw, where photos are not marked already: each photo is then judged
        once, by a head that has learned from the other folds, with the ``l2`` that the first one chose. 0 draws once;
        "auto" takes 5 folds, and 10 of up to 200 photos, where one draw would leave a class fewer than 10 photos to
        judge by, and a head learns from all photos at once (see ``epochs``), which takes but a moment.
    refit : bool
        Whether, once it is judged, the head is fitted again on all photos but those for test, as
        `sklearn.model_selection.GridSearchCV` does it: with the settings (``l2``, epochs) that were chosen before.
        Figures, reliability and threshold stay those of photos that had not been learned from then: of a head with
        fewer photos, which is seldom better. Else photos to judge by are never learned from; of folds, the first one's
        head is kept. A `topology` is trained twice for that.
    duplicate_threshold : float, "auto" or None
        Cosine similarity of features, in 0..1 (0 excluded), from which on two photos are near-duplicates (see
        `pyclassifier.embedding.near_duplicates`), "auto" as the card says; None lets only files of the same content
        count.
    random_state : int
        Seed of split, folds, initial weights and order.
    augmentation : Augmentation, optional
        Changed copies of the training photos to train on as well; by default none.
    topology : dict, optional
        A network to train from scratch, without a backbone: `pyclassifier.layers.small_cnn` or one of your own. It
        gets the pixels in 0..1 at its own size, grey ones where it has one channel.
    fine_tune : int or True, optional
        How many of the backbone's last blocks are trained further, together with the head that was trained on them as
        they were published; True is 7, where there are so many. For photos unlike those of ImageNet, such as hand
        signs, drawings or microscopes' pictures. It takes minutes where there is no graphics processor, and memory, of
        which `measure_fine_tuning` tells. At most 8 epochs of Adam, with ``batch_size`` photos each step, at
        ``learning_rate`` for the head and 0.3 of it for the blocks; the epoch with the lowest ``val_loss`` counts,
        and three without a lower one are the end. Where the validation photos say that it does not help, the head is
        kept alone. These are drawn once, whatever ``cv`` says. With ``refit``, blocks that are kept are trained once
        more, on these photos as well: from where they were published, for as many epochs as were the best.
    engine : Engine, optional
        What does the tensor arithmetic; by default the platform's.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), str
        Labels in the order of the outputs.
    history_ : History
        ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``, one value per epoch, of the head that was judged; of the
        first fold's, where there are folds.
    evaluation_ : Evaluation or None
        Figures on the validation photos, or those of all folds; None where there were none.
    test_evaluation_ : Evaluation or None
        Figures on the photos that are marked for test, judged once, in the end; None where there were none.
    validation_ : Predictions or None
        The validation photos with what they were taken for, before they were learned from: ``validation_.mistakes()``
        are the wrong ones, the worst first, ``validation_.select("cat", "dog")`` those of a cell of the confusion
        matrix. None where there were none, or where it was loaded.
    calibration_ : Calibration or None
        What the validation photos tell about the probabilities: reliability curve, and the threshold of "none of
        these".
    leaks_ : tuple of Leak
        Photos marked for validation or test that have a duplicate, a near-duplicate or one of their group among the
        photos that are learned from.
    problems_ : tuple of Problem
        Files that were not used.
    n_training_ : int
        Number of photos it was trained on, with ``refit`` those included that it was judged by before.
    stopped_ : bool
        Whether training was stopped before its end, otherwise than by ``patience``.
    best_epoch_ : int
        Number of the epoch, from 1, whose weights were kept: the last one where it was trained until it had converged,
        or there were no validation photos; else the one with the lowest ``val_loss``. As that is chosen by the photos
        that it is judged by, the figures are then a little too good; `pyclassifier.cross_validate` is free of that.
    split_ : DrawnSplit or None
        Which photos were drawn to judge by, to `fit` again on mended ones with the same split: ``fit(mended,
        split=classifier.split_)``. None where photos were marked.
    fine_tuning_ : FineTuning or None
        What came of training the backbone's last blocks further: the figures before and after, and which was kept.
    views_ : ViewsEffect or None
        What ``views`` made of the figures: those without them on the same photos; None where there were no views, or no
        photos to judge by.
    name_ : str
        What the model is called in an archive.
    deviation_ : float
        As `self_check` found it when the model was loaded; nan for one that was trained here.

    Notes
    -----
    ``views``: A. Krizhevsky, I. Sutskever and G. E. Hinton (2012), "ImageNet classification with deep convolutional
    neural networks", NIPS 25, section 4.1, average over crops and mirror images at test time; on features of a network
    that is not trained further, K. Chatfield, K. Simonyan, A. Vedaldi and A. Zisserman (2014), "Return of the devil in
    the details", BMVC (arXiv:1405.3531), average over them before a linear classifier learns.

    ``pooling="flatten", hidden_units=100, learning_rate=1e-4, epochs=20`` is the head of the TensorFlow.js transfer
    learning tutorial.

    Examples
    --------
    >>> classifier = ImageClassifier(input_size=96)
    >>> classifier.fit(Dataset.from_folder("photos"))  # doctest: +SKIP
    >>> classifier.predict("new.jpg")  # doctest: +SKIP
    """

    load_backbone = chained_method(AsyncImageClassifier.load_backbone)
    fit = chained_method(AsyncImageClassifier.fit)
    fit_features = chained_method(AsyncImageClassifier.fit_features)
    predict_proba = blocking_method(AsyncImageClassifier.predict_proba)
    predict = blocking_method(AsyncImageClassifier.predict)
    predict_photos = blocking_method(AsyncImageClassifier.predict_photos)
    explain = blocking_method(AsyncImageClassifier.explain)
    evaluate = blocking_method(AsyncImageClassifier.evaluate)
    extract_features = blocking_method(AsyncImageClassifier.extract_features)
    measure_fine_tuning = blocking_method(AsyncImageClassifier.measure_fine_tuning)
    measure_storage = blocking_method(AsyncImageClassifier.measure_storage)
    save = blocking_method(AsyncImageClassifier.save)
    restore = chained_method(AsyncImageClassifier.restore)
    self_check = blocking_method(AsyncImageClassifier.self_check)

    @classmethod
    def load(
        cls,
        source: bytes | str | Path,
        *,
        engine: Engine | None = None,
        labels: Sequence[str] | None = None,
        scaling: tuple[float, float] | None = None,
    ) -> Self:
        """Open a zip that `save` or Teachable Machine wrote.

        Parameters
        ----------
        source, engine, labels, scaling
            As in `AsyncImageClassifier.load`.

        Returns
        -------
        ImageClassifier
            Fitted, as `AsyncImageClassifier.load` says.

        Raises
        ------
        ArchiveError, EngineError
            As in `AsyncImageClassifier.load`.
        """
        return run(cls._open(source, engine, labels=labels, scaling=scaling))
