"""The room for researchers in a real browser: on a phone, on paper, by keyboard and screen reader.

Each test opens a visit of its own to one server, so all of them are slow.
"""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_page import PATIENCE, address  # noqa: F401  a fixture

pytestmark = pytest.mark.slow
SIDES = ("rgb(213, 94, 0)", "rgb(0, 114, 178)")  # colours of A and B


@pytest.fixture
def visit(browser, address):  # noqa: F811
    """Return a function that opens the room in a window of some size, and closes it at the end."""
    pages = []

    def opened(width=1400, height=1000, **more):
        page = browser.new_page(viewport={"width": width, "height": height}, **more)
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.goto(f"{address}/?room=researchers")
        page.wait_for_selector(".co-verdict")
        return page

    yield opened
    for page in pages:
        page.close()


def test_no_rule_of_accessibility_is_broken_by_what_is_ours(visit):
    page = visit()
    page.wait_for_selector(".cg-plot svg")
    for name in (".co-open-building_captains", ".co-numbers", ".co-source"):
        page.locator(name).click()
    page.locator("canvas").first.focus()
    page.keyboard.press("]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".co-people")
    page.locator(".cg-tools button").first.click()
    page.wait_for_selector(".co-worlds", timeout=4 * PATIENCE)  # nothing moves any more
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    assert [
        (rule["id"], node["target"], node["html"][:120])
        for rule in serious
        for node in rule["nodes"]
        if "v-select" not in str(page.evaluate(AROUND, node["target"][0]))
    ] == []
    sliders = page.locator(".cogov-chart [role=slider]")
    assert sliders.count() == 10
    names = ("aria-label", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext")
    assert all(one.get_attribute(name) for one in sliders.all() for name in names)
    boxes = page.locator(".co-mechanism input[type=checkbox]").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-label'))"
    )
    assert len(set(boxes)) == len(boxes) and "Grid patrol on side A" in boxes


AROUND = "(place) => document.querySelector(place).parentNode.parentNode.className"


def open_drawer(page):
    page.get_by_role("button", name="Open or close the settings").click()
    page.wait_for_selector(".v-navigation-drawer--open")
    page.wait_for_timeout(400)  # it slides


def test_on_a_phone_the_sidebar_leaves_a_way_out(visit):
    page = visit(390, 844)
    page.wait_for_selector(".co-close-drawer", state="attached")
    closed = "!document.querySelector('.v-navigation-drawer').classList.contains('v-navigation-drawer--open')"
    for way_out in (
        lambda: page.locator(".co-close-drawer").click(),
        lambda: page.keyboard.press("Escape"),
        lambda: page.mouse.click(380, 500),
    ):
        open_drawer(page)
        assert page.locator(".v-navigation-drawer").bounding_box()["width"] <= 0.85 * 390
        way_out()
        page.wait_for_function(closed)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def choose_file(page, name, content):
    with page.expect_file_chooser() as chosen:
        page.locator(".co-open-state").click()
    chosen.value.set_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def test_a_file_that_is_no_saved_state_is_refused_in_the_browser_and_a_good_one_opens_after_it(visit):
    page = visit()
    for name, content, said in (
        ("big.json", b"[" + b"1," * 1_500_000 + b"1]", "big.json has 2930 kB"),
        ("mine.toml", b"[community]", "this is a case file"),
        ("notes.txt", b"x", "its name must end in .json"),
    ):
        choose_file(page, name, content)
        page.wait_for_function(
            "said => document.querySelector('.co-wrong').innerText.includes(said)", arg=said
        )
    with page.expect_download() as kept:
        page.get_by_role("button", name="State of this page").click()
    state = json.loads(kept.value.path().read_text("utf-8"))
    for seed in (5, 6):  # a second file of the same name is opened, too
        choose_file(page, "mine.json", json.dumps({**state, "seed": seed}).encode())
        page.wait_for_selector(f"text=/In this run .random seed {seed}.:/")
    assert page.locator(".co-wrong").inner_text() == ""


def test_all_charts_are_printed_and_no_bars(visit):
    page = visit()
    page.wait_for_selector(".cg-plot svg")
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) >= 3
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollHeight") > 2500
    for name in (".v-app-bar", ".v-navigation-drawer", ".cogov-bar", ".cg-tools"):
        assert not page.locator(name).first.is_visible(), name
    for chart in page.locator(".cogov-chart svg[viewBox]").all():
        assert chart.is_visible()


def test_ticks_and_bars_have_the_colour_of_their_side(visit):
    page = visit()
    ticks = page.locator(".co-building_captains-0 .v-input--selection-controls__ripple")
    for side in range(2):
        box = page.locator(f".co-building_captains-{side}")
        if not box.locator("input").is_checked():
            ticks = box.locator(".v-input--selection-controls__ripple")
            ticks.click()
        page.mouse.move(5, 700)
        colour = "([name, colour]) => getComputedStyle(document.querySelector(name)).color === colour"
        page.wait_for_function(colour, arg=[f".co-building_captains-{side} .v-icon", SIDES[side]])
    bar = "name => getComputedStyle(document.querySelector(name).closest('.co-mechanism')).borderImageSource"
    both = f"linear-gradient({SIDES[0]}, {SIDES[1]})"  # a round trip later than the ticks
    page.wait_for_function(
        f"([name, both]) => ({bar})(name) === both", arg=[".co-open-building_captains", both]
    )
    assert page.evaluate(bar, ".co-open-chat_groups") == "none"


def test_results_of_settings_that_no_longer_hold_are_dimmed(visit):
    page = visit()
    assert page.locator(".co-stale").count() == 0
    page.evaluate("""() => { window.dimmed = 0; new MutationObserver(() => {
      window.dimmed = Math.max(window.dimmed, document.querySelectorAll('.co-stale .co-verdict').length);
    }).observe(document.body, {subtree: true, attributes: true, childList: true}) }""")
    page.locator(".co-grid_patrol-0 .v-input--selection-controls__ripple").click()
    page.wait_for_function("window.dimmed > 0")
    page.wait_for_function("!document.querySelector('.co-stale')")


def test_a_number_that_cannot_be_is_put_back(visit):
    page = visit()
    seed = page.locator("input[aria-label^='Random seed']")
    for wrong in ("-1", "many"):
        seed.fill(wrong)
        seed.press("Enter")
        page.wait_for_selector(f"text={wrong} is not a seed")
        page.wait_for_function("document.activeElement.value === '0'")
        seed.blur()
        assert page.locator(f"text={wrong} is not a seed").is_visible()
    seed.fill("3")
    seed.press("Enter")
    page.wait_for_selector("text=is not a seed", state="detached")
    page.wait_for_selector("text=/In this run .random seed 3.:/")


def test_charts_that_left_the_page_are_gone(visit):
    page = visit()
    page.wait_for_selector(".cg-plot svg")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def count_nodes():
        page.wait_for_timeout(2000)
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(one["value"] for one in metrics if one["name"] == "Nodes")

    nodes, case = [], page.locator(".co-choice-case")
    shown = """label => { const all = [...document.querySelectorAll('.cg-source')];
      return all.length === 10 && all.every((one) => one.innerText.startsWith(label)) }"""
    for n in range(6):
        label = ("Datianba", "Wuzi yard")[n % 2]
        case.select_option(label=label)
        page.wait_for_function(shown, arg=label, timeout=4 * PATIENCE)
        if n % 2:
            nodes.append(count_nodes())
    assert nodes[-1] < nodes[0] + 300, nodes
