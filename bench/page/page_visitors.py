"""Servers and visitors for the bench of the page.

Each server runs in a process of its own, as `cogov serve` starts it; visitors come with a browser or without.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from struct import unpack_from
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen
from uuid import uuid4

from ...engine.texts.errors import UserError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PATIENCE = 120_000  # ms
CROWDED = 60.0  # seconds after which one of many visitors gives up

ARRIVE = """(() => {  // record when the town is first painted, in ms since the request
  const look = () => {
    if (window.cogovScreen?.painted) window.painted = window.cogovScreen.painted;
    else requestAnimationFrame(look);
  };
  look();
})()"""


def process_usage(pid: int) -> tuple[float, float]:
    """Return (processor seconds, MiB of memory) of a process so far; NaN where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan"), float("nan")
    seconds = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return seconds, int(stat[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Server:
    """A running page server: its address, its process, and how many seconds it took to answer."""

    def __init__(self, process, port, began):
        self.process, self.address = process, f"http://127.0.0.1:{port}"
        while True:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            if process.poll() is not None or time.perf_counter() - began > PATIENCE / 1000:
                raise UserError("cogov serve does not answer: {reason}", reason=ending(process))
            time.sleep(0.02)
        self.answered = time.perf_counter() - began

    @property
    def used_so_far(self) -> float:
        """Return the processor seconds used so far."""
        return process_usage(self.process.pid)[0]

    @property
    def memory(self) -> float:
        """Return the MiB of memory in use."""
        return process_usage(self.process.pid)[1]

    @property
    def visits(self) -> int:
        """Return how many visits the server keeps, including those without a socket."""
        with urlopen(f"{self.address}/resourcez", timeout=CROWDED) as response:
            return json.load(response)["kernels"]["total"]

    def quiet(self) -> None:
        """Wait until background work is done: a second with at most 0.1 s of processor time."""
        for _ in range(PATIENCE // 1000):
            before = self.used_so_far
            time.sleep(1)
            if not self.used_so_far - before > 0.1:
                return


def ending(process: subprocess.Popen) -> str:
    """Kill a process and return the last line that it wrote."""
    process.kill()
    process.wait()
    process.output.seek(0)
    return (process.output.read().decode(errors="replace").strip().splitlines() or ["it printed nothing"])[-1]


@contextmanager
def start_server(case: str, *how: str) -> Iterator[Server]:
    """Start a Server of a case in a fresh process, and stop it at the end.

    `how`: words after the path of Python, instead of `-m cogov`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryFile() as output:
        began = time.perf_counter()
        command = [sys.executable, *(how or ("-m", "cogov")), "serve", case, "--no-open", "--port", str(port)]
        process = subprocess.Popen(command, stdout=output, stderr=output)
        process.output = output
        try:
            yield Server(process, port, began)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def visit(context: BrowserContext) -> Page:
    """Open a page that records when the town is first painted and how many bytes its socket receives."""
    page = context.new_page()
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE)
    page.add_init_script(ARRIVE)
    page.received = 0

    def count_bytes(frame) -> None:
        page.received += len(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", count_bytes))
    return page


def time_to_first_picture(page: Page) -> float:
    """Return the seconds from requesting the page to the first picture of the town."""
    page.wait_for_function("window.painted")
    return page.evaluate("window.painted") / 1000


def patiently(page: Page) -> float | None:
    """Return the seconds until one of many visitors sees the town; None if it does not appear."""
    try:
        page.wait_for_function(f"window.painted || performance.now() > 1000 * {CROWDED}")
        return page.evaluate("window.painted || 0") / 1000 or None
    except Exception:  # whatever the reason, this visitor sees nothing
        return None


class Visitor:
    """A visitor without a browser: it sends the messages that a browser would send, and draws nothing.

    So many visitors cost little compared to the server that they load.
    """

    def __init__(self, address):
        self.address, self.visit, self.page, self.comm = address, str(uuid4()), str(uuid4()), uuid4().hex
        self.screen, self.place, self.answered, self.asked = "", "", set(), 0
        self.news, self.socket, self.ready = threading.Condition(), None, None

    def arrive(self) -> float | None:
        """Return the seconds until the first town is there; None where it does not come.

        `ready` is then the seconds until the session answers; None where it does not.
        """
        from websockets.sync.client import connect

        began = time.perf_counter()
        try:
            with urlopen(self.address, timeout=CROWDED) as page:
                cookie = page.headers["Set-Cookie"].partition(";")[0]
                page.read()
            for name in ("start.js", "first.json"):
                with urlopen(f"{self.address}/cogov/{name}", timeout=CROWDED) as file:
                    file.read()
            town = time.perf_counter() - began
            server = f"{self.address.replace('http', 'ws')}/jupyter/api/kernels/{self.visit}"
            self.cookie = {"Cookie": cookie}
            self.socket = connect(
                f"{server}/channels?session_id={self.page}",
                origin=self.address,
                additional_headers=self.cookie,
                max_size=None,
                open_timeout=CROWDED,
                ping_interval=None,
                proxy=None,
            )  # no pings, as browsers send none
        except Exception:  # whatever the reason, this visitor gets no page
            return None
        threading.Thread(target=self.listen, daemon=True).start()
        self.say("comm_open", self.comm, {}, target_name="solara.control")
        self.say(
            "comm_msg",
            self.comm,
            {
                "method": "run",
                "args": {"path": "/", "dark": False, "themes": {"light": {}, "dark": {}}, "appName": None},
            },
        )
        with self.news:
            there = self.news.wait_for(lambda: self.screen, CROWDED)
        if not there or self.ask({"kind": "hello"}) is None:
            return None
        self.ready = time.perf_counter() - began
        return town

    def say(self, kind, comm, data, **more) -> None:
        """Send a Jupyter message of type `kind` to the server."""
        header = {
            "msg_id": uuid4().hex,
            "msg_type": kind,
            "session": self.page,
            "username": "",
            "version": "5.2",
        }
        self.socket.send(
            json.dumps(
                {
                    "buffers": [],
                    "channel": "shell",
                    "content": {"comm_id": comm, "data": data, **more},
                    "header": header,
                    "metadata": {},
                    "parent_header": {},
                }
            )
        )

    def listen(self) -> None:
        """Record which widget is the first screen, and which of our questions it has answered."""
        try:
            for raw in self.socket:
                if isinstance(raw, bytes):  # number of parts, offsets, message, buffers
                    ends = [*unpack_from(f"!{unpack_from('!I', raw)[0]}I", raw, 4), len(raw)]
                    raw = raw[ends[0] : ends[1]]
                content = json.loads(raw)["content"]
                data = content.get("data") if isinstance(content.get("data"), dict) else {}
                state, told = data.get("state") or {}, data.get("content")
                with self.news:
                    if "frame" in state and "data" in state:
                        self.screen = content["comm_id"]
                        self.place = state["data"]["communities"][0]["name"]
                    if isinstance(told, dict) and not told.get("part"):
                        self.answered.add(told.get("number"))
                    self.news.notify_all()
        except Exception:  # the socket is closed: nothing more will arrive
            return

    def ask(self, question: dict) -> float | None:
        """Ask the first screen's widget; return the seconds until it answers, or None after CROWDED."""
        began = time.perf_counter()
        self.asked += 1
        number = self.asked
        try:
            asked = {"number": number, **question}
            self.say("comm_msg", self.screen, {"method": "custom", "content": asked})
        except Exception:  # the socket is closed
            return None
        with self.news:
            answered = self.news.wait_for(lambda: number in self.answered, CROWDED)
        return time.perf_counter() - began if answered else None

    def click(self, name: str, on: bool) -> float | None:
        """Choose a mechanism, or none; return the seconds until the year comes, None if it does not."""
        return self.ask({"kind": "year", "place": self.place, "key": name if on else "", "seed": 0})

    def leave(self) -> None:
        """End the visit in the way of a closed tab."""
        if self.socket is not None:
            close = f"{self.address}/_solara/api/close/{self.visit}?session_id={self.page}"
            with suppress(OSError):  # a server too busy to answer frees the visit later all the same
                urlopen(
                    Request(close, data=b"", headers={**self.cookie, "Origin": self.address}), timeout=CROWDED
                ).close()
            self.socket.close()

    def drop(self) -> None:
        """End the visit as a failing network or a sleeping machine does: cut the socket, send no message."""
        if self.socket is not None:
            with suppress(OSError):
                self.socket.socket.shutdown(socket.SHUT_RDWR)


def together(deeds: Sequence[Callable[[], Any]]) -> list:
    """Call several functions at the same time, each in a thread; return what each returns."""
    results = [None] * len(deeds)

    def call(n) -> None:
        results[n] = deeds[n]()

    threads = [threading.Thread(target=call, args=(n,)) for n in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
