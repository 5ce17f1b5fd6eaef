"""What is true at the end of every day, under any mechanisms.

No issue or money is lost, nothing is created from nothing, no step is skipped.
"""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scenarios import STORM, WORLDS, YARD, with_mechanisms

from cogov.agents.population import SLOTS
from cogov.engine.codes import (
    CHILD,
    DESK_COMPANY,
    DESK_DEPARTMENT,
    DESK_NONE,
    DOUBTS,
    NOT_MET,
    OBJECTS,
    SIGNED,
    TRUST_COMPANY,
)
from cogov.engine.randomness import RandomNumbers
from cogov.model import mechanisms
from cogov.model.daily_counts import DAILY, measure_today
from cogov.model.issues import issue_table
from cogov.model.issues.issue_table import (
    AGREED,
    ALLOWED,
    ANSWERED,
    AROSE,
    CEASED,
    CHECKED,
    CONSENTED,
    DONE,
    FAILED,
    FORGOTTEN,
    GAVE_UP,
    LAPSED,
    LEFT,
    MONEY,
    ON_THE_SPOT,
    PAID,
    REOPENED,
    REPORTED,
    REPORTED_AGAIN,
    RESOLVED,
    SIGN,
    STATES,
    TABLE,
    TAKEN,
    UNKNOWN,
    UPWARD,
    VERIFIED,
    WAS_REPORTED,
    WHAT,
    WITHDRAWN,
    WORK,
)
from cogov.model.issues.reporting import A_DAY, MOST
from cogov.model.resources import allocation
from cogov.model.resources.calendar import YEAR, almanac
from cogov.model.resources.ledger import PAYERS
from cogov.model.resources.levers import (
    ALL,
    COMMITTEE,
    MEMBER,
    POOLS,
    PROPERTY,
    ROLES,
    VOLUNTEER,
    YUAN,
)
from cogov.model.simulate import build_community, days, simulate
from cogov.model.world import start_run

NAMES = mechanisms.list_mechanisms()


@dataclass(frozen=True)
class Benefactor(mechanisms.Mechanism):
    """Gives money on Mondays and an hour to everybody, and charges for it."""

    pulls = ("money", "supply")

    @staticmethod
    def ask(m, w):
        m.want[YUAN, ALL], m.want[COMMITTEE, ALL] = 1.234, 0.1
        m.want[PROPERTY, :-1] = np.where(w.crews > 0, 0.05, 0.0)

    @staticmethod
    def pull(m, w):
        m.lever.money[0] = 33.333 * (w.day % 7 == 1)
        m.lever.supply[:] = np.arange(len(POOLS)) / 3


GOVERNED = {"nobody": [], "everybody": NAMES, **{name: [name] for name in NAMES}}
# much is reported, forgotten and done again
HASTY = replace(
    STORM,
    projects=replace(STORM.projects, vote_term_days=20, retry_after_days=5),
    committee=replace(STORM.committee, staff=4.0, check_after_days=1, forgetting_rate=0.1, rework_share=0.2),
)
HASTY = replace(
    HASTY,
    issues={
        name: replace(one, reopen_share=0.5, report_rate=0.3, patience_days=20.0)
        for name, one in HASTY.issues.items()
    },
)
EVERY = {
    **{f"storm-{who}": with_mechanisms(STORM, *by) for who, by in GOVERNED.items()},
    **{
        f"{place}-{who}": with_mechanisms(WORLDS[place], *GOVERNED[who])
        for place in ("estate", "yard")
        for who in ("nobody", "everybody")
    },
    "storm-benefactor": with_mechanisms(STORM, *NAMES, benefactor=Benefactor(strength=0.7)),
    "hasty-everybody": with_mechanisms(HASTY, *NAMES),
}
# those that run in the slow tests; all of them are in "everybody"
ALONE = {f"storm-{name}" for name in NAMES[::2]}
every_world = pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(scenario, id=name, marks=[pytest.mark.slow] if name in ALONE else [])
        for name, scenario in EVERY.items()
    ],
)


def rows(world):
    """Return every issue there has been, in the order of its id."""
    all_ = np.concatenate([world.issues, world.ended[: world.gone[0]]])
    return all_[np.argsort(all_["id"])]


# --------------------------------------------------------------------------------------------- nobody is lost


@every_world
def test_every_issue_that_arose_is_somewhere(scenario):
    """Arisen = open + resolved + withdrawn + lapsed, of all issues and of those ever reported.

    It holds in the columns and in the measures. Measures leave out issues of no desk, and nothing else.
    """
    told = set()
    seen = 0
    nobodys = {n for n, one in enumerate(scenario.issues.values()) if not one.done_by}
    for world in days(scenario, 1):
        measured = dict(zip(DAILY, measure_today(world)))
        everything, lines = rows(world), world.history()
        assert len(everything) == world.clocks.number.sum()
        at_desks = ~np.isin(everything["category"], list(nobodys))
        assert np.array_equal(at_desks, everything["desk"] != DESK_NONE)
        all_ = everything[at_desks]
        state, ever = all_["state"], all_["reported_day"] >= 0
        told |= set(lines["issue"][seen:][lines["what"][seen:] == WAS_REPORTED].tolist())
        seen = len(lines)
        open_, done = state < RESOLVED, (state == RESOLVED) | (state == VERIFIED)
        parts = {"open": open_, "resolved": done, "withdrawn": state == WITHDRAWN, "lapsed": state == LAPSED}
        assert {name: int(part.sum()) for name, part in parts.items()} == {
            name: measured[name] for name in parts
        }
        assert sum(int(part.sum()) for part in parts.values()) == measured["arisen"] == len(all_)
        assert (
            sum(int((part & ever).sum()) for part in parts.values())
            == measured["reported"]
            == len(told & set(all_["id"].tolist()))
        )
        assert (
            measured["unknown"]
            == (state == UNKNOWN).sum()
            == world.backlog().sum() - ((state > UNKNOWN) & open_).sum()
        )
    assert measured["arisen"] > 20


@every_world
def test_littles_law_to_the_day(scenario):
    """Little's law in whole numbers, L = lambda W.

    The days for which issues were open are the same, added up by day or by issue from its history.
    """
    run = simulate(scenario, 1)
    opened, closed = Counter(), Counter()
    for line in run.history:
        if line["what"] in (AROSE, REOPENED):
            opened[int(line["issue"])] += run.days + 1 - int(line["day"])  # from that evening to the last one
        elif line["what"] in (DONE, GAVE_UP, CEASED):
            closed[int(line["issue"])] += run.days + 1 - int(line["day"])
    each = {id_: opened[id_] - closed[id_] for id_ in opened}
    counted = run.issues["id"][run.issues["desk"] != DESK_NONE].tolist()
    assert min(each.values()) >= 0 and sum(each[id_] for id_ in counted) == run.series["open"].sum() > 0
    assert set(opened) == set(run.issues["id"].tolist())


# ----------------------------------------------------------------------------------------- nothing is skipped

FROM = {  # event -> states it can happen in; and the state it leads to, where there is only one
    WAS_REPORTED: ({UNKNOWN}, REPORTED),
    TAKEN: ({REPORTED}, None),
    AGREED: ({TABLE}, None),
    CONSENTED: ({SIGN}, None),
    PAID: ({MONEY}, None),
    ANSWERED: ({UPWARD}, WORK),
    DONE: ({REPORTED, WORK}, RESOLVED),
    CHECKED: ({RESOLVED}, VERIFIED),
    REOPENED: ({RESOLVED}, WORK),
    FORGOTTEN: ({REPORTED, TABLE}, UNKNOWN),
    GAVE_UP: ({REPORTED, TABLE, MONEY}, WITHDRAWN),
    CEASED: (set(range(WORK + 1)), LAPSED),
    LEFT: ({REPORTED, TABLE, MONEY}, UNKNOWN),
    FAILED: ({SIGN}, SIGN),
}


def needs(issue, category):
    """Return the stages of an issue's own path, in order."""
    return [
        stage
        for stage, needed in (
            (TABLE, issue["sittings_needed"] > 0),
            (SIGN, category.consent_rule),
            (MONEY, round(category.cost_yuan * 100)),
            (UPWARD, issue["department_days"]),
        )
        if needed
    ] + [WORK]


class Story:
    """An issue as its history describes it."""

    def __init__(self, day):
        self.state, self.arose_day = UNKNOWN, day
        self.reported_day = self.taken_in_day = self.resolved_day = self.found_by = self.resolved_by = (
            self.reporter
        ) = -1
        self.reports = self.reopened = 0
        self.paid = False

    def goes_on(self, line, road):
        """Apply one more line; `road` are the stages that this issue needs."""
        what, day, by, who = (int(line[name]) for name in ("what", "day", "by", "who"))
        if what in (REPORTED_AGAIN, WAS_REPORTED):
            self.reports += 1
        if what == REPORTED_AGAIN:
            assert UNKNOWN < self.state < RESOLVED, f"seconded when {STATES[self.state]}"
            return
        if what == ON_THE_SPOT:
            assert self.state in (REPORTED, WORK) and self.taken_in_day < 0
            self.taken_in_day = day
            return
        within, to = FROM[what]
        assert self.state in within, f"{WHAT[what]} when {STATES[self.state]}"
        if to is None:
            to = next(stage for stage in road if stage > self.state and not (stage == MONEY and self.paid))
        assert to in ALLOWED[self.state], f"{STATES[self.state]} -> {STATES[to]}"
        if what == WAS_REPORTED:
            self.reporter = who
        if what == WAS_REPORTED and self.reported_day < 0:
            self.reported_day, self.found_by = day, by
        if what == TAKEN and self.taken_in_day < 0:
            self.taken_in_day = day
        if what == DONE:
            self.resolved_day, self.resolved_by = day, by
        if what == REOPENED:
            self.resolved_day, self.reopened = -1, self.reopened + 1
        self.paid |= what == PAID
        self.state = to


COLUMNS = (
    "state",
    "arose_day",
    "reported_day",
    "taken_in_day",
    "resolved_day",
    "found_by",
    "resolved_by",
    "reporter",
    "reports",
    "reopened",
)


@every_world
def test_history_tells_the_same_as_the_columns_and_skips_no_step(scenario):
    """Replay the history line by line.

    Every step is allowed, is the next that the issue needs, and ends each day in the state of the columns.
    """
    stories, seen, lists = {}, 0, list(scenario.issues.values())
    for world in days(scenario, 1):
        all_, lines = rows(world), world.history()
        at = {int(issue["id"]): issue for issue in all_}
        for line in lines[seen:]:
            id_ = int(line["issue"])
            assert line["day"] == world.day
            if line["what"] == AROSE:
                assert id_ not in stories, "an id for two"
                stories[id_] = Story(world.day)
            else:
                stories[id_].goes_on(line, needs(at[id_], lists[at[id_]["category"]]))
        seen = len(lines)
        for name in COLUMNS:
            told = np.array([getattr(stories[id_], name) for id_ in at])
            wrong = np.flatnonzero(told != all_[name])
            assert not len(wrong), (
                f"day {world.day}: issue {all_['id'][wrong[0]]}: {name} is {all_[name][wrong[0]]}, "
                f"its history says {told[wrong[0]]}"
            )
    assert seen > 60


def test_every_step_that_is_allowed_is_taken_somewhere():
    """Otherwise the test above could not detect that it is skipped; and no possible event is left out."""
    happened = set()
    for scenario in EVERY.values():
        happened |= set(simulate(scenario, 1).history["what"].tolist())
    assert {WHAT[what] for what in set(range(len(WHAT))) - happened} == set()


# --------------------------------------------------------------------------------- nothing is made of nothing


def count_promised(people):
    """Count the evenings promised by members and by others."""
    return np.array([np.sum(people.evenings[people.member]), np.sum(people.evenings[~people.member])])


@every_world
def test_nobody_works_longer_than_there_are_hours(scenario):
    """Hours granted to mechanisms and worked by desks, each day and by payer, are within what exists.

    The limits are computed again from the scenario.
    """
    s, before = scenario, None
    first_week = start_run(build_community(scenario), scenario, RandomNumbers(1))
    pledged, more, saved = count_promised(first_week.residents), np.zeros(len(POOLS)), np.zeros(2)
    for world in days(scenario, 1):
        own = {
            "committee": s.committee.staff * s.committee.shift_hours,
            "grid": s.grid_workers.full_time * s.grid_workers.shift_hours
            + s.grid_workers.part_time * s.grid_workers.part_time_hours,
            "member": pledged[0] * s.party_members.evening_hours / 7,
            "volunteer": pledged[1] * s.volunteers.evening_hours / 7,
        }
        pools = [own.get(role, 0.0) for role in POOLS] + more
        there = (
            np.array([world.crews.sum(), *pools, s.departments.daily_hours])
            * almanac(s, world.day // YEAR, RandomNumbers(1).key("leave"))[1][world.day % YEAR]
        )
        there[[MEMBER, VOLUNTEER]] += saved
        now = world.ledger.hours.copy()
        today_ = now if before is None else now - before
        assert np.all(today_ >= 0)
        assert np.all(today_.sum(axis=0) <= there * (1 + 1e-12) + 1e-9), dict(
            zip(PAYERS, today_.sum(axis=0) - there)
        )
        assert {payer for payer, hours in zip(PAYERS, today_[-1]) if hours} <= {
            "property",
            "grid",
            "committee",
            "departments",
        }, "desks have no evenings"
        before = now
        week = 7 * np.array([own["member"], own["volunteer"]])
        saved = np.minimum((there - today_.sum(axis=0))[[MEMBER, VOLUNTEER]].clip(0), week * 6 / 7)
        assert world.saved.tolist() == pytest.approx(saved.tolist())
        people = world.residents
        pledged = count_promised(people)
        more = sum((hand.lever.supply for hand in world.hands.values()), np.zeros(len(POOLS)))
        assert world.more.tolist() == pytest.approx(more.tolist())
        assert world.mood.pledged.tolist() == pledged.tolist()
    assert now.sum() > 10


def grant_shares(supply, asks, compounds=3, first=()):
    """Return the share that each gets in each compound, from the hours available and the hours requested.

    Mechanisms in `first` have a first claim.
    """
    roles = (*ROLES, "yuan")
    have = np.array([float(np.sum(supply.get(role, 0.0))) for role in roles])
    wants, shares = np.zeros((len(asks), 7, compounds + 1)), np.zeros((len(asks), compounds + 1))
    for want, ask in zip(wants, asks.values()):
        for role, hours_ in ask.items():
            want[roles.index(role), slice(0, -1) if isinstance(hours_, np.ndarray) else ALL] = hours_
    claims, crews = np.isin([*asks], first), supply.get("property", np.zeros(compounds))
    allocation.grant(wants, shares, np.ones(len(asks)), claims, have, crews)
    assert np.array_equal(shares[:, ALL], shares[:, :-1].min(axis=1))
    return {name: share[:-1].tolist() for name, share in zip(asks, shares)}


def test_scarce_hours_are_all_given_out_and_in_proportion():
    supply = {"property": np.array([1.0, 0.0, 4.0]), "committee": 3.0, "member": 9.0, "yuan": 10.0}
    asks = {
        "a": {"committee": 4.0},
        "b": {"committee": 2.0, "property": np.array([2.0, 0.0, 2.0])},
        "c": {"grid": 1.0, "yuan": 1.0},
        "d": {"yuan": 4.0},
        "e": {},
    }
    assert grant_shares(supply, asks) == {
        "a": [0.5] * 3,
        "b": [0.5] * 3,
        "c": [0.0] * 3,
        "d": [1.0] * 3,
        "e": [1.0] * 3,
    }
    both = grant_shares(
        supply, {"a": {"property": np.array([2.0, 0.0, 2.0])}, "b": {"property": np.array([2.0, 1.0, 1.0])}}
    )
    assert both == {"a": [0.25, 1.0, 1.0], "b": [0.25, 0.0, 1.0]}


def test_who_asks_a_role_for_nothing_does_not_wait_for_it():
    supply = {"member": 10.0, "volunteer": 1.0, "property": np.array([1.0, 1.0, 1.0])}
    asks = {
        "team": {"volunteer": 10.0, "property": np.full(3, 5.0)},
        "captains": {"member": 2.0, "volunteer": 0.0, "property": np.array([0.0, 0.0, 1.0])},
    }
    assert grant_shares(supply, asks)["captains"] == [1.0, 1.0, 1 / 6]


def test_what_is_promised_to_somebody_is_granted_first():
    """The others share what is left, as if there were no more; those who promised share what there is."""
    asks = {"pairs": {"member": 3.0}, "team": {"member": 4.0}, "room": {"member": 2.0, "committee": 1.0}}
    supply = {"member": 6.0, "committee": 9.0}
    assert grant_shares(supply, asks, 1, ["pairs"]) == {"pairs": [1.0], "team": [0.5], "room": [0.5]}
    assert grant_shares(supply, asks, 1, ["team"])["pairs"] == [0.4]
    supply["member"] = 2.0
    assert grant_shares(supply, asks, 1, ["pairs", "room"]) == {"pairs": [0.4], "team": [0.0], "room": [0.4]}


def test_there_is_no_property_company_of_the_whole_community():
    """Hours requested of one for everybody are granted by nobody, and are not charged."""
    wants, shares = np.zeros((1, 7, 3)), np.zeros((1, 3))
    wants[0, PROPERTY] = 1.0
    allocation.grant(wants, shares, np.ones(1), np.zeros(1, bool), np.full(7, 9.0), np.array([2.0, 0.5]))
    assert wants[0, PROPERTY].tolist() == [1.0, 1.0, 0.0] and shares.tolist() == [[1.0, 0.5, 0.5]]


@every_world
def test_money_to_the_cent(scenario):
    """Each fund, each day: balance, income and grants, less spending.

    Spending is taken from the history and from the ledger, by payer. Here funds pay for lifts, too.
    """
    lifts = replace(scenario.issues["lift_adding"], owners_share=0.0)
    scenario = replace(scenario, issues=scenario.issues | {"lift_adding": lifts})
    price = {name: round((one.cost_yuan - one.subsidy_yuan) * 100) for name, one in scenario.issues.items()}
    start, more, seen = build_community(scenario).funds, 0, 0
    spent = np.zeros(len(start), np.int64)
    for world in days(scenario, 1):
        lines = world.history()[seen:]
        seen += len(lines)
        for paid in lines[lines["what"] == PAID]:
            building, category, _ = issue_table.unpack_id(paid["issue"], scenario.issues)
            c, who = world.buildings.compound[building], paid["who"]
            own = {
                c: price[category],
                len(start) - 1: 0,
                -1: start[c] + world.income[c] * world.day - spent[c],
            }[who]  # -1: all that its compound has
            spent[c] += own
            spent[-1] += price[category] - own
        more += round(sum(hand.lever.money[0] for hand in world.hands.values()) * 100)
        brought = np.append(np.zeros(len(start) - 1, np.int64), more)
        mine = np.append(np.zeros(len(start) - 1, np.int64), world.ledger.fen[:-1].sum())
        assert world.spending.tolist() == (spent + mine).tolist()
        assert world.funds.tolist() == (start + world.income * world.day + brought - world.spending).tolist()
        assert world.funds.min() >= 0
    assert seen > 60


def test_a_benefactor_is_felt_in_the_fund():
    """Otherwise the two tests above would not detect money and hours that are brought in."""
    run = simulate(with_mechanisms(YARD, benefactor=Benefactor()), 1)
    came = run.fen[-1, 1] - simulate(YARD, 1).fen[-1, 1]
    assert came == 22 * 3333
    assert run.ledger.fen[run.names.index("benefactor")] == 150 * 123


def test_the_ledger_knows_what_issues_cost():
    run = simulate(YARD, 1)
    assert run.ledger.fen[-1] == run.fen[:, 2].sum() > 0


# --------------------------------------------------------------------------------- everything keeps its range


def columns(part, path=""):
    """Yield every array in a tuple of columns, by its path."""
    for name, inner in zip(part._fields, part):
        if isinstance(inner, np.ndarray):
            yield f"{path}.{name}", inner
        elif hasattr(inner, "_fields"):
            yield from columns(inner, f"{path}.{name}")


@every_world
def test_everything_keeps_its_range(scenario):
    for world in days(scenario, 1):
        people, homes = world.residents, world.households
        for name in ("trust", "satisfaction", "presence"):
            assert 0 <= getattr(people, name).min() and getattr(people, name).max() <= 1, name
        assert people.fatigue.min() >= 0 and not people.gives[people.band == CHILD].any()
        assert 0 <= people.ties.min() and people.ties.max() <= SLOTS
        assert np.array_equal((people.known >= 0).sum(axis=1), people.ties)
        assert (
            min(homes.knocks.min(), homes.talks.min()) >= 0
            and np.all(homes.talks <= homes.knocks)
            and set(homes.stance) <= {NOT_MET, DOUBTS, SIGNED, OBJECTS}
        )
        assert 0 <= world.used.min() and world.used.max() <= 1 + 1e-12
        now = rows(world)
        assert all(
            now[name].min(initial=0) >= 0
            for name in (
                "reports",
                "reopened",
                "hours_left",
                "sittings_held",
                "report_hazard",
                "next_report_hazard",
                "cost_fen",
            )
        )
        assert np.all(now["hours_left"] <= now["work_hours"])
        lines = world.history()
        times = [
            np.count_nonzero(lines["issue"][lines["what"] == WAS_REPORTED] == one["id"])
            for one in now[now["reports"] > MOST]
        ]
        assert np.all(now["reports"][now["reports"] > MOST] <= MOST + A_DAY * np.array(times, int)), (
            "only who tells anew of what was forgotten comes after so many"
        )
        lately = (
            (f".{table}.{field}", rows_[field])
            for table, rows_ in (("issues", world.issues), ("history", world.history()))
            for field in rows_.dtype.names
        )
        for name, column in (
            *((name, column) for name, column in columns(world.state) if not column.dtype.names),
            *lately,
        ):
            if column.dtype.kind == "f" and name not in (
                ".look",
                ".count",
            ):  # trust in a company is nothing where there is none
                assert not np.isnan(column).any(), name
        measured = dict(zip(DAILY, measure_today(world)))
        assert {name for name, value in measured.items() if np.isnan(value)} == (
            set() if world.compounds.company.any() else {"trust_company"}
        )


@every_world
def test_an_id_is_for_life_and_says_what_and_where(scenario):
    born = {}
    for world in days(scenario, 1):
        now = rows(world)
        assert len(np.unique(now["id"])) == len(now)
        for issue in now[~np.isin(now["id"], list(born))]:
            born[int(issue["id"])] = tuple(issue[name].item() for name in FIXED)
            building, category, number = issue_table.unpack_id(issue["id"], world.categories)
            assert (building, category) == (issue["building"], world.categories[issue["category"]])
            assert 0 <= number < world.clocks.number[building, issue["category"]]
            home = world.households
            if issue["household"] >= 0:
                assert (home.building[issue["household"]], home.stairwell[issue["household"]]) == (
                    building,
                    issue["stairwell"],
                )
            assert (
                world.stairwells.building[issue["stairwell"]] == building
                and world.buildings.compound[building] == issue["compound"]
            )
    assert {
        id_: tuple(issue[name].item() for name in FIXED) for id_, issue in zip(now["id"].tolist(), now)
    } == born


FIXED = (
    "building",
    "stairwell",
    "household",
    "compound",
    "category",
    "family",
    "scope",
    "severity",
    "consent_rule",
    "work_hours",
    "sittings_needed",
    "department_days",
    "arose_day",
)


@pytest.mark.parametrize("world", WORLDS)
def test_the_same_issue_is_the_same_in_every_arm(world):
    """Under any mechanisms, and whenever it arises: the same home, the same work, the same stubbornness."""
    name = [name for name in FIXED if name != "arose_day"]
    plain = {int(i["id"]): i for i in simulate(WORLDS[world], 2).issues}
    for who, by in GOVERNED.items():
        arm = simulate(with_mechanisms(WORLDS[world], *by), 2).issues
        both = [(plain[int(i["id"])], i) for i in arm if int(i["id"]) in plain]
        assert len(both) > 0.75 * len(plain), who
        for a, b in both:
            assert [a[n] for n in name] == [b[n] for n in name]
            assert (
                a["lapse_day"] - a["arose_day"] == b["lapse_day"] - b["arose_day"]
                or a["lapse_day"] == b["lapse_day"] == -1
            )


# ----------------------------------------------------------------------- who did it, and who is blamed for it


def test_who_reports_is_able_to_report():
    told = simulate(with_mechanisms(STORM, *NAMES), 1).issues["reporter"]
    assert (build_community(STORM).residents.voice[told[told >= 0]] > 0).all()


def test_where_there_is_no_company_nobody_comes_to_trust_it():
    pressure = replace(
        YARD.issues["water_pressure"],
        rate=20.0,
        report_rate=2.0,
        work_hours=1.0,
        sittings=0.0,
        cost_yuan=0.0,
        department_days=5.0,
    )
    stay = replace(YARD.residents, owner_moving_rate=0.0, tenant_moving_rate=0.0)
    scenario = replace(YARD, residents=stay, issues={"water_pressure": pressure})
    for world in days(scenario, 1):
        pass
    assert (rows(world)["desk"] == DESK_DEPARTMENT).any() and not (rows(world)["desk"] == DESK_COMPANY).any()
    moved = (
        world.residents.trust[:, TRUST_COMPANY] - build_community(scenario).residents.trust[:, TRUST_COMPANY]
    )
    assert not moved.any() and not world.mood.good[:, TRUST_COMPANY].any()


def test_an_issue_may_come_back_as_often_as_it_likes():
    litter = replace(
        YARD.issues["litter"],
        rate=1.4,
        reopen_share=1.0,
        report_rate=5.0,
        work_hours=0.5,
        recurrence=0.0,
        lapse_days=0.0,
    )
    often = replace(
        YARD,
        days=300,
        committee=replace(YARD.committee, check_after_days=1, staff=50.0),
        issues={"litter": litter},
    )
    run = simulate(often, 1)
    assert run.issues["reopened"].min() >= 0
    assert run.issues["reopened"].sum() == np.sum(run.history["what"] == REOPENED)


def test_what_was_forgotten_can_always_be_reported_again():
    litter = replace(
        YARD.issues["litter"],
        rate=0.35,
        report_rate=20.0,
        recurrence=0.0,
        lapse_days=0.0,
        patience_days=5000.0,
    )
    leaky = replace(
        YARD,
        days=200,
        issues={"litter": litter},
        residents=replace(YARD.residents, repeat_report_factor=1.0),
        committee=replace(YARD.committee, staff=0.0, forgetting_rate=1.0),
    )
    run = simulate(leaky, 1)
    last = {
        int(line["issue"]): int(line["day"]) for line in run.history if line["what"] in (WAS_REPORTED, AROSE)
    }
    unknown = run.issues["id"][run.issues["state"] == UNKNOWN]
    assert [int(id_) for id_ in unknown if last[int(id_)] < run.days - 20] == []
