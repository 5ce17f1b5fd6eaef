"""Grid patrol, told a second time."""

from ...model.issues.categories import FAMILIES
from ..arithmetic import sum_in_order
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..random_numbers import chance
from ..stages import TABLE


class Twin(Mechanism):
    """Grid workers walk by, hear, run errands and check on quarrels, each in an area of neighbouring buildings, but for weeks away."""

    def begin(self, w):
        n = len(w.buildings)
        areas = min(n, self.areas or max(1, w.scenario.grid_workers.full_time))
        self.area = [b * areas // n for b in range(n)]

    def there(self, w, area):
        return float(chance(w.luck.key("grid_patrol away", w.day // 7), area) >= self.away)

    def ask(self, w):
        walked = sum_in_order(self.area.count(a) * self.there(w, a) for a in range(self.area[-1] + 1))
        return {"grid": (self.walk + self.errands) * walked / (1.0 - min(self.paperwork, 0.99))}

    def pull(self, w, share):
        here = [share[0] * self.there(w, a) for a in range(self.area[-1] + 1)]
        where = [self.area[i.building] for i in w.issues]
        walked = [here[a] * self.walk for a in where]
        errands = [self.errands * float(self.area.count(a)) * part for a, part in enumerate(here)]
        quarrel = [i.state == TABLE and FAMILIES[i.family] == "dispute" for i in w.issues]
        return {
            "sight": [
                hours * (self.sight if i.scope > 0 else self.visits) for i, hours in zip(w.issues, walked)
            ],
            "work": spend_hours(errands, where, hours_wanted(w, "grid")),
            "accord": [hours * self.checks if table else 0.0 for table, hours in zip(quarrel, walked)],
        }
