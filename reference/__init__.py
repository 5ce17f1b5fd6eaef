"""The reference model: the whole model in plain Python, person by person. Slow, and meant to be read."""
