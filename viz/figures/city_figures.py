"""What a city came to: a table of its own numbers and by case, and one figure. Takes tables; runs no model."""

from pathlib import Path

import numpy as np
from rich.table import Table

from ...experiments.city.city import summarise_city
from ..i18n.measure_names import NAMES
from . import figures
from .fonts import Figure
from .plotting import label, settings, ticker

SHOWN = (
    "resolution_rate",
    "told",
    "resolved",
    "backlog",
    "unknown",
    "hours",
    "yuan",
    "trust_committee",
    "trust_neighbours",
    "satisfaction",
    "giving",
)
OWN = {
    "residents": "residents",
    "moved": "households that moved away",
    "from_the_street": "newcomers from within their street",
    "departments_busy": "departments' hours used, share",
}


def summary(communities):
    """The city, and every case in it, as a table."""
    told = {
        "city": summarise_city(communities),
        **{case: summarise_city(part) for case, part in communities.groupby("case")},
    }
    table = Table(
        "",
        *told,
        title=f"{told['city'].communities:,.0f} communities in {told['city'].streets:,.0f} streets",
        title_justify="left",
    )
    for name in ("residents", *SHOWN, *list(OWN)[1:]):
        cells = (one[name] for one in told.values())
        table.add_row(
            OWN.get(name) or NAMES[name],
            *(f"{cell:,.0f}" if cell >= 100 or float(cell).is_integer() else f"{cell:.3f}" for cell in cells),
        )
    return table


@settings()
def draw_city(communities, series):
    """Open issues by street, day by day; and how communities of each case differ."""
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    a, b = figure.subplots(1, 2)
    people = communities.groupby("street").residents.sum()
    for street, part in list(series.groupby("street"))[:200]:
        a.plot(part.day, 1000 * part.open / people[street], color=figures.QUIET, lw=0.5, alpha=0.4)
    whole = series.groupby("day").open.sum()
    a.plot(whole.index, 1000 * whole / people.sum(), color=figures.WITH, lw=2)
    a.set(
        xlabel="day",
        ylabel="open issues to 1,000 residents",
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


def save(figure, folder):
    """Write city.png and city.svg; returns the picture's path."""
    return figures.save(figure, Path(folder), "city")
