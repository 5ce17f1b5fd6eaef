"""Words in English and Chinese."""
