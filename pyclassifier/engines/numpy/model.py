"""A model in numpy: what it predicts, and how it learns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from ...backbones import Topology, Weights
from ...errors import EngineError
from ...history import History
from ...progress import OnEpoch, ShouldStop
from ...threads import in_thread, in_threads, single_products
from ..base import Array, FitConfig, Inputs, OnStep
from ..epochs import run_epochs
from ..stored_products import predict_rows
from .descent import Adam
from .gradients import LESSONS, Lesson
from .layers import RULES, Rule, softmax
from .plan import Step, plan

_AT_ONCE = 1 << 17  # Values of pictures that are computed together: more do not stay in a processor's cache.
_SECONDS = 0.1  # So long steps are taken until those who wait hear of it.


def _for_a_while(epoch: Iterator[dict[str, float] | None]) -> dict[str, float] | None:
    """Take steps for a while; what the epoch came to, once it is at its end."""
    until = time.monotonic() + _SECONDS
    logs = next(epoch)
    while logs is None and time.monotonic() < until:
        logs = next(epoch)
    return logs


def parts_of(weights: Weights) -> dict[str, dict[str, Array]]:
    """The weights of each layer, by the layer's name: layer/kernel is the kernel of the layer."""
    parts: dict[str, dict[str, Array]] = {}
    for name, array in weights.items():
        layer, _, part = name.rpartition("/")
        parts.setdefault(layer, {})[part] = array
    return parts


class NumpyModel:
    """A network in numpy; made by `NumpyEngine`.

    Parameters
    ----------
    topology : dict
    weights : mapping of str to ndarray, float32
    rules : mapping of str to callable
        What each kind of layer computes.
    on_dispose : callable
        Called with it when it is disposed of.
    """

    def __init__(
        self,
        topology: Topology,
        weights: Weights,
        rules: Mapping[str, Rule] = RULES,
        on_dispose: Callable[[NumpyModel], object] = lambda model: None,
    ) -> None:
        self.topology = topology
        self._steps = plan(topology)
        self._rules = rules
        self._on_dispose = on_dispose
        self._weights = {name: np.array(array, np.float32) for name, array in weights.items()}
        self._parts = parts_of(self._weights)
        unknown = sorted({step.kind for step in self._steps} - rules.keys())
        if unknown:
            raise EngineError("unknown-layers", known=sorted(rules), got=unknown)

    async def predict(self, X: Inputs) -> Array:
        """Map a batch (N, ...) float32 to the outputs (N, n_outputs) float32."""
        return await self._map(X, self._steps)

    async def feature_map(self, X: Array) -> Array:
        """Map a batch to what the last layer gets; see `Predictor.feature_map`."""
        layers = self.topology["config"].get("layers", ())
        if len(layers) != 2 or "layers" not in layers[0]["config"]:
            raise EngineError("no-feature-extractor")
        return await self._map(X, self._steps[:-1])

    async def _map(self, X: Inputs, steps: Sequence[Step]) -> Array:
        X = np.ascontiguousarray(X, np.float32)
        if X.ndim == 2:
            return self._run(X, steps)
        if not len(X):  # As many columns as others have.
            return self._run(np.zeros((1, *X.shape[1:]), np.float32), steps)[:0]
        n = max(1, _AT_ONCE // X[0].size)
        parts = [X[first : first + n] for first in range(0, len(X), n)]
        return np.concatenate(await in_thread(in_threads, lambda part: self._run(part, steps), parts))

    def _run(self, X: Array, steps: Sequence[Step]) -> Array:
        """Compute all steps, for a few pictures."""
        values: dict[int, Array] = {0: X}
        ours: set[int] = set()  # Values whose memory nothing else looks at.
        for number, step in enumerate(steps, 1):
            inputs = [values[source] for source in step.inputs]
            free = step.inputs[0] in ours and step.inputs[0] in step.last_for
            try:
                made = self._rules[step.kind](step.config, self._parts.get(step.name, {}), inputs, free)
            except (NotImplementedError, KeyError, ValueError, TypeError) as error:
                raise EngineError("layer-failed", layer=f"{step.name} ({step.kind})", error=str(error)) from error
            if free or not any(np.may_share_memory(made, one) for one in inputs):
                ours.add(number)
            for source in step.last_for:
                del values[source]
            values[number] = made
        return np.ascontiguousarray(values[len(steps)] if steps else X, np.float32)

    async def fit(
        self,
        X: Inputs,
        Y: Array,
        config: FitConfig,
        *,
        validation: tuple[Inputs, Array] | None = None,
        on_epoch: OnEpoch | None = None,
        on_step: OnStep | None = None,
        should_stop: ShouldStop | None = None,
    ) -> History:
        """Train in place; see `Model.fit`."""
        Y = np.asarray(Y, np.float32)
        rng = np.random.default_rng(config.random_state)
        n_steps = config.count_steps(len(X))
        optimizer = Adam(config, n_steps)
        best: dict[str, Array] = {}

        async def learn() -> dict[str, float]:
            epoch = self._steps_of_epoch(X, Y, config, optimizer, rng)
            logs = None
            while logs is None:
                logs = await in_thread(_for_a_while, epoch)
                if on_step:
                    on_step(optimizer.n_done, n_steps)
            return logs

        try:
            return await run_epochs(
                config,
                learn,
                lambda inputs: predict_rows(self, inputs),
                lambda: best.update(self.weights()),
                validation=validation,
                on_epoch=on_epoch,
                should_stop=should_stop,
            )
        finally:
            self._take(best)

    def _steps_of_epoch(
        self, X: Inputs, Y: Array, config: FitConfig, optimizer: Adam, rng: np.random.Generator
    ) -> Iterator[dict[str, float] | None]:
        """Take a step each time it is asked, the last time with what the epoch came to."""
        order = rng.permutation(len(X))
        loss = right = 0.0
        for first in range(0, len(X), config.batch_size):
            rows = order[first : first + config.batch_size]
            kernels = [array for name, array in self._weights.items() if name.endswith("/kernel")]
            penalty = config.l2 * sum(float(np.square(array).sum()) for array in kernels) if config.l2 else 0.0
            x = np.ascontiguousarray(X[rows], np.float32)
            # Products of a usual batch are too small to be shared out.
            with nullcontext() if x.size > _AT_ONCE else single_products():
                y_proba = self._learn_from(x, Y[rows], config, optimizer, rng)
            loss += len(rows) * penalty - float((Y[rows] * np.log(np.maximum(y_proba, 1e-7))).sum())
            right += float((y_proba.argmax(axis=1) == Y[rows].argmax(axis=1)).sum())
            yield None
        yield {"loss": loss / len(X), "accuracy": right / len(X)}

    def _learn_from(self, X: Array, Y: Array, config: FitConfig, optimizer: Adam, rng: np.random.Generator) -> Array:
        """Take one step of the optimizer; return what the network said before."""
        values, undo = {0: X}, []
        for number, step in enumerate(self._steps, 1):
            y, backward = self._lesson(step)(
                self._config(step, number), self._parts.get(step.name, {}), [values[one] for one in step.inputs], rng
            )
            values[number] = y
            undo.append(backward)
        y_proba = softmax(values[len(self._steps)])
        deltas: dict[int, Array] = {len(self._steps): (y_proba * Y.sum(axis=1, keepdims=True) - Y) / len(X)}
        gradients: dict[str, Array] = {}
        for number in range(len(self._steps), 0, -1):
            step = self._steps[number - 1]
            of_inputs, of_parts = undo[number - 1](deltas.pop(number))
            for source, delta in zip(step.inputs, of_inputs, strict=True):
                deltas[source] = deltas[source] + delta if source in deltas else delta
            for part, gradient in of_parts.items() if step.config.get("trainable", True) else ():
                name = f"{step.name}/{part}"
                gradients[name] = gradients[name] + gradient if name in gradients else gradient
        for name, gradient in gradients.items():
            if config.l2 and name.endswith("/kernel"):
                gradient = gradient + np.float32(2 * config.l2) * self._weights[name]
            optimizer.move(name, self._weights[name], gradient)
        optimizer.next_step()
        return y_proba

    def _lesson(self, step: Step) -> Lesson:
        if step.kind not in LESSONS:
            raise EngineError("unknown-layers", known=sorted(LESSONS), got=[step.kind])
        return LESSONS[step.kind]

    def _config(self, step: Step, number: int) -> Mapping[str, Any]:
        """A layer's configuration; of the last one without its softmax, as cross-entropy's gradient knows it."""
        if number < len(self._steps):
            return step.config
        if step.config.get("activation") != "softmax":
            raise EngineError("layer-failed", layer=step.name, error="expected softmax as the last activation")
        return {**step.config, "activation": "linear"}

    def weights(self) -> dict[str, Array]:
        """Weights by name, such as ``head_hidden/kernel``."""
        return {name: array.copy() for name, array in self._weights.items()}

    def _take(self, weights: Weights) -> None:
        for name, array in weights.items():
            self._weights[name][...] = array

    @property
    def n_bytes(self) -> int:
        """What its weights take."""
        return sum(array.nbytes for array in self._weights.values())

    @property
    def n_weights(self) -> int:
        """How many arrays they are."""
        return len(self._weights)

    def dispose(self) -> None:
        """Free the weights. Harmless when repeated."""
        self._weights, self._parts = {}, {}
        self._on_dispose(self)
