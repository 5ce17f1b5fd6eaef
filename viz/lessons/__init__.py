"""Lessons: TOML files in both languages, their reader, and the progress of a learner."""
