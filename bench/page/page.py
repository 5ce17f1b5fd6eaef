"""What the page costs, measured on this machine: first view, a switch, frames while it plays, bytes, memory, many visitors at once.

Headless Chromium has no GPU: what a graphics card would do, the processor does here, beside the server. Frame rates and
first views are therefore pessimistic.
"""

import time
from random import Random
from statistics import median, quantiles

from ...model import mechanisms
from ...model.cases import read_case
from ...model.simulate import build_community
from ...viz.page import page_state as desks
from ...viz.server.access_control import SESSIONS
from ..tables import BenchTable
from .chromium import browsing, chromium, driver
from .page_visitors import (
    CROWDED,
    Visitor,
    patiently,
    serving,
    time_to_first_picture,
    together,
    visit,
)

CASE = "guiyuan"  # what a visitor finds
TOWNS = ("lianhe", "datianba")  # 62 and 206 buildings
SWITCH = "building_captains"  # on the left, on and off in turn
COLD, SWITCHES, PLAYED = 3, 7, 5.0  # servers, switches, seconds of playing
BROWSERS = 10  # at once on one machine; more of them would measure themselves
CLICKS, WITHIN = 3, 20.0  # of each of many visitors, each at some moment of so many seconds
ABREAST = 20  # visits that begin at once, of the many that come and go
TURNS = 2  # in which they come: only the second is counted, for much is made once and kept for all

TURN = """(selector) => new Promise((done, never) => {  // ms from a click to the frame with the new year: what stands above it comes in the same message
  const title = () => document.querySelector('.cogov-town [data-arm="0"] .cogov-title')?.textContent, before = title(), began = performance.now();
  const look = () => requestAnimationFrame(title() === before ? look : () => done(performance.now() - began));
  document.querySelector(selector).click();
  look();
  setTimeout(() => never(new Error("no new year came")), 30000);
})"""
COUNT = """(seconds) => new Promise((done) => {  // frames the browser made, those in which the town was drawn, and the script's ms in each
  const measure = () => document.querySelector(".cogov-town").cogovTown.measure();
  let first, before, n = 0;
  const look = (now) => {
    if (first === undefined) { first = now; before = measure(); } else n++;
    if (now - first < seconds * 1000) return requestAnimationFrame(look);
    const after = measure(), drawn = after.frames - before.frames, gone = (now - first) / 1000;
    done({ frames: n / gone, drawn: drawn / gone, ms: drawn ? (after.ms - before.ms) / drawn : 0 });
  };
  requestAnimationFrame(look);
})"""


def measure_page(sessions=10, visits=200, browser=True, progress=lambda what: None):
    """Everything that `cogov bench page` prints: a list of BenchTable. `progress` is told of each step."""
    alone = lambda: [audience(sessions, progress), departures(visits, progress)]
    if not browser:
        return alone()
    start, where = driver(), chromium()
    with start as playwright:
        first = first_views(playwright, where, progress)
        progress("switches")
        seen = [views(first, switches(playwright, where)), towns(playwright, where, progress)]
        return [*seen, crowd(playwright, where, min(sessions, BROWSERS), progress), *alone()]


def first_views(playwright, where, progress):
    """Seconds until a fresh server answers, until its first visitor sees the town, and until the same browser does again."""
    answered, cold, warm = [], [], []
    for _ in range(COLD):
        progress("first views")
        with serving(CASE) as server, browsing(playwright, where) as browser:
            page = visit(browser.new_context())
            page.goto(server.address, wait_until="commit")
            answered.append(server.answered)
            cold.append(time_to_first_picture(page))
            server.quiet()
            page.goto(server.address, wait_until="commit")
            warm.append(time_to_first_picture(page))
    return answered, cold, warm


def switches(playwright, where):
    """(seconds, bytes the server sent) of switching a mechanism on and off, each time after the server has come to rest."""
    seconds, received = [], []
    with serving(CASE) as server, browsing(playwright, where) as browser:
        page = visit(browser.new_context())
        page.goto(server.address, wait_until="commit")
        time_to_first_picture(page)
        for _ in range(SWITCHES):
            server.quiet()
            before = page.received
            seconds.append(page.evaluate(TURN, f".co-{SWITCH}-0 input") / 1000)
            page.wait_for_timeout(100)
            received.append(page.received - before)
    return seconds, received


def views(first, turned):
    """The table of what a visitor waits for."""
    names = (
        "a fresh server answers",
        "first view, cold: fresh server, fresh browser",
        "warm: the same browser again",
        f"switch {SWITCH} to the new year",
    )
    rows = [
        (name, median(times), min(times), max(times), len(times))
        for name, times in zip(names, (*first, turned[0]))
    ]
    note = f"Until the town is painted. A switch brings {median(turned[1]) / 1024:,.0f} KiB to the browser."
    return BenchTable(
        f"{CASE}: seconds until it is seen", ("what", "median", "least", "most", "times"), rows, note
    )


def towns(playwright, where, progress):
    """The table of what playing costs, by size of the town."""
    rows = []
    for name in TOWNS:
        progress(f"{name} plays")
        there, films = (
            build_community(read_case(name)),
            [len(film) / 1024 for film in desks.simulate_desk(desks.open_desk(name)).packed],
        )
        with serving(name) as server, browsing(playwright, where) as browser:
            page = visit(browser.new_context())
            page.goto(server.address, wait_until="commit")
            time_to_first_picture(page)
            server.quiet()
            progress(f"{name} plays")
            still = page.evaluate(COUNT, 2)
            page.locator(".cogov-play").click()
            before = server.used_so_far
            told = page.evaluate(COUNT, PLAYED)
            spent = (server.used_so_far - before) / PLAYED
        rows.append(
            (
                name,
                len(there.buildings.compound),
                len(there.households.building),
                told["drawn"],
                still["frames"],
                told["ms"],
                100 * spent,
                *films,
            )
        )
    columns = ("case", "houses", "flats", "fps", "of", "ms/frame", "CPU %", "KiB left", "right")
    note = "Both sides playing, 7 days a second. fps: frames drawn a second, of those the browser makes while the town stands still. ms: of script. CPU: the server's meanwhile. KiB: a year of each side, sent once."
    return BenchTable("a year plays", columns, rows, note)


def crowd(playwright, where, sessions, progress):
    """The table of many visitors at once, each with a browser profile of their own."""
    with serving(CASE) as server, browsing(playwright, where) as browser:
        progress("one visitor")
        page = visit(browser.new_context())
        page.goto(server.address, wait_until="commit")
        time_to_first_picture(page)
        server.quiet()
        page.close()
        server.quiet()
        empty = server.memory
        progress(f"{sessions} visitors at once")
        pages = [visit(browser.new_context()) for _ in range(sessions)]
        for page in pages:
            page.goto(server.address, wait_until="commit")
        times = [seconds for seconds in map(patiently, pages) if seconds]
        server.quiet()
        full = server.memory
        progress("are they all alive")
        alive = sum(answers(page) for page in pages)
        for page in pages:
            page.close()
        server.quiet()
        after = server.memory
    waits = (median(times), max(times)) if times else (None, None)
    rows = [(sessions, len(times), *waits, alive, empty, (full - empty) / sessions, after)]
    columns = ("visitors", "saw it", "median s", "worst s", "alive", "MiB", "MiB each", "MiB left")
    return BenchTable(
        f"{CASE}: {sessions} visitors at once",
        columns,
        rows,
        f"Saw it: the town, within {CROWDED:.0f} s. Alive: a switch then brings another year. MiB: of the server after one visitor has come and gone; for each more; when all have left.",
    )


def audience(sessions, progress):
    """The table of as many visitors as there are to be, all at once and without browsers; they come twice, so that what the first left behind is told from what is kept once for all."""
    names, rows, left = mechanisms.names(), [], []
    with serving(CASE) as server:
        for turn in ("first", "again"):
            progress(f"{sessions} visitors without browsers, {turn}")
            visitors = [Visitor(server.address) for _ in range(sessions)]
            came = together([one.arrive for one in visitors])
            server.quiet()
            full = server.memory
            progress("they click")

            def clicks(n, visitor):
                luck, seconds, name = Random(n), [], names[n % len(names)]
                moments = sorted(luck.uniform(0, WITHIN) for _ in range(CLICKS))
                began = time.perf_counter()
                for k, moment in enumerate(moments):
                    time.sleep(max(0.0, moment - (time.perf_counter() - began)))
                    seconds.append(visitor.click(name, k % 2 == 0))
                return seconds

            clicked = [
                second
                for seconds in together(
                    [lambda n=n, one=one: clicks(n, one) for n, one in enumerate(visitors) if came[n]]
                )
                for second in seconds
            ]
            together([one.leave for one in visitors])
            server.quiet()
            left.append(server.memory)
            arrived, answered = ([second for second in seconds if second] for seconds in (came, clicked))
            late = lambda seconds: (
                quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else None
            )
            rows.append(
                (
                    turn,
                    len(arrived),
                    median(arrived) if arrived else None,
                    late(arrived),
                    len(clicked),
                    len(answered),
                    median(answered) if answered else None,
                    late(answered),
                    full,
                    left[-1],
                )
            )
    kept = 1024 * (left[1] - left[0]) / sessions
    columns = (
        "turn",
        "saw it",
        "median s",
        "95 % s",
        "clicks",
        "answered",
        "median s of a click",
        "95 % s of a click",
        "MiB",
        "MiB left",
    )
    note = f"All arrive at one moment. Each then clicks {CLICKS} times within {WITHIN:.0f} s, on a mechanism of their own: many years that nobody has lived yet. A closed visit leaves {kept:,.0f} KiB (those of the second turn over those of the first)."
    return BenchTable(f"{CASE}: {sessions} visitors at once, without browsers", columns, rows, note)


def departures(visits, progress):
    """The table of what visits leave behind when they have ended: those that are closed, and those whose socket is cut.

    Others come before anything is counted: they fill what the server keeps for all, and of those that are cut off it
    keeps as many as there is room for.
    """
    rows = []
    for how, ending in (("closed", Visitor.leave), ("cut off", Visitor.drop)):
        with serving(CASE) as server:
            before, came = 0.0, 0
            for turn in range(TURNS):
                before, came = server.memory, 0
                for begun in range(0, visits if turn else max(visits // 2, SESSIONS), ABREAST):
                    progress(f"visits that are {how}: {begun}, turn {turn + 1} of {TURNS}")
                    several = min(ABREAST, visits - begun) if turn else ABREAST
                    visitors = [Visitor(server.address) for _ in range(several)]
                    came += sum(seconds is not None for seconds in together([one.arrive for one in visitors]))
                    together([lambda one=one: ending(one) for one in visitors])
                server.quiet()
            after = server.memory
            rows.append((how, came, before, after, 1024 * (after - before) / visits, server.visits))
    note = (
        f"{ABREAST} at a time, each until it has its town. MiB: of the server, after {max(visits // 2, SESSIONS)} or more "
        f"have come and gone; after {visits} more. Kept: visits that the server still knows, {SESSIONS} at most; those that "
        "were cut off might come back."
    )
    columns = ("visits", "saw it", "MiB before", "MiB after", "KiB each", "kept")
    return BenchTable(f"{CASE}: what ended visits leave", columns, rows, note)


def answers(page):
    """Whether a switch on this page still brings another year."""
    try:
        return bool(page.evaluate("window.painted || 0")) and page.evaluate(TURN, f".co-{SWITCH}-0 input") > 0
    except Exception:
        return False
