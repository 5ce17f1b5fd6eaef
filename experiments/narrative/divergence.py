"""Find the issues of one pair of a comparison whose histories differ most between the arms.

Also converts issue ids to paths (building/category/number) and back.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from operator import itemgetter
from pathlib import Path

import numpy as np

from ...engine.randomness import whole_seed
from ...engine.renamed import suggest_names
from ...engine.texts.errors import Message, UserError
from ...model import measures
from ...model.issues.categories import encode_category
from ...model.issues.issue_table import STATES, make_id, unpack_id
from ...model.scenarios.cases import Names, Settings
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run
from ..comparison.compare import arms_of
from ..comparison.runs import read_scenario, replicate


@dataclass(frozen=True)
class Surprise:
    """An issue with its time to resolution in both arms."""

    issue: str  # building/category/number
    id: int
    days: tuple[
        int, ...
    ]  # by arm: from arising to resolution, or to the end if not resolved; 0 if it never arose
    resolved: tuple[bool, ...]  # by arm
    states: tuple[str, ...]  # by arm, at the end; "" if it never arose
    # days with minus days without; an unresolved issue counts from the day it first arose in either arm
    difference: int


@dataclass(frozen=True)
class Surprises:
    """The issues that differ most between the arms of one pair, and counts of all issues."""

    case: str
    mechanisms: tuple[str, ...]
    seed: int
    days: int
    sooner: int  # issues resolved sooner with the mechanisms, or only with them
    later: int
    alike: int  # issues resolved in the same number of days, or in neither arm
    only: tuple[int, ...]  # by arm: number of issues that arose in this arm only
    most: tuple[Surprise, ...]  # in the order of `by_turns`


def surprising_issues(
    case: Scenario | str | Path,
    mechanism: str | Sequence[str] | None = None,
    count: int = 10,
    *,
    seed: int = 0,
    days: int | None = None,
    on: Names = (),
    off: Names = (),
    settings: Settings = (),
) -> Surprises:
    """Find the `count` issues whose time to resolution differs most without and with the mechanisms.

    See `tell_story` for the other arguments. Raises UserError.
    """
    seed = whole_seed(seed)
    names, arms = choose_arms(case, mechanism, days, on, off, settings)
    full, runs = arms[1], simulate_pair(arms, seed)
    ids = np.union1d(*(run.issues["id"] for run in runs))
    took, done = np.zeros((2, len(ids)), int), np.zeros((2, len(ids)), bool)
    state, born = np.full((2, len(ids)), -1), np.full((2, len(ids)), full.days)
    for arm, run in enumerate(runs):
        row = np.searchsorted(ids, run.issues["id"])
        took[arm, row], done[arm, row] = measures.times(run)
        state[arm, row], born[arm, row] = run.issues["state"], run.issues["arose_day"]
    both = (state >= 0).all(axis=0)
    # unresolved issues count from the same day in both arms, so that "never" is always later than "resolved"
    counted = np.where(both & ~done, full.days - born.min(axis=0), took)
    longer = counted[1] - counted[0]
    word = (*STATES, "")
    most = tuple(
        Surprise(
            issue_path(ids[i], full),
            int(ids[i]),
            tuple(took[:, i].tolist()),
            tuple(done[:, i].tolist()),
            tuple(word[s] for s in state[:, i]),
            int(longer[i]),
        )
        for i in islice(by_turns(longer, (ids >> 20) % (1 << 23)), count)
    )
    sooner, later, alike = (
        int(np.count_nonzero(both & kind)) for kind in (longer < 0, longer > 0, longer == 0)
    )
    return Surprises(
        full.name,
        names,
        seed,
        full.days,
        sooner,
        later,
        alike,
        tuple(np.count_nonzero(state[::-1] < 0, axis=1).tolist()),
        most,
    )


def by_turns(longer: np.ndarray, category: np.ndarray) -> Iterator[int]:
    """Yield the rows of issues, alternating between fewer and more days with the mechanisms.

    Large differences come first, and every category comes once before any comes twice.
    """
    turn_of: Counter = Counter()
    sides: dict[int, list[tuple[int, int]]] = {-1: [], 1: []}
    for i in np.argsort(-np.abs(longer), kind="stable"):
        if longer[i]:
            key = np.sign(longer[i]), category[i]
            sides[key[0]].append((turn_of[key], i))
            turn_of[key] += 1
    for pair in zip_longest(*(sorted(side, key=itemgetter(0)) for side in sides.values())):
        yield from (row[1] for row in pair if row)


def choose_arms(
    case: Scenario | str | Path,
    mechanism: str | Sequence[str] | None,
    days: int | None,
    on: Names,
    off: Names,
    settings: Settings,
) -> tuple[tuple[str, ...], tuple[Scenario, Scenario]]:
    """Return the mechanisms that are off in one arm and on in the other, and the scenarios of both arms.

    The default is all mechanisms of the case together.
    """
    scenario, removed = read_scenario(case), (off,) if isinstance(off, str) else tuple(off or ())
    chosen = (
        [mechanism]
        if isinstance(mechanism, str)
        else mechanism or [name for name in scenario.mechanisms if name not in removed]
    )
    names = tuple(dict.fromkeys(chosen))
    return names, arms_of(scenario, names, on=on, off=off, settings=settings, days=days)


def simulate_pair(arms: Sequence[Scenario], seed: int) -> list[Run]:
    """Simulate both arms of the first replicate of `compare`."""
    return [replicate(arm, "compare", seed, 0) for arm in arms]


def issue_path(id_: int, scenario: Scenario) -> str:
    """Format an issue's id as building/category/number."""
    return "/".join(map(str, unpack_id(id_, scenario.issues)))


def describe_nearby(id_: int, runs: Sequence[Run]) -> Message:
    """Describe, for an error message, which issues of the same building and category did arise."""
    numbers = [int(i) % (1 << 20) for run in runs for i in run.issues["id"] if i >> 20 == id_ >> 20]
    if numbers:
        return Message("the numbers of this category there go from 0 to {last}", last=max(numbers))
    return Message(
        "no issue of this category arose in that building (buildings go from 0 to {last})",
        last=runs[0].places["buildings"] - 1,
    )


def parse_issue(issue: int | str, scenario: Scenario) -> int:
    """Return the id that a number or "building/category/number" means. Raises UserError."""
    categories = tuple(scenario.issues)
    match = re.fullmatch(r"([0-9]{1,19})|([0-9]{1,7})/([^/]+)/([0-9]{1,6})", str(issue).strip())
    if not match:
        raise UserError(
            "issue {issue!r} is neither an id nor building/category/number, as in 7/lamp_out/2; "
            "--surprising 10 lists some",
            issue=str(issue)[:60],
        )
    if match[1]:
        if unpack_id(int(match[1]), categories)[1] is None:
            raise UserError(
                "issue {id}: no issue of this case has this id; --surprising 10 lists some, also as "
                "building/category/number",
                id=match[1],
            )
        return int(match[1])
    if match[3] not in categories:
        raise UserError(
            "issue {issue!r}: no category is called {category!r}{hint}",
            issue=str(issue)[:60],
            category=match[3],
            hint=suggest_names(match[3], categories),
        )
    return make_id.py_func(int(match[2]), encode_category(match[3]), int(match[4]))
