"""Provide what all other packages use: compiled kernels, random numbers, parameters, TOML, text output.

It imports nothing else of cogov.
"""
