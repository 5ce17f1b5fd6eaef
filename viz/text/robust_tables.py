"""Answers over plausible worlds as tables: choices, decisions, field trials, gains, paths and structures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table
from rich.text import Text

from ...engine.texts import translate
from ...experiments.comparison.lever_paths import HOURS, TOGETHER, TOTAL
from ...experiments.comparison.who_gains import SAME
from ...experiments.robustness.weighing import CARRIERS
from ...experiments.statistics.plausible_effects import amount, unit_of
from ...model.measures import MEASURES
from .tables import PLAIN, SURE, number, sign_share

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.robustness.deciding import Decision
    from ...experiments.robustness.field_trial import TrialResult
    from ...experiments.robustness.structures import Structures
    from ...experiments.robustness.weighing import Robustness


POINTS = ("truth", "estimate", "bias", "direct", "spillover", "error")  # of trials, in points
SHARES = ("covered", "power", "size")
ENOUGH = 0.8  # power that is asked for


def robust_tables(result: Robustness, lang: str = "en") -> Iterator[Table | str]:
    """Yield the tables of a case, then the sentences."""
    yield effects_table(result, lang)
    yield choices_table(result, lang)
    yield prices_table(result, lang)
    if len(result.values.columns) > 2:
        yield pairs_table(result.pairs, lang)
    if result.carriers["carries"].any():
        yield carriers_table(result.carriers, lang)
    yield from result.sentences(lang)


def effects_table(result: Robustness, lang: str) -> Table:
    """Tabulate the effect of each arm: ranges over worlds and shares of worlds, the best first.

    An arm whose effect has the same sign in SURE of the worlds is bold.
    """
    experiment, measure, lucks = result.results.experiment, result.measure, result.lucks
    out = new_table(
        translate(
            lang,
            "robust",
            "title",
            case=result.case,
            worlds=experiment.replicates // lucks,
            lucks=translate(lang, "robust", "lucks_one" if lucks == 1 else "lucks_more", n=lucks),
            days=result.results.plan.cases[result.case].days,
            measure=getattr(MEASURES[measure], lang),
        ),
        ("arm", "median", "half", "most", "better_share", "matters_share"),
        lang,
    )
    for arm, row in result.ranked.iterrows():
        out.add_row(
            Text(str(arm), style="bold" if sign_share(row) >= SURE else ""),
            amount(measure, row["median"], "+"),
            f"{amount(measure, row['p25'], '+')} – {amount(measure, row['p75'], '+')}",
            f"{amount(measure, row['p5'], '+')} – {amount(measure, row['p95'], '+')}",
            f"{row['better']:.0%}",
            f"{row['matters']:.0%}",
        )
    out.caption = translate(
        lang,
        "robust",
        "effects_caption",
        matters=difference(measure, result.matters, lang),
        within=experiment.estimand.within,
    )
    return out


def choices_table(result: Robustness, lang: str) -> Table:
    """Tabulate each arm as a choice: regret, share of worlds in which it is good enough, and prices."""
    measure = result.measure
    out = new_table(
        translate(lang, "robust", "choices_title"),
        ("arm", "best", "regret", "most_regret", "good_enough", "per_hours", "per_yuan"),
        lang,
    )
    for arm, row in result.choices.sort_values("regret", kind="stable").iterrows():
        prices = result.table.loc[arm] if arm in result.table.index else {}
        out.add_row(
            str(arm),
            f"{row['best']:.0%}",
            amount(measure, row["regret"]),
            amount(measure, row["most_regret"]),
            f"{row['good_enough']:.0%}",
            price(measure, prices.get("per_1000_hours", np.nan)),
            price(measure, prices.get("per_10000_yuan", np.nan)),
        )
    out.caption = translate(
        lang,
        "robust",
        "choices_caption",
        enough=translate(lang, "robust", "enough_regret", matters=difference(measure, result.matters, lang))
        if result.enough is None
        else translate(lang, "robust", "enough_value", value=number(measure, result.enough)),
        wage=f"{result.results.plan.cases[result.case].volunteers.shadow_wage_yuan:g}",
    )
    return out


def prices_table(result: Robustness, lang: str) -> Table:
    """Tabulate what each arm costs: medians and ranges over worlds of hours and yuan."""
    out = new_table(translate(lang, "robust", "prices_title"), ("arm", "hours", "most", "yuan", "most"), lang)
    hours, yuan = (result.price_ranges(name) for name in ("hours", "yuan"))
    for arm in result.ranked.index:
        cells = [str(arm)]
        for row in (hours.loc[arm], yuan.loc[arm]):
            cells += [f"{row['median']:+,.0f}", f"{row['p5']:+,.0f} – {row['p95']:+,.0f}"]
        out.add_row(*cells)
    out.caption = translate(lang, "robust", "prices_caption")
    return out


def new_table(title: str, heads: Sequence[str], lang: str, section: str = "robust") -> Table:
    """Return an empty table with a column of names and columns of numbers."""
    out = Table(title=title, **PLAIN)
    for n, head in enumerate(heads):
        out.add_column(translate(lang, section, head), justify="right" if n else "left", overflow="fold")
    return out


def difference(measure: str, value: float, lang: str) -> str:
    """Format a difference with its unit."""
    return amount(measure, value) + unit_of(measure, lang)


def price(measure: str, value: float) -> str:
    """Format an effect per cost; a dash where the cost is not positive."""
    return amount(measure, value, "+") if np.isfinite(value) else "-"


def pairs_table(pairs: pd.DataFrame, lang: str) -> Table:
    """Tabulate in which share of worlds the arm of a row is better than that of a column."""
    out = Table(title=translate(lang, "robust", "pairs"), **PLAIN)
    out.add_column("", overflow="fold")
    for n, _ in enumerate(pairs.columns, 1):
        out.add_column(str(n), justify="right")
    for n, (arm, row) in enumerate(pairs.iterrows(), 1):
        cells = ("" if np.isnan(share) else f"{share:.0%}" for share in row)
        out.add_row(f"{n} {arm}", *cells)
    return out


def carriers_table(carriers: pd.DataFrame, lang: str) -> Table:
    """Tabulate the numbers that carry the spread of each effect, the strongest first."""
    out = new_table(
        translate(lang, "robust", "carriers_table"), ("arm", "knob", "index", "floor", "correlation"), lang
    )
    for arm, part in carriers[carriers["carries"].astype(bool)].groupby(level="arm", sort=False):
        for n, ((_, path), row) in enumerate(part.head(CARRIERS).iterrows()):
            out.add_row(
                "" if n else str(arm),
                path,
                f"{row['pawn']:.2f}",
                f"{row['floor']:.2f}",
                f"{row['correlation']:+.2f}",
            )
    return out


def decision_tables(decision: Decision, lang: str = "en") -> Iterator[Table | str]:
    """Yield the table of a decision in yuan, then the sentences."""
    weighed = decision.weighed
    heads = ["arm", "mean", "regret", "most_regret", "best"] + ["pilot_value"] * (weighed.lucks > 1)
    title = translate(
        lang,
        "decide",
        "title",
        case=weighed.case,
        worlds=len(decision.benefit),
        reference=weighed.reference,
        measure=getattr(MEASURES[weighed.measure], lang),
        worth=f"{decision.worth:,g}",
    )
    out = new_table(title, heads, lang, "decide")
    for arm, row in decision.table.iterrows():
        cells = [str(arm), *(f"{row[name]:,.0f}" for name in ("mean", "regret", "most_regret"))]
        cells.append(f"{row['best']:.0%}")
        if weighed.lucks > 1 and arm in decision.pilots.index:
            cells.append(f"{decision.pilots.loc[arm, 'value']:,.0f}")
        out.add_row(*cells)
    yield out
    yield from decision.sentences(lang)


def trial_tables(result: TrialResult, case: str, lang: str = "en") -> Iterator[Table | str]:
    """Yield what trials say over all worlds, the power curve, and the sentences."""
    plan, summary = result.plan, result.summary
    title = translate(
        lang,
        "trial",
        "title",
        case=case,
        number=result.number,
        clusters=plan.clusters,
        periods=plan.periods,
        days=plan.period_days,
        design=translate(lang, "trial", plan.design),
        trials=len(result.trials),
        mechanism=plan.mechanism,
    )
    out = new_table(title, ("quantity", "value"), lang, "trial")
    for name in (*POINTS, *SHARES, "failed", "hours", "yuan", "cost_yuan"):
        out.add_row(translate(lang, "trial", name), format_value(name, summary[name]))
    yield out
    curve = new_table(translate(lang, "trial", "curve"), ("clusters", "chance"), lang, "trial")
    for row in result.curve.itertuples():
        curve.add_row(str(row.clusters), f"{row.power:.0%}")
    yield curve
    yield from trial_sentences(result, lang)


def format_value(name: str, value: float) -> str:
    """Format a value of the summary of trials."""
    if not np.isfinite(value):
        return "-"
    if name in POINTS:
        return f"{100 * value:{'' if name == 'error' else '+'}.1f}"
    return f"{value:.0%}" if name in SHARES else f"{value:,.0f}"


def trial_sentences(result: TrialResult, lang: str = "en") -> Iterator[str]:
    """Yield what the trials mean: power, what would be enough, bias and spillover, and cost."""
    plan, summary = result.plan, result.summary
    yield translate(
        lang,
        "trial",
        "finds",
        number=result.number,
        days=plan.periods * plan.period_days,
        mechanism=plan.mechanism,
        power=format_value("power", summary["power"]),
        error=format_value("power", summary["power_error"]),
        truth=format_value("truth", summary["truth"]),
        spread=format_value("error", summary["error"]),
    )
    curve, last = result.curve, result.curve.iloc[-1]
    enough = curve[curve["power"] >= ENOUGH]
    if len(enough):
        yield translate(lang, "trial", "enough", clusters=int(enough["clusters"].iloc[0]))
    else:
        clusters, power = int(last["clusters"]), format_value("power", last["power"])
        yield translate(lang, "trial", "not enough", clusters=clusters, power=power)
    bias, spillover = (format_value(name, summary[name]) for name in ("bias", "spillover"))
    yield translate(lang, "trial", "biased", bias=bias, spillover=spillover)
    if summary["size"] > 0.05 + 2.0 * np.sqrt(0.05 * 0.95 / len(result.trials)):
        yield translate(lang, "trial", "size_warning", size=format_value("size", summary["size"]))
    yield translate(lang, "trial", "cost", cost=format_value("cost_yuan", summary["cost_yuan"]))


def gains_table(table: pd.DataFrame, title: str, lang: str = "en") -> Table:
    """Tabulate who gains: a row per group of households; see `who_gains`."""
    heads = ("group", "households", "without", "with", "change", "range", "better", "same", "worse")
    out = new_table(title, heads, lang, "gains")
    for group, row in table.iterrows():
        out.add_row(
            translate(lang, "gains", str(group)),
            f"{row['households']:,.0f}",
            f"{row['without']:,.1f}",
            f"{row['with']:,.1f}",
            f"{row['change']:+,.1f}",
            f"{row['low']:+,.1f} – {row['high']:+,.1f}",
            *(f"{row[name]:.0%}" for name in ("better", "same", "worse")),
        )
    out.caption = translate(lang, "gains", "caption", same=SAME)
    return out


def gains_sentence(table: pd.DataFrame, names: str, lang: str = "en") -> str:
    """Say which share of households is better off, and which groups gain most and least."""
    groups, everybody = table["change"].drop("all"), table.loc["all"]
    most, least = groups.idxmin(), groups.idxmax()
    return translate(
        lang,
        "gains",
        "sentence",
        names=names,
        better=f"{everybody['better']:.0%}",
        worse=f"{everybody['worse']:.0%}",
        most=translate(lang, "gains", most),
        most_change=f"{-groups[most]:,.1f}",
        least=translate(lang, "gains", least),
        least_change=f"{-groups[least]:,.1f}",
    )


def paths_table(table: pd.DataFrame, title: str, measure: str, lang: str = "en") -> Table:
    """Tabulate through what a mechanism works: a row per part of its effect; see `path_effects`."""
    out = new_table(title, ("lever", "part", "range", "lost"), lang, "paths")
    for lever, row in table.iterrows():
        out.add_row(
            part_words(str(lever), lang),
            amount(measure, row["part"], "+"),
            f"{amount(measure, row['low'], '+')} – {amount(measure, row['high'], '+')}",
            amount(measure, row["lost"], "+") if np.isfinite(row["lost"]) else "",
        )
    out.caption = translate(lang, "paths", "caption")
    return out


def part_words(part: str, lang: str) -> str:
    """Return the words of a part of an effect: a lever, or what is no lever."""
    section = "paths" if part in (HOURS, TOGETHER, TOTAL) else "lever"
    return translate(lang, section, part)


def paths_sentence(table: pd.DataFrame, mechanism: str, measure: str, lang: str = "en") -> str:
    """Say which lever a mechanism works by most: the one without which most is lost."""
    lost = table["lost"].dropna()
    first = str(lost.abs().idxmax())
    return translate(
        lang,
        "paths",
        "sentence",
        mechanism=mechanism,
        lever=translate(lang, "lever", first),
        part=amount(measure, table.loc[first, "part"], "+"),
        lost=amount(measure, lost[first], "+"),
        total=amount(measure, table.loc[TOTAL, "part"], "+"),
        unit=unit_of(measure, lang),
    )


def structures_tables(result: Structures, case: str, lang: str = "en") -> Iterator[Table | str]:
    """Yield the effect by each rule, what the spread is due to, and the sentences; see `try_structures`."""
    measure = result.measure
    title = translate(
        lang,
        "structures",
        "title",
        case=case,
        arm=result.arm,
        measure=getattr(MEASURES[measure], lang),
        structures=len(result.table),
        worlds=len(result.effects),
    )
    out = new_table(title, ("decision", "rule", "words", "median", "range", "holds"), lang, "structures")
    said = None
    for (decision, rule), row in result.by_rule.iterrows():
        out.add_row(
            "" if decision == said else translate(lang, "structures", decision),
            str(rule),
            translate(lang, "structures", str(rule)),
            amount(measure, row["median"], "+"),
            f"{amount(measure, row['low'], '+')} – {amount(measure, row['high'], '+')}",
            f"{row['holds']:.0f} / {row['structures']:.0f}",
        )
        said = decision
    for column in out.columns[1:3]:
        column.justify = "left"
    out.caption = translate(lang, "structures", "caption")
    yield out
    if len(result.parts):
        split = new_table(
            translate(lang, "structures", "split_title"), ("group", "share", "error"), lang, "structures"
        )
        for group, row in result.parts.iterrows():
            split.add_row(
                translate(lang, "structures", str(group)), f"{row['share']:.1%}", f"{row['error']:.1%}"
            )
        yield split
    yield from result.sentences(lang)
