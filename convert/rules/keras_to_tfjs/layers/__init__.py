"""Rules for Keras's layers."""
