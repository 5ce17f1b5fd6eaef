"""Declare the parts of a brief: claims, large numbers, tables, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Claim:
    """A sentence with numbers, and the commands that print them."""

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tile:
    """One large number with its range."""

    label: str
    value: str
    unit: str
    spread: str
    command: str


@dataclass(frozen=True)
class Table:
    """A table whose first column is text; its numbers are printed by one command."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    command: str
    note: str = ""


@dataclass(frozen=True)
class Content:
    """Everything that a brief says, in the order in which it is read."""

    lang: str
    kicker: str
    headline: str
    question: str
    does: tuple[str, ...]  # what each mechanism does
    scope: Claim
    tiles: tuple[Tile, ...]
    verdict: tuple[Claim, ...]
    overview: Table
    figure_note: Claim
    gains: Claim
    gains_table: Table | None
    price: Claim
    price_table: Table
    hangs_on: tuple[Claim, ...]
    evidence: tuple[Claim, ...]
    disappoints: tuple[str, ...]  # how each mechanism can disappoint
    reading: tuple[str, ...]
    source: str
    titles: dict[str, str]  # of the sections

    def shortened(self, steps: int) -> Content:
        """Return it with less detail: each step drops rows and sentences, the least important first."""
        if not steps:
            return self
        most = max(2, 8 - 2 * steps)
        cut = lambda table: table and replace(table, rows=table.rows[:most])
        return replace(
            self,
            gains_table=cut(self.gains_table),
            overview=cut(self.overview),
            price_table=cut(self.price_table),
            verdict=self.verdict[: max(1, 4 - steps)],
            hangs_on=self.hangs_on[: max(1, 4 - steps)],
            evidence=self.evidence[: max(1, 4 - steps)],
            does=self.does[: max(1, 3 - steps)],
            disappoints=self.disappoints[: max(1, 3 - steps)],
            reading=self.reading[: max(1, 3 - steps)],
        )
