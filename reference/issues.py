"""Derive from an issue's state what follows, who deals with it, who sees it, and in whom it changes trust."""

from __future__ import annotations

from math import ceil
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..model.issues.categories import SCOPES
from .arithmetic import single
from .places import ears_and_voices, sum_bystanders
from .stages import (
    COMMITTEE,
    COMPANY,
    DEPARTMENT,
    MONEY,
    NO_DESK,
    REPORTED,
    RESOLVED,
    SIGN,
    TABLE,
    UNKNOWN,
    UPWARD,
    WORK,
)

if TYPE_CHECKING:
    from .world import World

# ---- Stages.


def is_known(issue: SimpleNamespace) -> bool:
    """Return whether an issue is reported to a desk and not yet resolved."""
    return UNKNOWN < issue.state < RESOLVED and issue.desk != NO_DESK


def after(state: int, issue: SimpleNamespace) -> int:
    """Return the stage that follows `state`, leaving out those that the issue does not need."""
    needed = (
        (TABLE, issue.sittings_needed > 0.0),
        (SIGN, issue.consent_rule >= 0),
        (MONEY, issue.cost_fen > 0),
        (UPWARD, issue.department_days > 0),
        (WORK, True),
    )
    return next(stage for stage, needs in needed if needs and state < stage)


def move(w: World, issue: SimpleNamespace, state: int) -> None:
    """Move an issue to a stage; on UPWARD the department's time begins to run, on WORK its desk's."""
    issue.state = state
    if state == UPWARD:
        issue.due_day, issue.desk = w.day + issue.department_days, DEPARTMENT
    elif state == WORK:
        issue.due_day = w.day if issue.desk == DEPARTMENT else w.day + issue.appointment_days


def workable(issue: SimpleNamespace) -> bool:
    """Return whether an issue can be worked on now: it is in WORK, or reported and lacks nothing else."""
    return issue.desk != NO_DESK and (
        issue.state == WORK or (issue.state == REPORTED and after(REPORTED, issue) == WORK)
    )


def is_registered(issue: SimpleNamespace) -> bool:
    """Return whether an issue of no desk is known to the mechanisms that help with it."""
    return issue.desk == NO_DESK and issue.state in (REPORTED, WORK)


def is_finished_today(issue: SimpleNamespace, sent: list[float]) -> bool:
    """Return whether the hours that mechanisms have `sent` finish an issue today."""
    left = issue.hours_left
    for hours in sent:
        left -= hours
    return left <= 1e-9 and workable(issue)


def sittings_tonight(issue: SimpleNamespace, progress: float, most: float) -> float:
    """Return the sittings that an issue takes in one evening, of which each brings it `progress` sittings on.

    As many as settle it, if `most` are enough; else one.
    """
    if progress <= 0.0:
        return 1.0
    wanted = ceil((issue.sittings_needed - issue.sittings_held) / progress)
    return float(wanted) if 1 <= wanted <= most else 1.0


def queue_of(w: World, state: int) -> list[SimpleNamespace]:
    """List the issues in one stage, the highest rank first, and of those the oldest first."""
    return sorted((i for i in w.issues if i.state == state), key=lambda i: -queue_rank(w, i))


def queue_rank(w: World, issue: SimpleNamespace) -> int:
    """Return the rank of an issue in a queue: its urgency; 0 for all where first come is first served."""
    return 0 if w.scenario.structure.queueing == "first_come" else rank(issue)


def rank(issue: SimpleNamespace) -> int:
    """Return the rank of urgency of an issue, 0 to 3: its severity, plus one for two or more reports."""
    return min(3, issue.severity + (issue.reports >= 2))


def desk_row(issue: SimpleNamespace) -> int:
    """Return whose hours an issue draws on: an index into the hours of the day.

    These are by compound (the property company's crew), then the committee's (-2), then the departments'
    (-1).
    """
    return {COMMITTEE: -2, DEPARTMENT: -1}.get(issue.desk, issue.compound)


# ---- Who sees it.


def place_that_sees(w: World, issue: SimpleNamespace) -> SimpleNamespace:
    """Return the place whose residents see an issue.

    An issue of the street is seen by all compounds; its place has no `people`, because whoever reports it is
    a passer-by.
    """
    places = (
        w.households[issue.household],
        w.stairwells[issue.stairwell],
        w.buildings[issue.building],
        w.compounds[issue.compound],
    )
    return (*places, SimpleNamespace(parts=w.compounds, people=[]))[issue.scope]


def count_bystanders(w: World, issue: SimpleNamespace) -> tuple[float, float]:
    """Return the expected number of residents who see an issue, and their weighted voices.

    For an issue of a home the trust is that of today, for all others that of the last weekly count. They are
    asked once a week: see `reporting.recount`.
    """
    if issue.household >= 0:
        sum_bystanders(w.households[issue.household])
    ears, *voices = ears_and_voices(place_that_sees(w, issue))
    return ears, voices[trust_at_stake(issue)]


def buildings_that_see(w: World, issue: SimpleNamespace) -> list[SimpleNamespace]:
    """List the buildings that see the outcome: all of a compound, or one; none for an issue of one home."""
    return {"household": [], "compound": w.compounds[issue.compound].parts}.get(
        SCOPES[issue.scope], [w.buildings[issue.building]]
    )


# ---- Trust.


def trust_at_stake(issue: SimpleNamespace) -> int:
    """Return in whom the outcome changes trust: the company if its desk has the issue, else the committee."""
    return COMPANY if issue.desk == COMPANY else COMMITTEE


def reward_reporter(w: World, issue: SimpleNamespace) -> None:
    """Raise the reporter's trust and readiness to report: the report has helped."""
    if issue.reporter >= 0:
        trust = w.people[issue.reporter].trust
        trust[trust_at_stake(issue)] = single(
            trust[trust_at_stake(issue)]
            + w.scenario.residents.trust_gain_resolved * (1.0 - trust[trust_at_stake(issue)])
        )
        encourage(w, issue, w.scenario.residents.report_gain_resolved)


def encourage(w: World, issue: SimpleNamespace, gain: float) -> None:
    """Make the reporter readier to report, by a share of what is possible."""
    if issue.reporter >= 0:
        person = w.people[issue.reporter]
        most = w.scenario.residents.report_habit_factor * person.usual_voice
        person.voice = single(person.voice + gain * (most - person.voice))


def disappoint(w: World, issue: SimpleNamespace) -> None:
    """Lower the reporter's trust and readiness to report: the report has not helped."""
    if issue.reporter >= 0:
        trust = w.people[issue.reporter].trust
        trust[trust_at_stake(issue)] = single(
            trust[trust_at_stake(issue)]
            - w.scenario.residents.trust_loss_failed * trust[trust_at_stake(issue)]
        )
        person = w.people[issue.reporter]
        person.voice = single(person.voice - w.scenario.residents.report_loss_failed * person.voice)
