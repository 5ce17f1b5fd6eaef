"""Check that a run gives the same result in every execution mode: sets of case and mechanisms by modes.

Each cell is a hash of the runs of a set. Controls must differ, otherwise nothing is shown.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..engine.output import print_json
from .execution_modes import CONTROLS, ExecutionMode, NotAvailable, list_modes
from .fingerprints import SETS, RunSet


@dataclass
class Matrix:
    """The hashes of all execution modes and controls."""

    asked: RunSet
    hashes: dict  # mode -> {set: hash}, or words: why there are none
    like: dict  # mode -> the mode it is compared with
    absent: tuple  # modes that need what this machine lacks
    controls: dict  # control -> {set: hash}
    seconds: dict  # mode or control -> how long it took

    def cell(self, way, name) -> str:
        """Return 'equal', 'different', 'not present' or 'failed' for one mode and set."""
        if way in self.absent:
            return "not present"
        hashes, against = self.hashes[way], self.hashes[self.like[way]]
        if isinstance(hashes, str) or name not in hashes:
            return "failed"
        return "equal" if not isinstance(against, str) and hashes[name] == against.get(name) else "different"

    def count(self, what) -> int:
        """Count the cells with the result `what`, of the modes that are compared with another."""
        return sum(
            self.cell(way, name) == what
            for way in self.hashes
            if self.like[way] != way
            for name in self.asked.names
        )

    def idle(self) -> list[tuple[str, str]]:
        """List the controls that do not differ where they must, as (control, set)."""
        first = self.hashes[next(iter(self.hashes))]
        return [
            (control, name)
            for control, hashes in self.controls.items()
            for name in self.asked.names
            if isinstance(hashes, str) or isinstance(first, str) or hashes[name] == first[name]
        ]

    def good(self) -> bool:
        """Return whether no cell differs or failed, some cell is equal, and all controls differ."""
        return self.count("equal") > 0 and not (
            self.count("different") or self.count("failed") or self.idle()
        )


def compare_modes(
    asked: RunSet,
    ways: Iterable[ExecutionMode],
    controls: Mapping[str, Callable] = CONTROLS,
    progress: Callable[[str], None] = lambda what: None,
) -> Matrix:
    """Run all sets in all modes and controls, and return their hashes.

    The result of a mode that raises is its exception, in words.
    """
    ways, results, absent, seconds = list(ways), {}, [], {}
    for name, hashes in (*((way.name, way.hashes) for way in ways), *controls.items()):
        progress(name)
        start = time.perf_counter()
        try:
            results[name] = hashes(asked)
        except NotAvailable as why:
            results[name] = str(why)
            absent.append(name)
        except Exception as error:  # any exception: a mode that fails is a result
            results[name] = f"{type(error).__name__}: {error}"
        seconds[name] = time.perf_counter() - start
    like = {way.name: way.like or ways[0].name for way in ways}
    return Matrix(
        asked,
        {way.name: results[way.name] for way in ways},
        like,
        tuple(absent),
        {name: results[name] for name in controls},
        seconds,
    )


MARKS = {"equal": "=", "not present": "-", "failed": "failed"}


def show(console, found: Matrix, as_json: bool = False) -> None:
    """Print the table, what its columns are, and the verdict; or all of it as one JSON document."""
    from rich import box
    from rich.table import Table

    ways, names = list(found.hashes), found.asked.names
    letters = {way: chr(ord("A") + n) for n, way in enumerate(ways)}
    verdict = (
        f"cells {sum(found.count(what) for what in ('equal', 'different', 'failed')):,}, "
        f"equal {found.count('equal'):,}, different {found.count('different'):,}, "
        f"failed {found.count('failed'):,}, not present {found.count('not present'):,}; "
        f"controls {len(found.controls) * len(names):,}, of which the same {len(found.idle()):,}"
    )
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
        title=f"determinism: {len(names)} sets x {len(ways)} ways, {found.asked.days} days, "
        f"replicates of each {found.asked.replicates}",
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
            is_reference = (
                found.like[way] == way != ways[0] and cell == "equal"
            )  # another mode is compared with it
            cells.append("#" if is_reference else MARKS.get(cell) or found.hashes[way][name])
        first = found.hashes[ways[0]]
        table.add_row(name, first if isinstance(first, str) else first[name], *cells)
    console.print(table)
    for way in ways:
        why = f": {found.hashes[way]}" if isinstance(found.hashes[way], str) else ""
        like = f", held against {letters[found.like[way]]}" if found.like[way] not in (way, ways[0]) else ""
        console.print(
            f"  {letters[way]}  {way}{like}{' - not present' if way in found.absent else ''}{why} "
            f"({found.seconds[way]:.0f} s)",
            highlight=False,
            soft_wrap=True,
        )
    console.print("\nControls, which must differ from A in every set:", highlight=False)
    for control, hashes in found.controls.items():
        same = [name for control_name, name in found.idle() if control_name == control]
        words = (
            hashes
            if isinstance(hashes, str)
            else f"the same in {', '.join(same)}"
            if same
            else "differs in every set"
        )
        console.print(
            f"  {control}: {words} ({found.seconds[control]:.0f} s)", highlight=False, soft_wrap=True
        )
    console.print(f"\n{verdict}", style="bold", highlight=False)
    console.print(
        "= equal to A, or to the way named; # another way is held against it; - not present: counted as "
        "neither; "
        "else the hash that differs",
        highlight=False,
    )


def determinism(
    console, short: bool = False, places=(), as_json: bool = False, progress=lambda what: None
) -> bool:
    """Print the whole bench; return whether all is equal that must be, and different that must be."""
    asked = RunSet(tuple(SETS), 120, 1) if short else RunSet(tuple(SETS), 400, 2)
    result = compare_modes(asked, list_modes(short, places, asked.days), progress=progress)
    show(console, result, as_json)
    return result.good()
