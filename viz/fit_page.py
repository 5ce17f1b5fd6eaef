"""Write the page "how well it fits": a log, a case that was fitted to it, and what the fit is worth.

One HTML file in one language, which opens without a network and runs no script. Names from a log are shown as
text: everything but `Markup` goes through `escape`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from html import escape
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.texts import sections
from ..experiments.calibration.log_checks import said_of_rejected
from ..experiments.calibration.verdicts import LEARNED, NOT_LEARNED
from ..experiments.calibration.visibility import by_family
from .fit_charts import draw_closing, draw_days, draw_weeks
from .i18n import words as names
from .report import POLICY

if TYPE_CHECKING:
    from ..experiments.calibration.calibration_result import Calibration

STYLE = """
:root { --ink: #1d2329; --quiet: #5a646e; --page: #fff; --rule: #d9dee3; --soft: #f3f5f7; --model: #0067a5;
  --band: #0067a52e; --good: #00704f; --bad: #b3420a }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --quiet: #a0abb5; --page: #14181c;
  --rule: #39424b; --soft: #1e242a; --model: #6db9ee; --band: #6db9ee3d; --good: #5ecba6; --bad: #f0975f } }
@media print { :root { --ink: #000; --quiet: #444; --page: #fff; --rule: #bbb; --soft: #f3f5f7;
  --model: #0067a5;
  --band: #0067a52e; --good: #00704f; --bad: #b3420a } figure, tr { break-inside: avoid }
  h2 { break-after: avoid } }
* { box-sizing: border-box }
body { font: 16px/1.55 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: var(--ink);
  background: var(--page); max-width: 58rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.55rem; line-height: 1.25; margin-bottom: .3rem; overflow-wrap: anywhere }
h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--rule) } h3 { font-size: 1rem;
  margin-bottom: 0 }
.verdict { border-left: .35rem solid var(--model); background: var(--soft); padding: .2rem 1rem;
  margin: 1.2rem 0 }
.verdict.bad { border-left-color: var(--bad) } .verdict p { margin: .5rem 0 }
  .verdict p:first-child { font-weight: 600 }
.quiet, figcaption { color: var(--quiet); font-size: .87rem }
.scroll { overflow-x: auto } table { border-collapse: collapse; font-size: .86rem; width: 100% }
th, td { padding: .22rem .6rem; text-align: right; border-bottom: 1px solid var(--rule);
  vertical-align: top }
th { background: var(--soft); font-weight: 600 } td.text, th.text { text-align: left;
  min-width: 8rem }
td.yes { color: var(--good); font-weight: 600 } td.no { color: var(--bad) }
  tr.held td { background: var(--soft) }
meter { width: 4rem } td:has(meter), td.yes, td.no { white-space: nowrap }
ul { padding-left: 1.2rem } li { margin: .15rem 0; overflow-wrap: anywhere }
figure { margin: 1rem 0 } svg { width: 100%; height: auto; display: block } svg text { font-size: 11px;
  fill: var(--ink) }
svg text.quiet { fill: var(--quiet) } svg text.head { font-size: 12.5px; font-weight: 600 }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .8rem }
.band { fill: var(--band); stroke: none } .fitted { stroke: var(--model); stroke-width: 2.2; fill: none }
.before { stroke: var(--quiet); stroke-width: 1.4; stroke-dasharray: 5 4; fill: none }
.log { stroke: var(--ink); stroke-width: 1.1; fill: none } .grid { stroke: var(--rule); stroke-width: .8 }
.axis, .error { stroke: var(--ink); stroke-width: 1.1 } .split { stroke: var(--quiet);
  stroke-dasharray: 3 3 }
.dot { fill: var(--ink); stroke: var(--ink) } .ring { fill: var(--page); stroke: var(--ink);
  stroke-width: 1.5 }
code { font-size: .84rem; background: var(--soft); padding: .1rem .3rem; overflow-wrap: anywhere }
dt { margin-top: .5rem } dd { margin-left: 1rem }
"""


def write_fit_page(result: Calibration, path: str | Path, lang: str = "en", command: str = "") -> Path:
    """Write the page of a calibration as one HTML file in a language; return its path.

    `command` is the command that made it, and is shown.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(fit_page(result, lang, command), encoding="utf-8")
    return path


def fit_page(result: Calibration, lang: str = "en", command: str = "", has_folder: bool = True) -> str:
    """Return the page of a calibration as HTML; without a folder, no command for the files beside it."""
    t = sections(lang)["fit"]
    log = result.log
    title = t["title"].format(case=result.case.name, log=Path(log.path).name)
    opened = log.issues["opened"]
    dates = {"first": opened.min(), "last": opened.max(), "split": result.split}
    lead = t["lead"].format(**{name: f"{day:%Y-%m-%d}" for name, day in dates.items()})
    body = [
        f"<h1>{escape(title)}</h1><p class='quiet'>{escape(lead)}</p>",
        *verdict(result, lang),
        *holdings(result, t),
        *set_aside(result, lang),
        *unseen(result, lang),
        *charts(result, t),
        *learned(result, lang),
        *scores(result, t),
        *own_worlds(result, t),
        *go_on(result, t, command, has_folder),
        f"<h2>{t['method']}</h2><p class='quiet'>{escape(t['method.words'])}</p>",
    ]
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        + "\n".join(body)
        + "</body></html>\n"
    )


def verdict(result: Calibration, lang: str) -> Iterator[str]:
    """Yield the sentences of the verdict."""
    bad = " bad" if result.is_misspecified or not (result.learned or result.together) else ""
    yield f"<div class='verdict{bad}' id='verdict'>"
    name_number = partial(name_of_number, result, lang)
    yield from (f"<p>{escape(one.in_language(lang, name_number))}</p>" for one in result.sentences())
    yield "</div>"


class Markup(str):
    """A text that is HTML already, and is not escaped."""


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], text: int = 1) -> str:
    """Return a table; the first `text` columns hold text. A cell is a text, Markup, or (text, class)."""

    def cell(tag: str, value: Any, n: int) -> str:
        content, css = value if isinstance(value, tuple) else (value, "text" if n < text else "")
        shown = content if isinstance(content, Markup) else escape(str(content))
        return f"<{tag}{f' class={css}' if css else ''}>{shown}</{tag}>"

    head = "".join(cell("th", value, n) for n, value in enumerate(heads))
    lines = ("<tr>" + "".join(cell("td", value, n) for n, value in enumerate(row)) + "</tr>" for row in rows)
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody>"
    return f"<div class='scroll'><table>{body}</table></div>"


def number(value: float, digits: int = 3) -> str:
    """Format a number with some digits; a dash if there is none."""
    if not isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}"


def holdings(result: Calibration, t: dict[str, str]) -> Iterator[str]:
    """Yield what the log holds: rows, people, and a table by kind."""
    log = result.log
    is_open = int((~log.times()[1]).sum())
    used = len(log.issues)
    people = result.asked["residents"]
    rows = {
        "rows": f"{log.rows:,}",
        "used": f"{used:,}",
        "rejected": f"{len(log.rejected):,}",
        "open": f"{is_open:,}",
        "share": f"{is_open / used:.0%}",
        "drawn": f"{log.drawn:%Y-%m-%d}",
    }
    yield f"<h2>{t['holds']}</h2><p>{escape(t['holds.rows'].format(**rows))} "
    residents = {"people": f"{people:,.0f}", "residents": f"{result.case.community.residents:,}"}
    yield escape(t["holds.people"].format(**residents) if people else t["holds.nobody"]) + "</p>"
    rates = result.rates.set_index(["part", "kind"])
    days = result.closing_days.drop_duplicates(["part", "kind"]).set_index(["part", "kind"])
    kinds = dict.fromkeys(result.rates["kind"])
    heads = ["kind", "issues", "late", "closed", *(("rate", "rate_before", "rate_fitted") if people else ())]
    body = []
    for kind in kinds:
        early, late = (rates.loc[(part, kind)] for part in ("fitted to", "held out"))
        share = days.loc[("fitted to", kind)]["closed"]
        closed = f"{share:.0%}" if isfinite(share) else "–"
        compared = (early.log, early.default, early.fitted) if people else ()
        body.append([kind, f"{early.issues:,.0f}", f"{late.issues:,.0f}", closed, *map(number, compared)])
    yield table([t[head] for head in heads], body)


def set_aside(result: Calibration, lang: str) -> Iterator[str]:
    """Yield what was recognised, set aside and assumed."""
    said = [*result.log.said, *said_of_rejected(result.log), *result.said]
    yield f"<h2>{sections(lang)['fit']['aside']}</h2><ul>"
    yield from (f"<li>{escape(one.in_language(lang))}</li>" for one in said)
    yield "</ul>"


def unseen(result: Calibration, lang: str) -> Iterator[str]:
    """Yield which of the model's categories the log cannot see, by family and one by one."""
    t, family = sections(lang)["fit"], sections(lang)["family"]
    yield f"<h2>{t['unseen']}</h2>"
    visible = result.visible
    yield f"<p>{escape(result.unseen_words().in_language(lang))}</p>"
    heads = [t[key] for key in ("family", "share", "hidden", "categories")]
    rows = (
        [
            family[name],
            f"{row.share:.0%}",
            f"{row.unseen:.0%}",
            f"{row.unseen_categories:.0f} / {row.categories:.0f}",
        ]
        for name, row in by_family(visible).iterrows()
    )
    yield table(heads, rows)
    yield f"<details><summary>{t['unseen.names']}</summary><ul>"
    for seen, part in visible.groupby("seen", sort=False):
        listed = ", ".join(names.category(lang, name, result.case) for name in part.index)
        yield f"<li>{escape(t[str(seen)])} ({part['share'].sum():.0%}): {escape(listed)}</li>"
    yield "</ul></details>"


def charts(result: Calibration, t: dict[str, str]) -> Iterator[str]:
    """Yield the charts of what was observed and what is simulated."""
    words = {
        "held out": t["held out"],
        "days": t["days"],
        "issues": t["chart.issues"],
        "weeks": t["weeks"],
        "closing": t["closing"],
        "days closed": t["days closed"],
    }
    caption = t["weeks.words"] if result.asked["residents"] else t["weeks.none"]
    yield f"<h2>{t['compared']}</h2><h3>{t['weeks']}</h3>"
    yield f"<figure>{draw_weeks(result.weekly, words)}<figcaption>{escape(caption)}</figcaption></figure>"
    kinds = list(dict.fromkeys(result.curves["kind"]))
    panels = (draw_closing(result.curves[result.curves["kind"] == kind], kind, words) for kind in kinds)
    yield f"<h3>{t['closing']}</h3><figure><div class='panels'>"
    yield from (f"<div>{panel}</div>" for panel in panels)
    yield "</div>"
    yield f"<figcaption>{escape(t['closing.words'])}</figcaption></figure>"
    yield f"<h3>{t['days closed']}</h3><figure>{draw_days(result.closing_days, words)}"
    yield f"<figcaption>{escape(t['days.words'])}</figcaption></figure>"


def learned(result: Calibration, lang: str) -> Iterator[str]:
    """Yield the table of numbers that were learned, and of those that were not."""
    t = sections(lang)["fit"]
    yield f"<h2>{t['learned']}</h2><p>{escape(t['learned.words'])}</p>"
    heads = [t[key] for key in ("number", "before", "prior", "interval", "contraction", "answer")]
    rows = []
    ordered = result.parameters.sort_values("contraction", ascending=False, kind="stable")
    for path, row in ordered.iterrows():
        name = f"{label_of(str(path), lang)} ({path}{', ' + t['factor'] if row.factor else ''})"
        meter = f"<meter min='0' max='1' value='{row.contraction:.2f}'></meter> {row.contraction:.0%}"
        rows.append(
            [
                name,
                number(row.default),
                f"{number(row.low)} – {number(row.high)}",
                f"{number(row['median'])} ({number(row.p5)} – {number(row.p95)})",
                Markup(meter),
                (t[f"answer.{row.answer}"], {LEARNED: "yes", NOT_LEARNED: "no"}.get(row.answer, "")),
            ]
        )
    yield table(heads, rows)


def name_of_number(result: Calibration, lang: str, kind: str, path: str) -> str:
    """Return what a number is called in a sentence, of a kind of Named: with its category, if it has one."""
    label = label_of(path, lang)
    if not result.free[path].factor:
        return label
    category = path.removeprefix("issues.").rpartition(".")[0]
    return sections(lang)["issue_list"]["fit.of_kind"].format(kind=category, knob=label)


def label_of(path: str, lang: str) -> str:
    """Return what a number is called; of a factor on a knob of several categories, that knob."""
    known = names.knob_fields(()) if not path.startswith("mechanisms.") else {path: None}
    of_category = f"issues.x.{path.rpartition('.')[2]}"
    return names.knob(lang, path if path in known else of_category)[0]


def scores(result: Calibration, t: dict[str, str]) -> Iterator[str]:
    """Yield how near each candidate is to the part held out and to the part that was fitted to."""
    yield f"<h2>{t['scores']}</h2><p class='quiet'>{escape(t['scores.words'])}</p>"
    heads = [t[key] for key in ("part", "candidate", "distance", "points", "ratio")]
    parts = sorted(result.scores.iterrows(), key=lambda item: (item[0][0] != "held out", item[1]["distance"]))
    rows = [
        [
            t[f"part.{part}"],
            t[f"candidate.{name}"],
            f"{row.distance:.2f}",
            f"{row.points:.1f}",
            f"{row.rate:.2f}" if isfinite(row.rate) else "–",
        ]
        for (part, name), row in parts
    ]
    yield table(heads, rows, 2)


def own_worlds(result: Calibration, t: dict[str, str]) -> Iterator[str]:
    """Yield what the ensemble of one's own is."""
    own = result.own
    if not result.has_worlds:
        yield f"<h2>{t['own']}</h2><p>{escape(t['no worlds'])}</p>"
        return
    text = t["own.words"].format(
        n=len(own.settings), miss=float(np.median(own.misses)), effective=own.effective
    )
    yield f"<h2>{t['own']}</h2><p>{escape(text)}</p>"


def go_on(result: Calibration, t: dict[str, str], command: str, has_folder: bool) -> Iterator[str]:
    """Yield the commands that print these numbers, and those that use the fit."""
    case, worlds = f"{result.case.name}.toml", "worlds.parquet"
    again = ["cogov", "calibrate", result.case.name, "--log", Path(result.log.path).name]
    commands = [
        (command or shlex.join(again), t["go_on.fit"]),
        (
            f"cogov robust {shlex.quote(case)} --mechanism building_captains --worlds-file {worlds}",
            t["go_on.worlds"],
        ),
        (
            f"cogov compare {shlex.quote(case)} --mechanism building_captains --worlds-file {worlds}",
            t["go_on.compare"],
        ),
    ]
    if not result.has_worlds or not has_folder:
        del commands[1:]
    yield f"<h2>{t['go_on']}</h2><dl>"
    yield from (
        f"<dt><code>{escape(line)}</code></dt><dd class='quiet'>{escape(what)}</dd>"
        for line, what in commands
    )
    yield "</dl>"
