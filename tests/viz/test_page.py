"""The page in a real browser, without a network.

It opens, a switch changes the year, a click shows a story, in both languages. A visit costs a browser, a
server and twenty pairs of runs. The quick tests share one and leave its switches as they were; those that
need a fresh one are slow.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cogov.model import mechanisms
from cogov.model.scenarios.cases import read_case

PATIENCE = 20_000  # ms; machines are shared


@pytest.fixture(scope="module")
def address():
    """Serve a page of wuzi_yard as `cogov serve` does, though HOST says otherwise."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    serving = subprocess.Popen(
        [sys.executable, "-m", "cogov", "serve", "wuzi_yard", "--no-open", "--port", str(port)],
        env={**os.environ, "HOST": "0.0.0.0"},
        stdout=-1,
        stderr=-3,
    )
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


def open_visit(browser, address):
    """Open a visit; `page.wrong` keeps its requests to other hosts, failures and messages of the console."""
    visit = browser.new_page(viewport={"width": 1400, "height": 1600})
    visit.wrong = []
    visit.on(
        "request",
        lambda r: (
            visit.wrong.append(r.url)
            if not r.url.startswith((address, "data:", "blob:", address.replace("http", "ws")))
            else None
        ),
    )
    visit.on("requestfailed", lambda r: visit.wrong.append(r.url))
    visit.on("response", lambda r: visit.wrong.append((r.status, r.url)) if r.status >= 400 else None)
    visit.on("console", lambda m: visit.wrong.append(m.text) if m.type == "error" else None)
    visit.set_default_timeout(PATIENCE)
    visit.goto(f"{address}/?room=researchers")
    visit.wait_for_selector("canvas")
    visit.wait_for_selector(".co-verdict")
    return visit


@pytest.fixture(scope="module")
def shared_visit(browser, address):
    """Return a visit that several tests look at."""
    return open_visit(browser, address)


@pytest.fixture
def page(browser, address):
    """Return a fresh visit."""
    visit = open_visit(browser, address)
    yield visit
    visit.close()


def shown_rate(page, side):
    """Return what the page says of a side's rate with the random numbers on show."""
    return page.locator("text=/In this run .random seed [0-9]+.: [0-9]+% of issues/").nth(side).inner_text()


@pytest.mark.slow
def test_the_verdict_begins_with_plausible_worlds(shared_visit):
    shared_visit.wait_for_selector(".co-worlds", timeout=4 * PATIENCE)
    wide, luck = (shared_visit.locator(name).bounding_box() for name in (".co-worlds", ".co-verdict"))
    assert "plausible worlds" in shared_visit.inner_text(".co-worlds") and wide["y"] < luck["y"]
    assert "interval of luck" in shared_visit.inner_text(".co-verdict")


def test_it_opens_with_nothing_failed_and_nothing_asked_of_others(shared_visit):
    shared_visit.wait_for_timeout(1500)
    assert shared_visit.wrong == []
    assert "cogov" in shared_visit.title() and shared_visit.locator("canvas").count() >= 1


def test_a_switch_changes_its_own_side_only(shared_visit):
    left, right = shown_rate(shared_visit, 0), shown_rate(shared_visit, 1)
    switch = shared_visit.locator(".co-grid_patrol-0 .v-input--selection-controls__ripple")
    switch.click()
    shared_visit.wait_for_function("before => !document.body.innerText.includes(before)", arg=left)
    assert shown_rate(shared_visit, 0) != left and shown_rate(shared_visit, 1) == right
    switch.click()
    shared_visit.wait_for_function("before => document.body.innerText.includes(before)", arg=left)
    assert (shown_rate(shared_visit, 0), shown_rate(shared_visit, 1)) == (left, right)


@pytest.mark.slow
def test_two_visitors_do_not_see_each_other(page, browser, address):
    other = browser.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(f"{address}/?room=researchers")
    other.wait_for_selector(".co-verdict")
    page.locator(".co-language").click()
    page.wait_for_selector("text=楼长")
    assert "Grid patrol" in other.inner_text("body")
    other.close()


def words_of(page, selector):
    return page.locator(selector).first.inner_text()


def test_a_click_on_a_building_tells_who_lives_there_and_what_happened(shared_visit):
    shared_visit.locator("canvas").first.focus()
    for _ in range(40):
        shared_visit.keyboard.press("ArrowRight")
    shared_visit.keyboard.press("]")  # the town's own keys: choose a building, look inside
    shared_visit.keyboard.press("Enter")
    shared_visit.wait_for_selector("text=All people here are invented.")
    assert "neighbours known" in words_of(shared_visit, ".co-inside") and "Issues here" in words_of(
        shared_visit, ".co-inside"
    )


def day_of(page):
    return int(re.search(r"Day (\d+) of", page.inner_text(".cogov-town")).group(1))


def test_it_plays_and_can_be_scrubbed(shared_visit):
    before = day_of(shared_visit)
    shared_visit.get_by_role("button", name="Play").first.click()
    shared_visit.wait_for_function(
        "before => +document.querySelector('.cogov-town').innerText.match(/Day (\\d+) of/)[1] > before + 3",
        arg=before,
    )
    shared_visit.get_by_role("button", name="Pause").first.click()
    shared_visit.locator(".cogov-town input[type=range]").first.evaluate(
        "node => { node.value = 100; node.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    shared_visit.wait_for_function("document.querySelector('.cogov-town').innerText.includes('Day 100 of')")
    shared_visit.locator(".co-open-party_volunteers").click()
    shared_visit.wait_for_selector(".co-grade >> text=/grade [0-4] of 4/")
    # what a mechanism got and did on the day that is looked at
    shared_visit.wait_for_selector("text=/Day 100: got [0-9.]+ of [0-9.]+ hours/")
    shared_visit.wait_for_selector("text=/Issues changed in the whole run: .*resolved [0-9]/")
    shared_visit.locator(".co-open-party_volunteers").click()
    shared_visit.wait_for_selector("text=/Issues changed in the whole run/", state="detached")


EVERY_TEXT = """() => { const found = [document.title];
for (const node of document.querySelectorAll('body *')) {
  if (['STYLE', 'SCRIPT', 'NOSCRIPT'].includes(node.tagName) || !node.getClientRects().length) continue;
  for (const child of node.childNodes) if (child.nodeType === 3 && child.textContent.trim()) \
found.push(child.textContent.trim());
  for (const name of ['title', 'aria-label', 'placeholder', 'alt']) if (node.getAttribute(name)) \
found.push(node.getAttribute(name));
}
return [...new Set(found)] }"""  # what is seen, hovered over and read aloud
NAMES = "cogov|Kaplan|Meier|PNG|SVG|CSV|English|Shift|null"  # the same in both languages


def test_the_language_switch_leaves_no_string_behind(shared_visit):
    shared_visit.locator(".co-open-party_volunteers").click()
    shared_visit.locator(".co-numbers").click()
    shared_visit.locator(".co-budget-1 .co-name").click()
    shared_visit.locator("canvas").first.focus()
    shared_visit.keyboard.press("]")
    shared_visit.keyboard.press("Enter")
    shared_visit.wait_for_selector("text=All people here are invented.")
    shared_visit.wait_for_selector("text=Whole run:")
    assert [text for text in shared_visit.evaluate(EVERY_TEXT) if re.search(r"[\u4e00-\u9fff]", text)] == [
        "cogov · 共治",
        "中文",
    ]
    shared_visit.locator(".co-language").click()
    shared_visit.wait_for_selector("text=这里的人都是虚构的。")
    shared_visit.wait_for_selector("text=/增加到40组/")
    shared_visit.wait_for_timeout(3000)  # the charts are redrawn
    left = [
        text
        for text in shared_visit.evaluate(EVERY_TEXT)
        if re.search("[A-Za-z]{2,}", re.sub(NAMES, "", text))
    ]
    assert left == []
    shared_visit.locator(".co-language").click()
    shared_visit.wait_for_selector("text=grid patrol")


@pytest.mark.slow
def test_a_state_is_kept_as_file_and_link_and_opens_as_it_was(page, browser, address):
    page.locator(".cogov-town input[type=range]").first.evaluate(
        "node => { node.value = 77; node.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    page.locator(".co-open-mediation_room").click()
    page.locator(".co-mediation_room-0 .v-input--selection-controls__ripple").click()
    page.wait_for_selector(".co-mechanism.co-on:has(.co-open-mediation_room) .co-account")
    page.wait_for_timeout(1500)
    left = shown_rate(page, 0)
    with page.expect_download() as kept:
        page.get_by_text("State of this page").click()
    state = json.loads(Path(kept.value.path()).read_text(encoding="utf-8"))
    assert state["day"] == 77 and state["left"]["on"] == ["mediation_room"]
    with page.expect_download() as kept:
        page.get_by_text("Case file, A").click()
    case = Path(kept.value.path()).with_suffix(".toml")
    Path(kept.value.path()).rename(case)
    assert list(read_case(str(case)).mechanisms) == ["mediation_room"]

    def same(other):
        other.set_default_timeout(PATIENCE)
        other.wait_for_selector(".co-verdict")
        other.wait_for_function("left => document.body.innerText.includes(left)", arg=left)
        other.wait_for_function("document.querySelector('.cogov-town').innerText.includes('Day 77 of')")
        other.wait_for_function("document.querySelector('.co-mediation_room-0 input').checked")
        assert not other.locator(".co-mediation_room-1 input").is_checked()
        other.close()

    by_link = browser.new_page()
    page.wait_for_function("location.search.length > 20")
    by_link.goto(page.url)
    same(by_link)
    by_file = browser.new_page()
    by_file.goto(f"{address}/?room=researchers")
    by_file.wait_for_selector(".co-verdict")
    with by_file.expect_file_chooser() as chosen:
        by_file.locator(".co-open-state").click()
    chosen.value.set_files(
        {"name": "mine.json", "mimeType": "application/json", "buffer": json.dumps(state).encode()}
    )
    same(by_file)
    broken = browser.new_page()
    broken.goto(address + "/?state=abc")
    broken.wait_for_selector("text=the link is incomplete")
    broken.close()


@pytest.mark.slow
def test_a_number_of_the_community_is_changed_on_both_sides_and_back(page):
    left, right = shown_rate(page, 0), shown_rate(page, 1)
    page.locator(".co-numbers").click()
    slider = page.locator(".co-knob", has_text="Committee's staff").locator("[role=slider]")
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=left)
    page.wait_for_timeout(1000)
    assert shown_rate(page, 1) != right
    page.get_by_text("Reset all").click()
    page.wait_for_function("before => document.body.innerText.includes(before)", arg=left)


@pytest.mark.slow
def test_a_number_is_typed_and_what_cannot_be_is_said_next_to_it(page):
    page.locator(".co-numbers").click()
    knob = page.locator(".co-knob", has_text="Committee's staff")
    typed = knob.locator(".v-text-field input")
    typed.fill("6")
    typed.press("Enter")
    page.wait_for_selector("text=Committee's staff: 6 people")
    typed.fill("900")
    typed.press("Enter")
    page.wait_for_selector("text=must be between 0 and 500")
    seed_field = page.locator("input[aria-label^='Random seed']")
    seed_field.fill("-5")
    seed_field.press("Enter")
    page.wait_for_selector("text=The page still shows the run with seed 0.")
    seed_field.fill("7")
    seed_field.press("Enter")
    page.wait_for_selector("text=/In this run .random seed 7.:/")
    told = shown_rate(page, 0)
    page.reload()  # the address holds the state
    page.wait_for_selector(".co-verdict")
    page.wait_for_function("told => document.body.innerText.includes(told)", arg=told)


@pytest.mark.slow
def test_what_is_being_typed_stays_while_another_year_is_drawn(page):
    seed_field, left = page.locator("input[aria-label^='Random seed']"), shown_rate(page, 0)
    page.locator(".co-grid_patrol-0 .v-input--selection-controls__ripple").click()
    seed_field.fill("12")
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=left)
    page.wait_for_timeout(1000)
    assert seed_field.input_value() == "12"
    seed_field.press("Enter")
    page.wait_for_selector("text=/In this run .random seed 12.:/")


@pytest.mark.slow
def test_changes_in_quick_succession_leave_the_last_one_on_show(page):
    """A year that is no longer wanted is cancelled; the page still works."""
    for gap in (100, 250, 400):
        for name in ("mediation_room", "whistle", "grid_patrol", "chat_groups"):
            page.locator(f".co-{name}-0 .v-input--selection-controls__ripple").click()
            page.wait_for_timeout(gap)
    page.wait_for_function(
        "document.querySelector('.cogov-on').textContent === 'Chat groupsGrid patrolMediation roomWhistle'"
    )
    assert "Traceback" not in page.inner_text("body") and page.wrong == []


@pytest.mark.slow
def test_everything_affordable_is_more_than_nothing_and_less_than_everything(page):
    page.locator(".co-presets-0 button", has_text="As many as staff and money allow").click()
    page.wait_for_function(
        "document.querySelectorAll('.co-mechanism.co-on').length > 6", timeout=3 * PATIENCE
    )
    on = sum(page.locator(f".co-{name}-0 input").is_checked() for name in mechanisms.list_mechanisms())
    assert 0 < on < len(mechanisms.list_mechanisms())


@pytest.mark.slow
def test_what_cannot_be_opened_is_said(page):
    with page.expect_file_chooser() as chosen:
        page.locator(".co-open-state").click()
    chosen.value.set_files({"name": "mine.json", "mimeType": "application/json", "buffer": b"[1, 2]"})
    page.wait_for_selector("text=this is not a saved state")
    assert page.wrong == []
