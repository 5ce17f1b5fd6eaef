"""Residents: they see and tell or shrug, give an evening or stay in, get to know neighbours, and judge."""

from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np

from ..engine.jit import inner_kernel, outer_kernel, struct
from ..engine.parameters import UserError, knob
from ..engine.randomness import derive_key, exponential, uniform

CHILD, ADULT, ELDER = 0, 1, 2  # age bands: under 18, 18 to 59, 60 and over
NONE, REPAIR, CARE, LAW = 0, 1, 2, 3  # skills
COMMITTEE, COMPANY, NEIGHBOURS = 0, 1, 2  # whom one trusts
CHILDREN, NEIGHBOUR, VOLUNTEER, RETIRED_MEMBER, IN_SERVICE_MEMBER = (
    -1,
    0,
    1,
    2,
    3,
)  # standings, in which evenings are asked for; of children never
MEMBERS, VOLUNTEERS = 0, 1  # pools of evenings: party members give to one, everybody else to the other
SLOTS = 12  # acquaintances a row has room for; in-building networks of old estates are small


@dataclass(frozen=True)
class ResidentParameters:
    """How residents see, tell, give and judge."""

    trust_committee: float = knob(0.4, 0.0, 1.0, unit="trust on day 0, mean", source="assumed; sweep it")
    trust_company: float = knob(
        0.35,
        0.0,
        1.0,
        unit="trust on day 0, mean",
        source="assumed; residents who distrust the company are reported",
    )
    trust_neighbours: float = knob(0.4, 0.0, 1.0, unit="trust on day 0, mean", source="assumed; sweep it")
    trust_spread: float = knob(
        0.3, 0.0, 1.0, unit="trust, full width of the uniform round the mean", source="assumed"
    )
    acquaintances: float = knob(3.0, 0.0, 6.0, unit="people on day 0, mean", source="assumed")
    home_adult: float = knob(0.7, 0.05, 1.0, unit="share of days at home", source="assumed")
    home_elder: float = knob(0.95, 0.05, 1.0, unit="share of days at home", source="assumed")
    home_away: float = knob(
        0.08,
        0.0,
        1.0,
        unit="share of days at home of those who live elsewhere",
        source="assumed; one weekend a month",
    )
    tenant_voice: float = knob(
        0.79,
        0.0,
        1.0,
        unit="telling of a tenant against an owner",
        source="docs/sources.md: owners 56 %, tenants 44 % of contacts",
    )
    migrant_voice: float = knob(
        0.8, 0.0, 1.0, unit="telling of a migrant against a registered resident", source="assumed"
    )
    alone: float = knob(
        8.0,
        2.0,
        100.0,
        unit="times readier when nobody else could tell",
        source="assumed; the volunteer's dilemma says: certain",
    )
    echo: float = knob(
        0.3, 0.0, 1.0, unit="telling of a known issue against an unknown one", source="assumed"
    )
    memory: float = knob(0.06, 0.0, 1.0, unit="1/week", source="assumed: four months to forget")
    hope: float = knob(1.5, 0.1, 50.0, unit="issues' worth of prior belief", source="assumed")
    neutral: float = knob(
        0.2, 0.0, 1.0, unit="trust where nothing is ever seen", source="assumed: silence lowers trust"
    )
    fresh: int = knob(14, 0, 365, unit="days before an open issue counts against anyone", source="assumed")
    answered: float = knob(
        0.15, 0.0, 1.0, unit="share of distrust that one's own resolved issue removes", source="assumed"
    )
    ignored: float = knob(
        0.15, 0.0, 1.0, unit="share of trust that one's own failed issue removes", source="assumed"
    )
    bother: float = knob(
        3.0, 0.1, 100.0, unit="open issues in the building that halve satisfaction", source="assumed"
    )
    shyness: float = knob(
        7.0,
        0.0,
        15.0,
        unit="logit against giving an evening",
        source="assumed; registered volunteers are a fifth of residents, few are active",
    )
    zeal: float = knob(
        1.2,
        0.0,
        4.0,
        unit="logit, scale of the logistic spread between people",
        source="assumed; a few carry most",
    )
    belief: float = knob(
        8.0,
        0.0,
        20.0,
        unit="logit per unit of trust in committee and neighbours",
        source="assumed; trust raises giving",
    )
    tiring: float = knob(0.1, 0.0, 1.0, unit="fatigue per evening worked", source="assumed")
    rest: float = knob(0.15, 0.0, 1.0, unit="share of fatigue slept off in a week", source="assumed")
    weight: float = knob(1.0, 0.0, 10.0, unit="logit per unit of fatigue", source="assumed")
    contacts: float = knob(0.003, 0.0, 1.0, unit="new acquaintances/week", source="assumed")
    together: float = knob(0.05, 0.0, 1.0, unit="new acquaintances/evening given", source="assumed")
    example: float = knob(
        8.0,
        0.0,
        20.0,
        unit="acquaintances' worth of a neighbour in the building whose evening found work",
        source="assumed",
    )
    half: float = knob(
        8.0,
        0.5,
        40.0,
        unit="acquaintances at which trust in neighbours settles at one half",
        source="assumed",
    )
    moving_owner: float = knob(
        0.03, 0.0, 2.0, unit="owners' households that move away/year", source="assumed"
    )
    moving_tenant: float = knob(
        0.25,
        0.0,
        4.0,
        unit="tenants' households that move away/year",
        source="assumed: leases of a year, most renewed",
    )
    skilled: float = knob(
        0.06, 0.0, 1.0, unit="share of adults and elders for each of three skills", source="assumed"
    )


Knobs = NamedTuple("Knobs", [(name, float) for name in ResidentParameters.__annotations__])


class Residents(NamedTuple):
    """One row per resident; the row number is the resident, for life."""

    home: np.ndarray  # (n,) int32    household
    building: np.ndarray  # (n,) int32
    band: np.ndarray  # (n,) int8     CHILD, ADULT or ELDER
    registered: np.ndarray  # (n,) bool     registered locally; else a migrant
    member: np.ndarray  # (n,) bool     party member
    in_service: np.ndarray  # (n,) bool     a member who still works ("reports twice")
    volunteer: np.ndarray  # (n,) bool     on a volunteer team's list
    housebound: np.ndarray  # (n,) bool
    standing: np.ndarray  # (n,) int8     CHILDREN, NEIGHBOUR, VOLUNTEER, RETIRED_MEMBER or IN_SERVICE_MEMBER, as the columns above say
    skill: np.ndarray  # (n,) int8     NONE, REPAIR, CARE or LAW
    presence: np.ndarray  # (n,) float32  share of days at home
    voice: np.ndarray  # (n,) float32  readiness to tell at trust one half; 0 for children
    zeal: np.ndarray  # (n,) float32  logit, own wish to give an evening
    trust: np.ndarray  # (n, 3) float32  0..1 in the committee, the property company, the neighbours
    satisfaction: np.ndarray  # (n,) float32  0..1
    fatigue: np.ndarray  # (n,) float32  0.. ; what evenings given have cost
    gives: np.ndarray  # (n,) bool     has promised an evening this week
    ties: np.ndarray  # (n,) int8     acquaintances so far
    known: np.ndarray  # (n, 12) int32 who they are; -1 where there is room


class Mood(NamedTuple):
    """What residents add up to, place by place; the day's kernels read these instead of everyone."""

    ears: np.ndarray  # (stairwells,) float64     bystanders: people expected at home, children apart
    voices: (
        np.ndarray
    )  # (stairwells, 2) float64   the same, weighted by readiness to tell committee or company
    pledged: np.ndarray  # (2,) int64                residents who give an evening this week, by pool
    helpers: np.ndarray  # (buildings, 2) int64      the same in each building
    good: np.ndarray  # (buildings, 2) float64    resolved of late in common space: by committee, by company
    standing: (
        np.ndarray
    )  # (buildings, 2) float64    open for long in common space: with committee, with company
    drift: np.ndarray  # (buildings, 3) float64    trust pulled since stock was last taken
    meet: np.ndarray  # (buildings,) float64      acquaintances pulled since stock was last taken, per person


def choose_exactly(count, eligible, score, what):
    """A mask of exactly `count` rows: the eligible ones of lowest score. Raises UserError when there are too few."""
    rows = np.flatnonzero(eligible)
    if count > len(rows):
        raise UserError(f"{what} = {count} is more than the {len(rows)} there can be")
    mask = np.zeros(len(eligible), bool)
    mask[rows[np.argsort(score[rows], kind="stable")[:count]]] = True
    return mask


def draw_household_sizes(census, luck):
    """People in each household, (households,) int64, and which hold one elder alone; they sum to the census."""
    h = np.arange(census.households)
    alone = choose_exactly(census.elders_alone, h >= 0, luck("born alone", h), "community.elders_alone")
    others = np.flatnonzero(~alone)
    extra = np.arange(census.residents - census.households)
    if len(extra) and not len(others):
        raise UserError("community.residents leaves people over: every household is an elder alone")
    seats = others[(luck("born into", extra) * len(others)).astype(np.int64)] if len(extra) else extra
    return 1 + np.bincount(seats, minlength=len(h)), alone


def build_population(households, alone, census, knobs, luck):
    """The residents of a census, whose totals they meet exactly; what it leaves open is drawn."""
    size = np.diff(households.first)
    home = np.repeat(np.arange(len(size)), size).astype(np.int32)
    n = len(home)
    who = np.arange(n)
    head = np.isin(who, households.first[:-1])

    child = choose_exactly(census.children, ~head, luck("born child", who), "community.children")
    solitary = alone[home]
    shared = (size > 1)[home]  # whoever else lives alone is not an elder
    elder = solitary | choose_exactly(
        census.elders - census.elders_alone,
        ~child & shared,
        luck("born elder", who),
        "community.elders less elders_alone",
    )
    band = np.where(child, CHILD, np.where(elder, ELDER, ADULT)).astype(np.int8)
    let = ~households.owner[home]
    migrant = choose_exactly(
        census.residents - census.registered,
        who >= 0,
        luck("born migrant", who) - 0.6 * let,
        "community.residents - registered",
    )
    away = households.away[home]
    in_service = choose_exactly(
        census.in_service, (band == ADULT) & ~away, luck("born in service", who), "community.in_service"
    )
    retired = choose_exactly(
        census.members - census.in_service,
        ~child & ~away & ~in_service,
        luck("born member", who) - elder,
        "community.members - in_service",
    )
    member = in_service | retired
    serving = choose_exactly(
        census.member_volunteers, member, luck("born serving", who) - retired, "community.member_volunteers"
    )
    helping = choose_exactly(
        census.volunteers - census.member_volunteers,
        ~child & ~member & ~away,
        luck("born helping", who),
        "community.volunteers - member_volunteers",
    )
    housebound = choose_exactly(
        census.housebound, elder, luck("born housebound", who), "community.housebound"
    )

    usual = np.where(away, knobs.home_away, np.where(elder, knobs.home_elder, knobs.home_adult))
    presence = np.clip(usual * (0.9 + 0.2 * luck("born presence", who)), 0, 1)
    voice = np.where(
        child, 0.0, np.where(let, knobs.tenant_voice, 1.0) * np.where(migrant, knobs.migrant_voice, 1.0)
    )
    u = np.clip(luck("born zeal", who), 1e-9, 1 - 1e-9)
    trade = (luck("born skill", who) / max(knobs.skilled, 1e-12)).astype(np.int64) + 1
    mean = np.array([knobs.trust_committee, knobs.trust_company, knobs.trust_neighbours])
    noise = np.stack([luck("born trust", who * 3 + k) for k in range(3)], axis=1) - 0.5
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
            [CHILDREN, IN_SERVICE_MEMBER, RETIRED_MEMBER, VOLUNTEER],
            NEIGHBOUR,
        ).astype(np.int8),
        skill=np.where(~child & (trade <= LAW), trade, NONE).astype(np.int8),
        presence=presence.astype(np.float32),
        voice=voice.astype(np.float32),
        zeal=np.where(child, -1000.0, knobs.zeal * np.log(u / (1 - u))).astype(np.float32),
        trust=np.clip(mean + knobs.trust_spread * noise, 0, 1).astype(np.float32),
        satisfaction=np.full(n, 0.5, np.float32),
        fatigue=np.zeros(n, np.float32),
        gives=np.zeros(n, bool),
        ties=np.zeros(n, np.int8),
        known=np.full((n, SLOTS), -1, np.int32),
    )


def mood(people, stairwells, buildings):
    """The sums over residents on day 0."""
    s, b = len(stairwells.building), len(buildings.compound)
    sums = Mood(
        np.zeros(s),
        np.zeros((s, 2)),
        np.zeros(2, np.int64),
        np.zeros((b, 2), np.int64),
        *np.zeros((2, b, 2)),
        np.zeros((b, 3)),
        np.zeros(b),
    )
    for row in range(s):
        sum_bystanders(row, struct(people), struct(stairwells), struct(sums))
    return sums


@outer_kernel
def sum_bystanders(s, people, stairwells, sums):
    """Add up who in stairwell `s` would see something, and how readily they would tell."""
    band, presence, voice, trust = people.band, people.presence, people.voice, people.trust
    ears, committee, company = 0.0, 0.0, 0.0
    for i in range(stairwells.people[s], stairwells.people[s + 1]):
        if band[i] != CHILD:
            here = float(presence[i])
            ears += here
            committee += here * voice[i] * 2.0 * trust[i, COMMITTEE]
            company += here * voice[i] * 2.0 * trust[i, COMPANY]
    sums.ears[s], sums.voices[s, COMMITTEE], sums.voices[s, COMPANY] = ears, committee, company


@inner_kernel
def confidence(sums, buildings, compounds):
    """How far those at home in a compound trust committee and company, as they would say it; (compounds, 2): 1 for one half or more, 0 for none."""
    out = np.ones((len(compounds.company), 2))
    for c in range(len(out)):
        ears, committee, company = 0.0, 0.0, 0.0
        for s in range(buildings.first[compounds.first[c]], buildings.first[compounds.first[c + 1]]):
            ears += sums.ears[s]
            committee += sums.voices[s, COMMITTEE]
            company += sums.voices[s, COMPANY]
        if ears > 0.0:
            out[c, COMMITTEE], out[c, COMPANY] = min(1.0, committee / ears), min(1.0, company / ears)
    return out


@inner_kernel
def befriend(i, j, people):
    """Two residents get to know each other, if both have room and did not before; says whether they did."""
    if i == j or people.ties[i] == SLOTS or people.ties[j] == SLOTS:
        return False
    for slot in range(people.ties[i]):
        if people.known[i, slot] == j:
            return False
    people.known[i, people.ties[i]] = j
    people.known[j, people.ties[j]] = i
    people.ties[i] += 1
    people.ties[j] += 1
    return True


@inner_kernel
def draw_acquaintance(first, last, people, key):
    """One of the grown-ups among `first` to `last`, by a race in which presence counts; -1 if none is ever at home.

    A race, not an index: one more person who is never there leaves everybody's luck as it was.
    """
    presence, band = people.presence, people.band
    best, winner = np.inf, -1
    for i in range(np.uint64(first), np.uint64(last)):
        here = presence[i] if band[i] != CHILD else 0.0
        if (
            here > 0.0 and uniform(key, i) < best * here
        ):  # -log(1 - u) is never less than u: most need no logarithm
            time = exponential(key, i) / here
            if time < best:
                best, winner = time, np.int64(i)
    return winner


@inner_kernel
def draw_reporter(first, last, people, trusted, key):
    """The one of `first` to `last` who tells, by a race in which each counts as in `sum_bystanders`; -1 if nobody would."""
    presence, voice, trust = people.presence, people.voice, people.trust
    best, winner = np.inf, -1
    for i in range(np.uint64(first), np.uint64(last)):
        weight = presence[i] * voice[i] * trust[i, trusted]
        if weight > 0.0 and uniform(key, i) < best * weight:
            time = exponential(key, i) / weight
            if time < best:
                best, winner = time, np.int64(i)
    return winner


@inner_kernel
def clear_acquaintances(i, people):
    """Resident `i` is nobody's acquaintance any more."""
    known, ties = people.known, people.ties
    for slot in range(ties[i]):
        j = known[i, slot]
        for other in range(ties[j]):
            if known[j, other] == i:
                known[j, other] = known[j, ties[j] - 1]
                known[j, ties[j] - 1] = -1
                ties[j] -= 1
                break
        known[i, slot] = -1
    ties[i] = 0


@inner_kernel
def leaver(b, households, buildings, stairwells, moving, k, moves, which):
    """The household that moves away from building `b` this evening, or -1. `moves`, `which` are keys of luck.

    At most one: with chance 1 - exp(-`moving`), (buildings,) households a week; owners and tenants race as their knobs say.
    """
    if uniform(moves, b) >= 1.0 - exp(-moving[b]):
        return -1
    best, h = np.inf, -1
    for home in range(stairwells.first[buildings.first[b]], stairwells.first[buildings.first[b + 1]]):
        rate = k.moving_owner if households.owner[home] else k.moving_tenant
        if rate > 0.0 and exponential(which, home) / rate < best:
            best, h = exponential(which, home) / rate, home
    return h


@inner_kernel
def move_house(day, people, households, buildings, stairwells, moving, newcomers, k, moves, which, anew):
    """One evening a week in each building a household may move away, and others like them move in, whom nobody knows.

    The newcomers trust as `newcomers` (buildings, 3) do on average, and new owners have signed nothing. `anew` is a key of luck.
    """
    owner, first = households.owner, households.first
    for b in range(day % 7, len(buildings.compound), 7):
        h = leaver(b, households, buildings, stairwells, moving, k, moves, which)
        if h < 0:
            continue
        if owner[h]:
            households.stance[h], households.knocks[h], households.talks[h] = 0, 0, 0
        for i in range(first[h], first[h + 1]):
            clear_acquaintances(i, people)
            for kind in range(3):
                people.trust[i, kind] = min(
                    1.0, max(0.0, newcomers[b, kind] + k.trust_spread * (uniform(anew, i * 3 + kind) - 0.5))
                )
            people.satisfaction[i], people.fatigue[i], people.gives[i] = 0.5, 0.0, False


@outer_kernel
def acquaint(people, buildings, stairwells, mean, key, partner):
    """Acquaintances on day 0: each resident looks up neighbours of the building until `mean` ties are there on average."""
    for i in range(len(people.home)):
        b = people.building[i]
        first, last = stairwells.people[buildings.first[b]], stairwells.people[buildings.first[b + 1]]
        wanted = mean / 2.0  # each tie counts for two
        tries = int(wanted) + (uniform(key, i) < wanted - int(wanted))
        for t in range(tries):
            befriend(i, first + int(uniform(partner, i * 16 + t) * (last - first)), people)


@inner_kernel
def collect_pulls(day, wish, trust, ties, duty, wished, mean, sums):
    """Keep what mechanisms pulled on residents today until their building takes stock: `wish` (compounds, 4), `trust` (buildings, 3),
    `ties` (buildings,). Fills `mean` (compounds, 4) with the week's mean wish, `wished` (7, compounds, 4), and each standing's `duty` (4,)."""
    week = len(wished)
    for c in range(len(wish)):
        for standing in range(len(duty)):
            wished[day % week, c, standing] = wish[c, standing]
            pulled = 0.0
            for back in range(week):
                pulled += wished[back, c, standing]
            mean[c, standing] = duty[standing] + pulled / week
    for b in range(len(ties)):
        for kind in range(3):
            sums.drift[b, kind] += trust[b, kind]
        sums.meet[b] += ties[b]


@inner_kernel
def take_stock(day, people, buildings, stairwells, company, wish, sums, used, k, give, encounter, whom):
    """One evening a week each building takes stock: judges what it saw, rests, promises an evening, meets someone.

    `wish` (compounds, 4) logit is the week's mean pull; `used` (2,) the share of each pool's evenings that found work;
    `company` (compounds,) bool; `give`, `encounter`, `whom` are keys of luck. Touches a seventh of the buildings a day.
    """
    presence, zeal, rank, trust, satisfaction = (
        people.presence,
        people.zeal,
        people.standing,
        people.trust,
        people.satisfaction,
    )
    fatigue, gives, ties, voice, stairs = (
        people.fatigue,
        people.gives,
        people.ties,
        people.voice,
        stairwells.people,
    )
    good, standing, drift, meet, pledged, helpers = (
        sums.good,
        sums.standing,
        sums.drift,
        sums.meet,
        sums.pledged,
        sums.helpers,
    )
    seen, neighbourly = np.empty(2), np.empty(SLOTS + 1)
    for b in range(day % 7, len(buildings.compound), 7):
        c = buildings.compound[b]
        for desk in range(2):
            seen[desk] = (k.hope * k.neutral + good[b, desk]) / (k.hope + good[b, desk] + standing[b, desk])
            good[b, desk] *= 1.0 - k.memory
        content = 1.0 / (1.0 + (standing[b, 0] + standing[b, 1]) / k.bother)
        seen_to_help = k.example * (
            helpers[b, MEMBERS] * used[MEMBERS] + helpers[b, VOLUNTEERS] * used[VOLUNTEERS]
        )
        for n in range(SLOTS + 1):
            neighbourly[n] = (n + seen_to_help) / (n + seen_to_help + k.half)
        for pool in range(2):
            pledged[pool] -= helpers[b, pool]
            helpers[b, pool] = 0
        served, drift0, drift1, drift2 = (
            company[c],
            drift[b, COMMITTEE],
            drift[b, COMPANY],
            drift[b, NEIGHBOURS],
        )
        first, last = stairwells.people[buildings.first[b]], stairwells.people[buildings.first[b + 1]]
        for stair in range(buildings.first[b], buildings.first[b + 1]):
            ears, committee, firm = 0.0, 0.0, 0.0
            for i in range(
                np.uint64(stairs[stair]), np.uint64(stairs[stair + 1])
            ):  # unsigned: an index that cannot be counted from the end is cheaper
                r, here, n = (
                    rank[i],
                    float(presence[i]),
                    ties[i],
                )  # what is read twice is kept: a store in between may have changed it, for all the compiler knows
                if r == CHILDREN:
                    continue
                to_committee = np.float32(move_toward(trust[i, COMMITTEE], seen[COMMITTEE], k.memory, drift0))
                to_company = (
                    np.float32(move_toward(trust[i, COMPANY], seen[COMPANY], k.memory, drift1))
                    if served
                    else trust[i, COMPANY]
                )
                to_neighbours = np.float32(
                    move_toward(trust[i, NEIGHBOURS], neighbourly[n], k.memory, drift2)
                )
                trust[i, COMMITTEE], trust[i, COMPANY], trust[i, NEIGHBOURS] = (
                    to_committee,
                    to_company,
                    to_neighbours,
                )
                s = float(satisfaction[i])
                satisfaction[i] = s + k.memory * (content - s)

                pool = MEMBERS if r >= RETIRED_MEMBER else VOLUNTEERS
                tired = float(fatigue[i]) * (1.0 - k.rest)
                if gives[i]:
                    tired += k.tiring * used[pool]
                fatigue[i] = tired
                trusts = k.belief * (float(to_committee) + float(to_neighbours) - 1.0)
                x = zeal[i] - k.shyness + trusts - k.weight * tired + wish[c, r]
                u = uniform(give, i)
                likely = (
                    u * (2.0 - x * (1.0 - x * (0.5 - x / 6.0))) < here
                )  # exp(-x) is never less than its cubic: most need no exponential
                gives[i] = likely and u * (1.0 + exp(-x)) < here
                if gives[i]:
                    helpers[b, pool] += 1
                meets = k.contacts + meet[b] + (k.together if gives[i] else 0.0)
                u = uniform(encounter, i)
                if u < meets * here and u < (1.0 - exp(-meets)) * here:
                    j = draw_acquaintance(first, last, people, derive_key(whom, i))
                    if j >= 0:
                        befriend(np.int64(i), j, people)
                ears += here
                committee += here * voice[i] * 2.0 * to_committee
                firm += here * voice[i] * 2.0 * to_company
            sums.ears[stair], sums.voices[stair, COMMITTEE], sums.voices[stair, COMPANY] = (
                ears,
                committee,
                firm,
            )
        for pool in range(2):
            pledged[pool] += helpers[b, pool]
        for kind in range(3):
            drift[b, kind] = 0.0
        meet[b] = 0.0


@inner_kernel
def move_toward(trust, goal, memory, drift):
    """Trust a week later: nearer to its goal, pulled, and within bounds."""
    t = float(trust)
    return min(1.0, max(0.0, t + memory * (goal - t) + drift))
