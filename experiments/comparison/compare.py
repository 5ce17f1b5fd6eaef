"""The same community and the same luck, without and with a mechanism: paired differences with intervals, and their price."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from ...engine.parameters import UserError
from ...engine.randomness import whole_seed
from ...model import measures, mechanisms
from ...model.cases import alter_scenario, names_in
from ...model.precompile import ensure_compiled
from ...model.scenario import Scenario
from ..execution.supervisor import end, pool, processes_of
from ..files import manifest
from ..files.csv_tables import write_csv
from ..statistics.paired import difference
from . import runs

ARMS = ("without", "with")
EXPERIMENT = "compare"  # what the luck of its replicates is hashed from
WORTH_A_POOL = 60  # runs below which starting workers takes longer than it saves


@dataclass
class Comparison:
    """What came of a comparison, as tables; `save` writes them."""

    case: Scenario
    mechanisms: tuple  # what is on in one arm and off in the other
    replicates: int
    seed: int
    within: int  # days that count as in time
    table: pd.DataFrame  # one row per measure: without, with, difference, low, high, correlation, pairs
    rows: pd.DataFrame  # one row per replicate and arm, one column per measure
    series: pd.DataFrame  # (arm, day) -> median and 5 % and 95 % of open issues over replicates
    curves: pd.DataFrame  # (arm) -> days, share not resolved: Kaplan-Meier over the issues of all replicates
    ledger: pd.DataFrame  # (arm, mechanism) -> mean hours by role, and yuan
    asked: dict  # on, off and settings, as they were given

    def verdict(self):
        """The answer in a sentence."""
        rate, hours, yuan = (self.table.loc[name] for name in ("resolution_rate", "hours", "yuan"))
        name = " and ".join(self.mechanisms)
        if not rate.pairs:
            return f"{name}: no issue arose {self.within} days or more before the end; live through more days, or count fewer as in time."
        if not np.isfinite(rate.low):
            return f"{name}: one pair is an anecdote; no interval can be given. Ask for more replicates."
        if rate.low <= 0 <= rate.high:
            found = f"no clear change of the share of issues resolved within {self.within} days: {points(rate.difference)} points"
        else:
            word = "raises" if rate.difference > 0 else "lowers"
            found = f"{word} the share of issues resolved within {self.within} days by {points(abs(rate.difference))} points"
            found += f", from {rate['without']:.1%} to {rate['with']:.1%}"
        low, high = (
            (rate.low, rate.high)
            if rate.difference >= 0 or rate.low <= 0 <= rate.high
            else (-rate.high, -rate.low)
        )
        price = f"at {cost(hours, 'hours of work')} and {cost(yuan, 'yuan')} in {self.case.days} days"
        return f"{name}: {found} (95 % interval {points(low)} to {points(high)}; {self.replicates} pairs with the same luck), {price}."

    def save(self, folder, command=""):
        """Write table.csv, rows.csv, series.csv, curves.csv, ledger.csv and manifest.json into `folder`; returns its path."""
        folder = Path(folder)
        manifest.refuse_sweep_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        names = ("table", "rows", "series", "curves", "ledger")
        for name in names:
            write_csv(getattr(self, name), folder / f"{name}.csv")
        manifest.write_manifest(
            folder,
            "compare",
            command=command,
            cases=[self.case],
            tables=[f"{name}.csv" for name in names],
            verdict=self.verdict(),
            case=self.case.name,
            mechanisms=self.mechanisms,
            in_both_arms=sorted(set(self.case.mechanisms) - set(self.mechanisms)),
            **self.asked,
            replicates=self.replicates,
            seed=self.seed,
            days=self.case.days,
            **runs.census(self.case),
            within=self.within,
        )
        return folder


def cost(row, unit):
    """A difference in hours or yuan, with its interval; or that there is no clear one."""
    if row.low <= 0 <= row.high:
        return f"no clear change in {unit} ({row.low:+,.0f} to {row.high:+,.0f})"
    return f"{row.difference:+,.0f} {unit} ({row.low:+,.0f} to {row.high:+,.0f})"


def points(share):
    """A share in percentage points."""
    return f"{100 * share:.1f}"


def compare(
    case,
    mechanism,
    *,
    replicates=20,
    seed=0,
    days=None,
    on=(),
    off=(),
    settings=(),
    within=measures.WITHIN,
    workers=None,
    progress=None,
):
    """Compare `case` without and with `mechanism` (a name or several), pair by pair under the same luck.

    Everything else the case has switched on stays on in both arms (`off` takes it out). `progress`, if given, is called
    after every pair. `workers` processes share the work (0 or 1: only this one; None: all cores, where that is worth it); the
    result is the same for any number. Raises UserError.
    """
    seed = whole_seed(seed)
    replicates = runs.whole("replicates", replicates, 1, 1_000_000)
    names = tuple(dict.fromkeys(names_in(mechanism, "mechanism")))
    arms = arms_of(runs.scenario_of(case), names, on=on, off=off, settings=settings, days=days)
    full = arms[1]
    ensure_compiled(full.mechanisms)
    pairs = list(each(partial(pair, arms, seed, within), replicates, workers, progress))
    rows = tabulate_pairs(pairs)
    return Comparison(
        full,
        names,
        replicates,
        seed,
        within,
        table=paired_differences(rows),
        rows=rows.set_index(["replicate", "arm"]),
        series=bands(pairs),
        curves=curves(pairs, full.days),
        ledger=ledgers(pairs),
        asked=manifest.changes_as_given(on, off, settings),
    )


def arms_of(scenario, names, **changes):
    """The scenario without and with the mechanisms `names`, and with these changes in both. Raises UserError."""
    if not names:
        raise UserError(f"no mechanism is named to compare; there are: {', '.join(mechanisms.names())}")
    full = alter_scenario(scenario, **{**changes, "on": (*names, *changes["on"])})
    return replace(
        full, mechanisms={name: m for name, m in full.mechanisms.items() if name not in names}
    ), full


def each(job, count, workers, progress):
    """Results of job(0) ... job(count - 1), in order, on so many processes."""
    workers = 0 if workers is None and 2 * count < WORTH_A_POOL else processes_of(workers)
    executor = pool(workers if workers > 1 else 0)
    try:
        for result in executor.map(
            job, range(count), chunksize=max(1, min(8, count // (4 * max(workers, 1))))
        ):
            yield result
            if progress:
                progress()
    finally:
        end(executor)


def pair(arms, seed, within, number):
    """One replicate of both arms, boiled down to what is reported."""
    return reduce_runs([runs.replicate(arm, EXPERIMENT, seed, number) for arm in arms], within)


def reduce_runs(done, within):
    """The runs of both arms, as what is reported of them."""
    return {
        "measures": [measures.summary(run, within) for run in done],
        "open": [run.series["open"].astype(np.int32) for run in done],
        "times": [np.stack(measures.times(run)).astype(np.int32) for run in done],
        "ledger": [runs.ledger(run) for run in done],
    }


def tabulate_pairs(pairs):
    """One row per replicate and arm, one column per measure."""
    return pd.DataFrame(
        [
            {"replicate": r, "arm": arm, **told}
            for r, both in enumerate(pairs)
            for arm, told in zip(ARMS, both["measures"])
        ]
    )


def paired_differences(rows):
    """Per measure: means of both arms, mean paired difference with Student's 95 % interval, and the correlation of the arms."""
    wide = rows.set_index(["replicate", "arm"]).unstack("arm")
    return pd.DataFrame(
        {name: difference(wide[name]["without"], wide[name]["with"]) for name in rows.columns[2:]}
    ).T.rename_axis("measure")


def bands(pairs):
    """Open issues by arm and day: median and the middle 90 % over replicates."""
    tables = {}
    for k, arm in enumerate(ARMS):
        low, median, high = np.quantile([both["open"][k] for both in pairs], [0.05, 0.5, 0.95], axis=0)
        tables[arm] = pd.DataFrame(
            {"low": low, "median": median, "high": high}, index=pd.RangeIndex(1, len(low) + 1, name="day")
        )
    return pd.concat(tables, names=["arm"])


def curves(pairs, days):
    """Share of issues not yet resolved so many days after they arose, by arm."""
    tables = {}
    for k, arm in enumerate(ARMS):
        time, resolved = np.concatenate([both["times"][k] for both in pairs], axis=1)
        when, share = measures.kaplan_meier(time, resolved)
        tables[arm] = pd.DataFrame(
            {"days": np.concatenate([[0.0], when]), "unresolved": np.concatenate([[1.0], share])}
        )
    return pd.concat(tables, names=["arm", "step"])


def ledgers(pairs):
    """Mean hours by role and yuan, by arm and mechanism."""
    tables = {
        arm: pd.concat([both["ledger"][k] for both in pairs]).groupby("mechanism").sum() / len(pairs)
        for k, arm in enumerate(ARMS)
    }
    return pd.concat(tables, names=["arm"])
