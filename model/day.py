"""One day, top to bottom. Read this to know what happens, and in what order."""

from ..agents import residents
from ..engine.jit import outer_kernel
from ..engine.randomness import decision, key_of
from .issues import arrivals, consent, processing, reporting
from .issues.issue_table import compact, ensure_capacity
from .resources.allocation import YEAR, charge_granted, grant, supply
from .resources.ledger import desks
from .resources.levers import reset_levers, sum_levers

ROOM = 10  # lines of history one issue can at most write in a day
(
    HEAR,
    FIND,
    TELL,
    WAIT,
    AT_HOME,
    LEAN,
    REOPEN,
    FORGET,
    GIVE,
    MEET,
    WHOM,
    ARISE,
    WORK,
    STUBBORN,
    SIT,
    LEAD,
    LAPSE,
    STRIKE,
    MOVE,
    MOVERS,
    NEWCOMERS,
) = (
    decision("hear"),
    decision("find"),
    decision("tell"),
    decision("wait"),
    decision("in"),
    decision("lean"),
    decision("reopen"),
    decision("forget"),
    decision("give"),
    decision("meet"),
    decision("whom"),
    decision("arise"),
    decision("work"),
    decision("stubborn"),
    decision("sit"),
    decision("lead"),
    decision("lapse"),
    decision("strike"),
    decision("move"),
    decision("movers"),
    decision("newcomers"),
)


def simulate_day(world):
    """Move the world one day on."""
    open_(world)
    close(world)


def open_(world):
    """The day until every mechanism has pulled, and the world has not moved yet."""
    world.start_day()
    world.call(morning)
    world.ask()
    world.call(share_out)
    world.pull()


def close(world):
    """The rest of the day."""
    world.make_room(world.call(the_rest))
    world.learn()


@outer_kernel
def morning(w):
    """Who has hours and money today; nobody asks or pulls yet."""
    w.day += 1
    supply(w)
    w.wants.fill(0.0)
    reset_levers(w.pulls, len(w.issues))


@outer_kernel
def share_out(w):
    """What each who asked gets; the rest is left to the desks."""
    grant(w.wants, w.shares, w.strength, w.have, w.crew)
    charge_granted(w)


@outer_kernel
def the_rest(w):
    """Every mechanism has pulled; now, and only now, the world moves. Returns for how many issues there is room."""
    issues, day, k, seed, lever, pulls, lines = w.issues, w.day, w.knobs, w.seed, w.lever, w.pulls, w.lines
    people, homes, stairs, buildings, compounds = (
        w.residents,
        w.households,
        w.stairwells,
        w.buildings,
        w.compounds,
    )
    cats, mood, hours, weather, n = w.cats, w.mood, w.hours, w.weather[w.day % YEAR], len(w.issues)
    w.log = ensure_capacity(w.log, lines[0], lines[0] + ROOM * n)
    w.ended = ensure_capacity(w.ended, w.gone[0], w.gone[0] + n)
    log = w.log
    sum_levers(pulls, w.strength, n)

    # Issues are heard of and told; desks take them in; parties talk, households sign, funds pay, hands work.
    reporting.tell(
        issues,
        day,
        cats.telling,
        cats.patience,
        lever.voice,
        pulls.sight.by,
        pulls.sight.rows,
        people,
        homes,
        stairs,
        buildings,
        compounds,
        mood,
        k.residents,
        key_of(seed, HEAR, 0),
        key_of(seed, FIND, 0),
        key_of(seed, TELL, 0),
        key_of(seed, WAIT, 0),
        log,
        lines,
    )
    given = hours.copy()
    processing.take_in(issues, day, hours, k.intake, log, lines)
    processing.talk(
        issues,
        day,
        k.phone,
        w.around,
        residents.confidence(mood, buildings, compounds),
        pulls.accord.by,
        pulls.accord.rows,
        log,
        lines,
    )
    consent.sign(
        issues,
        day,
        w.projects,
        pulls.doors.by,
        pulls.doors.rows,
        lever.reach,
        lever.consent,
        people,
        homes,
        stairs,
        buildings,
        compounds,
        k.projects,
        cats.unit,
        key_of(seed, AT_HOME, 0),
        key_of(seed, LEAN, 0),
        log,
        lines,
    )
    for fund in range(len(w.funds)):
        w.funds[fund] += w.income[fund]
    processing.pay(issues, day, w.funds, w.spending, log, lines)
    processing.work(
        issues,
        day,
        hours,
        w.pair,
        cats.works,
        k.verify,
        pulls.work.by,
        pulls.work.rows,
        mood.good,
        compounds.first,
        people.trust,
        k.residents.answered,
        log,
        lines,
    )
    desks(w.ledger, given, hours, w.spending)

    # The evening's book-keeping; then each building, one evening a week, takes stock.
    stays = processing.close(
        issues,
        day,
        k.redo,
        k.forget,
        lever.keep,
        lever.hurry,
        int(k.residents.fresh),
        cats,
        weather,
        w.clocks,
        lever.ease,
        mood.standing,
        compounds.first,
        people.trust,
        k.residents.ignored,
        key_of(seed, REOPEN, 0),
        key_of(seed, FORGET, day),
        log,
        lines,
    )
    residents.collect_pulls(day, lever.wish, lever.trust, lever.ties, w.duty, w.wished, w.wish, mood)
    residents.move_house(
        day,
        people,
        homes,
        buildings,
        stairs,
        w.moving,
        w.newcomers,
        k.residents,
        key_of(seed, MOVE, day),
        key_of(seed, MOVERS, day),
        key_of(seed, NEWCOMERS, day),
    )
    residents.take_stock(
        day,
        people,
        buildings,
        stairs,
        compounds.company,
        w.wish,
        mood,
        w.used,
        k.residents,
        key_of(seed, GIVE, day),
        key_of(seed, MEET, day),
        key_of(seed, WHOM, day),
    )

    # Overnight new issues arise, and what mechanisms bring in becomes available.
    fresh = arrivals.tick(
        w.clocks, lever.ease, weather, cats.family, buildings.luck, cats.code, key_of(seed, ARISE, 0)
    )
    kept = compact(w.rows, n, stays, w.ended, w.gone)
    w.rows = ensure_capacity(w.rows, kept, kept + len(fresh))
    w.issues = w.rows[: kept + len(fresh)]
    w.log = ensure_capacity(log, lines[0], lines[0] + len(fresh))
    arrivals.fill_new_issues(
        w.rows[kept : kept + len(fresh)],
        fresh,
        day,
        cats,
        w.clocks.firm,
        people,
        homes,
        stairs,
        buildings,
        compounds,
        key_of(seed, WORK, 0),
        key_of(seed, STUBBORN, 0),
        key_of(seed, SIT, 0),
        key_of(seed, LEAD, 0),
        key_of(seed, LAPSE, 0),
        key_of(seed, HEAR, 0),
        key_of(seed, STRIKE, 0),
        w.log,
        lines,
    )
    for pool in range(len(w.more)):
        w.more[pool] = lever.supply[pool]
    w.funds[-1] += round(lever.money[0] * 100)
    return len(w.rows)
