"""The story of one issue in both arms of a comparison: what happened to it, by whom, where it waited, and where the two histories part."""

from dataclasses import dataclass
from itertools import zip_longest
from types import SimpleNamespace

from ...engine.codes import DESK_COMMITTEE, DESK_DEPARTMENT
from ...engine.parameters import UserError
from ...engine.randomness import whole_seed
from ...model.issues import issue_table as of
from ...model.issues.categories import SCOPES
from ...model.simulate import build_community
from ..comparison.compare import ARMS
from .divergence import choose_arms, issue_path, near, number, pair

BANDS = ("child", "adult", "elder")  # by the code of residents' age bands
TRAITS = ("owner", "tenant", "migrant", "party member", "volunteer", "housebound", "mostly away")
DESKS = ("committee", "company", "department")  # by the code in `desk`
INTO = {of.AROSE: of.UNKNOWN, of.WAS_TOLD: of.TOLD, of.ANSWERED: of.WORK, of.ON_THE_SPOT: of.WORK, of.DONE: of.RESOLVED, of.CHECKED: of.VERIFIED,
        of.REOPENED: of.WORK, of.FORGOTTEN: of.UNKNOWN, of.GAVE_UP: of.WITHDRAWN, of.CEASED: of.LAPSED,
        of.LEFT: of.UNKNOWN, of.FAILED: of.SIGN}  # fmt: skip  # line of history -> state it leads to
OUT_OF = {
    of.TAKEN: of.TOLD,
    of.AGREED: of.TABLE,
    of.CONSENTED: of.SIGN,
    of.PAID: of.MONEY,
}  # line -> state it ends; what follows depends on the issue


@dataclass(frozen=True)
class Place:
    scope: str  # one of SCOPES: who shares it
    building: int  # its row, as in an issue's id
    stairwell: int  # of the building, from 1; 0 where it is no one stairwell's
    floor: int  # 1 is the ground floor; 0 where it is no one home's
    household: int  # its row; -1 where it is no one home's


@dataclass(frozen=True)
class Person:
    resident: int  # the row of somebody made up
    traits: tuple  # one of BANDS, then those of TRAITS that hold
    place: Place  # where at home


@dataclass(frozen=True)
class StoryStep:
    day: int
    what: str  # one of issues.WHAT
    by: str  # the mechanism; "" where it was neighbours or the desk
    whose: str  # the desk that has it, one of DESKS; of a payment the fund: "compound", "community" or "both"
    person: Person | None  # the resident who told or gave up
    amount: float  # hours that it took, yuan that it cost, sittings' worth held otherwise than by telephone; 0 of other lines
    was: str  # the state it was in, one of issues.STATES; "" before it arose
    waited: int  # days in that state


@dataclass(frozen=True)
class StoryArm:
    name: str  # one of ARMS
    steps: tuple  # of Step; empty where it never arose
    state: str  # at the end; "" where it never arose
    waited: int  # days in that state
    days: int  # from arising to resolution, or to the end if it is not resolved
    resolved: bool


@dataclass(frozen=True)
class Parting:
    day: int
    place: Place  # the home of who then told or gave up, else where the issue is
    steps: tuple  # of Step or None, by arm: what happened that day in one and not in the other


@dataclass(frozen=True)
class Story:
    case: str
    mechanisms: tuple  # on in one arm and off in the other
    seed: int
    days: int
    issue: str  # building/category/number
    id: int
    category: str
    place: Place
    arms: tuple  # of Arm, without and with
    parting: Parting | None


def tell_story(case, mechanism=None, *, issue, seed=0, days=None, on=(), off=(), settings=()):
    """The `Story` of one issue, by id or "building/category/number", in the first pair of `compare` with the same arguments.

    `mechanism` is a name or several; by default all of the case together. Raises UserError.
    """
    seed = whole_seed(seed)
    names, (_, full) = compared = choose_arms(case, mechanism, days, on, off, settings)
    runs, id_ = pair(compared[1], seed), number(issue, full)
    found = story_of(id_, compared[1], runs, names, seed)
    if found is None:
        raise UserError(
            f"issue {issue_path(id_, full)} arose in neither arm within {full.days} days: {near(id_, runs)}; --surprising 10 lists some that did"
        )
    return found


def story_of(id_, scenarios, runs, names=(), seed=0):
    """The `Story` of one issue in two runs that were lived already, of two scenarios of one community; None where it arose in neither."""
    full, there = scenarios[1], build_community(scenarios[1])
    rows = [run.issues[run.issues["id"] == id_] for run in runs]
    first = next((row[0] for row in rows if len(row)), None)
    if first is None:
        return None
    name = issue_path(id_, full)
    place = at(there, SCOPES[first["scope"]], first["building"], first["stairwell"], first["household"])
    arms = tuple(
        tell_arm(arm, run, row, scenario, there)
        for arm, run, row, scenario in zip(ARMS, runs, rows, scenarios)
    )
    return Story(
        full.name, names, seed, full.days, name, id_, name.split("/")[1], place, arms, parting(place, arms)
    )


def at(there, scope, building, stairwell, household=-1):
    """A place in a founded community, by rows."""
    stair = int(stairwell - there.buildings.first[building]) + 1 if scope in SCOPES[:2] else 0
    return Place(
        scope,
        int(building),
        stair,
        int(there.households.floor[household]) if household >= 0 else 0,
        int(household),
    )


def describe_person(there, i):
    """Resident `i` as a Person."""
    r, h, home = there.residents, there.households, there.residents.home[i]
    true = (
        h.owner[home],
        not h.owner[home],
        not r.registered[i],
        r.member[i],
        r.volunteer[i],
        r.housebound[i],
        h.away[home],
    )
    traits = (BANDS[r.band[i]], *(name for name, holds in zip(TRAITS, true) if holds))
    return Person(int(i), traits, at(there, "household", h.building[home], h.stairwell[home], home))


def tell_arm(arm, run, row, scenario, there):
    """An arm: the issue's steps, told from its line in `row` (0 or 1) and the run's history."""
    if not len(row):
        return StoryArm(arm, (), "", 0, 0, False)
    issue, category = row[0], list(scenario.issues.values())[row[0]["category"]]
    needs = SimpleNamespace(hard=issue["hard"], rule=issue["rule"], cost=category.cost, lead=issue["lead"])
    desk = DESKS[
        int(there.compounds.company[issue["compound"]])
        if "property" in category.hands.split()
        else DESK_COMMITTEE
    ]
    steps, state, since = [], None, int(issue["born"])
    for line in run.history[run.history["issue"] == issue["id"]]:
        day, what, who, amount, whose, person = (
            int(line["day"]),
            int(line["what"]),
            int(line["who"]),
            0.0,
            desk,
            None,
        )
        if what == of.PAID:
            amount, whose = (
                float(category.cost),
                "both" if who < 0 else "compound" if who < len(there.compounds.company) else "community",
            )
        elif what == of.DONE:
            amount = float(
                issue["effort"]
                * (scenario.committee.redo if any(s.what == of.WHAT[of.DONE] for s in steps) else 1.0)
            )
        elif what == of.AGREED:
            amount = float(issue["accord"])
        elif who >= 0:
            person = describe_person(there, who)
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
        if what != of.SECONDED:
            state, since = (
                INTO[what] if what in INTO else of.after.py_func(OUT_OF[what], needs),
                day,
            )  # as Python: kernels' parts have no face for it
            desk = DESKS[DESK_DEPARTMENT] if state == of.UPWARD else desk
    done = bool(issue["resolved"] >= 0)
    return StoryArm(
        arm,
        tuple(steps),
        of.STATES[issue["state"]],
        run.days - since,
        int((issue["resolved"] if done else run.days) - issue["born"]),
        done,
    )


def parting(place, arms):
    """The first day on which something happened in one arm and not in the other; None if there is none."""
    for steps in zip_longest(*(arm.steps for arm in arms)):
        if steps[0] != steps[1]:
            day = min(step.day for step in steps if step)
            then = tuple(step if step and step.day == day else None for step in steps)
            home = next((step.person.place for step in then if step and step.person), place)
            return Parting(day, home, then)
    return None
