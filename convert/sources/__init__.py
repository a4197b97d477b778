"""Where models and names of classes come from: files, package registries, keras.applications."""
