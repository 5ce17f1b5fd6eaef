"""Measure the effect of each mechanism alone in every case, and write the tables of docs/effects.md.

make effects                                         # 10 pairs each, some minutes
.venv/bin/python tools/effects.py --replicates 4
"""

from __future__ import annotations

import argparse
import re
from datetime import date
from pathlib import Path

import pandas as pd

from cogov.engine.output import safe_streams
from cogov.engine.source_digests import version
from cogov.experiments.comparison.effects import OWN, mechanism_effects
from cogov.model.scenarios.cases import list_cases

PAGE = Path(__file__).parent.parent / "docs" / "effects.md"
TABLES = {
    "Resolved within 30 days, of all issues": "resolution_rate",
    "Resolved by the end, of the issues that it is meant for": OWN,
}
HEADS = {
    "changcheng_shuijun": "chang-cheng",
    "fangzhi_longhuwan": "fangzhi",
    "furong_south": "furong",
    "guanyinan": "guanyi-nan",
    "wuzi_yard": "wuzi",
}


def cell(row: pd.Series) -> str:
    """Return an effect in percentage points: ~ if its interval contains 0, bold where the case has it.

    >>> cell(pd.Series({"difference": 0.012, "low": -0.01, "high": 0.03, "reported": True}))
    '**+1.2 ~**'
    """
    text = f"{100 * row.difference:+.1f}{' ~' if not row.low * row.high > 0.0 else ''}"
    return f"**{text}**" if row.reported else text


def table(effects: dict[str, pd.DataFrame], measure: str) -> str:
    """Return the Markdown table of one measure: a row per mechanism, a column per case."""
    lines = ["| mechanism | " + " | ".join(HEADS.get(case, case) for case in effects) + " |"]
    lines.append("|---|" + "---:|" * len(effects))
    names = next(iter(effects.values())).index.get_level_values("mechanism").unique()
    for name in names:
        cells = [cell(frame.loc[(name, measure)]) for frame in effects.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure all cases, and write the page."""
    parser = argparse.ArgumentParser(description="Write the tables of docs/effects.md.")
    parser.add_argument("--replicates", type=int, default=10, help="pairs of runs")
    options = parser.parse_args()
    effects = {case: mechanism_effects(case, replicates=options.replicates) for case in list_cases()}
    page = PAGE.read_text("utf-8")
    for title, measure in TABLES.items():
        pattern = rf"(## {re.escape(title)}\n\n).*?\n+(?=## )"
        found = table(effects, measure)
        page, count = re.subn(pattern, lambda m: f"{m[1]}{found}\n\n", page, flags=re.DOTALL)
        assert count == 1, f"{PAGE.name} has no table {title!r}"
    made = f"made with version `{version()}` of the model on {date.today()}, {options.replicates} pairs each;"
    page = re.sub(r"made with version .*?;", made, page, flags=re.DOTALL)
    PAGE.write_text(page, encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    with safe_streams():
        main()
