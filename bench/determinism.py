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
    hashes: dict  # mode -> {set: hash}, or the reason why there are none, in words
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


def show(console, matrix: Matrix, as_json: bool = False) -> None:
    """Print the table, a legend and the verdict, or all of it as one JSON document."""
    from rich import box
    from rich.table import Table

    ways, names = list(matrix.hashes), matrix.asked.names
    letters = {way: chr(ord("A") + n) for n, way in enumerate(ways)}
    verdict = (
        f"cells {sum(matrix.count(what) for what in ('equal', 'different', 'failed')):,}, "
        f"equal {matrix.count('equal'):,}, different {matrix.count('different'):,}, "
        f"failed {matrix.count('failed'):,}, not present {matrix.count('not present'):,}; "
        f"controls {len(matrix.controls) * len(names):,}, of which {len(matrix.idle()):,} do not differ"
    )
    if as_json:
        cells = [
            {
                "set": name,
                "way": way,
                "cell": matrix.cell(way, name),
                "hash": matrix.hashes[way]
                if isinstance(matrix.hashes[way], str)
                else matrix.hashes[way].get(name),
            }
            for way in ways
            for name in names
        ]
        return print_json(
            {
                "title": "determinism",
                "cells": cells,
                "same": matrix.idle(),
                "note": verdict,
                "good": matrix.good(),
            }
        )
    table = Table(
        title=f"determinism: {len(names)} sets x {len(ways)} execution modes, {matrix.asked.days} days, "
        f"{matrix.asked.replicates} replicates of each",
        box=box.SIMPLE_HEAD,
        title_justify="left",
        padding=(0, 1, 0, 0),
    )
    for column in ("set", "hash", *letters.values()):
        table.add_column(column, no_wrap=column in ("set", "hash"), overflow="fold")
    for name in names:
        cells = []
        for way in ways:
            cell = matrix.cell(way, name)
            is_reference = (
                matrix.like[way] == way != ways[0] and cell == "equal"
            )  # another mode is compared with it
            cells.append("#" if is_reference else MARKS.get(cell) or matrix.hashes[way][name])
        first = matrix.hashes[ways[0]]
        table.add_row(name, first if isinstance(first, str) else first[name], *cells)
    console.print(table)
    for way in ways:
        why = f": {matrix.hashes[way]}" if isinstance(matrix.hashes[way], str) else ""
        like = (
            f", compared with {letters[matrix.like[way]]}" if matrix.like[way] not in (way, ways[0]) else ""
        )
        console.print(
            f"  {letters[way]}  {way}{like}{' - not present' if way in matrix.absent else ''}{why} "
            f"({matrix.seconds[way]:.0f} s)",
            highlight=False,
            soft_wrap=True,
        )
    console.print("\nControls, which must differ from A in every set:", highlight=False)
    for control, hashes in matrix.controls.items():
        same = [name for control_name, name in matrix.idle() if control_name == control]
        words = (
            hashes
            if isinstance(hashes, str)
            else f"the same in {', '.join(same)}"
            if same
            else "differs in every set"
        )
        console.print(
            f"  {control}: {words} ({matrix.seconds[control]:.0f} s)", highlight=False, soft_wrap=True
        )
    console.print(f"\n{verdict}", style="bold", highlight=False)
    console.print(
        "= equal to A, or to the mode named; # reference of another mode; - not present, and not counted; "
        "otherwise the hash that differs",
        highlight=False,
    )


def determinism(
    console, short: bool = False, places=(), as_json: bool = False, progress=lambda what: None
) -> bool:
    """Print the result; return whether all modes are equal and all controls differ."""
    asked = RunSet(tuple(SETS), 120, 1) if short else RunSet(tuple(SETS), 400, 2)
    result = compare_modes(asked, list_modes(short, places, asked.days), progress=progress)
    show(console, result, as_json)
    return result.good()
