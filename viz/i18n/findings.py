"""Titles of the page's charts: sentences that say what a chart shows, from the numbers that it draws.

A title is computed from a spec of `figures.chart_specs` with a line for each side, A and B, or one line for
their difference. The name of the variable and its unit become the subtitle.
"""

from __future__ import annotations

from collections.abc import Callable

from ...engine.release import project
from ...model.measures import WITHIN
from .words import arm, translate

LETTERS = ("left", "right")  # keys of what the sides are called
SMALL_TRUST = 0.02  # a change of mean trust that a sentence calls none
SMALL_COUNT = 0.5  # open issues of one kind, averaged over the days, below which sides do not differ
Finding = tuple[str, dict]  # key in the section "finding", and the values in it


def name_arms(sides: tuple, lang: str) -> list[str]:
    """Return the names of both sides with what is on: "A: no mechanism"; `sides` are names of mechanisms."""
    colon = translate(lang, "story.colon")
    return [f"{translate(lang, letter)}{colon}{arm(lang, on)}" for letter, on in zip(LETTERS, sides)]


def source_line(case: str, sides: tuple, seed: int, lang: str) -> str:
    """Return where a chart comes from: case, what is on at both sides, random seed, version of cogov."""
    a, b = name_arms(sides, lang)
    return translate(lang, "finding.source", case=case, a=a, b=b, seed=seed, version=project()[0])


def with_finding(
    spec: dict, find: Callable[[dict, str], Finding], scope: str, source: str, lang: str
) -> dict:
    """Return the spec with the sentence of `find` as its title.

    `scope` says what was simulated; it stands in the subtitle behind the variable and its unit.
    """
    key, values = find(spec, lang)
    letters = {letter: translate(lang, side) for letter, side in zip("AB", LETTERS)}
    subtitle = translate(
        lang,
        "finding.subtitle",
        what=spec["title"],
        unit=spec["ylabel"] or spec["xlabel"],
        scope=scope,
    )
    return {
        **spec,
        "title": translate(lang, f"finding.{key}", **letters, **values),
        "subtitle": subtitle,
        "subject": spec["title"],
        "source": source,
    }


def last(line: dict, column: str = "y") -> float | None:
    """Return the last value of a line, or None if there is none."""
    return line[column][-1] if line.get(column) else None


def find_resolution(spec: dict, lang: str) -> Finding:
    """Compare the shares of issues that were resolved in time."""
    a, b = map(last, spec["lines"])
    if a is None or b is None:
        return "resolution.none", {"within": WITHIN}
    more = round(100 * (b - a))
    kind = "more" if more > 0 else "fewer" if more < 0 else "same"
    return f"resolution.{kind}", {"n": abs(more), "within": WITHIN}


def find_backlog(spec: dict, lang: str) -> Finding:
    """Name a round number of open issues that one side passes and the other never reaches, if any."""
    peaks = [max(line["y"]) for line in spec["lines"]]
    high = int(peaks[1] > peaks[0])
    most = peaks[1 - high]
    level = round_below(peaks[high], most)
    if level and most < 0.8 * peaks[high]:
        day = next(day for day, n in zip(spec["x"], spec["lines"][high]["y"]) if n >= level)
        names = {"high": translate(lang, LETTERS[high]), "low": translate(lang, LETTERS[1 - high])}
        return "backlog.passes", {**names, "level": f"{level:,}", "day": day, "most": f"{most:,.0f}"}
    a, b = (f"{last(line):,.0f}" for line in spec["lines"])
    return "backlog.ends", {"a": a, "b": b}


def round_below(most: float, least: float) -> int:
    """Return the largest number of one significant digit, or half of one, above `least` and up to `most`.

    Returns 0 if there is none.

    >>> round_below(734, 212), round_below(60, 55), round_below(3, 0)
    (700, 60, 3)
    """
    power = 10 ** max(0, len(str(int(most))) - 1)
    for step in (power, power // 2, power // 10):
        level = int(most // step * step) if step else 0
        if level > least:
            return level
    return 0


def find_survival(spec: dict, lang: str) -> Finding:
    """Read off the curves when half of the issues are resolved."""
    halves = [
        next((x for x, share in zip(line["x"], line["y"]) if share <= 0.5), None) for line in spec["lines"]
    ]
    horizon = f"{spec['lines'][0]['x'][-1]:.0f}"
    a, b = (half if half is None else f"{max(1.0, half):.0f}" for half in halves)
    if a and b:
        return "survival.both", {"a": a, "b": b}
    if not a and not b:
        return "survival.neither", {"horizon": horizon}
    fast, slow = LETTERS if a else LETTERS[::-1]
    names = {"fast": translate(lang, fast), "slow": translate(lang, slow)}
    return "survival.one", {**names, "days": a or b, "horizon": horizon}


def find_trust(spec: dict, lang: str) -> Finding:
    """Say where trust in the committee, in the first panel, goes on each side."""
    moves = []
    for line in (line for line in spec["lines"] if line["panel"] == 0):
        change = last(line) - line["y"][0]
        kind = "rises" if change > SMALL_TRUST else "falls" if change < -SMALL_TRUST else "stays"
        moves.append(translate(lang, f"finding.trust.{kind}", x=f"{last(line):.2f}"))
    return "trust", dict(zip("ab", moves))


def find_families(spec: dict, lang: str) -> Finding:
    """Name the kinds of issues of which B has fewest, against A, on the average day."""
    means = [sum(line["y"]) / len(line["y"]) for line in spec["lines"]]
    gains = sorted(((a - b, n) for n, (a, b) in enumerate(zip(means[::2], means[1::2]))), reverse=True)
    name = lambda n: spec["panels"][n]["name"]
    most = [name(n) for gain, n in gains[:2] if gain >= 0.6 * gains[0][0]]
    best, worst, least = gains[0][0], gains[-1][0], name(gains[-1][1])
    if max(best, -worst) < SMALL_COUNT:
        return "families.alike", {}
    if best < SMALL_COUNT:
        return "families.hurts", {"most": least}
    values = {"most": translate(lang, "finding.and").join(most), "least": least}
    if worst < -max(SMALL_COUNT, 0.1 * best):
        return "families.mixed", values
    return ("families.helps", values) if len(gains) > 2 else ("families.fewer", {"most": values["most"]})


def find_hours(spec: dict, lang: str) -> Finding:
    """Say how many more hours B takes, and which roles give most of them."""
    a, b = (line["y"] for line in spec["lines"])
    more = sum(b) - sum(a)
    if abs(more) < 0.005 * max(sum(a), 1.0):
        return "hours.same", {"n": f"{sum(a):,.0f}"}
    if more < 0:
        return "hours.fewer", {"n": f"{-more:,.0f}"}
    shares = sorted(((y - x, n) for n, (x, y) in enumerate(zip(a, b)) if y > x), reverse=True)
    count = 1 if shares[0][0] > 0.6 * sum(gain for gain, _ in shares) else 2
    roles = translate(lang, "finding.and").join(spec["categories"][n] for _, n in shares[:count])
    return "hours.more", {"n": f"{more:,.0f}", "roles": roles}


def find_convergence(spec: dict, lang: str) -> Finding:
    """Say whether more pairs would change the answer."""
    d, half, clear = read_interval(spec)
    if half is None:
        return "pairs.one", {}
    kind = "hardly" if half <= max(1.0, 0.1 * abs(d)) else "direction" if clear else "open"
    return f"pairs.{kind}", {"d": f"{d:+.1f}", "half": f"{half:.1f}", "n": len(spec["x"])}


def find_difference(what: str, spec: dict, lang: str) -> Finding:
    """Say how the sides differ at the end of the days, in "backlog", "resolution" or "trust"."""
    d, half, clear = read_interval(spec)
    if d is None or half is None:
        return "difference.none", {}
    digits = 2 if what == "trust" else 0 if half >= 1 else 1
    kind = "open" if not clear else "more" if d > 0 else "fewer"
    number = f"{d:+,.{digits + 1}f}" if kind == "open" else f"{abs(d):,.{digits}f}"
    return f"difference.{what}.{kind}", {"n": number, "half": f"{half:,.{digits + (kind == 'open')}f}"}


def read_interval(spec: dict) -> tuple[float | None, float | None, bool]:
    """Return the last difference, half the width of its interval, and whether that excludes zero."""
    (line,) = spec["lines"]
    d, low, high = (last(line, column) for column in ("y", "low", "high"))
    if d is None or low is None or high is None:
        return d, None, False
    return d, (high - low) / 2, low > 0 or high < 0
