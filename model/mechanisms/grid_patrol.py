"""Grid patrol (网格巡查): workers spot problems before they are reported, run errands and check on quarrels.

Disappoints when there are few workers for many households, and paperwork takes part of their hours. While an
area's worker is away, nobody patrols it.

Grid workers walk through all buildings. Neighbouring buildings form an area (`areas`; by default one for
each full-time worker). In a share `absence_share` of weeks, drawn for each area, nobody walks there.

- *Asks* `(patrol_hours + errand_hours) * buildings walked / (1 - paperwork_share)` grid hours.
- *Pulls*, where somebody walks: `sight = s * patrol_hours * rate`; rate is `detection_rate` for what lies
  open in common space (families environment, safety and street), `fault_detection_rate` for everything else
  there, and `home_detection_rate` at home. `work` with `s * errand_hours * buildings` hours in each area:
  first on the spot, on what the patrol finds today, can do, and can finish in at most `spot_hours` hours
  each; then on the known issues that grid workers can do there. `accord = s * patrol_hours *
  quarrel_sittings` on disputes at the table.
- *Limits*: too few workers.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import DESK_NONE, SCOPE_HOUSEHOLD
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..issues.categories import FAMILIES, HANDS
from ..issues.issue_table import REPORTED, TABLE, UNKNOWN, WORK, next_stage
from ..resources.allocation import spend_hours
from ..resources.levers import ALL, GRID
from . import Count, Mechanism

HAND = HANDS.index("grid")
DISPUTE = FAMILIES.index("dispute")
OPEN_TO_VIEW = tuple(map(FAMILIES.index, ("environment", "safety", "street")))
AWAY = decision("grid_patrol away")
PATROL_HOURS, ERRAND_HOURS, SPOT_JOBS, QUARREL_CHECKS = range(4)  # places of `counts`


class Areas(NamedTuple):
    """The areas (网格): groups of neighbouring buildings, each patrolled by its own worker."""

    of: np.ndarray  # (buildings,) int64   area of each building
    size: np.ndarray  # (areas,) float64     number of its buildings


@dataclass(frozen=True)
class GridPatrol(Mechanism):
    zh: ClassVar[str] = "网格巡查"
    zh_letter: ClassVar[str] = "格"
    meant_for: ClassVar[tuple[str, ...]] = ("environment", "safety", "street")
    zh_does: ClassVar[str] = "网格员每天巡查，不等居民反映就发现事项，顺手代办小事，过问纠纷。"
    zh_disappoints: ClassVar[str] = "户数多、网格员少，填表又占去一部分时间；片区的网格员不在，就没有人巡查。"
    group: ClassVar[str] = "finds"
    pulls: ClassVar[tuple] = ("sight", "work", "accord")
    counts: ClassVar[tuple] = (
        Count("patrol_hours", "hours walked on patrol", "巡查时间", "hours", "小时"),
        Count("errand_hours", "hours of errands and small jobs", "代办和小修", "hours", "小时"),
        Count("spot_jobs", "jobs finished on the spot", "当场办结", "jobs", "件"),
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
        4.0,
        0.0,
        12.0,
        unit="1/hour on patrol in a building, of finding an issue that lies open in common space",
        source="assumed: a round of a quarter of an hour sees two of three; docs/sources.md: patrols",
        words=("Finds what lies open in common space", "发现公共部位的显眼事项", "1/小时，巡查一栋楼时"),
    )
    fault_detection_rate: float = knob(
        0.48,
        0.0,
        8.0,
        unit="1/hour on patrol in a building, of finding a fault or another hidden issue in common space",
        source="assumed; vary it",
        words=("Finds faults in common space", "发现公共部位的隐蔽故障", "1/小时，巡查一栋楼时"),
    )
    home_detection_rate: float = knob(
        0.03,
        0.0,
        4.0,
        unit="1/hour on patrol in a building, of finding an issue in a home",
        source="assumed",
        words=("Finds issues in homes", "发现家里的事项", "1/小时，巡查一栋楼时"),
    )
    spot_hours: float = knob(
        0.5,
        0.0,
        4.0,
        unit="hours, the largest job finished on the spot when it is found",
        source="assumed; docs/sources.md: 13 to 17 % of a patrol's finds are settled on the spot",
        words=("Largest job finished when found", "发现时当场能办多大的事", "小时"),
    )
    errand_hours: float = knob(
        0.064,
        0.0,
        2.0,
        unit="hours/building/day for small jobs, on the spot or later",
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
            sight[i] = walked[a] * detection_rate(issue, k)
            if (
                hands[issue.category, HAND]
                and is_found_today(issue, sight[i])
                and issue.hours_left <= min(k.spot_hours, left[a])
            ):
                work[i] = spend_hours(left, a, issue.hours_left)
                m.counts[ERRAND_HOURS] += work[i]
                m.counts[SPOT_JOBS] += work[i] > 0.0
            if issue.family == DISPUTE and issue.state == TABLE:
                accord[i] = walked[a] * k.quarrel_sittings
                m.counts[QUARREL_CHECKS] += walked[a] > 0.0
        for i in w.workable:
            issue = issues[i]
            if hands[issue.category, HAND]:
                work[i] = spend_hours(left, of[issue.building], issue.hours_left)
                m.counts[ERRAND_HOURS] += work[i]


@lean_kernel
def detection_rate(issue, k) -> float:
    """Return the rate, 1/hour, at which a patrol finds an issue: what lies open, a fault, or in a home."""
    if issue.desk == DESK_NONE:
        return 0.0  # nobody tells a patrol of the search for a partner
    if issue.scope == SCOPE_HOUSEHOLD:
        return k.home_detection_rate
    return k.detection_rate if issue.family in OPEN_TO_VIEW else k.fault_detection_rate


@lean_kernel
def is_found_today(issue, sight) -> bool:
    """Say whether `sight` alone brings an unknown issue to its report today, and it needs hours only."""
    return (
        issue.state == UNKNOWN
        and next_stage(REPORTED, issue) == WORK
        and issue.report_hazard + sight >= issue.next_report_hazard
    )


@lean_kernel
def worker_present(area, m, w) -> float:
    """Draw whether an area's worker is at work this week: 1.0 or 0.0."""
    return 0.0 if uniform(key_of(w.seed, AWAY, w.day // 7), area) < m.knobs[0].absence_share else 1.0
