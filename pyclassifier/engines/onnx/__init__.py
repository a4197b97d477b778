"""onnxruntime as an engine, where it is installed."""

from .engine import OnnxEngine, has_onnxruntime

__all__ = ["OnnxEngine", "has_onnxruntime"]
