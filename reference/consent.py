"""Collect signatures for collective projects, door by door, until the rule that a project needs is met."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple

from ..engine.codes import CHILD, DOUBTS, NOT_MET, OBJECTS, SIGNED
from ..model.issues.categories import SCOPES
from ..model.issues.consent_rules import RULES
from .arithmetic import sum_in_order
from .issues import after, move
from .random_numbers import chance, derive_key
from .stages import COMMITTEE, CONSENTED, FAILED, SIGN

if TYPE_CHECKING:
    from .world import World


class Pulls(NamedTuple):
    """What mechanisms do for signatures today."""

    doors: list[tuple[int, list[float]]]  # (mechanism, calls by compound)
    reach: list[float]  # by building: added to the logit of meeting a household
    consent: list[float]  # by building: willingness to sign, for each talk


def sign(w: World, pulls: Pulls) -> None:
    """Let one project per compound collect signatures, call at the next doors, and count the vote."""
    for c in w.compounds:
        issue = choose_project(w, c)
        if issue is None:
            c.active, c.open, c.all = -1, 0, 0
        elif w.day < issue.due_day:
            c.open = c.all = 0
        else:
            homes = electorate(w, issue)
            if c.active != issue.id:
                open_vote(w, c, issue, homes)
            by = -1 if c.posted >= 0 else canvass(w, c, issue, homes, pulls)
            count_vote(w, c, issue, homes, by, pulls)


def choose_project(w: World, c: SimpleNamespace) -> SimpleNamespace | None:
    """Return the project under way, else the oldest whose vote does not rest, else one that rests."""
    waiting = [issue for issue in w.issues if issue.state == SIGN and issue.compound == c.id]
    return min(waiting, key=lambda i: (i.due_day > w.day, i.id != c.active), default=None)


def electorate(w: World, issue: SimpleNamespace) -> list[SimpleNamespace]:
    """List the households that may vote: those of the stairwell, the building or the compound."""
    if SCOPES[issue.scope] == "stairwell":
        return w.stairwells[issue.stairwell].parts
    c = w.compounds[issue.compound]
    buildings = [w.buildings[issue.building]] if SCOPES[issue.scope] == "building" else c.parts
    return [h for b in buildings for s in b.parts for h in s.parts]


def open_vote(w: World, c: SimpleNamespace, issue: SimpleNamespace, homes: list[SimpleNamespace]) -> None:
    """Begin a vote: no household has been met yet."""
    c.active, c.cursor, c.steps, c.opens = issue.id, homes[0].id, 0.0, w.day
    c.open, c.posted, c.by = len(homes), -1, -1
    for h in homes:
        h.stance, h.knocks, h.talks = NOT_MET, 0, 0


def canvass(
    w: World, c: SimpleNamespace, issue: SimpleNamespace, homes: list[SimpleNamespace], pulls: Pulls
) -> int:
    """Call at the next doors that have not signed; return the mechanism that calls most, or -1.

    A round of those who have not signed takes some days at least.
    """
    k = w.scenario.projects
    by, most = -1, k.walk_in_rate * len(homes)
    calls = most
    for mechanism, visits in pulls.doors:
        calls += visits[c.id]
        by, most = (mechanism, visits[c.id]) if visits[c.id] > most else (by, most)
    c.steps += min(calls, (c.open or len(homes)) / k.round_days)
    calls = min(int(c.steps), len(homes))
    c.steps -= int(c.steps)
    unit_yuan, by_floor, _ = divide_bill(w, issue, homes)
    for _ in range(calls):
        at = c.cursor - homes[0].id
        in_turn = homes[at:] + homes[:at]
        h = next((h for h in in_turn if h.stance != SIGNED), in_turn[-1])
        c.cursor = h.id + 1 if h is not homes[-1] else homes[0].id
        if h.stance == SIGNED:
            break
        call_at_door(w, issue, h, own_yuan(w, h, unit_yuan, by_floor), pulls)
    return by


def count_vote(
    w: World,
    c: SimpleNamespace,
    issue: SimpleNamespace,
    homes: list[SimpleNamespace],
    by: int,
    pulls: Pulls,
) -> None:
    """Post the result once the rule is met; it stands if the rule is met until the notice is over.

    After its term a vote that has not met the rule fails, and rests for some days.
    """
    k = w.scenario.projects
    carried = is_carried(c, issue, homes)
    if carried and c.posted < 0:
        post_result(w, issue, homes, pulls)
        carried = is_carried(c, issue, homes)
        c.posted, c.by = w.day, by
    c.posted = c.posted if carried else -1
    if carried and w.day - c.posted >= k.notice_days:
        c.open = 0
        _, _, issue.cost_fen = divide_bill(w, issue, homes)
        issue.due_day = -1
        if w.kinds[issue.category].owners_share:
            expect_shares(w, issue, homes)
        move(w, issue, after(SIGN, issue))
        w.note(issue, CONSENTED, c.by)
    elif carried:
        c.open = c.all = 0
    elif w.day - c.opens >= k.vote_term_days:
        c.open, c.all, c.opens = 0, 0, w.day + 1 + k.retry_after_days
        issue.due_day = c.opens
        for h in homes:
            h.stance = NOT_MET
        w.note(issue, FAILED)


def post_result(w: World, issue: SimpleNamespace, homes: list[SimpleNamespace], pulls: Pulls) -> None:
    """Let those who live in their own home and were not met read the result: some object."""
    unit_yuan, by_floor, _ = divide_bill(w, issue, homes)
    for h in homes:
        if h.stance == NOT_MET and lives_there(issue, h):
            yuan = own_yuan(w, h, unit_yuan, by_floor)
            x = compute_willingness(w, issue, h, yuan, signed_share(w, h), pulls.consent[h.building])
            if not agrees(w, issue, h, x + w.scenario.projects.objection_logit):
                h.stance = OBJECTS


def is_carried(c: SimpleNamespace, issue: SimpleNamespace, homes: list[SimpleNamespace]) -> bool:
    """Return whether the rule is met, by heads and by area; count those who have not signed."""
    signed, met = [h for h in homes if h.stance == SIGNED], [h for h in homes if h.stance != NOT_MET]
    c.open, c.all = len(homes) - len(signed), len(homes)
    rule, objecting = list(RULES)[issue.consent_rule], any(h.stance == OBJECTS for h in homes)
    by_heads = is_met(rule, len(signed), len(met), len(homes), objecting)
    areas = (sum_in_order(h.area for h in households) for households in (signed, met, homes))
    return is_met(rule, *areas, objecting) and by_heads


def is_met(rule: str, signed: float, met: float, total: float, objecting: bool) -> bool:
    """Return whether enough have signed, of those met and of all: in households, or in square metres."""
    enough = {
        "code_278_major": 4 * signed >= 3 * met,
        "code_278_plain": 2 * signed > met,
        "every_household": signed == total,
        "all_owners": signed == total,
        "code_278_no_objection": 4 * signed >= 3 * met and not objecting,
    }
    return enough[rule] and (rule in ("every_household", "all_owners") or 3 * met >= 2 * total)


def lives_there(issue: SimpleNamespace, h: SimpleNamespace) -> bool:
    """Return whether the signer lives in the home: the owner, or a tenant if every household must sign."""
    return h.owner or list(RULES)[issue.consent_rule] == "every_household"


def call_at_door(w: World, issue: SimpleNamespace, h: SimpleNamespace, yuan: float, pulls: Pulls) -> None:
    """Call at one household: if it is met, it signs when its own threshold is below its willingness today.

    If it is far from signing it objects, until it signs.
    """
    k, b = w.scenario.projects, h.building
    base = (
        max(person.presence for person in h.people if person.band != CHILD) * k.found_at_home
        if lives_there(issue, h)
        else k.landlord_found
    )
    chance_to_meet = 1.0 / (1.0 + (1.0 - base) / base * exp(-pulls.reach[b])) if base > 0.0 else 0.0
    if chance(derive_key(derive_key(w.random_numbers.key("in"), issue.key), h.id), h.knocks) < chance_to_meet:
        h.talks += 1
        x = compute_willingness(w, issue, h, yuan, signed_share(w, h), pulls.consent[b])
        if agrees(w, issue, h, x):
            h.stance = SIGNED
        elif h.stance != OBJECTS:
            h.stance = DOUBTS if agrees(w, issue, h, x + k.objection_logit) else OBJECTS
    h.knocks += 1


def agrees(w: World, issue: SimpleNamespace, h: SimpleNamespace, x: float) -> bool:
    """Return whether a household's threshold for this issue, drawn once, is below its willingness `x`."""
    threshold = chance(derive_key(w.random_numbers.key("lean"), issue.key), h.id)
    return threshold * (1.0 + exp(-max(x, -700.0))) < 1.0


def talks_effect(talks: int, factor: float) -> float:
    """Return the effect of so many talks, of which each persuades `factor` times as much as the last."""
    return sum_in_order(powers_of(factor, min(talks, 30)))


def powers_of(factor: float, n: int) -> list[float]:
    """List the first `n` powers of a factor, from 1."""
    powers = [1.0]
    for _ in range(n):
        powers.append(powers[-1] * factor)
    return powers[:n]


def signed_share(w: World, h: SimpleNamespace) -> float:
    """Return the share of the head's acquaintances whose household has signed."""
    known = h.people[0].known
    signed = sum(w.households[w.people[j].home].stance == SIGNED for j in known)
    return signed / len(known) if known else 0.0


def compute_willingness(
    w: World, issue: SimpleNamespace, h: SimpleNamespace, yuan: float, peers: float, consent: float
) -> float:
    """Return a household's willingness to agree today, a logit.

    It depends on its own bill of `yuan` and, for a lift, the floor; where the signer lives there, also on the
    talks held, the trust of the head of the household and the share of `peers` who have agreed.
    """
    k = w.scenario.projects
    x = k.baseline_logit - k.cost_aversion_logit * yuan / 1000.0
    if is_lift(w, issue):
        x += k.lift_floor_logit * floors_saved(w, h)
    if not lives_there(issue, h):
        return x + k.absentee_owner_logit
    x += consent * talks_effect(h.talks, k.repeat_talk_factor)
    return x + k.trust_logit * (h.people[0].trust[COMMITTEE] - 0.5) + k.peer_logit * peers


# ---- Who pays how much.


def is_lift(w: World, issue: SimpleNamespace) -> bool:
    """Return whether a project adds a lift to a stairwell."""
    return w.kinds[issue.category].unit == "walkup"


def floor_weight(w: World, h: SimpleNamespace) -> float:
    """Return the weight of a household in the bill for a lift: 0 below the floor that breaks even."""
    k = w.scenario.projects
    above = h.floor - k.break_even_floor
    return 1.0 + k.floor_share_step * above if above >= 0 else 0.0


def floors_saved(w: World, h: SimpleNamespace) -> float:
    """Return the floors that count for a lift: 1 on the break-even floor, then one more each; -1 below."""
    above = h.floor - w.scenario.projects.break_even_floor
    return above + 1.0 if above >= 0 else float(above)


def net_fen(w: World, issue: SimpleNamespace) -> int:
    """Return the cost of a project less its subsidy."""
    kind = w.kinds[issue.category]
    return max(0, kind.cost_fen - kind.subsidy_fen)


def divide_bill(w: World, issue: SimpleNamespace, homes: list[SimpleNamespace]) -> tuple[float, bool, int]:
    """Return the yuan per unit of weight, whether floors are the weights, and the fen to collect in all."""
    fen = net_fen(w, issue)
    if w.kinds[issue.category].owners_share and is_lift(w, issue):
        weights = [floor_weight(w, h) for h in homes]
        if any(weights):
            fen += round(100 * w.scenario.projects.low_floor_compensation_yuan) * weights.count(0.0)
            return fen / 100 / sum_in_order(weights), True, fen
    return fen / 100 / len(homes), False, fen


def weight_of(w: World, h: SimpleNamespace, by_floor: bool) -> float:
    """Return the weight of a household in a bill that is divided by floor, or equally."""
    return floor_weight(w, h) if by_floor else 1.0


def own_yuan(w: World, h: SimpleNamespace, unit_yuan: float, by_floor: bool) -> float:
    """Return what a household is to pay; less than 0 where it is compensated."""
    weight = weight_of(w, h, by_floor)
    return unit_yuan * weight if weight else -w.scenario.projects.low_floor_compensation_yuan


def expect_shares(w: World, issue: SimpleNamespace, homes: list[SimpleNamespace]) -> None:
    """Expect a share of each household that signed for a project that owners pay; of all if none did."""
    _, by_floor, _ = divide_bill(w, issue, homes)
    signed = [h for h in homes if h.stance == SIGNED]
    if any(weight_of(w, h, by_floor) for h in signed):
        for h in homes:
            if h not in signed:
                h.settled_for = issue.id


def due_from_funds(w: World, issue: SimpleNamespace) -> int:
    """Return what funds are expected to pay, in fen: all, or what the plan does not ask of owners."""
    share = w.kinds[issue.category].owners_share
    return min(issue.cost_fen, int((1.0 - share) * net_fen(w, issue))) if share else issue.cost_fen
