"""The engine tells the same days as people do: every kernel against the slow twin, every column, every evening."""

from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pytest
import twin
from worlds import ESTATE, STORM, YARD, governed

from cogov.model import mechanisms
from cogov.model.cases import read, shipped
from cogov.model.categories import CATEGORIES
from cogov.model.issues import EVENT, ISSUE, STATES, WHAT
from cogov.model.knobs import paths, turned
from cogov.model.mechanisms import Mechanism
from cogov.model.pull import LEVERS, POOLS, Pull
from cogov.model.scenario import Census, CommitteeKnobs, Compound, DepartmentKnobs, GridKnobs, ResidentKnobs, Scenario
from cogov.model.signing import ProjectKnobs
from cogov.model.simulate import days

# ------------------------------------------------------------------------------------------------ one day against the other

CLOSE = 1e-9  # of hours, hazards and sums: NumPy adds eight and more numbers in another order
CLOCKS = ("effort", "left", "hard", "accord", "heard", "next")


def same(day, what, engine, plain, off=0.0):
    """Fail with the day, what differs, and the first row that does."""
    engine, plain = np.asarray(engine), np.asarray(plain)
    assert engine.shape == plain.shape, f"day {day}: {what}: the engine has {engine.shape} of them, the twin {plain.shape}"
    alike = np.isclose(engine, plain, rtol=off, atol=off * 1e-3) if off else engine == plain
    if not alike.all():
        row = tuple(int(i) for i in np.argwhere(~alike)[0])
        pytest.fail(f"day {day}: {what}: first differs at {row}: engine {engine[row]!r}, twin {plain[row]!r}")


def column(rows, name):
    return [getattr(row, name) for row in rows]


def same_issues(day, which, engine, plain):
    for name in ISSUE.names:
        same(day, f"{which} issues: {name}", engine[name], np.array(column(plain, name), ISSUE[name]), CLOSE if name in CLOCKS else 0.0)


def same_pulls(day, engine, plain):
    """What each mechanism pulled on each lever; what the twin leaves out is nothing."""
    for name, lever in ((name, lever) for name in engine for lever in LEVERS):
        pulled = np.asarray(plain[name].get(lever, 0.0), float)
        same(day, f"pull of {name} on {lever}", np.broadcast_to(np.asarray(getattr(engine[name], lever), float), pulled.shape), pulled, CLOSE)


def same_places(day, w, t):
    b, people, homes, stock, projects = t.buildings, w.residents, w.households, w.mood, w.projects
    for name in ("trust", "satisfaction", "fatigue"):
        same(day, f"residents: {name}", getattr(people, name), np.array(column(t.people, name), np.float32))
    same(day, "residents: gives", people.gives, column(t.people, "gives"))
    same(day, "residents: ties", people.ties, [len(p.known) for p in t.people])
    same(day, "residents: known", people.known, [p.known + [-1] * (12 - len(p.known)) for p in t.people])
    for name in ("stance", "knocks", "talks"):
        same(day, f"households: {name}", getattr(homes, name), column(t.households, name))
    for name in ("active", "cursor", "open", "all", "steps"):
        same(day, f"projects: {name}", getattr(projects, name), column(t.compounds, name), CLOSE if name == "steps" else 0.0)
    same(day, "stairwells: ears", stock.ears, column(t.stairwells, "ears"), CLOSE)
    same(day, "stairwells: voices", stock.voices, column(t.stairwells, "voices"), CLOSE)
    same(day, "pledged", stock.pledged, t.pledged)
    for name in ("helpers", "good", "standing", "drift", "meet"):
        same(day, f"buildings: {name}", getattr(stock, name), column(b, name), 0.0 if name in ("helpers", "standing") else CLOSE)
    same(day, "clocks: number", w.clocks.number, [column(row.clocks, "number") for row in b])
    for name in ("rate", "passed", "next"):
        same(day, f"clocks: {name}", getattr(w.clocks, name), [column(row.clocks, name) for row in b], CLOSE)


def same_books(day, w, t):
    for name in ("funds", "spending"):
        same(day, name, getattr(w, name), getattr(t, name))
    same(day, "ledger: fen", w.ledger.fen, t.ledger.fen)
    for name in ("hours", "supplied"):
        same(day, f"ledger: {name}", getattr(w.ledger, name), getattr(t.ledger, name), CLOSE)
    for name in ("used", "wished"):
        same(day, name, getattr(w, name), getattr(t, name), CLOSE)
    same(day, "hours for tomorrow", w.more, [t.more[pool] for pool in POOLS], CLOSE)


def alike(scenario, *seed):
    """Live through a scenario twice, and hold every day of one against the other. Returns (mechanism or None, what) that occurred."""
    lines = ended = 0
    for (w, pulls), t in zip(days(scenario, *seed), twin.live(scenario, *seed), strict=True):
        history = w.history()[lines:]
        same(w.day, "history", [list(map(int, line)) for line in history] or np.zeros((0, 5)), np.array(t.history[lines:], int).reshape(-1, 5))
        same_issues(w.day, "ended", w.ended[ended : w.gone[0]], t.ended[ended:])
        same_issues(w.day, "open", w.issues, t.issues)
        same_pulls(w.day, pulls, t.pulls)
        same_places(w.day, w, t)
        same_books(w.day, w, t)
        lines, ended = len(t.history), len(t.ended)
    names = [*t.names, None]
    spent = {(name, "hours") for name, row in zip(t.names, t.ledger.hours) if any(row)}
    return spent | {(names[by], WHAT[what]) for _, _, _, what, by in t.history}


# ---------------------------------------------------------------------------------------------------- villages, at random

EAGER = {  # residents, desks and projects with whom much happens in a short time
    "residents": ResidentKnobs(shyness=1.0, contacts=0.5, answered=0.4, ignored=0.4, fresh=5),
    "committee": CommitteeKnobs(staff=0.8, phone=0.02, forget=0.03, verify=3, budget=40_000.0, fund=3000.0),
    "departments": DepartmentKnobs(hours=6.0),
    "grid_workers": GridKnobs(full_time=0, part_time=2),
    "projects": ProjectKnobs(walk_in=0.03, liking=2.0),
}
RARE = {"water_pressure": 4.0, "lift_adding": 4.0, "yard_renewal": 4.0, "mains_replacement": 4.0, "neighbour_noise": 0.4, "square_noise": 4.0,
        "family_quarrel": 0.2, "congestion": 1.0, "hawkers": 1.0, "disorder": 1.0, "elder_alone": 4.0, "haircut": 10.0, "litter": 6.0}  # fmt: skip
BUSY = {  # every category: oftener, and sooner over
    name: replace(
        c, rate=RARE.get(name, c.rate), lead=c.lead / 10, lapse=c.lapse / 4, patience=max(c.patience / 6, 1.0), reopen=min(3 * c.reopen, 1.0),
        cost=c.cost / 10,
    )
    for name, c in CATEGORIES.items()
}  # fmt: skip
OWN_WAYS = ("days", "community.", "compound.", "issues.", "mechanisms.")  # knobs that are not drawn like the others


def value(f, luck):
    """What to turn a knob to: an end of its range (where that is far away, several times the default), or in between."""
    low, high = f.metadata["low"], min(f.metadata["high"], 8 * abs(f.default) + 1)
    drawn = luck.choice([low, high, luck.uniform(low, high), luck.uniform(low, high)])
    return round(drawn) if f.type in (int, "int") else float(drawn)


def turning(part, most, luck, leave=()):
    """The same part of a scenario with up to so many of its knobs turned."""
    known = {path: f for path, f in paths(part).items() if not path.startswith(leave)}
    for path in luck.sample(sorted(known), luck.randint(0, most)):
        part = turned(part, path, value(known[path], luck))
    return part


def census(stairwells, luck):
    """Who lives in so many stairwells: totals that can be true together."""
    households = stairwells + luck.randint(0, 15)
    residents = households + luck.randint(10, 60)
    children, alone = luck.randint(0, (residents - households) // 2), luck.randint(0, households // 5)
    elders = alone + luck.randint(0, (residents - children) // 4)
    members, volunteers, owners = luck.randint(0, residents // 6), luck.randint(0, residents // 6), luck.randint(households // 2, households)
    return Census(
        residents=residents, households=households, registered=luck.randint(0, residents), children=children, elders=elders, elders_alone=alone,
        housebound=luck.randint(0, elders), members=members, in_service=luck.randint(0, members // 2), volunteers=volunteers,
        member_volunteers=luck.randint(0, min(members, volunteers)), owners=owners, away=luck.randint(0, owners // 4), shops=luck.randint(0, 6),
    )  # fmt: skip


def compound(name, luck):
    return Compound(
        name=name, count=luck.randint(1, 2), buildings=luck.randint(1, 3), stairwells=luck.randint(1, 3), floors=luck.randint(1, 9),
        age=luck.uniform(0.0, 60.0), lifts=luck.randint(0, 1), company=luck.random() < 0.5,
    )  # fmt: skip


def village(number):
    """A small community of its own, with knobs near and far, under some of the mechanisms."""
    luck = Random(number)
    kinds = tuple(compound(name, luck) for name in "abc"[: luck.randint(1, 3)])
    strengths = {name: luck.choice([1.0, 1.0, 0.5, 0.0, None]) for name in mechanisms.names()}  # None: there is none
    governing = {name: replace(turning(mechanisms.named(name)(), 3, luck), strength=s) for name, s in strengths.items() if s is not None}
    scenario = Scenario(
        name=f"village {number}", days=luck.randint(30, 120), community=census(sum(k.count * k.buildings * k.stairwells for k in kinds), luck),
        compound=kinds, mechanisms=governing, issues=turning(BUSY, 8, luck), **EAGER,
    )  # fmt: skip
    return turning(scenario, 6, luck, OWN_WAYS)


VILLAGES = 40

# ---------------------------------------------------------------------------------------------------------------- promises


def test_columns_tell_the_same_days_as_people():
    """Dozens of villages; and between them everything happens that can, by everybody who can do it."""
    seen = set()
    for number in range(VILLAGES):
        seen |= alike(village(number), number)
    told, done, spot, agreed, consented = (WHAT[what] for what in (twin.WAS_TOLD, twin.DONE, twin.ON_THE_SPOT, twin.AGREED, twin.CONSENTED))
    hands = {(name, what) for name in ("building_captains", "grid_patrol", "party_volunteers") for what in (told, spot, done)}
    tables = {(name, agreed) for name in ("grid_patrol", "joint_council", "mediation_room")}
    promised = {(None, what) for what in WHAT if what != spot} | hands | tables | {("consent_campaign", consented)} | {(name, "hours") for name in mechanisms.names()}
    assert promised - seen == set(), "these never happened in any village"


@pytest.mark.parametrize("town", [YARD, ESTATE, STORM], ids=lambda town: town.name)
def test_a_year_is_told_alike(town):
    alike(replace(governed(town, *mechanisms.names()), days=365), "year")
