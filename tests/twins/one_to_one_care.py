"""One-to-one care, told a second time."""

from twin import ELDER, FAMILIES, Mechanism, chance


class Twin(Mechanism):
    """Members are found one after another for the elders who live alone; a pairing lapses by bad luck, oftener when there is no time for it."""

    def begin(self, w):
        self.alone = [h.people[0] for h in w.households if len(h.people) == 1 and h.people[0].band == ELDER]
        self.pairs, self.found = set(), 0.0

    def sought(self):
        return min(self.renewing / 30, float(len(self.alone) - len(self.pairs)))

    def ask(self, w):
        return {"member": self.hours / 7 * len(self.pairs) + self.search * self.sought()}

    def pull(self, w, share):
        self.share, cared = min(share), []
        for b in w.buildings:
            here = [p.id for p in self.alone if p.building == b.id]
            cared.append(len(self.pairs.intersection(here)) / max(len(here), 1) * min(share))
        behind_a_door = [FAMILIES[i.family] == "care" and i.household >= 0 for i in w.issues]
        return {
            "ease": [[-self.met * part if family == "care" else 0.0 for family in FAMILIES] for part in cared],
            "sight": [self.ear * cared[i.building] if inside else 0.0 for i, inside in zip(w.issues, behind_a_door)],
        }

    def learn(self, w):
        self.found += self.sought() * self.share
        lapses, rate = w.luck.key("one-to-one care: a pairing lapses", w.day), (self.lapsing + self.neglect * (1.0 - self.share)) / 365
        self.pairs -= {p.id for p in self.alone if chance(lapses, p.id) < rate}
        waiting = [p.id for p in self.alone if p.id not in self.pairs]
        while waiting and self.found >= 1.0:
            self.pairs.add(waiting.pop(0))
            self.found -= 1.0
