"""Results below the town: the verdict over many runs, charts, and the hours and money that were used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import solara

from ...experiments.comparison.runs import DESKS, ledger
from ...experiments.statistics.plausible_effects import LEAST
from ...model.measures import summary
from ...model.resources.calendar import PAYERS
from ..figures import chart_specs
from ..i18n import words
from ..i18n.words import translate
from . import page_state
from .chart_widget import WORDS as CHART
from .chart_widget import Chart

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
    words_of_sides = sides(lang)
    with solara.Card(margin=0, classes=["co-card"]), solara.Column(gap="6px"):
        if result is None:
            solara.Text(translate(lang, "replicates"))
            return
        names = translate(lang, "left"), translate(lang, "right")
        known = wide[1] if wide[0] == id(shown) else None
        if known is not None:
            solara.Text(known.sentence_of_worlds(lang, names), classes=["co-title", "co-worlds"])
        solara.Text(
            result.verdict(lang, names),
            classes=["co-title" if known is None else "co-quiet", "co-verdict"],
        )
        solara.ProgressLinear(100 * len(result.pairs) / count if len(result.pairs) < count else False)
        if len(result.pairs) > 1:
            with solara.ColumnsResponsive(12, medium=6):
                ChartView(chart_specs.convergence(result, words_of_sides), lang)
                for what in ("resolution", "backlog", "trust"):
                    ChartView(chart_specs.difference(result, what, words_of_sides), lang)
        solara.Button(
            translate(lang, "more pairs", n=count + PAIRS),
            text=True,
            on_click=lambda: set_count(count + PAIRS),
            disabled=len(result.pairs) < count,
        )


def sides(lang: str) -> dict[str, str]:
    """Return the words of charts, with the two sides as names of the two arms."""
    left, right = translate(lang, "left"), translate(lang, "right")
    return {**chart_specs.words_of(lang), "chart_without": left, "chart_with": right}


@solara.component
def ChartView(spec, lang, day=-1) -> None:
    """Show one chart."""
    chart = solara.use_memo(Chart, [])

    def draw() -> None:
        with chart.hold_sync():
            chart.words, chart.spec, chart.day = CHART[lang], spec, day

    solara.use_effect(draw, [repr(spec), lang, day])
    with solara.Div(classes=["co-chart"]):
        solara.display(chart)


@solara.component
def Charts(state, shown, day) -> None:
    """Show charts of both sides over the days."""
    lang, films, runs = state.lang, shown.films, [film.run for film in shown.films]
    words_of_sides = sides(lang)

    def make_specs() -> list[dict]:
        families = [
            chart_specs.families(film, translate(lang, side), words_of_sides)
            for film, side in zip(films, page_state.SIDES)
        ]
        return [
            chart_specs.resolution(films, words_of_sides),
            chart_specs.survival(runs, words_of_sides),
            chart_specs.backlog(films, words_of_sides),
            chart_specs.trust(films, words_of_sides),
            *families,
            chart_specs.hours(runs, words_of_sides),
        ]

    specs = solara.use_memo(make_specs, [id(shown), lang])
    with solara.Card(margin=0, classes=["co-card"]):
        with solara.ColumnsResponsive(12, medium=6):
            for spec in specs:
                ChartView(spec, lang, day if spec.get("cursor") else -1)


@solara.component
def Budget(state, shown) -> None:
    """Show for both sides the outcome of this run, and the hours and money used, out of those available."""
    with solara.ColumnsResponsive(12, medium=6):
        for side, film in enumerate(shown.films):
            with solara.Card(margin=0, classes=["co-card", f"co-budget-{side}"]), solara.Column(gap="4px"):
                Spending(film, state.lang, shown.seed)


@solara.component
def Spending(recording, lang, seed) -> None:
    """Show the outcome, hours and money of one side."""
    run, measures = recording.run, summary(recording.run)
    opened, set_opened = solara.use_state(False)
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
            solara.ProgressLinear(
                min(100.0, 100 * used / available), color="#000000" if used > 0.99 * available else "#0072B2"
            )
    asked = recording.effort.asked[:, :, :-1].sum()
    if asked:
        solara.Text(
            translate(lang, "budget.granted", share=recording.effort.got[:, :, :-1].sum() / asked),
            classes=["co-quiet"],
        )
    solara.Button(
        ("▾ " if opened else "▸ ") + translate(lang, "budget.by"),
        text=True,
        small=True,
        on_click=lambda: set_opened(not opened),
        classes=["co-name"],
    )
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
