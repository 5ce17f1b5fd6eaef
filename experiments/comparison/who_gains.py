"""Say who gains from mechanisms: under the same luck every household has both lives.

What a household lives with is its *burden*: issue-days, an issue of severity s counting 1 + s times. An issue
in a home burdens that home alone; one in a stairwell, building, compound or street burdens all homes there,
in equal parts. So the burdens of all households sum to that of the community, and a group's share of a gain
is what its households gain. Each pair of runs is a plausible world: the same people live there without and
with the mechanisms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from ...engine.codes import ELDER
from ...engine.randomness import whole_seed
from ...model.initial_community import InitialCommunity
from ...model.issues.categories import SCOPES
from ...model.measures.issue_times import days_open, is_at_desk
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, build_community
from ..evidence.plausible_worlds import PlausibleWorlds, worlds_of_arms
from ..statistics.plausible_effects import nine_of_ten
from .issue_selection import IssueSelection
from .parallel_jobs import run_jobs
from .plausible_pairs import measure_runs, run_arms_in_world

SAME = 1.0  # weighted issue-days: a household whose burden changes by less is as well off as before
HIGH = 4  # floor from which on a home is high
STAIRWELL, BUILDING, COMPOUND = (SCOPES.index(name) for name in ("stairwell", "building", "compound"))
COLUMNS = ("households", "without", "with", "change", "better", "same", "worse")


def household_burdens(run: Run, community: InitialCommunity) -> np.ndarray:
    """Return the burden of each household in a run, (households,) weighted issue-days.

    They sum to the burden of all issues that a desk takes in.
    """
    homes, issues = community.households, run.issues
    weight = (1.0 + issues["severity"]) * days_open(run) * is_at_desk(issues)
    private, scope = issues["household"] >= 0, issues["scope"]
    burden = np.zeros(len(homes.building))
    burden += np.bincount(issues["household"][private], weight[private], len(burden))
    compound_of_home = community.buildings.compound[homes.building]
    places = (
        (scope == STAIRWELL, issues["stairwell"], homes.stairwell),
        (scope == BUILDING, issues["building"], homes.building),
        (scope == COMPOUND, issues["compound"], compound_of_home),
    )
    left = ~private
    for here, place_of_issue, place_of_home in places:
        chosen = left & here & (place_of_issue >= 0)
        left &= ~chosen
        burden += share_among_homes(weight[chosen], place_of_issue[chosen], place_of_home)
    return burden + weight[left].sum() / len(burden)


def share_among_homes(
    weight: np.ndarray, place_of_issue: np.ndarray, place_of_home: np.ndarray
) -> np.ndarray:
    """Return what each home bears of the weights of issues, (homes,): all homes of a place in equal parts.

    The weight of an issue in a place without homes is nobody's.
    """
    size = int(place_of_home.max()) + 1
    total = np.bincount(place_of_issue, weight, size)[:size]
    return (total / np.maximum(np.bincount(place_of_home, minlength=size), 1))[place_of_home]


def group_homes(community: InitialCommunity) -> dict[str, np.ndarray]:
    """Return the groups of households: name -> which belong to it, (households,) bool."""
    homes, people = community.households, community.residents
    elders = np.bincount(people.home[people.band == ELDER], minlength=len(homes.building)) > 0
    heads = homes.first[:-1]
    high, lift = homes.floor >= HIGH, community.buildings.lifts[homes.building] > 0
    return {
        "all": np.ones(len(homes.building), bool),
        "owners": homes.owner,
        "tenants": ~homes.owner,
        "registered": people.registered[heads],
        "migrants": ~people.registered[heads],
        "with elders": elders,
        "without elders": ~elders,
        "low floor": ~high,
        "high floor, lift": high & lift,
        "high floor, no lift": high & ~lift,
    }


def compare_homes(without: np.ndarray, treated: np.ndarray, groups: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Compare both lives of the households, (households,) burdens: one row per group that has any.

    Columns: households, without, with (mean burdens), change, better, same, worse (shares of households).
    """
    change = treated - without
    better, worse = change <= -SAME, change >= SAME
    rows = {
        name: [
            int(which.sum()),
            float(without[which].mean()),
            float(treated[which].mean()),
            float(change[which].mean()),
            float(better[which].mean()),
            float((~better & ~worse)[which].mean()),
            float(worse[which].mean()),
        ]
        for name, which in groups.items()
        if which.any()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS).rename_axis("group")


def compare_homes_of_runs(
    worlds: PlausibleWorlds, arms: Sequence[Scenario], arm_runs: Sequence[Run], world: int
) -> pd.DataFrame:
    """Return `compare_homes` of the runs of both arms in one world."""
    community = build_community(worlds.apply(arms[0], world))
    without, treated = (household_burdens(run, community) for run in arm_runs)
    return compare_homes(without, treated, group_homes(community))


def measure_world_and_homes(
    worlds: PlausibleWorlds,
    arms: tuple[Scenario, Scenario],
    within: int,
    selection: IssueSelection,
    world: int,
) -> tuple[list[dict[str, float]], pd.DataFrame]:
    """Simulate both arms in one plausible world; return their measures, and who gains: `compare_homes`."""
    runs = run_arms_in_world(worlds, arms, world)
    return measure_runs(runs, within, selection), compare_homes_of_runs(worlds, arms, runs, world)


def gains_in_world(worlds: PlausibleWorlds, arms: tuple[Scenario, Scenario], world: int) -> pd.DataFrame:
    """Return `compare_homes` of both arms in one world."""
    return compare_homes_of_runs(worlds, arms, run_arms_in_world(worlds, arms, world), world)


def who_gains(
    arms: tuple[Scenario, Scenario],
    *,
    worlds: int,
    held: frozenset[str] = frozenset(),
    seed: int = 0,
    worlds_file: str = "",
    workers: int | None = None,
    progress: Callable | None = None,
) -> pd.DataFrame:
    """Return who gains, over plausible worlds: see `average_gains`.

    `held` are paths of knobs that are not drawn; `worlds_file` has worlds of one's own. Raises UserError.
    """
    seed = whole_seed(seed)
    job = partial(gains_in_world, worlds_of_arms(arms, held, seed, worlds_file), arms)
    return average_gains(list(run_jobs(job, worlds, workers, progress)))


def average_gains(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Average the tables of `compare_homes` over worlds: one row per group; empty if there is no world.

    Columns: those of `compare_homes` (means over worlds), and low and high: the range of the change in nine
    of ten worlds.
    """
    if not tables:
        return pd.DataFrame(columns=[*COLUMNS, "low", "high"]).rename_axis("group")
    stacked = pd.concat(dict(enumerate(tables)), names=["world"])
    change = stacked["change"].groupby(level="group", sort=False)
    ends = [nine_of_ten(part.to_numpy()) for _, part in change]
    means = stacked.groupby(level="group", sort=False).mean()
    return means.assign(low=[low for low, _ in ends], high=[high for _, high in ends])
