"""Update people once a week: trust, satisfaction, promised evenings, acquaintances, moving house."""

from __future__ import annotations

from math import ceil, exp
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
from .places import sum_bystanders
from .random_numbers import chance, derive_key, race
from .stages import COMMITTEE, COMPANY

if TYPE_CHECKING:
    from .world import World


def take_stock(w: World, b: SimpleNamespace) -> None:
    """Update the residents of a building, once a week.

    Their trust moves toward what they saw of committee and company, and stays where they saw nothing; trust
    in neighbours moves toward how many of them they know. Their satisfaction moves toward a value that falls
    with the overdue issues and those that ended unresolved. Then each may promise evenings (`give`), and
    may meet a neighbour (`meet`).
    """
    k, company = w.scenario.residents, w.compounds[b.compound].company
    unresolved = [standing + dropped for standing, dropped in zip(b.standing, b.dropped)]
    good, left = (
        [seen[COMMITTEE] + k.trust_spillover_share * seen[COMPANY], seen[COMPANY]]
        for seen in (b.good, unresolved)
    )
    b.good = [good * (1.0 - k.trust_update_rate) for good in b.good]
    b.dropped = [dropped * (1.0 - k.trust_update_rate) for dropped in b.dropped]
    content = 1.0 / (1.0 + (unresolved[0] + unresolved[1]) / k.satisfaction_half_backlog)
    helping = seen_to_help(w, b)
    example = k.peer_example * helping
    w.pledged = [pledged - evenings for pledged, evenings in zip(w.pledged, b.promised)]
    b.promised, b.helpers = [0, 0], [0, 0]
    for person in b.people:
        if person.band == CHILD:
            continue
        neighbourly = (len(person.known) + example) / (
            len(person.known) + example + k.acquaintances_half_trust
        )
        for whom in range(3):
            if whom != COMPANY or company:
                t = person.trust[whom]
                goal = neighbourly
                if whom != TRUST_NEIGHBOURS:  # present trust counts as issues seen
                    goal = (k.trust_prior_weight * t + good[whom]) * (
                        1.0 / (k.trust_prior_weight + (good[whom] + k.negativity_factor * left[whom]))
                    )
                room = (
                    1.0 - t if b.drift[whom] > 0.0 else t
                )  # a drift removes a share of distrust, or of trust
                moved = t + k.trust_update_rate * (goal - t) + b.drift[whom] * room
                person.trust[whom] = single(min(1.0, max(0.0, moved)))
        person.satisfaction = single(
            person.satisfaction + k.trust_update_rate * (content - person.satisfaction)
        )
        fatigue = (
            person.fatigue * (1.0 - k.fatigue_recovery)
            + k.fatigue_per_evening * w.used[0 if person.member else 1] * person.evenings
            + k.fatigue_per_post_hour * person.post_hours
        )
        person.fatigue, person.post_hours = single(fatigue), 0.0
        person.evenings_given = single(
            person.evenings_given + w.used[0 if person.member else 1] * person.evenings
        )
        give(w, b, person, fatigue, helping)
        meet(w, b, person)
        person.voice = single(
            (1.0 - k.report_fading_rate) * person.voice + k.report_fading_rate * person.usual_voice
        )
    w.pledged = [pledged + evenings for pledged, evenings in zip(w.pledged, b.promised)]
    b.drift, b.meet = [0.0, 0.0, 0.0], 0.0
    for stairwell in b.parts:
        sum_bystanders(stairwell)


def promise_first_week(w: World) -> None:
    """Let the residents of all buildings promise the evenings of the first week, on day 0."""
    for b in w.buildings:
        for person in b.people:
            if person.band != CHILD:
                give(w, b, person, 0.0, 0.0)
        w.pledged = [pledged + evenings for pledged, evenings in zip(w.pledged, b.promised)]


def give(w: World, b: SimpleNamespace, person: SimpleNamespace, fatigue: float, helping: float) -> None:
    """Decide how many evenings a resident promises, 0 to 7.

    n or more with the chance of a logit, lower for each further evening, times the share of days at home.
    """
    k, pool = w.scenario.residents, 0 if person.member else 1
    u, odds_against = (
        chance(w.random_numbers.key("give", w.day), person.id),
        exp(-willingness(w, person, fatigue, helping)),
    )
    person.evenings = 0
    while person.evenings < 7 and u * (1.0 + odds_against) < person.presence:
        person.evenings += 1
        odds_against *= exp(k.further_evening_logit)
    b.promised[pool] += person.evenings
    b.helpers[pool] += person.evenings > 0


def willingness(
    w: World, person: SimpleNamespace, fatigue: float, helping: float, asked: float = 0.0
) -> float:
    """Return a resident's wish to give an evening, a logit; `asked` is added to it.

    `helping` is how many residents of the building one sees help.
    """
    k, v, m = w.scenario.residents, w.scenario.volunteers, w.scenario.party_members
    rank = STANDING_VOLUNTEER if person.volunteer else STANDING_NEIGHBOUR
    if person.member:
        rank = STANDING_IN_SERVICE_MEMBER if person.in_service else STANDING_RETIRED_MEMBER
    duty = {
        STANDING_NEIGHBOUR: 0.0,
        STANDING_VOLUNTEER: v.duty_logit,
        STANDING_RETIRED_MEMBER: m.retired_duty_logit,
        STANDING_IN_SERVICE_MEMBER: m.in_service_duty_logit,
    }[rank]
    compound = w.buildings[person.building].compound
    wish = duty + sum_in_order(wished_that_day[compound][rank] for wished_that_day in w.wished) / 7 + asked
    moved = giving_logit(w, person, helping)
    return person.zeal - k.volunteering_threshold_logit + moved - k.fatigue_logit * fatigue + wish


# ---- What moves a resident to give, beside duty, fatigue and character: one of three rules.


def giving_logit(w: World, person: SimpleNamespace, helpers: float) -> float:
    """Return what the scenario's rule adds to the wish to give, a logit.

    `helpers` is how many residents of the building one sees help.
    """
    if w.scenario.structure.giving == "conditional":
        return conditional_logit(w, helpers)
    if w.scenario.structure.giving == "habit":
        return habitual_logit(w, person)
    return trusting_logit(w, person)


def trusting_logit(w: World, person: SimpleNamespace) -> float:
    """Return the wish of those who give by trust: 0 at a mean trust of one half."""
    both = single(person.trust[COMMITTEE] + person.trust[TRUST_NEIGHBOURS])
    return w.scenario.residents.trust_logit * (both - 1.0)


def conditional_logit(w: World, helpers: float) -> float:
    """Return the wish of those who give if others do: 0 at `helpers_half` of them."""
    share = helpers / (helpers + w.scenario.structure.helpers_half)
    return w.scenario.residents.trust_logit * (2.0 * share - 1.0)


def habitual_logit(w: World, person: SimpleNamespace) -> float:
    """Return the wish of those who give by habit: as at the trust of day 0, more after a week of giving."""
    k = w.scenario.residents
    usual = k.trust_logit * (k.trust_committee + k.trust_neighbours - 1.0)
    return usual + (w.scenario.structure.habit_logit if person.evenings > 0 else 0.0)


def seen_to_help(w: World, b: SimpleNamespace) -> float:
    """Return how many residents of a building had an evening of this week used."""
    return b.helpers[0] * w.used[0] + b.helpers[1] * w.used[1]


def choose_candidates(b: SimpleNamespace) -> list[SimpleNamespace]:
    """Return the eight best candidates for a post among a building's people, the best first."""

    def score(p: SimpleNamespace) -> float:
        return 2.0 * p.member - 1.0 * p.in_service + p.volunteer + p.presence + 0.2 * p.zeal

    return sorted((p for p in b.people if p.band != CHILD and p.presence > 0.0), key=score, reverse=True)[:8]


def next_candidate(b: SimpleNamespace, day: int) -> SimpleNamespace | None:
    """Return the best candidate of a building who may be asked tomorrow; None if nobody may."""
    return next((p for p in b.ready if b.until[p.id] <= day), None)


def accepts_post(w: World, person: SimpleNamespace, u: float, asked: float) -> bool:
    """Decide whether a resident who is asked in person takes a post."""
    helping = seen_to_help(w, w.buildings[person.building])
    return u * (1.0 + exp(-willingness(w, person, person.fatigue, helping, asked))) < 1.0


def meet(w: World, b: SimpleNamespace, person: SimpleNamespace) -> None:
    """Let a resident perhaps meet an adult of the building; they get acquainted if both have a free slot."""
    k = w.scenario.residents
    meetings = k.contacts_per_week + b.meet + k.contacts_per_evening * person.evenings
    if chance(w.random_numbers.key("meet", w.day), person.id) < (1.0 - exp(-meetings)) * person.presence:
        other = call_on_neighbours(b, derive_key(w.random_numbers.key("whom", w.day), person.id))
        if (
            other
            and other is not person
            and other.id not in person.known
            and max(len(person.known), len(other.known)) < SLOTS
        ):
            person.known.append(other.id)
            other.known.append(person.id)


def call_on_neighbours(b: SimpleNamespace, key: int) -> SimpleNamespace | None:
    """Call at doors of the building at random until an adult is at home; None if nobody is, in 1,000 calls.

    There are doors for a multiple of 64 people.
    """
    for call in range(1000):
        door, lot = divmod(chance(key, call) * (64 * ceil(len(b.people) / 64)), 1.0)
        if door < len(b.people):
            other = b.people[int(door)]
            if other.band != CHILD and lot < other.presence:
                return other
    return None


def draw_leaving_household(w: World, b: SimpleNamespace) -> SimpleNamespace | None:
    """Draw the household that leaves the building this evening; None for none."""
    k, keys = w.scenario.residents, w.random_numbers
    homes = [home for stairwell in b.parts for home in stairwell.parts]
    rates = [k.owner_moving_rate if home.owner else k.tenant_moving_rate for home in homes]
    if chance(keys.key("move", w.day), b.id) >= 1.0 - exp(-(sum_in_order(rates) * 7 / 365)):
        return None
    return race(
        homes,
        lambda home: k.owner_moving_rate if home.owner else k.tenant_moving_rate,
        keys.key("movers", w.day),
    )


def move_house(w: World, b: SimpleNamespace) -> None:
    """Let a household of the building perhaps move away, once a week.

    Those who move in have the same ages and habits, know no neighbour, trust as on day 0, and have signed
    nothing.
    """
    k, keys = w.scenario.residents, w.random_numbers
    if home := draw_leaving_household(w, b):
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
            person.satisfaction, person.fatigue = 0.5, 0.0
            person.evenings, person.evenings_given, person.post_hours = 0, 0.0, 0.0
            person.voice = person.usual_voice
