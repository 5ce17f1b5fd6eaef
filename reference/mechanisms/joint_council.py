"""Joint council, told a second time."""

from ..arithmetic import times
from ..issues import is_known
from ..mechanism import Mechanism, spend_hours
from ..stages import TABLE


class Twin(Mechanism):
    """Every so many weeks each compound sits on its own weekday, takes its oldest items from the table, and tires of sitting."""

    def begin(self, w):
        self.weary = [0.0 for _ in w.compounds]
        self.minuted = [0.0 for _ in w.compounds]
        self.coming = [0.0 for _ in w.compounds]

    def sits(self, w, ahead=0):
        day = w.day + ahead
        week = day // 7 - 2
        return [
            week >= 0 and day % 7 == 1 + c.id % 5 and (week + c.id // 5) % self.every == 0
            for c in w.compounds
        ]

    def announced(self, w):
        """Where there is a sitting on one of the next six days, and none today."""
        ahead = zip(*(self.sits(w, days) for days in range(1, 7)))
        return [any(later) and not today for later, today in zip(ahead, self.sits(w))]

    def called(self, w):
        """Where there is a sitting in one to two weeks."""
        return [any(later) for later in zip(*(self.sits(w, days) for days in range(7, 14)))]

    def ask(self, w):
        announcing = [self.notice / 7 if called else 0.0 for called in self.called(w)]
        if not any(self.sits(w)) and not any(self.announced(w)) and not any(announcing):
            return {}
        company = [c.company and sits for c, sits in zip(w.compounds, self.sits(w))]
        return {
            "committee": [a + b for a, b in zip(times(self.staff, self.sits(w)), announcing)],
            "member": times(self.members / 6, self.announced(w)),
            "property": times(self.company, company),
        }

    def pull(self, w, share):
        come = [1.0 - self.absence * (1.0 - c.around) for c in w.compounds]
        promised = [min(s, coming) for s, coming in zip(share, self.coming)]
        here = [
            p * (1.0 - weary) * part if sits else 0.0
            for p, weary, part, sits in zip(promised, self.weary, come, self.sits(w))
        ]
        self.share = share
        called = [self.call * s if soon else 0.0 for s, soon in zip(share, self.called(w))]
        held = self.held = [h if h >= self.quorum else 0.0 for h in here]
        at_table = [1.0 if i.state == TABLE else 0.0 for i in w.issues]
        taken = spend_hours(
            [float(self.items) if h > 0.0 else 0.0 for h in held], [i.compound for i in w.issues], at_table
        )
        return {
            "accord": [self.push * part * held[i.compound] for part, i in zip(taken, w.issues)],
            "keep": [
                self.minutes * (self.minuted[i.compound] * share[i.compound]) if is_known(i) else 0.0
                for i in w.issues
            ],
            "trust": [[self.answer * held[b.compound], 0.0, 0.0] for b in w.buildings],
            "wish": [
                [0.0 - self.evening * weary] * 2 + [call - self.evening * weary] * 2
                for weary, call in zip(self.weary, called)
            ],
        }

    def learn(self, w):
        rested = times(1.0 - self.recovery, self.weary)
        self.weary = [r + self.fatigue * (1.0 - r) if held > 0.0 else r for r, held in zip(rested, self.held)]
        self.minuted = [
            float(held > 0.0) if sits else before
            for held, sits, before in zip(self.held, self.sits(w), self.minuted)
        ]
        coming = [
            now + s / 6 if soon else now for now, s, soon in zip(self.coming, self.share, self.announced(w))
        ]
        self.coming = [0.0 if sits else now for now, sits in zip(coming, self.sits(w))]
