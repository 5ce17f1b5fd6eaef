"""Simulate the reference workload as the engine does: compiled columns, one call a day. See rules.py."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...engine.jit import inner_kernel, outer_kernel, specialise, struct
from ...engine.randomness import derive_key, key_of, uniform
from .rules import (
    BUILDINGS,
    CREW,
    ESTATE,
    MEET,
    MOVE,
    NOTICE,
    NOTICE_RATE,
    REPORT,
    RESIDENTS,
    START,
    THANKS,
    TOTALS,
    WEAR,
)

IDLE = -1  # in `since`: no fault of this resident is waiting


class Columns(NamedTuple):
    """All that changes. An estate's queue is a ring in its part of `queue`; nobody has two faults in it."""

    seed: np.ndarray  # (1,) uint64
    satisfaction: np.ndarray  # (residents,) float64  0..1
    since: np.ndarray  # (residents,) int32  day on which its waiting fault was reported, or IDLE
    queue: np.ndarray  # (residents,) int32  reporters of waiting faults, by estate
    head: np.ndarray  # (estates,) int32  place of the first one in the estate's part of the queue
    length: np.ndarray  # (estates,) int32  number of waiting faults
    before: np.ndarray  # (RESIDENTS,) float64  satisfaction in one building before anybody meets


@outer_kernel
def draw_uniforms(key, out) -> None:
    """Fill `out` (residents,) float64 with the uniform number of each resident."""
    for i in range(len(out)):
        out[i] = uniform(key, i)


@outer_kernel
def draw_bits(key, out) -> None:
    """Fill `out` (residents,) uint64 with the draw of each resident."""
    for i in range(len(out)):
        out[i] = derive_key(key, i)


@inner_kernel
def report(w, day, total) -> None:
    """Let residents notice faults and report them. Twin: agents.py, Resident.notice."""
    noticing = key_of(w.seed[0], np.uint64(NOTICE), day)
    reporting = key_of(w.seed[0], np.uint64(REPORT), day)
    satisfaction, since, queue = w.satisfaction, w.since, w.queue
    for i in range(len(since)):
        if uniform(noticing, i) >= NOTICE_RATE or since[i] != IDLE:
            continue
        total[0] += 1
        if uniform(reporting, i) < satisfaction[i]:
            e = i // ESTATE
            queue[e * ESTATE + (w.head[e] + w.length[e]) % ESTATE] = i
            w.length[e] += 1
            since[i] = day
            total[1] += 1


@inner_kernel
def work(w, day, total) -> None:
    """Let each crew resolve the first faults of its queue. Twin: agents.py, Crew.work."""
    for e in range(len(w.head)):
        for _ in range(min(CREW, w.length[e])):
            i = w.queue[e * ESTATE + w.head[e]]
            w.head[e] = (w.head[e] + 1) % ESTATE
            w.length[e] -= 1
            total[2] += 1
            total[3] += day - w.since[i]
            w.since[i] = IDLE
            w.satisfaction[i] += THANKS * (1.0 - w.satisfaction[i])
        total[4] += w.length[e]


@inner_kernel
def meet(w, day, total) -> None:
    """Let residents meet four others of their building. Twin: agents.py, Resident.meet."""
    meeting, mask, people = key_of(w.seed[0], np.uint64(MEET), day), np.uint64(0xFFFF), np.uint64(RESIDENTS)
    satisfaction, before, millionths = w.satisfaction, w.before, 0
    for b in range(len(satisfaction) // RESIDENTS):
        first, wear = b * RESIDENTS, WEAR * w.length[b // BUILDINGS]
        for j in range(RESIDENTS):
            before[j] = satisfaction[first + j]
        for j in range(RESIDENTS):
            draw = derive_key(meeting, first + j)
            met = before[((draw & mask) * people) >> np.uint64(16)]
            met += before[(((draw >> np.uint64(16)) & mask) * people) >> np.uint64(16)]
            met += before[(((draw >> np.uint64(32)) & mask) * people) >> np.uint64(16)]
            met += before[((draw >> np.uint64(48)) * people) >> np.uint64(16)]
            s = before[j]
            s = s + MOVE * (met * 0.25 - s) - wear * s
            satisfaction[first + j] = s
            millionths += np.int64(s * 1e6)
    total[5] = millionths


@outer_kernel
def simulate_day(w, day, total) -> None:
    """Simulate one day, and add its totals to `total` (TOTALS,) int64, which is 0 before."""
    report(w, day, total)
    work(w, day, total)
    meet(w, day, total)


def simulate(seed: int, residents: int, days: int) -> np.ndarray:
    """Simulate the workload; return the totals (days, TOTALS) int64."""
    w = Columns(
        np.array([seed], np.uint64),
        np.empty(residents),
        np.full(residents, IDLE, np.int32),
        np.empty(residents, np.int32),
        np.zeros(residents // ESTATE, np.int32),
        np.zeros(residents // ESTATE, np.int32),
        np.empty(RESIDENTS),
    )
    draw_uniforms(np.uint64(key_of(np.uint64(seed), np.uint64(START), 0)), w.satisfaction)
    pointer, totals = struct(w), np.zeros((days, len(TOTALS)), np.int64)
    run_day = specialise(simulate_day, pointer, 0, totals[0])
    for day in range(days):
        run_day(pointer, day, totals[day])
    return totals
