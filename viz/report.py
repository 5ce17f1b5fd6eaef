"""The report of a sweep: one HTML page that opens with no network and runs nothing, and its tables and figures beside it.

Whatever a user wrote (names, questions, failures) is shown as text: everything that goes into the page goes through `escape`,
and figures are pictures, in which nothing can run.
"""

import base64
from html import escape

import numpy as np
import pandas as pd

from ..experiments.files.csv_tables import write_csv
from ..experiments.files.user_mechanisms import active_mechanisms
from ..model.measures import SHARES
from .figures import sweep_figures
from .figures.figures import save as keep
from .i18n.measure_names import NAMES

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE = """
body { font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #222; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .2rem } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #ddd } h3 { font-size: 1rem; margin-bottom: .3rem }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .8rem }
.card { border: 1px solid #ddd; border-left: .4rem solid #555; border-radius: .3rem; padding: .6rem .8rem }
.card b { display: block; font-size: 1.15rem } .card span { color: #555; font-size: .85rem; overflow-wrap: anywhere }
.larger { border-left-color: #0072B2 } .smaller { border-left-color: #D55E00 } .equivalent, .alike { border-left-color: #009E73 }
table { border-collapse: collapse; font-size: .85rem; display: block; overflow-x: auto } th, td { padding: .15rem .6rem; text-align: right; border-bottom: 1px solid #eee; white-space: nowrap }
th { background: #f6f6f6 } td.text, th.text { text-align: left } img { max-width: 100% } .quiet { color: #555; font-size: .9rem } dt { font-weight: 600; margin-top: .5rem }
"""
CARDS = 24  # verdicts that get a card of their own
ROWS = 40  # rows of a table in the page; all are in its file
CAPTIONS = {
    "verdicts": "The estimand: difference to the reference, with intervals that hold jointly over the arms of a case.",
    "survival": "Share of issues not yet resolved so many days after they arose. Issues still open at the end are censored; those withdrawn or lapsed count as never resolved.",
    "price_yuan": "What each arm does and costs beyond the reference. Right and below is more for less.",
    "price_hours": "Likewise in hours of work, paid and given.",
    "equity": "Whether the gain is shared: spread of the rate between buildings, owners against tenants, registered residents against migrants.",
    "convergence": "The estimate as replicates come in: it should have settled well before the end.",
    "factors": "The measure over the space of factors.",
}
PAIRED = ("verdicts", "price_yuan", "price_hours", "equity", "convergence")  # figures of pairs of runs


def page(found, figures):
    """The report of an Analysis as HTML text; `figures` is name -> SVG, as bytes."""
    e, m = found.found.experiment, found.found.manifest
    title = escape(e.name)
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{escape(e.question)}</p>" if e.question else "",
        f"<p class='quiet'>{escape(state(found))}</p>",
    ]
    parts += [f"<p><b>{escape(line)}</b></p>" for line in found.limits()]
    parts += [f"<p>{escape(line)}</p>" for line in found.history()]
    parts += (
        ["<h2>Verdicts</h2>", *cards(found)]
        if found.by_arm
        else [f"<p>{escape(unpaired_section(found))}</p>"]
    )
    if found.by_arm:
        parts += [f"<p>{escape(line)}</p>" for line in (choice_section(found), *price_section(found))]
    parts += ["<h2>Figures</h2>", *(figure(name, one) for name, one in figures.items())]
    left_out = [name for name in PAIRED if name not in figures] if found.by_arm else []
    parts += (
        [
            f"<p class='quiet'>Not drawn, because too few pairs of runs have what they show: {', '.join(left_out)}.</p>"
        ]
        if left_out
        else []
    )
    parts += [
        "<h2>Tables</h2>",
        *(f"<h3>{escape(words)}</h3>{html(table)}" for words, table in tables_section(found)),
    ]
    parts += [
        "<h2>Methods</h2>",
        methods(found),
        f"<p class='quiet'>Made by {escape(m['command'] or 'a call from Python')}; model {escape(m['model'])}.</p>",
    ]
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>{title}</title><style>{STYLE}</style></head>'
    return head + "<body>" + "\n".join(parts) + "</body></html>\n"


def state(found):
    """How much of what was asked is there."""
    runs, e = found.runs, found.found.experiment
    asked = len(found.found.plan.arms) * e.replicates
    failed = int((runs["status"] == "failed").sum())
    told = f"{len(runs):,} of {asked:,} runs: {len(found.found.plan.arms):,} arms, up to {e.replicates:,} replicates with the same luck in every arm; {failed:,} failed."
    return told + (
        f" It may stop early, at a half-width of {e.stopping.half_width:g}." if e.stopping.half_width else ""
    )


def unpaired_section(found):
    """What there is to read where arms are not compared."""
    if len(found.found.plan.arms) == len(found.found.plan.cases):
        means = "; its means are in the tables" if (found.runs["status"] == "done").any() else ""
        return f"There is one arm only, so nothing is compared{means}."
    return "This design samples a space: cogov sensitivity and cogov discover read it."


def cards(found):
    """A card for each verdict, the clearest first."""
    order = {"larger": 0, "smaller": 1, "equivalent": 2, "alike": 3, "undecided": 4}
    told = sorted(found.sentences(), key=lambda one: order[one[2]])
    yield f"<p>{escape(estimand(found))}</p><div class='cards'>"
    for case, arm, verdict, sentence in told[:CARDS]:
        yield f"<div class='card {verdict}'><span>{escape(case)}</span><b>{escape(str(arm))}: {verdict}</b><span>{escape(sentence)}</span></div>"
    yield "</div>"
    if len(told) > CARDS:
        yield f"<p class='quiet'>{len(told) - CARDS} more in the table of verdicts.</p>"


def estimand(found):
    """What was to be known, in a sentence."""
    e = found.estimand
    matters = (
        f"an effect below {f'{100 * e.matters:g} points' if e.measure in SHARES else f'{e.matters:g}'} does not matter"
        if e.matters
        else "any effect matters"
    )
    when = (
        "before the first run"
        if not found.registration["runs_before"]
        else f"{found.registration['when']}, not before the first run but when {found.registration['runs_before']:,} runs were there"
    )
    return (
        f"The estimand, stated {when}: the mean difference of {NAMES[e.measure]} ({e.measure}; in time is within {e.within} days) between each arm and "
        f"“{found.reference}”, the same lucks in both; {matters}; {e.level:.0%} intervals."
    )


def choice_section(found):
    """Which arm may be best."""
    told = []
    for case in found.found.plan.cases:
        if case not in found.best.index.get_level_values("case"):
            told.append(f"{case}: cannot be said, for fewer than two arms have a value")
            continue
        here = found.best.loc[case]
        if here["replicates"].iloc[0] < 2:
            told.append(f"{case}: cannot be said, for it needs two replicates in which every arm has a value")
            continue
        possible = [str(arm) for arm in here.index[here["may_be_best"]]]
        told.append(
            f"{case}: "
            + (
                f"“{possible[0]}” is best"
                if len(possible) == 1
                else f"the best is one of {len(possible)}: {', '.join(possible[:8])}{' ...' * (len(possible) > 8)}"
            )
        )
    return f"Which arm is best (multiple comparisons with the best, valid under common random numbers): {'; '.join(told)}."


def price_section(found):
    """What an additional issue in time costs, arm by arm."""
    for (case, arm), row in list(found.price.iterrows())[:CARDS]:
        yield f"{case}, {arm}: {row.yuan_words}; {row.hours_words}."


def figure(name, svg):
    """A figure as a picture in the page."""
    data = base64.b64encode(svg).decode()
    caption = escape(CAPTIONS[name])
    return f'<figure><img alt="{caption}" src="data:image/svg+xml;base64,{data}"><figcaption class="quiet">{caption}</figcaption></figure>'


def tables_section(found):
    """(words, table) of those that stand in the page."""
    if found.by_arm:
        yield f"Verdicts: {found.estimand.measure}", found.verdicts
        yield (
            "Beside it: other measures, difference to the reference, joint intervals",
            found.beside[["reference", "mean", "difference", "low_all", "high_all", "correlation", "pairs"]],
        )
        yield (
            "Price: per additional issue resolved in time (an infinite bound: the effect may be zero)",
            found.price[[c for c in found.price if not c.endswith("_words")]],
        )
        yield "Efficient frontier, yuan", found.frontiers["yuan"]
        yield "Efficient frontier, hours", found.frontiers["hours"]
        yield "Which arm is best", found.best
    if "restricted_means" in found.tables():
        yield (
            "Mean days unresolved, up to the horizon (restricted mean; open issues counted)",
            found.survival.means,
        )
    yield "Arms: mean, standard deviation, Monte Carlo standard error", found.means
    yield "Failed runs", found.failures[found.failures["failed"] > 0]
    failed = found.runs[found.runs["status"] == "failed"][["case", "arm", "replicate", "failure"]]
    if len(failed):
        yield "What failed, and how", failed.set_index("case")


def html(table):
    """A table as HTML, its first rows."""
    if not len(table):
        return "<p class='quiet'>none</p>"
    told = table.reset_index()
    head = "".join(f"<th class='{kind(told[name])}'>{escape(str(name))}</th>" for name in told)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td class='{kind(told[name])}'>{escape(cell(value))}</td>" for name, value in zip(told, row)
        )
        + "</tr>"
        for row in told.head(ROWS).itertuples(index=False)
    )
    more = f"<p class='quiet'>{len(told) - ROWS:,} more rows in its file.</p>" if len(told) > ROWS else ""
    return f"<table><tr>{head}</tr>{body}</table>{more}"


def kind(column):
    return (
        "number"
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        else "text"
    )


def cell(value):
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return (
            "-"
            if np.isnan(value)
            else f"{value:,.0f}"
            if np.isfinite(value) and abs(value) >= 1e4
            else f"{value:.4g}"
        )
    return str(value)


def methods(found):
    """Methods from what was written down when the sweep ran: ADEMP (Morris, White & Crowther 2019) and STRESS (Monks et al. 2019)."""
    e, m, plan = found.found.experiment, found.found.manifest, found.found.plan
    stated, later = found.registration, found.history()
    changed = f" {' '.join(later)}" if later else ""
    cases = "; ".join(
        f"{name} ({s.community.residents:,} residents, {s.days} days; {institutions(plan, name)})"
        for name, s in plan.cases.items()
    )
    factors = ", ".join(f.path for f in e.factors()) or "as named"
    stop = (
        f"looks from {e.stopping.first or 'the default number of'} replicates on, every {e.stopping.step}, until every joint half-width is {e.stopping.half_width:g} or {e.replicates:,} replicates are there"
        if e.stopping.half_width
        else f"{e.replicates:,} replicates, fixed beforehand"
    )
    versions = ", ".join(f"{name} {number}" for name, number in m["versions"].items())
    told = {
        "Aims (ADEMP); objectives (STRESS 1)": e.question or "Not stated.",
        "Data-generating mechanism; logic (ADEMP; STRESS 2)": f"The agent-based model cogov, described after the ODD protocol in docs/ODD.md. Cases: {cases}. A case's people are the same in every run; luck differs between replicates only.",
        "Data (STRESS 3)": "Case files name the report each comes from and what it gives; every other number is an assumption with a range (docs/parameters.md). The whole of each case is kept in cases.json.",
        "Estimand (ADEMP)": f"{estimand(found)} Written down {stated['when']} with {stated['runs_before']:,} runs done, digest {stated['digest']}.{changed}",
        "Experimentation (STRESS 4)": f"Design: {e.design.kind}, {len(plan.arms):,} arms; factors: {factors}. Runs begin with the community as founded, without a warm-up; what a case has from the outset is in its file.",
        "Methods (ADEMP)": f"Common random numbers: every draw is a hash of seed, decision, day and person, so that replicate r has the same luck in every arm. Paired differences with Student intervals, made joint over the arms of a case by the quantile of the largest |t| under their estimated correlation. Replicates: {stop}. Times: Kaplan-Meier with open issues censored; bands by leaving out replicates. Ratios of cost and effect: Fieller.",
        "Performance measures (ADEMP)": "Monte Carlo standard errors and convergence are shown above; coverage of these intervals is printed by cogov bench coverage.",
        "Implementation; code access (STRESS 5, 6)": f"{versions}; {m['machine']}; digest of the model's sources {m['model']}. MIT licence. The same command gives the same digest of results: {found.found.digest()}.",
    }
    return (
        "<dl>"
        + "".join(f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in told.items())
        + "</dl>"
    )


def institutions(plan, case):
    """Which mechanisms are on in every arm of a case, and which in some."""
    arms = [on for arm, on in zip(plan.arms, active_mechanisms(plan)) if arm.case == case]
    always = set.intersection(*arms)
    told = [f"on in every arm: {', '.join(sorted(always)) or 'no mechanism'}"]
    if some := sorted(set().union(*arms) - always):
        told.append(
            "on in some arms: "
            + ", ".join(f"{name} ({sum(name in on for on in arms):,} of {len(arms):,})" for name in some)
        )
    return "; ".join(told)


def save(found, folder):
    """Write report.html, figures/ (PNG, SVG) and tables/ (CSV, Parquet) into `folder`, in place of an earlier report; returns the page's path."""
    for name in ("figures", "tables"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    figures = sweep_figures.every(found)
    for name in CAPTIONS.keys() - figures.keys():
        for kind in ("png", "svg"):
            (folder / "figures" / f"{name}.{kind}").unlink(missing_ok=True)
    drawn = {
        name: keep(one, folder / "figures", name).with_suffix(".svg").read_bytes()
        for name, one in figures.items()
    }
    for name, table in found.tables().items():
        plain = table if name == "runs" else table.reset_index()
        with (folder / "tables" / f"{name}.parquet").open(
            "wb"
        ) as file:  # Arrow takes no path that is not UTF-8
            plain.to_parquet(file, index=False)
        write_csv(plain, folder / "tables" / f"{name}.csv", index=False)
    path = folder / "report.html"
    path.write_text(page(found, drawn), encoding="utf-8")
    return path
