"""A whole conversion, from what is asked to what was done."""
