"""Write a lesson as a sheet to print: questions with boxes to tick, and what happened on a second page."""

from html import escape

from ..i18n.words import translate
from .pictures import large_numbers
from .progress import Walk, questions_of, setup_of, step_text
from .reader import blocks
from .steps import Lesson, Predict, Result, Setup, Text

LINES = 3  # empty lines to write on


def sheet(lesson: Lesson, facts: dict | None, lang: str) -> str:
    """Return both pages of a lesson's sheet as HTML.

    `facts` are the results of every setup, as in `Walk`; while they are None, the second page is empty.
    """
    line = '<p class="co-write"></p>'
    first = [
        f"<h1>{escape(getattr(lesson.title, lang))}</h1>",
        f'<p class="co-name-line">{escape(translate(lang, "handout.name"))}</p>',
        f'<p class="co-asks">{escape(getattr(lesson.question, lang))}</p>',
    ]
    for n, step in enumerate(lesson.steps):
        if isinstance(step, (Text, Setup)) and any(isinstance(s, Predict) for s in lesson.steps[n:]):
            first.append(html_of(blocks(getattr(step.text, lang))))
        elif isinstance(step, Predict):
            boxes = "".join(f"<li>☐ {escape(getattr(choice, lang))}</li>" for choice in step.choice)
            first.append(f"<h2>{escape(getattr(step.question, lang))}</h2><ul>{boxes}</ul>")
            if n == questions_of(lesson, setup_of(Walk(lesson, n)))[-1]:
                first.append(f"<p>{escape(translate(lang, 'handout.why'))}</p>{line * LINES}")
    second = [f"<h1>{escape(translate(lang, 'lesson.result'))}: {escape(getattr(lesson.title, lang))}</h1>"]
    for n, step in enumerate(lesson.steps if facts else ()):
        walk = Walk(lesson, n, facts=facts)
        at = setup_of(walk)
        if isinstance(step, Result):
            setup = lesson.steps[at]
            sides = (setup.left, setup.right)
            labels = [
                getattr(side.label, lang) if side.label else translate(lang, name)
                for side, name in zip(sides, ("left", "right"))
            ]
            second += [large_numbers(number, facts[at], labels, lang, False) for number in step.number]
            second.append(html_of(step_text(walk, lang)))
        elif isinstance(step, Text) and n > at >= 0:
            second.append(html_of(step_text(walk, lang)) + line * LINES)
    case = escape(translate(lang, "lesson.reference"))
    second.append(f"<h2>{case}</h2>{html_of(blocks(getattr(lesson.reference, lang)))}")
    return f"<section>{''.join(first)}</section><section>{''.join(second)}</section>"


def html_of(parts: list) -> str:
    """Return `reader.blocks` as HTML; what is markup in a text stays text."""
    made = []
    for kind, content in parts:
        lines = [
            "".join(f"<b>{escape(text)}</b>" if strong else escape(text) for text, strong in line)
            for line in ([content] if kind == "paragraph" else content)
        ]
        items = "</li><li>".join(lines)
        made.append(f"<p>{lines[0]}</p>" if kind == "paragraph" else f"<ul><li>{items}</li></ul>")
    return "".join(made)
