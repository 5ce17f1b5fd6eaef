"""Residents as reporters: who sees something and reports it, and what becomes of the readiness to report."""

import numpy as np

from ..engine.codes import CHILD, STANDING_CHILD, TRUST_COMMITTEE, TRUST_COMPANY
from ..engine.jit import column_kernel, inlined_kernel, inner_kernel, lean_kernel, outer_kernel
from ..engine.randomness import exponential, uniform


@inner_kernel
def weigh_bystander(at_home, voice, trust) -> tuple[float, float]:
    """What a bystander adds to `voices` and to `trusting` of a stairwell, towards a desk trusted by `trust`.

    Twin: reference/places.py, sum_bystanders.
    """
    return at_home * voice * 2.0 * trust, at_home * 2.0 * trust


@inner_kernel
def sum_bystanders(s, people, stairwells, sums) -> None:
    """Sum up who in stairwell `s` would see something, how readily they would report it, and their trust.

    Twin: reference/places.py, sum_bystanders.
    """
    band, presence, voice, trust = people.band, people.presence, people.voice, people.trust
    ears = 0.0
    for kind in range(2):
        sums.voices[s, kind] = sums.trusting[s, kind] = 0.0
    for i in range(stairwells.people[s], stairwells.people[s + 1]):
        if band[i] != CHILD:
            at_home = float(presence[i])
            ears += at_home
            for kind in range(2):
                readiness, trusted = weigh_bystander(at_home, voice[i], trust[i, kind])
                sums.voices[s, kind] += readiness
                sums.trusting[s, kind] += trusted
    sums.ears[s] = ears


@outer_kernel
def sum_all_bystanders(people, stairwells, sums) -> None:
    """Sum up the bystanders of every stairwell.

    Twin: reference/places.py, sum_bystanders.
    """
    for s in range(len(sums.ears)):
        sum_bystanders(s, people, stairwells, sums)


@column_kernel
def weigh_bystanders(columns, terms, first, last) -> None:
    """Write what residents `first` to `last` add to the sums of their stairwells into `terms`, 4 x (rows,).

    They are terms of `voices` and `trusting` towards the committee, then of both towards the company; 0 for
    children. `columns` are standing, presence, voice, and trust in committee and company.

    Twin: reference/places.py, sum_bystanders.
    """
    rank, presence, voice, committee, company = columns
    heard, trusted, heard_by_company, trusted_company = terms
    for i in range(first, last):
        row, at_home = i - first, float(presence[i]) if rank[i] != STANDING_CHILD else np.float32(0.0)
        heard[row], trusted[row] = weigh_bystander(at_home, voice[i], committee[i])
        heard_by_company[row], trusted_company[row] = weigh_bystander(at_home, voice[i], company[i])


@inlined_kernel
def add_stairwells(voices, trusting, terms, people, first, last) -> None:
    """Sum the `terms` of `weigh_bystanders` by stairwell, from `first` to `last`, those of one building.

    `people` are the first residents of stairwells. Who is a bystander at all does not change after day 0.

    Twin: reference/places.py, sum_bystanders.
    """
    heard, trusted, heard_by_company, trusted_company = terms
    base = np.uint64(people[first])
    for s in range(first, last):
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        for row in range(np.uint64(people[s]) - base, np.uint64(people[s + 1]) - base):
            a += heard[row]
            b += trusted[row]
            c += heard_by_company[row]
            d += trusted_company[row]
        voices[s, TRUST_COMMITTEE], trusting[s, TRUST_COMMITTEE] = a, b
        voices[s, TRUST_COMPANY], trusting[s, TRUST_COMPANY] = c, d


@lean_kernel
def draw_reporter(first, last, people, trusted, key) -> np.int64:
    """Draw who of residents `first` to `last` reports, weighted as in `sum_bystanders`; -1 for nobody.

    Twin: reference/reporting.py, draw_reporter.
    """
    presence, voice, trust = people.presence, people.voice, people.trust
    best, winner = np.inf, np.int64(-1)
    for i in range(np.uint64(first), np.uint64(last)):
        weight = presence[i] * voice[i] * trust[i, trusted]
        if weight > 0.0 and uniform(key, i) < best * weight:
            time = exponential(key, i) / weight
            if time < best:
                best, winner = time, np.int64(i)
    return winner


@inner_kernel
def confidence(sums, buildings, compounds) -> np.ndarray:
    """How far those at home in each compound trust committee and company; (compounds, 2) in 0..1.

    1 stands for a mean trust of one half or more.

    Twin: reference/places.py, confidence.
    """
    out = np.ones((len(compounds.company), 2))
    for c in range(len(out)):
        ears, committee, company = 0.0, 0.0, 0.0
        for s in range(buildings.first[compounds.first[c]], buildings.first[compounds.first[c + 1]]):
            ears += sums.ears[s]
            committee += sums.trusting[s, TRUST_COMMITTEE]
            company += sums.trusting[s, TRUST_COMPANY]
        if ears > 0.0:
            out[c, TRUST_COMMITTEE], out[c, TRUST_COMPANY] = (
                min(1.0, committee / ears),
                min(1.0, company / ears),
            )
    return out


@lean_kernel
def encouraged(voice, usual, gain, k) -> float:
    """Readiness to report after a good experience: a share `gain` of the way to the most it can become.

    Twin: reference/issues.py, encourage.
    """
    return voice + gain * (k.report_habit_factor * usual - voice)


@lean_kernel
def discouraged(voice, k) -> float:
    """Readiness to report after one's report came to nothing.

    Twin: reference/issues.py, disappoint.
    """
    return voice - k.report_loss_failed * voice


@lean_kernel
def faded(voice, usual, k) -> float:
    """Readiness to report a week later: experience fades, and it returns to what is usual.

    Twin: reference/people.py, take_stock.
    """
    return (1.0 - k.report_fading_rate) * voice + k.report_fading_rate * usual


DECISIONS = (  # what a resident decides about reporting, and when
    (draw_reporter, "when an issue's hazard passes its threshold: who of those who see it reports it"),
    (encouraged, "when one's report is resolved, and when one is told what came of it"),
    (discouraged, "when one's report came to nothing"),
    (faded, "one evening a week"),
)
