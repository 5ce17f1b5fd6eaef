"""What the page costs, measured on this machine: first view, a switch, frames while it plays, bytes, memory, many visitors at once.

Headless Chromium has no GPU: what a graphics card would do, the processor does here, beside the server. Frame rates and
first views are therefore pessimistic. Every server is a process of its own, as `cogov serve` starts it.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from statistics import median, quantiles
from struct import unpack_from
from tempfile import TemporaryFile
from urllib.request import Request, urlopen
from uuid import uuid4

from ..experiments import bench
from ..model import mechanisms
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
BROWSERS = 10                    # at once on one machine; more of them would measure themselves
CLICKS, WITHIN = 3, 20.0         # of each of many visitors, each at some moment of so many seconds
STEPS = COLD + 1 + 2 * len(TOWNS) + 3 + 4  # what `measured` reports of its progress

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
        return [views(first, switches(playwright, where)), towns(playwright, where, progress), crowd(playwright, where, min(sessions, BROWSERS), progress), audience(sessions, progress)]


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


class Visitor:
    """Somebody without a browser, who says what a browser would say and looks at nothing: so that many of them cost little beside the server."""

    def __init__(self, address):
        self.address, self.visit, self.page, self.comm = address, str(uuid4()), str(uuid4()), uuid4().hex
        self.films, self.boxes, self.within, self.news, self.socket = 0, {}, {}, threading.Condition(), None

    def arrive(self):
        """Seconds until the films of the first year are there; None where they do not come."""
        from websockets.sync.client import connect

        began = time.perf_counter()
        try:
            with urlopen(self.address, timeout=CROWDED) as page:
                cookie = page.headers["Set-Cookie"].partition(";")[0]
                page.read()
            where = f"{self.address.replace('http', 'ws')}/jupyter/api/kernels/{self.visit}/channels?session_id={self.page}"
            self.cookie = {"Cookie": cookie}
            self.socket = connect(where, origin=self.address, additional_headers=self.cookie, max_size=None, open_timeout=CROWDED, proxy=None)
        except Exception:  # whatever it is, this visitor came in vain
            return None
        threading.Thread(target=self.listen, daemon=True).start()
        self.say("comm_open", self.comm, {}, target_name="solara.control")
        self.say("comm_msg", self.comm, {"method": "run", "args": {"path": "/", "dark": False, "themes": {"light": {}, "dark": {}}, "appName": None}})
        return self.until(1, began)

    def say(self, kind, comm, data, **more):
        header = {"msg_id": uuid4().hex, "msg_type": kind, "session": self.page, "username": "", "version": "5.2"}
        self.socket.send(json.dumps({"buffers": [], "channel": "shell", "content": {"comm_id": comm, "data": data, **more}, "header": header, "metadata": {}, "parent_header": {}}))

    def listen(self):
        """Keep where the boxes are, and count how often films came for the left side."""
        try:
            for raw in self.socket:
                ends = [len(raw)]
                if isinstance(raw, bytes):  # how many parts, where each begins, the message, what is no text
                    ends = [*unpack_from(f"!{unpack_from('!I', raw)[0]}I", raw, 4), len(raw)]
                    raw = raw[ends[0]:ends[1]]
                content = json.loads(raw)["content"]
                data = content.get("data") if isinstance(content.get("data"), dict) else {}
                state = data.get("state") or {}
                with self.news:
                    self.boxes |= {name: content["comm_id"] for name in str(state.get("class_") or "").split() if name.startswith("co-")}
                    self.within |= {content["comm_id"]: state["children"]} if state.get("children") else {}
                    sizes = {path[-1]: ends[n + 2] - ends[n + 1] for n, path in enumerate(data.get("buffer_paths", ()))}
                    if sizes.get("left"):
                        self.films += 1
                        self.news.notify_all()
        except Exception:  # the socket is gone: nothing more will come
            return

    def until(self, films, began):
        with self.news:
            return time.perf_counter() - began if self.news.wait_for(lambda: self.films >= films, CROWDED) else None

    def click(self, name, on):
        """Seconds from a click on a mechanism's box, at the left, to the films of that year; None where they do not come."""
        began, before = time.perf_counter(), self.films
        try:
            box = self.within[self.boxes[f"co-{name}-0"]][0].removeprefix("IPY_MODEL_")
            self.say("comm_msg", box, {"method": "update", "state": {"v_model": on}, "buffer_paths": []})
        except Exception:
            return None
        return self.until(before + 1, began)

    def leave(self):
        """As a tab that is closed says it."""
        if self.socket is not None:
            close = f"{self.address}/_solara/api/close/{self.visit}?session_id={self.page}"
            with suppress(OSError):  # a server that is too busy to hear it frees them all the same, later
                urlopen(Request(close, data=b"", headers={**self.cookie, "Origin": self.address}), timeout=CROWDED).close()
            self.socket.close()


def together(deeds):
    """What each of several functions returns, all of them called at once."""
    told = [None] * len(deeds)

    def do(n):
        told[n] = deeds[n]()

    threads = [threading.Thread(target=do, args=(n,)) for n in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


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

            clicked = [second for seconds in together([lambda n=n, one=one: clicks(n, one) for n, one in enumerate(visitors) if came[n]]) for second in seconds]
            together([one.leave for one in visitors])
            server.quiet()
            left.append(server.memory)
            arrived, answered = ([second for second in seconds if second] for seconds in (came, clicked))
            late = lambda seconds: quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else "none came"  # noqa: E731
            rows.append((turn, f"{len(arrived)} of {sessions}", median(arrived or [0]), late(arrived), f"{len(answered)} of {len(clicked)}", median(answered or [0]), late(answered), full, left[-1]))
    kept = 1024 * (left[1] - left[0]) / sessions
    columns = ("turn", "saw it", "median s", "95 % s", "clicks", "median s", "95 % s", "MiB", "MiB left")
    note = f"All arrive at one moment. Each then clicks {CLICKS} times within {WITHIN:.0f} s, on a mechanism of their own: many years that nobody has lived yet. A closed visit leaves {kept:,.0f} KiB (those of the second turn over those of the first)."
    return f"{CASE}: {sessions} visitors at once, without browsers", columns, rows, note


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
