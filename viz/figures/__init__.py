"""Figures of results; none runs a model."""
