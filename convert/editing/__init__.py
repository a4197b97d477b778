"""Layers models: cut, folded, padded, made anew, and told of."""
