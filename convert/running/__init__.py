"""Other programs, each in a process of its own: tf.js under Node.js, Keras, TensorFlow's exporters, tensorflowjs."""
