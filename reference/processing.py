"""Process issues: intake by desks, talks, payment and work; in the evening checks, lapses, forgetting."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

from .arithmetic import single, sum_in_order
from .consent import agrees, compute_willingness, divide_bill, due_from_funds, electorate, weight_of
from .issues import (
    after,
    buildings_that_see,
    desk_row,
    disappoint,
    encourage,
    is_finished_today,
    is_registered,
    move,
    queue_of,
    queue_rank,
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
    NO_DESK,
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


def take_in(w: World, hours: list[float], done: list[tuple[int, list[float]]]) -> None:
    """Let the desks take in reported issues, the most urgent first, as long as they have hours.

    What mechanisms finish today is left out; `done` lists (mechanism, hours by issue).
    """
    intake = w.scenario.committee.intake_hours
    sent = {issue.id: [part[i] for _, part in done] for i, issue in enumerate(w.issues)}
    for issue in queue_of(w, REPORTED):
        if issue.desk == NO_DESK or is_finished_today(issue, sent[issue.id]):
            continue
        if hours[desk_row(issue)] >= intake:
            hours[desk_row(issue)] -= intake
            issue.taken_in_day = w.day if issue.taken_in_day < 0 else issue.taken_in_day
            move(w, issue, after(REPORTED, issue))
            w.note(issue, TAKEN)


def talk(w: World, hours: list[float], accord: list[tuple[int, list[float]]]) -> None:
    """Bring the parties of disputed issues nearer to agreement, by the committee and by mechanisms.

    The committee's sittings take a share of the hours that its desk has left. `accord` lists (mechanism,
    sittings by issue). Whoever contributes most on the day of the agreement is credited.
    """
    k, progress = w.scenario.committee, {}
    left = k.mediation_share * hours[-2]
    for issue in queue_of(w, TABLE):
        c = w.compounds[issue.compound]
        pace = k.sittings_per_week / 7 * 0.5 ** (issue.sittings_held / k.sittings_to_half_pace)
        sittings = min(pace, left / k.sitting_hours)
        left -= sittings * k.sitting_hours
        hours[-2] -= sittings * k.sitting_hours
        progress[issue.id] = sittings * c.around * confidence(c, trust_at_stake(issue))
    for i, issue in enumerate(w.issues):
        if issue.state == TABLE:
            by, most = -1, progress[issue.id]
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
    for issue in queue_of(w, MONEY):
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
        if workable(issue) or is_registered(issue):
            by, most = -1, 0.0
            for mechanism, part in done:
                issue.hours_left -= part[i]
                by, most = (mechanism, part[i]) if part[i] > most else (by, most)
            if most > 0.0 and issue.hours_left <= 1e-9:
                resolve(w, issue, by)
    # not before the appointment, nor without a desk
    waiting = [i for i in queue_of(w, WORK) if i.due_day <= w.day and i.desk != NO_DESK]
    quotas = [[0.0] * 4 for _ in hours]
    for issue in waiting:
        quotas[desk_row(issue)][queue_rank(w, issue)] += hours_today(w, issue)
    quotas = [divide(quota, available) for quota, available in zip(quotas, hours)]
    for issue in waiting:
        desk, quota = desk_row(issue), quotas[desk_row(issue)]
        part = min(hours_today(w, issue), quota[queue_rank(w, issue)])
        quota[queue_rank(w, issue)] -= part
        hours[desk] -= part
        issue.hours_left -= part
        if issue.hours_left <= 1e-9:
            resolve(w, issue, -1)


def hours_today(w: World, issue: SimpleNamespace) -> float:
    """Return the hours that a desk can put into an issue today: those of one worker."""
    s, works_days = w.scenario, w.kinds[issue.category].min_works_days
    shift = {-2: s.committee.shift_hours, -1: s.departments.max_job_hours}
    today = min(issue.hours_left, shift.get(desk_row(issue), s.property_managers.shift_hours))
    return min(today, issue.work_hours / works_days) if works_days else today


def divide(wanted: list[float], available: float) -> list[float]:
    """Divide hours among ranks of urgency: each is entitled to twice the share of the one below.

    What a rank does not need goes to the others.
    """
    if sum_in_order(wanted) <= available:
        return wanted
    quota = [0.0 for _ in wanted]
    short = [r for r, hours in enumerate(wanted) if hours > 0.0]
    weight = sum_in_order(2.0**r for r in short)
    while True:
        before = len(short)
        for r in list(short):
            if wanted[r] * weight <= available * 2.0**r:
                quota[r] = wanted[r]
                available -= wanted[r]
                weight -= 2.0**r
                short.remove(r)
        if len(short) == before:
            break
    for r in short:
        quota[r] = available * 2.0**r / weight
    return quota


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


def close(w: World, keep: list[float], hurry: list[float], callers: list[tuple[int, list[float]]]) -> None:
    """Update all issues in the evening, and count those that residents see overdue or dropped unresolved.

    `keep` and `hurry` are by issue: a negative log rate of forgetting, and days by which a department answers
    sooner; `callers` lists who brings these days.
    """
    for b in w.buildings:
        b.standing = [0.0, 0.0]
    for i, issue in enumerate(w.issues):
        if issue.state == UPWARD:
            issue.due_day -= hurry[i]
            for by, days in callers:
                credit_hurry(issue, by, days[i])
        update_in_evening(w, issue, keep[i])
        if issue.state < RESOLVED and w.scenario.structure.neglect == "breeds":
            invite(w, issue)
        if w.day - issue.arose_day > w.scenario.residents.patience_before_blame_days:
            for b in buildings_that_see(w, issue):
                if issue.state < RESOLVED:
                    b.standing[trust_at_stake(issue)] += 1.0
                elif issue.state in (LAPSED, WITHDRAWN):
                    b.dropped[trust_at_stake(issue)] += 1.0


def is_attended(w: World, issue: SimpleNamespace) -> bool:
    """Return whether something was done about an issue: it is begun, agreed by vote or paid for."""
    begun = issue.hours_left < issue.work_hours or issue.reopened > 0
    agreed = issue.consent_rule >= 0 and issue.state > SIGN
    return begun or agreed or issue.cost_fen < w.kinds[issue.category].cost_fen


def invite(w: World, issue: SimpleNamespace) -> None:
    """Let an issue to which nobody attends invite others of its kind, if it is one that people see."""
    k, lapses = w.kinds[issue.category], 0 <= issue.lapse_day <= w.day
    if w.day - issue.arose_day <= k.invites_days and not lapses and not is_attended(w, issue):
        w.buildings[issue.building].clocks[issue.category].invited += k.invited


def update_in_evening(w: World, issue: SimpleNamespace, keep: float) -> None:
    """Update one issue, by at most one of: answered, reopened or verified, lapsed, given up, forgotten."""
    k, keys, state, c = w.kinds[issue.category], w.random_numbers, issue.state, w.scenario.committee
    if state == UPWARD and issue.due_day <= w.day:
        move(w, issue, WORK)
        w.note(issue, ANSWERED, by=issue.hurried_by)
    elif state == RESOLVED and issue.due_day <= w.day:
        if chance(derive_key(keys.key("reopen"), issue.key), issue.reopened) < k.reopen_share:
            issue.state, issue.resolved_day, issue.hours_left = WORK, -1, c.rework_share * issue.work_hours
            issue.reopened += 1
            issue.due_day = w.day + issue.appointment_days
            w.note(issue, REOPENED)
        else:
            issue.state = VERIFIED
            told = chance(derive_key(keys.key("answer"), issue.key), issue.reopened)
            if told >= (1.0 - c.answer_share) * exp(-keep):
                encourage(w, issue, w.scenario.residents.report_gain_answered)
            w.note(issue, CHECKED)
    elif 0 <= issue.lapse_day <= w.day and not is_attended(w, issue):
        issue.state = LAPSED
        if state > UNKNOWN:
            disappoint(w, issue)
        w.note(issue, CEASED)
    elif may_give_up(w, issue) and issue.give_up_day <= w.day:
        withdrawn = issue.lapse_day >= 0 and k.recurrence == 0.0
        issue.state = WITHDRAWN if withdrawn else UNKNOWN
        disappoint(w, issue)
        w.note(issue, GAVE_UP if withdrawn else LEFT, who=issue.reporter)
    elif (
        state in (REPORTED, TABLE)
        and issue.desk != NO_DESK
        and chance(keys.key("forget", w.day), issue.key) < 1.0 - exp(-c.forgetting_rate * exp(-keep))
    ):
        issue.state = UNKNOWN
        disappoint(w, issue)
        w.note(issue, FORGOTTEN)
