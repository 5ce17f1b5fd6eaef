"""Word a brief: what stands in it, in one language; its three kinds of file show the same content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...engine.release import project
from ...engine.source_digests import version as model_version
from ...engine.texts import sections, translate
from ...experiments.evidence.grades import all_evidence
from ...experiments.robustness.weighing import sentence_of_carriers
from ...experiments.statistics.plausible_effects import (
    NONE,
    WATCHED,
    sentence_of_disagreement,
    sentence_of_effect,
    unit_of,
)
from ...model.measures import MEASURES
from ..i18n import words
from ..text.evidence_words import describe_mechanism_grade, explain_grade, format_grade
from ..text.robust_tables import gains_sentence
from ..text.tables import SURE, number
from .parts import Claim, Content, Tile
from .tables import gains_table, overview_table, price_table
from .wording import (
    WHOLE,
    change,
    name_arm,
    name_knob,
    name_mechanisms,
    plain_number,
    quoted,
    spread,
    typeset,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .findings import Findings

PROBABLE = 2 / 3  # share of worlds with the same sign, from which on a headline says "probably"


def content_of(findings: Findings, lang: str) -> Content:
    """Return what the brief says of these findings."""
    say = lambda key, **values: translate(lang, "brief", key, **values)
    place = words.case(lang, findings.scenario.name, scenario=findings.scenario)
    names = name_mechanisms(findings.mechanisms, lang)
    titles = {
        key: say(f"title {key}")
        for key in ("verdict", "gains", "price", "hangs_on", "evidence", "disappoints", "reading")
    }
    titles["overview"] = say("title arms" if findings.luck is None else "title changes")
    return Content(
        lang,
        say("kicker", place=place),
        headline(findings, names, place, lang),
        question(findings, names, place, lang),
        tuple(words.mechanism(lang, name, "does") for name in findings.mechanisms),
        Claim(scope(findings, lang), (findings.command,)),
        tuple(tiles(findings, lang)),
        tuple(verdict(findings, quoted(names, lang), lang)),
        overview_table(findings, lang),
        Claim(say("figure note" if findings.worlds else "figure note pairs"), (findings.command,)),
        gains_claim(findings, quoted(names, lang), lang),
        gains_table(findings, lang),
        Claim(price_sentence(findings, lang), (findings.command,)),
        price_table(findings, lang),
        tuple(hangs_on(findings, lang)),
        tuple(
            Claim(evidence_of_mechanism(name, lang), (f"cogov evidence {name}",))
            for name in findings.mechanisms
        ),
        tuple(disappointment(name, lang) for name in findings.mechanisms),
        tuple(text for key, text in sections(lang)["brief"].items() if key.startswith("reading ")),
        say("source", version=project()[0], model=model_version()[:12]),
        titles,
    )


def headline(findings: Findings, names: str, place: str, lang: str) -> str:
    """Return the answer in a line: which way the effect goes, and how surely."""
    row = findings.ranges.loc[findings.measure]
    better, worse = row["better"], row["worse"]
    small = abs(row["median"]) < findings.matters
    if findings.luck is not None and not findings.worlds:
        luck = findings.luck.loc[findings.measure]
        clear = np.isfinite(luck.low) and not luck.low <= 0 <= luck.high
        better, worse = (float(clear and luck.difference > 0), float(clear and luck.difference < 0))
        small = abs(luck.difference) < findings.matters
    kind = "open"
    for share, way in ((better, "gain"), (worse, "loss")):
        if share >= SURE:
            kind = f"small {way}" if small else f"sure {way}"
        elif share >= PROBABLE and not small:
            kind = way
    return translate(lang, "brief", f"headline {kind}", names=names, place=place)


def question(findings: Findings, names: str, place: str, lang: str) -> str:
    """Return the question that the brief answers."""
    if findings.weighed is not None and len(findings.weighed.ranked) > 1:
        joint = translate(lang, "brief", "or").join(
            name_arm(arm, lang) for arm in findings.weighed.ranked.index
        )
        return translate(lang, "brief", "question choice", place=place, arms=joint)
    return translate(lang, "brief", "question", place=place, names=quoted(names, lang))


def disappointment(name: str, lang: str) -> str:
    """Say how a mechanism can disappoint, with its name."""
    colon = words.translate(lang, "story.colon")
    text = words.mechanism(lang, name, "disappoints")
    return f"{words.mechanism(lang, name)}{colon}{text[:1].lower() + text[1:] if lang == 'en' else text}"


def scope(findings: Findings, lang: str) -> str:
    """Say what was simulated."""
    kind = "scope" if findings.worlds else "scope luck"
    text = translate(
        lang,
        "brief",
        kind,
        days=findings.days,
        worlds=findings.worlds,
        pairs=len(findings.effects),
        within=findings.within,
    )
    if findings.counted:
        text += translate(lang, "brief", "counted", issues=findings.counted)
    return text


def tiles(findings: Findings, lang: str) -> Iterator[Tile]:
    """Yield the large numbers: the effect, hours, yuan, and how many households are better off."""
    held = translate(lang, "brief", "nine of ten" if findings.worlds else "luck")
    for name in (findings.measure, "hours", "yuan"):
        middle, low, high = middle_and_ends(findings, name)
        yield Tile(
            words.capital(getattr(MEASURES[name], lang)),
            plain_number(name, middle, "+"),
            translate(lang, "brief", f"unit {name}") if name in WHOLE else unit_of(name, lang).strip(),
            held.format(spread=spread(name, low, high, lang)),
            findings.command,
        )
    if findings.gains is not None:
        everybody = findings.gains.loc["all"]
        yield Tile(
            words.capital(translate(lang, "brief", "households better")),
            f"{everybody['better']:.0%}",
            "",
            translate(lang, "brief", "households worse", worse=f"{everybody['worse']:.0%}"),
            findings.gains_asked.command,
        )


def middle_and_ends(findings: Findings, name: str) -> tuple[float, float, float]:
    """Return the effect on a measure and the ends of its range, as the command prints them.

    Over worlds: the median and nine of ten; with luck alone, the mean and its interval.
    """
    if findings.luck is not None and not findings.worlds:
        luck = findings.luck.loc[name]
        return luck.difference, luck.low, luck.high
    row = findings.ranges.loc[name]
    return row["median"], row["p5"], row["p95"]


def verdict(findings: Findings, names: str, lang: str) -> Iterator[Claim]:
    """Yield the sentences of the verdict: over worlds, disagreements, luck, and the choice."""
    result, commands = findings.weighed, (findings.command,)
    if result is not None:
        for arm, row in result.ranked.iterrows():
            arm_name = quoted(name_arm(arm, lang), lang)
            yield Claim(typeset(sentence_of_effect(arm_name, NONE, row, findings.measure, lang)), commands)
            if warning := sentence_of_disagreement(arm_name, result.watched(arm), findings.measure, lang):
                yield Claim(typeset(warning), commands)
        if len(result.ranked) > 1:
            yield Claim(
                typeset(result.sentence_of_choice(lang, lambda arm: quoted(name_arm(arm, lang), lang))),
                commands,
            )
        return
    if findings.worlds:
        ranges = findings.ranges
        yield Claim(
            typeset(sentence_of_effect(names, NONE, ranges.loc[findings.measure], findings.measure, lang)),
            commands,
        )
        if set(WATCHED) <= set(ranges.index):
            if warning := sentence_of_disagreement(names, ranges, findings.measure, lang):
                yield Claim(typeset(warning), commands)
    yield Claim(sentence_of_luck(findings, names, lang), commands)


def sentence_of_luck(findings: Findings, names: str, lang: str) -> str:
    """Say how the share resolved in time changes with the numbers of the case, and the interval of luck."""
    row = findings.luck.loc[findings.measure]
    if not row.pairs or not np.isfinite(row.low):
        return translate(lang, "brief", "too few pairs")
    clear = not row.low <= 0 <= row.high
    return translate(
        lang,
        "brief",
        "luck clear" if clear else "luck open",
        names=names,
        without=number(findings.measure, row["without"]),
        treated=number(findings.measure, row["with"]),
        change=change(findings.measure, row.difference, lang),
        spread=spread(findings.measure, row.low, row.high, lang),
        within=findings.within,
    )


def evidence_of_mechanism(name: str, lang: str) -> str:
    """Say the grade of the evidence of a mechanism, with its name."""
    colon = words.translate(lang, "story.colon")
    stop = "。" if lang == "zh" else "."
    return f"{words.mechanism(lang, name)}{colon}{describe_mechanism_grade(lang, name)}{stop}"


def gains_claim(findings: Findings, names: str, lang: str) -> Claim:
    """Say who gains; or, without that table, which command says it."""
    if findings.gains is None:
        return Claim(translate(lang, "brief", "no gains"), (findings.gains_asked.command,))
    return Claim(typeset(gains_sentence(findings.gains, names, lang)), (findings.gains_asked.command,))


def price_sentence(findings: Findings, lang: str) -> str:
    """Say how to read the table of the price."""
    wage = f"{findings.scenario.volunteers.shadow_wage_yuan:g}"
    kind = "price" if findings.luck is not None else "price arms"
    return translate(lang, "brief", kind, days=findings.days, wage=wage)


def hangs_on(findings: Findings, lang: str) -> Iterator[Claim]:
    """Yield what the size of the effect hangs on: the numbers that carry it, with the grade of each."""
    known = findings.carriers
    found = known[known["carries"].astype(bool)] if known is not None else None
    if found is None:
        yield Claim(translate(lang, "brief", "no carriers known"))
        return
    if not len(found):
        yield Claim(sentence_of_carriers(known, lang).strip(), (findings.command,))
        return
    grades = {row.path: row.grade for row in all_evidence(findings.scenario)}
    for path, row in list(found.iterrows())[:3]:
        grade = grades.get(path)
        text = translate(
            lang,
            "brief",
            "carrier up" if row["correlation"] > 0 else "carrier down",
            knob=name_knob(path, findings, lang),
            correlation=typeset(f"{row['correlation']:+.2f}"),
            grade=format_grade(lang, grade),
            meaning=explain_grade(lang, grade),
        )
        yield Claim(text, (findings.command, f"cogov evidence {path}"))
