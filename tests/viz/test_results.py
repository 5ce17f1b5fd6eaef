"""A stored sweep as a page: its tables are those of the report and the commands, and a browser reads them."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from cli_runner import typist
from experiment_texts import SCREEN

from cogov.bench.page.page_visitors import start_server
from cogov.engine.release import project
from cogov.engine.texts import LANGUAGES, sections
from cogov.engine.texts.errors import UserError
from cogov.experiments.exploration.sweep_analyses import sensitivities
from cogov.experiments.robustness.weighing import weigh
from cogov.experiments.sweep.report_statistics import analyse_sweep
from cogov.experiments.sweep.sweep import sweep
from cogov.viz.results import app, arm_table, names, plan, specs, stored, tables

PATIENCE = 20_000  # ms; machines are shared
COMMON = 'cases = ["wuzi_yard"]\noff = ["building_captains", "party_volunteers"]\nkeep = []\n'
ESTIMAND = '\n[estimand]\nwithin = 10\nmeasure = "resolution_rate"\nmatters = 0.02\n'
ARMS = f"""name = "patrols <b>"
question = "Does a patrol help?"
days = 40
replicates = 12
lucks_per_world = 1
{COMMON}{ESTIMAND}
[[arm]]
name = "no <i>patrol"
[[arm]]
name = "patrol"
on = ["grid_patrol"]
"""
FACTOR = '[[factor]]\npath = "residents.trust_committee"\nvalues = [0.1, 0.9]\n'
ONE_AT_A_TIME = f"""name = "stars"
days = 40
replicates = 3
{COMMON}{ESTIMAND}
[design]
kind = "one_at_a_time"
mechanisms = ["grid_patrol"]
{FACTOR}"""
FACTORIAL = ONE_AT_A_TIME.replace("one_at_a_time", "factorial").replace("stars", "corners")
LATIN = ONE_AT_A_TIME.replace("one_at_a_time", "latin").replace("kind", "points = 6\nkind")
LATIN = LATIN.replace("values = [0.1, 0.9]", "range = [0.1, 0.9]").replace("stars", "cloud")
ALL = (ARMS, ONE_AT_A_TIME, FACTORIAL, LATIN, SCREEN)


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory):
    """Return the folder of the sweep of an experiment given as text; each is swept once."""
    there = {}

    def made(text):
        if text not in there:
            folder = tmp_path_factory.mktemp("sweep")
            (folder / "e.toml").write_text(text, "utf-8")
            sweep(folder / "e.toml", folder / "out", workers=0)
            there[text] = folder / "out"
        return there[text]

    return made


def every_spec(analysis, lang):
    """Return all charts of the page for the measure of an analysis."""
    return app.arm_charts(analysis, tables.tabulate_arms(analysis), lang) + specs.factor_charts(
        analysis, lang
    )


def test_arms_have_the_numbers_of_the_report(folder_of):
    analysis = analyse_sweep(folder_of(ARMS))
    table, report = tables.tabulate_arms(analysis), analysis.verdicts
    assert table["mean"].equals(analysis.means["mean"])
    row, same = table.loc[("wuzi_yard", "patrol")], report.loc[("wuzi_yard", "patrol")]
    for name in ("difference", "low_all", "high_all", "verdict"):
        assert row[name] == same[name]
    several = analyse_sweep(folder_of(ONE_AT_A_TIME))
    table, report = tables.tabulate_arms(several), several.verdicts
    assert table["low_all"].iloc[1:].equals(report["low_all"])
    assert (report["low_all"] < report["low"]).any()  # joint intervals of several arms are wider
    hours = tables.of_measure(analysis, "hours")
    table, report = tables.tabulate_arms(hours), analysis.other_measures.loc["hours"]
    assert table["difference"].dropna().equals(report["difference"])
    assert table["low_all"].dropna().equals(report["low_all"])
    assert hours.estimand.matters == 0.0 and analysis.estimand.measure == "resolution_rate"


def test_worlds_have_the_ranges_of_the_robust_answer(folder_of):
    analysis = analyse_sweep(folder_of(ARMS))
    row = tables.tabulate_arms(analysis).loc[("wuzi_yard", "patrol")]
    known = weigh(analysis.results)["wuzi_yard"].table.loc["patrol"]
    for ours, theirs in (("median", "median"), ("p5", "p5"), ("p95", "p95"), ("worlds", "worlds")):
        assert row[f"effect_{ours}"] == known[theirs]
    values = analysis.runs[analysis.runs["arm"] == "patrol"]["resolution_rate"]
    assert row["world_p95"] == pytest.approx(np.quantile(values, 0.95, method="weibull"))
    spec = specs.difference_chart(analysis, tables.tabulate_arms(analysis), "en")
    mean, band = spec["lines"]
    assert mean["y"] == [pytest.approx(100 * row["difference"], rel=1e-5)] and spec["zero"]
    assert [*band["low"], *band["high"]] == pytest.approx([100 * known["p5"], 100 * known["p95"]], rel=1e-5)
    lucky = tables.tabulate_arms(analyse_sweep(folder_of(FACTORIAL)))
    assert not [name for name in lucky if name.startswith("world")]


def test_the_tornado_is_that_of_the_command(folder_of):
    analysis = analyse_sweep(folder_of(ONE_AT_A_TIME))
    (known,) = sensitivities(analysis.results).values()
    tornado, values = specs.factor_charts(analysis, "en")
    by_factor = (100 * known.table["difference"]).groupby(level="factor", sort=False)
    assert tornado["lines"][0]["y"] == pytest.approx(list(by_factor.min().clip(upper=0)), rel=1e-5)
    assert tornado["lines"][1]["y"] == pytest.approx(list(by_factor.max().clip(lower=0)), rel=1e-5)
    assert values["lines"][0]["y"] == pytest.approx(list(100 * known.table["difference"]), rel=1e-5)
    assert values["lines"][0]["low"] == pytest.approx(list(100 * known.table["low"]), rel=1e-5)
    assert "Initial trust in the committee = 0.1" in values["categories"]
    (screened, *_) = specs.factor_charts(analyse_sweep(folder_of(SCREEN)), "en")
    first = next(iter(sensitivities(analyse_sweep(folder_of(SCREEN)).results).values())).table
    assert screened["lines"][0]["y"] == pytest.approx(sorted(100 * first["mu_star"], reverse=True), rel=1e-5)


def test_values_of_crossed_factors_are_averaged_over_all_others(folder_of):
    analysis = analyse_sweep(folder_of(FACTORIAL))
    (table,) = tables.factor_tables(analysis).values()
    runs = analysis.runs
    on = runs["mechanisms.grid_patrol"].astype(bool)
    difference = runs[on]["resolution_rate"].mean() - runs[~on]["resolution_rate"].mean()
    assert table.loc[("mechanisms.grid_patrol", True), "difference"] == pytest.approx(difference)
    assert (table["low"] <= table["difference"]).all() and (table["difference"] <= table["high"]).all()


def test_boxes_hold_every_run(folder_of):
    analysis = analyse_sweep(folder_of(ARMS))
    (box,) = specs.boxes_chart(analysis, "en")["lines"]
    values = analysis.runs[analysis.runs["arm"] == "patrol"]["resolution_rate"]
    assert sorted(box["dots"][1]) == pytest.approx(sorted(values), rel=1e-5)
    for name, share in (("low", 0), ("q1", 0.25), ("y", 0.5), ("q3", 0.75), ("high", 1)):
        assert box[name][1] == pytest.approx(values.quantile(share), rel=1e-5)


def test_points_of_a_sampled_design_are_dots_over_each_factor(folder_of):
    analysis = analyse_sweep(folder_of(LATIN))
    switch, knob = specs.factor_charts(analysis, "en")
    assert app.arm_charts(analysis, tables.tabulate_arms(analysis), "en") == []
    assert knob["kind"] == "scatter" and len(knob["x"]) == 6 and knob["x"] == sorted(knob["x"])
    assert switch["categories"] == ["off", "on"] and sum(map(len, switch["lines"][0]["dots"])) == 6
    path = "residents.trust_committee"
    means = analysis.runs.groupby("arm")[["resolution_rate", path]].mean().astype(float).sort_values(path)
    assert knob["x"] == pytest.approx(list(means[path]), rel=1e-5)
    assert knob["lines"][0]["y"] == pytest.approx(list(means["resolution_rate"]), rel=1e-5)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_design_has_charts_that_name_sweep_measure_and_version(folder_of, lang):
    for text in ALL:
        analysis = analyse_sweep(folder_of(text))
        for measure in ("resolution_rate", "hours"):
            one = tables.of_measure(analysis, measure)
            charts = every_spec(one, lang)
            assert charts
            for spec in charts:
                assert json.loads(json.dumps(spec, allow_nan=False)) == spec
                name = analysis.results.experiment.name
                assert all(
                    part in spec["source"]
                    for part in (name, measure, project()[0], analysis.results.manifest["model"][:8])
                )
                places = spec.get("categories") or spec["x"]
                assert {len(drawn["y"]) for drawn in spec["lines"]} == {len(places)}
            rows = dict(plan.plan_rows(one, lang))
            assert len(rows) >= 11 and all(rows.values())
            assert "40" in plan.summary(one, lang) or text == SCREEN


def test_the_table_is_saved_with_its_names_and_shown_in_the_words_of_the_page(folder_of):
    analysis = analyse_sweep(folder_of(ARMS))
    table = tables.tabulate_arms(analysis)
    kept = pd.read_csv(io.BytesIO(app.table_file(analysis, table)))
    assert list(kept["arm"]) == ["no <i>patrol", "patrol"] and set(kept["sweep"]) == {"patrols <b>"}
    assert set(kept["measure"]) == {"resolution_rate"} and set(kept["cogov"].astype(str)) == {project()[0]}
    assert kept["mean"].to_numpy() == pytest.approx(table["mean"].to_numpy())
    named = r"sweep_patrols_b_resolution_rate_cogov-[\d.]+_model-\w{8}"
    assert re.fullmatch(named, app.file_name(analysis))
    shown = arm_table.shown_table(analysis, table, "en")
    heads = [column["name"] for column in shown["columns"]]
    (row,) = (dict(zip(heads, row)) for row in shown["rows"] if row[0] == "patrol")
    assert (
        shown["rows"][0][0] == "no <i>patrol"
        and row["mean"] == f"{table['mean'].iloc[1]:.1%}"
        and row["runs"] == "12"
    )
    assert row["difference"] == f"{100 * table['difference'].iloc[1]:+.1f}"
    assert row["verdict"] == table["verdict"].iloc[1]


def test_arms_are_called_by_what_they_differ_in(folder_of):
    one, corner = analyse_sweep(folder_of(ARMS)), analyse_sweep(folder_of(FACTORIAL))
    arm = one.results.plan.arms[1]
    for name, shown in (("grid_patrol + chat_groups", "Grid patrol + Chat groups"), ("none", "no mechanism")):
        assert names.arm_name(one, replace(arm, name=name), "en") == shown
    assert names.arm_name(one, arm, "zh") == "patrol"
    last = names.arm_name(corner, corner.results.plan.arms[-1], "en")
    assert last == "Grid patrol = on, Initial trust in the committee = 0.9"
    star = analyse_sweep(folder_of(ONE_AT_A_TIME))
    called = [names.arm_name(star, arm, "zh") for arm in star.results.plan.arms]
    assert called[0] == "未改动" and "网格巡查＝开" in called


def test_a_sweep_that_is_not_finished_shows_what_there_is(folder_of):
    for text in ALL:
        for kept in (0, 1, 3):
            analysis = analyse_sweep(folder_of(text))
            analysis.results.ledger = analysis.results.ledger[:kept]
            table = tables.tabulate_arms(analysis)
            assert table["replicates"].sum() <= kept and len(table) == len(analysis.results.plan.arms)
            shown = arm_table.shown_table(analysis, table, "zh")
            assert {len(row) for row in shown["rows"]} == {len(shown["columns"])}
            assert f"已完成{kept}次" in plan.summary(analysis, "zh")
            for spec in app.arm_charts(analysis, table, "zh"):
                assert json.loads(json.dumps(spec, allow_nan=False)) == spec
            try:
                specs.factor_charts(analysis, "zh")
            except UserError as error:
                assert re.search("run|replicate", str(error))


def test_values_are_not_compared_before_every_arm_has_a_run(folder_of):
    """Else it would be averaged over other values of the other factors than what it is compared with."""
    analysis = analyse_sweep(folder_of(FACTORIAL))
    missing = analysis.results.plan.arms[-1].name
    analysis.results.ledger = [row for row in analysis.results.ledger if row["arm"] != missing]
    with pytest.raises(UserError, match=re.escape(missing)):
        tables.factor_tables(analysis)


def test_a_view_comes_from_the_address_and_is_checked(folder_of, monkeypatch):
    monkeypatch.setenv("COGOV_LANG", "zh")
    analysis = analyse_sweep(folder_of(ARMS))
    assert app.view_of(None, analysis) == app.View("resolution_rate", "zh")
    assert app.view_of("?measure=hours&lang=en", analysis) == app.View("hours", "en")
    assert app.view_of(app.View("hours", "en").address(), analysis) == app.View("hours", "en")
    assert app.view_of("?measure=nothing&lang=fr", analysis) == app.View("resolution_rate", "zh")


def test_a_folder_without_a_sweep_is_refused_with_what_to_give(folder_of, tmp_path, monkeypatch, capsys):
    cogov = typist(monkeypatch, capsys)
    (tmp_path / "empty").mkdir()
    status, _, wrong = cogov("serve", tmp_path / "empty", "--no-open")
    assert status == 2 and "contains no sweep" in wrong and "--out folder of `cogov sweep`" in wrong
    status, _, wrong = cogov("serve", folder_of(ARMS), "--lesson", "lamp", "--no-open")
    assert status == 2 and "has no lessons" in wrong
    assert stored.stored_sweep("wuzi_yard") is None and stored.stored_sweep("no_such.toml") is None
    assert stored.stored_sweep(str(folder_of(ARMS))) == folder_of(ARMS).resolve()
    monkeypatch.chdir(tmp_path)
    Path("wuzi_yard").mkdir()
    assert stored.stored_sweep("wuzi_yard") is None  # a case keeps its name
    with pytest.raises(UserError, match="cannot be shown"):
        stored.stored_sweep("./wuzi_yard")


def test_every_text_of_the_page_is_used():
    folder = Path(app.__file__).parent
    source = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    made = ("column.", "verdict.", "design.")
    assert [
        key
        for key in sections("en")["results"]
        if f'"{key}"' not in source and f'"results.{key}"' not in source and not key.startswith(made)
    ] == []


@pytest.mark.slow
def test_a_stored_sweep_is_read_and_saved_in_a_browser(folder_of, browser):
    analysis = analyse_sweep(folder_of(ARMS))
    hours = tables.tabulate_arms(tables.of_measure(analysis, "hours"))
    with start_server(str(folder_of(ARMS))) as server:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE)
        wrong = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(server.address)
        page.wait_for_selector(".cogov-chart svg[viewBox]")
        assert page.locator("h1").inner_text() == "patrols <b>" and page.locator("h1 b").count() == 0
        assert page.locator(".rs-table td").first.inner_text() == "no <i>patrol"
        page.locator(".co-choice-results-measure").select_option(label="Hours of work")
        page.wait_for_selector(".cg-source:has-text('· hours ·')")
        assert page.url.endswith("measure=hours&lang=en")
        chart = page.locator(".cogov-chart").first
        chart.locator(".cg-dot").last.hover(force=True)
        mean = hours["mean"].iloc[1]
        tip = chart.locator(".cg-tip").inner_text()
        assert "patrol" in tip and (f"{mean:,.0f}" if mean >= 100 else f"{mean:.1f}") in tip
        assert f"{mean:,.4g}" in page.locator(".rs-table").inner_text()
        with page.expect_download() as kept:
            chart.get_by_role("button", name="Save the values as CSV").click()
        text = kept.value.path().read_text("utf-8-sig")
        rows = [row for row in csv.reader(io.StringIO(text)) if not row[0].startswith("#")]
        assert rows[2][0] == "patrol" and float(rows[2][1]) == pytest.approx(mean, rel=1e-4)
        assert "patrols" in kept.value.suggested_filename and "hours" in kept.value.suggested_filename
        assert project()[0] in kept.value.suggested_filename
        with page.expect_download() as picture:
            chart.get_by_role("button", name="Save as SVG").click()
        drawn = picture.value.path().read_text("utf-8")
        assert "patrols &lt;b" in drawn and "cg-dot" in drawn and "cg-range" in drawn
        boxes = page.locator(".cogov-chart").last
        assert boxes.locator(".cg-box").count() == 2 and boxes.locator(".cg-run").count() == 24
        with page.expect_download() as table:
            page.get_by_role("button", name="Save the table as CSV").click()
        assert list(pd.read_csv(table.value.path())["measure"]) == ["hours", "hours"]
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found] == []
        page.locator(".rs-language").click()
        page.wait_for_selector("text=实验方案")
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert wrong == []
        page.close()
