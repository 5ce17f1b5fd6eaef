"""Measured effects of analogous interventions: one file per effect in `effects/`, and the grade of each.

The grade is that of the design, less one for each step of transfer from where the effect was measured to the
knobs that it informs: another place, another behaviour, another dose.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ...engine.texts.errors import Message
from .facts import CONFIDENCE, amount, choice, name_list, outside_own_interval, read_named, text

FOLDER = Path(__file__).with_name("effects")
DESIGNS = {"randomised": 4, "quasi-experimental": 3, "observational": 2, "report": 1, "none": 0}
STEPS = ("place", "behaviour", "dose")
# lognormal: of a known sign. normal: 0 is possible. zero: none was found, so that 0 is the most likely value
SHAPES = ("lognormal", "normal", "zero")


@dataclass(frozen=True)
class Effect:
    """An effect measured elsewhere, by which design, and the knobs that it informs."""

    behaviour: str = text(200)
    zh: str = text(200)
    metric: str = text(120)
    value: float = amount("of the metric")
    low: float = amount("of the metric")
    high: float = amount("of the metric")
    width: str = text(300)  # where low and high come from
    design: str = choice(tuple(DESIGNS))
    steps: tuple[str, ...] = name_list()  # of transfer, of STEPS
    shape: str = choice(SHAPES)  # of the priors that it implies
    knobs: tuple[str, ...] = name_list()  # paths of the knobs that it informs
    source: str = text(500)
    year: str = text(20)
    confidence: str = choice(CONFIDENCE)
    transfer: str = text(400)
    url: str = text(300, default="")
    name: str = field(default="", init=False)

    def contradictions(self) -> Iterator[tuple[str, str | Message]]:
        """Yield what cannot be true together, as (field, words)."""
        yield from outside_own_interval(self.value, self.low, self.high)
        if set(self.steps) - set(STEPS) or len(set(self.steps)) < len(self.steps):
            yield "steps", Message("must be some of {names}, each once", names=", ".join(STEPS))
        if not self.knobs:
            yield "knobs", Message("is empty")

    @property
    def grade(self) -> int:
        """Return the grade: that of the design, minus the steps of transfer, and at least 0."""
        return max(0, DESIGNS[self.design] - len(self.steps))


def read_effect(path: Path) -> Effect:
    """Read an effect from its file. Raises UserError with file and line."""
    return read_named(Effect, path)


@cache
def all_effects() -> dict[str, Effect]:
    """Read all effects that ship: name -> effect, in alphabetical order."""
    return {path.stem: read_effect(path) for path in sorted(FOLDER.glob("*.toml"))}


@cache
def effects_by_knob() -> dict[str, tuple[Effect, ...]]:
    """Return the effects that inform each knob, the best grade first: path -> effects."""
    by_knob: dict[str, list[Effect]] = {}
    for effect in all_effects().values():
        for path in effect.knobs:
            by_knob.setdefault(path, []).append(effect)
    return {
        path: tuple(sorted(effects, key=lambda effect: -effect.grade)) for path, effects in by_knob.items()
    }
