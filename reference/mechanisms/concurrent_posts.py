"""Concurrent posts, told a second time."""

from ..mechanism import Mechanism
from ..random_numbers import chance
from ..stages import TABLE


class Twin(Mechanism):
    """One person in each compound, in the post from a day on, who leaves or wears out, and then there is none for a while."""

    def begin(self, w):
        self.since, self.weary, self.lean = (
            [0 for _ in w.compounds],
            [0.0 for _ in w.compounds],
            [0.0 for _ in w.compounds],
        )

    def there(self, w):
        return [c.company and since <= w.day for c, since in zip(w.compounds, self.since)]

    def table(self, w, c):
        return [i for i in w.issues if i.compound == c.id and i.state == TABLE]

    def ask(self, w):
        return (
            {"member": [self.hours / 7 if there else 0.0 for there in self.there(w)]}
            if any(self.there(w))
            else {}
        )

    def pull(self, w, share):
        self.share, accord, both = share, {}, [0.0 for _ in w.compounds]
        headless = [c.company and not there for c, there in zip(w.compounds, self.there(w))]
        loss = [lean * s if lost else 0.0 for lean, s, lost in zip(self.lean, share, headless)]
        for c, there in zip(w.compounds, self.there(w)):
            if there:
                project = 1 if c.open > 0 else 0
                both[c.id] = self.word * share[c.id] * project
                accord |= {
                    i.id: self.decide / 7 * share[c.id] for i in self.table(w, c)[: self.items - project]
                }
        return {
            "accord": [accord.get(i.id, 0.0) for i in w.issues],
            "consent": [both[b.compound] for b in w.buildings],
            "keep": [-self.orphaned * loss[i.compound] if i.state == TABLE else 0.0 for i in w.issues],
            "trust": [[-self.dismay * loss[b.compound], 0.0, 0.0] for b in w.buildings],
        }

    def learn(self, w):
        luck = w.luck.key("concurrent_posts leaves", w.day)
        for c, there in zip(w.compounds, self.there(w)):
            load = len(self.table(w, c)) + (c.open > 0)
            if there:
                self.lean[c.id] += (self.share[c.id] - self.lean[c.id]) / self.leaning
                self.weary[c.id] = self.weary[c.id] * 0.99 + max(0, load - self.items) / self.patience
                if self.weary[c.id] >= 1.0 or chance(luck, c.id) < self.leaving / 365:
                    self.since[c.id], self.weary[c.id] = w.day + 1 + self.vacancy, 0.0
