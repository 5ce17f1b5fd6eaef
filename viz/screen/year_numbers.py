"""Compute the numbers of the page's cards that are of one recorded year, as static/cards.js does."""

from dataclasses import dataclass, replace

import numpy as np

from ...experiments.comparison.streaming_comparison import pair_seed
from ...experiments.comparison.who_gains import BUILDING, COMPOUND, SAME, STAIRWELL, share_among_homes
from ...experiments.narrative.recording import Recording, record_year
from ...model.issues.issue_table import RESOLVED
from ...model.measures import kaplan_meier
from ...model.measures.issue_times import times
from ...model.scenarios.scenario import Scenario
from .arms import scenario_of

LONGEST = 180  # days after arising within which half must be resolved, as in cards.js
LEAST = 10  # homes that a group must have to be shown, as in answers.js


@dataclass(frozen=True)
class YearNumbers:
    """What the cards say of one year on both sides."""

    half_days: tuple[int | None, int | None]  # days by which half of the issues are resolved; None: never
    trust: tuple[int, int]  # in the committee at the end, 0 to 100
    # group of homes -> (homes, of 100 with fewer days of open issues on the right, of 100 with more)
    homes: dict[str, tuple[int, int, int]]


def year_numbers(
    case: Scenario, left: str, right: str, seed: int = 0, days: int | None = None
) -> YearNumbers:
    """Simulate the year on show on both sides, and return its numbers.

    `left` and `right` are keys of arms, as the address of the page has them; "" is no mechanism. Raises
    UserError.
    """
    case = replace(case, days=days) if days else case
    a, b = (record_year(scenario_of(case, key), pair_seed(case, seed)) for key in (left, right))
    change = household_burdens(b) - household_burdens(a)
    homes = {
        name: (int(chosen.sum()), _of_100(change <= -SAME, chosen), _of_100(change >= SAME, chosen))
        for name, chosen in groups_of_homes(a).items()
        if chosen.sum() >= LEAST
    }
    return YearNumbers((half_days(a), half_days(b)), (final_trust(a), final_trust(b)), homes)


def _of_100(which: np.ndarray, chosen: np.ndarray) -> int:
    """Return how many of 100 chosen homes are `which`, halves rounded up, as a browser rounds."""
    return int(np.floor(100 * (which & chosen).sum() / chosen.sum() + 0.5))


def half_days(recording: Recording) -> int | None:
    """Return the days by which half of the issues are resolved (Kaplan-Meier); None if it takes longer."""
    when, left = kaplan_meier(*times(recording.run))
    reached = when[(left <= 0.5) & (when <= min(LONGEST, recording.run.days))]
    return int(reached[0]) if len(reached) else None


def final_trust(recording: Recording) -> int:
    """Return the trust in the committee on the last day, 0 to 100, of the byte that is sent to a browser."""
    last = np.clip(recording.arrays["day_trust_committee"][-1], 0.0, 1.0)
    return int(np.floor(100 * np.rint(255 * last) / 255 + 0.5))


def household_burdens(recording: Recording) -> np.ndarray:
    """Return the burden of each home, (homes,) weighted issue-days; issues of the street burden no home."""
    of, days = recording.arrays, recording.header["days"]
    first, state, day = of["issue_first"], of["event_state"], of["event_day"].astype(int)
    open_days = np.zeros(len(of["issue_id"]))
    for i, (begin, end) in enumerate(zip(first[:-1], first[1:])):
        until = [*day[begin + 1 : end], days]
        open_days[i] = sum(
            until[k] - day[begin + k] for k in range(end - begin) if state[begin + k] < RESOLVED
        )
    weight = (1.0 + of["issue_severity"]) * open_days
    home_building = of["flat_building"].astype(int)
    compound = of["building_compound"].astype(int)
    steps = int(max(of["flat_stairwell"].max(), of["issue_stairwell"].max())) + 1
    issue_building = of["issue_building"].astype(int)
    private = of["issue_flat"] >= 0
    burden = np.bincount(of["issue_flat"][private], weight[private], len(home_building))
    for scope, place_of_issue, place_of_home in (
        (
            STAIRWELL,
            issue_building * steps + of["issue_stairwell"],
            home_building * steps + of["flat_stairwell"],
        ),
        (BUILDING, issue_building, home_building),
        (COMPOUND, compound[issue_building], compound[home_building]),
    ):
        chosen = ~private & (of["issue_scope"] == scope)
        burden += share_among_homes(weight[chosen], place_of_issue[chosen], place_of_home)
    return burden


def groups_of_homes(recording: Recording) -> dict[str, np.ndarray]:
    """Return the groups of homes of the card: name -> (homes,) bool."""
    of = recording.arrays
    elders, adults, children = (of[f"flat_{name}"] for name in ("elders", "adults", "children"))
    return {
        "everybody": np.ones(len(elders), bool),
        "elders alone": (elders == 1) & (adults == 0) & (children == 0),
        "with children": children > 0,
        "owners at home": of["flat_owner"] > 0,
        "who rent": of["flat_owner"] == 0,
    }
