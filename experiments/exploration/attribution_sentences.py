"""Say in words what an attribution found."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..statistics.replicate_table import (
    join_names,
)

if TYPE_CHECKING:
    from .attribution import Attribution


def describe_next(table: pd.DataFrame, given: Sequence[str] = (), measure: str = "the measure") -> str:
    """Describe the table of `rank_next` in a sentence."""
    best, to = table.iloc[0], f"to {' and '.join(given)}" if given else "to no mechanism"
    rivals = [name for name in table.index[table.may_be_best] if name != best.name]
    clear = (
        f"{format_signed(best.added)} (simultaneous interval {format_signed(best.low)} to "
        f"{format_signed(best.high)})"
    )
    tail = (
        f"; {join_names(rivals)} cannot be distinguished from it with these replicates"
        if rivals
        else "; all others are clearly worse"
        if len(table) > 1
        else ""
    )
    return f"Added {to}, {best.name} changes {measure} most favourably, by {clear}{tail}."


def format_signed(x: float) -> str:
    """Format a number with its sign, to three figures.

    >>> format_signed(0.12345), format_signed(-12345.6)
    ('+0.123', '-12,346')
    """
    return f"{x:+,.0f}" if abs(x) >= 1000 else f"{x:+.3g}"


def describe_effect(attribution: "Attribution") -> Iterator[str]:
    """Yield a sentence on the joint effect of all mechanisms."""
    e, lost = attribution.effect, attribution.left_out
    less = f" ({lost} more are left out, because some arm lacks them)" if lost else ""
    yield (
        f"The {len(attribution.names)} mechanisms together change {attribution.measure} by "
        f"{format_signed(e.difference)}, from {e['without']:.3g} to {e['with']:.3g} "
        f"({attribution.level:.0%} interval {format_signed(e.low)} to {format_signed(e.high)}; "
        f"{attribution.replicates} replicates{less})."
    )


def describe_mechanism(attribution: "Attribution", name: str) -> str:
    """Describe the contribution of one mechanism in a sentence."""
    s = attribution.shares.loc[name]
    part = (
        f", {s.part:.0%} of the effect ({s.part_low:.0%} to {s.part_high:.0%})" if np.isfinite(s.part) else ""
    )
    return (
        f"{name}: Shapley value {format_signed(s.value)} ({format_signed(s.low)} to "
        f"{format_signed(s.high)}){part}; alone {format_signed(s.alone)}, added last "
        f"{format_signed(s['last'])}."
    )


def describe_interactions(attribution: "Attribution") -> Iterator[str]:
    """Yield a sentence for every significant interaction, or one that there is none."""
    table = attribution.interactions
    clear = table[table.kind != "not significant"]
    for (a, b), row in clear.iterrows():
        how = "add more together than separately" if row["index"] > 0 else "partly replace each other"
        yield (
            f"{a} and {b} {how}: {row.kind}, interaction index {format_signed(row['index'])} "
            f"({format_signed(row.low)} to {format_signed(row.high)})."
        )
    if len(table) and not len(clear):
        yield "No interaction of two mechanisms is significant after Holm's adjustment."
