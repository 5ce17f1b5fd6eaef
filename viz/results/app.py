"""The page of a stored sweep: its plan, its arms and factors for one measure, charts and their files.

Start it with `cogov serve FOLDER`. All that is shown is read from the store; nothing is simulated.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pandas as pd
import solara
from reacton import ipyvuetify as rv

from ...engine.texts import LANGUAGES
from ...engine.texts.errors import UserError
from ...experiments.files.csv_tables import write_csv
from ...experiments.sweep.report_statistics import Analysis
from ..figures import fonts
from ..i18n import words
from ..i18n.words import translate
from ..page.app import Address
from ..page.chart_widget import WORDS as CHART
from ..page.chart_widget import Chart
from ..page.input_widgets import Choice
from ..screen import scripts
from . import specs, tables
from .arm_table import ArmTable, shown_table
from .names import measure_name, say
from .plan import plan_rows, summary
from .stored import open_sweep

STYLE = (scripts.STATIC / "tokens.css").read_text("utf-8")
STYLE += (Path(__file__).parent / "static" / "results.css").read_text("utf-8")


@dataclass(frozen=True)
class View:
    """What a visitor sees: the measure that is looked at, and the language."""

    measure: str
    lang: str

    def address(self) -> str:
        """Return the query string of the address that opens the same again."""
        return urlencode({"measure": self.measure, "lang": self.lang})


def view_of(query: str | None, analysis: Analysis) -> View:
    """Return the view that an address asks for; what it does not have, or asks wrongly, is as served."""
    asked = {name: values[0] for name, values in parse_qs((query or "").lstrip("?")).items()}
    lang, measure = asked.get("lang"), asked.get("measure")
    return View(
        measure if measure in tables.measures_with_values(analysis) else analysis.estimand.measure,
        lang if lang in LANGUAGES else os.environ.get("COGOV_LANG", "en"),
    )


@solara.component
def Layout(children) -> None:
    """Frame of the page; the colours and letters are those of the first screen."""
    solara.Div(children=children, classes=["screen", "rs"])


@solara.component
def Page() -> None:
    analysis = open_sweep(Path(os.environ["COGOV_SWEEP"]))
    router = solara.use_router()
    view, set_view = solara.use_state(view_of(router.search, analysis))
    lang = view.lang
    one = solara.use_memo(lambda: tables.of_measure(analysis, view.measure), [view.measure])
    table = solara.use_memo(lambda: tables.tabulate_arms(one), [view.measure])

    def switch() -> None:
        set_view(replace(view, lang="zh" if lang == "en" else "en"))

    with solara.Column(gap="0px"):
        solara.Title(f"{analysis.results.experiment.name} · cogov · 共治")
        solara.Style(STYLE)
        solara.Style(fonts.serve_fonts())
        Address.element(
            query=view.address(),
            step=view.address(),
            on_asked=lambda asked: set_view(view_of(asked, analysis)),
        )
        TitleBar(lang, switch)
        with rv.Html(tag="main", class_="rs-body"):
            Head(analysis, lang)
            Measure(analysis, view, set_view)
            Factors(one, lang)
            Arms(one, table, lang)
            Table(one, table, lang)
            Plan(analysis, lang)


@solara.component
def TitleBar(lang: str, switch: Callable[[], None]) -> None:
    """The bar on top: what this is, and the other language."""
    with rv.Html(tag="header", class_="rs-bar"):
        solara.Text(f"cogov · {say(lang, 'title')}", classes=["rs-name"])
        solara.Button(translate(lang, "language"), text=True, on_click=switch, classes=["rs-language"])


@solara.component
def Head(analysis: Analysis, lang: str) -> None:
    """The sweep's name and question, and how far it has got."""
    experiment = analysis.results.experiment
    rv.Html(tag="h1", children=[experiment.name])
    if experiment.question:
        solara.Text(experiment.question, classes=["rs-question"])
    solara.Text(summary(analysis, lang), classes=["rs-quiet", "rs-state"])


@solara.component
def Plan(analysis: Analysis, lang: str) -> None:
    """The plan of the sweep, a line for each part."""
    heading(say(lang, "plan"))
    with rv.Html(tag="dl", class_="rs-plan rs-card"):
        for name, text in plan_rows(analysis, lang):
            rv.Html(tag="dt", children=[name])
            rv.Html(tag="dd", children=[text])


@solara.component
def Measure(analysis: Analysis, view: View, set_view: Callable[[View], None]) -> None:
    """The choice of the measure that is looked at, and whether the sweep was registered for it."""
    lang, stated = view.lang, analysis.estimand.measure
    names = {
        name: say(lang, "measure stated", measure=measure_name(lang, name))
        if name == stated
        else measure_name(lang, name)
        for name in tables.measures_with_values(analysis) or [stated]
    }

    def choose(name: str) -> None:
        set_view(replace(view, measure=name))

    with solara.Div(classes=["rs-measure"]):
        Choice("results.measure", view.measure, names, choose, lang)
        key = "measure registered" if view.measure == stated else "measure later"
        solara.Text(say(lang, key, measure=measure_name(lang, view.measure)), classes=["rs-quiet"])


def heading(text: str) -> None:
    """Show a heading of the page."""
    rv.Html(tag="h2", children=[text])


def arm_charts(one: Analysis, table: pd.DataFrame, lang: str) -> list[dict]:
    """Return the charts of the arms; sampled designs have none, for their arms are points."""
    if not is_by_arm(one):
        return []
    charts = [specs.arms_chart(one, table, lang)]
    if one.by_arm and table["difference"].notna().any():
        charts.append(specs.difference_chart(one, table, lang))
    return [*charts, specs.boxes_chart(one, lang)]


def is_by_arm(one: Analysis) -> bool:
    """Return whether the arms of a sweep are of interest, or only the one arm that there is."""
    return one.by_arm or len(one.results.plan.arms) == len(one.results.plan.cases)


@solara.component
def Arms(one: Analysis, table: pd.DataFrame, lang: str) -> None:
    """The arms of a sweep: their means, their differences from the reference, and their runs."""
    charts = solara.use_memo(lambda: arm_charts(one, table, lang), [one.estimand.measure, lang])
    Section(say(lang, "section.arms"), charts, lang)


@solara.component
def Section(title: str, charts: Iterable[dict], lang: str) -> None:
    """Show charts under a heading; nothing without charts."""
    if not charts:
        return
    heading(title)
    with solara.Div(classes=["rs-charts"]):
        for spec in charts:
            with solara.Div(classes=["rs-card", "rs-chart"]):
                Chart.element(words=CHART[lang], spec=spec)


@solara.component
def Factors(one: Analysis, lang: str) -> None:
    """What each factor moves; where that cannot be told, why."""

    def draw() -> tuple[list[dict], str]:
        try:
            return specs.factor_charts(one, lang), ""
        except UserError as error:
            return [], words.translate_exception(lang, error)

    charts, wrong = solara.use_memo(draw, [one.estimand.measure, lang])
    Section(say(lang, "section.factors"), charts, lang)
    if wrong:
        heading(say(lang, "section.factors"))
        solara.Text(say(lang, "factors fail", why=wrong), classes=["rs-wrong"])


@solara.component
def Table(one: Analysis, table: pd.DataFrame, lang: str) -> None:
    """All arms as a table, and its file."""
    heading(say(lang, "section.table"))
    with solara.Div(classes=["rs-card", "rs-table"]):
        ArmTable.element(table=shown_table(one, table, lang))
        solara.FileDownload(
            lambda: table_file(one, table),
            filename=f"{file_name(one)}.csv",
            label=say(lang, "download"),
        )


def file_name(one: Analysis) -> str:
    """Return the name of a file without its ending: sweep, measure, version; only letters and digits."""
    text = specs.source_line(one, "en").replace("cogov ", "cogov-").replace("model ", "model-")
    return "_".join("".join(c if c.isalnum() or c in ".-" else " " for c in text).split())[:120].strip("_.")


def table_file(one: Analysis, table: pd.DataFrame) -> bytes:
    """Return the table of all arms as CSV; every row names sweep, measure and versions."""
    manifest = one.results.manifest
    named = table.reset_index().assign(
        sweep=one.results.experiment.name,
        measure=one.estimand.measure,
        cogov=manifest.get("versions", {}).get("cogov", ""),
        model=manifest["model"],
    )
    file = BytesIO()
    write_csv(named, file, index=False)
    return file.getvalue()
