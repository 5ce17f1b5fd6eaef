"""The town in a real browser: its counts, its marks, and control by mouse and keys.

Nothing is fetched but the town itself.
"""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest

import cogov
from cogov.experiments.comparison.compare import arms_of
from cogov.experiments.narrative.recording import pack_recording, record_year
from cogov.model.issues import issue_table as of
from cogov.viz.i18n.words import town as words_of
from cogov.viz.page.town_widget import SCRIPTS, Town, script

WORDS = words_of("en")
ROOT = Path(cogov.__file__).parent
STATIC = ROOT / "viz" / "page" / "static"
DAYS = 150
PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
<link rel="stylesheet" href="town.css">
<body style="margin:0"><div id="here"></div><script type="module">
import town from "./town.js";
const state = STATE, heard = {}, \
bytes = async (name) => new DataView(await (await fetch(name)).arrayBuffer());
state.left = await bytes("left"); state.right = await bytes("right");
window.model = {  // as much of an anywidget model as a view uses
  get: (name) => state[name], save_changes() {}, on(name, does) { (heard[name] ??= []).push(does); }, \
off() {},
  set(name, value) { if (state[name] !== value) { state[name] = value; \
(heard[`change:${name}`] ?? []).forEach((does) => does()); } },
};
town.render({ model, el: document.querySelector("#here") });
window.root = document.querySelector(".cogov-town");
</script>"""


@pytest.fixture(scope="module")
def recordings():
    """Return a small yard without and with building captains."""
    return [
        record_year(arm, 3)
        for arm in arms_of(
            cogov.read_case("wuzi_yard"), ("building_captains",), on=(), off=(), settings=(), days=DAYS
        )
    ]


@pytest.fixture
def show_town(browser):
    """Open a town of one or two recordings; any error on the page fails the test at its end."""
    wrong, contexts = [], []

    def opened(left, right=b"", size=(1280, 900), **state):
        context = browser.new_context(viewport=dict(zip(("width", "height"), size)))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.route(
            "**/*",
            lambda route: serve_file(
                route, {"left": left, "right": right, "": _page(state), "town.js": script()}
            ),
        )
        page.goto("http://town.test/")
        page.wait_for_function("window.root?.dataset.day !== undefined" if left else "window.root")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def _page(state):
    state = {
        "words": WORDS,
        "titles": ["without", "with"],
        "layer": "",
        "families": [],
        "day": 0,
        "playing": False,
        "speed": 7,
        "picked": {},
    } | state
    return PAGE.replace("STATE", json.dumps(state)).encode()


def serve_file(route, ours):
    name = route.request.url.rpartition("/")[2]
    kind = {"town.js": "text/javascript", "town.css": "text/css", "": "text/html"}.get(
        name, "application/octet-stream"
    )
    route.fulfill(
        body=ours[name] if name in ours else (STATIC / name).read_bytes(), content_type=kind
    ) if name != "favicon.ico" else route.fulfill(status=204)


def test_every_file_of_the_town_is_joined_once():
    assert sorted(f"{name}.js" for name in SCRIPTS) == sorted(
        path.name for path in (STATIC / "town").iterdir()
    )


def states_at(film, day):
    """Return the (issues,) states at a day; -1 before an issue arose."""
    a = film.arrays
    last = [
        np.searchsorted(a["event_day"][i:j], day, "right") + i - 1
        for i, j in zip(a["issue_first"][:-1], a["issue_first"][1:])
    ]
    return np.array(
        [a["event_state"][e] if e >= i else -1 for e, i in zip(last, a["issue_first"][:-1])]
    ).astype(int)


def count_states(film, day):
    now = states_at(film, day)
    return {
        "open": np.sum((now >= 0) & (now < of.RESOLVED)),
        "unknown": np.sum(now == of.UNKNOWN),
        "resolved": np.sum((now == of.RESOLVED) | (now == of.VERIFIED)),
    }


def settled_days(film, day):
    """Return the day since which each issue settled at `day` has been settled: id -> day."""
    a, now = film.arrays, states_at(film, day)
    events = [
        a["event_day"][i:j][(a["event_state"][i:j] == of.RESOLVED) & (a["event_day"][i:j] <= day)]
        for i, j in zip(a["issue_first"][:-1], a["issue_first"][1:])
    ]
    return {
        id_: int(when[-1])
        for id_, when, state in zip(a["issue_id"], events, now)
        if state in (of.RESOLVED, of.VERIFIED)
    }


def read_panes(page):
    """Return what each pane says of itself, once it has drawn the day of the model."""
    page.wait_for_function("root.dataset.day == model.get('day')")
    return [
        {k: int(v) for k, v in told.items()}
        for told in page.evaluate(
            "[...root.querySelectorAll('.cogov-pane')].map((pane) => ({...pane.dataset}))"
        )
    ]


def go_to_day(page, day):
    page.evaluate("(day) => model.set('day', day)", day)
    return read_panes(page)


def test_it_counts_what_the_recording_says(recordings, show_town):
    """Forward and back, by jumps and by steps."""
    page = show_town(*map(pack_recording, recordings))
    for day in (0, 1, 30, 31, 90, DAYS, 60, 59, 61):
        for pane, film in zip(go_to_day(page, day), recordings):
            assert {"day": day, **count_states(film, day)} == {
                k: pane[k] for k in ("day", "open", "unknown", "resolved")
            }
            assert (
                pane["open"] == film.arrays["day_open"][day]
                and pane["resolved"] == film.arrays["day_resolved"][day]
            )


def test_what_is_equal_has_no_mark_and_what_differs_has(recordings, show_town):
    left, right = map(pack_recording, recordings)
    same = show_town(left, left)
    assert [pane["differences"] for day in range(0, DAYS + 1, 10) for pane in go_to_day(same, day)] == [0] * (
        2 * len(range(0, DAYS + 1, 10))
    )
    page, day = show_town(left, right), DAYS - 10
    go_to_day(page, day)
    here, there = (dict(zip(film.arrays["issue_id"], states_at(film, day))) for film in recordings)
    is_open, settled = (
        (lambda state: 0 <= state < of.RESOLVED),
        (lambda state: state in (of.RESOLVED, of.VERIFIED)),
    )
    expected = {
        "behind": {i for i, s in here.items() if is_open(s) and settled(there.get(i, -1))},
        "only": {i for i, s in here.items() if is_open(s) and i not in there},
    }
    marks = page.evaluate("root.cogovTown.marks(0)")
    for difference, ids in expected.items():
        assert {
            recordings[0].arrays["issue_id"][m["i"]] for m in marks if m["difference"] == difference
        } == ids
    assert expected["behind"], "this seed shows nothing; take another"
    assert {recordings[0].arrays["issue_id"][m["i"]] for m in marks if m["difference"] == "sooner"} >= {
        i for i, s in here.items() if settled(s) and is_open(there.get(i, -1))
    }
    seen = {"sooner": 0, "later": 0}
    for day in range(20, DAYS, 5):
        go_to_day(page, day)
        days = [settled_days(film, day) for film in recordings]
        for id_, sign in (
            (recordings[0].arrays["issue_id"][m["i"]], m["difference"])
            for m in page.evaluate("root.cogovTown.marks(0)")
        ):
            if sign in seen:
                assert (sign == "sooner") == (days[0][id_] < days[1].get(id_, DAYS)) and days[0][id_] != days[
                    1
                ].get(id_)
                seen[sign] += 1
    assert all(seen.values()), "this seed shows nothing; take another"


def test_hands_and_keys_move_it(recordings, show_town):
    page = show_town(*map(pack_recording, recordings), speed=30)
    town, day = page.locator(".cogov-map").first, lambda: page.evaluate("model.get('day')")
    town.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert day() == 2
    page.keyboard.press("Space")
    page.wait_for_function("root.dataset.day > 10")
    assert page.get_by_role("button", name="Pause").is_visible()
    page.keyboard.press("Space")
    assert page.evaluate("model.get('playing')") is False and day() >= 10
    page.get_by_role("button", name="One day forward").click()
    page.get_by_role("button", name="days per second: 30").click()
    assert page.evaluate("model.get('speed')") == 30
    line = page.get_by_role("slider")
    box = line.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    assert abs(day() - DAYS / 2) < 3
    line.press("ArrowRight")
    assert abs(day() - DAYS / 2) < 4 and read_panes(page)
    page.wait_for_timeout(600)
    assert f"Day {day()} of {DAYS}" in page.locator("[aria-live]").text_content()
    still = page.evaluate("root.cogovTown.measure().frames")
    page.wait_for_timeout(300)
    assert page.evaluate("root.cogovTown.measure().frames") == still, "it draws though nothing moves"


def test_played_to_the_end_it_stops(recordings, show_town):
    page = show_town(pack_recording(recordings[0]), day=DAYS - 6, speed=30)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"root.dataset.day == {DAYS} && !model.get('playing')")
    assert read_panes(page)[0]["open"] == count_states(recordings[0], DAYS)["open"]


def test_a_click_on_a_lit_flat_picks_its_issue(recordings, show_town):
    """Also from nearer, and the building where there is no light."""
    page, film = show_town(*map(pack_recording, recordings), day=100), recordings[0].arrays
    now, flats = states_at(recordings[0], 100), film["issue_flat"]
    lit = next(
        i
        for i in np.flatnonzero((flats >= 0) & (now >= 0) & (now < of.RESOLVED))
        if np.sum((flats == flats[i]) & (now >= 0) & (now < of.RESOLVED)) == 1
    )
    for zoom in (0, 4):
        at = page.evaluate("(i) => root.cogovTown.where(0, i)", int(lit))
        page.mouse.move(at["x"], at["y"])
        for _ in range(zoom):
            page.mouse.wheel(0, -100)
        page.wait_for_timeout(100)
        at = page.evaluate("(i) => root.cogovTown.where(0, i)", int(lit))
        page.mouse.click(at["x"], at["y"])
        picked = page.evaluate("model.get('picked')")
        assert (picked["arm"], picked["kind"], picked["issue"], picked["flat"], picked["building"]) == (
            0,
            "issue",
            lit,
            flats[lit],
            film["issue_building"][lit],
        )
        assert str(int(film["issue_id"][lit])) in picked["ids"] and len(picked["ids"]) == np.sum(
            (flats == flats[lit]) & (now >= 0)
        )
    assert (
        WORDS[f"category.{recordings[0].header['categories'][film['issue_category'][lit]]}"]
        in page.locator(".cogov-tip").text_content()
        or zoom
    )
    page.keyboard.press("0")
    page.locator(".cogov-map").last.focus()
    for _ in range(
        len(film["building_x"])
    ):  # on to the next one, until there is one without a mark in its middle
        page.keyboard.press("]")
        page.keyboard.press("Enter")
        if page.evaluate("model.get('picked')")["kind"] == "building":
            break
    assert (
        page.evaluate("model.get('picked')")["kind"] == "building"
        and page.evaluate("model.get('picked')")["arm"] == 1
    )


@pytest.mark.parametrize(
    "size",
    [(390, 844), *(pytest.param(size, marks=pytest.mark.slow) for size in ((1280, 800), (1920, 1080)))],
    ids=str,
)
def test_it_fits_phones_and_walls(recordings, show_town, size):
    """Nothing sticks out; one town, two, or none yet; with every layer, and with some families dimmed."""
    left, right = map(pack_recording, recordings)
    page = show_town(left, right, size, day=50)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tops = page.evaluate("[...document.querySelectorAll('.cogov-pane')].map((pane) => pane.offsetTop)")
    assert (tops[0] == tops[1]) == (size[0] >= 740)
    for layer in ("unknown", *recordings[0].header["layers"]):
        page.evaluate("(layer) => model.set('layer', layer)", layer)
    page.evaluate("model.set('families', ['care'])")
    page.evaluate("model.set('right', new DataView(new ArrayBuffer(0)))")
    page.wait_for_function("document.querySelectorAll('.cogov-pane')[1].hidden")
    show_town(b"").get_by_text(WORDS["empty"]).first.wait_for()


WRITTEN = """(words) => { const texts = [], write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (...all) { texts.push(all); write.apply(this, all); };
model.set("words", {...model.get("words"), ...words});
return new Promise((done) => setTimeout(() => done(texts), 300)) }"""


def test_a_long_name_is_shortened_in_the_middle_and_keeps_its_number(recordings, show_town):
    page = show_town(*map(pack_recording, recordings), (390, 844))
    name = "the old yards behind the railway station and the market 12"
    texts = [text for text, *_ in page.evaluate(WRITTEN, {"compound.wuzi yard": name})]
    short = [text for text in texts if text.endswith("12") and text != name and not text.startswith("day")]
    assert short and all(text.startswith("the old") and "…12" in text for text in short)


def test_the_time_line_says_what_day_it_is_and_writes_on_no_curve(recordings, show_town):
    page = show_town(*map(pack_recording, recordings))
    texts = {text: (x, y) for text, x, y in page.evaluate(WRITTEN, {"open": "open"})}
    assert {"day 0", "day 30", "day 90"} <= set(texts) and texts["day 30"][0] > texts["day 0"][0]
    (most,) = (text for text in texts if text.endswith(" open"))
    assert int(most.split()[0]) == max(film.arrays["day_open"].max() for film in recordings)
    assert texts[most][1] <= 11  # px from the top; the highest point of a curve is 15 below it


def test_what_is_on_is_listed_behind_a_button_where_it_is_more_than_one(recordings, show_town):
    one, two = (
        pack_recording(replace(film, header={**film.header, "on": on}))
        for film, on in zip(recordings, (["whistle"], ["whistle", "grid_patrol"]))
    )
    page = show_town(one, two)
    more = page.locator(".cogov-more")
    assert [button.is_visible() for button in more.all()] == [False, True]
    assert page.locator(".cogov-on").last.is_hidden()
    more.last.click()
    items = page.locator(".cogov-on").last.locator("li").all_inner_texts()
    assert items == [WORDS["mechanism.whistle"], WORDS["mechanism.grid_patrol"]]
    assert more.last.get_attribute("aria-expanded") == "true"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_spoken_has_one_full_stop_after_each_sentence(recordings, show_town, lang):
    titles = ["A: x", "B: y"] if lang == "en" else ["A侧：无", "B侧：有"]
    page = show_town(*map(pack_recording, recordings), words=words_of(lang), titles=titles)
    page.evaluate("model.set('day', 60)")
    page.wait_for_timeout(900)
    told = page.locator(".cogov-spoken").text_content()
    assert ("Day 60 of 150. A: x: " if lang == "en" else "第60天，共150天。A侧：无：") in told
    assert ".." not in told and "。。" not in told and "。." not in told and told[-1] in ".。"


def test_words_that_are_missing_are_said_in_english():
    town = Town(words={"play": "播放"})
    assert town.words["play"] == "播放" and town.words["pause"] == WORDS["pause"]
    with pytest.raises(Exception, match="no layer is called 'trust'"):
        town.layer = "trust"


@pytest.mark.slow
def test_a_real_server_shows_it(browser):
    """Bytes reach the browser through Solara, and what is picked comes back; no other host is contacted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "PYTHONPATH": str(ROOT.parent),
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "HOST": "127.0.0.1",
    }
    command = [
        sys.executable,
        "-m",
        "solara",
        "run",
        str(ROOT / "tests" / "viz" / "pages" / "town_page.py"),
        "--production",
        "--no-check-version",
        "--no-open",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        page, wrong = browser.new_page(viewport={"width": 1280, "height": 900}), []
        page.on(
            "request",
            lambda request: (
                wrong.append(request.url)
                if f"127.0.0.1:{port}" not in request.url and not request.url.startswith(("data:", "blob:"))
                else None
            ),
        )
        page.on("requestfailed", lambda request: wrong.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector(".cogov-town[data-day='40']", timeout=60_000)
        town = page.locator(".cogov-map").first
        town.focus()
        page.keyboard.press("]")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "/^picked (building|issue) \\['/.test(document.querySelector('.picked')?.textContent)"
        )
        page.keyboard.press("Space")
        days = []
        while not days or (days[-1] < 60 and len(days) < 100):
            days.append(int(page.locator(".cogov-town").get_attribute("data-day")))
            page.wait_for_timeout(60)
        assert days == sorted(days) and days[-1] == 60, (
            "what Python hears of the day comes back and disturbs it"
        )
        page.wait_for_function("document.querySelector('.picked').textContent.endsWith('day 60')")
        assert wrong == []
    finally:
        server.terminate()
        server.wait(20)


def wait_for(url):
    for _ in range(120):
        try:
            return urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{url} does not answer")
