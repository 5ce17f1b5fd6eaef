"""Issues: their columns, the states they pass through, and the record of everything that happened to them.

    UNKNOWN -> TOLD -> TABLE -> SIGN -> MONEY -> UPWARD -> WORK -> RESOLVED -> VERIFIED
                (stages an issue does not need are skipped)            |
                                     WORK <- reopened ----------------+

TOLD and TABLE may be forgotten (back to UNKNOWN); a simple issue may be resolved on the spot from TOLD. Whoever told may
give up on one that waits to be taken in, for parties or for money: it is WITHDRAWN if it is of a kind that passes, and
back to UNKNOWN if the thing is still broken. Until it is paid for, agreed by vote or begun, one that passes may cease by
itself (LAPSED). A vote that fails is tried again.
"""

import numpy as np

from ...engine.codes import DESK_COMPANY, DESK_DEPARTMENT, TRUST_COMMITTEE, TRUST_COMPANY
from ...engine.jit import inner_kernel
from .categories import encode_category

UNKNOWN, TOLD, TABLE, SIGN, MONEY, UPWARD, WORK, RESOLVED, VERIFIED, WITHDRAWN, LAPSED = map(
    np.int8, range(11)
)  # int8: a plain
# int is a type of its own to the compiler, which then compiles every kernel anew for each
STATES = (
    "unknown",
    "told",
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
    UNKNOWN: {TOLD, LAPSED},
    TOLD: {TABLE, SIGN, MONEY, UPWARD, WORK, RESOLVED, UNKNOWN, WITHDRAWN, LAPSED},
    TABLE: {SIGN, MONEY, UPWARD, WORK, UNKNOWN, WITHDRAWN, LAPSED},
    SIGN: {SIGN, MONEY, UPWARD, WORK, LAPSED},  # SIGN: the vote failed, and is tried again
    MONEY: {UPWARD, WORK, UNKNOWN, WITHDRAWN, LAPSED},
    UPWARD: {WORK, LAPSED},
    WORK: {RESOLVED, LAPSED},
    RESOLVED: {WORK, VERIFIED},
}
ISSUE = np.dtype(  # one row per issue; an id never changes hands and is the same in every arm of a comparison. What every
    # kernel looks at stands first, in 64 bytes: one line of a processor's cache
    [
        ("id", "i8"),  # building, category and number in one: see `make_id`
        ("left", "f8"),  # hours still to do
        ("heard", "f8"),  # cumulative hazard of being told
        ("next", "f8"),  # at this much the next neighbour tells
        ("building", "i4"),
        ("compound", "i4"),
        ("household", "i4"),  # whose it is; -1 for common space
        ("born", "i4"),  # day it arose
        ("category", "i2"),
        ("voices", "i2"),  # neighbours, patrols and captains who told of it: duplicates second each other
        ("state", "i1"),
        ("desk", "i1"),
        ("scope", "i1"),
        ("family", "i1"),
        ("severity", "i1"),
        ("rule", "i1"),  # of consent; -1 needs none
        ("teller", "i1"),  # mechanism that found it; -1 a neighbour
        ("closer", "i1"),  # mechanism that finished it; -1 its desk
        ("reopened", "i2"),  # times
        ("luck", "u8"),  # what luck knows it by: a hash of its building, its category and its number
        ("cost", "i8"),  # fen still to be found
        ("effort", "f8"),  # hours it takes
        ("hard", "f8"),  # sittings its parties need; 0 none
        ("accord", "f8"),  # sittings held
        ("due", "f8"),  # day a department, or the check of what was done, has an answer
        ("stairwell", "i4"),
        ("reporter", "i4"),  # resident who told, the last time it was unknown; -1 nobody, or not a resident
        ("told", "i4"),  # day it was first told; -1 never
        ("taken", "i4"),  # day it was first taken in; -1 never
        ("resolved", "i4"),  # day it was last resolved; -1 not
        ("giveup", "i4"),  # day the teller gives up
        ("lapse", "i4"),  # day it ceases by itself; -1 never
        ("lead", "i4"),  # days a department takes
    ],
    align=True,
)

(
    AROSE,
    WAS_TOLD,
    SECONDED,
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
    "told",
    "seconded",
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


@inner_kernel
def make_id(building, code, number):
    """The id of an issue: its building's row (20 bits), its category's code (23) and which of the category it is there (20), in one number >= 0."""
    return (building << 43) + (code << 20) + number


def name(id_, categories):
    """(building, category, number) of an issue's id; the category is the one of the names `categories` with that code, None if none has it."""
    cell, number = divmod(int(id_), 1 << 20)
    building, code = divmod(cell, 1 << 23)
    return building, next((one for one in categories if encode_category(one) == code), None), number


@inner_kernel
def is_known(issue):
    """Whether somebody who can act has heard of an issue that is open."""
    return UNKNOWN < issue.state < RESOLVED


@inner_kernel
def loads(issues, buildings):
    """Known open issues in each of so many buildings; (buildings,) float64."""
    out = np.zeros(buildings)
    for i in range(len(issues)):
        if is_known(issues[i]):
            out[issues[i].building] += 1.0
    return out


@inner_kernel
def workable(issue):
    """Whether hands can do something about it: it is in work, or told and in need of no party, signature, money or department."""
    return issue.state == WORK or (issue.state == TOLD and after(TOLD, issue) == WORK)


@inner_kernel
def compact(rows, issues, stays, ended, gone):
    """Close up the first so many `rows`: those that stay, (issues,) bool, move up, the others go to `ended`, counted by `gone` (1,).

    Returns how many stay.
    """
    kept = 0
    for i in range(issues):
        if stays[i]:
            if kept < i:
                rows[kept] = rows[i]
            kept += 1
        else:
            ended[gone[0]] = rows[i]
            gone[0] += 1
    return kept


@inner_kernel
def ensure_capacity(rows, used, need):
    """`rows` with room for `need` of them: itself, or a copy of the `used` ones with twice the room."""
    if need <= len(rows):
        return rows
    longer = np.empty(max(need, 2 * len(rows)), rows.dtype)
    for i in range(used):
        longer[i] = rows[i]
    return longer


@inner_kernel
def log_event(log, used, issue, day, what, by, who):
    """Write one line of history; `used` (1,) counts the lines."""
    line = log[used[0]]
    line.issue, line.day, line.what, line.by, line.who = issue, day, what, by, who
    used[0] += 1


@inner_kernel
def trust_at_stake(issue):
    """Whose name is at stake: the property company's for what it has taken in, else the committee's, departments' work included."""
    return TRUST_COMPANY if issue.desk == DESK_COMPANY else TRUST_COMMITTEE


@inner_kernel
def rank(issue):
    """What goes first: severity, and one step more for what several neighbours second."""
    return min(3, issue.severity + (1 if issue.voices >= 2 else 0))


@inner_kernel
def after(state, issue):
    """The stage that follows `state`, leaving out those the issue does not need."""
    if state < TABLE and issue.hard > 0.0:
        return TABLE
    if state < SIGN and issue.rule >= 0:
        return SIGN
    if state < MONEY and issue.cost > 0:
        return MONEY
    if state < UPWARD and issue.lead > 0:
        return UPWARD
    return WORK


@inner_kernel
def move(issue, state, day):
    """Into the next stage; a department's time begins to run."""
    issue.state = state
    if state == UPWARD:
        issue.due = day + issue.lead
        issue.desk = DESK_DEPARTMENT
