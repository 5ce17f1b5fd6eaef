"""What a lesson shows of a recorded year: the issues it speaks of, and the day on which each home signed."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from ...engine.codes import DESK_NONE
from ...model.issues import issue_table as of
from ...model.issues.categories import encode_category
from ...model.issues.consent import SIGNED
from ...model.scenarios.scenario import Scenario
from ...model.simulate import build_community, days
from .recording import Recording


def select_categories(recording: Recording, names: Collection[str]) -> Recording:
    """Return a recording with the issues of some categories only, and their daily counts; of all if empty.

    Issues that are nobody's task are left out, as they are in every measure that a lesson's text names. The
    run is kept whole, so stories of the other issues can still be told.
    """
    arrays = dict(recording.arrays)
    wanted = [n for n, name in enumerate(recording.header["categories"]) if not names or name in names]
    kept = np.isin(arrays["issue_category"], wanted) & (recording.run.issues["desk"] != DESK_NONE)
    events = np.diff(arrays["issue_first"])
    of_kept = np.repeat(kept, events)
    for name, column in recording.arrays.items():
        if name.startswith("event_"):
            arrays[name] = column[of_kept]
        elif name.startswith("issue_") and name != "issue_first":
            arrays[name] = column[kept]
    arrays["issue_first"] = np.r_[0, np.cumsum(events[kept])].astype("u4")
    arrays["day_open"], arrays["day_resolved"] = count_states(arrays, recording.run.days)
    return replace(recording, arrays=arrays)


def count_states(arrays: dict[str, np.ndarray], last: int) -> tuple[np.ndarray, np.ndarray]:
    """Count the issues that are open and that are solved at the end of days 0 ... `last`, from the events."""
    first = arrays["issue_first"].astype(np.int64)
    begins = np.zeros(len(arrays["event_day"]), bool)
    begins[first[:-1]] = True
    counts = []
    for is_in in (
        lambda state: state < of.RESOLVED,
        lambda state: np.isin(state, (of.RESOLVED, of.VERIFIED)),
    ):
        now = is_in(arrays["event_state"]).astype(np.int64)
        before = np.where(begins, 0, np.r_[0, now[:-1]])
        change = np.bincount(arrays["event_day"], now - before, last + 1)
        counts.append(np.cumsum(change)[: last + 1].astype(np.float32))
    return counts[0], counts[1]


def record_signatures(scenario: Scenario, seed: int, category: str) -> np.ndarray:
    """Simulate a scenario; return the day on which each home signed for a project of `category`, -1: never.

    A vote that fails loses its signatures; those of the last one count.
    """
    code = encode_category(category)
    compound = build_community(scenario).buildings.compound[build_community(scenario).households.building]
    when, before = np.full(len(compound), -1), np.zeros(0, bool)
    for world in days(scenario, seed):
        active = np.asarray(world.projects.active)
        runs = (active >= 0) & ((active >> 20) % (1 << 23) == code)  # see issue_table.make_id
        before = before if len(before) else np.zeros_like(runs)
        asked = (runs | (before & (active < 0)))[compound]  # also on the day on which the vote is carried
        signed = np.asarray(world.households.stance) == SIGNED
        when = np.where(asked, np.where(signed, np.where(when < 0, world.day, when), -1), when)
        before = runs
    return when
