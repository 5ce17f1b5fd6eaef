"""Reference model of the task pipeline mechanism."""

from ..arithmetic import sum_in_order
from ..issues import is_known
from ..mechanism import Mechanism
from ..stages import RESOLVED


class Twin(Mechanism):
    """Known matters are followed up daily as far as staff allows; those resolved yesterday are answered."""

    def ask(self, w) -> dict:
        self.needed = self.inbox_hours + self.matter_hours * sum(is_known(i) for i in w.issues)
        self.asked = min(
            self.needed,
            self.committee_share * (w.scenario.committee.staff * w.scenario.committee.shift_hours),
        )
        return {"committee": self.asked}

    def pull(self, w, share) -> dict:
        care = min(share) * self.asked / self.needed
        done = [i.building for i in w.issues if i.state == RESOLVED and i.resolved_day == w.day - 1]
        self.counted["matter_days"] += care * sum(is_known(i) for i in w.issues)
        self.counted["answers"] += care * len(done)
        return {
            "voice": [self.report_log_rate * care for _ in w.buildings],
            "keep": [
                self.reminder_log_rate * care if is_known(i) or i.state == RESOLVED else 0.0 for i in w.issues
            ],
            "trust": [
                [sum_in_order(self.trust_per_answer * care for where in done if where == b.id), 0.0, 0.0]
                for b in w.buildings
            ],
        }
