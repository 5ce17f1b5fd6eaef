"""What the numbers of the model rest on, and what its results are held against: facts, effects, grades."""
