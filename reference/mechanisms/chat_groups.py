"""Reference model of the chat groups mechanism."""

from ...engine.codes import CHILD, ELDER
from ..arithmetic import times
from ..mechanism import Mechanism


class Twin(Mechanism):
    """Each building has a chat group, or only a share of buildings, those with a property company first.

    Residents join while the group is followed, and leave while it is not. One moderator follows all groups of
    a compound, and misses more messages the more groups there are.
    """

    def begin(self, w) -> None:
        for b in w.buildings:
            adults = [p for p in b.people if p.band != CHILD and p.presence > 0.0]
            elders = sum(p.band == ELDER for p in adults)
            b.group, b.joined, b.adults, b.ceiling = (
                False,
                0.0,
                len(adults),
                (self.elder_uptake * elders + self.adult_uptake * (len(adults) - elders))
                / max(len(adults), 1),
            )
        for b in sorted(w.buildings, key=lambda b: not w.compounds[b.compound].company)[
            : int(self.coverage * len(w.buildings) + 0.5)
        ]:
            b.group = True
        self.groups = [sum(b.group for b in c.parts) for c in w.compounds]

    def ask(self, w) -> dict:
        hours = [self.moderation_hours * float(n) for n in self.groups]
        return {
            "committee": times(self.committee_share, hours),
            "volunteer": times(1.0 - self.committee_share, hours),
        }

    def pull(self, w, share) -> dict:
        minded = self.minded = [
            paid * (self.groups_per_moderator / (self.groups_per_moderator + n))
            for paid, n in zip(share, self.groups)
        ]
        self.counted["group_days"] += sum(n * part for n, part in zip(self.groups, minded))
        losses = [
            -self.rumour_trust_loss
            * (b.joined * (1.0 - minded[b.compound]) if share[b.compound] > 0.0 else 0.0)
            for b in w.buildings
        ]
        return {
            "voice": [self.report_log_rate * b.joined * minded[b.compound] for b in w.buildings],
            "reach": [self.contact_logit * b.joined * minded[b.compound] for b in w.buildings],
            "trust": [[loss, 0.0, loss] for loss in losses],
        }

    def learn(self, w) -> None:
        for b in w.buildings:
            minded, ceiling = self.minded[b.compound], b.ceiling if b.group else 0.0
            b.joined += (
                self.joining_rate * minded * (ceiling - b.joined)
                - self.leaving_rate * (1.0 - minded) * b.joined
            )
        self.counted["members"] = sum(b.joined * b.adults for b in w.buildings)
