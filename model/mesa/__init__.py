"""The Mesa face: a mesa.Model and its agents, as views of the world's columns."""
