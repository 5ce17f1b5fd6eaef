"""Describe, run, store, check and merge experiments of many runs."""
