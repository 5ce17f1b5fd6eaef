"""Whistle, told a second time."""

from twin import UPWARD, Mechanism, added


class Twin(Mechanism):
    """Every day the grid calls on what departments owe for some days, the severest first, for as long as they follow."""

    def calls(self, w):
        """What each call brings, and the calls on each issue: its id -> how many, in the order in which they are made."""
        owed = [i for i in w.issues if i.state == UPWARD]
        brings = self.nearer / (1.0 + len(owed) / self.crowd)
        can, made = self.answers / 7, {}
        for issue in sorted((i for i in owed if w.day - (i.due - i.lead) >= self.first), key=lambda i: -i.severity):
            made[issue.id] = min(can, 1.0, max(0.0, issue.due - w.day) / brings)
            can -= made[issue.id]
        return brings, made

    def ask(self, w):
        return {"grid": self.call * added(self.calls(w)[1].values())}

    def pull(self, w, share):
        brings, calls = self.calls(w)
        return {"hurry": [brings * calls.get(i.id, 0.0) * min(share) for i in w.issues]}
