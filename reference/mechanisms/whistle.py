"""Reference model of the whistle mechanism."""

from ..twin import UPWARD, Mechanism, sum_in_order


class Twin(Mechanism):
    """Every day the grid calls on what each department owes for some days, the severest first, for as long as it follows."""

    def department_of(self, w, issue):
        """Its category's name says which department's matter an issue is."""
        return w.kinds[issue.category].code % self.departments

    def make_calls(self, w):
        """What a call at each department brings, and the calls on each issue: its id -> how many, in the order in which they are made."""
        owed = [i for i in w.issues if i.state == UPWARD]
        queues = [sum(self.department_of(w, i) == d for i in owed) for d in range(self.departments)]
        brings = [self.nearer / (1.0 + queue / self.crowd) for queue in queues]
        can, made = [self.answers / 7 for _ in brings], {}
        for issue in sorted(
            (i for i in owed if w.day - (i.due - i.lead) >= self.first), key=lambda i: -i.severity
        ):
            whose = self.department_of(w, issue)
            made[issue.id] = min(can[whose], 1.0, max(0.0, issue.due - w.day) / brings[whose])
            can[whose] -= made[issue.id]
        return brings, made

    def ask(self, w) -> dict:
        touch = self.touch * self.departments if w.day % 7 == 1 else 0.0
        return {"grid": self.call * sum_in_order(self.make_calls(w)[1].values()) + touch}

    def pull(self, w, share) -> dict:
        brings, calls = self.make_calls(w)
        return {"hurry": [brings[self.department_of(w, i)] * calls.get(i.id, 0.0) * min(share) for i in w.issues]}
