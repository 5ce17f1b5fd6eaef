"""Reference model of the home visits mechanism."""

from ...engine.codes import CHILD
from ..arithmetic import sum_in_order
from ..mechanism import Mechanism


class Twin(Mechanism):
    """Each building has its evening of the week, for visits or for one of the quarter's talks.

    As many homes are visited as there is time for.
    """

    def begin(self, w) -> None:
        for b in w.buildings:
            b.doors, b.found = len({p.home for p in b.people}), 0.0
            b.adults = max(1, sum(p.band != CHILD and p.presence > 0.0 for p in b.people))
        self.members = self.others = 0.0

    def is_visited_tonight(self, w, b) -> bool:
        """Say whether today is a building's evening."""
        return w.day > 14 and w.day % 7 == b.id % 7

    def has_talk(self, w, b) -> bool:
        """Say whether a building's evening this week is one of the quarter's talks."""
        quarter, week = divmod((w.day - 15) // 7, 13)
        evening, evenings = (
            week * len(w.buildings) + (b.id + quarter) % len(w.buildings),
            13 * len(w.buildings),
        )
        return (
            (evening + 1) * self.study_evenings_per_quarter // evenings
            > evening * self.study_evenings_per_quarter // evenings
        )

    def hours(self, w, b) -> float:
        """Return the hours that tonight's visits in a building take at most."""
        return min(self.building_hours, self.visit_hours * b.doors) if self.is_visited_tonight(w, b) else 0.0

    def ask(self, w) -> dict:
        shares = {"member": self.members, "committee": self.others}
        return {
            role: [sum_in_order(part * self.hours(w, b) for b in c.parts) for c in w.compounds]
            for role, part in shares.items()
        }

    def share_visited(self, w, b) -> float:
        """Return the share of a building's homes that can be reached tonight."""
        if not self.is_visited_tonight(w, b) or self.building_hours == 0.0:
            return 0.0
        return (
            min(1.0, self.study_people / b.adults)
            if self.has_talk(w, b)
            else min(1.0, self.building_hours / (self.visit_hours * b.doors))
        )

    def pull(self, w, share) -> dict:
        self.called = [
            share[b.compound] * (self.members + self.others) * self.share_visited(w, b) for b in w.buildings
        ]
        at_doors = [0.0 if self.has_talk(w, b) else called for b, called in zip(w.buildings, self.called)]
        at_talks = [called if self.has_talk(w, b) else 0.0 for b, called in zip(w.buildings, self.called)]
        for b, door, talk in zip(w.buildings, at_doors, at_talks):
            self.counted["visits"] += door * b.doors
            self.counted["attendances"] += talk * b.adults
            if talk:
                self.counted["study_evenings"] += share[b.compound] * (self.members + self.others)
        wish = [
            self.volunteering_logit
            * sum_in_order(b.found for b in c.parts)
            / float(len(c.parts))
            * share[c.id]
            for c in w.compounds
        ]
        return {
            "sight": [
                self.detection_per_visit * at_doors[i.building] if i.household >= 0 else 0.0 for i in w.issues
            ],
            "trust": [
                [self.trust_per_visit * door, 0.0, self.neighbour_trust_per_home * talk]
                for door, talk in zip(at_doors, at_talks)
            ],
            "wish": [[0.0, logit, logit, logit] for logit in wish],
        }

    def learn(self, w) -> None:
        for b, called in zip(w.buildings, self.called):
            remaining = b.found * (1.0 - self.loss_rate / 365)
            b.found = remaining + called * (1.0 - remaining)
        hours = sum_in_order(
            min(self.building_hours, self.visit_hours * b.doors)
            for b in w.buildings
            if b.id % 7 == (w.day + 1) % 7
        )
        members_hours = min(hours, w.scenario.party_members.evening_hours / 7 * w.pledged[0])
        if hours:
            self.members, self.others = (
                members_hours / hours,
                min(hours - members_hours, self.committee_hours) / hours,
            )
