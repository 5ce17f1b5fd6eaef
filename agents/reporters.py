"""Residents as reporters: who sees something and reports it, and what becomes of the readiness to report."""

import numpy as np

from ..engine.codes import CHILD, TRUST_COMMITTEE, TRUST_COMPANY
from ..engine.jit import inner_kernel, outer_kernel
from ..engine.randomness import exponential, uniform


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
                sums.voices[s, kind] += at_home * voice[i] * 2.0 * trust[i, kind]
                sums.trusting[s, kind] += at_home * 2.0 * trust[i, kind]
    sums.ears[s] = ears


@outer_kernel
def sum_all_bystanders(people, stairwells, sums) -> None:
    """Sum up the bystanders of every stairwell.

    Twin: reference/places.py, sum_bystanders.
    """
    for s in range(len(sums.ears)):
        sum_bystanders(s, people, stairwells, sums)


@inner_kernel
def draw_reporter(first, last, people, trusted, key) -> np.int64:
    """Draw who of residents `first` to `last` reports, weighted as in `sum_bystanders`; -1 for nobody.

    Twin: reference/reporting.py, report_issues.
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


@inner_kernel
def encouraged(voice, usual, gain, k) -> float:
    """Readiness to report after a good experience: a share `gain` of the way to the most it can become.

    Twin: reference/issues.py, encourage.
    """
    return voice + gain * (k.report_habit_factor * usual - voice)


@inner_kernel
def discouraged(voice, k) -> float:
    """Readiness to report after one's report came to nothing.

    Twin: reference/issues.py, disappoint.
    """
    return voice - k.report_loss_failed * voice


@inner_kernel
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
