"""Reference model of the grid patrol mechanism."""

from ...model.issues.categories import FAMILIES
from ..arithmetic import sum_in_order
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..random_numbers import chance
from ..stages import TABLE


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
        errands = [self.errand_hours * float(self.area.count(a)) * effort for a, effort in enumerate(efforts)]
        quarrels = [i.state == TABLE and FAMILIES[i.family] == "dispute" for i in w.issues]
        work = spend_hours(errands, areas, hours_wanted(w, "grid"))
        self.counted["patrol_hours"] += sum(
            effort * self.patrol_hours * self.area.count(a) for a, effort in enumerate(efforts)
        )
        self.counted["errand_hours"] += sum(work)
        self.counted["quarrel_checks"] += sum(
            quarrel and hours > 0.0 for quarrel, hours in zip(quarrels, walked)
        )
        return {
            "sight": [
                hours * (self.detection_rate if i.scope > 0 else self.home_detection_rate)
                for i, hours in zip(w.issues, walked)
            ],
            "work": work,
            "accord": [
                hours * self.quarrel_sittings if quarrel else 0.0 for quarrel, hours in zip(quarrels, walked)
            ],
        }
