"""Compare a case without and with mechanisms: paired differences with two intervals, and their cost.

Both arms have the same community and the same random numbers, so that only the mechanisms differ. One
interval holds luck, the range over plausible worlds holds what nobody knows as well.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...engine.randomness import whole_seed
from ...engine.texts.errors import UserError
from ...model import measures, mechanisms
from ...model.activities import declare_counts, sum_activities
from ...model.issues.categories import FAMILIES
from ...model.precompile import ensure_compiled
from ...model.scenarios.cases import Names, Settings, alter_scenario, names_in
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run
from ..evidence.plausible_worlds import WORLDS, worlds_of_arms
from ..files import manifest
from ..files.csv_tables import write_csv
from ..statistics.paired import difference
from ..statistics.plausible_effects import NONE, sentence_of_disagreement, sentence_of_effect
from . import runs
from .issue_selection import ALL_ISSUES, IssueSelection
from .parallel_jobs import run_jobs
from .plausible_pairs import paths_set, range_of_each_measure
from .who_gains import average_gains, measure_world_and_homes

ARMS = ("without", "with")
SEVERITIES = 4  # 0, a nuisance, to 3, a danger
EXPERIMENT = "compare"  # the random seeds of its replicates are hashed from this name


@dataclass
class Comparison:
    """The results of a comparison as tables; `save` writes them."""

    case: Scenario
    mechanisms: tuple[str, ...]  # those on in one arm and off in the other
    replicates: int
    seed: int
    within: int  # issues resolved within so many days count as in time
    table: pd.DataFrame  # one row per measure: without, with, difference, low, high, correlation, pairs
    rows: pd.DataFrame  # one row per replicate and arm, one column per measure
    series: pd.DataFrame  # (arm, day) -> median, 5 % and 95 % quantile of open issues over replicates
    curves: pd.DataFrame  # (arm, step) -> days, share not resolved: Kaplan-Meier over all replicates
    ledger: pd.DataFrame  # (arm, mechanism) -> mean hours by role, and yuan
    # (mechanism, count) -> words, unit, and means without and with; NaN in an arm where it is not on
    activities: pd.DataFrame
    asked: dict[str, Any]  # on, off and settings, as given
    worlds: pd.DataFrame  # one row per plausible world and arm, one column per measure; none if fixed
    # (kind, name) -> issues, without, with, difference, low, high: share in time by family and severity
    groups: pd.DataFrame
    gains: pd.DataFrame  # group of households -> who gains over worlds, see `average_gains`; none if fixed
    selection: IssueSelection = ALL_ISSUES

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """The range over plausible worlds of the effect on each measure: see `describe_ranges`."""
        return range_of_each_measure(self.worlds)

    def verdict(self) -> str:
        """Return the result: over plausible worlds, then with the numbers of the case and luck alone."""
        counted = self.selection.describe()
        first = f"Counting only these issues: {counted}." if counted else ""
        if not len(self.worlds):
            return " ".join(filter(None, (first, self.verdict_of_luck())))
        name = " and ".join(self.mechanisms)
        wide = sentence_of_effect(name, NONE, self.ranges.loc["resolution_rate"], "resolution_rate")
        warning = sentence_of_disagreement(name, self.ranges, "resolution_rate")
        parts = (first, wide, warning, f"With the numbers of the case: {self.verdict_of_luck()}")
        return " ".join(part for part in parts if part)

    def verdict_of_luck(self) -> str:
        """Return the result with the numbers of the case in one sentence; its interval holds luck alone."""
        rate, hours, yuan, unpaid = (
            self.table.loc[name] for name in ("resolution_rate", "hours", "yuan", "shadow_cost_yuan")
        )
        name = " and ".join(self.mechanisms)
        if not rate.pairs:
            return (
                f"{name}: no issue arose {self.within} days or more before the end; "
                "simulate more days, or choose a smaller --within."
            )
        if not np.isfinite(rate.low):
            return f"{name}: one pair gives no interval; run more replicates."
        if rate.low <= 0 <= rate.high:
            finding = (
                f": no clear change of the share of issues resolved within {self.within} days: "
                f"{points(rate.difference)} points"
            )
        else:
            word = "raises" if rate.difference > 0 else "lowers"
            finding = (
                f" {word} the share of issues resolved within {self.within} days "
                f"by {points(abs(rate.difference))} points"
            )
            finding += f", from {rate['without']:.1%} to {rate['with']:.1%}"
        low, high = (
            (rate.low, rate.high)
            if rate.difference >= 0 or rate.low <= 0 <= rate.high
            else (-rate.high, -rate.low)
        )
        price = (
            f"at {cost(hours, 'hours of work')} and {cost(yuan, 'yuan')} in {self.case.days} days; "
            f"unpaid hours at {self.case.volunteers.shadow_wage_yuan:g} yuan: {cost(unpaid, 'yuan')}"
        )
        return (
            f"{name}{finding} (95 % interval of luck {points(low)} to {points(high)}; "
            f"{self.replicates} pairs with common random numbers), {price}."
        )

    def save(self, folder: str | Path, command: str = "") -> Path:
        """Write the tables as CSV files and manifest.json into `folder`; return its path.

        The tables are table.csv, rows.csv, series.csv, curves.csv, ledger.csv, activities.csv and groups.csv;
        ranges.csv, worlds.csv and gains.csv if plausible worlds were simulated.
        """
        folder = Path(folder)
        manifest.refuse_sweep_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        names = ["table", "rows", "series", "curves", "ledger", "activities", "groups"]
        names += ["ranges", "worlds", "gains"] if len(self.worlds) else []
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
            worlds=len(self.worlds) // len(ARMS),
            seed=self.seed,
            days=self.case.days,
            **runs.census(self.case),
            within=self.within,
            counted=self.selection.describe(),
            selection=asdict(self.selection),
        )
        return folder


def cost(row: pd.Series, unit: str) -> str:
    """Format a difference in hours or yuan with its interval, or say that there is no clear change."""
    if row.low <= 0 <= row.high:
        return f"no clear change in {unit} ({row.low:+,.0f} to {row.high:+,.0f})"
    return f"{row.difference:+,.0f} {unit} ({row.low:+,.0f} to {row.high:+,.0f})"


def points(share: float) -> str:
    """Format a share in percentage points."""
    return f"{100 * share:.1f}"


def compare(
    case: Scenario | str | Path,
    mechanism: str | Iterable[str],
    *,
    replicates: int = 20,
    worlds: int = WORLDS,
    seed: int = 0,
    days: int | None = None,
    on: Names = (),
    off: Names = (),
    settings: Settings = (),
    within: int = measures.WITHIN,
    selection: IssueSelection = ALL_ISSUES,
    worlds_file: str | Path = "",
    workers: int | None = None,
    progress: Callable | None = None,
) -> Comparison:
    """Compare `case` without and with `mechanism` (one name or several), pair by pair.

    Both arms of a pair use the same random numbers. `replicates` pairs have the numbers of the case; their
    interval holds luck. `worlds` further pairs are simulated in plausible worlds, a pair each, in which what
    nobody knows is drawn anew (`plausible_worlds.py`); 0 simulates none. What `settings` set is not drawn.
    `worlds_file` has worlds of one's own. Measures of issues count those of `selection`.

    All other mechanisms of the case are on in both arms (`off` removes them). `progress`, if given, is called
    after every pair. `workers` processes share the runs (0 or 1: this process only; None: all cores, if there
    are enough runs to justify starting processes). The result does not depend on `workers`. Raises UserError.
    """
    seed = whole_seed(seed)
    replicates = runs.check_count("replicates", replicates, 1, 1_000_000)
    worlds = runs.check_count("worlds", worlds, 0, 1_000_000)
    names = tuple(dict.fromkeys(names_in(mechanism, "mechanism")))
    arms = arms_of(runs.read_scenario(case), names, on=on, off=off, settings=settings, days=days)
    full = arms[1]
    ensure_compiled(list(full.mechanisms))
    job = partial(
        simulate_numbered,
        partial(simulate_pair, arms, seed, within, selection=selection),
        partial(
            measure_world_and_homes,
            worlds_of_arms(arms, paths_set(full, settings), seed, str(worlds_file)),
            arms,
            within,
            selection,
        ),
        replicates,
    )
    done = list(run_jobs(job, replicates + worlds, workers, progress))
    pairs, in_worlds = done[:replicates], done[replicates:]
    rows = tabulate_pairs(pairs)
    return Comparison(
        full,
        names,
        replicates,
        seed,
        within,
        table=paired_differences(rows),
        rows=rows.set_index(["replicate", "arm"]),
        series=tabulate_open_issues(pairs),
        curves=tabulate_curves(pairs, full.days),
        ledger=tabulate_ledgers(pairs),
        activities=tabulate_activities(pairs, full),
        asked=manifest.changes_as_given(on, off, settings)
        | ({"worlds_file": manifest.file_of(worlds_file)} if worlds_file else {}),
        worlds=tabulate_worlds(measured for measured, _ in in_worlds),
        groups=tabulate_groups(pairs),
        gains=average_gains([homes for _, homes in in_worlds]),
        selection=selection,
    )


def arms_of(scenario: Scenario, names: Iterable[str], **changes: Any) -> tuple[Scenario, Scenario]:
    """Return the scenario without and with the mechanisms `names`, with `changes` applied to both.

    Raises UserError.
    """
    if not names:
        raise UserError(
            "no mechanism is named to compare; there are: {mechanisms}",
            mechanisms=", ".join(mechanisms.list_mechanisms()),
        )
    return arms_without_and_with(
        alter_scenario(scenario, **{**changes, "on": (*names, *changes["on"])}), names
    )


def arms_without_and_with(full: Scenario, names: Iterable[str]) -> tuple[Scenario, Scenario]:
    """Return a scenario without and with the mechanisms `names`, all of which are on in it."""
    others = {name: mechanism for name, mechanism in full.mechanisms.items() if name not in names}
    return replace(full, mechanisms=others), full


def simulate_numbered(pair: Callable, world: Callable, pairs: int, number: int) -> Any:
    """Do one job of a comparison: first come the pairs with the numbers of the case, then the worlds."""
    return pair(number) if number < pairs else world(number - pairs)


def simulate_pair(
    arms: tuple, seed: int, within: int, number: int, selection: IssueSelection = ALL_ISSUES
) -> dict:
    """Simulate one replicate of both arms; return what the comparison needs of it."""
    return reduce_runs([runs.replicate(arm, EXPERIMENT, seed, number) for arm in arms], within, selection)


def reduce_runs(arm_runs: Sequence[Run], within: int, selection: IssueSelection = ALL_ISSUES) -> dict:
    """Reduce the runs of both arms to what is compared: measures, daily open issues, times, ledger.

    Measures of issues count those of the selection.
    """
    masks = selection.masks(arm_runs)
    return {
        "measures": [measures.summary(run, within, chosen=mask) for run, mask in zip(arm_runs, masks)],
        "groups": [count_groups(run, within, mask) for run, mask in zip(arm_runs, masks)],
        "open": [run.series["open"].astype(np.int32) for run in arm_runs],
        "times": [
            np.stack(measures.times(run))[:, measures.is_at_desk(run.issues) & mask].astype(np.int32)
            for run, mask in zip(arm_runs, masks)
        ],
        "ledger": [runs.ledger(run) for run in arm_runs],
        "done": [sum_activities(run) for run in arm_runs],
    }


def count_groups(run: Run, within: int, mask: np.ndarray) -> dict[tuple[str, str], tuple[int, int]]:
    """Count, by family and by severity, the issues that arose early enough, and those resolved in time."""
    old, done = (which & mask for which in measures.in_time(run.issues, run.days, within))
    family, severity = run.issues["family"], run.issues["severity"]
    groups = {("family", name): family == code for code, name in enumerate(FAMILIES)}
    groups |= {("severity", str(level)): severity == level for level in range(SEVERITIES)}
    return {
        key: (int(np.count_nonzero(old & which)), int(np.count_nonzero(done & which)))
        for key, which in groups.items()
    }


def tabulate_groups(pairs: Sequence[dict]) -> pd.DataFrame:
    """Compute the share in time by family and by severity in both arms: one row per (kind, name).

    Columns: issues (mean number without), and those of `difference`; groups without any issue are left out.
    """
    rows = {}
    for key in pairs[0]["groups"][0]:
        counts = np.array([[arm[key] for arm in pair["groups"]] for pair in pairs], float)
        if counts[:, :, 0].any():
            old, done = counts[:, :, 0], counts[:, :, 1]
            shares = np.divide(done, old, out=np.full(old.shape, np.nan), where=old > 0)
            row = difference(*(pd.Series(column) for column in shares.T)).drop(["correlation", "pairs"])
            rows[key] = {"issues": old[:, 0].mean(), **row}
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.set_axis(pd.MultiIndex.from_tuples([*rows], names=["kind", "group"]), axis=0)


def tabulate_pairs(pairs: Iterable[dict]) -> pd.DataFrame:
    """Build the table of measures: one row per replicate and arm, one column per measure."""
    return tabulate_measures("replicate", (pair["measures"] for pair in pairs))


def tabulate_worlds(in_worlds: Iterable[Sequence[dict[str, float]]]) -> pd.DataFrame:
    """Build the table of measures in plausible worlds: (world, arm) -> one column per measure."""
    return tabulate_measures("world", in_worlds).set_index(["world", "arm"])


def tabulate_measures(name: str, measured: Iterable[Sequence[dict[str, float]]]) -> pd.DataFrame:
    """Build a table with a row per number, called `name`, and arm, and a column per measure."""
    rows = [
        {name: number, "arm": arm, **values}
        for number, pair in enumerate(measured)
        for arm, values in zip(ARMS, pair)
    ]
    return pd.DataFrame(rows, columns=[name, "arm", *measures.SUMMARY])


def paired_differences(rows: pd.DataFrame) -> pd.DataFrame:
    """Compute the paired difference of each measure: one row per measure.

    Columns: means of both arms, the mean paired difference with Student's 95 % interval, and the correlation
    of the arms.
    """
    wide = rows.set_index(["replicate", "arm"]).unstack("arm")
    return pd.DataFrame(
        {name: difference(wide[name]["without"], wide[name]["with"]) for name in rows.columns[2:]}
    ).T.rename_axis("measure")


def tabulate_open_issues(pairs: Sequence[dict]) -> pd.DataFrame:
    """Compute median and middle 90 % of open issues over replicates, by arm and day."""
    tables = {}
    for k, arm in enumerate(ARMS):
        low, median, high = np.quantile([pair["open"][k] for pair in pairs], [0.05, 0.5, 0.95], axis=0)
        tables[arm] = pd.DataFrame(
            {"low": low, "median": median, "high": high}, index=pd.RangeIndex(1, len(low) + 1, name="day")
        )
    return pd.concat(tables, names=["arm"])


def tabulate_curves(pairs: Sequence[dict], days: int) -> pd.DataFrame:
    """Compute the Kaplan-Meier share of issues not resolved by days since they arose, by arm."""
    tables = {}
    for k, arm in enumerate(ARMS):
        time, resolved = np.concatenate([pair["times"][k] for pair in pairs], axis=1)
        when, share = measures.kaplan_meier(time, resolved)
        tables[arm] = pd.DataFrame(
            {"days": np.concatenate([[0.0], when]), "unresolved": np.concatenate([[1.0], share])}
        )
    return pd.concat(tables, names=["arm", "step"])


def tabulate_ledgers(pairs: Sequence[dict]) -> pd.DataFrame:
    """Compute mean hours by role and mean yuan, by arm and mechanism."""
    tables = {
        arm: pd.concat([pair["ledger"][k] for pair in pairs]).groupby("mechanism").sum() / len(pairs)
        for k, arm in enumerate(ARMS)
    }
    return pd.concat(tables, names=["arm"])


def tabulate_activities(pairs: Sequence[dict], full: Scenario) -> pd.DataFrame:
    """Compute the mean of everything that mechanisms did, in each arm: one row per mechanism and count.

    Replicates in which a ratio has no value are left out of its mean.
    """
    rows = {}
    for name, mechanism in sorted(full.mechanisms.items()):
        for count in declare_counts(mechanism.counts, mechanism.pulls):
            amounts = (
                [pair["done"][k].get(name, {}).get(count.name, np.nan) for pair in pairs] for k in range(2)
            )
            means = (pd.Series(values, dtype=float).mean() for values in amounts)
            rows[name, count.name] = {"words": count.en, "unit": count.unit, **dict(zip(ARMS, means))}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["words", "unit", *ARMS])
    keys = zip(*rows) if rows else ([], [])
    return table.set_axis(pd.MultiIndex.from_arrays([*keys], names=["mechanism", "count"]), axis=0)
