"""Lessons in a real browser: cards, predictions under cover, play, results, large type, print, phones."""

import os
import socket
import subprocess
import sys
import time

import pytest
from axe_playwright_python.sync_playwright import Axe

from cogov.viz.lessons.reader import shipped_lessons
from cogov.viz.lessons.steps import Predict, Score

PATIENCE = 60_000  # ms; machines are shared
LESSONS = {lesson.name: lesson for lesson in shipped_lessons()}


@pytest.fixture(scope="module")
def address():
    """Serve the page."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    command = [sys.executable, "-m", "cogov", "serve", "wuzi_yard", "--no-open", "--port", str(port)]
    serving = subprocess.Popen(command, env=dict(os.environ), stdout=-3, stderr=-3)
    try:
        for _ in range(600):
            with socket.socket() as one:
                if not one.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        assert serving.poll() is None, "the server ended"
    finally:
        serving.terminate()
        serving.wait(20)


@pytest.fixture
def visit(browser, address):
    """Return a function that opens an address of the page in a fresh tab of some width."""
    tabs = []

    def open_tab(query, width=1366, height=650):
        tab = browser.new_page(viewport={"width": width, "height": height})
        tabs.append(tab)
        tab.wrong = []
        tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
        tab.on("console", lambda m: tab.wrong.append(m.text) if m.type == "error" else None)
        tab.set_default_timeout(PATIENCE)
        tab.goto(f"{address}/?{query}")
        tab.wait_for_selector(".co-room, .co-sheet-room")
        return tab

    yield open_tab
    for tab in tabs:
        tab.close()


def step_of(tab):
    return tab.locator(".co-step").inner_text().split("\n")[0]


def town(tab, name):
    """Return what the town says of itself."""
    return tab.evaluate("name => document.querySelector('.cogov-town').dataset[name]", name)


def go_on(tab):
    """Go to the next step."""
    before = step_of(tab)
    tab.locator(".co-next:not([disabled])").click()
    tab.wait_for_function(
        "before => document.querySelector('.co-step').innerText.split('\\n')[0] != before", arg=before
    )


def said(name, before):
    """Return the part of an address that answers all questions of a lesson before a step, with the first."""
    asks = [
        n + 1 for n, step in enumerate(LESSONS[name].steps) if isinstance(step, Predict) and n + 1 < before
    ]
    return f"lesson={name}&step={before}&said=" + "_".join(f"{n}-1" for n in asks)


def sticks_out(tab):
    return tab.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.slow
@pytest.mark.parametrize("width", [1440, 820, 390])
def test_eight_cards_lead_to_eight_lessons(visit, width):
    tab = visit("room=lessons", width, 844)
    assert tab.locator(".co-lesson-card svg").count() == len(LESSONS) == 8 and not sticks_out(tab)
    card = tab.locator(".co-lesson-card").first
    assert LESSONS["lamp"].question.en in card.inner_text() and "12 minutes" in card.inner_text()
    card.click()
    tab.wait_for_selector(".co-step")
    assert tab.locator("h1").inner_text() == LESSONS["lamp"].question.en
    tab.go_back()
    tab.wait_for_selector(".co-lesson-card")
    assert tab.wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_can_be_walked_to_its_end_on_a_phone(visit, name):
    tab = visit(f"lesson={name}", 390, 844)
    tab.wait_for_selector(".co-step")
    for step in LESSONS[name].steps:
        if isinstance(step, Predict):  # a step is drawn piece by piece: wait for what it must have
            tab.wait_for_selector(".co-commit")
            tab.wait_for_selector(".cogov-cover:not([hidden])")
            tab.locator(".co-choice").first.click()
            tab.locator(".co-commit:not([disabled])").click()
            tab.wait_for_selector(".co-said")
        if isinstance(step, Score):
            tab.locator(".co-tick").first.click()
            tab.locator(".co-score").click()
            tab.wait_for_selector(".co-best")
        assert not sticks_out(tab), step_of(tab)
        if step is not LESSONS[name].steps[-1]:
            go_on(tab)
    tab.wait_for_selector(".co-finish:not([disabled])")
    assert "The real case" in tab.locator(".co-step").inner_text() and tab.wrong == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        "room=lessons",
        "lesson=lamp&step=3",
        "lesson=lamp&look=handout",
        "lesson=table&step=9&said=3-1_4-1_8-1",
    ],
)
def test_no_rule_of_accessibility_is_broken(visit, query):
    tab = visit(query)
    tab.wait_for_selector(
        ".co-lesson-card, .co-commit, .co-print:not([disabled]), .co-finish:not([disabled])"
    )
    tab.wait_for_timeout(1500)  # the page fades in
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]] == []


@pytest.mark.slow
def test_what_is_predicted_is_covered(visit):
    tab = visit("lesson=lamp&step=3")
    tab.wait_for_selector(".cogov-cover:not([hidden])")
    assert tab.locator(".cogov-time input").is_disabled() and tab.locator(".cogov-play").is_disabled()
    empty = "c => !c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v)"
    assert tab.locator(".cogov-time canvas").evaluate(empty), (
        "the lines of the whole year are under the cover"
    )
    tab.locator(".cogov-map").first.focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Space")
    tab.wait_for_timeout(700)
    assert (town(tab, "day"), town(tab, "playing")) == ("0", "false")
    for _ in range(2):
        tab.locator(".co-choice").first.click()
        tab.locator(".co-commit:not([disabled])").click()
        tab.wait_for_selector(".co-said")
        if tab.locator(".cogov-cover").is_visible():
            go_on(tab)
    assert not tab.locator(".cogov-cover").is_visible()
    assert not tab.locator(".cogov-time canvas").evaluate(empty)


@pytest.mark.slow
def test_play_stops_where_the_step_ends_and_plays_again(visit):
    tab = visit(said("lamp", 5))
    tab.wait_for_function("document.querySelector('.cogov-town')?.dataset.days == 365")
    for _ in range(2):
        tab.locator(".co-watch").click()
        tab.wait_for_selector(".co-watch:has-text('Pause')")
        tab.wait_for_function("document.querySelector('.cogov-town').dataset.day > 20")
        # pause
        tab.locator(".co-watch").click()
        tab.wait_for_selector(".co-watch:has-text('Play')")
        assert int(town(tab, "day")) < 150
    tab.locator(".co-watch").click()
    tab.wait_for_function("document.querySelector('.cogov-town').dataset.day == 180", timeout=4 * PATIENCE)
    tab.wait_for_selector(".co-watch:has-text('Play')")
    tab.wait_for_timeout(600)
    assert (town(tab, "day"), town(tab, "playing")) == ("180", "false")
    tab.locator(".co-watch").click()
    tab.wait_for_selector(".co-watch:has-text('Pause')")
    go_on(tab)
    tab.wait_for_function("document.querySelector('.cogov-town').dataset.day == 365")
    assert town(tab, "playing") == "false", "nothing plays by itself afterwards"
    open_lamps = [int(n) for n in tab.locator(".cogov-count.open b").all_inner_texts()]
    assert open_lamps[0] > 100 > open_lamps[1] > 0, "lamps only: all issues are more than a thousand"
    assert tab.locator(".cogov-title").all_inner_texts() == [
        "Nobody is in charge",
        "With building captains",
    ]


@pytest.mark.slow
def test_after_a_lesson_one_goes_on_with_its_two_sides(visit):
    tab = visit(said("signatures", 11))
    tab.locator(".co-finish:not([disabled])").click()
    tab.wait_for_selector(".co-verdict")
    state = tab.evaluate("location.search")
    assert "lesson=" not in state and "room=researchers" in state
    told = tab.locator("body").inner_text()
    assert "Consent campaign" in told and town(tab, "playing") == "false"
    assert tab.locator(".co-consent_campaign-0 input").is_checked()
    assert not tab.locator(".co-building_captains-1 input").is_checked()


@pytest.mark.slow
def test_on_a_wall_it_is_large_and_led_by_keys(visit):
    tab = visit(said("meetings", 5), 1920, 1080)
    tab.wait_for_selector(".co-big")
    tab.keyboard.press("p")
    tab.wait_for_selector("html.co-present")
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert tab.locator(".co-line").first.evaluate(size) >= 24 and "look=present" in tab.evaluate(
        "location.search"
    )
    assert tab.locator(".cogov-title").first.evaluate(size) >= 24
    assert not tab.locator("header, .v-app-bar").first.is_visible()
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_function("document.querySelector('.co-step').innerText.startsWith('Step 4 of')")
    tab.keyboard.press("PageDown")
    tab.wait_for_function("document.querySelector('.co-step').innerText.startsWith('Step 5 of')")
    tab.keyboard.press("p")
    tab.wait_for_selector("html:not(.co-present)")
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_timeout(500)
    assert step_of(tab).startswith("Step 5 of"), "at a desk the arrows are the browser's own"


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_sheet_prints_as_two_pages(visit, lang):
    tab = visit("lesson=away&look=handout")
    if lang == "zh":
        tab.locator(".co-language").click()
    tab.wait_for_selector(".co-print:not([disabled])", timeout=3 * PATIENCE)
    tab.wait_for_selector(".co-sheet .co-numbers")
    printed = tab.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page /") == 2


@pytest.mark.slow
def test_a_reload_goes_on_in_the_lesson_where_it_was(visit):
    """A prediction that was made is kept, and no address skips a question."""
    tab = visit("lesson=lamp&step=9")
    tab.wait_for_selector(".co-commit")
    step = step_of(tab)
    assert step.startswith("Step 3 of")
    tab.locator(".co-choice").last.click()
    tab.locator(".co-commit:not([disabled])").click()
    tab.wait_for_selector(".co-said")
    told = tab.locator(".co-said").inner_text()
    tab.wait_for_function("location.search.endsWith('said=3-3')")
    tab.reload()
    tab.wait_for_selector(".co-said")
    assert step_of(tab) == step and tab.locator(".co-said").inner_text() == told and tab.wrong == []
