"""From a Keras model to a layers model of tf.js."""
