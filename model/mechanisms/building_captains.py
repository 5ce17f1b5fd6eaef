"""Building captains (楼长): a neighbour to report to, who fixes small things and knows when people are in.

Disappoints when nobody is willing, when a captain has too many homes to look after, and when one whom duties
and open issues have tired steps down, or moves away: the post is empty until somebody who is asked accepts.
Alley captains (巷长) cover vacancies; the more vacancies, the less time for each. Street captains (街长) make
sure that reported issues are not forgotten. They are building captains, and tire of all duties together.

A captain is a resident. On day 0 the best candidate of the share `in_post_share` of the buildings is in post.
Any other building is vacant, and the committee asks there `asks_per_month` times a month: the best of eight
candidates who may be asked. Candidates are the grown-ups, ever at home, with the highest `2 member - in
service + volunteer + presence + 0.2 zeal`. With `tiers` 2 the longest-serving captain of each
`buildings_per_alley` buildings is also their alley captain (巷长), with 3 the longest-serving of each
`alleys_per_street` alley captains is also their street captain (街长). f of a building is 1 if its post is
filled, else `vacancy_cover / vacant posts of the alley` if there is an alley captain, else 0.

- *Asks* `captain_hours * sum of f + upper_tier_hours * (alley and street captains)` captain hours, which the
  captains supply themselves to the pool *captain*, a day ahead; and `talk_hours` committee hours for each
  candidate who is asked that day.
- *Pulls*, with `h = s * f * min(1, homes_per_captain / homes)`: `voice = report_log_rate * h`, `reach =
  contact_logit * h`, `consent = persuasion_logit * h`, `sight = detection_rate * captain_hours * h` on
  common space (not the street), `keep = reminder_log_rate * h` where there is a street captain, and `work`
  with `captain_hours * h` hours a building, on what captains can do of at most `max_spot_hours` hours
  (times `trade_factor` if the captain has the skill repair). `serve` on each captain: `s` times the hours of
  all posts that this person holds or covers, and `strain_hours` for each known open issue of the building.
- *Learns*: a talk takes place with chance s. The candidate accepts with the chance of an evening (7.11), with
  `asked_logit` more and whether at home or not, and serves from the next day. One who refuses is not asked
  for `refusal_days` days. A captain leaves when fatigue reaches `fatigue_at_resignation`, with chance
  `leaving_rate / 365` a day, or by moving away, and is not asked for as long.
- *Limits*: too many homes per captain, fatigue, few who are willing, and vacancies.
"""

from dataclasses import dataclass
from math import exp
from typing import ClassVar

import numpy as np

from ...engine.codes import REPAIR, SCOPE_HOUSEHOLD, SCOPE_STREET
from ...engine.jit import kernel, struct
from ...engine.parameters import knob
from ...engine.randomness import decision, key_of, uniform
from ..issues.categories import HANDS
from ..issues.issue_table import count_known
from ..resources.allocation import spend_hours
from ..resources.asking import accepts_post, choose_candidates, next_candidate
from ..resources.captain_posts import Posts, captain_hours, fill_posts, tire_captains
from ..resources.levers import ALL, CAPTAIN, COMMITTEE
from . import Count, Mechanism

HAND = HANDS.index("captain")
MOVES, ASKS = decision("captain moves"), decision("captain asked")
TALKS, ANSWERS = decision("captain talked to"), decision("captain answers")
# places of `counts`
CAPTAINS, UPPER_CAPTAINS, ASKED, ACCEPTED, REFUSED, DEPARTURES = range(6)


@dataclass(frozen=True)
class BuildingCaptains(Mechanism):
    zh: ClassVar[str] = "楼长"
    zh_letter: ClassVar[str] = "楼"
    meant_for: ClassVar[tuple[str, ...]] = ("environment", "safety", "care", "lamp_out", "neighbour_noise")
    zh_does: ClassVar[str] = (
        "居委会逐栋动员楼长：居民有事可以找楼长反映，小事当场办好，楼长也知道各户什么时候在家。巷长补缺，"
        "街长跟进已反映的事项，避免遗忘。"
    )
    zh_disappoints: ClassVar[str] = (
        "没人愿意就一直空缺；照管的户数太多就顾不过来；职责和未办结的事项太多，楼长会累倒、辞任或搬走，"
        "直到动员到新人。巷长、街长由楼长兼任，几份职责累的是同一个人。"
    )
    group: ClassVar[str] = "finds"
    own_pace: ClassVar[bool] = True
    pulls: ClassVar[tuple] = ("voice", "sight", "work", "reach", "consent", "keep", "serve", "supply")
    counts: ClassVar[tuple] = (
        Count("captains", "building captains in post today", "在任楼长", "people", "人", level=True),
        Count(
            "upper_captains",
            "posts of alley and street captains filled today",
            "巷长街长在任岗位",
            "posts",
            "个",
            level=True,
        ),
        Count("asked", "candidates asked in person", "当面动员", "people", "人次"),
        Count("accepted", "candidates who accepted", "答应任楼长", "people", "人次"),
        Count("refused", "candidates who refused", "婉拒任楼长", "people", "人次"),
        Count("departures", "captains who stepped down or left", "卸任楼长", "people", "人次"),
    )
    tiers: int = knob(
        3,
        1,
        3,
        unit="tiers: 1 building, 2 also alley, 3 also street captains",
        source="press reports of 2019-2024: 楼长, 巷长, 街长",
        words=("Tiers of captains", "楼长层级", "级：1楼长，2加巷长，3再加街长"),
    )
    buildings_per_alley: int = knob(
        3,
        1,
        60,
        unit="buildings/alley captain",
        source="assumed; reports name the tier, but not how many buildings",
        words=("Buildings per alley captain", "每位巷长管几栋楼", "栋/巷长"),
    )
    alleys_per_street: int = knob(
        5,
        1,
        60,
        unit="alleys/street captain",
        source="assumed; reports name the tier, but not how many alleys",
        words=("Alleys per street captain", "每位街长管几条巷", "巷/街长"),
    )
    captain_hours: float = knob(
        0.3,
        0.05,
        3.0,
        unit="hours/captain/day",
        source="assumed",
        words=("Time of a captain", "楼长每天投入", "小时/人·天"),
    )
    upper_tier_hours: float = knob(
        0.15,
        0.0,
        3.0,
        unit="hours/alley or street captain/day, in addition to the own building and to covering vacancies",
        source="assumed: an hour per week",
        words=("Time of alley and street captains", "巷长街长每天投入", "小时/人·天，补缺另计"),
    )
    homes_per_captain: float = knob(
        60.0,
        1.0,
        1000.0,
        unit="homes that a captain can look after; with more, each gets less time",
        source="assumed",
        words=("Homes a captain can look after", "楼长能照管的户数", "户；超过后每户分到的时间减少"),
    )
    report_log_rate: float = knob(
        0.7,
        0.0,
        3.0,
        unit="log rate of reporting, where there is a captain",
        source="assumed; docs/sources.md: block leaders",
        words=("Readier to report", "更愿意反映", "反映意愿的对数率，有楼长的地方"),
    )
    detection_rate: float = knob(
        0.5,
        0.0,
        8.0,
        unit="1/hour, of finding an issue in common space",
        source="assumed: one round per week",
        words=("Finds issues in common space", "发现公共部位的事项", "1/小时"),
    )
    max_spot_hours: float = knob(
        2.0,
        0.0,
        12.0,
        unit="hours, the largest job done on the spot without a skill",
        source="assumed",
        words=("Largest job done on the spot", "当场能办多大的事", "小时，没有专长时"),
    )
    contact_logit: float = knob(
        2.5,
        0.0,
        6.0,
        unit="logit of finding a household at home",
        source="assumed; the captain knows when people are at home",
        words=("Finds households at home", "上门找到住户", "找到住户的对数几率"),
    )
    persuasion_logit: float = knob(
        1.05,
        0.0,
        6.0,
        unit="logit of signing, per talk with the captain",
        source="docs/sources.md: block leaders won 28 %, a leaflet 12 % (A/B)",
        words=("Persuasion by the captain", "楼长劝说的效果", "每谈一次，愿签名的对数几率"),
    )
    trade_factor: float = knob(
        2.0,
        1.0,
        6.0,
        unit="times as large a job, if the captain is skilled",
        source="assumed",
        words=("Larger jobs by a skilled captain", "有专长的楼长能办更大的事", "倍"),
    )
    vacancy_cover: float = knob(
        0.4,
        0.0,
        1.0,
        unit="share of a post that an alley captain covers, divided among the vacancies",
        source="assumed",
        words=("Vacancies covered", "巷长补缺", "占一个岗位的比例，由各空缺分摊"),
    )
    reminder_log_rate: float = knob(
        1.5,
        0.0,
        6.0,
        unit="log rate by which street captains reduce forgetting",
        source="assumed",
        words=("Less forgetting", "减少遗忘", "对数率，街长跟进时"),
    )
    asks_per_month: float = knob(
        0.5,
        0.0,
        30.0,
        unit="talks with a candidate per vacant building and month",
        source="assumed: a talk every two months; captains are recruited over months",
        words=("Talks to find a captain", "动员楼长的谈话", "次/月·空缺的楼"),
    )
    talk_hours: float = knob(
        0.5,
        0.0,
        8.0,
        unit="committee hours per candidate who is asked",
        source="assumed",
        words=("Time to ask a candidate", "动员一位候选人的工时", "小时，居委会"),
    )
    asked_logit: float = knob(
        0.5,
        -5.0,
        8.0,
        unit="logit of accepting a post when asked in person, more than of giving an evening",
        source="assumed; in surveys people volunteer far more often when asked (Independent Sector 2001)",
        words=("Being asked in person", "当面动员的作用", "对数几率，与愿出一个晚上相比"),
    )
    refusal_days: int = knob(
        365,
        1,
        3650,
        unit="days for which one who refused or left the post is not asked",
        source="assumed: a year",
        words=("Days until asked again", "拒绝后多久再问", "天，辞任者也一样"),
    )
    in_post_share: float = knob(
        0.0,
        0.0,
        1.0,
        unit="share of buildings with a captain on day 0",
        source="assumed; 0: captains are new. A case whose report tells of captains sets it",
        words=("Captains in post at the start", "开始时已有楼长的楼", "占楼栋的比例，第0天"),
    )
    strain_hours: float = knob(
        0.05,
        0.0,
        2.0,
        unit="hours of a post per known open issue of the building and day that tire the captain as much",
        source="assumed: three minutes of being asked about it",
        words=("Strain of open issues", "未办结事项的负担", "相当于任职几小时，每件每天"),
    )
    fatigue_at_resignation: float = knob(
        2.0,
        0.1,
        50.0,
        unit="fatigue at which a captain steps down",
        source="assumed: a captain who gives an evening a week besides bears some six open issues",
        words=("Fatigue at which captains step down", "楼长累到多少会辞任", "疲劳"),
    )
    leaving_rate: float = knob(
        0.08,
        0.0,
        1.0,
        unit="share of captains who give up for other reasons/year",
        source="docs/sources.md: volunteers' attrition 13.5 % a year (A/B), moves and fatigue included",
        words=("Captains who leave", "楼长流失", "因其他原因辞任的比例/年"),
    )

    def begin(self, world, random_numbers) -> Posts:
        places = np.arange(len(world.buildings.compound))
        ready = choose_candidates(struct(world.residents), len(places))
        alley = places // self.buildings_per_alley
        street = alley // self.alleys_per_street
        present = random_numbers("captains in post on day 0", places) < self.in_post_share
        posts = Posts(
            who=np.where(present, ready[:, 0], -1),
            since=np.ones(len(places)),
            tired=np.zeros(len(places)),
            filled=np.zeros(len(places)),
            ready=ready,
            until=np.zeros(ready.shape),
            asked=np.full(len(places), -1),
            width=np.bincount(world.households.building, minlength=len(places)).astype(float),
            alley=alley,
            street=street,
            alley_head=np.full(alley[-1] + 1, -1),
            street_head=np.full(street[-1] + 1, -1),
        )
        fill_posts(posts, float(self.vacancy_cover), int(self.tiers), world.has_begun(self))
        return posts

    @kernel
    def ask(m, w) -> None:
        m.want[CAPTAIN, ALL] = captain_hours(m.own, m.knobs[0])
        m.want[COMMITTEE, ALL] = m.knobs[0].talk_hours * np.sum(m.own.asked >= 0)

    @kernel
    def pull(m, w) -> None:
        k, own, share, issues, hands = m.knobs[0], m.own, m.share, w.issues, w.cats.done_by
        sight, work, keep = m.lever.sight, m.lever.work, m.lever.keep
        skill, where = w.residents.skill, w.buildings.compound
        coverage, left, largest = np.empty(len(where)), np.empty(len(where)), np.empty(len(where))
        m.counts[CAPTAINS] = np.sum((own.who >= 0) & (m.here > 0.0))
        m.counts[UPPER_CAPTAINS] = np.sum(own.alley_head >= 0) + np.sum(own.street_head >= 0)
        for b in range(len(where)):
            got = own.filled[b] * share[where[b]]
            coverage[b] = got * min(1.0, k.homes_per_captain / own.width[b])
            left[b] = k.captain_hours * coverage[b]
            tradesman = own.who[b] >= 0 and skill[own.who[b]] == REPAIR
            largest[b] = k.max_spot_hours * (k.trade_factor if tradesman else 1.0)
            m.lever.voice[b] = k.report_log_rate * coverage[b]
            m.lever.reach[b] = k.contact_logit * coverage[b]
            m.lever.consent[b] = k.persuasion_logit * coverage[b]
        for i in range(len(issues)):
            issue = issues[i]
            b = issue.building
            if SCOPE_HOUSEHOLD < issue.scope < SCOPE_STREET:
                sight[i] = k.detection_rate * k.captain_hours * coverage[b]
            keep[i] = k.reminder_log_rate * coverage[b] * (own.street_head[own.street[b]] >= 0)
        for i in w.workable:
            issue = issues[i]
            b = issue.building
            if hands[issue.category, HAND] and issue.hours_left <= largest[b]:
                work[i] = spend_hours(left, b, issue.hours_left)
        tire_captains(own, count_known(w), k, share, m.lever.serve)
        # the captains' own evenings, available to every mechanism that asks for them
        m.lever.supply[CAPTAIN - 1] = captain_hours(own, k)

    @kernel
    def learn(m, w) -> None:
        k, own, day = m.knobs[0], m.own, w.day
        moves, asks = key_of(w.seed, MOVES, day), key_of(w.seed, ASKS, day)
        talks, answers = key_of(w.seed, TALKS, day), key_of(w.seed, ANSWERS, day)
        asks_today = 1.0 - exp(-k.asks_per_month * 12 / 365)
        for b in range(len(own.who)):
            captain, place = own.who[b], own.asked[b]
            if captain >= 0:
                before, own.tired[b] = own.tired[b], float(w.residents.fatigue[captain])
                moved = before > 0.0 and own.tired[b] == 0.0  # a newcomer has the captain's row now
                tired = own.tired[b] >= k.fatigue_at_resignation
                if moved or tired or uniform(moves, b) < k.leaving_rate / 365:
                    own.who[b] = -1
                    m.counts[DEPARTURES] += 1.0
                    for n in range(own.ready.shape[1]):
                        if own.ready[b, n] == captain:
                            own.until[b, n] = day + k.refusal_days
            elif place >= 0 and uniform(talks, b) < m.share[ALL]:
                candidate = own.ready[b, place]
                m.counts[ASKED] += 1.0
                if accepts_post(w, candidate, uniform(answers, candidate), k.asked_logit):
                    own.who[b], own.since[b], own.tired[b] = candidate, day + 1, 0.0
                    m.counts[ACCEPTED] += 1.0
                else:
                    own.until[b, place] = day + k.refusal_days
                    m.counts[REFUSED] += 1.0
            own.asked[b] = -1
            vacant = m.here[b] > 0.0 and own.who[b] < 0
            if vacant and uniform(asks, b) < asks_today:
                own.asked[b] = next_candidate(own.ready[b], own.until[b], day)
        fill_posts(own, k.vacancy_cover, k.tiers, m.here)
