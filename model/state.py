"""The state: every column of the simulation, and nothing else."""

from typing import NamedTuple

import numpy as np

from ..agents.population import Mood, Residents
from .issues.arrivals import Clocks
from .issues.categories import Columns
from .issues.consent import Projects
from .kernel_numbers import Numbers
from .places import Buildings, Compounds, Households, Stairwells
from .resources.ledger import Ledger
from .resources.levers import Levers, Stack


class InitialCommunity(NamedTuple):
    """A community on day 0, before any issue exists."""

    compounds: Compounds
    buildings: Buildings
    stairwells: Stairwells
    households: Households
    residents: Residents
    mood: Mood  # sums over residents by place
    cats: Columns  # the categories of issues as columns
    units: np.ndarray  # (buildings, categories) float64  how many there are of what each category arises from
    rate: np.ndarray  # (buildings, categories) float64  issues that arise per day where no lever eases it
    crews: np.ndarray  # (compounds,) float64  hours a day of each property company's crew
    funds: np.ndarray  # (compounds + 1,) int64  fen in each compound's repair fund; last, the community's
    income: np.ndarray  # (compounds + 1,) int64  fen a day into each
    around: np.ndarray  # (compounds,) float64  share of grown-ups at home on a day, of those who ever are
    moving: np.ndarray  # (buildings,) float64  households that move away a week


class State(NamedTuple):
    """All columns of a community on one day, as kernels see them.

    The first twelve are those of the InitialCommunity, copied where a run writes them.
    """

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
    # (buildings, 3) float64  mean trust of newcomers: as on day 0, or of movers within the street (street.py)
    newcomers: np.ndarray
    seed: np.uint64  # of all random numbers
    day: int
    knobs: Numbers
    left: np.ndarray  # (buildings,) int64  household that moved away from each building today; -1 none
    clocks: Clocks  # when the next issue of each kind arises in each building
    projects: Projects  # which project collects signatures in each compound
    wished: np.ndarray  # (7, compounds, 4) float64  the last week's pulls on the wish to give
    wish: np.ndarray  # (compounds, 4) float64     their mean, plus the duty of each standing
    duty: np.ndarray  # (4,) float64  wish to give that comes with each standing
    pair: np.ndarray  # (compounds + 2,) float64  hours a day that one worker of a desk can put into one job
    spending: np.ndarray  # (compounds + 1,) int64  fen that have left each fund
    ledger: Ledger  # hours and yuan by who used them
    more: np.ndarray  # (5,) hours  added today to POOLS by yesterday's pulls
    used: np.ndarray  # (2,) share of members' and volunteers' evenings of about the last week that found work
    saved: np.ndarray  # (2,) hours of theirs that were promised this week and not wanted yet
    # (ROWS, categories) factor on what arises, by day of this year of the run: seasons and shocks
    weather: np.ndarray
    # (ROWS, 7) factor on each payer's hours: weekends, festivals, shocks and staff who left
    there: np.ndarray
    crew: np.ndarray  # (compounds,) hours of each property company's crew today
    have: np.ndarray  # (7,) hours and yuan available today, by role
    hours: np.ndarray  # (compounds + 2,) hours left to each desk today
    # (7,) hours of departments that other communities of the street send on each weekday; below 0: receive
    sent: np.ndarray
    lent: np.ndarray  # (1,) hours of grid workers at the committee's desk today, which `hours` include
    strength: np.ndarray  # (acting,) float64  of the mechanisms that are switched on, by name
    first_claim: np.ndarray  # (acting,) bool  whether their requests are granted before those of others
    codes: np.ndarray  # (acting,) int8     their rows in `names`
    rolls: np.ndarray  # (rolled out,) int64  the rows of mechanisms that are rolled out among the acting
    begins: np.ndarray  # (rolled out, buildings) int64  the day on which each begins in each building
    own_pace: np.ndarray  # (rolled out,) bool  whether it follows its roll-out by itself
    here: np.ndarray  # (acting, buildings) float64  1 where each has begun, 0 where it has not
    wants: np.ndarray  # (acting, 7, compounds + 1)  hours and yuan that each asks for today
    shares: np.ndarray  # (acting, compounds + 1)     share 0..1 of it that each gets
    counts: np.ndarray  # (acting, most counts of any) float64  what each has done, before its strength
    pulls: Levers[Stack]  # lever -> Stack  pulls of each
    lever: Levers[np.ndarray]  # lever -> sum of all pulls
    issues: np.ndarray  # (open + being checked,) ISSUE, in the order they arose: the first of `rows`
    rows: np.ndarray  # room for them
    scheduled: np.ndarray  # room for issues that are to arise, SCHEDULED: see `arrivals.look_ahead`
    waiting: np.ndarray  # (1,) how many these are
    # (n,) int64  rows of `issues`, of which mechanisms look for some: see `issue_table.list_by_state`
    known: np.ndarray  # reported to a desk, and not yet resolved
    workable: np.ndarray  # on which hours can be spent
    at_table: np.ndarray  # whose parties must agree
    passed_upward: np.ndarray  # which a department has
    resolved: np.ndarray  # and still to be checked
    leaving: np.ndarray  # (n,) int64  rows of issues that end this evening
    ended: np.ndarray  # room for issues verified, withdrawn or lapsed
    gone: np.ndarray  # (1,) number of these
    log: np.ndarray  # room for history
    lines: np.ndarray  # (1,) lines of history written
    tally: np.ndarray  # (7,) `daily_counts.count_issues` of `ended`
    tallied: np.ndarray  # (1,) rows of `ended` that are in `tally`
    # (13,) measures of today, in the order of `daily_counts.DAILY`
    count: np.ndarray  # type: ignore[assignment]  # hides tuple.count
    look: np.ndarray  # (6,) `daily_counts.mean_opinions` when residents were last surveyed
