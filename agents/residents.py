"""Residents: they report what they see, judge committee, company and neighbours, give evenings, and meet.

Once a week, on its weekday, each building takes stock (`take_stock`): its residents update their trust,
satisfaction and fatigue, promise an evening or not, and may meet somebody. Each of these decisions is a
function of its own below.
"""

from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..engine.codes import (
    CHILD,
    POOL_MEMBERS,
    POOL_VOLUNTEERS,
    STANDING_CHILD,
    STANDING_RETIRED_MEMBER,
    TRUST_COMMITTEE,
    TRUST_COMPANY,
    TRUST_NEIGHBOURS,
)
from ..engine.jit import inner_kernel, outer_kernel, struct
from ..engine.randomness import decision, derive_key, exponential, key_of, uniform
from .acquaintances import befriend, draw_acquaintance
from .population import SLOTS, Mood, Residents
from .resident_parameters import ResidentParameters

if TYPE_CHECKING:
    from ..model.places import Buildings, Stairwells

GIVE, MEET, WHOM = decision("give"), decision("meet"), decision("whom")


if TYPE_CHECKING:
    Knobs = ResidentParameters  # the same names
else:
    Knobs = NamedTuple("Knobs", [(name, float) for name in ResidentParameters.__annotations__])


# ---------------------------------------------------------------------------------------- reporting


def sum_mood(people: Residents, stairwells: "Stairwells", buildings: "Buildings") -> Mood:
    """Sum residents by place on day 0."""
    s, b = len(stairwells.building), len(buildings.compound)
    good, standing = np.zeros((2, b, 2))
    sums = Mood(
        np.zeros(s),
        np.zeros((s, 2)),
        np.zeros(2, np.int64),
        np.zeros((b, 2), np.int64),
        good,
        standing,
        np.zeros((b, 3)),
        np.zeros(b),
    )
    for row in range(s):
        sum_bystanders(row, struct(people), struct(stairwells), struct(sums))
    return sums


@outer_kernel
def sum_bystanders(s, people, stairwells, sums) -> None:
    """Sum up who in stairwell `s` would see something, and how readily they would report it.

    Twin: reference/places.py, sum_bystanders.
    """
    band, presence, voice, trust = people.band, people.presence, people.voice, people.trust
    ears, committee, company = 0.0, 0.0, 0.0
    for i in range(stairwells.people[s], stairwells.people[s + 1]):
        if band[i] != CHILD:
            at_home = float(presence[i])
            ears += at_home
            committee += at_home * voice[i] * 2.0 * trust[i, TRUST_COMMITTEE]
            company += at_home * voice[i] * 2.0 * trust[i, TRUST_COMPANY]
    sums.ears[s] = ears
    sums.voices[s, TRUST_COMMITTEE], sums.voices[s, TRUST_COMPANY] = committee, company


@inner_kernel
def draw_reporter(first, last, people, trusted, key) -> np.int64:
    """Draw who of residents `first` to `last` reports, weighted as in `sum_bystanders`; -1 for nobody.

    Twin: reference/reporting.py, report_issues.
    """
    presence, voice, trust = people.presence, people.voice, people.trust
    best, winner = np.inf, np.int64(-1)
    for i in range(np.uint64(first), np.uint64(last)):
        weight = presence[i] * voice[i] * trust[i, trusted]
        if weight > 0.0 and uniform(key, i) < best * weight:
            time = exponential(key, i) / weight
            if time < best:
                best, winner = time, np.int64(i)
    return winner


@inner_kernel
def confidence(sums, buildings, compounds) -> np.ndarray:
    """How far those at home in each compound trust committee and company; (compounds, 2) in 0..1.

    Residents are weighted by how readily they report. 1 stands for a mean trust of one half or more.

    Twin: reference/places.py, confidence.
    """
    out = np.ones((len(compounds.company), 2))
    for c in range(len(out)):
        ears, committee, company = 0.0, 0.0, 0.0
        for s in range(buildings.first[compounds.first[c]], buildings.first[compounds.first[c + 1]]):
            ears += sums.ears[s]
            committee += sums.voices[s, TRUST_COMMITTEE]
            company += sums.voices[s, TRUST_COMPANY]
        if ears > 0.0:
            out[c, TRUST_COMMITTEE], out[c, TRUST_COMPANY] = (
                min(1.0, committee / ears),
                min(1.0, company / ears),
            )
    return out


# -------------------------------------------------------------- what a resident decides once a week


@inner_kernel
def experience(resolved, long_open, k) -> float:
    """The share of issues that a desk resolved in a building, with a prior of `trust_prior_weight` issues.

    Twin: reference/people.py, take_stock.
    """
    return (k.trust_prior_weight * k.trust_when_nothing_seen + resolved) / (
        k.trust_prior_weight + resolved + long_open
    )


@inner_kernel
def new_trust(trust, target, k, drift) -> np.float32:
    """Trust a week later, 0..1: it moves towards `target`, and by the `drift` that mechanisms add.

    Twin: reference/people.py, take_stock.
    """
    t = float(trust)
    return np.float32(min(1.0, max(0.0, t + k.trust_update_rate * (target - t) + drift)))


@inner_kernel
def new_satisfaction(satisfaction, target, k) -> float:
    """Satisfaction a week later: it moves towards `target`, which falls with open issues in the building.

    Twin: reference/people.py, take_stock.
    """
    s = float(satisfaction)
    return s + k.trust_update_rate * (target - s)


@inner_kernel
def new_fatigue(fatigue, gave, used, k) -> float:
    """Fatigue a week later: a share of it recovers; evenings on which there was work (`used`) add to it.

    Twin: reference/people.py, take_stock.
    """
    tired = float(fatigue) * (1.0 - k.fatigue_recovery)
    if gave:
        tired += k.fatigue_per_evening * used
    return tired


@inner_kernel
def evening_logit(zeal, trust_committee, trust_neighbours, fatigue, pull, k) -> float:
    """Willingness to give an evening this week, a logit; `pull`: sense of duty, and what mechanisms add.

    Twin: reference/people.py, give.
    """
    trusts = k.trust_logit * (float(trust_committee) + float(trust_neighbours) - 1.0)
    return zeal - k.volunteering_threshold_logit + trusts - k.fatigue_logit * fatigue + pull


@inner_kernel
def gives_evening(u, logit, presence) -> bool:
    """Whether a resident promises an evening: with chance presence / (1 + exp(-logit)).

    A cubic that exp(-logit) never falls below spares most residents the exponential.

    Twin: reference/people.py, give.
    """
    likely = u * (2.0 - logit * (1.0 - logit * (0.5 - logit / 6.0))) < presence
    return likely and u * (1.0 + exp(-logit)) < presence


@inner_kernel
def meets_somebody(u, gave, pull, presence, k) -> bool:
    """Whether a resident meets somebody new this week: with chance presence * (1 - exp(-rate)).

    Twin: reference/people.py, meet.
    """
    rate = k.contacts_per_week + pull + (k.contacts_per_evening if gave else 0.0)
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
    `duty` (4,) of each standing, and adds to `drift` and `meet` of the mood.
    """
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
def take_stock(w) -> None:
    """Update the residents of a seventh of the buildings: opinions, fatigue, promised evenings, meetings.

    Columns are bound to local names before the loops, and what is read twice is kept: the compiler must
    assume that a store in between has changed it.

    Twin: reference/people.py, take_stock.
    """
    day, buildings, sums, used, k = w.day, w.buildings, w.mood, w.used, w.knobs.residents
    company, wish, stairs = w.compounds.company, w.wish, w.stairwells.people
    give, encounter, whom = key_of(w.seed, GIVE, day), key_of(w.seed, MEET, day), key_of(w.seed, WHOM, day)
    people = w.residents
    presence, zeal, rank, trust = people.presence, people.zeal, people.standing, people.trust
    satisfaction, fatigue, gives = people.satisfaction, people.fatigue, people.gives
    given, ties, voice = people.evenings, people.ties, people.voice
    good, standing, drift, meet = sums.good, sums.standing, sums.drift, sums.meet
    pledged, helpers = sums.pledged, sums.helpers
    seen, neighbourly = np.empty(2), np.empty(SLOTS + 1)
    for b in range(day % 7, len(buildings.compound), 7):
        c = buildings.compound[b]
        for desk in range(2):
            seen[desk] = experience(good[b, desk], standing[b, desk], k)
            good[b, desk] *= 1.0 - k.trust_update_rate
        content = 1.0 / (1.0 + (standing[b, 0] + standing[b, 1]) / k.satisfaction_half_backlog)
        evenings = (
            helpers[b, POOL_MEMBERS] * used[POOL_MEMBERS]
            + helpers[b, POOL_VOLUNTEERS] * used[POOL_VOLUNTEERS]
        )
        seen_to_help = k.peer_example * evenings
        for n in range(SLOTS + 1):
            neighbourly[n] = (n + seen_to_help) / (n + seen_to_help + k.acquaintances_half_trust)
        for pool in range(2):
            pledged[pool] -= helpers[b, pool]
            helpers[b, pool] = 0
        served = company[c]
        drift0, drift1, drift2 = (
            drift[b, TRUST_COMMITTEE],
            drift[b, TRUST_COMPANY],
            drift[b, TRUST_NEIGHBOURS],
        )
        first, last = stairs[buildings.first[b]], stairs[buildings.first[b + 1]]
        for stair in range(buildings.first[b], buildings.first[b + 1]):
            ears, committee, firm = 0.0, 0.0, 0.0
            # unsigned: an index that cannot be counted from the end is cheaper
            for i in range(np.uint64(stairs[stair]), np.uint64(stairs[stair + 1])):
                r, at_home, n = rank[i], float(presence[i]), ties[i]
                if r == STANDING_CHILD:
                    continue
                pool = pool_of(r)
                to_committee = new_trust(trust[i, TRUST_COMMITTEE], seen[TRUST_COMMITTEE], k, drift0)
                to_company = trust[i, TRUST_COMPANY]
                if served:
                    to_company = new_trust(to_company, seen[TRUST_COMPANY], k, drift1)
                to_neighbours = new_trust(trust[i, TRUST_NEIGHBOURS], neighbourly[n], k, drift2)
                trust[i, TRUST_COMMITTEE], trust[i, TRUST_COMPANY] = to_committee, to_company
                trust[i, TRUST_NEIGHBOURS] = to_neighbours
                satisfaction[i] = new_satisfaction(satisfaction[i], content, k)
                tired = new_fatigue(fatigue[i], gives[i], used[pool], k)
                fatigue[i] = tired
                if gives[i]:
                    given[i] += used[pool]
                logit = evening_logit(zeal[i], to_committee, to_neighbours, tired, wish[c, r], k)
                gives[i] = gives_evening(uniform(give, i), logit, at_home)
                if gives[i]:
                    helpers[b, pool] += 1
                if meets_somebody(uniform(encounter, i), gives[i], meet[b], at_home, k):
                    j = draw_acquaintance(first, last, people, derive_key(whom, i))
                    if j >= 0:
                        befriend(np.int64(i), j, people)
                ears += at_home
                committee += at_home * voice[i] * 2.0 * to_committee
                firm += at_home * voice[i] * 2.0 * to_company
            sums.ears[stair] = ears
            sums.voices[stair, TRUST_COMMITTEE], sums.voices[stair, TRUST_COMPANY] = committee, firm
        for pool in range(2):
            pledged[pool] += helpers[b, pool]
        for kind in range(3):
            drift[b, kind] = 0.0
        meet[b] = 0.0


DECISIONS = (  # what a resident decides, and when
    (draw_reporter, "when an issue's hazard passes its threshold: who of those who see it reports it"),
    (experience, "one evening a week: what the building has seen of a desk"),
    (new_trust, "one evening a week"),
    (new_satisfaction, "one evening a week"),
    (new_fatigue, "one evening a week"),
    (evening_logit, "one evening a week"),
    (gives_evening, "one evening a week"),
    (meets_somebody, "one evening a week"),
)
