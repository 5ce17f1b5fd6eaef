"""Recorded years of the first screen, cached for all visitors."""

import json
from hashlib import blake2b

from ...engine.toml_reader import table_of
from ...experiments.comparison.streaming_comparison import pair_seed
from ...experiments.narrative.recording import Recording, record_year
from ...experiments.narrative.recording_difference import pack_difference, pack_reference
from ...model.scenarios.scenario import Scenario
from .arms import scenario_of
from .year_cache import PACKED, YEARS

Place = tuple[str, int]  # a community's digest, and the seed


def place_of(case: Scenario, seed: int) -> Place:
    """Return what identifies the years of a community: a text that differs between any two, and the seed."""
    text = json.dumps(table_of(case), sort_keys=True)
    return f"{case.name} {blake2b(text.encode(), digest_size=16).hexdigest()}", seed


def reference_of(case: Scenario, place: Place) -> Recording:
    """Return the recorded year of a community without any mechanism."""
    bare = scenario_of(case, "")
    return YEARS.get(("reference", place), lambda: record_year(bare, pair_seed(case, place[1])))


def packed_reference(case: Scenario, place: Place) -> bytes:
    """Return the year without any mechanism as a page reads it."""
    if (packed := PACKED.peek(place)) is not None:
        return packed
    reference = reference_of(case, place)
    return PACKED.get(place, lambda: pack_reference(reference))


def difference_of(case: Scenario, place: Place, key: str) -> bytes:
    """Return what differs in the year of an arm, as a page reads it. Raises UserError."""
    arm = scenario_of(case, key)
    if (packed := PACKED.peek((place, key))) is not None:
        return packed
    reference = reference_of(case, place)  # before the turn of `make`, within which none can be had

    def make() -> bytes:
        return pack_difference(record_year(arm, pair_seed(case, place[1])), reference)

    return PACKED.get((place, key), make)
