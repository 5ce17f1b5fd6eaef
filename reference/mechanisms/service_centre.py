"""Reference model of the service centre mechanism."""

from math import sqrt

from ...model.issues.categories import FAMILIES
from ..arithmetic import sum_in_order, times
from ..issues import workable
from ..mechanism import Mechanism, spend_hours


class Twin(Mechanism):
    """Some stations are set up week by week.

    The farther a building is from the nearest station, the fewer of its residents come, and no more than its
    seats allow.
    """

    def begin(self, w) -> None:
        n, c, self.done = len(w.buildings), len(w.compounds), 0.0
        houses = [
            w.buildings[s * n // self.stations : (s + 1) * n // self.stations] for s in range(self.stations)
        ]
        if self.first_compound > 0:
            houses = [w.compounds[(self.first_compound - 1 + s) % c].parts for s in range(self.stations)]
        middles = [
            [sum(places) / len(house) for places in ([b.x for b in house], [b.y for b in house])]
            for house in houses
            if house
        ]
        distances = [
            [sqrt((b.x - east) ** 2 + (b.y - north) ** 2) for east, north in middles] for b in w.buildings
        ]
        self.nigh = [
            self.half_distance_buildings / (self.half_distance_buildings + min(row)) for row in distances
        ]
        station = [row.index(min(row)) for row in distances]
        self.living = living = [float(sum(p.presence > 0.0 for p in b.people)) for b in w.buildings]
        room = []
        for house in range(len(middles)):
            guests = sum_in_order(
                self.visit_share * nigh * people
                for nigh, people, nearest in zip(self.nigh, living, station)
                if nearest == house
            )
            room.append(
                self.people_per_m2 * self.station_area_m2 / guests
                if guests > self.people_per_m2 * self.station_area_m2
                else 1.0
            )
        self.come = [self.visit_share * nigh * room[nearest] for nigh, nearest in zip(self.nigh, station)]
        self.charged = 1.0 - self.company_share if any(c.company for c in w.compounds) else 1.0

    def ask(self, w) -> dict:
        self.open = (w.day - 1) % 7 < self.open_days_per_week
        yuan = self.rent_yuan * self.station_area_m2 * self.stations * self.done
        if self.done < 1.0:
            yuan = self.setup_yuan / (7.0 * self.setup_weeks) + yuan
        return {
            "yuan": yuan * self.charged,
            "committee": (
                self.committee_hours * self.stations + self.service_hours * self.services * self.done
            )
            * self.open,
        }

    def pull(self, w, share) -> dict:
        self.paid = min(share)
        if not self.open:
            return {"work": [0.0 for _ in w.issues]}
        in_use = self.done * self.paid
        mean = [sum_in_order(self.come[b.id] for b in c.parts) / float(len(c.parts)) for c in w.compounds]
        able = [
            FAMILIES[i.family] == "care" and w.kinds[i.category].unit != "housebound" and workable(i)
            for i in w.issues
        ]
        jobs = [min(i.hours_left, self.nigh[i.building]) if can else 0.0 for i, can in zip(w.issues, able)]
        hours = [self.service_hours * self.services * self.people_per_hour * in_use]
        work = spend_hours(hours, [0 for _ in w.issues], jobs)
        self.counted["open_days"] += in_use
        self.counted["visits"] += sum(come * people * in_use for come, people in zip(self.come, self.living))
        self.counted["served"] += sum(spent > 0.0 for spent in work)
        return {
            "ties": times(in_use, times(self.contacts_per_visit, self.come)),
            "trust": [
                [warmth, 0.0, warmth] for warmth in times(in_use, times(self.trust_per_visit, self.come))
            ],
            "wish": [[self.volunteering_logit * part * in_use] * 4 for part in mean],
            "work": work,
        }

    def learn(self, w) -> None:
        self.done = min(1.0, self.done + self.paid / (7.0 * self.setup_weeks))
