"""Report issues: who sees an open issue, and who reports it first or seconds the report."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

from .arithmetic import single
from .issues import count_bystanders, place_that_sees, trust_at_stake
from .random_numbers import chance, derive_key, exponential, race
from .stages import RESOLVED, SECONDED, TOLD, UNKNOWN, WAS_TOLD

if TYPE_CHECKING:
    from .world import World


def bystander_factor(n: float, alone: float) -> float:
    """Return how many times sooner `n` bystanders report than very many do: n / (n - 1), at most `alone`."""
    return alone * n if n <= 1.0 else min(alone, n / (n - 1.0))


def tell(w: World, voice: list[float], sight: list[tuple[int, list[float]]]) -> None:
    """Advance the reporting clock of each open issue; each threshold brings one more report, at most 3 a day.

    `voice` (buildings) is a log rate factor of neighbours. `sight` lists (mechanism, rates by issue) of those
    who look for unknown issues.
    """
    k, keys = w.scenario.residents, w.luck
    for i, issue in enumerate(w.issues):
        if issue.state >= RESOLVED or (issue.voices >= 100 and issue.state != UNKNOWN):
            continue
        n, voices = count_bystanders(w, issue)
        neighbours = 0.0
        if n > 0.0:
            neighbours = (
                w.kinds[issue.category].report_rate
                * bystander_factor(n, k.sole_bystander_factor)
                * (voices / n)
                * exp(voice[issue.building])
            )
        looks = [(by, part[i]) for by, part in sight if part[i] > 0.0] if issue.state == UNKNOWN else []
        rate = neighbours if issue.state == UNKNOWN else neighbours * k.repeat_report_factor
        for _, part in looks:
            rate += part
        issue.heard += rate
        for _ in range(3):
            if issue.heard < issue.next:
                break
            issue.voices += 1
            issue.next += exponential(derive_key(keys.key("hear"), issue.luck), issue.voices)
            if issue.state == UNKNOWN:
                report_first(w, issue, rate, neighbours, looks)
            else:
                w.note(issue, SECONDED)


def report_first(
    w: World, issue: SimpleNamespace, rate: float, neighbours: float, looks: list[tuple[int, float]]
) -> None:
    """Report an unknown issue: by a neighbour or a mechanism, in proportion to their parts of `rate`."""
    drawn = chance(derive_key(w.luck.key("find"), issue.luck), issue.voices) * rate
    by, reporter, part = -1, -1, drawn - neighbours
    if part < 0.0:
        readiness = lambda person: single(
            single(person.presence * person.voice) * person.trust[trust_at_stake(issue)]
        )
        who = race(
            place_that_sees(w, issue).people,
            readiness,
            derive_key(derive_key(w.luck.key("tell"), issue.luck), issue.voices),
        )
        reporter = who.id if who else -1
    else:
        for by, looked in looks:
            part -= looked
            if part < 0.0:
                break
    issue.state = TOLD
    issue.reporter = reporter
    if issue.told < 0:
        issue.told, issue.teller = w.day, by
    wait = exponential(derive_key(w.luck.key("wait"), issue.luck), issue.voices)
    issue.giveup = w.day + 1 + int(w.kinds[issue.category].patience_days * wait)
    w.note(issue, WAS_TOLD, by, reporter)
