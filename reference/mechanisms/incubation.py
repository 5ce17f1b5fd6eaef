"""Reference model of the incubation mechanism."""

from ..arithmetic import times
from ..mechanism import Mechanism, hours_wanted, spend_hours
from ..stages import RESOLVED, TABLE


class Twin(Mechanism):
    """A success in a compound today leaves, from tomorrow on, a group that lasts for a while.

    The group is founded only if there are evenings for it.
    """

    def begin(self, w) -> None:
        self.size = [0.0 for _ in w.compounds]
        self.news = [0.0 for _ in w.compounds]

    def ask(self, w) -> dict:
        half = times(self.group_hours / 14, self.size)
        if not any(half) and not any(self.news):
            return {}
        return {
            "volunteer": half,
            "member": [evening + self.founding_hours * news for evening, news in zip(half, self.news)],
        }

    def pull(self, w, share) -> dict:
        self.got = share
        groups = [size * group for size, group in zip(self.size, share)]
        at_table = [i for i in w.issues if i.state == TABLE]
        oldest = {next((i.id for i in at_table if i.compound == c.id), None) for c in w.compounds}
        doors = [groups[c.id] * min(self.visits_per_day, float(c.open)) for c in w.compounds]
        self.counted["calls"] += sum(doors)
        return {
            "voice": [self.report_log_rate * groups[b.compound] for b in w.buildings],
            "accord": [
                self.push_sittings / 7 * groups[i.compound] if i.id in oldest else 0.0 for i in w.issues
            ],
            "work": spend_hours(
                [self.group_hours / 7 * group for group in groups],
                [i.compound for i in w.issues],
                hours_wanted(w, "volunteer"),
            ),
            "doors": doors,
        }

    def learn(self, w) -> None:
        self.counted["founded"] += sum(news * part for news, part in zip(self.news, self.got))
        for c in w.compounds:
            self.size[c.id] = min(
                1.0,
                self.size[c.id] * (1.0 - 1.0 / self.group_lifetime_days) + self.news[c.id] * self.got[c.id],
            )
            resolved = [
                i for i in w.issues if i.compound == c.id and i.state == RESOLVED and i.resolved_day == w.day
            ]
            sizes = [
                1.0 if i.consent_rule >= 0 else self.settled_matter_share
                for i in resolved
                if i.consent_rule >= 0 or i.sittings_needed > 0.0
            ]
            self.news[c.id] = max([0.0, *sizes, *([1.0] if c.all > 0 and c.open == 0 else [])])
        self.counted["groups"] = sum(self.size)
