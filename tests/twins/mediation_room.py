"""Mediation room, told a second time."""

from twin import FAMILIES, Mechanism, TABLE, times


class Twin(Mechanism):
    """Quarrels at the table are heard on the first days of the week, those heard least first, until given up on."""

    def docket(self, w):
        """The quarrels to be heard today, if the room is open."""
        quarrels = [i for i in w.issues if FAMILIES[i.family] == "dispute" and i.state == TABLE and i.accord < self.giving_up]
        return quarrels if 1 <= w.day % 7 <= self.days or self.days == 7 else []

    def ask(self, w):
        heard = min(self.cases, len(self.docket(w)))
        return {"committee": self.staff * heard, "member": self.members * heard, "yuan": self.lawyer * heard} if self.docket(w) else {}

    def pull(self, w, share):
        heard, warmth = [0.0 for _ in w.issues], [0.0 for _ in w.buildings]
        docket = sorted(self.docket(w), key=lambda i: i.accord)
        turn = {issue.id: min(1.0, max(0.0, min(self.cases, len(docket)) * min(share) - n)) for n, issue in enumerate(docket)}
        for row, issue in enumerate(w.issues):
            heard[row] = turn.get(issue.id, 0.0)
            warmth[issue.building] += heard[row]
        return {"accord": times(self.skill, heard), "trust": [[0.0, 0.0, self.warmth * n] for n in warmth]}
