"""Residents: they report what they see, judge committee, company and neighbours, give evenings, and meet.

Once a week, on its weekday, each building takes stock (`weekly_round`): its residents update their trust,
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
from ..engine.jit import column_kernel, inner_kernel, lean_kernel, outer_kernel, struct
from ..engine.randomness import decision, key_of, uniform
from .giving import giving_logit
from .population import Mood, Residents
from .reporters import DECISIONS as AS_REPORTERS
from .reporters import sum_all_bystanders
from .resident_parameters import ResidentParameters

if TYPE_CHECKING:
    from ..model.places import Buildings, Stairwells

THIRD = 1.0 / 3.0
GIVE, MEET = decision("give"), decision("meet")


if TYPE_CHECKING:
    Knobs = ResidentParameters  # the same names
else:
    Knobs = NamedTuple("Knobs", [(name, float) for name in ResidentParameters.__annotations__])


class Week(NamedTuple):
    """What the residents of a building have seen in the last week."""

    content: float  # 0..1  satisfaction that unresolved issues leave
    good: tuple  # (2,)  issues that committee, company have resolved
    left: tuple  # (2,)  issues that they have not
    drift: tuple  # (3,)  trust pulled
    helping: float  # residents of the building whose evening was used
    example: float  # acquaintances that these stand for
    meet: float  # acquaintances per person pulled
    wish: tuple  # (4,) logit  wish to give an evening, by standing


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


@lean_kernel
def experience(trust, resolved, unresolved, k) -> float:
    """The share of issues that a desk resolved in a building; present trust counts as further issues.

    What is left undone weighs more than what is done: trust is more easily lost than won (Slovic 1993). Where
    nothing is seen, nothing changes: a committee is not blamed for an estate that a company runs well.

    Twin: reference/people.py, take_stock.
    """
    seen = resolved + k.negativity_factor * unresolved
    # the same for all residents of a building: the compiler divides once
    weight = 1.0 / (k.trust_prior_weight + seen)
    return (k.trust_prior_weight * trust + resolved) * weight


@lean_kernel
def new_trust(trust, target, k, drift) -> np.float32:
    """Trust a week later, 0..1: it moves towards `target`, and by the `drift` that mechanisms add.

    A drift removes that share of distrust, a negative one that share of trust: the trusting gain little more.

    Twin: reference/people.py, take_stock.
    """
    t = float(trust)
    room = 1.0 - t if drift > 0.0 else t
    return np.float32(min(1.0, max(0.0, t + k.trust_update_rate * (target - t) + drift * room)))


@lean_kernel
def new_satisfaction(satisfaction, target, k) -> float:
    """Satisfaction a week later: it moves towards `target`, which falls with unresolved issues.

    Twin: reference/people.py, take_stock.
    """
    s = float(satisfaction)
    return s + k.trust_update_rate * (target - s)


@lean_kernel
def new_fatigue(fatigue, evenings, used, post_hours, k) -> float:
    """Fatigue a week later: a share of it recovers; the work of the week adds to it.

    Of the `evenings` the share `used` found work. Hours in a post (`post_hours`) tire the same person.

    Twin: reference/people.py, take_stock.
    """
    rested = float(fatigue) * (1.0 - k.fatigue_recovery)
    return rested + k.fatigue_per_evening * used * evenings + k.fatigue_per_post_hour * post_hours


@lean_kernel
def evening_logit(zeal, moved, fatigue, pull, k) -> float:
    """Willingness to give an evening this week, a logit.

    `moved` is what trust, neighbours or habit add (`giving_logit`); `pull` is the sense of duty, and what
    mechanisms add.

    Twin: reference/people.py, willingness.
    """
    return zeal - k.volunteering_threshold_logit + moved - k.fatigue_logit * fatigue + pull


@lean_kernel
def seen_to_help(helpers, used) -> float:
    """Residents of a building whose evening of this week was used; `helpers` and `used` (2,) are by pool.

    Twin: reference/people.py, seen_to_help.
    """
    return helpers[POOL_MEMBERS] * used[POOL_MEMBERS] + helpers[POOL_VOLUNTEERS] * used[POOL_VOLUNTEERS]


@lean_kernel
def might_give(u, logit, presence) -> bool:
    """Whether a resident may promise an evening, by a bound without an exponential; if not, none is promised.

    The series of exp(-logit) up to an odd power is never above it.

    Twin: reference/people.py, give.
    """
    x = logit
    odds_against = 1.0 - x * (1.0 - 0.5 * x * (1.0 - THIRD * x * (1.0 - 0.25 * x * (1.0 - 0.2 * x))))
    return u * (1.0 + odds_against) < presence


@lean_kernel
def count_evenings(u, logit, presence, k) -> int:
    """How many evenings a resident promises, 0..7: n or more with chance presence / (1 + exp(-logit_n)).

    logit_1 is `logit`, and each further evening has a logit lower by `further_evening_logit`. One random
    number decides on all of them, so a higher logit never means fewer evenings.

    Twin: reference/people.py, give.
    """
    odds_against, n = exp(-logit), 0
    while n < 7 and u * (1.0 + odds_against) < presence:
        n += 1
        odds_against *= exp(k.further_evening_logit)
    return n


@lean_kernel
def rate_of_meeting(evenings, pull, k) -> float:
    """New acquaintances a week that one makes by chance, by a mechanism's `pull`, and by giving evenings.

    Twin: reference/people.py, meet.
    """
    return k.contacts_per_week + pull + k.contacts_per_evening * evenings


@lean_kernel
def might_meet(u, rate, presence) -> bool:
    """Whether a resident may meet somebody, by a bound without an exponential; if not, nobody is met.

    Twin: reference/people.py, meet.
    """
    return u < rate * presence


@lean_kernel
def meets_somebody(u, rate, presence) -> bool:
    """Whether a resident meets somebody new this week: with chance presence * (1 - exp(-rate)).

    Twin: reference/people.py, meet.
    """
    return might_meet(u, rate, presence) and u < (1.0 - exp(-rate)) * presence


@lean_kernel
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
    wish, trust, ties, sums, week = w.lever.wish, w.lever.trust, w.lever.ties, w.mood, len(w.wished)
    if len(w.pulls.serve.who):
        add_hours(w.residents.post_hours, w.lever.serve)
    wished, mean, duty, today = w.wished, w.wish, w.duty, w.day % len(w.wished)
    for c in range(len(wish)):
        for standing in range(len(duty)):
            wished[today, c, standing] = wish[c, standing]
            pulled = 0.0
            for back in range(week):
                pulled += wished[back, c, standing]
            mean[c, standing] = duty[standing] + pulled / week
    drift, meet = sums.drift, sums.meet
    for b in range(len(drift) if len(w.pulls.trust.who) else 0):
        for kind in range(3):
            drift[b, kind] += trust[b, kind]
    for b in range(len(meet) if len(w.pulls.ties.who) else 0):
        meet[b] += ties[b]


@column_kernel
def add_hours(post_hours, posts) -> None:
    """Add today's hours in posts; few are in one, so the others' hours are not looked up.

    Twin: reference/people.py, take_stock.
    """
    for i in range(np.uint64(len(posts))):
        if posts[i] != 0.0:
            post_hours[i] += posts[i]


@inner_kernel
def see_week(b, w) -> Week:
    """Sum up what the residents of building `b` have seen since they last took stock.

    Twin: reference/people.py, take_stock.
    """
    sums, k, wish, c = w.mood, w.knobs.residents, w.wish, w.buildings.compound[b]
    good0, good1 = sums.good[b, TRUST_COMMITTEE], sums.good[b, TRUST_COMPANY]
    left0 = sums.standing[b, TRUST_COMMITTEE] + sums.dropped[b, TRUST_COMMITTEE]
    left1 = sums.standing[b, TRUST_COMPANY] + sums.dropped[b, TRUST_COMPANY]
    helping = seen_to_help(sums.helpers[b], w.used)
    return Week(
        1.0 / (1.0 + (left0 + left1) / k.satisfaction_half_backlog),
        (good0 + k.trust_spillover_share * good1, good1),
        (left0 + k.trust_spillover_share * left1, left1),
        (sums.drift[b, TRUST_COMMITTEE], sums.drift[b, TRUST_COMPANY], sums.drift[b, TRUST_NEIGHBOURS]),
        helping,
        k.peer_example * helping,
        sums.meet[b],
        (wish[c, 0], wish[c, 1], wish[c, 2], wish[c, 3]),
    )


@inner_kernel
def forget_week(w) -> None:
    """Forget a part of what desks have done and left, and all that was pulled since the last round.

    Twin: reference/people.py, take_stock.
    """
    sums, k = w.mood, w.knobs.residents
    good, dropped, drift, meet = sums.good, sums.dropped, sums.drift, sums.meet
    for b in range(w.day % 7, len(meet), 7):
        for desk in range(2):
            good[b, desk] *= 1.0 - k.trust_update_rate
            dropped[b, desk] *= 1.0 - k.trust_update_rate
        for kind in range(3):
            drift[b, kind] = 0.0
        meet[b] = 0.0


@lean_kernel
def giving_key(w) -> np.uint64:
    """The key of today's promises; on day 0 of those for the first week.

    Twin: reference/people.py, give.
    """
    return key_of(w.seed, GIVE, w.day)


@inner_kernel
def meeting_key(w) -> np.uint64:
    """The key of today's meetings: who meets somebody.

    Twin: reference/people.py, meet.
    """
    return key_of(w.seed, MEET, w.day)


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
        u, at_home = uniform(key, i), float(people.presence[i])
        n = count_evenings(u, logit, at_home, k) if might_give(u, logit, at_home) else 0
        people.evenings[i] = n
        sums.pledged[pool_of(r)] += n
        sums.promised[people.building[i], pool_of(r)] += n
        sums.helpers[people.building[i], pool_of(r)] += n > 0


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
