"""Reference model of the joint council mechanism."""

from ..arithmetic import times
from ..issues import is_known, sittings_tonight
from ..mechanism import Mechanism, spend_hours
from ..stages import TABLE


class Twin(Mechanism):
    """Every few weeks each compound meets over the matters at its table, as far as the evening reaches.

    People tire of meetings.
    """

    def begin(self, w) -> None:
        self.weary = [0.0 for _ in w.compounds]
        self.minuted = [0.0 for _ in w.compounds]
        self.coming = [0.0 for _ in w.compounds]
        self.matters = [0 for _ in w.compounds]

    def evening_lengths(self) -> list[float]:
        """Return the hours of a meeting of each compound."""
        return [
            min(self.evening_hours, self.sitting_hours * self.sittings_per_matter * n) for n in self.matters
        ]

    def sits(self, w, ahead=0) -> list[bool]:
        """Say for each compound whether it sits `ahead` days from today."""
        day = w.day + ahead
        week = day // 7 - 2
        return [
            week >= 0 and day % 7 == 1 + c.id % 5 and (week + c.id // 5) % self.interval_weeks == 0
            for c in w.compounds
        ]

    def sits_within_six_days(self, w) -> list[bool]:
        """Say for each compound whether it sits on one of the next six days, and not today."""
        ahead = zip(*(self.sits(w, days) for days in range(1, 7)))
        return [any(later) and not today for later, today in zip(ahead, self.sits(w))]

    def is_announced(self, w) -> list[bool]:
        """Say for each compound whether it sits in one to two weeks."""
        return [any(later) for later in zip(*(self.sits(w, days) for days in range(7, 14)))]

    def ask(self, w) -> dict:
        announcing = [self.notice_hours / 7 if announced else 0.0 for announced in self.is_announced(w)]
        if not any(self.sits(w)) and not any(self.sits_within_six_days(w)) and not any(announcing):
            return {}
        tonight = [hours if sits else 0.0 for hours, sits in zip(self.evening_lengths(), self.sits(w))]
        company = [hours if c.company else 0.0 for c, hours in zip(w.compounds, tonight)]
        return {
            "committee": [a + b for a, b in zip(times(self.committee_people, tonight), announcing)],
            "member": times(self.member_people * self.evening_hours / 6, self.sits_within_six_days(w)),
            "property": times(self.company_people, company),
        }

    def pull(self, w, share) -> dict:
        around = [1.0 - self.absence_penalty * (1.0 - c.around) for c in w.compounds]
        promised = [min(part, coming) for part, coming in zip(share, self.coming)]
        attendance = [
            promise * (1.0 - weary) * rate if sits and matters else 0.0
            for promise, weary, rate, sits, matters in zip(
                promised, self.weary, around, self.sits(w), self.matters
            )
        ]
        self.share = share
        calls = [
            self.volunteering_logit * part if announced else 0.0
            for part, announced in zip(share, self.is_announced(w))
        ]
        held = self.held = [present if present >= self.quorum else 0.0 for present in attendance]
        self.counted["meetings"] += sum(present > 0.0 for present in held)
        self.counted["cancelled"] += sum(
            sits and matters > 0 and present == 0.0
            for sits, matters, present in zip(self.sits(w), self.matters, held)
        )
        wanted = [
            sittings_tonight(i, self.push_sittings * held[i.compound], self.sittings_per_matter)
            if i.state == TABLE
            else 0.0
            for i in w.issues
        ]
        sittings = [
            hours / self.sitting_hours if present > 0.0 else 0.0
            for present, hours in zip(held, self.evening_lengths())
        ]
        taken = spend_hours(sittings, [i.compound for i in w.issues], wanted)
        self.counted["sittings"] += sum(taken)
        self.counted["matters"] += sum(sittings > 0.0 for sittings in taken)
        return {
            "accord": [self.push_sittings * held[i.compound] * n for n, i in zip(taken, w.issues)],
            "keep": [
                self.reminder_log_rate * (self.minuted[i.compound] * share[i.compound])
                if is_known(i)
                else 0.0
                for i in w.issues
            ],
            "trust": [[self.trust_per_sitting * held[b.compound], 0.0, 0.0] for b in w.buildings],
            "wish": [
                [0.0 - self.fatigue_logit * weary] * 2 + [call - self.fatigue_logit * weary] * 2
                for weary, call in zip(self.weary, calls)
            ],
        }

    def learn(self, w) -> None:
        rested = times(1.0 - self.recovery_rate, self.weary)
        self.weary = [
            r + self.fatigue_per_sitting * (1.0 - r) if held > 0.0 else r
            for r, held in zip(rested, self.held)
        ]
        self.minuted = [
            float(held > 0.0) if sits else before
            for held, sits, before in zip(self.held, self.sits(w), self.minuted)
        ]
        coming = [
            value + part / 6 if soon else value
            for value, part, soon in zip(self.coming, self.share, self.sits_within_six_days(w))
        ]
        self.coming = [0.0 if sits else value for value, sits in zip(coming, self.sits(w))]
        self.matters = [
            sum(i.state == TABLE for i in w.issues if i.compound == c.id) if sits else 0
            for c, sits in zip(w.compounds, self.sits(w, 1))
        ]
