"""Tell Stories and Surprises in plain English or Chinese sentences, as lines or as Rich tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rich.table import Table

from ...model import mechanisms
from ...model.issues.categories import CATEGORIES
from ..i18n.phrases import (
    ENDED,
    FRAME,
    LANGUAGES,
    PLACES,
    SAID,
    STATE,
    TRAIT,
    WAITED,
    WHOSE,
)
from .tables import PLAIN

if TYPE_CHECKING:
    from ...experiments.narrative.divergence import Surprise, Surprises
    from ...experiments.narrative.story import Person, Story, StoryArm, StoryStep


def phrase(phrases: dict, key: str, lang: str, **words) -> str:
    """Return the phrase under a key in one language, filled in with `words`."""
    return phrases[key][LANGUAGES.index(lang)].format(**words)


def days(n: int, lang: str) -> str:
    """Return a number of days in words."""
    return phrase(FRAME, "one day" if n == 1 else "days", lang, n=n)


def mechanism_name(name: str, lang: str) -> str:
    """Return the Chinese name of a mechanism, or in English the name of its file with spaces."""
    return mechanisms.load_class(name).zh if lang == "zh" else name.replace("_", " ")


def kind(category: str, lang: str) -> str:
    """Return the name of a category of issues; one not shipped with cogov keeps its own name."""
    return CATEGORIES[category].zh if lang == "zh" and category in CATEGORIES else category.replace("_", " ")


def all_of(names, lang: str) -> str:
    """Join the names of mechanisms with commas."""
    return phrase(FRAME, "comma", lang).join(mechanism_name(name, lang) for name in names)


def place_of(place, lang: str) -> str:
    """Name the place of an issue or a person, as precisely as its scope allows."""
    return phrase(
        PLACES, place.scope, lang, b=place.building, s=place.stairwell, f=place.floor, h=place.household
    )


def person_of(person: Person, story: Story, lang: str) -> str:
    """Describe a resident by traits and place, because residents have no names."""
    near = "family" if person.place.household == story.place.household else "neighbour"
    traits = phrase(FRAME, "comma", lang).join(phrase(TRAIT, trait, lang) for trait in person.traits)
    return phrase(FRAME, near, lang, traits=traits, place=place_of(person.place, lang))


def describe_step(step: StoryStep, story: Story, lang: str, **often) -> str:
    """Describe a step in words; `often` holds how many times it happened, and the last day."""
    how = "often" if often else "by" if step.by else "person" if step.person else ""
    key = f"{step.what}, {how}" if f"{step.what}, {how}" in SAID else step.what
    words = {
        "place": place_of(story.place, lang),
        "category": kind(story.category, lang),
        "whose": phrase(WHOSE, step.whose, lang),
        "amount": step.amount,
        **often,
    }
    return phrase(
        SAID,
        key,
        lang,
        by=step.by and mechanism_name(step.by, lang),
        person=step.person and person_of(step.person, story, lang),
        **words,
    )


def tell_arm(arm: StoryArm, story: Story, lang: str) -> Iterator[str]:
    """Tell one arm line by line.

    Consecutive repeated reports by neighbours become one sentence.
    """
    for what, steps in groupby(arm.steps, lambda step: step.what):
        first, *more = steps
        if what == "reported again":
            often = {"times": 1 + len(more), "last": more[-1].day} if more else {}
            yield phrase(FRAME, "day", lang, day=first.day, said=describe_step(first, story, lang, **often))
            continue
        for step in (first, *more):
            if step.was and step.waited:
                yield phrase(
                    WAITED, step.was, lang, n=days(step.waited, lang), whose=phrase(WHOSE, step.whose, lang)
                )
            yield phrase(FRAME, "day", lang, day=step.day, said=describe_step(step, story, lang))
    yield phrase(ENDED, arm.state, lang, n=days(arm.waited, lang), total=days(arm.days, lang))


def sentences(story: Story, lang: str = "en") -> Iterator[str]:
    """Tell a Story as lines of text."""
    yield phrase(
        FRAME,
        "title",
        lang,
        issue=story.issue,
        id=story.id,
        category=kind(story.category, lang),
        place=place_of(story.place, lang),
    )
    yield phrase(FRAME, "made", lang, case=story.case, days=story.days, seed=story.seed)
    for arm in story.arms:
        yield from (
            "",
            phrase(FRAME, arm.name, lang, names=all_of(story.mechanisms, lang)),
            *(f"  {line}" for line in tell_arm(arm, story, lang)),
        )
    yield ""
    parting = story.parting
    if not parting:
        yield phrase(FRAME, "same", lang)
        return
    a, b = (
        describe_step(step, story, lang) if step else phrase(FRAME, "nothing", lang) for step in parting.steps
    )
    yield phrase(FRAME, "parts", lang, day=parting.day, place=place_of(parting.place, lang), a=a, b=b)


def tabulate_surprises(surprises: Surprises, lang: str = "en") -> Table:
    """Tabulate Surprises, one row per issue."""
    s = surprises
    title = phrase(
        FRAME, "most", lang, case=s.case, days=s.days, seed=s.seed, names=all_of(s.mechanisms, lang)
    )
    counts = phrase(
        FRAME, "counts", lang, sooner=s.sooner, later=s.later, alike=s.alike, a=s.only[0], b=s.only[1]
    )
    table = Table(title=title, caption=counts, **PLAIN)
    for heading in ("issue", "arm without", "arm with", "between"):
        table.add_column(phrase(FRAME, heading, lang), no_wrap=heading == "issue")
    for surprise in s.most:
        arms = (
            describe_outcome(*arm, lang) for arm in zip(surprise.days, surprise.resolved, surprise.states)
        )
        table.add_row(surprise.issue, *arms, describe_difference(surprise, lang))
    return table


def describe_outcome(took: int, resolved: bool, state: str, lang: str) -> str:
    """Say how long an issue took in one arm, and in which state it ended."""
    word = phrase(STATE, state, lang)
    if state in ("", "withdrawn", "lapsed"):
        return word
    return phrase(FRAME, "took" if resolved else "open", lang, n=days(took, lang), state=word)


def describe_difference(surprise: Surprise, lang: str) -> str:
    """Say in words how the two arms differ for one issue."""
    if "" in surprise.states:
        return phrase(FRAME, "only with" if surprise.states[0] == "" else "only without", lang)
    if surprise.resolved[0] != surprise.resolved[1]:
        return phrase(FRAME, "done with" if surprise.resolved[1] else "done without", lang)
    key = "later" if surprise.difference > 0 else "sooner" if surprise.difference else "alike"
    return phrase(FRAME, key, lang, n=days(abs(surprise.difference), lang))
