"""PyTorch's files of weights, written here by Python's own pickle, with what attackers would add."""

import io
import os
import pickle
import sys
import types

import numpy as np
import pytest

from pyclassifier.convert import ConvertError
from pyclassifier.convert.formats import read_torch_weights

MAGIC = 0x1950A86A20F9469CFC6C
SYSTEM = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
EXPECTED = {
    "conv.weight": np.arange(24, dtype="<f4").reshape(2, 3, 4).transpose(2, 0, 1),
    "conv.bias": np.array([0.5, -2], "<f4"),
    "norm.num_batches_tracked": np.array(7, "<i8"),
}


@pytest.fixture
def torch(monkeypatch):
    """The names of PyTorch that its files have."""
    made = types.ModuleType("torch")
    utils = types.ModuleType("torch._utils")
    for module, names in ((made, ("FloatStorage", "LongStorage", "HalfStorage")), (utils, ("_rebuild_tensor_v2",))):
        monkeypatch.setitem(sys.modules, module.__name__, module)
        for name in names:
            setattr(module, name, type(name, (), {"__module__": module.__name__}))
    made.rebuild = utils._rebuild_tensor_v2
    return made


class Storage:
    def __init__(self, kind, key, numbers):
        self.kind, self.key, self.numbers = kind, key, numbers


class Tensor:
    def __init__(self, torch, *arguments):
        self.torch, self.arguments = torch, arguments

    def __reduce__(self):
        return self.torch.rebuild, self.arguments


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Storage):
            return "storage", value.kind, value.key, "cpu", value.numbers.size, None
        return None


class Asks:
    """Something whose pickle asks for a function to be called."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def tensors(torch):
    """The state dict of `EXPECTED`, one array of it stored otherwise than in rows, and its storages."""
    from collections import OrderedDict

    state, storages = OrderedDict(), []
    for name, array in EXPECTED.items():
        base = array.base if array.base is not None and array.ndim == 3 else array
        kind = torch.LongStorage if array.dtype == "<i8" else torch.FloatStorage
        storages.append(Storage(kind, f"{len(storages)}0", base.ravel()))
        strides = tuple(step // array.itemsize for step in array.strides)
        state[name] = Tensor(torch, storages[-1], 0, array.shape, strides, False, OrderedDict())
    state._metadata = OrderedDict([("", {"version": 1})])
    return state, storages


def written(state, storages, *, parts=None):
    """The file's bytes; `parts` puts other things, or other bytes, in the place of its five pickles."""
    content = {0: MAGIC, 1: 1001, 2: SYSTEM, 3: state, 4: [storage.key for storage in storages], **(parts or {})}
    file = io.BytesIO()
    for part in content.values():
        if isinstance(part, bytes):
            file.write(part)
        else:
            Pickler(file, 2).dump(part)
    for storage in storages:
        file.write(storage.numbers.size.to_bytes(8, "little") + storage.numbers.tobytes())
    return file.getvalue()


@pytest.fixture
def read(tmp_path):
    def read_bytes(content):
        path = tmp_path / "weights.pth"
        path.write_bytes(content)
        return read_torch_weights(path)

    return read_bytes


def test_arrays_are_read_as_they_were_written(torch, read):
    made = read(written(*tensors(torch)))
    assert list(made) == list(EXPECTED)
    for name, array in EXPECTED.items():
        assert made[name].dtype == array.dtype
        np.testing.assert_array_equal(made[name], array)


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("function", [os.system, eval, print, getattr], ids=lambda function: function.__name__)
def test_nothing_that_a_file_asks_for_is_run(torch, read, place, function, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    asked = Asks(function, "open('ran', 'w')" if function is eval else "touch ran")
    with pytest.raises(ConvertError, match=rf"asks for \w+\.{function.__name__}; nothing of that was run"):
        read(written(*tensors(torch), parts={place: asked}))
    assert not (tmp_path / "ran").exists() and not capsys.readouterr().out


def test_nothing_is_run_inside_a_state_dict_either(torch, read, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state, storages = tensors(torch)
    state["conv.bias"] = Asks(os.system, "touch ran")
    with pytest.raises(ConvertError, match=r"\.system; nothing of that was run"):
        read(written(state, storages))
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("pickled", "reason"),
    [
        (b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85R.", "SHORT_BINUNICODE, which weights do not take"),
        (b"(iposix\nsystem\n.", "INST, which"),
        (b"(cposix\nsystem\no.", r"posix\.system; nothing"),
        (b"\x82\x01.", "EXT1, which"),
        (b"ctorch\nload\n.", r"torch\.load; nothing"),
        (b"}(K\x01K\x02u.", "no name"),
        (b"R.", "damaged pickle"),
        (b"\x85.", "damaged pickle"),
        (b"t.", "pop from empty list"),
        (b"h\x05.", "5"),
        (b"ccollections\nOrderedDict\n.", ""),
        (b")" + b"\x85" * 200_000 + b"r\xff\xff\xff\xff" + b".", ""),  # deeply nested, at the last place of the memo
        (b"}()" + b"\x85" * 200_000 + b"K\x01u.", "no name"),  # the hash of it
        (b"", ""),
    ],
)
def test_pickles_of_other_things_are_refused(torch, read, pickled, reason):
    with pytest.raises(ConvertError, match=rf"Expected PyTorch weights .*{reason}"):
        read(written(*tensors(torch), parts={3: pickled}))


@pytest.mark.parametrize(
    "arguments",
    [
        (0, (3,), (1,)),  # beyond the two numbers there are
        (1, (2,), (1,)),
        (-1, (2,), (1,)),
        (0, (2,), (2,)),
        (0, (10**12,), (0,)),  # all of the same number
        (0, (-1, -2), (1, 1)),
        (0, ("x", 10**9), (1, 1)),
        (0, (2,), (1, 1)),
        (0.5, (2,), (1,)),
        (0, (2,), None),
    ],
)
def test_tensors_stay_within_their_numbers(torch, read, arguments):
    state, storages = tensors(torch)
    state["conv.bias"] = Tensor(torch, storages[1], *arguments)
    with pytest.raises(ConvertError, match="Expected PyTorch weights"):
        read(written(state, storages))


def test_other_layouts_are_refused(torch, read):
    state, storages = tensors(torch)
    with pytest.raises(ConvertError, match="big-endian"):
        read(written(state, storages, parts={2: SYSTEM | {"little_endian": False}}))
    with pytest.raises(ConvertError, match="begins otherwise"):
        read(written(state, storages, parts={0: MAGIC + 1}))
    with pytest.raises(ConvertError, match=r"before 1\.6"):
        read(b"PK\x03\x04" + bytes(100))  # as PyTorch has written since
    with pytest.raises(ConvertError, match=r"torch\.HalfStorage"):
        storages[1].kind = torch.HalfStorage
        read(written(state, storages))


def test_sizes_that_a_file_only_claims_take_no_memory(torch, read):
    content = written(*tensors(torch))  # It ends with a count and one number of 8 bytes.
    for count in (2, 2**32, 2**61, 2**63, 2**64 - 1):
        with pytest.raises(ConvertError, match=r"ends too early|too large|cannot fit"):
            read(content[:-16] + count.to_bytes(8, "little") + content[-8:])


def test_damaged_files_are_read_or_refused(torch, read):
    content = written(*tensors(torch))
    dice, refused = np.random.default_rng(2), 0
    for _ in range(500):
        damaged = bytearray(content)
        for place in dice.integers(0, len(content), dice.integers(1, 6)):
            damaged[place] = dice.integers(256)
        try:
            read(bytes(damaged[: dice.integers(len(content) // 2, len(content) + 1)]))
        except ConvertError as error:
            refused += 1
            assert len(str(error)) < 1000
    assert refused > 400
