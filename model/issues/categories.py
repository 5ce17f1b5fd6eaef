"""What goes wrong: the categories of issues, where each arises, who can see it, who can do it, and what it takes.

The kinds are those named in press reports of 2019-2024; rates, hours and prices are assumed unless a source is given.
"""

from dataclasses import dataclass, field, fields
from math import gamma
from typing import NamedTuple

import numpy as np

from ...engine.parameters import knob
from ...engine.randomness import hash_name
from .consent_rules import RULES

FAMILIES = ("facility", "environment", "safety", "dispute", "care", "project", "street")
FAMILIES_ZH = ("设施", "环境", "安全", "纠纷", "照护", "公共工程", "商业街")
UNITS = (
    "resident",
    "elder",
    "alone",
    "housebound",
    "child",
    "household",
    "stairwell",
    "lift",
    "building",
    "compound",
    "shop",
    "walkup",
    "garage",
)  # a stairwell of a building without lifts; a compound that has lifts
SCOPES = (
    "household",
    "stairwell",
    "building",
    "compound",
    "street",
)  # who can see it: the neighbours who share that place
HANDS = ("property", "committee", "captain", "volunteer", "grid")  # who can do it

SEASONS = {  # name -> how many times as often in each month; the mean is one (assumed: southern China, school holidays)
    "rain": (0.3, 0.5, 0.8, 1.4, 1.8, 2.0, 1.6, 1.6, 1.0, 0.4, 0.3, 0.3),
    "warm": (0.0, 0.1, 0.4, 1.0, 1.6, 2.1, 2.3, 2.1, 1.4, 0.8, 0.2, 0.0),
    "holidays": (1.5, 1.5, 0.0, 0.0, 0.0, 0.0, 4.5, 4.5, 0.0, 0.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class Category:
    """One kind of issue."""

    zh: str  # its Chinese name
    family: str  # one of FAMILIES
    unit: str  # what it arises from, one of UNITS
    scope: str  # who can see it, one of SCOPES
    hands: str  # who can do it, some of HANDS; the first of property and committee that is there takes it in
    rate: float = knob(
        0.1,
        0.0,
        100.0,
        unit="issues/unit/year",
        source="assumed; formal requests are 0.2-0.4 per resident and year",
    )
    ageing: float = knob(0.0, -1.0, 1.0, unit="log rate/10 years of building age beyond 20", source="assumed")
    severity: int = knob(1, 0, 3, unit="rank; 3 is an emergency", source="assumed")
    telling: float = knob(
        0.1,
        0.0,
        20.0,
        unit="1/day: log(benefit/cost) of telling",
        source="assumed; volunteer's dilemma, Diekmann 1985",
    )
    work: float = knob(2.0, 0.01, 5000.0, unit="person-hours, mean", source="assumed")
    spread: float = knob(
        0.5,
        0.0,
        3.0,
        unit="Weibull exponent: 0 fixed, 1 exponential",
        source="assumed; public logs are heavier than exponential",
    )
    works: float = knob(
        0.0,
        0.0,
        2000.0,
        unit="days that the works take at least, once begun",
        source="assumed; months are reported of projects",
    )
    cost: float = knob(0.0, 0.0, 1e8, unit="yuan", source="assumed")
    sittings: float = knob(
        0.0,
        0.0,
        60.0,
        unit="sittings till the parties agree, mean; 0 needs none",
        source="assumed; yiduan's family case took eight",
    )
    stubborn: float = knob(
        0.0,
        0.0,
        1.0,
        unit="share whose parties will not hear of it",
        source="assumed; people's mediation claims 95 % success",
    )
    tail: float = knob(
        10.0,
        1.0,
        1000.0,
        unit="times as many sittings for those",
        source="assumed: years by telephone; changcheng_shuijun's stood four",
    )
    lead: float = knob(0.0, 0.0, 1000.0, unit="days with a department, mean; 0 stays here", source="assumed")
    recurs: float = knob(
        0.0,
        0.0,
        1.0,
        unit="expected returns",
        source="assumed; issues of norms come back unless habits change",
    )
    lapse: float = knob(
        0.0, 0.0, 5000.0, unit="days till it ceases by itself, mean; 0 never", source="assumed"
    )
    patience: float = knob(90.0, 1.0, 5000.0, unit="days till the teller gives up, mean", source="assumed")
    reopen: float = knob(0.05, 0.0, 1.0, unit="chance that it was not really done", source="assumed")
    rule: str = field(default="", metadata={"choices": ("", *RULES)})  # the consent a project needs
    season: str = field(default="", metadata={"choices": ("", *SEASONS)})  # how its rate varies over the year

    def contradictions(self):
        """What does not go together, as (field, words)."""
        for name, known in (("family", FAMILIES), ("unit", UNITS), ("scope", SCOPES)):
            if getattr(self, name) not in known:
                yield name, f"= {getattr(self, name)!r} is not one of {', '.join(known)}"
        if self.rule and self.rule not in RULES:
            yield "rule", f"= {self.rule!r} is not one of {', '.join(RULES)}"
        if self.season and self.season not in SEASONS:
            yield "season", f"= {self.season!r} is not one of {', '.join(SEASONS)}"


def _category(zh, family, unit, scope, hands, **numbers):
    return Category(zh, family, unit, scope, hands, **numbers)


_ALL = "property committee captain volunteer grid"
_PC = "property committee"
_SPOT = "property committee captain"
_CARE = "committee captain volunteer grid"
_C = "committee"

# fmt: off
CATEGORIES = {
    "lift_stopped": _category("电梯停运", "facility", "lift", "building", _PC, rate=1.2, severity=3, telling=1.5, work=6.0, spread=1.0, cost=600.0, reopen=0.15),
    "lift_worn": _category("电梯老化", "facility", "lift", "building", _PC, rate=0.01, ageing=0.8, severity=2, telling=0.05, work=60.0, works=20.0, cost=230_000.0, sittings=3.0, stubborn=0.1, patience=720.0),
    "water_pressure": _category("水压不足", "facility", "building", "building", _PC, rate=0.05, ageing=0.3, severity=2, telling=0.15, work=40.0, cost=5000.0, sittings=6.0, stubborn=0.1, lead=60.0, patience=365.0),
    "pipe_burst": _category("水管爆裂", "facility", "building", "building", _PC, rate=0.25, ageing=0.5, severity=3, telling=2.0, work=8.0, spread=1.0, cost=800.0),
    "pipe_leak": _category("管道渗漏", "facility", "household", "household", _PC, rate=0.04, ageing=0.4, severity=1, telling=0.06, work=4.0, spread=1.0, cost=200.0),
    "garage_flood": _category("车库进水", "facility", "garage", "compound", _PC, rate=0.3, severity=3, telling=1.0, work=24.0, cost=3000.0, sittings=2.0, stubborn=0.05, season="rain"),
    "wall_decay": _category("墙面顶棚破损", "facility", "building", "building", _PC, rate=0.4, ageing=0.4, severity=1, telling=0.04, work=12.0, spread=1.0, cost=1500.0, patience=180.0),
    "drain_blocked": _category("下水道堵塞", "facility", "building", "building", _PC, rate=1.0, ageing=0.3, severity=2, telling=0.3, work=3.0, cost=100.0, reopen=0.15),
    "camera_dead": _category("监控损坏", "facility", "compound", "compound", _PC, rate=2.0, severity=1, telling=0.03, work=3.0, cost=400.0),
    "green_rundown": _category("绿化破败", "facility", "compound", "compound", "property committee volunteer", rate=1.0, severity=0, telling=0.03, work=20.0, cost=800.0, patience=120.0),
    "lamp_out": _category("楼道灯不亮", "facility", "stairwell", "stairwell", _SPOT, rate=1.5, severity=1, telling=0.03, work=1.0),
    "litter": _category("乱丢垃圾", "environment", "building", "building", _ALL, rate=3.0, severity=0, telling=0.03, work=1.0, recurs=0.6, lapse=60.0),
    "mosquito": _category("蚊虫积水", "environment", "building", "building", _ALL, rate=0.6, severity=1, telling=0.05, work=4.0, recurs=0.4, lapse=60.0, season="warm"),
    "pet_fouling": _category("宠物粪便", "environment", "building", "building", _ALL, rate=1.2, severity=0, telling=0.03, work=1.0, recurs=0.7, lapse=40.0),
    "rooftop_beds": _category("楼顶种菜", "environment", "building", "building", "property committee grid", rate=0.15, severity=1, telling=0.02, work=6.0, sittings=2.0, stubborn=0.1, recurs=0.3),
    "clutter": _category("楼道堆物", "environment", "stairwell", "stairwell", _ALL, rate=0.8, severity=1, telling=0.02, work=2.0, recurs=0.6, lapse=180.0),
    "hygiene": _category("卫生脏乱", "environment", "building", "building", _ALL, rate=0.8, severity=1, telling=0.05, work=3.0, recurs=0.4, lapse=60.0),
    "ebike_upstairs": _category("电动车上楼", "safety", "stairwell", "stairwell", _ALL, rate=0.6, severity=2, telling=0.03, work=1.5, recurs=0.6, lapse=60.0),
    "thrown_objects": _category("高空抛物", "safety", "building", "building", "property committee grid", rate=0.5, severity=2, telling=0.1, work=3.0, recurs=0.5, lapse=30.0),
    "fire_lane": _category("消防通道堵塞", "safety", "compound", "compound", "property committee grid", rate=2.0, severity=2, telling=0.1, work=2.0, recurs=0.5, lapse=30.0),
    "parking": _category("乱停车", "safety", "compound", "compound", "property committee grid", rate=3.0, severity=1, telling=0.2, work=4.0, sittings=1.0, stubborn=0.05, recurs=0.5, lapse=60.0),
    "neighbour_noise": _category("邻里噪音", "dispute", "household", "household", "committee captain grid", rate=0.03, severity=1, telling=0.06, work=1.0, sittings=1.5, stubborn=0.05, recurs=0.3, lapse=90.0, patience=60.0),
    "square_noise": _category("广场舞噪音", "dispute", "compound", "compound", _C, rate=0.6, severity=1, telling=0.1, work=2.0, sittings=3.0, stubborn=0.1, recurs=0.3, lapse=180.0),
    "siting": _category("设施选址纠纷", "dispute", "compound", "compound", _C, rate=0.4, severity=1, telling=0.2, work=4.0, sittings=3.0, stubborn=0.1, lapse=365.0),
    "family_quarrel": _category("家庭财产纠纷", "dispute", "household", "household", _C, rate=0.008, severity=2, telling=0.02, work=3.0, sittings=5.0, stubborn=0.15, lapse=365.0, patience=180.0),
    "demolition": _category("拆迁纠纷", "dispute", "household", "household", _C, rate=0.002, severity=2, telling=0.1, work=6.0, sittings=6.0, stubborn=0.25, lapse=720.0, patience=365.0),
    "separated_couple": _category("离异纠纷", "dispute", "household", "household", _C, rate=0.004, severity=1, telling=0.01, work=2.0, sittings=4.0, stubborn=0.2, lapse=365.0),
    "property_fees": _category("物业费纠纷", "dispute", "household", "household", _PC, rate=0.02, severity=0, telling=0.06, work=1.0, sittings=2.0, stubborn=0.15, lapse=365.0),
    "elder_alone": _category("独居老人求助", "care", "alone", "household", _CARE, rate=0.6, severity=2, telling=0.03, work=2.0, recurs=0.4, lapse=120.0),
    "child_holiday": _category("假期儿童看护", "care", "child", "household", "committee volunteer", rate=0.12, severity=1, telling=0.04, work=6.0, lapse=45.0, season="holidays"),
    "home_repair": _category("入户维修", "care", "elder", "household", "property committee volunteer", rate=0.12, severity=1, telling=0.04, work=2.0),
    "haircut": _category("上门理发", "care", "housebound", "household", _CARE, rate=3.0, severity=0, telling=0.05, work=1.0, lapse=60.0),
    "job_or_partner": _category("求职婚恋", "care", "resident", "household", "committee volunteer", rate=0.006, severity=0, telling=0.01, work=5.0, spread=1.5, lapse=365.0),
    "lift_adding": _category("加装电梯", "project", "walkup", "building", _C, rate=0.008, ageing=0.3, severity=1, telling=0.05, work=80.0, works=90.0, cost=30_000.0, rule="code_278_major", lead=60.0, lapse=720.0, patience=1500.0, reopen=0.0),
    "yard_renewal": _category("老旧小区改造", "project", "compound", "compound", _C, rate=0.05, ageing=0.5, severity=1, telling=0.1, work=200.0, works=120.0, cost=50_000.0, rule="every_household", lead=60.0, lapse=900.0, patience=1500.0, reopen=0.0),
    "mains_replacement": _category("水网改造", "project", "compound", "compound", _PC, rate=0.02, ageing=0.5, severity=2, telling=0.05, work=120.0, works=60.0, cost=40_000.0, rule="code_278_plain", lead=90.0, lapse=900.0, patience=1500.0, reopen=0.0),
    "congestion": _category("街面拥堵", "street", "shop", "street", _C, rate=0.02, severity=1, telling=0.2, work=6.0, lead=14.0, recurs=0.5, lapse=60.0),
    "hawkers": _category("流动摊贩", "street", "shop", "street", "committee grid", rate=0.03, severity=0, telling=0.2, work=3.0, lead=7.0, recurs=0.6, lapse=30.0),
    "disorder": _category("街面秩序混乱", "street", "shop", "street", "committee grid", rate=0.03, severity=1, telling=0.2, work=3.0, lead=7.0, recurs=0.5, lapse=30.0),
}
# fmt: on


class Columns(NamedTuple):
    """The categories as columns, one row each, in the order of the alphabet."""

    family: np.ndarray  # (categories,) int8     index into FAMILIES
    unit: np.ndarray  # (categories,) int8     index into UNITS
    scope: np.ndarray  # (categories,) int8     index into SCOPES
    hands: np.ndarray  # (categories, 5) bool   who can do it, by HANDS
    rule: np.ndarray  # (categories,) int8     index into RULES; -1 needs no consent
    rate: np.ndarray  # (categories,) float64  per unit and day
    ageing: np.ndarray  # (categories,) float64  log rate per 10 years
    severity: np.ndarray  # (categories,) int8
    telling: np.ndarray  # (categories,) float64  1/day
    work: np.ndarray  # (categories,) float64  hours: the Weibull's scale, so that the mean is as declared
    spread: np.ndarray  # (categories,) float64
    works: np.ndarray  # (categories,) float64  days
    cost: np.ndarray  # (categories,) int64    fen
    sittings: np.ndarray  # (categories,) float64
    stubborn: np.ndarray  # (categories,) float64
    tail: np.ndarray  # (categories,) float64
    lead: np.ndarray  # (categories,) float64  days
    recurs: np.ndarray  # (categories,) float64
    lapse: np.ndarray  # (categories,) float64  days
    patience: np.ndarray  # (categories,) float64  days
    reopen: np.ndarray  # (categories,) float64
    code: np.ndarray  # (categories,) int64    what luck and ids know it by: see `encode_category`


def encode_category(name):
    """A category's code: 23 bits hashed from its name, so that no other category, nor their order, changes it."""
    return hash_name(name) >> 9


def columns(categories):
    """The categories (name -> Category) as `Columns`."""
    every = list(categories.values())
    plain = {
        f.name: np.array([getattr(c, f.name) for c in every]) for f in fields(Category) if "low" in f.metadata
    }
    mean = np.array([gamma(1 + c.spread) for c in every])
    plain |= {
        "family": np.array([FAMILIES.index(c.family) for c in every], np.int8),
        "unit": np.array([UNITS.index(c.unit) for c in every], np.int8),
        "scope": np.array([SCOPES.index(c.scope) for c in every], np.int8),
        "hands": np.array([[h in c.hands.split() for h in HANDS] for c in every]).reshape(-1, len(HANDS)),
        "rule": np.array([list(RULES).index(c.rule) if c.rule else -1 for c in every], np.int8),
        "rate": plain["rate"] / 365.0,
        "severity": plain["severity"].astype(np.int8),
        "work": plain["work"] / mean,
        "cost": np.round(plain["cost"] * 100).astype(np.int64),
        "code": np.array([encode_category(name) for name in categories], np.int64),
    }
    return Columns(**{name: plain[name] for name in Columns._fields})
