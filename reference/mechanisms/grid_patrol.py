"""Reference model of the grid patrol mechanism."""

from ...model.issues.categories import FAMILIES
from ..arithmetic import sum_in_order
from ..issues import after
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..random_numbers import chance
from ..stages import NO_DESK, REPORTED, TABLE, UNKNOWN, WORK


class Twin(Mechanism):
    """Grid workers spot problems, hear of others, run errands and check on quarrels.

    Each worker has an area of neighbouring buildings, and is away in some weeks.
    """

    def begin(self, w) -> None:
        n = len(w.buildings)
        areas = min(n, self.areas or max(1, w.scenario.grid_workers.full_time))
        self.area = [b * areas // n for b in range(n)]

    def worker_present(self, w, area) -> float:
        """Draw whether an area's worker is at work this week: 1.0 or 0.0."""
        return float(chance(w.random_numbers.key("grid_patrol away", w.day // 7), area) >= self.absence_share)

    def detection_rate_of(self, issue) -> float:
        """Return the rate at which a patrol finds an issue: what lies open, a fault, or in a home."""
        if issue.desk == NO_DESK:
            return 0.0  # nobody tells a patrol of the search for a partner
        if issue.scope == 0:
            return self.home_detection_rate
        open_to_view = FAMILIES[issue.family] in ("environment", "safety", "street")
        return self.detection_rate if open_to_view else self.fault_detection_rate

    def ask(self, w) -> dict:
        walked = sum_in_order(
            self.area.count(a) * self.worker_present(w, a) for a in range(self.area[-1] + 1)
        )
        return {
            "grid": (self.patrol_hours + self.errand_hours) * walked / (1.0 - min(self.paperwork_share, 0.99))
        }

    def pull(self, w, share) -> dict:
        efforts = [share[0] * self.worker_present(w, a) for a in range(self.area[-1] + 1)]
        areas = [self.area[i.building] for i in w.issues]
        walked = [efforts[a] * self.patrol_hours for a in areas]
        left = [self.errand_hours * float(self.area.count(a)) * effort for a, effort in enumerate(efforts)]
        sight = [hours * self.detection_rate_of(i) for i, hours in zip(w.issues, walked)]
        work = []
        for i, a, seen in zip(w.issues, areas, sight):
            finds = i.state == UNKNOWN and i.report_hazard + seen >= i.next_report_hazard
            small = after(REPORTED, i) == WORK and i.hours_left <= min(self.spot_hours, left[a])
            work.append(i.hours_left if finds and small and "grid" in w.kinds[i.category].done_by else 0.0)
            left[a] -= work[-1]
        errands = spend_hours(left, areas, hours_wanted(w, "grid"))
        quarrels = [i.state == TABLE and FAMILIES[i.family] == "dispute" for i in w.issues]
        self.counted["patrol_hours"] += sum(
            effort * self.patrol_hours * self.area.count(a) for a, effort in enumerate(efforts)
        )
        self.counted["errand_hours"] += sum(work) + sum(errands)
        self.counted["spot_jobs"] += sum(hours > 0.0 for hours in work)
        self.counted["quarrel_checks"] += sum(
            quarrel and hours > 0.0 for quarrel, hours in zip(quarrels, walked)
        )
        return {
            "sight": sight,
            "work": [on_the_spot + later for on_the_spot, later in zip(work, errands)],
            "accord": [
                hours * self.quarrel_sittings if quarrel else 0.0 for quarrel, hours in zip(quarrels, walked)
            ],
        }
