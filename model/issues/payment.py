"""Payment: bills are paid from the compound's repair fund, and what it lacks from the community's."""

from ...engine.jit import inner_kernel
from .issue_table import MONEY, PAID, log_event, move, next_stage
from .triage import by_urgency


@inner_kernel
def pay(w) -> None:
    """Pay the cost of issues, the most urgent first, where funds suffice.

    Updates `funds` and `spending` (compounds + 1,) fen. The history records which fund paid: its row, or -1
    for both.

    Twin: reference/processing.py, pay.
    """
    issues, funds, spending = w.issues, w.funds, w.spending
    last = len(funds) - 1
    for i in by_urgency(issues, MONEY):
        issue = issues[i]
        from_compound = min(issue.cost_fen, max(0, funds[issue.compound]))
        rest = issue.cost_fen - from_compound
        if rest == 0 or funds[last] >= rest:
            funds[issue.compound] -= from_compound
            spending[issue.compound] += from_compound
            funds[last] -= rest
            spending[last] += rest
            issue.cost_fen = 0
            move(issue, next_stage(MONEY, issue), w.day)
            fund = issue.compound if rest == 0 else (last if from_compound == 0 else -1)
            log_event(w.log, w.lines, issue.id, w.day, PAID, -1, fund)
