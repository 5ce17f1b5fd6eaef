"""The page in a real browser, the network closed: it opens, a switch changes the year, a click tells a story, both languages."""

import os
import shutil
import socket
import subprocess
import sys
import time

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split()
PATIENCE = 60_000  # ms; machines are shared


@pytest.fixture(scope="module")
def address():
    """A page of wuzi_yard, served as `cogov serve` does, though a HOST says otherwise."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    serving = subprocess.Popen([sys.executable, "-m", "cogov", "serve", "wuzi_yard", "--no-open", "--port", str(port)], env={**os.environ, "HOST": "0.0.0.0"}, stdout=-1, stderr=-3)
    try:
        for _ in range(600):
            with socket.socket() as one:
                if not one.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.terminate()
        serving.wait(20)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)


@pytest.fixture
def page(browser, address):
    """A fresh visit; what it asked of others, what failed and what the console complained of is kept in `page.wrong`."""
    visit = browser.new_page(viewport={"width": 1400, "height": 1600})
    visit.wrong = []
    visit.on("request", lambda r: visit.wrong.append(r.url) if not r.url.startswith((address, "data:", "blob:", address.replace("http", "ws"))) else None)
    visit.on("requestfailed", lambda r: visit.wrong.append(r.url))
    visit.on("response", lambda r: visit.wrong.append((r.status, r.url)) if r.status >= 400 else None)
    visit.on("console", lambda m: visit.wrong.append(m.text) if m.type == "error" else None)
    visit.set_default_timeout(PATIENCE)
    visit.goto(address)
    visit.wait_for_selector("canvas")
    visit.wait_for_selector(".co-verdict")
    yield visit
    visit.close()


def rate(page, side):
    """What the page says of a side's rate with the luck on show."""
    return page.locator("text=/% of issues resolved within 30 days/").nth(side).inner_text()


def test_it_opens_with_nothing_failed_and_nothing_asked_of_others(page):
    page.wait_for_timeout(1500)
    assert page.wrong == []
    assert "cogov" in page.title() and page.locator("canvas").count() >= 1


def test_a_switch_changes_its_own_side_only(page):
    left, right = rate(page, 0), rate(page, 1)
    page.locator(".co-building_captains-0 .v-input--selection-controls__ripple").click()
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=left)
    assert rate(page, 0) != left and rate(page, 1) == right


def test_it_speaks_chinese_at_a_click_and_english_again(page):
    page.locator(".co-language").click()
    page.wait_for_function("!document.body.innerText.includes('grid patrol') && document.body.innerText.includes('网格巡查')")
    page.wait_for_selector("text=/30天内解决/")
    page.locator(".co-language").click()
    page.wait_for_selector("text=grid patrol")


def test_two_visitors_do_not_see_each_other(page, browser, address):
    other = browser.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(address)
    other.wait_for_selector(".co-verdict")
    page.locator(".co-language").click()
    page.wait_for_selector("text=楼长")
    assert "grid patrol" in other.inner_text("body")
    other.close()


def test_only_this_machine_is_served(address):
    """Whatever HOST says."""
    listening = [line.split() for line in open("/proc/net/tcp").read().splitlines()[1:]]
    port = f"{int(address.rpartition(':')[2]):04X}"
    assert {one[1] for one in listening if one[1].endswith(port) and one[3] == "0A"} == {f"0100007F:{port}"}
