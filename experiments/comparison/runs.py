"""One run as tables: what `cogov run` prints and `cogov.simulate` returns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ...engine.randomness import seed_of, whole_seed
from ...engine.texts.errors import UserError
from ...model import measures
from ...model import simulate as engine
from ...model.activities import list_activities, sum_activities
from ...model.issues.categories import FAMILIES, SCOPES
from ...model.issues.issue_table import STATES, WHAT
from ...model.precompile import ensure_compiled
from ...model.resources.ledger import PAYERS
from ...model.scenarios.cases import Names, Settings, alter_scenario, read_case
from ...model.scenarios.scenario import Scenario, census_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

SOURCES = ("yuan: community", "yuan: compounds")  # by the fund that pays
NOT_SHOWN = ("key", "cost_fen", "hurried_by", "hurried_days")  # columns that the table of issues lacks
DESKS = "(desks)"  # the ledger's row for work that no mechanism ordered


@dataclass
class RunTables:
    """A finished run as pandas tables, built on first access; `summary` and `spending` need no pandas."""

    scenario: Scenario
    seed: int
    within: int  # days that count as in time
    run: engine.Run

    @cached_property
    def summary(self) -> dict[str, float]:
        """Return all measures: name -> number."""
        return measures.summary(self.run, self.within)

    @cached_property
    def spending(self) -> dict[str, dict[str, float]]:
        """Return hours by role and yuan by source, {mechanism: {name: amount}}; see `spending`."""
        return spending(self.run)

    @cached_property
    def done(self) -> dict[str, dict[str, float]]:
        """Return what each mechanism did: {mechanism: {count: amount}}."""
        return sum_activities(self.run)

    @cached_property
    def measures(self) -> pd.Series:
        """Return all measures as a Series: name -> number."""
        import pandas as pd

        return pd.Series(self.summary)

    @cached_property
    def series(self) -> pd.DataFrame:
        """Return the daily series: one row per day."""
        import pandas as pd

        return pd.DataFrame(self.run.series, index=pd.RangeIndex(1, self.run.days + 1, name="day"))

    @cached_property
    def activities(self) -> pd.DataFrame:
        """Return what each mechanism did: one row per mechanism and count."""
        import pandas as pd

        rows = [
            (a.mechanism, a.count.name, a.count.en, a.count.unit, a.value) for a in list_activities(self.run)
        ]
        return pd.DataFrame(rows, columns=["mechanism", "count", "words", "unit", "value"])

    @cached_property
    def daily_activities(self) -> pd.DataFrame:
        """Return what each mechanism had done by the end of each day: a column per mechanism and count."""
        import pandas as pd

        columns = {(name, count): days for name, row in self.run.daily.items() for count, days in row.items()}
        index = pd.RangeIndex(1, self.run.days + 1, name="day")
        names = pd.MultiIndex.from_tuples([*columns], names=["mechanism", "count"]) if columns else None
        table = pd.DataFrame(columns, index=index)
        return table if names is None else table.set_axis(names, axis=1)

    @cached_property
    def issues(self) -> pd.DataFrame:
        """Return the issues that arose: one row per issue."""
        import pandas as pd

        rows, mechanism_of = self.run.issues, np.array([*self.run.names, ""])  # code -1: no mechanism
        issues = pd.DataFrame({name: rows[name] for name in rows.dtype.names or () if name not in NOT_SHOWN})
        issues["category"] = pd.Categorical.from_codes(rows["category"], list(self.run.categories))
        issues["family"] = pd.Categorical.from_codes(rows["family"], list(FAMILIES))
        issues["scope"] = pd.Categorical.from_codes(rows["scope"], list(SCOPES))
        issues["state"] = pd.Categorical.from_codes(rows["state"], list(STATES))
        issues["found_by"], issues["resolved_by"] = (
            mechanism_of[rows["found_by"]],
            mechanism_of[rows["resolved_by"]],
        )
        issues["cost_yuan"] = rows["cost_fen"] / 100
        return issues

    @cached_property
    def history(self) -> pd.DataFrame:
        """Return the issue log of the run: one row per event."""
        import pandas as pd

        events = self.run.history
        history = pd.DataFrame({name: events[name] for name in ("issue", "day", "who")})
        history["what"] = pd.Categorical.from_codes(events["what"], list(WHAT))
        history["by"] = np.array([*self.run.names, ""])[events["by"]]
        return history

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Return hours by role and yuan by source: one row per mechanism and one for the desks."""
        return ledger(self.run)


def read_scenario(case: Scenario | str | Path) -> Scenario:
    """Return `case` if it is a Scenario, else read the case of that name or path."""
    return case if isinstance(case, Scenario) else read_case(case)


def simulate(
    case: Scenario | str | Path,
    *,
    seed: int = 0,
    days: int | None = None,
    on: Names = (),
    off: Names = (),
    settings: Settings = (),
    within: int = measures.WITHIN,
    progress: Callable[[], object] | None = None,
) -> RunTables:
    """Simulate `case` (a name, a path or a Scenario) once; return `RunTables`.

    `on` and `off` name mechanisms. `settings` sets knobs: {"committee.staff": 3} or ["committee.staff=3"].
    Issues resolved within `within` days count as in time. `progress`, if given, is called once for every day.
    The same seed gives the same random numbers, whatever mechanisms are on. Raises UserError.
    """
    seed, scenario = whole_seed(seed), alter_scenario(read_scenario(case), on, off, settings, days)
    ensure_compiled(list(scenario.mechanisms))
    return RunTables(
        scenario, seed, within, engine.simulate(scenario, "run", seed, progress=progress, daily=True)
    )


def check_count(name: str, value: Any, low: int, high: int) -> int:
    """Return a count as an int. Raises UserError unless it is a whole number from `low` to `high`."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or not low <= value <= high:
        raise UserError(
            "{name} = {value!r} is out of range; allowed is a whole number, {low:,} to {high:,}",
            name=name,
            value=value,
            low=low,
            high=high,
        )
    return int(value)


def replicate(scenario: Scenario, experiment: str, seed: int, number: int) -> engine.Run:
    """Simulate one replicate.

    Its random seed is hashed from the experiment, the case, the seed and the replicate's number.
    """
    return engine.simulate(scenario, seed_of(experiment, scenario.name, seed, number))


def spending(run: engine.Run) -> dict[str, dict[str, float]]:
    """Return hours by role and yuan by source: {mechanism: {name: amount}}.

    Mechanisms that spent nothing are left out; the desks are always included. Mechanisms are paid from the
    community's fund. Costs of issues are paid from the repair fund of their compound or from the community's
    fund.
    """
    fen = run.fen[:, 2]
    community = np.append(run.ledger.fen[:-1], fen[-1] - run.ledger.fen[:-1].sum()) / 100
    compounds = np.append(np.zeros(len(run.names)), fen[:-1].sum() / 100)
    amounts = np.column_stack([run.ledger.hours, community, compounds])
    rows = {
        name: dict(zip((*PAYERS, *SOURCES), row.tolist())) for name, row in zip((*run.names, DESKS), amounts)
    }
    return {name: row for name, row in rows.items() if name == DESKS or sum(row.values()) > 0}


def census(scenario: Scenario) -> dict[str, object]:
    """Return the census and committee numbers of a scenario, for a manifest.

    `census` holds all numbers, `left_out` the names of those that the case does not give.
    """
    numbers, left_out = census_of(scenario)
    return {"census": numbers, "left_out": left_out}


def ledger(run: engine.Run) -> pd.DataFrame:
    """Return `spending` as a DataFrame: one row per mechanism, one column per role and source."""
    import pandas as pd

    return pd.DataFrame.from_dict(spending(run), orient="index").rename_axis("mechanism")
