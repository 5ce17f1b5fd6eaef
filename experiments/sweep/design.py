"""Turn points of a factor space into arms.

A factor is any parameter that `--set` can change, by its path, or `mechanisms.NAME`, which is on or off. Its
range is that of the knob unless the experiment narrows it. Low-discrepancy points come from scipy; Morris'
trajectories and Saltelli's scheme from SALib.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.parameters import paths
from ...engine.settings import choice_paths, parse_toml_value
from ...engine.texts.errors import FieldError, Message, Translated, UserError
from ...engine.toml_reader import (
    LARGEST,
    At,
    required_types,
    take_value,
)
from ...model import mechanisms
from ...model.scenarios.cases import alter_scenario
from ...model.scenarios.scenario import Scenario
from .factor_space import (
    FactorSpace,
    factor_space,
    is_switch,
    points,
    suggest_path,
)

if TYPE_CHECKING:
    from .experiment import Experiment

KINDS = ("arms", "grid", "list", "one_at_a_time", "factorial", "latin", "sobol", "morris", "saltelli")
SAMPLED = ("latin", "sobol", "morris", "saltelli")
TABLE = "design.table"  # the field of an experiment that names a CSV file of arms


@dataclass(frozen=True)
class DesignArm:
    """A case under one set of institutions."""

    case: str  # name of the case
    name: str
    on: tuple[str, ...]
    off: tuple[str, ...]
    settings: dict[str, Any]
    factors: dict[str, Any]  # path -> value, for what the design varies


def flatten_settings(settings: dict, prefix: str = "") -> dict[str, object]:
    """Return settings of a TOML file as path -> value.

    They may be {"committee": {"staff": 2}} or {"committee.staff": 2}. Raises UserError.
    """
    if not isinstance(settings, dict):
        raise UserError(
            "set is an array; allowed is a table of paths and values, such as { committee.staff = 3 }"
        )
    by_path: dict[str, object] = {}
    for name, value in settings.items():
        by_path |= (
            flatten_settings(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
        )
    return by_path


def size(experiment: "Experiment") -> int:
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
        problem = Message("{name!r} of {case}: {error}", name=arm.name, case=arm.case, error=error)
        raise FieldError("", "arm", problem) from None


def arms_of_case(experiment: "Experiment", scenario: Scenario) -> Iterator[DesignArm]:
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


def policies(experiment: "Experiment", scenario: Scenario) -> list[DesignArm]:
    """Return the named arms.

    Their factors are what is not the same in all of them: mechanisms on or off, and knobs that are set.
    """
    active: list[set[str]] = [{*scenario.mechanisms, *arm.on} - {*arm.off} for arm in experiment.arm]
    differ = sorted(set().union(*active) - active[0].intersection(*active)) if active else []
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


def settings_in_use(scenario: Scenario, on: Iterable[str], off: Iterable[str], factors: dict) -> dict:
    """Return those factors that are settings, except of mechanisms that are off."""
    active = {*scenario.mechanisms, *on} - {*off}
    idle = tuple(f"mechanisms.{name}." for name in mechanisms.list_known() if name not in active)
    return {
        path: value for path, value in factors.items() if not is_switch(path) and not path.startswith(idle)
    }


def rows(path: str) -> list[list[str]]:
    """Return the rows of a CSV file, its header first. Raises UserError."""
    try:
        text = Path(path).read_bytes()[: LARGEST * 4096].decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or Translated("it is not UTF-8 text", "它不是UTF-8文本")
        problem = Message("{path} cannot be read: {reason}", path=path, reason=reason)
        raise FieldError("", TABLE, problem) from None
    try:
        table = [row for row in csv.reader(text.splitlines()) if any(row)]
    except csv.Error as error:
        problem = Message("{path} cannot be read: {reason}", path=path, reason=error)
        raise FieldError("", TABLE, problem) from None
    if len(table) < 2:
        problem = Message(
            "{path} has no arm: write a header of paths, and below it a row for each arm", path=path
        )
        raise FieldError("", TABLE, problem)
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
        raise FieldError("", TABLE, Message("{path}:1: {error}", path=path, error=error)) from None
    known = paths(full) | choice_paths(full)
    for column in header:
        if column != "arm" and not is_switch(column) and column not in known:
            problem = Message(
                "{path}:1: no knob is called {column!r}{hint}",
                path=path,
                column=column,
                hint=suggest_path(column, known, full),
            )
            raise FieldError("", TABLE, problem)
    for n, row in enumerate(body):
        if len(row) != len(header):
            problem = Message(
                "{path}:{line}: has {cells_count} cells; its header has {header_count}",
                path=path,
                line=n + 2,
                cells_count=len(row),
                header_count=len(header),
            )
            raise FieldError("", TABLE, problem)
        cells = dict(zip(header, row))
        name = cells.pop("arm", "") or f"row {n + 1}"
        try:
            factors = {column: cell(known, column, raw, f"{path}:{n + 2}") for column, raw in cells.items()}
        except UserError as error:
            raise FieldError("", TABLE, error.message) from None
        yield arm_at(scenario, name, factors)


def cell(known: dict, column: str, raw: str, where: str) -> object:
    """Convert one cell of a table to the type of its column. Raises UserError."""
    if is_switch(column):
        if raw.strip().lower() not in ("true", "false", "on", "off", "1", "0"):
            raise UserError(
                "{where}: {column} = {raw!r} is neither on nor off; allowed is true or false",
                where=where,
                column=column,
                raw=raw,
            )
        return raw.strip().lower() in ("true", "on", "1")
    f = known[column]
    value = raw if required_types(f)[0] == (str,) else parse_toml_value(raw)
    return take_value(f, value, At(where, {}), column)
