"""The categories of issues: where each arises, who can see it, who can work on it, and what it takes.

They stand in categories.toml, one table each. Rates, hours and prices are assumed unless a source is given.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from math import ceil, exp, gamma
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...engine.parameters import knob
from ...engine.randomness import hash_name
from ...engine.texts.errors import Message
from ...engine.toml_reader import At, build_dataclass
from .all_issues import AllIssues
from .consent_rules import RULES

FAMILIES = ("facility", "environment", "safety", "dispute", "care", "project", "street")
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

YEAR = 365  # days

# name -> how many times as often in each month; the mean is one (assumed: southern China, school holidays)
SEASONS = {
    "rain": (0.3, 0.5, 0.8, 1.4, 1.8, 2.0, 1.6, 1.6, 1.0, 0.4, 0.3, 0.3),
    "warm": (0.0, 0.1, 0.4, 1.0, 1.6, 2.1, 2.3, 2.1, 1.4, 0.8, 0.2, 0.0),
    "holidays": (1.5, 1.5, 0.0, 0.0, 0.0, 0.0, 4.5, 4.5, 0.0, 0.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class Category:
    """One kind of issue."""

    zh: str = field(metadata={"text": 60})  # its Chinese name
    family: str = field(metadata={"choices": FAMILIES})
    unit: str = field(metadata={"choices": UNITS})  # what it arises from
    scope: str = field(metadata={"choices": SCOPES})  # who can see it
    # Who can do it, some of HANDS; the first of property and committee that is there takes it in. With "",
    # no desk takes it in, and only a mechanism made for it helps.
    done_by: str = field(metadata={"text": 60})
    rate: float = knob(
        0.1,
        0.0,
        100.0,
        unit="issues/unit/year",
        source="assumed; formal requests are 0.2-0.4 per resident and year",
        words=("How often it arises", "发生频率", "件/单位·年"),
    )
    ageing_log_rate: float = knob(
        0.0,
        -1.0,
        1.0,
        unit="log rate/10 years of building age beyond 20",
        source="assumed",
        words=("Increase in old buildings", "老楼更常发生", "对数率，楼龄20年以上每10年"),
    )
    severity: int = knob(
        1,
        0,
        3,
        unit="rank; 3 is an emergency",
        source="assumed",
        words=("Severity", "严重程度", "级，3为紧急"),
    )
    report_rate: float = knob(
        0.1,
        0.0,
        20.0,
        unit="1/day: log(benefit/cost) of reporting",
        source="assumed; volunteer's dilemma, Diekmann 1985",
        words=("Readiness to report", "反映的意愿", "1/天，收益与麻烦之比的对数"),
    )
    appointment_days: float = knob(
        5.4,
        0.0,
        365.0,
        unit="days, mean, until its desk can begin: appointment, travel, parts",
        source="assumed: with it, leaks and litter take as long as in a city's log (docs/evidence.md)",
        words=("Days until work can begin", "多少天后能上门", "天，平均：预约、路程、备料"),
    )
    work_hours: float = knob(
        2.0,
        0.01,
        5000.0,
        unit="person-hours, mean",
        source="assumed",
        words=("Work", "工作量", "工时，平均"),
    )
    work_spread: float = knob(
        0.5,
        0.0,
        3.0,
        unit="Weibull exponent: 0 fixed, 1 exponential",
        source="assumed; public logs have heavier tails than exponential",
        words=("Spread of work", "工作量的差异", "韦布尔指数：0固定，1指数分布"),
    )
    min_works_days: float = knob(
        0.0,
        0.0,
        2000.0,
        unit="days that the work takes at least, once begun",
        source="assumed; reports tell of months for projects",
        words=("Duration of the work", "施工期", "天，最短"),
    )
    cost_yuan: float = knob(
        0.0,
        0.0,
        1e8,
        unit="yuan",
        source="assumed",
        words=("Cost", "费用", "元"),
    )
    subsidy_yuan: float = knob(
        0.0,
        0.0,
        1e8,
        unit="yuan that the district pays once the households have agreed",
        source="assumed; lift_adding: docs/sources.md",
        words=("Subsidy", "补贴", "元，居民同意后由区里支付"),
    )
    owners_share: float = knob(
        0.0,
        0.0,
        1.0,
        unit="share of the cost less the subsidy that owners pay before funds pay; 0: funds pay all",
        source="assumed; lift_adding: docs/sources.md, owners pay what the subsidy does not",
        words=("Owners' share", "业主自付份额", "比例，扣除补贴后；0为全由资金支付"),
    )
    sittings: float = knob(
        0.0,
        0.0,
        60.0,
        unit="sittings until the parties agree, mean; 0 if none are needed",
        source="assumed; yiduan's family case took eight",
        words=("Sittings until the parties agree", "谈妥所需协商次数", "次，平均；0不需要协商"),
    )
    stubborn_share: float = knob(
        0.0,
        0.0,
        1.0,
        unit="share of issues whose parties refuse to agree",
        source="assumed; people's mediation claims 95 % success",
        words=("Share with unwilling parties", "坚决反对者", "比例"),
    )
    stubborn_factor: float = knob(
        10.0,
        1.0,
        1000.0,
        unit="times as many sittings with unwilling parties",
        source="assumed: years by telephone; changcheng_shuijun's took four years",
        words=("More sittings with unwilling parties", "有坚决反对者时多谈", "倍"),
    )
    department_days: float = knob(
        0.0,
        0.0,
        1000.0,
        unit="days with a department, mean; 0 if none is needed",
        source="assumed",
        words=("Days with a department", "职能部门办理时间", "天，平均；0不需要职能部门"),
    )
    recurrence: float = knob(
        0.0,
        0.0,
        1.0,
        unit="expected recurrences, however it ends; they are part of its rate",
        source="assumed; issues of behaviour recur unless habits change",
        words=("Recurrence", "复发次数", "预计再发生的次数，无论如何结束；已计入发生频率"),
    )
    recurrence_days: float = knob(
        30.0,
        1.0,
        2000.0,
        unit="days until a recurrence, mean, in a mean season",
        source="assumed",
        words=("Days until it recurs", "多少天后复发", "天，平均，按平均季节"),
    )
    neglect_recurrence: float = knob(
        0.25,
        0.0,
        0.5,
        unit="share of what would not recur that does, where it lies in sight and nobody attends to it",
        source="assumed: half of 0.5, at which neglect doubles what arises, at most. Twice as many litter in "
        "disorder (Keizer, Lindenberg & Steg 2008); 84 further experiments with 12,528 people found less "
        "(Volker 2017), and Wicherts & Bakker (2014) doubt the methods",
        words=("Recurrence where neglected", "无人过问时多复发", "本不再发生的，有多大比例因无人过问而复发"),
    )
    lapse_days: float = knob(
        0.0,
        0.0,
        5000.0,
        unit="days until it lapses unresolved, mean; 0 never",
        source="assumed",
        words=("Days until it lapses", "多久自行消失", "天，平均；0不会"),
    )
    patience_days: float = knob(
        90.0,
        1.0,
        5000.0,
        unit="days until the reporter gives up, mean",
        source="assumed",
        words=("Days until the reporter gives up", "反映人多久放弃", "天，平均"),
    )
    reopen_share: float = knob(
        0.05,
        0.0,
        1.0,
        unit="chance that it was not really resolved",
        source="assumed",
        words=("Not really resolved", "返工概率", "概率"),
    )
    consent_rule: str = field(default="", metadata={"choices": ("", *RULES)})  # the consent a project needs
    season: str = field(default="", metadata={"choices": ("", *SEASONS)})  # how its rate varies over the year

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield contradictions between fields, as (field, words)."""
        for name, known in (("family", FAMILIES), ("unit", UNITS), ("scope", SCOPES)):
            if getattr(self, name) not in known:
                yield (
                    name,
                    Message(
                        "= {value!r} is not one of {known}", value=getattr(self, name), known=", ".join(known)
                    ),
                )
        strange = [name for name in self.done_by.split() if name not in HANDS]
        if strange or (self.done_by.split() and not {"property", "committee"} & {*self.done_by.split()}):
            names = ", ".join(HANDS)
            yield (
                "done_by",
                Message(
                    "= {done_by!r}; allowed are some of {names} with property or committee among them, or ''",
                    done_by=self.done_by,
                    names=names,
                ),
            )
        if self.consent_rule and self.consent_rule not in RULES:
            yield (
                "consent_rule",
                Message(
                    "= {consent_rule!r} is not one of {rules}",
                    consent_rule=self.consent_rule,
                    rules=", ".join(RULES),
                ),
            )
        if self.season and self.season not in SEASONS:
            yield (
                "season",
                Message(
                    "= {season!r} is not one of {seasons}", season=self.season, seasons=", ".join(SEASONS)
                ),
            )


def read_categories(path: Path) -> dict[str, Category]:
    """Read the categories of a TOML file: name -> Category. Raises UserError for a wrong field.

    Errors name the field but no line: finding the lines, as `toml_reader.load` does, would cost every start
    half as much again as reading the file.
    """
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    at = At(str(path), {})
    return {name: build_dataclass(Category, table, at, f"{name}.") for name, table in tables.items()}


CATEGORIES = read_categories(Path(__file__).with_name("categories.toml"))


class Columns(NamedTuple):
    """The categories as columns, one row each, in alphabetical order."""

    family: np.ndarray  # (categories,) int8     index into FAMILIES
    unit: np.ndarray  # (categories,) int8     index into UNITS
    scope: np.ndarray  # (categories,) int8     index into SCOPES
    done_by: np.ndarray  # (categories, 5) bool   who can do it, by HANDS
    consent_rule: np.ndarray  # (categories,) int8     index into RULES; -1 needs no consent
    rate: np.ndarray  # (categories,) float64  per unit and day
    ageing_log_rate: np.ndarray  # (categories,) float64  log rate per 10 years
    severity: np.ndarray  # (categories,) int8
    report_rate: np.ndarray  # (categories,) float64  1/day
    appointment_scale_days: np.ndarray  # (categories,) float64  days: the Weibull's scale
    appointment_spread: np.ndarray  # (categories,) float64
    work_scale_hours: (
        np.ndarray
    )  # (categories,) float64  hours: the Weibull's scale, so that the mean is as declared
    work_spread: np.ndarray  # (categories,) float64
    min_works_days: np.ndarray  # (categories,) float64  days
    cost_fen: np.ndarray  # (categories,) int64    fen
    subsidy_fen: np.ndarray  # (categories,) int64    fen
    owners_share: np.ndarray  # (categories,) float64  0..1
    sittings: np.ndarray  # (categories,) float64
    stubborn_share: np.ndarray  # (categories,) float64
    stubborn_factor: np.ndarray  # (categories,) float64
    department_days: np.ndarray  # (categories,) float64  days
    recurrence: np.ndarray  # (categories,) float64
    recurrence_share: np.ndarray  # (categories,) float64  of the recurrences to come, in a day of mean season
    invited: np.ndarray  # (categories,) float64  further recurrences a day, while neglected in sight
    invites_days: np.ndarray  # (categories,) int64    days that one invites them, at most
    lapse_days: np.ndarray  # (categories,) float64  days
    patience_days: np.ndarray  # (categories,) float64  days
    reopen_share: np.ndarray  # (categories,) float64
    code: np.ndarray  # (categories,) int64    for its random numbers and ids: see `encode_category`


def encode_category(name: str) -> int:
    """Return a category's code: 23 bits hashed from its name, whatever other categories there are."""
    return hash_name(name) >> 9


def invites_days(category: Category) -> int:
    """Return for how many days a neglected issue invites others: those it lasts on average, or a year."""
    return ceil(category.lapse_days) or YEAR


def invited_per_day(category: Category) -> float:
    """Return how many further issues of its kind a neglected one in sight invites on each of `invites_days`.

    Together they are the share `neglect_recurrence` of what would not recur, so that an issue causes less
    than one other, whatever happens to it. A kind that does not recur is no habit: it invites none.
    """
    if category.recurrence == 0.0 or category.scope == "household":
        return 0.0
    return category.neglect_recurrence * (1.0 - category.recurrence) / invites_days(category)


def columns(categories: Mapping[str, Category], factors: AllIssues) -> Columns:
    """Convert categories (name -> Category), and the factors on all of them, to `Columns`."""
    every = list(categories.values())
    plain = {
        f.name: np.array([getattr(c, f.name) for c in every]) for f in fields(Category) if "low" in f.metadata
    }
    mean = np.array([gamma(1 + c.work_spread) for c in every])
    plain |= {
        "family": np.array([FAMILIES.index(c.family) for c in every], np.int8),
        "unit": np.array([UNITS.index(c.unit) for c in every], np.int8),
        "scope": np.array([SCOPES.index(c.scope) for c in every], np.int8),
        "done_by": np.array([[h in c.done_by.split() for h in HANDS] for c in every]).reshape(-1, len(HANDS)),
        "consent_rule": np.array(
            [list(RULES).index(c.consent_rule) if c.consent_rule else -1 for c in every], np.int8
        ),
        "rate": plain["rate"] * factors.rate_factor / 365.0,
        "report_rate": plain["report_rate"] * factors.report_factor,
        "appointment_scale_days": plain["appointment_days"]
        * factors.appointment_factor
        / gamma(1 + factors.appointment_spread),
        "appointment_spread": np.full(len(every), float(factors.appointment_spread)),
        "recurrence_share": np.array([1.0 - exp(-1.0 / c.recurrence_days) for c in every]),
        "invited": np.array([invited_per_day(c) for c in every]),
        "invites_days": np.array([invites_days(c) for c in every], np.int64),
        "severity": plain["severity"].astype(np.int8),
        "work_scale_hours": plain["work_hours"] / mean,
        "cost_fen": np.round(plain["cost_yuan"] * 100).astype(np.int64),
        "subsidy_fen": np.round(plain["subsidy_yuan"] * 100).astype(np.int64),
        "code": np.array([encode_category(name) for name in categories], np.int64),
    }
    return Columns(**{name: plain[name] for name in Columns._fields})
