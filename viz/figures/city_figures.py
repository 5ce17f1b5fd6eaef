"""Show the results of a city: a table of the city and its cases, and a figure; runs no model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from ...experiments.city.city import summarise_city
from ...model.measures import MEASURES
from . import figures
from .fonts import Figure
from .plotting import label, settings, ticker

if TYPE_CHECKING:
    import pandas as pd

SHOWN = (
    "resolution_rate",
    "reported",
    "resolved",
    "backlog",
    "unknown",
    "hours",
    "yuan",
    "trust_committee",
    "trust_neighbours",
    "satisfaction",
    "volunteering",
)
OWN = {
    "residents": "residents",
    "moved": "households that moved away",
    "from_the_street": "newcomers from the same street",
    "departments_busy": "share of departments' hours used",
}


def summary(communities: pd.DataFrame) -> Table:
    """Tabulate the measures of the whole city and of each case in it."""
    columns = {
        "city": summarise_city(communities),
        **{case: summarise_city(group) for case, group in communities.groupby("case")},
    }
    table = Table(
        "",
        *columns,
        title=f"{columns['city'].communities:,.0f} communities in {columns['city'].streets:,.0f} streets",
        title_justify="left",
    )
    for name in ("residents", *SHOWN, *list(OWN)[1:]):
        cells = (column[name] for column in columns.values())
        table.add_row(
            OWN.get(name) or MEASURES[name].en,
            *(f"{cell:,.0f}" if cell >= 100 or float(cell).is_integer() else f"{cell:.3f}" for cell in cells),
        )
    return table


@settings()
def draw_city(communities: pd.DataFrame, series: pd.DataFrame) -> Figure:
    """Draw open issues by street over the days, and the resolution rate of communities by case."""
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    a, b = figure.subplots(1, 2)
    people = communities.groupby("street").residents.sum()
    for street, daily in list(series.groupby("street"))[:200]:
        a.plot(daily.day, 1000 * daily.open / people[street], color=figures.QUIET, lw=0.5, alpha=0.4)
    city = series.groupby("day").open.sum()
    a.plot(city.index, 1000 * city / people.sum(), color=figures.WITH, lw=2)
    a.set(
        xlabel="day",
        ylabel="open issues per 1,000 residents",
        title="Backlog: each street, and the city",
        ylim=(0, None),
        xlim=(1, max(2, series.day.max())),
    )
    cases = sorted(communities["case"].unique())
    for n, case in enumerate(cases):
        rates = communities[communities["case"] == case].resolution_rate
        b.plot(
            rates, n + 0.5 * (np.arange(len(rates)) % 9 / 8 - 0.5), "o", ms=4, color=figures.WITH, alpha=0.6
        )
    b.set(
        yticks=range(len(cases)),
        yticklabels=list(map(label, cases)),
        xlim=(0, 1),
        xlabel="issues resolved within 30 days",
        title="Communities, by case",
    )
    b.xaxis.set_major_formatter(ticker.PercentFormatter(1.0))
    for axes in (a, b):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def save(figure, folder: Path | str) -> Path:
    """Write city.png and city.svg; return the path of the PNG."""
    return figures.save(figure, Path(folder), "city")
