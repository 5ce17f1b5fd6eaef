"""Experiments of many runs: described, run, stored, checked and joined."""
