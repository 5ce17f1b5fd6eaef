"""Asking residents in person to take a post: whom, and what they answer.

The answer follows the wish to give an evening, of the same person.
"""

from math import exp

import numpy as np

from ...agents.giving import giving_logit
from ...agents.residents import evening_logit, seen_to_help
from ...engine.codes import CHILD, TRUST_COMMITTEE, TRUST_NEIGHBOURS
from ...engine.jit import lean_kernel, outer_kernel

CHOICE = 8  # candidates per building


@lean_kernel
def accepts_post(w, i, u, asked_logit) -> bool:
    """Whether resident `i` accepts a post: with the chance of an evening's logit plus `asked_logit`.

    Somebody who is at home less is not asked less easily, so presence has no part. `u` is a random number.

    Twin: reference/people.py, accepts_post.
    """
    people, b = w.residents, w.residents.building[i]
    trust, pull = people.trust[i], w.wish[w.buildings.compound[b], people.standing[i]]
    k, helping = w.knobs.residents, seen_to_help(w.mood.helpers[b], w.used)
    rules, gave = w.knobs.rules, people.evenings[i] > 0
    moved = giving_logit(
        rules.giving, trust[TRUST_COMMITTEE], trust[TRUST_NEIGHBOURS], helping, gave, k, rules
    )
    logit = evening_logit(people.zeal[i], moved, float(people.fatigue[i]), pull + asked_logit, k)
    return u * (1.0 + exp(-logit)) < 1.0


@outer_kernel
def choose_candidates(people, buildings) -> np.ndarray:
    """Choose the best candidates of each building, (buildings, 8) int64, best first; -1 if missing.

    Neighbours prefer members, retired people, and people who are often at home and willing to help.

    Twin: reference/people.py, choose_candidates.
    """
    best, best_score = np.empty((buildings, CHOICE), np.int64), np.empty((buildings, CHOICE))
    for b in range(buildings):
        for n in range(CHOICE):
            best[b, n], best_score[b, n] = -1, -np.inf
    for i in range(len(people.home)):
        if people.band[i] == CHILD or people.presence[i] <= 0.0:
            continue
        b = people.building[i]
        score = (
            2.0 * people.member[i]
            - 1.0 * people.in_service[i]
            + people.volunteer[i]
            + people.presence[i]
            + 0.2 * float(people.zeal[i])
        )
        place = CHOICE
        while place > 0 and score > best_score[b, place - 1]:
            place -= 1
        for n in range(CHOICE - 1, place, -1):
            best[b, n], best_score[b, n] = best[b, n - 1], best_score[b, n - 1]
        if place < CHOICE:
            best[b, place], best_score[b, place] = i, score
    return best


@lean_kernel
def next_candidate(ready, until, day) -> int:
    """Return the place of the best candidate who may be asked tomorrow; -1 if nobody may.

    Twin: reference/people.py, next_candidate.
    """
    for n in range(len(ready)):
        if ready[n] >= 0 and until[n] <= day:
            return n
    return -1
