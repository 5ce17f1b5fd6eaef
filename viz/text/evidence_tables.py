"""Grades of evidence and measured facts: tables for the terminal, and the page docs/evidence.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ...engine.texts import translate
from ...experiments.evidence.effects import DESIGNS, Effect, all_effects
from ...experiments.evidence.facts import Fact, all_facts
from ...experiments.evidence.grades import Evidence, all_evidence, evidence_of_mechanism, grade_of_mechanism
from ...experiments.evidence.priors import spread_of
from ...experiments.statistics.interval_score import WIDEST
from ...experiments.validation.scores import FactScores
from ...model import mechanisms
from .ensemble_tables import ensemble_section
from .evidence_words import explain_grade, short
from .parameter_tables import format_number, table
from .tables import PLAIN

if TYPE_CHECKING:
    import pandas as pd

STYLES = {"inside": "green", "too wide": "yellow", "outside": "red", "no value": "dim"}
HEAD = """<!-- Written by `cogov docs` from experiments/evidence; change the files there, not this page. -->
# Evidence

What the numbers of the model rest on, and which measured facts the model is held against.
`cogov evidence [MECHANISM or PATH]` prints the grade and the prior of every knob; `cogov facts` scores the
model and null models against the facts.

## Grades

A grade says how far a number is from having been measured: that of the design (randomised 4,
quasi-experimental 3, observational 2, report 1, none 0), less one for each step of transfer (another place,
another behaviour, another dose). *Assumed* is grade 0. What a case gives or a user chooses has no grade. A
knob has the grade of its source or, if that is better, of the best effect that informs it; a mechanism that
of its best strength.

The prior of a knob is a lognormal around its default, truncated to its range; 90 % of it lies within the
default divided and multiplied by a factor that depends on the grade, interpolated geometrically. Where an
effect may be 0, it is a normal distribution of about that width; where none was found, a normal distribution
around 0. A default of 0 stays 0.

"""
FACTS = """
## Facts

One file per fact in `experiments/evidence/facts/`. The interval is the fact's own: *width* says by which
rule. A third of the facts is held out from every fit, by a hash of the fact's name, once and for all. A fact
that names several cases is the mean over them. Expressions of measures are those of `cogov patterns`
([cases.md](cases.md)); the functions are in `experiments/observation/fact_measures.py`. Logs of foreign
service lines are held against cases with all mechanisms off, because none was there
([decision 48](decisions.md#48-logs-of-foreign-service-lines-are-held-against-cases-without-mechanisms)).

"""
EFFECTS = """
## Effects

One file per effect in `experiments/evidence/effects/`. None of them was measured on the mechanism that it
informs; `steps` counts what differs.

"""


def describe_effect(lang: str, effect: Effect) -> str:
    """Describe an effect in a line."""
    return translate(
        lang,
        "evidence",
        "effect.words",
        behaviour=effect.zh if lang == "zh" else effect.behaviour,
        metric=effect.metric,
        value=short(effect.value),
        low=short(effect.low),
        high=short(effect.high),
        design=effect.design,
        steps=len(effect.steps),
        grade=effect.grade,
        source=effect.source,
    )


def evidence_table(rows: list[Evidence], lang: str = "en", prefix: str = "") -> Iterator[Table | str]:
    """Yield a table of what knobs rest on, with their priors, and a line on each effect that informs them.

    `prefix` is what all paths begin with, and is left out.
    """
    out = Table(title=translate(lang, "evidence", "title"), caption=prefix, **PLAIN)
    for head in ("knob", "value", "unit", "head.grade", "prior", "source", "effect"):
        out.add_column(
            translate(lang, "evidence", head),
            overflow="fold",
            no_wrap=head in ("value", "head.grade"),
            justify="right" if head == "value" else "left",
        )
    for e in rows:
        low, high = e.prior.interval
        out.add_row(
            e.path.removeprefix(prefix),
            format_number(e.value),
            (e.zh_unit if lang == "zh" else "") or e.unit,
            "-" if e.grade is None else str(e.grade),
            "-" if e.grade is None else f"{short(low)} – {short(high)}",
            e.source,
            ", ".join(effect.name for effect in e.effects),
        )
    yield out
    for effect in {effect.name: effect for e in rows for effect in e.effects}.values():
        yield f"{effect.name}: {describe_effect(lang, effect)}"


def facts_tables(result: FactScores, lang: str = "en") -> Iterator[Table | str]:
    """Yield the facts, fitted and held out apart, the totals, the misses and the power statement."""
    rows = result.table
    for title, chosen in (("facts", ~rows["held_out"]), ("facts.held_out", rows["held_out"])):
        if chosen.any():
            yield facts_table(rows[chosen], translate(lang, "evidence", title), lang)
    yield totals_table(result, lang)
    yield translate(lang, "evidence", "note", widest=WIDEST)
    names = ", ".join(rows["fact"][rows["verdict"] == "outside"]) or "-"
    yield translate(lang, "evidence", "misses", names=names)
    yield result.power().in_language(lang)


def facts_table(rows: pd.DataFrame, title: str, lang: str) -> Table:
    """Tabulate facts beside the model."""
    out = Table(title=title, **PLAIN)
    heads = ("fact", "measured", "model", "score", "width", "nulls", "p", "verdict")
    for head in heads:
        out.add_column(translate(lang, "evidence", head), overflow="fold", no_wrap=head in ("score", "width"))
    for row in rows.itertuples():
        words = row.zh if lang == "zh" else row.words
        unit = row.zh_unit if lang == "zh" else row.unit
        out.add_row(
            f"{row.fact}: {words}",
            f"{short(row.value)} ({short(row.low)} – {short(row.high)}) {unit}",
            f"{short(row.median)} ({short(row.p5)} – {short(row.p95)})",
            short(row.score),
            short(row.width_ratio),
            f"{short(row.all_off_score)} / {short(row.another_score)} / {short(row.random_score)}",
            short(row.p),
            Text(translate(lang, "evidence", f"verdict.{row.verdict}"), style=STYLES[row.verdict]),
        )
    return out


def totals_table(result: FactScores, lang: str) -> Table:
    """Tabulate mean scores of the model and of the null models."""
    out = Table(title=translate(lang, "evidence", "totals"), **PLAIN)
    out.add_column("")
    for head in ("inside", "score", "all off", "another", "random", "random.inside", "p"):
        out.add_column(translate(lang, "evidence", head), overflow="fold")
    for row in result.totals().itertuples():
        out.add_row(
            translate(lang, "evidence", f"group.{row.facts}"),
            f"{row.inside}/{row.count}",
            short(row.score),
            f"{short(row.all_off_score)} [{short(row.score_where_all_off_has_values)}]",
            f"{short(row.another_score)} [{short(row.score_where_another_has_values)}]",
            f"{short(row.random_score)} ± {short(row.random_deviation)}",
            short(row.random_inside),
            short(row.p),
        )
    return out


def evidence_page() -> str:
    """Return the text of docs/evidence.md."""
    evidence = list(all_evidence())
    lines = table(
        ("grade", "meaning", "knobs", "90 % of the prior within"),
        [
            [
                "-" if grade is None else str(grade),
                explain_grade("en", grade) + " " + explain_grade("zh", grade),
                str(sum(e.grade == grade for e in evidence)),
                "-" if grade is None else f"× or ÷ {spread_of(grade):.2f}",
            ]
            for grade in (None, 0, 1, 2, 3, 4)
        ],
    )
    lines += table(("mechanism", "grade of its evidence", "strengths", "of them assumed"), mechanism_rows())
    facts = table(("fact", "measured", "held against", "use", "where, source", "transfer"), fact_rows())
    effects = table(("effect", "measured", "design, grade", "informs", "source", "transfer"), effect_rows())
    parts = (HEAD, "\n".join(lines), FACTS, "\n".join(facts), EFFECTS, "\n".join(effects))
    return "".join(parts).rstrip("\n") + "\n" + ensemble_section()


def mechanism_rows() -> Iterator[list[str]]:
    """Yield a row for each mechanism that ships."""
    for name in mechanisms.shipped_names():
        strengths = [e for e in evidence_of_mechanism(name) if e.is_strength]
        yield [
            f"`{name}` {mechanisms.load_class(name).zh}",
            str(grade_of_mechanism(name)),
            str(len(strengths)),
            str(sum(e.grade == 0 for e in strengths)),
        ]


def fact_rows() -> Iterator[list[str]]:
    """Yield a row for each fact."""
    for name, fact in all_facts().items():
        yield [
            f"`{name}`: {fact.words} {fact.zh}",
            f"{short(fact.value)} ({short(fact.low)} to {short(fact.high)}) {fact.unit}; {fact.width}",
            describe_held_against(fact),
            "held out" if fact.is_held_out else "fitted",
            f"{fact.place}, {fact.year}, {fact.confidence}: {fact.source}" + link(fact.url),
            fact.transfer,
        ]


def describe_held_against(fact: Fact) -> str:
    """Say which measure of which cases a fact is held against."""
    arm = [*(f"on {name}" for name in fact.on), *(f"off {name}" for name in fact.off)]
    return f"`{fact.measure}` of {', '.join((*fact.cases, *arm))}; day {fact.days}"


def effect_rows() -> Iterator[list[str]]:
    """Yield a row for each effect."""
    for name, effect in all_effects().items():
        steps = ", ".join(effect.steps) or "none"
        yield [
            f"`{name}`: {effect.behaviour} {effect.zh}",
            f"{effect.metric}: {short(effect.value)} ({short(effect.low)} to {short(effect.high)}); "
            f"{effect.width}",
            f"{effect.design} ({DESIGNS[effect.design]}), transfer: {steps}; grade {effect.grade}; "
            f"prior {effect.shape}",
            ", ".join(f"`{path}`" for path in effect.knobs),
            f"{effect.source} ({effect.confidence})" + link(effect.url),
            effect.transfer,
        ]


def link(url: str) -> str:
    """Return the address of a source in parentheses, as a link."""
    return f" (<{url}>)" if url else ""
