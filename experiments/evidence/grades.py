"""Grades: what each knob of a scenario rests on, and the prior that follows from it."""

import re
from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Any

from ...engine.parameters import paths
from ...model import mechanisms
from ...model.scenarios.cases import list_cases
from ...model.scenarios.scenario import Scenario
from .adopted import prior_centre
from .effects import Effect, effects_by_knob
from .knobs import TIMES, value_at
from .priors import Prior, spread_of

GIVEN = ("community.", "days", "calendar.first_month")  # what a case gives, or a user chooses
CHOICES = ("a choice", "given ", "a year", "the report; ")
CONFIDENCE_GRADE = {"A": 3, "A/B": 2, "B": 2, "B/C": 1, "C": 1}
# units of knobs that are strengths: how much a mechanism moves, not what it costs nor how it is organised
STRENGTHS = (
    "logit",
    "log rate",
    "1/hour",
    "1/visit",
    "1/day, of finding",
    "trust in",
    "equivalent sittings",
    "new acquaintances",
    "days by which",
    "times as",
)


@dataclass(frozen=True)
class Evidence:
    """What one knob rests on: its grade, its source, the effects that inform it, and its prior."""

    path: str
    value: float
    unit: str
    source: str
    grade: int | None  # 0 (assumed) to 4; None for what a case gives or a user chooses: nothing to estimate
    prior: Prior
    effects: tuple[Effect, ...] = field(default=())
    zh_unit: str = ""

    @property
    def is_strength(self) -> bool:
        """Whether the knob says how much a mechanism moves."""
        return self.path.startswith("mechanisms.") and self.unit.startswith(STRENGTHS)

    def as_record(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        low, high = self.prior.interval
        return {
            "path": self.path,
            "value": self.value,
            "unit": self.unit,
            "source": self.source,
            "grade": self.grade,
            "prior": self.prior.shape,
            "p5": low,
            "p95": high,
            "effects": [effect.name for effect in self.effects],
        }


def grade_of_source(source: str) -> int | None:
    """Return the grade that the source of a knob says; None where there is nothing to estimate.

    >>> [grade_of_source(source) for source in ("assumed; vary it", "a choice of the user", "lianhe has 9")]
    [0, None, 1]
    >>> [grade_of_source(source) for source in ("docs/sources.md: 13.5 % a year (A/B)", "Ledyard 1995: 40 %")]
    [2, 2]
    """
    if source.startswith(("assumed", "by definition")):
        return 0
    if source.startswith(CHOICES):
        return None
    if source.startswith("docs/sources.md"):
        confidence = re.search(r"\(([ABC](?:/[BC])?)\)$", source)
        return CONFIDENCE_GRADE[confidence[1]] if confidence else 1
    if source.startswith(("press", *list_cases())):
        return 1
    if re.search(r"[A-Z]\w+ .*\b(?:19|20)\d\d\b", source):  # an experiment elsewhere: author and year
        return 2
    return 1


def grade_of(path: str, source: str) -> int | None:
    """Return the grade of the evidence for a knob: that of its source, or of the best effect that informs it.

    None for what a case gives or a user chooses.
    """
    last = path.rpartition(".")[2]
    if path.startswith(GIVEN) or (path.startswith("mechanisms.") and last in TIMES):
        return None
    grade = grade_of_source(source)
    if grade is None:
        return None
    return max([grade, *(effect.grade for effect in effects_by_knob().get(path, ()))])


def prior_of(path: str, metadata: Any, value: float, whole: bool) -> Prior:
    """Return the prior of a knob around `value`, or around what was assumed before it was adopted.

    A point where there is nothing to estimate. A value of 0 switches something off, and stays 0.
    """
    grade = grade_of(path, metadata["source"])
    low, high = metadata["low"], metadata["high"]
    if grade is None or value == 0:
        return Prior("point", value, 1.0, low, high, whole)
    effects = effects_by_knob().get(path, ())
    shape = effects[0].shape if effects and effects[0].grade == grade else "lognormal"
    return Prior(shape, prior_centre(path, value), spread_of(grade), low, high, whole)


def all_evidence(scenario: Scenario | None = None) -> Iterator[Evidence]:
    """Yield the evidence of every knob of a scenario; by default of the plain one with all mechanisms."""
    scenario = scenario or Scenario(mechanisms=mechanisms.all_mechanisms())
    for path, f in paths(scenario).items():
        yield evidence_of(path, f, value_at(scenario, path))


def evidence_of(path: str, f: Field, value: Any) -> Evidence:
    """Return the evidence of the knob at `path`, declared by the field `f`, around `value`."""
    m = f.metadata
    return Evidence(
        path,
        value,
        m["unit"],
        m["source"],
        grade_of(path, m["source"]),
        prior_of(path, m, value, f.type in (int, "int")),
        effects_by_knob().get(path, ()),
        m.get("words", ("", "", ""))[2],
    )


def evidence_of_mechanism(name: str) -> list[Evidence]:
    """Return the evidence of the knobs of one mechanism, in the order of their declaration."""
    knobs = [f for f in fields(mechanisms.load_class(name)) if "low" in f.metadata]
    return [evidence_of(f"mechanisms.{name}.{f.name}", f, f.default) for f in knobs]


def grade_of_mechanism(name: str) -> int:
    """Return the grade of the evidence for a mechanism: the best of its strengths; 0 if it has none."""
    return max((e.grade or 0 for e in evidence_of_mechanism(name) if e.is_strength), default=0)
