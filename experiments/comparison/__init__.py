"""One case, simulated with and without mechanisms."""
