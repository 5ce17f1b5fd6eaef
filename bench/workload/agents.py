"""Simulate the reference workload with Mesa agents, one object for each resident and crew. See rules.py.

Agents act in the order of their numbers (`do`), not in random order (`shuffle_do`, which takes longer),
because queues depend on the order of reports. They look their random numbers up: the model draws those of a
day for all residents at once, which takes less time than a draw by each agent.
"""

from __future__ import annotations

from collections import deque

import mesa
import numpy as np

from ...engine.randomness import key_of
from .columns import draw_bits, draw_uniforms
from .rules import (
    CREW,
    ESTATE,
    MEET,
    MEETINGS,
    MOVE,
    NOTICE,
    NOTICE_RATE,
    REPORT,
    RESIDENTS,
    START,
    THANKS,
    TOTALS,
    WEAR,
)


class Crew(mesa.Agent):
    """The crew of an estate, with its queue of residents whose faults are waiting."""

    def __init__(self, model: Workload) -> None:
        super().__init__(model)
        self.queue: deque[Resident] = deque()

    def work(self) -> None:
        """Resolve the first faults of the queue."""
        for _ in range(min(CREW, len(self.queue))):
            resident = self.queue.popleft()
            self.model.count["resolved"] += 1
            self.model.count["waited"] += self.model.day - resident.since
            resident.since = None
            resident.satisfaction += THANKS * (1.0 - resident.satisfaction)
        self.model.count["waiting"] += len(self.queue)


class Resident(mesa.Agent):
    """A resident of a building."""

    def __init__(
        self, model: Workload, row: int, crew: Crew, neighbours: list[Resident], satisfaction: float
    ) -> None:
        super().__init__(model)
        self.row, self.crew, self.neighbours = row, crew, neighbours
        self.satisfaction, self.evening = satisfaction, satisfaction
        self.since: int | None = None  # day on which the waiting fault was reported

    def notice(self) -> None:
        """Notice a fault, and report it or not."""
        model = self.model
        if model.noticing[self.row] >= NOTICE_RATE or self.since is not None:
            return
        model.count["noticed"] += 1
        if model.reporting[self.row] < self.satisfaction:
            self.since = model.day
            self.crew.queue.append(self)
            model.count["reported"] += 1

    def meet(self) -> None:
        """Meet four residents of the building; what follows is the satisfaction of the evening."""
        draw, neighbours, met = self.model.meeting[self.row], self.neighbours, 0.0
        for _ in range(MEETINGS):
            met += neighbours[(draw & 0xFFFF) * RESIDENTS >> 16].satisfaction
            draw >>= 16
        s = self.satisfaction
        self.evening = s + MOVE * (met * 0.25 - s) - WEAR * len(self.crew.queue) * s

    def rest(self) -> None:
        """End the day: everybody has met everybody else as they were before."""
        self.satisfaction = self.evening


class Workload(mesa.Model):
    """The workload as a Mesa model; one step is a day."""

    def __init__(self, seed: int, residents: int) -> None:
        super().__init__(seed=seed)
        self.size, self.key, self.day = residents, np.uint64(seed), -1
        self.count = dict.fromkeys(TOTALS, 0)
        start = self.draw(START, draw_uniforms, float)
        for first in range(0, residents, RESIDENTS):
            if first % ESTATE == 0:
                crew = Crew(self)
            neighbours: list[Resident] = []
            for row in range(first, first + RESIDENTS):
                neighbours.append(Resident(self, row, crew, neighbours, start[row]))
        self.datacollector = mesa.DataCollector(
            {name: lambda model, name=name: model.count[name] for name in TOTALS}
        )

    def draw(self, purpose: int, draw, kind) -> list:
        """Return the random numbers of all residents for a purpose today, with a kernel of columns.py."""
        out = np.empty(self.size, kind)
        draw(np.uint64(key_of(self.key, np.uint64(purpose), max(self.day, 0))), out)
        return out.tolist()

    def step(self) -> None:
        """Simulate one day."""
        self.day += 1
        self.count = dict.fromkeys(TOTALS, 0)
        self.noticing = self.draw(NOTICE, draw_uniforms, float)
        self.reporting = self.draw(REPORT, draw_uniforms, float)
        self.meeting = self.draw(MEET, draw_bits, np.uint64)
        residents, crews = self.agents_by_type[Resident], self.agents_by_type[Crew]
        residents.do("notice")
        crews.do("work")
        residents.do("meet")
        residents.do("rest")
        self.count["satisfaction"] = sum(int(resident.satisfaction * 1e6) for resident in residents)
        self.datacollector.collect(self)

    def totals(self) -> np.ndarray:
        """Return the totals (days so far, TOTALS) int64."""
        return np.column_stack([self.datacollector.model_vars[name] for name in TOTALS])
