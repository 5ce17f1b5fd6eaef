"""The model: what happens in the community, day by day, and in what order."""
