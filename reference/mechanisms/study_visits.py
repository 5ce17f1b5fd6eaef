"""Reference model of the study visits mechanism."""

from ..arithmetic import times
from ..mechanism import Mechanism


class Twin(Mechanism):
    """On some Saturdays a bus takes delegates to see what can be done; belief spreads, and fades."""

    def begin(self, w) -> None:
        self.belief = [0.0 for _ in w.compounds]

    def ask(self, w) -> dict:
        self.away = [w.day % 7 == 6 and (w.day // 7 + c.id) % self.interval_weeks == 0 for c in w.compounds]
        return {"member": times(self.member_hours, self.away), "yuan": times(self.bus_yuan, self.away)}

    def pull(self, w, share) -> dict:
        self.share = share
        for c, part in zip(w.compounds, share):
            if self.away[c.id]:
                self.counted["trips"] += part
                self.counted["delegates"] += part * min(self.delegates, len(c.parts))
        effects = [part * belief for part, belief in zip(share, self.belief)]
        return {
            "consent": [self.persuasion_logit * effects[b.compound] for b in w.buildings],
            "wish": [[self.volunteering_logit * part] * 4 for part in effects],
            "trust": [[self.trust_per_day * effects[b.compound], 0.0, 0.0] for b in w.buildings],
        }

    def learn(self, w) -> None:
        for c in w.compounds:
            remaining = self.belief[c.id] * 0.5 ** (1.0 / self.belief_half_life_days)
            reached = self.share[c.id] * min(1.0, self.delegates / len(c.parts)) if self.away[c.id] else 0.0
            self.belief[c.id] = remaining + self.belief_gain * reached * (1.0 - remaining)
