"""Reference model of the whistle mechanism."""

from ..arithmetic import sum_in_order
from ..mechanism import Mechanism
from ..stages import UPWARD


class Twin(Mechanism):
    """Every day the grid calls departments about matters pending for some days, the most severe first.

    Each department follows up only so many calls.
    """

    def department_of(self, w, issue) -> int:
        """Return the department responsible for an issue; depends on the name of its category only."""
        return w.kinds[issue.category].code % self.departments

    def make_calls(self, w) -> tuple[list[float], dict[int, float]]:
        """Return the days that a call at each department gains, and id -> calls of each issue.

        The dict is in the order in which calls are made.
        """
        pending = [i for i in w.issues if i.state == UPWARD]
        queues = [sum(self.department_of(w, i) == d for i in pending) for d in range(self.departments)]
        brings = [self.days_gained / (1.0 + queue / self.crowding_issues) for queue in queues]
        left, calls = [self.calls_per_week / 7 for _ in brings], {}
        for issue in sorted(
            (i for i in pending if w.day - (i.due_day - i.department_days) >= self.wait_days),
            key=lambda i: -i.severity,
        ):
            department = self.department_of(w, issue)
            calls[issue.id] = min(left[department], 1.0, max(0.0, issue.due_day - w.day) / brings[department])
            left[department] -= calls[issue.id]
        return brings, calls

    def ask(self, w) -> dict:
        touch = self.contact_hours * self.departments if w.day % 7 == 1 else 0.0
        return {"grid": self.call_hours * sum_in_order(self.make_calls(w)[1].values()) + touch}

    def pull(self, w, share) -> dict:
        brings, calls = self.make_calls(w)
        self.counted["calls"] += sum(calls.values()) * min(share)
        self.counted["contacts"] += self.departments * min(share) if w.day % 7 == 1 else 0.0
        return {
            "hurry": [brings[self.department_of(w, i)] * calls.get(i.id, 0.0) * min(share) for i in w.issues]
        }
