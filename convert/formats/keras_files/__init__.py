"""Keras files read: in a process of its own, by h5py alone."""
