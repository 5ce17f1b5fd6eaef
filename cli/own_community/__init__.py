"""Commands for a community of one's own: what a user brings, and takes along."""
