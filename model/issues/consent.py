"""Signing: a collective project goes from door to door until its rule of consent is met.

One project at a time in a compound, the oldest that is not resting. A household that is called upon is met or
not; if met, it signs if its leaning, drawn once for this project, is below its willingness today. So a
refusal holds, and another call alone changes no decision: a doubter signs when willingness rises, through
trust, through acquaintances who signed, or with each talk with a caller the household knows, which persuades
less each time. A doubter who is far from signing objects in writing. Once the rule is met the result is
posted; those not met so far may object then. A vote has its term; one that has failed rests, other projects
take its place meanwhile, and it is tried again.
"""

from math import exp
from typing import NamedTuple

import numpy as np

from ...engine.codes import (
    CHILD,
    DOUBTS,
    NOT_MET,
    OBJECTS,
    SCOPE_BUILDING,
    SCOPE_STAIRWELL,
    SIGNED,
    TRUST_COMMITTEE,
)
from ...engine.jit import lean_kernel
from ...engine.randomness import decision, derive_key, key_of, uniform
from .consent_rules import EVERY, is_met
from .contributions import divide_bill, expect_shares, floors_saved, is_lift, own_yuan
from .issue_table import CONSENTED, FAILED, SIGN, log_event, move, next_stage

AT_HOME, LEAN = decision("in"), decision("lean")
TALKS = 30  # further talks change nothing any more
LOWEST_LOGIT = -700.0  # below it a chance is 0, and its exponential overflows
RUNNING, READY, RESTING, ASIDE = range(4)  # which project of a compound has its turn: the least of these


class Projects(NamedTuple):
    """One row per compound: the project that collects signatures there, if any."""

    active: np.ndarray  # (compounds,) int64    its issue; -1 none
    row: np.ndarray  # (compounds,) int64    its row among the issues today; -1 none
    cursor: np.ndarray  # (compounds,) int32    household whose door is next
    steps: np.ndarray  # (compounds,) float64  visits carried over, under 1
    open: np.ndarray  # (compounds,) int32    households that have not signed
    all: np.ndarray  # (compounds,) int32    households that may vote; 0 between two votes
    opens: np.ndarray  # (compounds,) int32    day on which the vote opens
    posted: np.ndarray  # (compounds,) int32    day on which the result was posted; -1 not
    by: np.ndarray  # (compounds,) int32    mechanism that called most on that day; -1 none
    owners_fen: np.ndarray  # (compounds,) int64    fen that owners have paid for their projects, ever


def new_projects(compounds: int) -> Projects:
    """Return the projects of so many compounds on day 0: none."""
    none, zero = np.full(compounds, -1), np.zeros(compounds, np.int32)
    return Projects(
        active=none,
        row=none.copy(),
        cursor=zero,
        steps=np.zeros(compounds),
        open=zero.copy(),
        all=zero.copy(),
        opens=zero.copy(),
        posted=none.astype(np.int32),
        by=none.astype(np.int32),
        owners_fen=np.zeros(compounds, np.int64),
    )


@lean_kernel
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


@lean_kernel
def talks_effect(talks, factor) -> float:
    """Effect of so many talks, in first talks: each further one counts `factor` times the one before.

    Twin: reference/consent.py, talks_effect.
    """
    total, part = 0.0, 1.0
    for _ in range(min(talks, TALKS)):
        total += part
        part *= factor
    return total


@lean_kernel
def signed_share(h, people, households) -> float:
    """Share of the acquaintances of the head of household `h` whose household has signed; 0 without any.

    Twin: reference/consent.py, signed_share.
    """
    head, signed = households.first[h], 0
    friends = people.ties[head]
    for t in range(friends):
        signed += households.stance[people.home[people.known[head, t]]] == SIGNED
    return signed / friends if friends > 0 else 0.0


@lean_kernel
def lives_there(h, issue, households) -> bool:
    """Whether those who vote for household `h` live there: where every household votes, tenants do.

    Twin: reference/consent.py, lives_there.
    """
    return issue.consent_rule == EVERY or households.owner[h]


@lean_kernel
def willingness(w, h, issue, yuan, peers) -> float:
    """Willingness of household `h` to agree to an issue today, a logit.

    It depends on the `yuan` it pays and its floor. Where the voters live there, the talks so far, the head's
    trust in the committee and the share of `peers` who have agreed count, too.

    Twin: reference/consent.py, compute_willingness.
    """
    households, k = w.households, w.knobs.projects
    x = k.baseline_logit - k.cost_aversion_logit * yuan / 1000.0
    if is_lift(w, issue):
        x += k.lift_floor_logit * floors_saved(households.floor[h], k)
    if not lives_there(h, issue, households):
        return x + k.absentee_owner_logit
    x += w.lever.consent[households.building[h]] * talks_effect(households.talks[h], k.repeat_talk_factor)
    trust = float(w.residents.trust[households.first[h], TRUST_COMMITTEE])
    return x + k.trust_logit * (trust - 0.5) + k.peer_logit * peers


@lean_kernel
def agrees(w, h, issue, x) -> bool:
    """Whether household `h` agrees to an issue at willingness `x`: its leaning is drawn once.

    Twin: reference/consent.py, agrees.
    """
    leaning = uniform(derive_key(key_of(w.seed, LEAN, 0), issue.key), h)
    return leaning * (1.0 + exp(-max(x, LOWEST_LOGIT))) < 1.0


@lean_kernel
def choose_projects(w, pending) -> None:
    """Write into `row` the issue that has its turn to collect signatures in each compound; -1: none.

    It is the one under way, else the oldest whose vote is not resting, else one that rests.

    Twin: reference/consent.py, choose_project.
    """
    issues, projects = w.issues, w.projects
    projects.row.fill(-1)
    for i in pending:
        c = issues[i].compound
        if issues[i].state == SIGN and (
            projects.row[c] < 0 or turn_of(w, issues[i]) < turn_of(w, issues[projects.row[c]])
        ):
            projects.row[c] = i


@lean_kernel
def turn_of(w, issue) -> int:
    """Return which kind of turn a project has; the least of a compound goes first.

    Twin: reference/consent.py, choose_project.
    """
    running = w.projects.active[issue.compound] == issue.id
    if issue.due_day <= w.day:
        return RUNNING if running else READY
    return RESTING if running else ASIDE


@lean_kernel
def electorate(w, issue) -> tuple[int, int]:
    """Return the first household that may vote on a project, and the one after the last.

    Twin: reference/consent.py, electorate.
    """
    if issue.scope == SCOPE_STAIRWELL:
        return w.stairwells.first[issue.stairwell], w.stairwells.first[issue.stairwell + 1]
    first, last = w.compounds.first[issue.compound], w.compounds.first[issue.compound + 1]
    if issue.scope == SCOPE_BUILDING:
        first, last = issue.building, issue.building + 1
    return first_household(first, w.buildings, w.stairwells), first_household(last, w.buildings, w.stairwells)


@lean_kernel
def open_vote(w, c, issue, low, high) -> None:
    """Begin to collect signatures for an issue in compound `c`: no household has been met yet.

    Twin: reference/consent.py, open_vote.
    """
    projects, households = w.projects, w.households
    projects.active[c], projects.cursor[c] = issue.id, low
    projects.steps[c], projects.opens[c] = 0.0, w.day
    projects.open[c], projects.posted[c], projects.by[c] = high - low, -1, -1
    for h in range(low, high):
        households.stance[h], households.knocks[h], households.talks[h] = NOT_MET, 0, 0


@lean_kernel
def count_calls(w, c, homes) -> tuple[int, int]:
    """Count today's calls in compound `c` of `homes`; return also the mechanism that makes most, or -1.

    A round of those who have not signed takes `round_days` days at least.

    Twin: reference/consent.py, canvass.
    """
    projects, codes, doors, k = w.projects, w.pulls.doors.by, w.pulls.doors.rows, w.knobs.projects
    by, most = -1, k.walk_in_rate * homes
    total = most
    for m in range(len(codes)):
        total += doors[m, c]
        if doors[m, c] > most:
            by, most = codes[m], doors[m, c]
    unsigned = projects.open[c] if projects.open[c] > 0 else homes
    projects.steps[c] += min(total, unsigned / k.round_days)
    calls = min(int(projects.steps[c]), homes)
    projects.steps[c] -= int(projects.steps[c])
    return calls, by


@lean_kernel
def call_at(w, h, issue, yuan) -> None:
    """Call at household `h` for the project of an issue: it is met or not, and signs, doubts or objects.

    Twin: reference/consent.py, call_at_door.
    """
    households, k, b = w.households, w.knobs.projects, w.households.building[h]
    lives = lives_there(h, issue, households)
    met = uniform(derive_key(derive_key(key_of(w.seed, AT_HOME, 0), issue.key), h), households.knocks[h])
    if met < chance_to_meet(h, lives, w.residents, households, w.lever.reach[b], k):
        households.talks[h] += 1
        x = willingness(w, h, issue, yuan, signed_share(h, w.residents, households))
        if agrees(w, h, issue, x):
            households.stance[h] = SIGNED
        elif households.stance[h] == OBJECTS or not agrees(w, h, issue, x + k.objection_logit):
            households.stance[h] = OBJECTS  # an objection in writing stands until the household signs
        else:
            households.stance[h] = DOUBTS
    households.knocks[h] += 1


@lean_kernel
def canvass(w, c, issue, low, high) -> int:
    """Make today's calls in compound `c`, door by door; return the mechanism that calls most, or -1.

    Twin: reference/consent.py, canvass.
    """
    projects, households = w.projects, w.households
    calls, by = count_calls(w, c, high - low)
    if calls == 0:
        return by
    unit_yuan, by_floor, _ = divide_bill(w, issue, low, high)
    for _ in range(calls):
        for _ in range(high - low):  # the next door that has not signed
            h = projects.cursor[c]
            projects.cursor[c] = low if h + 1 >= high else h + 1
            if households.stance[h] != SIGNED:
                break
        if households.stance[h] == SIGNED:
            break
        call_at(w, h, issue, own_yuan(w, h, unit_yuan, by_floor))
    return by


@lean_kernel
def is_carried(w, c, issue, low, high) -> bool:
    """Whether the rule of a project is met today; counts those who have not signed.

    Twin: reference/consent.py, is_carried.
    """
    households = w.households
    signed, met, objecting, signed_area, met_area, area = 0, 0, 0, 0.0, 0.0, 0.0
    for h in range(low, high):
        area += households.area[h]
        if households.stance[h] != NOT_MET:
            met += 1
            met_area += households.area[h]
        if households.stance[h] == SIGNED:
            signed += 1
            signed_area += households.area[h]
        objecting += households.stance[h] == OBJECTS
    w.projects.open[c], w.projects.all[c] = high - low - signed, high - low
    heads, areas = (signed, met, high - low), (signed_area, met_area, area)
    return is_met(issue.consent_rule, heads, areas, objecting)


@lean_kernel
def post_result(w, issue, low, high) -> None:
    """Post the result of a vote: residents who own their home and were not met so far may object.

    Twin: reference/consent.py, post_result.
    """
    households, k = w.households, w.knobs.projects
    unit_yuan, by_floor, _ = divide_bill(w, issue, low, high)
    for h in range(low, high):
        if households.stance[h] == NOT_MET and lives_there(h, issue, households):
            yuan, peers = own_yuan(w, h, unit_yuan, by_floor), signed_share(h, w.residents, households)
            if not agrees(w, h, issue, willingness(w, h, issue, yuan, peers) + k.objection_logit):
                households.stance[h] = OBJECTS


@lean_kernel
def count_vote(w, c, issue, low, high, by) -> None:
    """Count signatures in compound `c`: the result is posted, stands, or the vote fails after its term.

    A posted result stands after `notice_days` days in which the rule is met. A failed vote loses its
    signatures and rests for `retry_after_days` days.

    Twin: reference/consent.py, count_vote.
    """
    projects, households, k, day = w.projects, w.households, w.knobs.projects, w.day
    carried = is_carried(w, c, issue, low, high)
    if carried and projects.posted[c] < 0:
        post_result(w, issue, low, high)
        carried = is_carried(w, c, issue, low, high)
        projects.posted[c], projects.by[c] = day, by
    if not carried:
        projects.posted[c] = -1
    if carried and day - projects.posted[c] >= k.notice_days:
        projects.open[c] = 0
        issue.cost_fen, issue.due_day = divide_bill(w, issue, low, high)[2], -1
        if w.cats.owners_share[issue.category] > 0.0:
            expect_shares(w, issue, low, high)
        move(w, issue, next_stage(SIGN, issue))
        log_event(w.log, w.lines, issue.id, day, CONSENTED, projects.by[c], -1)
    elif carried:
        projects.open[c], projects.all[c] = 0, 0
    elif day - projects.opens[c] >= k.vote_term_days:
        issue.due_day = day + 1 + int(k.retry_after_days)
        projects.open[c], projects.all[c], projects.opens[c] = 0, 0, int(issue.due_day)
        for h in range(low, high):
            households.stance[h] = NOT_MET
        log_event(w.log, w.lines, issue.id, day, FAILED, -1, -1)


@lean_kernel
def sign(w, pending) -> None:
    """Simulate a day of every project: calls, signatures, and whether its vote carries.

    Twin: reference/consent.py, sign.
    """
    projects = w.projects
    choose_projects(w, pending)
    for c in range(len(projects.active)):
        if projects.row[c] < 0:
            projects.active[c], projects.open[c], projects.all[c] = -1, 0, 0
            continue
        issue = w.issues[projects.row[c]]
        low, high = electorate(w, issue)
        if w.day < issue.due_day:
            projects.open[c], projects.all[c] = 0, 0
            continue
        if projects.active[c] != issue.id:
            open_vote(w, c, issue, low, high)
        by = -1 if projects.posted[c] >= 0 else canvass(w, c, issue, low, high)
        count_vote(w, c, issue, low, high, by)


@lean_kernel
def first_household(b, buildings, stairwells) -> int:
    """Return the first household of building `b`, or the number of households for the row after the last."""
    return stairwells.first[buildings.first[b]]
