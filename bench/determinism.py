"""Is a run the same run, whoever lives it, and when, and where? One hash a cell, sets of case and mechanisms by ways to live them.

Controls must differ, or nothing is shown.
"""

import time
from dataclasses import dataclass

from ..engine.output import print_json
from .execution_modes import CONTROLS, NotAvailable, ways
from .fingerprints import SETS, RunSet


@dataclass
class Matrix:
    """What came of all ways and controls."""

    asked: RunSet
    hashes: dict  # way -> {set: hash}, or words: why there are none
    like: dict  # way -> the way it is held against
    absent: tuple  # ways that need what is not here
    controls: dict  # control -> {set: hash}
    seconds: dict  # way or control -> how long it took

    def cell(self, way, name):
        """'equal', 'different', 'not present' or 'failed'."""
        if way in self.absent:
            return "not present"
        one, against = self.hashes[way], self.hashes[self.like[way]]
        if isinstance(one, str) or name not in one:
            return "failed"
        return "equal" if not isinstance(against, str) and one[name] == against.get(name) else "different"

    def count(self, what):
        """How many cells are that, of those that are held against another."""
        return sum(
            self.cell(way, name) == what
            for way in self.hashes
            if self.like[way] != way
            for name in self.asked.names
        )

    def idle(self):
        """Controls that do not differ where they must, as (control, set)."""
        first = self.hashes[next(iter(self.hashes))]
        return [
            (control, name)
            for control, found in self.controls.items()
            for name in self.asked.names
            if isinstance(found, str) or isinstance(first, str) or found[name] == first[name]
        ]

    def good(self):
        return self.count("equal") > 0 and not (
            self.count("different") or self.count("failed") or self.idle()
        )


def matrix(asked, ways, controls=CONTROLS, progress=lambda what: None):
    """Live all runs in all ways; what one of them raises is its result."""
    ways, told, absent, seconds = list(ways), {}, [], {}
    for name, hashes in (*((way.name, way.hashes) for way in ways), *controls.items()):
        progress(name)
        start = time.perf_counter()
        try:
            told[name] = hashes(asked)
        except NotAvailable as why:
            told[name] = str(why)
            absent.append(name)
        except Exception as error:  # whatever it is: a way that fails is a result
            told[name] = f"{type(error).__name__}: {error}"
        seconds[name] = time.perf_counter() - start
    like = {way.name: way.like or ways[0].name for way in ways}
    return Matrix(
        asked,
        {way.name: told[way.name] for way in ways},
        like,
        tuple(absent),
        {name: told[name] for name in controls},
        seconds,
    )


MARKS = {"equal": "=", "not present": "-", "failed": "failed"}


def show(console, found, as_json=False):
    """Print the table, what its columns are, and the verdict."""
    from rich import box
    from rich.table import Table

    ways, names = list(found.hashes), found.asked.names
    letters = {way: chr(ord("A") + n) for n, way in enumerate(ways)}
    verdict = f"cells {sum(found.count(what) for what in ('equal', 'different', 'failed')):,}, equal {found.count('equal'):,}, different {found.count('different'):,}, failed {found.count('failed'):,}, not present {found.count('not present'):,}; controls {len(found.controls) * len(names):,}, of which the same {len(found.idle()):,}"
    if as_json:
        cells = [
            {
                "set": name,
                "way": way,
                "cell": found.cell(way, name),
                "hash": found.hashes[way]
                if isinstance(found.hashes[way], str)
                else found.hashes[way].get(name),
            }
            for way in ways
            for name in names
        ]
        return print_json(
            {
                "title": "determinism",
                "cells": cells,
                "same": found.idle(),
                "note": verdict,
                "good": found.good(),
            }
        )
    table = Table(
        title=f"determinism: {len(names)} sets x {len(ways)} ways, {found.asked.days} days, lucks of each {found.asked.replicates}",
        box=box.SIMPLE_HEAD,
        title_justify="left",
        padding=(0, 1, 0, 0),
    )
    for column in ("set", "hash", *letters.values()):
        table.add_column(column, no_wrap=column in ("set", "hash"), overflow="fold")
    for name in names:
        cells = []
        for way in ways:
            cell = found.cell(way, name)
            own = found.like[way] == way != ways[0] and cell == "equal"  # another is held against it
            cells.append("#" if own else MARKS.get(cell) or found.hashes[way][name])
        first = found.hashes[ways[0]]
        table.add_row(name, first if isinstance(first, str) else first[name], *cells)
    console.print(table)
    for way in ways:
        why = f": {found.hashes[way]}" if isinstance(found.hashes[way], str) else ""
        like = f", held against {letters[found.like[way]]}" if found.like[way] not in (way, ways[0]) else ""
        console.print(
            f"  {letters[way]}  {way}{like}{' - not present' if way in found.absent else ''}{why} ({found.seconds[way]:.0f} s)",
            highlight=False,
            soft_wrap=True,
        )
    console.print("\nControls, which must differ from A in every set:", highlight=False)
    for control, told in found.controls.items():
        same = [name for one, name in found.idle() if one == control]
        words = (
            told
            if isinstance(told, str)
            else f"the same in {', '.join(same)}"
            if same
            else "differs in every set"
        )
        console.print(
            f"  {control}: {words} ({found.seconds[control]:.0f} s)", highlight=False, soft_wrap=True
        )
    console.print(f"\n{verdict}", style="bold", highlight=False)
    console.print(
        "= equal to A, or to the way named; # another way is held against it; - not present: counted as neither; else the hash that differs",
        highlight=False,
    )


def determinism(console, short=False, places=(), as_json=False, progress=lambda what: None):
    """The whole bench, printed; whether all is equal that must be, and different that must be."""
    asked = RunSet(tuple(SETS), 120, 1) if short else RunSet(tuple(SETS), 400, 2)
    found = matrix(asked, ways(short, places, asked.days), progress=progress)
    show(console, found, as_json)
    return found.good()
