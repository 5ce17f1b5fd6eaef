"""The measures, each defined once, in words and code.

*Resolution rate*: of the issues that **arose** at least `within` days before the end, the share resolved
within `within` days of arising (30 by default), and not reopened since. Issues that were never reported
count: an unknown issue is not a resolved one. *Time to resolution*: days from arising to resolution; issues
still open are right-censored at the end; one that was withdrawn or lapsed was never resolved and stays at
risk to the end, as in a competing-risk sub-distribution, so that giving up does not count as speed.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..engine.codes import STANDING_CHILD, TRUST_COMPANY
from ..engine.jit import inner_kernel, outer_kernel
from .issues.issue_table import LAPSED, RESOLVED, UNKNOWN, VERIFIED, WITHDRAWN

if TYPE_CHECKING:
    from .simulate import Run
    from .world import World

WITHIN = 30
DAILY = (
    "arisen",
    "told",
    "open",
    "unknown",
    "resolved",
    "withdrawn",
    "lapsed",
    "trust_committee",
    "trust_company",
    "trust_neighbours",
    "satisfaction",
    "giving",
    "acquaintances",
)
COUNTS = 7  # the first of DAILY are counts of issues, the others means over grown-ups
SUMMARY = (
    "resolution_rate",
    "resolution_rate_of_told",
    "restricted_mean_time",
    "arisen",
    "told",
    "resolved",
    "resolved_in_time",
    "backlog",
    "unknown",
    "reopened",
    "withdrawn",
    "lapsed",
    *DAILY[COUNTS:],
    "hours",
    "yuan",
    "hours_per_resolved",
    "yuan_per_resolved",
    "spread_between_buildings",
    "owners_minus_tenants",
    "registered_minus_migrants",
)
SHARES = (
    "resolution_rate",
    "resolution_rate_of_told",
    "giving",
    "spread_between_buildings",
    "owners_minus_tenants",
    "registered_minus_migrants",
)  # of SUMMARY
EVERY = 7  # days between surveys of residents; in between the last survey holds


@inner_kernel
def count_issues(issues) -> tuple[int, int, int, int, int, int]:
    """Count rows that are: open, unknown, ever reported, resolved (checked or not), withdrawn, lapsed."""
    n_open, unknown, reported, resolved, withdrawn, lapsed = 0, 0, 0, 0, 0, 0
    for i in range(len(issues)):
        state = issues[i].state
        n_open += state < RESOLVED
        unknown += state == UNKNOWN
        reported += issues[i].told >= 0
        resolved += state == RESOLVED or state == VERIFIED
        withdrawn += state == WITHDRAWN
        lapsed += state == LAPSED
    return n_open, unknown, reported, resolved, withdrawn, lapsed


@inner_kernel
def mean_opinions(people, buildings, stairwells, company, out) -> None:
    """Write means over grown-ups into `out` (6,).

    They are trust in committee, company (where there is one) and neighbours; satisfaction, giving,
    acquaintances.
    """
    rank, trust, satisfaction, gives, ties = (
        people.standing,
        people.trust,
        people.satisfaction,
        people.gives,
        people.ties,
    )
    compound, stairs, first = buildings.compound, buildings.first, stairwells.people
    committee, firm, neighbours, content, giving, known, n, served = 0.0, 0.0, 0.0, 0.0, 0, 0, 0, 0
    for b in range(len(compound)):
        grown, trusted = 0, 0.0
        for i in range(np.uint64(first[stairs[b]]), np.uint64(first[stairs[b + 1]])):
            if rank[i] != STANDING_CHILD:
                grown += 1
                committee += trust[i, 0]
                trusted += trust[i, TRUST_COMPANY]
                neighbours += trust[i, 2]
                content += satisfaction[i]
                giving += gives[i]
                known += ties[i]
        n += grown
        if company[compound[b]]:
            firm += trusted
            served += grown
    for k, total in enumerate((committee, firm, neighbours, content, float(giving), float(known))):
        out[k] = total / max(n, 1)
    out[1] = firm / served if served else np.nan


@outer_kernel
def measure_day(w) -> None:
    """Write the numbers of this day's end into `count`, in the order of DAILY; counts are since day 0."""
    out, gone, tally = w.count, w.gone[0], w.tally
    first = w.tallied[0]
    for n, number in enumerate(count_issues(w.ended[first:gone])):
        tally[n] += number
    w.tallied[0] = gone
    if w.day <= 1 or w.day % EVERY == 0:
        mean_opinions(w.residents, w.buildings, w.stairwells, w.compounds.company, w.look)
    n_open, unknown, reported, checking, _, _ = count_issues(w.issues)
    out[0], out[1], out[2], out[3], out[4] = (
        gone + len(w.issues),
        tally[2] + reported,
        n_open,
        unknown,
        tally[3] + checking,
    )
    out[5], out[6] = tally[4], tally[5]
    for n in range(len(w.look)):
        out[COUNTS + n] = w.look[n]


def measure_today(world: "World") -> tuple:
    """Return the numbers of this day's end in the order of DAILY."""
    world.call(measure_day)
    return (*map(int, world.count[:COUNTS]), *world.count[COUNTS:].tolist())


def times(run: "Run") -> tuple[np.ndarray, np.ndarray]:
    """Return days to resolution of every issue that arose, (n,) float, and which were resolved, (n,) bool.

    Issues that were not resolved are censored at the end.
    """
    resolved = run.issues["resolved"] >= 0
    end = np.where(resolved, run.issues["resolved"], run.days)
    return (end - run.issues["born"]).astype(float), resolved


def in_time(issues: np.ndarray, days: int, within: int = WITHIN) -> tuple[np.ndarray, np.ndarray]:
    """Select issues that arose `within` days or more before the end, and those resolved within `within` days.

    Returns two (n,) bool arrays; the second is a part of the first.
    """
    old = issues["born"] <= days - within
    return old, old & (issues["resolved"] >= 0) & (issues["resolved"] - issues["born"] <= within)


def share(hits: float, of: float) -> float:
    """Return hits / of, NaN when `of` is 0."""
    return hits / of if of else float("nan")


def kaplan_meier(time: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Estimate survival after each distinct event time (Kaplan and Meier 1958): (times (m,), S (m,)).

    `event` False is censored.
    """
    time, event = np.asarray(time, float), np.asarray(event, bool)
    when, dead = np.unique(time[event], return_counts=True)
    at_risk = len(time) - np.searchsorted(np.sort(time), when, side="left")
    return when, np.cumprod(1.0 - dead / at_risk)


def restricted_mean(time: np.ndarray, event: np.ndarray, horizon: float) -> float:
    """Mean time to the event, restricted to `horizon`: the area under the Kaplan-Meier curve up to there."""
    when, survival = kaplan_meier(time, event)
    inside = when < horizon
    edges = np.concatenate([[0.0], when[inside], [horizon]])
    return float(np.sum(np.diff(edges) * np.concatenate([[1.0], survival[inside]])))


def summary(run: "Run", within: int = WITHIN, horizon: int = 180) -> dict[str, float]:
    """Compute every measure of SUMMARY of a finished run: name -> number.

    Rates are shares 0..1, times are in days, money in yuan.
    """
    i, days = run.issues, run.days
    old, done = in_time(i, days, within)
    reported = i["told"] >= 0
    time, resolved = times(run)
    ledger = run.ledger
    hours, yuan = float(ledger.hours.sum()), float(run.fen[:, 2].sum()) / 100
    fixed = int(np.count_nonzero(i["resolved"] >= 0))
    private = i["household"] >= 0
    home = i["household"][private]
    last = {name: float(column[-1]) for name, column in run.series.items()}

    def rate(which: np.ndarray) -> float:
        return share(np.count_nonzero(done & which), np.count_nonzero(old & which))

    def rate_at_home(which: np.ndarray) -> float:
        chosen = np.zeros(len(i), bool)
        chosen[private] = which[home]
        return rate(chosen)

    building = i["building"][old]
    count = np.bincount(building, minlength=run.places["buildings"])
    per_building = np.bincount(building, done[old], run.places["buildings"]) / np.maximum(count, 1)
    enough = count >= 5
    owner, registered = run.places["owner"], run.places["registered"]
    return {
        "resolution_rate": rate(old),
        "resolution_rate_of_told": rate(reported),
        "restricted_mean_time": restricted_mean(time, resolved, min(horizon, days))
        if len(i)
        else float("nan"),
        "arisen": float(len(i)),
        "told": float(np.count_nonzero(reported)),
        "resolved": float(fixed),
        "resolved_in_time": float(np.count_nonzero(done)),
        "backlog": last["open"],
        "unknown": last["unknown"],
        "reopened": float(i["reopened"].sum()),
        "withdrawn": last["withdrawn"],
        "lapsed": last["lapsed"],
        **{name: last[name] for name in DAILY[COUNTS:]},
        "hours": hours,
        "yuan": yuan,
        "hours_per_resolved": share(hours, fixed),
        "yuan_per_resolved": share(yuan, fixed),
        "spread_between_buildings": float(per_building[enough].std()) if enough.any() else float("nan"),
        "owners_minus_tenants": rate_at_home(owner) - rate_at_home(~owner),
        "registered_minus_migrants": rate_at_home(registered) - rate_at_home(~registered),
    }
