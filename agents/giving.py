"""Giving: what makes residents give an evening, beside duty, fatigue and character. Three rules.

By *trust* (the model's own): who trusts committee and neighbours gives. *Conditional*: who sees others give
gives (conditional cooperation: Fischbacher, Gächter & Fehr 2001). By *habit*: who gave last week gives, and
what one has come to think of others does not matter.
"""

from ..engine.jit import lean_kernel

GIVING = ("trust", "conditional", "habit")
TRUST, CONDITIONAL, HABIT = range(3)


@lean_kernel
def trusting_logit(trust_committee, trust_neighbours, k) -> float:
    """The part of the wish to give that follows trust, a logit: 0 at a mean trust of one half.

    Twin: reference/people.py, trusting_logit.
    """
    return k.trust_logit * (float(trust_committee) + float(trust_neighbours) - 1.0)


@lean_kernel
def conditional_logit(helpers, k, rules) -> float:
    """The same that follows how many `helpers` one sees in the building: those whose evening was used.

    From -trust_logit where nobody helps to +trust_logit where very many do; 0 at `helpers_half`.

    Twin: reference/people.py, conditional_logit.
    """
    return k.trust_logit * (2.0 * helpers / (helpers + rules.helpers_half) - 1.0)


@lean_kernel
def habitual_logit(gave, k, rules) -> float:
    """The same that follows whether one promised an evening last week (`gave`), at the trust of day 0.

    Twin: reference/people.py, habitual_logit.
    """
    usual = k.trust_logit * (k.trust_committee + k.trust_neighbours - 1.0)
    return usual + rules.habit_logit if gave else usual


@lean_kernel
def giving_logit(rule, trust_committee, trust_neighbours, helpers, gave, k, rules) -> float:
    """The part of the wish to give that follows what the scenario's `rule` says, a logit.

    Twin: reference/people.py, giving_logit.
    """
    if rule == CONDITIONAL:
        return conditional_logit(helpers, k, rules)
    if rule == HABIT:
        return habitual_logit(gave, k, rules)
    return trusting_logit(trust_committee, trust_neighbours, k)
