"""Grid patrol (网格巡查): workers spot problems before they are reported, run errands and check on quarrels.

Disappoints when there are few workers for many households, and paperwork takes part of their hours. While an
area's worker is away, nobody patrols it.

Grid workers walk through all buildings. Neighbouring buildings form an area (`areas`; by default one for
each full-time worker). In a share `absence_share` of weeks, drawn for each area, nobody walks there.

- *Asks* `(patrol_hours + errand_hours) * buildings walked / (1 - paperwork_share)` grid hours.
- *Pulls*, where somebody walks: `sight = s * patrol_hours * detection_rate` in common space and `s *
  patrol_hours * home_detection_rate` at home; `work` with `s * errand_hours * buildings` hours in each
  area, on what grid workers can do there; `accord = s * patrol_hours * quarrel_sittings` on disputes at the
  table.
- *Limits*: too few workers.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import SCOPE_HOUSEHOLD
from ...engine.jit import inner_kernel, kernel
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..issues.categories import FAMILIES, HANDS
from ..issues.issue_table import TABLE, is_workable
from ..resources.allocation import spend_hours
from ..resources.levers import ALL, GRID
from . import Count, Mechanism

HAND = HANDS.index("grid")
DISPUTE = FAMILIES.index("dispute")
AWAY = decision("grid_patrol away")
PATROL_HOURS, ERRAND_HOURS, QUARREL_CHECKS = range(3)  # places of `counts`


class Areas(NamedTuple):
    """The areas (网格): groups of neighbouring buildings, each patrolled by its own worker."""

    of: np.ndarray  # (buildings,) int64   area of each building
    size: np.ndarray  # (areas,) float64     number of its buildings


@dataclass(frozen=True)
class GridPatrol(Mechanism):
    zh: ClassVar[str] = "网格巡查"
    zh_letter: ClassVar[str] = "格"
    zh_does: ClassVar[str] = "网格员每天巡查，不等居民反映就发现事项，顺手代办小事，过问纠纷。"
    zh_disappoints: ClassVar[str] = "户数多、网格员少，填表又占去一部分时间；片区的网格员不在，就没有人巡查。"
    group: ClassVar[str] = "finds"
    pulls: ClassVar[tuple] = ("sight", "work", "accord")
    counts: ClassVar[tuple] = (
        Count("patrol_hours", "hours walked on patrol", "巡查时间", "hours", "小时"),
        Count("errand_hours", "hours of errands and small jobs", "代办和小修", "hours", "小时"),
        Count("quarrel_checks", "checks on quarrels", "过问纠纷", "checks", "次"),
    )
    patrol_hours: float = knob(
        0.25,
        0.01,
        4.0,
        unit="hours/building/day",
        source="assumed; a grid worker makes one to five visits a day",
        words=("Time on patrol", "巡查时间", "小时/栋·天"),
    )
    paperwork_share: float = knob(
        0.3,
        0.0,
        1.0,
        unit="share of the hours",
        source="assumed; reports tell of paperwork",
        words=("Share lost to paperwork", "填表占用的时间", "占工时的比例"),
    )
    detection_rate: float = knob(
        0.48,
        0.0,
        8.0,
        unit="1/hour on patrol in a building, of finding an issue in common space",
        source="assumed; vary it",
        words=("Finds issues in common space", "发现公共部位的事项", "1/小时，巡查一栋楼时"),
    )
    home_detection_rate: float = knob(
        0.08,
        0.0,
        4.0,
        unit="1/hour on patrol in a building, of finding an issue in a home",
        source="assumed",
        words=("Finds issues in homes", "发现家里的事项", "1/小时，巡查一栋楼时"),
    )
    errand_hours: float = knob(
        0.1,
        0.0,
        2.0,
        unit="hours/building/day for small jobs",
        source="assumed",
        words=("Errands and small jobs", "代办和小修", "小时/栋·天"),
    )
    quarrel_sittings: float = knob(
        0.12,
        0.0,
        4.0,
        unit="equivalent sittings on a quarrel per hour on patrol in a building",
        source="assumed",
        words=("Checks on quarrels", "过问纠纷", "折合协商次数/小时"),
    )
    areas: int = knob(
        0,
        0,
        5000,
        unit="areas that buildings are divided into; 0: one per full-time worker",
        source="lianhe has 13, on four grids",
        words=("Patrol areas", "巡查片区", "个；0表示每名专职网格员一片"),
    )
    absence_share: float = knob(
        0.06,
        0.0,
        1.0,
        unit="share of weeks in which an area's worker is away without replacement",
        source="assumed: three weeks per year",
        words=("Weeks without a worker", "片区无人的周数", "比例，无人顶班"),
    )

    def begin(self, world, random_numbers) -> Areas:
        b = len(world.buildings.compound)
        areas = min(b, self.areas or max(1, world.scenario.grid_workers.full_time))
        of = np.arange(b) * areas // b
        return Areas(of, np.bincount(of, minlength=areas).astype(float))

    @kernel
    def ask(m, w) -> None:
        k, walked = m.knobs[0], 0.0
        for a in range(len(m.own.size)):
            walked += m.own.size[a] * worker_present(a, m, w)
        m.want[GRID, ALL] = (k.patrol_hours + k.errand_hours) * walked / (1.0 - min(k.paperwork_share, 0.99))

    @kernel
    def pull(m, w) -> None:
        k, issues, hands = m.knobs[0], w.issues, w.cats.done_by
        sight, work, accord = m.lever.sight, m.lever.work, m.lever.accord
        of, areas = m.own.of, len(m.own.size)
        # hours walked in each building of an area, and hours left for errands in all of the area
        walked, left = np.empty(areas), np.empty(areas)
        for a in range(areas):
            effort = m.share[ALL] * worker_present(a, m, w)
            walked[a], left[a] = effort * k.patrol_hours, k.errand_hours * m.own.size[a] * effort
            m.counts[PATROL_HOURS] += walked[a] * m.own.size[a]
        for i in range(len(issues)):
            issue = issues[i]
            a = of[issue.building]
            sight[i] = walked[a] * (
                k.detection_rate if issue.scope > SCOPE_HOUSEHOLD else k.home_detection_rate
            )
            if hands[issue.category, HAND] and is_workable(issue):
                work[i] = spend_hours(left, a, issue.hours_left)
                m.counts[ERRAND_HOURS] += work[i]
            if issue.family == DISPUTE and issue.state == TABLE:
                accord[i] = walked[a] * k.quarrel_sittings
                m.counts[QUARREL_CHECKS] += walked[a] > 0.0


@inner_kernel
def worker_present(area, m, w) -> float:
    """Draw whether an area's worker is at work this week: 1.0 or 0.0."""
    return 0.0 if uniform(key_of(w.seed, AWAY, w.day // 7), area) < m.knobs[0].absence_share else 1.0
