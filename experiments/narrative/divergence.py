"""The issues of one pair of a comparison: what each is called, and whose histories differ most between the arms."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice, zip_longest
from operator import itemgetter

import numpy as np

from ...engine.parameters import UserError
from ...engine.randomness import whole_seed
from ...engine.toml_reader import guess
from ...model import measures
from ...model.issues.categories import encode_category
from ...model.issues.issue_table import STATES, make_id, name
from ..comparison.compare import arms_of
from ..comparison.runs import replicate, scenario_of


@dataclass(frozen=True)
class Surprise:
    issue: str  # building/category/number
    id: int
    days: tuple  # by arm: from arising to resolution, or to the end if it was not resolved; 0 where it never arose
    resolved: tuple  # by arm
    states: tuple  # by arm, at the end; "" where it never arose
    difference: int  # days longer with than without; where it was not resolved, counted from when it first arose in either arm


@dataclass(frozen=True)
class Surprises:
    case: str
    mechanisms: tuple
    seed: int
    days: int
    sooner: int  # issues resolved sooner with the mechanisms, or only with them
    later: int
    alike: int  # in as many days, or in neither arm
    only: tuple  # by arm: issues that arose in this one alone
    most: tuple  # of Surprise, as `by_turns` has them


def surprising_issues(case, mechanism=None, count=10, *, seed=0, days=None, on=(), off=(), settings=()):
    """`count` issues that took most days fewer, or more, with the mechanisms than without; see `story` for the other arguments."""
    seed = whole_seed(seed)
    names, arms = choose_arms(case, mechanism, days, on, off, settings)
    full, runs = arms[1], pair(arms, seed)
    ids = np.union1d(*(run.issues["id"] for run in runs))
    took, done, state, born = (
        np.zeros((2, len(ids)), int),
        np.zeros((2, len(ids)), bool),
        np.full((2, len(ids)), -1),
        np.full((2, len(ids)), full.days),
    )
    for arm, run in enumerate(runs):
        row = np.searchsorted(ids, run.issues["id"])
        took[arm, row], done[arm, row] = measures.times(run)
        state[arm, row], born[arm, row] = run.issues["state"], run.issues["born"]
    both = (state >= 0).all(axis=0)
    counted = np.where(
        both & ~done, full.days - born.min(axis=0), took
    )  # from the same day in both, so that never is later than ever
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


def by_turns(longer, category):
    """Rows of issues by turns, one that took fewer days with and one that took more: the largest differences, every category once before any twice."""
    turn, sides = Counter(), {-1: [], 1: []}
    for i in np.argsort(-np.abs(longer), kind="stable"):
        if longer[i]:
            kind = np.sign(longer[i]), category[i]
            sides[kind[0]].append((turn[kind], i))
            turn[kind] += 1
    for pair in zip_longest(*(sorted(side, key=itemgetter(0)) for side in sides.values())):
        yield from (row[1] for row in pair if row)


def choose_arms(case, mechanism, days, on, off, settings):
    """The mechanisms that are told without and with, by default all of the case together; and the scenarios of both arms."""
    scenario, without = scenario_of(case), (off,) if isinstance(off, str) else off
    names = (
        [mechanism]
        if isinstance(mechanism, str)
        else mechanism or [name for name in scenario.mechanisms if name not in without]
    )
    names = tuple(dict.fromkeys(names))
    return names, arms_of(scenario, names, on=on, off=off, settings=settings, days=days)


def pair(arms, seed):
    """The runs of `compare`'s first replicate."""
    return [replicate(arm, "compare", seed, 0) for arm in arms]


def issue_path(id_, scenario):
    """An issue's id as building/category/number."""
    return "/".join(map(str, name(id_, scenario.issues)))


def near(id_, runs):
    """Where issues did arise, near one that did not, in words."""
    numbers = [int(i) % (1 << 20) for run in runs for i in run.issues["id"] if i >> 20 == id_ >> 20]
    return (
        f"its numbers there go from 0 to {max(numbers)}"
        if numbers
        else f"nothing of the kind in that building (buildings go from 0 to {runs[0].places['buildings'] - 1})"
    )


def number(issue, scenario):
    """The id that a number or "building/category/number" means. Raises UserError."""
    categories = tuple(scenario.issues)
    told = re.fullmatch(r"([0-9]{1,19})|([0-9]{1,7})/([^/]+)/([0-9]{1,6})", str(issue).strip())
    if not told:
        raise UserError(
            f"issue {str(issue)[:60]!r} is neither an id nor building/category/number, as in 7/lamp_out/2; --surprising 10 lists some"
        )
    if told[1]:
        if name(told[1], categories)[1] is None:
            raise UserError(
                f"issue {told[1]}: no issue of this case has such an id; --surprising 10 lists some, as building/category/number too"
            )
        return int(told[1])
    if told[3] not in categories:
        raise UserError(
            f"issue {str(issue)[:60]!r}: no category is called {told[3]!r}{guess(told[3], categories)}"
        )
    return make_id.py_func(int(told[2]), encode_category(told[3]), int(told[4]))
