"""One run, as tables: what `cogov run` shows and `cogov.simulate` returns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...engine.parameters import UserError
from ...engine.randomness import seed_of, whole_seed
from ...model import measures
from ...model import simulate as engine
from ...model.cases import alter_scenario, read_case
from ...model.issues.categories import FAMILIES, SCOPES
from ...model.issues.issue_table import STATES, WHAT
from ...model.precompile import ensure_compiled
from ...model.resources.ledger import PAYERS
from ...model.scenario import Scenario, census_of

SOURCES = ("yuan: community", "yuan: compounds")  # whose fund
DESKS = "(desks)"  # the ledger's row for work that no mechanism sent


@dataclass
class RunTables:
    """A finished run as pandas tables, each made when it is first asked for; `summary` and `spending` without pandas."""

    scenario: Scenario
    seed: int
    within: int  # days that count as in time
    run: engine.Run

    @cached_property
    def summary(self):
        """Every measure, name -> number."""
        return measures.summary(self.run, self.within)

    @cached_property
    def spending(self):
        """Hours by role and yuan by source, {mechanism: {name: amount}}; see `spending`."""
        return spending(self.run)

    @cached_property
    def measures(self):
        """Every measure as a Series, name -> number."""
        import pandas as pd

        return pd.Series(self.summary)

    @cached_property
    def series(self):
        """One row per day."""
        import pandas as pd

        return pd.DataFrame(self.run.series, index=pd.RangeIndex(1, self.run.days + 1, name="day"))

    @cached_property
    def issues(self):
        """One row per issue that arose."""
        import pandas as pd

        i, mechanism = self.run.issues, np.array([*self.run.names, ""])  # code -1 is nobody's
        issues = pd.DataFrame({name: i[name] for name in i.dtype.names if name != "luck"})
        issues["category"] = pd.Categorical.from_codes(i["category"], list(self.run.categories))
        issues["family"] = pd.Categorical.from_codes(i["family"], list(FAMILIES))
        issues["scope"] = pd.Categorical.from_codes(i["scope"], list(SCOPES))
        issues["state"] = pd.Categorical.from_codes(i["state"], list(STATES))
        issues["teller"], issues["closer"] = mechanism[i["teller"]], mechanism[i["closer"]]
        issues["cost"] = i["cost"] / 100
        return issues

    @cached_property
    def history(self):
        """One row per thing that happened to an issue."""
        import pandas as pd

        h = self.run.history
        history = pd.DataFrame({name: h[name] for name in ("issue", "day", "who")})
        history["what"] = pd.Categorical.from_codes(h["what"], list(WHAT))
        history["by"] = np.array([*self.run.names, ""])[h["by"]]
        return history

    @cached_property
    def ledger(self):
        """Hours by role and yuan by source, one row per mechanism and one for the desks."""
        return ledger(self.run)


def scenario_of(case):
    """A scenario itself, or the one that a name or path means."""
    return case if isinstance(case, Scenario) else read_case(case)


def simulate(case, *, seed=0, days=None, on=(), off=(), settings=(), within=measures.WITHIN, progress=None):
    """Live through `case` (a name, a path or a Scenario) once; returns `RunTables`.

    `on`, `off` name mechanisms; `settings` turns knobs, {"committee.staff": 3} or ["committee.staff=3"]; `within` is the
    days that count as in time; `progress`, if given, is called every day. The same seed is the same luck, whatever is
    switched on. Raises UserError.
    """
    seed, scenario = whole_seed(seed), alter_scenario(scenario_of(case), on, off, settings, days)
    ensure_compiled(scenario.mechanisms)
    return RunTables(scenario, seed, within, engine.simulate(scenario, "run", seed, progress=progress))


def whole(name, value, low, high):
    """A count as an int. Raises UserError."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or not low <= value <= high:
        raise UserError(f"{name} = {value!r} is out of range; allowed is a whole number, {low:,} to {high:,}")
    return int(value)


def replicate(scenario, experiment, seed, number):
    """The run of one replicate: its luck is hashed from the experiment, the case, the seed and its number."""
    return engine.simulate(scenario, seed_of(experiment, scenario.name, seed, number))


def spending(run):
    """Hours by role and yuan by source, {mechanism: {name: amount}}; only those that spent something, and always the desks.

    Mechanisms are paid from the community's fund; what issues cost comes from their compound's repair fund or from there.
    """
    fen = run.fen[:, 2]
    community = np.append(run.ledger.fen[:-1], fen[-1] - run.ledger.fen[:-1].sum()) / 100
    compounds = np.append(np.zeros(len(run.names)), fen[:-1].sum() / 100)
    amounts = np.column_stack([run.ledger.hours, community, compounds])
    rows = {
        name: dict(zip((*PAYERS, *SOURCES), row.tolist())) for name, row in zip((*run.names, DESKS), amounts)
    }
    return {name: row for name, row in rows.items() if name == DESKS or sum(row.values()) > 0}


def census(scenario):
    """The census and the committee of a scenario for a manifest: every number, and the names of those that the case leaves out."""
    numbers, left = census_of(scenario)
    return {"census": numbers, "left_out": left}


def ledger(run):
    """`spending` as a DataFrame: one row per mechanism, one column per role and source."""
    import pandas as pd

    return pd.DataFrame.from_dict(spending(run), orient="index").rename_axis("mechanism")
