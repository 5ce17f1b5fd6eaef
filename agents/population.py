"""The population of a community: one row per resident, drawn to meet the totals of the census exactly."""

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


def choose_exactly(count: int, eligible: np.ndarray, score: np.ndarray, name: str) -> np.ndarray:
    """Choose exactly `count` of the eligible rows, those of lowest score: (n,) bool.

    Raises UserError, which names the number `name`, when fewer are eligible.
    """
    rows = np.flatnonzero(eligible)
    if count > len(rows):
        raise UserError(
            "{name} = {count}; at most {most} are possible",
            name=Named("knob", name),
            count=count,
            most=len(rows),
        )
    mask = np.zeros(len(eligible), bool)
    mask[rows[np.argsort(score[rows], kind="stable")[:count]]] = True
    return mask


def draw_household_sizes(census: "Census", draw: "RandomNumbers") -> tuple[np.ndarray, np.ndarray]:
    """Draw household sizes, (households,) int64 that sum to the census, and mark elders living alone."""
    h = np.arange(census.households)
    alone = choose_exactly(census.elders_alone, h >= 0, draw("born alone", h), "community.elders_alone")
    others = np.flatnonzero(~alone)
    extra = np.arange(census.residents - census.households)
    if len(extra) and not len(others):
        raise UserError(
            "{path} leaves residents without a household, as every household is an elder living "
            "alone; lower {elders_alone}",
            path=Named("knob", "community.residents"),
            elders_alone=Named("knob", "community.elders_alone"),
        )
    seats = others[(draw("born into", extra) * len(others)).astype(np.int64)] if len(extra) else extra
    return 1 + np.bincount(seats, minlength=len(h)), alone


def draw_readiness(n: int, spread: float, draw: "RandomNumbers") -> np.ndarray:
    """Draw the personal readiness to report of `n` residents, (n,) float64: lognormal with mean 1.

    `spread` is the standard deviation of its logarithm. A few people make most reports (docs/sources.md).
    """
    who = np.arange(n)
    u, v = (draw("born ready", who * 2 + k) for k in range(2))
    normal = np.sqrt(-2.0 * np.log1p(-u)) * np.cos(2.0 * np.pi * v)  # Box and Muller 1958
    return np.exp(spread * normal - spread**2 / 2.0)


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
    home = np.repeat(np.arange(len(size)), size).astype(np.int32)
    n = len(home)
    who = np.arange(n)
    head = np.isin(who, households.first[:-1])

    child = choose_exactly(census.children, ~head, draw("born child", who), "community.children")
    solitary = alone[home]
    shared = (size > 1)[home]  # others who live alone are not elders
    elder = solitary | choose_exactly(
        census.elders - census.elders_alone,
        ~child & shared,
        draw("born elder", who),
        "community.elders less elders_alone",
    )
    band = np.where(child, CHILD, np.where(elder, ELDER, ADULT)).astype(np.int8)
    let = ~households.owner[home]
    migrant = choose_exactly(
        census.residents - census.registered,
        who >= 0,
        draw("born migrant", who) - 0.6 * let,
        "community.residents - registered",
    )
    away = households.away[home]
    in_service = choose_exactly(
        census.in_service, (band == ADULT) & ~away, draw("born in service", who), "community.in_service"
    )
    retired = choose_exactly(
        census.members - census.in_service,
        ~child & ~away & ~in_service,
        draw("born member", who) - elder,
        "community.members - in_service",
    )
    member = in_service | retired
    serving = choose_exactly(
        census.member_volunteers, member, draw("born serving", who) - retired, "community.member_volunteers"
    )
    helping = choose_exactly(
        census.volunteers - census.member_volunteers,
        ~child & ~member & ~away,
        draw("born helping", who),
        "community.volunteers - member_volunteers",
    )
    housebound = choose_exactly(
        census.housebound, elder, draw("born housebound", who), "community.housebound"
    )

    usual = np.where(
        away, knobs.absentees_at_home, np.where(elder, knobs.elders_at_home, knobs.adults_at_home)
    )
    presence = np.clip(usual * (0.9 + 0.2 * draw("born presence", who)), 0, 1)
    voice = (
        np.where(child, 0.0, draw_readiness(n, knobs.report_spread_log, draw))
        * np.where(let, knobs.tenant_report_factor, 1.0)
        * np.where(migrant, knobs.migrant_report_factor, 1.0)
        * np.where(elder, knobs.elder_report_factor, 1.0)
    )
    u = np.clip(draw("born zeal", who), 1e-9, 1 - 1e-9)
    trade = (draw("born skill", who) / max(knobs.skilled_share, 1e-12)).astype(np.int64) + 1
    mean = np.array([knobs.trust_committee, knobs.trust_company, knobs.trust_neighbours])
    noise = np.stack([draw("born trust", who * 3 + k) for k in range(3)], axis=1) - 0.5
    return Residents(
        home=home,
        building=households.building[home],
        band=band,
        registered=~migrant,
        member=member,
        in_service=in_service,
        volunteer=serving | helping,
        housebound=housebound,
        standing=np.select(
            [child, in_service, member, serving | helping],
            [STANDING_CHILD, STANDING_IN_SERVICE_MEMBER, STANDING_RETIRED_MEMBER, STANDING_VOLUNTEER],
            STANDING_NEIGHBOUR,
        ).astype(np.int8),
        skill=np.where(~child & (trade <= LAW), trade, NO_SKILL).astype(np.int8),
        presence=presence.astype(np.float32),
        voice=voice.astype(np.float32),
        usual_voice=voice.astype(np.float32),
        zeal=np.where(child, -1000.0, knobs.volunteering_spread_logit * np.log(u / (1 - u))).astype(
            np.float32
        ),
        trust=np.asfortranarray(np.clip(mean + knobs.trust_spread * noise, 0, 1).astype(np.float32)),
        satisfaction=np.full(n, 0.5, np.float32),
        fatigue=np.zeros(n, np.float32),
        evenings=np.zeros(n, np.int8),
        evenings_given=np.zeros(n, np.float32),
        post_hours=np.zeros(n),
        ties=np.zeros(n, np.int8),
        known=np.full((n, SLOTS), -1, np.int32),
    )
