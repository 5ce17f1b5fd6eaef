"""Record one simulated year for playback on a page, in a few hundred kilobytes.

A recording holds the place, the states of every issue day by day, and the opinions of residents week by week.
It is computed as a whole and sent once, so that playing, pausing and scrubbing need no further requests. Its
file format is a JSON header, which names the arrays, followed by their bytes (`pack_recording`,
`unpack_recording`). Recordings of two arms of one case have the same place and the same issue ids, so that a
page can show which issues differ.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...engine.codes import ADULT, CHILD, ELDER
from ...model import activities, daily_counts
from ...model.issues import issue_table as of
from ...model.issues.categories import FAMILIES, SCOPES
from ...model.scenarios.ground_plan import NO_PLAN, GroundPlan
from ...model.scenarios.scenario import Scenario
from ...model.simulate import Run, build_community, days, finish_run
from ...model.state import InitialCommunity
from ...model.world import World
from .resource_use import ResourceLog, ResourceUse
from .story import INTO, OUT_OF

WEEK = 7
# means over the adults of a building
LAYERS = (
    "trust_committee",
    "trust_company",
    "trust_neighbours",
    "satisfaction",
    "acquaintances",
)
NEEDS = ("department_days", "consent_rule", "sittings_needed")  # fields of issues that decide on their stages
UNKNOWN = "unknown"  # a layer that pages count from the issues: those not reported
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
    "flat_children",
    "flat_adults",
    "flat_elders",
    "flat_traits",
)
# where there is a ground plan: for each building its first corner, and at the end the number of corners; and
# the corners, in metres to the east and north
PLAN = ("plan_first", "plan_corner")
# bits of flat_traits: what holds for at least one resident
MEMBER, VOLUNTEER, HOUSEBOUND = 1, 2, 4
# event_who, who reported an issue or gave up on it: 0 nobody known, else SOMEBODY + age band, and these
SOMEBODY, OWNER, PARTY_MEMBER, SAME_HOME = 1, 3, 6, 12


@dataclass
class Recording:
    """The recorded year of one arm.

    Array types are as small as possible; days count from 0, before the first day.
    """

    header: dict[str, Any]  # case, days, names of categories, families, mechanisms ...
    arrays: dict[str, np.ndarray]  # name -> array, see `record_year`
    run: Run  # for stories and measures
    effort: ResourceUse | None = None  # what mechanisms requested and received; stays on the server


def record_year(scenario: Scenario, seed: int, progress: Callable | None = None) -> Recording:
    """Simulate a scenario and record it. The arrays are:

    - building_*: (buildings,) x and y of the cell, compound, stairwells, floors, shops
    - flat_*: (households,) building, stairwell of the building, floor from 1, slot on that landing, owner,
      away; children, adults and elders who live there (at most 255); traits (MEMBER, VOLUNTEER, HOUSEBOUND)
    - plan_*: the ground plan, if there is one: see PLAN; without outlines there are no corners
    - issue_*: (issues,) id (int64), building, stairwell (of the building; -1 none), flat (-1 none), category,
      scope, severity; issue_first (issues + 1,): index of the first event of each issue
    - event_*: (events,) day, state it leads to (issue_table.STATES), what (issue_table.WHAT), by (mechanism
      + 1; 0 none), who (the resident who reported it or gave up: SOMEBODY ...)
    - layer_*: (weeks + 1, buildings) uint8, 0..255 for 0..1
    - day_*: (days + 1,) every series of daily_counts.DAILY
    """
    community = build_community(scenario)
    series, weeks, resources = (
        np.zeros((scenario.days + 1, len(daily_counts.DAILY))),
        [],
        ResourceLog(scenario),
    )
    done = activities.new_daily_counts(scenario)
    for world in days(scenario, seed):
        if world.day == 1:
            weeks.append(_mean_opinions(world))
        series[world.day] = daily_counts.measure_today(world)
        done[world.day - 1] = world.counts
        resources.record_day(world)
        if world.day % WEEK == 0:
            weeks.append(_mean_opinions(world))
        if progress:
            progress()
    series[0] = series[1]
    series[0, : daily_counts.COUNTS] = 0
    run = finish_run(world, scenario, dict(zip(daily_counts.DAILY, series[1:].T)), done=done)
    arrays = {
        **place_arrays(community, scenario.place),
        **_issues(run, community),
        **_events(run, scenario, community),
    }
    arrays |= {f"layer_{name}": np.array([week[:, n] for week in weeks]) for n, name in enumerate(LAYERS)}
    arrays |= {f"day_{name}": column.astype(np.float32) for name, column in zip(daily_counts.DAILY, series.T)}
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
        "first_month": scenario.calendar.first_month,
        "residents": scenario.community.residents,
    }
    return Recording(header, arrays, run, resources.effort)


def _compounds(scenario: Scenario) -> list[str]:
    """Return the names of compounds, in the order of their rows."""
    return [f"{c.name} {n + 1}" if c.count > 1 else c.name for c in scenario.compound for n in range(c.count)]


def _mean_opinions(world: World) -> np.ndarray:
    """Average the opinions of the adults of each building: (buildings, layers) uint8."""
    return np.rint(255 * np.clip(world.call(daily_counts.opinions_by_building), 0.0, 1.0)).astype(np.uint8)


def plan_arrays(plan: GroundPlan) -> dict[str, np.ndarray]:
    """Build the arrays of PLAN; none without a ground plan."""
    if not plan.cells:
        return {}
    corners = plan.corners()
    counts = [len(outline) for outline in corners] or [0] * len(plan.cells)
    points = np.array([point for outline in corners for point in outline], "f4").reshape(-1)
    return {"plan_first": np.r_[0, np.cumsum(counts)].astype("i4"), "plan_corner": points}


def place_arrays(community: InitialCommunity, plan: GroundPlan = NO_PLAN) -> dict[str, np.ndarray]:
    """Build the arrays of PLACE: the buildings, the homes, and who lives in them; and of the plan."""
    b, h, r = community.buildings, community.households, community.residents
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

    def count(which: np.ndarray) -> np.ndarray:
        """Count residents of each home, (households,)."""
        return np.minimum(np.bincount(r.home[which], minlength=len(h.building)), 255)

    traits = sum(
        bit * (count(which) > 0)
        for bit, which in ((MEMBER, r.member), (VOLUNTEER, r.volunteer), (HOUSEBOUND, r.housebound))
    )
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
        *(count(r.band == band) for band in (CHILD, ADULT, ELDER)),
        traits,
    )
    kinds = ("i2", "i2", "i2", "u1", "u1", "u2", "i4", *["u1"] * 9)
    place = {name: np.asarray(column).astype(kind) for name, column, kind in zip(PLACE, columns, kinds)}
    return place | plan_arrays(plan)


def _issues(run: Run, community: InitialCommunity) -> dict[str, np.ndarray]:
    """Build the arrays issue_*, except issue_first."""
    i = run.issues
    stairwell = np.where(i["stairwell"] >= 0, i["stairwell"] - community.buildings.first[i["building"]], -1)
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


def _events(run: Run, scenario: Scenario, community: InitialCommunity) -> dict[str, np.ndarray]:
    """Build issue_first and the arrays event_*; repeated reports (REPORTED_AGAIN) are left out."""
    h = run.history[run.history["what"] != of.REPORTED_AGAIN]
    rank = np.searchsorted(run.issues["id"], h["issue"])
    order = np.argsort(rank, kind="stable")  # within an issue, in the order of the log
    h, rank = h[order], rank[order]
    issue = {name: run.issues[name][rank] for name in ("category", "household", *NEEDS)}
    cost = np.array([c.cost_yuan for c in scenario.issues.values()])[issue["category"]]
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
        "event_who": _who(h, issue, community),
    }


def _who(history: np.ndarray, issue: dict[str, np.ndarray], community: InitialCommunity) -> np.ndarray:
    """Encode the resident of each event, (events,) uint8: age, owner, member, and whether of that home."""
    r, h = community.residents, community.households
    known = (
        np.isin(history["what"], (of.WAS_REPORTED, of.GAVE_UP)) & (history["who"] >= 0) & (history["by"] < 0)
    )
    who = np.where(known, history["who"], 0)
    home = r.home[who]
    code = SOMEBODY + r.band[who] + OWNER * h.owner[home] + PARTY_MEMBER * (r.member[who] > 0)
    code += SAME_HOME * ((issue["household"] >= 0) & (issue["household"] == home))
    return np.where(known, code, 0).astype("u1")


def _after(state: int | np.integer, issue: dict[str, np.ndarray], cost: np.ndarray) -> np.ndarray:
    """Return the next stage of many issues, skipping stages that an issue does not need.

    See `issue_table.next_stage`, which does the same for one issue.
    """
    stage_after = np.full(len(cost), of.WORK)
    for stage, needed in (
        (of.UPWARD, issue["department_days"] > 0),
        (of.MONEY, cost > 0),
        (of.SIGN, issue["consent_rule"] >= 0),
        (of.TABLE, issue["sittings_needed"] > 0),
    ):
        stage_after = np.where(needed & (state < stage), stage, stage_after)
    return stage_after


def pack_recording(recording: Recording) -> bytes:
    """Return a recording as bytes, see `pack_arrays`."""
    return pack_arrays(recording.header, recording.arrays)


def pack_arrays(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return a header and arrays as bytes.

    The format: the length of the header (4 bytes, little-endian), the header, and the arrays, each aligned to
    a multiple of 8 bytes.
    """
    index, at = {}, 0
    for name, array in arrays.items():
        index[name] = {"kind": array.dtype.str[1:], "shape": list(array.shape), "at": at}
        at += -(-array.nbytes // 8) * 8
    text = json.dumps({**header, "arrays": index}, ensure_ascii=False).encode()
    text += b" " * (-(len(text) + 4) % 8)
    body = b"".join(np.ascontiguousarray(a).tobytes() + b"\0" * (-a.nbytes % 8) for a in arrays.values())
    return len(text).to_bytes(4, "little") + text + body


def unpack_recording(raw: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """Return (header, arrays) of a packed recording."""
    length = int.from_bytes(raw[:4], "little")
    header = json.loads(raw[4 : 4 + length])
    start = 4 + length
    arrays = {}
    for name, entry in header.pop("arrays").items():
        count = int(np.prod(entry["shape"]))
        arrays[name] = np.frombuffer(raw, entry["kind"], count, start + entry["at"]).reshape(entry["shape"])
    return header, arrays
