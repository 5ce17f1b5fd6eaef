"""The page "how well it fits": one file, in two languages, that says plainly what the fit is worth."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cogov.engine.texts.errors import Message
from cogov.experiments.calibration import verdicts
from cogov.experiments.calibration.calibration_result import Calibration
from cogov.experiments.logs.issue_log import IssueLog
from cogov.experiments.logs.log_mapping import LogMapping
from cogov.model.scenarios.cases import read_case
from cogov.viz import fit_charts, fit_page

KIND = "<b>楼道堆物</b>"
BEGIN = pd.Timestamp("2022-01-03")
PARTS = ("fitted to", "held out")


def a_log():
    """Return a log of 120 issues, a tenth of them open, with a name that would be a tag."""
    opened = BEGIN + pd.to_timedelta(np.arange(120) * 5, unit="D")
    closed = (opened + pd.to_timedelta(np.arange(120) % 40, unit="D")).to_series(index=range(120))
    why = Message("was closed before it was opened").as_word()
    issues = pd.DataFrame(
        {
            "line": range(2, 122),
            "opened": opened,
            "closed": closed.mask(np.arange(120) % 10 == 0),
            "category": KIND,
        }
    )
    return IssueLog(
        "/somewhere/my log.csv",
        LogMapping(residents=3000.0),
        issues,
        pd.DataFrame({"line": [122, 123], "reason": [why, why]}),
        pd.Timestamp("2024-01-01"),
        {KIND: ("clutter",)},
        [Message("The file is a web page, although its name ends otherwise.")],
        {},
        {why: 2},
    )


def a_result():
    """Return a calibration as `calibrate` gives it, made up."""
    days, log = (1, 3, 7, 30, 90, 180, "mean"), a_log()
    curves = pd.DataFrame(
        [
            {
                "part": part,
                "kind": KIND,
                "days": day,
                "issues": 60,
                "log": 0.5,
                "log_low": 0.4,
                "log_high": 0.6,
            }
            | {"default": 0.8, "fitted": 0.5, "low": 0.3, "high": 0.7}
            for part in PARTS
            for day in days
        ]
    )
    rates = pd.DataFrame(
        [
            {"part": part, "kind": KIND, "issues": 60, "log": 12.5, "log_low": 9.0, "log_high": 15.0}
            | {"default": 40.0, "fitted": 13.0, "low": 8.0, "high": 16.0}
            for part in PARTS
        ]
    )
    weekly = pd.DataFrame(
        {
            "part": np.where(np.arange(100) < 75, *PARTS),
            "week": BEGIN + pd.to_timedelta(np.arange(100) * 7, unit="D"),
            "log": np.arange(100) % 4,
            "median": 1.5,
            "low": 0.0,
            "high": 4.0,
        }
    )
    closing = pd.DataFrame(
        [
            {"part": part, "kind": KIND, "share": share, "issues": 60, "closed": 0.9, "days": 40 * share}
            | {"median": 30 * share, "low": 5.0, "high": np.inf}
            for part in PARTS
            for share in (0.25, 0.5, 0.75)
        ]
    )
    parameters = pd.DataFrame(
        [
            [
                "committee.staff",
                2.0,
                0.5,
                8.0,
                1.2,
                1.3,
                1.0,
                1.7,
                0.2,
                0.96,
                True,
                False,
                0.9,
                verdicts.LEARNED,
            ],
            [
                "issues.environment.rate",
                1.0,
                0.25,
                4,
                2.0,
                2.1,
                0.6,
                3.8,
                0.9,
                0.2,
                False,
                True,
                0.8,
                verdicts.TOGETHER,
            ],
            [
                "committee.forgetting_rate",
                0.005,
                0.001,
                0.02,
                0.005,
                0.004,
                0.001,
                0.019,
                1,
                0,
                False,
                False,
                0,
                "x",
            ],
        ],
        columns="parameter default low high best median p5 p95 narrowed contraction identified factor "
        "in_one_world answer".split(),
    ).replace("x", verdicts.NOT_LEARNED)
    scores = pd.DataFrame(
        [
            [part, name, value, -5 * value**2, 10 * value, 1.0]
            for part in PARTS
            for name, value in (("default", 3.0), ("fitted", 1.0), ("own worlds", 0.9), ("earlier log", 2.0))
            if (part, name) != ("fitted to", "earlier log")
        ],
        columns=["part", "model", "distance", "log_score", "points", "rate"],
    )
    visible = pd.DataFrame(
        {
            "family": ["environment", "dispute"],
            "share": [0.7, 0.3],
            "rows": [60, 0],
            "seen": ["alone", "not mapped"],
        },
        index=pd.Index(["clutter", "neighbour_noise"], name="category"),
    )
    return Calibration(
        case=read_case("guiyuan"),
        fitted=read_case("guiyuan"),
        parameters=parameters.set_index("parameter"),
        ensemble=pd.DataFrame(),
        trials=pd.DataFrame(),
        scores=scores.set_index(["part", "model"]),
        curves=curves,
        rates=rates,
        weekly=weekly,
        closing_days=closing,
        visible=visible,
        own=SimpleNamespace(
            settings=[{"committee.staff": 1.0}] * 40, misses=np.full(40, 0.8), effective=20.0
        ),
        effective=30.0,
        widened=1.0,
        split=pd.Timestamp("2023-06-01"),
        log=log,
        said=[Message("No issue of the log is open, so nothing is known of those that take longest.")],
        free={
            "committee.staff": SimpleNamespace(factor=False),
            "issues.environment.rate": SimpleNamespace(factor=True),
            "committee.forgetting_rate": SimpleNamespace(factor=False),
        },
        asked={"residents": 3000.0},
    )


class Page(HTMLParser):
    """Collects tags, links and text; raises on a tag that is closed out of order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.words, self.addresses = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "xlink:href")]
        if tag not in ("meta", "circle", "line", "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_one_file_without_requests_in_which_names_of_a_log_are_text(tmp_path, lang):
    path = fit_page.write_fit_page(
        a_result(), tmp_path / "new" / "fit.html", lang, "cogov calibrate x --log 'a b.csv'"
    )
    page = Page(path.read_text("utf-8"))
    words = " ".join(page.words)
    assert not page.open and not page.addresses and "script" not in page.tags and "b" not in page.tags
    assert page.tags.count("svg") == 3 and KIND in words and "cogov calibrate x --log 'a b.csv'" in words
    assert "default-src 'none'" in path.read_text("utf-8") and "/somewhere" not in words
    for command in ("cogov robust", "cogov compare"):
        assert f"{command} guiyuan.toml --mechanism building_captains --worlds-file worlds.parquet" in words


def test_a_name_that_looks_like_a_meter_is_text():
    shown = fit_page.table(["kind"], [["<meter onmouseover=x()>"], [fit_page.Markup("<meter></meter>")]])
    assert Page(shown).tags.count("meter") == 1 and "&lt;meter onmouseover" in shown


def test_it_says_the_verdict_what_was_set_aside_what_is_unseen_and_what_was_learned():
    words = " ".join(Page(fit_page.fit_page(a_result())).words)
    for sentence in (
        "The fitted model predicts better than the log's own averages.",
        "2 of 122 rows were set aside:",
        "2 rows: was closed before it was opened",
        "12 of those used (10%) are open on 2024-01-01",
        "The log cannot see 1 of the model's 2 categories, which are 30% of the issues",
        "Learned from the log: Committee's staff 1.3 (1 to 1.7).",
        "Fixed only together with other numbers: environment (How often it arises).",
        "Not learned: Forgetting;",
        "null model: averages of the earlier log",
    ):
        assert sentence in words, sentence
    table = words.partition("Learned?")[2]
    assert re.search(
        r"committee\.staff.*96%.*learned.*issues\.environment\.rate.*with others.*not learned", table
    )


def test_the_page_in_chinese_has_no_english_sentence():
    words = " ".join(Page(fit_page.fit_page(a_result(), "zh")).words)
    assert "拟合后的模型比台账自己的平均值预测得更准" in words and "邻里噪声" in words or "噪" in words
    left = re.sub(r"[a-z_]+(\.[a-z_]+)+|cogov [^\u4e00-\u9fff]*|\([^()]*\)", " ", words)
    assert not re.search(r"\b(the|and|was|were|issues|learned|days)\b", left), left


def test_without_residents_weeks_have_no_band_and_it_is_said():
    result = a_result()
    result = replace(
        result,
        asked={"residents": 0.0},
        weekly=result.weekly.assign(median=np.nan, low=np.nan, high=np.nan),
    )
    page = fit_page.fit_page(result)
    assert "rates of issues are not compared" in page and "NaN" not in page and ">nan" not in page
    first = page[page.index("<svg") : page.index("</svg>")]
    assert 'class="band"' not in first and 'class="log"' in first


def test_a_misspecified_fit_says_so_first():
    page = fit_page.fit_page(replace(a_result(), widened=16.0))
    box = page[page.index("id='verdict'") :]
    assert (
        box.index("Misspecification") < box.index("The fitted model") and "Learned from the log" not in page
    )
    assert "--worlds-file" not in page and "none written" in page


def test_every_dot_of_a_chart_is_inside_it():
    result, words = (
        a_result(),
        {"held out": "h", "days": "d", "issues": "{count}", "weeks": "w", "closing": "c"},
    )
    for chart in (
        fit_charts.draw_weeks(result.weekly, words),
        fit_charts.draw_closing(result.curves, KIND, words),
        fit_charts.draw_days(result.closing_days, {**words, "days closed": "x"}),
    ):
        width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', chart).groups())
        points = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", chart)
        points += re.findall(r'cx="(-?[\d.]+)" cy="(-?[\d.]+)"', chart)
        assert points and all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in points)


def test_the_verdict_calls_numbers_by_their_names():
    words = "".join(fit_page.verdict(a_result(), "zh"))
    assert "居委会人手 1.3" in words and "environment的发生频率" in words
    assert not re.search(r"[a-z]+\.[a-z]+", words)
    assert "environment (How often it arises)" in "".join(fit_page.verdict(a_result(), "en"))


def test_a_page_without_a_folder_names_no_file_of_it():
    """The page of the browser is saved alone: there are no worlds beside it."""
    page = fit_page.fit_page(a_result(), has_folder=False)
    assert "worlds.parquet" not in page and "cogov calibrate" in page
    assert "worlds.parquet" in fit_page.fit_page(a_result())
