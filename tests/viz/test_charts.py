"""The page's charts show what happened, and in a browser they can be read, hidden and saved."""

import csv
import io
import json
import re
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest

from cogov.engine.texts import LANGUAGES
from cogov.experiments.comparison.compare import arms_of
from cogov.experiments.comparison.streaming_comparison import StreamingComparison, pair_seed
from cogov.experiments.narrative.recording import record_year
from cogov.model import measures
from cogov.model.issues.categories import FAMILIES
from cogov.model.scenarios.cases import read_case
from cogov.viz.figures import chart_specs
from cogov.viz.page import chart_widget, town_widget

HOST = "http://cogov.test/"  # no network: every request is answered here
PAGE = """<!doctype html><meta charset=utf-8><body style="margin:0"><div id=here></div><script type=module>
import chart from "/chart.js";
const state = await (await fetch("/state.json")).json(), heard = {};
window.model = {
  get: (name) => state[name], on: (what, how) => (heard[what] ||= []).push(how), \
off: (what) => delete heard[what], saved: 0, heard, save_changes() { this.saved += 1 },
  set(name, value) { state[name] = value; (heard["change:" + name] || []).forEach((how) => how()) },
};
window.close_it = chart.render({model, el: here});
</script>"""


@pytest.fixture(scope="module")
def recordings():
    arms = arms_of(read_case("wuzi_yard"), ["building_captains"], on=(), off=(), settings=(), days=200)
    return [record_year(arm, pair_seed(arm)) for arm in arms], arms


@pytest.fixture(scope="module")
def pairs(recordings):
    *_, last = StreamingComparison(
        recordings[1], workers=0, first=[film.run for film in recordings[0]]
    ).until(3)
    return last


def all_specs(films, pairs, words=chart_specs.ENGLISH):
    """Return every spec there is, by the name of its function."""
    runs = [film.run for film in films[0]]
    told = {
        one.__name__: one(films[0], words)
        for one in (chart_specs.resolution, chart_specs.backlog, chart_specs.trust)
    }
    told |= {one.__name__: one(runs, words) for one in (chart_specs.survival, chart_specs.hours)}
    told |= {
        one.__name__: one(pairs, words)
        for one in (
            chart_specs.backlog_of,
            chart_specs.survival_of,
            chart_specs.hours_of,
            chart_specs.convergence,
            chart_specs.pair_by_pair,
        )
    }
    told |= {
        f"difference {what}": chart_specs.difference(pairs, what, words)
        for what in ("backlog", "resolution", "trust")
    }
    return told | {"families": chart_specs.families(films[0], words)}


def test_charts_show_what_was_measured(recordings, pairs):
    told = all_specs(recordings, pairs)
    for n, film in enumerate(recordings[0]):
        summary = measures.summary(film.run)
        assert told["backlog"]["lines"][n]["y"][-1] == summary["backlog"]
        assert told["resolution"]["lines"][n]["y"][-1] == pytest.approx(summary["resolution_rate"], rel=1e-5)
        assert sum(told["hours"]["lines"][n]["y"]) == pytest.approx(summary["hours"], rel=1e-4)
        assert np.array_equal(
            chart_specs.open_by_family(film).sum(axis=0), film.arrays["day_open"].astype(int)
        )
    assert [line["y"] for line in chart_specs.survival([film.run for film in recordings[0]])["lines"]] != [
        line["y"] for line in told["survival_of"]["lines"]
    ]
    # the first pair is the one on show
    assert told["pair_by_pair"]["lines"][1]["y"][0] == told["resolution"]["lines"][1]["y"][-1]


def test_specs_are_plain_data_and_whole(recordings, pairs):
    for name, spec in all_specs(recordings, pairs).items():
        assert json.loads(json.dumps(spec, allow_nan=False)) == spec, name
        for line in spec["lines"]:
            x = line.get("x") or spec.get("x") or spec["categories"]
            assert len(x) == len(line["y"]) and all(
                len(line.get(band, x)) == len(x) for band in ("low", "high")
            ), name
            assert re.fullmatch("#[0-9A-F]{6}", line["colour"])
        looks = {(line.get("panel"), line["colour"], line["dash"]) for line in spec["lines"]}
        assert len(looks) == len(spec["lines"]), name
        assert {line.get("panel", 0) for line in spec["lines"]} == set(range(len(spec.get("panels", "1")))), (
            name
        )


def test_both_languages_are_complete(recordings, pairs):
    for name, spec in all_specs(recordings, pairs, chart_specs.words_of("zh")).items():
        texts = [
            spec["title"],
            spec["xlabel"],
            spec["ylabel"],
            spec.get("note", ""),
            *spec.get("categories", ()),
            *(panel["name"] for panel in spec.get("panels", ())),
            *(line["name"] for line in spec["lines"]),
        ]
        assert not [text for text in texts if re.search("[A-Za-z]{3}", text.replace("Kaplan-Meier", ""))], (
            name
        )
        assert not [text for text in texts if "{" in text], name


# ----------------------------------------------------------------------------------------------- in a browser


@pytest.fixture
def show_chart(browser):
    return partial(open_chart, browser)


@contextmanager
def open_chart(browser, spec, width=700, day=-1, words=chart_widget.WORDS["en"]):
    """Open a page with one chart of the spec; its console must stay empty."""
    answers = {
        "chart.js": ("text/javascript", chart_widget.SCRIPT.read_text("utf-8")),
        "state.json": ("application/json", json.dumps({"spec": spec, "words": words, "day": day})),
        "": ("text/html", PAGE),
    }
    wrong = []
    page = browser.new_page(viewport={"width": width, "height": 800}, accept_downloads=True)
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def answer(route):
        kind, body = answers.get(route.request.url.removeprefix(HOST), ("text/plain", ""))
        route.fulfill(status=200, content_type=kind, body=body)

    page.route("**/*", answer)
    page.goto(HOST)
    page.wait_for_selector(".cogov-chart .cg-plot *")
    yield page
    page.close()
    assert wrong == []


def hover(page, share):
    """Move to a share of the plot's width."""
    box = page.locator(".cg-plot").bounding_box()
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)


def values(page):
    """Return place and values in the box."""
    return page.locator(".cg-tip .cg-at").inner_text(), page.locator(".cg-tip b").all_inner_texts()


def save_file(page, what):
    with page.expect_download() as waiting:
        page.locator(f".cg-tools button:text-is('{what}')").click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_values_are_read_by_pointer_and_keys_and_saved(recordings, show_chart):
    spec = chart_specs.backlog(recordings[0])
    with show_chart(spec, day=50) as page:
        hover(page, 0.6)
        where, read_ = values(page)
        day = int(where.removeprefix("day "))
        assert read_ == [
            f"{line['y'][day]:,.0f}" if line["y"][day] >= 100 else f"{line['y'][day]:g}"
            for line in spec["lines"]
        ]
        page.locator(".cg-plot").focus()
        page.keyboard.press("ArrowRight")
        assert values(page)[0] == f"day {day + 1}"
        page.keyboard.press("Home")
        assert values(page) == ("day 0", ["0", "0"]) and "day 0, without 0, with 0" == page.locator(
            ".cg-plot"
        ).get_attribute("aria-valuetext")
        page.keyboard.press("End")
        assert values(page)[0] == f"day {spec['x'][-1]}"

        at = lambda: page.evaluate("new DOMMatrix(document.querySelector('.cg-cursor').style.transform).e")
        before = at()
        page.evaluate("model.set('day', 100)")
        assert at() > before
        page.keyboard.press("Enter")
        assert page.evaluate("model.get('day')") == spec["x"][-1] and page.evaluate("model.saved") == 1

        hover(page, 0.4)
        hover(page, 0.402)
        page.mouse.down()
        page.mouse.up()
        assert (
            "day {}".format(page.evaluate("model.get('day')")) == values(page)[0]
            and page.evaluate("model.saved") == 2
        )

        name, raw = save_file(page, "CSV")
        head, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
        assert name == "Open_issues.csv" and head == ["# Open issues"]
        head, *rows = rows
        assert head == ["day", "without", "with"]
        assert [[float(cell) for cell in row] for row in rows] == [
            list(map(float, row)) for row in zip(spec["x"], *(line["y"] for line in spec["lines"]))
        ]
        name, raw = save_file(page, "SVG")
        assert (
            name == "Open_issues.svg"
            and b"Open issues" in raw
            and b"currentColor" in raw
            and b'color="#222222"' in raw
        )
        name, raw = save_file(page, "PNG")
        assert raw[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(raw[16:20], "big") == 1800

        assert page.locator(".cg-legend").is_hidden()  # the names stand at the ends of the lines
        assert page.locator(".cg-end").all_text_contents() == ["without", "with"]
        page.set_viewport_size({"width": 400, "height": 800})
        page.locator(".cg-legend button").first.click()
        hover(page, 0.5)
        assert page.locator(".cg-plot path.cg-line").count() == 1 and len(values(page)[1]) == 1
        page.locator(".cg-legend button").last.click()  # the last one stays
        assert page.locator(".cg-plot path.cg-line").count() == 1
        page.evaluate("close_it()")
        assert page.evaluate("Object.keys(model.heard).length") == 0


def test_every_kind_of_chart_is_drawn_in_both_languages_wide_and_narrow(recordings, pairs, show_chart):
    told = {
        lang: list(all_specs(recordings, pairs, chart_specs.words_of(lang)).values()) for lang in LANGUAGES
    }
    with show_chart(told["en"][0]) as page:
        for (lang, specs), width in zip(told.items(), (900, 340)):
            page.evaluate("words => model.set('words', words)", chart_widget.WORDS[lang])
            page.set_viewport_size({"width": width, "height": 800})
            for spec in specs:
                page.evaluate("spec => model.set('spec', spec)", spec)
                assert page.locator(".cg-title").inner_text() == spec["title"]
                outside = page.evaluate("""() => \
[...document.querySelectorAll('.cg-plot text')].filter((t) => { const b = t.getBoundingClientRect();
                    return b.left < -0.5 || b.right > innerWidth + 0.5 }).map((t) => t.textContent)""")
                assert outside == [], (spec["title"], width)
                hover(page, 0.7)
                box = page.locator(".cg-tip").bounding_box()
                assert box["x"] >= 0 and box["x"] + box["width"] <= width, (spec["title"], width)
                assert (
                    page.locator(".cg-tip b").count() == len([n for n in spec["lines"] if not n.get("panel")])
                    and "NaN" not in page.content()
                    and "undefined" not in page.content()
                )
        labels = page.locator(".cg-tools button").evaluate_all(
            "buttons => buttons.map((b) => b.getAttribute('aria-label'))"
        )
        assert labels == [
            chart_widget.WORDS["zh"][key]
            for key in ("chart_show_values", "chart_save_csv", "chart_save_svg", "chart_save_png")
        ]


def test_what_a_user_named_is_text_and_no_formula(show_chart):
    name = '=HYPERLINK("x")<img src=x onerror=alert(1)>'
    spec = {
        "title": name,
        "xlabel": "day",
        "ylabel": "-y",
        "x": [0, 1, 2],
        "lines": [
            {"name": name, "colour": "#0072B2", "dash": "", "y": [-1.5, None, 3]},
            {"name": "+b", "colour": "#000000", "dash": "", "y": [1, 2, 3]},
        ],
    }
    with show_chart(spec) as page:
        assert page.locator("img").count() == 0 and page.locator(".cg-title").inner_text() == name
        remark, head, *rows = csv.reader(io.StringIO(save_file(page, "CSV")[1].decode("utf-8-sig")))
        assert remark == ["# =HYPERLINK( x )<img src=x onerror=alert(1)>"]
        assert head == ["day", "'" + name, "'+b"] and rows == [
            ["0", "-1.5", "1"],
            ["1", "", "2"],
            ["2", "3", "3"],
        ]
        page.locator(".cg-tools button").first.click()
        assert (
            page.locator(".cg-values tbody tr").count() == 3
            and page.locator(".cg-values tbody td").first.inner_text() == "-1.5"
        )
        page.evaluate("model.set('spec', {})")
        assert page.locator(".cg-plot").inner_text() == chart_widget.WORDS["en"]["chart_empty"]


def test_a_family_has_one_colour_in_the_town_and_in_the_charts():
    assert list(chart_specs.FAMILY) == list(FAMILIES)
    assert len(set(chart_specs.FAMILY.values())) == len(FAMILIES)
    assert f"const FAMILY = {json.dumps(chart_specs.FAMILY)}," in town_widget.script()
    town = (town_widget.HERE / "town" / "colours.js").read_text("utf-8")
    assert "Object.entries(FAMILY)" in town  # the town draws with these and no others


def lab(colour):
    """Return the CIELAB coordinates of a colour "#RRGGBB"."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    )
    x, y, z = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_no_family_has_a_colour_like_a_sides():
    apart = lambda a, b: np.linalg.norm(lab(a) - lab(b))
    for name, colour in chart_specs.FAMILY.items():
        for side, _ in chart_specs.ARMS:
            assert apart(colour, side) > 40, name
        for other, its in chart_specs.FAMILY.items():
            assert other == name or apart(colour, its) > 25, (name, other)


def test_families_and_trust_share_one_scale_and_show_both_sides(recordings, show_chart):
    for spec in (chart_specs.families(recordings[0]), chart_specs.trust(recordings[0])):
        for n in range(len(spec["panels"])):
            assert [line["name"] for line in spec["lines"] if line["panel"] == n] == ["without", "with"]
        with show_chart(spec) as page:
            assert page.locator("path.cg-line").count() == len(spec["lines"])
            assert page.locator(".cg-legend button").count() == 2
            page.locator(".cg-plot").focus()
            page.keyboard.press("End")
            where = values(page)[0]
            page.keyboard.press("ArrowDown")
            assert spec["panels"][0]["name"] in where and spec["panels"][1]["name"] in values(page)[0]
            assert float(values(page)[1][0].replace(",", "")) == pytest.approx(
                next(line["y"][-1] for line in spec["lines"] if line["panel"] == 1), abs=0.001
            )
            # a difference is as high in every panel
            highs = page.locator("path.cg-line").evaluate_all("all => all.map((one) => one.getBBox().height)")
            spans = [max(line["y"]) - min(line["y"]) for line in spec["lines"]]
            assert np.ptp([high / span for high, span in zip(highs, spans) if high > 20]) < 0.03 * max(
                highs
            ) / max(spans)
            head = csv.reader(io.StringIO(save_file(page, "CSV")[1].decode("utf-8-sig")))
            assert f"{spec['panels'][1]['name']}, with" in next(row for row in head if row[0] == "day")


def test_the_legend_shows_the_dashes_of_the_lines(recordings, show_chart):
    with show_chart(chart_specs.backlog(recordings[0]), width=400) as page:
        dashes = "all => all.map((one) => one.getAttribute('stroke-dasharray'))"
        legend = page.locator(".cg-legend line").evaluate_all(dashes)
        assert legend == page.locator("path.cg-line").evaluate_all(dashes) and legend[0] and not legend[1]


def test_a_long_run_is_marked_in_years(show_chart):
    line = {"name": "a", "colour": "#0072B2", "dash": "", "y": [0.0] * 1826}
    spec = {"title": "t", "xlabel": "day", "ylabel": "", "x": list(range(1826)), "lines": [line]}
    with show_chart(spec | {"cursor": True}) as page:
        texts = page.locator(".cg-plot text").all_text_contents()
        assert {"1 year", "2 years", "5 years"} <= set(texts) and "365" not in texts


def test_a_source_goes_along_and_days_without_values_do_not(recordings, show_chart):
    spec = chart_specs.resolution(recordings[0])
    spec |= {"title": "B is better", "subject": "Resolved", "source": "Yard · A: none, or not · seed 0"}
    first = next(x for x, *ys in zip(spec["x"], *(line["y"] for line in spec["lines"])) if any(ys))
    with show_chart(spec) as page:
        assert page.locator(".cg-source").inner_text() == spec["source"] and first >= 30
        name, raw = save_file(page, "CSV")
        title, source, _, *rows = raw.decode("utf-8-sig").splitlines()
        assert name == "Resolved_Yard_A_none_or_not_seed_0.csv" and title == "# B is better"
        assert source == "# Yard · A: none or not · seed 0" and rows[0].startswith(f"{first},")
        page.locator(".cg-tools button").first.click()
        assert page.locator(".cg-values tbody th").first.inner_text() == str(first)
        for what in ("SVG", "PNG"):
            name, raw = save_file(page, what)
            assert name.startswith("Resolved_Yard_A_none_or_not_seed_0.")
            assert what == "PNG" or spec["source"].encode() in raw


def test_a_chart_is_a_slider_with_values_and_an_empty_one_is_none(recordings, show_chart):
    with show_chart(chart_specs.backlog(recordings[0])) as page:
        plot = page.locator(".cg-plot")
        names = ("role", "tabindex", "aria-valuemin", "aria-valuemax", "aria-valuenow")
        assert [plot.get_attribute(name) for name in names] == ["slider", "0", "0", "200", "0"]
        page.evaluate("model.set('spec', {})")
        assert [plot.get_attribute(name) for name in names] == [None] * 5
