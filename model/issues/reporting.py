"""Telling: who sees an issue, and whether anybody says so.

Responsibility diffuses. In the volunteer's dilemma (Diekmann 1985) each of n bystanders tells with chance
1 - (c/b)^(1/(n-1)), so nobody does with chance (c/b)^(n/(n-1)), which *rises* with n. As a rate: log(b/c) * n/(n-1).
Here n is the number of people expected at home, log(b/c) is the category's `telling`, and bystanders are weighted by
their trust that telling helps. Every issue keeps a hazard clock: when what was heard passes the next threshold,
somebody tells; a higher hazard makes the same telling sooner.
"""

from math import exp

import numpy as np

from ...agents.residents import CHILDREN, draw_reporter
from ...engine.jit import inner_kernel, outer_kernel
from ...engine.randomness import derive_key, exponential, uniform
from .issue_table import (
    RESOLVED,
    SECONDED,
    TOLD,
    UNKNOWN,
    WAS_TOLD,
    log_event,
    trust_at_stake,
)

MOST = 100  # voices after which nobody seconds a known issue any more
A_DAY = 3  # voices at most in one day; the others are heard tomorrow


@outer_kernel
def bystander_factor(n, alone):
    """How many times log(b/c) a group of n bystanders (any n >= 0) tells: n/(n-1), at most `alone`."""
    if n <= 1.0:
        return alone * n
    return min(alone, n / (n - 1.0))


@inner_kernel
def add(listening, committee, company, ears, voices, row):
    """Count a smaller place into the larger one at `row`."""
    ears[row] += listening
    voices[row, 0] += committee
    voices[row, 1] += company


@inner_kernel
def places_of(mood, buildings, compounds):
    """Bystanders and their weighted voices, [stairwells, buildings, compounds, all]: ears (n,), voices (n, 2) one after another."""
    s, b, c = len(mood.ears), len(buildings.compound), len(compounds.company)
    ears, voices = np.zeros(s + b + c + 1), np.zeros((s + b + c + 1, 2))
    heard, spoken, stairwells, houses = mood.ears, mood.voices, buildings.first, compounds.first
    for row in range(s):
        add(heard[row], spoken[row, 0], spoken[row, 1], ears, voices, row)
    for row in range(b):
        for child in range(stairwells[row], stairwells[row + 1]):
            add(ears[child], voices[child, 0], voices[child, 1], ears, voices, s + row)
    for row in range(c):
        for child in range(s + houses[row], s + houses[row + 1]):
            add(ears[child], voices[child, 0], voices[child, 1], ears, voices, s + b + row)
        add(ears[s + b + row], voices[s + b + row, 0], voices[s + b + row, 1], ears, voices, s + b + c)
    return ears, voices


@inner_kernel
def at_home(household, desk, households, people):
    """Bystanders in one household, and their weighted voices."""
    rank, presence, voice, trust = people.standing, people.presence, people.voice, people.trust
    ears, voices = 0.0, 0.0
    for i in range(households.first[household], households.first[household + 1]):
        if rank[i] != CHILDREN:
            here = float(presence[i])
            ears += here
            voices += here * voice[i] * 2.0 * trust[i, desk]
    return ears, voices


@inner_kernel
def draw_teller(issue, people, households, stairwells, buildings, compounds, key):
    """The resident who told, by a race among those who can see it; -1 for a passer-by in the street."""
    trusted = trust_at_stake(issue)
    if issue.scope == 0:
        return draw_reporter(
            households.first[issue.household], households.first[issue.household + 1], people, trusted, key
        )
    if issue.scope == 1:
        return draw_reporter(
            stairwells.people[issue.stairwell], stairwells.people[issue.stairwell + 1], people, trusted, key
        )
    if issue.scope == 2:
        first, last = issue.building, issue.building + 1
    elif issue.scope == 3:
        first, last = compounds.first[issue.compound], compounds.first[issue.compound + 1]
    else:
        return -1
    return draw_reporter(
        stairwells.people[buildings.first[first]],
        stairwells.people[buildings.first[last]],
        people,
        trusted,
        key,
    )


@inner_kernel
def tell(
    issues,
    day,
    telling,
    patience,
    voice,
    codes,
    sight,
    people,
    households,
    stairwells,
    buildings,
    compounds,
    mood,
    k,
    clock,
    found,
    who,
    wait,
    log,
    used,
):
    """Every open issue is heard of a little more; those past their threshold are told, or seconded.

    `telling`, `patience` (categories,); `voice` (buildings,) log rate; `codes` (m,), `sight` (m, issues) 1/day: who
    looks, and how hard; `clock`, `found`, `who`, `wait` are keys of luck.
    """
    ears, voices = places_of(mood, buildings, compounds)
    s, b, c = len(stairwells.building), len(buildings.compound), len(compounds.company)
    for i in range(len(issues)):
        issue = issues[i]
        if issue.state >= RESOLVED or (issue.voices >= MOST and issue.state != UNKNOWN):
            continue
        trusted = trust_at_stake(issue)
        if issue.scope == 0:
            n, w = at_home(issue.household, trusted, households, people)
        else:
            row = issue.stairwell
            if issue.scope == 2:
                row = s + issue.building
            elif issue.scope == 3:
                row = s + b + issue.compound
            elif issue.scope == 4:
                row = s + b + c
            n, w = ears[row], voices[row, trusted]
        neighbours = 0.0
        if n > 0.0:
            neighbours = (
                telling[issue.category]
                * bystander_factor(n, k.alone)
                * (w / n)
                * (1.0 if voice[issue.building] == 0.0 else exp(voice[issue.building]))
            )
        rate = neighbours
        if issue.state == UNKNOWN:
            for m in range(len(codes)):
                rate += sight[m, i]
        else:
            rate *= k.echo
        issue.heard += rate
        today = 0
        while issue.heard >= issue.next and today < A_DAY:
            today += 1
            issue.voices += 1
            issue.next += exponential(derive_key(clock, issue.luck), issue.voices)
            if issue.state != UNKNOWN:
                log_event(log, used, issue.id, day, SECONDED, -1, -1)
                continue
            by, teller, part = (
                -1,
                -1,
                uniform(derive_key(found, issue.luck), issue.voices) * rate - neighbours,
            )
            if part >= 0.0:
                for m in range(len(codes)):
                    by = codes[m] if sight[m, i] > 0.0 else by
                    part -= sight[m, i]
                    if part < 0.0:
                        break
            else:
                teller = draw_teller(
                    issue,
                    people,
                    households,
                    stairwells,
                    buildings,
                    compounds,
                    derive_key(derive_key(who, issue.luck), issue.voices),
                )
            issue.state = TOLD
            issue.reporter = teller
            if issue.told < 0:
                issue.told, issue.teller = day, by
            issue.giveup = (
                day
                + 1
                + int(patience[issue.category] * exponential(derive_key(wait, issue.luck), issue.voices))
            )
            log_event(log, used, issue.id, day, WAS_TOLD, by, teller)
