"""Measure the page on this machine: first view, a switch, frames, bytes, memory, many visitors at once.

Headless Chromium has no GPU: the processor does a graphics card's work, and shares it with the server. Frame
rates and first views are therefore pessimistic.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from statistics import median, quantiles

from ...experiments.comparison.arm_answers import LUCKS, WORLDS
from ...model import mechanisms
from ...model.scenarios.cases import read_case
from ...model.simulate import build_community
from ...viz.screen.arms import DEFAULT
from ...viz.screen.recordings import difference_of, packed_reference, place_of
from ...viz.server.access_control import SESSIONS
from ..tables import BenchTable
from .chromium import find_chromium, start_browser, start_playwright
from .page_visitors import (
    CROWDED,
    Visitor,
    patiently,
    start_server,
    time_to_first_picture,
    together,
    visit,
)

CASE = "guiyuan"  # the case that a visitor sees first
TOWNS = ("lianhe", "datianba")  # 62 and 206 buildings
KEYS = (
    "joint_council",
    "grid_patrol",
    "whistle",
    "chat_groups",
    "home_visits",
    "red_property",
    "partnership",
)
COLD, SWITCHES, PLAYED = 3, 7, 5.0  # servers, switches, seconds of playing
STRENGTHS = (0.5, 0.6, 0.7, 0.8, 0.9)  # of the first of KEYS, on a slider; a whole answer takes seconds
BROWSERS = 10  # at once on one machine; more would mostly measure each other
CLICKS, WITHIN = 3, 20.0  # clicks of each visitor, at random moments within so many seconds
ABREAST = 20  # visits that begin at the same time, in `departures`
TURNS = 2  # turns of visits in `departures`; the first fills caches, only the second is counted

# ms from choosing a mechanism, or none, for the right side to the frame that shows the new year
TURN = """async (key) => {
  const screen = window.cogovScreen, began = performance.now(), before = screen.years[1];
  await screen.setSide(1, key ? { [key]: {} } : {});
  if (screen.years[1] === before) throw new Error("the new year did not appear");
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - began;
}"""
# ms from releasing the slider of a mechanism on the right side to the frame that shows the new year, and to
# the frame whose finding has all years of luck and the whole band over worlds
SLIDE = """async ([name, strength]) => {
  const screen = window.cogovScreen, began = performance.now(), before = screen.years[1];
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await screen.setKnob(1, name, "strength", strength);
  if (screen.years[1] === before) throw new Error("the new year did not appear");
  await frame();
  await frame();
  const year = performance.now() - began;
  while (screen.missing().length || screen.looking) await frame();
  await frame();
  return [year, performance.now() - began];
}"""
# frames a second of the browser, and of the town, and ms of script in each of these
COUNT = """(seconds) => new Promise((done) => {
  const screen = window.cogovScreen;
  let first, before, n = 0;
  const look = (now) => {
    if (first === undefined) { first = now; before = { ...screen.work }; } else n++;
    if (now - first < seconds * 1000) return requestAnimationFrame(look);
    const drawn = screen.work.frames - before.frames, gone = (now - first) / 1000;
    done({ frames: n / gone, drawn: drawn / gone, ms: drawn ? (screen.work.ms - before.ms) / drawn : 0 });
  };
  requestAnimationFrame(look);
})"""


def measure_page(
    sessions: int = 10,
    visits: int = 200,
    browser: bool = True,
    progress: Callable[[str], None] = lambda what: None,
) -> list[BenchTable]:
    """Return the tables that `cogov bench page` prints. `progress` is called with the name of each step.

    Raises UserError where a browser is asked for and there is none.
    """
    without_browser = lambda: [audience(sessions, progress), departures(visits, progress)]
    if not browser:
        return without_browser()
    start, path = start_playwright(), find_chromium()
    with start as playwright:
        first = first_views(playwright, path, progress)
        progress("switches")
        turned = switches(playwright, path)
        progress("slider")
        tables = [waiting_table(first, turned, slides(playwright, path)), towns(playwright, path, progress)]
        return [*tables, crowd(playwright, path, min(sessions, BROWSERS), progress), *without_browser()]


def first_views(playwright, path, progress) -> tuple[list[float], list[float], list[float]]:
    """Measure COLD fresh servers: three lists of seconds.

    Until the server answers, until its first visitor sees the town, and until the same browser sees it again.
    """
    answered, cold, warm = [], [], []
    for _ in range(COLD):
        progress("first views")
        with start_server(CASE) as server, start_browser(playwright, path) as browser:
            page = visit(browser.new_context())
            page.goto(server.address, wait_until="commit")
            answered.append(server.answered)
            cold.append(time_to_first_picture(page))
            server.quiet()
            page.goto(server.address, wait_until="commit")
            warm.append(time_to_first_picture(page))
    return answered, cold, warm


def switches(playwright, path) -> tuple[list[float], list[int]]:
    """Switch a mechanism on and off, each time once the server is quiet: seconds, and bytes received."""
    seconds, received = [], []
    with start_server(CASE) as server, start_browser(playwright, path) as browser:
        page = visit(browser.new_context())
        page.goto(server.address, wait_until="commit")
        time_to_first_picture(page)
        for n in range(SWITCHES):
            server.quiet()
            before = page.received
            seconds.append(page.evaluate(TURN, KEYS[n % len(KEYS)]) / 1000)
            page.wait_for_timeout(100)
            received.append(page.received - before)
    return seconds, received


def slides(playwright, path) -> tuple[list[float], list[float]]:
    """Move the slider of a mechanism and release it, each time once the server is quiet.

    Return two lists of seconds: until its year is on the screen, and until its finding has all runs of a
    whole answer.
    """
    with start_server(CASE) as server, start_browser(playwright, path) as browser:
        page = visit(browser.new_context())
        page.goto(server.address, wait_until="commit")
        time_to_first_picture(page)
        server.quiet()
        page.evaluate(TURN, KEYS[0])
        seconds = []
        for strength in STRENGTHS:
            server.quiet()
            seconds.append([ms / 1000 for ms in page.evaluate(SLIDE, [KEYS[0], strength])])
    years, bands = map(list, zip(*seconds))
    return years, bands


def waiting_table(first, turned, slid) -> BenchTable:
    """Return the table of the times that a visitor waits for: first view, second view, a switch, a slider."""
    names = (
        "new server answers",
        "first view: new server, new browser",
        "second view: the same browser",
        "from choosing a mechanism to its year",
        "from releasing a slider to its year",
        "from releasing a slider to its whole band over worlds",
    )
    rows = [
        (name, median(times), min(times), max(times), len(times))
        for name, times in zip(names, (*first, turned[0], *slid))
    ]
    note = (
        "Seconds until the town is painted; each year is simulated for the first time. "
        f"A mechanism's year has {median(turned[1]) / 1024:,.0f} KiB. Whole band: all {LUCKS} years of luck "
        f"and {WORLDS} worlds of the finding."
    )
    return BenchTable(
        f"{CASE}: waiting times of a visitor", ("what", "median", "least", "most", "times"), rows, note
    )


def towns(playwright, path, progress) -> BenchTable:
    """Return the table of the cost of playing a year, by size of the town."""
    rows = []
    for name in TOWNS:
        progress(f"playback of {name}")
        case = read_case(name)
        community, place = build_community(case), place_of(case, 0)
        films = [len(packed_reference(case, place)) / 1024, len(difference_of(case, place, DEFAULT)) / 1024]
        with start_server(name) as server, start_browser(playwright, path) as browser:
            page = visit(browser.new_context())
            page.goto(server.address, wait_until="commit")
            time_to_first_picture(page)
            server.quiet()
            progress(f"playback of {name}")
            page.evaluate("window.cogovScreen.pause()")
            still = page.evaluate(COUNT, 2)
            page.evaluate("window.cogovScreen.play()")
            before = server.used_so_far
            playing = page.evaluate(COUNT, PLAYED)
            spent = (server.used_so_far - before) / PLAYED
        rows.append(
            (
                name,
                len(community.buildings.compound),
                len(community.households.building),
                playing["drawn"],
                still["frames"],
                playing["ms"],
                100 * spent,
                *films,
            )
        )
    columns = ("case", "houses", "flats", "fps", "of", "ms/frame", "CPU %", "KiB", "more")
    note = (
        "Playback of both sides, 7 days per second. fps: frames drawn per second; of: frames per second of "
        "the browser when the town stands still. ms: time of the script per frame. CPU: load of the server "
        "meanwhile. KiB: size of the year without mechanisms, and of what differs with captains."
    )
    return BenchTable("playback of a year", columns, rows, note)


def crowd(playwright, path, sessions, progress) -> BenchTable:
    """Return the table of many visitors at once, each with a browser profile of their own."""
    with start_server(CASE) as server, start_browser(playwright, path) as browser:
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
        progress("checking that all pages respond")
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
        f"Saw it: the town appeared within {CROWDED:.0f} s. Alive: a switch still works afterwards. MiB: "
        "memory of the server after one visit has ended, additional memory per visitor, and memory "
        "after all have left.",
    )


def audience(sessions, progress) -> BenchTable:
    """Return the table of many visitors at once, without browsers.

    They come twice: memory that only the second turn adds is what visits leave behind, not what the server
    caches for all.
    """
    names, rows, left_behind = mechanisms.list_mechanisms(), [], []
    with start_server(CASE) as server:
        for turn in ("first", "second"):
            progress(f"{sessions} visitors without browsers, {turn}")
            visitors = [Visitor(server.address) for _ in range(sessions)]
            arrivals = together([visitor.arrive for visitor in visitors])
            server.quiet()
            full = server.memory
            progress("visitors click")

            def clicks(n, visitor) -> list:
                draws, seconds, name = Random(n), [], names[n % len(names)]
                moments = sorted(draws.uniform(0, WITHIN) for _ in range(CLICKS))
                began = time.perf_counter()
                for k, moment in enumerate(moments):
                    time.sleep(max(0.0, moment - (time.perf_counter() - began)))
                    seconds.append(visitor.click(name, k % 2 == 0))
                return seconds

            click_times = [
                second
                for seconds in together(
                    [
                        lambda n=n, visitor=visitor: clicks(n, visitor)
                        for n, visitor in enumerate(visitors)
                        if arrivals[n]
                    ]
                )
                for second in seconds
            ]
            together([visitor.leave for visitor in visitors])
            server.quiet()
            left_behind.append(server.memory)
            arrived, answered = (
                [second for second in seconds if second] for seconds in (arrivals, click_times)
            )
            percentile_95 = lambda seconds: (
                quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else None
            )
            rows.append(
                (
                    turn,
                    len(arrived),
                    median(arrived) if arrived else None,
                    percentile_95(arrived),
                    median([visitor.ready for visitor in visitors if visitor.ready] or [float("nan")]),
                    len(click_times),
                    len(answered),
                    median(answered) if answered else None,
                    percentile_95(answered),
                    full,
                    left_behind[-1],
                )
            )
    leftover = 1024 * (left_behind[1] - left_behind[0]) / sessions
    columns = (
        "turn",
        "saw it",
        "median s",
        "95 % s",
        "session s",
        "clicks",
        "answered",
        "median s of a click",
        "95 % s of a click",
        "MiB",
        "MiB left",
    )
    note = (
        "All arrive at the same time. Saw it, and seconds: the first town; session s: until the session "
        f"answers. Each then clicks {CLICKS} times within {WITHIN:.0f} s, each on "
        "another mechanism, so that most years are not yet simulated. Memory not freed per closed visit: "
        f"{leftover:,.0f} KiB (second turn compared with the first)."
    )
    return BenchTable(f"{CASE}: {sessions} visitors at once, without browsers", columns, rows, note)


def departures(visits, progress) -> BenchTable:
    """Return the table of the memory not freed after visits, closed ones and those whose socket is cut.

    A first turn of visits is not counted: it fills the server's caches, and of the visits that are cut off
    the server keeps as many as it has room for.
    """
    rows = []
    for how, ending in (("closed", Visitor.leave), ("cut off", Visitor.drop)):
        with start_server(CASE) as server:
            before, arrived = 0.0, 0
            for turn in range(TURNS):
                before, arrived = server.memory, 0
                for begun in range(0, visits if turn else max(visits // 2, SESSIONS), ABREAST):
                    progress(f"visits, {how}: {begun}, turn {turn + 1} of {TURNS}")
                    several = min(ABREAST, visits - begun) if turn else ABREAST
                    visitors = [Visitor(server.address) for _ in range(several)]
                    arrived += sum(
                        seconds is not None for seconds in together([visitor.arrive for visitor in visitors])
                    )
                    together([lambda visitor=visitor: ending(visitor) for visitor in visitors])
                server.quiet()
            after = server.memory
            rows.append((how, arrived, before, after, 1024 * (after - before) / visits, server.visits))
    note = (
        f"{ABREAST} visits at a time, each until its town appears. MiB: memory of the server after at least "
        f"{max(visits // 2, SESSIONS)} visits, and after {visits} more. Kept: visits that the server still "
        f"holds ({SESSIONS} at most), because a visit that was cut off may be resumed."
    )
    columns = ("visits", "saw it", "MiB before", "MiB after", "KiB each", "kept")
    return BenchTable(f"{CASE}: memory not freed after visits", columns, rows, note)


def answers(page) -> bool:
    """Return whether a switch on this page still leads to a new simulation."""
    try:
        return bool(page.evaluate("window.painted || 0")) and page.evaluate(TURN, KEYS[0]) > 0
    except Exception:
        return False
