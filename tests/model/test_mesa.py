"""Community is a Mesa model like any other, and inspection by Mesa changes nothing."""

import inspect
import pickle
import re
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from copy import copy, deepcopy
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import mesa
import numpy as np
import pytest
from scenarios import ESTATE, FORUM, YARD, measured_bytes, with_mechanisms

import cogov
from cogov import Community, UserError
from cogov.model import daily_counts, measures, mechanisms
from cogov.model import simulate as engine
from cogov.model.mesa.agents import (
    GridWorker,
    PartyMember,
    PartyVolunteer,
    PropertyManager,
    Resident,
    View,
    Volunteer,
)
from cogov.model.simulate import finish_run, simulate

KINDS = Resident, PartyMember, Volunteer, PartyVolunteer, PropertyManager, GridWorker
FORTNIGHT = replace(ESTATE, days=14)


@pytest.fixture
def model():
    """Return a community that nobody has inspected."""
    return Community(ESTATE, seed=1, on=["building_captains"], days=60)


@pytest.fixture
def adult(model):
    """Return an adult, of whom everything can be asked."""
    return next(a for a in model.residents if a.member)


def run_community(scenario, seed, *, daily=lambda model: None, **given):
    """Run a Community to its end, doing something after every day."""
    model = Community(scenario, seed=seed, **given)
    while model.running:
        model.step()
        daily(model)
    return finish_run(
        model.world,
        model.case,
        {name: np.array(told) for name, told in model.datacollector.model_vars.items()},
    )


def same_runs(one, other):
    """Return whether two runs are the same, bit for bit."""
    told = [
        [run.issues[name] for name in run.issues.dtype.names]
        + [run.history[name] for name in run.history.dtype.names]
        + [run.ledger.hours, run.ledger.fen, run.fen, *map(np.float64, run.series.values())]
        for run in (one, other)
    ]
    return all(a.tobytes() == b.tobytes() for a, b in zip(*told, strict=True))


# A model


def test_it_is_a_mesa_model_and_a_step_is_a_day(model):
    assert isinstance(model, mesa.Model)
    model.step()
    model.step()
    assert model.steps == model.day == model.world.day == 2


def test_it_runs_until_its_days_are_over(model):
    model.run_model()
    assert model.day == model.case.days == 60 and not model.running


def test_the_same_seed_gives_the_same_days_as_simulate():
    case = replace(ESTATE, days=120)
    assert same_runs(run_community(case, 5), simulate(case, "run", 5))
    assert not same_runs(run_community(case, 5), simulate(case, "run", 6))


def test_cogov_simulate_tells_the_same_story(model):
    model.run_model()
    tables = cogov.simulate(ESTATE, seed=1, on=["building_captains"], days=60)
    assert model.summary() == pytest.approx(tables.measures.to_dict(), nan_ok=True)
    assert model.datacollector.get_model_vars_dataframe().to_numpy() == pytest.approx(
        tables.series.to_numpy(), nan_ok=True
    )


def test_without_a_seed_the_random_numbers_differ_and_can_be_repeated():
    one, other = Community(FORTNIGHT), Community(FORTNIGHT)
    assert one.seed != other.seed
    one.run_model()
    other.run_model()
    again = Community(FORTNIGHT, seed=one.seed)
    again.run_model()
    assert one.world.history().tolist() == again.world.history().tolist() != other.world.history().tolist()


def test_a_seed_is_the_same_seed_whatever_wrote_it():
    assert same_runs(run_community(FORTNIGHT, 3), run_community(FORTNIGHT, np.int64(3)))
    with pytest.raises(UserError, match="seed = 'three' is not a whole number"):
        Community(FORTNIGHT, seed="three")


def test_two_communities_share_nothing_that_a_day_writes():
    one, other = Community(ESTATE, seed=1), Community(ESTATE, seed=1)
    one.residents[0].trust_committee = 0.123
    for _ in range(30):
        one.step()
    assert other.day == 0 and other.residents[0].trust_committee != pytest.approx(0.123)
    assert not np.shares_memory(one.world.residents.trust, other.world.residents.trust)


# What a user may set


def test_a_community_has_a_name_a_path_or_a_scenario(tmp_path):
    assert Community("wuzi_yard", seed=1).case.name == cogov.read_case("wuzi_yard").name
    (tmp_path / "here.toml").write_text("name = 'here'\n[community]\n[[compound]]\n")
    assert Community(tmp_path / "here.toml", seed=1).case.name == "here"
    with pytest.raises(UserError, match="did you mean 'wuzi_yard'"):
        Community("wuziyard")


def test_mechanisms_and_parameters_are_set_by_setting_or_keyword():
    model = Community(
        YARD,
        on="grid_patrol",
        settings={"committee.staff": 1.5},
        days=9,
        **{"mechanisms.grid_patrol.detection_rate": 0.5, "committee.daily_spending_share": 0.5},
    )
    assert (
        model.case.committee.staff == 1.5
        and model.case.committee.daily_spending_share == 0.5
        and model.case.days == 9
    )
    assert model.case.mechanisms["grid_patrol"].detection_rate == 0.5
    assert not Community(model.case, off=["grid_patrol"]).case.mechanisms


@pytest.mark.parametrize(
    "name, near",
    [
        ("sed", "near"),
        ("committee.staf", "committee.staff"),
        ("mechanisms.grid_patrol.detection_rate", "not switched on; add --on grid_patrol"),
    ],
)
def test_a_keyword_that_is_no_parameter_is_refused_with_the_nearest(name, near):
    with pytest.raises(UserError, match=near):
        Community(YARD, **{name: 1})


def test_a_number_out_of_range_is_refused():
    with pytest.raises(UserError, match="0 to 500"):
        Community(YARD, **{"committee.staff": -1})


def test_solaraviz_makes_the_next_model_of_what_a_user_gave(model):
    assert not model.scenario  # Mesa 3.5 hands true values to the next model as its scenario, or refuses them
    # by this name Mesa 3.3 knows that a slider may set any parameter
    assert "kwargs" in inspect.signature(Community).parameters


# What Mesa collects


def test_every_daily_measure_is_an_attribute_that_hides_none_of_mesa(model):
    assert not set(daily_counts.DAILY) & set(dir(mesa.Model(rng=1)))
    model.step()
    assert [getattr(model, name) for name in daily_counts.DAILY] == pytest.approx(
        list(daily_counts.measure_today(model.world)), nan_ok=True
    )
    with pytest.raises(AttributeError):
        model.open = 0


def test_own_names_hide_none_of_mesa(model):
    mesas = mesa.Model(rng=1)
    ours = {
        name for name in [*vars(Community), *set(vars(model)) - set(vars(mesas))] if not name.startswith("_")
    }
    # the last is Mesa 3.5's own doing
    assert ours & set(dir(mesas)) <= {
        "step",
        "agents",
        "agents_by_type",
        "agent_types",
        "scenario",
        "observables",
    }
    assert {"case", "world", "residents", "summary"} <= ours


def test_every_measure_can_be_asked_on_any_day_even_the_first(model):
    before = model.summary()
    assert before["arisen"] == 0 and before.keys() == measures.summary(simulate(FORTNIGHT, 1)).keys()


def test_its_data_collector_keeps_every_day(model):
    model.run_model()
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == list(daily_counts.DAILY) and len(table) == 60
    assert table["arisen"].iloc[-1] == model.arisen > 0


def test_a_data_collector_of_ones_own_sees_everybody(model):
    model.datacollector = mesa.DataCollector(
        model_reporters={"open": "open", "rate": lambda m: m.summary()["resolution_rate"]},
        agent_reporters={"trust": "trust_committee", "hours": "hours"},
        agenttype_reporters={PartyMember: {"evening": "evening"}, Resident: {"ties": lambda a: a.ties}},
    )
    for _ in range(3):
        model.step()
    told = model.datacollector
    assert told.get_model_vars_dataframe()["open"].iloc[-1] == model.open
    last = told.get_agent_vars_dataframe().xs(3, level="Step")
    assert len(last) == len(model.agents)
    assert last["trust"].dropna().to_numpy() == pytest.approx(model.world.residents.trust[:, 0])
    assert last["hours"].notna().sum() == len(model.agents_by_type[PropertyManager]) + len(
        model.agents_by_type[GridWorker]
    )
    assert len(told.get_agenttype_vars_dataframe(PartyMember).xs(3, level="Step")) == 24
    assert len(told.get_agenttype_vars_dataframe(Resident).xs(3, level="Step")) == 190


def test_batch_run_sweeps_a_parameter_over_the_same_seeds():
    sweep = {
        "scenario": YARD,
        "days": 40,
        "on": "grid_patrol",
        "mechanisms.grid_patrol.detection_rate": [0.0, 2.0],
    }
    newer = "rng" in inspect.signature(mesa.batch_run).parameters  # Mesa 3.5 hands on its seeds, 3.3 has none
    seeds = ({"rng": [1, 2]}, {}) if newer else ({}, {"seed": [1, 2]})
    rows = mesa.batch_run(
        Community, sweep | seeds[1], number_processes=1, max_steps=40, display_progress=False, **seeds[0]
    )
    seen = {
        sight: [row["reported"] for row in rows if row["mechanisms.grid_patrol.detection_rate"] == sight]
        for sight in (0.0, 2.0)
    }
    assert len(rows) == 4 and all(len(told) == 2 for told in seen.values())
    assert all(more > less for less, more in zip(seen[0.0], seen[2.0]))
    case = Community(YARD, on="grid_patrol", days=40, **{"mechanisms.grid_patrol.detection_rate": 0.0}).case
    assert seen[0.0] == [simulate(case, "run", seed).series["reported"][-1] for seed in (1, 2)]
    with pytest.raises(UserError, match="nearest"):
        mesa.batch_run(
            Community,
            {"scenario": YARD, "on": "grid_patrol", "mechanisms.grid_patrol.site": [0.0]},
            number_processes=1,
            display_progress=False,
        )


# Agents


def test_a_run_that_is_not_inspected_makes_no_agents(monkeypatch):
    made = []
    monkeypatch.setattr(View, "__init__", lambda self, model, row: made.append(row))
    run_community(FORTNIGHT, 1)
    assert not made


def test_agents_are_made_once_when_first_looked_at(model):
    people, staff = (
        len(model.world.residents.home),
        len(model.agents_by_type[PropertyManager]) + len(model.agents_by_type[GridWorker]),
    )
    assert staff == 2 and len(model.agents) == people + staff == len(list(model.agents))
    assert [a.row for a in model.agents][:people] == list(range(people))
    assert (
        all(a is b for a, b in zip(model.agents, model.agents))
        and list(model.agents)[5] is model.residents[5]
    )


def test_a_role_is_a_mask_and_not_a_class_apart(model):
    people, of = model.world.residents, model.agents_by_type
    masks = np.ones(190, bool), people.member, people.volunteer, people.member & people.volunteer
    for kind, mask in zip(KINDS, masks):
        assert [a.row for a in of[kind]] == np.flatnonzero(mask).tolist() and mask.any()
        assert all(isinstance(a, kind) and isinstance(a, mesa.Agent) for a in of[kind])
        assert set(model.agents.select(agent_type=kind)) == set(of[kind])
    assert set(model.agent_types) == set(KINDS)


def test_agent_sets_do_what_mesa_says(model):
    residents, trust = model.agents_by_type[Resident], model.world.residents.trust[:, 0]
    assert residents.agg("trust_committee", np.mean) == pytest.approx(trust.mean())
    assert len(residents.select(lambda a: a.member)) == len(model.agents.select(lambda a: a.member)) == 24
    assert residents.get("home") == model.world.residents.home.tolist()
    assert residents.groupby("band").count() == dict(
        zip(*np.unique(model.world.residents.band, return_counts=True))
    )
    assert len(residents.do("step").shuffle_do("step")) == len(residents.map(repr)) == 190
    residents.set("trust_committee", 0.25)
    assert (trust == 0.25).all()


def test_an_agent_is_its_row_and_keeps_nothing_itself(model):
    people = model.world.residents
    for _ in range(8):
        model.step()
    for a in list(model.agents_by_type[Resident])[::7]:
        assert (a.trust_committee, a.trust_company, a.trust_neighbours) == tuple(people.trust[a.row].tolist())
        assert all(
            getattr(a, name) == getattr(people, name)[a.row]
            for name in ("home", "band", "satisfaction", "fatigue", "gives", "ties", "volunteer")
        )
        assert (
            a.owner == model.world.households.owner[a.home]
            and a.compound == model.world.buildings.compound[a.building]
        )
        assert [b.row for b in a.knows] == people.known[a.row, : a.ties].tolist()
        assert set(vars(a)) <= {"row", "model", "unique_id", "pos"}


def test_evenings_and_duties_are_those_of_ones_standing():
    model = Community(
        ESTATE,
        seed=1,
        days=60,
        **{
            "volunteers.duty_logit": 1.0,
            "party_members.in_service_duty_logit": 2.0,
            "party_members.retired_duty_logit": 3.0,
        },
    )
    model.run_model()
    duty, case = [0.0, 1.0, 3.0, 2.0], model.case
    assert 0 < sum(a.gives for a in model.residents) < 190
    assert max(a.evenings for a in model.residents) > 1
    for a in model.residents:
        standing = 3 if a.in_service else 2 if a.member else 1 if a.volunteer else 0
        assert a.duty == duty[standing]
        assert a.evening == a.evenings * (case.party_members if a.member else case.volunteers).evening_hours


def test_staff_are_as_many_as_the_day_pays(model):
    model.step()
    of = model.agents_by_type
    assert [(a.compound, a.hours, a.crew) for a in of[PropertyManager]] == [(1, 0.5, model.world.crews[1])]
    assert sum(a.hours for a in of[PropertyManager]) == model.world.crews.sum()
    mixed = Community(YARD, **{"grid_workers.full_time": 2, "grid_workers.part_time": 3}).agents_by_type[
        GridWorker
    ]
    assert [a.full_time for a in mixed] == [True, True, False, False, False] and sum(
        mixed.get("hours")
    ) == 2 * 6.0 + 3 * 1.0


def test_writing_an_agent_writes_the_world(model, adult):
    adult.trust_committee, adult.trust_company, adult.trust_neighbours = 0.9, np.float32(0.8), 1
    adult.fatigue = 2.5
    assert model.world.residents.trust[adult.row].tolist() == pytest.approx([0.9, 0.8, 1.0])
    assert model.world.residents.fatigue[adult.row] == 2.5


def test_what_is_written_changes_the_days_to_come():
    def doubt(model):
        if model.day == 10:
            model.agents_by_type[Resident].set("trust_committee", 0.0).set("trust_company", 0.0)

    case = replace(ESTATE, days=60)
    calm, shaken = run_community(case, 1), run_community(case, 1, daily=doubt)
    assert np.array_equal(calm.series["reported"][:10], shaken.series["reported"][:10])
    assert shaken.series["reported"][-1] < calm.series["reported"][-1]


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), "0.5", None, True, np.array([0.5])])
def test_a_value_out_of_range_is_refused_and_changes_nothing(model, adult, value):
    before = adult.trust_committee
    with pytest.raises(
        ValueError, match=r"PartyMember \d+: trust_committee = .* allowed is a number, 0 to 1"
    ):
        adult.trust_committee = value
    assert adult.trust_committee == before


@pytest.mark.parametrize(
    "name",
    ["home", "member", "gives", "duty", "cell", "knows", "standing", "row", "step", "trust_comittee", "mood"],
)
def test_what_is_fixed_derived_or_misspelt_cannot_be_written(adult, name):
    with pytest.raises(AttributeError, match=name):
        setattr(adult, name, 1)


def test_rows_are_for_life(model, adult):
    before = len(model.agents)
    with pytest.raises(RuntimeError, match="for life"):
        adult.remove()
    assert len(model.agents) == before and adult in model.agents


def test_staff_have_no_trust_but_no_agent_has_what_nobody_has(model):
    worker = next(iter(model.agents_by_type[GridWorker]))
    assert worker.trust_committee is None and worker.crew is None and not hasattr(worker, "trust")
    with pytest.raises(AttributeError, match="trust_committee cannot be written"):
        worker.trust_committee = 0.5


def test_agents_of_users_coexist_with_ours(model):
    class Visitor(mesa.Agent):
        pass

    visitor = Visitor(model)
    assert (
        visitor in model.agents
        and list(model.agents_by_type[Visitor]) == [visitor]
        and Visitor in model.agent_types
    )
    visitor.remove()
    assert visitor not in model.agents and len(model.agents) == 192


def test_looking_on_every_day_changes_no_bit():
    def look(model):
        model.agents.shuffle_do("step")
        model.agents_by_type[Resident].shuffle().agg("trust_committee", np.mean)
        model.summary()
        model.random.random(), model.rng.random()
        assert model.grid.backlog.data.sum() >= 0

    case = replace(ESTATE, days=60)
    assert same_runs(
        run_community(case, 1, on=["building_captains"]),
        run_community(case, 1, on=["building_captains"], daily=look),
    )


def test_shuffling_is_the_same_for_the_same_seed():
    orders = [Community(YARD, seed=seed).agents.shuffle().get("unique_id") for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


# Space


def test_buildings_are_cells_and_residents_are_in_them(model):
    buildings = model.world.buildings
    assert isinstance(model.grid, mesa.discrete_space.OrthogonalMooreGrid)
    for b in range(4):
        cell = model.building_cell(b)
        assert cell.coordinate == (buildings.x[b], buildings.y[b])
        assert [a.row for a in cell.agents] == np.flatnonzero(model.world.residents.building == b).tolist()
        assert not cell.is_empty and all(a.cell is cell for a in cell.agents)
    assert len(list(model.grid.all_cells.agents)) == 190


def test_the_grid_shows_each_days_backlog(model):
    assert model.building_cell(0).backlog == 0
    for _ in range(40):
        model.step()
    assert [model.building_cell(b).backlog for b in range(4)] == model.world.backlog().tolist()
    assert model.grid.backlog.data.sum() == model.open > 0
    late = Community(ESTATE, seed=1, on=["building_captains"])
    for _ in range(40):
        late.step()
    assert late.grid.backlog.data.tolist() == model.grid.backlog.data.tolist()


def test_nothing_of_ours_is_deprecated():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = Community(FORTNIGHT, seed=1)
        model.run_model()
        assert model.agents and model.grid and model.agents_by_type[Volunteer].get("evening") is not None


def test_after_the_last_day_the_calendar_goes_on():
    """`running` says that the days of the case are over.

    The calendar has no end, and a second summer is like the first.
    """
    model = Community(FORTNIGHT, seed=1)
    sky = [(model.step(), model.world.weather[model.day % 365].tolist())[1] for _ in range(800)]
    assert model.day == 800 and not model.running
    assert sky[:365] == sky[365:730] and sky[:30] != sky[100:130]


# docs/mesa.md


DOCS = Path(cogov.__file__).parent / "docs"


@pytest.fixture
def page(monkeypatch):
    """Return docs/mesa_page.py.

    Mesa loads altair, which it does not install, besides the charts of the page: then a dummy is enough.
    """
    try:
        import altair  # noqa: F401
    except ImportError:
        monkeypatch.setitem(sys.modules, "altair", MagicMock())
    monkeypatch.syspath_prepend(DOCS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Mesa's own page breaks rules of Solara's
        yield import_module("mesa_page")
    for name in [
        name for name in sys.modules if name == "mesa_page" or name.startswith("mesa.visualization")
    ]:
        del sys.modules[name]


@pytest.fixture
def screen(page):
    """The page in front of a user: `click`, `slide` and `told`."""
    import ipyvuetify
    import solara
    from ipywidgets import Image

    _, shown = solara.render(solara.AppLayout(children=[page.Page()]), handle_error=False)

    def told():
        texts = (
            text
            for html in shown.find(ipyvuetify.Html, tag="span").widgets
            for text in html.children
            if isinstance(text, str)
        )
        return sorted(text for text in texts if text.startswith(("Day", "Step:")))

    def click(label):
        next(button for button in shown.find(ipyvuetify.Btn).widgets if button.children == [label]).click()

    def slide(label, value):
        next(
            slider for slider in shown.find(ipyvuetify.Slider).widgets if slider.label.startswith(label)
        ).v_model = value

    yield SimpleNamespace(
        click=click,
        slide=slide,
        told=told,
        pictures=lambda: [bytes(image.value) for image in shown.find(Image).widgets],
    )
    shown.close()


def page_after(page, days, **given):
    """Return what the page says of a community after so many days."""
    model = Community(**page.GIVEN, **given)
    for _ in range(days):
        model.step()
    return [
        f"Day {days}: {model.open:.0f} open issues 未结事项, {model.unknown:.0f} of them unknown",
        f"Step: {days}",
    ]


def test_solaraviz_shows_the_days_of_a_community(page, screen):
    before = screen.pictures()
    assert screen.told() == page_after(page, 0) and len(before) == 2
    screen.click("Step")
    assert screen.told() == page_after(page, 1)
    screen.slide("Render Interval", 60)
    screen.click("Step")
    assert screen.told() == page_after(page, 61) != page_after(page, 0)
    assert not set(before) & set(screen.pictures())


def test_solaraviz_sets_a_parameter_at_its_reset(page, screen):
    screen.slide("hands of the committee", 4.0)
    screen.slide("Render Interval", 100)
    screen.click("Reset")
    screen.click("Step")
    assert screen.told() == page_after(page, 100, **{"committee.staff": 4.0}) != page_after(page, 100)


def blocks(language):
    return re.findall(
        rf"^```{language}\n(.*?)^```", (DOCS / "mesa.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )


def test_the_page_in_the_documentation_is_the_file_that_runs():
    assert (DOCS / "mesa_page.py").read_text("utf-8") in blocks("python")


def test_what_the_documentation_says_of_mesa_runs():
    """Every block but the page, in the order of reading."""
    names = {}
    for number, block in enumerate(text for text in blocks("python") if "SolaraViz" not in text):
        exec(compile(block, f"docs/mesa.md, block {number + 1}", "exec"), names)
    assert names["days"]["open"].iloc[-1] == names["community"].open
    assert names["rates"].index.tolist() == [0.4, 0.8] and names["rates"].notna().all()


# Copies


@dataclass(frozen=True)
class Diary(mechanisms.Mechanism):
    """A user's own, in plain Python: the more it has seen, the more is seen.

    Its columns are two arrays and a number.
    """

    pulls = ("sight",)

    def begin(self, world, random_numbers):
        return np.zeros(len(world.buildings.compound)), np.zeros(1, np.int64), 0.001

    @staticmethod
    def pull(m, w):
        seen, days, little = m.own
        m.lever.sight[: len(w.issues)] = little * seen[w.issues["building"]]

    @staticmethod
    def learn(m, w):
        seen, days, _ = m.own
        seen += np.bincount(w.issues["building"], minlength=len(seen))
        days += 1


class Stranger(mesa.Agent):
    """A user's agent, who knows somebody."""

    def __init__(self, model, knows):
        super().__init__(model)
        self.knows = knows


COPIES = {"pickle": lambda model: pickle.loads(pickle.dumps(model)), "deepcopy": deepcopy, "copy": copy}
BUSY = replace(with_mechanisms(FORUM, *mechanisms.list_mechanisms(), diary=Diary()), days=60)
every_copy = pytest.mark.parametrize("way", COPIES)


def step_days(model, days):
    for _ in range(days):
        model.step()


def state_bytes(model):
    """Return everything in a model, as bytes."""
    columns = {name: column.tobytes() for name, column in model.world.columns()}
    return (
        measured_bytes(model.world),
        columns,
        model.datacollector.get_model_vars_dataframe().to_csv(),
        repr(model.summary()),
        model.running,
        model.steps,
        model.random.getstate(),
        model.rng.bit_generator.state,
    )


@pytest.fixture(scope="module")
def started():
    """Return a community in mid-run, with every mechanism and a plain one, that has been read and written."""
    model = Community(BUSY, seed=3)
    step_days(model, 20)
    model.grid  # noqa: B018
    model.residents[3].trust_committee = 0.25
    model.stranger = Stranger(model, model.residents[5])
    return model


@pytest.fixture(scope="module")
def copies(started):
    """Return way -> a copy of the same day."""
    return {way: make(started) for way, make in COPIES.items()}


@pytest.fixture(scope="module")
def original(started, copies):
    """Return the original, ten days after it was copied."""
    step_days(started, 10)
    return started


@every_copy
def test_a_copy_goes_on_as_the_original_does_bit_for_bit(copies, original, way):
    made = copies[way]
    if made.day < 30:
        step_days(made, 10)
    assert state_bytes(made) == state_bytes(original)
    assert np.array_equal(made.grid.backlog.data, original.grid.backlog.data)


@every_copy
def test_a_copy_shares_nothing_with_the_original(copies, original, way):
    made = copies[way]
    columns = dict(original.world.columns())
    assert not any(
        np.shares_memory(column, columns[name]) for name, column in made.world.columns() if column.size
    )
    assert (
        made.residents[5].model is made
        and made.stranger.model is made
        and made.stranger.knows is made.residents[5]
        and made.grid is not original.grid
    )
    theirs, own = original.residents[0].satisfaction, made.residents[0].satisfaction
    made.residents[0].satisfaction = 0.875
    assert original.residents[0].satisfaction == theirs != 0.875 == made.world.residents.satisfaction[0]
    made.residents[0].satisfaction = own  # the copy may not have gone on yet


@every_copy
def test_a_copys_agents_are_the_same_people_and_new_ones_get_the_next_numbers(copies, original, way):
    made = copies[way]
    assert [(type(a), a.unique_id, a.row) for a in made.residents] == [
        (type(a), a.unique_id, a.row) for a in original.residents
    ]
    assert {kind: len(who) for kind, who in made.agents_by_type.items()} == {
        kind: len(who) for kind, who in original.agents_by_type.items()
    }
    assert Stranger(made, None).unique_id > max(a.unique_id for a in original.agents)


def test_being_copied_changes_nothing(original):
    """The days are those of a run that nobody inspected, but for what was written."""
    again = Community(BUSY, seed=3)
    step_days(again, 20)
    again.residents[3].trust_committee = 0.25
    step_days(again, 10)
    assert measured_bytes(again.world) == measured_bytes(original.world)


def test_a_community_that_was_not_inspected_is_copied_without_agents():
    model = deepcopy(Community(FORTNIGHT, seed=1))
    assert "residents" not in vars(model) and len(model.residents) == FORTNIGHT.community.residents


def test_a_pickle_of_another_version_is_refused_in_a_sentence(monkeypatch):
    saved = pickle.dumps(Community(FORTNIGHT, seed=1))
    monkeypatch.setattr(engine, "version", lambda: "cafe")
    with pytest.raises(
        UserError,
        match=(
            r"saved by another version of the model \([0-9a-f]{16}; this is cafe\).*load it with that version"
        ),
    ):
        pickle.loads(saved)


def test_what_cannot_be_kept_is_named():
    """A mechanism that keeps something other than a column."""
    model = Community(FORTNIGHT, seed=1, on="whistle")
    model.world.own["whistle"] = (np.zeros(2), [1, 2])
    with pytest.raises(
        UserError,
        match="own.whistle.1 is a list: a community can be saved and copied only if its mechanisms keep",
    ):
        deepcopy(model)


@pytest.mark.slow
def test_communities_pass_between_processes():
    """There and back, through Mesa's batch_run and through a pool."""
    model = Community(FORTNIGHT, seed=1)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        back = pool.submit(step_and_return, model, 5).result()
    step_days(model, 5)
    assert measured_bytes(back.world) == measured_bytes(model.world) and back.day == 5
    rows = mesa.batch_run(
        Community,
        {"scenario": [FORTNIGHT], "seed": [1, 2]}
        if "rng" not in inspect.signature(mesa.batch_run).parameters
        else {"scenario": [FORTNIGHT]},
        number_processes=2,
        max_steps=14,
        display_progress=False,
        **({"rng": [1, 2]} if "rng" in inspect.signature(mesa.batch_run).parameters else {}),
    )
    step_days(model, 9)
    assert {row["seed"]: row["arisen"] for row in rows}[1] == model.arisen


def step_and_return(model, days):
    step_days(model, days)
    return model


# Mesa's rng


def test_rng_is_the_seed_under_mesas_name():
    assert same_runs(run_community(FORTNIGHT, 3), run_community(FORTNIGHT, None, rng=3))
    assert (
        Community(FORTNIGHT, rng=np.int64(7)).seed == 7
        and Community(FORTNIGHT, rng=None).seed != Community(FORTNIGHT).seed
    )


@pytest.mark.parametrize("rng", [np.random.SeedSequence(5), [1, 2, 3], (4,), np.array([1, 2])], ids=repr)
def test_what_seeds_mesa_seeds_the_community_the_same_each_time(rng):
    assert Community(FORTNIGHT, rng=rng).seed == Community(FORTNIGHT, rng=rng).seed
    assert Community(FORTNIGHT, rng=rng).seed != Community(FORTNIGHT, rng=np.random.SeedSequence(6)).seed


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.random.default_rng(5),
        lambda: np.random.PCG64(5),
        lambda: np.random.Generator(np.random.MT19937(5)),
    ],
)
def test_of_a_generator_one_number_is_drawn(make):
    one, other = make(), make()
    first, second = Community(FORTNIGHT, rng=one).seed, Community(FORTNIGHT, rng=one).seed
    assert first != second and first == Community(FORTNIGHT, rng=other).seed


@pytest.mark.parametrize("rng", [1.0, "three", [], [1.5], {1: 2}, object()])
def test_an_rng_that_cannot_be_meant_is_refused(rng):
    with pytest.raises(
        UserError,
        match="rng = .* is not a whole number, several of them, or a SeedSequence or generator of NumPy",
    ):
        Community(FORTNIGHT, rng=rng)


def test_seed_and_rng_at_once_are_refused_as_mesa_refuses_them():
    with pytest.raises(ValueError, match="you have to pass either rng or seed, not both"):
        mesa.Model(seed=1, rng=1)
    with pytest.raises(ValueError, match="seed = 1, rng = 1: you have to pass either rng or seed, not both"):
        Community(FORTNIGHT, seed=1, rng=1)
