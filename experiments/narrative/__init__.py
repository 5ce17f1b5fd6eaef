"""Runs presented to people: stories of issues, recordings of a year, lessons."""
