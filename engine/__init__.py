"""Provide what all other rooms use: compiled kernels, random numbers, parameters, strict TOML, text output.

It imports nothing else of cogov.
"""
