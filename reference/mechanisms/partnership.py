"""Reference model of the partnership mechanism."""

from ...model.issues.categories import FAMILIES
from ..arithmetic import sum_in_order
from ..issues import workable
from ..mechanism import Mechanism, spend_hours


class Twin(Mechanism):
    """A circle of firms feels committed after each meeting, and less so every Thursday."""

    def begin(self, w) -> None:
        self.bound, self.days = 0.0, 0
        if self.partner_units == 0:
            self.partner_units = sum_in_order(b.shops for b in w.buildings) / self.shops_per_unit

    def meets(self, w) -> bool:
        """Say whether the circle meets today."""
        return self.partner_units > 0 and self.days % self.interval_days == 16

    def ask(self, w) -> dict:
        committee = self.guidance_hours * (self.lent_hours * self.partner_units * self.bound)
        if w.day % 7 == 4 and self.bound > 0.0:
            committee += self.contact_hours
        if self.meets(w):
            return {"committee": committee + self.committee_hours, "member": self.member_hours}
        return {"committee": committee}

    def suits(self, w, issue) -> bool:
        """Say whether people on loan can work on an issue."""
        common = issue.scope > 0 and "volunteer" in w.kinds[issue.category].done_by
        return workable(issue) and (common or FAMILIES[issue.family] == "street")

    def pull(self, w, share) -> dict:
        self.share = min(share)
        hours = self.lent_hours * self.partner_units * self.bound * self.share
        money = self.donation_yuan * self.partner_units * self.bound * self.share if w.day % 30 == 0 else 0.0
        self.counted["meetings"] += self.share if self.meets(w) else 0.0
        self.counted["lent_hours"] += hours
        self.counted["given"] += money
        return {
            "work": spend_hours(
                [hours], [0 for _ in w.issues], [i.hours_left if self.suits(w, i) else 0.0 for i in w.issues]
            ),
            "ties": [self.contacts_per_day * self.bound * self.share for _ in w.buildings],
            "money": money,
        }

    def learn(self, w) -> None:
        if w.day % 7 == 4:
            self.bound *= 1.0 - self.commitment_loss_rate * (2.0 - self.share)
        if self.meets(w):
            self.bound += self.share * (1.0 - self.bound)
        self.days += 1
