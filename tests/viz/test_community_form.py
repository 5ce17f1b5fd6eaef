"""The form "My community" in a browser: each contradiction is beside its field, and nothing typed is lost."""

import json
import re
import tomllib
from pathlib import Path

import pytest

import cogov
from cogov.engine.texts import LANGUAGES, sections
from cogov.experiments.narrative.community_draft import FIELDS, describe_fields
from cogov.experiments.narrative.community_form import answer_form

STATIC = Path(cogov.__file__).parent / "viz" / "screen" / "static"
SCRIPT = STATIC / "community_form.js"
PLACE = STATIC / "footprints.js"
ROOM = Path(cogov.__file__).parent / "experiments" / "narrative"
SHEETS = "".join(
    (STATIC / f"{name}.css").read_text("utf-8")
    for name in ("tokens", "screen", "community_form", "site_plan")
)
HARNESS = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>form</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{sheets} body {{ margin: 0; }}</style>
<main class="screen"><div id="root"></div></main>
<script type="module">
import {{ openCommunityForm }} from "./community_form.js";
const calls = window.calls = {{ asked: 0, slow: [], gone: false, places: [], used: [], closed: 0 }};
window.form = openCommunityForm(document.querySelector("#root"), {{
  lang: "{lang}", words: {words}, fields: {fields},
  ask: async (request) => {{
    calls.asked += 1;
    if (calls.gone) throw new Error("gone");
    const slow = calls.slow.shift() ?? 0, answer = await window.askPython(request);
    if (slow) await new Promise((resolve) => setTimeout(resolve, slow));
    return JSON.parse(answer);
  }},
  preview: (place) => calls.places.push(place), use: (answer) => calls.used.push(answer),
  close: () => {{ calls.closed += 1; }},
}});
</script></html>"""


def test_the_form_has_words_for_all_it_says_and_no_others():
    scripts = SCRIPT.read_text("utf-8") + PLACE.read_text("utf-8")
    source = scripts + "".join(path.read_text("utf-8") for path in ROOM.glob("*.py"))
    composed = ("label.", "unit.", "hint.", "group.", "hidden.", "like.", "rule.", "yes", "no", "unknown")
    keys = sections("en")["community_form"]
    assert [key for key in keys if f'"{key}"' not in source and not key.startswith(composed)] == []
    said = re.findall(r'(?:phrase|button)\("([\w.]+)"', scripts)
    assert said and [key for key in said if key not in keys] == []
    groups = {field["group"] for field in describe_fields("en")}
    assert groups == set(
        re.findall(r'const GROUPS = \["(\w+)", "(\w+)", "(\w+)"\]', SCRIPT.read_text("utf-8"))[0]
    )


def test_the_style_sheet_has_no_colour_and_no_typeface_of_its_own():
    sheet, tokens = ((STATIC / f"{name}.css").read_text("utf-8") for name in ("community_form", "tokens"))
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", sheet)
    assert set(re.findall(r"var\((--[\w-]+)\)", sheet)) <= set(re.findall(r"(--[\w-]+):", tokens))


def open_form(browser, lang, width=1440, height=900):
    """Return a page with the form, whose questions Python answers."""
    page = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True).new_page()
    page.set_default_timeout(15_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    words = sections(lang)["community_form"]
    harness = HARNESS.format(
        lang=lang, sheets=SHEETS, words=json.dumps(words), fields=json.dumps(describe_fields(lang))
    )

    def answer(request):
        result = answer_form(request, lang)
        place = result.get("place")
        result["place"] = {name: column.tolist() for name, column in place.items()} if place else None
        return json.dumps(result)

    def serve(route):
        name = route.request.url.rpartition("/")[2]
        if name:
            route.fulfill(path=STATIC / name)
        else:
            route.fulfill(body=harness, content_type="text/html")

    page.expose_function("askPython", answer)
    page.route("http://form.test/*", serve)
    page.goto("http://form.test/")
    page.wait_for_timeout(100)
    assert page.errors == []
    page.wait_for_function("calls.places.length > 0")
    return page


def field(page, name):
    return page.locator(f'[data-field="{name}"]')


def enter(page, **values):
    """Type values into fields, and wait until the form has checked all of them."""
    for name, value in values.items():
        field(page, name).locator("input").fill(str(value))
    settle(page)


def settle(page):
    page.wait_for_timeout(300)
    page.wait_for_function("!document.querySelector('form').hasAttribute('aria-busy')")


def problem(page, name):
    """Return what stands beside a field, as a screen reader finds it."""
    entry = field(page, name).locator("[aria-invalid=true]")
    if not entry.count():
        return ""
    ids = entry.first.get_attribute("aria-describedby").split()
    return page.locator(f"#{ids[-1]}").inner_text()


YARD = {"name": "幸福里", "buildings": 12, "stairwells": 3, "floors": 6, "residents": 1500}


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_contradictions_stand_beside_their_fields_and_nothing_typed_is_lost(browser, lang):
    page = open_form(browser, lang)
    before = page.evaluate("calls.asked")
    for letter in "1500":  # one question for what is typed at one go
        field(page, "residents").locator("input").press(letter)
    settle(page)
    assert page.evaluate("calls.asked") == before + 1
    wrong = {"households": 20, "elders": 1600, "tenants": "many", "built": 2999}
    enter(page, **(YARD | wrong | {"residents": 400}))
    for name, value in wrong.items():
        said = problem(page, name)
        assert str(value) in said.replace(",", ""), (name, said)
        assert field(page, name).locator("input").input_value() == str(value)
    for name in set(FIELDS) - set(wrong):
        assert problem(page, name) == ""
    assert len(page.evaluate("calls.places.at(-1).building_x")) == 12, "the town is drawn all the same"
    words = sections(lang)["community_form"]
    page.get_by_role("button", name=words["use"]).click()
    assert page.evaluate("calls.used") == []
    assert page.evaluate("document.activeElement.closest('[data-field]').dataset.field") == "built"
    enter(page, households=180, elders=90, tenants=20, built=1994)
    assert page.locator("[aria-invalid]").count() == 0
    page.get_by_role("button", name=words["use"]).click()
    page.wait_for_function("calls.used.length == 1")
    used = page.evaluate("calls.used[0]")
    census = tomllib.loads(used["toml"])["community"]
    assert (census["households"], census["elders"], used["title"]) == (180, 90, "幸福里")
    page.get_by_role("button", name=words["close"]).click()
    assert page.evaluate("calls.closed") == 1 and page.errors == []


@pytest.mark.slow
def test_the_rest_is_filled_saved_and_opened_again(browser, tmp_path):
    page, words = open_form(browser, "zh", 390, 844), sections("zh")["community_form"]
    page.get_by_role("button", name=words["save"]).click()
    settle(page)
    assert problem(page, "buildings") == words["required.now"], "what is needed says so when one goes on"
    enter(page, **YARD, elders=500)
    page.get_by_role("button", name=words["fill"]).click()
    settle(page)
    assert page.locator(".cf-why").inner_text().startswith("参照")
    assert field(page, "elders").locator("input").input_value() == "500"
    households = field(page, "households")
    assert households.locator("input").input_value() and words["assumed"] in households.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    enter(page, households=590)
    assert words["assumed"] not in households.inner_text()
    with page.expect_download() as saving:
        page.get_by_role("button", name=words["save"]).click()
    assert saving.value.suggested_filename == "幸福里.toml"
    path = tmp_path / "file.toml"
    saving.value.save_as(path)
    shown = page.evaluate("form.draft().fields")
    page.get_by_role("button", name=words["again"]).click()
    settle(page)
    assert field(page, "households").locator("input").input_value() == ""
    page.get_by_role("button", name=words["back"]).click()
    settle(page)
    assert page.evaluate("form.draft().fields") == shown, "what was cleared can be taken back"
    page.get_by_role("button", name=words["again"]).click()
    page.locator('input[accept=".toml"]').set_input_files(path)
    page.get_by_text(words["open.done"].format(title="幸福里")).wait_for()
    opened = page.evaluate("form.draft().fields")
    assert {name: str(value) for name, value in opened.items() if name != "built"} == {
        name: str(value) for name, value in shown.items() if name != "built"
    }
    for name, text, reason in (
        ("mine.txt", b"", "open.kind"),
        ("large.toml", b"#" * 300_000, "open.large"),
        ("odd.toml", b"\xff\xfe\xff", "open.text"),
    ):
        page.locator('input[accept=".toml"]').set_input_files(
            {"name": name, "mimeType": "text/plain", "buffer": text}
        )
        page.get_by_text(words[reason].format(name=name)).wait_for()
    page.locator('input[accept=".toml"]').set_input_files(
        {"name": "wrong.toml", "mimeType": "text/plain", "buffer": b"[community]\nelder = 3\n"}
    )
    page.get_by_text("wrong.toml:2").wait_for()
    assert page.evaluate("form.draft().fields") == opened and page.errors == []


@pytest.mark.slow
def test_a_late_answer_and_none_at_all_do_no_harm(browser):
    page, words = open_form(browser, "en"), sections("en")["community_form"]
    enter(page, **YARD)
    page.evaluate("calls.slow = [1500, 0]")
    field(page, "elders").locator("input").fill("1600")
    page.wait_for_timeout(400)  # this question is still open when the next one is asked
    enter(page, elders=90)
    assert problem(page, "elders") == ""
    page.wait_for_timeout(1600)
    assert problem(page, "elders") == "", "what was asked first is answered last, and is out of date"
    page.evaluate("calls.gone = true")
    enter(page, elders=91)
    assert words["failed"] in page.locator(".cf-why").inner_text()
    page.evaluate("calls.gone = false")
    enter(page, elders=1600)
    assert page.locator(".cf-why").inner_text() == "" and "1,600" in problem(page, "elders")
    assert page.errors == []


@pytest.mark.slow
def test_the_form_is_used_by_keyboard_alone(browser):
    page = open_form(browser, "en")
    page.keyboard.press("Tab")
    seen = []
    for _ in range(40):
        label = page.evaluate(
            "(({ labels, textContent }) => labels?.[0]?.textContent ?? textContent)(document.activeElement)"
        )
        seen.append(label)
        page.keyboard.press("Tab")
    words = sections("en")["community_form"]
    stops = [words["open"], words["again"], *(words[f"label.{name}"] for name in FIELDS if name != "company")]
    stops += [words["fill"], words["save"], words["use"]]
    assert [seen.index(stop) for stop in stops] == sorted(seen.index(stop) for stop in stops)
    field(page, "company").locator("input").last.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("form.draft().fields.company") is False


def estate(*rings, **properties):
    """Return GeoJSON text of buildings with these corners."""
    features = [
        {
            "type": "Feature",
            "properties": {"building": "yes", "source": "x" * 300, **properties},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        }
        for ring in rings
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def block(n, long=6e-4, wide=1.2e-4):
    """Return the corners of a building of some 57 by 13 metres."""
    x, y = 104.06 + 1e-3 * (n % 3), 30.65 + 4e-4 * (n // 3)
    return [[x, y], [x + long, y], [x + long, y + wide], [x, y + wide]]


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_of_buildings_fills_the_form_and_shows_its_plan(browser, lang):
    page, words = open_form(browser, lang), sections(lang)["community_form"]
    chosen = page.locator("[data-file=place]")

    def choose(name, text):
        chosen.set_input_files(
            {
                "name": name,
                "mimeType": "text/plain",
                "buffer": text if isinstance(text, bytes) else text.encode(),
            }
        )

    enter(page, name="幸福里", stairwells=3, residents=600)
    choose("estate.geojson", estate(*map(block, range(7)), **{"building:levels": "6"}))
    page.get_by_text(words["plan.done"].format(name="estate.geojson", n=7)).wait_for()
    assert field(page, "buildings").locator("input").input_value() == "7"
    assert field(page, "floors").locator("input").input_value() == "6"
    place = page.evaluate("calls.places.at(-1)")
    assert place["plan_first"] == [4 * n for n in range(8)] and len(place["plan_corner"]) == 56
    enter(page, buildings=8)
    assert "7" in problem(page, "buildings"), "the plan has seven"
    for name, text, said in (
        ("x.pdf", "", words["plan.kind"].format(name="x.pdf")),
        (
            "large.csv",
            "building,row,column\n" + "1,1,1\n" * 90_000,
            words["plan.large"].format(name="large.csv"),
        ),
        ("odd.csv", b"\xff\xfe\xff", words["plan.text"].format(name="odd.csv")),
        ("twice.csv", "building,row,column\n1,0,0\n1,0,1\n", "twice.csv:3"),
        ("nan.geojson", '{"type": "Polygon", "coordinates": [[[NaN, 1]]]}', "nan.geojson"),
    ):
        choose(name, text)
        page.get_by_text(said).wait_for()
    assert len(page.evaluate("form.draft().plan.cells")) == 7, "what was read before is kept"
    choose("cells.csv", "楼栋,行,列\n1,0,0\n2,0,2\n3,1,0\n")
    page.get_by_text(words["plan.kept"].format(n=3)).wait_for()
    page.get_by_role("button", name=words["use"]).click()
    page.wait_for_function("calls.used.length == 1")
    used = tomllib.loads(page.evaluate("calls.used[0].toml"))
    assert used["place"]["cells"] == ["0,0", "2,0", "0,1"] and used["compound"][0]["buildings"] == 3
    page.get_by_role("button", name=words["plan.remove"]).click()
    page.get_by_text(words["plan.removed"]).wait_for()
    settle(page)
    assert "plan_first" not in page.evaluate("calls.places.at(-1)") and page.errors == []
