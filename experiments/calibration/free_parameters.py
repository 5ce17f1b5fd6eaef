"""Choose the assumed numbers of a case that are fitted to a log, and the range of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...engine.output import short
from ...engine.parameters import paths, set_parameters
from ...engine.renamed import suggest_paths
from ...engine.texts.errors import UserError
from ...model.scenarios.scenario import Scenario
from ..evidence.knobs import GIVEN, value_at

FACTOR = 4.0  # a fitted number may by default be larger or smaller than assumed by this factor

Kinds = Sequence[tuple[str, tuple[str, ...]]]  # a kind of issue, and the names of cogov's categories


@dataclass(frozen=True)
class FreeParameter:
    """One fitted parameter: a knob, or a factor on the same knob of several categories."""

    path: str
    moves: tuple  # paths of the knobs it sets
    low: float  # of the knob, or of the factor
    high: float
    default: float
    scale: str  # "log" or "plain": where the prior is uniform
    factor: bool

    def value(self, u: Any) -> Any:
        """Return the value at quantile `u` of the prior, 0..1; takes arrays."""
        if self.scale == "log":
            return self.low * (self.high / self.low) ** u
        return self.low + (self.high - self.low) * u

    @property
    def default_quantile(self) -> float:
        """The quantile of the prior at which the default is, away from its ends."""
        if self.scale == "log":
            u = np.log(max(self.default, self.low) / self.low) / np.log(self.high / self.low)
        else:
            u = (self.default - self.low) / (self.high - self.low)
        return float(np.clip(u, 0.01, 0.99))

    def settings(self, scenario: Scenario, value: float) -> dict[str, float]:
        """Return the settings for a value: path -> number, clipped to each knob's own range."""
        known, numbers = paths(scenario), {}
        for path in self.moves:
            f = known[path]
            new = float(
                min(
                    max(value * value_at(scenario, path) if self.factor else value, f.metadata["low"]),
                    f.metadata["high"],
                )
            )
            numbers[path] = round(new) if f.type in (int, "int") else new
        return numbers


def choose_free_parameters(
    scenario: Scenario, wanted: Sequence[str], kinds: Kinds, people: float, factor: float = FACTOR
) -> list[FreeParameter]:
    """Return the parameters to fit.

    `wanted` are texts PATH or PATH=LOW:HIGH; default: `default_paths`. `issues.FAMILY.KNOB`,
    `issues.KIND.KNOB` (a category of the log) and `issues.*.KNOB` are one factor on that knob of all these
    categories. Raises UserError.
    """
    known = paths(scenario)
    chosen = [
        parse_free_parameter(text, scenario, known, kinds, factor)
        for text in wanted or default_paths(scenario, kinds, people)
    ]
    names = [parameter.path for parameter in chosen]
    for parameter in chosen:
        for other in chosen:
            shared = set(parameter.moves) & set(other.moves)
            if names.count(parameter.path) > 1 or (parameter is not other and shared):
                raise UserError(
                    "--fit {path} and --fit {other} move the same number{number}; leave one out",
                    path=parameter.path,
                    other=other.path,
                    number=f", {min(shared)}" if shared else "",
                )
    return chosen


def default_paths(scenario: Scenario, kinds: Kinds, people: float) -> list[str]:
    """Return the paths fitted by default.

    They are how often each kind of issue arises, how much work it takes, how long it waits for an
    appointment, how much the desks can do, and how soon the committee forgets.
    """
    categories = [scenario.issues[name] for _, names in kinds for name in names]
    chosen = [f"issues.{name}.rate" for name, _ in kinds] if people else []
    chosen += [f"issues.{name}.work_hours" for name, _ in kinds]
    if any(c.appointment_days for c in categories):
        chosen += ["all_issues.appointment_factor"]
    chosen += ["committee.staff", "committee.forgetting_rate"]
    chosen += (
        ["property_managers.shift_hours"]
        if any(c.company for c in scenario.compound) and any("property" in c.done_by for c in categories)
        else []
    )
    chosen += ["departments.daily_hours"] if any(c.department_days for c in categories) else []
    return chosen


def parse_free_parameter(
    text: str, scenario: Scenario, known: dict, kinds: Kinds, factor: float
) -> FreeParameter:
    """Parse one parameter from PATH or PATH=LOW:HIGH. Raises UserError."""
    path, equals, limits = (part.strip() for part in text.partition("="))
    is_factor = False
    moves: tuple[str, ...] = (path,)
    if path not in known and path.startswith("issues.") and path.count(".") >= 2:
        group, _, name = path.removeprefix("issues.").rpartition(".")
        members = dict(kinds).get(group) or tuple(
            c for c, it in scenario.issues.items() if group in ("*", it.family)
        )
        is_factor = True
        moves = tuple(
            f"issues.{c}.{name}"
            for c in members
            if f"issues.{c}.{name}" in known and value_at(scenario, f"issues.{c}.{name}")
        )
    if not moves or (not is_factor and path not in known):
        raise UserError(
            "--fit {path} is unknown; issues.FAMILY.rate is a factor on the rates of a family{hint}",
            path=short(path),
            hint=suggest_paths(path, known),
        )
    if path.startswith(GIVEN):
        raise UserError(
            "--fit {path} is data of the case, not an assumption, so it cannot be fitted", path=path
        )
    default = 1.0 if is_factor else float(value_at(scenario, path))
    bounds = (0.0, np.inf) if is_factor else (known[path].metadata["low"], known[path].metadata["high"])
    if equals:
        low, high = limits_of(text, limits, bounds)
    elif default > 0:
        low, high = max(default / factor, bounds[0]), min(default * factor, bounds[1])
    else:
        low, high = bounds  # no factor applies to a default of 0: use the whole range
    return FreeParameter(path, moves, low, high, default, "log" if low > 0 else "plain", is_factor)


def limits_of(text: str, limits: str, bounds: tuple[float, float]) -> tuple[float, float]:
    """Parse LOW:HIGH and check it against `bounds`. Raises UserError."""
    try:
        low, high = map(float, limits.split(":"))
    except ValueError:
        raise UserError("--fit {text}: write its range as PATH=LOW:HIGH", text=short(text)) from None
    if not bounds[0] <= low < high <= bounds[1]:
        raise UserError(
            "--fit {text}: {low:g}:{high:g} is not a range within {least:g} to {most:g}",
            text=short(text),
            low=low,
            high=high,
            least=bounds[0],
            most=bounds[1],
        )
    return low, high


def apply_free_parameters(scenario: Scenario, chosen: Sequence[FreeParameter], u: np.ndarray) -> Scenario:
    """Return the scenario with its free parameters at quantiles `u` (parameters,) of their priors."""
    settings: dict[str, float] = {}
    for parameter, quantile in zip(chosen, u):
        settings |= parameter.settings(scenario, parameter.value(float(quantile)))
    return set_parameters(scenario, settings)
