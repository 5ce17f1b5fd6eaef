"""Build chart specs: plain data from which the page and the print figures draw the same chart.

A function takes recordings, runs or a PairSummary, and `words`, as `words_of` returns them. A
spec is a dict: `title`, `xlabel`, `ylabel`, `x`, `lines` (each with `name`, `colour`, `dash`, `y`, and
optionally its own `x`, `low`, `high`). Optional keys: `kind` ("lines" is the default; "bars": y by
`categories`; "pairs": dots, joined where they share an x; "panels": small charts on one scale, `panels` with
`name` and `colour`, of which each line names one by its number, `panel`), `percent`, `step`, `zero` (draw a
line at zero), `ymin`, `ymax`, `vline` ({x, label}), `at` (name of a position, "day {x}"), `cursor` (x is the
day, so the page may place its cursor there) and `note`. The page adds `subtitle`, `subject` (the variable,
for the name of a file) and `source`. A missing value is None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...engine.texts import sections
from ...experiments.comparison.streaming_comparison import PairSummary, rate_by_day
from ...model import measures
from ...model.issues.categories import FAMILIES
from ...model.issues.issue_table import RESOLVED
from ...model.resources.ledger import PAYERS
from .figures import WITH, WITHOUT

if TYPE_CHECKING:
    from ...experiments.narrative.recording import Recording

ARMS = ((WITHOUT, "7 3"), (WITH, ""))  # colour and dash: distinguishable in grey, too
FAMILY = {  # the same in the town; none is near a side's colour: apart by 30 in CIELAB, from a side by 45
    "facility": "#332288",
    "environment": "#009E73",
    "safety": "#C4A000",
    "dispute": "#CC79A7",
    "care": "#882255",
    "project": "#5B7F00",
    "street": "#6B4E2E",
}
HORIZON = 180  # days shown of a Kaplan-Meier curve


def words_of(lang: str) -> dict[str, str]:
    """Return the words of charts in a language: "chart_..." of the charts, "role_..." and "family_..."."""
    parts = {"chart_": "chart", "role_": "chart_role", "family_": "chart_family"}
    return {
        prefix + key: text
        for prefix, section in parts.items()
        for key, text in sections(lang)[section].items()
    }


ENGLISH = words_of("en")


def plain(values, times: float = 1.0) -> list[float | None]:
    """Return numbers for JSON: six significant digits, None for values that are not finite."""
    return [float(f"{times * v:.6g}") if np.isfinite(v) else None for v in np.asarray(values, float).tolist()]


def line(name: str, look, y, **more) -> dict:
    """Return one line of a spec; `look` is (colour, dash), and `more` holds x, low or high."""
    return {
        "name": name,
        "colour": look[0],
        "dash": look[1],
        "y": plain(y),
        **{key: plain(column) for key, column in more.items()},
    }


def name_difference(words: dict, key: str, within: int) -> str:
    """Return a title with the names of both arms and the days that count as in time."""
    return words[key].format(within=within, with_=words["chart_with"], without=words["chart_without"])


def name_sides(things, words: dict) -> zip:
    """Pair both arms with their names and looks: (name, look, thing); a single thing gets the first."""
    return zip((words["chart_without"], words["chart_with"]), ARMS, things)


def resolution(films: list[Recording], words: dict = ENGLISH, within: int = measures.WITHIN) -> dict:
    """Chart the running share of issues resolved in time, among those old enough to tell, by day."""
    lines = [line(name, look, rate_by_day(film.run, within)) for name, look, film in name_sides(films, words)]
    return {
        "title": words["chart_resolution"].format(within=within),
        "xlabel": words["chart_day"],
        "at": words["chart_at_day"],
        "ylabel": words["chart_share_resolved"],
        "percent": True,
        "ymin": 0.0,
        "x": list(range(films[0].run.days + 1)),
        "lines": lines,
        "cursor": True,
        "note": words["chart_resolution_note"].format(within=within),
    }


def backlog(films: list[Recording], words: dict = ENGLISH) -> dict:
    """Chart open issues, reported or not, at the end of each day."""
    return of_days(
        words["chart_backlog"],
        films,
        words,
        [line(name, look, film.arrays["day_open"]) for name, look, film in name_sides(films, words)],
    )


def families(films: list[Recording], words: dict = ENGLISH) -> dict:
    """Chart open issues by family: a panel for each family that has any, with a line for each arm."""
    counts = [open_by_family(film) for film in films]
    present = np.flatnonzero(sum(count.sum(axis=1) for count in counts))
    lines = [
        {**line(name, look, count[family]), "panel": n}
        for n, family in enumerate(present)
        for name, look, count in name_sides(counts, words)
    ]
    names = [FAMILIES[family] for family in present]
    return {
        **of_days(words["chart_backlog_families"], films, words, lines),
        "kind": "panels",
        "panels": [{"name": words[f"family_{name}"], "colour": FAMILY[name]} for name in names],
    }


def of_days(title: str, films: list[Recording], words: dict, lines: list[dict]) -> dict:
    """Return the spec of a chart of issue counts by day."""
    return {
        "title": title,
        "xlabel": words["chart_day"],
        "at": words["chart_at_day"],
        "ylabel": words["chart_issues"],
        "x": list(range(films[0].run.days + 1)),
        "lines": lines,
        "ymin": 0.0,
        "cursor": True,
    }


def open_by_family(film: Recording) -> np.ndarray:
    """Count open issues at the end of each day from a recording's events: (families, days + 1) int."""
    a, h = film.arrays, film.header
    family = np.array([h["families"].index(name) for name in h["category_family"]])[a["issue_category"]]
    first = a["issue_first"].astype(np.int64)
    is_open = (a["event_state"] < RESOLVED).astype(np.int64)
    before = np.r_[0, is_open[:-1]]
    before[first[:-1][first[:-1] < len(is_open)]] = 0  # no issue is open before it arises
    changes = np.zeros((len(h["families"]), h["days"] + 1), np.int64)
    np.add.at(changes, (np.repeat(family, np.diff(first)), a["event_day"]), is_open - before)
    return changes.cumsum(axis=1)


def trust(films: list[Recording], words: dict = ENGLISH) -> dict:
    """Chart mean trust in the committee, and mean satisfaction, by day."""
    shown = ("trust_committee", "satisfaction")
    lines = [
        {**line(name, look, film.arrays[f"day_{what}"]), "panel": n}
        for n, what in enumerate(shown)
        for name, look, film in name_sides(films, words)
    ]
    return {
        "title": words["chart_trust"],
        "kind": "panels",
        "panels": [{"name": words[f"chart_{what}"], "colour": ""} for what in shown],
        "xlabel": words["chart_day"],
        "at": words["chart_at_day"],
        "ylabel": words["chart_trust_axis"],
        "x": list(range(films[0].run.days + 1)),
        "lines": lines,
        "cursor": True,
    }


def survival(runs: list, words: dict = ENGLISH, within: int = measures.WITHIN) -> dict:
    """Chart the Kaplan-Meier curve of one run of each arm."""
    curves = []
    for run in runs:
        when, share = measures.kaplan_meier(*measures.times_at_desks(run))
        curves.append((np.r_[0.0, when], np.r_[1.0, share]))
    return of_curves(curves, runs[0].days, words, within)


def of_curves(curves: list[tuple], days: int, words: dict, within: int) -> dict:
    """Return the spec of step curves, (days, share) per arm, extended to the horizon."""
    horizon = min(days, HORIZON)
    lines = []
    for name, look, (when, share) in name_sides(curves, words):
        inside = when <= horizon
        when, share = np.r_[when[inside], horizon], share[inside]
        lines.append(line(name, look, np.r_[share, share[-1]], x=when))
    return {
        "title": words["chart_survival"],
        "xlabel": words["chart_since"],
        "at": words["chart_at_since"],
        "ylabel": words["chart_unresolved"],
        "lines": lines,
        "percent": True,
        "step": True,
        "ymin": 0.0,
        "ymax": 1.0,
        "vline": {"x": within, "label": words["chart_days"].format(n=within)},
    }


def hours(runs: list, words: dict = ENGLISH) -> dict:
    """Chart hours by role in one run of each arm."""
    return of_hours([run.ledger.hours.sum(axis=0) for run in runs], runs[0].days, words)


def of_hours(spent, days: int, words: dict) -> dict:
    """Return the spec of bars of hours (arms, PAYERS); roles without hours in any arm are left out."""
    active = np.flatnonzero(np.any(spent, axis=0))
    lines = [
        line(name, (look[0], ""), np.asarray(arm_hours)[active])
        for name, look, arm_hours in name_sides(spent, words)
    ]
    return {
        "title": words["chart_hours"],
        "kind": "bars",
        "categories": [words[f"role_{PAYERS[n]}"] for n in active],
        "lines": lines,
        "xlabel": words["chart_hours_axis"].format(days=days),
        "ylabel": "",
        "ymin": 0.0,
    }


def backlog_of(pairs: PairSummary, words: dict = ENGLISH) -> dict:
    """Chart open issues over pairs: the median and the middle 90 % of the replicates."""
    bands = [pairs.series.loc[arm] for arm in ("without", "with")]
    lines = [
        line(name, look, band["median"], low=band["low"], high=band["high"])
        for name, look, band in name_sides(bands, words)
    ]
    return {
        "title": words["chart_backlog"],
        "xlabel": words["chart_day"],
        "at": words["chart_at_day"],
        "ylabel": words["chart_issues"],
        "x": list(range(1, pairs.days + 1)),
        "lines": lines,
        "ymin": 0.0,
        "cursor": True,
        "note": words["chart_bands"].format(pairs=len(pairs.pairs)),
    }


def survival_of(pairs: PairSummary, words: dict = ENGLISH) -> dict:
    """Chart the Kaplan-Meier curve of each arm over the issues of all pairs."""
    curves = [
        (pairs.curves.loc[arm]["days"].to_numpy(), pairs.curves.loc[arm]["unresolved"].to_numpy())
        for arm in ("without", "with")
    ]
    return of_curves(curves, pairs.days, words, pairs.within)


def hours_of(pairs: PairSummary, words: dict = ENGLISH) -> dict:
    """Chart mean hours by role over pairs."""
    spent = pairs.ledger[list(PAYERS)].groupby(level="arm").sum()
    return {
        **of_hours([spent.loc[arm].to_numpy() for arm in ("without", "with")], pairs.days, words),
        "note": words["chart_mean"].format(pairs=len(pairs.pairs)),
    }


def difference(pairs: PairSummary, what: str = "backlog", words: dict = ENGLISH) -> dict:
    """Chart the paired difference by day of "backlog", "resolution" or "trust", with its interval."""
    share = what == "resolution"
    table = (100 if share else 1) * pairs.differences(what)
    note = words["chart_interval" if len(pairs.pairs) > 1 else "chart_one_pair"].format(
        pairs=len(pairs.pairs)
    )
    ylabel = words["chart_points" if share else "chart_issues" if what == "backlog" else "chart_difference"]
    return {
        "title": name_difference(words, f"chart_difference_{what}", pairs.within),
        "xlabel": words["chart_day"],
        "at": words["chart_at_day"],
        "ylabel": ylabel,
        "x": list(range(1, pairs.days + 1)),
        "zero": True,
        "lines": [line(words["chart_difference"], ARMS[1], table["difference"], **interval_band(table))],
        "cursor": True,
        "note": note,
    }


def convergence(pairs: PairSummary, words: dict = ENGLISH) -> dict:
    """Chart how the difference of resolution rates and its interval change with the number of pairs."""
    table = 100 * pairs.settling()
    return {
        "title": name_difference(words, "chart_settling", pairs.within),
        "xlabel": words["chart_pairs"],
        "at": words["chart_at_pairs"],
        "ylabel": words["chart_points"],
        "x": list(range(1, len(table) + 1)),
        "zero": True,
        "lines": [line(words["chart_difference"], ARMS[1], table["difference"], **interval_band(table))],
        "note": words["chart_settling_note"],
    }


def interval_band(table) -> dict:
    """Return the interval columns of a table, or nothing if it has no interval."""
    return {"low": table["low"], "high": table["high"]} if table["low"].notna().any() else {}


def pair_by_pair(pairs: PairSummary, words: dict = ENGLISH) -> dict:
    """Chart the resolution rates of both arms, joined pair by pair."""
    wide = pairs.rows.set_index(["replicate", "arm"])["resolution_rate"].unstack("arm")
    lines = [line(name, look, wide[arm]) for name, look, arm in name_sides(("without", "with"), words)]
    return {
        "title": words["chart_pair_by_pair"].format(within=pairs.within),
        "kind": "pairs",
        "xlabel": words["chart_pair"],
        "at": words["chart_at_pair"],
        "ylabel": words["chart_share_resolved"],
        "x": list(range(1, len(wide) + 1)),
        "lines": lines,
        "percent": True,
    }
