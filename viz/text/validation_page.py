"""The generated parts of docs/validation.md and docs/effects.md, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING

from .evidence_tables import short
from .parameter_tables import line, table
from .pattern_tables import format_interval, format_range, format_score
from .tables import SURE, sign_share

if TYPE_CHECKING:
    import pandas as pd

    from ...experiments.validation.pattern_scores import PatternScores
    from ...experiments.validation.scores import FactScores

BEGIN, END = "<!-- {name}: written by `make {target}` -->", "<!-- end of {name} -->"
PARTS = ("version", "facts", "patterns", "sensitivity")
MOST = 12  # factors of a headline that are listed
COLUMNS = {  # cases whose names are too long for a column of effects
    "changcheng_shuijun": "chang-cheng",
    "fangzhi_longhuwan": "fangzhi",
    "furong_south": "furong",
    "guanyinan": "guanyi-nan",
    "wuzi_yard": "wuzi",
}


def replace_part(page: str, name: str, text: str, target: str = "validation") -> str:
    """Return the page with the text between the markers of a part replaced.

    `target` is what `make` is told to write it.
    """
    begin, end = BEGIN.format(name=name, target=target), END.format(name=name)
    pattern = f"{re.escape(begin)}.*?{re.escape(end)}"
    return re.sub(pattern, lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", page, flags=re.DOTALL)


def part_of(page: str, name: str) -> str:
    """Return the text between the markers of a part; "" if they are missing."""
    begin, end = BEGIN.format(name=name, target="validation"), END.format(name=name)
    found = re.search(f"{re.escape(begin)}(.*?){re.escape(end)}", page, flags=re.DOTALL)
    return found[1].strip() if found else ""


def describe_version(day: str, version: str, facts: FactScores, patterns: PatternScores) -> str:
    """Say when and with which version the tables were made, and with how many runs."""
    return (
        f"The tables on this page were made on {day} with version `{version}` of the model: facts with "
        f"{facts.replicates} replicates and {facts.random} random worlds, patterns with "
        f"{patterns.replicates} replicates and {len(patterns.worlds)} random worlds. `cogov facts`, "
        "`cogov patterns` and `make validation` give those of the version at hand."
    )


def facts_part(result: FactScores) -> str:
    """Return the tables of facts, fitted and held out apart, the mean scores and the misses."""
    lines: list[str] = []
    for title, held_out in (("Facts that parameters may be fitted to", False), ("Facts held out", True)):
        rows = result.table[result.table["held_out"] == held_out]
        if len(rows):
            lines += facts_table(title, rows)
    lines += ["**Mean scores of the model and of null models; less is better**\n"]
    heads = ("facts", "inside", "model", "all off", "another community", "random worlds", "p")
    lines += table(heads, map(fact_total, result.totals().itertuples()))
    verdicts = result.table.groupby("verdict", sort=False)["fact"].agg(", ".join)
    for verdict in ("outside", "too wide", "no value"):
        lines.append(f"{verdict.capitalize()}: {verdicts.get(verdict, 'none')}.\n")
    return "\n".join([*lines, str(result.power())])


def slow_facts_part(result: FactScores) -> str:
    """Return the table of facts that are measured in runs of several years."""
    title = "Facts measured in runs of several years: not fitted to, and not in the means above"
    return "\n".join(facts_table(title, result.table))


def facts_table(title: str, rows: pd.DataFrame) -> list[str]:
    """Return the lines of a table of facts under a title."""
    heads = ("fact", "measured", "model", "score", "width", "verdict")
    return [f"**{title}**\n", *table(heads, map(fact_row, rows.itertuples()))]


def fact_row(row: object) -> list[str]:
    """Return the cells of a fact."""
    return [
        f"`{row.fact}`",
        f"{short(row.value)} ({short(row.low)} to {short(row.high)}) {row.unit}",
        format_interval(row.median, row.p5, row.p95),
        short(row.score),
        short(row.width_ratio),
        row.verdict,
    ]


def fact_total(row: object) -> list[str]:
    """Return the cells of the mean scores of a group of facts."""
    return [
        row.facts,
        f"{row.inside} of {row.count}",
        short(row.score),
        f"{short(row.all_off_score)} (model there: {short(row.score_where_all_off_has_values)})",
        f"{short(row.another_score)} (model there: {short(row.score_where_another_has_values)})",
        f"{short(row.random_score)} ± {short(row.random_deviation)}; {short(row.random_inside)} inside",
        short(row.p),
    ]


def patterns_part(result: PatternScores) -> str:
    """Return the tables of reported outcomes and of their totals, the summary and the power statement."""
    heads = (
        "case",
        "reported",
        "range",
        "model",
        "all off",
        "score (width) or share met",
        "verdict",
        "separates",
    )
    lines = table(heads, map(pattern_row, result.table.itertuples()))
    heads = (
        "patterns",
        "inside: model, off, random",
        "of",
        "statistic",
        "model",
        "all off",
        "random worlds",
        "p",
    )
    lines += table(heads, map(pattern_total, result.totals().itertuples()))
    return "\n".join([*lines, f"{result.summary()} {result.power()}"])


def pattern_row(row: object) -> list[str]:
    """Return the cells of a reported outcome."""
    separates = f"only with {row.only_with}" if row.only_with else "yes" if row.separates else "no"
    return [
        row.case,
        f"{row.words} `{row.measure}`",
        format_range(row),
        format_interval(row.median, row.p5, row.p95),
        "-" if row.only_with else format_interval(row.off_median, row.off_p5, row.off_p95),
        format_score(row),
        row.verdict,
        separates,
    ]


def pattern_total(row: object) -> list[str]:
    """Return the cells of the statistics of a group of outcomes."""
    return [
        {"numbers": "numbers with two ends", "words": "others", "all": "all"}[row.patterns],
        f"{row.inside}, {row.off_inside}, {short(row.random_inside)}",
        str(row.count),
        {"score": "mean score", "met": "mean share met", "inside": "number inside"}[row.statistic],
        short(row.value),
        short(row.off_value),
        f"{short(row.random_value)} ± {short(row.random_deviation)}",
        short(row.p),
    ]


def sensitivity_part(headline: str, tornado: pd.DataFrame, varied: int, replicates: int) -> str:
    """Return the table of the numbers that carry a headline, the widest swing first.

    `tornado` is that of `experiments.exploration.sensitivity`, at both ends of 90 % of each prior.
    """
    clear = tornado[(tornado["low"] > 0) | (tornado["high"] < 0)]
    names = list(dict.fromkeys(name for name, _ in clear.index))
    heads = ("number", "set to", "effect there", "change of the effect", "95 % interval")
    rows = [row for name in names[:MOST] for row in sensitivity_rows(name, clear.loc[[name]])]
    first = (
        f"**{headline}**: of {varied} numbers, each set to the 5 % and to the 95 % quantile of its prior "
        f"with all others at their defaults ({replicates} pairs), {len(names)} change the effect by more "
        f"than its noise (one 95 % interval in twenty excludes 0 by chance)"
        f"{f'; the {MOST} with the widest swing are listed' if len(names) > MOST else ''}."
    )
    return "\n".join([first, "", *(table(heads, rows) if rows else [])])


def sensitivity_rows(name: str, rows: pd.DataFrame) -> Iterator[list[str]]:
    """Yield the cells of each value of one number."""
    for (_, value), row in rows.iterrows():
        yield [
            f"`{name}`",
            short(float(value)),
            f"{100 * row.outcome:+.1f} points",
            f"{100 * row.difference:+.1f}",
            f"{100 * row.low:+.1f} to {100 * row.high:+.1f}",
        ]


def effects_part(effects: Mapping[str, pd.DataFrame], measure: str) -> str:
    """Return the table of one measure: a row per mechanism, a column per case; see `mechanism_effects`."""
    names = next(iter(effects.values())).index.get_level_values("mechanism").unique()
    rows = [[name, *(format_effect(one.loc[(name, measure)]) for one in effects.values())] for name in names]
    heads = ["mechanism", *(COLUMNS.get(case, case) for case in effects)]
    return "\n".join(map(line, [heads, ["---", *["---:"] * len(effects)], *rows]))


def format_effect(row: pd.Series) -> str:
    """Return the median effect over plausible worlds, in percentage points, and its range in nine of ten.

    ~ if fewer than SURE of the worlds have its sign, bold where the case has the mechanism; a dash if too few
    worlds have a value.

    >>> from pandas import Series
    >>> effect = {"median": 0.012, "p5": -0.01, "p95": 0.03, "better": 0.8, "worse": 0.2, "reported": True}
    >>> format_effect(Series(effect))
    '**+1.2 ~** (-1 to +3)'
    """
    if not isfinite(row["median"]):
        return "-"
    text = f"{100 * row['median']:+.1f}{'' if sign_share(row) >= SURE else ' ~'}"
    text = f"**{text}**" if row["reported"] else text
    return f"{text} ({100 * row['p5']:+.0f} to {100 * row['p95']:+.0f})"
