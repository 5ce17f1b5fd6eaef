"""The slow twin: the whole model told a second time, in plain Python, person by person and issue by issue.

It is the plain specification of the model, and what every kernel is held against, day by day, in `test_twin`. It begins
from the founded community and then uses nothing of the model but names and the numbers of the scenario: no kernel, no
rule, no method of a mechanism. Columns that are single precision there are rounded to single precision here (`single`);
all else is the same double arithmetic in the same order. Read `day` first: it is the order of the day.
"""

from hashlib import blake2b
from importlib import import_module
from math import exp, floor, gamma, inf, log
from struct import pack, unpack
from types import SimpleNamespace
from zlib import crc32

import numpy as np

from ..agents.population import SLOTS
from ..engine.codes import (
    CHILD,
    DOUBTS,
    ELDER,
    NOT_MET,
    SIGNED,
    STANDING_IN_SERVICE_MEMBER,
    STANDING_NEIGHBOUR,
    STANDING_RETIRED_MEMBER,
    STANDING_VOLUNTEER,
    TRUST_NEIGHBOURS,
)
from ..model.issues.categories import FAMILIES, SCOPES
from ..model.issues.consent_rules import RULES
from ..model.mechanisms import names
from ..model.resources.calendar import YEAR, almanac, place_initial_issues
from ..model.resources.levers import POOLS
from ..model.simulate import build_community

# Stages of an issue, what history tells of it, and who has taken it in; numbered as in `model/issues/issue_table.py`.
UNKNOWN, TOLD, TABLE, SIGN, MONEY, UPWARD, WORK, RESOLVED, VERIFIED, WITHDRAWN, LAPSED = range(11)
(
    AROSE,
    WAS_TOLD,
    SECONDED,
    TAKEN,
    AGREED,
    CONSENTED,
    PAID,
    ANSWERED,
    ON_THE_SPOT,
    DONE,
    CHECKED,
    REOPENED,
    FORGOTTEN,
    GAVE_UP,
    CEASED,
    LEFT,
    FAILED,
) = range(17)
COMMITTEE, COMPANY, DEPARTMENT = range(3)  # whom one trusts is numbered like the first two

# ---- Luck: a hash of (seed, decision, day, who), in 64 bits.


def mix(x):
    """Spread 64 bits (splitmix64)."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
    return x ^ (x >> 31)


def below(key, who):
    """The key of `who` under `key`."""
    return mix((key + 0x9E3779B97F4A7C15 * (who + 1)) % 2**64)


def chance(key, who):
    """A number in [0, 1)."""
    return (below(key, who) >> 11) * 2.0**-53


def waiting(key, who):
    """A unit-exponential waiting time."""
    return -log(1.0 - chance(key, who))


def race(people, weight, key):
    """Whoever's waiting time is over first, when it runs faster for those of more weight; None if nobody has any."""
    best, winner = inf, None
    for person in people:
        if weight(person) > 0.0:
            time = waiting(key, person.id) / weight(person)
            if time < best:
                best, winner = time, person
    return winner


def at_home(person):
    """The share of days a person is at home."""
    return person.presence


class Luck:
    """The luck of one seed: keys by the name of the decision and the day."""

    def __init__(self, *seed):
        told = "\x1f".join(f"{type(part).__name__}:{part}" for part in seed)
        self.seed = int.from_bytes(blake2b(told.encode(), digest_size=8).digest(), "little")

    def key(self, decision, day=0):
        return below(below(self.seed, crc32(decision.encode())), day)


def single(x):
    """The single-precision number next to x."""
    return unpack("f", pack("f", x))[0]


def sum_in_order(numbers):
    """A sum, one after the other (Python's own corrects itself from 3.12 on)."""
    total = 0.0
    for x in numbers:
        total += x
    return total


# ---- The world: places inside places, people inside homes, each an object.


def rows(table):
    """A table of columns as one object per row, numbered; slices into other tables are left out, for `nest_places` finds them."""
    columns = {
        name: column.tolist() for name, column in table._asdict().items() if name not in ("first", "people")
    }
    return [SimpleNamespace(id=i, **dict(zip(columns, row))) for i, row in enumerate(zip(*columns.values()))]


def nest_places(town):
    """Compounds, buildings, stairwells, households and people; each place knows its `parts`, and all its `people`."""
    levels = [
        rows(table)
        for table in (town.compounds, town.buildings, town.stairwells, town.households, town.residents)
    ]
    for person in levels[-1]:
        person.people, person.known = [person], person.known[: person.ties]
    for wholes, parts, whole in reversed(
        list(zip(levels, levels[1:], ("compound", "building", "stairwell", "home")))
    ):
        for place in wholes:
            place.parts, place.people = [], []
        for part in parts:
            place = wholes[getattr(part, whole)]
            place.parts.append(part)
            place.people += part.people
    return levels


class World:
    """Everything there is on one day."""

    def __init__(self, scenario, *seed):
        town = build_community(scenario)
        self.scenario, self.luck, self.day = scenario, Luck(*seed), 0
        self.compounds, self.buildings, self.stairwells, self.households, self.people = nest_places(town)
        self.kinds = [kind(*one) for one in sorted(scenario.issues.items())]
        self.names = sorted({*names(), *scenario.mechanisms})
        self.crews, self.funds, self.income = town.crews.tolist(), town.funds.tolist(), town.income.tolist()
        self.spending, desks = [0 for _ in self.funds], (*self.names, "desks")
        self.ledger = SimpleNamespace(
            hours=[[0.0] * (len(POOLS) + 2) for _ in desks],
            fen=[0 for _ in desks],
            supplied=[0.0] * (len(POOLS) + 2),
        )
        self.more = dict.fromkeys(POOLS, 0.0)
        self.used, self.saved, self.pledged = [0.0, 0.0], [0.0, 0.0], [0, 0]
        self.wished = [[[0.0] * 4 for _ in self.compounds] for _ in range(7)]
        self.issues, self.ended, self.history = [], [], []
        for stairwell in self.stairwells:
            listen(stairwell)
        for b, own in zip(self.buildings, random_ids(scenario), strict=True):
            b.luck = own
            b.helpers, b.good, b.standing, b.drift, b.meet = (
                [0, 0],
                [0.0, 0.0],
                [0.0, 0.0],
                [0.0, 0.0, 0.0],
                0.0,
            )
            b.clocks = [clock(self, b, j) for j in range(len(self.kinds))]
        self.year = almanac(scenario, 0, np.uint64(self.luck.key("leave")))
        for b, j, n, firm in place_initial_issues(
            scenario, town.units, town.buildings, np.uint64(self.luck.key("outset"))
        ):
            self.buildings[b].clocks[j].passed, self.buildings[b].clocks[j].firm = rings(self, b, j, n), firm
        for c in self.compounds:
            c.active, c.cursor, c.steps, c.open, c.all, c.opens = -1, 0, 0.0, 0, 0, 0
            grown = [person for person in c.people if person.band != CHILD and person.presence > 0.0]
            c.around = sum_in_order(person.presence for person in grown) / max(len(grown), 1)
        self.mechanisms = {
            name: twin_of(name)(self, knobs) for name, knobs in sorted(scenario.mechanisms.items())
        }

    def note(self, issue, what, by=-1, who=-1):
        """Write one line of history."""
        self.history.append((issue.id, self.day, who, what, by))


def random_ids(scenario):
    """What luck knows each building by: the name of its compound, which of that name it is, and which building of it."""
    names = [one.name for one in scenario.compound for _ in range(one.count)]
    sizes = [one.buildings for one in scenario.compound for _ in range(one.count)]
    for n, (name, size) in enumerate(zip(names, sizes)):
        compound = below(Luck("compound", name).seed, names[:n].count(name))
        yield from (below(compound, building) for building in range(size))


def kind(name, category):
    """A category with its code, its rate per day, its price in fen, and the Weibull's scale at which its work has the declared mean."""
    own = {
        "code": crc32(name.encode()) >> 9,
        "rate": category.rate / 365.0,
        "cost": round(category.cost * 100),
        "work": category.work / gamma(1 + category.spread),
    }
    return SimpleNamespace(**vars(category) | own | {"hands": category.hands.split()})


def concerns(unit, person, household):
    """Whether a person is one of those, or the head of one of the homes, that `unit` names."""
    return {
        "household": person is household.people[0],
        "elder": person.band == ELDER,
        "alone": person.band == ELDER and len(household.people) == 1,
        "housebound": person.housebound,
        "child": person.band == CHILD,
    }.get(unit, True)


def clock(w, b, j):
    """The hazard clock of category `j` in building `b`: how fast it runs, how far it has come, and when the next issue arises."""
    k, compound = w.kinds[j], w.compounds[b.compound]
    each = 1.0 / len(compound.parts)
    there = {"stairwell": len(b.parts), "lift": b.lifts, "building": 1.0, "compound": each, "shop": b.shops}
    there |= {
        "walkup": 0 if b.lifts else len(b.parts),
        "garage": each if any(part.lifts for part in compound.parts) else 0.0,
    }
    units = (
        there[k.unit]
        if k.unit in there
        else sum_in_order(p.presence for p in b.people if concerns(k.unit, p, w.households[p.home]))
    )
    rate = k.rate * units * exp(k.ageing * ((compound.age - 20.0) / 10.0))
    return SimpleNamespace(
        rate=rate,
        passed=0.0,
        number=0,
        firm=0,
        next=waiting(below(below(w.luck.key("arise"), b.luck), k.code), 0),
    )


def rings(w, b, j, n):
    """The hazard at which the first so many issues of category `j` have arisen in building `b`."""
    return sum_in_order(
        waiting(below(below(w.luck.key("arise"), w.buildings[b].luck), w.kinds[j].code), number)
        for number in range(n)
    )


# ---- The day.


def live(scenario, *seed):
    """Yield the world at the end of each day of the scenario; it is the same object every day."""
    w = World(scenario, *seed)
    for _ in range(scenario.days):
        day(w)
        yield w


def simulate(scenario, *seed, days=None):
    """The world after so many days, or after all of them."""
    w = World(scenario, *seed)
    for _ in range(scenario.days if days is None else days):
        day(w)
    return w


def day(w):
    """One day: all ask, all pull, and then the world moves."""
    w.day += 1
    w.year = (
        almanac(w.scenario, w.day // YEAR, np.uint64(w.luck.key("leave"))) if w.day % YEAR == 0 else w.year
    )
    w.weather, w.there = (year[w.day % YEAR].tolist() for year in w.year)
    have = supply(w)
    here = {name: m for name, m in w.mechanisms.items() if m.begins <= w.day <= m.ends}
    asks = {
        name: {role: times(m.strength, hours) for role, hours in m.ask(w).items()} for name, m in here.items()
    }
    shares = grant_hours(w, have, asks)
    hours = charge_hours(w, have, asks, shares)
    pulls = w.pulls = {name: m.pull(w, shares[name]) for name, m in here.items()}
    lever = total(w, pulls)

    tell(w, lever["voice"], credit_levers(w, pulls, "sight"))
    given = list(hours)
    take_in(w, hours)
    talk(w, credit_levers(w, pulls, "accord"))
    sign(w, credit_levers(w, pulls, "doors"), lever["reach"], lever["consent"])
    w.funds = [fund + income for fund, income in zip(w.funds, w.income)]
    pay(w)
    work(w, hours, credit_levers(w, pulls, "work"))
    spent_ = [a - b for a, b in zip(given, hours)]
    for payer, part in ((0, sum_in_order(spent_[:-2])), (1, spent_[-2]), (-1, spent_[-1])):
        w.ledger.hours[-1][payer] += part
    w.ledger.fen[-1] = sum(w.spending) - sum(w.ledger.fen[:-1])

    close(w, lever["keep"], lever["ease"], lever["hurry"])
    w.wished[w.day % 7] = lever["wish"]
    for b in w.buildings:
        b.drift = [so_far + today for so_far, today in zip(b.drift, lever["trust"][b.id])]
        b.meet += lever["ties"][b.id]
    for b in w.buildings:
        if b.id % 7 == w.day % 7:
            move_house(w, b)
    for b in w.buildings:
        if b.id % 7 == w.day % 7:
            take_stock(w, b)

    w.ended += [issue for issue in w.issues if issue.state > RESOLVED]
    w.issues = [issue for issue in w.issues if issue.state <= RESOLVED] + arisen(w, lever["ease"])
    w.more = dict(zip(POOLS, lever["supply"]))
    w.funds[-1] += round(lever["money"] * 100)
    for m in here.values():
        m.learn(w)


# ---- Hours and money.


def times(factor, x):
    """A number, or each of many, times a factor."""
    return [times(factor, part) for part in x] if isinstance(x, list) else factor * x


def amount(hours):
    """All the hours of an ask: itself, or the sum over compounds."""
    return sum_in_order(hours) if isinstance(hours, list) else hours


def supply(w):
    """Hours each role has today (property: each compound's crew), with what mechanisms brought in yesterday; and yuan."""
    s, c, grid, there = (
        w.scenario,
        w.scenario.committee,
        w.scenario.grid_workers,
        dict(zip(("property", *POOLS), w.there)),
    )
    own = {
        "committee": c.staff * c.shift,
        "grid": grid.full_time * grid.shift + grid.part_time * grid.part_shift,
        "member": s.party_members.evening / 7 * w.pledged[0],
        "volunteer": s.volunteers.evening / 7 * w.pledged[1],
        "captain": 0.0,
    }
    pools = {pool: (w.more[pool] + hours) * there[pool] for pool, hours in own.items()}
    crews = [
        crew * there["property"] * (1.0 - s.property_managers.withheld * (1.0 - confidence(c, COMPANY)))
        for crew, c in zip(w.crews, w.compounds)
    ]
    for row, hours in enumerate((sum_in_order(crews), *pools.values())):
        w.ledger.supplied[row] += hours
    pools["member"] += w.saved[0]
    pools["volunteer"] += w.saved[1]
    return {"property": crews, **pools, "yuan": max(0, w.funds[-1]) / 100 * c.thrift}


def confidence(compound, desk):
    """How far those at home trust the committee or the company: 1 for one half or more, 0 for none."""
    ears, *voices = (
        sum_in_order(column)
        for column in zip(*((s.ears, *s.voices) for b in compound.parts for s in b.parts))
    )
    return min(1.0, voices[desk] / ears) if ears > 0.0 else 1.0


def grant_hours(w, have, asks):
    """The share of its wish each mechanism gets in each compound: that of the scarcest role it asks for there."""
    shares = {name: [1.0 for _ in w.compounds] for name in asks}
    for role in have:
        all_ = {name: ask[role] for name, ask in asks.items() if role in ask}
        for name, mine in all_.items():
            for c in w.compounds:
                hers, there, wanted = (
                    amount(mine),
                    have[role],
                    sum_in_order(amount(each) for each in all_.values()),
                )
                if role == "property":
                    hers, there, wanted = (
                        mine[c.id],
                        have[role][c.id],
                        sum_in_order(each[c.id] for each in all_.values()),
                    )
                if hers > 0.0 and wanted > there:
                    shares[name][c.id] = min(shares[name][c.id], there / wanted)
    return shares


def charge_hours(w, have, asks, shares):
    """Book what is granted; return what is left to each desk: the crew of each compound, the committee, the departments."""
    crews, committee, pools = list(have["property"]), have["committee"], dict.fromkeys(POOLS, 0.0)
    for name, ask in asks.items():
        row, share = w.names.index(name), shares[name]
        for role, hours in ask.items():
            got = (
                [part * each for part, each in zip(share, hours)]
                if isinstance(hours, list)
                else min(share) * hours
            )
            if role == "yuan":
                fen = sum(floor(each * 100) for each in got) if isinstance(got, list) else floor(got * 100)
                w.funds[-1] -= fen
                w.spending[-1] += fen
                w.ledger.fen[row] += fen
                continue
            if role == "property":
                crews = [left - each for left, each in zip(crews, got)]
            else:
                pools[role] += amount(got)
                committee -= amount(got) if role == "committee" else 0.0
            w.ledger.hours[row][("property", *POOLS).index(role)] += amount(got)
    w.ledger.supplied[-1] += w.scenario.departments.hours * w.there[-1]
    for i, (role, knobs) in enumerate(
        (("member", w.scenario.party_members), ("volunteer", w.scenario.volunteers))
    ):
        promised = knobs.evening / 7 * w.pledged[i]
        w.saved[i] = min(max(have[role] - pools[role], 0.0), 6.0 * promised)
        w.used[i] = min(
            1.0, w.used[i] * 6.0 / 7.0 + (pools[role] / (7.0 * promised) if promised > 0.0 else 0.0)
        )
    return [
        *(max(hours, 0.0) for hours in crews),
        max(committee, 0.0),
        w.scenario.departments.hours * w.there[-1],
    ]


# ---- The levers.


def total(w, pulls):
    """The sum of all pulls, each times its mechanism's strength, in the order of the alphabet."""
    b, c = len(w.buildings), len(w.compounds)
    lever = {
        "voice": [0.0] * b,
        "keep": [0.0] * len(w.issues),
        "reach": [0.0] * b,
        "consent": [0.0] * b,
        "ease": [[0.0] * len(FAMILIES)] * b,
        "wish": [[0.0] * 4] * c,
        "trust": [[0.0] * 3] * b,
        "ties": [0.0] * b,
        "supply": [0.0 for _ in POOLS],
        "money": 0.0,
        "hurry": [0.0] * len(w.issues),
    }
    for name, pull in pulls.items():
        for which in lever.keys() & pull.keys():
            lever[which] = plus(lever[which], times(w.mechanisms[name].strength, pull[which]))
    return lever


def plus(x, y):
    """Two numbers, or each of many, added."""
    return [plus(a, b) for a, b in zip(x, y)] if isinstance(x, list) else x + y


def credit_levers(w, pulls, lever):
    """Who pulls a lever whose effects are credited, and how hard: (number of the mechanism, one number for each)."""
    return [
        (w.names.index(name), times(w.mechanisms[name].strength, pull[lever]))
        for name, pull in pulls.items()
        if lever in pull
    ]


# ---- Telling.


def listen(place):
    """Add up who in a household or stairwell would see something, and how readily they would tell committee or company."""
    place.ears, place.voices = 0.0, [0.0, 0.0]
    for person in place.people:
        if person.band != CHILD:
            place.ears += person.presence
            for desk in (COMMITTEE, COMPANY):
                place.voices[desk] += (
                    single(person.presence * person.voice) * 2.0 * person.trust[desk]
                )  # `float` in a kernel widens nothing


def listening(place):
    """Ears and voices: in a home or stairwell as last counted, in a larger place those of its parts."""
    each = (
        [(place.ears, *place.voices)] if hasattr(place, "ears") else [listening(part) for part in place.parts]
    )
    return tuple(sum_in_order(column) for column in zip(*each))


def place_that_sees(w, issue):
    """The place whose people see an issue; in the street everybody listens, but who tells is a passer-by."""
    places = (
        w.households[issue.household],
        w.stairwells[issue.stairwell],
        w.buildings[issue.building],
        w.compounds[issue.compound],
    )
    return (*places, SimpleNamespace(parts=w.compounds, people=[]))[issue.scope]


def bystanders(w, issue):
    """How many would see it, and their weighted voice; a home counts its trust of today, other places that of last week."""
    if issue.household >= 0:
        listen(w.households[issue.household])
    ears, *voices = listening(place_that_sees(w, issue))
    return ears, voices[trust_at_stake(issue)]


def trust_at_stake(issue):
    """Whom what becomes of an issue makes one trust: the company for what it has taken in, else the committee."""
    return COMPANY if issue.desk == COMPANY else COMMITTEE


def bystander_factor(n, alone):
    """How much readier n bystanders are than very many: n / (n - 1), at most `alone`."""
    return alone * n if n <= 1.0 else min(alone, n / (n - 1.0))


def tell(w, voice, sight):
    """Every open issue is heard of a little more; past a threshold somebody tells of it, or one more neighbour seconds."""
    k, luck = w.scenario.residents, w.luck
    for i, issue in enumerate(w.issues):
        if issue.state >= RESOLVED or (issue.voices >= 100 and issue.state != UNKNOWN):
            continue
        n, voices = bystanders(w, issue)
        neighbours = 0.0
        if n > 0.0:
            neighbours = (
                w.kinds[issue.category].telling
                * bystander_factor(n, k.alone)
                * (voices / n)
                * exp(voice[issue.building])
            )
        looks = [(by, part[i]) for by, part in sight if part[i] > 0.0] if issue.state == UNKNOWN else []
        rate = neighbours if issue.state == UNKNOWN else neighbours * k.echo
        for _, part in looks:
            rate += part
        issue.heard += rate
        for _ in range(3):
            if issue.heard < issue.next:
                break
            issue.voices += 1
            issue.next += waiting(below(luck.key("hear"), issue.luck), issue.voices)
            if issue.state == UNKNOWN:
                first_told(w, issue, rate, neighbours, looks)
            else:
                w.note(issue, SECONDED)


def first_told(w, issue, rate, neighbours, looks):
    """Somebody tells: a neighbour, or one of those who look, each in proportion to their part of the rate."""
    by, teller, part = -1, -1, chance(below(w.luck.key("find"), issue.luck), issue.voices) * rate - neighbours
    if part < 0.0:
        readiness = lambda person: single(
            single(person.presence * person.voice) * person.trust[trust_at_stake(issue)]
        )
        who = race(
            place_that_sees(w, issue).people,
            readiness,
            below(below(w.luck.key("tell"), issue.luck), issue.voices),
        )
        teller = who.id if who else -1
    else:
        for by, looked in looks:
            part -= looked
            if part < 0.0:
                break
    issue.state = TOLD
    issue.reporter = teller
    if issue.told < 0:
        issue.told, issue.teller = w.day, by
    issue.giveup = (
        w.day
        + 1
        + int(w.kinds[issue.category].patience * waiting(below(w.luck.key("wait"), issue.luck), issue.voices))
    )
    w.note(issue, WAS_TOLD, by, teller)


# ---- Settling.


def after(state, issue):
    """The stage that follows, leaving out those the issue does not need."""
    needed = (
        (TABLE, issue.hard > 0.0),
        (SIGN, issue.rule >= 0),
        (MONEY, issue.cost > 0),
        (UPWARD, issue.lead > 0),
        (WORK, True),
    )
    return next(stage for stage, needs in needed if needs and state < stage)


def move(w, issue, state):
    """Into the next stage; a department's time begins to run."""
    issue.state = state
    if state == UPWARD:
        issue.due, issue.desk = w.day + issue.lead, DEPARTMENT


def urgent(w, state):
    """The issues in that stage, most severe first; what two or more tell of is one step more severe."""
    return sorted(
        (i for i in w.issues if i.state == state), key=lambda i: -min(3, i.severity + (i.voices >= 2))
    )


def depot(w, issue):
    """Whose hours an issue draws on: a place in the hours of the day."""
    return {COMMITTEE: -2, DEPARTMENT: -1}.get(issue.desk, issue.compound)


def workable(issue):
    """Whether hands can do something about it: it is in work, or told and in need of nothing else."""
    return issue.state == WORK or (issue.state == TOLD and after(TOLD, issue) == WORK)


def take_in(w, hours):
    """Desks take in what was told, for as long as they have the hours."""
    intake = w.scenario.committee.intake
    for issue in urgent(w, TOLD):
        if hours[depot(w, issue)] >= intake:
            hours[depot(w, issue)] -= intake
            issue.taken = w.day if issue.taken < 0 else issue.taken
            move(w, issue, after(TOLD, issue))
            w.note(issue, TAKEN)


def talk(w, accord):
    """Parties are brought round by telephone and by mechanisms; whoever did most on the day it is settled gets the credit."""
    for i, issue in enumerate(w.issues):
        if issue.state == TABLE:
            c = w.compounds[issue.compound]
            by, most = -1, w.scenario.committee.phone * c.around * confidence(c, trust_at_stake(issue))
            held = most
            for mechanism, part in accord:
                held += part[i]
                by, most = (mechanism, part[i]) if part[i] > most else (by, most)
            issue.accord += held
            if issue.accord >= issue.hard:
                move(w, issue, after(TABLE, issue))
                w.note(issue, AGREED, by)


def pay(w):
    """What costs money is paid from the compound's fund, and what that has not from the community's."""
    for issue in urgent(w, MONEY):
        parts = {issue.compound: min(issue.cost, max(0, w.funds[issue.compound]))}
        parts[len(w.funds) - 1] = rest = issue.cost - parts[issue.compound]
        if rest <= max(0, w.funds[-1]):
            for fund, fen in parts.items():
                w.funds[fund] -= fen
                w.spending[fund] += fen
            payers = [fund for fund, fen in parts.items() if fen]
            issue.cost = 0
            move(w, issue, after(MONEY, issue))
            w.note(issue, PAID, who=payers[0] if len(payers) == 1 else -1)


def work(w, hours, done):
    """Hands work: those that mechanisms sent, then each desk, one pair of hands to a job."""
    for i, issue in enumerate(w.issues):
        if workable(issue):
            by, most = -1, 0.0
            for mechanism, part in done:
                issue.left -= part[i]
                by, most = (mechanism, part[i]) if part[i] > most else (by, most)
            if most > 0.0 and issue.left <= 1e-9:
                finish(w, issue, by)
    s = w.scenario
    pair = [s.property_managers.shift for _ in w.compounds] + [s.committee.shift, s.departments.shift]
    for issue in urgent(w, WORK):
        desk = depot(w, issue)
        part = min(issue.left, pair[desk], hours[desk])
        least = w.kinds[issue.category].works
        part = min(part, issue.effort / least) if least else part
        hours[desk] -= part
        issue.left -= part
        if issue.left <= 1e-9:
            finish(w, issue, -1)


def finish(w, issue, by):
    """Done, and to be checked: neighbours see it, and the one who told learns that telling helps."""
    if issue.taken < 0:
        issue.taken = w.day
        w.note(issue, ON_THE_SPOT, by)
    issue.left, issue.state, issue.resolved, issue.closer, issue.due = (
        0.0,
        RESOLVED,
        w.day,
        by,
        w.day + w.scenario.committee.verify,
    )
    for b in where_seen(w, issue):
        b.good[trust_at_stake(issue)] += 1.0
    if issue.reporter >= 0:
        trust = w.people[issue.reporter].trust
        trust[trust_at_stake(issue)] = single(
            trust[trust_at_stake(issue)]
            + w.scenario.residents.answered * (1.0 - trust[trust_at_stake(issue)])
        )
    w.note(issue, DONE, by)


def where_seen(w, issue):
    """The buildings that see what becomes of it: all of a compound, or its own; none but the home itself what is a home's own."""
    return {"household": [], "compound": w.compounds[issue.compound].parts}.get(
        SCOPES[issue.scope], [w.buildings[issue.building]]
    )


def disappoint(w, issue):
    """The one who told learns that telling does not help."""
    if issue.reporter >= 0:
        trust = w.people[issue.reporter].trust
        trust[trust_at_stake(issue)] = single(
            trust[trust_at_stake(issue)] - w.scenario.residents.ignored * trust[trust_at_stake(issue)]
        )


def close(w, keep, ease, hurry):
    """The evening: answers come, what was done is checked, what waits too long lapses, is given up or forgotten."""
    for b in w.buildings:
        b.standing = [0.0, 0.0]
    for i, issue in enumerate(w.issues):
        if issue.state == UPWARD:
            issue.due -= hurry[i]
        evening(w, issue, keep[i], ease)
        if issue.state < RESOLVED and w.day - issue.born > w.scenario.residents.fresh:
            for b in where_seen(w, issue):
                b.standing[trust_at_stake(issue)] += 1.0


def evening(w, issue, keep, ease):
    """What this evening brings to one issue: at most one of these."""
    k, luck, state, c = w.kinds[issue.category], w.luck, issue.state, w.scenario.committee
    begun = issue.left < issue.effort or issue.reopened > 0
    if state == UPWARD and issue.due <= w.day:
        move(w, issue, WORK)
        w.note(issue, ANSWERED)
    elif state == RESOLVED and issue.due <= w.day:
        if chance(below(luck.key("reopen"), issue.luck), issue.reopened) < k.reopen:
            issue.state, issue.resolved, issue.left = WORK, -1, c.redo * issue.effort
            issue.reopened += 1
            w.note(issue, REOPENED)
        else:
            issue.state = VERIFIED
            w.buildings[issue.building].clocks[issue.category].passed += (
                k.recurs * exp(ease[issue.building][issue.family]) * w.weather[issue.category]
            )
            w.note(issue, CHECKED)
    elif 0 <= issue.lapse <= w.day and not (
        begun or issue.cost < k.cost or (issue.rule >= 0 and state > SIGN)
    ):
        issue.state = LAPSED
        if state > UNKNOWN:
            disappoint(w, issue)
        w.note(issue, CEASED)
    elif state in (TOLD, TABLE, MONEY) and issue.giveup <= w.day:
        issue.state = WITHDRAWN if issue.lapse >= 0 else UNKNOWN
        disappoint(w, issue)
        w.note(issue, GAVE_UP if issue.lapse >= 0 else LEFT, who=issue.reporter)
    elif state in (TOLD, TABLE) and chance(luck.key("forget", w.day), issue.luck) < 1.0 - exp(
        -c.forget * exp(-keep)
    ):
        issue.state = UNKNOWN
        disappoint(w, issue)
        w.note(issue, FORGOTTEN)


# ---- Signing.


def sign(w, doors, reach, consent):
    """In each compound one project collects signatures: the one under way, else the oldest that waits."""
    for c in w.compounds:
        waits = [issue for issue in w.issues if issue.state == SIGN and issue.compound == c.id]
        if waits:
            under_way = [issue for issue in waits if issue.id == c.active]
            collect(w, c, (under_way or waits)[0], doors, reach, consent)
        else:
            c.active, c.open, c.all = -1, 0, 0


def collect(w, c, issue, doors, reach, consent):
    """A day of one project: doors in turn, of those that have not signed; then its rule is looked at."""
    k, where = (
        w.scenario.projects,
        [w.buildings[issue.building]] if SCOPES[issue.scope] == "building" else c.parts,
    )
    homes = [h for b in where for s in b.parts for h in s.parts]
    if c.active != issue.id:
        c.active, c.cursor, c.steps, c.opens = issue.id, homes[0].id, 0.0, w.day
        for h in homes:
            h.stance, h.knocks, h.talks = NOT_MET, 0, 0
    if w.day < c.opens:
        c.open = c.all = 0
        return
    by, most, yuan = -1, k.walk_in * len(homes), issue.cost / 100 / len(homes)
    c.steps += most
    for mechanism, visits in doors:
        c.steps += visits[c.id]
        by, most = (mechanism, visits[c.id]) if visits[c.id] > most else (by, most)
    calls = min(int(c.steps), len(homes))
    c.steps -= int(c.steps)
    for _ in range(calls):
        at = c.cursor - homes[0].id
        round_ = homes[at:] + homes[:at]
        h = next((h for h in round_ if h.stance != SIGNED), round_[-1])
        c.cursor = h.id + 1 if h is not homes[-1] else homes[0].id
        if h.stance == SIGNED:
            break
        call(w, issue, h, yuan, reach[h.building], consent[h.building])
    signed, met = [h for h in homes if h.stance == SIGNED], [h for h in homes if h.stance != NOT_MET]
    c.open, c.all = len(homes) - len(signed), len(homes)
    by_heads = is_met(list(RULES)[issue.rule], len(signed), len(met), len(homes))
    by_area = is_met(
        list(RULES)[issue.rule], *(sum_in_order(h.area for h in some) for some in (signed, met, homes))
    )
    if by_heads and by_area:
        c.open = 0
        move(w, issue, after(SIGN, issue))
        w.note(issue, CONSENTED, by)
    elif w.day - c.opens >= k.term:
        c.open, c.all, c.opens = 0, 0, w.day + 1 + k.rest
        for h in homes:
            h.stance = NOT_MET
        w.note(issue, FAILED)


def is_met(rule, signed, met, all_):
    """Whether enough have signed, of those met and of all: in homes, or in square metres."""
    enough = {
        "code_278_major": 4 * signed >= 3 * met,
        "code_278_plain": 2 * signed > met,
        "every_household": signed == all_,
        "all_owners": signed == all_,
    }
    return enough[rule] and (rule in ("every_household", "all_owners") or 3 * met >= 2 * all_)


def call(w, issue, h, yuan, reach, consent):
    """A call at one door: is somebody found; and found, is the household's own leaning below its willingness today."""
    k, lives = w.scenario.projects, h.owner or list(RULES)[issue.rule] == "every_household"
    base = (
        max(person.presence for person in h.people if person.band != CHILD) * k.evening
        if lives
        else k.landlord
    )
    found = 1.0 / (1.0 + (1.0 - base) / base * exp(-reach)) if base > 0.0 else 0.0
    if chance(below(below(w.luck.key("in"), issue.luck), h.id), h.knocks) < found:
        x = willing(w, issue, h, yuan, lives, consent)
        h.stance = (
            SIGNED if chance(below(w.luck.key("lean"), issue.luck), h.id) * (1.0 + exp(-x)) < 1.0 else DOUBTS
        )
        h.talks += 1
    h.knocks += 1


def willing(w, issue, h, yuan, lives, consent):
    """A household's willingness, a logit: the talks held, the bill, for a lift the floor; its head's trust, and friends who signed."""
    k, head = w.scenario.projects, h.people[0]
    x = k.liking + consent * min(h.talks + 1.0, k.talks) - k.burden * yuan / 1000.0
    if w.kinds[issue.category].unit == "walkup":
        x += -k.ground if h.floor <= 2 else k.ground if h.floor >= 4 else 0.0
    if not lives:
        return x + k.letting
    x += k.belief * (head.trust[COMMITTEE] - 0.5)
    if head.known:
        x += (
            k.social
            * sum(w.households[w.people[j].home].stance == SIGNED for j in head.known)
            / len(head.known)
        )
    return x


# ---- Taking stock.


def move_house(w, b):
    """A household of the building may move away; those who move in know nobody, trust as on day 0, and have signed nothing."""
    k, luck = w.scenario.residents, w.luck
    homes = [home for stairwell in b.parts for home in stairwell.parts]
    rates = [k.moving_owner if home.owner else k.moving_tenant for home in homes]
    if chance(luck.key("move", w.day), b.id) < 1.0 - exp(-(sum_in_order(rates) * 7 / 365)):
        home = race(
            homes, lambda home: k.moving_owner if home.owner else k.moving_tenant, luck.key("movers", w.day)
        )
        if home.owner:
            home.stance, home.knocks, home.talks = NOT_MET, 0, 0
        for person in home.people:
            for friend in (w.people[j] for j in person.known):
                friend.known[friend.known.index(person.id)] = friend.known[-1]
                friend.known.pop()
            person.known = []
            for whom, mean in enumerate((k.trust_committee, k.trust_company, k.trust_neighbours)):
                u = chance(luck.key("newcomers", w.day), person.id * 3 + whom)
                person.trust[whom] = single(min(1.0, max(0.0, mean + k.trust_spread * (u - 0.5))))
            person.satisfaction, person.fatigue, person.gives = 0.5, 0.0, False


def take_stock(w, b):
    """One evening a week a building judges what it saw, rests, promises an evening, and meets someone."""
    k, company = w.scenario.residents, w.compounds[b.compound].company
    seen = [
        (k.hope * k.neutral + b.good[desk]) / (k.hope + b.good[desk] + b.standing[desk]) for desk in range(2)
    ]
    b.good = [good * (1.0 - k.memory) for good in b.good]
    content = 1.0 / (1.0 + (b.standing[0] + b.standing[1]) / k.bother)
    example = k.example * (b.helpers[0] * w.used[0] + b.helpers[1] * w.used[1])
    w.pledged = [all_ - here for all_, here in zip(w.pledged, b.helpers)]
    b.helpers = [0, 0]
    for person in b.people:
        if person.band == CHILD:
            continue
        neighbourly = (len(person.known) + example) / (len(person.known) + example + k.half)
        for whom, goal in enumerate((*seen, neighbourly)):
            if whom != COMPANY or company:
                t = person.trust[whom]
                person.trust[whom] = single(min(1.0, max(0.0, t + k.memory * (goal - t) + b.drift[whom])))
        person.satisfaction = single(person.satisfaction + k.memory * (content - person.satisfaction))
        give(w, b, person)
        meet(w, b, person)
    w.pledged = [all_ + here for all_, here in zip(w.pledged, b.helpers)]
    b.drift, b.meet = [0.0, 0.0, 0.0], 0.0
    for stairwell in b.parts:
        listen(stairwell)


def give(w, b, person):
    """Whether a resident promises an evening: a logit, and only as often as they are at home."""
    k, v, m = w.scenario.residents, w.scenario.volunteers, w.scenario.party_members
    pool = 0 if person.member else 1
    tired = person.fatigue * (1.0 - k.rest) + (k.tiring * w.used[pool] if person.gives else 0.0)
    person.fatigue = single(tired)
    rank = STANDING_VOLUNTEER if person.volunteer else STANDING_NEIGHBOUR
    if person.member:
        rank = STANDING_IN_SERVICE_MEMBER if person.in_service else STANDING_RETIRED_MEMBER
    duty = {
        STANDING_NEIGHBOUR: 0.0,
        STANDING_VOLUNTEER: v.duty,
        STANDING_RETIRED_MEMBER: m.duty_retired,
        STANDING_IN_SERVICE_MEMBER: m.duty_in_service,
    }[rank]
    wish = duty + sum_in_order(one_day[b.compound][rank] for one_day in w.wished) / 7
    trusts = k.belief * (single(person.trust[COMMITTEE] + person.trust[TRUST_NEIGHBOURS]) - 1.0)
    x = person.zeal - k.shyness + trusts - k.weight * tired + wish
    person.gives = chance(w.luck.key("give", w.day), person.id) * (1.0 + exp(-x)) < person.presence
    b.helpers[pool] += person.gives


def meet(w, b, person):
    """Whether a resident meets somebody of the building this week, and so gets to know one more if both have room."""
    k = w.scenario.residents
    meets = k.contacts + b.meet + (k.together if person.gives else 0.0)
    if chance(w.luck.key("meet", w.day), person.id) < (1.0 - exp(-meets)) * person.presence:
        grown = [person for person in b.people if person.band != CHILD]
        other = race(grown, at_home, below(w.luck.key("whom", w.day), person.id))
        if (
            other
            and other is not person
            and other.id not in person.known
            and max(len(person.known), len(other.known)) < SLOTS
        ):
            person.known.append(other.id)
            other.known.append(person.id)


# ---- Arising.


def arisen(w, ease):
    """The issues that arise tonight, by building and category."""
    fresh, luck = [], w.luck.key("arise")
    for b in w.buildings:
        for j, c in enumerate(b.clocks):
            c.passed += c.rate * (exp(ease[b.id][FAMILIES.index(w.kinds[j].family)]) * w.weather[j])
            while c.passed >= c.next and c.passed > 0.0:
                fresh.append(new_issue(w, b, j, c.number))
                c.number += 1
                c.next += waiting(below(below(luck, b.luck), w.kinds[j].code), c.number)
    return fresh


def new_issue(w, b, j, number):
    """An issue: where it is, whom it strikes, and all that luck decides about it beforehand, the same in every arm."""
    k, key = w.kinds[j], w.luck.key
    own = below(below(b.luck, k.code), number)
    stairwell, household = b.parts[int(chance(key("strike"), own) * len(b.parts))].id, -1
    if k.scope == "household":
        near = [p for p in b.people if concerns(k.unit, p, w.households[p.home])]
        household = (race(near, at_home, below(key("strike"), own)) or w.stairwells[stairwell].people[0]).home
        stairwell = w.households[household].stairwell
    times_ = k.tail if number < b.clocks[j].firm or chance(key("stubborn"), own) < k.stubborn else 1.0
    effort = k.work * waiting(key("work"), own) ** k.spread
    issue = SimpleNamespace(
        id=((b.id << 23) + k.code << 20) + number,
        luck=own,
        building=b.id,
        category=j,
        compound=b.compound,
        stairwell=stairwell,
        household=household,
        family=FAMILIES.index(k.family),
        scope=SCOPES.index(k.scope),
        severity=k.severity,
        rule=list(RULES).index(k.rule) if k.rule else -1,
        effort=effort,
        left=effort,
        cost=k.cost,
        hard=0.0 if k.sittings == 0.0 else k.sittings * waiting(key("sit"), own) * times_,
        lead=0 if k.lead == 0.0 else 1 + int(k.lead * waiting(key("lead"), own)),
        lapse=-1 if k.lapse == 0.0 else w.day + 1 + int(k.lapse * waiting(key("lapse"), own)),
        accord=0.0,
        heard=0.0,
        next=waiting(below(key("hear"), own), 0),
        reporter=-1,
        born=w.day,
        told=-1,
        taken=-1,
        resolved=-1,
        giveup=-1,
        due=-1,
        voices=0,
        state=UNKNOWN,
        reopened=0,
        teller=-1,
        closer=-1,
        desk=COMPANY if w.compounds[b.compound].company and "property" in k.hands else COMMITTEE,
    )
    w.note(issue, AROSE)
    return issue


# ---- Mechanisms: each asks, pulls, and learns; its knobs are its own attributes. Those that ship are in the folder `twins`.

TWINS = {}  # name -> class, for those that are in no folder


class Mechanism:
    def __init__(self, w, knobs):
        vars(self).update(vars(knobs))
        self.begin(w)

    def begin(self, w):
        pass

    def learn(self, w):
        pass


def spend_hours(budget, places, wants):
    """Hours spent on each issue, first come first served where it is."""
    left, out = list(budget), []
    for place, want in zip(places, wants):
        out.append(min(want, left[place]))
        left[place] -= out[-1]
    return out


def hours_wanted(w, hands):
    """Hours each issue still takes, where those hands can do something about it now."""
    return [i.left if hands in w.kinds[i.category].hands and workable(i) else 0.0 for i in w.issues]


def is_known(issue):
    return UNKNOWN < issue.state < RESOLVED


def twin_of(name):
    """The class that tells a mechanism a second time."""
    return TWINS.get(name) or import_module(f".mechanisms.{name}", __package__).Twin
