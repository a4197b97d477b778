"""Train image classifiers in the browser, in Python."""
