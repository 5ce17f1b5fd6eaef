"""The model held against measured facts and reported outcomes, and the ensemble that is fitted to facts."""
