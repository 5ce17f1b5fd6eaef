"""Measure speed, memory and reliability of cogov. Imported by the command line only."""
