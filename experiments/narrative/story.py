"""Tell the story of one issue in both arms of a comparison.

A story lists what happened to the issue and by whom, how long it waited in which state, and where the two
histories part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from ...engine.codes import DESK_COMMITTEE, DESK_DEPARTMENT, DESK_NONE
from ...engine.randomness import whole_seed
from ...engine.texts.errors import UserError
from ...model.issues import issue_table as of
from ...model.issues.categories import SCOPES
from ...model.scenarios.cases import Names, Settings
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, build_community
from ...model.state import InitialCommunity
from ...model.world import World
from ..comparison.compare import ARMS
from .divergence import choose_arms, describe_nearby, issue_path, parse_issue, simulate_pair

BANDS = ("child", "adult", "elder")  # by the code of a resident's age band
TRAITS = ("owner", "tenant", "migrant", "party member", "volunteer", "housebound", "mostly away")
DESKS = ("committee", "company", "department", "none")  # by the code in `desk`
# event -> state it leads to
INTO: dict[int | np.integer, np.integer] = {
    of.AROSE: of.UNKNOWN,
    of.WAS_REPORTED: of.REPORTED,
    of.ANSWERED: of.WORK,
    of.ON_THE_SPOT: of.WORK,
    of.DONE: of.RESOLVED,
    of.CHECKED: of.VERIFIED,
    of.REOPENED: of.WORK,
    of.FORGOTTEN: of.UNKNOWN,
    of.GAVE_UP: of.WITHDRAWN,
    of.CEASED: of.LAPSED,
    of.LEFT: of.UNKNOWN,
    of.FAILED: of.SIGN,
}
# event -> state it ends; the next state depends on the issue
OUT_OF: dict[int | np.integer, np.integer] = {
    of.TAKEN: of.REPORTED,
    of.AGREED: of.TABLE,
    of.CONSENTED: of.SIGN,
    of.PAID: of.MONEY,
}


@dataclass(frozen=True)
class Place:
    """Where an issue or a resident is."""

    scope: str  # one of SCOPES: who shares the issue
    building: int  # its row, as in an issue's id
    stairwell: int  # of the building, from 1; 0 if not in a single stairwell
    floor: int  # 1 is the ground floor; 0 if not in a single home
    household: int  # its row; -1 if not in a single home


@dataclass(frozen=True)
class Person:
    """A resident, described by age band and traits."""

    resident: int  # row of a synthetic resident
    traits: tuple[str, ...]  # one of BANDS, then those of TRAITS that apply
    place: Place  # home


@dataclass(frozen=True)
class StoryStep:
    """One event in the history of an issue."""

    day: int
    what: str  # one of issue_table.WHAT
    by: str  # the mechanism; "" if residents or the desk did it
    whose: (
        str  # the desk that holds it, one of DESKS; for payments the fund: "compound", "community" or "both"
    )
    person: Person | None  # the resident who reported or withdrew the issue
    # hours of work, yuan paid, or the worth of sittings not held by telephone; 0 for other events
    amount: float
    was: str  # the state before, one of issue_table.STATES; "" before it arose
    waited: int  # days in that state


@dataclass(frozen=True)
class StoryArm:
    """The history of an issue in one arm."""

    name: str  # one of ARMS
    steps: tuple[StoryStep, ...]  # empty if it never arose
    state: str  # at the end; "" if it never arose
    waited: int  # days in that state
    days: int  # from arising to resolution, or to the end if not resolved
    resolved: bool


@dataclass(frozen=True)
class Divergence:
    """The first difference between the two histories."""

    day: int
    place: Place  # the home of the resident who reported or withdrew it that day, else the place of the issue
    steps: tuple[StoryStep | None, ...]  # by arm: what happened that day in one arm and not in the other


@dataclass(frozen=True)
class Story:
    """The history of one issue in both arms."""

    case: str
    mechanisms: tuple[str, ...]  # on in one arm and off in the other
    seed: int
    days: int
    issue: str  # building/category/number
    id: int
    category: str
    category_zh: str  # its Chinese name
    place: Place
    arms: tuple[StoryArm, ...]  # without and with
    parting: Divergence | None


def tell_story(
    case: Scenario | str | Path,
    mechanism: str | Sequence[str] | None = None,
    *,
    issue: int | str,
    seed: int = 0,
    days: int | None = None,
    on: Names = (),
    off: Names = (),
    settings: Settings = (),
) -> Story:
    """Tell the story of one issue in the first pair of `compare` with the same arguments.

    `issue` is an id or "building/category/number". `mechanism` is a name or several; the default is all
    mechanisms of the case together. Raises UserError.
    """
    seed = whole_seed(seed)
    names, (_, full) = compared = choose_arms(case, mechanism, days, on, off, settings)
    runs, issue_id = simulate_pair(compared[1], seed), parse_issue(issue, full)
    story = story_of(issue_id, compared[1], runs, names, seed)
    if story is None:
        raise UserError(
            "issue {issue_path} arose in neither arm within {days} days: {nearby}; --surprising 10 "
            "lists some that did",
            issue_path=issue_path(issue_id, full),
            days=full.days,
            nearby=describe_nearby(issue_id, runs),
        )
    return story


def story_of(
    id_: int, scenarios: Sequence[Scenario], runs: Sequence[Run], names: tuple[str, ...] = (), seed: int = 0
) -> Story | None:
    """Return the `Story` of one issue from two finished runs, of two scenarios of one community.

    None if the issue arose in neither.
    """
    full, community = scenarios[1], build_community(scenarios[1])
    rows = [run.issues[run.issues["id"] == id_] for run in runs]
    first = next((row[0] for row in rows if len(row)), None)
    if first is None:
        return None
    name = issue_path(id_, full)
    place = at(community, SCOPES[first["scope"]], first["building"], first["stairwell"], first["household"])
    arms = tuple(
        tell_arm(arm, run, row, scenario, community)
        for arm, run, row, scenario in zip(ARMS, runs, rows, scenarios)
    )
    return Story(
        full.name,
        names,
        seed,
        full.days,
        name,
        id_,
        name.split("/")[1],
        full.issues[name.split("/")[1]].zh,
        place,
        arms,
        find_divergence(place, arms),
    )


def at(
    community: World | InitialCommunity, scope: str, building: int, stairwell: int, household: int = -1
) -> Place:
    """Return a Place in a community, given by rows."""
    stair = int(stairwell - community.buildings.first[building]) + 1 if scope in SCOPES[:2] else 0
    return Place(
        scope,
        int(building),
        stair,
        int(community.households.floor[household]) if household >= 0 else 0,
        int(household),
    )


def describe_person(community: World | InitialCommunity, i: int) -> Person:
    """Return resident `i` as a Person."""
    r, h, home = community.residents, community.households, community.residents.home[i]
    holds = (
        h.owner[home],
        not h.owner[home],
        not r.registered[i],
        r.member[i],
        r.volunteer[i],
        r.housebound[i],
        h.away[home],
    )
    traits = (BANDS[r.band[i]], *(name for name, applies in zip(TRAITS, holds) if applies))
    return Person(int(i), traits, at(community, "household", h.building[home], h.stairwell[home], home))


def tell_arm(
    arm: str, run: Run, row: np.ndarray, scenario: Scenario, community: World | InitialCommunity
) -> StoryArm:
    """Build one arm of a story from the issue's record in `row` (length 0 or 1) and the run's history."""
    if not len(row):
        return StoryArm(arm, (), "", 0, 0, False)
    issue, category = row[0], list(scenario.issues.values())[row[0]["category"]]
    needs = SimpleNamespace(
        sittings_needed=issue["sittings_needed"],
        consent_rule=issue["consent_rule"],
        cost_fen=100 * category.cost_yuan,
        department_days=issue["department_days"],
    )
    desk = DESKS[
        int(community.compounds.company[issue["compound"]])
        if "property" in category.done_by.split()
        else DESK_COMMITTEE
        if category.done_by
        else DESK_NONE
    ]
    steps: list[StoryStep] = []
    state, since = None, int(issue["arose_day"])
    for line in run.history[run.history["issue"] == issue["id"]]:
        day, what, who = int(line["day"]), int(line["what"]), int(line["who"])
        amount, whose, person = 0.0, desk, None
        if what == of.PAID:
            amount = float(category.cost_yuan)
            whose = (
                "both" if who < 0 else "compound" if who < len(community.compounds.company) else "community"
            )
        elif what == of.DONE:
            amount = float(
                issue["work_hours"]
                * (scenario.committee.rework_share if any(s.what == of.WHAT[of.DONE] for s in steps) else 1.0)
            )
        elif what == of.AGREED:
            amount = float(issue["sittings_held"])
        elif who >= 0:
            person = describe_person(community, who)
        by = run.names[line["by"]] if line["by"] >= 0 else ""
        steps.append(
            StoryStep(
                day,
                of.WHAT[what],
                by,
                whose,
                person,
                amount,
                "" if state is None else of.STATES[state],
                day - since,
            )
        )
        if what != of.REPORTED_AGAIN:
            # py_func: the compiled kernel does not accept the namespace `needs`
            state = INTO[what] if what in INTO else of.next_stage.py_func(OUT_OF[what], needs)
            since = day
            desk = DESKS[DESK_DEPARTMENT] if state == of.UPWARD else desk
    done = bool(issue["resolved_day"] >= 0)
    return StoryArm(
        arm,
        tuple(steps),
        of.STATES[issue["state"]],
        run.days - since,
        int((issue["resolved_day"] if done else run.days) - issue["arose_day"]),
        done,
    )


def find_divergence(place: Place, arms: Sequence[StoryArm]) -> Divergence | None:
    """Return the first day on which the two histories differ; None if they do not."""
    for steps in zip_longest(*(arm.steps for arm in arms)):
        if steps[0] != steps[1]:
            day = min(step.day for step in steps if step)
            events = tuple(step if step and step.day == day else None for step in steps)
            home = next((step.person.place for step in events if step and step.person), place)
            return Divergence(day, home, events)
    return None
