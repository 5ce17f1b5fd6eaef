"""The weekly round: every evening a seventh of the buildings takes stock (`take_stock`).

Its residents update their trust, satisfaction and fatigue, promise none to seven evenings, and may meet
somebody. The rules by which they decide are functions of their own in `residents`, `giving` and `reporters`;
here are the loops over residents.

Column kernels update all residents of a building in small loops, which the compiler vectorises. Only
`give_and_meet` visits residents one by one, and no more than the few who by a cheap bound might promise an
evening or meet somebody (`mark_possible`).
"""

from typing import NamedTuple

import numpy as np

from ..engine.codes import (
    POOL_MEMBERS,
    POOL_VOLUNTEERS,
    STANDING_CHILD,
    STANDING_IN_SERVICE_MEMBER,
    STANDING_NEIGHBOUR,
    STANDING_RETIRED_MEMBER,
    STANDING_VOLUNTEER,
    TRUST_COMMITTEE,
    TRUST_COMPANY,
    TRUST_NEIGHBOURS,
)
from ..engine.jit import column_kernel, inner_kernel
from ..engine.randomness import decision, derive_key, key_of, uniform
from .acquaintances import befriend, draw_acquaintance
from .giving import giving_logit
from .reporters import add_stairwells, faded, weigh_bystanders
from .residents import (
    count_evenings,
    evening_logit,
    experience,
    forget_week,
    giving_key,
    meeting_key,
    meets_somebody,
    might_give,
    might_meet,
    new_fatigue,
    new_satisfaction,
    new_trust,
    pool_of,
    rate_of_meeting,
    see_week,
)

EIGHT = np.uint64(8)  # residents that `give_and_meet` may pass over at once
WHOM = decision("whom")


class Span(NamedTuple):
    """The residents of a building, `first` to `last`; row `i - base` of the notes is about resident i."""

    first: np.uint64
    last: np.uint64
    base: np.uint64


class Notes(NamedTuple):
    """What is noted of each resident who takes stock today, building by building."""

    trusted: np.ndarray  # float64 0..1  trust in neighbours before this evening
    tired: np.ndarray  # float64  fatigue
    logit: np.ndarray  # float64  wish to give an evening
    spare: np.ndarray  # float64  scratch space of `resum_bystanders`
    possible: np.ndarray  # uint8 0 or 1  might promise an evening, or meet somebody


# ------------------------------------------------------------------- all residents of a building at once


@column_kernel
def judge_desk(trust, rank, span, good, left, drift, k) -> None:
    """Update grown-ups' trust in a desk, of which they have seen `good` issues resolved and `left` ones not.

    Twin: reference/people.py, take_stock.
    """
    for i in range(span.first, span.last):
        t = trust[i]
        if rank[i] != STANDING_CHILD:
            trust[i] = new_trust(t, experience(float(t), good, left, k), k, drift)


@column_kernel
def judge_place(satisfaction, rank, span, content, k) -> None:
    """Update grown-ups' satisfaction towards `content`.

    Twin: reference/people.py, take_stock.
    """
    for i in range(span.first, span.last):
        if rank[i] != STANDING_CHILD:
            satisfaction[i] = new_satisfaction(satisfaction[i], content, k)


@column_kernel
def tire(spent, tired, span, used, k) -> None:
    """Count the evenings of the last week as given, and update fatigue by them and by hours in a post.

    `spent` are the columns standing, evenings, evenings_given, fatigue and post_hours.

    Twin: reference/people.py, take_stock.
    """
    rank, evenings, given, fatigue, post_hours = spent
    for i in range(span.first, span.last):
        if rank[i] != STANDING_CHILD:
            share = used[POOL_MEMBERS] if pool_of(rank[i]) == POOL_MEMBERS else used[POOL_VOLUNTEERS]
            given[i] += evenings[i] * share
            now = new_fatigue(fatigue[i], evenings[i], share, post_hours[i], k)
            fatigue[i], post_hours[i] = now, 0.0
            tired[i - span.base] = now


@inner_kernel
def judge_neighbours(trusted, ties, week, k) -> np.float32:
    """Trust in neighbours after this evening, 0..1: it follows how many one knows and how many one sees help.

    Twin: reference/people.py, take_stock.
    """
    known = ties + week.example
    target = known / (known + k.acquaintances_half_trust)
    return new_trust(trusted, target, k, week.drift[TRUST_NEIGHBOURS])


@column_kernel
def judge_all_neighbours(trust, trusted, ties, rank, span, week, k) -> None:
    """Note grown-ups' trust in neighbours, and update it.

    Twin: reference/people.py, take_stock.
    """
    for i in range(span.first, span.last):
        t = trust[i]
        trusted[i - span.base] = t
        if rank[i] != STANDING_CHILD:
            trust[i] = judge_neighbours(t, ties[i], week, k)


@inner_kernel
def wish_of(standing, wish) -> float:
    """The entry of `wish` (4,) for a standing, found without a table, which would be slower.

    Twin: reference/people.py, willingness.
    """
    if standing >= STANDING_RETIRED_MEMBER:
        serving = standing == STANDING_IN_SERVICE_MEMBER
        return wish[STANDING_IN_SERVICE_MEMBER] if serving else wish[STANDING_RETIRED_MEMBER]
    return wish[STANDING_VOLUNTEER] if standing == STANDING_VOLUNTEER else wish[STANDING_NEIGHBOUR]


@inner_kernel
def willingness(standing, zeal, evenings, trust, tired, week, k, rules) -> float:
    """A resident's wish to give an evening, a logit.

    `evenings` are those of last week, `trust` (2,) is in committee and neighbours.

    Twin: reference/people.py, willingness.
    """
    committee, neighbours = trust
    moved = giving_logit(rules.giving, committee, neighbours, week.helping, evenings > 0, k, rules)
    return evening_logit(zeal, moved, tired, wish_of(standing, week.wish), k)


@column_kernel
def weigh_giving(columns, tired, logit, span, week, k, rules) -> None:
    """Note everybody's wish to give an evening, a logit.

    Twin: reference/people.py, willingness.
    """
    rank, zeal, evenings, committee, neighbours = columns
    for i in range(span.first, span.last):
        row, trust = i - span.base, (committee[i], neighbours[i])
        logit[row] = willingness(rank[i], zeal[i], evenings[i], trust, tired[row], week, k, rules)


@column_kernel
def mark_possible(possible, logit, rank, presence, span, keys, rate) -> None:
    """Mark grown-ups who might promise an evening, or meet somebody without having promised one.

    Those meet acquaintances at `rate`; who promises an evening is marked for that.

    Twin: reference/people.py, give.
    """
    give, encounter = keys
    for i in range(span.first, span.last):
        at_home = float(presence[i])
        gives = might_give(uniform(give, i), logit[i - span.base], at_home)
        meets = might_meet(uniform(encounter, i), rate, at_home)
        possible[i - span.base] = (gives | meets) & (rank[i] != STANDING_CHILD)


@column_kernel
def clear(evenings, possible, span) -> None:
    """Set the evenings of those to 0 who are not marked: they promise none.

    This comes last, because until one's turn has come, those of last week count (`willingness`).

    Twin: reference/people.py, give.
    """
    for i in range(span.first, span.last):
        if not possible[i - span.base]:
            evenings[i] = 0


@column_kernel
def fade(voice, usual, rank, span, k) -> None:
    """Let grown-ups' readiness to report return towards what is usual.

    Twin: reference/people.py, take_stock.
    """
    for i in range(span.first, span.last):
        if (voice[i] != usual[i]) & (rank[i] != STANDING_CHILD):
            voice[i] = faded(voice[i], usual[i], k)


# ---------------------------------------------------------------------------------- one after another


@inner_kernel
def give_and_meet(w, notes) -> None:
    """Let residents promise evenings and meet somebody, in their order.

    Those who can do neither are passed over eight at a time, by `EIGHT` bytes of `possible` as one number.
    Whoever gets to know a neighbour whose turn comes later changes that neighbour's trust and wish to give.

    Twin: reference/people.py, take_stock.
    """
    people, places, k, rules = w.residents, stairs_of(w), w.knobs.residents, w.knobs.rules
    rank, presence, zeal = people.standing, people.presence, people.zeal
    evenings, ties = people.evenings, people.ties
    committee, neighbours = people.trust[:, TRUST_COMMITTEE], people.trust[:, TRUST_NEIGHBOURS]
    pledged, promised, helpers = w.mood.pledged, w.mood.promised, w.mood.helpers
    give, encounter, whom = giving_key(w), meeting_key(w), key_of(w.seed, WHOM, w.day)
    trusted, tired, logit, _, possible = notes
    blocks = possible.view(np.uint64)
    start = np.uint64(0)
    for b in range(w.day % 7, len(helpers), 7):
        week, span = see_week(b, w), find_span(b, start, places)
        for pool in range(2):
            pledged[pool] -= promised[b, pool]
            promised[b, pool], helpers[b, pool] = 0, 0
        for block in range(start, start + span.last - span.first, EIGHT):
            if blocks[block // EIGHT] == 0:  # none of these eight
                continue
            for row in range(block, block + EIGHT):
                if not possible[row]:
                    continue
                i = row + span.base
                at_home, pool = float(presence[i]), pool_of(rank[i])
                gives = count_evenings(uniform(give, i), logit[row], at_home, k)
                evenings[i] = gives
                promised[b, pool] += gives
                helpers[b, pool] += gives > 0
                if not meets_somebody(uniform(encounter, i), rate_of_meeting(gives, week.meet, k), at_home):
                    continue
                j = draw_acquaintance(span.first, span.last, people, derive_key(whom, i))
                if j >= 0 and befriend(np.int64(i), j, people) and j > np.int64(i):
                    other = np.uint64(j) - span.base
                    neighbours[j] = judge_neighbours(trusted[other], ties[j], week, k)
                    trust = committee[j], neighbours[j]
                    logit[other] = willingness(
                        rank[j], zeal[j], evenings[j], trust, tired[other], week, k, rules
                    )
                    possible[other] = 1
        clear(evenings, possible, span)
        for pool in range(2):
            pledged[pool] += promised[b, pool]
        start = round_up(start + span.last - span.first)


# --------------------------------------------------------------------------------- the weekly round


@inner_kernel
def stairs_of(w) -> tuple:
    """The first stairwell of each building, and the first resident of each stairwell."""
    return w.buildings.first, w.stairwells.people


@inner_kernel
def find_span(b, start, places) -> Span:
    """The residents of building `b`, whose notes begin in row `start`."""
    stairs, people = places
    first, last = np.uint64(people[stairs[b]]), np.uint64(people[stairs[b + 1]])
    return Span(first, last, first - start)


@inner_kernel
def round_up(rows) -> np.uint64:
    """The next number of rows that is a multiple of eight."""
    return (rows + EIGHT - np.uint64(1)) // EIGHT * EIGHT


@inner_kernel
def make_notes(w) -> Notes:
    """Make notes for the residents who take stock today. Those of each building begin in a row of eights."""
    n, places = np.uint64(0), stairs_of(w)
    for b in range(w.day % 7, len(w.buildings.compound), 7):
        span = find_span(b, np.uint64(0), places)
        n = round_up(n + span.last - span.first)
    possible = np.empty(n, np.uint8)
    for row in range(n):
        possible[row] = 0
    return Notes(np.empty(n), np.empty(n), np.empty(n), np.empty(n), possible)


@inner_kernel
def judge(w, notes) -> None:
    """Let residents judge desks, place and neighbours, tire, and weigh whether to give an evening.

    Twin: reference/people.py, take_stock.
    """
    people, places, k, rules = w.residents, stairs_of(w), w.knobs.residents, w.knobs.rules
    compound, company, used = w.buildings.compound, w.compounds.company, (w.used[0], w.used[1])
    rank, presence, satisfaction = people.standing, people.presence, people.satisfaction
    evenings, ties = people.evenings, people.ties
    committee, firm = people.trust[:, TRUST_COMMITTEE], people.trust[:, TRUST_COMPANY]
    neighbours = people.trust[:, TRUST_NEIGHBOURS]
    spent = rank, evenings, people.evenings_given, people.fatigue, people.post_hours
    willing = rank, people.zeal, evenings, committee, neighbours
    voice, usual = people.voice, people.usual_voice
    keys = giving_key(w), meeting_key(w)
    trusted, tired, logit, _, possible = notes
    start = np.uint64(0)
    for b in range(w.day % 7, len(compound), 7):
        week, span = see_week(b, w), find_span(b, start, places)
        judge_desk(committee, rank, span, week.good[0], week.left[0], week.drift[0], k)
        if company[compound[b]]:
            judge_desk(firm, rank, span, week.good[1], week.left[1], week.drift[1], k)
        judge_place(satisfaction, rank, span, week.content, k)
        tire(spent, tired, span, used, k)
        judge_all_neighbours(neighbours, trusted, ties, rank, span, week, k)
        weigh_giving(willing, tired, logit, span, week, k, rules)
        mark_possible(possible, logit, rank, presence, span, keys, rate_of_meeting(0, week.meet, k))
        fade(voice, usual, rank, span, k)
        start = round_up(start + span.last - span.first)


@inner_kernel
def take_stock(w) -> None:
    """Update the residents of a seventh of the buildings: opinions, fatigue, promised evenings, meetings.

    Twin: reference/people.py, take_stock.
    """
    notes = make_notes(w)
    judge(w, notes)
    give_and_meet(w, notes)
    resum_bystanders(w, notes)
    forget_week(w)


@inner_kernel
def resum_bystanders(w, notes) -> None:
    """Sum up anew who would report, as their trust and readiness have changed.

    Twin: reference/places.py, sum_bystanders.
    """
    people, sums, houses, stairs = w.residents, w.mood, w.buildings.first, w.stairwells.people
    voices, trusting = sums.voices, sums.trusting
    committee, company = people.trust[:, TRUST_COMMITTEE], people.trust[:, TRUST_COMPANY]
    columns = people.standing, people.presence, people.voice, committee, company
    terms = notes.trusted, notes.tired, notes.logit, notes.spare  # notes are done with: room for the terms
    for b in range(w.day % 7, len(houses) - 1, 7):
        weigh_bystanders(columns, terms, np.uint64(stairs[houses[b]]), np.uint64(stairs[houses[b + 1]]))
        add_stairwells(voices, trusting, terms, stairs, houses[b], houses[b + 1])
