"""Let issues arise: which ones, in which building, and whom they affect.

Each building has a hazard clock for each category. When the hazard passed reaches the next threshold, an
issue arises. The thresholds, and everything random about an issue, depend on (building, category, number)
only: the same issues can arise in every arm of a comparison.
"""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..model.issues.categories import FAMILIES, SCOPES
from ..model.issues.consent_rules import RULES
from .arithmetic import sum_in_order
from .places import at_home, is_counted
from .random_numbers import chance, derive_key, exponential, race
from .stages import AROSE, COMMITTEE, COMPANY, NO_DESK, UNKNOWN

if TYPE_CHECKING:
    from .world import World


def build_clock(w: World, b: SimpleNamespace, j: int) -> SimpleNamespace:
    """Build the hazard clock of category `j` in building `b`.

    It has a `rate` per day, the hazard `passed`, the threshold `next`, the recurrences still `coming`, those
    `invited` by neglect from next week on, the `number` of issues so far, and how many of the initial issues
    are stubborn (`firm`).
    """
    k, compound = w.kinds[j], w.compounds[b.compound]
    share = 1.0 / len(compound.parts)
    counts = {"stairwell": len(b.parts), "lift": b.lifts, "building": 1.0, "compound": share, "shop": b.shops}
    counts |= {
        "walkup": 0 if b.lifts else len(b.parts),
        "garage": share if any(part.lifts for part in compound.parts) else 0.0,
    }
    units = (
        counts[k.unit]
        if k.unit in counts
        else sum_in_order(p.presence for p in b.people if is_counted(k.unit, p, w.households[p.home]))
    )
    rate = k.rate * units * exp(k.ageing_log_rate * ((compound.age - 20.0) / 10.0))
    return SimpleNamespace(
        rate=rate,
        passed=0.0,
        coming=rate * k.recurrence / k.recurrence_share,
        invited=0.0,
        number=0,
        firm=0,
        next=exponential(derive_key(derive_key(w.random_numbers.key("arise"), b.key), k.code), 0),
    )


def hazard_of_first(w: World, b: int, j: int, n: int) -> float:
    """Return the hazard at which the first `n` issues of category `j` have arisen in building number `b`."""
    return sum_in_order(
        exponential(
            derive_key(derive_key(w.random_numbers.key("arise"), w.buildings[b].key), w.kinds[j].code), number
        )
        for number in range(n)
    )


def begin_week(b: SimpleNamespace) -> None:
    """Let what was eased in a building in the week before, and what was invited, count for the week ahead."""
    b.factor = [exp(eased / 7) for eased in b.eased]
    b.eased = [0.0] * len(FAMILIES)
    for c in b.clocks:
        c.coming, c.invited = c.coming + c.invited, 0.0


def draw_new_issues(w: World, ease: list[list[float]]) -> list[SimpleNamespace]:
    """List the issues that arise tonight, by building and category.

    The mean of `ease` (buildings, families) over a week is added to the logarithm of the rate in the next. An
    issue of behaviour recurs, whatever becomes of it: its recurrences are added to those still to come. They
    are a part of the rate.
    """
    new_issues, key = [], w.random_numbers.key("arise")
    for b in w.buildings:
        b.eased = [so_far + today for so_far, today in zip(b.eased, ease[b.id])]
        if b.id % 7 == w.day % 7:
            begin_week(b)
        for j, c in enumerate(b.clocks):
            k = w.kinds[j]
            prevented = b.factor[FAMILIES.index(k.family)]
            recurring = c.coming * min(1.0, k.recurrence_share * w.weather[j])
            c.coming -= recurring
            c.passed += c.rate * (prevented * (w.weather[j] * (1.0 - k.recurrence))) + recurring * prevented
            while c.passed >= c.next and c.passed > 0.0:
                new_issues.append(build_issue(w, b, j, c.number))
                c.number += 1
                c.coming += k.recurrence
                c.next += exponential(derive_key(derive_key(key, b.key), k.code), c.number)
    return new_issues


def build_issue(w: World, b: SimpleNamespace, j: int, number: int) -> SimpleNamespace:
    """Build an issue: where it is, whom it affects, and what is drawn in advance, the same in every arm."""
    k, key = w.kinds[j], w.random_numbers.key
    issue_key = derive_key(derive_key(b.key, k.code), number)
    stairwell, household = b.parts[int(chance(key("strike"), issue_key) * len(b.parts))].id, -1
    if k.scope == "household":
        candidates = [p for p in b.people if is_counted(k.unit, p, w.households[p.home])]
        affected = race(candidates, at_home, derive_key(key("strike"), issue_key))
        household = (affected or w.stairwells[stairwell].people[0]).home
        stairwell = w.households[household].stairwell
    stubborn = number < b.clocks[j].firm or chance(key("stubborn"), issue_key) < k.stubborn_share
    sittings_factor = k.stubborn_factor if stubborn else 1.0
    work_hours = k.work_scale_hours * exponential(key("work"), issue_key) ** k.work_spread
    issue = SimpleNamespace(
        id=((b.id << 23) + k.code << 20) + number,
        key=issue_key,
        building=b.id,
        category=j,
        compound=b.compound,
        stairwell=stairwell,
        household=household,
        family=FAMILIES.index(k.family),
        scope=SCOPES.index(k.scope),
        severity=k.severity,
        consent_rule=list(RULES).index(k.consent_rule) if k.consent_rule else -1,
        work_hours=work_hours,
        hours_left=work_hours,
        cost_fen=k.cost_fen,
        sittings_needed=0.0
        if k.sittings == 0.0
        else k.sittings * exponential(key("sit"), issue_key) * sittings_factor,
        hurried_by=-1,
        hurried_days=0.0,
        department_days=0
        if k.department_days == 0.0
        else 1 + int(k.department_days * exponential(key("lead"), issue_key)),
        appointment_days=0
        if k.appointment_scale_days == 0.0
        else int(
            k.appointment_scale_days * exponential(key("appointment"), issue_key) ** k.appointment_spread
        ),
        lapse_day=-1
        if k.lapse_days == 0.0
        else w.day + 1 + int(k.lapse_days * exponential(key("lapse"), issue_key)),
        sittings_held=0.0,
        report_rate=0.0,
        report_hazard=0.0,
        next_report_hazard=exponential(derive_key(key("hear"), issue_key), 0),
        reporter=-1,
        arose_day=w.day,
        reported_day=-1,
        taken_in_day=-1,
        resolved_day=-1,
        give_up_day=-1,
        due_day=-1,
        reports=0,
        state=UNKNOWN,
        reopened=0,
        found_by=-1,
        resolved_by=-1,
        desk=COMPANY
        if w.compounds[b.compound].company and "property" in k.done_by
        else COMMITTEE
        if k.done_by
        else NO_DESK,
    )
    w.note(issue, AROSE)
    return issue
