"""Select the issues that a comparison counts: by family, severity, tenure, or those common to both arms.

A mechanism that works changes which issues arise: a place that is kept up is littered less. So shares of two
arms are of different sets; `common` compares the issues that arose in both, which are the same by their ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...engine.renamed import suggest_names
from ...engine.texts.errors import UserError
from ...model.issues.categories import FAMILIES, SCOPES
from ...model.simulate import Run

TENURES = ("owner", "let")
WHERE = ("tenure", "category", "scope")


@dataclass(frozen=True)
class IssueSelection:
    """Which issues count; by default all."""

    families: tuple[str, ...] = ()
    severity: int = 0  # the least that counts
    where: tuple[tuple[str, str], ...] = ()  # of WHERE -> value; all of them must hold
    common: bool = False  # only issues that arose in both arms

    def __post_init__(self) -> None:
        for name in self.families:
            check_name("--family", name, FAMILIES)
        for key, value in self.where:
            check_name("--where", key, WHERE)
            if key != "category":
                check_name(f"--where {key}", value, TENURES if key == "tenure" else SCOPES)

    def describe(self) -> str:
        """Return which issues count, in words; "" if all do."""
        parts = [", ".join(self.families)] if self.families else []
        parts += [f"severity {self.severity} or more"] if self.severity else []
        parts += [f"{key} {value}" for key, value in self.where]
        parts += ["those that arose in both arms"] if self.common else []
        return "; ".join(parts)

    def masks(self, runs: Sequence[Run]) -> list[np.ndarray]:
        """Return which issues of each run count, (issues,) bool each. Raises UserError."""
        masks = [self.mask(run) for run in runs]
        if self.common:
            first, second = (run.issues["id"] for run in runs)
            masks[0] &= np.isin(first, second, assume_unique=True)
            masks[1] &= np.isin(second, first, assume_unique=True)
        return masks

    def mask(self, run: Run) -> np.ndarray:
        """Return which issues of one run count, whether they are common or not. Raises UserError."""
        issues = run.issues
        chosen = issues["severity"] >= self.severity
        if self.families:
            chosen &= np.isin(issues["family"], [FAMILIES.index(name) for name in self.families])
        for key, value in self.where:
            if key == "category":
                check_name("--where category", value, run.categories)
                chosen &= issues["category"] == run.categories.index(value)
            elif key == "scope":
                chosen &= issues["scope"] == SCOPES.index(value)
            else:
                home = issues["household"]
                chosen &= (home >= 0) & (run.places["owner"][home] == (value == "owner"))
        return chosen


ALL_ISSUES = IssueSelection()


def check_name(what: str, name: str, known: Sequence[str]) -> None:
    """Raise UserError unless a name is among those known."""
    if name not in known:
        raise UserError(
            "{what} {name}: there is none{hint}; there are: {known}",
            what=what,
            name=name,
            hint=suggest_names(name, list(known)),
            known=", ".join(known),
        )


def parse_selection(
    families: Sequence[str], severity: int, where: Sequence[str], common: bool
) -> IssueSelection:
    """Return the selection that options of a command name. Raises UserError."""
    pairs = []
    for text in where:
        key, equals, value = text.partition("=")
        if not equals:
            raise UserError("--where {text}: write KEY=VALUE, such as tenure=let", text=text)
        pairs.append((key.strip(), value.strip()))
    return IssueSelection(tuple(families), severity, tuple(pairs), common)
