"""Turn points of a factor space into arms.

A factor is any parameter that `--set` can change, by its path, or `mechanisms.NAME`, which is on or off. Its
range is that of the knob unless the experiment narrows it. Low-discrepancy points come from scipy; Morris'
trajectories and Saltelli's scheme from SALib.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import product
from math import exp, log, prod
from pathlib import Path

import numpy as np

from ...engine.parameters import UserError, describe_problem, format_range, paths
from ...engine.toml_reader import (
    LARGEST,
    TEXT,
    At,
    allowed_types,
    is_text,
    parse_toml_value,
    take_value,
    words,
)
from ...model import mechanisms
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario

KINDS = ("arms", "grid", "list", "one_at_a_time", "factorial", "latin", "sobol", "morris", "saltelli")
SAMPLED = ("latin", "sobol", "morris", "saltelli")


@dataclass(frozen=True)
class FactorSpace:
    """A factor in one case: its path, and the value at each point of [0, 1)."""

    path: str
    values: tuple  # possible values; empty for a range
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    log: bool = False

    def at(self, u: float) -> object:
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


@dataclass(frozen=True)
class DesignArm:
    """A case under one set of institutions."""

    case: str  # name of the case
    name: str
    on: tuple
    off: tuple
    settings: dict
    factors: dict  # path -> value, for what the design varies


def flatten_settings(settings: dict, prefix: str = "") -> dict[str, object]:
    """Return settings of a TOML file as path -> value.

    They may be {"committee": {"staff": 2}} or {"committee.staff": 2}. Raises UserError.
    """
    if not isinstance(settings, dict):
        raise UserError("set is an array; allowed is a table of paths and values, { committee.staff = 3 }")
    by_path = {}
    for name, value in settings.items():
        by_path |= (
            flatten_settings(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
        )
    return by_path


def size(experiment) -> int:
    """Return the number of arms of the design in each case; every point counts once per named arm.

    Points are counted without being generated, since the space may be absurdly large.
    """
    design, factors = experiment.design, experiment.factors()
    if design.kind in ("arms", "list"):
        return len(experiment.arm) if design.kind == "arms" else len(rows(design.table)) - 1
    levels = [len(f.values) or (2 if is_switch(f.path) else f.levels) for f in factors]
    return (
        max(len(experiment.arm), 1)
        * {
            "grid": prod(levels),
            "one_at_a_time": 1 + sum(levels),
            "factorial": 2 ** len(factors),
            "latin": design.points,
            "sobol": design.points,
            "morris": design.points * (len(factors) + 1),
            "saltelli": design.points * (len(factors) + 2),
        }[design.kind]
    )


def scenario_of(arm: DesignArm, scenario: Scenario) -> Scenario:
    """Return the scenario of an arm. Raises UserError, naming the arm."""
    try:
        return alter_scenario(scenario, arm.on, arm.off, arm.settings)
    except UserError as error:
        raise UserError(f"arm {arm.name!r} of {arm.case}: {error}") from None


def arms_of_case(experiment, scenario: Scenario) -> Iterator[DesignArm]:
    """Yield the arms of one case: the named arms, or the points of the design.

    If there are both, every point is crossed with every named arm.
    """
    design = experiment.design
    if design.kind == "list":
        yield from read_arms_table(design.table, scenario)
        return
    named_arms = policies(experiment, scenario)
    if design.kind == "arms":
        yield from named_arms
        return
    # the factors of `design.mechanisms` come first; the others are numbered from 0 in messages
    spaces = [
        factor_space(scenario, f, n - len(design.mechanisms)) for n, f in enumerate(experiment.factors())
    ]
    for n, point in enumerate(points(experiment, spaces, scenario)):
        arm = arm_at(
            scenario,
            name_point(n, point, spaces, design.kind),
            {s.path: value for s, value in zip(spaces, point)},
        )
        for policy in named_arms:
            yield cross_arm(scenario, policy, arm)
        if not named_arms:
            yield arm


def policies(experiment, scenario: Scenario) -> list[DesignArm]:
    """Return the named arms.

    Their factors are what is not the same in all of them: mechanisms on or off, and knobs that are set.
    """
    active = [{*scenario.mechanisms, *arm.on} - {*arm.off} for arm in experiment.arm]
    differ = sorted(set().union(*active) - set.intersection(*active)) if active else []
    paths = list(dict.fromkeys(path for arm in experiment.arm for path in flatten_settings(arm.set)))
    arms = []
    for n, (arm, mechanisms_on) in enumerate(zip(experiment.arm, active)):
        factors = {f"mechanisms.{name}": name in mechanisms_on for name in differ} | {
            path: flatten_settings(arm.set).get(path) for path in paths
        }
        arms.append(
            DesignArm(
                scenario.name, arm.name or f"arm {n}", arm.on, arm.off, flatten_settings(arm.set), factors
            )
        )
    return arms


def cross_arm(scenario: Scenario, policy: DesignArm, point: DesignArm) -> DesignArm:
    """Return a named arm at a point of a design.

    Where both set the same thing, the point prevails. Its settings also apply to mechanisms that the named
    arm switches on.
    """
    on = tuple(
        name for name in {**dict.fromkeys(policy.on), **dict.fromkeys(point.on)} if name not in point.off
    )
    off = tuple(
        name for name in {**dict.fromkeys(policy.off), **dict.fromkeys(point.off)} if name not in point.on
    )
    policy_settings = {
        path: value
        for path, value in policy.settings.items()
        if not path.startswith(tuple(f"mechanisms.{name}." for name in point.off))
    }
    return DesignArm(
        point.case,
        f"{policy.name} @ {point.name}",
        on,
        off,
        policy_settings | settings_in_use(scenario, on, off, point.factors),
        {**policy.factors, **point.factors},
    )


def name_point(number: int, point: tuple, spaces: list[FactorSpace], kind: str) -> str:
    """Name an arm of a design: by what is on, in a factorial of mechanisms; else by its number and values."""
    if all(is_switch(s.path) for s in spaces):
        return " + ".join(s.path.partition(".")[2] for s, value in zip(spaces, point) if value) or "none"
    if kind in SAMPLED:
        return f"point {number}"
    return f"{number}: " + ", ".join(
        f"{s.path}={value:g}" if isinstance(value, float) else f"{s.path}={value}"
        for s, value in zip(spaces, point)
    )


def arm_at(scenario: Scenario, name: str, factors: dict) -> DesignArm:
    """Return the arm at one point. Settings of mechanisms that are off are left out."""
    on = tuple(path.partition(".")[2] for path, value in factors.items() if is_switch(path) and value)
    off = tuple(path.partition(".")[2] for path, value in factors.items() if is_switch(path) and not value)
    return DesignArm(scenario.name, name, on, off, settings_in_use(scenario, on, off, factors), factors)


def settings_in_use(scenario: Scenario, on, off, factors: dict) -> dict:
    """Return those factors that are settings, except of mechanisms that are off."""
    active = {*scenario.mechanisms, *on} - {*off}
    idle = tuple(f"mechanisms.{name}." for name in mechanisms.list_known() if name not in active)
    return {
        path: value for path, value in factors.items() if not is_switch(path) and not path.startswith(idle)
    }


def is_switch(path: str) -> bool:
    """Return whether a path is that of a mechanism, which is on or off."""
    return path.startswith("mechanisms.") and path.count(".") == 1


def factor_space(scenario: Scenario, factor, number: int) -> FactorSpace:
    """Return the values that a factor may have in this case. Raises UserError."""
    where = f"factor.{number}"
    if factor.path.startswith("mechanisms.") and (
        problem := mechanisms.explain_unusable(factor.path.split(".")[1])
    ):
        raise UserError(f"{where}.path = {factor.path!r}: {problem}")
    if is_switch(factor.path):
        switch_values = factor.values or (False, True)
        if any(type(value) is not bool for value in switch_values) or factor.range:
            raise UserError(
                f"{where} varies {factor.path}, which is on or off: "
                "leave values and range out, or give values = [false, true]"
            )
        return FactorSpace(factor.path, tuple(switch_values))
    full = alter_scenario(
        scenario,
        on=[
            *scenario.mechanisms,
            *([factor.path.split(".")[1]] if factor.path.startswith("mechanisms.") else []),
        ],
    )
    known = paths(full) | words(full)
    if factor.path not in known:
        raise UserError(f"{where}.path = {factor.path!r} is no knob{suggest_path(factor.path, known, full)}")
    f = known[factor.path]
    if factor.values:
        return FactorSpace(
            factor.path,
            tuple(take_value(f, value, At(f"{where}.values", {}), factor.path) for value in factor.values),
        )
    if "low" not in f.metadata:
        return FactorSpace(factor.path, (False, True) if f.type is bool else tuple(f.metadata["choices"]))
    metadata, whole = f.metadata, f.type in (int, "int")
    limits = list(factor.range) or [metadata["low"], metadata["high"]]
    if len(limits) != 2 or any(describe_problem(f, end) for end in limits) or not limits[0] < limits[1]:
        raise UserError(
            f"{where}.range = {limits} of {factor.path}: "
            f"allowed is [low, high] within {format_range(metadata)} {metadata['unit']}{', whole numbers' * whole}"
        )
    low, high = limits
    if factor.log and low <= 0:
        raise UserError(
            f"{where}.log is true, and {factor.path} from {low:g} has no logarithm; give a range above 0"
        )
    number_type = int if whole else float
    return FactorSpace(factor.path, (), number_type(low), number_type(high), whole, factor.log)


def suggest_path(path: str, known, scenario: Scenario) -> str:
    """Suggest a remedy for an unknown path, as the end of a message."""
    if is_text(scenario, path):
        return f": it {TEXT}"
    near = get_close_matches(path, known, 3, 0.6)
    return f"; did you mean {' or '.join(near)}?" if near else "; `cogov knobs` lists them all"


def points(experiment, spaces: list[FactorSpace], scenario: Scenario) -> Iterable[tuple]:
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


def unit_cube_points(design, dimensions: int, seed: int) -> np.ndarray:
    """Return points in the unit cube: (n, dimensions). Raises UserError."""
    if design.kind in ("latin", "sobol"):
        from scipy.stats import qmc

        if design.kind == "latin":
            return qmc.LatinHypercube(dimensions, rng=seed).random(design.points)
        if design.points & (design.points - 1):
            raise UserError(
                f"design.points = {design.points} is no power of two: "
                f"Sobol points are balanced in no other number; take {2 ** (design.points - 1).bit_length()}"
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
    part = scenario
    for name in space.path.split("."):
        if isinstance(part, dict) and name not in part:
            part = mechanisms.load_class(name)()  # a mechanism that is off, with its defaults
        else:
            part = part[name] if isinstance(part, dict) else getattr(part, name)
    return part


def rows(path: str) -> list[list[str]]:
    """Return the rows of a CSV file, its header first. Raises UserError."""
    try:
        text = Path(path).read_bytes()[: LARGEST * 4096].decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise UserError(
            f"design.table {path} cannot be read: "
            f"{getattr(error, 'strerror', None) or 'it is not UTF-8 text'}"
        ) from None
    try:
        table = [row for row in csv.reader(text.splitlines()) if any(row)]
    except csv.Error as error:
        raise UserError(f"design.table {path} cannot be read: {error}") from None
    if len(table) < 2:
        raise UserError(
            f"design.table {path} has no arm: write a header of paths, and below it a row for each arm"
        )
    return table


def read_arms_table(path: str, scenario: Scenario) -> Iterator[DesignArm]:
    """Yield the arms of a CSV file, which has a column for each path, and optionally `arm` for their names.

    Raises UserError with file and line.
    """
    header, *body = rows(path)
    try:
        full = alter_scenario(
            scenario, on=[name.split(".")[1] for name in header if name.startswith("mechanisms.")]
        )
    except UserError as error:
        raise UserError(f"design.table {path}:1: {error}") from None
    known = paths(full) | words(full)
    for column in header:
        if column != "arm" and not is_switch(column) and column not in known:
            raise UserError(
                f"design.table {path}:1: no knob is called {column!r}{suggest_path(column, known, full)}"
            )
    for n, row in enumerate(body):
        if len(row) != len(header):
            raise UserError(
                f"design.table {path}:{n + 2}: has {len(row)} cells; its header has {len(header)}"
            )
        cells = dict(zip(header, row))
        name = cells.pop("arm", "") or f"row {n + 1}"
        yield arm_at(
            scenario,
            name,
            {
                column: cell(known, column, raw, f"design.table {path}:{n + 2}")
                for column, raw in cells.items()
            },
        )


def cell(known: dict, column: str, raw: str, where: str) -> object:
    """Convert one cell of a table to the type of its column. Raises UserError."""
    if is_switch(column):
        if raw.strip().lower() not in ("true", "false", "on", "off", "1", "0"):
            raise UserError(f"{where}: {column} = {raw!r} is neither on nor off; allowed is true or false")
        return raw.strip().lower() in ("true", "on", "1")
    f = known[column]
    value = raw if allowed_types(f)[0] == (str,) else parse_toml_value(raw)
    return take_value(f, value, At(where, {}), column)
