"""Send many arms of one case as one year in full, and the others as what differs from it.

Most issues of two arms have the same life under the same random numbers, so that the difference is a small
part of a recording. A page that has the reference can show any arm after some ten kilobytes; a file with all
mechanisms stays below a few hundred. Both parts use the format of `recording.pack_arrays`, compressed.
"""

import gzip
from typing import Any

import numpy as np

from .recording import PLACE, PLAN, Recording, pack_arrays

ISSUE = ("id", "building", "stairwell", "flat", "category", "scope", "severity")
EVENT = ("day", "state", "what", "by", "who")
REFERENCE = ("categories", "category_family", "families", "scopes", "states", "what", "compounds")
ARM = ("case", "days", "on", "mechanisms", "first_month", "residents")


def compress(raw: bytes) -> bytes:
    """Compress bytes; the same bytes always give the same result.

    Level 9 saves two hundredths and takes six times as long, which is waited for.
    """
    return gzip.compress(raw, 7, mtime=0)


def pack_reference(recording: Recording) -> bytes:
    """Return the year that all other arms are compared with: the place, its issues and events, compressed."""
    arrays = {name: recording.arrays[name] for name in (*PLACE, *PLAN) if name in recording.arrays}
    arrays |= {f"issue_{name}": recording.arrays[f"issue_{name}"] for name in ISSUE}
    arrays |= _life_of(recording, np.arange(len(recording.run.issues)))
    return compress(
        pack_arrays({k: recording.header[k] for k in (*REFERENCE, *ARM)}, arrays | _days(recording))
    )


def pack_difference(recording: Recording, reference: Recording) -> bytes:
    """Return what differs in another arm of the same case and seed, compressed.

    Its arrays are issue_* of the issues that the reference does not have; row (differing issues,), which
    counts the issues of the reference first and then these; events (differing issues,), how many each has;
    event_*. An issue of the reference that never arose here has 0 events.
    Raises ValueError if the places differ.
    """
    ours, theirs = recording.arrays, reference.arrays
    if any(not np.array_equal(ours[name], theirs[name]) for name in PLACE):
        raise ValueError("two recordings of different places")
    known = theirs["issue_id"]
    own = np.searchsorted(ours["issue_id"], known)
    found = np.minimum(own, max(len(ours["issue_id"]) - 1, 0))
    there = ours["issue_id"][found] == known if len(ours["issue_id"]) else np.zeros(len(known), bool)
    new = np.flatnonzero(~np.isin(ours["issue_id"], known))
    differs = np.flatnonzero(~_same_lives(ours, found, theirs, there))
    rows = np.r_[differs, len(known) + np.arange(len(new))]
    source = np.r_[np.where(there[differs], found[differs], -1), new].astype(np.int64)
    arrays = {f"issue_{name}": ours[f"issue_{name}"][new] for name in ISSUE}
    arrays["row"] = rows.astype("u4")
    arrays |= _life_of(recording, source) | _days(recording)
    return compress(pack_arrays({k: recording.header[k] for k in ARM}, arrays))


def _same_lives(
    ours: dict[str, Any], found: np.ndarray, theirs: dict[str, Any], there: np.ndarray
) -> np.ndarray:
    """Whether each issue of `theirs` has the same events in both arms, (issues,) bool.

    In `ours` it is number `found` (issues,), if it is `there` (issues,).
    """
    first_ours, first = (arm["issue_first"].astype(np.int64) for arm in (ours, theirs))
    count = np.diff(first)
    same = there.copy()
    same[there] = np.diff(first_ours)[found[there]] == count[there]
    rows = np.flatnonzero(same)
    issue = np.repeat(rows, count[rows])
    mine, other = _events_of(first_ours[found[rows]], count[rows]), _events_of(first[rows], count[rows])
    for name in EVENT:
        same[issue[ours[f"event_{name}"][mine] != theirs[f"event_{name}"][other]]] = False
    return same


def _events_of(begin: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Return the numbers of the events of some issues, one issue after another: `count` from `begin` on."""
    within = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
    return np.repeat(begin, count) + within


def _life_of(recording: Recording, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return the number of events of some issues, and their events one issue after another; -1 has none."""
    first = recording.arrays["issue_first"].astype(np.int64)
    count = np.where(rows >= 0, np.diff(first)[rows] if len(first) > 1 else 0, 0)
    events = _events_of(np.where(rows >= 0, first[rows], 0), count)
    lives = {f"event_{name}": recording.arrays[f"event_{name}"][events] for name in EVENT}
    return {"events": count.astype("u2"), **lives}


def _days(recording: Recording) -> dict[str, np.ndarray]:
    """Return the daily values that pages draw, as bytes: trust in the committee, 0..255 for 0..1."""
    trust = np.clip(recording.arrays["day_trust_committee"], 0.0, 1.0)
    return {"day_trust_committee": np.rint(255 * trust).astype("u1")}
