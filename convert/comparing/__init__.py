"""Whether a converted model computes what its original does."""
