"""The first screen as `cogov serve` serves it: any arm, one's own community, other rooms, Back, two tabs."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_page import PATIENCE, address  # noqa: F401  a fixture: a server of wuzi_yard

pytestmark = pytest.mark.slow
HEADLINE = "window.cogovScreen.find('#headline')"


def open_page(browser, where, luck=20):
    """Open the first screen, with so many years of luck; `page.wrong` keeps what went wrong."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("response", lambda answer: page.wrong.append(answer.url) if answer.status >= 400 else None)
    page.on("console", lambda told: page.wrong.append(told.text) if told.type == "error" else None)
    page.set_default_timeout(PATIENCE)
    page.goto(where)
    page.wait_for_selector("#headline:not(.waits)")
    page.wait_for_function("window.cogovScreen.host.can.anyArm")  # the session has taken over
    if luck == 20:
        page.wait_for_function(
            "!window.cogovScreen.looking && window.cogovScreen.answers.every((a) => a.worlds.length === 40)"
        )
    return page


@pytest.fixture
def page(browser, address):  # noqa: F811
    """Return a fresh visit."""
    opened = open_page(browser, address)
    yield opened
    assert opened.wrong == []
    opened.context.close()


def wait_for_finding(page, words):
    """Wait until the headline holds some words, and its answer is not an early one."""
    page.wait_for_function(
        f"words => {HEADLINE}.innerText.includes(words) && !{HEADLINE}.classList.contains('waits')", arg=words
    )


def choose(page, name):
    """Choose a mechanism in the tray."""
    if not page.locator("#tray").is_visible():
        page.click("#open-tray")
    page.click(f'.chip[data-name="{name}"]')


def test_any_mechanism_can_be_chosen_and_back_leads_to_the_one_before(page):
    before = page.inner_text("#headline")
    choose(page, "grid_patrol")
    wait_for_finding(page, "a grid patrol")
    page.wait_for_function("location.search.includes('grid_patrol')")
    page.keyboard.press("Escape")
    page.go_back()
    wait_for_finding(page, "building captains")
    page.wait_for_function(f"before => {HEADLINE}.innerText === before", arg=before)
    page.go_forward()
    wait_for_finding(page, "a grid patrol")
    page.reload()
    page.wait_for_function("window.cogovScreen?.host.can.anyArm")
    wait_for_finding(page, "a grid patrol")


def test_several_work_together_and_each_as_strongly_as_one_likes(page):
    choose(page, "grid_patrol")
    page.check("#combine")
    choose(page, "joint_council")
    wait_for_finding(page, "a grid patrol and a joint council")
    page.locator(".chip[data-name='grid_patrol']").focus()
    slider = page.locator(".strength input")
    slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search.includes('strength%3D0.5')")
    page.wait_for_selector(
        ".number code:has-text('--set mechanisms.grid_patrol.strength=0.5')", state="attached"
    )


def test_the_end_of_a_bar_is_dragged_and_the_year_is_run_again(page):
    open_before = page.evaluate("Array.from(window.cogovScreen.years[1].open)")
    page.locator('.grip[data-end="first_day"]').focus()
    for _ in range(4):
        page.keyboard.press("PageUp")
        page.wait_for_function("!('busy' in window.cogovScreen.root.dataset)")
    page.wait_for_function("location.search.includes('first_day%3D120')")
    wait_for_finding(page, "building captains for part of the time")
    after = page.evaluate("Array.from(window.cogovScreen.years[1].open)")
    without = page.evaluate("Array.from(window.cogovScreen.years[0].open)")
    assert after[:120] == without[:120] and after != without and after != open_before


def test_from_a_community_of_ones_own_to_a_ranking_in_twelve_steps(page):
    steps = [
        lambda: page.click("#open-more"),
        lambda: page.click("[data-room=community]"),
        *(
            lambda name=name, text=text: page.locator(f'#form input[id$="-{name}"]').first.fill(text)
            for name, text in {
                "name": "Willow Court",
                "buildings": "6",
                "floors": "6",
                "stairwells": "2",
                "residents": "350",
            }.items()
        ),
        lambda: page.locator("#form button", has_text="Use this community").click(),
        lambda: page.click("#open-tray"),
        lambda: page.click(".rank"),
    ]
    for step in steps:
        step()
        page.wait_for_timeout(500)
    page.wait_for_function("window.cogovScreen.root.querySelectorAll('.ranking em').length === 24")
    page.wait_for_function(
        "[...window.cogovScreen.root.querySelectorAll('.ranking em')].every((e) => e.textContent)",
        timeout=3 * PATIENCE,
    )
    assert len(steps) <= 12 and "Willow Court" in page.inner_text(".places")
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_function("window.cogovScreen?.placeName() === 'Willow Court'")


def test_the_form_says_beside_its_field_what_contradicts_another(page):
    page.click("#open-more")
    page.click("[data-room=community]")
    for name, text in {"buildings": "6", "residents": "300", "households": "900"}.items():
        page.locator(f'#form input[id$="-{name}"]').first.fill(text)
    page.wait_for_selector(".cf-problem:has-text('900')")
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []


def test_from_a_story_to_an_export_in_six_steps(page):
    page.click(".pane.a .tell")
    assert page.locator("#sheet details").count() > 0
    page.keyboard.press("Escape")
    page.locator('[data-card="sooner"]').scroll_into_view_if_needed()
    with page.expect_download() as kept:
        page.locator('[data-card="sooner"] .exports button', has_text="PNG").click()
    assert kept.value.suggested_filename.startswith("wuzi_yard_none_building_captains")


def test_why_is_answered_in_plausible_worlds(page):
    page.locator(".ask-why").scroll_into_view_if_needed()
    page.click(".ask-why")
    page.wait_for_function(
        "window.cogovScreen.root.querySelector('[data-card=why] h3').innerText.includes('work most by this')",
        timeout=3 * PATIENCE,
    )
    assert "plausible worlds" in page.inner_text('[data-card="why"]')


def test_the_other_rooms_have_what_was_on_show_and_lead_back(page):
    choose(page, "grid_patrol")
    wait_for_finding(page, "a grid patrol")
    page.keyboard.press("Escape")
    page.click("#open-more")
    page.click("[data-room=researchers]")
    page.wait_for_selector(".co-verdict")
    assert "Grid patrol" in page.inner_text(".cogov-town")
    page.go_back()
    wait_for_finding(page, "a grid patrol")


def test_two_tabs_do_not_see_each_other(browser, address, page):  # noqa: F811
    other = open_page(browser, address)
    choose(page, "whistle")
    wait_for_finding(page, "the whistle")
    assert "building captains" in other.inner_text("#headline") and other.wrong == []
    other.context.close()


def test_an_address_that_nobody_wrote_shows_the_first_community(browser, address):  # noqa: F811
    for view in (
        '{"b":"nothing+such"}',
        "[1",
        '{"place":"nowhere","day":"x"}',
        '{"a":"<img src=x onerror=alert(1)>"}',
        '{"lang":"fr","seed":-5,"home":99999}',
        "[" * 3000,
    ):
        page = open_page(browser, f"{address}/?room=compare&view={view}")
        assert "building captains" in page.inner_text("#headline") and page.wrong == [], view
        page.context.close()


def test_questions_that_no_page_asks_are_answered_in_words(page):
    ask = "question => window.cogovScreen.host.ask(question).then(() => 'answered', (error) => error.message)"
    for question, words in (
        ({"kind": "year", "place": "nowhere", "key": "", "seed": 0}, "does not have"),
        ({"kind": "year", "place": "wuzi_yard", "key": "nothing", "seed": 0}, "not a mechanism"),
        ({"kind": "year", "place": "wuzi_yard", "key": "", "seed": -1}, "does not have"),
        ({"kind": "own", "toml": "x" * 300_000}, "does not have"),
        ({"kind": "own", "toml": "name = 3"}, "name"),
        ({"kind": "form", "request": 7}, "does not have"),
    ):
        assert words in page.evaluate(ask, question), json.dumps(question)[:80]
    assert re.search("building captains", page.inner_text("#headline"))


def test_all_of_it_is_printed(page):
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf()))
    assert 2 <= pages <= 4


def test_when_the_server_is_gone_the_page_says_so_in_its_own_words(browser):
    from cogov.bench.page.page_visitors import start_server

    with start_server("wuzi_yard") as server:
        page = open_page(browser, server.address)
        where = page.url
    page.wait_for_selector(".cogov-gone")
    assert "服务器没有回应" in page.inner_text(".cogov-gone") and "Solara" not in page.inner_text("body")
    assert "building_captains" in where
    page.context.close()


def test_what_is_on_show_is_saved_as_one_file(page, browser, tmp_path):
    choose(page, "whistle")
    wait_for_finding(page, "the whistle")
    page.keyboard.press("Escape")
    page.wait_for_function("window.cogovScreen.answers.every((a) => a.worlds.length === 40)")
    page.click("#open-more")
    with page.expect_download() as kept:
        page.click(".file")
    assert kept.value.suggested_filename == "wuzi_yard_none_whistle_seed0.html"
    path = tmp_path / "kept.html"
    kept.value.save_as(path)
    asked = []
    opened = browser.new_page(reduced_motion="reduce")
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(path.as_uri())
    opened.wait_for_selector("#headline:not(.waits)")
    assert opened.inner_text("#headline") == page.inner_text("#headline")
    assert [where for where in asked if not where.startswith("file:")] == []
    curves = "window.cogovScreen.years.map((year) => Array.from(year.open))"
    assert opened.evaluate(curves) == page.evaluate(curves)
    opened.close()


def test_an_address_with_a_seed_and_a_home_elsewhere_shows_that_year(browser, address, page):  # noqa: F811
    view = '{"place":"shuian","b":"grid_patrol","seed":5,"home":900}'
    other = open_page(browser, f"{address}/?room=compare&view={view}", luck=1)
    other.wait_for_function("window.cogovScreen.placeShown === 'shuian' && window.cogovScreen.home === 900")
    first = other.evaluate("window.cogovScreen.reference.open[300]")
    same = '{"place":"shuian","b":"grid_patrol"}'
    plain = open_page(browser, f"{address}/?room=compare&view={same}", luck=1)
    plain.wait_for_function("window.cogovScreen.placeShown === 'shuian'")
    assert plain.evaluate("window.cogovScreen.reference.open[300]") != first
    before = other.evaluate("window.cogovScreen.work.frames")
    other.wait_for_function("before => window.cogovScreen.work.frames > before", arg=before)
    for visit in (other, plain):
        visit.context.close()


def test_the_form_keeps_what_was_typed_and_escape_closes_it(page):
    page.click("#open-more")
    page.click("[data-room=community]")
    page.locator('#form input[id$="-buildings"]').first.fill("9")
    page.keyboard.press("Escape")
    assert page.locator("#form").is_hidden()
    page.click("#open-more")
    page.click("[data-room=community]")
    assert page.locator('#form input[id$="-buildings"]').first.input_value() == "9"
