"""A year as a page plays it: the place, every issue's states day by day, what people think week by week, in a few hundred kilobytes.

A film is computed whole and sent once; playing, pausing and scrubbing then cost nobody anything. It is a header of JSON, which
names its arrays, followed by their bytes (`pack_recording`, `unpack_recording`). Films of two arms of one case have the same place and the same
identities of issues, so a page can say which issue differs.
"""

import json
from dataclasses import dataclass

import numpy as np

from ...model import measures
from ...model.issues import issue_table as of
from ...model.issues.categories import FAMILIES, SCOPES
from ...model.simulate import build_community, days, finish_run
from .resource_use import ResourceLog
from .story import INTO, OUT_OF

WEEK = 7
LAYERS = (
    "trust_committee",
    "trust_company",
    "trust_neighbours",
    "satisfaction",
    "acquaintances",
)  # means over the grown-ups of a building
UNKNOWN = "unknown"  # a layer that pages count from the issues themselves: those that nobody told of
FULL = 20.0  # acquaintances that count as 1 on their layer
PLACE = (
    "building_x",
    "building_y",
    "building_compound",
    "building_stairwells",
    "building_floors",
    "building_shops",
    "flat_building",
    "flat_stairwell",
    "flat_floor",
    "flat_slot",
    "flat_owner",
    "flat_away",
)


@dataclass
class Recording:
    """One arm's year. Arrays are as wide as they need be; days count from 0, day 0 being before anything."""

    header: dict  # case, days, categories, families, mechanisms ..., in words
    arrays: dict  # name -> array, see `record_year`
    run: object  # model.simulate.Run, for stories and measures
    effort: object = None  # effort.Effort: what mechanisms asked for and got; stays on the server


def record_year(scenario, luck, progress=None):
    """Live through a scenario and film it. Arrays:

    building_*: (buildings,) x and y of its cell, compound, stairwells, floors, shops; flat_*: (households,) building, stairwell of
    it, floor from 1, slot on that landing, owner, away. issue_*: (issues,) id (int64), building, stairwell
    (of the building; -1 none), flat (-1 none), category, scope, severity, and `issue_first` (issues + 1,): where its events begin.
    event_*: (events,) day, state it leads to (issues.STATES), what (issues.WHAT), by (mechanism + 1; 0 nobody). layer_*: (weeks + 1,
    buildings) uint8, 0..255 for 0..1. day_*: (days + 1,) every series of measures.DAILY.
    """
    there = build_community(scenario)
    series, weeks, watch = np.zeros((scenario.days + 1, len(measures.DAILY))), [], ResourceLog(scenario)
    of_building = _building_of_adults(there)
    for world in days(scenario, luck):
        if world.day == 1:
            weeks.append(_mean_opinions(world, of_building))
        series[world.day] = measures.today(world)
        watch.see(world)
        if world.day % WEEK == 0:
            weeks.append(_mean_opinions(world, of_building))
        if progress:
            progress()
    series[0] = series[1]
    series[0, : measures.COUNTS] = 0
    run = finish_run(world, scenario, dict(zip(measures.DAILY, series[1:].T)))
    arrays = {**_place(there), **_issues(run, there), **_events(run, scenario)}
    arrays |= {f"layer_{name}": np.array([week[:, n] for week in weeks]) for n, name in enumerate(LAYERS)}
    arrays |= {f"day_{name}": column.astype(np.float32) for name, column in zip(measures.DAILY, series.T)}
    header = {
        "case": scenario.name,
        "days": scenario.days,
        "categories": list(run.categories),
        "category_family": [c.family for c in scenario.issues.values()],
        "families": list(FAMILIES),
        "scopes": list(SCOPES),
        "states": list(of.STATES),
        "what": list(of.WHAT),
        "mechanisms": list(run.names),
        "on": sorted(scenario.mechanisms),
        "compounds": _compounds(scenario),
        "layers": list(LAYERS),
        "week": WEEK,
    }
    return Recording(header, arrays, run, watch.effort)


def _compounds(scenario):
    """Names of compounds, in the order of their rows."""
    return [f"{c.name} {n + 1}" if c.count > 1 else c.name for c in scenario.compound for n in range(c.count)]


def _building_of_adults(there):
    """(residents,) building of each grown-up, -1 for children."""
    building = there.households.building[there.residents.home]
    return np.where(there.residents.band == 0, -1, building)


def _mean_opinions(world, building):
    """What the grown-ups of each building think: (buildings, layers) uint8."""
    r, n = world.residents, len(world.buildings.compound)
    here = building >= 0
    count = np.maximum(np.bincount(building[here], minlength=n), 1)
    columns = (r.trust[:, 0], r.trust[:, 1], r.trust[:, 2], r.satisfaction, np.minimum(r.ties / FULL, 1.0))
    means = [np.bincount(building[here], np.asarray(column, float)[here], n) / count for column in columns]
    return np.rint(255 * np.clip(np.stack(means, axis=1), 0.0, 1.0)).astype(np.uint8)


def _place(there):
    """The arrays of PLACE."""
    b, h = there.buildings, there.households
    stairwell = h.stairwell - b.first[h.building]
    landing = h.stairwell.astype(np.int64) * 256 + h.floor
    order = np.argsort(landing, kind="stable")
    begins = np.r_[True, np.diff(landing[order]) != 0]
    slot = np.empty(len(landing), np.int64)
    slot[order] = np.arange(len(landing)) - np.maximum.accumulate(
        np.where(begins, np.arange(len(landing)), 0)
    )
    floors = np.zeros(len(b.compound), np.int64)
    np.maximum.at(floors, h.building, h.floor)
    columns = (
        b.x,
        b.y,
        b.compound,
        np.diff(b.first),
        floors,
        b.shops,
        h.building,
        stairwell,
        h.floor,
        slot,
        h.owner,
        h.away,
    )
    kinds = ("i2", "i2", "i2", "u1", "u1", "u2", "i4", "u1", "u1", "u1", "u1", "u1")
    return {name: np.asarray(column).astype(kind) for name, column, kind in zip(PLACE, columns, kinds)}


def _issues(run, there):
    i = run.issues
    stairwell = np.where(i["stairwell"] >= 0, i["stairwell"] - there.buildings.first[i["building"]], -1)
    private = np.isin(i["scope"], (0, 1))  # of a home or a stairwell
    columns = {
        "id": (i["id"], "i8"),
        "building": (i["building"], "i4"),
        "stairwell": (np.where(private, stairwell, -1), "i2"),
        "flat": (i["household"], "i4"),
        "category": (i["category"], "u2"),
        "scope": (i["scope"], "u1"),
        "severity": (i["severity"], "u1"),
    }
    return {f"issue_{name}": np.asarray(column).astype(kind) for name, (column, kind) in columns.items()}


def _events(run, scenario):
    """What happened to each issue, as the states it led to; neighbours who say so too are left out."""
    h = run.history[run.history["what"] != of.SECONDED]
    rank = np.searchsorted(run.issues["id"], h["issue"])
    order = np.argsort(rank, kind="stable")  # within an issue, as it was written
    h, rank = h[order], rank[order]
    issue = run.issues[rank]
    cost = np.array([c.cost for c in scenario.issues.values()])[issue["category"]]
    state = np.zeros(len(h), np.int8)
    for what, leads in INTO.items():
        state[h["what"] == what] = leads
    for what, out in OUT_OF.items():
        state = np.where(h["what"] == what, _after(out, issue, cost), state)
    first = np.searchsorted(rank, np.arange(len(run.issues) + 1))
    return {
        "issue_first": first.astype("u4"),
        "event_day": h["day"].astype("u2"),
        "event_state": state.astype("u1"),
        "event_what": h["what"].astype("u1"),
        "event_by": (h["by"] + 1).astype("u1"),
    }


def _after(state, issue, cost):
    """`issues.after`, for many: the stage that follows, leaving out those an issue does not need."""
    told = np.full(len(issue), of.WORK)
    for stage, needed in (
        (of.UPWARD, issue["lead"] > 0),
        (of.MONEY, cost > 0),
        (of.SIGN, issue["rule"] >= 0),
        (of.TABLE, issue["hard"] > 0),
    ):
        told = np.where(needed & (state < stage), stage, told)
    return told


def pack_recording(film):
    """A film as bytes: the header's length (4 bytes, little end first), the header, and the arrays, each from a multiple of 8."""
    told, at = {}, 0
    for name, array in film.arrays.items():
        told[name] = {"kind": array.dtype.str[1:], "shape": list(array.shape), "at": at}
        at += -(-array.nbytes // 8) * 8
    header = json.dumps({**film.header, "arrays": told}, ensure_ascii=False).encode()
    header += b" " * (-(len(header) + 4) % 8)
    body = b"".join(np.ascontiguousarray(a).tobytes() + b"\0" * (-a.nbytes % 8) for a in film.arrays.values())
    return len(header).to_bytes(4, "little") + header + body


def unpack_recording(raw):
    """(header, arrays) of a packed film."""
    length = int.from_bytes(raw[:4], "little")
    header = json.loads(raw[4 : 4 + length])
    start = 4 + length
    arrays = {}
    for name, told in header.pop("arrays").items():
        count = int(np.prod(told["shape"]))
        arrays[name] = np.frombuffer(raw, told["kind"], count, start + told["at"]).reshape(told["shape"])
    return header, arrays
