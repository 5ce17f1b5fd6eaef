"""Analyses of sweeps, and searches: attribution, sensitivity, scenario discovery, Pareto fronts."""
