"""The weekly round: every evening a seventh of the buildings takes stock (`take_stock`).

Its residents update their trust, satisfaction and fatigue, promise none to seven evenings, and may meet
somebody. What a resident decides are the functions in `residents`, `giving` and `reporters`; here stand the
loops over a building's residents. All but one are column kernels, which treat eight or sixteen residents at a
time. The one that visits residents in turn (`give_and_meet`) passes over those who, by a cheap bound, neither
promise an evening nor meet anybody.
"""

from typing import NamedTuple

import numpy as np

from ..engine.codes import STANDING_CHILD, TRUST_COMMITTEE, TRUST_COMPANY, TRUST_NEIGHBOURS
from ..engine.jit import column_kernel, inner_kernel
from ..engine.randomness import decision, derive_key, key_of, uniform
from .acquaintances import befriend, draw_acquaintance
from .giving import giving_logit
from .reporters import add_bystanders, faded, weigh_bystanders
from .residents import (
    count_evenings,
    evening_logit,
    experience,
    giving_key,
    may_give,
    may_meet,
    meets_somebody,
    new_fatigue,
    new_satisfaction,
    new_trust,
    pool_of,
    seen_to_help,
)

MEET, WHOM = decision("meet"), decision("whom")


class Span(NamedTuple):
    """Residents `first` to `last`; what is noted of them stands in the rows from `first - base` on."""

    first: np.uint64
    last: np.uint64
    base: np.uint64


class Week(NamedTuple):
    """What the residents of a building have seen in a week."""

    content: float
    good: tuple
    left: tuple
    drift: tuple
    helping: float
    example: float
    meet: float
    wish: tuple


# ------------------------------------------------------------------- all residents of a building at once


@column_kernel
def judge_desk(trust, rank, span, good, left, drift, k) -> None:
    """Update the trust of grown-ups in a desk."""
    for i in range(span.first, span.last):
        t = trust[i]
        if rank[i] != STANDING_CHILD:
            trust[i] = new_trust(t, experience(float(t), good, left, k), k, drift)


@column_kernel
def judge_place(satisfaction, rank, span, content, k) -> None:
    for i in range(span.first, span.last):
        if rank[i] != STANDING_CHILD:
            satisfaction[i] = new_satisfaction(satisfaction[i], content, k)


@column_kernel
def tire(spent, tired, span, used, k) -> None:
    rank, evenings, given, fatigue, post_hours = spent
    for i in range(span.first, span.last):
        if rank[i] != STANDING_CHILD:
            share = used[0] if pool_of(rank[i]) == 0 else used[1]
            given[i] += evenings[i] * share
            now = new_fatigue(fatigue[i], evenings[i], share, post_hours[i], k)
            fatigue[i], post_hours[i] = now, 0.0
            tired[i - span.base] = now


@column_kernel
def copy_rows(column, rows, span) -> None:
    for i in range(span.first, span.last):
        rows[i - span.base] = column[i]


@column_kernel
def judge_neighbours(neighbours, before, ties, rank, span, example, drift, k) -> None:
    for i in range(span.first, span.last):
        goal = (ties[i] + example) / (ties[i] + example + k.acquaintances_half_trust)
        if rank[i] != STANDING_CHILD:
            neighbours[i] = new_trust(before[i - span.base], goal, k, drift)


@column_kernel
def weigh_giving(willing, tired, logit, span, wish, helping, k, rules) -> None:
    rank, evenings, committee, neighbours, zeal = willing
    giving = rules.giving
    for i in range(span.first, span.last):
        gave = evenings[i] > 0
        moved = giving_logit(giving, committee[i], neighbours[i], helping, gave, k, rules)
        logit[i - span.base] = evening_logit(zeal[i], moved, tired[i - span.base], pull_on(rank[i], wish), k)


@inner_kernel
def pull_on(rank, wish):
    low = wish[1] if rank == 1 else wish[0]
    high = wish[3] if rank == 3 else wish[2]
    return high if rank > 1 else low


@column_kernel
def mark_near(near, logit, rank, presence, span, keys, pull, k) -> None:
    for i in range(span.first, span.last):
        at_home = float(presence[i])
        gives = may_give(uniform(keys[0], i), logit[i - span.base], at_home)
        meets = may_meet(uniform(keys[1], i), 0, pull, at_home, k)
        near[i - span.base] = (gives | meets) & (rank[i] != STANDING_CHILD)


@column_kernel
def fade(voice, usual, rank, span, k) -> None:
    for i in range(span.first, span.last):
        v = voice[i]
        voice[i] = np.float32(faded(v, usual[i], k)) if (v != usual[i]) & (rank[i] != STANDING_CHILD) else v


@inner_kernel
def see(b, c, sums, used, wish, k):
    good, standing, dropped, drift = sums.good, sums.standing, sums.dropped, sums.drift
    good0, good1, left0, left1 = good[b, 0], good[b, 1], standing[b, 0] + dropped[b, 0], standing[b, 1] + dropped[b, 1]
    content = 1.0 / (1.0 + (left0 + left1) / k.satisfaction_half_backlog)
    for desk in range(2):
        good[b, desk] *= 1.0 - k.trust_update_rate
        dropped[b, desk] *= 1.0 - k.trust_update_rate
    helping = seen_to_help(sums.helpers[b], used)
    for pool in range(2):
        sums.pledged[pool] -= sums.promised[b, pool]
        sums.promised[b, pool], sums.helpers[b, pool] = 0, 0
    week = Week(
        content,
        (good0 + k.trust_spillover_share * good1, good1),
        (left0 + k.trust_spillover_share * left1, left1),
        (drift[b, 0], drift[b, 1], drift[b, 2]),
        helping,
        k.peer_example * helping,
        sums.meet[b],
        (wish[c, 0], wish[c, 1], wish[c, 2], wish[c, 3]),
    )
    for kind in range(3):
        drift[b, kind] = 0.0
    sums.meet[b] = 0.0
    return week


@inner_kernel
def take_stock(w) -> None:
    """Update the residents of a seventh of the buildings: opinions, fatigue, promised evenings, meetings."""
    day, buildings, sums, used, k, rules = w.day, w.buildings, w.mood, w.used, w.knobs.residents, w.knobs.rules
    company, stairs, compound, house = w.compounds.company, w.stairwells.people, buildings.compound, buildings.first
    keys, whom = (giving_key(w), key_of(w.seed, MEET, day)), key_of(w.seed, WHOM, day)
    people, pulls = w.residents, w.wish
    presence, rank, evenings, ties = people.presence, people.standing, people.evenings, people.ties
    voice, usual, satisfaction = people.voice, people.usual_voice, people.satisfaction
    trust = people.trust
    committee, firm, neighbours = trust[:, TRUST_COMMITTEE], trust[:, TRUST_COMPANY], trust[:, TRUST_NEIGHBOURS]
    pledged, promised, helpers = sums.pledged, sums.promised, sums.helpers
    voices, trusting = sums.voices, sums.trusting
    most = 0
    for b in range(day % 7, len(compound), 7):
        most = max(most, stairs[house[b + 1]] - stairs[house[b]])
    before, near = np.empty(most, np.float32), np.empty(most, np.bool_)
    tired, logit = np.empty(most), np.empty(most)
    rows = np.empty(most), np.empty(most), np.empty(most), np.empty(most)
    bits = logit.view(np.int64)
    spent = (rank, evenings, people.evenings_given, people.fatigue, people.post_hours)
    willing = (rank, evenings, committee, neighbours, people.zeal)
    bystanders = (rank, presence, voice, committee, firm)
    for b in range(day % 7, len(compound), 7):
        c = compound[b]
        week = see(b, c, sums, used, pulls, k)
        first, last = stairs[house[b]], stairs[house[b + 1]]
        span = Span(np.uint64(first), np.uint64(last), np.uint64(first))
        judge_desk(committee, rank, span, week.good[0], week.left[0], week.drift[0], k)
        if company[c]:
            judge_desk(firm, rank, span, week.good[1], week.left[1], week.drift[1], k)
        judge_place(satisfaction, rank, span, week.content, k)
        tire(spent, tired, span, (used[0], used[1]), k)
        copy_rows(neighbours, before, span)
        judge_neighbours(neighbours, before, ties, rank, span, week.example, week.drift[2], k)
        weigh_giving(willing, tired, logit, span, week.wish, week.helping, k, rules)
        mark_near(near, logit, rank, presence, span, keys, week.meet, k)
        for i in range(span.first, span.last):
            row = i - span.base
            if not near[row]:
                evenings[i] = 0
                continue
            gives = count_evenings(uniform(keys[0], i), logit[row], float(presence[i]), k)
            evenings[i] = gives
            pool = pool_of(rank[i])
            promised[b, pool] += gives
            helpers[b, pool] += gives > 0
            if meets_somebody(uniform(keys[1], i), gives, week.meet, float(presence[i]), k):
                j = draw_acquaintance(first, last, people, rows[0], derive_key(whom, i))
                if j >= 0 and befriend(np.int64(i), j, people) and j > np.int64(i):
                    one = Span(np.uint64(j), np.uint64(j + 1), span.base)
                    judge_neighbours(neighbours, before, ties, rank, one, week.example, week.drift[2], k)
                    weigh_giving(willing, tired, logit, one, week.wish, week.helping, k, rules)
                    near[np.uint64(j) - span.base] = True
        fade(voice, usual, rank, span, k)
        weigh_bystanders(bystanders, rows, span.first, span.last, span.base)
        for stair in range(house[b], house[b + 1]):
            (
                voices[stair, TRUST_COMMITTEE],
                voices[stair, TRUST_COMPANY],
                trusting[stair, TRUST_COMMITTEE],
                trusting[stair, TRUST_COMPANY],
            ) = add_bystanders(rows, np.uint64(stairs[stair]) - span.base, np.uint64(stairs[stair + 1]) - span.base)
        for pool in range(2):
            pledged[pool] += promised[b, pool]
