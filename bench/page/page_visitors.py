"""What the bench of the page drives: servers, each in a process of its own, as `cogov serve` starts it; and visitors, with a browser and without."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from struct import unpack_from
from tempfile import TemporaryFile
from urllib.request import Request, urlopen
from uuid import uuid4

from ...engine.parameters import UserError

PATIENCE = 120_000  # ms
CROWDED = 60.0  # seconds after which one of many visitors has waited in vain

ARRIVE = """(() => {  // when the town is first painted, in ms since the address was asked for
  const look = () => { const town = document.querySelector(".cogov-town"); town?.dataset.day && town.cogovTown.measure().frames ? window.painted = performance.now() : requestAnimationFrame(look); };
  look();
})()"""


def process_usage(pid):
    """(seconds of processor, MiB of memory) of a process so far; nothing where there is no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan"), float("nan")
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"), int(stat[21]) * os.sysconf(
        "SC_PAGE_SIZE"
    ) / 2**20


class Server:
    """A page that is being served: its address, its process, and how many seconds it took to answer."""

    def __init__(self, process, port, began):
        self.process, self.address = process, f"http://127.0.0.1:{port}"
        while True:
            with socket.socket() as one:
                if not one.connect_ex(("127.0.0.1", port)):
                    break
            if process.poll() is not None or time.perf_counter() - began > PATIENCE / 1000:
                raise UserError(f"cogov serve does not answer: {ending(process)}")
            time.sleep(0.02)
        self.answered = time.perf_counter() - began

    @property
    def used_so_far(self):
        return process_usage(self.process.pid)[0]

    @property
    def memory(self):
        return process_usage(self.process.pid)[1]

    @property
    def visits(self):
        """How many visits it keeps, those without a socket among them."""
        with urlopen(f"{self.address}/resourcez", timeout=CROWDED) as told:
            return json.load(told)["kernels"]["total"]

    def quiet(self):
        """Wait until it has done what it does behind the page: a second in which it works less than a tenth."""
        for _ in range(PATIENCE // 1000):
            before = self.used_so_far
            time.sleep(1)
            if not self.used_so_far - before > 0.1:
                return


def ending(process):
    """The last line that a process wrote."""
    process.kill()
    process.wait()
    process.told.seek(0)
    return (process.told.read().decode(errors="replace").strip().splitlines() or ["it says nothing"])[-1]


@contextmanager
def serving(case, *how):
    """A Server of a case in a fresh process; `how` stands where Python is told to run cogov."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with TemporaryFile() as told:
        began = time.perf_counter()
        command = [sys.executable, *(how or ("-m", "cogov")), "serve", case, "--no-open", "--port", str(port)]
        process = subprocess.Popen(command, stdout=told, stderr=told)
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


def time_to_first_picture(page):
    """Seconds from asking for the page to the first picture of the town."""
    page.wait_for_function("window.painted")
    return page.evaluate("window.painted") / 1000


def patiently(page):
    """Seconds until this one of many sees the town; None where it does not come."""
    try:
        page.wait_for_function("window.painted || performance.now() > 1000 * %s" % CROWDED)
        return page.evaluate("window.painted || 0") / 1000 or None
    except Exception:  # whatever it is, this visitor waits in vain
        return None


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
            self.socket = connect(
                where,
                origin=self.address,
                additional_headers=self.cookie,
                max_size=None,
                open_timeout=CROWDED,
                ping_interval=None,
                proxy=None,
            )  # nor does a browser ask whether we are alive
        except Exception:  # whatever it is, this visitor came in vain
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
        return self.until(1, began)

    def say(self, kind, comm, data, **more):
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

    def listen(self):
        """Keep where the boxes are, and count how often films came for the left side."""
        try:
            for raw in self.socket:
                ends = [len(raw)]
                if isinstance(raw, bytes):  # how many parts, where each begins, the message, what is no text
                    ends = [*unpack_from(f"!{unpack_from('!I', raw)[0]}I", raw, 4), len(raw)]
                    raw = raw[ends[0] : ends[1]]
                content = json.loads(raw)["content"]
                data = content.get("data") if isinstance(content.get("data"), dict) else {}
                state = data.get("state") or {}
                with self.news:
                    self.boxes |= {
                        name: content["comm_id"]
                        for name in str(state.get("class_") or "").split()
                        if name.startswith("co-")
                    }
                    self.within |= {content["comm_id"]: state["children"]} if state.get("children") else {}
                    sizes = {
                        path[-1]: ends[n + 2] - ends[n + 1]
                        for n, path in enumerate(data.get("buffer_paths", ()))
                    }
                    if sizes.get("left"):
                        self.films += 1
                        self.news.notify_all()
        except Exception:  # the socket is gone: nothing more will come
            return

    def until(self, films, began):
        with self.news:
            return (
                time.perf_counter() - began
                if self.news.wait_for(lambda: self.films >= films, CROWDED)
                else None
            )

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
                urlopen(
                    Request(close, data=b"", headers={**self.cookie, "Origin": self.address}), timeout=CROWDED
                ).close()
            self.socket.close()

    def drop(self):
        """As a network that fails, or a machine that is shut, leaves it: the socket is cut and nothing is said."""
        if self.socket is not None:
            with suppress(OSError):
                self.socket.socket.shutdown(socket.SHUT_RDWR)


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
