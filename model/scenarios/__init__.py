"""Scenarios: all that distinguishes one community from another, their census, and case files."""
