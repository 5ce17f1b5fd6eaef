"""Build the chart specs of a stored sweep from its tables; chart.js draws them (viz/figures/chart_specs.py).

Their kinds have a row for each category: "ranges" (a dot `y` and a bar from `low` to `high`; `wide` draws it
broad), "boxes" (median `y`, `q1`, `q3`, ends `low` and `high`, and `dots`, the single values) and "tornado"
(lines on both sides of zero). "scatter" has dots at `x`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...engine.release import project
from ...experiments.statistics.replicate_table import format_factor
from ...model.measures import SHARES
from ..figures.chart_specs import line, plain
from ..figures.figures import QUIET, WITH, WITHOUT
from ..i18n.words import translate
from . import tables
from .names import (
    amount,
    arm_names,
    case_name,
    factor_name,
    measure_name,
    reference_name,
    say,
    signed,
    value_name,
)

if TYPE_CHECKING:
    from ...experiments.sweep.report_statistics import Analysis

MOST = 60  # rows of a chart; the table has all
FACTORS = 12  # charts over a factor each
LUCK, WORLD, FALL, RISE = (WITH, ""), (QUIET, ""), (WITHOUT, ""), (WITH, "")


def source_line(one: Analysis, lang: str) -> str:
    """Return where a chart comes from: sweep, measure, version of the model and of cogov."""
    manifest = one.results.manifest
    return say(
        lang,
        "source",
        sweep=one.results.experiment.name,
        measure=one.estimand.measure,
        model=str(manifest["model"])[:8],
        version=manifest.get("versions", {}).get("cogov", project()[0]),
    )


def framed(one: Analysis, lang: str, spec: dict, title: str, what: str) -> dict:
    """Return a spec with what all of them have: `title` is a finding, `what` says what is drawn."""
    measure = one.estimand.measure
    name = measure_name(lang, measure)
    return {
        "xlabel": name,
        "ylabel": "",
        **spec,
        "title": title,
        "subtitle": say(lang, "subtitle", measure=name, what=what),
        "subject": what,
        "source": source_line(one, lang),
    }


def ranges(names: list[str], lines: list[dict], lang: str, note: str = "", **more: Any) -> dict:
    """Return a spec with a row for each name, MOST of them at most."""
    left_out = len(names) - MOST
    short = say(lang, "first rows", most=MOST, n=len(names)) if left_out > 0 else ""
    cut = [
        {key: value[:MOST] if isinstance(value, list) else value for key, value in one.items()}
        for one in lines
    ]
    return {
        "kind": "ranges",
        "categories": names[:MOST],
        "lines": cut,
        "note": " ".join(text for text in (note, short) if text),
        **more,
    }


def arms_chart(one: Analysis, table: pd.DataFrame, lang: str) -> dict:
    """Chart the mean of each arm with its interval and, where there are worlds, nine of ten of them."""
    measure, level = one.estimand.measure, f"{one.level:.0%}"
    valued = table[table["mean"].notna()]
    names = arm_names(one, valued.index, lang)
    worlds = bool(one.results.experiment.lucks_per_world)
    lines = [
        line(
            say(lang, "mean of worlds" if worlds else "mean", level=level),
            LUCK,
            valued["mean"],
            low=valued["low"],
            high=valued["high"],
        )
    ]
    if "world_p5" in valued and valued["world_p5"].notna().any():
        band = line(
            say(lang, "worlds"),
            WORLD,
            valued["world_median"],
            low=valued["world_p5"],
            high=valued["world_p95"],
        )
        lines.append({**band, "wide": True})
    if not names:
        title = say(lang, "no value")
    elif len(names) == 1:
        title = say(lang, "only", arm=names[0], value=amount(measure, valued["mean"].iloc[0]))
    else:
        means = valued["mean"].to_numpy()
        top, last = int(means.argmax()), int(means.argmin())
        title = say(
            lang,
            "highest and lowest",
            first=names[top],
            most=amount(measure, means[top]),
            last=names[last],
            least=amount(measure, means[last]),
        )
    spec = ranges(names, lines, lang, say(lang, "worlds note" if worlds else "luck note"))
    return framed(one, lang, {**spec, "percent": measure in SHARES}, title, say(lang, "arms"))


def difference_unit(one: Analysis, lang: str) -> tuple[float, str]:
    """Return the factor of a difference, and the name of its axis."""
    if one.estimand.measure in SHARES:
        return 100.0, translate(lang, "chart.points")
    return 1.0, measure_name(lang, one.estimand.measure)


def difference_chart(one: Analysis, table: pd.DataFrame, lang: str) -> dict:
    """Chart the difference of each arm from the reference, with its joint interval and the worlds."""
    times, unit = difference_unit(one, lang)
    valued = table[table["difference"].notna()]
    level = f"{one.level:.0%}"
    lines = [
        line(
            say(lang, "difference", level=level),
            LUCK,
            times * valued["difference"],
            low=times * valued["low_all"],
            high=times * valued["high_all"],
        )
    ]
    if "effect_p5" in valued and valued["effect_p5"].notna().any():
        band = line(
            say(lang, "worlds"),
            WORLD,
            times * valued["effect_median"],
            low=times * valued["effect_p5"],
            high=times * valued["effect_p95"],
        )
        lines.append({**band, "wide": True})
    note = say(lang, "joint note")
    if one.estimand.matters:
        least = f"{times * one.estimand.matters:g}"
        note += say(lang, "matters note", least=least, unit=unit)
    clear = int(valued["verdict"].isin(["larger", "smaller"]).sum())
    title = say(lang, "clear", clear=clear, n=len(valued), reference=reference_name(one, lang))
    spec = ranges(arm_names(one, valued.index, lang), lines, lang, note, zero=True, xlabel=unit)
    return framed(one, lang, spec, title, say(lang, "differences", reference=reference_name(one, lang)))


def boxes_chart(one: Analysis, lang: str) -> dict:
    """Chart the single runs of each arm: median, middle half, ends, and every run as a dot."""
    measure = one.estimand.measure
    runs = dict(list(tables.tabulate_runs(one).items())[:MOST])
    quarters = {place: np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0)) for place, values in runs.items()}
    low, q1, median, q3, high = np.array(list(quarters.values())).T if runs else np.empty((5, 0))
    box = line(say(lang, "median"), LUCK, median, low=low, q1=q1, q3=q3, high=high)
    box["dots"] = [plain(values) for values in runs.values()]
    spec = ranges(arm_names(one, runs, lang), [box], lang, say(lang, "boxes note"))
    ends = (amount(measure, end) for end in ((low.min(), high.max()) if runs else (np.nan, np.nan)))
    title = say(lang, "runs lie", least=next(ends), most=next(ends)) if runs else say(lang, "no value")
    spec |= {"kind": "boxes", "percent": measure in SHARES}
    return framed(one, lang, spec, title, say(lang, "single runs"))


def factor_charts(one: Analysis, lang: str) -> list[dict]:
    """Chart what each factor moves, by case and named arm.

    Raises UserError where too few runs are complete.
    """
    specs = []
    for (case, arm), table in tables.factor_tables(one).items():
        where = [case_name(one, case, lang)] * (len(one.results.plan.cases) > 1) + [arm] * bool(arm)
        scope = "".join(f"{name} · " for name in where)
        if "swing" in table:
            charts = [tornado_chart(one, table, lang), values_chart(one, table, lang)]
        elif "mu_star" in table:
            charts = [screening_chart(one, table, lang)]
        else:
            charts = [indices_chart(one, table, lang)]
        specs += [{**spec, "subtitle": scope + spec["subtitle"]} for spec in charts]
    return specs or points_charts(one, lang)


def tornado_chart(one: Analysis, table: pd.DataFrame, lang: str) -> dict:
    """Chart how far each factor moves the measure, down and up, the widest first."""
    times, unit = difference_unit(one, lang)
    grouped = table["difference"].groupby(level="factor", sort=False)
    fall, rise = times * grouped.min().clip(upper=0.0), times * grouped.max().clip(lower=0.0)
    spec = ranges(
        [factor_name(lang, path) for path in fall.index],
        [line(say(lang, "lowest"), FALL, fall), line(say(lang, "highest"), RISE, rise)],
        lang,
        zero=True,
        xlabel=unit,
        kind="tornado",
    )
    first = factor_name(lang, fall.index[0])
    title = say(
        lang, "moves most", factor=first, low=signed(fall.iloc[0]), high=signed(rise.iloc[0]), unit=unit
    )
    return framed(one, lang, spec, title, say(lang, "tornado"))


def values_chart(one: Analysis, table: pd.DataFrame, lang: str) -> dict:
    """Chart the difference that each value of each factor makes, with its interval."""
    times, unit = difference_unit(one, lang)
    shown = line(
        say(lang, "difference of values", level=f"{one.level:.0%}"),
        LUCK,
        times * table["difference"],
        low=times * table["low"],
        high=times * table["high"],
    )
    names = [
        say(lang, "factor is", factor=factor_name(lang, path), value=value_name(lang, value))
        for path, value in table.index
    ]
    crossed = one.results.experiment.design.kind in tables.CROSSED
    note = say(lang, "crossed note" if crossed else "base note")
    clear = int(((table["low"] > 0) | (table["high"] < 0)).sum())
    spec = ranges(names, [shown], lang, note, zero=True, xlabel=unit)
    return framed(one, lang, spec, say(lang, "values clear", clear=clear, n=len(table)), say(lang, "values"))


def screening_chart(one: Analysis, table: pd.DataFrame, lang: str) -> dict:
    """Chart mu* of Morris' screening with its interval, the largest first."""
    times, unit = difference_unit(one, lang)
    table = table.sort_values("mu_star", ascending=False, kind="stable")
    mean = line(
        say(lang, "mu star", level=f"{one.level:.0%}"),
        LUCK,
        times * table["mu_star"],
        low=times * table["mu_star_low"],
        high=times * table["mu_star_high"],
    )
    noise = line(say(lang, "noise"), WORLD, times * table["noise"])
    names = [factor_name(lang, path) for path in table.index]
    spec = ranges(names, [mean, noise], lang, say(lang, "screening note"), xlabel=unit)
    beyond = int(table["beyond_noise"].sum())
    title = say(lang, "beyond noise", n=beyond, all=len(table), factor=names[0])
    return framed(one, lang, spec, title, say(lang, "screening"))


def indices_chart(one: Analysis, table: pd.DataFrame, lang: str) -> dict:
    """Chart Sobol indices with their intervals, the largest total index first."""
    table = table.sort_values("ST", ascending=False, kind="stable")
    lines = [
        line(say(lang, name), look, table[name], low=table[f"{name}_low"], high=table[f"{name}_high"])
        for name, look in (("ST", LUCK), ("S1", WORLD))
    ]
    names = [factor_name(lang, path) for path in table.index]
    spec = ranges(names, lines, lang, say(lang, "indices note"), percent=True, xlabel=say(lang, "variance"))
    beyond = int(table["beyond_noise"].sum())
    title = say(lang, "beyond noise", n=beyond, all=len(table), factor=names[0])
    return framed(one, lang, spec, title, say(lang, "indices"))


def points_charts(one: Analysis, lang: str) -> list[dict]:
    """Chart the points of a sampled design over each factor: dots over numbers, boxes over other values."""
    measure = one.estimand.measure
    if not one.done.any():
        return []
    points = tables.tabulate_points(one).dropna(subset=[measure])
    specs = []
    for factor in (
        [factor.path for factor in one.results.experiment.factors()][:FACTORS] if len(points) else ()
    ):
        name, column = factor_name(lang, factor), points[factor]
        what = say(lang, "over factor", factor=name)
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            rows = points.sort_values(factor, kind="stable")
            dots = line(say(lang, "point"), LUCK, rows[measure])
            spec = {"kind": "scatter", "x": plain(rows[factor]), "xlabel": name, "at": f"{name} {{x}}"}
            spec |= {"lines": [dots]}
        else:
            parts = {
                value: part.to_numpy(float)
                for value, part in points[measure].groupby(column.map(format_factor))
            }
            low, q1, median, q3, high = np.array(
                [np.quantile(part, (0.0, 0.25, 0.5, 0.75, 1.0)) for part in parts.values()]
            ).T
            box = line(say(lang, "median"), LUCK, median, low=low, q1=q1, q3=q3, high=high)
            box["dots"] = [plain(part) for part in parts.values()]
            names = [say(lang, text) if text in ("on", "off") else text for text in parts]
            spec = {"kind": "boxes", "categories": names, "lines": [box]}
        spec |= {"percent": measure in SHARES, "note": say(lang, "points note")}
        specs.append(framed(one, lang, spec, what, say(lang, "points")))
    return specs
