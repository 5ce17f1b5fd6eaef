"""Five-party alliance, told a second time."""

from twin import TABLE, Mechanism, chance


class Twin(Mechanism):
    """In compounds with a company five parties sit every few weeks over the two or so oldest matters; momentum grows with sittings."""

    def begin(self, w):
        self.momentum = [0.0 for _ in w.compounds]

    def ask(self, w):
        self.today = [c.company and w.day > 14 and (w.day + c.id) % (7 * self.every) == 0 for c in w.compounds]
        seat = [self.hours if sits else 0.0 for sits in self.today]
        return {"committee": seat, "member": [3.0 * hours for hours in seat], "property": seat} if any(self.today) else {}

    def pull(self, w, share):
        luck = w.luck.key("five_party_alliance owners' committee comes", w.day)
        coming = [self.working * (1.0 - self.absence * (1.0 - c.around)) if w.day >= self.owners_from else 0.0 for c in w.compounds]
        owners = [chance(luck, c.id) < often for c, often in zip(w.compounds, coming)]
        taken = [part * (5.0 if come else 4.0) for part, come in zip(share, owners)]
        self.held = [sits and seats >= self.quorum for sits, seats in zip(self.today, taken)]
        here = [seats / 5.0 if held else 0.0 for held, seats in zip(self.held, taken)]
        accord = {}
        for c in w.compounds:
            stuck = [i for i in w.issues if i.compound == c.id and i.state == TABLE and w.day - i.born >= self.stuck]
            for issue in stuck[: self.items] if owners[c.id] else []:
                accord[issue.id] = self.push * self.momentum[c.id] * here[c.id]
        return {
            "accord": [accord.get(i.id, 0.0) for i in w.issues],
            "keep": [self.momentum[i.compound] * share[i.compound] if i.state == TABLE else 0.0 for i in w.issues],
            "trust": [[self.answer * here[b.compound], self.answer * here[b.compound], 0.0] for b in w.buildings],
        }

    def learn(self, w):
        faded = [momentum * (1.0 - self.fading) for momentum in self.momentum]
        self.momentum = [now + self.gather * (1.0 - now) if held and w.day >= self.owners_from else now for now, held in zip(faded, self.held)]
