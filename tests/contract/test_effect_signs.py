"""In the shipped cases, effects have the signs that the reports describe.

Claims about many runs are tested on fixed seeds against a bound set beforehand. `is_positive` is Student's
one-sided test at one per cent; counts are tested against a fair coin. The numbers are printed.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scenarios import raise_rates, with_mechanisms
from scipy.stats import binom, t

from cogov.agents.committee import CommitteeParameters
from cogov.agents.party_members import PartyMemberParameters
from cogov.agents.resident_parameters import ResidentParameters
from cogov.agents.volunteers import VolunteerParameters
from cogov.model.issues.issue_table import AGREED, CONSENTED
from cogov.model.measures import summary
from cogov.model.mechanisms.building_captains import BuildingCaptains
from cogov.model.scenarios.cases import read_case
from cogov.model.scenarios.census import Census
from cogov.model.scenarios.scenario import Compound, Scenario
from cogov.model.simulate import days, simulate


def is_positive(differences):
    """Return whether the mean over seeds is above zero, at one per cent of Student's one-sided test."""
    d = np.asarray(differences, float)
    return d.mean() > t.ppf(0.99, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))


def simulate_seeds(scenario, seeds):
    return [simulate(scenario, "signs", seed) for seed in range(seeds)]


def year_ends(run, name):
    """Return a daily measure on the last day of every year."""
    return run.series[name][364::365]


# ---------------------------------------------------------------------------------------- shuian, and guiyuan


def test_shuian_with_nothing_switched_on_piles_up_without_bound():
    """In each of the years two to four, and in all but one of eight seeds.

    The growth does not slow down: no year adds less than half of what another adds.
    """
    open_ = np.array(
        [
            year_ends(run, "open")
            for run in simulate_seeds(replace(with_mechanisms(read_case("shuian")), days=4 * 365), 8)
        ]
    )
    grown = np.diff(open_, axis=1)
    print(
        "\nbacklog at each year's end",
        open_.mean(axis=0),
        "grown by",
        grown.mean(axis=0),
        "least",
        grown.min(axis=0),
    )
    for year in range(3):
        assert np.count_nonzero(grown[:, year] > 0) >= 7  # a fair coin: 4 %
        assert is_positive(grown[:, year])
    assert is_positive(grown[:, 2] - grown[:, 0] / 2)


@pytest.mark.slow
def test_a_second_mechanism_that_needs_the_same_hands_helps_less():
    """In guiyuan, members have few evenings.

    The mediators settle fewer quarrels more when visits send members from door to door.
    """
    arms = ((), ("mediation_room",), ("home_visits",), ("mediation_room", "home_visits"))
    settled = [
        [
            np.count_nonzero(run.history["what"] == AGREED)
            for run in simulate_seeds(with_mechanisms(read_case("guiyuan"), *arm), 20)
        ]
        for arm in arms
    ]
    nobody, room, visits, both = np.array(settled, float)
    print("\nissues agreed on: nobody, room, visits, both", np.mean(settled, axis=1))
    assert is_positive(room - nobody)
    assert is_positive((room - nobody) - (both - visits))


# -------------------------------------------------------------------------------------------------- wuzi yard

NEVER = 10_000


def days_of_signing(scenario, seed):
    """Return the days from a project's first day of signing until its rule is met; NEVER within two years."""
    project = None
    for world in days(scenario, "signs", seed):
        active = world.projects.active[0]
        if project is None and active >= 0:
            project, begun = active, world.day
        elif project is not None and (active != project or world.day - begun > 730):
            met = world.history()[
                (world.history()["issue"] == project) & (world.history()["what"] == CONSENTED)
            ]
            return int(met["day"][0]) - begun if len(met) else NEVER
    raise AssertionError(f"seed {seed}: no project began in good time")


def signings(seeds, *mechanisms, **own):
    """Return `days_of_signing` for each seed.

    The renewal is soon on the agenda, nothing else needs signatures, and no project lapses.
    """
    yard = replace(
        raise_rates(read_case("wuzi_yard"), yard_renewal=4.0, lift_adding=0.0, mains_replacement=0.0),
        days=4 * 365,
    )
    renewal = replace(yard.issues["yard_renewal"], lapse_days=0.0)
    yard = replace(yard, issues=yard.issues | {"yard_renewal": renewal})
    yard = with_mechanisms(yard, *mechanisms, **own)
    return np.array([days_of_signing(yard, seed) for seed in range(seeds)])


def test_a_campaign_without_captains_stalls_short_of_every_household():
    """For two years, in most of 24 seeds.

    At most seven succeed, as a fair coin would with a chance of 3 %.
    """
    assert binom.cdf(7, 24, 0.5) < 0.033
    alone = signings(24, "consent_campaign")
    print("\ndays to every signature, alone", np.sort(alone))
    assert np.count_nonzero(alone < NEVER) <= 7


def test_with_captains_it_gets_there():
    """In at least 22 of 24 seeds, as an event of probability three quarters would with a chance of 4 %."""
    assert binom.sf(21, 24, 0.75) < 0.041
    captains = signings(
        24, "consent_campaign", building_captains=read_case("wuzi_yard").mechanisms["building_captains"]
    )
    print("\ndays to every signature, with captains", np.sort(captains))
    assert np.count_nonzero(captains < NEVER) >= 22


# ------------------------------------------------------------------------------------------ a smaller guiyuan


def guiyuan(staff=1.2):
    """Return a tenth of guiyuan, its yards without property companies, for two years.

    Of its twelve grid workers it has one: idle ones help at the desk, so that twelve would leave no shortage.
    """
    case = read_case("guiyuan")
    return replace(
        case,
        days=2 * 365,
        grid_workers=replace(case.grid_workers, full_time=1),
        community=Census(
            residents=1600,
            registered=1080,
            households=640,
            children=190,
            elders=420,
            elders_alone=70,
            housebound=16,
            members=42,
            in_service=18,
            volunteers=60,
            member_volunteers=14,
            owners=370,
            away=30,
            shops=30,
        ),
        compound=(
            Compound(name="wuzi yard", buildings=5, stairwells=2, age_years=32.0),
            Compound(name="old yards", count=2, buildings=8, age_years=30.0),
        ),
        committee=CommitteeParameters(staff=staff, budget_yuan=30_000.0, fund_yuan=5000.0),
    )


STEPS = {
    "staff": [with_mechanisms(guiyuan(staff)) for staff in (0.1, 0.4, 2.4)],
    "mechanisms": [
        with_mechanisms(guiyuan(), *names)
        for names in ((), ("party_volunteers",), ("party_volunteers", "building_captains"))
    ],
}


@pytest.mark.parametrize("by", STEPS)
def test_a_community_that_is_better_served_reports_more(by):
    """Any mechanism that serves it better raises reporting in the second year.

    Both the number of reported issues and their share of those that arise are higher.
    """
    seen = []
    for scenario in STEPS[by]:
        arm = simulate_seeds(scenario, 8)
        seen.append(
            [
                [
                    summary(run)["resolution_rate"],
                    np.diff(year_ends(run, "reported"))[0],
                    np.mean(run.issues["reported_day"] >= 0),
                ]
                for run in arm
            ]
        )
    for before, after in zip(np.array(seen), np.array(seen)[1:]):
        print(
            f"\n{by}: resolved in time, told in the year, share told",
            before.mean(axis=0).round(3),
            "->",
            after.mean(axis=0).round(3),
            end="",
        )
        assert all(is_positive(after[:, column] - before[:, column]) for column in range(3))


# ---------------------------------------------------------------------------------------------- slack, lively

YARD = Scenario(
    name="yard",
    days=5 * 365,
    community=Census(
        residents=1500,
        households=600,
        registered=1000,
        children=180,
        elders=400,
        elders_alone=60,
        housebound=15,
        members=60,
        in_service=20,
        volunteers=80,
        member_volunteers=20,
        owners=400,
        away=30,
        shops=10,
    ),
    compound=(Compound(count=2, buildings=10, age_years=30.0),),
    committee=CommitteeParameters(staff=1.1, budget_yuan=20_000.0, fund_yuan=5000.0),
    party_members=PartyMemberParameters(
        retired_duty_logit=2.5, in_service_duty_logit=0.5
    ),  # where duty alone brings few, what people see decides
    volunteers=VolunteerParameters(duty_logit=1.5),
)


READY = 6.0  # times readier to report than the model assumes


@cache
def trust(at_first, *, trust_logit=8.0, threshold=8.0, ready=READY, seeds=10, **mechanisms):
    """Return trust in the committee at the end of each of five years, by seed; (seeds, 5).

    The yard begins with the given trust. Giving depends more on trust than the model assumes: without it
    fewer give. Neighbours are `ready` times as ready to report.
    """
    felt = replace(
        YARD.residents,
        trust_committee=at_first,
        trust_company=at_first,
        trust_neighbours=at_first,
        trust_logit=trust_logit,
        volunteering_threshold_logit=threshold,
    )
    issues = {n: replace(one, report_rate=one.report_rate * ready) for n, one in YARD.issues.items()}
    yard = with_mechanisms(replace(YARD, residents=felt, issues=issues), "party_volunteers", **mechanisms)
    return np.array([year_ends(run, "trust_committee") for run in simulate_seeds(yard, seeds)])


def test_the_slack_community_and_the_lively_one_both_persist():
    """The same yard and parameters, with two initial states.

    With a memory of four months they would converge within a year if nothing kept them apart. The lively one
    loses trust over the years, for what nobody attends to counts three times; with every seed and in every
    year it remains above the slack one.
    """
    slack, lively = trust(0.1), trust(0.85)
    print(
        "\ntrust at each year's end: slack",
        slack.mean(axis=0).round(2),
        "lively",
        lively.mean(axis=0).round(2),
    )
    assert (slack < 0.45).all() and (lively > slack).all()
    assert is_positive(lively[:, -1] - slack[:, -1] - 0.1)


def test_where_giving_depends_less_on_trust_both_communities_become_alike():
    """With the default weight of trust nothing keeps them apart for five years: both end in between."""
    k = ResidentParameters()
    slack, lively = (
        trust(at_first, trust_logit=k.trust_logit, threshold=k.volunteering_threshold_logit)
        for at_first in (0.1, 0.85)
    )
    print("\ntrust at each year's end:", slack.mean(axis=0).round(2), lively.mean(axis=0).round(2))
    assert is_positive(0.1 - (lively - slack)[:, -1]) and is_positive(slack[:, -1] - trust(0.1)[:, -1] - 0.1)


def test_where_little_is_reported_the_lively_community_becomes_slack():
    """With the default readiness to report, in the same yard: what nobody reports stays open, and counts."""
    slack, lively = (trust(at_first, ready=1.0) for at_first in (0.1, 0.85))
    print("\ntrust at each year's end:", slack.mean(axis=0).round(2), lively.mean(axis=0).round(2))
    assert is_positive(0.1 - (lively - slack)[:, -1]) and is_positive(0.3 - lively[:, -1])


def test_captains_wake_the_slack_community_but_not_for_good():
    """If they are in post from the start, within a year it trusts far more than without them.

    They step down over the years, and where hardly anybody trusts nobody follows; the same holds where the
    committee must find them first.
    """
    in_post, begins = (BuildingCaptains(in_post_share=share) for share in (1.0, 0.0))
    woken, sought, slack = (
        trust(0.1, seeds=30, building_captains=in_post),
        trust(0.1, seeds=30, building_captains=begins),
        trust(0.1, seeds=30),
    )
    print(
        "\ntrust at each year's end, with captains", woken.mean(axis=0).round(2), sought.mean(axis=0).round(2)
    )
    assert is_positive(woken[:, 0] - slack[:, 0] - 0.1) and is_positive(woken[:, 0] - woken[:, -1])
    assert is_positive(woken[:, -1] - slack[:, -1]) and is_positive(0.1 - (sought - slack)[:, -1])


# ------------------------------------------------------------------------------------------------------ hands


def evenings(tiring, seed):
    """Return the evenings that each resident gave in two years; (residents,)."""
    tired = replace(YARD.residents, fatigue_per_evening=tiring)
    given = 0
    for world in days(
        with_mechanisms(replace(YARD, days=730, residents=tired), "party_volunteers"), "signs", seed
    ):
        if world.day % 7 == 0:
            given = given + world.residents.gives
    return given


def share_of_top(given, share):
    """Return the share of all evenings given by the most active `share` of those who ever gave one."""
    keen = np.sort(given[given > 0])[::-1]
    return keen[: round(share * len(keen))].sum() / keen.sum()


def test_a_few_give_most_and_giving_tires():
    """A quarter of those who ever help give more than half of the evenings.

    If nobody tired, more would be given; if they tired sooner, fewer.
    """
    given = {tiring: [evenings(tiring, seed) for seed in range(24)] for tiring in (0.0, 0.1, 0.5)}
    shares = np.array([[share_of_top(one, 0.1), share_of_top(one, 0.25)] for one in given[0.1]])
    number = {tiring: np.array([one.sum() for one in many]) for tiring, many in given.items()}
    print(
        "\nshare of evenings by the keenest tenth and quarter",
        shares.round(2).tolist(),
        "evenings by tiring",
        number,
    )
    assert is_positive(shares[:, 1] - 0.5)
    assert is_positive(np.log(number[0.0] / number[0.1])) and is_positive(np.log(number[0.1] / number[0.5]))
