"""One-to-one care, told a second time."""

from ...agents.residents import ELDER
from ...model.issues.categories import FAMILIES
from ..mechanism import Mechanism
from ..places import at_home
from ..random_numbers import chance, race


class Twin(Mechanism):
    """People are found one after another for the elders who live alone; a pairing lapses by bad luck, oftener when there is no time for it,
    and when that person gives no evening for long, or moves away."""

    def begin(self, w):
        self.alone = [h.people[0] for h in w.households if len(h.people) == 1 and h.people[0].band == ELDER]
        self.pairs, self.idle, self.tired, self.turn, self.found = {}, {}, {}, 0, float(self.paired)
        self.pair(
            w,
            {p.id for p in w.people if p.member or p.volunteer},
            w.luck.key("one-to-one care: who is there at first"),
        )
        self.turn, self.found = 0, 0.0

    def pair(self, w, willing, luck):
        """Whoever is next in turn of those without one is looked for, in the building, then in the compound."""
        for _ in self.alone:
            elder = self.alone[self.turn]
            if self.found < 1.0:
                break
            self.turn = (self.turn + 1) % len(self.alone)
            if elder.id not in self.pairs:
                self.found -= 1.0
                taken = {p.id for p in self.alone} | set(self.pairs.values())
                here = w.buildings[elder.building]
                free = [
                    [p for p in place.people if p.id in willing and p.id not in taken]
                    for place in (here, w.compounds[here.compound])
                ]
                who = race(free[0], at_home, luck) or race(free[1], at_home, luck)
                if who:
                    self.pairs[elder.id], self.idle[elder.id], self.tired[elder.id] = who.id, 0, 0.0

    def sought(self):
        return min(self.renewing / 30, float(len(self.alone) - len(self.pairs)))

    def ask(self, w):
        members = sum(w.people[who].member for who in self.pairs.values())
        looked_after = {"volunteer": self.hours / 7 * (len(self.pairs) - members)}
        return {"member": self.hours / 7 * members + self.search * self.sought()} | looked_after

    def pull(self, w, share):
        self.share, cared = min(share), []
        for b in w.buildings:
            here = [p.id for p in self.alone if p.building == b.id]
            cared.append(len(self.pairs.keys() & here) / max(len(here), 1) * min(share))
        behind_a_door = [FAMILIES[i.family] == "care" and i.household >= 0 for i in w.issues]
        return {
            "ease": [
                [-self.met * part if family == "care" else 0.0 for family in FAMILIES] for part in cared
            ],
            "sight": [
                self.ear * cared[i.building] if inside else 0.0 for i, inside in zip(w.issues, behind_a_door)
            ],
        }

    def learn(self, w):
        self.found += self.sought() * self.share
        lapses, rate = (
            w.luck.key("one-to-one care: a pairing lapses", w.day),
            (self.lapsing + self.neglect * (1.0 - self.share)) / 365,
        )
        self.idle = {
            elder: 0 if w.people[who].gives else self.idle[elder] + 1 for elder, who in self.pairs.items()
        }
        left = {
            elder
            for elder, who in self.pairs.items()
            if self.tired[elder] > 0.0 and w.people[who].fatigue == 0.0
        }
        self.tired = {elder: w.people[who].fatigue for elder, who in self.pairs.items()}
        lapsed = {
            elder for elder in self.pairs if self.idle[elder] >= self.waits or chance(lapses, elder) < rate
        }
        self.pairs = {elder: who for elder, who in self.pairs.items() if elder not in left | lapsed}
        self.pair(
            w,
            {p.id for p in w.people if p.gives and (p.member or p.volunteer)},
            w.luck.key("one-to-one care: who is found", w.day),
        )
