"""A desk as this browser keeps it, from one visit to the next."""
