"""Signing: a collective project goes from door to door until its rule of consent is met.

One project at a time in a compound, the oldest. A household that is called upon is met or not; if met, it
signs if its leaning, drawn once for this project, is below its willingness today. So another call alone
changes no decision: a doubter signs when willingness rises, through trust, through acquaintances who signed,
or with each talk with a caller the household knows. A vote has its term; one that has failed is tried again,
and the talks so far still count.
"""

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...engine.codes import CHILD, DOUBTS, NOT_MET, SCOPE_BUILDING, SIGNED, TRUST_COMMITTEE
from ...engine.jit import inner_kernel
from ...engine.parameters import knob
from ...engine.randomness import decision, derive_key, key_of, uniform
from .categories import UNITS
from .consent_rules import EVERY, is_met
from .issue_table import CONSENTED, FAILED, SIGN, log_event, move, next_stage

AT_HOME, LEAN = decision("in"), decision("lean")
WALKUP = UNITS.index("walkup")


@dataclass(frozen=True)
class ProjectParameters:
    """How households answer when asked to sign."""

    walk_in_rate: float = knob(
        0.01,
        0.0,
        1.0,
        unit="visits/household/day without a campaign",
        source="assumed; a notice on the door",
        words=("Visits without a campaign", "无人组织时的征询", "次/户·天"),
    )
    landlord_found: float = knob(
        0.15,
        0.0,
        1.0,
        unit="chance that the owner of a rented home is found",
        source="assumed",
        words=("Landlord is found", "找到房东", "概率"),
    )
    found_at_home: float = knob(
        0.6,
        0.0,
        1.0,
        unit="chance of opening the door on a day at home",
        source="assumed",
        words=("Door is opened", "有人开门", "概率，当天在家的住户"),
    )
    baseline_logit: float = knob(
        0.6,
        -5.0,
        5.0,
        unit="logit of signing",
        source="assumed; in wuzi_yard a first round of signatures stalls",
        words=("Basic willingness to sign", "基本签名意愿", "对数几率"),
    )
    absentee_owner_logit: float = knob(
        -0.5,
        -5.0,
        5.0,
        unit="logit of signing, of an owner who rents out",
        source="assumed: pays, but does not live there",
        words=("Willingness of landlords", "出租业主的签名意愿", "对数几率"),
    )
    cost_aversion_logit: float = knob(
        0.2,
        0.0,
        5.0,
        unit="logit lost per 1000 yuan of the household's share",
        source="assumed",
        words=("Effect of the household's cost", "每户分摊费用的影响", "每户每1000元降低的对数几率"),
    )
    low_floor_penalty_logit: float = knob(
        1.5,
        0.0,
        5.0,
        unit="logit lost on the two lowest floors for a lift, gained from the fourth up",
        source="docs/sources.md: ground and second floors lose, third breaks even (B)",
        words=(
            "Effect of the floor, for lifts",
            "加装电梯时楼层的影响",
            "对数几率，低两层降低，四层以上提高",
        ),
    )
    trust_logit: float = knob(
        3.0,
        0.0,
        10.0,
        unit="logit per unit of trust in the committee above one half",
        source="assumed",
        words=("Effect of trust on signing", "信任对签名的影响", "对数几率，对居委会的信任超过一半的每单位"),
    )
    vote_term_days: int = knob(
        365,
        1,
        5000,
        unit="days after which a vote without enough signatures fails",
        source="assumed",
        words=("Days allowed for a vote", "表决期限", "天"),
    )
    retry_after_days: int = knob(
        60,
        0,
        1000,
        unit="days until a failed vote is repeated",
        source="assumed",
        words=("Days until the vote is repeated", "多久后重新表决", "天"),
    )
    max_talks: int = knob(
        5,
        1,
        30,
        unit="talks that can still persuade a household",
        source="assumed",
        words=("Talks that can persuade", "劝说几次还有效", "次"),
    )
    peer_logit: float = knob(
        2.0,
        0.0,
        10.0,
        unit="logit if all one's acquaintances have signed",
        source="assumed",
        words=("Effect of acquaintances who signed", "熟人签名的影响", "对数几率，熟人全部签名时"),
    )


if TYPE_CHECKING:
    Knobs = ProjectParameters  # the same names
else:
    Knobs = NamedTuple("Knobs", [(name, float) for name in ProjectParameters.__annotations__])


class Projects(NamedTuple):
    """One row per compound: the project that collects signatures there, if any."""

    active: np.ndarray  # (compounds,) int64    its issue; -1 none
    row: np.ndarray  # (compounds,) int64    its row among the issues today; -1 none
    cursor: np.ndarray  # (compounds,) int32    household whose door is next
    steps: np.ndarray  # (compounds,) float64  visits carried over, under 1
    open: np.ndarray  # (compounds,) int32    households that have not signed
    all: np.ndarray  # (compounds,) int32    households that may vote; 0 between two votes
    opens: np.ndarray  # (compounds,) int32    day on which the vote opens


@inner_kernel
def chance_to_meet(h, lives, people, households, reach, k) -> float:
    """Chance that a call at household `h` meets a person who may sign.

    `lives` is whether the voters live there; the lever `reach` is a logit.

    Twin: reference/consent.py, call_at_door.
    """
    if lives:
        presence = 0.0
        for i in range(households.first[h], households.first[h + 1]):
            if people.band[i] != CHILD:
                presence = max(presence, float(people.presence[i]))
        base = presence * k.found_at_home
    else:
        base = k.landlord_found
    if base <= 0.0:
        return 0.0
    return 1.0 / (1.0 + (1.0 - base) / base * exp(-reach))


@inner_kernel
def willingness(h, lives, lift, yuan, people, households, consent, k) -> float:
    """Willingness of household `h` to sign, a logit: from its floor, the `yuan` it pays, and talks so far.

    Each talk adds `consent`. Trust in the committee and acquaintances who signed count where the voters live
    there (`lives`), those of the head for the home; they do not count for an owner who lets.

    Twin: reference/consent.py, compute_willingness.
    """
    head = households.first[h]
    x = (
        k.baseline_logit
        + consent * min(households.talks[h] + 1.0, k.max_talks)
        - k.cost_aversion_logit * yuan / 1000.0
    )
    if lift:
        floor = households.floor[h]
        x += -k.low_floor_penalty_logit if floor <= 2 else (k.low_floor_penalty_logit if floor >= 4 else 0.0)
    if not lives:
        return x + k.absentee_owner_logit
    x += k.trust_logit * (float(people.trust[head, TRUST_COMMITTEE]) - 0.5)
    friends = people.ties[head]
    if friends > 0:
        signed = 0
        for t in range(friends):
            signed += households.stance[people.home[people.known[head, t]]] == SIGNED
        x += k.peer_logit * signed / friends
    return x


@inner_kernel
def choose_projects(w) -> None:
    """Write into `row` the issue that collects signatures in each compound: current, else oldest; -1: none.

    Twin: reference/consent.py, collect.
    """
    issues, projects = w.issues, w.projects
    projects.row.fill(-1)
    for i in range(len(issues)):
        c = issues[i].compound
        if issues[i].state == SIGN and (projects.row[c] < 0 or projects.active[c] == issues[i].id):
            projects.row[c] = i


@inner_kernel
def electorate(w, issue) -> tuple[int, int]:
    """Return the first household that may vote on a project, and the one after the last.

    Twin: reference/consent.py, collect.
    """
    first, last = w.compounds.first[issue.compound], w.compounds.first[issue.compound + 1]
    if issue.scope == SCOPE_BUILDING:
        first, last = issue.building, issue.building + 1
    return first_household(first, w.buildings, w.stairwells), first_household(last, w.buildings, w.stairwells)


@inner_kernel
def open_vote(w, c, issue, low, high) -> None:
    """Begin to collect signatures for an issue in compound `c`: no household has been met yet.

    Twin: reference/consent.py, collect.
    """
    projects, households = w.projects, w.households
    projects.active[c], projects.cursor[c] = issue.id, low
    projects.steps[c], projects.opens[c] = 0.0, w.day
    for h in range(low, high):
        households.stance[h], households.knocks[h], households.talks[h] = NOT_MET, 0, 0


@inner_kernel
def count_calls(w, c, homes) -> tuple[int, int]:
    """Count today's calls in compound `c` of `homes`; return also the mechanism that makes most, or -1.

    Twin: reference/consent.py, collect.
    """
    projects, codes, doors = w.projects, w.pulls.doors.by, w.pulls.doors.rows
    by, most = -1, w.knobs.projects.walk_in_rate * homes
    projects.steps[c] += most
    for m in range(len(codes)):
        projects.steps[c] += doors[m, c]
        if doors[m, c] > most:
            by, most = codes[m], doors[m, c]
    calls = min(int(projects.steps[c]), homes)
    projects.steps[c] -= int(projects.steps[c])
    return calls, by


@inner_kernel
def call_at(w, h, issue, yuan) -> None:
    """Call at household `h` for the project of an issue: it is met or not, and signs or doubts.

    Twin: reference/consent.py, call_at_door.
    """
    households, k, b = w.households, w.knobs.projects, w.households.building[h]
    lives = issue.consent_rule == EVERY or households.owner[h]  # where every household votes, tenants do
    met = uniform(derive_key(derive_key(key_of(w.seed, AT_HOME, 0), issue.key), h), households.knocks[h])
    if met < chance_to_meet(h, lives, w.residents, households, w.lever.reach[b], k):
        lift = w.cats.unit[issue.category] == WALKUP
        x = willingness(h, lives, lift, yuan, w.residents, households, w.lever.consent[b], k)
        leaning = uniform(derive_key(key_of(w.seed, LEAN, 0), issue.key), h)
        households.stance[h] = SIGNED if leaning * (1.0 + exp(-x)) < 1.0 else DOUBTS
        households.talks[h] += 1
    households.knocks[h] += 1


@inner_kernel
def canvass(w, c, issue, low, high) -> int:
    """Make today's calls in compound `c`, door by door; return the mechanism that calls most, or -1.

    Twin: reference/consent.py, collect.
    """
    projects, households = w.projects, w.households
    calls, by = count_calls(w, c, high - low)
    yuan = issue.cost_fen / 100 / (high - low)
    for _ in range(calls):
        for _ in range(high - low):  # the next door that has not signed
            h = projects.cursor[c]
            projects.cursor[c] = low if h + 1 >= high else h + 1
            if households.stance[h] != SIGNED:
                break
        if households.stance[h] == SIGNED:
            break
        call_at(w, h, issue, yuan)
    return by


@inner_kernel
def count_vote(w, c, issue, low, high, by) -> None:
    """Count signatures in compound `c`: the vote carries, or goes on, or fails when its term is over.

    A failed vote loses its signatures and opens again after `retry_after_days`.

    Twin: reference/consent.py, collect.
    """
    projects, households, k, day = w.projects, w.households, w.knobs.projects, w.day
    signed, met, signed_area, met_area, area = 0, 0, 0.0, 0.0, 0.0
    for h in range(low, high):
        area += households.area[h]
        if households.stance[h] != NOT_MET:
            met += 1
            met_area += households.area[h]
        if households.stance[h] == SIGNED:
            signed += 1
            signed_area += households.area[h]
    projects.open[c], projects.all[c] = high - low - signed, high - low
    if is_met(issue.consent_rule, signed, met, high - low, signed_area, met_area, area):
        projects.open[c] = 0
        move(issue, next_stage(SIGN, issue), day)
        log_event(w.log, w.lines, issue.id, day, CONSENTED, by, -1)
    elif day - projects.opens[c] >= k.vote_term_days:
        projects.open[c], projects.all[c], projects.opens[c] = 0, 0, day + 1 + int(k.retry_after_days)
        for h in range(low, high):
            households.stance[h] = NOT_MET
        log_event(w.log, w.lines, issue.id, day, FAILED, -1, -1)


@inner_kernel
def sign(w) -> None:
    """Simulate a day of every project: calls, signatures, and whether its vote carries.

    Twin: reference/consent.py, sign.
    """
    projects = w.projects
    choose_projects(w)
    for c in range(len(projects.active)):
        if projects.row[c] < 0:
            projects.active[c], projects.open[c], projects.all[c] = -1, 0, 0
            continue
        issue = w.issues[projects.row[c]]
        low, high = electorate(w, issue)
        if projects.active[c] != issue.id:
            open_vote(w, c, issue, low, high)
        if w.day < projects.opens[c]:
            projects.open[c], projects.all[c] = 0, 0
            continue
        by = canvass(w, c, issue, low, high)
        count_vote(w, c, issue, low, high, by)


@inner_kernel
def first_household(b, buildings, stairwells) -> int:
    """Return the first household of building `b`, or the number of households for the row after the last."""
    return stairwells.first[buildings.first[b]]
