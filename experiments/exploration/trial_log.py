"""Trial log of a search: one CSV row per evaluated design, written as soon as it is known."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from ...engine.randomness import seed_of
from ...engine.release import project
from ...engine.texts.errors import Translated, UserError
from ..statistics.replicate_table import join_names

if TYPE_CHECKING:
    from .search_space import SearchSpace


class TrialLog:
    """Results of designs by design (`known`), also written to a CSV file if a path is given.

    Rows of a file that belong to another search space (`room`, a fingerprint) are kept, but not read.
    """

    def __init__(self, room: SearchSpace, path: Path | str | None):
        """Open the log at `path`, and read earlier results. Raises UserError for another kind of file."""
        self.path = Path(path) if path else None
        self.known: dict[str, dict] = {}
        fingerprint = seed_of(
            project()[0],
            repr(room.scenario),
            *room.mechanisms,
            "given",
            *room.given,
            room.most,
            room.replicates,
            room.seed,
            room.within,
        )
        self.room = f"{fingerprint:016x}"
        self.columns = ("room", "design", "why", *room.measures_to_keep)
        if self.path and self.path.exists():
            self.read()
        elif self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.write(self.columns)

    def read(self) -> None:
        """Read the rows of the same search space, and remove an incomplete last line from the file.

        Raises UserError if the columns differ.
        """
        assert self.path
        text = self.path.read_text("utf-8-sig")
        lines = list(csv.reader(text[: text.rfind("\n") + 1].splitlines()))
        if not lines or tuple(lines[0]) != self.columns:
            raise UserError(
                "{path} is not a record of this search (its columns are {columns}); name another file",
                path=self.path,
                columns=join_names(lines[0] if lines else [Translated("none", "无")]),
            )
        if not text.endswith("\n"):
            self.path.write_text(text[: text.rfind("\n") + 1], "utf-8-sig")
        for room, design, why, *values in lines[1:]:
            if room == self.room:
                self.known[design] = {**dict(zip(self.columns[3:], map(float, values))), "why": why}

    def add(self, design: str, result: dict) -> None:
        """Add the result (measure -> mean, and `why` it failed or "") of a design (JSON text)."""
        self.known[design] = result
        if self.path:
            self.write((self.room, design, result["why"], *(repr(result[m]) for m in self.columns[3:])))

    def write(self, line: tuple) -> None:
        """Append a line to the CSV file."""
        assert self.path
        with self.path.open("a", encoding="utf-8" if self.path.exists() else "utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(line)
