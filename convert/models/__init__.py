"""What everything here passes around: a model as Keras stores it, as tf.js reads it, and as one flat graph."""
