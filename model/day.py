"""One day, top to bottom. Read this to know what happens, and in what order."""

import numpy as np

from ..agents import residents
from . import arising, settling, signing, telling
from .hours import granted, supply
from .issues import filed
from .ledger import booked
from .pull import owned, total

ROOM = 10  # lines of history one issue can at most write in a day


def live(world, scenario, luck):
    """Move the world one day on; return each mechanism's pull."""
    world.day += 1
    w, day, k = world, world.day, world.packed
    people, homes, stairs, buildings, compounds = w.residents, w.households, w.stairwells, w.buildings, w.compounds

    # Who has hours and money today, who asks, and what each gets.
    have = supply(w, scenario)
    active = scenario.mechanisms
    asks = {name: {role: m.strength * hours for role, hours in m.ask(w, w.own[name]).items()} for name, m in active.items()}
    shares = granted(have, asks)
    hours = booked(w, have, asks, shares, scenario)  # (compounds + 2,) what is left to each desk

    # Every mechanism pulls on the levers; then, and only then, the world moves.
    pulls = {name: m.pull(w, w.own[name], shares[name]) for name, m in active.items()}
    strengths = {name: m.strength for name, m in active.items()}
    issues, n = w.issues, len(w.issues)
    lever = total(pulls, strengths, w)
    sight, work, accord, doors = (owned(pulls, strengths, which, size, w.names) for which, size in w.sizes(n))
    w.log = roomy(w.log, w.lines[0] + ROOM * n)
    w.ended = roomy(w.ended, w.gone[0] + n)
    log, lines = w.log, w.lines

    # Issues are heard of and told; desks take them in; parties talk, households sign, funds pay, hands work.
    telling.tell(
        issues, day, w.cats.telling, w.cats.patience, lever["voice"], *sight, people, homes, stairs, buildings, compounds, w.mood, k.residents,
        luck.key("hear"), luck.key("find"), luck.key("tell"), luck.key("wait"), log, lines,
    )  # fmt: skip
    given = hours.copy()
    settling.take_in(issues, day, hours, k.intake, log, lines)
    settling.talk(issues, day, k.phone, w.around, *accord, log, lines)
    signing.sign(
        issues, day, w.projects, *doors, lever["reach"], lever["consent"], people, homes, stairs, buildings, compounds, k.projects,
        luck.key("in"), luck.key("lean"), log, lines,
    )  # fmt: skip
    w.funds += w.income
    settling.pay(issues, day, w.funds, w.spending, log, lines)
    settling.work(issues, day, hours, w.pair, k.verify, *work, w.mood.good, people.trust, k.residents.answered, log, lines)
    w.ledger.desk(given - hours, w.spending)

    # The evening's book-keeping; then each building, one evening a week, takes stock.
    stays = settling.close(
        issues, day, k.redo, k.forget, lever["keep"], int(k.residents.fresh), w.cats, w.clocks, lever["ease"], w.mood.standing, people.trust,
        k.residents.ignored, luck.key("reopen"), luck.key("forget", day), log, lines,
    )  # fmt: skip
    w.wished[day % len(w.wished)] = lever["wish"]
    w.mood.drift[:] += lever["trust"]
    w.mood.meet[:] += lever["ties"]
    residents.take_stock(
        day, people, buildings, stairs, compounds.company, w.duty + w.wished.mean(axis=0), w.mood, w.used, k.residents,
        luck.key("give", day), luck.key("meet", day), luck.key("whom", day),
    )  # fmt: skip

    # Overnight new issues arise, and what mechanisms bring in becomes available.
    fresh = arising.tick(w.clocks, lever["ease"], w.cats.family, luck.key("arise"))
    w.issues = filed(issues, stays, len(fresh), w.ended, w.gone)
    w.log = roomy(w.log, lines[0] + len(fresh))
    arising.born(
        w.issues[len(w.issues) - len(fresh) :], fresh, day, w.cats, people, homes, stairs, buildings, compounds, luck.key("work"),
        luck.key("stubborn"), luck.key("sit"), luck.key("lead"), luck.key("lapse"), luck.key("hear"), luck.key("strike"), w.log, lines,
    )  # fmt: skip
    w.more[:] = lever["supply"]
    w.funds[-1] += round(float(lever["money"][0]) * 100)
    w.own = {name: m.learn(w, w.own[name], shares[name], luck) for name, m in active.items()}
    return pulls


def roomy(rows, need):
    """`rows` with room for `need` of them: itself, or a copy twice as long."""
    if need <= len(rows):
        return rows
    longer = np.zeros(max(need, 2 * len(rows)), rows.dtype)
    longer[: len(rows)] = rows
    return longer
