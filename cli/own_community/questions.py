"""Ask what somebody knows of a community, one question after another, on a terminal."""

import sys
from dataclasses import replace
from typing import Any

from ...engine.texts import translate
from ...engine.texts.errors import Message, UserError
from ...experiments.narrative.community_draft import (
    FIELDS,
    TEXT,
    YES_NO,
    FormField,
    field_words,
    find_problems,
)
from ...experiments.narrative.community_form import word
from ...experiments.narrative.draft_filling import fill_draft
from ..options import err
from .known_totals import MOST_COMPOUNDS, NOTHING_ALIKE, Known

YES = ("y", "yes", "true", "1", "有", "是")
NO = ("n", "no", "false", "0", "没有", "无", "否")
COMPOUNDS = FormField("compounds", "place", low=1, high=MOST_COMPOUNDS)


def ask_all(known: Known, lang: str) -> Known:
    """Ask for every field, and return what was answered; what was left to the rules is not known.

    An answer that cannot be true is asked for again; "<" goes back to the question before. Raises UserError
    if the input ends.
    """
    say(translate(lang, "new_case", "begin"))
    questions = [FIELDS["name"], COMPOUNDS, *(f for f in FIELDS.values() if f.kind != TEXT)]
    answers: dict[str, Any] = {}
    n = 0
    while n < len(questions):
        f = questions[n]
        answers.pop(f.name, None)
        proposal = propose(f, answers, known)
        raw = read_line(f"{question_of(f, lang)} [{show(proposal, lang)}] ")
        if raw == "<":
            n = max(n - 1, 0)
        elif raw in ("?", "？"):
            say(f"  {hint_of(f, lang)}")
        elif not raw:
            n += 1
        elif problem := take(f, raw, answers, known):
            answers.pop(f.name, None)
            say(f"  {word(problem, lang)}")
        else:
            n += 1
    compounds = answers.pop("compounds", 1)
    title = answers.pop("name", known.title)
    return replace(known, title=title, draft=answers, layout=known.layout._replace(compounds=compounds))


def propose(f: FormField, answers: dict[str, Any], known: Known) -> Any:
    """Return what the rules make of the answers so far: what an empty answer leaves them to fill."""
    if f.name == "name":
        return known.title
    if f is COMPOUNDS:
        return 1
    draft = {"name": known.name, **{name: value for name, value in answers.items() if name in FIELDS}}
    compounds = answers.get("compounds", 1)
    filled = fill_draft(draft, like=known.like, compounds=compounds)
    if not filled.fields:
        filled = fill_draft(draft, like=NOTHING_ALIKE, compounds=compounds)
    return filled.draft.get(f.name)


def take(f: FormField, raw: str, answers: dict[str, Any], known: Known) -> Message | None:
    """Take an answer; return what is wrong with it, or with an earlier answer beside it."""
    if f.kind == YES_NO:
        if raw.lower() not in (*YES, *NO):
            return Message("{value!r} is neither yes nor no.", value=raw[:20])
        answers[f.name] = raw.lower() in YES
    elif f is COMPOUNDS:
        if not (raw.isascii() and raw.isdigit() and len(raw) < 6 and f.low <= int(raw) <= f.high):
            return Message(
                "{value!r} is not a whole number from {low} to {high}.",
                value=raw[:20],
                low=int(f.low),
                high=int(f.high),
            )
        answers[f.name] = int(raw)
    else:
        answers[f.name] = raw
    draft = {"name": known.title, **{name: value for name, value in answers.items() if name in FIELDS}}
    _, problems = find_problems(draft, known.layout.on_plan, answers.get("compounds", 1))
    return problems.get(f.name) or next(iter(problems.values()), None)


def question_of(f: FormField, lang: str) -> str:
    """Return a question with its unit and range."""
    if f is COMPOUNDS:
        return translate(lang, "new_case", "ask.compounds", high=int(f.high))
    label, unit, hint = (field_words(lang, f.name, part) for part in ("label", "unit", "hint"))
    if f.kind == YES_NO:
        return translate(lang, "new_case", "ask.yes_no", label=label)
    if f.kind == TEXT:
        return translate(lang, "new_case", "ask.text", label=label, high=int(f.high))
    if f.kind == "built":
        return translate(lang, "new_case", "ask.built", label=label)
    return translate(
        lang, "new_case", "ask", label=label, unit=unit, low=f"{f.low:,}", high=f"{f.high:,}", hint=hint
    )


def hint_of(f: FormField, lang: str) -> str:
    """Return the explanation of a question."""
    return (
        translate(lang, "new_case", "hint.compounds") if f is COMPOUNDS else field_words(lang, f.name, "hint")
    )


def show(value: Any, lang: str) -> str:
    """Return a proposed answer as it is shown."""
    if isinstance(value, bool):
        return translate(lang, "community_form", "yes" if value else "no")
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_line(question: str) -> str:
    """Ask on standard error, and return the line that was typed. Raises UserError at the end of input."""
    err.print(question, end="", highlight=False, soft_wrap=True)
    line = sys.stdin.readline()
    if not line:
        raise UserError("the input ended before the last question; nothing is written")
    return line.strip()


def say(words: str) -> None:
    """Print words on standard error, where the questions are."""
    err.print(words, highlight=False, soft_wrap=True)
