"""Tell Stories and Surprises in plain English or Chinese sentences, as lines or as Rich tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rich.table import Table

from ...engine.texts import sections, translate
from ...model import mechanisms
from .tables import PLAIN

if TYPE_CHECKING:
    from ...experiments.narrative.divergence import Surprise, Surprises
    from ...experiments.narrative.story import Person, Story, StoryArm, StoryStep


def days(n: int, lang: str) -> str:
    """Return a number of days in words."""
    return translate(lang, "story", "one day" if n == 1 else "days", n=n)


def mechanism_name(name: str, lang: str) -> str:
    """Return the Chinese name of a mechanism, or in English the name of its file with spaces."""
    return mechanisms.load_class(name).zh if lang == "zh" else name.replace("_", " ")


def kind(story: Story, lang: str) -> str:
    """Return the name of the category of a story's issue."""
    return story.category_zh if lang == "zh" else story.category.replace("_", " ")


def all_of(names, lang: str) -> str:
    """Join the names of mechanisms with commas."""
    return translate(lang, "story", "comma").join(mechanism_name(name, lang) for name in names)


def place_of(place, lang: str) -> str:
    """Name the place of an issue or a person, as precisely as its scope allows."""
    return translate(
        lang, "place", place.scope, b=place.building, s=place.stairwell, f=place.floor, h=place.household
    )


def person_of(person: Person, story: Story, lang: str) -> str:
    """Describe a resident by traits and place, because residents have no names."""
    near = "family" if person.place.household == story.place.household else "neighbour"
    traits = translate(lang, "story", "comma").join(
        translate(lang, "trait", trait) for trait in person.traits
    )
    return translate(lang, "story", near, traits=traits, place=place_of(person.place, lang))


def describe_step(step: StoryStep, story: Story, lang: str, **often) -> str:
    """Describe a step in words; `often` holds how many times it happened, and the last day."""
    how = "often" if often else "by" if step.by else "person" if step.person else ""
    key = f"{step.what}, {how}" if f"{step.what}, {how}" in sections(lang)["said"] else step.what
    words = {
        "place": place_of(story.place, lang),
        "category": kind(story, lang),
        "whose": translate(lang, "whose", step.whose),
        "amount": step.amount,
        **often,
    }
    return translate(
        lang,
        "said",
        key,
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
            yield translate(
                lang, "story", "day", day=first.day, said=describe_step(first, story, lang, **often)
            )
            continue
        for step in (first, *more):
            if step.was and step.waited:
                yield translate(
                    lang,
                    "waited",
                    step.was,
                    n=days(step.waited, lang),
                    whose=translate(lang, "whose", step.whose),
                )
            yield translate(lang, "story", "day", day=step.day, said=describe_step(step, story, lang))
    yield translate(lang, "ended", arm.state or "never", n=days(arm.waited, lang), total=days(arm.days, lang))


def sentences(story: Story, lang: str = "en") -> Iterator[str]:
    """Tell a Story as lines of text."""
    yield translate(
        lang,
        "story",
        "title",
        issue=story.issue,
        id=story.id,
        category=kind(story, lang),
        place=place_of(story.place, lang),
    )
    yield translate(lang, "story", "made", case=story.case, days=story.days, seed=story.seed)
    for arm in story.arms:
        yield from (
            "",
            translate(lang, "story", arm.name, names=all_of(story.mechanisms, lang)),
            *(f"  {line}" for line in tell_arm(arm, story, lang)),
        )
    yield ""
    parting = story.parting
    if not parting:
        yield translate(lang, "story", "same")
        return
    a, b = (
        describe_step(step, story, lang) if step else translate(lang, "story", "nothing")
        for step in parting.steps
    )
    yield translate(lang, "story", "parts", day=parting.day, place=place_of(parting.place, lang), a=a, b=b)


def tabulate_surprises(surprises: Surprises, lang: str = "en") -> Table:
    """Tabulate Surprises, one row per issue."""
    s = surprises
    title = translate(
        lang, "story", "most", case=s.case, days=s.days, seed=s.seed, names=all_of(s.mechanisms, lang)
    )
    counts = translate(
        lang, "story", "counts", sooner=s.sooner, later=s.later, alike=s.alike, a=s.only[0], b=s.only[1]
    )
    table = Table(title=title, caption=counts, **PLAIN)
    for heading in ("issue", "arm without", "arm with", "between"):
        table.add_column(translate(lang, "story", heading), no_wrap=heading == "issue")
    for surprise in s.most:
        arms = (
            describe_outcome(*arm, lang) for arm in zip(surprise.days, surprise.resolved, surprise.states)
        )
        table.add_row(surprise.issue, *arms, describe_difference(surprise, lang))
    return table


def describe_outcome(took: int, resolved: bool, state: str, lang: str) -> str:
    """Say how long an issue took in one arm, and in which state it ended."""
    word = translate(lang, "state", state or "never")
    if state in ("", "withdrawn", "lapsed"):
        return word
    return translate(lang, "story", "took" if resolved else "open", n=days(took, lang), state=word)


def describe_difference(surprise: Surprise, lang: str) -> str:
    """Say in words how the two arms differ for one issue."""
    if "" in surprise.states:
        return translate(lang, "story", "only with" if surprise.states[0] == "" else "only without")
    if surprise.resolved[0] != surprise.resolved[1]:
        return translate(lang, "story", "done with" if surprise.resolved[1] else "done without")
    key = "later" if surprise.difference > 0 else "sooner" if surprise.difference else "alike"
    return translate(lang, "story", key, n=days(abs(surprise.difference), lang))
