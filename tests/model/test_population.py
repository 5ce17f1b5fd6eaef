"""People are who their random numbers say: the kernels that draw them agree with whole columns in NumPy."""

from dataclasses import replace

import numpy as np
import pytest

from cogov.agents.population import choose_exactly
from cogov.engine.codes import ADULT, CHILD, ELDER, LAW, NO_SKILL
from cogov.engine.randomness import RandomNumbers, derive_key, exponential
from cogov.engine.texts.errors import UserError
from cogov.model.resources.calendar import CalendarParameters, share_filled
from cogov.model.scenarios.cases import read_case
from cogov.model.simulate import build_community

DRAW = RandomNumbers("choice")


def lowest(count, eligible, score):
    """The `count` eligible rows of lowest score, the first of equals: by sorting all of them."""
    rows = np.flatnonzero(eligible)
    chosen = np.zeros(len(eligible), bool)
    chosen[rows[np.argsort(score[rows], kind="stable")[:count]]] = True
    return chosen


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 1000, 20_000])
@pytest.mark.parametrize("lead", [0.0, 0.6, 1.0])
def test_those_of_lowest_score_are_chosen(n, lead):
    who = np.arange(n)
    eligible, favoured = DRAW("may", who) < 0.7, DRAW("like", who) < 0.3
    score = DRAW("lot", who) - lead * favoured
    most = np.count_nonzero(eligible)
    for count in {0, min(1, most), most // 3, max(most - 1, 0), most}:
        chosen = choose_exactly(count, eligible, DRAW.key("lot"), "number", favoured, lead)
        assert np.array_equal(chosen, lowest(count, eligible, score))
    with pytest.raises(UserError, match=f"number = {most + 1}; at most {most}"):
        choose_exactly(most + 1, eligible, DRAW.key("lot"), "number", favoured, lead)


@pytest.fixture(scope="module")
def lianhe():
    scenario = read_case("lianhe")
    return scenario, build_community(scenario), RandomNumbers("community", scenario.name)


def test_the_census_chooses_by_the_lot(lianhe):
    scenario, community, draw = lianhe
    census, people, homes = scenario.community, community.residents, community.households
    who, size = np.arange(census.residents), np.diff(homes.first)
    head = np.isin(who, homes.first[:-1])
    child = lowest(census.children, ~head, draw("born child", who))
    assert np.array_equal(people.band == CHILD, child)
    away, let = homes.away[people.home], ~homes.owner[people.home]
    migrants = census.residents - census.registered
    assert np.array_equal(
        ~people.registered, lowest(migrants, who >= 0, draw("born migrant", who) - 0.6 * let)
    )
    working = (people.band == ADULT) & ~away
    assert np.array_equal(people.in_service, lowest(census.in_service, working, draw("born in service", who)))
    retired = lowest(
        census.members - census.in_service,
        ~child & ~away & ~people.in_service,
        draw("born member", who) - (people.band == ELDER),
    )
    assert np.array_equal(people.member, people.in_service | retired)
    assert np.array_equal(
        people.housebound, lowest(census.housebound, people.band == ELDER, draw("born housebound", who))
    )
    assert size.sum() == census.residents and size.min() == 1


def test_what_the_census_leaves_open_is_drawn(lianhe):
    scenario, community, draw = lianhe
    people, homes, k = community.residents, community.households, scenario.residents
    who, home = np.arange(len(people.home)), people.home
    child, elder = people.band == CHILD, people.band == ELDER
    usual = np.where(
        homes.away[home], k.absentees_at_home, np.where(elder, k.elders_at_home, k.adults_at_home)
    )
    presence = np.clip(usual * (0.9 + 0.2 * draw("born presence", who)), 0, 1)
    assert np.array_equal(people.presence, presence.astype(np.float32))
    u, v = draw("born ready", who * 2), draw("born ready", who * 2 + 1)
    normal = np.sqrt(-2.0 * np.log1p(-u)) * np.cos(2.0 * np.pi * v)
    voice = np.exp(k.report_spread_log * normal - k.report_spread_log**2 / 2.0) * ~child
    voice *= np.where(homes.owner[home], 1.0, k.tenant_report_factor)
    voice *= np.where(people.registered, 1.0, k.migrant_report_factor)
    voice *= np.where(elder, k.elder_report_factor, 1.0)
    assert people.voice == pytest.approx(voice, rel=1e-6)
    odds = draw("born zeal", who)
    zeal = np.where(child, -1000.0, k.volunteering_spread_logit * np.log(odds / (1.0 - odds)))
    assert people.zeal == pytest.approx(zeal, rel=1e-5, abs=1e-6)
    trade = (draw("born skill", who) / k.skilled_share).astype(int) + 1
    assert np.array_equal(people.skill, np.where(~child & (trade <= LAW), trade, NO_SKILL))
    mean = np.array([k.trust_committee, k.trust_company, k.trust_neighbours])
    noise = np.stack([draw("born trust", who * 3 + kind) for kind in range(3)], axis=1) - 0.5
    trust = np.clip(mean + k.trust_spread * noise, 0, 1)
    assert np.array_equal(people.trust, trust.astype(np.float32))
    at = community.buildings.compound[people.building]
    grown = ~child & (people.presence > 0)
    for compound, share in enumerate(community.around):
        assert share == pytest.approx(people.presence[grown & (at == compound)].mean(dtype=float))


def test_posts_are_vacant_for_the_days_after_each_departure():
    key, calendar = DRAW.key("post"), replace(CalendarParameters(), staff_leaving_rate=2.0, vacancy_days=30.5)
    day, people = np.arange(400, 800), 7
    empty = np.zeros(len(day))
    for number in range(people):
        person, time = np.uint64(derive_key(key, number)), 0.0
        for spell in range(100):
            time += exponential(person, spell) / 2.0 * 365
            empty += (day > time) & (day <= time + 30.5)
            time += 30.5
    assert np.array_equal(share_filled(people, calendar, day, key), 1.0 - empty / people)
