"""Residents: they report what they see, judge committee, company and neighbours, give evenings, and meet.

Once a week, on its weekday, each building takes stock (`take_stock`): its residents update their trust,
satisfaction and fatigue, promise none to seven evenings, and may meet somebody. Each of these decisions is a
function of its own below or in `reporters`. The evenings of the first week are promised on day 0
(`promise_first_week`).
"""

from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..engine.codes import (
    POOL_MEMBERS,
    POOL_VOLUNTEERS,
    STANDING_CHILD,
    STANDING_RETIRED_MEMBER,
    TRUST_COMMITTEE,
    TRUST_COMPANY,
    TRUST_NEIGHBOURS,
)
from ..engine.jit import inner_kernel, outer_kernel, struct
from ..engine.randomness import decision, derive_key, key_of, uniform
from .acquaintances import befriend, draw_acquaintance
from .giving import giving_logit
from .population import SLOTS, Mood, Residents
from .reporters import DECISIONS as AS_REPORTERS
from .reporters import faded, sum_all_bystanders
from .resident_parameters import ResidentParameters

if TYPE_CHECKING:
    from ..model.places import Buildings, Stairwells

GIVE, MEET, WHOM = decision("give"), decision("meet"), decision("whom")


if TYPE_CHECKING:
    Knobs = ResidentParameters  # the same names
else:
    Knobs = NamedTuple("Knobs", [(name, float) for name in ResidentParameters.__annotations__])


def sum_mood(people: Residents, stairwells: "Stairwells", buildings: "Buildings") -> Mood:
    """Sum residents by place on day 0."""
    s, b = len(stairwells.building), len(buildings.compound)
    good, standing, dropped = np.zeros((3, b, 2))
    sums = Mood(
        np.zeros(s),
        np.zeros((s, 2)),
        np.zeros((s, 2)),
        np.zeros(2, np.int64),
        np.zeros((b, 2), np.int64),
        np.zeros((b, 2), np.int64),
        good,
        standing,
        dropped,
        np.zeros((b, 3)),
        np.zeros(b),
    )
    sum_all_bystanders(struct(people), struct(stairwells), struct(sums))
    return sums


# -------------------------------------------------------------- what a resident decides once a week


@inner_kernel
def experience(trust, resolved, unresolved, k) -> float:
    """The share of issues that a desk resolved in a building; present trust counts as further issues.

    What is left undone weighs more than what is done: trust is more easily lost than won (Slovic 1993). Where
    nothing is seen, nothing changes: a committee is not blamed for an estate that a company runs well.

    Twin: reference/people.py, take_stock.
    """
    seen = resolved + k.negativity_factor * unresolved
    return (k.trust_prior_weight * trust + resolved) / (k.trust_prior_weight + seen)


@inner_kernel
def new_trust(trust, target, k, drift) -> np.float32:
    """Trust a week later, 0..1: it moves towards `target`, and by the `drift` that mechanisms add.

    A drift removes that share of distrust, a negative one that share of trust: the trusting gain little more.

    Twin: reference/people.py, take_stock.
    """
    t = float(trust)
    room = 1.0 - t if drift > 0.0 else t
    return np.float32(min(1.0, max(0.0, t + k.trust_update_rate * (target - t) + drift * room)))


@inner_kernel
def new_satisfaction(satisfaction, target, k) -> float:
    """Satisfaction a week later: it moves towards `target`, which falls with unresolved issues.

    Twin: reference/people.py, take_stock.
    """
    s = float(satisfaction)
    return s + k.trust_update_rate * (target - s)


@inner_kernel
def new_fatigue(fatigue, evenings, used, post_hours, k) -> float:
    """Fatigue a week later: a share of it recovers; the work of the week adds to it.

    Of the `evenings` the share `used` found work. Hours in a post (`post_hours`) tire the same person.

    Twin: reference/people.py, give.
    """
    rested = float(fatigue) * (1.0 - k.fatigue_recovery)
    return rested + k.fatigue_per_evening * used * evenings + k.fatigue_per_post_hour * post_hours


@inner_kernel
def evening_logit(zeal, moved, fatigue, pull, k) -> float:
    """Willingness to give an evening this week, a logit.

    `moved` is what trust, neighbours or habit add (`giving_logit`); `pull` is the sense of duty, and what
    mechanisms add.

    Twin: reference/people.py, give.
    """
    return zeal - k.volunteering_threshold_logit + moved - k.fatigue_logit * fatigue + pull


@inner_kernel
def seen_to_help(helpers, used) -> float:
    """Residents of a building whose evening of this week was used; `helpers` and `used` (2,) are by pool.

    Twin: reference/people.py, seen_to_help.
    """
    return helpers[POOL_MEMBERS] * used[POOL_MEMBERS] + helpers[POOL_VOLUNTEERS] * used[POOL_VOLUNTEERS]


@inner_kernel
def count_evenings(u, logit, presence, k) -> int:
    """How many evenings a resident promises, 0..7: n or more with chance presence / (1 + exp(-logit_n)).

    logit_1 is `logit`, and each further evening has a logit lower by `further_evening_logit`. One random
    number decides on all of them, so a higher logit never means fewer evenings. A cubic that exp(-logit)
    never falls below spares most residents the exponential.

    Twin: reference/people.py, give.
    """
    if u * (2.0 - logit * (1.0 - logit * (0.5 - logit / 6.0))) >= presence:
        return 0
    odds_against, further, n = exp(-logit), exp(k.further_evening_logit), 0
    while n < 7 and u * (1.0 + odds_against) < presence:
        n += 1
        odds_against *= further
    return n


@inner_kernel
def meets_somebody(u, evenings, pull, presence, k) -> bool:
    """Whether a resident meets somebody new this week: with chance presence * (1 - exp(-rate)).

    Twin: reference/people.py, meet.
    """
    rate = k.contacts_per_week + pull + k.contacts_per_evening * evenings
    return u < rate * presence and u < (1.0 - exp(-rate)) * presence


@inner_kernel
def pool_of(standing) -> int:
    """The pool of evenings that a resident of this standing gives to.

    Twin: reference/people.py, give.
    """
    return POOL_MEMBERS if standing >= STANDING_RETIRED_MEMBER else POOL_VOLUNTEERS


# --------------------------------------------------------------------------------- the weekly round


@inner_kernel
def collect_pulls(w) -> None:
    """Accumulate what mechanisms pull on residents today, until their building's weekly update.

    Fills `wished` (7, compounds, 4) with today's pulls, `wish` (compounds, 4) with the week's mean plus the
    `duty` (4,) of each standing, and adds to `drift` and `meet` of the mood and to residents' `post_hours`.
    """
    posts, post_hours = w.lever.serve, w.residents.post_hours
    for i in range(0 if len(w.pulls.serve.who) == 0 else len(posts)):
        post_hours[i] += posts[i]
    wish, trust, ties, sums, week = w.lever.wish, w.lever.trust, w.lever.ties, w.mood, len(w.wished)
    for c in range(len(wish)):
        for standing in range(len(w.duty)):
            w.wished[w.day % week, c, standing] = wish[c, standing]
            pulled = 0.0
            for back in range(week):
                pulled += w.wished[back, c, standing]
            w.wish[c, standing] = w.duty[standing] + pulled / week
    for b in range(len(ties)):
        for kind in range(3):
            sums.drift[b, kind] += trust[b, kind]
        sums.meet[b] += ties[b]


@inner_kernel
def giving_key(w) -> np.uint64:
    """The key of today's promises; on day 0 of those for the first week.

    Twin: reference/people.py, give.
    """
    return key_of(w.seed, GIVE, w.day)


@outer_kernel
def promise_first_week(w) -> None:
    """Let residents promise the evenings of the first week, on day 0.

    They trust as on day 0, are not tired, have seen nobody help and have no habit of giving, and no mechanism
    has pulled on their wish yet.

    Twin: reference/people.py, promise_first_week.
    """
    people, sums, k, rules, key = w.residents, w.mood, w.knobs.residents, w.knobs.rules, giving_key(w)
    for i in range(len(people.home)):
        r = people.standing[i]
        if r == STANDING_CHILD:
            continue
        trust = people.trust[i]
        moved = giving_logit(
            rules.giving, trust[TRUST_COMMITTEE], trust[TRUST_NEIGHBOURS], 0.0, False, k, rules
        )
        logit = evening_logit(people.zeal[i], moved, 0.0, w.duty[r], k)
        n = count_evenings(uniform(key, i), logit, float(people.presence[i]), k)
        people.evenings[i] = n
        sums.pledged[pool_of(r)] += n
        sums.promised[people.building[i], pool_of(r)] += n
        sums.helpers[people.building[i], pool_of(r)] += n > 0


@inner_kernel
def take_stock(w) -> None:
    """Update the residents of a seventh of the buildings: opinions, fatigue, promised evenings, meetings.

    Columns are bound to local names before the loops, and what is read twice is kept: the compiler must
    assume that a store in between has changed it.

    Twin: reference/people.py, take_stock.
    """
    day, buildings, sums, used, k = w.day, w.buildings, w.mood, w.used, w.knobs.residents
    company, wish, stairs = w.compounds.company, w.wish, w.stairwells.people
    rules, giving = w.knobs.rules, w.knobs.rules.giving
    give, encounter, whom = giving_key(w), key_of(w.seed, MEET, day), key_of(w.seed, WHOM, day)
    people = w.residents
    presence, zeal, rank, trust = people.presence, people.zeal, people.standing, people.trust
    satisfaction, fatigue, evenings = people.satisfaction, people.fatigue, people.evenings
    ties, voice, usual, post_hours = people.ties, people.voice, people.usual_voice, people.post_hours
    given, good, standing, dropped = people.evenings_given, sums.good, sums.standing, sums.dropped
    drift, meet = sums.drift, sums.meet
    pledged, promised, helpers = sums.pledged, sums.promised, sums.helpers
    neighbourly = np.empty(SLOTS + 1)
    for b in range(day % 7, len(buildings.compound), 7):
        c = buildings.compound[b]
        good1, left0, left1 = (
            good[b, TRUST_COMPANY],
            standing[b, 0] + dropped[b, 0],
            standing[b, 1] + dropped[b, 1],
        )
        content = 1.0 / (1.0 + (left0 + left1) / k.satisfaction_half_backlog)
        good0 = good[b, TRUST_COMMITTEE] + k.trust_spillover_share * good1
        left0 += k.trust_spillover_share * left1
        for desk in range(2):
            good[b, desk] *= 1.0 - k.trust_update_rate
            dropped[b, desk] *= 1.0 - k.trust_update_rate
        helping = seen_to_help(helpers[b], used)
        example = k.peer_example * helping
        for n in range(SLOTS + 1):
            neighbourly[n] = (n + example) / (n + example + k.acquaintances_half_trust)
        for pool in range(2):
            pledged[pool] -= promised[b, pool]
            promised[b, pool], helpers[b, pool] = 0, 0
        served = company[c]
        drift0, drift1, drift2 = (
            drift[b, TRUST_COMMITTEE],
            drift[b, TRUST_COMPANY],
            drift[b, TRUST_NEIGHBOURS],
        )
        first, last = stairs[buildings.first[b]], stairs[buildings.first[b + 1]]
        for stair in range(buildings.first[b], buildings.first[b + 1]):
            ears, committee, firm, to_desk, to_firm = 0.0, 0.0, 0.0, 0.0, 0.0
            # unsigned: an index that cannot be counted from the end is cheaper
            for i in range(np.uint64(stairs[stair]), np.uint64(stairs[stair + 1])):
                r, at_home, n = rank[i], float(presence[i]), ties[i]
                if r == STANDING_CHILD:
                    continue
                pool = pool_of(r)
                to_committee, to_company = trust[i, TRUST_COMMITTEE], trust[i, TRUST_COMPANY]
                to_committee = new_trust(
                    to_committee, experience(float(to_committee), good0, left0, k), k, drift0
                )
                if served:
                    to_company = new_trust(
                        to_company, experience(float(to_company), good1, left1, k), k, drift1
                    )
                to_neighbours = new_trust(trust[i, TRUST_NEIGHBOURS], neighbourly[n], k, drift2)
                trust[i, TRUST_COMMITTEE], trust[i, TRUST_COMPANY] = to_committee, to_company
                trust[i, TRUST_NEIGHBOURS] = to_neighbours
                satisfaction[i] = new_satisfaction(satisfaction[i], content, k)
                given[i] += evenings[i] * used[pool]
                tired = new_fatigue(fatigue[i], evenings[i], used[pool], post_hours[i], k)
                fatigue[i], post_hours[i] = tired, 0.0
                gave = evenings[i] > 0
                moved = giving_logit(giving, to_committee, to_neighbours, helping, gave, k, rules)
                logit = evening_logit(zeal[i], moved, tired, wish[c, r], k)
                gives = count_evenings(uniform(give, i), logit, at_home, k)
                evenings[i] = gives
                promised[b, pool] += gives
                helpers[b, pool] += gives > 0
                if meets_somebody(uniform(encounter, i), gives, meet[b], at_home, k):
                    j = draw_acquaintance(first, last, people, derive_key(whom, i))
                    if j >= 0:
                        befriend(np.int64(i), j, people)
                if voice[i] != usual[i]:
                    voice[i] = faded(voice[i], usual[i], k)
                ears += at_home
                committee += at_home * voice[i] * 2.0 * to_committee
                firm += at_home * voice[i] * 2.0 * to_company
                to_desk += at_home * 2.0 * float(to_committee)
                to_firm += at_home * 2.0 * float(to_company)
            sums.ears[stair] = ears
            sums.voices[stair, TRUST_COMMITTEE], sums.voices[stair, TRUST_COMPANY] = committee, firm
            sums.trusting[stair, TRUST_COMMITTEE], sums.trusting[stair, TRUST_COMPANY] = to_desk, to_firm
        for pool in range(2):
            pledged[pool] += promised[b, pool]
        for kind in range(3):
            drift[b, kind] = 0.0
        meet[b] = 0.0


DECISIONS = (  # what a resident decides, and when
    *AS_REPORTERS,
    (experience, "one evening a week: what the building has seen of a desk"),
    (new_trust, "one evening a week"),
    (new_satisfaction, "one evening a week"),
    (new_fatigue, "one evening a week"),
    (evening_logit, "one evening a week"),
    (count_evenings, "one evening a week, and on day 0"),
    (meets_somebody, "one evening a week"),
)
