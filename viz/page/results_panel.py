"""Results below the town: the verdict over many runs, charts, and the hours and money that were used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import solara

from ...experiments.comparison.runs import DESKS, ledger
from ...experiments.statistics.plausible_effects import LEAST
from ...model.measures import summary
from ...model.resources.calendar import PAYERS
from ..figures import chart_specs
from ..figures.chart_specs import ARMS
from ..i18n import findings, words
from ..i18n.words import translate
from . import page_state
from .chart_widget import WORDS as CHART
from .chart_widget import Chart
from .input_widgets import Bar, Fold

if TYPE_CHECKING:
    from ...model.simulate import Run

PAIRS = 20  # pairs of runs that are simulated in the background at first
WORLDS = 40  # plausible worlds that are simulated after them


@solara.component
def Replicates(state, shown) -> None:
    """Show the verdict of the pair on the page, updated as more pairs are simulated in the background."""
    lang = state.lang
    count, set_count = solara.use_state(PAIRS)
    received, set_received = solara.use_state((0, None))
    wide, set_wide = solara.use_state((0, None))

    def start() -> Callable:
        pairs, worlds = shown.pairs(), shown.worlds()

        def receive() -> None:
            for summary_so_far in pairs.until(count):
                set_received((id(shown), summary_so_far))
            for summary_so_far in worlds.until(WORLDS) if not pairs.cancelled else ():
                if len(summary_so_far.pairs) >= LEAST:
                    set_wide((id(shown), summary_so_far))

        def cancel() -> None:
            pairs.cancel()
            worlds.cancel()

        threading.Thread(target=receive, daemon=True).start()
        return cancel

    solara.use_effect(start, [id(shown), count])
    solara.use_effect(lambda: set_count(PAIRS), [id(shown)])
    result = received[1] if received[0] == id(shown) else None
    with solara.Card(margin=0, classes=card_classes(state, shown)), solara.Column(gap="6px"):
        if result is None:
            solara.Text(translate(lang, "replicates"))
            return
        names = tuple(
            translate(lang, "side named", side=translate(lang, side), what=words.arm(lang, on))
            for side, on in zip(page_state.SIDES, mechanisms_on(shown))
        )
        known = wide[1] if wide[0] == id(shown) else None
        if known is not None:
            solara.Text(known.sentence_of_worlds(lang, names), classes=["co-title", "co-worlds"])
        solara.Text(
            result.verdict(lang, names),
            classes=["co-title" if known is None else "co-quiet", "co-verdict"],
        )
        done = len(result.pairs)
        Bar(translate(lang, "replicates"), 100 * done / count if done < count else False)
        if done > 1:
            with solara.ColumnsResponsive(12, medium=6):
                for spec in specs_of_pairs(result, state, shown):
                    ChartView(spec, lang)
        solara.Button(
            translate(lang, "more pairs", n=count + PAIRS),
            text=True,
            on_click=lambda: set_count(count + PAIRS),
            disabled=done < count,
        )


def card_classes(state, shown) -> list[str]:
    """Return the classes of a card of results: dimmed while others are being simulated."""
    return ["co-card", "co-results", *(["co-stale"] if shown.is_stale(state) else [])]


def mechanisms_on(shown: page_state.SimulatedSides) -> tuple:
    """Return the names of the mechanisms that are on at both sides."""
    return tuple(film.header["on"] for film in shown.films)


def origin(state, shown: page_state.SimulatedSides) -> str:
    """Return the source line of every chart of the page."""
    case = page_state.read_case(state.case)
    title = words.case(state.lang, state.case, scenario=case)
    return findings.source_line(title, mechanisms_on(shown), shown.seed, state.lang)


def specs_of_pairs(result, state, shown) -> list[dict]:
    """Return the specs of charts over pairs of runs."""
    lang, source = state.lang, origin(state, shown)
    letters = {
        **chart_specs.words_of(lang),
        "chart_without": translate(lang, "left"),
        "chart_with": translate(lang, "right"),
    }
    scope = translate(lang, "finding.pairs", n=len(result.pairs))
    whats = ("resolution", "backlog", "trust")
    charts = [
        (chart_specs.convergence(result, letters), findings.find_convergence),
        *(
            (chart_specs.difference(result, what, letters), partial(findings.find_difference, what))
            for what in whats
        ),
    ]
    return [findings.with_finding(spec, find, scope, source, lang) for spec, find in charts]


def specs_of_runs(state, shown) -> list[dict]:
    """Return the specs of charts of the one run of each side."""
    lang, films, source = state.lang, shown.films, origin(state, shown)
    runs = [film.run for film in films]
    arms = findings.name_arms(mechanisms_on(shown), lang)
    named = {**chart_specs.words_of(lang), **dict(zip(("chart_without", "chart_with"), arms))}
    charts = (
        (chart_specs.resolution(films, named), findings.find_resolution),
        (chart_specs.survival(runs, named), findings.find_survival),
        (chart_specs.backlog(films, named), findings.find_backlog),
        (chart_specs.hours(runs, named), findings.find_hours),
        (chart_specs.families(films, named), findings.find_families),
        (chart_specs.trust(films, named), findings.find_trust),
    )
    scope = translate(lang, "finding.run")
    return [findings.with_finding(spec, find, scope, source, lang) for spec, find in charts]


@solara.component
def ChartView(spec, lang, day=-1) -> None:
    """Show one chart; as an element it is closed when it leaves the page, in the browser, too."""
    with solara.Div(classes=["co-chart"]):
        Chart.element(words=CHART[lang], spec=spec, day=day)


@solara.component
def Charts(state, shown, day) -> None:
    """Show charts of both sides over the days."""
    lang = state.lang
    specs = solara.use_memo(lambda: specs_of_runs(state, shown), [id(shown), lang])
    with solara.Card(margin=0, classes=card_classes(state, shown)):
        with solara.ColumnsResponsive(12, medium=6):
            for spec in specs:
                ChartView(spec, lang, day if spec.get("cursor") else -1)


@solara.component
def Budget(state, shown) -> None:
    """Show for both sides the outcome of this run, and the hours and money used, out of those available."""
    with solara.ColumnsResponsive(12, medium=6):
        for side, film in enumerate(shown.films):
            classes = [*card_classes(state, shown), f"co-budget-{side}"]
            with solara.Card(margin=0, classes=classes), solara.Column(gap="4px"):
                Spending(film, state.lang, shown.seed, side)


@solara.component
def Spending(recording, lang, seed, side) -> None:
    """Show the outcome, hours and money of one side."""
    run, measures = recording.run, summary(recording.run)
    opened, set_opened = solara.use_state(False)
    solara.Text(findings.name_arms((recording.header["on"],) * 2, lang)[side], classes=["co-quiet"])
    solara.Text(translate(lang, "rate", rate=measures["resolution_rate"], seed=seed), classes=["co-title"])
    solara.Text(translate(lang, "cost", hours=measures["hours"], yuan=measures["yuan"], days=run.days))
    solara.Text(
        translate(
            lang,
            "cost unpaid",
            hours=measures["unpaid_hours"],
            wage=run.shadow_wage_yuan,
            yuan=measures["shadow_cost_yuan"],
        ),
        classes=["co-quiet"],
    )
    solara.Text(translate(lang, "budget"), classes=["co-title"])
    for label, used, available in meters(run, lang):
        with solara.Div(classes=["co-bar"]):
            solara.Text(label, classes=["co-quiet"])
            scarce = used > 0.99 * available
            Bar(label, min(100.0, 100 * used / available), "#000000" if scarce else ARMS[side][0])
    asked = recording.effort.asked[:, :, :-1].sum()
    if asked:
        solara.Text(
            translate(lang, "budget.granted", share=recording.effort.got[:, :, :-1].sum() / asked),
            classes=["co-quiet"],
        )
    Fold(translate(lang, "budget.by"), opened, set_opened, small=True)
    for name, row in ledger(run).iterrows() if opened else ():
        hours, yuan = (
            row[[c for c in row.index if not c.startswith("yuan")]].sum(),
            row[[c for c in row.index if c.startswith("yuan")]].sum(),
        )
        solara.Text(
            translate(
                lang,
                "hours of",
                name=translate(lang, "desks") if name == DESKS else words.mechanism(lang, name),
                hours=hours,
                yuan=yuan,
            ),
            classes=["co-quiet"],
        )


def meters(run: Run, lang: str) -> list[tuple[str, float, float]]:
    """Return (label, used, available) of each role's hours and of both kinds of fund that had anything."""
    used_hours = run.ledger.hours.sum(axis=0)
    rows = [
        (
            translate(lang, "budget.of", who=translate(lang, f"role.{role}"), used=used, there=available),
            used,
            available,
        )
        for role, used, available in zip(PAYERS, used_hours, run.ledger.supplied)
    ]
    before, income, spent, _ = run.fen.T / 100
    for key, part in (("budget.fund", slice(-1, None)), ("budget.funds", slice(None, -1))):
        used, available = spent[part].sum(), (before + income)[part].sum()
        rows.append((translate(lang, key, used=used, there=available), used, available))
    return [row for row in rows if row[2] > 0]
