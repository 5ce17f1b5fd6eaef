"""Measure what cogov costs, and whether it can be trusted. Imported by the command line only."""
