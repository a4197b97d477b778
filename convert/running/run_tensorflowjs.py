"""Convert or run a SavedModel: `python run_tensorflowjs.py JOB.json`, by a Python that has the package tensorflowjs.

Called by tensorflowjs.py. The answer goes to stdout, as a line of JSON: {} where it converted, {"names": outputs} where
it ran, else {"missing": package}, {"refused": text} or {"error": text}.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

_SMALL = 4096  # Values of an array that is cheap to keep exact.


class RefusedError(Exception):
    """What keeps a SavedModel from being converted, in words for its user."""


def main() -> None:
    """Do the job and answer."""
    sys.path.pop(0)  # The folder of this file, whose modules are others.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # TensorFlow prints where answers go.
    answer: dict[str, Any] = {}
    try:
        if importlib.util.find_spec("tensorflowjs") is None:  # At once, and not after seconds of importing TensorFlow.
            raise ModuleNotFoundError("tensorflowjs", name="tensorflowjs")
        served = serve(Path(job["source"]), Path(job["work"]))
        if job["task"] == "convert":
            convert(served, job)
        else:
            answer = {"names": run(served, job)}
    except ModuleNotFoundError as error:
        answer = {"missing": str(error.name)}
    except RefusedError as error:
        answer = {"refused": str(error)}
    except Exception as error:  # Of any kind: TensorFlow's and the converter's own.
        answer = {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:600]}"}
    answers.write(f"{json.dumps(answer)}\n")
    answers.flush()


def serve(source: Path, work: Path) -> Path:
    """Return a folder whose graph for predictions has the tag that the converter looks for: the source, or a copy."""
    saved_model_pb2 = importlib.import_module("tensorflow.core.protobuf.saved_model_pb2")
    if not (source / "saved_model.pb").is_file():
        raise RefusedError("Expected a binary SavedModel with a saved_model.pb, found none.")
    stored = saved_model_pb2.SavedModel()
    stored.ParseFromString((source / "saved_model.pb").read_bytes())
    tags = [set(graph.meta_info_def.tags) for graph in stored.meta_graphs]
    if {"serve"} in tags:
        return source
    # TF-Hub's first format tags the graph for training, and leaves the other without a tag.
    chosen = tags.index(set()) if set() in tags else 0
    if len(tags) != 1 and tags[chosen]:
        found = "; ".join(",".join(sorted(one)) for one in tags) or "none"
        raise RefusedError(f"Expected one graph with the tag 'serve', got graphs with these tags: {found}.")
    graph = stored.meta_graphs[chosen]
    del graph.meta_info_def.tags[:]
    graph.meta_info_def.tags.append("serve")
    copy = saved_model_pb2.SavedModel(saved_model_schema_version=stored.saved_model_schema_version)
    copy.meta_graphs.append(graph)
    folder = work / "served"
    if not folder.exists():
        folder.mkdir()
        (folder / "saved_model.pb").write_bytes(copy.SerializeToString())
        for part in ("variables", "assets"):
            if (source / part).is_dir():
                (folder / part).symlink_to((source / part).resolve())
    return folder


def load(source: Path, name: str | None) -> tuple[Any, Any, str]:
    """Return a SavedModel, which must not be forgotten while it is used; its signature of a name; and that name."""
    import tensorflow as tf

    model = tf.saved_model.load(str(source), tags=["serve"])
    known = sorted(key for key in model.signatures if not key.startswith("__"))
    chosen = name or next((key for key in ("serving_default", "default") if key in known), None)
    if chosen is None and len(known) == 1:
        chosen = known[0]
    if chosen is None or chosen not in known:
        asked = f"the signature {name!r}" if name else "one signature"
        remedy = f"Choose by --signature: {', '.join(known)}." if known else "Export the model with a signature."
        raise RefusedError(f"Expected {asked} in the SavedModel, got {len(known)} others. {remedy}")
    return model, model.signatures[chosen], chosen


def convert(source: Path, job: dict[str, Any]) -> None:
    """Write a graph model to job["target"], and with fewer bits to job["quantized"]."""
    model, signature, name = load(source, job["signature"])
    inputs = [tensor for tensor in signature.inputs if tensor.dtype.name != "resource"]
    names = sorted(signature.structured_outputs)
    keys = {
        # Of the inputs there may be more, which the graph captured.
        "inputs": {tensor.name: key for key, tensor in zip(signature._arg_keywords, inputs, strict=False)},
        "outputs": {tensor.name: key for key, tensor in zip(names, signature.outputs, strict=True)},
    }
    del model
    converter = importlib.import_module("tensorflowjs.converters.tf_saved_model_conversion_v2")

    def write(target: str, quantization: dict[str, list[str]] | None) -> dict[str, Any]:
        converter.convert_tf_saved_model(
            str(source),
            target,
            signature_def=name,
            saved_model_tags="serve",
            quantization_dtype_map=quantization,
            strip_debug_ops=True,
            weight_shard_size_bytes=job["shard_size"],
        )
        return name_signature(Path(target) / "model.json", keys)

    content = write(job["target"], None)
    if job["quantize"]:
        entries = [entry for group in content["weightsManifest"] for entry in group["weights"]]
        smallest = 0 if job["quantize"] == "float16" else _SMALL
        large = [one["name"] for one in entries if one["dtype"] == "float32" and math.prod(one["shape"]) >= smallest]
        write(job["quantized"], {job["quantize"]: large} if large else None)


def name_signature(path: Path, keys: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Give inputs and outputs the SavedModel's own names and order, which the converter replaces by its tensors'."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for part, names in keys.items():
        old = content["signature"].get(part, {})
        known = {names[info["name"]]: info for info in old.values() if info["name"] in names}
        others = {key: info for key, info in old.items() if info["name"] not in names}
        content["signature"][part] = {key: known[key] for key in names.values() if key in known} | others
    path.write_text(json.dumps(content), encoding="utf-8")
    return content


def run(source: Path, job: dict[str, Any]) -> list[str]:
    """Write to job["outputs"] what TensorFlow computes for job["inputs"]; return the names of these outputs."""
    import numpy as np
    import tensorflow as tf

    model, signature, _ = load(source, job["signature"])
    wanted = signature.structured_input_signature[1]
    with np.load(job["inputs"]) as arrays:
        given = {key: tf.cast(arrays[f"arr_{i}"], wanted[key].dtype) for i, key in enumerate(job["names"])}
    outputs = {key: value.numpy() for key, value in signature(**given).items() if value.dtype != tf.string}
    del model
    np.savez(job["outputs"], *outputs.values())
    return list(outputs)


if __name__ == "__main__":
    main()
