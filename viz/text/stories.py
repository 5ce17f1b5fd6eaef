"""Stories in plain sentences, English or Chinese: each takes a Story or Surprises and gives lines, or something Rich can print."""

from itertools import groupby

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


def say(phrases, key, lang, **words):
    return phrases[key][LANGUAGES.index(lang)].format(**words)


def days(n, lang):
    return say(FRAME, "one day" if n == 1 else "days", lang, n=n)


def mechanism_name(name, lang):
    """A mechanism by its own Chinese name, or in English by that of its file."""
    return mechanisms.mechanism_class(name).zh if lang == "zh" else name.replace("_", " ")


def kind(category, lang):
    return CATEGORIES[category].zh if lang == "zh" and category in CATEGORIES else category.replace("_", " ")


def all_of(names, lang):
    return say(FRAME, "comma", lang).join(mechanism_name(name, lang) for name in names)


def place_of(place, lang):
    return say(
        PLACES, place.scope, lang, b=place.building, s=place.stairwell, f=place.floor, h=place.household
    )


def person_of(person, story, lang):
    """A resident, by what they are; nobody has a name."""
    near = "family" if person.place.household == story.place.household else "neighbour"
    traits = say(FRAME, "comma", lang).join(say(TRAIT, trait, lang) for trait in person.traits)
    return say(FRAME, near, lang, traits=traits, place=place_of(person.place, lang))


def describe_step(step, story, lang, **often):
    """What a step is, in words; `often` says how many times and until when."""
    how = "often" if often else "by" if step.by else "person" if step.person else ""
    key = f"{step.what}, {how}" if f"{step.what}, {how}" in SAID else step.what
    words = {
        "place": place_of(story.place, lang),
        "category": kind(story.category, lang),
        "whose": say(WHOSE, step.whose, lang),
        "amount": step.amount,
        **often,
    }
    return say(
        SAID,
        key,
        lang,
        by=step.by and mechanism_name(step.by, lang),
        person=step.person and person_of(step.person, story, lang),
        **words,
    )


def tell_arm(arm, story, lang):
    """One arm, line by line; neighbours who say the same one after another are one sentence."""
    for what, steps in groupby(arm.steps, lambda step: step.what):
        first, *more = steps
        if what == "seconded":
            often = {"times": 1 + len(more), "last": more[-1].day} if more else {}
            yield say(FRAME, "day", lang, day=first.day, said=describe_step(first, story, lang, **often))
            continue
        for step in (first, *more):
            if step.was and step.waited:
                yield say(
                    WAITED, step.was, lang, n=days(step.waited, lang), whose=say(WHOSE, step.whose, lang)
                )
            yield say(FRAME, "day", lang, day=step.day, said=describe_step(step, story, lang))
    yield say(ENDED, arm.state, lang, n=days(arm.waited, lang), total=days(arm.days, lang))


def sentences(story, lang="en"):
    """A Story as lines of text."""
    yield say(
        FRAME,
        "title",
        lang,
        issue=story.issue,
        id=story.id,
        category=kind(story.category, lang),
        place=place_of(story.place, lang),
    )
    yield say(FRAME, "made", lang, case=story.case, days=story.days, seed=story.seed)
    for arm in story.arms:
        yield from (
            "",
            say(FRAME, arm.name, lang, names=all_of(story.mechanisms, lang)),
            *(f"  {line}" for line in tell_arm(arm, story, lang)),
        )
    yield ""
    parting = story.parting
    if not parting:
        yield say(FRAME, "same", lang)
        return
    a, b = (
        describe_step(step, story, lang) if step else say(FRAME, "nothing", lang) for step in parting.steps
    )
    yield say(FRAME, "parts", lang, day=parting.day, place=place_of(parting.place, lang), a=a, b=b)


def most(surprises, lang="en"):
    """Surprises as a table, one line an issue."""
    s = surprises
    title = say(FRAME, "most", lang, case=s.case, days=s.days, seed=s.seed, names=all_of(s.mechanisms, lang))
    counts = say(
        FRAME, "counts", lang, sooner=s.sooner, later=s.later, alike=s.alike, a=s.only[0], b=s.only[1]
    )
    table = Table(title=title, caption=counts, **PLAIN)
    for heading in ("issue", "arm without", "arm with", "between"):
        table.add_column(say(FRAME, heading, lang), no_wrap=heading == "issue")
    for one in s.most:
        arms = (describe_outcome(*arm, lang) for arm in zip(one.days, one.resolved, one.states))
        table.add_row(one.issue, *arms, between(one, lang))
    return table


def describe_outcome(took, resolved, state, lang):
    """How long an issue took in one arm, and what became of it."""
    word = say(STATE, state, lang)
    if state in ("", "withdrawn", "lapsed"):
        return word
    return say(FRAME, "took" if resolved else "open", lang, n=days(took, lang), state=word)


def between(one, lang):
    """What a Surprise comes to."""
    if "" in one.states:
        return say(FRAME, "only with" if one.states[0] == "" else "only without", lang)
    if one.resolved[0] != one.resolved[1]:
        return say(FRAME, "done with" if one.resolved[1] else "done without", lang)
    key = "later" if one.difference > 0 else "sooner" if one.difference else "alike"
    return say(FRAME, key, lang, n=days(abs(one.difference), lang))
