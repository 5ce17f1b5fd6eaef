"""Measure the effect of each mechanism alone in every case, and write the tables of docs/effects.md.

    make effects                                         # 20 plausible worlds each, some ten minutes
    .venv/bin/python tools/effects.py --worlds 60

Each column is what `cogov mechanisms --effects CASE` shows.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from cogov.engine.output import safe_streams
from cogov.engine.source_digests import version
from cogov.experiments.comparison.effects import OWN, mechanism_effects
from cogov.model.scenarios.cases import list_cases
from cogov.viz.text.validation_page import effects_part, replace_part

PAGE = Path(__file__).parent.parent / "docs" / "effects.md"


def main() -> None:
    """Measure all cases, and write the page."""
    parser = argparse.ArgumentParser(description="Write the tables of docs/effects.md.")
    parser.add_argument("--worlds", type=int, default=20, help="plausible worlds, a pair of runs in each")
    options = parser.parse_args()
    effects = {case: mechanism_effects(case, replicates=options.worlds) for case in list_cases()}
    parts = {
        "version": f"The tables were made on {date.today()} with version `{version()}` of the model, "
        f"in {options.worlds} plausible worlds each; `make effects` makes them again.",
        "all issues": effects_part(effects, "resolution_rate"),
        "own issues": effects_part(effects, OWN),
    }
    page = PAGE.read_text("utf-8")
    for name, text in parts.items():
        page = replace_part(page, name, text, "effects")
    PAGE.write_text(page, encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    with safe_streams():
        main()
