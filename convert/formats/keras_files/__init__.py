"""Keras files read: in a process of its own, by h5py alone."""

from .isolation import read_keras

__all__ = ["read_keras"]
