"""Update people once a week: trust, satisfaction, promised evenings, acquaintances, moving house."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..agents.population import SLOTS
from ..engine.codes import (
    CHILD,
    NOT_MET,
    STANDING_IN_SERVICE_MEMBER,
    STANDING_NEIGHBOUR,
    STANDING_RETIRED_MEMBER,
    STANDING_VOLUNTEER,
    TRUST_NEIGHBOURS,
)
from .arithmetic import single, sum_in_order
from .places import at_home, sum_bystanders
from .random_numbers import chance, derive_key, race
from .stages import COMMITTEE, COMPANY

if TYPE_CHECKING:
    from .world import World


def take_stock(w: World, b: SimpleNamespace) -> None:
    """Update the residents of a building, once a week.

    Their trust moves toward what they saw of committee and company and toward how many neighbours they know;
    their satisfaction moves toward a value that falls with the overdue issues. Then each may promise an
    evening (`give`), and may meet a neighbour (`meet`).
    """
    k, company = w.scenario.residents, w.compounds[b.compound].company
    share_resolved = [
        (k.trust_prior_weight * k.trust_when_nothing_seen + b.good[desk])
        / (k.trust_prior_weight + b.good[desk] + b.standing[desk])
        for desk in range(2)
    ]
    b.good = [good * (1.0 - k.trust_update_rate) for good in b.good]
    content = 1.0 / (1.0 + (b.standing[0] + b.standing[1]) / k.satisfaction_half_backlog)
    example = k.peer_example * (b.helpers[0] * w.used[0] + b.helpers[1] * w.used[1])
    w.pledged = [pledged - helpers for pledged, helpers in zip(w.pledged, b.helpers)]
    b.helpers = [0, 0]
    for person in b.people:
        if person.band == CHILD:
            continue
        neighbourly = (len(person.known) + example) / (
            len(person.known) + example + k.acquaintances_half_trust
        )
        for whom, goal in enumerate((*share_resolved, neighbourly)):
            if whom != COMPANY or company:
                t = person.trust[whom]
                person.trust[whom] = single(
                    min(1.0, max(0.0, t + k.trust_update_rate * (goal - t) + b.drift[whom]))
                )
        person.satisfaction = single(
            person.satisfaction + k.trust_update_rate * (content - person.satisfaction)
        )
        give(w, b, person)
        meet(w, b, person)
    w.pledged = [pledged + helpers for pledged, helpers in zip(w.pledged, b.helpers)]
    b.drift, b.meet = [0.0, 0.0, 0.0], 0.0
    for stairwell in b.parts:
        sum_bystanders(stairwell)


def give(w: World, b: SimpleNamespace, person: SimpleNamespace) -> None:
    """Decide whether a resident promises an evening: a logit, times the share of days at home."""
    k, v, m = w.scenario.residents, w.scenario.volunteers, w.scenario.party_members
    pool = 0 if person.member else 1
    fatigue = person.fatigue * (1.0 - k.fatigue_recovery) + (
        k.fatigue_per_evening * w.used[pool] if person.gives else 0.0
    )
    person.fatigue = single(fatigue)
    if person.gives:
        person.evenings = single(person.evenings + w.used[pool])
    rank = STANDING_VOLUNTEER if person.volunteer else STANDING_NEIGHBOUR
    if person.member:
        rank = STANDING_IN_SERVICE_MEMBER if person.in_service else STANDING_RETIRED_MEMBER
    duty = {
        STANDING_NEIGHBOUR: 0.0,
        STANDING_VOLUNTEER: v.duty_logit,
        STANDING_RETIRED_MEMBER: m.retired_duty_logit,
        STANDING_IN_SERVICE_MEMBER: m.in_service_duty_logit,
    }[rank]
    wish = duty + sum_in_order(wished_that_day[b.compound][rank] for wished_that_day in w.wished) / 7
    trust_effect = k.trust_logit * (single(person.trust[COMMITTEE] + person.trust[TRUST_NEIGHBOURS]) - 1.0)
    x = person.zeal - k.volunteering_threshold_logit + trust_effect - k.fatigue_logit * fatigue + wish
    person.gives = chance(w.random_numbers.key("give", w.day), person.id) * (1.0 + exp(-x)) < person.presence
    b.helpers[pool] += person.gives


def meet(w: World, b: SimpleNamespace, person: SimpleNamespace) -> None:
    """Let a resident perhaps meet an adult of the building; they get acquainted if both have a free slot."""
    k = w.scenario.residents
    meetings = k.contacts_per_week + b.meet + (k.contacts_per_evening if person.gives else 0.0)
    if chance(w.random_numbers.key("meet", w.day), person.id) < (1.0 - exp(-meetings)) * person.presence:
        adults = [person for person in b.people if person.band != CHILD]
        other = race(adults, at_home, derive_key(w.random_numbers.key("whom", w.day), person.id))
        if (
            other
            and other is not person
            and other.id not in person.known
            and max(len(person.known), len(other.known)) < SLOTS
        ):
            person.known.append(other.id)
            other.known.append(person.id)


def move_house(w: World, b: SimpleNamespace) -> None:
    """Let a household of the building perhaps move away, once a week.

    Those who move in have the same ages and habits, know no neighbour, trust as on day 0, and have signed
    nothing.
    """
    k, keys = w.scenario.residents, w.random_numbers
    homes = [home for stairwell in b.parts for home in stairwell.parts]
    rates = [k.owner_moving_rate if home.owner else k.tenant_moving_rate for home in homes]
    if chance(keys.key("move", w.day), b.id) < 1.0 - exp(-(sum_in_order(rates) * 7 / 365)):
        home = race(
            homes,
            lambda home: k.owner_moving_rate if home.owner else k.tenant_moving_rate,
            keys.key("movers", w.day),
        )
        if home.owner:
            home.stance, home.knocks, home.talks = NOT_MET, 0, 0
        for person in home.people:
            for friend in (w.people[j] for j in person.known):
                friend.known[friend.known.index(person.id)] = friend.known[-1]
                friend.known.pop()
            person.known = []
            for whom, mean in enumerate((k.trust_committee, k.trust_company, k.trust_neighbours)):
                u = chance(keys.key("newcomers", w.day), person.id * 3 + whom)
                person.trust[whom] = single(min(1.0, max(0.0, mean + k.trust_spread * (u - 0.5))))
            person.satisfaction, person.fatigue, person.gives, person.evenings = 0.5, 0.0, False, 0.0
