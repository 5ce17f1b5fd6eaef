"""Visitors of the page do not see each other, and their sessions are freed.

Only this machine is served, and what anybody writes is text.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from browser import require_browser

from cogov.bench.page.chromium import FLAGS
from cogov.engine.texts.errors import UserError
from cogov.model import mechanisms
from cogov.viz.page.page_state import state_from_text

PATIENCE = 60  # seconds; machines are shared
CULLED = "6s"  # after which a session that nobody is connected to is freed, in place of serve's own time
START = (
    "import sys; from cogov.cli import serve; "
    "serve.SETTINGS['SOLARA_KERNEL_CULL_TIMEOUT'] = "
    "sys.argv.pop(1) or serve.SETTINGS['SOLARA_KERNEL_CULL_TIMEOUT']; "
    "from cogov.cli.main import main; main()"
)
MARKUP = "<img src=x onerror=window.hit=1>"
LOOKS = """() => {  // all that a visitor sees of what they have chosen
  const town = document.querySelector(".cogov-town"), on = (box) => !!box.querySelector("input")?.checked;
  return {
    town: [...town.querySelectorAll(".cogov-pane")].map((pane) => \
[pane.querySelector(".cogov-title").textContent, { ...pane.dataset }]), day: { ...town.dataset },
    on: NAMES.map((name) => [0, 1].map((side) => \
[...document.querySelectorAll(`.co-${name}-${side}`)].map(on))), \
language: document.querySelector(".co-language").textContent,
  };
}""".replace("NAMES", json.dumps(list(mechanisms.list_mechanisms())))


CALM = """async () => {  // until the page has answered at once, five times in a row
  for (let calm = 0; calm < 5;) {
    const asked = performance.now();
    await new Promise((answer) => setTimeout(answer, 200));
    calm = performance.now() - asked < 300 ? calm + 1 : 0;
  }
}"""


class Server:
    """A page that is served: its address, its process, and how many sessions it keeps."""

    def __init__(self, process, port):
        self.process, self.address = process, f"http://127.0.0.1:{port}"

    def sessions(self):
        return json.load(urlopen(f"{self.address}/resourcez", timeout=PATIENCE))["kernels"]["total"]


def wait_until(holds):
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)


@contextmanager
def serve_case(case, culled="", **environment):
    """Start a Server of a case, as `cogov serve` does."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", START, culled, "serve", str(case), "--no-open", "--port", str(port)],
        env={**os.environ, **environment},
        stdout=-3,
        stderr=-3,
    )
    try:
        for _ in range(1200):
            with socket.socket() as one:
                if not one.connect_ex(("127.0.0.1", port)):
                    break
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def server():
    with serve_case("wuzi_yard", HOST="0.0.0.0") as one:
        yield one


@pytest.fixture
def open_visit(browser):
    """Return a function that opens the page as a new visitor each time; all leave at the end."""
    came = []

    def visit(address):
        page = browser.new_context(viewport={"width": 1400, "height": 1600}).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{address}/?room=researchers")
        wait_for_town(page)
        came.append(page)
        return page

    yield visit
    for page in came:
        page.context.close()


def wait_for_town(page):
    page.wait_for_function(
        "document.querySelector('.cogov-town')?.cogovTown.measure().frames && "
        "document.querySelector('.cogov-town').dataset.day > 0"
    )


def wait_for_change(page, does):
    """Wait until the page has other recordings, or other words for them."""
    heads = (
        "[...document.querySelectorAll('.cogov-town .cogov-title')].map((one) => one.textContent).join('|')"
    )
    before = page.evaluate(heads)
    does()
    page.wait_for_function(f"before => {heads} !== before", arg=before)
    page.wait_for_function("document.querySelector('.cogov-town').dataset.day > 0")


def flip_switch(page, name, side):
    wait_for_change(page, lambda: page.locator(f".co-{name}-{side} input").evaluate("box => box.click()"))


def open_state(page, state):
    """Open a saved state, as a visitor does."""
    with page.expect_file_chooser() as chosen:
        page.locator(".co-open-state").click()
    chosen.value.set_files({"name": "mine.json", "mimeType": "application/json", "buffer": state.encode()})


def state_text(**told):
    """Return a saved state as JSON text: all mechanisms on the left, none on the right."""
    return json.dumps(
        {
            "cogov": 1,
            "case": "wuzi_yard",
            "lang": "en",
            "left": {"on": list(mechanisms.list_mechanisms()), "knobs": {}},
            "right": {"on": [], "knobs": {}},
            **told,
        }
    )


@pytest.mark.slow
def test_two_visitors_at_once_never_see_each_other(server, open_visit):
    """One changes everything that can be changed.

    The other keeps their state, also when they come back, and so does one who comes later.
    """
    busy, calm = open_visit(server.address), open_visit(server.address)
    fresh = calm.evaluate(LOOKS)
    flip_switch(calm, "grid_patrol", 0)
    calm.wait_for_timeout(500)
    own = calm.evaluate(LOOKS)
    assert own != fresh
    flip_switch(busy, "joint_council", 1)
    wait_for_change(busy, lambda: busy.locator(".co-language").click())
    wait_for_change(
        busy, lambda: open_state(busy, state_text(case="shuian", seed=5, lang="zh", layer="satisfaction"))
    )
    busy.wait_for_function("document.querySelector('.cogov-town').dataset.days == 1095")
    assert busy.evaluate(LOOKS)["language"] == "English"
    busy.wait_for_timeout(1000)
    assert calm.evaluate(LOOKS) == own
    calm.reload()
    wait_for_town(calm)
    calm.wait_for_timeout(1000)
    assert calm.evaluate(LOOKS) in (own, fresh)
    assert open_visit(server.address).evaluate(LOOKS) == fresh
    assert "1095" in json.dumps(busy.evaluate(LOOKS)["day"])


@pytest.mark.slow
def test_a_closed_tab_is_freed_at_once(open_visit):
    """Long before the time after which lost ones are.

    A browser gives a page a second to say goodbye, and a tab that is being drawn misses it.
    """
    with serve_case("wuzi_yard") as server:
        staying, leaving = open_visit(server.address), open_visit(server.address)
        assert server.sessions() == 2
        leaving.evaluate(CALM)
        leaving.close(run_before_unload=True)  # as a visitor does; otherwise the page does not get the event
        wait_until(lambda: server.sessions() == 1)
        flip_switch(staying, "whistle", 0)


@pytest.mark.slow
def test_a_killed_browser_is_freed_after_its_time_while_others_stay(open_visit, tmp_path):
    with serve_case("wuzi_yard", CULLED) as server:
        staying = open_visit(server.address)
        doomed = subprocess.Popen(
            [require_browser(), *FLAGS, "--headless", f"--user-data-dir={tmp_path}", server.address],
            start_new_session=True,
            stdout=-3,
            stderr=-3,
        )
        try:
            wait_until(lambda: server.sessions() == 2)
        finally:
            os.killpg(doomed.pid, signal.SIGKILL)
            doomed.wait()
        wait_until(lambda: server.sessions() == 1)
        flip_switch(staying, "whistle", 0)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="sockets are told of otherwise here")
def test_only_this_machine_can_reach_it_whatever_host_says(server):
    """Every socket on which the process listens, of either kind of address."""
    mine = {os.readlink(one) for one in Path(f"/proc/{server.process.pid}/fd").iterdir() if one.is_symlink()}
    listening = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        rows = (
            [line.split() for line in Path(table).read_text().splitlines()[1:]]
            if Path(table).exists()
            else []
        )
        listening += [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine]
    assert listening == [f"0100007F:{int(server.address.rpartition(':')[2]):04X}"]


def check_harmless(page):
    """Check that nothing that was written has become an element, and nothing has run."""
    page.wait_for_timeout(1000)
    assert page.evaluate("[window.hit, document.querySelectorAll('img[src=x]').length]") == [None, 0]


def write_markup(page):
    """Write markup into every visible field that takes text."""
    for field in page.locator(
        "input[type=text]:not([readonly]):visible, input:not([type]):visible, input[type=number]:visible, "
        "textarea:visible"
    ).all():
        field.evaluate(
            "(field, text) => { field.value = text; for (const kind of ['input', 'change', 'blur']) "
            "field.dispatchEvent(new Event(kind, { bubbles: true })); }",
            MARKUP,
        )
    page.keyboard.press("Enter")


@pytest.mark.slow
def test_what_a_visitor_writes_or_opens_is_shown_as_text(server, open_visit):
    page = open_visit(server.address)
    write_markup(page)
    check_harmless(page)
    for wrong in (
        state_text(case=MARKUP),
        state_text(left={"on": [MARKUP], "knobs": {}}),
        state_text(right={"on": [], "knobs": {MARKUP: 1}}),
        state_text(right={"on": [], "knobs": {"committee.staff": MARKUP}}),
        MARKUP,
    ):
        open_state(page, wrong)
        check_harmless(page)
    open_state(page, state_text(case=MARKUP))
    page.wait_for_function("text => document.body.innerText.includes(text)", arg=MARKUP)
    check_harmless(page)


@pytest.mark.parametrize("what", ["lang", "layer"])
def test_a_saved_state_in_no_language_or_of_no_layer_is_refused(what):
    with pytest.raises(UserError, match=what):
        state_from_text(state_text(**{what: MARKUP}))


@pytest.mark.slow
def test_what_a_case_file_says_is_shown_as_text(open_visit, tmp_path):
    """Its description, its source, and its other free text; names may hold no markup."""
    import cogov

    text = (
        (Path(cogov.__file__).parent / "experiments/cases/wuzi_yard.toml")
        .read_text("utf-8")
        .partition("[[reported]]")[0]
    )
    for plain in ("物资大院 Wuzi yard", "Press reports"):
        assert f'"{plain}' in text
        text = text.replace(f'"{plain}', f'"{MARKUP}{plain}')
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with serve_case(path) as server:
        page = open_visit(server.address)
        check_harmless(page)
        for details in page.locator(".co-source, summary").all():
            details.click()
        check_harmless(page)
        page.wait_for_function("text => document.body.innerText.includes(text)", arg=f"{MARKUP}Press reports")
        check_harmless(page)
        for mechanism in ("consent_campaign", "grid_patrol"):
            flip_switch(page, mechanism, 0)
        page.locator("canvas.cogov-map").first.hover()
        page.locator("canvas.cogov-map").first.focus()
        page.keyboard.press("]")
        page.keyboard.press("Enter")
        check_harmless(page)
        write_markup(page)
        wait_for_change(page, lambda: page.locator(".co-language").click())
        check_harmless(page)
