"""Word a brief: what stands in it, in one language; its three kinds of file show the same content."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
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
from ...model import mechanisms
from ...model.measures import MEASURES, SHARES, SMALLER
from ..i18n import words
from ..text.evidence_words import describe_mechanism_grade, explain_grade, format_grade
from ..text.robust_tables import gains_sentence
from ..text.tables import MANY, SURE, interval, number
from .findings import COSTS

if TYPE_CHECKING:
    import pandas as pd

    from .findings import Findings

PROBABLE = 2 / 3  # share of worlds with the same sign, from which on a headline says "probably"
GROUPS = (
    "all",
    "owners",
    "tenants",
    "registered",
    "migrants",
    "with elders",
    "low floor",
    "high floor, no lift",
)


@dataclass(frozen=True)
class Claim:
    """A sentence with numbers, and the commands that print them."""

    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tile:
    """One large number with its range."""

    label: str
    value: str
    spread: str
    command: str


@dataclass(frozen=True)
class Table:
    """A table whose first column is text; its numbers are printed by one command."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    command: str
    note: str = ""


@dataclass(frozen=True)
class Content:
    """Everything that a brief says, in the order in which it is read."""

    lang: str
    kicker: str
    headline: str
    question: str
    scope: Claim
    tiles: tuple[Tile, ...]
    verdict: tuple[Claim, ...]
    arms: Table | None
    figure_note: Claim
    gains: Claim
    gains_table: Table | None
    price: Claim
    price_table: Table
    hangs_on: tuple[Claim, ...]
    evidence: tuple[Claim, ...]
    reading: tuple[str, ...]
    source: str
    titles: dict[str, str]  # of the sections

    def shortened(self, steps: int) -> Content:
        """Return it with less detail: each step drops rows and sentences, the least important first."""
        if not steps:
            return self
        most = max(2, 8 - 2 * steps)
        cut = lambda table: table and replace(table, rows=table.rows[:most])
        return replace(
            self,
            gains_table=cut(self.gains_table),
            arms=cut(self.arms),
            price_table=cut(self.price_table),
            verdict=self.verdict[: max(1, 4 - steps)],
            hangs_on=self.hangs_on[: max(1, 4 - steps)],
            evidence=self.evidence[: max(1, 4 - steps)],
            reading=self.reading[: max(1, 3 - steps)],
        )


def content_of(findings: Findings, lang: str) -> Content:
    """Return what the brief says of these findings."""
    say = lambda key, **values: translate(lang, "brief", key, **values)
    place = words.case(lang, findings.scenario.name, scenario=findings.scenario)
    names = name_mechanisms(findings.mechanisms, lang)
    titles = {
        key: say(f"title {key}")
        for key in ("verdict", "arms", "gains", "price", "hangs_on", "evidence", "reading")
    }
    return Content(
        lang,
        say("kicker", place=place),
        headline(findings, names, place, lang),
        question(findings, names, place, lang),
        Claim(scope(findings, lang), (findings.command,)),
        tuple(tiles(findings, lang)),
        tuple(verdict(findings, names, lang)),
        arms_table(findings, lang),
        Claim(say("figure note" if findings.worlds else "figure note pairs"), (findings.command,)),
        gains_claim(findings, names, lang),
        gains_table(findings, lang),
        Claim(price_sentence(findings, lang), (findings.command,)),
        price_table(findings, lang),
        tuple(hangs_on(findings, lang)),
        tuple(
            Claim(evidence_of_mechanism(name, lang), (f"cogov evidence {name}",))
            for name in findings.mechanisms
        ),
        tuple(text for key, text in sections(lang)["brief"].items() if key.startswith("reading ")),
        say("source", version=project()[0], model=model_version()[:12]),
        titles,
    )


# ---- names and numbers


def name_mechanisms(names: tuple[str, ...], lang: str) -> str:
    """Return the names of mechanisms, in the language, as the name of one arm."""
    return " + ".join(words.mechanism(lang, name) for name in names)


def name_arm(arm: str, lang: str) -> str:
    """Return the name of an arm of `cogov robust`: "a + b" in words."""
    parts = arm.split(" + ")
    if not set(parts) <= set(mechanisms.list_mechanisms()):
        return translate(lang, "brief", "none") if arm == NONE else arm
    return name_mechanisms(tuple(parts), lang)


def typeset(text: str) -> str:
    """Write minus signs as such; the terminal prints hyphens.

    >>> typeset("-0.3 to +1.2, one-to-one")
    '−0.3 to +1.2, one-to-one'
    """
    return re.sub(r"(?<![\w-])-(?=\d)", "−", text)


def change(measure: str, value: float, lang: str) -> str:
    """Format a difference of a measure as `cogov compare` prints it, with the unit of points."""
    return typeset(number(measure, value, "+").removesuffix(" pt")) + unit_of(measure, lang)


def spread(measure: str, low: float, high: float, lang: str) -> str:
    """Format the ends of a range as `cogov compare` prints them; thousands are written out."""
    text = interval(measure, low, high)
    if max(abs(low), abs(high)) >= MANY:
        text = re.sub(r"([\d,.]+)k", lambda match: f"{1000 * float(match[1].replace(',', '')):,.0f}", text)
    return typeset(text.replace(" to ", translate(lang, "brief", "to")))


# ---- sentences


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
    return translate(lang, "brief", "question", place=place, names=names)


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


def tiles(findings: Findings, lang: str):
    """Yield the large numbers: the effect, hours, yuan, and how many households are better off."""
    held = translate(lang, "brief", "nine of ten" if findings.worlds else "luck")
    for name in (findings.measure, "hours", "yuan"):
        middle, low, high = middle_and_ends(findings, name)
        yield Tile(
            getattr(MEASURES[name], lang),
            change(name, middle, lang),
            held.format(spread=spread(name, low, high, lang)),
            findings.command,
        )
    if findings.gains is not None:
        everybody = findings.gains.loc["all"]
        yield Tile(
            translate(lang, "brief", "households better"),
            f"{everybody['better']:.0%}",
            translate(lang, "brief", "households worse", worse=f"{everybody['worse']:.0%}"),
            findings.gains_command,
        )


def middle_and_ends(findings: Findings, name: str) -> tuple[float, float, float]:
    """Return the effect on a measure and the ends of its range, as the command prints them.

    Over worlds: nine of ten. Costs of a comparison are the mean with the numbers of the case.
    """
    row = findings.ranges.loc[name]
    luck = None if findings.luck is None else findings.luck.loc[name]
    if luck is None:
        return row["median"], row["p5"], row["p95"]
    if not findings.worlds:
        return luck.difference, luck.low, luck.high
    return (row["median"] if name == findings.measure else luck.difference), row["p5"], row["p95"]


def verdict(findings: Findings, names: str, lang: str):
    """Yield the sentences of the verdict: over worlds, disagreements, luck, and the choice."""
    result, commands = findings.weighed, (findings.command,)
    if result is not None:
        for arm, row in result.ranked.iterrows():
            arm_name = name_arm(arm, lang)
            yield Claim(typeset(sentence_of_effect(arm_name, NONE, row, findings.measure, lang)), commands)
            if warning := sentence_of_disagreement(arm_name, result.watched(arm), findings.measure, lang):
                yield Claim(typeset(warning), commands)
        if len(result.ranked) > 1:
            yield Claim(typeset(result.sentence_of_choice(lang, lambda arm: name_arm(arm, lang))), commands)
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
    return f"{words.mechanism(lang, name)}{words.translate(lang, 'story.colon')}{describe_mechanism_grade(lang, name)}"


def gains_claim(findings: Findings, names: str, lang: str) -> Claim:
    """Say who gains; or, without that table, which command says it."""
    if findings.gains is None:
        return Claim(translate(lang, "brief", "no gains"), (findings.gains_command,))
    return Claim(typeset(gains_sentence(findings.gains, names, lang)), (findings.gains_command,))


def price_sentence(findings: Findings, lang: str) -> str:
    """Say how to read the table of the price."""
    wage = f"{findings.scenario.volunteers.shadow_wage_yuan:g}"
    kind = "price" if findings.luck is not None else "price arms"
    return translate(lang, "brief", kind, days=findings.days, wage=wage)


def hangs_on(findings: Findings, lang: str):
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


def name_knob(path: str, findings: Findings, lang: str) -> str:
    """Return the words of a knob, with the category or mechanism that it belongs to."""
    part, _, rest = path.partition(".")
    label = words.knob(lang, path)[0]
    owner = rest.partition(".")[0]
    if part == "issues":
        name = words.category(lang, owner, findings.scenario)
    elif part == "mechanisms":
        name = words.mechanism(lang, owner)
    else:
        return label
    colon = words.translate(lang, "story.colon")
    return f"{words.capital(name)}{colon}{label[:1].lower() + label[1:] if lang == 'en' else label}"


# ---- tables


def arms_table(findings: Findings, lang: str) -> Table | None:
    """Tabulate all arms that were weighed, the best first; None if there is one only."""
    result = findings.weighed
    if result is None or len(result.ranked) < 2:
        return None
    say = lambda key: translate(lang, "robust", key)
    rows = []
    for arm, row in result.ranked.iterrows():
        best = f"{row['best']:.0%}" if np.isfinite(row["best"]) else "-"
        rows.append(
            (
                name_arm(arm, lang),
                change(findings.measure, row["median"], lang),
                spread(findings.measure, row["p5"], row["p95"], lang),
                f"{row['better']:.0%}",
                best,
            )
        )
    heads = (say("arm"), say("median"), say("most"), say("better_share"), say("best"))
    return Table(heads, tuple(rows), findings.command)


def gains_table(findings: Findings, lang: str) -> Table | None:
    """Tabulate who gains, by group of households."""
    if findings.gains is None:
        return None
    rows = []
    for group in (group for group in GROUPS if group in findings.gains.index):
        row = findings.gains.loc[group]
        rows.append(
            (
                words.capital(translate(lang, "gains", group)),
                f"{row['households']:,.0f}",
                typeset(f"{row['change']:+,.1f}"),
                typeset(translate(lang, "brief", "to").join(f"{row[end]:+,.1f}" for end in ("low", "high"))),
                f"{row['better']:.0%}",
                f"{row['worse']:.0%}",
            )
        )
    heads = tuple(
        translate(lang, "gains", key) for key in ("group", "households", "change", "range", "better", "worse")
    )
    return Table(heads, tuple(rows), findings.gains_command, translate(lang, "brief", "gains note"))


def price_table(findings: Findings, lang: str) -> Table:
    """Tabulate the price: of a comparison line by line, of weighed arms one row each."""
    say = lambda key: translate(lang, "brief", key)
    if findings.weighed is not None:
        hours, yuan = (findings.weighed.price_ranges(name) for name in ("hours", "yuan"))
        rows = [
            (
                name_arm(arm, lang),
                *price_cells("hours", hours.loc[arm], lang),
                *price_cells("yuan", yuan.loc[arm], lang),
            )
            for arm in findings.weighed.ranked.index
        ]
        heads = (translate(lang, "robust", "arm"), say("hours"), say("worlds"), say("yuan"), say("worlds"))
        return Table(heads, tuple(rows), findings.command)
    rows = []
    for name in COSTS:
        row = findings.luck.loc[name]
        cells = [number(name, row["without"]), number(name, row["with"]), change(name, row.difference, lang)]
        if findings.worlds:
            ends = findings.ranges.loc[name]
            cells.append(spread(name, ends["p5"], ends["p95"], lang))
        cells.append(spread(name, row.low, row.high, lang))
        rows.append((getattr(MEASURES[name], lang), *map(typeset, cells)))
    heads = [
        "",
        say("without"),
        say("with"),
        say("difference"),
        *([say("worlds")] if findings.worlds else []),
        say("luck head"),
    ]
    return Table(tuple(heads), tuple(rows), findings.command)


def price_cells(name: str, row: pd.Series, lang: str) -> tuple[str, str]:
    """Format the median and the range of a cost."""
    ends = translate(lang, "brief", "to").join(f"{row[end]:+,.0f}" for end in ("p5", "p95"))
    return typeset(f"{row['median']:+,.0f}"), typeset(ends)
