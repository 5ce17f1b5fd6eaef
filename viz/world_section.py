"""What a sweep says given what nobody knows, as a section of its report and of what the terminal shows."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from ..engine.texts.errors import UserError
from ..experiments.robustness.weighing import weigh

if TYPE_CHECKING:
    from ..experiments.sweep.report_statistics import Analysis

LUCK_ONLY = (
    "All replicates have the numbers of their case: the intervals hold luck, and nothing of what nobody "
    "knows. With lucks_per_world = 1 in the experiment, every replicate is in another plausible world."
)
BOTH = (
    "Every replicate is in a plausible world, in which what nobody knows is drawn anew. The intervals are of "
    "the mean over such worlds: more replicates make them narrower, but not the range of the worlds. All "
    "worlds share their rules: `cogov structures CASE --mechanism NAME` tries others, and `cogov trial` says "
    "what a field trial would find."
)


def world_sentences(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """Yield (case, sentence): what the intervals of a comparison of arms hold, then what the worlds say."""
    if not analysis.by_arm:
        return
    if not analysis.results.experiment.lucks_per_world:
        yield "", LUCK_ONLY
        return
    yield "", BOTH
    for case, result in weigh(analysis.results).items():
        try:
            for sentence in result.sentences():
                yield case, sentence.strip()
        except UserError as error:
            yield case, f"{error}."


def world_section(analysis: Analysis) -> Iterator[str]:
    """Yield the section of the page: what the answer hangs on, and how surely it holds."""
    sentences = list(world_sentences(analysis))
    if not sentences:
        return
    yield "<h2>What nobody knows</h2>"
    for case, sentence in sentences:
        yield f"<p>{f'<b>{escape(case)}</b> ' if case else ''}{escape(sentence)}</p>"
