"""List all knobs as `--set` takes them, with the shipped cases that change each."""

from dataclasses import Field, dataclass, fields
from typing import Any

from ...engine.parameters import paths
from ...engine.renamed import suggest_paths
from ...engine.texts.errors import Message, UserError
from ...model import mechanisms
from ...model.scenarios.cases import list_cases, read_case
from ...model.scenarios.scenario import Scenario
from ..evidence.knobs import value_at


@dataclass(frozen=True)
class Parameter:
    """One knob: its default, range, unit and source, and the cases that change it."""

    path: str  # as `--set` takes it; a path that begins with [[ exists in case files only
    default: float
    low: float
    high: float
    unit: str
    source: str
    # case -> its value where it differs from the default; a list of values for a table that may be repeated
    cases: dict[str, Any]


def list_parameters(prefix: str = "") -> list[Parameter]:
    """Return the knobs whose path begins with `prefix`, in the order of a scenario.

    Raises UserError if there is none.
    """
    plain = Scenario(mechanisms=mechanisms.all_mechanisms())
    cases = {name: read_case(name) for name in list_cases()}
    paths_of = {name: paths(case) for name, case in cases.items()}
    knobs = []
    for path, f in paths(plain).items():
        default = value_at(plain, path)
        by_case = {name: value_at(cases[name], path) for name in cases if path in paths_of[name]}
        knobs.append(
            parameter(path, f, default, {name: value for name, value in by_case.items() if value != default})
        )
    for table in (f for f in fields(Scenario) if "each" in f.metadata and f.name != "reported"):
        for f in (f for f in fields(table.metadata["each"]) if "low" in f.metadata):
            lists = {
                name: [getattr(entry, f.name) for entry in getattr(case, table.name)]
                for name, case in cases.items()
            }
            knobs.append(
                parameter(
                    f"[[{table.name}]] {f.name}",
                    f,
                    f.default,
                    {name: values for name, values in lists.items() if set(values) - {f.default}},
                )
            )
    chosen = [knob for knob in knobs if knob.path.startswith(prefix)]
    if not chosen:
        known = [knob.path for knob in knobs]
        near = [path for path in known if prefix in path][:3]
        nearest = Message("; nearest are {paths}", paths=", ".join(near))
        hint = nearest if near else suggest_paths(prefix, known)
        raise UserError("no knob begins with {prefix!r}{hint}", prefix=prefix, hint=hint)
    return chosen


def parameter(path: str, f: Field, default: Any, cases: dict) -> Parameter:
    return Parameter(
        path, default, f.metadata["low"], f.metadata["high"], f.metadata["unit"], f.metadata["source"], cases
    )
