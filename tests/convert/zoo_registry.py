"""The list of models that zoo.py builds, and how to add to it."""

from __future__ import annotations

MODELS = {}


def model(*, only=None, full=False):
    """Register a function (keras, layers) -> model, for one generation of Keras or both."""

    def register(function):
        MODELS[function.__name__] = function, only, full
        return function

    return register


def chain(name, shape, *make, only=None, full=False):
    """Register a model of layers one after another; each is made by a function of `layers`."""

    def build(K, L):
        x = entry = K.Input(shape)
        for one in make:
            x = one(L)(x)
        return K.Model(entry, x)

    MODELS[name] = build, only, full


IMAGE = (9, 8, 6)
LINE = (10, 6)
