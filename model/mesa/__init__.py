"""The Mesa interface: a mesa.Model and its agents, as views of the world's columns."""
