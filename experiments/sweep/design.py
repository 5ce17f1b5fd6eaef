"""Points of a space of factors become arms.

A factor is anything that `--set` turns, by its path, or `mechanisms.NAME`, which is on or off; its range is the knob's own
unless the experiment narrows it. Low-discrepancy points are scipy's; Morris' trajectories and Saltelli's scheme SALib's.
"""

import csv
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import product
from math import exp, log, prod
from pathlib import Path

from ...engine.parameters import UserError, complaint, paths, span
from ...engine.toml_reader import (
    LARGEST,
    TEXT,
    At,
    allowed_types,
    as_toml,
    is_text,
    take_value,
    words,
)
from ...model import mechanisms
from ...model.cases import alter_scenario

KINDS = ("arms", "grid", "list", "one_at_a_time", "factorial", "latin", "sobol", "morris", "saltelli")
SAMPLED = ("latin", "sobol", "morris", "saltelli")


@dataclass(frozen=True)
class FactorSpace:
    """A factor as one case takes it: what it is called, and which value each point of [0, 1) means."""

    path: str
    values: tuple  # to choose from; empty for a range
    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    log: bool = False

    def at(self, u):
        """The value at `u` in [0, 1]."""
        u = float(u)  # NumPy's own numbers are written otherwise than read, and a run's key is made of them
        if self.values:
            return self.values[min(int(u * len(self.values)), len(self.values) - 1)]
        if self.whole:
            return min(int(self.low + u * (self.high - self.low + 1)), int(self.high))
        if self.log:
            return exp(log(self.low) + u * (log(self.high) - log(self.low)))
        return self.low + u * (self.high - self.low)

    def levels(self, count):
        """Its values one by one: those given, or `count` from low to high, both ends among them."""
        if self.values:
            return self.values
        spread = [replace(self, whole=False).at(k / (count - 1)) for k in range(count)]
        return tuple(dict.fromkeys(map(round, spread))) if self.whole else tuple(spread)


@dataclass(frozen=True)
class DesignArm:
    """A case under one set of institutions."""

    case: str  # its name
    name: str
    on: tuple
    off: tuple
    settings: dict
    factors: dict  # path -> value, of what the design varies


def flat(settings, prefix=""):
    """Settings as TOML gives them, {"committee": {"staff": 2}} or {"committee.staff": 2}, as path -> value."""
    if not isinstance(settings, dict):
        raise UserError("set is an array; allowed is a table of paths and values, { committee.staff = 3 }")
    told = {}
    for name, value in settings.items():
        told |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return told


def size(experiment):
    """How many arms the design has in each case, each point once for every named arm. A space that is absurd is only counted, never made."""
    design, factors = experiment.design, experiment.factors()
    if design.kind in ("arms", "list"):
        return len(experiment.arm) if design.kind == "arms" else len(rows(design.table)) - 1
    levels = [len(f.values) or (2 if switch(f.path) else f.levels) for f in factors]
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


def scenario_of(arm, scenario):
    """The scenario of an arm. Raises UserError, naming the arm."""
    try:
        return alter_scenario(scenario, arm.on, arm.off, arm.settings)
    except UserError as error:
        raise UserError(f"arm {arm.name!r} of {arm.case}: {error}") from None


def of_case(experiment, scenario):
    """The arms of one case: those named; else the points of the design, each with every arm that is named beside it."""
    design = experiment.design
    if design.kind == "list":
        yield from read_arms_table(design.table, scenario)
        return
    own = policies(experiment, scenario)
    if design.kind == "arms":
        yield from own
        return
    spaces = [
        space(scenario, f, n - len(design.mechanisms)) for n, f in enumerate(experiment.factors())
    ]  # those of `mechanisms` come first, and are checked
    for n, point in enumerate(points(experiment, spaces, scenario)):
        one = arm_at(
            scenario,
            name_point(n, point, spaces, design.kind),
            {s.path: value for s, value in zip(spaces, point)},
        )
        for policy in own:
            yield cross_arm(scenario, policy, one)
        if not own:
            yield one


def policies(experiment, scenario):
    """The named arms; their factors are what is not the same in all of them: mechanisms on or off, knobs that are set."""
    active = [{*scenario.mechanisms, *one.on} - {*one.off} for one in experiment.arm]
    differ = sorted(set().union(*active) - set.intersection(*active)) if active else []
    paths = list(dict.fromkeys(path for one in experiment.arm for path in flat(one.set)))
    told = []
    for n, (one, there) in enumerate(zip(experiment.arm, active)):
        factors = {f"mechanisms.{name}": name in there for name in differ} | {
            path: flat(one.set).get(path) for path in paths
        }
        told.append(DesignArm(scenario.name, one.name or f"arm {n}", one.on, one.off, flat(one.set), factors))
    return told


def cross_arm(scenario, policy, point):
    """A named arm at a point of a design; the point has the last word on what both set, and turns what the arm switches on."""
    on = tuple(
        name for name in {**dict.fromkeys(policy.on), **dict.fromkeys(point.on)} if name not in point.off
    )
    off = tuple(
        name for name in {**dict.fromkeys(policy.off), **dict.fromkeys(point.off)} if name not in point.on
    )
    own = {
        path: value
        for path, value in policy.settings.items()
        if not path.startswith(tuple(f"mechanisms.{name}." for name in point.off))
    }
    return DesignArm(
        point.case,
        f"{policy.name} @ {point.name}",
        on,
        off,
        own | settings_in_use(scenario, on, off, point.factors),
        {**policy.factors, **point.factors},
    )


def name_point(number, point, spaces, kind):
    """What an arm of a design is called: what is on, in a factorial of mechanisms; else its number and values."""
    if all(switch(s.path) for s in spaces):
        return " + ".join(s.path.partition(".")[2] for s, value in zip(spaces, point) if value) or "none"
    if kind in SAMPLED:
        return f"point {number}"
    return f"{number}: " + ", ".join(
        f"{s.path}={value:g}" if isinstance(value, float) else f"{s.path}={value}"
        for s, value in zip(spaces, point)
    )


def arm_at(scenario, name, factors):
    """The arm at one point: switches are switched; what turns a mechanism that is off is left alone."""
    on = tuple(path.partition(".")[2] for path, value in factors.items() if switch(path) and value)
    off = tuple(path.partition(".")[2] for path, value in factors.items() if switch(path) and not value)
    return DesignArm(scenario.name, name, on, off, settings_in_use(scenario, on, off, factors), factors)


def settings_in_use(scenario, on, off, factors):
    """Those factors that are settings, and not of a mechanism that is off."""
    active = {*scenario.mechanisms, *on} - {*off}
    idle = tuple(f"mechanisms.{name}." for name in mechanisms.known_names() if name not in active)
    return {path: value for path, value in factors.items() if not switch(path) and not path.startswith(idle)}


def switch(path):
    """Whether a path is a mechanism's, on or off."""
    return path.startswith("mechanisms.") and path.count(".") == 1


def space(scenario, factor, number):
    """What a factor may be in this case. Raises UserError."""
    where = f"factor.{number}"
    if factor.path.startswith("mechanisms.") and (problem := mechanisms.why_not(factor.path.split(".")[1])):
        raise UserError(f"{where}.path = {factor.path!r}: {problem}")
    if switch(factor.path):
        told = factor.values or (False, True)
        if any(type(value) is not bool for value in told) or factor.range:
            raise UserError(
                f"{where} varies {factor.path}, which is on or off: leave values and range out, or give values = [false, true]"
            )
        return FactorSpace(factor.path, tuple(told))
    full = alter_scenario(
        scenario,
        on=[
            *scenario.mechanisms,
            *([factor.path.split(".")[1]] if factor.path.startswith("mechanisms.") else []),
        ],
    )
    known = paths(full) | words(full)
    if factor.path not in known:
        raise UserError(f"{where}.path = {factor.path!r} is no knob{nearest(factor.path, known, full)}")
    f = known[factor.path]
    if factor.values:
        return FactorSpace(
            factor.path,
            tuple(take_value(f, value, At(f"{where}.values", {}), factor.path) for value in factor.values),
        )
    if "low" not in f.metadata:
        return FactorSpace(factor.path, (False, True) if f.type is bool else tuple(f.metadata["choices"]))
    m, whole = f.metadata, f.type in (int, "int")
    ends = list(factor.range) or [m["low"], m["high"]]
    if len(ends) != 2 or any(complaint(f, end) for end in ends) or not ends[0] < ends[1]:
        raise UserError(
            f"{where}.range = {ends} of {factor.path}: allowed is [low, high] within {span(m)} {m['unit']}{', whole numbers' * whole}"
        )
    low, high = ends
    if factor.log and low <= 0:
        raise UserError(
            f"{where}.log is true, and {factor.path} from {low:g} has no logarithm; give a range above 0"
        )
    return FactorSpace(
        factor.path,
        (),
        int(low) if whole else float(low),
        int(high) if whole else float(high),
        whole,
        factor.log,
    )


def nearest(path, known, scenario):
    """The way out for a path that is none."""
    if is_text(scenario, path):
        return f": it {TEXT}"
    near = get_close_matches(path, known, 3, 0.6)
    return f"; did you mean {' or '.join(near)}?" if near else "; `cogov knobs` lists them all"


def points(experiment, spaces, scenario):
    """The points of a design, in its own order: tuples of values."""
    design, factors = experiment.design, experiment.factors()
    if design.kind == "grid":
        return product(*(s.levels(f.levels) for s, f in zip(spaces, factors)))
    if design.kind == "factorial":
        return product(*((s.levels(2)[0], s.levels(2)[-1]) for s in spaces))
    if design.kind == "one_at_a_time":
        now = tuple(current(scenario, s) for s in spaces)
        return [
            now,
            *(
                (*now[:k], value, *now[k + 1 :])
                for k, (s, f) in enumerate(zip(spaces, factors))
                for value in s.levels(f.levels)
                if value != now[k]
            ),
        ]
    return [tuple(s.at(u) for s, u in zip(spaces, row)) for row in cube(design, len(spaces), experiment.seed)]


def cube(design, dimensions, seed):
    """Points in the unit cube: (n, dimensions)."""
    if design.kind in ("latin", "sobol"):
        from scipy.stats import qmc

        if design.kind == "latin":
            return qmc.LatinHypercube(dimensions, rng=seed).random(design.points)
        if design.points & (design.points - 1):
            raise UserError(
                f"design.points = {design.points} is no power of two: Sobol points are balanced in no other number; take {2 ** (design.points - 1).bit_length()}"
            )
        return qmc.Sobol(dimensions, rng=seed).random(design.points)
    from .sampling import morris_points, saltelli_points

    names = [str(n) for n in range(dimensions)]
    return (
        morris_points(names, design.points, design.levels, seed)
        if design.kind == "morris"
        else saltelli_points(names, design.points, seed)
    )


def current(scenario, space):
    """What a factor is in the case as it stands."""
    if switch(space.path):
        return space.path.partition(".")[2] in scenario.mechanisms
    part = scenario
    for name in space.path.split("."):
        if isinstance(part, dict) and name not in part:
            part = mechanisms.mechanism_class(name)()  # a mechanism that is off, as it would begin
        else:
            part = part[name] if isinstance(part, dict) else getattr(part, name)
    return part


def rows(path):
    """The rows of a CSV file, its header first. Raises UserError."""
    try:
        text = Path(path).read_bytes()[: LARGEST * 4096].decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise UserError(
            f"design.table {path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}"
        ) from None
    try:
        told = [row for row in csv.reader(text.splitlines()) if any(row)]
    except csv.Error as error:
        raise UserError(f"design.table {path} cannot be read: {error}") from None
    if len(told) < 2:
        raise UserError(
            f"design.table {path} has no arm: write a header of paths, and below it a row for each arm"
        )
    return told


def read_arms_table(path, scenario):
    """The arms of a CSV file: a column for each path, and one called `arm`, if there is one, for their names."""
    header, *body = rows(path)
    try:
        full = alter_scenario(
            scenario, on=[name.split(".")[1] for name in header if name.startswith("mechanisms.")]
        )
    except UserError as error:
        raise UserError(f"design.table {path}:1: {error}") from None
    known = paths(full) | words(full)
    for column in header:
        if column != "arm" and not switch(column) and column not in known:
            raise UserError(
                f"design.table {path}:1: no knob is called {column!r}{nearest(column, known, full)}"
            )
    for n, row in enumerate(body):
        if len(row) != len(header):
            raise UserError(
                f"design.table {path}:{n + 2}: has {len(row)} cells; its header has {len(header)}"
            )
        told = dict(zip(header, row))
        name = told.pop("arm", "") or f"row {n + 1}"
        yield arm_at(
            scenario,
            name,
            {
                column: cell(known, column, raw, f"design.table {path}:{n + 2}")
                for column, raw in told.items()
            },
        )


def cell(known, column, raw, where):
    """One value of a list, of its column's own kind."""
    if switch(column):
        if raw.strip().lower() not in ("true", "false", "on", "off", "1", "0"):
            raise UserError(f"{where}: {column} = {raw!r} is neither on nor off; allowed is true or false")
        return raw.strip().lower() in ("true", "on", "1")
    f = known[column]
    value = raw if allowed_types(f)[0] == (str,) else as_toml(raw)
    return take_value(f, value, At(where, {}), column)
