"""The population of a community: one row per resident, drawn to meet the totals of the census exactly.

Whole columns are drawn in kernels: a city has ten million residents, and a temporary array for each step of a
formula would take most of the time and memory of building it.
"""

from math import cos, exp, log, log1p, pi, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..engine.codes import (
    ADULT,
    CHILD,
    ELDER,
    LAW,
    NO_SKILL,
    STANDING_CHILD,
    STANDING_IN_SERVICE_MEMBER,
    STANDING_NEIGHBOUR,
    STANDING_RETIRED_MEMBER,
    STANDING_VOLUNTEER,
)
from ..engine.jit import inner_kernel, outer_kernel, struct
from ..engine.randomness import uniform
from ..engine.texts.errors import Named, UserError

if TYPE_CHECKING:
    from ..engine.randomness import RandomNumbers
    from ..model.places import Households
    from ..model.scenarios.census import Census
    from .residents import ResidentParameters

SLOTS = 12  # acquaintances a row has room for; networks within one building of an old estate are small


class Residents(NamedTuple):
    """One row per resident; the row number identifies the resident for the whole run."""

    home: np.ndarray  # (n,) int32  household
    building: np.ndarray  # (n,) int32
    band: np.ndarray  # (n,) int8  CHILD, ADULT or ELDER
    registered: np.ndarray  # (n,) bool  registered locally (户籍); else a migrant
    member: np.ndarray  # (n,) bool  party member
    in_service: np.ndarray  # (n,) bool  a member who still works ("reports twice")
    volunteer: np.ndarray  # (n,) bool  on a volunteer team's list
    housebound: np.ndarray  # (n,) bool
    standing: np.ndarray  # (n,) int8  STANDING_..., derived from the columns above
    skill: np.ndarray  # (n,) int8  NO_SKILL, REPAIR, CARE or LAW
    presence: np.ndarray  # (n,) float32  share of days at home
    voice: np.ndarray  # (n,) float32  readiness to report at trust one half; 0 for children
    usual_voice: np.ndarray  # (n,) float32  the same without recent experience: `voice` returns to it
    zeal: np.ndarray  # (n,) float32  logit, personal wish to give an evening
    trust: np.ndarray  # (n, 3) float32  0..1 in the committee, the property company, the neighbours
    satisfaction: np.ndarray  # (n,) float32  0..1
    fatigue: np.ndarray  # (n,) float32  0 or more; what evenings given have cost
    evenings: np.ndarray  # (n,) int8  evenings promised this week, 0..7
    evenings_given: np.ndarray  # (n,) float32  given so far, of those promised: each the share with work
    post_hours: np.ndarray  # (n,) float64  worked in a post since residents last took stock
    ties: np.ndarray  # (n,) int8  number of acquaintances
    known: np.ndarray  # (n, SLOTS) int32  who they are; -1 where a slot is free

    @property
    def gives(self) -> np.ndarray:
        """Who has promised an evening this week, (n,) bool."""
        return self.evenings > 0


class Mood(NamedTuple):
    """Sums over residents by place. The day's kernels read these instead of every resident."""

    ears: np.ndarray  # (stairwells,) float64  bystanders: people expected at home, without children
    # (stairwells, 2) float64  the same, weighted by readiness to report to committee, company
    voices: np.ndarray
    # (stairwells, 2) float64  the same, weighted by twice the trust in committee, company
    trusting: np.ndarray
    pledged: np.ndarray  # (2,) int64  evenings promised this week, by pool
    promised: np.ndarray  # (buildings, 2) int64  the same in each building
    helpers: np.ndarray  # (buildings, 2) int64  residents who have promised one or more of them
    good: np.ndarray  # (buildings, 2) float64  lately resolved in common space by committee, company
    standing: np.ndarray  # (buildings, 2) float64  long open in common space with committee, company
    dropped: np.ndarray  # (buildings, 2) float64  the same that lately ended without being resolved
    drift: np.ndarray  # (buildings, 3) float64  trust pulled since residents last took stock
    meet: np.ndarray  # (buildings,) float64  acquaintances per person pulled since then


class Traits(NamedTuple):
    """The numbers that `draw_traits` reads: knobs of residents, and keys of random numbers."""

    absentees_at_home: float
    elders_at_home: float
    adults_at_home: float
    report_spread_log: float
    half_variance: float  # of the logarithm of readiness to report
    tenant_report_factor: float
    migrant_report_factor: float
    elder_report_factor: float
    volunteering_spread_logit: float
    skilled_share: float
    trust_committee: float
    trust_company: float
    trust_neighbours: float
    trust_spread: float
    presence: np.uint64  # key
    ready: np.uint64  # key
    zeal: np.uint64  # key
    skill: np.uint64  # key
    trust: np.uint64  # key


@inner_kernel
def score_of(i, key, favoured, lead) -> float:
    """Score of row `i` in a choice: a random number, less `lead` if the row is favoured."""
    return uniform(key, i) - lead if favoured[i] else uniform(key, i)


@outer_kernel
def choose_lowest(
    count: int, eligible: np.ndarray, key: np.uint64, favoured: np.ndarray, lead: float
) -> np.ndarray:
    """Choose the `count` eligible rows of lowest score, at most all: (n,) bool; of equal scores the first.

    Scores are counted in classes of some 64 rows, so that rows are sorted only in the class in which the
    choice ends; they are drawn twice, which takes less time than to keep them.
    """
    chosen, classes = np.zeros(len(eligible), np.bool_), 1 + len(eligible) // 64
    if count <= 0:
        return chosen
    scale = classes / (1.0 + lead)
    rows_in = np.zeros(classes + 1, np.int64)
    for i in range(len(eligible)):
        if eligible[i]:
            rows_in[int((score_of(i, key, favoured, lead) + lead) * scale)] += 1
    last, left = 0, count
    while last < classes and rows_in[last] < left:
        left -= rows_in[last]
        last += 1
    rows, scores, n = np.empty(rows_in[last], np.int64), np.empty(rows_in[last]), 0
    for i in range(len(eligible)):
        if eligible[i]:
            score = score_of(i, key, favoured, lead)
            place = int((score + lead) * scale)
            if place < last:
                chosen[i] = True
            elif place == last:
                rows[n], scores[n] = i, score
                n += 1
    for _ in range(min(left, n)):
        best = 0
        for k in range(1, n):
            if scores[k] < scores[best]:
                best = k
        chosen[rows[best]], scores[best] = True, np.inf
    return chosen


def choose_exactly(
    count: int,
    eligible: np.ndarray,
    key: np.uint64,
    name: str,
    favoured: np.ndarray | None = None,
    lead: float = 0.0,
) -> np.ndarray:
    """Choose exactly `count` of the `eligible` rows (n,) at random, by a key of random numbers: (n,) bool.

    The random numbers of rows that are `favoured`, (n,) bool, are lower by `lead`, and the lowest are chosen.
    Raises UserError, which names the number `name`, when fewer are eligible.
    """
    if count > (most := np.count_nonzero(eligible)):
        raise UserError(
            "{name} = {count}; at most {most} are possible", name=Named("knob", name), count=count, most=most
        )
    return choose_lowest(count, eligible, key, eligible if favoured is None else favoured, lead)


@outer_kernel
def fill_homes(residents: int, others: np.ndarray, key: np.uint64, size: np.ndarray) -> None:
    """Add each of `residents` to a random one of the households `others`: 1 to its entry in `size`."""
    for extra in range(residents):
        size[others[int(uniform(key, extra) * len(others))]] += 1


def draw_household_sizes(census: "Census", draw: "RandomNumbers") -> tuple[np.ndarray, np.ndarray]:
    """Draw household sizes, (households,) int32 that sum to the census, and mark elders living alone."""
    size = np.ones(census.households, np.int32)
    alone = choose_exactly(census.elders_alone, size > 0, draw.key("born alone"), "community.elders_alone")
    others = np.flatnonzero(~alone)
    extra = census.residents - census.households
    if extra > 0 and not len(others):
        raise UserError(
            "{path} leaves residents without a household, as every household is an elder living "
            "alone; lower {elders_alone}",
            path=Named("knob", "community.residents"),
            elders_alone=Named("knob", "community.elders_alone"),
        )
    fill_homes(extra, others, draw.key("born into"), size)
    return size, alone


@inner_kernel
def draw_readiness(i, key, spread, half_variance) -> float:
    """Draw the personal readiness to report of resident `i`: lognormal with mean 1.

    `spread` is the standard deviation of its logarithm, `half_variance` half of its square. A few people make
    most reports (docs/sources.md).
    """
    u, v = uniform(key, i * 2), uniform(key, i * 2 + 1)
    normal = sqrt(-2.0 * log1p(-u)) * cos(2.0 * pi * v)  # Box and Muller 1958
    return exp(spread * normal - half_variance)


@inner_kernel
def standing_of(people, i) -> int:
    """The standing of resident `i`, by its other columns."""
    if people.band[i] == CHILD:
        return STANDING_CHILD
    if people.in_service[i]:
        return STANDING_IN_SERVICE_MEMBER
    if people.member[i]:
        return STANDING_RETIRED_MEMBER
    return STANDING_VOLUNTEER if people.volunteer[i] else STANDING_NEIGHBOUR


@inner_kernel
def kept_within(value, least, most) -> float:
    """`value`, but not less than `least`, nor more than `most`."""
    return min(max(value, least), most)


@outer_kernel
def draw_traits(people: Residents, owner: np.ndarray, away: np.ndarray, traits: Traits) -> None:
    """Draw the columns of `people` that the census leaves open, from those that it determines.

    `owner` and `away` (households,) bool are those of their households.
    """
    mean = (traits.trust_committee, traits.trust_company, traits.trust_neighbours)
    rarity = max(traits.skilled_share, 1e-12)
    for i in range(len(people.home)):
        home, is_child, is_elder = people.home[i], people.band[i] == CHILD, people.band[i] == ELDER
        usual = traits.elders_at_home if is_elder else traits.adults_at_home
        if away[home]:
            usual = traits.absentees_at_home
        people.presence[i] = kept_within(usual * (0.9 + 0.2 * uniform(traits.presence, i)), 0.0, 1.0)
        voice, zeal = 0.0, -1000.0
        if not is_child:
            voice = draw_readiness(i, traits.ready, traits.report_spread_log, traits.half_variance)
            voice *= 1.0 if owner[home] else traits.tenant_report_factor
            voice *= 1.0 if people.registered[i] else traits.migrant_report_factor
            voice *= traits.elder_report_factor if is_elder else 1.0
            u = kept_within(uniform(traits.zeal, i), 1e-9, 1 - 1e-9)
            zeal = traits.volunteering_spread_logit * log(u / (1.0 - u))
        people.voice[i], people.usual_voice[i], people.zeal[i] = voice, voice, zeal
        people.standing[i] = standing_of(people, i)
        trade = int(uniform(traits.skill, i) / rarity) + 1
        people.skill[i] = trade if not is_child and trade <= LAW else NO_SKILL
        for kind in range(3):
            noise = uniform(traits.trust, i * 3 + kind) - 0.5
            people.trust[i, kind] = kept_within(mean[kind] + traits.trust_spread * noise, 0.0, 1.0)


def new_residents(
    home: np.ndarray, building: np.ndarray, band: np.ndarray, marks: dict[str, np.ndarray]
) -> Residents:
    """Return residents of these columns and `marks`, their (n,) bool columns; the others are to be drawn."""
    n = len(home)
    return Residents(
        home=home,
        building=building,
        band=band,
        **marks,
        standing=np.empty(n, np.int8),
        skill=np.empty(n, np.int8),
        presence=np.empty(n, np.float32),
        voice=np.empty(n, np.float32),
        usual_voice=np.empty(n, np.float32),
        zeal=np.empty(n, np.float32),
        trust=np.empty((n, 3), np.float32, order="F"),
        satisfaction=np.full(n, 0.5, np.float32),
        fatigue=np.zeros(n, np.float32),
        evenings=np.zeros(n, np.int8),
        evenings_given=np.zeros(n, np.float32),
        post_hours=np.zeros(n),
        ties=np.zeros(n, np.int8),
        known=np.full((n, SLOTS), -1, np.int32),
    )


def build_population(
    households: "Households",
    alone: np.ndarray,
    census: "Census",
    knobs: "ResidentParameters",
    draw: "RandomNumbers",
) -> Residents:
    """Build the residents of a census, whose totals are met exactly.

    What the census leaves open is drawn by `draw` (RandomNumbers).
    """
    size = np.diff(households.first)
    home = np.repeat(np.arange(len(size), dtype=np.int32), size)
    anybody = np.ones(len(home), bool)
    not_head = anybody.copy()
    not_head[households.first[:-1]] = False
    child = choose_exactly(census.children, not_head, draw.key("born child"), "community.children")
    shared = np.repeat(size > 1, size)  # others who live alone are not elders
    elder = np.repeat(alone, size) | choose_exactly(
        census.elders - census.elders_alone,
        ~child & shared,
        draw.key("born elder"),
        "community.elders less elders_alone",
    )
    band = np.full(len(home), ADULT, np.int8)
    band[elder], band[child] = ELDER, CHILD
    migrant = choose_exactly(
        census.residents - census.registered,
        anybody,
        draw.key("born migrant"),
        "community.residents - registered",
        np.repeat(~households.owner, size),
        0.6,
    )
    present = ~np.repeat(households.away, size)
    in_service = choose_exactly(
        census.in_service, (band == ADULT) & present, draw.key("born in service"), "community.in_service"
    )
    can_serve = ~child & present
    retired = choose_exactly(
        census.members - census.in_service,
        can_serve & ~in_service,
        draw.key("born member"),
        "community.members - in_service",
        elder,
        1.0,
    )
    member = in_service | retired
    serving = choose_exactly(
        census.member_volunteers,
        member,
        draw.key("born serving"),
        "community.member_volunteers",
        retired,
        1.0,
    )
    helping = choose_exactly(
        census.volunteers - census.member_volunteers,
        can_serve & ~member,
        draw.key("born helping"),
        "community.volunteers - member_volunteers",
    )
    marks = {
        "registered": ~migrant,
        "member": member,
        "in_service": in_service,
        "volunteer": serving | helping,
        "housebound": choose_exactly(
            census.housebound, elder, draw.key("born housebound"), "community.housebound"
        ),
    }
    people = new_residents(home, np.repeat(households.building, size), band, marks)
    draw_traits(struct(people), households.owner, households.away, list_traits(knobs, draw))
    return people


def list_traits(knobs: "ResidentParameters", draw: "RandomNumbers") -> Traits:
    """List the numbers that residents are drawn by."""
    names = [name for name in Traits._fields[:-5] if name != "half_variance"]
    return Traits(
        **{name: float(getattr(knobs, name)) for name in names},
        half_variance=knobs.report_spread_log**2 / 2.0,
        presence=draw.key("born presence"),
        ready=draw.key("born ready"),
        zeal=draw.key("born zeal"),
        skill=draw.key("born skill"),
        trust=draw.key("born trust"),
    )
