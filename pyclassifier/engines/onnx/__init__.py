"""onnxruntime as an engine, where it is installed."""

from .engine import OnnxEngine

__all__ = ["OnnxEngine"]
