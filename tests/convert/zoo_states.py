"""Recurrent layers that start from the states of others, or from what is computed: encoders and decoders."""

from __future__ import annotations

from zoo_registry import MODELS, model

STEPS, LATER = (6, 4), (5, 3)


def _states(
    name, cell, *, wrap=None, full=False, only=None, positional=False, start="encoder", sequences=True, **given
):
    def build(K, L):
        def make(**more):
            one = getattr(L, cell)(4, **given, **more)
            if wrap == "RNN":
                one = L.RNN(getattr(L, f"{cell}Cell")(4, **given), **more)
            return L.Bidirectional(one) if wrap == "Bidirectional" else one

        a, b = K.Input(STEPS, name="a"), K.Input(LATER, name="b")
        _, *states = make(return_state=True)(a)
        if start == "computed":
            states = [L.Dense(4, activation="tanh")(one) for one in states]
        if start == "inputs":
            states = [K.Input((4,), name=f"state_{i}") for i, _ in enumerate(states)]
        decoder = make(return_sequences=sequences, return_state=True)
        # Keras 3 refuses a list.
        y, *after = decoder([b, *states]) if positional else decoder(b, initial_state=states)
        entries = [b, *states] if start == "inputs" else [a, b]
        return K.Model(entries, [L.Dense(2)(y), after[0]])

    MODELS[f"started_{name}"] = build, only, full


for kind, extra in {"LSTM": {}, "SimpleRNN": {}, "GRU": {"reset_after": False}}.items():
    _states(kind, kind, **extra)
    _states(f"{kind}_positional", kind, positional=True, full=kind != "LSTM", only="tf_keras", **extra)
    _states(f"{kind}_last", kind, sequences=False, full=kind != "GRU", **extra)
    _states(f"{kind}_rnn", kind, wrap="RNN", full=kind == "SimpleRNN", **extra)
    _states(f"{kind}_bidirectional", kind, wrap="Bidirectional", **extra)
    _states(f"{kind}_computed", kind, start="computed", full=kind != "LSTM", **extra)
    _states(f"{kind}_inputs", kind, start="inputs", full=kind != "SimpleRNN", **extra)
    _states(f"{kind}_back", kind, go_backwards=True, full=kind != "LSTM", **extra)
_states("gru_after", "GRU")
_states("gru_after_bidirectional", "GRU", wrap="Bidirectional")
_states("gru_after_inputs", "GRU", start="inputs", full=True)
_states("hard", "LSTM", recurrent_activation="hard_sigmoid", full=True)


@model()
def started_at_any_length(K, L):
    a, b = K.Input((None, 4), name="a"), K.Input((None, 3), name="b")
    _, h, c = L.LSTM(4, return_state=True)(a)
    y, _, _ = L.LSTM(4, return_sequences=True, return_state=True)(b, initial_state=[h, c])
    return K.Model([a, b], L.Dense(3, activation="softmax")(y))


@model()
def started_embedding(K, L):
    a, b = K.Input((None,), name="a"), K.Input((None,), name="b")
    _, h, c = L.LSTM(4, return_state=True)(L.Embedding(20, 5)(a))
    y = L.LSTM(4, return_sequences=True)(L.Embedding(20, 5)(b), initial_state=[h, c])
    return K.Model([a, b], L.Dense(3, activation="softmax")(y))


@model()
def started_masked_embedding(K, L):
    a, b = K.Input((7,), name="a"), K.Input((7,), name="b")
    _, h, c = L.LSTM(4, return_state=True)(L.Embedding(20, 5, mask_zero=True)(a))
    y = L.LSTM(4, return_sequences=True)(L.Embedding(20, 5)(b), initial_state=[h, c])
    return K.Model([a, b], L.Dense(3, activation="softmax")(y))


@model()
def started_masked_embedding_both(K, L):
    a, b = K.Input((7,), name="a"), K.Input((7,), name="b")
    _, h, c = L.LSTM(4, return_state=True)(L.Embedding(20, 5, mask_zero=True)(a))
    y = L.LSTM(4, return_sequences=True)(L.Embedding(20, 5, mask_zero=True)(b), initial_state=[h, c])
    return K.Model([a, b], L.Dense(3, activation="softmax")(y))


@model()
def started_same(K, L):
    a, b = K.Input(STEPS, name="a"), K.Input(LATER, name="b")
    _, h, _ = L.LSTM(4, return_state=True)(a)
    return K.Model([a, b], L.LSTM(4)(b, initial_state=[h, h]))


@model()
def started_from_both_ways(K, L):
    a, b = K.Input(STEPS, name="a"), K.Input(LATER, name="b")
    _, fh, fc, bh, bc = L.Bidirectional(L.LSTM(2, return_state=True))(a)
    states = [L.Concatenate()([fh, bh]), L.Concatenate()([fc, bc])]
    return K.Model([a, b], L.LSTM(4, return_sequences=True)(b, initial_state=states))


@model()
def started_nested(K, L):
    a, b, h, c = K.Input(STEPS), K.Input(LATER), K.Input((4,)), K.Input((4,))
    encoder = K.Model(a, L.LSTM(4, return_state=True)(a)[1:], name="encoder")
    decoder = K.Model([b, h, c], L.LSTM(4, return_sequences=True)(b, initial_state=[h, c]), name="decoder")
    x, y = K.Input(STEPS), K.Input(LATER)
    return K.Model([x, y], decoder([y, *encoder(x)]))


@model()
def started_shared(K, L):
    a, b = K.Input(STEPS, name="a"), K.Input(STEPS, name="b")
    lstm = L.LSTM(4, return_state=True)
    _, h, c = lstm(a)
    return K.Model([a, b], lstm(b, initial_state=[h, c])[0])


@model()
def started_stacked(K, L):
    a, b = K.Input(STEPS, name="a"), K.Input(LATER, name="b")
    x, h, c = L.LSTM(4, return_state=True, return_sequences=True)(a)
    _, i, d = L.LSTM(3, return_state=True)(x)
    y = L.LSTM(4, return_sequences=True)(b, initial_state=[h, c])
    return K.Model([a, b], L.LSTM(3)(y, initial_state=[i, d]))


@model()
def started_outputs(K, L):
    a = K.Input(STEPS, name="a")
    return K.Model(a, L.LSTM(4, return_state=True)(a))


@model()
def started_masked_states(K, L):
    a = K.Input((7,), name="a")
    return K.Model(a, L.LSTM(4, return_state=True)(L.Embedding(20, 5, mask_zero=True)(a)))


@model()
def started_masked_states_sequence(K, L):
    a = K.Input((7,), name="a")
    return K.Model(a, L.LSTM(4, return_sequences=True, return_state=True)(L.Embedding(20, 5, mask_zero=True)(a)))


@model()
def masked_autoencoder(K, L):
    a = K.Input((7,), name="a")
    x = L.RepeatVector(5)(L.LSTM(4)(L.Embedding(20, 5, mask_zero=True)(a)))
    return K.Model(a, L.TimeDistributed(L.Dense(3))(L.LSTM(4, return_sequences=True)(x)))


@model()
def masked_branch_beside_others(K, L):
    a, b = K.Input((7,), name="a"), K.Input((9,), name="b")
    text = L.GRU(4)(L.Embedding(20, 5, mask_zero=True)(a))
    plain = L.Embedding(20, 4)(b)
    one = L.Bidirectional(L.LSTM(2, return_sequences=True))(plain)
    two = L.GRU(4, return_sequences=True, reset_after=False)(plain)
    other = L.Flatten()(L.Add()([one, two, plain]))
    last = L.SimpleRNN(4)(L.RNN(L.LSTMCell(4), return_sequences=True)(plain))
    return K.Model([a, b], L.Dense(3)(L.Concatenate()([text, other, last])))


@model()
def masking_and_states(K, L):
    a, b = K.Input((7, 4), name="a"), K.Input((5, 4), name="b")
    _, h = L.GRU(4, return_state=True)(L.Masking()(a))
    y, *states = L.GRU(4, return_sequences=True, return_state=True)(b, initial_state=h)
    return K.Model([a, b], [L.GlobalAveragePooling1D()(y), *states])
