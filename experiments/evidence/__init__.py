"""What the numbers of the model rest on: facts, effects, grades, priors, and plausible worlds."""
