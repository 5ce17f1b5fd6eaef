"""Reference model of the task pipeline mechanism."""

from ..arithmetic import sum_in_order
from ..issues import is_known
from ..mechanism import Mechanism
from ..stages import RESOLVED


class Twin(Mechanism):
    """Known matters are followed up daily as far as staff allows; those resolved yesterday are answered."""

    def ask(self, w) -> dict:
        self.needed = self.desk + self.sheet * sum(is_known(i) for i in w.issues)
        self.asked = min(self.needed, self.staff * (w.scenario.committee.staff * w.scenario.committee.shift))
        return {"committee": self.asked}

    def pull(self, w, share) -> dict:
        care = min(share) * self.asked / self.needed
        done = [i.building for i in w.issues if i.state == RESOLVED and i.resolved == w.day - 1]
        return {
            "voice": [self.inbox * care for _ in w.buildings],
            "keep": [self.dates * care if is_known(i) else 0.0 for i in w.issues],
            "trust": [
                [sum_in_order(self.feedback * care for where in done if where == b.id), 0.0, 0.0]
                for b in w.buildings
            ],
        }
