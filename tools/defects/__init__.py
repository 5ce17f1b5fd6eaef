"""The defects that mutants.py plants, one file per kind: what is wrong, where, the tests that detect it."""

from . import (
    charts,
    ensemble,
    evidence,
    hours_and_money,
    identity,
    issues,
    kernels,
    measures,
    mechanisms,
    output,
    patterns,
    people_and_places,
    plausible_worlds,
    presentation,
    randomness,
    statistics,
    sweeps,
    user_input,
)

KINDS = (
    randomness,
    identity,
    issues,
    hours_and_money,
    mechanisms,
    people_and_places,
    measures,
    statistics,
    sweeps,
    presentation,
    charts,
    kernels,
    output,
    user_input,
    evidence,
    patterns,
    ensemble,
    plausible_worlds,
)
MUTANTS = [defect for kind in KINDS for defect in kind.MUTANTS]
