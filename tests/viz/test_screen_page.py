"""The first screen in a browser, opened from disk: what moves, what is said, and what every control does."""

import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe

from cogov.model.scenarios.cases import read_case
from cogov.viz.screen.single_file import FilePlan, build_file, keys_of_file
from cogov.viz.screen.year_numbers import year_numbers

CASE = replace(read_case("wuzi_yard"), days=300)
NAMES = ["building_captains", "grid_patrol", "whistle"]
SIZES = [
    (1366, 650),
    *(pytest.param(size, marks=pytest.mark.slow) for size in ((1440, 900), (820, 1180), (390, 844))),
]
SHADOW = "document.querySelector('#cogov').shadowRoot"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Write a file of a short year with four arms; return its address."""
    path = tmp_path_factory.mktemp("yard") / "yard.html"
    text = build_file(FilePlan(CASE, keys_of_file(CASE, NAMES), 0, 6, 12), "en", workers=0)
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


def open_file(browser, address, size=(1440, 900), more="", calm=True):
    """Open the file; `page.wrong` keeps requests and errors. `calm`: motion is unwelcome; nothing plays."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce" if calm else "no-preference"
    )
    page.wrong = []
    page.on(
        "request",
        lambda r: page.wrong.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None,
    )
    page.on("pageerror", lambda e: page.wrong.append(str(e)))
    page.on("console", lambda m: page.wrong.append(m.text) if m.type in ("error", "warning") else None)
    page.set_default_timeout(15_000)
    page.goto(address + more)
    page.wait_for_selector("#headline:not(.waits)")
    return page


@pytest.fixture(scope="module")
def shared(browser, address):
    """Return a page that several tests look at, and leave as it was."""
    return open_file(browser, address)


@pytest.fixture
def page(browser, address):
    """Return a fresh page."""
    opened = open_file(browser, address)
    yield opened
    opened.close()


def numbers(page):
    """Return the numbers of the headline."""
    return [int(text) for text in page.locator("#headline b").all_inner_texts()]


def test_the_file_needs_nothing_and_says_the_finding(shared):
    assert shared.wrong == [] and "[object" not in shared.evaluate(f"{SHADOW}.innerHTML")
    assert re.search(
        r"building captains.*\d+ of 100 problems are solved within a month", shared.inner_text("#headline")
    )
    assert "6 simulated years that differ by luck alone" in shared.inner_text("#doubt-words")
    assert "12 plausible worlds" in shared.inner_text("#doubt-words")


def test_the_headline_has_the_means_of_the_runs(shared):
    films = json.loads(shared.locator("#films").text_content())["wuzi_yard"]["runs"]
    mean = {key: sum(run["resolution_rate"] for run in runs["luck"]) / 6 for key, runs in films.items()}
    assert numbers(shared) == [round(100 * mean["building_captains"]), round(100 * mean[""])]


@pytest.mark.parametrize("size", SIZES)
def test_the_finding_and_play_are_seen_without_scrolling(browser, address, size):
    page = open_file(browser, address, size)
    for css in ("#headline", "#play", ".pane.a canvas"):
        box = page.locator(css).bounding_box()
        assert box and box["y"] >= 0 and box["y"] + min(box["height"], 100) <= size[1], css
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.close()


@pytest.mark.parametrize("size", [(844, 390), (390, 420)])
def test_a_window_as_low_as_a_phone_on_its_side_shows_the_place(browser, address, size):
    page = open_file(browser, address, size)
    page.set_viewport_size({"width": size[0] + 20, "height": size[1] - 10})
    page.wait_for_timeout(300)
    assert page.wrong == []
    page.close()


@pytest.mark.slow
def test_something_moves_without_a_click(browser, address):
    page = open_file(browser, address, calm=False)
    before = page.inner_text(".date")
    page.wait_for_function(
        f"before => {SHADOW}.querySelector('.date').innerText !== before",
        arg=before,
    )
    page.click("#play")
    stopped = page.inner_text(".date")
    page.wait_for_timeout(400)
    assert page.inner_text(".date") == stopped
    page.close()


def test_another_mechanism_changes_headline_panes_and_address(page):
    before = page.inner_text("#headline")
    page.click("#open-tray")
    page.click('.chip[data-name="grid_patrol"]')
    page.wait_for_function(
        f"before => {SHADOW}.querySelector('#headline').innerText !== before",
        arg=before,
    )
    assert "a grid patrol" in page.inner_text("#headline")
    assert "With a grid patrol" in page.inner_text(".pane.b .plate")
    assert "grid_patrol" in page.evaluate("location.hash")
    page.go_back()
    page.wait_for_function(
        f"before => {SHADOW}.querySelector('#headline').innerText === before",
        arg=before,
    )
    page.reload()
    page.wait_for_selector("#headline:not(.waits)")
    assert page.inner_text("#headline") == before and page.wrong == []


@pytest.mark.slow
def test_mechanisms_that_the_file_does_not_hold_cannot_be_chosen(page):
    page.click("#open-tray")
    assert page.locator('.chip[data-name="joint_council"]').is_disabled()
    assert not page.locator('.chip[data-name="whistle"]').is_disabled()


@pytest.mark.slow
def test_the_left_side_can_be_changed_and_neither_stays_on_show(page):
    page.click("#open-tray")
    page.click('[data-side="0"]')
    page.click('.chip[data-name="whistle"]')
    page.wait_for_selector(".doubt path.neither", state="attached")
    assert "With the whistle" in page.inner_text("#headline")
    assert page.locator(".track .line.neither").count() == 1
    assert "Building captains, against the whistle" in page.inner_text("#open-tray")


def test_the_same_place_stands_on_both_sides_where_nothing_differs(page):
    page.click("#open-tray")
    page.click('.chip[data-name=""]')
    page.wait_for_function(f"{SHADOW}.querySelector('.pane.b .plate').innerText.includes('no mechanism')")
    for day in (30, 90, 149):
        page.evaluate("day => window.cogovScreen.go(day)", day)
        a, b = (page.locator(f".pane.{side} .plate p").inner_text() for side in "ab")
        assert a == b
    assert numbers(page)[0] == numbers(page)[1]


def test_a_click_on_the_face_opens_the_two_lives_of_its_home(page):
    page.click(".pane.a .tell")
    sheet = page.locator("#sheet")
    assert "The same problems, in two lives" in sheet.inner_text()
    assert sheet.locator("details ol.a").count() == sheet.locator("details ol.b").count() > 0
    first = page.locator("#sheet h3").inner_text()
    page.click("#sheet .another")
    assert page.locator("#sheet h3").inner_text() != first
    page.keyboard.press("Escape")
    assert sheet.is_hidden()


def test_the_home_that_is_followed_is_the_one_in_the_middle(page):
    chosen = page.evaluate(
        """() => { const s = window.cogovScreen, change = s.gains.change;
        return { home: s.home, change: change[s.home], all: Array.from(s.candidates, (f) => change[f]) }; }"""
    )
    assert len(chosen["all"]) > 5
    assert sorted(chosen["all"])[(len(chosen["all"]) - 1) // 2] == chosen["change"]


def test_every_number_says_how_to_reproduce_it(page):
    commands = page.locator(".number code").all_text_contents()
    assert len(commands) == 4 and all("--replicates 6 --worlds 12" in command for command in commands)
    assert commands[0].startswith(
        "cogov compare wuzi_yard --mechanism building_captains --off consent_campaign"
    )
    kinds = {
        card.get_attribute("data-card"): card.locator("code").all_text_contents()
        for card in page.locator("article.card").all()
    }
    assert all(kinds[name] == commands[:1] for name in ("reported", "hours"))
    year = "cogov year wuzi_yard --left '' --right 'building_captains' --days 300 --seed 0"
    assert all(kinds[name] == [year] for name in ("sooner", "trust", "gains"))


@pytest.mark.parametrize("right", ["building_captains", "grid_patrol"])
def test_the_command_prints_the_numbers_of_the_year_on_show(browser, address, right):
    page = open_file(browser, address, more=f"#{quote(json.dumps({'b': right}))}")
    numbers = year_numbers(CASE, "", right)
    titles = {
        name: [int(n) for n in re.findall(r"\d+", page.locator(f'[data-card="{name}"] h3').inner_text())]
        for name in ("sooner", "trust", "gains")
    }
    is_gain = "live with fewer problems" in page.locator('[data-card="gains"] h3').inner_text()
    page.close()
    half = [days for days in reversed(numbers.half_days) if days is not None]
    assert titles["sooner"][: len(half)] == half
    difference = numbers.trust[1] - numbers.trust[0]
    assert titles["trust"] == ([abs(difference)] if difference else [])
    _, fewer, more = numbers.homes["everybody"]
    assert titles["gains"] == [max(fewer, more), 100, min(fewer, more)] and is_gain == (fewer >= more)


@pytest.mark.parametrize("kind", ["CSV", *(pytest.param(k, marks=pytest.mark.slow) for k in ("SVG", "PNG"))])
def test_an_export_names_the_case_the_sides_the_seed_and_the_version(page, kind):
    with page.expect_download() as download:
        page.locator('[data-card="sooner"] .exports button', has_text=kind).click()
    name = download.value.suggested_filename
    assert name == f"wuzi_yard_none_building_captains_seed0_sooner.{kind.lower()}"
    raw = open(download.value.path(), "rb").read()
    if kind == "PNG":
        assert raw.startswith(b"\x89PNG") and len(raw) > 5000
    else:
        text = raw.decode("utf-8-sig")
        for part in ("Wuzi yard", "No mechanism", "Building captains", "seed", "cogov "):
            assert part in text, part


def test_it_speaks_chinese_too(page):
    page.click("#language")
    assert "一个月内办结" in page.inner_text("#headline") and "楼长" in page.inner_text("#open-tray")
    assert page.locator(".screen").get_attribute("lang") == "zh-CN"
    text = page.evaluate(f"{SHADOW}.querySelector('.hero').innerText")
    assert not re.search(r"[A-Za-z]{4,}", re.sub(r"cogov|English", "", text)), text


@pytest.mark.slow
def test_it_is_used_by_keyboard_alone(page):
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate(f"{SHADOW}.activeElement?.id") == "play":
            break
    else:
        raise AssertionError("Play is not within ten stops")
    page.focus(".scrub")
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    assert page.locator(".scrub").get_attribute("aria-valuenow") == "30"
    page.focus(".pane.a canvas")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator("#sheet").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#sheet").is_hidden()


@pytest.mark.slow
def test_on_a_phone_one_town_has_a_divider(browser, address):
    page = open_file(browser, address, (390, 844))
    wipe = page.locator(".wipe")
    assert wipe.is_visible()
    wipe.focus()
    page.keyboard.press("ArrowRight")
    assert wipe.get_attribute("aria-valuenow") == "55"
    page.click("#open-tray")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("light", ["dusk", "day", "night"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_no_rule_of_accessibility_is_broken(browser, address, size, light):
    page = open_file(browser, address, size)
    page.evaluate("light => window.cogovScreen.setLight(light)", light)
    for opener in ("", "#open-tray", "#open-more", ".pane.a .tell"):
        if opener:
            page.locator(opener).click(force=True)
            page.wait_for_timeout(400)  # it slides
        found = Axe().run(page).response["violations"]
        assert [(rule["id"], [node["html"][:90] for node in rule["nodes"]]) for rule in found] == [], opener
        page.keyboard.press("Escape")
    page.close()


def test_what_a_case_is_called_is_shown_as_text(browser, tmp_path):
    markup = "<img src=x onerror=window.hit=1>&amp;"
    case = replace(CASE, short_title=markup, short_title_zh=markup, story=markup)
    path = tmp_path / "hostile.html"
    path.write_text(build_file(FilePlan(case, keys_of_file(case, NAMES[:1]), 0, 2, 10), workers=0), "utf-8")
    page = open_file(browser, path.as_uri())
    page.click("#open-more")
    page.click("[data-room=evidence]")
    assert page.inner_text(".places").startswith(markup) and markup in page.inner_text("#sheet")
    assert page.evaluate("window.hit") is None and page.wrong == []
    page.close()
