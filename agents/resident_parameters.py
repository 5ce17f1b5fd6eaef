"""The numbers of residents: how they report, judge, volunteer and meet. The rules are in `residents`."""

from dataclasses import dataclass

from ..engine.parameters import knob


@dataclass(frozen=True)
class ResidentParameters:
    """How residents report, judge, volunteer and meet."""

    trust_committee: float = knob(
        0.4,
        0.0,
        1.0,
        unit="trust on day 0, mean",
        source="assumed; sweep it",
        words=("Trust in the committee at first", "起初对居委会的信任", "第0天的平均"),
    )
    trust_company: float = knob(
        0.35,
        0.0,
        1.0,
        unit="trust on day 0, mean",
        source="assumed; residents who distrust the company are reported",
        words=("Trust in the company at first", "起初对物业的信任", "第0天的平均"),
    )
    trust_neighbours: float = knob(
        0.4,
        0.0,
        1.0,
        unit="trust on day 0, mean",
        source="assumed; sweep it",
        words=("Trust in neighbours at first", "起初对邻居的信任", "第0天的平均"),
    )
    trust_spread: float = knob(
        0.3,
        0.0,
        1.0,
        unit="trust, full width of the uniform round the mean",
        source="assumed",
        words=("How trust differs", "信任的差异", "围绕平均的全宽"),
    )
    acquaintances: float = knob(
        3.0,
        0.0,
        6.0,
        unit="people on day 0, mean",
        source="assumed",
        words=("Acquaintances at first", "起初的熟人", "人，第0天的平均"),
    )
    adults_at_home: float = knob(
        0.7,
        0.05,
        1.0,
        unit="share of days at home",
        source="assumed",
        words=("Adults at home", "成年人在家", "天数的比例"),
    )
    elders_at_home: float = knob(
        0.95,
        0.05,
        1.0,
        unit="share of days at home",
        source="assumed",
        words=("Elders at home", "老人在家", "天数的比例"),
    )
    absentees_at_home: float = knob(
        0.08,
        0.0,
        1.0,
        unit="share of days at home of those who live elsewhere",
        source="assumed; one weekend a month",
        words=("The absent at home", "不常住者在家", "天数的比例"),
    )
    tenant_report_factor: float = knob(
        0.79,
        0.0,
        1.0,
        unit="telling of a tenant against an owner",
        source="docs/sources.md: owners 56 %, tenants 44 % of contacts",
        words=("Tenants' voice", "租户的声音", "倍，与业主相比"),
    )
    migrant_report_factor: float = knob(
        0.8,
        0.0,
        1.0,
        unit="telling of a migrant against a registered resident",
        source="assumed",
        words=("Migrants' voice", "外来人口的声音", "倍，与户籍居民相比"),
    )
    sole_bystander_factor: float = knob(
        8.0,
        2.0,
        100.0,
        unit="times readier when nobody else could tell",
        source="assumed; the volunteer's dilemma says: certain",
        words=("Readier when nobody else could tell", "没有旁人时更愿意说", "倍"),
    )
    repeat_report_factor: float = knob(
        0.3,
        0.0,
        1.0,
        unit="telling of a known issue against an unknown one",
        source="assumed",
        words=("Telling what is known already", "已知的事再说", "倍，与无人知晓相比"),
    )
    trust_update_rate: float = knob(
        0.06,
        0.0,
        1.0,
        unit="1/week",
        source="assumed: four months to forget",
        words=("Memory", "记性", "1/周"),
    )
    trust_prior_weight: float = knob(
        1.5,
        0.1,
        50.0,
        unit="issues' worth of prior belief",
        source="assumed",
        words=("Belief before experience", "先入之见", "相当于几件事"),
    )
    trust_when_nothing_seen: float = knob(
        0.2,
        0.0,
        1.0,
        unit="trust where nothing is ever seen",
        source="assumed: silence lowers trust",
        words=("Trust where nothing is seen", "什么都没见到时的信任", "0到1"),
    )
    patience_before_blame_days: int = knob(
        14,
        0,
        365,
        unit="days before an open issue counts against anyone",
        source="assumed",
        words=("Patience before it counts", "多久才算拖", "天"),
    )
    trust_gain_resolved: float = knob(
        0.15,
        0.0,
        1.0,
        unit="share of distrust that one's own resolved issue removes",
        source="assumed",
        words=("An issue of one's own, resolved", "自己的事办成", "消除不信任的比例"),
    )
    trust_loss_failed: float = knob(
        0.15,
        0.0,
        1.0,
        unit="share of trust that one's own failed issue removes",
        source="assumed",
        words=("An issue of one's own, failed", "自己的事没办成", "失去信任的比例"),
    )
    satisfaction_half_backlog: float = knob(
        3.0,
        0.1,
        100.0,
        unit="open issues in the building that halve satisfaction",
        source="assumed",
        words=("Open issues that halve satisfaction", "多少未办结的事使满意减半", "件，本楼"),
    )
    volunteering_threshold_logit: float = knob(
        7.0,
        0.0,
        15.0,
        unit="logit against giving an evening",
        source="assumed; registered volunteers are a fifth of residents, few are active",
        words=("Shyness", "不好意思", "不愿出一个晚上的对数几率"),
    )
    volunteering_spread_logit: float = knob(
        1.2,
        0.0,
        4.0,
        unit="logit, scale of the logistic spread between people",
        source="assumed; a few carry most",
        words=("How zeal differs", "热心的差异", "对数几率的尺度"),
    )
    trust_logit: float = knob(
        8.0,
        0.0,
        20.0,
        unit="logit per unit of trust in committee and neighbours",
        source="assumed; trust raises giving",
        words=("Trust moves people", "因信任而出力", "对数几率，每单位信任"),
    )
    fatigue_per_evening: float = knob(
        0.1,
        0.0,
        1.0,
        unit="fatigue per evening worked",
        source="assumed",
        words=("Tired by an evening", "出力的疲劳", "每个晚上"),
    )
    fatigue_recovery: float = knob(
        0.15,
        0.0,
        1.0,
        unit="share of fatigue slept off in a week",
        source="assumed",
        words=("Rest", "休息", "一周消除疲劳的比例"),
    )
    fatigue_logit: float = knob(
        1.0,
        0.0,
        10.0,
        unit="logit per unit of fatigue",
        source="assumed",
        words=("Weight of fatigue", "疲劳的影响", "对数几率，每单位疲劳"),
    )
    contacts_per_week: float = knob(
        0.003,
        0.0,
        1.0,
        unit="new acquaintances/week",
        source="assumed",
        words=("New acquaintances by chance", "偶然新结识", "人/周"),
    )
    contacts_per_evening: float = knob(
        0.05,
        0.0,
        1.0,
        unit="new acquaintances/evening given",
        source="assumed",
        words=("New acquaintances by working together", "一起出力新结识", "人/晚"),
    )
    peer_example: float = knob(
        8.0,
        0.0,
        20.0,
        unit="acquaintances' worth of a neighbour in the building whose evening found work",
        source="assumed",
        words=("A neighbour's example", "邻居的榜样", "相当于几位熟人"),
    )
    acquaintances_half_trust: float = knob(
        8.0,
        0.5,
        40.0,
        unit="acquaintances at which trust in neighbours settles at one half",
        source="assumed",
        words=("Acquaintances for half trust", "多少熟人信任过半", "人"),
    )
    owner_moving_rate: float = knob(
        0.03,
        0.0,
        2.0,
        unit="owners' households that move away/year",
        source="assumed",
        words=("Owners who move", "业主搬家", "比例/年"),
    )
    tenant_moving_rate: float = knob(
        0.25,
        0.0,
        4.0,
        unit="tenants' households that move away/year",
        source="assumed: leases of a year, most renewed",
        words=("Tenants who move", "租户搬家", "比例/年"),
    )
    skilled_share: float = knob(
        0.06,
        0.0,
        1.0,
        unit="share of adults and elders for each of three skills",
        source="assumed",
        words=("Skilled people", "有手艺的人", "三种手艺各占成年人的比例"),
    )
