"""Whistle, told a second time."""

from ..arithmetic import sum_in_order
from ..mechanism import Mechanism
from ..stages import UPWARD


class Twin(Mechanism):
    """Every day the grid calls on what each department owes for some days, the severest first, for as long as it follows."""

    def whose(self, w, issue):
        """Its category's name says which department's matter an issue is."""
        return w.kinds[issue.category].code % self.departments

    def calls(self, w):
        """What a call at each department brings, and the calls on each issue: its id -> how many, in the order in which they are made."""
        owed = [i for i in w.issues if i.state == UPWARD]
        queues = [sum(self.whose(w, i) == d for i in owed) for d in range(self.departments)]
        brings = [self.nearer / (1.0 + queue / self.crowd) for queue in queues]
        can, made = [self.answers / 7 for _ in brings], {}
        for issue in sorted(
            (i for i in owed if w.day - (i.due - i.lead) >= self.first), key=lambda i: -i.severity
        ):
            whose = self.whose(w, issue)
            made[issue.id] = min(can[whose], 1.0, max(0.0, issue.due - w.day) / brings[whose])
            can[whose] -= made[issue.id]
        return brings, made

    def ask(self, w):
        touch = self.touch * self.departments if w.day % 7 == 1 else 0.0
        return {"grid": self.call * sum_in_order(self.calls(w)[1].values()) + touch}

    def pull(self, w, share):
        brings, calls = self.calls(w)
        return {"hurry": [brings[self.whose(w, i)] * calls.get(i.id, 0.0) * min(share) for i in w.issues]}
