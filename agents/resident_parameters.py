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
        source="assumed; vary it",
        words=("Initial trust in the committee", "最初对居委会的信任", "0到1，第0天的平均值"),
    )
    trust_company: float = knob(
        0.35,
        0.0,
        1.0,
        unit="trust on day 0, mean",
        source="assumed; reports tell of residents who distrust the company",
        words=("Initial trust in the company", "最初对物业公司的信任", "0到1，第0天的平均值"),
    )
    trust_neighbours: float = knob(
        0.4,
        0.0,
        1.0,
        unit="trust on day 0, mean",
        source="assumed; vary it",
        words=("Initial trust in neighbours", "最初对邻居的信任", "0到1，第0天的平均值"),
    )
    trust_spread: float = knob(
        0.3,
        0.0,
        1.0,
        unit="trust, full width of the uniform distribution around the mean",
        source="assumed",
        words=("Spread of initial trust", "最初信任的差异", "均匀分布的全宽"),
    )
    acquaintances: float = knob(
        1.1,
        0.0,
        6.0,
        unit="people on day 0, mean",
        source="assumed",
        words=("Initial acquaintances", "最初的熟人", "人，第0天的平均值"),
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
        unit="share of days at home, of owners who live elsewhere",
        source="assumed; one weekend a month",
        words=("Absent owners at home", "不常住业主在家", "天数的比例"),
    )
    tenant_report_factor: float = knob(
        0.79,
        0.0,
        1.0,
        unit="reports of a tenant relative to an owner",
        source="docs/sources.md: owners make 56 %, tenants 44 % of contacts (A/B)",
        words=("Reporting by tenants", "租户的反映", "倍，与业主相比"),
    )
    migrant_report_factor: float = knob(
        0.8,
        0.0,
        1.0,
        unit="reports of a migrant relative to a registered resident",
        source="assumed",
        words=("Reporting by migrants", "外来人口的反映", "倍，与户籍居民相比"),
    )
    elder_report_factor: float = knob(
        1.25,
        0.0,
        10.0,
        unit="reports of an elder relative to a younger adult",
        source="assumed; elders are at home and know whom to turn to",
        words=("Reporting by elders", "老人的反映", "倍，与其他成年人相比"),
    )
    report_spread_log: float = knob(
        2.7,
        0.0,
        4.0,
        unit="standard deviation of the log of personal readiness to report",
        source="assumed; docs/sources.md: a tenth of those who report make most reports",
        words=("Spread of readiness to report", "反映意愿的个人差异", "对数的标准差"),
    )
    report_gain_resolved: float = knob(
        0.1,
        0.0,
        1.0,
        unit="share of the possible gain in readiness, when one's report is resolved",
        source="assumed; docs/sources.md: after a repair others report more",
        words=("Readier after a result", "有结果后更愿意反映", "占可能增幅的比例"),
    )
    report_gain_answered: float = knob(
        0.15,
        0.0,
        1.0,
        unit="share of the possible gain in readiness, when one is told what came of the report",
        source="assumed; docs/sources.md: an answer sustains reporting for months",
        words=("Readier after an answer", "得到答复后更愿意反映", "占可能增幅的比例"),
    )
    report_loss_failed: float = knob(
        0.2,
        0.0,
        1.0,
        unit="share of readiness lost when one's report came to nothing",
        source="assumed",
        words=("Less ready after a failure", "没有结果后不愿反映", "失去的比例"),
    )
    report_habit_factor: float = knob(
        2.5,
        1.0,
        20.0,
        unit="times one's usual readiness, at most, after good experience",
        source="assumed",
        words=("Readiness at most", "反映意愿最多提高到", "倍，与平时相比"),
    )
    report_fading_rate: float = knob(
        0.03,
        0.0,
        1.0,
        unit="share of what experience has changed that fades in a week",
        source="assumed: half of it in half a year; docs/sources.md: an answer works for months",
        words=("Fading of experience with reporting", "反映经历的淡忘", "每周消退的比例"),
    )
    sole_bystander_factor: float = knob(
        8.0,
        2.0,
        100.0,
        unit="times readier to report if nobody else can",
        source="assumed; in the volunteer's dilemma a single person always acts",
        words=("Reporting as the only witness", "唯一知情者的反映意愿", "倍"),
    )
    repeat_report_factor: float = knob(
        0.1,
        0.0,
        1.0,
        unit="reports of a known issue relative to an unknown one",
        source="assumed: with it, 0.2 to 0.4 requests per resident and year (docs/evidence.md, requests_us)",
        words=("Reporting what is already known", "重复反映的意愿", "倍，与无人反映的事项相比"),
    )
    trust_update_rate: float = knob(
        0.06,
        0.0,
        1.0,
        unit="1/week",
        source="assumed: four months of memory",
        words=("Speed of changing trust", "信任更新的快慢", "1/周"),
    )
    trust_prior_weight: float = knob(
        1.5,
        0.1,
        50.0,
        unit="number of issues seen that weigh as much as one's present trust",
        source="assumed",
        words=("Weight of present trust", "现有信任的分量", "相当于几件事项"),
    )
    negativity_factor: float = knob(
        3.0,
        1.0,
        20.0,
        unit="issues resolved that weigh as much as one left unresolved",
        source="assumed; trust is more easily lost than won (Slovic 1993, Risk Analysis 13, 675)",
        words=("Weight of what is left undone", "没办成的事的分量", "一件没办成抵几件办成"),
    )
    trust_spillover_share: float = knob(
        0.3,
        0.0,
        1.0,
        unit="share of what the property company does or leaves that counts for the committee too",
        source="assumed; residents do not always know who is in charge",
        words=("Credit and blame shared", "功过分担", "物业办结或没办的事项算到居委会头上的比例"),
    )
    patience_before_blame_days: int = knob(
        14,
        0,
        365,
        unit="days before an open issue lowers trust",
        source="assumed",
        words=("Patience before trust falls", "容忍天数", "天"),
    )
    trust_gain_resolved: float = knob(
        0.15,
        0.0,
        1.0,
        unit="share of distrust removed when one's own issue is resolved",
        source="assumed",
        words=("Trust gained, own issue resolved", "自家的事办结后增加的信任", "消除不信任的比例"),
    )
    trust_loss_failed: float = knob(
        0.15,
        0.0,
        1.0,
        unit="share of trust lost when one's own issue fails",
        source="assumed",
        words=("Trust lost, own issue failed", "自家的事未办结而损失的信任", "失去信任的比例"),
    )
    satisfaction_half_backlog: float = knob(
        3.0,
        0.1,
        100.0,
        unit="open issues in the building that halve satisfaction",
        source="assumed",
        words=("Open issues that halve satisfaction", "使满意度减半的未办结件数", "件，本楼"),
    )
    volunteering_threshold_logit: float = knob(
        6.1,
        0.0,
        15.0,
        unit="logit against giving an evening",
        source="assumed; a fifth of adults give in a year, as in surveys (US, formal: 23-30 %)",
        words=("Reluctance to volunteer", "不愿出力的程度", "不愿出一个晚上的对数几率"),
    )
    volunteering_spread_logit: float = knob(
        1.2,
        0.0,
        4.0,
        unit="logit, scale of the logistic distribution between people",
        source="assumed; most never give, and the keenest tenth of those who do give more than half",
        words=("Spread of willingness to volunteer", "出力意愿的差异", "对数几率的尺度"),
    )
    trust_logit: float = knob(
        3.0,
        0.0,
        20.0,
        unit="logit per unit of trust in committee and neighbours",
        source="assumed; trust makes people volunteer, and giving grows no more than a few-fold in a year",
        words=("Effect of trust on volunteering", "信任对出力意愿的影响", "对数几率，每单位信任"),
    )
    further_evening_logit: float = knob(
        2.0,
        0.0,
        6.0,
        unit="logit against each further evening in the same week",
        source="assumed; in surveys a few volunteers give several evenings a week, most give a few a year",
        words=(
            "Reluctance to give another evening",
            "再出一个晚上的不愿程度",
            "对数几率，同一周每多一个晚上",
        ),
    )
    fatigue_per_evening: float = knob(
        0.1,
        0.0,
        1.0,
        unit="fatigue per evening worked",
        source="assumed",
        words=("Fatigue per evening", "每晚增加的疲劳", "每个晚上"),
    )
    fatigue_per_post_hour: float = knob(
        0.05,
        0.0,
        1.0,
        unit="fatigue per hour worked in a post",
        source="assumed: as an hour of an evening of two hours",
        words=("Fatigue per hour in a post", "任职每小时增加的疲劳", "每小时"),
    )
    fatigue_recovery: float = knob(
        0.15,
        0.0,
        1.0,
        unit="share of fatigue that goes away in a week",
        source="assumed",
        words=("Recovery from fatigue", "疲劳的恢复", "每周消除的比例"),
    )
    fatigue_logit: float = knob(
        1.0,
        0.0,
        10.0,
        unit="logit per unit of fatigue",
        source="assumed",
        words=("Effect of fatigue on volunteering", "疲劳对出力意愿的影响", "对数几率，每单位疲劳"),
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
        unit="equivalent acquaintances of a neighbour in the building whose evening was used",
        source="assumed",
        words=("Example of an active neighbour", "邻居的榜样", "相当于几位熟人"),
    )
    acquaintances_half_trust: float = knob(
        8.0,
        0.5,
        40.0,
        unit="acquaintances at which trust in neighbours reaches one half",
        source="assumed",
        words=("Acquaintances for trust of one half", "信任达到一半的熟人数", "人"),
    )
    owner_moving_rate: float = knob(
        0.03,
        0.0,
        2.0,
        unit="share of owners' households that move away/year",
        source="assumed",
        words=("Owners who move", "业主搬家", "比例/年"),
    )
    tenant_moving_rate: float = knob(
        0.25,
        0.0,
        4.0,
        unit="share of tenants' households that move away/year",
        source="assumed: leases of one year, most renewed",
        words=("Tenants who move", "租户搬家", "比例/年"),
    )
    skilled_share: float = knob(
        0.06,
        0.0,
        1.0,
        unit="share of adults and elders with each of three skills",
        source="assumed",
        words=("Skilled people", "有专长的人", "三种专长各占成年居民的比例"),
    )
