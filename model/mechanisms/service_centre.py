"""Service centre (党群服务中心): a place to meet, be asked to help, and find a class, clinic or repair shop.

Disappoints people who live far from it, and others when the rooms are full. It takes weeks and money to set
up, and rent is due every day afterwards, whether the rooms are open or not.

There are `stations` stations of `station_area_m2` m²: the first in the middle of compound `first_compound`,
the others in the next compounds, or evenly among all buildings if `first_compound` is 0. Each building uses
the nearest. near is `half_distance_buildings / (half_distance_buildings + distance)`. The share of its
residents who come on a day is `come = visit_share * near`, reduced in proportion where more than
`people_per_m2 * station_area_m2` people would come to a station. d is the share of the rooms that is set
up; it grows by `s / (7 * setup_weeks)` a day to 1.

- *Asks* `setup_yuan / (7 * setup_weeks)` yuan a day until d = 1, and `rent_yuan * station_area_m2 *
  stations * d` every day; only `1 - company_share` of both if any compound has a company. On the first
  `open_days_per_week` days of the week, when it is open, `committee_hours` committee hours a station and
  `service_hours * services * d` committee hours.
- *Pulls* on these days, with v = come * d s: `ties = contacts_per_visit * v`, `trust in committee and
  neighbours = trust_per_visit * v`, `wish = volunteering_logit * mean v`, and `work` on care, but not for
  the housebound, with `service_hours * services * people_per_hour * d s` hours in all, at most near hours
  on an issue.
- *Learns* d.
- *Limits*: people who live far away, and the rent.
"""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import TRUST_COMMITTEE, TRUST_NEIGHBOURS
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..issues.categories import FAMILIES, UNITS
from ..resources.allocation import spend_hours
from ..resources.levers import ALL, COMMITTEE, STANDINGS, YUAN
from . import Count, Mechanism

CARE, HOUSEBOUND = FAMILIES.index("care"), UNITS.index("housebound")
OPEN_DAYS, VISITS, SERVED = range(3)  # places of `counts`


class Rooms(NamedTuple):
    """How many residents would come, and how far the rooms are set up."""

    nigh: (
        np.ndarray
    )  # (buildings,) float64  closeness to the nearest station: 1 at its door, less farther away
    living: np.ndarray  # (buildings,) float64  residents who are ever at home
    come: np.ndarray  # (buildings,) float64  share of residents who come per day once all rooms are open
    done: np.ndarray  # (1,) float64          share of the rooms set up so far, 0..1


@dataclass(frozen=True)
class ServiceCentre(Mechanism):
    zh: ClassVar[str] = "党群服务中心"
    zh_letter: ClassVar[str] = "站"
    meant_for: ClassVar[tuple[str, ...]] = ("care",)
    zh_does: ClassVar[str] = "党群服务中心：让居民见面、受邀出力，并提供课堂、诊所和维修点。"
    zh_disappoints: ClassVar[str] = (
        "住得远的人不来，满员时进不去；开办需要时间和资金，不管开不开门，每天都要付租金。"
    )
    group: ClassVar[str] = "together"
    pulls: ClassVar[tuple] = ("ties", "wish", "trust", "work")
    counts: ClassVar[tuple] = (
        Count("open_days", "days open", "开放天数", "days", "天"),
        Count("visits", "visits by residents", "居民到访", "visits", "人次"),
        Count("served", "people served with care", "照护服务", "services", "人次"),
    )
    station_area_m2: float = knob(
        100.0,
        5.0,
        20_000.0,
        unit="m2 per station",
        source="datianba's grew from 100 to 800 m2; shuian's has 800",
        words=("Area of a station", "面积", "平方米/处"),
    )
    stations: int = knob(
        1,
        1,
        40,
        unit="stations",
        source="a choice",
        words=("Stations", "站点", "处"),
    )
    first_compound: int = knob(
        0,
        0,
        5000,
        unit="compound of the first station, the others follow in the next ones; 0: spread evenly",
        source="a choice",
        words=("Compound of the first station", "第一处设在哪个小区", "第几个小区；0表示均匀分布"),
    )
    setup_yuan: float = knob(
        5000.0,
        0.0,
        5e6,
        unit="yuan to set up, from the community's fund",
        source="assumed: lent rooms; shuian's cost 200,000",
        words=("Cost of setting up", "开办费", "元，出自社区资金"),
    )
    setup_weeks: int = knob(
        8,
        1,
        104,
        unit="weeks to set up, once paid",
        source="assumed",
        words=("Weeks to set up", "开办时间", "周"),
    )
    company_share: float = knob(
        0.0,
        0.0,
        1.0,
        unit="share of setup cost and rent paid by a property company, where there is one",
        source="a choice; in shuian all of the setup cost",
        words=("Share paid by the company", "物业公司承担", "开办费和租金的比例"),
    )
    rent_yuan: float = knob(
        0.15,
        0.01,
        20.0,
        unit="yuan/m2 and day",
        source="assumed; rooms are mostly lent, but electricity and upkeep are not free",
        words=("Rent", "租金", "元/平方米·天"),
    )
    open_days_per_week: int = knob(
        5,
        1,
        7,
        unit="days open/week",
        source="assumed",
        words=("Days open", "每周开放", "天/周"),
    )
    committee_hours: float = knob(
        0.5,
        0.1,
        24.0,
        unit="committee hours/station and day open",
        source="assumed",
        words=("Committee's time", "居委会值守", "小时/处·开放日"),
    )
    services: int = knob(
        2,
        0,
        100,
        unit="services",
        source="datianba: 18 in 800 m2, so two in 100",
        words=("Services", "服务项目", "项"),
    )
    service_hours: float = knob(
        0.1,
        0.0,
        4.0,
        unit="committee hours/service and day open",
        source="assumed: half an hour per week",
        words=("Time per service", "每项投入", "居委会小时/项·开放日"),
    )
    people_per_hour: float = knob(
        5.0,
        1.0,
        40.0,
        unit="people that one hour of a class or clinic serves",
        source="assumed",
        words=("People served per hour", "每小时服务", "人"),
    )
    visit_share: float = knob(
        0.05,
        0.0,
        0.5,
        unit="share of residents who come per day, if they live next door",
        source="assumed",
        words=("Visitors from next door", "就近居民的到访", "每天到访的比例"),
    )
    half_distance_buildings: float = knob(
        3.0,
        0.2,
        50.0,
        unit="buildings of distance at which half as many come",
        source="assumed; vary it",
        words=("Distance that halves visits", "到访减半的距离", "栋"),
    )
    people_per_m2: float = knob(
        0.6,
        0.01,
        5.0,
        unit="people/m2 and day",
        source="assumed",
        words=("Capacity", "容纳人数", "人/平方米·天"),
    )
    contacts_per_visit: float = knob(
        0.05,
        0.0,
        1.0,
        unit="new acquaintances per visit",
        source="assumed; as on an evening given",
        words=("New acquaintances per visit", "每次到访新结识", "人/次"),
    )
    trust_per_visit: float = knob(
        0.02,
        0.0,
        0.3,
        unit="share of distrust in neighbours and the committee, per visit",
        source="assumed",
        words=("Trust gained per visit", "每次到访增加的信任", "消除不信任的比例，对邻居和居委会"),
    )
    volunteering_logit: float = knob(
        4.0,
        0.0,
        60.0,
        unit="logit of giving an evening, per visit and resident",
        source="assumed: a tenth of one, about",
        words=("Willingness to volunteer", "更愿意出力", "愿出一个晚上的对数几率，每人每次到访"),
    )

    def begin(self, world, random_numbers) -> Rooms:
        """Return the initial rooms, with each building assigned to its nearest station.

        If a station's guests exceed its seats, all of them come less often.
        """
        # in plain Python numbers, which are faster one by one than NumPy's
        x, y, places = (a.tolist() for a in (world.buildings.x, world.buildings.y, world.compounds.first))
        n, c, people = len(x), len(places) - 1, world.residents
        spans = [(s * n // self.stations, (s + 1) * n // self.stations) for s in range(self.stations)]
        if self.first_compound:
            spans = [
                (places[(self.first_compound - 1 + s) % c], places[(self.first_compound - 1 + s) % c + 1])
                for s in range(self.stations)
            ]
        middles = [(sum(x[i:j]) / (j - i), sum(y[i:j]) / (j - i)) for i, j in spans if j > i]
        # residents never at home never come
        living = np.bincount(people.building, people.presence > 0, n).tolist()
        distances = [
            [sqrt((x[i] - east) ** 2 + (y[i] - north) ** 2) for east, north in middles] for i in range(n)
        ]
        station = [row.index(min(row)) for row in distances]
        nigh = [self.half_distance_buildings / (self.half_distance_buildings + min(row)) for row in distances]
        guests = [0.0 for _ in middles]
        for i in range(n):
            guests[station[i]] += self.visit_share * nigh[i] * living[i]
        room = [
            min(1.0, self.people_per_m2 * self.station_area_m2 / count) if count > 0.0 else 1.0
            for count in guests
        ]
        return Rooms(
            np.array(nigh),
            np.array(living),
            np.array([self.visit_share * nigh[i] * room[station[i]] for i in range(n)]),
            np.zeros(1),
        )

    @kernel
    def ask(m, w) -> None:
        k, done = m.knobs[0], m.own.done[0]
        setting_up = k.setup_yuan / (7.0 * k.setup_weeks) if done < 1.0 else 0.0
        m.want[YUAN, ALL] = (
            setting_up + k.rent_yuan * k.station_area_m2 * k.stations * done
        ) * share_of_costs(w, k)
        if opens(w.day, k.open_days_per_week):
            m.want[COMMITTEE, ALL] = k.committee_hours * k.stations + k.service_hours * k.services * done

    @kernel
    def pull(m, w) -> None:
        k, come, where = m.knobs[0], m.own.come, w.buildings.compound
        if opens(w.day, k.open_days_per_week):
            in_use, left = m.own.done[0] * m.share[ALL], np.empty(1)
            guests, buildings = np.zeros(len(m.share) - 1), np.zeros(len(m.share) - 1)
            m.counts[OPEN_DAYS] += in_use
            for b in range(len(where)):
                m.lever.ties[b] = k.contacts_per_visit * come[b] * in_use
                m.lever.trust[b, TRUST_COMMITTEE] = m.lever.trust[b, TRUST_NEIGHBOURS] = (
                    k.trust_per_visit * come[b] * in_use
                )
                guests[where[b]] += come[b]
                m.counts[VISITS] += come[b] * m.own.living[b] * in_use
                buildings[where[b]] += 1.0
            for c in range(len(guests)):
                for standing in range(STANDINGS):
                    m.lever.wish[c, standing] = k.volunteering_logit * guests[c] / buildings[c] * in_use
            left[0] = k.service_hours * k.services * k.people_per_hour * in_use
            for i in w.workable:
                issue = w.issues[i]
                # at most an hour a day for a resident who lives next door and can leave home
                if issue.family == CARE and w.cats.unit[issue.category] != HOUSEBOUND:
                    m.lever.work[i] = spend_hours(left, 0, min(issue.hours_left, m.own.nigh[issue.building]))
                    m.counts[SERVED] += m.lever.work[i] > 0.0

    @kernel
    def learn(m, w) -> None:
        m.own.done[0] = min(1.0, m.own.done[0] + m.share[ALL] / (7.0 * m.knobs[0].setup_weeks))


@lean_kernel
def opens(day, days) -> bool:
    """Say whether the centre opens on `day`: on the first days of a week that ends on Sunday."""
    return (day - 1) % 7 < days


@lean_kernel
def share_of_costs(w, k) -> float:
    """Return the share of the costs that the community's fund bears."""
    company = False
    for c in range(len(w.compounds.company)):
        company |= w.compounds.company[c]
    return 1.0 - k.company_share if company else 1.0
