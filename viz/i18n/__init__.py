"""Texts of the page and of stories, in English and Chinese."""
