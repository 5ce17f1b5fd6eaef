"""Chat groups (微信群): one chat per building, which a moderator follows, so that reports take minutes.

Disappoints because not everyone joins, elders least of all. The fewer messages the moderator follows, the
more trust is lost to rumours, and the more people leave.

A share `coverage` of the buildings has a chat group, buildings with a property company first. One person
moderates the groups of a compound.

- *Asks* `moderation_hours` hours per group and day: the share `committee_share` of it from the committee,
  the rest from volunteers.
- *Pulls*, with j the share of grown-ups who have joined and `m = s * groups_per_moderator /
  (groups_per_moderator + groups of the compound)` the share of messages that is read: `voice =
  report_log_rate * j m`, `reach = contact_logit * j m`, `trust in committee and neighbours =
  -rumour_trust_loss * j (1 - m)` (0 where s = 0).
- *Learns* `j += joining_rate * m * (ceiling - j) - leaving_rate * (1 - m) * j`. The ceiling is
  `elder_uptake` of the elders and `adult_uptake` of the other grown-ups who are ever at home.
- *Limits*: people who are not in the group, and unread messages.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from ...engine.codes import CHILD, ELDER, TRUST_COMMITTEE, TRUST_NEIGHBOURS
from ...engine.jit import kernel, lean_kernel
from ...engine.parameters import knob
from ..resources.levers import COMMITTEE, VOLUNTEER
from . import Count, Mechanism

MEMBERS, GROUP_DAYS = range(2)  # places of `counts`


class Groups(NamedTuple):
    """The groups, one row per building; one moderator follows all groups of a compound."""

    ceiling: np.ndarray  # (buildings,) float64  share of adults who would ever join; 0 without a group
    joined: np.ndarray  # (buildings,) float64  share of adults who have joined
    adults: np.ndarray  # (buildings,) float64  adults and elders who are ever at home
    groups: np.ndarray  # (compounds,) float64  number of building groups


@dataclass(frozen=True)
class ChatGroups(Mechanism):
    zh: ClassVar[str] = "微信群"
    zh_letter: ClassVar[str] = "群"
    meant_for: ClassVar[tuple[str, ...]] = ("facility", "safety")
    zh_does: ClassVar[str] = "每栋楼有微信群，并有人管群：几分钟就能反映事项，不在家的住户也能联系上。"
    zh_disappoints: ClassVar[str] = "不是人人都入群，老人尤其少；没有人管的群，谣言损害信任，居民也逐渐退群。"
    group: ClassVar[str] = "finds"
    pulls: ClassVar[tuple] = ("voice", "reach", "trust")
    counts: ClassVar[tuple] = (
        Count("members", "adults in the groups today", "群内成年居民", "people", "人", level=True),
        Count("group_days", "groups followed, in days", "有人管群的群·天", "group days", "群·天"),
    )
    coverage: float = knob(
        1.0,
        0.0,
        1.0,
        unit="share of buildings with a group of their own, managed estates first",
        source="a choice; lianhe: 31 of 62",
        words=("Buildings with a group", "建群的楼栋", "比例，有物业公司的小区优先"),
    )
    moderation_hours: float = knob(
        0.1,
        0.02,
        2.0,
        unit="hours/building group and day",
        source="assumed",
        words=("Time to moderate a group", "管群的时间", "小时/群·天"),
    )
    committee_share: float = knob(
        0.2,
        0.0,
        1.0,
        unit="share of the hours that the committee gives; volunteers give the rest",
        source="assumed",
        words=("Committee's share of the time", "居委会承担", "占管群时间的比例，其余由志愿者承担"),
    )
    groups_per_moderator: float = knob(
        16.0,
        0.5,
        200.0,
        unit="building groups at which one moderator misses half of the messages",
        source="assumed; lianhe has 31, and 4 of compounds",
        words=("Groups per moderator", "一人能管几个群", "个；管这么多群时漏看一半"),
    )
    joining_rate: float = knob(
        0.015,
        0.0,
        0.3,
        unit="share of willing residents who join per day",
        source="assumed: two months for most",
        words=("Speed of joining", "入群的快慢", "愿入群者每天入群的比例"),
    )
    leaving_rate: float = knob(
        0.002,
        0.0,
        0.1,
        unit="share of members who leave per day, if nobody moderates",
        source="assumed: half leave within a year",
        words=("Members who leave", "退群", "无人管的群，每天退出的比例"),
    )
    elder_uptake: float = knob(
        0.4,
        0.0,
        1.0,
        unit="share of elders who are willing to join",
        source="assumed; vary it",
        words=("Elders willing to join", "愿入群的老人", "比例"),
    )
    adult_uptake: float = knob(
        0.85,
        0.0,
        1.0,
        unit="share of adults who are willing to join",
        source="assumed; vary it",
        words=("Adults willing to join", "愿入群的成年人", "比例，不含老人"),
    )
    report_log_rate: float = knob(
        0.7,
        0.0,
        3.0,
        unit="log rate of reporting, if all are in a moderated group",
        source="assumed; vary it",
        words=("Readier to report", "更愿意反映", "反映意愿的对数率，人人在群、群有人管时"),
    )
    contact_logit: float = knob(
        0.8,
        0.0,
        6.0,
        unit="logit of reaching a household: absent people get a message",
        source="assumed",
        words=("Reaches absent households", "联系上不在家的住户", "找到住户的对数几率"),
    )
    rumour_trust_loss: float = knob(
        0.001,
        0.0,
        0.05,
        unit="share of trust in committee and neighbours lost/day, if all are in groups without moderation",
        source="assumed",
        words=("Trust lost to rumours", "谣言损失的信任", "失去信任的比例，每天，人人在群、群无人管时"),
    )

    def begin(self, world, random_numbers) -> Groups:
        people, b, c = world.residents, len(world.buildings.compound), len(world.compounds.company)
        at_home = people.presence > 0  # residents who are never at home are not counted
        grown = np.bincount(people.building, at_home & (people.band != CHILD), b)
        old = np.bincount(people.building, at_home & (people.band == ELDER), b)
        ceiling = (self.elder_uptake * old + self.adult_uptake * (grown - old)) / np.maximum(grown, 1)
        where, has_group = world.buildings.compound, np.zeros(b)
        has_group[
            np.argsort(~world.compounds.company[where], kind="stable")[: int(self.coverage * b + 0.5)]
        ] = 1.0
        return Groups(ceiling * has_group, np.zeros(b), grown, np.bincount(where, has_group, c))

    @kernel
    def ask(m, w) -> None:
        k, groups = m.knobs[0], m.own.groups
        for c in range(len(groups)):
            hours = k.moderation_hours * groups[c]
            m.want[COMMITTEE, c], m.want[VOLUNTEER, c] = (
                k.committee_share * hours,
                (1.0 - k.committee_share) * hours,
            )

    @kernel
    def pull(m, w) -> None:
        k, own, share, where = m.knobs[0], m.own, m.share, w.buildings.compound
        for c in range(len(own.groups)):
            m.counts[GROUP_DAYS] += own.groups[c] * share_followed(c, own, share, k)
        for b in range(len(where)):
            c = where[b]
            minded = share_followed(c, own, share, k)
            m.lever.voice[b] = k.report_log_rate * own.joined[b] * minded
            m.lever.reach[b] = k.contact_logit * own.joined[b] * minded
            # a mechanism that gets nothing must pull nothing, not even to its own cost
            noise = own.joined[b] * (1.0 - minded) if share[c] > 0.0 else 0.0
            m.lever.trust[b, TRUST_COMMITTEE] = m.lever.trust[b, TRUST_NEIGHBOURS] = (
                -k.rumour_trust_loss * noise
            )

    @kernel
    def learn(m, w) -> None:
        k, own, where = m.knobs[0], m.own, w.buildings.compound
        m.counts[MEMBERS] = 0.0
        for b in range(len(where)):
            minded = share_followed(where[b], own, m.share, k)
            own.joined[b] += (
                k.joining_rate * minded * (own.ceiling[b] - own.joined[b])
                - k.leaving_rate * (1.0 - minded) * own.joined[b]
            )
            m.counts[MEMBERS] += own.joined[b] * own.adults[b]


@lean_kernel
def share_followed(compound, own, share, k) -> float:
    """Return the share of a compound's messages that its moderator reads and answers today."""
    return share[compound] * (k.groups_per_moderator / (k.groups_per_moderator + own.groups[compound]))
