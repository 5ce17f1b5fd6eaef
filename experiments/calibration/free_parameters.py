"""Which assumed numbers of a case are fitted to a log, and how far each may go from what it is."""

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from ...engine.parameters import UserError, all_turned, paths
from ...engine.toml_reader import short
from ..comparison.parameter_paths import at
from .reported_patterns import GIVEN

FACTOR = 4.0  # by which an assumed number may be larger or smaller than it is, unless said otherwise


@dataclass(frozen=True)
class FreeParameter:
    """One parameter that is fitted: a knob, or a factor on the same knob of several categories."""

    path: str
    moves: tuple  # paths of the knobs that it moves
    low: float  # of the knob; or of the factor
    high: float
    default: float
    scale: str  # "log" or "plain": where the prior is uniform
    factor: bool

    def value(self, u):
        """The value at `u` of its prior, 0..1; takes arrays."""
        if self.scale == "log":
            return self.low * (self.high / self.low) ** u
        return self.low + (self.high - self.low) * u

    def settings(self, scenario, value):
        """What it sets: path -> number, each within its knob's own range."""
        known, out = paths(scenario), {}
        for path in self.moves:
            f = known[path]
            new = float(
                min(
                    max(value * at(scenario, path) if self.factor else value, f.metadata["low"]),
                    f.metadata["high"],
                )
            )
            out[path] = round(new) if f.type in (int, "int") else new
        return out


def choose_free_parameters(scenario, wanted, kinds, people, factor=FACTOR):
    """The parameters to fit. `wanted` are texts PATH or PATH=LOW:HIGH; without any, a handful that the kinds feel.

    `issues.FAMILY.KNOB`, `issues.KIND.KNOB` (a category of the log) and `issues.*.KNOB` are one factor on that knob of all these categories.
    """
    known = paths(scenario)
    chosen = [free(text, scenario, known, kinds, factor) for text in wanted or usual(scenario, kinds, people)]
    names = [one.path for one in chosen]
    for one in chosen:
        for other in chosen:
            both = set(one.moves) & set(other.moves)
            if names.count(one.path) > 1 or (one is not other and both):
                raise UserError(
                    f"--fit {one.path} and --fit {other.path} move the same number{f', {min(both)}' if both else ''}; leave one out"
                )
    return chosen


def usual(scenario, kinds, people):
    """A handful: how often each kind arises, what the work takes, how much the desk can do, and how soon it forgets."""
    categories = [scenario.issues[name] for _, names in kinds for name in names]
    out = [f"issues.{name}.rate" for name, _ in kinds] if people else []
    out += [f"issues.{name}.work" for name, _ in kinds]
    out += ["committee.staff", "committee.forget"]
    out += (
        ["property_managers.shift"]
        if any(c.company for c in scenario.compound) and any("property" in c.hands for c in categories)
        else []
    )
    out += ["departments.hours"] if any(c.lead for c in categories) else []
    return out


def free(text, scenario, known, kinds, factor):
    """One parameter from PATH or PATH=LOW:HIGH. Raises UserError."""
    path, equals, limits = (part.strip() for part in text.partition("="))
    moves, many = (path,), False
    if path not in known and path.startswith("issues.") and path.count(".") >= 2:
        group, _, name = path.removeprefix("issues.").rpartition(".")
        members = dict(kinds).get(group) or tuple(
            c for c, it in scenario.issues.items() if group in ("*", it.family)
        )
        moves, many = (
            tuple(
                f"issues.{c}.{name}"
                for c in members
                if f"issues.{c}.{name}" in known and at(scenario, f"issues.{c}.{name}")
            ),
            True,
        )
    if not moves or (not many and path not in known):
        near = [longer for longer in known if longer.endswith(f".{path}")][:3] or get_close_matches(
            path[:100], known, 3, 0
        )
        raise UserError(
            f"--fit {short(path)} is unknown; nearest are {', '.join(near)}; issues.FAMILY.rate is a factor on the rates of a family"
        )
    if path.startswith(GIVEN):
        raise UserError(f"--fit {path}: is what the case gives, not what it assumes")
    now = 1.0 if many else float(at(scenario, path))
    bounds = (0.0, np.inf) if many else (known[path].metadata["low"], known[path].metadata["high"])
    if equals:
        low, high = limits_of(text, limits, bounds)
    elif now > 0:
        low, high = max(now / factor, bounds[0]), min(now * factor, bounds[1])
    else:
        low, high = bounds  # nothing to be larger or smaller than: all that is allowed
    return FreeParameter(path, moves, low, high, now, "log" if low > 0 else "plain", many)


def limits_of(text, limits, bounds):
    try:
        low, high = map(float, limits.split(":"))
    except ValueError:
        raise UserError(f"--fit {short(text)}: write its range as PATH=LOW:HIGH") from None
    if not bounds[0] <= low < high <= bounds[1]:
        raise UserError(
            f"--fit {short(text)}: {low:g}:{high:g} is no range within {bounds[0]:g} to {bounds[1]:g}"
        )
    return low, high


def apply_free_parameters(scenario, chosen, u):
    """The scenario with its free parameters at `u` (parameters,) of their priors."""
    settings = {}
    for one, x in zip(chosen, u):
        settings |= one.settings(scenario, one.value(float(x)))
    return all_turned(scenario, settings)
