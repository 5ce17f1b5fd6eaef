"""Draw the results of a lesson as HTML: large numbers with bars, dots one by one, doors that fill, votes.

All functions are pure, and return text whose classes static/lessons.css gives a look. What moves is moved by
the style sheet, which also keeps it still for those who want no motion.
"""

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from ..i18n.words import translate
from .progress import format_fact
from .steps import Number, Score

DOT, STEP = 5.0, 70  # radius of a dot; milliseconds between two dots
PLAYED = 7000  # milliseconds in which all days of a yard of doors pass
ROW = 13  # doors in a row
BINS = 24  # steps between the lowest and the highest dot


def large_numbers(number: Number, facts: dict, labels: Sequence[str], lang: str, drawn: bool) -> str:
    """Return one number of each side in large digits, with bars if `drawn`; `labels` name the sides.

    The whisker on the right bar is the 95 % interval of the difference, seen from the left side's value.
    """
    row = facts[number.measure]
    values = [row["without"], row["with"]]
    low, high = (values[0] + row[name] for name in ("low", "high"))
    most = max([1e-9, *(v for v in (*values, high) if math.isfinite(v))])
    most = max(most, 1.0) if number.form in ("%", "pt") else most
    lines = []
    for side, (arm, value) in enumerate(zip(("left", "right"), values)):
        digits = format_fact(facts, arm, number.measure, number.form)
        bar = ""
        if drawn and math.isfinite(value):
            whisker = ""
            if side and math.isfinite(low):
                begin, end = (100 * min(max(bound / most, 0.0), 1.0) for bound in (low, high))
                whisker = f'<i style="left:{begin:.1f}%;width:{end - begin:.1f}%"></i>'
            width = 100 * max(value, 0.0) / most
            bar = f'<span class="co-bar-of"><b style="width:{width:.1f}%"></b>{whisker}</span>'
        label = escape(labels[side])
        lines.append(f'<p class="co-big co-{arm}"><strong>{digits}</strong><span>{label}</span>{bar}</p>')
    about = escape(getattr(number, lang))
    if drawn and math.isfinite(low):
        about += f"<br><small>{escape(translate(lang, 'lesson.whisker', pairs=int(row['pairs'])))}</small>"
    return f'<div class="co-numbers">{"".join(lines)}<p class="co-of">{about}</p></div>'


def dots(row: dict, lang: str) -> str:
    """Return the differences of all pairs as dots that appear one by one, then their mean and interval."""
    each = [100 * value for value in row["each"] if math.isfinite(value)]
    low, high, mean = (100 * row[name] for name in ("low", "high", "difference"))
    first, last = min([*each, low, 0.0]), max([*each, high, 0.0])
    step = max((last - first) / BINS, 1e-6)
    columns: dict[int, int] = {}
    places = []
    for value in each:
        column = round((value - first) / step)
        columns[column] = columns.get(column, 0) + 1
        places.append((column, columns[column]))
    wide, tall = 2.3 * DOT, 2.3 * DOT * max(columns.values())

    def x(value: float) -> float:
        return 24 + (value - first) / step * wide

    width, base = x(last) + 24, tall + 14
    circles = "".join(
        f'<circle cx="{24 + column * wide:.1f}" cy="{base - (height - 0.5) * 2.3 * DOT:.1f}" r="{DOT}" '
        f'class="{"co-worse" if value < 0 else "co-better"}" style="animation-delay:{n * STEP}ms"/>'
        for n, (value, (column, height)) in enumerate(zip(each, places))
    )
    told = translate(lang, "lesson.dots", pairs=len(each), low=f"{low:+.1f}", high=f"{high:+.1f}")
    return (
        f'<figure class="co-dots"><svg viewBox="0 0 {width:.0f} {base + 34:.0f}" role="img" '
        f'aria-label="{escape(told)}"><line x1="{x(0):.1f}" x2="{x(0):.1f}" y1="2" y2="{base + 22:.1f}" '
        f'class="co-zero"/><text x="{x(0):.1f}" y="{base + 32:.1f}" class="co-tick">0</text>{circles}'
        f'<g class="co-interval" style="animation-delay:{len(each) * STEP + 400}ms">'
        f'<line x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{base + 9:.1f}" y2="{base + 9:.1f}"/>'
        f'<circle cx="{x(mean):.1f}" cy="{base + 9:.1f}" r="4.5"/></g></svg>'
        f"<figcaption>{escape(told)}</figcaption></figure>"
    )


def doors(signed: Sequence[np.ndarray], days: int, labels: Sequence[str], lang: str) -> str:
    """Return a grid of doors for each side that fill on the day a home signed; `signed` is -1 for never."""
    sides = []
    for arm, when, label in zip(("left", "right"), signed, labels):
        rows = -(-len(when) // ROW)
        cells = "".join(
            f'<rect x="{home % ROW * 20 + 1}" y="{home // ROW * 20 + 1}" width="15" height="17" rx="2"'
            + (f' class="co-signed" style="animation-delay:{PLAYED * day // days}ms"/>' if day >= 0 else "/>")
            for home, day in enumerate(when.tolist())
        )
        count = translate(lang, "lesson.signed", signed=int(np.count_nonzero(when >= 0)), homes=len(when))
        sides.append(
            f'<figure class="co-doors co-{arm}"><figcaption><strong>{escape(label)}</strong> {escape(count)}'
            f'</figcaption><svg viewBox="0 0 {20 * ROW} {20 * rows}" role="img" '
            f'aria-label="{escape(f"{label}: {count}")}">{cells}</svg></figure>'
        )
    about = escape(translate(lang, "lesson.doors", days=days))
    return f'<div class="co-yards">{"".join(sides)}<p class="co-of">{about}</p></div>'


def votes(choices: Sequence[str], counts: Sequence[int], right: int = -1) -> str:
    """Return how many chose each answer as bars; `right` is the answer to mark, -1 for none."""
    most = max(1, *counts)
    lines = "".join(
        f'<li class="{"co-answer" if n == right else ""}"><span>{escape(choice)}</span>'
        f'<span class="co-bar-of"><b style="width:{100 * count / most:.0f}%"></b></span>'
        f"<strong>{count}</strong></li>"
        for n, (choice, count) in enumerate(zip(choices, counts))
    )
    return f'<ul class="co-votes">{lines}</ul>'


def budget_bar(spent: float, budget: float, lang: str) -> str:
    """Return what is spent of a budget, in words and as a bar, as HTML."""
    words = translate(lang, "game.budget", spent=f"{spent:,.0f}", budget=f"{budget:,.0f}")
    over = translate(lang, "game.over", over=f"{spent - budget:,.0f}") if spent > budget else ""
    width = min(100.0, 100 * spent / budget) if budget else 100.0
    kind = "co-spent co-over" if over else "co-spent"
    bar = f'<span class="{kind}"><b style="width:{width:.1f}%"></b></span>'
    return f"<p><strong>{words}</strong> {over}</p>{bar}"


def table_of_tries(step: Score, tries: list, lang: str) -> str:
    """Return the designs that were scored, the best one marked, below the pace to beat, as HTML."""
    pace = translate(lang, "game.pace", points=f"{100 * step.pace:+.0f}") if step.pace else ""
    best = (max if step.more else min)((row["difference"] for _, row in tries), default=None)
    names = {option.name: escape(getattr(option, lang)) for option in step.option}
    lines = []
    for number, (design, row) in enumerate(tries, 1):
        bought = translate(lang, "story.semicolon").join(
            names[name] + (f" × {count}" if count > 1 else "") for name, count in design.items()
        )
        low, high = (f"{100 * row[key]:+.1f}" for key in ("low", "high"))
        points = translate(lang, "game.result", points=f"{100 * row['difference']:+.1f}", low=low, high=high)
        mark = ' class="co-best"' if row["difference"] == best else ""
        lines.append(
            f"<tr{mark}><td>{number}</td><td><b>{points}</b><br>"
            f"{bought or translate(lang, 'game.nothing')}</td></tr>"
        )
    return f"<p>{pace}</p><table>{''.join(reversed(lines))}</table>"
