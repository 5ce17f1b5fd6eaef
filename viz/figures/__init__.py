"""Draw results as matplotlib figures; no file in this folder runs a model."""
