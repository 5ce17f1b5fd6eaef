"""The state: every column that the simulation keeps, and nothing else."""

from typing import NamedTuple

import numpy as np

from ..agents import residents
from ..agents.population import Mood, Residents
from .issues import consent
from .issues.arrivals import Clocks
from .issues.categories import Columns
from .issues.consent import Projects
from .places import Buildings, Compounds, Households, Stairwells
from .resources.ledger import Ledger
from .resources.levers import Levers


class Numbers(NamedTuple):
    """The scenario's numbers that kernels read, mostly by where they are declared."""

    residents: residents.Knobs
    projects: consent.Knobs
    intake: float
    phone: float
    forget: float
    redo: float
    verify: int
    thrift: float
    committee: float  # hours on a working day
    grid: float  # hours a day
    member: float  # hours a day for each evening promised this week
    volunteer: float
    departments: float  # hours a day
    withheld: float


class InitialCommunity(NamedTuple):
    """A community on day 0, before anything has gone wrong."""

    compounds: Compounds
    buildings: Buildings
    stairwells: Stairwells
    households: Households
    residents: Residents
    mood: Mood  # what residents add up to, place by place
    cats: Columns  # the categories of issues as columns
    units: np.ndarray  # (buildings, categories) float64  how many there are of what each category arises from
    rate: np.ndarray  # (buildings, categories) float64  issues that arise a day before anything eases it
    crews: np.ndarray  # (compounds,) float64  hours a day of each property company's crew
    funds: (
        np.ndarray
    )  # (compounds + 1,) int64  fen in each compound's repair fund, and last in the community's
    income: np.ndarray  # (compounds + 1,) int64  fen a day into each
    around: np.ndarray  # (compounds,) float64  share of grown-ups at home on a day, of those who ever are
    moving: np.ndarray  # (buildings,) float64  households that move away a week


class State(NamedTuple):
    """All that kernels see of a community on one day, as they see it; the first twelve are as it was founded, copied where a run writes."""

    compounds: Compounds
    buildings: Buildings
    stairwells: Stairwells
    households: Households
    residents: Residents
    mood: Mood
    cats: Columns
    crews: np.ndarray
    funds: np.ndarray
    income: np.ndarray
    around: np.ndarray
    moving: np.ndarray
    newcomers: np.ndarray  # (buildings, 3) float64  trust of who moves in, on average: as on day 0, unless they come from around the corner (street.py)
    seed: np.uint64  # of all luck
    day: int
    knobs: Numbers
    clocks: Clocks  # when the next issue of each kind arises in each building
    projects: Projects  # which project collects signatures in each compound
    wished: np.ndarray  # (7, compounds, 4) float64  the last week's pulls on the wish to give
    wish: np.ndarray  # (compounds, 4) float64     their mean, and what comes with each standing
    duty: np.ndarray  # (4,) float64  wish to give that comes with each standing
    pair: np.ndarray  # (compounds + 2,) float64  hours one pair of a desk's hands can put into one job a day
    spending: np.ndarray  # (compounds + 1,) int64  fen that have left each fund
    ledger: Ledger  # whose hours and yuan went where
    more: np.ndarray  # (5,) hours  added today to POOLS by yesterday's pulls
    used: np.ndarray  # (2,) share of members' and volunteers' evenings of the last week or so that found work
    saved: np.ndarray  # (2,) hours of theirs that were promised this week and not wanted yet
    weather: (
        np.ndarray
    )  # (YEAR, categories) factor on what arises, by day of this year of the run: seasons and shocks
    there: (
        np.ndarray
    )  # (YEAR, 7) factor on each payer's hours: weekends, festivals, shocks and staff who left
    crew: np.ndarray  # (compounds,) hours of each property company's crew today
    have: np.ndarray  # (7,) hours and yuan there are today, by role
    hours: np.ndarray  # (compounds + 2,) hours left to each desk today
    strength: np.ndarray  # (acting,) float64  of the mechanisms that are switched on, by name
    codes: np.ndarray  # (acting,) int8     their rows in `names`
    wants: np.ndarray  # (acting, 7, compounds + 1)  what each asks for today
    shares: np.ndarray  # (acting, compounds + 1)     what share of it each gets
    pulls: Levers  # lever -> Stack  what each pulls
    lever: Levers  # lever -> what all pull together
    issues: np.ndarray  # (open + being checked,) ISSUE, in the order they arose: the first of `rows`
    rows: np.ndarray  # room for them
    ended: np.ndarray  # room for issues verified, withdrawn or lapsed
    gone: np.ndarray  # (1,) how many of them there are
    log: np.ndarray  # room for history
    lines: np.ndarray  # (1,) lines of history written
    tally: np.ndarray  # (6,) what `measures.count_issues` says of `ended`
    tallied: np.ndarray  # (1,) how many of `ended` are in `tally`
    count: np.ndarray  # (13,) what was measured today, in the order of `measures.DAILY`
    look: np.ndarray  # (6,) what residents were like when last looked at
