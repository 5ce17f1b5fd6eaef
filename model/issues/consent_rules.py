"""Rules of consent: when a collective project may go ahead.

They follow article 278 of the PRC Civil Code, and practice.
"""

from ...engine.jit import outer_kernel

RULES = {
    "code_278_major": "two thirds of owners take part and three quarters of those agree, "
    "by heads and by area",
    "code_278_plain": "two thirds of owners take part and more than half of those agree, "
    "by heads and by area",
    "every_household": "every household signs, a tenant for a home that is let",
    "all_owners": "every owner signs, wherever they live",
    "code_278_no_objection": "as code_278_major, and no household keeps objecting in writing",
}
MAJOR, PLAIN, EVERY, ALL_OWNERS, NO_OBJECTION = range(5)


@outer_kernel
def is_met(rule, heads, areas, objecting) -> bool:
    """Whether `rule` is met.

    `heads` counts the households that signed, that were met (take part), and all; `areas` their square
    metres. `objecting` counts those that object in writing.

    Twin: reference/consent.py, is_met.
    """
    signed, met, total = heads
    signed_area, met_area, area = areas
    if rule == EVERY or rule == ALL_OWNERS:
        return signed == total
    if 3 * met < 2 * total or 3 * met_area < 2 * area:
        return False
    if rule == PLAIN:
        return 2 * signed > met and 2 * signed_area > met_area
    enough = 4 * signed >= 3 * met and 4 * signed_area >= 3 * met_area
    return enough and (rule == MAJOR or objecting == 0)
