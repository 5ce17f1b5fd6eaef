"""What the page costs, measured on this machine: first view, a switch, frames while it plays, bytes, memory, many visitors at once.

Headless Chromium has no GPU: what a graphics card would do, the processor does here, beside the server. Frame rates and
first views are therefore pessimistic. Every server is a process of its own, as `cogov serve` starts it.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

from ..experiments import bench
from ..model.cases import read
from ..model.knobs import ScenarioError
from ..model.simulate import community
from . import desk as desks

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split()
NAMES = ("chromium", "chromium-browser", "google-chrome")
CASE = "guiyuan"                 # what a visitor finds
TOWNS = ("lianhe", "datianba")   # 62 and 206 buildings
SWITCH = "building_captains"     # on the left, on and off in turn
COLD, SWITCHES, PLAYED = 3, 7, 5.0  # servers, switches, seconds of playing
PATIENCE = 120_000               # ms
CROWDED = 60.0                   # seconds after which one of many visitors has waited in vain
STEPS = COLD + 1 + 2 * len(TOWNS) + 3  # what `measured` reports of its progress

ARRIVE = """(() => {  // when the town is first painted, in ms since the address was asked for
  const look = () => { const town = document.querySelector(".cogov-town"); town?.dataset.day && town.cogovTown.measure().frames ? window.painted = performance.now() : requestAnimationFrame(look); };
  look();
})()"""
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


def chromium():
    """The path of a Chromium. Raises ScenarioError where there is none."""
    found = os.environ.get("COGOV_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found or not shutil.which(found):
        raise ScenarioError(f"{found or 'a browser'} is not here: install Chromium (on Debian: apt install chromium), or name one: COGOV_CHROMIUM=/path/to/it")
    return found


def driver():
    """Playwright's way to start. Raises ScenarioError where it is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise ScenarioError("bench page drives a browser with Playwright: pip install playwright (its own browsers are not needed)") from None
    return sync_playwright()


def used(pid):
    """(seconds of processor, MiB of memory) of a process so far; nothing where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan"), float("nan")
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"), int(stat[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Server:
    """A page that is being served: its address, its process, and how many seconds it took to answer."""

    def __init__(self, process, port, began):
        self.process, self.address = process, f"http://127.0.0.1:{port}"
        while True:
            with socket.socket() as one:
                if not one.connect_ex(("127.0.0.1", port)):
                    break
            if process.poll() is not None or time.perf_counter() - began > PATIENCE / 1000:
                raise ScenarioError(f"cogov serve does not answer: {ending(process)}")
            time.sleep(0.02)
        self.answered = time.perf_counter() - began

    @property
    def spent(self):
        return used(self.process.pid)[0]

    @property
    def memory(self):
        return used(self.process.pid)[1]

    def quiet(self):
        """Wait until it has done what it does behind the page: a second in which it works less than a tenth."""
        for _ in range(PATIENCE // 1000):
            before = self.spent
            time.sleep(1)
            if not self.spent - before > 0.1:
                return


def ending(process):
    """The last line that a process wrote."""
    process.kill()
    process.wait()
    process.told.seek(0)
    return (process.told.read().decode(errors="replace").strip().splitlines() or ["it says nothing"])[-1]


@contextmanager
def serving(case):
    """A Server of a case in a fresh process."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with TemporaryFile() as told:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "cogov", "serve", case, "--no-open", "--port", str(port)], stdout=told, stderr=told)
        process.told = told
        try:
            yield Server(process, port, began)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def browsing(playwright, where):
    """A browser with a profile that nobody has used."""
    browser = playwright.chromium.launch(executable_path=where, args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()


def visit(context):
    """A page that will note when the town is painted, and how many bytes its socket brought."""
    page = context.new_page()
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE)
    page.add_init_script(ARRIVE)
    page.received = 0

    def heard(frame):
        page.received += len(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", heard))
    return page


def painted(page):
    """Seconds from asking for the page to the first picture of the town."""
    page.wait_for_function("window.painted")
    return page.evaluate("window.painted") / 1000


def measured(sessions=10, progress=lambda what: None):
    """Everything that `cogov bench page` prints: a list of (title, columns, rows, note). `progress` is told of each step."""
    start, where = driver(), chromium()
    with start as playwright:
        first = first_views(playwright, where, progress)
        progress("switches")
        return [views(first, switches(playwright, where)), towns(playwright, where, progress), crowd(playwright, where, sessions, progress)]


def first_views(playwright, where, progress):
    """Seconds until a fresh server answers, until its first visitor sees the town, and until the same browser does again."""
    answered, cold, warm = [], [], []
    for _ in range(COLD):
        progress("first views")
        with serving(CASE) as server, browsing(playwright, where) as browser:
            page = visit(browser.new_context())
            page.goto(server.address, wait_until="commit")
            answered.append(server.answered)
            cold.append(painted(page))
            server.quiet()
            page.goto(server.address, wait_until="commit")
            warm.append(painted(page))
    return answered, cold, warm


def switches(playwright, where):
    """(seconds, bytes the server sent) of switching a mechanism on and off, each time after the server has come to rest."""
    seconds, received = [], []
    with serving(CASE) as server, browsing(playwright, where) as browser:
        page = visit(browser.new_context())
        page.goto(server.address, wait_until="commit")
        painted(page)
        for _ in range(SWITCHES):
            server.quiet()
            before = page.received
            seconds.append(page.evaluate(TURN, f".co-{SWITCH}-0 input") / 1000)
            page.wait_for_timeout(100)
            received.append(page.received - before)
    return seconds, received


def views(first, turned):
    """The table of what a visitor waits for."""
    names = ("a fresh server answers", "first view, cold: fresh server, fresh browser", "warm: the same browser again", f"switch {SWITCH} to the new year")
    rows = [(name, median(times), min(times), max(times), str(len(times))) for name, times in zip(names, (*first, turned[0]))]
    note = f"Until the town is painted. A switch brings {median(turned[1]) / 1024:,.0f} KiB to the browser."
    return f"{CASE}: seconds until it is seen", ("what", "median", "least", "most", "times"), rows, note


def towns(playwright, where, progress):
    """The table of what playing costs, by size of the town."""
    rows = []
    for name in TOWNS:
        progress(f"{name} plays")
        there, films = community(read(name)), [len(film) / 1024 for film in desks.lived(desks.opened(name)).packed]
        with serving(name) as server, browsing(playwright, where) as browser:
            page = visit(browser.new_context())
            page.goto(server.address, wait_until="commit")
            painted(page)
            server.quiet()
            progress(f"{name} plays")
            still = page.evaluate(COUNT, 2)
            page.locator(".cogov-play").click()
            before = server.spent
            told = page.evaluate(COUNT, PLAYED)
            spent = (server.spent - before) / PLAYED
        rows.append((name, str(len(there.buildings.compound)), f"{len(there.households.building):,}", told["drawn"], still["frames"], told["ms"], 100 * spent, *films))
    columns = ("case", "houses", "flats", "fps", "of", "ms/frame", "CPU %", "KiB left", "right")
    note = "Both sides playing, 7 days a second. fps: frames drawn a second, of those the browser makes while the town stands still. ms: of script. CPU: the server's meanwhile. KiB: a year of each side, sent once."
    return "a year plays", columns, rows, note


def crowd(playwright, where, sessions, progress):
    """The table of many visitors at once, each with a browser profile of their own."""
    with serving(CASE) as server, browsing(playwright, where) as browser:
        progress("one visitor")
        page = visit(browser.new_context())
        page.goto(server.address, wait_until="commit")
        painted(page)
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
    waits = (median(times), max(times)) if times else ("none came", "")
    rows = [(str(sessions), f"{len(times)} of {sessions}", *waits, f"{alive} of {sessions}", empty, (full - empty) / sessions, after)]
    columns = ("visitors", "saw it", "median s", "worst s", "alive", "MiB", "MiB each", "MiB left")
    return f"{CASE}: {sessions} visitors at once", columns, rows, f"Saw it: the town, within {CROWDED:.0f} s. Alive: a switch then brings another year. MiB: of the server after one visitor has come and gone; for each more; when all have left."


def patiently(page):
    """Seconds until this one of many sees the town; None where it does not come."""
    try:
        page.wait_for_function("window.painted || performance.now() > 1000 * %s" % CROWDED)
        return page.evaluate("window.painted || 0") / 1000 or None
    except Exception:  # whatever it is, this visitor waits in vain
        return None


def answers(page):
    """Whether a switch on this page still brings another year."""
    try:
        return bool(page.evaluate("window.painted || 0")) and page.evaluate(TURN, f".co-{SWITCH}-0 input") > 0
    except Exception:
        return False


def show(console, as_json, tables):
    """Print what was measured, as tables or as JSON."""
    for table in tables:
        bench.show(console, as_json, *table)
