"""Payment: owners pay their shares, funds the rest: the compound's repair fund, then the community's."""

from ...engine.jit import inner_kernel, lean_kernel
from ...engine.randomness import decision, derive_key, key_of, uniform
from .consent import agrees, electorate, willingness
from .contributions import divide_bill, due_from_funds, weight_of
from .issue_table import MONEY, PAID, log_event, move, next_stage
from .triage import queue_of

PAY = decision("pay")


@lean_kernel
def collect(w, issue) -> None:
    """Collect owners' shares of a project: a household of which one is expected pays it once it is willing.

    What is still to be paid is divided among the households that are to pay. The leaning is that of the vote,
    but paying is harder than signing, by `payment_logit`, and instead of peers who signed the share of the
    bill that has been collected counts. Who does not pay leaves a gap until trust, neighbours or talks change
    that.

    Twin: reference/processing.py, collect.
    """
    households, k = w.households, w.knobs.projects
    low, high = electorate(w, issue)
    _, by_floor, total = divide_bill(w, issue, low, high)
    left, collected = 0.0, 1.0 - issue.cost_fen / total
    for h in range(low, high):
        if households.settled_for[h] != issue.id:
            left += weight_of(w, h, by_floor)
    key = derive_key(key_of(w.seed, PAY, w.day), issue.key)
    for h in range(low, high):
        weight = weight_of(w, h, by_floor)
        if weight > 0.0 and households.settled_for[h] != issue.id and uniform(key, h) * k.payment_days < 1.0:
            fen = int(issue.cost_fen * (weight / left))
            if agrees(w, h, issue, willingness(w, h, issue, fen / 100, collected) - k.payment_logit):
                issue.cost_fen -= fen
                left -= weight
                households.settled_for[h] = issue.id
                w.projects.owners_fen[issue.compound] += fen


@inner_kernel
def pay(w, pending) -> None:
    """Pay the cost of issues, in the order of the queue, where funds suffice.

    Where owners pay, funds pay the rest once owners have paid what the plan asks of them. Updates `funds` and
    `spending` (compounds + 1,) fen. The history records which fund paid: its row, or -1 for both or none.

    Twin: reference/processing.py, pay.
    """
    issues, funds, spending = w.issues, w.funds, w.spending
    last = len(funds) - 1
    for i in queue_of(issues, pending, MONEY, w.knobs.rules):
        issue = issues[i]
        if w.cats.owners_share[issue.category] > 0.0:
            collect(w, issue)
        if issue.cost_fen > due_from_funds(w, issue):
            continue
        from_compound = min(issue.cost_fen, max(0, funds[issue.compound]))
        rest = issue.cost_fen - from_compound
        if rest == 0 or funds[last] >= rest:
            funds[issue.compound] -= from_compound
            spending[issue.compound] += from_compound
            funds[last] -= rest
            spending[last] += rest
            fund = issue.compound if rest == 0 else (last if from_compound == 0 else -1)
            if issue.cost_fen == 0:
                fund = -1
            issue.cost_fen = 0
            move(w, issue, next_stage(MONEY, issue))
            log_event(w.log, w.lines, issue.id, w.day, PAID, -1, fund)
