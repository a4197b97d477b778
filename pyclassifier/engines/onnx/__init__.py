"""onnxruntime as an engine, where it is installed; and networks as ONNX files, which need nothing of it."""

from .engine import OnnxEngine
from .file import write_onnx

__all__ = ["OnnxEngine", "write_onnx"]
