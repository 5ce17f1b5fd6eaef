"""Issues: their columns, the states they pass through, and the record of everything that happened to them.

    UNKNOWN -> REPORTED -> TABLE -> SIGN -> MONEY -> UPWARD -> WORK -> RESOLVED -> VERIFIED
                (stages an issue does not need are skipped)            |
                                     WORK <- reopened ----------------+

REPORTED and TABLE may be forgotten (back to UNKNOWN); a simple issue may be resolved on the spot from
REPORTED. The reporter may give up on an issue that waits to be taken in, for parties or for money: it is
WITHDRAWN if it is of a kind that lapses and does not recur; otherwise the cause is still there: UNKNOWN. An
issue of a kind that lapses may do so (LAPSED) until it is paid for, agreed by vote or begun. A vote that
fails is tried again.
"""

from collections.abc import Iterable
from math import ceil

import numpy as np

from ...engine.codes import (
    DESK_COMPANY,
    DESK_DEPARTMENT,
    DESK_NONE,
    SCOPE_COMPOUND,
    SCOPE_HOUSEHOLD,
    TRUST_COMMITTEE,
    TRUST_COMPANY,
)
from ...engine.jit import inner_kernel, lean_kernel
from .categories import encode_category

# int8, because a plain int is another type to the compiler, which would compile every kernel again for it
UNKNOWN, REPORTED, TABLE, SIGN, MONEY, UPWARD, WORK, RESOLVED, VERIFIED, WITHDRAWN, LAPSED = map(
    np.int8, range(11)
)
STATES = (
    "unknown",
    "reported",
    "at the table",
    "signatures",
    "money",
    "passed upward",
    "in work",
    "resolved",
    "verified",
    "withdrawn",
    "lapsed",
)
ALLOWED = {
    UNKNOWN: {REPORTED, LAPSED},
    REPORTED: {TABLE, SIGN, MONEY, UPWARD, WORK, RESOLVED, UNKNOWN, WITHDRAWN, LAPSED},
    TABLE: {SIGN, MONEY, UPWARD, WORK, UNKNOWN, WITHDRAWN, LAPSED},
    SIGN: {SIGN, MONEY, UPWARD, WORK, LAPSED},  # SIGN: the vote failed, and is tried again
    MONEY: {UPWARD, WORK, UNKNOWN, WITHDRAWN, LAPSED},
    UPWARD: {WORK, LAPSED},
    WORK: {RESOLVED, LAPSED},
    RESOLVED: {WORK, VERIFIED},
}
# One row per issue; an id is never used again and is the same in every arm of a comparison. The fields that
# every issue is visited for each day come first, in 64 bytes, the size of a line of a processor's cache.
ISSUE = np.dtype(
    [
        ("report_rate", "f8"),  # 1/day at which neighbours report it, where no mechanism pulls `voice`
        ("report_hazard", "f8"),  # cumulative hazard of being reported
        ("next_report_hazard", "f8"),  # the next neighbour reports it when `report_hazard` gets here
        ("due_day", "f8"),  # day a department answers, its desk can begin, or what was done is checked
        ("building", "i4"),
        ("compound", "i4"),
        ("arose_day", "i4"),  # day it arose
        ("reported_day", "i4"),  # day it was first reported; -1 never
        ("lapse_day", "i4"),  # day it lapses; -1 never
        ("category", "i2"),
        ("reports", "i2"),  # reports so far, by neighbours, patrols and captains, duplicates included
        ("reopened", "i2"),  # times
        ("state", "i1"),
        ("desk", "i1"),
        ("scope", "i1"),
        ("family", "i1"),
        ("severity", "i1"),
        ("consent_rule", "i1"),  # of consent; -1 needs none
        ("id", "i8"),  # building, category and number in one: see `make_id`
        ("key", "u8"),  # key of its random numbers: a hash of its building, its category and its number
        ("hours_left", "f8"),  # hours still to do
        ("work_hours", "f8"),  # hours it takes
        ("cost_fen", "i8"),  # fen still to be paid
        ("sittings_needed", "f8"),  # sittings its parties need; 0 none
        ("sittings_held", "f8"),  # how far its parties have come, in sittings
        ("give_up_day", "i4"),  # day the reporter gives up
        ("stairwell", "i4"),
        ("household", "i4"),  # household that it belongs to; -1 for common space
        ("reporter", "i4"),  # resident who reported it, the last time it was unknown; -1 none
        ("taken_in_day", "i4"),  # day it was first taken in; -1 never
        ("resolved_day", "i4"),  # day it was last resolved; -1 not
        ("department_days", "i4"),  # days a department takes
        ("appointment_days", "i4"),  # days until its desk can begin to work
        ("hurried_days", "f4"),  # days that it brought more than others: see `closing.credit_hurry`
        ("found_by", "i1"),  # mechanism that found it; -1 a neighbour
        ("resolved_by", "i1"),  # mechanism that finished it; -1 its desk
        ("hurried_by", "i1"),  # mechanism that brought the department's answer nearer; -1 none
    ],
    align=True,
)

(
    AROSE,
    WAS_REPORTED,
    REPORTED_AGAIN,
    TAKEN,
    AGREED,
    CONSENTED,
    PAID,
    ANSWERED,
    ON_THE_SPOT,
    DONE,
    CHECKED,
    REOPENED,
    FORGOTTEN,
    GAVE_UP,
    CEASED,
    LEFT,
    FAILED,
) = map(np.int8, range(17))
WHAT = (
    "arose",
    "reported",
    "reported again",
    "taken in",
    "agreed",
    "consented",
    "paid",
    "answered by a department",
    "begun on the spot",
    "resolved",
    "verified",
    "reopened",
    "forgotten",
    "withdrawn",
    "lapsed",
    "left alone",
    "voted down",
)

EVENT = np.dtype([("issue", "i8"), ("day", "i4"), ("who", "i4"), ("what", "i1"), ("by", "i1")], align=True)


@lean_kernel
def make_id(building, code, number) -> int:
    """Pack building row (20 bits), category code (23) and number (20) of an issue into its id, >= 0."""
    return (building << 43) + (code << 20) + number


def unpack_id(issue_id: int, categories: Iterable[str]) -> tuple[int, str | None, int]:
    """Unpack an issue's id into (building, category, number).

    The category is that of the names `categories` with its code, None if none has it.
    """
    cell, number = divmod(int(issue_id), 1 << 20)
    building, code = divmod(cell, 1 << 23)
    category = next((category for category in categories if encode_category(category) == code), None)
    return building, category, number


@lean_kernel
def is_known(issue) -> bool:
    """Whether an issue is open and has been reported to a desk.

    Twin: reference/issues.py, is_known.
    """
    return UNKNOWN < issue.state < RESOLVED and issue.desk != DESK_NONE


@lean_kernel
def is_workable(issue) -> bool:
    """Whether hours can be spent on an issue.

    It is in work, or reported and needs no parties, signatures, money or department. Hours do not help with
    an issue of no desk.

    Twin: reference/issues.py, workable.
    """
    return issue.desk != DESK_NONE and (
        issue.state == WORK or (issue.state == REPORTED and next_stage(REPORTED, issue) == WORK)
    )


@lean_kernel
def is_registered(issue) -> bool:
    """Whether an issue of no desk is known to the mechanisms that help with it.

    Twin: reference/issues.py, is_registered.
    """
    return issue.desk == DESK_NONE and (issue.state == REPORTED or issue.state == WORK)


@inner_kernel
def list_by_state(w) -> None:
    """List the rows of the issues that mechanisms look for, (n,) int64 each, as they are this evening.

    Until tomorrow's issues are reported, mechanisms need not look through all issues for them.
    """
    issues, rows = w.issues, np.empty((6, len(w.issues)), np.int64)
    known, workable, at_table, passed_upward, resolved, reported = 0, 0, 0, 0, 0, 0
    for i in range(len(issues)):  # without a branch, because the processor cannot guess states
        rows[5, reported] = i
        reported += issues[i].state != UNKNOWN
    for i in rows[5, :reported]:
        state = issues[i].state
        if is_known(issues[i]):
            rows[0, known] = i
            known += 1
        if is_workable(issues[i]):
            rows[1, workable] = i
            workable += 1
        if state == TABLE:
            rows[2, at_table] = i
            at_table += 1
        elif state == UPWARD:
            rows[3, passed_upward] = i
            passed_upward += 1
        elif state == RESOLVED:
            rows[4, resolved] = i
            resolved += 1
    w.known, w.workable, w.at_table = rows[0, :known], rows[1, :workable], rows[2, :at_table]
    w.passed_upward, w.resolved = rows[3, :passed_upward], rows[4, :resolved]


@inner_kernel
def count_known(w) -> np.ndarray:
    """Count known open issues in each building; (buildings,) float64."""
    out = np.zeros(len(w.buildings.compound))
    for i in w.known:
        out[w.issues[i].building] += 1.0
    return out


@lean_kernel
def sittings_tonight(issue, progress, most) -> float:
    """Return the sittings that an issue takes in one evening, of which each brings it `progress` sittings on.

    As many as settle it, if `most` are enough; else one, after which the parties need time.

    Twin: reference/issues.py, sittings_tonight.
    """
    if progress <= 0.0:
        return 1.0
    wanted = ceil((issue.sittings_needed - issue.sittings_held) / progress)
    return float(wanted) if 1 <= wanted <= most else 1.0


@lean_kernel
def compact(rows, issues, leaving, ended, gone) -> int:
    """Compact the first `issues` rows in place to those that are not `leaving` (n,); return how many stay.

    `leaving` is in ascending order; its rows are appended to `ended`, which has `gone` (1,) rows so far.
    """
    staying = leaving[0] if len(leaving) else issues
    for place in range(len(leaving)):
        ended[gone[0]] = rows[leaving[place]]
        gone[0] += 1
        for i in range(leaving[place] + 1, leaving[place + 1] if place + 1 < len(leaving) else issues):
            rows[staying] = rows[i]
            staying += 1
    return staying


@inner_kernel
def ensure_capacity(rows, used, need) -> np.ndarray:
    """Return `rows` if it has room for `need` of them, else a longer copy of the `used` ones.

    The copy has at least twice the room.
    """
    if need <= len(rows):
        return rows
    longer = np.empty(max(need, 2 * len(rows)), rows.dtype)
    for i in range(used):
        longer[i] = rows[i]
    return longer


@lean_kernel
def log_event(log, used, issue, day, what, by, who) -> None:
    """Write one line of history; `used` (1,) counts the lines.

    Twin: reference/world.py, World.note.
    """
    line = log[used[0]]
    line.issue, line.day, line.what, line.by, line.who = issue, day, what, by, who
    used[0] += 1


@lean_kernel
def trust_at_stake(issue) -> int:
    """Return whose trust an issue affects: the property company's if it has the issue, else the committee's.

    Departments' work counts for the committee.

    Twin: reference/issues.py, trust_at_stake.
    """
    return TRUST_COMPANY if issue.desk == DESK_COMPANY else TRUST_COMMITTEE


@lean_kernel
def rank(issue) -> int:
    """Rank the urgency of an issue, 0..3: its severity, plus one if several neighbours reported it.

    Twin: reference/issues.py, rank.
    """
    return min(3, issue.severity + (1 if issue.reports >= 2 else 0))


@lean_kernel
def next_stage(state, issue) -> np.int8:
    """Return the stage that follows `state`, skipping those that the issue does not need.

    Twin: reference/issues.py, after.
    """
    if state < TABLE and issue.sittings_needed > 0.0:
        return TABLE
    if state < SIGN and issue.consent_rule >= 0:
        return SIGN
    if state < MONEY and issue.cost_fen > 0:
        return MONEY
    if state < UPWARD and issue.department_days > 0:
        return UPWARD
    return WORK


@lean_kernel
def buildings_that_see(issue, first) -> tuple[int, int]:
    """Return the first building in which an issue is visible, and the one after the last; none if private.

    An issue of a compound is visible in all its buildings; `first` (compounds + 1,) are their rows.

    Twin: reference/issues.py, buildings_that_see.
    """
    if issue.scope == SCOPE_COMPOUND:
        return first[issue.compound], first[issue.compound + 1]
    return issue.building, issue.building + (issue.scope > SCOPE_HOUSEHOLD)


@lean_kernel
def count_visible(w, issue, counted, change) -> None:
    """Add `change` to `counted` (buildings, 2) where an issue is visible, for whose trust is at stake.

    Twin: reference/issues.py, buildings_that_see.
    """
    low, high = buildings_that_see(issue, w.compounds.first)
    trusted = trust_at_stake(issue)
    for b in range(low, high):
        counted[b, trusted] += change


@lean_kernel
def is_overdue(w, issue) -> bool:
    """Whether an issue arose so long ago that residents blame its desk if it is still open.

    Twin: reference/processing.py, close.
    """
    return w.day - issue.arose_day > int(w.knobs.residents.patience_before_blame_days)


@lean_kernel
def count_overdue(w, issue, change) -> None:
    """Add `change`, 1 or -1, to the open issues that are `standing` (buildings, 2), if this one is overdue.

    They are counted as issues become overdue, and wherever one is resolved, reopened, ended or passed on.

    Twin: reference/processing.py, close.
    """
    if is_overdue(w, issue):
        count_visible(w, issue, w.mood.standing, change)


@lean_kernel
def move(w, issue, state) -> None:
    """Move an issue into stage `state`; in UPWARD and WORK, set the day on which it can go on.

    What a department has answered needs no further appointment.

    Twin: reference/issues.py, move.
    """
    issue.state = state
    if state == UPWARD:
        issue.due_day = w.day + issue.department_days
        count_overdue(w, issue, -1.0)
        issue.desk = DESK_DEPARTMENT
        count_overdue(w, issue, 1.0)
    elif state == WORK:
        issue.due_day = w.day if issue.desk == DESK_DEPARTMENT else w.day + issue.appointment_days
