"""Lessons: TOML files in both languages, and what reads and walks them."""
