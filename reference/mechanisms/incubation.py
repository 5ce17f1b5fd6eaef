"""Incubation, told a second time."""

from ..arithmetic import times
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..stages import RESOLVED, TABLE


class Twin(Mechanism):
    """What a compound did together today becomes tomorrow, if there are evenings for it, a group that stays for a while."""

    def begin(self, w):
        self.size = [0.0 for _ in w.compounds]
        self.news = [0.0 for _ in w.compounds]

    def ask(self, w):
        half = times(self.hours / 14, self.size)
        if not any(half) and not any(self.news):
            return {}
        return {
            "volunteer": half,
            "member": [evening + self.founding * news for evening, news in zip(half, self.news)],
        }

    def pull(self, w, share):
        self.got = share
        group = [size * part for size, part in zip(self.size, share)]
        table = [i for i in w.issues if i.state == TABLE]
        oldest = {next((i.id for i in table if i.compound == c.id), None) for c in w.compounds}
        return {
            "voice": [self.ear * group[b.compound] for b in w.buildings],
            "accord": [self.push / 7 * group[i.compound] if i.id in oldest else 0.0 for i in w.issues],
            "work": spend_hours(
                [self.hours / 7 * part for part in group],
                [i.compound for i in w.issues],
                hours_wanted(w, "volunteer"),
            ),
            "doors": [group[c.id] * min(self.calls, float(c.open)) for c in w.compounds],
        }

    def learn(self, w):
        for c in w.compounds:
            self.size[c.id] = min(
                1.0, self.size[c.id] * (1.0 - 1.0 / self.lasting) + self.news[c.id] * self.got[c.id]
            )
            done = [i for i in w.issues if i.compound == c.id and i.state == RESOLVED and i.resolved == w.day]
            left = [1.0 if i.rule >= 0 else self.lesser for i in done if i.rule >= 0 or i.hard > 0.0]
            self.news[c.id] = max([0.0, *left, *([1.0] if c.all > 0 and c.open == 0 else [])])
