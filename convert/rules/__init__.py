"""One rule for each layer: from Keras to tf.js, back, and in numpy."""
