"""What came of a year, below the picture: the verdict of many years, charts, and whose hours and money it took."""

import threading

import solara

from ...experiments.comparison.runs import DESKS, ledger
from ...model.measures import summary
from ...model.resources.calendar import PAYERS
from ..figures import chart_specs
from ..i18n import words
from ..i18n.words import translate
from . import page_state as desks
from .chart_widget import WORDS as CHART
from .chart_widget import Chart

PAIRS = 20  # that are lived behind the page at first


@solara.component
def Replicates(desk, shown):
    """The verdict: what this one luck says, and what more of them say, as they come in behind."""
    lang = desk.lang
    count, set_count = solara.use_state(PAIRS)
    found, set_found = solara.use_state((0, None))

    def live():
        pairs = shown.pairs()

        def go():
            for told in pairs.until(count):
                set_found((id(shown), told))

        threading.Thread(target=go, daemon=True).start()
        return pairs.cancel

    solara.use_effect(live, [id(shown), count])
    solara.use_effect(lambda: set_count(PAIRS), [id(shown)])
    mine = found[1] if found[0] == id(shown) else None
    told = sides(lang)
    with solara.Card(margin=0, classes=["co-card"]), solara.Column(gap="6px"):
        if mine is None:
            solara.Text(translate(lang, "replicates"))
            return
        solara.Text(
            mine.verdict(lang, (translate(lang, "left"), translate(lang, "right"))),
            classes=["co-title", "co-verdict"],
        )
        solara.ProgressLinear(100 * len(mine.pairs) / count if len(mine.pairs) < count else False)
        if len(mine.pairs) > 1:
            with solara.ColumnsResponsive(12, medium=6):
                Drawn(chart_specs.settling(mine, told), lang)
                for what in ("resolution", "backlog", "trust"):
                    Drawn(chart_specs.difference(mine, what, told), lang)
        solara.Button(
            translate(lang, "more pairs", n=count + PAIRS),
            text=True,
            on_click=lambda: set_count(count + PAIRS),
            disabled=len(mine.pairs) < count,
        )


def sides(lang):
    """The words of charts, the two arms being the two sides."""
    left, right = translate(lang, "left"), translate(lang, "right")
    told = {
        key: text.replace("with − without", f"{right} − {left}").replace("有 − 没有", f"{right} − {left}")
        for key, text in chart_specs.WORDS[lang].items()
    }
    return {**told, "chart_without": left, "chart_with": right}


@solara.component
def Drawn(spec, lang, day=-1):
    """One chart."""
    chart = solara.use_memo(Chart, [])

    def draw():
        with chart.hold_sync():
            chart.words, chart.spec, chart.day = CHART[lang], spec, day

    solara.use_effect(draw, [repr(spec), lang, day])
    with solara.Div(classes=["co-chart"]):
        solara.display(chart)


@solara.component
def Charts(desk, shown, day):
    """Both sides over the days."""
    lang, films, runs = desk.lang, shown.films, [film.run for film in shown.films]
    told = sides(lang)

    def made():
        kinds = [
            chart_specs.families(film, translate(lang, side), told) for film, side in zip(films, desks.SIDES)
        ]
        return [
            chart_specs.resolution(films, told),
            chart_specs.survival(runs, told),
            chart_specs.backlog(films, told),
            chart_specs.trust(films, told),
            *kinds,
            chart_specs.hours(runs, told),
        ]

    specs = solara.use_memo(made, [id(shown), lang])
    with solara.Card(margin=0, classes=["co-card"]):
        with solara.ColumnsResponsive(12, medium=6):
            for spec in specs:
                Drawn(spec, lang, day if spec.get("cursor") else -1)


@solara.component
def Budget(desk, shown):
    """What this one luck came to on both sides; whose hours and whose money it took, of how many there were."""
    with solara.ColumnsResponsive(12, medium=6):
        for side, film in enumerate(shown.films):
            with solara.Card(margin=0, classes=["co-card", f"co-budget-{side}"]), solara.Column(gap="4px"):
                Spent(film, desk.lang, shown.seed)


@solara.component
def Spent(film, lang, luck):
    """One side of it."""
    run, told = film.run, summary(film.run)
    open_, set_open = solara.use_state(False)
    solara.Text(translate(lang, "rate", rate=told["resolution_rate"], luck=luck), classes=["co-title"])
    solara.Text(translate(lang, "cost", hours=told["hours"], yuan=told["yuan"], days=run.days))
    solara.Text(translate(lang, "budget"), classes=["co-title"])
    for words_, used, there in meters(run, lang):
        with solara.Div(classes=["co-bar"]):
            solara.Text(words_, classes=["co-quiet"])
            solara.ProgressLinear(
                min(100.0, 100 * used / there), color="#000000" if used > 0.99 * there else "#0072B2"
            )
    asked = film.effort.asked[:, :, :-1].sum()
    if asked:
        solara.Text(
            translate(lang, "budget.granted", share=film.effort.got[:, :, :-1].sum() / asked),
            classes=["co-quiet"],
        )
    solara.Button(
        ("▾ " if open_ else "▸ ") + translate(lang, "budget.by"),
        text=True,
        small=True,
        on_click=lambda: set_open(not open_),
        classes=["co-name"],
    )
    for name, row in ledger(run).iterrows() if open_ else ():
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


def meters(run, lang):
    """(in words, used, there was) of each role's hours and of both kinds of fund; none where there never was anything."""
    used = run.ledger.hours.sum(axis=0)
    rows = [
        (translate(lang, "budget.of", who=translate(lang, f"role.{role}"), used=u, there=had), u, had)
        for role, u, had in zip(PAYERS, used, run.ledger.supplied)
    ]
    before, come, spent, _ = run.fen.T / 100
    for key, part in (("budget.fund", slice(-1, None)), ("budget.funds", slice(None, -1))):
        u, had = spent[part].sum(), (before + come)[part].sum()
        rows.append((translate(lang, key, used=u, there=had), u, had))
    return [row for row in rows if row[2] > 0]
