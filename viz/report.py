"""Write the report of a sweep: one HTML page, with its tables and figures as files.

The page opens without a network and runs nothing. Text given by users (names, questions, failures) is shown
as text: everything in the page goes through `escape`, and figures are images, which cannot run scripts.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from ..experiments.files.csv_tables import write_csv
from ..experiments.files.user_mechanisms import active_mechanisms
from ..model.measures import MEASURES, SHARES
from .evidence_badges import STYLE as BADGES
from .evidence_badges import evidence_section
from .figures import sweep_figures
from .figures.figures import save as keep
from .report_tables import FIGURE_TABLES, command_line, html, tables_section
from .report_tables import STYLE as COMMANDS
from .world_section import world_section

if TYPE_CHECKING:
    from pathlib import Path

    from ..experiments.sweep.report_statistics import Analysis
    from ..experiments.sweep.sweep import SweepPlan

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
body { font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #222; \
max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } \
h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #ddd } \
h3 { font-size: 1rem; margin-bottom: .3rem }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .8rem }
.card { border: 1px solid #ddd; border-left: .4rem solid #555; border-radius: .3rem; \
padding: .6rem .8rem }
.card b { display: block; font-size: 1.15rem } \
.card span { color: #555; font-size: .85rem; overflow-wrap: anywhere }
.larger { border-left-color: #0072B2 } .smaller { border-left-color: #D55E00 } \
.equivalent, .identical { border-left-color: #009E73 }
table { border-collapse: collapse; font-size: .85rem; display: block; overflow-x: auto } \
th, td { padding: .15rem .6rem; text-align: right; border-bottom: 1px solid #eee; white-space: nowrap }
th { background: #f6f6f6 } td.text, th.text { text-align: left } img { max-width: 100% } \
.quiet { color: #555; font-size: .9rem } dt { font-weight: 600; margin-top: .5rem }
"""
CARDS = 24  # verdicts shown as a card
CAPTIONS = {
    "verdicts": "Estimand: difference from the reference, with intervals that hold jointly over the arms of "
    "a case.",
    "survival": "Share of issues not yet resolved, by days since they arose. Issues still open at the end "
    "are censored; those withdrawn or lapsed count as never resolved.",
    "price_yuan": "Additional effect and additional cost of each arm, compared with the reference. Arms at "
    "the lower right have more effect at less cost.",
    "price_hours": "The same, with the cost in hours of work, paid and voluntary.",
    "equity": "Distribution of the effect: spread of the rate between buildings, owners against tenants, "
    "registered residents against migrants.",
    "convergence": "The estimate by number of replicates: it should be stable well before the end.",
    "factors": "The measure at the points of the design, over each factor.",
}
PAIRED = ("verdicts", "price_yuan", "price_hours", "equity", "convergence")  # figures of pairs of runs


def page(analysis: Analysis, figures: dict[str, bytes]) -> str:
    """Return the report of an Analysis as HTML; `figures` is name -> SVG in bytes."""
    e, m = analysis.results.experiment, analysis.results.manifest
    title = escape(e.name)
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{escape(e.question)}</p>" if e.question else "",
        f"<p class='quiet'>{escape(state(analysis))}</p>",
        command_line(analysis),
    ]
    parts += [f"<p><b>{escape(line)}</b></p>" for line in analysis.limits()]
    parts += [f"<p>{escape(line)}</p>" for line in analysis.history()]
    parts += (
        ["<h2>Verdicts</h2>", *cards(analysis)]
        if analysis.by_arm
        else [f"<p>{escape(unpaired_section(analysis))}</p>"]
    )
    if analysis.by_arm:
        parts += [f"<p>{escape(line)}</p>" for line in (choice_section(analysis), *price_section(analysis))]
    parts += [
        *world_section(analysis),
        command_line(analysis),
        "<h2>Figures</h2>",
        *(figure(name, svg) + command_line(analysis, FIGURE_TABLES[name]) for name, svg in figures.items()),
    ]
    left_out = [name for name in PAIRED if name not in figures] if analysis.by_arm else []
    parts += (
        [f"<p class='quiet'>Not drawn, because too few pairs of runs have values: {', '.join(left_out)}.</p>"]
        if left_out
        else []
    )
    parts += [
        "<h2>Tables</h2>",
        *(
            f"<h3>{escape(words)}</h3>{html(table)}{command_line(analysis, name)}"
            for name, words, table in tables_section(analysis)
        ),
    ]
    parts += [
        *evidence_section(analysis.results.plan),
        "<h2>Methods</h2>",
        methods(analysis),
        f"<p class='quiet'>Produced by {escape(m['command'] or 'a call from Python')}; "
        f"version of the model {escape(m['model'])}.</p>",
    ]
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{title}</title><style>{STYLE}{BADGES}{COMMANDS}</style></head>"
    )
    return head + "<body>" + "\n".join(parts) + "</body></html>\n"


def state(analysis: Analysis) -> str:
    """Say how many of the planned runs are done, and how many failed."""
    runs, e = analysis.runs, analysis.results.experiment
    planned = len(analysis.results.plan.arms) * e.replicates
    failed = int((runs["status"] == "failed").sum())
    sentence = (
        f"{len(runs):,} of {planned:,} runs: {len(analysis.results.plan.arms):,} arms, "
        f"up to {e.replicates:,} replicates with the same random numbers in every arm; {failed:,} failed."
    )
    return sentence + (
        f" The sweep may stop early, at a half-width of {e.stopping.half_width:g}."
        if e.stopping.half_width
        else ""
    )


def unpaired_section(analysis: Analysis) -> str:
    """Say what the report contains when arms are not compared."""
    if len(analysis.results.plan.arms) == len(analysis.results.plan.cases):
        means = "; its means are in the tables" if (analysis.runs["status"] == "done").any() else ""
        return f"There is one arm only, so nothing is compared{means}."
    return "This design samples a factor space: analyse it with cogov sensitivity or cogov discover."


def cards(analysis: Analysis) -> Iterator[str]:
    """Yield a card for each verdict, the clearest first."""
    order = {"larger": 0, "smaller": 1, "equivalent": 2, "identical": 3, "undecided": 4}
    verdicts = sorted(analysis.sentences(), key=lambda row: order[row[2]])
    yield f"<p>{escape(estimand(analysis))}</p><div class='cards'>"
    for case, arm, verdict, sentence in verdicts[:CARDS]:
        yield (
            f"<div class='card {verdict}'><span>{escape(case)}</span>"
            f"<b>{escape(str(arm))}</b><span>{escape(sentence)}</span>{command_line(analysis)}</div>"
        )
    yield "</div>"
    if len(verdicts) > CARDS:
        yield f"<p class='quiet'>{len(verdicts) - CARDS} more in the table of verdicts.</p>"


def estimand(analysis: Analysis) -> str:
    """Describe the estimand in a sentence, and when it was stated."""
    e = analysis.estimand
    matters = (
        f"an effect below {f'{100 * e.matters:g} points' if e.measure in SHARES else f'{e.matters:g}'} "
        "is too small to matter"
        if e.matters
        else "any effect matters"
    )
    when = (
        "before the first run"
        if not analysis.registration["runs_before"]
        else f"{analysis.registration['when']}, "
        f"when {analysis.registration['runs_before']:,} runs already existed (not before the first run)"
    )
    return (
        f"Estimand, stated {when}: mean difference in “{MEASURES[e.measure].en}” "
        f"({e.measure}; in time means within {e.within} days) between each arm and "
        f"“{analysis.reference}”, with common random numbers; {matters}; {e.level:.0%} intervals."
    )


def choice_section(analysis: Analysis) -> str:
    """Say which arms may be best, by case."""
    sentences = []
    for case in analysis.results.plan.cases:
        if case not in analysis.best.index.get_level_values("case"):
            sentences.append(f"{case}: not determined, because fewer than two arms have a value")
            continue
        arms = analysis.best.loc[case]
        if arms["replicates"].iloc[0] < 2:
            sentences.append(
                f"{case}: not determined, because two replicates in which every arm has a value are needed"
            )
            continue
        possible = [str(arm) for arm in arms.index[arms["may_be_best"]]]
        sentences.append(
            f"{case}: "
            + (
                f"“{possible[0]}” is best"
                if len(possible) == 1
                else f"one of these {len(possible)} arms is best: "
                f"{', '.join(possible[:8])}{' ...' * (len(possible) > 8)}"
            )
        )
    return (
        "Best arm (multiple comparisons with the best, valid under common random numbers): "
        f"{'; '.join(sentences)}."
    )


def price_section(analysis: Analysis) -> Iterator[str]:
    """Yield the cost of an additional issue resolved in time, one sentence per arm."""
    for (case, arm), row in list(analysis.price.iterrows())[:CARDS]:
        unpaid = f"; {row.shadow_cost_yuan_words}" if "shadow_cost_yuan_words" in row else ""
        yield f"{case}, {arm}: {row.yuan_words}; {row.hours_words}{unpaid}."


def figure(name: str, svg: bytes) -> str:
    """Return a figure as an image embedded in the page, with its caption."""
    data = base64.b64encode(svg).decode()
    caption = escape(CAPTIONS[name])
    return (
        f'<figure><img alt="{caption}" src="data:image/svg+xml;base64,{data}">'
        f'<figcaption class="quiet">{caption}</figcaption></figure>'
    )


def methods(analysis: Analysis) -> str:
    """Describe the methods, from what was recorded when the sweep ran.

    The items are those of ADEMP (Morris, White & Crowther 2019) and STRESS (Monks et al. 2019).
    """
    e, m, plan = analysis.results.experiment, analysis.results.manifest, analysis.results.plan
    registration, history = analysis.registration, analysis.history()
    changed = f" {' '.join(history)}" if history else ""
    cases = "; ".join(
        f"{name} ({s.community.residents:,} residents, {s.days} days; {institutions(plan, name)})"
        for name, s in plan.cases.items()
    )
    factors = ", ".join(f.path for f in e.factors()) or "those of the named arms"
    replicates = (
        f"checked from {e.stopping.first or 'the default number of'} replicates on, every {e.stopping.step}, "
        f"until every joint half-width is at most {e.stopping.half_width:g}; {e.replicates:,} at most"
        if e.stopping.half_width
        else f"{e.replicates:,} replicates, fixed in advance"
    )
    versions = ", ".join(f"{name} {number}" for name, number in m["versions"].items())
    items = {
        "Aims (ADEMP); objectives (STRESS 1)": e.question or "Not stated.",
        "Data-generating mechanism; logic (ADEMP; STRESS 2)": (
            "The agent-based model cogov, described after the ODD protocol in docs/ODD.md. "
            f"Cases: {cases}. "
            "The population of a case is the same in every run; "
            "random numbers differ between replicates only."
        ),
        "Data (STRESS 3)": (
            "Each case file names its source report and the numbers taken from it; every other number is an "
            "assumption with a range (docs/parameters.md). The complete cases are in cases.json."
        ),
        "Estimand (ADEMP)": (
            f"{estimand(analysis)} Registered {registration['when']} "
            f"with {registration['runs_before']:,} runs done, digest {registration['digest']}.{changed}"
        ),
        "Experimentation (STRESS 4)": (
            f"Design: {e.design.kind}, {len(plan.arms):,} arms; factors: {factors}. "
            "Runs start from the initial community, without a warm-up period; "
            "initial issues are given in the case file."
        ),
        "Methods (ADEMP)": (
            "Common random numbers: every draw is a hash of seed, decision, day and person, "
            "so that replicate r has the same random numbers in every arm. "
            "Paired differences with Student intervals, made joint over the arms of a case "
            "by the quantile of the largest |t| under their estimated correlation. "
            f"Replicates: {replicates}. Times: Kaplan-Meier with open issues censored; "
            "bands by the jackknife over replicates. Ratios of cost and effect: Fieller's intervals."
        ),
        "Performance measures (ADEMP)": (
            "Monte Carlo standard errors and convergence are shown above; cogov bench coverage measures the "
            "coverage of these intervals."
        ),
        "Implementation; code access (STRESS 5, 6)": (
            f"{versions}; {m['machine']}; "
            f"digest of the model's sources {m['model']}. MIT licence. "
            "The same command with the same versions gives the same digest of results: "
            f"{analysis.results.digest()}."
        ),
    }
    return (
        "<dl>"
        + "".join(f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in items.items())
        + "</dl>"
    )


def institutions(plan: SweepPlan, case: str) -> str:
    """Say which mechanisms are on in every arm of a case, and which in some arms."""
    arms = [on for arm, on in zip(plan.arms, active_mechanisms(plan)) if arm.case == case]
    always = set.intersection(*arms)
    parts = [f"on in every arm: {', '.join(sorted(always)) or 'no mechanism'}"]
    if some := sorted(set().union(*arms) - always):
        parts.append(
            "on in some arms: "
            + ", ".join(f"{name} ({sum(name in on for on in arms):,} of {len(arms):,})" for name in some)
        )
    return "; ".join(parts)


def save(analysis: Analysis, folder: Path) -> Path:
    """Write report.html, figures/ (PNG, SVG) and tables/ (CSV, Parquet) into `folder`; return its path.

    An earlier report in the folder is replaced.
    """
    for name in ("figures", "tables"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    figures = sweep_figures.draw_figures(analysis)
    for name in CAPTIONS.keys() - figures.keys():
        for kind in ("png", "svg"):
            (folder / "figures" / f"{name}.{kind}").unlink(missing_ok=True)
    drawn = {
        name: keep(drawing, folder / "figures", name).with_suffix(".svg").read_bytes()
        for name, drawing in figures.items()
    }
    for name, table in analysis.tables().items():
        plain = table if name == "runs" else table.reset_index()
        # an open file, because Arrow accepts only paths in UTF-8
        with (folder / "tables" / f"{name}.parquet").open("wb") as file:
            plain.to_parquet(file, index=False)
        write_csv(plain, folder / "tables" / f"{name}.csv", index=False)
    path = folder / "report.html"
    path.write_text(page(analysis, drawn), encoding="utf-8")
    return path
