"""Signing: a collective project goes from door to door until its rule of consent is met.

One project at a time in a compound, the oldest. A household that is called upon is found or not; found, it signs if its
own leaning, drawn once for this project, is below its willingness today. So knocking again changes nobody's mind by itself:
a doubter signs when persuaded, by trust, by acquaintances who signed, or talk by talk by somebody known at the door. A vote
has its term; one that has failed is tried again, with the talks so far not forgotten.
"""

from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np

from ...agents.residents import CHILD
from ...engine.jit import inner_kernel
from ...engine.parameters import knob
from ...engine.randomness import derive_key, uniform
from ..places import DOUBTS, NOT_MET, SIGNED
from .categories import UNITS
from .consent_rules import EVERY, is_met
from .issue_table import CONSENTED, FAILED, SIGN, after, log_event, move

WALKUP = UNITS.index("walkup")


@dataclass(frozen=True)
class ProjectParameters:
    """How households answer when asked to sign."""

    walk_in: float = knob(
        0.01, 0.0, 1.0, unit="visits/household/day with no campaign", source="assumed; a notice on the door"
    )
    landlord: float = knob(0.15, 0.0, 1.0, unit="chance that a let home's owner is found", source="assumed")
    evening: float = knob(0.6, 0.0, 1.0, unit="chance of being in when at home that day", source="assumed")
    liking: float = knob(
        0.6, -5.0, 5.0, unit="logit to sign", source="assumed; a first round stalls in wuzi_yard"
    )
    letting: float = knob(
        -0.5,
        -5.0,
        5.0,
        unit="logit to sign, of an owner who lets",
        source="assumed: lives with none of it, and pays",
    )
    burden: float = knob(
        0.2, 0.0, 5.0, unit="logit lost per 1000 yuan that the bill comes to a household", source="assumed"
    )
    ground: float = knob(
        1.5,
        0.0,
        5.0,
        unit="logit lost on the two lowest floors by a lift, gained from the fourth up",
        source="docs/sources.md: ground and second lose, third breaks even",
    )
    belief: float = knob(
        3.0, 0.0, 10.0, unit="logit per unit of trust in the committee above one half", source="assumed"
    )
    term: int = knob(
        365, 1, 5000, unit="days after which a vote that has not carried has failed", source="assumed"
    )
    rest: int = knob(60, 0, 1000, unit="days till it is tried again", source="assumed")
    talks: int = knob(5, 1, 30, unit="talks that still move a doubter", source="assumed")
    social: float = knob(
        2.0, 0.0, 10.0, unit="logit if all one's acquaintances have signed", source="assumed"
    )


Knobs = NamedTuple("Knobs", [(name, float) for name in ProjectParameters.__annotations__])


class Projects(NamedTuple):
    """One row per compound: the project that collects signatures there, if any."""

    active: np.ndarray  # (compounds,) int64    its issue; -1 none
    row: np.ndarray  # (compounds,) int64    its row among the open issues today; -1 none
    cursor: np.ndarray  # (compounds,) int32    household whose door is next
    steps: np.ndarray  # (compounds,) float64  visits carried over, under 1
    open: np.ndarray  # (compounds,) int32    households that have not signed
    all: np.ndarray  # (compounds,) int32    households that have a say; 0 between two votes
    opens: np.ndarray  # (compounds,) int32    day on which the vote opens


@inner_kernel
def chance_to_meet(h, lives, people, households, reach, k):
    """Chance that a call at household `h` finds somebody who may sign, and who `lives` there; `reach` is a logit that helps."""
    if lives:
        in_ = 0.0
        for i in range(households.first[h], households.first[h + 1]):
            if people.band[i] != CHILD:
                in_ = max(in_, float(people.presence[i]))
        base = in_ * k.evening
    else:
        base = k.landlord
    if base <= 0.0:
        return 0.0
    return 1.0 / (1.0 + (1.0 - base) / base * exp(-reach))


@inner_kernel
def willing(h, lives, lift, yuan, people, households, consent, k):
    """Willingness of household `h` to sign, a logit: for or against by the floor and the `yuan` it comes to; talked round by `consent` a talk.

    Who `lives` there trusts the committee or not, and hears who has signed; the head speaks for the home. An owner who lets does neither.
    """
    head = households.first[h]
    x = k.liking + consent * min(households.talks[h] + 1.0, k.talks) - k.burden * yuan / 1000.0
    if lift:
        floor = households.floor[h]
        x += -k.ground if floor <= 2 else (k.ground if floor >= 4 else 0.0)
    if not lives:
        return x + k.letting
    x += k.belief * (float(people.trust[head, 0]) - 0.5)
    friends = people.ties[head]
    if friends > 0:
        signed = 0
        for t in range(friends):
            signed += households.stance[people.home[people.known[head, t]]] == SIGNED
        x += k.social * signed / friends
    return x


@inner_kernel
def sign(
    issues,
    day,
    projects,
    codes,
    doors,
    reach,
    consent,
    people,
    households,
    stairwells,
    buildings,
    compounds,
    k,
    unit,
    home,
    leaning,
    log,
    used,
):
    """A day of every project: who is called upon, who is found, who signs; and whether the rule is met.

    A vote that has not carried within `term` days has failed: signatures are void, and after `rest` days it opens anew.
    `doors` (m, compounds) visits today by mechanisms `codes` (m,), `reach` and `consent` (buildings,) logit, `unit` (categories,);
    `home`, `leaning` are keys of luck.
    """
    c = len(projects.active)
    projects.row.fill(-1)
    for i in range(len(issues)):  # the one under way, else the oldest waiting
        where = issues[i].compound
        if issues[i].state == SIGN and (projects.row[where] < 0 or projects.active[where] == issues[i].id):
            projects.row[where] = i
    for row in range(c):
        if projects.row[row] < 0:
            projects.active[row], projects.open[row], projects.all[row] = -1, 0, 0
            continue
        issue = issues[projects.row[row]]
        lift, tenants = unit[issue.category] == WALKUP, issue.rule == EVERY
        first, last = compounds.first[row], compounds.first[row + 1]
        if issue.scope == 2:
            first, last = issue.building, issue.building + 1
        low, high = (
            first_household(first, buildings, stairwells),
            first_household(last, buildings, stairwells),
        )
        if projects.active[row] != issue.id:
            projects.active[row], projects.cursor[row], projects.steps[row], projects.opens[row] = (
                issue.id,
                low,
                0.0,
                day,
            )
            for h in range(low, high):
                households.stance[h], households.knocks[h], households.talks[h] = NOT_MET, 0, 0
        if day < projects.opens[row]:
            projects.open[row], projects.all[row] = 0, 0
            continue
        yuan = issue.cost / 100 / (high - low)
        by, most = -1, k.walk_in * (high - low)
        projects.steps[row] += most
        for m in range(len(codes)):
            projects.steps[row] += doors[m, row]
            if doors[m, row] > most:
                by, most = codes[m], doors[m, row]
        calls = min(int(projects.steps[row]), high - low)
        projects.steps[row] -= int(projects.steps[row])
        for _ in range(calls):
            for _ in range(high - low):  # the next door that has not signed
                h = projects.cursor[row]
                projects.cursor[row] = low if h + 1 >= high else h + 1
                if households.stance[h] != SIGNED:
                    break
            if households.stance[h] == SIGNED:
                break
            b, lives = households.building[h], tenants or households.owner[h]
            if uniform(derive_key(derive_key(home, issue.luck), h), households.knocks[h]) < chance_to_meet(
                h, lives, people, households, reach[b], k
            ):
                x = willing(h, lives, lift, yuan, people, households, consent[b], k)
                agrees = uniform(derive_key(leaning, issue.luck), h) * (1.0 + exp(-x)) < 1.0
                households.stance[h] = SIGNED if agrees else DOUBTS
                households.talks[h] += 1
            households.knocks[h] += 1
        signed, met, signed_area, met_area, area = 0, 0, 0.0, 0.0, 0.0
        for h in range(low, high):
            area += households.area[h]
            if households.stance[h] != NOT_MET:
                met += 1
                met_area += households.area[h]
            if households.stance[h] == SIGNED:
                signed += 1
                signed_area += households.area[h]
        projects.open[row], projects.all[row] = high - low - signed, high - low
        if is_met(issue.rule, signed, met, high - low, signed_area, met_area, area):
            projects.open[row] = 0
            move(issue, after(SIGN, issue), day)
            log_event(log, used, issue.id, day, CONSENTED, by, -1)
        elif day - projects.opens[row] >= k.term:
            projects.open[row], projects.all[row], projects.opens[row] = 0, 0, day + 1 + int(k.rest)
            for h in range(low, high):
                households.stance[h] = NOT_MET
            log_event(log, used, issue.id, day, FAILED, -1, -1)


@inner_kernel
def first_household(b, buildings, stairwells):
    """The first household of building `b`; of the one after the last, how many there are."""
    return stairwells.first[buildings.first[b]]
