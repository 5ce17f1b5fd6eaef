"""Which categories of a log are which of cogov's? What the mapping says, and what the words propose.

A proposal is never used by itself: `import` writes it for the owner of the log to accept, or `--accept` does.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from ...engine.renamed import suggest_names
from ...engine.texts import sections
from ...engine.texts.errors import Message, UserError
from ...engine.toml_reader import show_value
from ...model.issues.categories import CATEGORIES, FAMILIES
from .column_names import TRADITIONAL

ALIKE = 0.84  # edit distance, as a share of common letters, from which two names are proposed as one
Ours = tuple[str, ...]  # names of categories of cogov, sorted


@dataclass(frozen=True)
class Proposal:
    """What a category of a log may be in cogov."""

    ours: str | Ours  # a category or a family of cogov, or several categories
    because: Message


@cache
def known_names() -> dict[str, Ours]:
    """Return every name of a category or family of cogov, English or Chinese, and its categories."""
    zh = sections("zh")["family"]
    names: dict[str, Ours] = {}
    for family in FAMILIES:
        names[family] = names[zh[family]] = tuple(
            sorted(c for c, it in CATEGORIES.items() if it.family == family)
        )
    for name, category in CATEGORIES.items():
        names[name] = names[category.zh] = (name,)
    return names


def map_categories(asked: Any, names: list[str], path: str) -> dict[str, Ours]:
    """Map each category of the log to cogov's: {theirs: (ours, ...)}.

    `asked` is the mapping's table, theirs = ours; "" says that cogov has no such category. Categories that it
    does not contain are matched by name. Raises UserError.
    """
    if not isinstance(asked, dict):
        raise UserError(
            "{path}: the mapping's categories are an array; allowed is a table, theirs = ours", path=path
        )
    for theirs, ours in asked.items():
        if not isinstance(ours, str) and not (
            isinstance(ours, (list, tuple)) and all(isinstance(name, str) for name in ours)
        ):
            raise UserError(
                "{path}: category {theirs} is mapped to {ours}; allowed is text, or an array of texts",
                path=path,
                theirs=show_value(theirs),
                ours=show_value(ours),
            )
        if theirs not in names:
            raise UserError(
                "{path}: the mapping names a category {category} that is not in the log{hint}",
                path=path,
                category=show_value(theirs),
                hint=suggest_names(theirs, names),
            )
    known, mapped = known_names(), {}
    for theirs in names:
        given = asked.get(theirs)
        wanted = [given] if isinstance(given, str) else list(given or ())
        if given is None:
            wanted = [name for name in (theirs, theirs.lower().replace(" ", "_")) if name in known][:1]
        for name in filter(None, wanted):
            if name not in known:
                raise UserError(
                    "{path}: category {theirs} is mapped to {name}, which is not a category of cogov{hint}",
                    path=path,
                    theirs=show_value(theirs),
                    name=show_value(name),
                    hint=_hint(name),
                )
        if ours := {category for name in wanted for category in known.get(name, ())}:
            mapped[theirs] = tuple(sorted(ours))
    return mapped


def _hint(name: str) -> Message:
    """Return what may have been meant: names like it, or the category that its words propose."""
    proposal = propose(name)
    if proposal and isinstance(proposal.ours, str):
        return Message("; did you mean {name}?", name=show_value(proposal.ours))
    return suggest_names(name, [*FAMILIES, *CATEGORIES])


def compact(ours: Ours) -> str | Ours:
    """Return the name of a family in place of all its categories, and one name by itself."""
    families = {categories: name for name, categories in known_names().items() if name in FAMILIES}
    return families.get(ours, ours[0] if len(ours) == 1 else ours)


@cache
def _words() -> dict[str, list[str]]:
    """Return the words of each category and family, its names among them."""
    text = Path(__file__).with_name("category_words.toml").read_text(encoding="utf-8")
    words = tomllib.loads(text)
    for name, category in CATEGORIES.items():
        words.setdefault(name, []).extend((category.zh, name.replace("_", " ")))
    return words


def propose(theirs: str) -> Proposal | None:
    """Propose what a category of a log may be, by the longest word that it has; else by how alike the names
    are.

    >>> propose("Street Light Condition").ours, propose("电梯故障报修").ours, propose("Blocked Drivway").ours
    ('lamp_out', 'lift_stopped', 'parking')
    """
    text = re.sub(r"\s+", " ", theirs.translate(TRADITIONAL).lower()).strip()
    found: dict[str, str] = {}
    for name, words in _words().items():
        here = [word for word in words if _has(text, word)]
        if here:
            found[name] = max(here, key=_weight)
    if found:
        most = max(map(_weight, found.values()))
        name, word = next((name, word) for name, word in found.items() if _weight(word) == most)
        return Proposal(name, Message("the word {word}", word=show_value(word)))
    near = max(
        (
            (SequenceMatcher(None, text, word).ratio(), name, word)
            for name, words in _words().items()
            for word in words
        ),
        default=(0.0, "", ""),
    )
    if len(text) > 4 and near[0] >= ALIKE:
        return Proposal(near[1], Message("spelt like {word}", word=show_value(near[2])))
    return None


def _has(text: str, word: str) -> bool:
    return (
        word in text
        if not word.isascii()
        else bool(re.search(rf"(?<![a-z]){re.escape(word)}(?:s|es|ing)?(?![a-z])", text))
    )


def _weight(word: str) -> int:
    """Return how much a word tells: letters, of which a Chinese sign counts as three."""
    return sum(1 if sign.isascii() else 3 for sign in word)


def propose_all(names: Iterable[str], mapped: dict[str, Ours]) -> dict[str, Proposal | None]:
    """Return a proposal, or None, for every category of a log that is not mapped.

    A family that is proposed stands for those of its categories that no other name stands for, because no two
    names may share a category.
    """
    proposals = {name: propose(name) for name in names if name not in mapped}
    taken = {category for ours in mapped.values() for category in ours}
    taken |= {proposal.ours for proposal in proposals.values() if proposal and isinstance(proposal.ours, str)}
    for name, proposal in proposals.items():
        if proposal and proposal.ours in FAMILIES:
            rest = tuple(category for category in known_names()[str(proposal.ours)] if category not in taken)
            if len(rest) < len(known_names()[str(proposal.ours)]):
                proposals[name] = Proposal(rest, proposal.because) if rest else None
    return proposals
