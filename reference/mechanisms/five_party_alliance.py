"""Reference model of the five-party alliance mechanism."""

from math import ceil

from ..mechanism import Mechanism
from ..random_numbers import chance
from ..stages import TABLE


class Twin(Mechanism):
    """In compounds with a property company five parties sit every few weeks over the oldest stuck matters.

    Momentum grows with every sitting held, and fades from day to day.
    """

    def begin(self, w) -> None:
        self.momentum, self.coming = [0.0 for _ in w.compounds], [0.0 for _ in w.compounds]

    def sits(self, w, day) -> list[bool]:
        """Say for each compound whether it sits on `day`."""
        return [c.company and day > 14 and (day + c.id) % (7 * self.interval_weeks) == 0 for c in w.compounds]

    def ask(self, w) -> dict:
        self.today = self.sits(w, w.day)
        ahead = zip(*(self.sits(w, w.day + days) for days in range(1, 7)))
        self.soon = [any(later) and not today for later, today in zip(ahead, self.today)]
        self.called = [any(later) for later in zip(*(self.sits(w, w.day + days) for days in range(7, 14)))]
        seat = [self.seat_hours if sits else 0.0 for sits in self.today]
        committee = [
            hours + self.notice_hours / 7 if called else hours for hours, called in zip(seat, self.called)
        ]
        promises = [3.0 * self.seat_hours / 6 if soon else 0.0 for soon in self.soon]
        return (
            {"committee": committee, "member": promises, "property": seat}
            if any(self.today + self.soon + self.called)
            else {}
        )

    def pull(self, w, share) -> dict:
        key = w.random_numbers.key("five_party_alliance owners' committee comes", w.day)
        chances = [
            self.owners_committee_attendance * (1.0 - self.absence_penalty * (1.0 - c.around))
            if w.day >= self.owners_committee_day
            else 0.0
            for c in w.compounds
        ]
        owners = [chance(key, c.id) < likely for c, likely in zip(w.compounds, chances)]
        taken = [
            min(part, promised) * (5.0 if owners_come else 4.0)
            for part, promised, owners_come in zip(share, self.coming, owners)
        ]
        self.share = share
        self.held = [sits and seats >= self.quorum_seats for sits, seats in zip(self.today, taken)]
        attendance = [seats / 5.0 if held else 0.0 for held, seats in zip(self.held, taken)]
        self.counted["meetings"] += sum(self.held)
        self.counted["seats"] += 5.0 * sum(attendance)
        accord = {}
        for c in w.compounds:
            stuck = [
                i
                for i in w.issues
                if i.compound == c.id and i.state == TABLE and w.day - i.arose_day >= self.stuck_days
            ]
            progress = self.momentum[c.id] * attendance[c.id]
            room = self.items_per_sitting * self.push_sittings if owners[c.id] and self.held[c.id] else 0.0
            for issue in stuck:
                left = issue.sittings_needed - issue.sittings_held
                settling = float(ceil(left / progress)) if progress else self.push_sittings
                pushes = min(self.push_sittings, settling, room)
                accord[issue.id] = progress * pushes
                room -= pushes
                self.counted["sittings"] += pushes
                self.counted["matters"] += pushes > 0.0
        return {
            "accord": [accord.get(i.id, 0.0) for i in w.issues],
            "keep": [
                self.momentum[i.compound] * share[i.compound] if i.state == TABLE else 0.0 for i in w.issues
            ],
            "wish": [
                [0.0, 0.0, self.volunteering_logit * s, self.volunteering_logit * s] if called else [0.0] * 4
                for s, called in zip(share, self.called)
            ],
            "trust": [
                [
                    self.trust_per_sitting * attendance[b.compound],
                    self.trust_per_sitting * attendance[b.compound],
                    0.0,
                ]
                for b in w.buildings
            ],
        }

    def learn(self, w) -> None:
        faded = [momentum * (1.0 - self.momentum_loss_rate) for momentum in self.momentum]
        self.momentum = [
            value + self.momentum_gain * (1.0 - value)
            if held and w.day >= self.owners_committee_day
            else value
            for value, held in zip(faded, self.held)
        ]
        coming = [
            value + s / 6 if soon else value for value, s, soon in zip(self.coming, self.share, self.soon)
        ]
        self.coming = [0.0 if today else value for value, today in zip(coming, self.today)]
