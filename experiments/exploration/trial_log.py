"""The book of a search: every design that was lived through and what it came to, a line in a CSV file as soon as it is known."""

import csv
from pathlib import Path

from ...engine.parameters import UserError
from ...engine.randomness import seed_of
from ...engine.release import project
from ..statistics.replicate_table import some


class TrialLog:
    """What every design came to, kept in a CSV file if one is named: a line per design, as soon as it is known."""

    def __init__(self, room, path):
        self.path, self.known = path and Path(path), {}
        number = seed_of(
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
        self.room = f"{number:016x}"
        self.columns = ("room", "design", "why", *room.measures_to_keep)
        if self.path and self.path.exists():
            self.read()
        elif self.path:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.write(self.columns)

    def read(self):
        """Take over the lines of the same room; a last line that was cut off is left out. Raises UserError for another file."""
        text = self.path.read_text("utf-8-sig")
        lines = list(csv.reader(text[: text.rfind("\n") + 1].splitlines()))
        if not lines or tuple(lines[0]) != self.columns:
            raise UserError(
                f"{self.path}: is no record of this search (its columns are "
                f"{some(lines[0] if lines else ['none'])}); name another file"
            )
        if not text.endswith("\n"):
            self.path.write_text(text[: text.rfind("\n") + 1], "utf-8-sig")
        for room, told, why, *values in lines[1:]:
            if room == self.room:
                self.known[told] = {**dict(zip(self.columns[3:], map(float, values))), "why": why}

    def add(self, told, found):
        self.known[told] = found
        if self.path:
            self.write((self.room, told, found["why"], *(repr(found[m]) for m in self.columns[3:])))

    def write(self, line):
        with self.path.open("a", encoding="utf-8" if self.path.exists() else "utf-8-sig", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(line)
