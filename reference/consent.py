"""Collect signatures for collective projects, door by door, until the rule that a project needs is met."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ..engine.codes import CHILD, DOUBTS, NOT_MET, SIGNED
from ..model.issues.categories import SCOPES
from ..model.issues.consent_rules import RULES
from .arithmetic import sum_in_order
from .issues import after, move
from .random_numbers import chance, derive_key
from .stages import COMMITTEE, CONSENTED, FAILED, SIGN

if TYPE_CHECKING:
    from .world import World


def sign(w: World, doors: list[tuple[int, list[float]]], reach: list[float], consent: list[float]) -> None:
    """Let one project per compound collect signatures: the one under way, else the oldest that waits.

    `doors` lists (mechanism, calls by compound). By building: `reach` is added to the logit of meeting a
    household, `consent` to its willingness for each talk.
    """
    for c in w.compounds:
        waiting = [issue for issue in w.issues if issue.state == SIGN and issue.compound == c.id]
        if waiting:
            under_way = [issue for issue in waiting if issue.id == c.active]
            collect(w, c, (under_way or waiting)[0], doors, reach, consent)
        else:
            c.active, c.open, c.all = -1, 0, 0


def collect(
    w: World,
    c: SimpleNamespace,
    issue: SimpleNamespace,
    doors: list[tuple[int, list[float]]],
    reach: list[float],
    consent: list[float],
) -> None:
    """Simulate one day of a project: call at the next doors that have not signed, then check the rule.

    After its term a project that has not met the rule fails, and starts again some days later.
    """
    k, buildings = (
        w.scenario.projects,
        [w.buildings[issue.building]] if SCOPES[issue.scope] == "building" else c.parts,
    )
    homes = [h for b in buildings for s in b.parts for h in s.parts]
    if c.active != issue.id:
        c.active, c.cursor, c.steps, c.opens = issue.id, homes[0].id, 0.0, w.day
        for h in homes:
            h.stance, h.knocks, h.talks = NOT_MET, 0, 0
    if w.day < c.opens:
        c.open = c.all = 0
        return
    by, most, yuan = -1, k.walk_in_rate * len(homes), issue.cost_fen / 100 / len(homes)
    c.steps += most
    for mechanism, visits in doors:
        c.steps += visits[c.id]
        by, most = (mechanism, visits[c.id]) if visits[c.id] > most else (by, most)
    calls = min(int(c.steps), len(homes))
    c.steps -= int(c.steps)
    for _ in range(calls):
        at = c.cursor - homes[0].id
        in_turn = homes[at:] + homes[:at]
        h = next((h for h in in_turn if h.stance != SIGNED), in_turn[-1])
        c.cursor = h.id + 1 if h is not homes[-1] else homes[0].id
        if h.stance == SIGNED:
            break
        call_at_door(w, issue, h, yuan, reach[h.building], consent[h.building])
    signed, met = [h for h in homes if h.stance == SIGNED], [h for h in homes if h.stance != NOT_MET]
    c.open, c.all = len(homes) - len(signed), len(homes)
    by_heads = is_met(list(RULES)[issue.consent_rule], len(signed), len(met), len(homes))
    by_area = is_met(
        list(RULES)[issue.consent_rule],
        *(sum_in_order(h.area for h in households) for households in (signed, met, homes)),
    )
    if by_heads and by_area:
        c.open = 0
        move(w, issue, after(SIGN, issue))
        w.note(issue, CONSENTED, by)
    elif w.day - c.opens >= k.vote_term_days:
        c.open, c.all, c.opens = 0, 0, w.day + 1 + k.retry_after_days
        for h in homes:
            h.stance = NOT_MET
        w.note(issue, FAILED)


def is_met(rule: str, signed: float, met: float, total: float) -> bool:
    """Return whether enough have signed, of those met and of all: in households, or in square metres."""
    enough = {
        "code_278_major": 4 * signed >= 3 * met,
        "code_278_plain": 2 * signed > met,
        "every_household": signed == total,
        "all_owners": signed == total,
    }
    return enough[rule] and (rule in ("every_household", "all_owners") or 3 * met >= 2 * total)


def call_at_door(
    w: World, issue: SimpleNamespace, h: SimpleNamespace, yuan: float, reach: float, consent: float
) -> None:
    """Call at one household: if it is met, it signs when its own threshold is below its willingness today.

    The signer lives there if the home is its own, or if the rule asks every household; else it is an owner
    elsewhere.
    """
    k, lives_there = w.scenario.projects, h.owner or list(RULES)[issue.consent_rule] == "every_household"
    base = (
        max(person.presence for person in h.people if person.band != CHILD) * k.found_at_home
        if lives_there
        else k.landlord_found
    )
    chance_to_meet = 1.0 / (1.0 + (1.0 - base) / base * exp(-reach)) if base > 0.0 else 0.0
    if chance(derive_key(derive_key(w.random_numbers.key("in"), issue.key), h.id), h.knocks) < chance_to_meet:
        x = compute_willingness(w, issue, h, yuan, lives_there, consent)
        threshold = chance(derive_key(w.random_numbers.key("lean"), issue.key), h.id)
        h.stance = SIGNED if threshold * (1.0 + exp(-x)) < 1.0 else DOUBTS
        h.talks += 1
    h.knocks += 1


def compute_willingness(
    w: World, issue: SimpleNamespace, h: SimpleNamespace, yuan: float, lives_there: bool, consent: float
) -> float:
    """Return a household's willingness to sign, a logit.

    It depends on the talks held, the bill (`yuan` per household) and, for a lift, the floor; where the signer
    lives there, also on the trust of the head of the household and on the share of his or her acquaintances
    who have signed.
    """
    k, head = w.scenario.projects, h.people[0]
    x = k.baseline_logit + consent * min(h.talks + 1.0, k.max_talks) - k.cost_aversion_logit * yuan / 1000.0
    if w.kinds[issue.category].unit == "walkup":
        x += (
            -k.low_floor_penalty_logit if h.floor <= 2 else k.low_floor_penalty_logit if h.floor >= 4 else 0.0
        )
    if not lives_there:
        return x + k.absentee_owner_logit
    x += k.trust_logit * (head.trust[COMMITTEE] - 0.5)
    if head.known:
        x += (
            k.peer_logit
            * sum(w.households[w.people[j].home].stance == SIGNED for j in head.known)
            / len(head.known)
        )
    return x
