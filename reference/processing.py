"""Process issues: intake by desks, talks, payment and work; in the evening checks, lapses, forgetting."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

from .arithmetic import single
from .issues import (
    after,
    buildings_that_see,
    by_urgency,
    desk_row,
    disappoint,
    move,
    reward_reporter,
    trust_at_stake,
    workable,
)
from .places import confidence
from .random_numbers import chance, derive_key
from .stages import (
    AGREED,
    ANSWERED,
    CEASED,
    CHECKED,
    DONE,
    FORGOTTEN,
    GAVE_UP,
    LAPSED,
    LEFT,
    MONEY,
    ON_THE_SPOT,
    PAID,
    REOPENED,
    REPORTED,
    RESOLVED,
    SIGN,
    TABLE,
    TAKEN,
    UNKNOWN,
    UPWARD,
    VERIFIED,
    WITHDRAWN,
    WORK,
)

if TYPE_CHECKING:
    from .world import World


def take_in(w: World, hours: list[float]) -> None:
    """Let the desks take in reported issues, the most urgent first, as long as they have hours."""
    intake = w.scenario.committee.intake_hours
    for issue in by_urgency(w, REPORTED):
        if hours[desk_row(issue)] >= intake:
            hours[desk_row(issue)] -= intake
            issue.taken_in_day = w.day if issue.taken_in_day < 0 else issue.taken_in_day
            move(w, issue, after(REPORTED, issue))
            w.note(issue, TAKEN)


def talk(w: World, accord: list[tuple[int, list[float]]]) -> None:
    """Bring the parties of disputed issues nearer to agreement, by telephone and by mechanisms.

    `accord` lists (mechanism, sittings by issue). Whoever contributes most on the day of the agreement is
    credited.
    """
    for i, issue in enumerate(w.issues):
        if issue.state == TABLE:
            c = w.compounds[issue.compound]
            by, most = (
                -1,
                w.scenario.committee.phone_sittings_per_day * c.around * confidence(c, trust_at_stake(issue)),
            )
            sittings = most
            for mechanism, part in accord:
                sittings += part[i]
                by, most = (mechanism, part[i]) if part[i] > most else (by, most)
            issue.sittings_held += sittings
            if issue.sittings_held >= issue.sittings_needed:
                move(w, issue, after(TABLE, issue))
                w.note(issue, AGREED, by)


def pay(w: World) -> None:
    """Pay for issues, the most urgent first: from the compound's fund, and the rest from the community's."""
    for issue in by_urgency(w, MONEY):
        parts = {issue.compound: min(issue.cost_fen, max(0, w.funds[issue.compound]))}
        parts[len(w.funds) - 1] = rest = issue.cost_fen - parts[issue.compound]
        if rest <= max(0, w.funds[-1]):
            for fund, fen in parts.items():
                w.funds[fund] -= fen
                w.spending[fund] += fen
            payers = [fund for fund, fen in parts.items() if fen]
            issue.cost_fen = 0
            move(w, issue, after(MONEY, issue))
            w.note(issue, PAID, who=payers[0] if len(payers) == 1 else -1)


def work(w: World, hours: list[float], done: list[tuple[int, list[float]]]) -> None:
    """Work on issues: first the hours that mechanisms bring, then those of the desks, one worker per issue.

    `hours` are those that the desks have left; `done` lists (mechanism, hours by issue).
    """
    for i, issue in enumerate(w.issues):
        if workable(issue):
            by, most = -1, 0.0
            for mechanism, part in done:
                issue.hours_left -= part[i]
                by, most = (mechanism, part[i]) if part[i] > most else (by, most)
            if most > 0.0 and issue.hours_left <= 1e-9:
                resolve(w, issue, by)
    s = w.scenario
    shifts = [s.property_managers.shift_hours for _ in w.compounds] + [
        s.committee.shift_hours,
        s.departments.max_job_hours,
    ]
    for issue in by_urgency(w, WORK):
        desk = desk_row(issue)
        part = min(issue.hours_left, shifts[desk], hours[desk])
        least_days = w.kinds[issue.category].min_works_days
        part = min(part, issue.work_hours / least_days) if least_days else part
        hours[desk] -= part
        issue.hours_left -= part
        if issue.hours_left <= 1e-9:
            resolve(w, issue, -1)


def resolve(w: World, issue: SimpleNamespace, by: int) -> None:
    """Resolve an issue, to be checked some days later; neighbours see it, and the reporter's trust rises."""
    if issue.taken_in_day < 0:
        issue.taken_in_day = w.day
        w.note(issue, ON_THE_SPOT, by)
    issue.hours_left, issue.state, issue.resolved_day, issue.resolved_by, issue.due_day = (
        0.0,
        RESOLVED,
        w.day,
        by,
        w.day + w.scenario.committee.check_after_days,
    )
    for b in buildings_that_see(w, issue):
        b.good[trust_at_stake(issue)] += 1.0
    reward_reporter(w, issue)
    w.note(issue, DONE, by)


# ---- The evening.


def credit_hurry(issue: SimpleNamespace, by: int, days: float) -> None:
    """Credit mechanism `by` with `days` by which a department answers an issue sooner.

    Days of others count against the leader, who is replaced when they exceed its own.
    """
    if days > 0.0 and by == issue.hurried_by:
        issue.hurried_days = single(issue.hurried_days + days)
    elif days > issue.hurried_days:
        issue.hurried_by, issue.hurried_days = by, single(days - issue.hurried_days)
    elif days > 0.0:
        issue.hurried_days = single(issue.hurried_days - days)


def close(
    w: World,
    keep: list[float],
    ease: list[list[float]],
    hurry: list[float],
    callers: list[tuple[int, list[float]]],
) -> None:
    """Update all issues in the evening, and count those that residents see overdue.

    `keep` and `hurry` are by issue: a negative log rate of forgetting, and days by which a department answers
    sooner; `callers` lists who brings these days; `ease` (buildings, families) is a log rate factor of
    arrivals.
    """
    for b in w.buildings:
        b.standing = [0.0, 0.0]
    for i, issue in enumerate(w.issues):
        if issue.state == UPWARD:
            issue.due_day -= hurry[i]
            for by, days in callers:
                credit_hurry(issue, by, days[i])
        update_in_evening(w, issue, keep[i], ease)
        if (
            issue.state < RESOLVED
            and w.day - issue.arose_day > w.scenario.residents.patience_before_blame_days
        ):
            for b in buildings_that_see(w, issue):
                b.standing[trust_at_stake(issue)] += 1.0


def update_in_evening(w: World, issue: SimpleNamespace, keep: float, ease: list[list[float]]) -> None:
    """Update one issue, by at most one of: answered, reopened or verified, lapsed, given up, forgotten."""
    k, keys, state, c = w.kinds[issue.category], w.random_numbers, issue.state, w.scenario.committee
    work_begun = issue.hours_left < issue.work_hours or issue.reopened > 0
    if state == UPWARD and issue.due_day <= w.day:
        move(w, issue, WORK)
        w.note(issue, ANSWERED, by=issue.hurried_by)
    elif state == RESOLVED and issue.due_day <= w.day:
        if chance(derive_key(keys.key("reopen"), issue.key), issue.reopened) < k.reopen_share:
            issue.state, issue.resolved_day, issue.hours_left = WORK, -1, c.rework_share * issue.work_hours
            issue.reopened += 1
            w.note(issue, REOPENED)
        else:
            issue.state = VERIFIED
            w.buildings[issue.building].clocks[issue.category].passed += (
                k.recurrence * exp(ease[issue.building][issue.family]) * w.weather[issue.category]
            )
            w.note(issue, CHECKED)
    elif 0 <= issue.lapse_day <= w.day and not (
        work_begun or issue.cost_fen < k.cost_fen or (issue.consent_rule >= 0 and state > SIGN)
    ):
        issue.state = LAPSED
        if state > UNKNOWN:
            disappoint(w, issue)
        w.note(issue, CEASED)
    elif state in (REPORTED, TABLE, MONEY) and issue.give_up_day <= w.day:
        issue.state = WITHDRAWN if issue.lapse_day >= 0 else UNKNOWN
        disappoint(w, issue)
        w.note(issue, GAVE_UP if issue.lapse_day >= 0 else LEFT, who=issue.reporter)
    elif state in (REPORTED, TABLE) and chance(keys.key("forget", w.day), issue.key) < 1.0 - exp(
        -c.forgetting_rate * exp(-keep)
    ):
        issue.state = UNKNOWN
        disappoint(w, issue)
        w.note(issue, FORGOTTEN)
