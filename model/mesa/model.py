"""A community as a `mesa.Model`: its steps are days, and its agents are views of the world's columns."""

import secrets
from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import cached_property
from itertools import count
from operator import index
from os import PathLike
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet
from mesa.discrete_space import Cell, OrthogonalMooreGrid

from ...agents.property_managers import workers
from ...engine.randomness import RandomNumbers, seed_of
from ...engine.texts.errors import UserError
from .. import daily_counts, measures
from ..day import simulate_day
from ..scenarios.cases import Settings, alter_scenario, read_case
from ..scenarios.scenario import Scenario
from ..simulate import build_community, finish_run
from ..world import start_run
from .agents import (
    GridWorker,
    PartyMember,
    PartyVolunteer,
    PropertyManager,
    Resident,
    Volunteer,
)

NEXT = "id of the next agent"  # key in a pickle
KINDS = (
    Resident,
    PartyMember,
    Volunteer,
    PartyVolunteer,
    PropertyManager,
    GridWorker,
)  # the first four: member + 2 * volunteer


class Community(mesa.Model):
    """A community, one day a step: the days of `cogov.simulate` with the same seed, bit for bit.

    `scenario` is a Scenario, or the name or path of a case; `on` and `off` name mechanisms; `settings` sets
    knobs, {"committee.staff": 3}. A knob may also be a keyword, as `mesa.batch_run` passes it:
    Community(**{"committee.staff": 3}). `running` becomes False after `days`. Without a seed one is drawn;
    `model.seed` is its value. `rng` is Mesa's name for the seed: a whole number is the same seed, anything
    else that NumPy accepts is turned into one (`seed_of_model`). Raises UserError.

    It can be pickled and copied at any time; the copy continues independently, and its days are those of the
    original. A pickle of another version of the model is refused.

    Every name in `daily_counts.DAILY` is an attribute, of today. `world` may be read and, through agents,
    written.
    """

    # Mesa 3.5 stores a scenario of its own kind here, and SolaraViz would reset to it; ours is `case`
    scenario = None

    def __init__(
        self,
        scenario: str | PathLike | Scenario = "guiyuan",
        *,
        seed: int | None = None,
        rng: Any = None,
        on: str | Iterable[str] = (),
        off: str | Iterable[str] = (),
        settings: Settings = (),
        days: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.seed = seed_of_model(seed, rng)
        # Mesa's random numbers, for shuffling agents; the community's are `self.random_numbers`
        super().__init__(rng=abs(self.seed))
        self.scenario = None
        case = scenario if isinstance(scenario, Scenario) else read_case(scenario)
        self.case = alter_scenario(
            alter_scenario(case, as_names(on), as_names(off), settings, days), settings=kwargs
        )
        self.random_numbers = RandomNumbers("run", self.seed)
        self.world = start_run(build_community(self.case), self.case, self.random_numbers)
        self.today = daily_counts.measure_today(self.world)
        self.datacollector = mesa.DataCollector(model_reporters={name: name for name in daily_counts.DAILY})

    def step(self) -> None:
        """Simulate one day."""
        simulate_day(self.world)
        self.today = daily_counts.measure_today(self.world)
        self.running = self.day < self.case.days
        if "grid" in vars(self):
            self.show_backlog(self.grid)
        self.datacollector.collect(self)

    def __getstate__(self) -> dict[str, Any]:
        ids = getattr(mesa.Agent, "_ids", None)  # Mesa 3.3 counts agents outside the model
        if ids is None:
            return dict(vars(self))
        number = next(ids[self])
        ids[self] = count(number)
        return vars(self) | {NEXT: number}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if NEXT in state:
            mesa.Agent._ids[self] = count(self.__dict__.pop(NEXT))

    def __copy__(self) -> "Community":
        """Copy deeply: two communities that shared a world would both change it."""
        return deepcopy(self)

    @property
    def day(self) -> int:
        """Days simulated so far."""
        return self.world.day

    def summary(self) -> dict[str, float]:
        """Compute every measure of the days so far, name -> number."""
        return measures.summary(
            finish_run(
                self.world, self.case, {name: [value] for name, value in zip(daily_counts.DAILY, self.today)}
            )
        )

    @cached_property
    def residents(self) -> list[Resident]:
        """Every resident as an agent, by row; created on first use."""
        people = self.world.residents
        return [
            KINDS[kind](self, row) for row, kind in enumerate((people.member + 2 * people.volunteer).tolist())
        ]

    @cached_property
    def roles(self) -> dict[type, AgentSet]:
        """Kind of agent -> AgentSet of all agents of that kind, subclasses included; created on first use."""
        w, knobs, everyone = self.world, self.case.grid_workers, list(self.residents)
        homes = np.bincount(w.buildings.compound[w.households.building], minlength=len(w.crews))
        crews = np.where(w.compounds.company, [workers(self.case.property_managers, n) for n in homes], 0)
        everyone += [
            PropertyManager(self, compound) for compound in np.repeat(np.arange(len(crews)), crews).tolist()
        ]
        everyone += [GridWorker(self, row) for row in range(knobs.full_time + knobs.part_time)]
        return {kind: AgentSet([a for a in everyone if isinstance(a, kind)], self.random) for kind in KINDS}

    @property
    def agents(self) -> AgentSet:
        """All people, and agents that you added."""
        self.roles  # creates them  # noqa: B018
        return super().agents

    @property
    def agents_by_type(self) -> dict[type, AgentSet]:
        """Kind of agent -> AgentSet. Kinds overlap: a member who volunteers is in both, and in residents."""
        return super().agents_by_type | self.roles

    @property
    def agent_types(self) -> list[type]:
        """Kinds of agents."""
        return list(self.agents_by_type)

    @cached_property
    def grid(self) -> OrthogonalMooreGrid:
        """Buildings as cells, residents in them, open issues as layer `backlog`; created on first use."""
        x, y = self.world.buildings.x, self.world.buildings.y
        grid = OrthogonalMooreGrid((int(x.max()) + 1, int(y.max()) + 1), random=self.random)
        grid.create_property_layer("backlog", 0, int)
        for resident in self.residents:
            grid[x[resident.building], y[resident.building]].add_agent(resident)
        self.show_backlog(grid)
        return grid

    def building_cell(self, building: int) -> Cell:
        """Return the cell of a building."""
        return self.grid[self.world.buildings.x[building], self.world.buildings.y[building]]

    def show_backlog(self, grid: OrthogonalMooreGrid) -> None:
        """Write the open issues of each building into the property layer `backlog`."""
        grid.backlog.data[self.world.buildings.x, self.world.buildings.y] = self.world.backlog()


def measure_of_today(place: int) -> property:
    """Make a property that returns the measure at an index of `daily_counts.DAILY`."""

    def value(self: Community) -> float:
        return self.today[place]

    return property(value)


for place, name in enumerate(daily_counts.DAILY):
    setattr(Community, name, measure_of_today(place))


def seed_of_model(seed: int | None, rng: Any) -> int:
    """Return the random seed of a community: `seed`, or one from `rng`, as Mesa takes it; else a random one.

    `rng` is a whole number, several, or a SeedSequence or generator of NumPy. A SeedSequence and several
    numbers give the same seed each time; from a generator one number is drawn. Raises UserError.
    """
    if seed is not None and rng is not None:
        raise UserError(
            "seed = {seed!r}, rng = {rng!r}: you have to pass either rng or seed, not both",
            seed=seed,
            rng=rng,
        )
    name, value = ("rng", rng) if seed is None else ("seed", seed)
    if value is None:
        return secrets.randbits(32)
    try:
        if name == "rng" and hasattr(rng, "generate_state"):
            return int(rng.generate_state(1, np.uint64)[0])
        if name == "rng" and hasattr(generator := getattr(rng, "bit_generator", rng), "random_raw"):
            return int(generator.random_raw())
        if name == "rng" and isinstance(rng, (Sequence, np.ndarray)) and len(rng):
            return seed_of("rng", *map(index, rng))
        return index(value)
    except TypeError:
        if name == "rng":
            raise UserError(
                "rng = {value!r} is not a whole number, several of them, or a SeedSequence or generator of "
                "NumPy",
                value=value,
            ) from None
        raise UserError("seed = {value!r} is not a whole number", value=value) from None


def as_names(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple; `mesa.batch_run` passes a single name as text."""
    return (names,) if isinstance(names, str) else tuple(names)
