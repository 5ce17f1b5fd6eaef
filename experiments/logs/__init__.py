"""A user's own issue log: read, checked row by row, and summarised."""
