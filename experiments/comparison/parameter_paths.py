"""Parameters: every knob there is, as `--set` takes it, and which of the cases that ship turn it."""

from dataclasses import dataclass, fields
from difflib import get_close_matches

from ...engine.parameters import UserError, paths
from ...model import mechanisms
from ...model.cases import list_cases, read_case
from ...model.scenario import Scenario


@dataclass(frozen=True)
class Parameter:
    """One knob: what it is, and how cases turn it."""

    path: str  # as `--set` takes it; one that begins with [[ stands in a case file only
    default: float
    low: float
    high: float
    unit: str
    source: str
    cases: (
        dict  # case -> its value where that is another, or its values where a table may stand several times
    )


def parameters(prefix=""):
    """Every knob whose path begins with `prefix`, in the order of a scenario. Raises UserError when there is none."""
    plain, cases = (
        Scenario(mechanisms=mechanisms.all_mechanisms()),
        {name: read_case(name) for name in list_cases()},
    )
    theirs = {name: paths(case) for name, case in cases.items()}
    found = []
    for path, f in paths(plain).items():
        default = at(plain, path)
        here = {name: at(cases[name], path) for name in cases if path in theirs[name]}
        found.append(
            parameter(path, f, default, {name: value for name, value in here.items() if value != default})
        )
    for table in (f for f in fields(Scenario) if "each" in f.metadata and f.name != "reported"):
        for f in (f for f in fields(table.metadata["each"]) if "low" in f.metadata):
            here = {
                name: [getattr(one, f.name) for one in getattr(case, table.name)]
                for name, case in cases.items()
            }
            found.append(
                parameter(
                    f"[[{table.name}]] {f.name}",
                    f,
                    f.default,
                    {name: values for name, values in here.items() if set(values) - {f.default}},
                )
            )
    chosen = [one for one in found if one.path.startswith(prefix)]
    if not chosen:
        near = [one.path for one in found if prefix in one.path] or get_close_matches(
            prefix, [one.path for one in found], 3, 0
        )
        raise UserError(f"no knob begins with {prefix!r}; nearest are {', '.join(near[:3])}")
    return chosen


def parameter(path, f, default, cases):
    return Parameter(
        path, default, f.metadata["low"], f.metadata["high"], f.metadata["unit"], f.metadata["source"], cases
    )


def at(part, path):
    """The number at a path."""
    for name in path.split("."):
        part = part[name] if isinstance(part, dict) else getattr(part, name)
    return part
