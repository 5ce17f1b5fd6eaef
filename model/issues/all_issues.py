"""Factors on the numbers of all categories of issues at once.

The numbers of one category are rarely known, and if they are wrong, those of the other categories are likely
to be wrong in the same direction: somebody who takes too few days for a plumber takes too few for an
electrician. Forty numbers that vary independently average out, and would make the levels of the whole model
look certain. These factors carry what the categories have in common (docs/decisions.md, 51).
"""

from dataclasses import dataclass

from ...engine.parameters import knob


@dataclass(frozen=True)
class AllIssues:
    """Numbers of every category: factors, of which 1 leaves all as it is, and the spread of waits."""

    rate_factor: float = knob(
        1.0,
        0.05,
        20.0,
        unit="times as many issues of every category",
        source="assumed: by definition 1; what the rates of all categories have in common",
        words=("How often all issues arise", "各类事项发生频率", "倍"),
    )
    report_factor: float = knob(
        1.0,
        0.05,
        20.0,
        unit="times as ready to report issues of every category",
        source="assumed: by definition 1; what the readiness has in common in all categories",
        words=("Readiness to report all issues", "各类事项的反映意愿", "倍"),
    )
    appointment_factor: float = knob(
        1.0,
        0.05,
        20.0,
        unit="times as many days until work can begin, in every category",
        source="assumed: by definition 1; what the waits of all categories have in common",
        words=("Days until work can begin, all issues", "各类事项开工前的等待", "倍"),
    )
    appointment_spread: float = knob(
        1.4,
        0.0,
        3.0,
        unit="Weibull exponent of the days until work can begin: 0 fixed, 1 exponential",
        source="docs/sources.md: 90 % of leaks and of litter take 6 to 7 times the median, of exponential "
        "waits 3.3 times: exponents 1.5 and 1.6 above the median, 0.6 and 0.8 below it (A/B)",
        words=("Spread of the days until work can begin", "开工前等待的差异", "韦布尔指数：0固定，1指数分布"),
    )
