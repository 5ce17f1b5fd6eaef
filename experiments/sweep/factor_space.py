"""Factors of a design: the values each takes in one case, and the points at which a design evaluates them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import product
from math import exp, log
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.parameters import describe_problem, format_range, paths, unit_of
from ...engine.renamed import suggest_paths
from ...engine.settings import choice_paths, is_text
from ...engine.texts.errors import FieldError, Message, Translated, UserError
from ...engine.toml_reader import At, required_types, show_value, take_value
from ...model import mechanisms
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from .experiment import Design, Experiment, Factor


@dataclass(frozen=True)
class FactorSpace:
    """A factor in one case: its path, and the value at each point of [0, 1)."""

    path: str
    values: tuple  # possible values; empty for a range
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    log: bool = False

    def at(self, u: float) -> Any:
        """Return the value at `u` in [0, 1]."""
        u = float(u)  # NumPy's numbers have another repr, and a run's key depends on it
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.whole:
            return min(int(self.low + u * (self.high - self.low + 1)), int(self.high))
        if self.log:
            return exp(log(self.low) + u * (log(self.high) - log(self.low)))
        return self.low + u * (self.high - self.low)

    def levels(self, count: int) -> tuple:
        """Return the given values, or `count` values from low to high, both ends included."""
        if self.values:
            return self.values
        spread = [replace(self, whole=False).at(k / (count - 1)) for k in range(count)]
        return tuple(dict.fromkeys(map(round, spread))) if self.whole else tuple(spread)


def is_switch(path: str) -> bool:
    """Return whether a path is that of a mechanism, which is on or off."""
    return path.startswith("mechanisms.") and path.count(".") == 1


def factor_space(scenario: Scenario, factor: "Factor", number: int) -> FactorSpace:
    """Return the values that a factor may have in this case. Raises UserError."""
    where = f"factor.{number}"
    if factor.path.startswith("mechanisms.") and (
        problem := mechanisms.explain_unusable(factor.path.split(".")[1])
    ):
        raise FieldError(
            "", f"{where}.path", Message("= {path!r}: {problem}", path=factor.path, problem=problem)
        )
    if is_switch(factor.path):
        switch_values = factor.values or (False, True)
        if any(type(value) is not bool for value in switch_values) or factor.range:
            raise FieldError(
                "",
                where,
                Message(
                    "varies {path}, which is on or off: leave out values and range, or give values = "
                    "[false, true]",
                    path=factor.path,
                ),
            )
        return FactorSpace(factor.path, tuple(switch_values))
    full = alter_scenario(
        scenario,
        on=[
            *scenario.mechanisms,
            *([factor.path.split(".")[1]] if factor.path.startswith("mechanisms.") else []),
        ],
    )
    known = paths(full) | choice_paths(full)
    if factor.path not in known:
        hint = suggest_path(factor.path, known, full)
        raise FieldError(
            "", f"{where}.path", Message("= {path!r} is not a knob{hint}", path=factor.path, hint=hint)
        )
    f = known[factor.path]
    if factor.values:
        return FactorSpace(
            factor.path, tuple(check_value(f, value, where, factor) for value in factor.values)
        )
    if "low" not in f.metadata:
        return FactorSpace(factor.path, (False, True) if f.type is bool else tuple(f.metadata["choices"]))
    metadata, whole = f.metadata, f.type in (int, "int")
    limits = list(factor.range) or [metadata["low"], metadata["high"]]
    if len(limits) != 2 or any(describe_problem(f, end) for end in limits) or not limits[0] < limits[1]:
        raise FieldError(
            "",
            f"{where}.range",
            Message(
                "= {limits} of {path}: allowed is [low, high] within {range} {unit}{whole}",
                limits=limits,
                path=factor.path,
                range=format_range(metadata),
                unit=unit_of(metadata),
                whole=Translated(", whole numbers", "，整数") if whole else "",
            ),
        )
    low, high = limits
    if factor.log and low <= 0:
        raise FieldError(
            "",
            f"{where}.log",
            Message(
                "is true, but {path} from {low:g} has no logarithm; give a range above 0",
                path=factor.path,
                low=low,
            ),
        )
    number_type = int if whole else float
    return FactorSpace(factor.path, (), number_type(low), number_type(high), whole, factor.log)


def check_value(f: Any, value: object, where: str, factor: "Factor") -> Any:
    """Return one of a factor's values as the type of its field `f`. Raises UserError."""
    try:
        return take_value(f, value, At(where, {}), factor.path)
    except UserError:
        problem = Message(
            "has {value} for {path}; allowed is {allowed}",
            value=show_value(value),
            path=factor.path,
            allowed=required_types(f)[1],
        )
        raise FieldError("", f"{where}.values", problem) from None


def suggest_path(path: str, known: Collection[str], scenario: Scenario) -> Message:
    """Suggest a remedy for an unknown path, as the end of a message."""
    if is_text(scenario, path):
        return Message(": it is text that names or describes a case; write it in the case file")
    return Message("{nearest}; `cogov knobs` lists all", nearest=suggest_paths(path, known))


def points(experiment: "Experiment", spaces: list[FactorSpace], scenario: Scenario) -> Iterable[tuple]:
    """Return the points of a design, in its order: tuples of values."""
    design, factors = experiment.design, experiment.factors()
    if design.kind == "grid":
        return product(*(s.levels(f.levels) for s, f in zip(spaces, factors)))
    if design.kind == "factorial":
        return product(*((s.levels(2)[0], s.levels(2)[-1]) for s in spaces))
    if design.kind == "one_at_a_time":
        baseline = tuple(current(scenario, s) for s in spaces)
        return [
            baseline,
            *(
                (*baseline[:k], value, *baseline[k + 1 :])
                for k, (s, f) in enumerate(zip(spaces, factors))
                for value in s.levels(f.levels)
                if value != baseline[k]
            ),
        ]
    return [
        tuple(s.at(u) for s, u in zip(spaces, row))
        for row in unit_cube_points(design, len(spaces), experiment.seed)
    ]


def unit_cube_points(design: "Design", dimensions: int, seed: int) -> np.ndarray:
    """Return points in the unit cube: (n, dimensions). Raises UserError."""
    if design.kind in ("latin", "sobol"):
        from scipy.stats import qmc

        if design.kind == "latin":
            return qmc.LatinHypercube(dimensions, rng=seed).random(design.points)
        if design.points & (design.points - 1):
            raise FieldError(
                "",
                "design.points",
                Message(
                    "= {points} is not a power of two, so Sobol points are not balanced; use {nearest}",
                    points=design.points,
                    nearest=2 ** (design.points - 1).bit_length(),
                ),
            )
        return qmc.Sobol(dimensions, rng=seed).random(design.points)
    from .sampling import morris_points, saltelli_points

    names = [str(n) for n in range(dimensions)]
    return (
        morris_points(names, design.points, design.levels, seed)
        if design.kind == "morris"
        else saltelli_points(names, design.points, seed)
    )


def current(scenario: Scenario, space: FactorSpace) -> object:
    """Return the value of a factor in the case as it is."""
    if is_switch(space.path):
        return space.path.partition(".")[2] in scenario.mechanisms
    part: Any = scenario
    for name in space.path.split("."):
        if isinstance(part, dict) and name not in part:
            part = mechanisms.load_class(name)()  # a mechanism that is off, with its defaults
        else:
            part = part[name] if isinstance(part, dict) else getattr(part, name)
    return part
