"""Describe the kinds of people: attributes, decision rules and parameters.

The description is read from the files in agents/ and from the mechanisms.
"""

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, fields
from importlib import import_module

from ...agents import population
from ...model import mechanisms
from ...model.scenarios.scenario import Scenario

KINDS = {  # kind of person, as its file in agents/ -> its role, in which mechanisms ask for hours
    "residents": "",
    "party_members": "MEMBER",
    "volunteers": "VOLUNTEER",
    "property_managers": "PROPERTY",
    "grid_workers": "GRID",
    "committee": "COMMITTEE",
    "departments": "",
}
RELATIONS = (  # (who, does what, to whom), as in the model
    ("residents", "report to", "committee"),  # issues/reporting.py
    ("residents", "report to", "property_managers"),
    ("residents", "pay fees to", "property_managers"),  # agents/property_managers.py
    ("residents", "join", "volunteers"),  # agents/residents.py: evenings promised
    ("committee", "passes issues to", "departments"),  # issues/issue_table.py: UPWARD
    ("committee", "asks", "volunteers"),  # by way of mechanisms, resources/allocation.py
    ("committee", "asks", "party_members"),
    ("party_members", "help", "residents"),
    ("volunteers", "help", "residents"),
    ("grid_workers", "report to", "committee"),  # mechanisms/grid_patrol.py
    ("grid_workers", "call on", "departments"),  # mechanisms/whistle.py
    ("property_managers", "repair for", "residents"),  # issues/work.py
    ("committee", "works and pays for", "residents"),  # issues/work.py, issues/payment.py
    ("departments", "answer", "committee"),  # issues/closing.py
)
SHORT = 8  # lines of a rule, at most, for its code to be shown as its formula


@dataclass(frozen=True)
class Decision:
    """A decision that a kind of person takes."""

    name: str
    when: str
    rule: str  # the first line of its docstring
    formula: str  # its code, where it is short


@dataclass(frozen=True)
class AgentKind:
    """A kind of person."""

    name: str
    title: str  # the first line of its file, Chinese name included
    attributes: tuple  # (name, meaning) of each column; of residents only
    decisions: tuple  # of Decision
    parameters: tuple  # paths of its numbers, as `--set` takes them
    asked_by: tuple  # names of mechanisms that ask for its hours


def describe_agents() -> list[AgentKind]:
    """Describe every kind of person, in the order of KINDS."""
    return [describe_kind(name) for name in KINDS]


def describe_kind(name: str) -> AgentKind:
    """Describe one kind of person."""
    module = import_module(f"...agents.{name}", __package__)
    return AgentKind(
        name=name,
        title=module.__doc__.partition("\n")[0],
        attributes=columns_of(population.Residents) if name == "residents" else (),
        decisions=tuple(describe_decision(rule, when) for rule, when in module.DECISIONS),
        parameters=tuple(f"{name}.{f.name}" for f in fields(parameters_of(name))),
        asked_by=tuple(askers(KINDS[name])) if KINDS[name] else (),
    )


def parameters_of(name: str) -> type:
    """Return the dataclass of a kind's numbers: the type of the scenario's field of that name."""
    return type(getattr(Scenario(), name))


def describe_decision(rule: Callable, when: str) -> Decision:
    """Describe a rule, which is a function or a kernel."""
    function = getattr(rule, "py_func", rule)
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("def "))
    code = textwrap.dedent("\n".join(lines[at + 1 :]))
    body = re.sub(r'^"""(?s:.*?)"""\n', "", code).strip()
    formula = body if len(body.splitlines()) <= SHORT else ""
    return Decision(function.__name__, when, inspect.getdoc(function).partition("\n")[0], formula)


def columns_of(kind: type) -> tuple:
    """Return the columns of a NamedTuple, (name, the comment on its line) each."""
    columns = re.findall(r"^    (\w+): np\.ndarray  # (.*)$", inspect.getsource(kind), re.M)
    return tuple((name, " ".join(words.split())) for name, words in columns)


def askers(role: str) -> list[str]:
    """Return the mechanisms that ask for hours of a role, read from their files."""
    asks = re.compile(rf"\bwant\[{role}\b")
    return [
        name
        for name in mechanisms.shipped_names()
        if asks.search(inspect.getsource(inspect.getmodule(mechanisms.load_class(name))))
    ]
