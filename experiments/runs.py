"""One run, as tables: what `cogov run` shows and `cogov.simulate` returns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..model import measures
from ..model import simulate as engine
from ..model.cases import altered, read
from ..model.categories import FAMILIES, SCOPES
from ..model.issues import STATES, WHAT
from ..model.ledger import PAYERS
from ..model.luck import seed_of
from ..model.scenario import Scenario

SOURCES = ("yuan: community", "yuan: compounds")  # whose fund
DESKS = "(desks)"  # the ledger's row for work that no mechanism sent


@dataclass
class Tables:
    """A finished run as pandas tables."""

    scenario: Scenario
    seed: int
    within: int            # days that count as in time
    measures: pd.Series    # every measure, name -> number
    series: pd.DataFrame   # one row per day
    issues: pd.DataFrame   # one row per issue that arose
    history: pd.DataFrame  # one row per thing that happened to an issue
    ledger: pd.DataFrame   # hours by role and yuan, one row per mechanism and one for the desks


def scenario_of(case):
    """A scenario itself, or the one that a name or path means."""
    return case if isinstance(case, Scenario) else read(case)


def simulate(case, *, seed=0, days=None, on=(), off=(), settings=(), within=measures.WITHIN, progress=None):
    """Live through `case` (a name, a path or a Scenario) once; returns `Tables`.

    `on`, `off` name mechanisms; `settings` turns knobs, {"committee.staff": 3} or ["committee.staff=3"]; `within` is the
    days that count as in time; `progress`, if given, is called every day. The same seed is the same luck, whatever is
    switched on. Raises ScenarioError.
    """
    scenario = altered(scenario_of(case), on, off, settings, days)
    return tables(engine.simulate(scenario, "run", seed, progress=progress), scenario, seed, within)


def replicate(scenario, experiment, seed, number):
    """The run of one replicate: its luck is hashed from the experiment, the case, the seed and its number."""
    return engine.simulate(scenario, seed_of(experiment, scenario.name, seed, number))


def tables(run, scenario, seed, within):
    i = run.issues
    mechanism = np.array([*run.names, ""])  # code -1 is nobody's
    issues = pd.DataFrame({name: i[name] for name in i.dtype.names})
    issues["category"] = pd.Categorical.from_codes(i["category"], list(run.categories))
    issues["family"] = pd.Categorical.from_codes(i["family"], list(FAMILIES))
    issues["scope"] = pd.Categorical.from_codes(i["scope"], list(SCOPES))
    issues["state"] = pd.Categorical.from_codes(i["state"], list(STATES))
    issues["teller"], issues["closer"] = mechanism[i["teller"]], mechanism[i["closer"]]
    issues["cost"] = i["cost"] / 100
    h = run.history
    history = pd.DataFrame({name: h[name] for name in ("issue", "day", "who")})
    history["what"] = pd.Categorical.from_codes(h["what"], list(WHAT))
    history["by"] = mechanism[h["by"]]
    series = pd.DataFrame(run.series, index=pd.RangeIndex(1, run.days + 1, name="day"))
    return Tables(scenario, seed, within, pd.Series(measures.summary(run, within)), series, issues, history, ledger(run))


def ledger(run):
    """Hours by role and yuan by source, by mechanism; only rows in which something was spent, and always the desks'.

    Mechanisms are paid from the community's fund; what issues cost comes from their compound's repair fund or from there.
    """
    table = pd.DataFrame(run.ledger.hours, columns=list(PAYERS), index=[*run.names, DESKS])
    spent = run.fen[:, 2]
    table[SOURCES[0]] = np.append(run.ledger.fen[:-1], spent[-1] - run.ledger.fen[:-1].sum()) / 100
    table[SOURCES[1]] = np.append(np.zeros(len(run.names)), spent[:-1].sum() / 100)
    return table[(table.sum(axis=1) > 0) | (table.index == DESKS)].rename_axis("mechanism")
