"""Parse the command-line options of a search: ranges, budgets, objectives."""

import numpy as np

from ...engine.parameters import paths
from ...engine.renamed import suggest_names
from ...engine.texts.errors import Message, UserError
from ...model.measures import SMALLER
from ...model.resources.ledger import PAYERS
from ...model.scenarios.scenario import Scenario
from ..statistics.replicate_table import SWITCH
from .search_space import HOURS


def parse_range(scenario: Scenario, text: str) -> tuple[str, tuple[float, float]]:
    """Parse PATH=LOW..HIGH, or PATH for the whole allowed range, to (path, (low, high)). Raises UserError.

    >>> parse_range(Scenario(), "committee.staff=1..4"), parse_range(Scenario(), "residents.trust_committee")
    (('committee.staff', (1.0, 4.0)), ('residents.trust_committee', (0.0, 1.0)))
    """
    path, equals, limits = (part.strip() for part in text.partition("="))
    known = paths(scenario)
    if path not in known:
        hint = (
            suggest_names(path, list(known))
            if not path.startswith(SWITCH)
            else Message("; the mechanism must be on, or be named with --may")
        )
        raise UserError("--vary {text}: no knob is called {path!r}{hint}", text=text, path=path, hint=hint)
    if not equals:
        return path, (known[path].metadata["low"], known[path].metadata["high"])
    try:
        low, high = map(float, limits.split(".."))
    except ValueError:
        raise UserError("--vary {text}: write its range as PATH=LOW..HIGH", text=text) from None
    return path, (low, high)


def parse_budget(text: str) -> tuple[str, float]:
    """Parse HOURS (of all work) or ROLE=HOURS to (measure, most). Raises UserError.

    >>> parse_budget("400"), parse_budget("committee=200")
    (('hours', 400.0), ('hours.committee', 200.0))
    """
    role, _, hours = (part.strip() for part in text.rpartition("="))
    try:
        most = float(hours)
    except ValueError:
        most = -1.0
    if not 0 <= most < np.inf:
        raise UserError(
            "--budget-hours {text}: write hours, 0 or more, such as 400 for all work, or "
            "committee=200 for one role",
            text=text,
        )
    if role and role not in PAYERS:
        raise UserError(
            "--budget-hours {text}: no role is called {role!r}{hint}",
            text=text,
            role=role,
            hint=suggest_names(role, list(PAYERS)),
        )
    return f"{HOURS}{role}" if role else "hours", most


def parse_objective(text: str) -> tuple[str, str]:
    """Parse MEASURE=WAY, or MEASURE for the direction in which it is better, to (measure, direction).

    The direction is maximise or minimise; it is not checked here.

    >>> parse_objective("resolution_rate"), parse_objective("yuan"), parse_objective("arisen=minimise")
    (('resolution_rate', 'maximise'), ('yuan', 'minimise'), ('arisen', 'minimise'))
    """
    name, _, way = (part.strip() for part in text.partition("="))
    return name, way or ("minimise" if name in SMALLER else "maximise")
