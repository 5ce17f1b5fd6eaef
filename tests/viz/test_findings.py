"""The titles of the page's charts say in a sentence what the numbers of the chart show."""

import pytest

from cogov.engine.texts import LANGUAGES, sections
from cogov.viz.i18n import findings

FRAME = {"source", "subtitle", "run", "pairs", "and", "trust.rises", "trust.falls", "trust.stays"}


def lines(*columns, **more):
    return {"lines": [{"y": list(column), **more} for column in columns]}


def panels(names, *pairs):
    """Return a spec with a panel of both sides for each name."""
    return {
        "panels": [{"name": name} for name in names],
        "lines": [{"y": list(y), "panel": n} for n, pair in enumerate(pairs) for y in pair],
    }


def band(d, low=None, high=None, pairs=20):
    line = {"y": [0.0, d]} | ({} if low is None else {"low": [None, low], "high": [None, high]})
    return {"lines": [line], "x": list(range(pairs))}


def curves(a, b):
    return {"lines": [{"x": [0.0, *x, 180.0], "y": [1.0, *y, y[-1]]} for x, y in (a, b)]}


SLOW, FAST, NEVER = ([65.0], [0.4]), ([7.2], [0.5]), ([9.0], [0.9])
CARE = ("care", "disputes", "safety")
FINDS = [  # function, spec, key, English
    ("resolution", lines([None, 0.36], [None, 0.87]), "resolution.more", "B resolves 51 more of every 100"),
    ("resolution", lines([0.9], [0.4]), "resolution.fewer", "B resolves 50 fewer of every 100"),
    ("resolution", lines([0.401], [0.402]), "resolution.same", "the same share"),
    ("resolution", lines([None], [0.4]), "resolution.none", "No issue is old enough"),
    (
        "backlog",
        lines([0, 300, 734], [0, 212, 200]) | {"x": [0, 1, 2]},
        "backlog.passes",
        "A passes 700 open issues by day 2; B never has more than 212",
    ),
    (
        "backlog",
        lines([0, 20], [0, 1100]) | {"x": [0, 1]},
        "backlog.passes",
        "B passes 1,000 open issues by day 1; A never has more than 20",
    ),
    ("backlog", lines([0, 99, 95], [0, 98, 91]), "backlog.ends", "A has 95 open issues and B 91"),
    ("survival", curves(SLOW, FAST), "survival.both", "in 65 days with A, in 7 days with B"),
    ("survival", curves(NEVER, FAST), "survival.one", "in 7 days with B; with A fewer than half in 180"),
    ("survival", curves(SLOW, NEVER), "survival.one", "in 65 days with A; with B fewer than half in 180"),
    ("survival", curves(NEVER, NEVER), "survival.neither", "within 180 days"),
    (
        "trust",
        panels(["trust", "x"], ([0.4, 0.41], [0.4, 0.6]), ([0.1, 0.9], [0.1, 0.2])),
        "trust",
        "rises to 0.60 with B and stays at 0.41 with A",
    ),
    ("trust", panels(["trust"], ([0.4, 0.3], [0.4, 0.5])), "trust", "and falls to 0.30 with A"),
    (
        "families",
        panels(CARE, ([9, 9], [1, 1]), ([5, 5], [5, 5]), ([9, 9], [2, 2])),
        "families.helps",
        "Where B helps: care and safety most, disputes least",
    ),
    (
        "families",
        panels(CARE[:2], ([9, 9], [1, 1]), ([5, 5], [5, 5])),
        "families.fewer",
        "fewer open issues than A: care",
    ),
    (
        "families",
        panels(CARE[:2], ([9, 9], [1, 1]), ([5, 5], [9, 9])),
        "families.mixed",
        "fewer open issues of care, but more of disputes",
    ),
    (
        "families",
        panels(CARE[:2], ([90, 90], [9, 9]), ([5, 5], [6, 6])),
        "families.fewer",
        "fewer open issues than A: care",
    ),
    (
        "families",
        panels(CARE[:2], ([1, 1], [1, 1]), ([5, 5], [9, 9])),
        "families.hurts",
        "most of all of disputes",
    ),
    ("families", panels(CARE[:1], ([1, 1], [1, 1])), "families.alike", "No kind of issue differs"),
    (
        "hours",
        lines([9, 1, 0], [10, 100, 95]) | {"categories": ["staff", "captains", "members"]},
        "hours.more",
        "B takes 195 more hours than A; captains and members give most",
    ),
    (
        "hours",
        lines([9, 1], [10, 100]) | {"categories": ["staff", "captains"]},
        "hours.more",
        "; captains give most",
    ),
    ("hours", lines([9, 5], [4, 5]), "hours.fewer", "B takes 5 fewer hours"),
    ("hours", lines([500, 500], [500, 501]), "hours.same", "about the same 1,000 hours"),
    ("convergence", band(42.3, 40.1, 44.5), "pairs.hardly", "+42.3 ± 2.2 points after 20"),
    ("convergence", band(6.0, 2.0, 10.0), "pairs.direction", "+6.0 ± 4.0 points after 20 pairs"),
    ("convergence", band(-1.0, -4.0, 2.0), "pairs.open", "may change the answer: -1.0 ± 3.0"),
    ("convergence", band(5.0, pairs=1), "pairs.one", "One pair"),
    ("difference", band(5.0), "difference.none", "One pair"),
    *(
        ("difference", (what, band(*numbers)), f"difference.{what}.{kind}", said)
        for what, kind, numbers, said in (
            ("resolution", "more", (42.3, 40.1, 44.5), "B resolves 42 (± 2) more"),
            ("resolution", "more", (39.5, 39.0, 40.0), "B resolves 39.5 (± 0.5) more"),
            ("resolution", "fewer", (-9.0, -12.0, -6.0), "B resolves 9 (± 3) fewer"),
            ("resolution", "open", (1.0, -1.0, 3.0), "+1.0 ± 2.0 points"),
            ("backlog", "more", (1500.0, 1400.0, 1600.0), "B ends with 1,500 (± 100) more"),
            ("backlog", "fewer", (-18.0, -21.0, -15.0), "B ends with 18 (± 3) fewer"),
            ("backlog", "open", (1.0, -1.0, 3.0), "+1.0 ± 2.0"),
            ("trust", "more", (0.4, 0.34, 0.46), "ends 0.40 (± 0.06) higher with B"),
            ("trust", "fewer", (-0.4, -0.46, -0.34), "ends 0.40 (± 0.06) lower with B"),
            ("trust", "open", (0.01, -0.01, 0.03), "+0.010 ± 0.020"),
        )
    ),
]


def find(name, spec, lang):
    what, spec = spec if isinstance(spec, tuple) else ("backlog", spec)
    function = getattr(findings, f"find_{name}")
    return function(what, spec, lang) if name == "difference" else function(spec, lang)


@pytest.mark.parametrize("name, spec, key, said", FINDS, ids=[f"{n}-{one[2]}" for n, one in enumerate(FINDS)])
def test_a_title_says_what_the_numbers_show(name, spec, key, said):
    assert find(name, spec, "en")[0] == key
    for lang in LANGUAGES:
        told = with_frame(name, spec, lang)
        assert "{" not in told["title"] and told["subject"] == "Open issues" and told["source"] == "here"
    told = with_frame(name, spec, "en")
    assert said in told["title"] and told["subtitle"] == "Open issues (issues); one run"


def with_frame(name, spec, lang):
    names = {"title": "Open issues", "ylabel": "issues", "xlabel": "day"}
    whole = spec[1] if isinstance(spec, tuple) else spec
    finding = find(name, spec, lang)
    return findings.with_finding({**whole, **names}, lambda *_: finding, "one run", "here", lang)


def test_every_sentence_can_be_said():
    assert {key for _, _, key, _ in FINDS} | FRAME == set(sections("en")["finding"])


def test_a_source_names_case_sides_seed_and_version():
    sides = (["whistle"], ["grid_patrol", "whistle"])
    assert findings.source_line("Guiyuan", ([], sides[1]), 7, "en").startswith(
        "Guiyuan · A: no mechanism · B: 2 mechanisms · seed 7 · cogov 0."
    )
    assert findings.name_arms(sides, "en") == ["A: whistle", "B: 2 mechanisms"]
    assert findings.name_arms(sides, "zh")[1] == "B侧：2项机制"
