"""Process issues: intake by desks, talks, payment and work; in the evening checks, lapses, forgetting."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

from .arithmetic import sum_in_order
from .consent import agrees, compute_willingness, divide_bill, due_from_funds, electorate, weight_of
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


def collect(w: World, issue: SimpleNamespace, consent: list[float]) -> None:
    """Collect owners' shares: a household of which one is expected pays it once it is willing.

    What is still to be paid is divided among the households that are to pay.
    """
    k, homes = w.scenario.projects, electorate(w, issue)
    _, by_floor, total = divide_bill(w, issue, homes)
    collected = 1.0 - issue.cost_fen / total
    left = sum_in_order(weight_of(w, h, by_floor) for h in homes if h.settled_for != issue.id)
    key = derive_key(w.random_numbers.key("pay", w.day), issue.key)
    for h in homes:
        weight = weight_of(w, h, by_floor)
        if weight and h.settled_for != issue.id and chance(key, h.id) * k.payment_days < 1.0:
            fen = int(issue.cost_fen * (weight / left))
            x = compute_willingness(w, issue, h, fen / 100, collected, consent[h.building])
            if agrees(w, issue, h, x - k.payment_logit):
                issue.cost_fen -= fen
                left -= weight
                h.settled_for = issue.id
                w.compounds[issue.compound].owners_fen += fen


def may_give_up(w: World, issue: SimpleNamespace) -> bool:
    """Return whether the reporter alone may give up: not on a project that owners pay for together."""
    owners_pay = w.kinds[issue.category].owners_share > 0.0
    return issue.state in (REPORTED, TABLE) or (issue.state == MONEY and not owners_pay)


def pay(w: World, consent: list[float]) -> None:
    """Pay for issues, the most urgent first: from the compound's fund, and the rest from the community's.

    Where owners pay, funds pay the rest once owners have paid what the plan asks of them. `consent` is by
    building: willingness to pay, for each talk.
    """
    for issue in by_urgency(w, MONEY):
        if w.kinds[issue.category].owners_share:
            collect(w, issue, consent)
        if issue.cost_fen > due_from_funds(w, issue):
            continue
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


def close(w: World, keep: list[float], ease: list[list[float]], hurry: list[float]) -> None:
    """Update all issues in the evening, and count those that residents see overdue.

    `keep` and `hurry` are by issue: a negative log rate of forgetting, and days by which a department answers
    sooner; `ease` (buildings, families) is a log rate factor of arrivals.
    """
    for b in w.buildings:
        b.standing = [0.0, 0.0]
    for i, issue in enumerate(w.issues):
        if issue.state == UPWARD:
            issue.due_day -= hurry[i]
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
        w.note(issue, ANSWERED)
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
    elif may_give_up(w, issue) and issue.give_up_day <= w.day:
        issue.state = WITHDRAWN if issue.lapse_day >= 0 else UNKNOWN
        disappoint(w, issue)
        w.note(issue, GAVE_UP if issue.lapse_day >= 0 else LEFT, who=issue.reporter)
    elif state in (REPORTED, TABLE) and chance(keys.key("forget", w.day), issue.key) < 1.0 - exp(
        -c.forgetting_rate * exp(-keep)
    ):
        issue.state = UNKNOWN
        disappoint(w, issue)
        w.note(issue, FORGOTTEN)
